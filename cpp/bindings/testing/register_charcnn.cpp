// The token layer by itself, for tests and benches; models call it inside C++.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/registers.h"
#include "charcnn/char_encoder.h"
#include "charcnn/frozen_encoder.h"
#include "kernels/select.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using charcnn::Coverage;
using charcnn::Shape;
using charcnn::WordBatch;

linalg::Compute compute_of(const std::string& isa, const std::string& precision) {
  const auto found = kernels::isa_named(isa);
  if (!found) throw std::invalid_argument("`isa` must name an instruction set, got " + isa);
  if (precision != "float32" && precision != "bfloat16")
    throw std::invalid_argument("`precision` must be float32 or bfloat16, got " + precision);
  return {&kernels::table_of(*found),
          precision == "float32" ? linalg::Precision::kFloat32 : linalg::Precision::kBfloat16};
}

Shape shape_of(std::int64_t n_characters, std::int64_t char_dim, std::int64_t max_characters,
               const std::vector<std::pair<std::int64_t, std::int64_t>>& filters, const std::string& activation,
               std::int64_t n_highway, std::optional<std::int64_t> projection_dim) {
  if (activation != "relu" && activation != "tanh")
    throw std::invalid_argument("`activation` must be relu or tanh, got " + activation);
  Shape shape;
  shape.characters = n_characters;
  shape.char_dim = char_dim;
  shape.max_characters = max_characters;
  for (const auto& [width, count] : filters) shape.filters.push_back({width, count});
  shape.activation = activation == "relu" ? charcnn::Activation::kRelu : charcnn::Activation::kTanh;
  shape.highways = n_highway;
  shape.projection = projection_dim.value_or(0);
  return charcnn::valid(shape);
}

// Tensors one after the other, as the official files list them.
class TensorReader {
 public:
  TensorReader(const py::list& arrays, Access access) : arrays_(arrays), access_(access) {}

  template <typename T>
  memory::MatrixView<T> matrix(std::int64_t rows, std::int64_t columns) {
    const auto view = matrix_view<T>("tensors", next(), access_);
    require(view.rows == rows && view.columns == columns);
    return view;
  }
  template <typename T>
  std::span<T> vector(std::int64_t size) {
    const auto view = vector_view<T>("tensors", next(), access_);
    require(static_cast<std::int64_t>(view.size()) == size);
    return view;
  }
  void finish() const { require(at_ == arrays_.size()); }

 private:
  py::object next() {
    require(at_ < arrays_.size());
    return arrays_[at_++];
  }
  void require(bool holds) const {
    if (!holds) throw std::invalid_argument("`tensors` do not fit the shape at number " + std::to_string(at_));
  }

  py::list arrays_;
  Access access_;
  std::size_t at_ = 0;
};

template <typename T>
charcnn::EncoderTensors<T> tensors_of(const py::list& arrays, const Shape& shape, Access access) {
  TensorReader reader(arrays, access);
  const std::int64_t width = shape.width();
  charcnn::EncoderTensors<T> tensors;
  tensors.char_embed = reader.matrix<T>(shape.characters, shape.char_dim);
  for (const auto& filter : shape.filters) {
    auto& own = tensors.filters.emplace_back();
    own.weights = reader.matrix<T>(filter.width * shape.char_dim, filter.count);
    own.bias = reader.vector<T>(filter.count);
  }
  for (std::int64_t i = 0; i < shape.highways; ++i) {
    auto& own = tensors.highways.emplace_back();
    own.carry_weights = reader.matrix<T>(width, width);
    own.carry_bias = reader.vector<T>(width);
    own.transform_weights = reader.matrix<T>(width, width);
    own.transform_bias = reader.vector<T>(width);
  }
  if (shape.projection > 0) {
    tensors.projection.weights = reader.matrix<T>(width, shape.projection);
    tensors.projection.bias = reader.vector<T>(shape.projection);
  }
  reader.finish();
  return tensors;
}

memory::MatrixView<const std::uint16_t> checked_characters(const py::object& characters, const Shape& shape) {
  const auto view = matrix_view<const std::uint16_t>("characters", characters, Access::kRead);
  if (view.columns != shape.max_characters)
    throw std::invalid_argument("`characters` must have max_characters columns");
  for (std::int64_t row = 0; row < view.rows; ++row)
    for (std::int64_t i = 0; i < view.columns; ++i)
      if (view.row(row)[i] >= shape.characters) throw std::invalid_argument("`characters` must be below n_characters");
  return view;
}

template <typename T>
memory::MatrixView<T> checked_vectors(const py::object& vectors, std::int64_t words, const Shape& shape,
                                      Access access) {
  const auto view = matrix_view<T>("vectors", vectors, access);
  if (view.rows != words || view.columns != shape.outputs())
    throw std::invalid_argument("`vectors` must be of shape (words, outputs)");
  return view;
}

// What both objects run with.
struct Session {
  explicit Session(std::size_t n) : threads(n), pool(n), scratch(n) {}

  // False when the work was cancelled, as it is for `cancel`.
  template <typename Body>
  bool run(bool cancel, const Body& body) {
    std::atomic<bool> cancelled = cancel, done = true;
    parallel::start_team(pool, threads, cancelled, [&](parallel::Team& team) {
      if (!body(team)) done = false;
    });
    pool.wait_all();
    return done;
  }

  std::size_t threads;
  parallel::ThreadPool pool;
  linalg::Scratch scratch;
};

