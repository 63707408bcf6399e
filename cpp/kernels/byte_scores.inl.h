// The byte kernels, for a type that multiplies groups of four bytes. Included once per ISA, after WORDKIN_VEC_HEADER
// and the type have been defined.
//
// Each lane of a sum belongs to a row. A tile of sums stays in registers while the columns are processed: the rows of
// some panels with some queries, whose groups are broadcast to all lanes. A single query reads the panels as one
// forward stream, as in row_scores.inl.h.
//
// A type `Dot` has
//   kTilePanels, kTileQueries   what fits the registers
//   Sums, Rows, Group           one register (or two) of int32 sums, of groups of rows, and of one group of a query
//   kVectors                    Sums that hold a panel
//   broadcast(p), load(p), add(sums, rows, group), start(n), to_floats(sums), store(p, sums)
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/byte_scores.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

// Stores the first `count` of some integers from 0 to 255 as bytes: groups of four, at a distance of a group of all
// rows. The last group is completed.
inline void store_groups(std::uint8_t* target, Vec integers, int count) {
  std::uint16_t words[Vec::kWidth];
  integers.store_counts(words);
  for (int i = 0; i < Vec::kWidth && i < count; i += kPanelGroup) {
    const std::uint32_t group = static_cast<std::uint32_t>(words[i]) | static_cast<std::uint32_t>(words[i + 1]) << 8 |
                                static_cast<std::uint32_t>(words[i + 2]) << 16 |
                                static_cast<std::uint32_t>(words[i + 3]) << 24;
    std::memcpy(target + i * kPanelRows, &group, sizeof group);
  }
}

// Calls step(x, c) for each vector of a row; the last one is zero-padded.
template <typename Step>
WORDKIN_INLINE void for_vectors(const float* row, int columns, const Step& step) {
  int c = 0;
  for (; c + Vec::kWidth <= columns; c += Vec::kWidth) step(Vec::load(row + c), c);
  if (c < columns) step(Vec::load_partial(row + c, columns - c), c);
}

inline float sum_of(Vec x) {
  float lanes[Vec::kWidth], sum = 0.0f;
  x.store(lanes);
  for (const float lane : lanes) sum += lane;
  return sum;
}

inline float greatest_of(Vec x) {
  float lanes[Vec::kWidth], greatest = 0.0f;
  x.store(lanes);
  for (const float lane : lanes) greatest = lane > greatest ? lane : greatest;
  return greatest;
}

inline float square_root(float x) {
  float lanes[Vec::kWidth];
  sqrt(Vec::broadcast(x)).store(lanes);
  return lanes[0];
}

inline float larger(float a, float b) { return a > b ? a : b; }

// The index of the lowest bit that is set; at least one is.
inline int lowest_bit(std::uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
  return __builtin_ctzll(bits);
#else
  int index = 0;
  for (; (bits & 1u) == 0; bits >>= 1) ++index;
  return index;
#endif
}

