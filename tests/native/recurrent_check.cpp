// Trains recurrent stacks in teams of one and three threads, which must compute the same outputs, for sanitizers.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "kernels/select.h"
#include "parallel/thread_pool.h"
#include "random/generator.h"
#include "recurrent/direction_stack.h"

using namespace wordkin;
using namespace wordkin::recurrent;

namespace {

struct Matrix {
  std::vector<float> numbers;
  std::int64_t rows, columns;

  Matrix(std::int64_t r, std::int64_t c, random::Generator* generator = nullptr)
      : numbers(static_cast<std::size_t>(r * c), std::numeric_limits<float>::quiet_NaN()), rows(r), columns(c) {
    if (generator != nullptr)
      for (auto& x : numbers) x = static_cast<float>(generator->uniform() - 0.5);
  }
  memory::MatrixView<float> view() { return {numbers.data(), rows, columns, columns}; }
};

// The weights or the gradients of the layers.
struct Tensors {
  std::vector<Matrix> weights, biases, projections;

  Tensors(const StackShape& shape, random::Generator* generator) {
    for (std::int64_t layer = 0; layer < shape.n_layers; ++layer) {
      weights.emplace_back(shape.input_of(layer) + shape.hidden, shape.gates() * shape.dim, generator);
      biases.emplace_back(1, shape.gates() * shape.dim, generator);
      projections.emplace_back(shape.projects() ? shape.dim : 0, shape.hidden, generator);
    }
  }
  template <typename T>
  std::vector<LayerTensors<T>> views() {
    std::vector<LayerTensors<T>> all;
    for (std::size_t layer = 0; layer < weights.size(); ++layer)
      all.push_back({weights[layer].view(), std::span<T>(biases[layer].numbers), projections[layer].view()});
    return all;
  }
};

std::vector<float> trained(const StackShape& shape, std::size_t threads) {
  random::Generator generator(7);
  const SequenceBatch batch({9, 9, 8, 4, 4, 1});
  Tensors weights(shape, &generator), gradients(shape, nullptr);
  const auto parameters = weights.views<const float>();
  const auto d_parameters = gradients.views<float>();
  std::vector<Matrix> kept;
  std::vector<LayerState> states;
  kept.reserve(static_cast<std::size_t>(2 * shape.n_layers));
  for (std::int64_t layer = 0; layer < shape.n_layers; ++layer) {
    kept.emplace_back(batch.width(), shape.hidden, &generator);
    kept.emplace_back(batch.width(), shape.dim, &generator);
    states.push_back({kept[kept.size() - 2].view(), kept.back().view()});
  }
  Matrix input(batch.rows(), shape.input, &generator), output(batch.rows(), shape.hidden),
      d_output(batch.rows(), shape.hidden, &generator), d_input(batch.rows(), shape.input);
  PackedStack packed({&kernels::table_of(kernels::available().back())}, shape, Purpose::kTraining);
  StackTraining training(shape, batch);
  parallel::ThreadPool pool(threads);
  linalg::Scratch products(threads);
  parallel::run_team(pool, threads, [&](parallel::Team& team) {
    packed.pack(team, parameters);
    team.barrier();
    const Dropout dropout{0.2f, 5, 1, 0};
    if (!training.forward(team, packed, output.view(), input.view(), states, dropout, products) ||
        !training.backward(team, packed, d_input.view(), d_parameters, d_output.view(), parameters, products))
      std::abort();
  });
  for (const auto& list : {gradients.weights, gradients.biases, gradients.projections, std::vector<Matrix>{d_input}})
    for (const auto& matrix : list)
      for (const float x : matrix.numbers)
        if (!(x * 0.0f == 0.0f)) std::abort();  // written, and finite
  return output.numbers;
}

}  // namespace

int main() {
  for (const Cell cell : {Cell::kLstm, Cell::kRnn})
    for (const std::int64_t hidden : {21, 150}) {
      const StackShape shape{cell, 30, 150, hidden, 3, 0.3f, 0.2f, 1.0f, true};
      const auto alone = trained(shape, 1), shared = trained(shape, 3);
      if (std::memcmp(alone.data(), shared.data(), alone.size() * sizeof(float)) != 0) {
        std::puts("outputs depend on the team");
        return 1;
      }
    }
  std::puts("recurrent stacks: the same for teams of one and three");
  return 0;
}
