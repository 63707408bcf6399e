#include "word2vec/training_context.h"

#include <cassert>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace wordkin::word2vec {
namespace {

void check_rows(const char* name, const memory::MatrixView<float>& matrix, std::int64_t rows, std::int64_t columns) {
  if (matrix.rows < rows || matrix.columns != columns)
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(rows) + " rows of " +
                                std::to_string(columns) + " floats, got " + std::to_string(matrix.rows) + " of " +
                                std::to_string(matrix.columns));
  if (matrix.columns % kernels::kRowMultiple != 0 || matrix.pitch % kernels::kRowMultiple != 0 ||
      reinterpret_cast<std::uintptr_t>(matrix.data) % 64 != 0)
    throw std::invalid_argument(std::string(name) + " must have rows padded to 16 floats and aligned to 64 bytes");
}

}  // namespace

TrainingContext::TrainingContext(const Options& options, const Parameters& parameters,
                                 std::span<const std::int64_t> counts, const kernels::KernelTable& kernels)
    : options_(options),
      parameters_(parameters),
      words_(static_cast<std::int64_t>(counts.size())),
      kernels_(&kernels),
      subsampling_(counts, options.sample) {
  assert(options.window >= 1 && options.job_words >= 1 && options.negative >= 0);
  if (options.negative == 0 && !options.hierarchical_softmax)
    throw std::invalid_argument("negative must be at least 1 without hierarchical softmax, got 0");
  if (words_ > INT32_MAX)
    throw std::invalid_argument("counts must have at most 2^31 - 1 entries, got " + std::to_string(words_));
  check_rows("input", parameters.input, words_, parameters.input.columns);
  if (!parameters.update_scale.empty() && parameters.update_scale.size() < counts.size())
    throw std::invalid_argument("update_scale must be empty or have one entry per word (" + std::to_string(words_) +
                                "), got " + std::to_string(parameters.update_scale.size()));
  if (options.negative > 0) {
    check_rows("output", parameters.output, words_, parameters.input.columns);
    sampler_.emplace(counts, options.ns_exponent);
  }
  if (options.hierarchical_softmax) {
    check_rows("nodes", parameters.nodes, words_ - 1, parameters.input.columns);
    tree_.emplace(counts);
  }
}

int TrainingContext::max_outputs() const {
  return (options_.negative > 0 ? options_.negative + 1 : 0) + (tree_ ? static_cast<int>(tree_->longest_path()) : 0);
}

}  // namespace wordkin::word2vec
