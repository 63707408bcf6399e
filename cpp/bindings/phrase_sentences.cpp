#include "bindings/phrase_sentences.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/block_session.h"
#include "bindings/python_strings.h"
#include "bindings/reentrancy_guard.h"
#include "bindings/token_reader.h"
#include "text/utf8.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

void append(const py::list& list, const py::object& item) {
  if (PyList_Append(list.ptr(), item.ptr()) != 0) throw py::error_already_set();
}

// As with a generator, a second call during a call is refused.
using IterationGuard = ReentrancyGuard<py::value_error>;
constexpr const char* kExecuting = "already executing";

py::object joined_string(const phrases::Matcher& matcher, std::span<const phrases::Token> tokens) {
  std::string text;
  matcher.join_text(tokens, text);
  return str_from_utf8(text);
}

struct ListSink {
  void expect(std::int32_t number) {
    if (strings != nullptr) strings->prefetch(number);
  }
  void add_word(std::size_t at) { out.append(tokens.item(at)); }
  void add_phrase(std::size_t first, std::size_t last, const phrases::Match& match) {
    if (strings != nullptr && match.number != phrases::PhraseSet::kNone)
      out.append(strings->of(match.number));
    else
      out.append(joined_string(matcher, tokens.tokens().subspan(first, last + 1 - first)));
  }

  const phrases::Matcher& matcher;
  const SentenceTokens& tokens;
  PhraseStrings* strings;
  ListBuilder out;
};

struct AnalysisSink {
  void expect(std::int32_t) {}
  void add_word(std::size_t at) { append(out, py::make_tuple(tokens.item(at), py::none())); }
  void add_phrase(std::size_t first, std::size_t last, const phrases::Match& match) {
    const auto phrase = tokens.tokens().subspan(first, last + 1 - first);
    append(out, py::make_tuple(joined_string(matcher, phrase), match.score));
  }

  const phrases::Matcher& matcher;
  const SentenceTokens& tokens;
  py::list out;
};

struct FoundSink {
  void expect(std::int32_t) {}
  void add_word(std::size_t) {}
  void add_phrase(std::size_t first, std::size_t last, const phrases::Match& match) {
    found[joined_string(matcher, tokens.tokens().subspan(first, last + 1 - first))] = match.score;
  }

  const phrases::Matcher& matcher;
  const SentenceTokens& tokens;
  py::dict found;
};

}  // namespace

py::list ListBuilder::finish() && {
  if (PyList_SetSlice(list_.ptr(), size_, PyList_GET_SIZE(list_.ptr()), nullptr) != 0) throw py::error_already_set();
  return std::move(list_);
}

py::object PhraseStrings::created(std::int32_t number) const { return str_from_utf8(set_->text(number)); }

void SentenceTokens::read(const phrases::Matcher& matcher, const py::handle& sentence) {
  const TokenSource source;
  sentence_ = sentence_tokens(sentence, source);
  const py::ssize_t count = PySequence_Fast_GET_SIZE(sentence_.ptr());
  PyObject* const* const items = PySequence_Fast_ITEMS(sentence_.ptr());
  std::size_t encoded = 0;
  for (py::ssize_t position = 0; position < count; ++position) {
    prefetch_str_ahead(items, position, count);
    require_str(items[position], position, source);
    if (!PyUnicode_IS_COMPACT_ASCII(items[position]))
      encoded += 4 * static_cast<std::size_t>(PyUnicode_GET_LENGTH(items[position]));
  }
  encoded_.clear();
  encoded_.reserve(encoded);  // tokens point into it
  tokens_.clear();
  constexpr auto kUnlimited = std::numeric_limits<std::uint32_t>::max();
  for (py::ssize_t position = 0; position < count; ++position)
    tokens_.push_back(
        matcher.token_of(read_token(encoded_, items[position], position, source, kUnlimited, matcher.seed())));
}

