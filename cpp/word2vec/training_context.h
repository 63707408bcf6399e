// Everything that training a model depends on: its options, its arrays, and the tables derived from the vocabulary.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"
#include "word2vec/document_options.h"
#include "word2vec/huffman_tree.h"
#include "word2vec/negative_sampler.h"
#include "word2vec/subsampling.h"

namespace wordkin::word2vec {

// With five negative samples, a window of documents has eight output rows.
inline constexpr std::size_t kTargetsPerWindow = 3;

enum class Architecture { kSkipGram, kCbow };

// The fields of the Python dataclass, which alone defines defaults and ranges.
struct Options {
  Architecture architecture;
  bool cbow_mean;  // otherwise the sum
  int window;
  bool shrink_windows;  // draw the radius of each window uniformly from 1 to `window`
  int negative;         // negative samples per target; 0 for none
  double ns_exponent;
  bool hierarchical_softmax;
  bool train_output;  // otherwise output rows and nodes are only read
  double sample;
  std::uint64_t seed;
  std::int64_t job_words;                    // raw words per job
  std::optional<DocumentOptions> documents;  // nothing for sentences without tags
};

// Words whose vectors are composed: from the rows of `input`, and from rows of hash buckets that they share with other
// words (Bojanowski et al. 2017, "Enriching word vectors with subword information").
struct Subwords {
  memory::MatrixView<float> rows;         // one row per bucket
  std::span<const std::int64_t> starts;   // (words + 1) the buckets of word w are buckets[starts[w]] .. starts[w + 1]
  std::span<const std::int32_t> buckets;  // of all words
  std::span<const float> update_scale;    // scale of the updates of each bucket; empty for 1

  [[nodiscard]] std::span<const std::int32_t> of(std::int32_t word) const {
    const auto begin = static_cast<std::size_t>(starts[word]);
    return buckets.subspan(begin, static_cast<std::size_t>(starts[word + 1]) - begin);
  }
};

// Borrowed from the caller and updated in place by all threads. Rows are padded and aligned as kernels require.
struct Parameters {
  memory::MatrixView<float> input;          // one row per word; may be empty if all words have subwords
  memory::MatrixView<float> nodes;          // one row per inner node; empty without hierarchical softmax
  memory::MatrixView<float> output;         // one row per word; empty without negative sampling
  std::span<const float> update_scale;      // scale of the updates of each input row; empty for 1
  memory::MatrixView<float> tags;           // one row per tag; empty without documents
  std::span<const float> tag_update_scale;  // scale of the updates of each tag row; empty for 1
  std::optional<Subwords> subwords;         // nothing: the input rows are the vectors of the words
};

// The options, the arrays, and the tables derived from the vocabulary; const while threads run.
class TrainingContext {
 public:
  // Throws std::invalid_argument if arrays, counts and options are inconsistent. `kernels` is borrowed.
  TrainingContext(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                  const kernels::KernelTable& kernels);
  // The same training of other arrays, which must have the shapes of the first ones.
  TrainingContext(const TrainingContext& shared, const Parameters& own);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const kernels::KernelTable& kernels() const { return *kernels_; }
  [[nodiscard]] const Subsampling& subsampling() const { return tables_->subsampling; }
  [[nodiscard]] const NegativeSampler* sampler() const { return tables_->sampler ? &*tables_->sampler : nullptr; }
  [[nodiscard]] const HuffmanTree* tree() const { return tables_->tree ? &*tables_->tree : nullptr; }
  [[nodiscard]] int max_outputs() const;  // maximum number of output rows of a window
  // Number of consecutive words that are the targets of one window and share one set of negative samples, for documents
  // with this number of tags: several if a single tag is the only input.
  [[nodiscard]] std::size_t targets_per_window(std::size_t tags) const;
  // Number of documents whose windows share one set of negative samples: several if inputs are concatenated.
  [[nodiscard]] std::size_t documents_together() const {
    return concatenates() && !tree() ? kernels::kMaxPositions : 1;
  }
  [[nodiscard]] int width() const { return output_width_; }
  [[nodiscard]] bool concatenates() const { return options_.documents && options_.documents->concatenate; }
  [[nodiscard]] int max_inputs(std::size_t sentence, std::size_t tags) const;  // of a window of such a sentence
  [[nodiscard]] std::int64_t words() const { return words_; }

 private:
  struct Tables {
    Subsampling subsampling;
    std::optional<NegativeSampler> sampler;
    std::optional<HuffmanTree> tree;
  };

  void check_parameters() const;

  Options options_;
  Parameters parameters_;
  std::int64_t words_;
  int output_width_;  // padded length of output rows, and of input rows unless they are concatenated
  const kernels::KernelTable* kernels_;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace wordkin::word2vec
