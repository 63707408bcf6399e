// Stacks of recurrent layers.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/testing/registers.h"
#include "recurrent/direction_stack.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using memory::MatrixView;
using recurrent::LayerTensors;

template <typename T>
MatrixView<T> shaped(const char* name, const py::handle& object, std::int64_t rows, std::int64_t columns) {
  const auto view = matrix_view<T>(name, object, std::is_const_v<T> ? Access::kRead : Access::kWrite);
  if (view.rows != rows || view.columns != columns)
    throw std::invalid_argument(std::string(name) + " must have the shape (" + std::to_string(rows) + ", " +
                                std::to_string(columns) + "), got (" + std::to_string(view.rows) + ", " +
                                std::to_string(view.columns) + ")");
  return view;
}

// From [(W, B, W_P or None), ...]; the list must outlive the result.
template <typename T>
std::vector<LayerTensors<T>> layer_tensors(const char* name, const py::sequence& layers,
                                           const recurrent::StackShape& shape) {
  constexpr Access kAccess = std::is_const_v<T> ? Access::kRead : Access::kWrite;
  if (static_cast<std::int64_t>(layers.size()) != shape.n_layers)
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(shape.n_layers) + " layers");
  std::vector<LayerTensors<T>> tensors;
  for (std::int64_t layer = 0; layer < shape.n_layers; ++layer) {
    const auto arrays = layers[static_cast<std::size_t>(layer)].cast<py::sequence>();
    LayerTensors<T> t;
    t.weights = shaped<T>(name, arrays[0], shape.input_of(layer) + shape.hidden, shape.gates() * shape.dim);
    t.bias = vector_view<T>(name, arrays[1], kAccess);
    if (static_cast<std::int64_t>(t.bias.size()) != t.weights.columns)
      throw std::invalid_argument(std::string(name) + " must have one bias per column");
    if (shape.projects()) t.projection = shaped<T>(name, arrays[2], shape.dim, shape.hidden);
    tensors.push_back(t);
  }
  return tensors;
}

recurrent::StackShape stack_shape(const py::sequence& layers, const std::string& cell, float cell_clip, float proj_clip,
                                  float forget_bias, bool skip_connections) {
  if (cell != "lstm" && cell != "rnn") throw std::invalid_argument("cell must be lstm or rnn, got " + cell);
  const auto first = layers[0].cast<py::sequence>();
  const auto weights = matrix_view<const float>("weights", first[0], Access::kRead);
  recurrent::StackShape shape;
  shape.cell = cell == "lstm" ? recurrent::Cell::kLstm : recurrent::Cell::kRnn;
  shape.dim = weights.columns / shape.gates();
  shape.hidden = first[2].is_none() ? shape.dim : matrix_view<const float>("weights", first[2], Access::kRead).columns;
  shape.input = weights.rows - shape.hidden;
  shape.n_layers = static_cast<std::int64_t>(layers.size());
  shape.cell_clip = cell_clip;
  shape.proj_clip = proj_clip;
  shape.forget_bias = forget_bias;
  shape.skip_connections = skip_connections;
  if (shape.input < 1 || shape.dim < 1) throw std::invalid_argument("weights must have rows for an input");
  return shape;
}

// The arrays of one direction in a call.
struct StackArguments {
  MatrixView<const float> input;
  std::vector<recurrent::LayerState> states;
  std::vector<MatrixView<float>> outputs;
  MatrixView<float> d_output;
  MatrixView<float> d_input;
  std::vector<recurrent::LayerGradients> gradients;
};

// Stacks of one or more directions, run in parallel on weights that Python owns.
class Stacks {
 public:
  Stacks(py::sequence weights, std::vector<std::int64_t> active, const std::string& cell, float cell_clip,
         float proj_clip, float forget_bias, bool skip_connections, bool training, std::size_t threads,
         const std::string& isa, const std::string& precision)
      : held_(std::move(weights)),
        batch_(std::move(active)),
        shape_(stack_shape(held_[0].cast<py::sequence>(), cell, cell_clip, proj_clip, forget_bias, skip_connections)),
        team_(threads),
        products_(team_.size()) {
    compute_ = compute_of(isa, precision);
    for (const auto& direction : held_) {
      parameters_.push_back(layer_tensors<const float>("weights", direction.cast<py::sequence>(), shape_));
      packed_.emplace_back(compute_, shape_, training ? recurrent::Purpose::kTraining : recurrent::Purpose::kInference);
      if (training)
        training_.push_back(std::make_unique<recurrent::StackTraining>(shape_, batch_));
      else
        inference_.push_back(std::make_unique<recurrent::StackInference>(shape_, batch_));
    }
  }

