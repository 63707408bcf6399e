// Computes the softmax losses and an optimiser step in teams of one to four threads, for sanitizers. All teams must
// compute the same bits, and no two members may write the same float. tests/softmax and tests/optim check the values.
// Exits with status 1 if teams disagree.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels/select.h"
#include "optim/adagrad.h"
#include "optim/parameter_set.h"
#include "softmax/full_softmax.h"
#include "softmax/sampled_softmax.h"

namespace {

using namespace wordkin;

constexpr std::int64_t kWords = 4500, kColumns = 24, kNegatives = 700;

std::vector<float> noise(std::int64_t count, std::uint64_t stream) {
  random::Generator generator(1, stream);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = static_cast<float>(generator.uniform() - 0.5);
  return values;
}

// All results of one team.
std::vector<float> results_of(std::size_t threads, std::int64_t positions, const kernels::KernelTable& table) {
  const linalg::Compute compute{&table};
  auto weights = noise(kWords * kColumns, 1), bias = noise(kWords, 2);
  const auto hidden = noise(positions * kColumns, 3);
  std::vector<std::int32_t> targets[2];
  random::Generator generator(2);
  for (auto& direction : targets)
    for (std::int64_t i = 0; i < positions; ++i)
      direction.push_back(static_cast<std::int32_t>(generator.below(kWords)));

  const softmax::OutputLayer layer{{weights.data(), kWords, kColumns, kColumns}, bias};
  const memory::MatrixView<const float> hidden_view{hidden.data(), positions, kColumns, kColumns};
  softmax::SampledSoftmax first(compute, kWords, kColumns, positions, kNegatives),
      second(compute, kWords, kColumns, positions, kNegatives);
  softmax::SampledSoftmax* const sampled[2] = {&first, &second};
  softmax::FullSoftmax full(compute, kWords, kColumns, positions);
  std::vector<float> d_hidden(hidden.size()), d_weights(weights.size()), d_bias(bias.size()), losses(3);
  std::vector<float> d_hidden_sampled[2] = {d_hidden, d_hidden};
  std::vector<float> memory(weights.size(), 1.0f), bias_memory(bias.size(), 1.0f);
  optim::ParameterSet parameters;
  for (auto* direction : sampled)
    parameters.add(optim::Sparse{weights, {memory, {}}, bias, {bias_memory, {}}, &direction->gradients()});

  parallel::ThreadPool pool(threads);
  linalg::Scratch scratch(threads);
  parallel::run_team(pool, threads, [&](parallel::Team& team) {
    const double loss = full.run(
        team,
        {{d_hidden.data(), positions, kColumns, kColumns}, {d_weights.data(), kWords, kColumns, kColumns}, d_bias},
        {hidden_view, targets[0]}, layer, 0.5f, scratch);
    if (team.rank() == 0) losses[2] = static_cast<float>(loss);
    team.split(2, [&](int direction, parallel::Team& subteam) {
      const double sum =
          sampled[direction]->run(subteam, {d_hidden_sampled[direction].data(), positions, kColumns, kColumns},
                                  {hidden_view, targets[direction]}, layer,
                                  random::Generator(3, static_cast<std::uint64_t>(direction)), 0.5f, scratch);
      if (subteam.rank() == 0) losses[static_cast<std::size_t>(direction)] = static_cast<float>(sum);
    });
    team.barrier();
    optim::merge_shared_rows(team, first.gradients(), second.gradients());
    team.barrier();
    const double squares = parameters.squared_norm(team, table);
    parameters.update(team, optim::Adagrad(table, 0.2, 1.0 / (1.0 + squares)));
  });
  std::vector<float> all;
  for (const auto* part :
       {&losses, &weights, &bias, &memory, &d_hidden, &d_weights, &d_bias, &d_hidden_sampled[0], &d_hidden_sampled[1]})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

}  // namespace

int main() {
  bool is_right = true;
  for (const auto isa : kernels::available())
    for (const std::int64_t positions : {1, 40, 300}) {
      const auto alone = results_of(1, positions, kernels::table_of(isa));
      for (const std::size_t threads : {2, 3, 4})
        if (results_of(threads, positions, kernels::table_of(isa)) != alone) {
          std::printf("%s: %d threads differ from one at %d positions\n", kernels::name_of(isa).data(),
                      static_cast<int>(threads), static_cast<int>(positions));
          is_right = false;
        }
    }
  std::puts(is_right ? "ok" : "wrong");
  return is_right ? 0 : 1;
}