py::list join_sentence(const phrases::Matcher& matcher, const py::object& sentence) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  ListSink sink{matcher, tokens, nullptr, ListBuilder(tokens.tokens().size())};
  std::vector<phrases::Candidate> candidates;
  matcher.join(tokens.tokens(), candidates, sink);
  return std::move(sink.out).finish();
}

py::list analyze_sentence(const phrases::Matcher& matcher, const py::object& sentence) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  AnalysisSink sink{matcher, tokens, py::list()};
  std::vector<phrases::Candidate> candidates;
  matcher.join(tokens.tokens(), candidates, sink);
  return sink.out;
}

void find_phrases(const phrases::Matcher& matcher, const py::object& sentence, const py::dict& found) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  FoundSink sink{matcher, tokens, found};
  std::vector<phrases::Candidate> candidates;
  matcher.join(tokens.tokens(), candidates, sink);
}

py::object match_candidate(const phrases::Matcher& matcher, const py::object& words) {
  SentenceTokens tokens;
  tokens.read(matcher, words);
  const auto match = matcher.match(tokens.tokens());
  if (!match) return py::none();
  return py::make_tuple(joined_string(matcher, tokens.tokens()), match->score);
}

py::list JoinedSentences::next() {
  const IterationGuard guard(is_running_, kExecuting);
  const auto sentence = next_item(sentences_);
  if (!sentence) throw py::stop_iteration();
  tokens_.read(matcher_, sentence);
  ListSink sink{matcher_, tokens_, &strings_, ListBuilder(tokens_.tokens().size())};
  matcher_.join(tokens_.tokens(), candidates_, sink);
  return std::move(sink.out).finish();
}

void JoinedBlocks::start(py::bytes block) {
  const IterationGuard guard(is_running_, kExecuting);
  const auto text = bytes_view(block);
  text::require_utf8(text);
  block_ = std::move(block);
  tokens_.clear();
  ids_.clear();
  if (words_.size() > kMaxWords) {
    words_ = text::WordTable(text::WordTable::kMaxWords, matcher_.seed());
    word_strings_.clear();
  }
  splitter_.emplace(text, rules_, false, *this);
}

py::list JoinedBlocks::next() {
  const IterationGuard guard(is_running_, kExecuting);
  sentences_ = py::list();
  if (!splitter_) return sentences_;
  for (std::size_t count = 0; count < kSentencesAtOnce && splitter_->run_sentence(); ++count) {
  }
  splitter_->flush();
  return std::exchange(sentences_, py::list());
}

void JoinedBlocks::add_word(const text::HashedWord& word) {
  const std::int32_t id = words_.insert(word);
  if (static_cast<std::size_t>(id) == word_strings_.size()) word_strings_.push_back(str_from_utf8(word.view()));
#if defined(__GNUC__)
  __builtin_prefetch(&word_strings_[static_cast<std::size_t>(id)]);
#endif
  ids_.push_back(id);
  tokens_.push_back(matcher_.token_of(word));
}

void JoinedBlocks::end_sentence() {
#if defined(__GNUC__)
  for (const std::int32_t id : ids_)  // the reference counts will be written
    __builtin_prefetch(word_strings_[static_cast<std::size_t>(id)].ptr(), 1);
#endif
  sentence_.emplace(tokens_.size());
  matcher_.join(std::span<const phrases::Token>(tokens_), candidates_, *this);
  append(sentences_, std::move(*sentence_).finish());
  tokens_.clear();
  ids_.clear();
}

void JoinedBlocks::add_phrase(std::size_t first, std::size_t last, const phrases::Match& match) {
  if (match.number != phrases::PhraseSet::kNone)
    sentence_->append(strings_.of(match.number));
  else
    sentence_->append(
        joined_string(matcher_, std::span<const phrases::Token>(tokens_).subspan(first, last + 1 - first)));
}

}  // namespace wordkin::bindings