class TrainedLayer {
 public:
  TrainedLayer(py::list tensors, const Shape& shape, const linalg::Compute& compute, std::size_t threads)
      : tensors_(std::move(tensors)),
        parameters_(tensors_of<const float>(tensors_, shape, Access::kRead)),
        encoder_(compute, shape),
        saved_(shape, threads),
        session_(threads) {
    pack();
  }

  void pack() {
    const py::gil_scoped_release release;  // reads arrays that this object holds
    session_.run(false, [&](parallel::Team& team) {
      encoder_.pack(team, parameters_);
      return true;
    });
  }

  bool forward(const py::object& vectors, const py::object& characters, bool cancel) {
    const auto given = checked_characters(characters, encoder_.shape());
    const auto out = checked_vectors<float>(vectors, given.rows, encoder_.shape(), Access::kWrite);
    const py::gil_scoped_release release;  // arithmetic; the arrays are held by the caller
    words_.emplace(given, encoder_.shape().characters, Coverage::kPresent);
    saved_.reserve(words_->size());
    return session_.run(cancel, [&](parallel::Team& team) {
      return encoder_.forward(team, out, parameters_, *words_, saved_, session_.scratch);
    });
  }

  bool backward(const py::list& gradients, const py::object& d_vectors, bool cancel) {
    if (!words_) throw std::invalid_argument("forward comes first");
    const auto out = tensors_of<float>(gradients, encoder_.shape(), Access::kWrite);
    const auto d = checked_vectors<const float>(d_vectors, words_->size(), encoder_.shape(), Access::kRead);
    const py::gil_scoped_release release;  // arithmetic; the arrays are held by the caller
    return session_.run(cancel, [&](parallel::Team& team) {
      return encoder_.backward(team, out, d, parameters_, *words_, saved_, session_.scratch);
    });
  }

 private:
  py::list tensors_;
  charcnn::EncoderParameters parameters_;
  charcnn::CharEncoder encoder_;
  charcnn::EncoderSaved saved_;
  std::optional<WordBatch> words_;
  Session session_;
};

class FrozenLayer {
 public:
  FrozenLayer(const py::list& tensors, const Shape& shape, const linalg::Compute& compute, std::size_t threads)
      : encoder_(compute, shape), rows_(shape), session_(threads) {
    const auto parameters = tensors_of<const float>(tensors, shape, Access::kRead);
    const py::gil_scoped_release release;  // reads arrays that the caller holds
    charcnn::ConvolutionScratch scratch(shape, threads);
    session_.run(false, [&](parallel::Team& team) {
      encoder_.load(team, parameters, scratch);
      return true;
    });
  }

  bool encode(const py::object& vectors, const py::object& characters, bool cancel) {
    const auto given = checked_characters(characters, encoder_.shape());
    const auto out = checked_vectors<float>(vectors, given.rows, encoder_.shape(), Access::kWrite);
    const py::gil_scoped_release release;  // arithmetic; the arrays are held by the caller
    const WordBatch words(given, encoder_.shape().characters, Coverage::kAll);
    return session_.run(
        cancel, [&](parallel::Team& team) { return encoder_.encode(team, out, words, rows_, session_.scratch); });
  }

  [[nodiscard]] std::size_t bytes() const { return encoder_.bytes(); }

 private:
  charcnn::FrozenEncoder encoder_;
  charcnn::EncodingBuffers rows_;
  Session session_;
};

}  // namespace

void register_charcnn(py::module_& m) {
  auto c = m.def_submodule("charcnn", "The token layer by itself, for tests and benches.");
  py::class_<Shape>(c, "Shape")
      .def(py::init(&shape_of), py::kw_only(), py::arg("n_characters"), py::arg("char_dim"), py::arg("max_characters"),
           py::arg("filters"), py::arg("activation"), py::arg("n_highway"), py::arg("projection_dim"));
  py::class_<TrainedLayer>(c, "TrainedLayer")
      .def(py::init([](py::list tensors, const Shape& shape, const std::string& isa, const std::string& precision,
                       std::size_t threads) {
             return new TrainedLayer(std::move(tensors), shape, compute_of(isa, precision), threads);  // NOLINT
           }),
           py::arg("tensors"), py::arg("shape"), py::kw_only(), py::arg("isa"), py::arg("precision") = "float32",
           py::arg("threads") = 1)
      .def("pack", &TrainedLayer::pack)
      .def("forward", &TrainedLayer::forward, py::arg("vectors"), py::arg("characters"), py::kw_only(),
           py::arg("cancel") = false)
      .def("backward", &TrainedLayer::backward, py::arg("gradients"), py::arg("d_vectors"), py::kw_only(),
           py::arg("cancel") = false);
  py::class_<FrozenLayer>(c, "FrozenLayer")
      .def(py::init([](const py::list& tensors, const Shape& shape, const std::string& isa,
                       const std::string& precision, std::size_t threads) {
             return new FrozenLayer(tensors, shape, compute_of(isa, precision), threads);  // NOLINT
           }),
           py::arg("tensors"), py::arg("shape"), py::kw_only(), py::arg("isa"), py::arg("precision") = "float32",
           py::arg("threads") = 1)
      .def("encode", &FrozenLayer::encode, py::arg("vectors"), py::arg("characters"), py::kw_only(),
           py::arg("cancel") = false)
      .def_property_readonly("bytes", &FrozenLayer::bytes);
}

}  // namespace wordkin::bindings