inline float not_a_number() {
  constexpr std::uint32_t bits = 0x7FC00000u;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// A zero row has no rounding error with any step. The step is small, so that the other errors are small in steps.
inline constexpr float kPerUnitOfZero = 1e6f;

// Bytes of the row `target` has been set to kByteOffset before. Returns its steps per unit.
inline float round_to_panel(std::uint8_t* target, PanelBounds& bounds, const float* row, float divisor, int columns) {
  Vec greatest_lanes = Vec::zero(), squares = Vec::zero();
  for_vectors(row, columns, [&](Vec x, int) {
    greatest_lanes = max(greatest_lanes, abs(x));
    squares = fma(x, x, squares);
  });
  const float greatest = greatest_of(greatest_lanes);
  const float length = square_root(sum_of(squares));  // NaN and infinity do not pass the comparisons below
  if (greatest == 0.0f && length == 0.0f) return kPerUnitOfZero;
  // Outside these bounds an intermediate value could overflow or lose its relative precision.
  const bool is_usual = greatest > 1e-6f && length < 1e9f && divisor > 1e-6f && divisor < 1e9f;
  if (!is_usual) return not_a_number();
  const float step = greatest / 127.0f;
  const Vec steps_in_one = Vec::broadcast(127.0f / greatest), negative_step = Vec::broadcast(-step);
  const Vec offset = Vec::broadcast(static_cast<float>(kByteOffset));
  Vec squared_rests = Vec::zero();
  for_vectors(row, columns, [&](Vec x, int c) {
    const Vec q = round(mul(x, steps_in_one));
    const Vec rest = fma(q, negative_step, x);
    squared_rests = fma(rest, rest, squared_rests);
    store_groups(target + c * kPanelRows, add(q, offset), columns - c);
  });
  constexpr float kAbove = 1.0001f;  // margin for the rounding errors of this function
  const int roundings = columns / 4 + 24;
  const float rest = square_root(sum_of(squared_rests)) + static_cast<float>(roundings) * 0x1p-23f * length;
  bounds.rest = larger(bounds.rest, kAbove * rest / step);
  bounds.length = larger(bounds.length, kAbove * (length + rest) / divisor);
  return divisor / step;
}

inline void round_panel(std::uint8_t* bytes, float* per_unit, PanelBounds* bounds, const RowBlock& rows, int columns) {
  std::memset(bytes, kByteOffset, static_cast<std::size_t>(panel_bytes(columns)));
  *bounds = {0.0f, 0.0f};
  for (int r = 0; r < kPanelRows; ++r)
    per_unit[r] = r < rows.count ? round_to_panel(bytes + r * kPanelGroup, *bounds, rows.floats + r * rows.float_pitch,
                                                  rows.divisors[r], columns)
                                 : kPerUnitOfZero;
}

// The complete products of P panels with Q queries.
template <typename Dot, int P, int Q>
struct ByteTile {
  static constexpr int kSums = P * Dot::kVectors, kPointers = (Q + 2) / 3;
  static constexpr int kVectorBytes = kPanelRows * kPanelGroup / Dot::kVectors;
  typename Dot::Sums sums[Q][kSums];

  WORDKIN_INLINE void multiply(const std::uint8_t* panel, const RoundedQueryBlock& queries, int first) {
    const std::int64_t bytes = panel_bytes(queries.columns), groups = groups_of(queries.columns);
    const std::int8_t* pointers[kPointers];  // each serves three queries, as in gemm_tile.inl.h
    for (int i = 0; i < kPointers; ++i) pointers[i] = queries.bytes + (first + 3 * i) * queries.pitch;
    typename Dot::Sums sum[Q][kSums];  // local arrays stay in registers
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < kSums; ++v) sum[q][v] = Dot::start(queries.start[first + q]);
    for (std::int64_t g = 0; g < groups; ++g, panel += kPanelRows * kPanelGroup) {
      if constexpr (Q == 1) prefetch_ahead(panel);
      typename Dot::Rows rows[kSums];
      for (int v = 0; v < kSums; ++v)
        rows[v] = Dot::load(panel + v / Dot::kVectors * bytes + v % Dot::kVectors * kVectorBytes);
      for (int q = 0; q < Q; ++q) {
        const auto group = Dot::broadcast(pointers[q / 3] + q % 3 * queries.pitch);
        for (int v = 0; v < kSums; ++v) sum[q][v] = Dot::add(sum[q][v], rows[v], group);
      }
      for (auto& pointer : pointers) pointer += kPanelGroup;
    }
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < kSums; ++v) sums[q][v] = sum[q][v];
  }

  // Farther than the hardware prefetcher, which stops at the end of a page; see prefetch_after.
  static WORDKIN_INLINE void prefetch_ahead(const std::uint8_t* panel) {
    constexpr std::uintptr_t kBytesAhead = 4096;
    prefetch(reinterpret_cast<const void*>(  // NOLINT(performance-no-int-to-ptr)
        reinterpret_cast<std::uintptr_t>(panel) + kBytesAhead));
  }
};

// Calls sink.take(tile, first panel, first query) for tiles that cover all pairs.
template <typename Dot, int P, typename Sink>
inline void for_queries(const RoundedPanels& rows, const RoundedQueryBlock& queries, int panel, Sink& sink) {
  constexpr int kQueries = Dot::kTileQueries;
  const std::uint8_t* const bytes = rows.bytes + panel * panel_bytes(queries.columns);
  int q = 0;
  for (; q + kQueries <= queries.count; q += kQueries) {
    ByteTile<Dot, P, kQueries> tile;
    tile.multiply(bytes, queries, q);
    sink.take(tile, panel, q);
  }
  for (; q < queries.count; ++q) {
    ByteTile<Dot, P, 1> tile;
    tile.multiply(bytes, queries, q);
    sink.take(tile, panel, q);
  }
}

