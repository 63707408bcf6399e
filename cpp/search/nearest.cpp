#include "search/nearest.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "memory/round_up.h"
#include "parallel/thread_pool.h"
#include "search/best_items.h"
#include "search/packed_queries.h"
#include "search/rounded_queries.h"
#include "search/rounded_rows.h"
#include "search/rounding_policy.h"
#include "search/row_blocks.h"
#include "search/row_spans.h"
#include "search/score_floors.h"
#include "search/span_locks.h"

namespace wordkin::search {
namespace {

using memory::round_up;

// Queries that are searched together: as many as leave space in a 512 KB L2 cache for the current rows.
constexpr std::int64_t kQueryBytes = 256 * 1024;
constexpr std::int64_t kMaxQueries = 1024;
// Queries are divided among workers if there are at least this number for each of them.
constexpr std::int64_t kMinQueriesPerWorker = 128;
// Batches are smaller at the end, so that the workers finish at the same time, and at the beginning of a mutual search
// without thresholds of rows, in which almost all pairs are candidates.
constexpr std::int64_t kSmallBatch = 64;
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
  bool has_thresholds = false;   // before the first query of the call
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
  // A worker changes the nearest queries of its rows. `floors` may be null.
  WorkerResults(const QueryBatch& batch, const Rows& rows, std::int64_t k, const RowSide& row_side,
                const Compute& compute, ScoreFloors* floors)
      : batch_(batch),
        compute_(compute),
        blocks_(rows, batch.packed.count(), compute),
        of_queries_(batch.packed.count(), k),
        of_rows_(row_side.best),
        first_query_(row_side.first_query + batch.first),
        policy_(k, floors != nullptr),
        candidates_(static_cast<std::size_t>(batch.packed.count() * kPanelBlockRows)),
        reaching_(candidates_.size()) {
    if (batch.rounded) {
      scratch_.resize(static_cast<std::size_t>(3 * batch.packed.count()));
      likely_.resize(static_cast<std::size_t>(kernels::kMaxPanels * batch.packed.count()));
    }
    if (floors != nullptr) {
      std::vector<float> found(static_cast<std::size_t>(batch.packed.count()));
      floors->find(found, batch.rounded->block());
      for (std::size_t q = 0; q < found.size(); ++q) of_queries_.raise_threshold(q, found[q]);
    }
    if (of_rows_ != nullptr) lowered_.resize(static_cast<std::size_t>(batch.packed.count()));
  }
  [[nodiscard]] std::span<const Neighbour> best(std::size_t query) const { return of_queries_.best(query); }

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
                                                  {of_queries_.thresholds(), of_rows, scratch_.data(), likely_.data()});
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
    const std::span found(candidates_.data(), static_cast<std::size_t>(count));
    for (const auto* candidate : reaching(found, of_queries_.thresholds(), &kernels::Candidate::query))
      of_queries_.push(static_cast<std::size_t>(candidate->query), candidate->score, first_row + candidate->row);
    if (of_rows_ == nullptr) return;
    for (const auto* candidate : reaching(found, of_rows_->thresholds() + first_row, &kernels::Candidate::row))
      of_rows_->push(static_cast<std::size_t>(first_row + candidate->row), candidate->score,
                     first_query_ + candidate->query);
  }

  // Whether a candidate reaches its threshold is not predictable, so that is found without a branch.
  template <typename Index>
  std::span<const kernels::Candidate* const> reaching(std::span<const kernels::Candidate> found,
                                                      const float* thresholds, Index index) {
    std::size_t count = 0;
    for (const auto& candidate : found) {
      reaching_[count] = &candidate;
      count += candidate.score < thresholds[candidate.*index] ? 0 : 1;
    }
    return {reaching_.data(), count};
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
  std::vector<kernels::LikelyRows> likely_;
  std::vector<const kernels::Candidate*> reaching_;
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
  if (!std::is_sorted(items.begin(), items.end(), is_better))
    std::partial_sort(items.begin(), items.begin() + known, items.end(), is_better);
  items.resize(static_cast<std::size_t>(std::max(k, known)), {-std::numeric_limits<float>::infinity(), -1});
  for (std::int64_t i = 0; i < k; ++i) {
    found.indices.row(index)[i] = items[static_cast<std::size_t>(i)].row;
    found.cosines.row(index)[i] = items[static_cast<std::size_t>(i)].score;
  }
}

void append(std::vector<Neighbour>& items, std::span<const Neighbour> best) {
  items.insert(items.end(), best.begin(), best.end());
}

void write_batch(const Neighbours& found, const QueryBatch& batch, std::span<const WorkerResults> results) {
  std::vector<Neighbour> merged;
  for (std::int64_t q = 0; q < batch.packed.count(); ++q) {
    merged.clear();
    for (const auto& result : results) append(merged, result.best(static_cast<std::size_t>(q)));
    write_best(found, batch.first + q, merged);
  }
}

// Divides the queries of a call into batches.
class QueryBatches {
 public:
  QueryBatches(std::int64_t queries, std::int64_t together, std::size_t workers, const RowSide& row_side)
      : queries_(queries),
        together_(together),
        workers_(static_cast<std::int64_t>(workers)),
        begins_small_(row_side.best != nullptr && !row_side.has_thresholds) {}