  void pack() {
    if (compute_.precision == linalg::Precision::kInt8)
      for (const auto& layers : parameters_) round_layers(layers);
    run([this](parallel::Team& team, std::size_t direction) {
      if (compute_.precision == linalg::Precision::kInt8) {
        packed_[direction].pack(team, parameters_[direction], int8_[direction]);
        return true;
      }
      packed_[direction].pack(team, parameters_[direction]);
      return true;
    });
  }

  void forward(const py::sequence& outputs, const py::sequence& inputs, const py::sequence& states, float rate,
               std::uint64_t seed, std::uint64_t step) {
    auto calls = calls_of(outputs, inputs, states);
    const recurrent::Dropout dropout{rate, seed, step, 0};
    run([&](parallel::Team& team, std::size_t direction) {
      return forward_one(team, direction, calls[direction], dropout);
    });
  }

  void backward(const py::sequence& d_inputs, const py::sequence& gradients, const py::sequence& d_outputs) {
    std::vector<StackArguments> calls(directions());
    add_gradients(calls, d_inputs, gradients, d_outputs);
    run([&](parallel::Team& team, std::size_t direction) { return backward_one(team, direction, calls[direction]); });
  }

  // Repeats what a training step does: pack, forward, backward. Overwrites d_outputs.
  void train(int repeats, const py::sequence& outputs, const py::sequence& inputs, const py::sequence& states,
             const py::sequence& d_inputs, const py::sequence& gradients, const py::sequence& d_outputs, float rate) {
    auto calls = calls_of(outputs, inputs, states);
    add_gradients(calls, d_inputs, gradients, d_outputs);
    run([&](parallel::Team& team, std::size_t direction) {
      for (int i = 0; i < repeats; ++i) {
        packed_[direction].pack(team, parameters_[direction]);
        team.barrier();
        if (!forward_one(team, direction, calls[direction], {rate, 1, static_cast<std::uint64_t>(i), 0}) ||
            !backward_one(team, direction, calls[direction]))
          return false;
      }
      return true;
    });
  }

  // The size of the packed weights, and of the memory for a batch.
  [[nodiscard]] std::pair<std::size_t, std::size_t> bytes() const {
    std::size_t weights = 0, batch = 0;
    for (const auto& packed : packed_) weights += packed.bytes();
    for (const auto& stack : training_) batch += stack->bytes();
    for (const auto& stack : inference_) batch += stack->bytes();
    return {weights, batch};
  }

 private:
  [[nodiscard]] std::size_t directions() const { return parameters_.size(); }

  linalg::Int8Matrix rounded(MatrixView<const float> matrix) {
    auto& values = values_.emplace_back(static_cast<std::size_t>(matrix.rows * matrix.columns));
    auto& scales = scales_.emplace_back(static_cast<std::size_t>(matrix.columns));
    const MatrixView<std::int8_t> view{values.data(), matrix.rows, matrix.columns, matrix.columns};
    if (!linalg::round_columns(view, scales, matrix)) throw std::invalid_argument("weights must be finite");
    return {view, scales};
  }

  void round_layers(const std::vector<recurrent::LayerParameters>& layers) {
    auto& all = int8_.emplace_back();
    for (const auto& layer : layers) {
      const auto inputs = layer.weights.rows - shape_.hidden;
      all.push_back({rounded(layer.weights.block_of_rows(0, inputs)),
                     rounded(layer.weights.block_of_rows(inputs, shape_.hidden)),
                     shape_.projects() ? rounded(layer.projection) : linalg::Int8Matrix{}});
    }
  }

  std::vector<StackArguments> calls_of(const py::sequence& outputs, const py::sequence& inputs,
                                       const py::sequence& states) {
    std::vector<StackArguments> calls(directions());
    for (std::size_t d = 0; d < directions(); ++d) {
      calls[d].input = shaped<const float>("inputs", inputs[d], batch_.rows(), shape_.input);
      for (const auto& output : outputs[d].cast<py::sequence>())
        calls[d].outputs.push_back(shaped<float>("outputs", output, batch_.rows(), shape_.hidden));
      for (const auto& layer : states[d].cast<py::sequence>()) {
        const auto arrays = layer.cast<py::sequence>();
        const auto h = matrix_view<float>("states", arrays[0], Access::kWrite);
        const auto c = matrix_view<float>("states", arrays[1], Access::kWrite);
        if (h.rows < batch_.width() || c.rows < batch_.width() || h.columns != shape_.hidden || c.columns != shape_.dim)
          throw std::invalid_argument("states must have a row for each sequence");
        calls[d].states.push_back({h, c});
      }
      const auto layers = static_cast<std::size_t>(shape_.n_layers);
      if (calls[d].states.size() != layers || calls[d].outputs.empty() || calls[d].outputs.size() > layers ||
          (!training_.empty() && calls[d].outputs.size() != 1))
        throw std::invalid_argument("states must have all layers; outputs those to run, in training the top one");
    }
    return calls;
  }

