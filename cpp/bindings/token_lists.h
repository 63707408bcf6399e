// Sentences given as a Python iterable of lists of str, fed to the same sinks as text. Needs the interpreter lock.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bindings/token_reader.h"
#include "text/hashed_word.h"

namespace wordkin::bindings {

// The treatment of empty tokens and empty sentences.
enum class Empty { kSkip, kKeep };

class TokenLists {
 public:
  // name: the argument that errors name.
  TokenLists(pybind11::iterator sentences, std::string name, std::int64_t max_length, Empty empty = Empty::kSkip);

  [[nodiscard]] std::int64_t words() const { return words_; }
  [[nodiscard]] std::int64_t sentences() const { return sentence_; }
  [[nodiscard]] std::int64_t empty_tokens() const { return empty_tokens_; }

  // Feeds one sentence to a sink, as SentenceSplitter does; false when none is left. Exceptions of the iterator are
  // passed on; an invalid token raises TypeError, UnicodeEncodeError or text::TextError, which give its position.
  template <typename Sink>
  bool next_sentence(Sink& sink);

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxEncoded = 4 * text::kMaxWordBytes;  // of one word, before its length is checked
  static constexpr std::size_t kBatchBytes = 2 * kMaxEncoded;

  [[nodiscard]] TokenSource source() const { return {name_.c_str(), sentence_}; }

  pybind11::iterator sentences_;
  std::string name_;
  std::int64_t max_length_;
  Empty empty_;
  std::int64_t words_ = 0;
  std::int64_t sentence_ = 0;
  std::int64_t empty_tokens_ = 0;
  std::vector<text::HashedWord> batch_;
  std::vector<char> encoded_;  // words of the batch that are not ASCII; never exceeds its initial capacity
};

template <typename Sink>
bool TokenLists::next_sentence(Sink& sink) {
  const auto sentence = next_item(sentences_);
  if (!sentence) return false;
  const TokenSource source = this->source();
  const pybind11::object tokens = sentence_tokens(sentence, source);
  const auto flush = [&] {
    sink.prefetch_bytes(std::span<const text::HashedWord>(batch_));
    for (const auto& word : batch_) sink.add_word(word);
    batch_.clear();
    encoded_.clear();
  };
  std::int64_t length = 0;
  for (pybind11::ssize_t position = 0; position < PySequence_Fast_GET_SIZE(tokens.ptr()); ++position) {
    prefetch_str_ahead(PySequence_Fast_ITEMS(tokens.ptr()), position, PySequence_Fast_GET_SIZE(tokens.ptr()));
    if (batch_.size() == kBatch || encoded_.size() + kMaxEncoded > kBatchBytes) flush();
    PyObject* const token = PySequence_Fast_GET_ITEM(tokens.ptr(), position);
    require_str(token, position, source);
    const text::HashedWord word = read_token(encoded_, token, position, source, text::kMaxWordBytes, sink.seed());
    if (word.length == 0 && empty_ == Empty::kSkip) {
      ++empty_tokens_;
      continue;
    }
    sink.prefetch(word);
    batch_.push_back(word);
    ++words_;
    if (++length == max_length_) {
      flush();
      sink.end_sentence();
      length = 0;
    }
  }
  flush();
  if (length > 0 || empty_ == Empty::kKeep) sink.end_sentence();
  ++sentence_;
  return true;
}

}  // namespace wordkin::bindings