  struct Range {
    std::int64_t first, count;
  };

  // None at the end. Several workers may call this at the same time.
  std::optional<Range> take() {
    const std::lock_guard lock(mutex_);
    const std::int64_t rest = queries_ - next_;
    if (rest == 0) return std::nullopt;
    std::int64_t count = std::min(together_, rest);
    if (workers_ > 1) count = std::min(count, std::max(kSmallBatch, rest / (2 * workers_)));
    if (begins_small_) count = std::min(count, std::max(kSmallBatch, next_));
    return Range{std::exchange(next_, next_ + count), count};
  }

 private:
  std::int64_t queries_, together_, workers_, next_ = 0;
  bool begins_small_;
  std::mutex mutex_;
};

// A call, and how its queries are searched.
struct Search {
  const Neighbours& found;
  const memory::MatrixView<const float>& queries;
  const Rows& rows;
  const Compute& compute;
  std::int64_t k = found.indices.columns;
  bool is_rounded = rounding_pays(queries.rows, k, rows, compute);
  bool uses_floors = is_rounded && queries.rows >= kMinRoundedQueries && k <= ScoreFloors::kMaxK;
  std::int64_t together = queries_per_batch(queries.columns, k, is_rounded ? sizeof(std::int8_t) : sizeof(float));
};

// Each worker compares batches of queries with all rows, so that it knows all of the best rows found so far. In a
// search of the nearest rows alone, this gains less than it loses by smaller batches.
void divide_queries(const Search& search, const RowSide& row_side) {
  parallel::ThreadPool pool(search.compute.threads);
  SpanLocks locks(search.rows.count(), row_side.best == nullptr ? 1 : pool.size());
  QueryBatches batches(search.queries.rows, search.together, pool.size(), row_side);
  pool.parallel_for(pool.size(), [&](std::size_t, std::size_t worker) {
    ScoreFloors floors(search.k, search.rows, kRowsPerSampled, search.compute);
    while (const auto range = batches.take()) {
      const QueryBatch batch(search.queries, range->first, range->count, search.is_rounded);
      WorkerResults results(batch, search.rows, search.k, row_side, search.compute,
                            search.uses_floors ? &floors : nullptr);
      if (row_side.best == nullptr)
        results.search(0, search.rows.count());
      else
        locks.for_each_span(worker, [&](std::int64_t first, std::int64_t end) { results.search(first, end); });
      write_batch(search.found, batch, {&results, 1});
    }
  });
}

// The workers compare each batch of queries with parts of the rows.
void divide_rows(const Search& search, std::int64_t work, const RowSide& row_side) {
  RowSpans spans(search.rows.count(), work, search.compute.threads);
  QueryBatches batches(search.queries.rows, search.together, 1, row_side);
  while (const auto range = batches.take()) {
    const QueryBatch batch(search.queries, range->first, range->count, search.is_rounded);
    std::vector<WorkerResults> results;
    results.reserve(spans.workers());
    ScoreFloors floors(search.k, search.rows, kRowsPerSampled, search.compute);
    const bool uses_floors = search.uses_floors && spans.workers() == 1;
    for (std::size_t worker = 0; worker < spans.workers(); ++worker)
      results.emplace_back(batch, search.rows, search.k, row_side, search.compute, uses_floors ? &floors : nullptr);
    spans.run([&](std::int64_t first, std::int64_t end, std::size_t worker) { results[worker].search(first, end); });
    write_batch(search.found, batch, results);
  }
}

// Whether smaller batches, for each of which all rows are read and perhaps rounded, cost less than they save.
bool can_divide_queries(const Search& search, std::int64_t work, const RowSide& row_side) {
  const auto threads = static_cast<std::int64_t>(search.compute.threads);
  if (threads == 1 || work < kMinParallelWork || search.queries.rows < threads * kMinQueriesPerWorker) return false;
  const bool rounds_again = search.is_rounded && search.rows.rounded.empty();
  return !rounds_again && (row_side.best != nullptr || search.rows.count() <= search.queries.rows);
}

void search_queries(const Neighbours& found, const memory::MatrixView<const float>& queries, const Rows& rows,
                    const Compute& compute, const RowSide& row_side) {
  const Search search{found, queries, rows, compute};
  const std::int64_t work = rows.count() * rows.columns() * queries.rows / (rows.rounded.empty() ? 1 : kBytesPerFloat);
  if (can_divide_queries(search, work, row_side))
    divide_queries(search, row_side);
  else
    divide_rows(search, work, row_side);
}

// Returns whether the thresholds of rows are known before the search.
bool raise_row_thresholds(BestItems& best, std::int64_t k, const memory::MatrixView<const float>& queries,
                          const Rows& rows, const Compute& compute) {
  if (!rounding_pays(queries.rows, k, rows, compute) || !has_row_floors(k, queries, rows)) return false;
  std::vector<float> floors(static_cast<std::size_t>(rows.count()));
  find_row_floors(floors, k, queries, rows, compute);
  for (std::size_t row = 0; row < floors.size(); ++row) best.raise_threshold(row, floors[row]);
  return true;
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
  const bool has_thresholds = first_query > 0 || raise_row_thresholds(best, k, queries, rows, compute);
  search_queries(found, queries, rows, compute, {&best, first_query, has_thresholds});
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
