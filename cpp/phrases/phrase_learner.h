// Counts the words and phrases of a text. Connector words are not counted; between two other words they become part of
// the phrase. The result does not depend on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "parallel/thread_pool.h"
#include "phrases/lexicon.h"
#include "phrases/phrase_counts.h"
#include "text/sentence_splitter.h"

namespace wordkin::phrases {

struct InputBlock {
  std::span<const char> text;  // UTF-8 text that consists of whole sentences
  bool continues_line;
};

class PhraseLearner {
 public:
  // After each sentence that raises the number of distinct words and phrases above `max_vocabulary`, the rarest are
  // removed: those with a count below 1 (none), the next time those with a count below 2, and so on.
  PhraseLearner(std::string delimiter, std::span<const std::string> connectors, std::size_t max_vocabulary,
                std::size_t workers, const text::HashSeed& seed = text::HashSeed::random());

  [[nodiscard]] std::size_t workers() const { return pool_ ? pool_->size() : 1; }
  [[nodiscard]] const Lexicon& lexicon() const { return lexicon_; }
  [[nodiscard]] const PhraseCounts& counts() const { return counts_; }
  // Moves the lexicon and the counts out of this object, which cannot be used afterwards.
  [[nodiscard]] std::pair<Lexicon, PhraseCounts> take() && { return {std::move(lexicon_), std::move(counts_)}; }
  [[nodiscard]] std::int64_t min_reduce() const { return min_reduce_; }
  [[nodiscard]] std::int64_t words() const { return words_; }
  [[nodiscard]] std::int64_t sentences() const { return sentences_; }

  // With as many blocks as there are threads, all threads are busy. Throws text::TextError; block_of_error() is the
  // index of the block.
  void learn(std::span<const InputBlock> blocks, const text::SentenceRules& rules);
  [[nodiscard]] std::size_t block_of_error() const { return block_of_error_; }

  // Counts word by word, for sentences that are not read from text; call count_stream() about every hundred thousand
  // words.
  [[nodiscard]] const text::HashSeed& seed() const { return lexicon_.table().seed(); }
  void prefetch(const text::HashedWord& word) const { lexicon_.table().prefetch(word); }
  void prefetch_bytes(std::span<const text::HashedWord> words) const { lexicon_.table().prefetch_bytes(words); }
  void add_word(const text::HashedWord& word) { push(lexicon_.insert(word)); }
  void end_sentence() {
    stream_.push_back(text::kSentenceEnd);
    ++sentences_;
    has_first_ = false;
    gap_ = kNoGap;
  }
  void count_stream();

 private:
  // In the stream, marks the gap between two words. Other numbers are words and text::kSentenceEnd.
  static std::int32_t gap_mark(GapId gap) { return -2 - gap; }
  static GapId gap_of(std::int32_t mark) { return -2 - mark; }

  void push(WordId id);
  void learn_in_parallel(std::span<const InputBlock> blocks, const text::SentenceRules& rules);
  // Counts the words and phrases of a stream that are assigned to one of several threads.
  std::size_t count_part(std::span<const std::int32_t> stream, std::size_t part, std::size_t parts);
  void count_with_pruning();

  Lexicon lexicon_;
  PhraseCounts counts_;
  std::size_t max_vocabulary_;
  std::unique_ptr<parallel::ThreadPool> pool_;  // null for a single thread
  std::int64_t min_reduce_ = 1;
  std::int64_t words_ = 0;
  std::int64_t sentences_ = 0;
  std::size_t block_of_error_ = 0;
  std::vector<std::int32_t> stream_;
  bool has_first_ = false;  // whether a phrase may begin at an earlier word of this sentence
  GapId gap_ = kNoGap;
};

}  // namespace wordkin::phrases