template <typename Dot, typename Sink>
inline void for_tiles(const RoundedPanels& rows, const RoundedQueryBlock& queries, Sink& sink) {
  const int panels = (rows.count + kPanelRows - 1) / kPanelRows;
  int panel = 0;
  if (queries.count > 1)
    for (; panel + Dot::kTilePanels <= panels; panel += Dot::kTilePanels)
      for_queries<Dot, Dot::kTilePanels>(rows, queries, panel, sink);
  for (; panel < panels; ++panel) for_queries<Dot, 1>(rows, queries, panel, sink);
}

// The error bounds of all panels together.
inline PanelBounds largest_bounds(const RoundedPanels& rows) {
  PanelBounds bounds = {0.0f, 0.0f};
  for (int p = 0; p * kPanelRows < rows.count; ++p)
    bounds = {larger(bounds.rest, rows.bounds[p].rest), larger(bounds.length, rows.bounds[p].length)};
  return bounds;
}

// Collects the pairs whose products reach a gains - slack; see byte_scores.h. Whether a query has candidates among some
// rows is not predictable, so that is found without a branch.
template <typename Dot, bool kBothSides>
struct LikelyPairs {
  const RoundedPanels& rows;
  const RoundedQueryBlock& queries;
  const ScoreThresholds& thresholds;
  PanelBounds bounds = largest_bounds(rows);
  int count = 0;  // of thresholds.likely

  // Computes gains, slacks and shifts of the queries; the gains of rows are fma(threshold of the row, per unit, shift).
  void prepare() {
    float* const gains = thresholds.scratch;
    float* const slacks = gains + queries.count;
    float* const shifts = slacks + queries.count;
    for (int q = 0; q < queries.count; ++q) {
      shifts[q] = -queries.rest_in_steps[q] * bounds.length;
      gains[q] = thresholds.queries[q] * queries.per_unit[q] + shifts[q];
      slacks[q] = -queries.length_in_steps[q] * bounds.rest;
    }
  }

  template <int P, int Q>
  WORDKIN_INLINE void take(const ByteTile<Dot, P, Q>& tile, int panel, int query) {
    constexpr int kSums = ByteTile<Dot, P, Q>::kSums;
    const int row = panel * kPanelRows;
    const float* const gains = thresholds.scratch + query;
    const float* const slacks = gains + queries.count;
    const float* const shifts = slacks + queries.count;
    const float* const query_units = queries.per_unit + query;
    Vec units[kSums], row_thresholds[kSums];
    for (int v = 0; v < kSums; ++v) {
      units[v] = Vec::load(rows.per_unit + row + v * Vec::kWidth);
      if constexpr (kBothSides) row_thresholds[v] = Vec::load(thresholds.rows + row + v * Vec::kWidth);
    }
    WORDKIN_ROLLED for (int q = 0; q < Q; ++q) {
      const Vec slack = Vec::broadcast(slacks[q]), query_gain = Vec::broadcast(gains[q]);
      const Vec query_unit = Vec::broadcast(query_units[q]), shift = Vec::broadcast(shifts[q]);
      std::uint64_t likely = 0;
      for (int v = 0; v < kSums; ++v) {
        Vec gain = query_gain;
        if constexpr (kBothSides) gain = min(gain, fma(row_thresholds[v], query_unit, shift));
        // "Not less than", so that NaN counts as a candidate.
        const std::uint64_t lanes = not_less(Dot::to_floats(tile.sums[q][v]), fma(units[v], gain, slack));
        likely |= lanes << (v * Vec::kWidth);
      }
      thresholds.likely[count] = {likely, query + q, row};
      count += likely != 0 ? 1 : 0;
    }
  }

