// Products of 8-bit integers: tiles of int32 sums in registers, and the rounding of the left operand. Included once per
// ISA, for the formats of the Vec headers and of instructions for dot products of bytes.
//
// The structure is that of gemm_tile.inl.h, with a group of rows of the panel in place of one row.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/gemm_tile.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kGreatestByte = 127;

template <typename F>
inline void fill_row(typename F::Left* out, std::int64_t from, std::int64_t to) {
  for (std::int64_t j = from; j < to; ++j) out[j] = static_cast<typename F::Left>(F::kOffset);
}

// The greatest magnitude of a row; infinite or NaN if any element is.
inline float greatest_magnitude(const float* row, std::int64_t columns) {
  IntVec greatest = IntVec::zero();
  std::int64_t j = 0;
  for (; j + Vec::kWidth <= columns; j += Vec::kWidth) greatest = max_magnitude(greatest, Vec::load(row + j));
  if (j < columns) greatest = max_magnitude(greatest, Vec::load_partial(row + j, static_cast<int>(columns - j)));
  std::int32_t lanes[Vec::kWidth], bits = 0;
  greatest.store(lanes);
  for (const std::int32_t lane : lanes) bits = bits < lane ? lane : bits;
  float magnitude;
  std::memcpy(&magnitude, &bits, sizeof magnitude);
  return magnitude;
}

template <typename F>
inline float round_row(typename F::Left* out, std::int64_t pitch, const float* in, std::int64_t columns) {
  constexpr float kLeast = 0x1p-120f, kLargest = 3.4028234663852886e38f;
  const float greatest = greatest_magnitude(in, columns);
  if (!(greatest >= kLeast && greatest <= kLargest)) {
    fill_row<F>(out, 0, pitch);
    return greatest < kLeast ? 0.0f : greatest - greatest;
  }
  const Vec integers_in_one = Vec::broadcast(static_cast<float>(kGreatestByte) / greatest);
  std::int64_t j = 0;
  for (; j + Vec::kWidth <= columns; j += Vec::kWidth)
    F::store_rounded(out + j, mul(Vec::load(in + j), integers_in_one));
  if (j < columns) {
    typename F::Left rest[Vec::kWidth];
    F::store_rounded(rest, mul(Vec::load_partial(in + j, static_cast<int>(columns - j)), integers_in_one));
    for (std::int64_t k = j; k < columns; ++k) out[k] = rest[k - j];
  }
  fill_row<F>(out, columns, pitch);
  return greatest / static_cast<float>(kGreatestByte);
}

template <typename F>
inline void round_rows_to_bytes(void* out, std::int64_t pitch, float* scales, const float* in, std::int64_t in_pitch,
                                std::int64_t rows, std::int64_t columns) {
  auto* target = static_cast<typename F::Left*>(out);
  for (std::int64_t i = 0; i < rows; ++i, target += pitch, in += in_pitch)
    scales[i] = round_row<F>(target, pitch, in, columns);
}

// One pointer serves three rows of A, as in gemm_tile.inl.h.
template <typename F, int R>
struct ByteRows {
  static constexpr int kPointers = (R + 2) / 3;
  const typename F::Left* rows[kPointers];
  std::int64_t pitch;

  WORDKIN_INLINE ByteRows(const typename F::Left* a, std::int64_t a_pitch) : pitch(a_pitch) {
    for (int i = 0; i < kPointers; ++i) rows[i] = a + 3 * i * a_pitch;
  }
  WORDKIN_INLINE typename F::Row of(int r) const { return F::broadcast(rows[r / 3] + r % 3 * pitch); }
  WORDKIN_INLINE void advance() {
    for (auto& row : rows) row += F::kGroup;
  }
};

template <typename F, int R>
WORDKIN_INLINE void multiply_group(IntVec (&sum)[R][Vec::kGemmVectors], ByteRows<F, R>& a, const std::int8_t*& panel) {
  constexpr int V = Vec::kGemmVectors;
  typename F::Column b[V];
  for (int v = 0; v < V; ++v) b[v] = F::load(panel + v * Vec::kWidth * F::kGroup);
  for (int r = 0; r < R; ++r) {
    const typename F::Row x = a.of(r);
    for (int v = 0; v < V; ++v) sum[r][v] = F::multiply_add(x, b[v], sum[r][v]);
  }
  a.advance();
  panel += kPanelColumns * F::kGroup;
}

// The sums of a row as floats. scales: of the columns.
WORDKIN_INLINE void scale_sums(Vec* floats, const IntVec* sums, const float* scales, float row_scale) {
  for (int v = 0; v < Vec::kGemmVectors; ++v)
    floats[v] = mul(mul(to_floats(sums[v]), Vec::load(scales + v * Vec::kWidth)), Vec::broadcast(row_scale));
}

