#include "search/nearest.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "memory/aligned_buffer.h"
#include "memory/round_up.h"
#include "parallel/thread_pool.h"
#include "search/rounded_queries.h"
#include "search/top_k.h"

namespace wordkin::search {
namespace {

using memory::round_up;

// Queries that are searched together: as many as leave space in a 512 KB L2 cache for the current rows.
constexpr std::int64_t kQueryBytes = 256 * 1024;
constexpr std::int64_t kMaxQueries = 1024;
// Neighbours that a worker keeps for all queries, 8 bytes each.
constexpr std::int64_t kMaxKept = 4'000'000;
// With fewer multiplications, starting threads costs more time than it saves (about 50 us).
constexpr std::int64_t kMinParallelWork = 4'000'000;
constexpr std::int64_t kSpansPerThread = 4;
// Rounding is worthwhile if most of a panel of queries is used, if there are many rows, and if few rows are kept.
constexpr std::int64_t kMinRoundedQueries = 32, kMinRoundedRows = 2048, kRowsPerKept = 64;
// If more than one in kPairsPerCandidate pairs of a block is a candidate, the next blocks are not rounded.
constexpr std::int64_t kPairsPerCandidate = 16, kBlocksNotRounded = 16;

// Queries in the layout of the kernels: zero-padded to a multiple of kRowMultiple.
class PackedQueries {
 public:
  PackedQueries(const memory::MatrixView<const float>& queries, std::int64_t first, std::int64_t count)
      : width_(round_up<std::int64_t>(queries.columns, kernels::kRowMultiple)),
        block_{nullptr, width_, static_cast<int>(count), static_cast<int>(queries.columns)},
        floats_(static_cast<std::size_t>(count * width_)) {
    for (std::int64_t q = 0; q < count; ++q)
      std::copy_n(queries.row(first + q), queries.columns, floats_.data() + q * width_);
    block_.queries = floats_.data();
  }
  [[nodiscard]] const kernels::QueryBlock& block() const { return block_; }
  [[nodiscard]] std::int64_t count() const { return block_.count; }

 private:
  std::int64_t width_;
  kernels::QueryBlock block_;
  memory::AlignedBuffer<float> floats_;
};

// Blocks of at most kScoredRows rows in the layout of the kernels; float16 rows are converted once for all queries of a
// block.
class BlockReader {
 public:
  BlockReader(const Rows& rows, const PackedQueries& queries, const kernels::KernelTable& table)
      : rows_(rows), kernels_(table) {
    if (rows.floats.empty() && queries.count() >= kernels::kScoredQueries)
      widened_ = memory::AlignedBuffer<float>(static_cast<std::size_t>(kernels::kScoredRows * rows.columns()));
  }

  kernels::RowBlock read(std::int64_t first, std::int64_t end) {
    const int count = static_cast<int>(std::min<std::int64_t>(kernels::kScoredRows, end - first));
    const float* divisors = rows_.divisors.data() + first;
    if (!rows_.floats.empty()) return {rows_.floats.row(first), nullptr, rows_.floats.pitch, 0, divisors, count};
    const std::int64_t columns = rows_.columns();
    if (widened_.size() > 0)
      for (int r = 0; r < count; ++r)
        kernels_.widen(widened_.data() + r * columns, rows_.halves.row(first + r), columns);
    return {widened_.data(), rows_.halves.row(first), columns, rows_.halves.pitch, divisors, count};
  }

