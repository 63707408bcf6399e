#include "word2vec/replicas.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "memory/aligned_buffer.h"

namespace wordkin::word2vec {
namespace {

constexpr std::int64_t kRowsAtOnce = 512;

}  // namespace

void check_replicas(const ReplicatedMatrix& matrix) {
  const auto& base = matrix.base;
  if (base.columns % kernels::kRowMultiple != 0 || base.pitch % kernels::kRowMultiple != 0)
    throw std::invalid_argument("base must have rows padded to 16 floats");
  if (matrix.replicas.empty()) throw std::invalid_argument("replicas must not be empty");
  for (const auto& replica : matrix.replicas)
    if (replica.rows != base.rows || replica.columns != base.columns || replica.pitch != base.pitch)
      throw std::invalid_argument("replicas must have the shape of base, " + std::to_string(base.rows) + " rows of " +
                                  std::to_string(base.columns) + " floats, got " + std::to_string(replica.rows) +
                                  " of " + std::to_string(replica.columns));
}

void combine_replicas(const ReplicatedMatrix& matrix, std::int64_t begin, std::int64_t end,
                      const kernels::KernelTable& kernels, parallel::ThreadPool& pool) {
  const auto count = matrix.replicas.size();
  const auto width = static_cast<std::size_t>(matrix.base.columns);
  const std::int64_t blocks = (end - begin + kRowsAtOnce - 1) / kRowsAtOnce;
  std::vector<memory::AlignedBuffer<float>> scratch;
  scratch.reserve(pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) scratch.emplace_back(count * width);
  pool.parallel_for(static_cast<std::size_t>(blocks), [&](std::size_t block, std::size_t worker) {
    const std::int64_t first = begin + static_cast<std::int64_t>(block) * kRowsAtOnce;
    std::vector<float*> replicas;
    replicas.reserve(count);
    for (const auto& replica : matrix.replicas) replicas.push_back(replica.row(first));
    kernels.combine_replicas({matrix.base.row(first), replicas.data(), static_cast<int>(count),
                              std::min(kRowsAtOnce, end - first), matrix.base.pitch, static_cast<int>(width),
                              scratch[worker].data()});
  });
}

}  // namespace wordkin::word2vec
