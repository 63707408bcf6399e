// Sentences as Python has them, iterables of str, to words as bytes. Needs the interpreter lock all the time.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bindings/str_prefetch.h"
#include "text/hashed_word.h"
#include "text/sentence_splitter.h"

namespace wordkin::bindings {

// Of tokens and of sentences.
enum class Empty { kSkip, kKeep };

class TokenLists {
 public:
  // `name` is the argument to name in errors.
  TokenLists(pybind11::iterator sentences, std::string name, std::int64_t max_length, Empty empty = Empty::kSkip);

  [[nodiscard]] std::int64_t words() const { return words_; }
  [[nodiscard]] std::int64_t sentences() const { return sentence_number_; }
  [[nodiscard]] std::int64_t empty_tokens() const { return empty_tokens_; }

  // Feeds one sentence to a sink as SentenceSplitter does; false when there is none left. Errors of the iterator pass
  // through; tokens that are no words raise TypeError, UnicodeEncodeError or text::TextError with their place.
  template <typename Sink>
  bool next_sentence(Sink& sink);

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMostEncoded = 4 * text::kMaxWordBytes;  // of one word, before its length is checked
  static constexpr std::size_t kBatchBytes = 2 * kMostEncoded;

  [[nodiscard]] std::string place(pybind11::ssize_t token) const {
    return "token " + std::to_string(token) + " of sentence " + std::to_string(sentence_number_);
  }
  [[nodiscard]] pybind11::object tokens_of(const pybind11::object& sentence) const;
  [[nodiscard]] text::HashedWord word_of(PyObject* token, pybind11::ssize_t position);
  [[noreturn]] void refuse_surrogate(PyObject* token, pybind11::ssize_t position, pybind11::ssize_t at) const;

  pybind11::iterator sentences_;
  std::string name_;
  std::int64_t max_length_;
  Empty empty_;
  std::int64_t words_ = 0;
  std::int64_t sentence_number_ = 0;
  std::int64_t empty_tokens_ = 0;
  std::vector<text::HashedWord> batch_;
  std::vector<char>
      encoded_;  // UTF-8 of the words in the batch that are not ASCII; never grows beyond its first capacity
};

template <typename Sink>
bool TokenLists::next_sentence(Sink& sink) {
  const auto sentence = pybind11::reinterpret_steal<pybind11::object>(PyIter_Next(sentences_.ptr()));
  if (!sentence) {
    if (PyErr_Occurred() != nullptr) throw pybind11::error_already_set();
    return false;
  }
  const pybind11::object tokens = tokens_of(sentence);
  const auto flush = [&] {
    sink.prefetch_bytes(std::span<const text::HashedWord>(batch_));
    for (const auto& word : batch_) sink.add_word(word);
    batch_.clear();
    encoded_.clear();
  };
  std::int64_t length = 0;
  for (pybind11::ssize_t position = 0; position < PySequence_Fast_GET_SIZE(tokens.ptr()); ++position) {
    prefetch_str_ahead(PySequence_Fast_ITEMS(tokens.ptr()), position, PySequence_Fast_GET_SIZE(tokens.ptr()));
    if (batch_.size() == kBatch || encoded_.size() + kMostEncoded > kBatchBytes) flush();
    const text::HashedWord word = word_of(PySequence_Fast_GET_ITEM(tokens.ptr(), position), position);
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
  ++sentence_number_;
  return true;
}

}  // namespace wordkin::bindings
