// Copies of a matrix that are trained independently, and their combination.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"

namespace wordkin::word2vec {

// A matrix and the copies of it that have been trained since they were equal. Borrowed; all have the same shape and
// pitch, and rows that are padded and aligned as kernels require.
struct ReplicatedMatrix {
  memory::MatrixView<float> base;
  std::vector<memory::MatrixView<float>> replicas;
};

// Throws std::invalid_argument if the shapes differ or rows are not padded.
void check_replicas(const ReplicatedMatrix& matrix);

// Combines the changes of the rows [begin, end) of all copies; see kernels::ReplicaRows. The result does not depend on
// the number of threads. The pool must be idle.
void combine_replicas(const ReplicatedMatrix& matrix, std::int64_t begin, std::int64_t end,
                      const kernels::KernelTable& kernels, parallel::ThreadPool& pool);

}  // namespace wordkin::word2vec