 private:
  const Rows& rows_;
  const kernels::KernelTable& kernels_;
  memory::AlignedBuffer<float> widened_;
};

// The nearest rows that one worker has found so far for each query of a block.
class WorkerResults {
 public:
  // `rounded`: the same queries for the byte kernels, or null.
  WorkerResults(const PackedQueries& queries, const RoundedQueries* rounded, std::int64_t k, const Compute& compute)
      : queries_(queries),
        rounded_(rounded),
        compute_(compute),
        buffer_(static_cast<std::size_t>(queries.count() * k)),
        thresholds_(static_cast<std::size_t>(round_up<std::int64_t>(queries.count(), kernels::kBytePanel)),
                    std::numeric_limits<float>::infinity()),
        candidates_(static_cast<std::size_t>(queries.count() * kernels::kScoredRows)) {
    if (rounded != nullptr)
      bytes_ = memory::AlignedBuffer<std::int8_t>(static_cast<std::size_t>(
          kernels::kScoredRows * round_up<std::int64_t>(queries.block().columns, kernels::kByteColumnMultiple)));
    for (std::int64_t q = 0; q < queries.count(); ++q) {
      best_.emplace_back(std::span(buffer_).subspan(static_cast<std::size_t>(q * k), static_cast<std::size_t>(k)));
      thresholds_[static_cast<std::size_t>(q)] = best_.back().threshold();
    }
  }
  [[nodiscard]] const TopK& best(std::size_t query) const { return best_[query]; }

  void search(BlockReader& reader, std::int64_t first, std::int64_t end) {
    for (std::int64_t row = first; row < end; row += kernels::kScoredRows) {
      const int found = find_candidates(reader.read(row, end));
      for (int i = 0; i < found; ++i) {
        const auto& candidate = candidates_[static_cast<std::size_t>(i)];
        const auto query = static_cast<std::size_t>(candidate.query);
        best_[query].push(candidate.score, static_cast<std::int32_t>(row) + candidate.row);
        thresholds_[query] = best_[query].threshold();
      }
    }
  }

 private:
  int find_candidates(const kernels::RowBlock& rows) {
    const bool is_rounded = rounded_ != nullptr && not_rounded_ == 0;
    const int found =
        is_rounded ? compute_.bytes->find_candidates(candidates_.data(), thresholds_.data(), rows, queries_.block(),
                                                     rounded_->bytes(), bytes_.data())
                   : compute_.kernels.find_candidates(candidates_.data(), thresholds_.data(), rows, queries_.block());
    if (found * kPairsPerCandidate > queries_.count() * rows.count)
      not_rounded_ = kBlocksNotRounded;
    else if (not_rounded_ > 0)
      --not_rounded_;
    return found;
  }

  const PackedQueries& queries_;
  const RoundedQueries* rounded_;
  const Compute& compute_;
  std::vector<Neighbour> buffer_;
  std::vector<TopK> best_;
  std::vector<float> thresholds_;
  std::vector<kernels::Candidate> candidates_;
  memory::AlignedBuffer<std::int8_t> bytes_;
  std::int64_t not_rounded_ = kBlocksNotRounded;  // remaining blocks; in the first ones almost all pairs are candidates
};

// Divides the rows into spans that the workers process or, if there is little work, the calling thread.
class RowSpans {
 public:
  using Body = std::function<void(std::int64_t first, std::int64_t end, std::size_t worker)>;

  RowSpans(const Rows& rows, std::int64_t queries, std::size_t threads) : rows_(rows.count()) {
    if (threads > 1 && rows_ * rows.columns() * queries >= kMinParallelWork)
      pool_ = std::make_unique<parallel::ThreadPool>(threads);
    const auto spans = pool_ ? static_cast<std::int64_t>(pool_->size()) * kSpansPerThread : 1;
    length_ = std::max<std::int64_t>(round_up<std::int64_t>((rows_ + spans - 1) / spans, kernels::kScoredRows),
                                     kernels::kScoredRows);
  }
  [[nodiscard]] std::size_t workers() const { return pool_ ? pool_->size() : 1; }

  void run(const Body& body) {
    if (!pool_) return body(0, rows_, 0);
    pool_->parallel_for(static_cast<std::size_t>((rows_ + length_ - 1) / length_),
                        [&](std::size_t index, std::size_t worker) {
                          const auto first = static_cast<std::int64_t>(index) * length_;
                          body(first, std::min(first + length_, rows_), worker);
                        });
  }

