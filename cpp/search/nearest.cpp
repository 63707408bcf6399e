#include "search/nearest.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "memory/round_up.h"
#include "search/best_items.h"
#include "search/packed_queries.h"
#include "search/rounded_queries.h"
#include "search/rounded_rows.h"
#include "search/rounding_policy.h"
#include "search/row_blocks.h"
#include "search/row_spans.h"

namespace wordkin::search {
namespace {

using memory::round_up;

// Queries that are searched together: as many as leave space in a 512 KB L2 cache for the current rows.
constexpr std::int64_t kQueryBytes = 256 * 1024;
constexpr std::int64_t kMaxQueries = 1024;
// Of a mutual search, in which the first queries have no rows to be compared with.
constexpr std::int64_t kFirstMutualQueries = 64;
// Neighbours that a worker keeps for all queries, 8 bytes each.
constexpr std::int64_t kMaxKept = 4'000'000;
// Rounding rows for one call is worthwhile if there are many queries; searching in bytes, if there are many rows, and
// if few of them are kept.
constexpr std::int64_t kMinRoundedQueries = 32, kRowsPerKept = 64;
// A multiplication of bytes takes about a quarter of the time of one of floats.
constexpr std::int64_t kBytesPerFloat = 4;

// The nearest queries of all rows, or null.
struct RowSide {
  BestItems* best = nullptr;
  std::int64_t first_query = 0;  // index of the first query of the call
};

// Some queries, in all layouts that a search needs.
struct QueryBatch {
  QueryBatch(const memory::MatrixView<const float>& queries, std::int64_t first_query, std::int64_t count,
             bool is_rounded)
      : first(first_query), packed(queries, first_query, count) {
    if (is_rounded) rounded.emplace(packed.block());
  }

  std::int64_t first;
  PackedQueries packed;
  std::optional<RoundedQueries> rounded;
};

// The rows nearest to the queries of a batch that one worker has found so far.
class WorkerResults {
 public:
  // A worker changes the nearest queries of its rows.
  WorkerResults(const QueryBatch& batch, const Rows& rows, std::int64_t k, const RowSide& row_side,
                const Compute& compute)
      : batch_(batch),
        compute_(compute),
        blocks_(rows, batch.packed.count(), compute),
        of_queries_(batch.packed.count(), k),
        of_rows_(row_side.best),
        first_query_(row_side.first_query + batch.first),
        policy_(k),
        candidates_(static_cast<std::size_t>(batch.packed.count() * kPanelBlockRows)) {
    if (batch.rounded) scratch_.resize(static_cast<std::size_t>(2 * batch.packed.count()));
    if (of_rows_ != nullptr) lowered_.resize(static_cast<std::size_t>(batch.packed.count()));
  }
  [[nodiscard]] const TopK& best(std::size_t query) const { return of_queries_.best(query); }

  void search(std::int64_t first, std::int64_t end) {
    for (std::int64_t row = first; row < end;) {
      const std::int64_t before_panel = batch_.rounded ? blocks_.rows_before_panel(row) : 0;
      if (batch_.rounded && policy_.is_rounded() && before_panel == 0) {
        row += search_rounded(row, end);
      } else {
        row += search_floats(row, before_panel == 0 ? end : std::min(end, row + before_panel));
      }
    }
  }

 private:
  std::int64_t search_rounded(std::int64_t row, std::int64_t end) {
    const auto panels = blocks_.panels(row, end);
    const auto& queries = batch_.packed.block();
    const float* of_rows = of_rows_ == nullptr ? nullptr : of_rows_->thresholds() + row;
    const int found = compute_.bytes->find_likely(candidates_.data(), panels, batch_.rounded->block(),
                                                  {of_queries_.thresholds(), of_rows, scratch_.data()});
    compute_.kernels.score_pairs(candidates_.data(), found, blocks_.stored(row, panels.count), queries);
    push_candidates(row, found);
    policy_.add_rounded(panels.count, static_cast<std::int64_t>(queries.count) * panels.count, found);
    return panels.count;
  }

  std::int64_t search_floats(std::int64_t row, std::int64_t end) {
    const auto rows = blocks_.read(row, end);
    const float* thresholds = of_rows_ == nullptr ? of_queries_.thresholds() : lowered_thresholds(row, rows.count);
    push_candidates(row, compute_.kernels.find_candidates(candidates_.data(), thresholds, rows, batch_.packed.block()));
    policy_.add_scored(rows.count);
    return rows.count;
  }

  // The scores that a pair must reach for its query or for any of some rows.
  const float* lowered_thresholds(std::int64_t first_row, int count) {
    const float* const of_rows = of_rows_->thresholds() + first_row;
    const float lowest = *std::min_element(of_rows, of_rows + count);
    for (std::size_t q = 0; q < lowered_.size(); ++q) lowered_[q] = std::min(of_queries_.thresholds()[q], lowest);
    return lowered_.data();
  }

  void push_candidates(std::int64_t first_row, int count) {
    for (int i = 0; i < count; ++i) {
      const auto& candidate = candidates_[static_cast<std::size_t>(i)];
      push(candidate.query, first_row + candidate.row, candidate.score);
    }
  }

  void push(int query, std::int64_t row, float score) {
    of_queries_.push(static_cast<std::size_t>(query), score, row);
    if (of_rows_ != nullptr) of_rows_->push(static_cast<std::size_t>(row), score, first_query_ + query);
  }

