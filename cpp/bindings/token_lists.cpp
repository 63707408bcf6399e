#include "bindings/token_lists.h"

#include <span>
#include <stdexcept>
#include <utility>

#include "phrases/phrase_learner.h"
#include "text/token_counter.h"
#include "text/token_encoder.h"

namespace py = pybind11;

namespace wordkin::bindings {

TokenLists::TokenLists(py::iterator sentences, std::string name, std::int64_t max_length, Empty empty, py::object keys)
    : sentences_(std::move(sentences)),
      name_(std::move(name)),
      max_length_(max_length),
      empty_(empty),
      keys_(std::move(keys)) {
  if (max_length_ < 1) throw std::invalid_argument("max_sentence_length must be at least 1");
  encoded_.reserve(kBatchBytes);
}

text::HashedWord TokenLists::read(PyObject* token, pybind11::ssize_t position, const TokenSource& source,
                                  const text::HashSeed& seed) {
  if (!PyUnicode_Check(token) && !keys_.is_none())
    return read_key(encoded_, keys_, token, position, source, text::kMaxWordBytes, seed);
  require_str(token, position, source);
  return read_token(encoded_, token, position, source, text::kMaxWordBytes, seed);
}

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
    const text::HashedWord word = read(token, position, source, sink.seed());
    if (PySequence_Fast_GET_SIZE(tokens.ptr()) == 1 && has_whitespace(token)) ++unsplit_sentences_;
    if (word.length == 0 && empty_ != Empty::kKeepSentencesAndTokens) {
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
  if (length > 0 || empty_ != Empty::kSkip) sink.end_sentence();
  ++sentence_;
  return true;
}

// Here, because this file is compiled for speed.
template bool TokenLists::next_sentence(text::TokenCounter& sink);
template bool TokenLists::next_sentence(text::TokenEncoder& sink);
template bool TokenLists::next_sentence(phrases::PhraseLearner& sink);

}  // namespace wordkin::bindings
