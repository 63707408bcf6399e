#include "bindings/phrase_sentences.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/block_session.h"
#include "bindings/str_prefetch.h"
#include "bindings/utf8_encoding.h"
#include "text/utf8.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

py::object string_of(std::string_view text) {
  PyObject* const string = PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "strict");
  if (string == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(string);
}

void append(const py::list& list, const py::object& item) {
  if (PyList_Append(list.ptr(), item.ptr()) != 0) throw py::error_already_set();
}

// As a generator does, these objects refuse to be asked for more while they are being asked.
class Running {
 public:
  explicit Running(std::atomic_flag& flag) : flag_(flag) {
    if (flag_.test_and_set()) throw py::value_error("already executing");
  }
  ~Running() { flag_.clear(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::atomic_flag& flag_;
};

py::object joined_string(const phrases::Matcher& matcher, std::span<const phrases::Token> tokens) {
  std::string text;
  matcher.join_text(tokens, text);
  return string_of(text);
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

py::object PhraseStrings::made(std::int32_t number) const { return string_of(set_->text(number)); }

void SentenceTokens::read(const phrases::Matcher& matcher, const py::handle& sentence) {
  constexpr const char* rule = "a sentence must be a list of str";
  if (PyUnicode_Check(sentence.ptr()) || PyBytes_Check(sentence.ptr()))
    throw py::type_error(std::string(rule) + ", got " + py::cast<std::string>(py::repr(sentence)).substr(0, 60) +
                         ", which is not split into tokens");
#if defined(Py_GIL_DISABLED)
  // Without a global lock another thread may edit a list while it is read: read a tuple made from it.
  sentence_ = py::reinterpret_steal<py::object>(PySequence_Tuple(sentence.ptr()));
#else
  sentence_ = py::reinterpret_steal<py::object>(PySequence_Fast(sentence.ptr(), rule));
#endif
  if (!sentence_) throw py::error_already_set();
  const py::ssize_t count = PySequence_Fast_GET_SIZE(sentence_.ptr());
  PyObject* const* const items = PySequence_Fast_ITEMS(sentence_.ptr());
  std::size_t encoded = 0;
  for (py::ssize_t at = 0; at < count; ++at) {
    prefetch_str_ahead(items, at, count);
    if (!PyUnicode_Check(items[at]))
      throw py::type_error("token " + std::to_string(at) + " of a sentence must be a str, got " +
                           py::cast<std::string>(py::type::handle_of(items[at]).attr("__name__")));
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(items[at]) != 0) throw py::error_already_set();
#endif
    if (!PyUnicode_IS_COMPACT_ASCII(items[at]))
      encoded += 4 * static_cast<std::size_t>(PyUnicode_GET_LENGTH(items[at]));
  }
  encoded_.clear();
  encoded_.reserve(encoded);  // tokens point into it: it must not grow while they are made
  tokens_.clear();
  for (py::ssize_t at = 0; at < count; ++at) tokens_.push_back(matcher.token_of(word_of(items[at], at)));
}

text::HashedWord SentenceTokens::word_of(PyObject* token, py::ssize_t position) {
  const py::ssize_t length = PyUnicode_GET_LENGTH(token);
  if (PyUnicode_IS_COMPACT_ASCII(token))
    return text::hash_word({static_cast<const char*>(PyUnicode_DATA(token)), static_cast<std::size_t>(length)});
  const std::size_t start = encoded_.size();
  const int kind = PyUnicode_KIND(token);
  const void* const data = PyUnicode_DATA(token);
  for (py::ssize_t at = 0; at < length; ++at) {
    const Py_UCS4 character = PyUnicode_READ(kind, data, at);
    if (character >= 0xd800 && character <= 0xdfff) {
      const std::string reason = "surrogates not allowed (token " + std::to_string(position) + " of a sentence)";
      const py::object error =
          py::reinterpret_borrow<py::object>(PyExc_UnicodeEncodeError)("utf-8", py::handle(token), at, at + 1, reason);
      PyErr_SetObject(PyExc_UnicodeEncodeError, error.ptr());
      throw py::error_already_set();
    }
    append_utf8(encoded_, character);
  }
  return text::hash_word({encoded_.data() + start, encoded_.size() - start});
}

py::list join_sentence(const phrases::Matcher& matcher, const py::object& sentence) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  ListSink sink{matcher, tokens, nullptr, ListBuilder(tokens.tokens().size())};
  std::vector<phrases::Candidate> room;
  matcher.join(tokens.tokens(), room, sink);
  return std::move(sink.out).finish();
}

py::list analyze_sentence(const phrases::Matcher& matcher, const py::object& sentence) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  AnalysisSink sink{matcher, tokens, py::list()};
  std::vector<phrases::Candidate> room;
  matcher.join(tokens.tokens(), room, sink);
  return sink.out;
}

void find_phrases(const phrases::Matcher& matcher, const py::object& sentence, const py::dict& found) {
  SentenceTokens tokens;
  tokens.read(matcher, sentence);
  FoundSink sink{matcher, tokens, found};
  std::vector<phrases::Candidate> room;
  matcher.join(tokens.tokens(), room, sink);
}

py::object match_candidate(const phrases::Matcher& matcher, const py::object& words) {
  SentenceTokens tokens;
  tokens.read(matcher, words);
  const auto match = matcher.match(tokens.tokens());
  if (!match) return py::none();
  return py::make_tuple(joined_string(matcher, tokens.tokens()), match->score);
}

py::list JoinedSentences::next() {
  const Running running(is_running_);
  const auto sentence = py::reinterpret_steal<py::object>(PyIter_Next(sentences_.ptr()));
  if (!sentence) {
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    throw py::stop_iteration();
  }
  tokens_.read(matcher_, sentence);
  ListSink sink{matcher_, tokens_, &strings_, ListBuilder(tokens_.tokens().size())};
  matcher_.join(tokens_.tokens(), room_, sink);
  return std::move(sink.out).finish();
}

void JoinedBlocks::start(py::bytes block) {
  const Running running(is_running_);
  const auto text = bytes_view(block);
  text::require_utf8(text);
  block_ = std::move(block);
  tokens_.clear();
  ids_.clear();
  if (words_.size() > kMostWords) {
    words_ = text::WordTable();
    word_strings_.clear();
  }
  splitter_.emplace(text, rules_, false, *this);
}

py::list JoinedBlocks::next() {
  const Running running(is_running_);
  sentences_ = py::list();
  if (!splitter_) return sentences_;
  for (std::size_t count = 0; count < kSentencesAtOnce && splitter_->run_sentence(); ++count) {
  }
  splitter_->flush();
  return std::exchange(sentences_, py::list());
}

void JoinedBlocks::add_word(const text::HashedWord& word) {
  const std::int32_t id = words_.insert(word);
  if (static_cast<std::size_t>(id) == word_strings_.size()) word_strings_.push_back(string_of(word.view()));
#if defined(__GNUC__)
  __builtin_prefetch(&word_strings_[static_cast<std::size_t>(id)]);
#endif
  ids_.push_back(id);
  tokens_.push_back(matcher_.token_of(word));
}

void JoinedBlocks::end_sentence() {
#if defined(__GNUC__)
  for (const std::int32_t id : ids_)  // their reference counts will be written
    __builtin_prefetch(word_strings_[static_cast<std::size_t>(id)].ptr(), 1);
#endif
  sentence_.emplace(tokens_.size());
  matcher_.join(std::span<const phrases::Token>(tokens_), room_, *this);
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