  void add_gradients(std::vector<StackArguments>& calls, const py::sequence& d_inputs, const py::sequence& gradients,
                     const py::sequence& d_outputs) {
    if (training_.empty()) throw std::invalid_argument("training must be true for gradients");
    for (std::size_t d = 0; d < directions(); ++d) {
      if (!d_inputs[d].is_none())
        calls[d].d_input = shaped<float>("d_inputs", d_inputs[d], batch_.rows(), shape_.input);
      calls[d].d_output = shaped<float>("d_outputs", d_outputs[d], batch_.rows(), shape_.hidden);
      calls[d].gradients = layer_tensors<float>("gradients", gradients[d].cast<py::sequence>(), shape_);
    }
  }

  bool forward_one(parallel::Team& team, std::size_t direction, StackArguments& call, recurrent::Dropout dropout) {
    dropout.direction = static_cast<int>(direction);
    if (!training_.empty())
      return training_[direction]->forward(team, packed_[direction], call.outputs.front(), call.input, call.states,
                                           dropout, products_);
    return inference_[direction]->forward(team, packed_[direction], batch_, call.outputs, call.input, call.states,
                                          products_);
  }

  bool backward_one(parallel::Team& team, std::size_t direction, StackArguments& call) {
    return training_[direction]->backward(team, packed_[direction], call.d_input, call.gradients, call.d_output,
                                          parameters_[direction], products_);
  }

  template <typename Body>
  void run(const Body& body) {
    team_.run([&](parallel::Team& team) {
      team.split(static_cast<int>(directions()), [&](int part, parallel::Team& subteam) {
        body(subteam, static_cast<std::size_t>(part));
        subteam.barrier();
      });
    });
  }

  py::sequence held_;  // owns the weights
  recurrent::SequenceBatch batch_;
  recurrent::StackShape shape_;
  InterruptibleTeam team_;
  linalg::Scratch products_;
  linalg::Compute compute_{};
  std::vector<std::vector<recurrent::LayerParameters>> parameters_;
  std::vector<std::vector<std::int8_t>> values_;  // of int8_
  std::vector<std::vector<float>> scales_;
  std::vector<std::vector<recurrent::Int8Layer>> int8_;
  std::vector<recurrent::PackedStack> packed_;
  std::vector<std::unique_ptr<recurrent::StackTraining>> training_;
  std::vector<std::unique_ptr<recurrent::StackInference>> inference_;
};

void drop_rows(const py::object& rows, std::int64_t first_row, float rate, std::uint64_t seed, std::uint64_t step,
               int direction, std::int64_t layer) {
  recurrent::drop(matrix_view<float>("rows", rows, Access::kWrite), first_row, {rate, seed, step, direction}, layer);
}

}  // namespace

void register_test_recurrent(py::module_& m) {
  auto r = m.def_submodule("recurrent", "Stacks of recurrent layers.");
  py::class_<Stacks>(r, "Stacks")
      .def(py::init<py::sequence, std::vector<std::int64_t>, const std::string&, float, float, float, bool, bool,
                    std::size_t, const std::string&, const std::string&>(),
           py::arg("weights"), py::kw_only(), py::arg("active"), py::arg("cell") = "lstm", py::arg("cell_clip") = 0.0f,
           py::arg("proj_clip") = 0.0f, py::arg("forget_bias") = 1.0f, py::arg("skip_connections") = false,
           py::arg("training") = false, py::arg("threads") = 1, py::arg("isa"), py::arg("precision") = "float32")
      .def("pack", &Stacks::pack)
      .def("forward", &Stacks::forward, py::arg("outputs"), py::arg("inputs"), py::arg("states"), py::kw_only(),
           py::arg("dropout") = 0.0f, py::arg("seed") = 1, py::arg("step") = 0)
      .def("backward", &Stacks::backward, py::arg("d_inputs"), py::arg("gradients"), py::arg("d_outputs"))
      .def("train", &Stacks::train, py::arg("repeats"), py::arg("outputs"), py::arg("inputs"), py::arg("states"),
           py::arg("d_inputs"), py::arg("gradients"), py::arg("d_outputs"), py::kw_only(), py::arg("dropout") = 0.0f)
      .def_property_readonly("bytes", &Stacks::bytes);
  r.def("drop", &drop_rows, py::arg("rows"), py::kw_only(), py::arg("first_row") = 0, py::arg("rate"), py::arg("seed"),
        py::arg("step"), py::arg("direction"), py::arg("layer"));
}

}  // namespace wordkin::bindings
