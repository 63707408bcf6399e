// Compares the window kernels of every instruction set of the machine with plain loops in double precision, on machines
// without Python: it can be cross-compiled and run in an emulator. tests/kernels checks more, through Python. Exits
// with status 1 if an entry differs by more than 1e-6 of the largest one.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "kernels/select.h"
#include "memory/aligned_buffer.h"
#include "random/generator.h"

namespace {

using namespace wordkin;

constexpr int kRows = 48;

struct Case {
  bool is_cbow;
  int inputs, outputs, width;
};

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Returns the largest difference between kernel and definition, including the loss, relative to the largest entry.
double worst_difference(const kernels::KernelTable& table, const Case& c, random::Generator& generator) {
  const auto uniform = [&] { return static_cast<float>(generator.uniform() - 0.5); };
  memory::AlignedBuffer<float> x(kRows * c.width), y(kRows * c.width);
  for (auto* matrix : {&x, &y})
    for (auto& value : matrix->span()) value = uniform();
  std::vector<double> x_expected(x.data(), x.data() + x.size()), y_expected(y.data(), y.data() + y.size());
  std::vector<float> signs(c.outputs + 16), repeats(c.outputs + 16);
  for (int j = 0; j < c.outputs; ++j) {
    signs[j] = generator.below(2) ? 1.0f : -1.0f;
    repeats[j] = generator.below(4) ? 1.0f : 2.0f;
  }
  const float rate = 0.1f;
  const float scale = c.is_cbow ? 1.0f / static_cast<float>(c.inputs) : 1.0f;

  // The definition: all scores from the old rows, then all changes. CBOW has one input, the mean row.
  const int n = c.is_cbow ? 1 : c.inputs;
  std::vector<double> hidden(static_cast<std::size_t>(n) * c.width, 0.0);
  for (int i = 0; i < c.inputs; ++i)
    for (int k = 0; k < c.width; ++k) hidden[(c.is_cbow ? 0 : i) * c.width + k] += scale * x_expected[i * c.width + k];
  std::vector<double> change(hidden.size(), 0.0);
  const std::vector<double> y_old = y_expected;
  double loss_expected = 0.0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < c.outputs; ++j) {
      double z = 0.0;
      for (int k = 0; k < c.width; ++k) z += hidden[i * c.width + k] * y_old[j * c.width + k];
      z *= signs[j];
      const double g = static_cast<double>(rate) * repeats[j] * signs[j] * sigmoid(-z);
      loss_expected += repeats[j] * std::log1p(std::exp(-z));
      for (int k = 0; k < c.width; ++k) {
        change[i * c.width + k] += g * y_old[j * c.width + k];
        y_expected[j * c.width + k] += g * hidden[i * c.width + k];
      }
    }
  for (int i = 0; i < c.inputs; ++i)
    for (int k = 0; k < c.width; ++k) x_expected[i * c.width + k] += change[(c.is_cbow ? 0 : i) * c.width + k];

  std::vector<float*> inputs, outputs;
  for (int i = 0; i < c.inputs; ++i) inputs.push_back(x.data() + i * c.width);
  for (int j = 0; j < c.outputs; ++j) outputs.push_back(y.data() + j * c.width);
  memory::AlignedBuffer<float> scratch(kernels::scratch_floats(c.inputs, c.outputs, c.width));
  kernels::LossAccumulator loss;
  const kernels::Window window{{inputs.data(), nullptr, c.inputs, 0, c.inputs},
                               {outputs.data(), signs.data(), repeats.data(), c.outputs, 2, false},
                               {nullptr, 0},
                               c.width,
                               c.width,
                               1,
                               rate,
                               scale,
                               1.0f,
                               scratch.data(),
                               &loss};
  (c.is_cbow ? table.cbow : table.skipgram)(window);
  table.fold_loss(loss);

  double worst = std::abs(loss.total - loss_expected) / loss_expected;
  double largest = 0.0;
  for (const double value : x_expected) largest = std::max(largest, std::abs(value));
  for (std::size_t k = 0; k < x.size(); ++k) {
    worst = std::max(worst, std::abs(x[k] - x_expected[k]) / largest);
    worst = std::max(worst, std::abs(y[k] - y_expected[k]) / largest);
  }
  return worst;
}

}  // namespace

int main() {
  bool is_right = true;
  for (const auto isa : kernels::available()) {
    random::Generator generator(1);
    double worst = 0.0;
    for (const bool is_cbow : {false, true})
      for (int inputs = 1; inputs <= 23; ++inputs)
        for (int outputs = 1; outputs <= 21; ++outputs)
          for (const int width : {16, 48, 112})
            worst =
                std::max(worst, worst_difference(kernels::table_of(isa), {is_cbow, inputs, outputs, width}, generator));
    is_right = is_right && worst < 1e-6;
    std::printf("%s: largest difference %.2e %s\n", std::string(kernels::name_of(isa)).c_str(), worst,
                worst < 1e-6 ? "ok" : "WRONG");
  }
  return is_right ? 0 : 1;
}
