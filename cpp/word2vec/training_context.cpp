#include "word2vec/training_context.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace wordkin::word2vec {
namespace {

void check_rows(const char* name, const memory::MatrixView<float>& matrix, std::int64_t rows, std::int64_t columns) {
  if (matrix.rows < rows || matrix.columns != columns)
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(rows) + " rows of " +
                                std::to_string(columns) + " floats, got " + std::to_string(matrix.rows) + " of " +
                                std::to_string(matrix.columns));
  if (matrix.rows == 0) return;
  if (matrix.columns % kernels::kRowMultiple != 0 || matrix.pitch % kernels::kRowMultiple != 0 ||
      reinterpret_cast<std::uintptr_t>(matrix.data) % 64 != 0)
    throw std::invalid_argument(std::string(name) + " must have rows padded to 16 floats and aligned to 64 bytes");
}

// Padded length of the rows that inputs are multiplied with.
int output_width(const Options& options, const Parameters& parameters) {
  if (!options.documents || !options.documents->concatenate) return static_cast<int>(parameters.input.columns);
  const DocumentOptions& documents = *options.documents;
  const std::int64_t floats = (documents.tag_count + 2 * std::int64_t{options.window}) * documents.vector_size;
  const std::int64_t padded = (floats + kernels::kRowMultiple - 1) / kernels::kRowMultiple * kernels::kRowMultiple;
  if (padded > (1 << 28))
    throw std::invalid_argument("the concatenated inputs must have at most 2^28 floats, got " + std::to_string(padded));
  return static_cast<int>(padded);
}

void check_documents(const DocumentOptions& documents, const Parameters& parameters, std::int64_t words) {
  if (!parameters.tags.empty()) check_rows("tags", parameters.tags, 0, parameters.input.columns);
  const auto tags = static_cast<std::size_t>(parameters.tags.rows);
  if (!parameters.tag_update_scale.empty() && parameters.tag_update_scale.size() < tags)
    throw std::invalid_argument("tag_update_scale must be empty or have one entry per tag (" + std::to_string(tags) +
                                "), got " + std::to_string(parameters.tag_update_scale.size()));
  if (documents.vector_size < 1 || documents.vector_size > parameters.input.columns)
    throw std::invalid_argument("vector_size must be from 1 to " + std::to_string(parameters.input.columns) + ", got " +
                                std::to_string(documents.vector_size));
  if (!documents.concatenate) return;
  if (documents.null_word < 0 || documents.null_word >= words)
    throw std::invalid_argument("null_word must be from 0 to " + std::to_string(words - 1) + ", got " +
                                std::to_string(documents.null_word));
  if (documents.tag_count < 0) throw std::invalid_argument("tag_count must not be negative");
}

void check_subwords(const Subwords& subwords, std::int64_t words, std::int64_t columns, bool has_word_rows) {
  check_rows("subword rows", subwords.rows, 0, columns);
  const auto& starts = subwords.starts;
  bool rises = static_cast<std::int64_t>(starts.size()) == words + 1 && starts.front() == 0 &&
               starts.back() == static_cast<std::int64_t>(subwords.buckets.size());
  for (std::size_t i = 1; i < starts.size(); ++i) rises = rises && starts[i - 1] <= starts[i];
  if (!rises) throw std::invalid_argument("starts must rise from 0 to the number of buckets, with an entry per word");
  for (std::size_t i = 1; !has_word_rows && i < starts.size(); ++i)
    if (starts[i - 1] == starts[i]) throw std::invalid_argument("words without a row must have subwords");
  for (const auto bucket : subwords.buckets)
    if (bucket < 0 || bucket >= subwords.rows.rows)
      throw std::invalid_argument("buckets must be from 0 to " + std::to_string(subwords.rows.rows - 1) + ", got " +
                                  std::to_string(bucket));
  if (!subwords.update_scale.empty() && static_cast<std::int64_t>(subwords.update_scale.size()) < subwords.rows.rows)
    throw std::invalid_argument("update_scale of subwords must be empty or have one entry per bucket");
}

}  // namespace

TrainingContext::TrainingContext(const Options& options, const Parameters& parameters,
                                 std::span<const std::int64_t> counts, const kernels::KernelTable& kernels)
    : options_(options),
      parameters_(parameters),
      words_(static_cast<std::int64_t>(counts.size())),
      output_width_(output_width(options, parameters)),
      kernels_(&kernels) {
  assert(options.window >= 1 && options.job_words >= 1 && options.negative >= 0);
  if (options.negative == 0 && !options.hierarchical_softmax)
    throw std::invalid_argument("negative must be at least 1 without hierarchical softmax, got 0");
  if (words_ > INT32_MAX)
    throw std::invalid_argument("counts must have at most 2^31 - 1 entries, got " + std::to_string(words_));
  check_parameters();
  Tables tables{Subsampling(counts, options.sample), std::nullopt, std::nullopt};
  if (options.negative > 0) tables.sampler.emplace(counts, options.ns_exponent);
  if (options.hierarchical_softmax) tables.tree.emplace(counts);
  tables_ = std::make_shared<const Tables>(std::move(tables));
}

TrainingContext::TrainingContext(const TrainingContext& shared, const Parameters& own) : TrainingContext(shared) {
  parameters_ = own;
  check_parameters();
}

void TrainingContext::check_parameters() const {
  const auto scales = parameters_.update_scale.size();
  const bool has_word_rows = !parameters_.subwords || parameters_.input.rows > 0;
  check_rows("input", parameters_.input, has_word_rows ? words_ : 0, parameters_.input.columns);
  if (scales > 0 && scales < static_cast<std::size_t>(words_))
    throw std::invalid_argument("update_scale must be empty or have one entry per word (" + std::to_string(words_) +
                                "), got " + std::to_string(scales));
  if (options_.documents) check_documents(*options_.documents, parameters_, words_);
  if (parameters_.subwords) check_subwords(*parameters_.subwords, words_, parameters_.input.columns, has_word_rows);
  if (parameters_.subwords && options_.documents) throw std::invalid_argument("documents must not have subwords");
  if (options_.negative > 0) check_rows("output", parameters_.output, words_, output_width_);
  if (options_.hierarchical_softmax) check_rows("nodes", parameters_.nodes, words_ - 1, output_width_);
}

int TrainingContext::max_inputs(std::size_t sentence, std::size_t tags) const {
  const std::size_t window = 2 * static_cast<std::size_t>(options_.window);
  const bool use_words = !options_.documents || options_.documents->use_words;
  return static_cast<int>(tags + (use_words && sentence > 0 ? std::min(sentence - 1, window) : 0));
}

std::size_t TrainingContext::targets_per_window(std::size_t tags) const {
  const bool is_alone = options_.documents && !options_.documents->use_words && tags == 1;
  return is_alone && !options_.hierarchical_softmax ? kTargetsPerWindow : 1;
}

int TrainingContext::max_outputs() const {
  const auto targets = static_cast<int>(std::max(targets_per_window(1), documents_together()));
  return (options_.negative > 0 ? options_.negative + targets : 0) +
         (tree() ? static_cast<int>(tree()->longest_path()) : 0);
}

}  // namespace wordkin::word2vec
