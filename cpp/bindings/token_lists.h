// Sentences given as a Python iterable of lists of tokens, fed to the same sinks as text. Needs the interpreter lock.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bindings/token_reader.h"
#include "text/hashed_word.h"

namespace wordkin::bindings {

// The empty items that are kept.
enum class Empty { kSkip, kKeepSentences, kKeepSentencesAndTokens };

class TokenLists {
 public:
  // name: the argument that errors name. keys: a mapping from tokens that are not str to bytes that are not UTF-8,
  // under which they are counted; None if all tokens must be str.
  TokenLists(pybind11::iterator sentences, std::string name, std::int64_t max_length, Empty empty = Empty::kSkip,
             pybind11::object keys = pybind11::none());

  [[nodiscard]] std::int64_t words() const { return words_; }
  [[nodiscard]] std::int64_t sentences() const { return sentence_; }
  [[nodiscard]] std::int64_t empty_tokens() const { return empty_tokens_; }
  // Number of sentences that are a single str with whitespace in it, which has probably not been split.
  [[nodiscard]] std::int64_t unsplit_sentences() const { return unsplit_sentences_; }

  [[nodiscard]] bool keeps_empty() const { return empty_ != Empty::kSkip; }

  // Feeds one sentence to a sink, as SentenceSplitter does; false when none is left. Exceptions of the iterator are
  // passed on; an invalid token raises TypeError, UnicodeEncodeError or text::TextError, which give its position. The
  // sinks are TokenCounter, TokenEncoder and PhraseLearner.
  template <typename Sink>
  bool next_sentence(Sink& sink);

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxEncoded = 4 * text::kMaxWordBytes;  // of one word, before its length is checked
  static constexpr std::size_t kBatchBytes = 2 * kMaxEncoded;

  [[nodiscard]] TokenSource source() const { return {name_.c_str(), sentence_}; }
  // The token as a word, whose bytes may be in `encoded_`.
  text::HashedWord read(PyObject* token, pybind11::ssize_t position, const TokenSource& source,
                        const text::HashSeed& seed);

  pybind11::iterator sentences_;
  std::string name_;
  std::int64_t max_length_;
  Empty empty_;
  pybind11::object keys_;
  std::int64_t words_ = 0;
  std::int64_t sentence_ = 0;
  std::int64_t empty_tokens_ = 0;
  std::int64_t unsplit_sentences_ = 0;
  std::vector<text::HashedWord> batch_;
  std::vector<char> encoded_;  // words of the batch that are not ASCII str; never exceeds its initial capacity
};

}  // namespace wordkin::bindings
