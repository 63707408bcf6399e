// Forward and backward through all layers, for fine-tuning.
#include "bindings/elmo_forward_pass.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/elmo_options.h"
#include "bindings/elmo_tensors.h"
#include "bindings/elmo_windows.h"
#include "bindings/interruptible_team.h"
#include "bindings/reentrancy_guard.h"
#include "bindings/tensor_views.h"
#include "elmo/forward_pass.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

class ForwardPass {
 public:
  ForwardPass(const py::object& options, const py::dict& parameters, const py::object& characters,
              const py::object& ids, const py::object& ends, const py::object& words, const py::object& state,
              std::size_t threads, const std::string& isa, const std::string& precision)
      : options_(elmo_options_from(options)),
        list_(elmo::parameters_of(options_)),
        batch_(vector_view<const std::int64_t>("ends", ends, Access::kRead)),
        team_(threads),
        characters_(characters),
        words_(words) {
    const auto tensors = read_elmo_tensors(list_, parameters);
    for (const auto& item : parameters) held_.push_back(py::reinterpret_borrow<py::object>(item.second));
    const elmo::TokenTypes types = token_types_from(options_, characters_, words_);
    const auto tokens = vector_view<const std::int32_t>("ids", ids, Access::kRead);
    check_ids("ids", tokens, options_.token_input ? options_.n_tokens_vocab : types.characters.rows, "words");
    if (batch_.tokens() != std::ssize(tokens))
      throw py::value_error("the last entry of ends must be the number of ids, " + std::to_string(tokens.size()) +
                            ", got " + std::to_string(batch_.tokens()));
    const linalg::Compute compute{&kernels_named(isa), choice_named("precision", precision, kTrainingPrecisionNames)};
    pass_.emplace(compute, options_, elmo::tensors_of<const float>(options_, tensors), batch_, types, tokens,
                  team_.size());
    run_forward(state);
  }

  const py::array_t<float>& layers() const { return layers_; }

  // {name: gradient} for all tensors except the softmax, given the gradient of `layers`.
  py::dict backward(const py::object& d_layers) {
    const ReentrancyGuard<> guard(busy_, "backward() is running in another thread");
    if (is_consumed_) throw std::runtime_error("backward() can be called only once: it consumes the saved activations");
    const auto given = tensor_view<const float>("d_layers", d_layers, shape(), Access::kRead);
    std::vector<py::array_t<float>> gradients;
    std::vector<std::span<float>> spans;
    for (const auto& parameter : list_) {
      if (parameter.part == elmo::Part::kSoftmax) {
        spans.emplace_back();
        continue;
      }
      auto& gradient = gradients.emplace_back(parameter.shape);
      std::fill_n(gradient.mutable_data(), gradient.size(), 0.0f);
      spans.emplace_back(gradient.mutable_data(), static_cast<std::size_t>(gradient.size()));
    }
    const auto tensors = elmo::tensors_of<float>(options_, spans);
    is_consumed_ = true;
    if (batch_.tokens() > 0)
      team_.run([&](parallel::Team& team) {
        static_cast<void>(
            pass_->backward(team, tensors, layer_views(given.data())));  // false if cancelled; then run() throws
      });
    if (options_.token_input) copy_rows(tensors.embedding, pass_->row_gradient());
    if (elmo::has_words(options_)) copy_rows(tensors.words.vectors, pass_->row_gradient());
    py::dict named;
    for (std::size_t i = 0; i < gradients.size(); ++i) named[py::str(list_[i].name)] = gradients[i];
    return named;
  }

 private:
  [[nodiscard]] std::array<std::int64_t, 3> shape() const {
    return {options_.n_layers + 1, batch_.tokens(), 2 * options_.projection_dim};
  }
  template <typename T>
  std::vector<memory::MatrixView<T>> layer_views(T* data) const {
    const auto [layers, tokens, columns] = shape();
    std::vector<memory::MatrixView<T>> views;
    views.reserve(static_cast<std::size_t>(layers));
    for (std::int64_t layer = 0; layer < layers; ++layer)
      views.push_back({data + layer * tokens * columns, tokens, columns, columns});
    return views;
  }

  void run_forward(const py::object& state) {
    layers_ = py::array_t<float>(shape());
    const RowOrder order = order_of(batch_);
    if (!state.is_none()) assign_state(options_, pass_->state(), py::cast<py::dict>(state), order);
    const auto views = layer_views(layers_.mutable_data());
    if (batch_.tokens() > 0) team_.run([&](parallel::Team& team) { static_cast<void>(pass_->forward(team, views)); });
    if (!state.is_none()) write_state(options_, pass_->state(), py::cast<py::dict>(state), order);
  }

  static void copy_rows(memory::MatrixView<float> gradient, const optim::RowGradients& rows) {
    for (std::int64_t row = 0; row < rows.count(); ++row)
      std::copy_n(rows.row(row), rows.columns(), gradient.row(rows.ids()[row]));
  }

  elmo::Options options_;
  std::vector<elmo::Parameter> list_;
  elmo::SentenceBatch batch_;
  InterruptibleTeam team_;
  py::object characters_, words_;
  std::vector<py::object> held_;
  std::optional<elmo::ForwardPass> pass_;
  py::array_t<float> layers_;
  std::atomic_flag busy_;
  bool is_consumed_ = false;
};

}  // namespace

void register_elmo_forward_pass(py::module_& m) {
  py::class_<ForwardPass>(m, "ForwardPass")
      .def(py::init<const py::object&, const py::dict&, const py::object&, const py::object&, const py::object&,
                    const py::object&, const py::object&, std::size_t, const std::string&, const std::string&>(),
           py::arg("options"), py::arg("parameters"), py::arg("characters"), py::arg("ids"), py::arg("ends"),
           py::kw_only(), py::arg("words") = py::none(), py::arg("state") = py::none(), py::arg("threads"),
           py::arg("isa"), py::arg("precision") = "float32")
      .def_property_readonly("layers", &ForwardPass::layers)
      .def("backward", &ForwardPass::backward, py::arg("d_layers"));
}

}  // namespace wordkin::bindings
