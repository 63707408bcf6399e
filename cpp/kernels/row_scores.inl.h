// Scores of rows against queries: all of them, or only those that reach a threshold. Included once per ISA.
//
// The dot product of a pair is one vector of partial sums along the row, whose lanes are then added in a fixed order.
// Queries are processed four at a time: with kTileRows rows they form a tile of accumulators, which one transposed sum
// reduces to scores. The 16 rows of a block stay in the L1 cache while the queries are processed. Compared with packing
// 16 queries into the lanes, this costs the transposed sum (a seventh of the work with 300 columns), but rows are read
// in place and the score of a pair is bit-identical whether a query is searched alone or with a thousand others.
//
// A single query is bound by memory bandwidth, and the order in which rows are read is decisive: reading row by row
// reaches 24 GB/s on the EPYC used for development (as much as a plain sum), reading two or more rows in parallel only
// 11 GB/s, because the hardware prefetcher follows a single forward stream best. The latency of the additions within a
// row does not matter, because it overlaps with the next row.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline void widen(float* floats, const std::uint16_t* halves, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + Vec::kWidth <= count; i += Vec::kWidth) Vec::load_half(halves + i).store(floats + i);
  if (i == count) return;
  float rest[Vec::kWidth];
  Vec::load_half_partial(halves + i, static_cast<int>(count - i)).store(rest);
  for (std::int64_t k = i; k < count; ++k) floats[k] = rest[k - i];
}

inline Vec load_elements(const float* p) { return Vec::load(p); }
inline Vec load_elements(const std::uint16_t* p) { return Vec::load_half(p); }
inline Vec load_tail(const float* p, int count) { return Vec::load_partial(p, count); }
inline Vec load_tail(const std::uint16_t* p, int count) { return Vec::load_half_partial(p, count); }

// Partial sums of R rows with Q queries; sums[r * Q + q] belongs to the pair (r, q).
template <int R, int Q, typename Number>
inline void partial_sums(Vec* sums, const Number* const* rows, const float* queries, const QueryBlock& block) {
  Vec acc[R * Q];
  for (auto& a : acc) a = Vec::zero();
  const int whole = block.columns - block.columns % Vec::kWidth;
  const auto step = [&](int c, const auto& load) {
    Vec x[Q];
    for (int q = 0; q < Q; ++q) x[q] = Vec::load(queries + q * block.width + c);
    for (int r = 0; r < R; ++r) {
      const Vec y = load(rows[r] + c);
      for (int q = 0; q < Q; ++q) acc[r * Q + q] = fma(x[q], y, acc[r * Q + q]);
    }
  };
  for (int c = 0; c < whole; c += Vec::kWidth) step(c, [](const Number* p) { return load_elements(p); });
  if (whole < block.columns) step(whole, [&](const Number* p) { return load_tail(p, block.columns - whole); });
  for (int i = 0; i < R * Q; ++i) sums[i] = acc[i];
}

// The scores of kWidth pairs; lane i is reduced from partial[i].
inline Vec reduce_scores(const Vec* partial, const float* divisors) {
  Vec part[Vec::kWidth];
  for (int i = 0; i < Vec::kWidth; ++i) part[i] = partial[i];
  return div(sums(part), Vec::load(divisors));
}

// Pointers to the rows of a block, and each divisor repeated Q times. Unused entries repeat the last row.
template <int Q, typename Number>
struct RowPointers {
  const Number* rows[kScoredRows];
  alignas(64) float divisors[kScoredRows * Q];

  RowPointers(const Number* first, std::int64_t pitch, const RowBlock& block) {
    for (int r = 0; r < kScoredRows; ++r) {
      const int row = r < block.count ? r : block.count - 1;
      rows[r] = first + row * pitch;
      for (int q = 0; q < Q; ++q) divisors[r * Q + q] = block.divisors[row];
    }
  }
};

// Sinks receive a Vec of scores at a time: the first lane is the pair (row, query), the following lanes are the other
// queries of Q, then the following rows. Sinks must ignore rows past the last one of the block.

template <typename Sink>
inline void score_four(const RowPointers<kScoredQueries, float>& listed, const QueryBlock& block, int query,
                       int row_count, Sink& sink) {
  constexpr int kRows = Vec::kTileRows, kPairs = kRows * kScoredQueries;
  static_assert(kPairs % Vec::kWidth == 0 && kScoredRows % kRows == 0);
  const float* queries = block.queries + query * block.width;
  sink.template begin<kScoredQueries>(query);
  for (int r = 0; r < row_count; r += kRows) {
    Vec partial[kPairs];
    partial_sums<kRows, kScoredQueries>(partial, listed.rows + r, queries, block);
    for (int k = 0; k < kPairs; k += Vec::kWidth) {
      const int lane = r * kScoredQueries + k;
      sink.template take<kScoredQueries>(reduce_scores(partial + k, listed.divisors + lane), lane / kScoredQueries,
                                         query);
    }
  }
}

