// The initial rows of the input matrix.
#pragma once

#include <cstdint>

#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"

namespace wordkin::fasttext {

// Fills the columns of each row with uniform random numbers from -limit to limit, which depend on the
// seed and the number of the row only. pool: null to use the calling thread alone.
void fill_uniform(const memory::MatrixView<float>& rows, float limit, std::uint64_t seed, parallel::ThreadPool* pool);

}  // namespace wordkin::fasttext
