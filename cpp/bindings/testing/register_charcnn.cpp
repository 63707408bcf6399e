// The character-level token layer.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/testing/registers.h"
#include "charcnn/char_encoder.h"
#include "charcnn/frozen_encoder.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using charcnn::Coverage;
using charcnn::Shape;
using charcnn::WordBatch;

Shape charcnn_shape(std::int64_t n_characters, std::int64_t char_dim, std::int64_t max_characters,
                    const std::vector<std::pair<std::int64_t, std::int64_t>>& filters, const std::string& activation,
                    std::int64_t n_highway, std::optional<std::int64_t> projection_dim) {
  if (activation != "relu" && activation != "tanh")
    throw std::invalid_argument("activation must be relu or tanh, got " + activation);
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

// Reads tensors in the order of the official files.
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
    if (!holds)
      throw std::invalid_argument("tensors must fit the shape: see the tensor with index " + std::to_string(at_));
  }

  py::list arrays_;
  Access access_;
  std::size_t at_ = 0;
};

template <typename T>
charcnn::EncoderTensors<T> encoder_tensors(const py::list& arrays, const Shape& shape, Access access) {
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
  if (view.columns != shape.max_characters) throw std::invalid_argument("characters must have max_characters columns");
  for (std::int64_t row = 0; row < view.rows; ++row)
    for (std::int64_t i = 0; i < view.columns; ++i)
      if (view.row(row)[i] >= shape.characters) throw std::invalid_argument("characters must be below n_characters");
  return view;
}

template <typename T>
memory::MatrixView<T> checked_vectors(const py::object& vectors, std::int64_t words, const Shape& shape,
                                      Access access) {
  const auto view = matrix_view<T>("vectors", vectors, access);
  if (view.rows != words || view.columns != shape.outputs())
    throw std::invalid_argument("vectors must have the shape (words, outputs)");
  return view;
}

// Threads and their scratch memory.
struct LayerTeam {
  explicit LayerTeam(std::size_t threads) : team(threads), scratch(team.size()) {}

  // Runs body(member) on all threads, cancelled from the start if `cancel`; false if a member returned false.
  template <typename Body>
  bool run(bool cancel, const Body& body) {
    std::atomic<bool> completed = true;
    team.run(
        [&](parallel::Team& member) {
          if (!body(member)) completed = false;
        },
        cancel);
    return completed;
  }

  InterruptibleTeam team;
  linalg::Scratch scratch;
};

class TrainedLayer {
 public:
  TrainedLayer(py::list tensors, const Shape& shape, const linalg::Compute& compute, std::size_t threads)
      : tensors_(std::move(tensors)),
        parameters_(encoder_tensors<const float>(tensors_, shape, Access::kRead)),
        encoder_(compute, shape),
        saved_(shape, threads),
        team_(threads) {
    pack();
  }

  void pack() {
    team_.run(false, [&](parallel::Team& team) {
      encoder_.pack(team, parameters_);
      return true;
    });
  }

  bool forward(const py::object& vectors, const py::object& characters, bool cancel) {
    const auto given = checked_characters(characters, encoder_.shape());
    const auto out = checked_vectors<float>(vectors, given.rows, encoder_.shape(), Access::kWrite);
    words_.emplace(given, encoder_.shape().characters, Coverage::kPresent);
    saved_.reserve(words_->size());
    return team_.run(cancel, [&](parallel::Team& team) {
      return encoder_.forward(team, out, parameters_, *words_, saved_, team_.scratch);
    });
  }

  bool backward(const py::list& gradients, const py::object& d_vectors, bool cancel) {
    if (!words_) throw std::invalid_argument("forward() must be called before backward()");
    const auto out = encoder_tensors<float>(gradients, encoder_.shape(), Access::kWrite);
    const auto d = checked_vectors<const float>(d_vectors, words_->size(), encoder_.shape(), Access::kRead);
    return team_.run(cancel, [&](parallel::Team& team) {
      return encoder_.backward(team, out, d, parameters_, *words_, saved_, team_.scratch);
    });
  }

 private:
  py::list tensors_;
  charcnn::EncoderParameters parameters_;
  charcnn::CharEncoder encoder_;
  charcnn::EncoderSaved saved_;
  std::optional<WordBatch> words_;
  LayerTeam team_;
};

class FrozenLayer {
 public:
  FrozenLayer(const py::list& tensors, const Shape& shape, const linalg::Compute& compute, std::size_t threads)
      : encoder_(compute, shape), rows_(shape), team_(threads) {
    const auto parameters = encoder_tensors<const float>(tensors, shape, Access::kRead);
    charcnn::ConvolutionScratch scratch(shape, threads);
    team_.run(false, [&](parallel::Team& team) {
      encoder_.load(team, parameters, scratch);
      return true;
    });
  }

  bool encode(const py::object& vectors, const py::object& characters, bool cancel) {
    const auto given = checked_characters(characters, encoder_.shape());
    const auto out = checked_vectors<float>(vectors, given.rows, encoder_.shape(), Access::kWrite);
    const WordBatch words(given, encoder_.shape().characters, Coverage::kAll);
    return team_.run(cancel,
                     [&](parallel::Team& team) { return encoder_.encode(team, out, words, rows_, team_.scratch); });
  }

  [[nodiscard]] std::size_t bytes() const { return encoder_.bytes(); }

 private:
  charcnn::FrozenEncoder encoder_;
  charcnn::EncodingBuffers rows_;
  LayerTeam team_;
};

}  // namespace

void register_test_charcnn(py::module_& m) {
  auto c = m.def_submodule("charcnn", "The character-level token layer.");
  py::class_<Shape>(c, "Shape")
      .def(py::init(&charcnn_shape), py::kw_only(), py::arg("n_characters"), py::arg("char_dim"),
           py::arg("max_characters"), py::arg("filters"), py::arg("activation"), py::arg("n_highway"),
           py::arg("projection_dim"));
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