// Prefetches as far ahead as the memory latency requires: the hardware prefetcher runs less far ahead and stops at the
// end of a page.
template <typename Number>
inline void prefetch_after(const Number* row, int columns) {
  constexpr std::uintptr_t kBytesAhead = 2048, kLine = 64;
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(row) + kBytesAhead;  // may be past the last row
  for (std::uintptr_t at = first; at < first + sizeof(Number) * static_cast<std::uintptr_t>(columns); at += kLine)
    prefetch(reinterpret_cast<const void*>(at));  // NOLINT(performance-no-int-to-ptr)
}

template <typename Number, typename Sink>
inline void score_one(const RowPointers<1, Number>& listed, const QueryBlock& block, int query, int row_count,
                      Sink& sink) {
  static_assert(kScoredRows % Vec::kWidth == 0);
  const float* queries = block.queries + query * block.width;
  sink.template begin<1>(query);
  for (int r = 0; r < row_count; r += Vec::kWidth) {
    Vec partial[Vec::kWidth];
    for (int i = 0; i < Vec::kWidth; ++i) {
      prefetch_after(listed.rows[r + i], block.columns);
      partial_sums<1, 1>(partial + i, listed.rows + r + i, queries, block);
    }
    sink.template take<1>(reduce_scores(partial, listed.divisors + r), r, query);
  }
}

template <typename Sink>
inline void score_block(const RowBlock& rows, const QueryBlock& queries, Sink& sink) {
  int q = 0;
  if (queries.count >= kScoredQueries) {
    const RowPointers<kScoredQueries, float> listed(rows.floats, rows.float_pitch, rows);
    for (; q + kScoredQueries <= queries.count; q += kScoredQueries) score_four(listed, queries, q, rows.count, sink);
  }
  if (q == queries.count) return;
  if (rows.halves == nullptr) {
    const RowPointers<1, float> listed(rows.floats, rows.float_pitch, rows);
    for (; q < queries.count; ++q) score_one(listed, queries, q, rows.count, sink);
  } else {
    const RowPointers<1, std::uint16_t> listed(rows.halves, rows.half_pitch, rows);
    for (; q < queries.count; ++q) score_one(listed, queries, q, rows.count, sink);
  }
}

struct AllScores {
  float* scores;
  std::int64_t pitch;
  int row_count;

  template <int Q>
  void begin(int) {}

  template <int Q>
  void take(Vec score, int row, int query) {
    alignas(64) float lanes[Vec::kWidth];
    score.store(lanes);
    for (int lane = 0; lane < Vec::kWidth; ++lane)
      if (row + lane / Q < row_count) scores[(query + lane % Q) * pitch + row + lane / Q] = lanes[lane];
  }
};

struct ScoresAboveThresholds {
  Candidate* candidates;
  const float* thresholds;
  int row_count;
  int count = 0;
  alignas(64) float pattern[Vec::kWidth] = {};

  template <int Q>
  void begin(int query) {
    static_assert(Q == 1 || Vec::kWidth % Q == 0);
    for (int lane = 0; lane < Vec::kWidth; ++lane) pattern[lane] = thresholds[query + lane % Q];
  }

  template <int Q>
  void take(Vec score, int row, int query) {
    const unsigned reached = not_less(score, Vec::load(pattern));
    if (reached == 0) return;
    alignas(64) float lanes[Vec::kWidth];
    score.store(lanes);
    for (int lane = 0; lane < Vec::kWidth; ++lane)
      if ((reached >> lane & 1u) != 0 && row + lane / Q < row_count)
        candidates[count++] = {lanes[lane], query + lane % Q, row + lane / Q};
  }
};

inline void score_rows(float* scores, std::int64_t pitch, const RowBlock& rows, const QueryBlock& queries) {
  AllScores sink{scores, pitch, rows.count};
  score_block(rows, queries, sink);
}

inline int find_candidates(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                           const QueryBlock& queries) {
  ScoresAboveThresholds sink{candidates, thresholds, rows.count};
  score_block(rows, queries, sink);
  return sink.count;
}

template <typename Number>
inline void score_listed(Candidate* pairs, int count, const Number* first_row, std::int64_t pitch, const RowBlock& rows,
                         const QueryBlock& queries) {
  for (int first = 0; first < count; first += Vec::kWidth) {
    Vec partial[Vec::kWidth];
    alignas(64) float divisors[Vec::kWidth], scores[Vec::kWidth];
    for (int i = 0; i < Vec::kWidth; ++i) {
      const Candidate& pair = pairs[first + i < count ? first + i : count - 1];
      const Number* const row = first_row + pair.row * pitch;
      partial_sums<1, 1>(partial + i, &row, queries.queries + pair.query * queries.width, queries);
      divisors[i] = rows.divisors[pair.row];
    }
    reduce_scores(partial, divisors).store(scores);
    for (int i = 0; i < Vec::kWidth && first + i < count; ++i) pairs[first + i].score = scores[i];
  }
}

inline void score_pairs(Candidate* pairs, int count, const RowBlock& rows, const QueryBlock& queries) {
  if (rows.floats != nullptr)
    score_listed(pairs, count, rows.floats, rows.float_pitch, rows, queries);
  else
    score_listed(pairs, count, rows.halves, rows.half_pitch, rows, queries);
}

}  // namespace
}  // namespace wordkin::kernels