// Writes the rows of a tile of C from row i on. Unrolled by recursion, because with a loop the compiler would keep the
// sums in memory during accumulation.
template <int R>
WORDKIN_INLINE void finish_tile(const Int8Product& p, std::int64_t i, std::int64_t j,
                                const IntVec (*sum)[Vec::kGemmVectors]) {
  Vec floats[Vec::kGemmVectors];
  scale_sums(floats, *sum, p.scales + j, p.a_scales[i]);
  finish_row<Vec::kGemmVectors>(p.c + i * p.c_pitch + j, floats, p.adds, p.columns - j);
  if constexpr (R > 1) finish_tile<R - 1>(p, i + 1, j, sum + 1);
}

// The sums of each set of a tile. With few rows, the latency of the instructions exceeds their throughput unless
// successive groups are added to separate sums; sums of integers are exact in any order.
template <int R>
inline constexpr int kSumSets = R == 1   ? 4
                                : R <= 3 ? 2
                                         : 1;

// A tile of C whose first element has the row i and the column j.
template <typename F, int R>
inline void multiply_byte_tile(const Int8Product& p, std::int64_t i, std::int64_t j, const std::int8_t* panel,
                               PanelPrefetch lookahead) {
  constexpr int V = Vec::kGemmVectors;
  constexpr int kSets = kSumSets<R>;
  IntVec sums[kSets][R][V];
  for (int set = 0; set < kSets; ++set)
    for (auto& row : sums[set])
      for (int v = 0; v < V; ++v)
        row[v] = F::kOffset == 0 || set > 0 ? IntVec::zero() : IntVec::load(p.offsets + j + v * Vec::kWidth);
  ByteRows<F, R> a(static_cast<const typename F::Left*>(p.a) + i * p.a_pitch, p.a_pitch);
  const std::int64_t groups = p.a_pitch / F::kGroup;
  std::int64_t k = 0;
  for (; k + 4 <= groups; k += 4) {
    for (int line = 0; line < lookahead.count; ++line, lookahead.line += kLineBytes) prefetch_soon(lookahead.line);
    multiply_group<F, R>(sums[0], a, panel);
    multiply_group<F, R>(sums[1 % kSets], a, panel);
    multiply_group<F, R>(sums[2 % kSets], a, panel);
    multiply_group<F, R>(sums[3 % kSets], a, panel);
  }
  for (; k < groups; ++k) multiply_group<F, R>(sums[0], a, panel);
  for (int set = 1; set < kSets; ++set)
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) sums[0][r][v] = add(sums[0][r][v], sums[set][r][v]);
  finish_tile<R>(p, i, j, sums[0]);
}

// Rows of a tile. Higher tiles would make products of widened bytes, for which there is no instruction, slightly faster
// on the few processors that need them, but the module much larger.
template <typename F>
constexpr int kByteTileRows = F::kGroup == 2 && Vec::kGemmRows > 6 ? 6 : Vec::kGemmRows;

// Selects the instance for R = kByteTileRows down to 1 rows.
template <typename F, int R>
inline void multiply_byte_tile_of(std::int64_t rows, const Int8Product& p, std::int64_t i, std::int64_t j,
                                  const std::int8_t* panel, PanelPrefetch lookahead) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_byte_tile_of<F, R - 1>(rows, p, i, j, panel, lookahead);
  }
  multiply_byte_tile<F, R>(p, i, j, panel, lookahead);
}

template <typename F>
inline void multiply_bytes(const Int8Product& p) {
  constexpr int kRows = kByteTileRows<F>;
  constexpr int kLines = (4 * F::kGroup * kPanelColumns + kLineBytes - 1) / kLineBytes;  // cache lines of four groups
  const auto tiles = static_cast<int>((p.rows + kRows - 1) / kRows);
  const int share = p.next_panel == nullptr ? 0 : (kLines + tiles - 1) / tiles;
  const std::int64_t panel_bytes = p.a_pitch * kPanelColumns;
  const std::int8_t* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kPanelColumns, panel += panel_bytes) {
    const auto* next =
        reinterpret_cast<const char*>(j + kPanelColumns < p.columns ? panel + panel_bytes : p.next_panel);
    int fetched = 0;
    for (std::int64_t i = 0; i < p.rows; i += kRows) {
      const int count = kLines - fetched < share ? kLines - fetched : share;
      multiply_byte_tile_of<F, kRows>(p.rows - i, p, i, j, panel,
                                      {next + fetched * (p.a_pitch / F::kGroup / 4) * kLineBytes, count});
      fetched += count;
    }
  }
}

template <typename F>
constexpr Int8Kernels int8_kernels() {
  return {F::kGroup, F::kGroup, sizeof(typename F::Left), round_rows_to_bytes<F>, multiply_bytes<F>};
}

}  // namespace
}  // namespace wordkin::kernels
