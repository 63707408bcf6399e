// Joins phrases in sentences given as Python lists, and in text whose sentences become Python lists.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "phrases/matcher.h"
#include "text/sentence_splitter.h"
#include "text/word_table.h"

namespace wordkin::bindings {

// The phrases of a set as str objects, each created on first use.
class PhraseStrings {
 public:
  explicit PhraseStrings(const phrases::PhraseSet* set) : set_(set), strings_(set == nullptr ? 0 : set->size()) {}
  const pybind11::object& of(std::int32_t number) {
    pybind11::object& string = strings_[static_cast<std::size_t>(number)];
    if (!string) string = created(number);
    return string;
  }
  // Prefetches a str that will be used soon.
  void prefetch([[maybe_unused]] std::int32_t number) const {
#if defined(__GNUC__)
    __builtin_prefetch(strings_[static_cast<std::size_t>(number)].ptr(), 1);  // its reference count will be written
#endif
  }

 private:
  [[nodiscard]] pybind11::object created(std::int32_t number) const;

  const phrases::PhraseSet* set_;
  std::vector<pybind11::object> strings_;
};

// The tokens of one Python sentence, as views of its words.
class SentenceTokens {
 public:
  // Raises TypeError or UnicodeEncodeError for an invalid token; the error gives its position.
  void read(const phrases::Matcher& matcher, const pybind11::handle& sentence);

  [[nodiscard]] std::span<const phrases::Token> tokens() const { return tokens_; }
  [[nodiscard]] pybind11::object item(std::size_t at) const {
    return pybind11::reinterpret_borrow<pybind11::object>(
        PySequence_Fast_GET_ITEM(sentence_.ptr(), static_cast<pybind11::ssize_t>(at)));
  }

 private:
  pybind11::object sentence_;  // a list or tuple
  std::vector<phrases::Token> tokens_;
  std::vector<char> encoded_;  // the words that are not ASCII
};

// list of str -> list of str.
pybind11::list join_sentence(const phrases::Matcher& matcher, const pybind11::object& sentence);
// list of str -> list of (str, phrase score or None).
pybind11::list analyze_sentence(const phrases::Matcher& matcher, const pybind11::object& sentence);
// Adds the phrases found in a list of str to a dict from phrase to score.
void find_phrases(const phrases::Matcher& matcher, const pybind11::object& sentence, const pybind11::dict& found);
// (joined str, score) if all the words together form a phrase, else None.
pybind11::object match_candidate(const phrases::Matcher& matcher, const pybind11::object& words);

// An iterator of joined sentences over an iterator of sentences; reads one sentence per step.
class JoinedSentences {
 public:
  JoinedSentences(const phrases::Matcher& matcher, pybind11::iterator sentences)
      : matcher_(matcher), sentences_(std::move(sentences)), strings_(matcher.phrases()) {}
  pybind11::list next();

 private:
  const phrases::Matcher& matcher_;
  pybind11::iterator sentences_;
  PhraseStrings strings_;
  SentenceTokens tokens_;
  std::vector<phrases::Candidate> candidates_;
  std::atomic_flag is_running_;
};

// Builds a list that is allocated at its maximum length and shortened at the end.
class ListBuilder {
 public:
  explicit ListBuilder(std::size_t max_size)
      : list_(pybind11::reinterpret_steal<pybind11::list>(PyList_New(static_cast<pybind11::ssize_t>(max_size)))) {
    if (!list_) throw pybind11::error_already_set();
  }

  void append(pybind11::object item) { PyList_SET_ITEM(list_.ptr(), size_++, item.release().ptr()); }
  pybind11::list finish() &&;

 private:
  pybind11::list list_;
  pybind11::ssize_t size_ = 0;
};

// Converts text to lists of joined sentences. Each distinct word becomes a str object once.
class JoinedBlocks {
 public:
  JoinedBlocks(const phrases::Matcher& matcher, const text::SentenceRules& rules)
      : matcher_(matcher),
        rules_(rules),
        strings_(matcher.phrases()),
        words_(text::WordTable::kMaxWords, matcher.seed()) {}

  // Sets the text to read. Its sentences are created a few at a time, since thousands of new lists at once would keep
  // Python's garbage collector busy.
  void start(pybind11::bytes block);
  // The next sentences; empty at the end of the block.
  pybind11::list next();

  // The sink interface of SentenceSplitter.
  [[nodiscard]] const text::HashSeed& seed() const { return words_.seed(); }
  void prefetch(const text::HashedWord& word) const { words_.prefetch(word); }
  void prefetch_bytes(std::span<const text::HashedWord> words) const { words_.prefetch_bytes(words); }
  void add_word(const text::HashedWord& word);
  void end_sentence();

  // The sink interface of Matcher.
  void expect(std::int32_t number) { strings_.prefetch(number); }
  void add_word(std::size_t at) { sentence_->append(word_strings_[static_cast<std::size_t>(ids_[at])]); }
  void add_phrase(std::size_t first, std::size_t last, const phrases::Match& match);

 private:
  static constexpr std::size_t kMaxWords = 1 << 20;
  static constexpr std::size_t kSentencesAtOnce = 64;

  const phrases::Matcher& matcher_;
  text::SentenceRules rules_;
  PhraseStrings strings_;
  text::WordTable words_;
  std::vector<pybind11::object> word_strings_;
  std::atomic_flag is_running_;

  pybind11::bytes block_;
  std::optional<text::SentenceSplitter<JoinedBlocks>> splitter_;
  std::vector<phrases::Token> tokens_;  // of the current sentence
  std::vector<std::int32_t> ids_;
  std::vector<phrases::Candidate> candidates_;
  std::optional<ListBuilder> sentence_;
  pybind11::list sentences_;
};

}  // namespace wordkin::bindings