  // Writes the pairs and returns their number. Rows past the last one are left out.
  int list(Candidate* pairs) const {
    int found = 0;
    for (int i = 0; i < count; ++i) {
      const LikelyRows& some = thresholds.likely[i];
      for (std::uint64_t bits = some.rows; bits != 0; bits &= bits - 1) {
        const int row = some.first_row + lowest_bit(bits);
        pairs[found] = {0.0f, some.query, row};
        found += row < rows.count ? 1 : 0;
      }
    }
    return found;
  }
};

template <typename Dot>
inline int find_likely(Candidate* pairs, const RoundedPanels& rows, const RoundedQueryBlock& queries,
                       const ScoreThresholds& thresholds) {
  const auto find = [&](auto sink) {
    sink.prepare();
    for_tiles<Dot>(rows, queries, sink);
    return sink.list(pairs);
  };
  if (thresholds.rows == nullptr) return find(LikelyPairs<Dot, false>{rows, queries, thresholds});
  return find(LikelyPairs<Dot, true>{rows, queries, thresholds});
}

template <typename Dot>
struct LaneMaxima {
  float* maxima;
  std::int64_t pitch;
  const RoundedQueryBlock& queries;
  PanelBounds bounds;
  alignas(64) float units[kMaxPanels * kPanelRows];    // 1 / a
  alignas(64) float offsets[kMaxPanels * kPanelRows];  // kNoBound for rows without bounds

  LaneMaxima(float* all_maxima, std::int64_t distance, const RoundedPanels& rows, const RoundedQueryBlock& all_queries)
      : maxima(all_maxima), pitch(distance), queries(all_queries), bounds(largest_bounds(rows)) {
    for (int r = 0; r < kMaxPanels * kPanelRows; ++r) {
      const bool is_known = r < rows.count && rows.per_unit[r] > 0.0f;
      units[r] = is_known ? 1.0f / rows.per_unit[r] : 0.0f;
      offsets[r] = is_known ? 0.0f : kNoBound;
    }
  }

  template <int P, int Q>
  WORDKIN_INLINE void take(const ByteTile<Dot, P, Q>& tile, int panel, int query) {
    const int row = panel * kPanelRows;
    WORDKIN_ROLLED for (int q = 0; q < Q; ++q) {
      const Vec slack = Vec::broadcast(queries.length_in_steps[query + q] * bounds.rest);
      const Vec shift = Vec::broadcast(queries.rest_in_steps[query + q] * bounds.length);
      float* const greatest = maxima + (query + q) * pitch + row;
      for (int v = 0; v < ByteTile<Dot, P, Q>::kSums; ++v) {
        const int lane = v * Vec::kWidth;
        const Vec offset = sub(Vec::load(offsets + row + lane), shift);
        const Vec least = fma(sub(Dot::to_floats(tile.sums[q][v]), slack), Vec::load(units + row + lane), offset);
        max(least, Vec::load(greatest + lane)).store(greatest + lane);
      }
    }
  }
};

template <typename Dot>
inline void raise_maxima(float* maxima, std::int64_t pitch, const RoundedPanels& rows,
                         const RoundedQueryBlock& queries) {
  LaneMaxima<Dot> sink(maxima, pitch, rows, queries);
  for_tiles<Dot>(rows, queries, sink);
}

template <typename Dot>
struct AllProducts {
  std::int32_t* products;
  std::int64_t pitch;

  template <int P, int Q>
  WORDKIN_INLINE void take(const ByteTile<Dot, P, Q>& tile, int panel, int query) {
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < ByteTile<Dot, P, Q>::kSums; ++v)
        Dot::store(products + (query + q) * pitch + panel * kPanelRows + v * Vec::kWidth, tile.sums[q][v]);
  }
};

template <typename Dot>
inline void multiply_rounded(std::int32_t* products, std::int64_t pitch, const RoundedPanels& rows,
                             const RoundedQueryBlock& queries) {
  AllProducts<Dot> sink{products, pitch};
  for_tiles<Dot>(rows, queries, sink);
}

// A constant expression, as all_kernels is.
template <typename Dot>
constexpr ByteKernels byte_kernels() {
  return {round_panel, find_likely<Dot>, raise_maxima<Dot>, multiply_rounded<Dot>};
}

}  // namespace
}  // namespace wordkin::kernels
