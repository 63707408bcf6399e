// What a model is trained for: its architecture, the outputs that each target word is scored against, and the arrays.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"
#include "word2vec/huffman_tree.h"
#include "word2vec/negative_sampler.h"
#include "word2vec/subsampling.h"

namespace wordkin::word2vec {

enum class Architecture { kSkipGram, kCbow };

// The fields of the Python dataclass, which alone defines defaults and ranges.
struct Options {
  Architecture architecture;
  bool cbow_mean;  // false: the sum
  int window;
  bool shrink_windows;  // draw the reach of each window uniformly from 1 to `window`
  int negative;         // noise words per target; 0 for none
  double ns_exponent;
  bool hierarchical_softmax;
  double sample;
  std::uint64_t seed;
  std::int64_t job_words;  // raw words per job
};

// Borrowed from the caller, changed in place by all threads. Rows are padded and aligned as kernels ask.
struct Parameters {
  memory::MatrixView<float> input;      // a row a word
  memory::MatrixView<float> nodes;      // a row an inner node; empty without hierarchical softmax
  memory::MatrixView<float> output;     // a row a word; empty without negative sampling
  std::span<const float> update_scale;  // scale of each input row's updates: empty for 1, or one each
};

// Everything drawn from or decided by the vocabulary; const while threads run.
class TrainingContext {
 public:
  // Throws std::invalid_argument if arrays, counts and options do not fit each other. `kernels` is borrowed.
  TrainingContext(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                  const kernels::KernelTable& kernels);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const kernels::KernelTable& kernels() const { return *kernels_; }
  [[nodiscard]] const Subsampling& subsampling() const { return subsampling_; }
  [[nodiscard]] const NegativeSampler* sampler() const { return sampler_ ? &*sampler_ : nullptr; }
  [[nodiscard]] const HuffmanTree* tree() const { return tree_ ? &*tree_ : nullptr; }
  [[nodiscard]] int max_outputs() const;  // the most output rows that one target can have
  [[nodiscard]] int width() const { return static_cast<int>(parameters_.input.columns); }
  [[nodiscard]] std::int64_t words() const { return words_; }

 private:
  Options options_;
  Parameters parameters_;
  std::int64_t words_;
  const kernels::KernelTable* kernels_;
  Subsampling subsampling_;
  std::optional<NegativeSampler> sampler_;
  std::optional<HuffmanTree> tree_;
};

}  // namespace wordkin::word2vec