  const QueryBatch& batch_;
  const Compute& compute_;
  RowBlocks blocks_;
  BestItems of_queries_;
  BestItems* of_rows_;
  std::int64_t first_query_;
  RoundingPolicy policy_;
  std::vector<kernels::Candidate> candidates_;
  std::vector<float> scratch_, lowered_;
};

// `number_bytes`: size of one element of a query in the layout of the kernels.
std::int64_t queries_per_batch(std::int64_t columns, std::int64_t kept_per_query, std::size_t number_bytes) {
  const auto width = round_up<std::int64_t>(std::max<std::int64_t>(columns, 1), kernels::kRowMultiple);
  const auto fitting = kQueryBytes / (width * static_cast<std::int64_t>(number_bytes));
  const auto affordable = kMaxKept / std::max<std::int64_t>(kept_per_query, 1);
  return std::clamp<std::int64_t>(std::min(fitting, affordable) / 4 * 4, 4, kMaxQueries);
}

bool rounding_pays(std::int64_t queries, std::int64_t k, const Rows& rows, const Compute& compute) {
  return compute.bytes != nullptr && rows.columns() <= kernels::kMaxByteColumns &&
         (queries >= kMinRoundedQueries || !rows.rounded.empty()) &&
         rows.count() >= std::max(kMinRoundedRows, k * kRowsPerKept);
}

// Unused entries come last: the index -1, -infinity.
void write_best(const Neighbours& found, std::int64_t index, std::vector<Neighbour>& items) {
  const std::int64_t k = found.indices.columns, known = std::min<std::int64_t>(k, std::ssize(items));
  std::partial_sort(items.begin(), items.begin() + known, items.end(), is_better);
  items.resize(static_cast<std::size_t>(std::max(k, known)), {-std::numeric_limits<float>::infinity(), -1});
  for (std::int64_t i = 0; i < k; ++i) {
    found.indices.row(index)[i] = items[static_cast<std::size_t>(i)].row;
    found.cosines.row(index)[i] = items[static_cast<std::size_t>(i)].score;
  }
}

void append(std::vector<Neighbour>& items, const TopK& best) {
  items.insert(items.end(), best.items().begin(), best.items().end());
}

void search_batch(const Neighbours& found, const QueryBatch& batch, const Rows& rows, const RowSide& row_side,
                  const Compute& compute, RowSpans& spans) {
  const std::int64_t k = found.indices.columns;
  std::vector<WorkerResults> results;
  results.reserve(spans.workers());
  for (std::size_t worker = 0; worker < spans.workers(); ++worker)
    results.emplace_back(batch, rows, k, row_side, compute);
  spans.run([&](std::int64_t begin, std::int64_t end, std::size_t worker) { results[worker].search(begin, end); });
  std::vector<Neighbour> merged;
  for (std::int64_t q = 0; q < batch.packed.count(); ++q) {
    merged.clear();
    for (const auto& result : results) append(merged, result.best(static_cast<std::size_t>(q)));
    write_best(found, batch.first + q, merged);
  }
}

void search_queries(const Neighbours& found, const memory::MatrixView<const float>& queries, const Rows& rows,
                    const Compute& compute, const RowSide& row_side) {
  const std::int64_t k = found.indices.columns;
  const bool is_rounded = rounding_pays(queries.rows, k, rows, compute);
  const std::int64_t together = queries_per_batch(queries.columns, k, is_rounded ? sizeof(std::int8_t) : sizeof(float));
  const std::int64_t work = rows.count() * rows.columns() * queries.rows;
  RowSpans spans(rows.count(), rows.rounded.empty() ? work : work / kBytesPerFloat, compute.threads);
  for (std::int64_t first = 0, count = 0; first < queries.rows; first += count) {
    count = std::min(together, queries.rows - first);
    if (row_side.best != nullptr) count = std::min(count, std::max(kFirstMutualQueries, row_side.first_query + first));
    const QueryBatch batch(queries, first, count, is_rounded);
    search_batch(found, batch, rows, row_side, compute, spans);
  }
}

}  // namespace

void find_nearest(const Neighbours& found, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute) {
  if (found.indices.columns == 0 || queries.rows == 0) return;
  search_queries(found, queries, rows, compute, {});
}

void find_mutual(const Neighbours& found, const Neighbours& of_rows, std::int64_t first_query,
                 memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute) {
  const std::int64_t k = of_rows.indices.columns;
  BestItems best(rows.count(), k);
  for (std::int64_t row = 0; row < rows.count(); ++row)
    for (std::int64_t i = 0; i < k && of_rows.indices.row(row)[i] >= 0; ++i)
      best.push(static_cast<std::size_t>(row), of_rows.cosines.row(row)[i], of_rows.indices.row(row)[i]);
  search_queries(found, queries, rows, compute, {&best, first_query});
  std::vector<Neighbour> items;
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    items.clear();
    append(items, best.best(static_cast<std::size_t>(row)));
    write_best(of_rows, row, items);
  }
}

void find_cosines(memory::MatrixView<float> cosines, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute) {
  if (rows.count() == 0 || queries.rows == 0) return;
  const std::int64_t together = queries_per_batch(queries.columns, 0, sizeof(float));
  RowSpans spans(rows.count(), rows.count() * rows.columns() * queries.rows, compute.threads);
  for (std::int64_t first = 0; first < queries.rows; first += together) {
    const PackedQueries packed(queries, first, std::min(together, queries.rows - first));
    spans.run([&](std::int64_t begin, std::int64_t end, std::size_t) {
      RowBlocks blocks(rows, packed.count(), compute);
      for (std::int64_t row = begin; row < end; row += kernels::kScoredRows)
        compute.kernels.score_rows(cosines.row(first) + row, cosines.pitch, blocks.read(row, end), packed.block());
    });
  }
}

}  // namespace wordkin::search
