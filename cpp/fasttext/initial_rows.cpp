#include "fasttext/initial_rows.h"

#include <algorithm>

#include "random/generator.h"

namespace wordkin::fasttext {
namespace {

constexpr std::int64_t kRowsPerTask = 4096;
constexpr std::uint64_t kFirstStream = std::uint64_t{1} << 48;  // not those of the jobs of training

float from_bits(std::uint32_t bits, float limit) { return (static_cast<float>(bits >> 8) * 0x1.0p-23f - 1.0f) * limit; }

}  // namespace

void fill_uniform(const memory::MatrixView<float>& rows, float limit, std::uint64_t seed, parallel::ThreadPool* pool) {
  const auto fill = [&](std::int64_t task) {
    const std::int64_t end = std::min(rows.rows, (task + 1) * kRowsPerTask);
    for (std::int64_t i = task * kRowsPerTask; i < end; ++i) {
      random::Generator generator(seed, kFirstStream + static_cast<std::uint64_t>(i));
      float* const row = rows.row(i);
      for (std::int64_t c = 0; c < rows.columns; c += 2) {
        const std::uint64_t bits = generator.next();
        row[c] = from_bits(static_cast<std::uint32_t>(bits >> 32), limit);
        if (c + 1 < rows.columns) row[c + 1] = from_bits(static_cast<std::uint32_t>(bits), limit);
      }
    }
  };
  const std::int64_t tasks = (rows.rows + kRowsPerTask - 1) / kRowsPerTask;
  if (pool != nullptr) {
    pool->parallel_for(static_cast<std::size_t>(tasks),
                       [&](std::size_t task, std::size_t) { fill(static_cast<std::int64_t>(task)); });
    return;
  }
  for (std::int64_t task = 0; task < tasks; ++task) fill(task);
}

}  // namespace wordkin::fasttext
