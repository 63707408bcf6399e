#include "recurrent/dropout.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "random/generator.h"

namespace wordkin::recurrent {
namespace {

constexpr std::uint64_t kDomain = 0x7265637572726E74ULL;  // separates these streams from other uses of the same seed
constexpr float kDraws = 65536.0f;

// Each layer of a step has a random stream, from which the stream of each row is derived.
std::uint64_t layer_seed(const Dropout& dropout, std::int64_t layer) {
  const auto stream = static_cast<std::uint64_t>(layer) * 2 + static_cast<std::uint64_t>(dropout.direction);
  random::Generator of_step(dropout.seed ^ kDomain, dropout.step);
  return random::Generator(of_step.next(), stream).next();
}

}  // namespace

void drop(memory::MatrixView<float> rows, std::int64_t first_row, const Dropout& dropout, std::int64_t layer) {
  if (!dropout.drops(layer)) return;
  const auto dropped = static_cast<std::uint32_t>(std::lround(dropout.rate * kDraws));
  // Indexed rather than selected by a condition: compilers make a branch of it, which is mispredicted at random.
  const std::array<float, 2> factors{kDraws / (kDraws - static_cast<float>(dropped)), 0.0f};
  const auto multiply = [&](float* values, std::uint64_t draws, std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k)
      values[k] *= factors[static_cast<std::size_t>((draws >> (16 * k) & 0xFFFFu) < dropped)];
  };
  const std::uint64_t seed = layer_seed(dropout, layer);
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    random::Generator generator(seed, static_cast<std::uint64_t>(first_row + row));
    float* const values = rows.row(row);
    std::int64_t column = 0;
    for (; column + 4 <= rows.columns; column += 4) multiply(values + column, generator.next(), 4);
    if (column < rows.columns) multiply(values + column, generator.next(), rows.columns - column);
  }
}

void drop_own_rows(const parallel::Team& team, memory::MatrixView<float> rows, const Dropout& dropout,
                   std::int64_t layer) {
  const parallel::Range own = team.share(rows.rows);
  if (own.size() > 0) drop(rows.block_of_rows(own.begin, own.size()), own.begin, dropout, layer);
}

}  // namespace wordkin::recurrent
