// Phrases joined in sentences that are Python objects, and in text of which Python gets the sentences.
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

// The phrases of a set as str, each made when it is first met.
class PhraseStrings {
 public:
  explicit PhraseStrings(const phrases::PhraseSet* set) : set_(set), strings_(set == nullptr ? 0 : set->size()) {}
  const pybind11::object& of(std::int32_t number) {
    pybind11::object& string = strings_[static_cast<std::size_t>(number)];
    if (!string) string = made(number);
    return string;
  }
  // Asks the memory for one that will be used.
  void prefetch([[maybe_unused]] std::int32_t number) const {
#if defined(__GNUC__)
    __builtin_prefetch(strings_[static_cast<std::size_t>(number)].ptr(), 1);  // its reference count will be written
#endif
  }

 private:
  [[nodiscard]] pybind11::object made(std::int32_t number) const;

  const phrases::PhraseSet* set_;
  std::vector<pybind11::object> strings_;
};

// The words of one sentence of Python as tokens that point into them.
class SentenceTokens {
 public:
  // Raises TypeError or UnicodeEncodeError naming the token when it is no text.
  void read(const phrases::Matcher& matcher, const pybind11::handle& sentence);

  [[nodiscard]] std::span<const phrases::Token> tokens() const { return tokens_; }
  [[nodiscard]] pybind11::object item(std::size_t at) const {
    return pybind11::reinterpret_borrow<pybind11::object>(
        PySequence_Fast_GET_ITEM(sentence_.ptr(), static_cast<pybind11::ssize_t>(at)));
  }

 private:
  text::HashedWord word_of(PyObject* token, pybind11::ssize_t position);

  pybind11::object sentence_;  // a list or tuple
  std::vector<phrases::Token> tokens_;
  std::vector<char> encoded_;  // of the words that are not ASCII
};

// list of str -> list of str.
pybind11::list join_sentence(const phrases::Matcher& matcher, const pybind11::object& sentence);
// list of str -> list of (str, score of a phrase or None).
pybind11::list analyze_sentence(const phrases::Matcher& matcher, const pybind11::object& sentence);
// Puts the phrases of a list of str into a dict of str to score.
void find_phrases(const phrases::Matcher& matcher, const pybind11::object& sentence, const pybind11::dict& found);
// (joined str, score) when all words together are a phrase, else None.
pybind11::object match_candidate(const phrases::Matcher& matcher, const pybind11::object& words);

// An iterator over sentences to one over joined sentences; reads no further than it is asked.
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
  std::vector<phrases::Candidate> room_;
  std::atomic_flag is_running_;
};

// A list under construction that is given its full length at once and cut to what was put in.
class ListBuilder {
 public:
  explicit ListBuilder(std::size_t most)
      : list_(pybind11::reinterpret_steal<pybind11::list>(PyList_New(static_cast<pybind11::ssize_t>(most)))) {
    if (!list_) throw pybind11::error_already_set();
  }

  void append(pybind11::object item) { PyList_SET_ITEM(list_.ptr(), size_++, item.release().ptr()); }
  pybind11::list finish() &&;

 private:
  pybind11::list list_;
  pybind11::ssize_t size_ = 0;
};

// Text to lists of joined sentences. Words met often are made into str once.
class JoinedBlocks {
 public:
  JoinedBlocks(const phrases::Matcher& matcher, const text::SentenceRules& rules)
      : matcher_(matcher), rules_(rules), strings_(matcher.phrases()) {}

  // The text to go on with. Its sentences are made a few at a time: thousands of lists at once would keep Python's
  // garbage collector busy.
  void start(pybind11::bytes block);
  // The next sentences; none when the block is at its end.
  pybind11::list next();

  // As SentenceSplitter wants it.
  void prefetch(const text::HashedWord& word) const { words_.prefetch(word); }
  void prefetch_bytes(std::span<const text::HashedWord> words) const { words_.prefetch_bytes(words); }
  void add_word(const text::HashedWord& word);
  void end_sentence();

  // As Matcher wants it.
  void expect(std::int32_t number) { strings_.prefetch(number); }
  void add_word(std::size_t at) { sentence_->append(word_strings_[static_cast<std::size_t>(ids_[at])]); }
  void add_phrase(std::size_t first, std::size_t last, const phrases::Match& match);

 private:
  static constexpr std::size_t kMostWords = 1 << 20;
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
  std::vector<phrases::Candidate> room_;
  std::optional<ListBuilder> sentence_;
  pybind11::list sentences_;
};

}  // namespace wordkin::bindings