 private:
  std::int64_t rows_;
  std::int64_t length_ = 0;
  std::unique_ptr<parallel::ThreadPool> pool_;
};

// `number_bytes`: size of one element of a query in the layout of the kernels.
std::int64_t queries_per_batch(std::int64_t columns, std::int64_t kept_per_query, std::size_t number_bytes) {
  const auto width = round_up<std::int64_t>(std::max<std::int64_t>(columns, 1), kernels::kRowMultiple);
  const auto fitting = kQueryBytes / (width * static_cast<std::int64_t>(number_bytes));
  const auto affordable = kMaxKept / std::max<std::int64_t>(kept_per_query, 1);
  return std::clamp<std::int64_t>(std::min(fitting, affordable) / 4 * 4, 4, kMaxQueries);
}

bool rounding_pays(std::int64_t queries, std::int64_t k, const Rows& rows, const Compute& compute) {
  return compute.bytes != nullptr && rows.columns() <= kernels::kMaxByteColumns && queries >= kMinRoundedQueries &&
         rows.count() >= std::max(kMinRoundedRows, k * kRowsPerKept);
}

void write_best(std::span<std::int32_t> indices, std::span<float> cosines, const std::vector<WorkerResults>& results,
                std::size_t query, std::vector<Neighbour>& merged) {
  merged.clear();
  for (const auto& result : results) {
    const auto items = result.best(query).items();
    merged.insert(merged.end(), items.begin(), items.end());
  }
  std::partial_sort(merged.begin(), merged.begin() + static_cast<std::ptrdiff_t>(indices.size()), merged.end(),
                    is_better);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    indices[i] = merged[i].row;
    cosines[i] = merged[i].score;
  }
}

}  // namespace

void find_nearest(memory::MatrixView<std::int32_t> indices, memory::MatrixView<float> cosines,
                  memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute) {
  const std::int64_t k = indices.columns;
  if (k == 0 || queries.rows == 0) return;
  const bool rounds = rounding_pays(queries.rows, k, rows, compute);
  const std::int64_t together = queries_per_batch(queries.columns, k, rounds ? sizeof(std::int8_t) : sizeof(float));
  RowSpans spans(rows, queries.rows, compute.threads);
  std::vector<Neighbour> merged;
  for (std::int64_t first = 0; first < queries.rows; first += together) {
    const PackedQueries packed(queries, first, std::min(together, queries.rows - first));
    std::optional<RoundedQueries> rounded;
    if (rounds && packed.count() >= kMinRoundedQueries) rounded.emplace(packed.block());
    std::vector<WorkerResults> results;
    std::vector<BlockReader> readers;
    for (std::size_t worker = 0; worker < spans.workers(); ++worker) {
      results.emplace_back(packed, rounded ? &*rounded : nullptr, k, compute);
      readers.emplace_back(rows, packed, compute.kernels);
    }
    spans.run([&](std::int64_t begin, std::int64_t end, std::size_t worker) {
      results[worker].search(readers[worker], begin, end);
    });
    for (std::int64_t q = 0; q < packed.count(); ++q)
      write_best({indices.row(first + q), static_cast<std::size_t>(k)},
                 {cosines.row(first + q), static_cast<std::size_t>(k)}, results, static_cast<std::size_t>(q), merged);
  }
}

void find_cosines(memory::MatrixView<float> cosines, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute) {
  if (rows.count() == 0 || queries.rows == 0) return;
  const std::int64_t together = queries_per_batch(queries.columns, 0, sizeof(float));
  RowSpans spans(rows, queries.rows, compute.threads);
  for (std::int64_t first = 0; first < queries.rows; first += together) {
    const PackedQueries packed(queries, first, std::min(together, queries.rows - first));
    spans.run([&](std::int64_t begin, std::int64_t end, std::size_t) {
      BlockReader reader(rows, packed, compute.kernels);
      for (std::int64_t row = begin; row < end; row += kernels::kScoredRows)
        compute.kernels.score_rows(cosines.row(first) + row, cosines.pitch, reader.read(row, end), packed.block());
    });
  }
}

}  // namespace wordkin::search
