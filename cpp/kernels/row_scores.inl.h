// Scores of rows against queries: every score, or only those that reach a threshold. Included once per ISA.
//
// A pair's dot product is one vector of partial sums along the row, its lanes then added in a fixed order. Queries come
// four at a time: with kTileRows rows they make a tile of accumulators, and one transposed sum turns it into scores.
// The 16 rows of a block stay in the L1 cache while the queries pass. Against packing 16 queries into the lanes this
// pays the transposed sum (a seventh of the work at 300 columns) and gets rows read in place, and the same float for a
// pair whether the query comes alone or with a thousand others.
//
// A query that stands alone is bound by memory, and how rows are walked through decides: one row after the other reads
// 24 GB/s on the EPYC this was written on (as much as a plain sum), two or more rows side by side 11 GB/s, as the
// hardware follows one forward stream best. The chain of additions within a row does not matter: the next row's chain
// overlaps.
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

inline Vec load_numbers(const float* p) { return Vec::load(p); }
inline Vec load_numbers(const std::uint16_t* p) { return Vec::load_half(p); }
inline Vec load_some(const float* p, int count) { return Vec::load_partial(p, count); }
inline Vec load_some(const std::uint16_t* p, int count) { return Vec::load_half_partial(p, count); }

// Partial sums of R rows with Q queries; sums[r * Q + q] is the pair (r, q).
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
  for (int c = 0; c < whole; c += Vec::kWidth) step(c, [](const Number* p) { return load_numbers(p); });
  if (whole < block.columns) step(whole, [&](const Number* p) { return load_some(p, block.columns - whole); });
  for (int i = 0; i < R * Q; ++i) sums[i] = acc[i];
}

// The scores of kWidth pairs: lane i from partial[i].
inline Vec finished(const Vec* partial, const float* divisors) {
  Vec part[Vec::kWidth];
  for (int i = 0; i < Vec::kWidth; ++i) part[i] = partial[i];
  return div(sums(part), Vec::load(divisors));
}

// Rows of a block as pointers, and divisors Q times each; the last row stands again in the places behind.
template <int Q, typename Number>
struct ListedRows {
  const Number* rows[kScoredRows];
  alignas(64) float divisors[kScoredRows * Q];

  ListedRows(const Number* first, std::int64_t pitch, const RowBlock& block) {
    for (int r = 0; r < kScoredRows; ++r) {
      const int row = r < block.count ? r : block.count - 1;
      rows[r] = first + row * pitch;
      for (int q = 0; q < Q; ++q) divisors[r * Q + q] = block.divisors[row];
    }
  }
};

// Sinks take a Vec of scores at a time: its first lane is the pair (row, query), the next lanes are the next of Q
// queries, then the next rows. Rows behind the block's last are to be passed over.

template <typename Sink>
inline void score_four(const ListedRows<kScoredQueries, float>& listed, const QueryBlock& block, int query,
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
      sink.template take<kScoredQueries>(finished(partial + k, listed.divisors + lane), lane / kScoredQueries, query);
    }
  }
}

// Asks for what comes as far behind a row as the memory takes to answer: the hardware's own prefetching stays closer,
// and stops where a page ends.
template <typename Number>
inline void prefetch_after(const Number* row, int columns) {
  constexpr std::uintptr_t kBytesAhead = 2048, kLine = 64;
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(row) + kBytesAhead;  // may lie behind the last row
  for (std::uintptr_t at = first; at < first + sizeof(Number) * static_cast<std::uintptr_t>(columns); at += kLine)
    prefetch(reinterpret_cast<const void*>(at));  // NOLINT(performance-no-int-to-ptr)
}

template <typename Number, typename Sink>
inline void score_one(const ListedRows<1, Number>& listed, const QueryBlock& block, int query, int row_count,
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
    sink.template take<1>(finished(partial, listed.divisors + r), r, query);
  }
}

template <typename Sink>
inline void score_block(const RowBlock& rows, const QueryBlock& queries, Sink& sink) {
  int q = 0;
  if (queries.count >= kScoredQueries) {
    const ListedRows<kScoredQueries, float> listed(rows.floats, rows.float_pitch, rows);
    for (; q + kScoredQueries <= queries.count; q += kScoredQueries) score_four(listed, queries, q, rows.count, sink);
  }
  if (q == queries.count) return;
  if (rows.halves == nullptr) {
    const ListedRows<1, float> listed(rows.floats, rows.float_pitch, rows);
    for (; q < queries.count; ++q) score_one(listed, queries, q, rows.count, sink);
  } else {
    const ListedRows<1, std::uint16_t> listed(rows.halves, rows.half_pitch, rows);
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

}  // namespace
}  // namespace wordkin::kernels
