// Packs panels of pairs of bfloat16. Included once per ISA.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline Vec load_some(const float* p, std::int64_t count) {
  return count >= Vec::kWidth ? Vec::load(p) : Vec::load_partial(p, static_cast<int>(count));
}

// Rounds two vectors and stores the pairs of their lanes. Other instructions for it are a parameter of the functions
// below.
struct RoundedPairs {
  static void store(std::uint32_t* words, Vec lower, Vec upper, std::int64_t count) {
    lower = round_to_bfloat(lower);
    upper = round_to_bfloat(upper);
    if (count >= Vec::kWidth) return store_pairs(words, lower, upper);
    std::uint32_t pairs[Vec::kWidth];
    store_pairs(pairs, lower, upper);
    for (std::int64_t i = 0; i < count; ++i) words[i] = pairs[i];
  }
};

template <typename Pairs>
inline void pack_bfloat(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                        std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; i += 2, words += pitch, in += 2 * in_pitch)
    for (std::int64_t j = 0; j < columns; j += Vec::kWidth) {
      const std::int64_t count = columns - j;
      const Vec upper = i + 1 < rows ? load_some(in + in_pitch + j, count) : Vec::zero();
      Pairs::store(words + j, load_some(in + j, count), upper, count);
    }
}

template <typename Pairs>
inline void pack_bfloat_transposed(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                                   std::int64_t rows, std::int64_t columns) {
  constexpr int W = Vec::kWidth;
  for (std::int64_t i = 0; i < rows; i += W)
    for (std::int64_t j = 0; j < columns; j += W) {
      Vec block[W];
      for (int c = 0; c < W; ++c)
        block[c] = j + c < columns ? load_some(in + (j + c) * in_pitch + i, rows - i) : Vec::zero();
      transpose(block);
      for (int r = 0; r < W && i + r < rows; r += 2)
        Pairs::store(words + (i + r) / 2 * pitch + j, block[r], block[r + 1], columns - j);
    }
}

}  // namespace
}  // namespace wordkin::kernels
