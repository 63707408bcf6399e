// Learning phrases, storing their counts, and joining them in text.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/block_session.h"
#include "bindings/gil.h"
#include "bindings/owned_array.h"
#include "bindings/phrase_scorer.h"
#include "bindings/phrase_sentences.h"
#include "bindings/python_strings.h"
#include "bindings/registers.h"
#include "bindings/token_lists.h"
#include "phrases/matcher.h"
#include "phrases/phrase_learner.h"
#include "phrases/phrase_set.h"
#include "phrases/phrase_vocabulary.h"
#include "phrases/text_joiner.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using phrases::Matcher;
using phrases::PhraseLearner;
using phrases::PhraseSet;
using phrases::PhraseState;
using phrases::PhraseVocabulary;
using text::SentenceRules;

// The value of a key of a dictionary, or a null object.
py::object item_of(const py::dict& items, const py::object& key) {
  PyObject* const value = PyDict_GetItemWithError(items.ptr(), key.ptr());
  if (value == nullptr && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return py::reinterpret_borrow<py::object>(value);
}

PhraseLearner make_learner(std::string delimiter, const std::vector<std::string>& connectors,
                           std::size_t max_vocabulary, std::size_t workers) {
  return {std::move(delimiter), connectors, max_vocabulary, workers};
}

void learn_blocks(PhraseLearner& learner, const std::vector<std::pair<py::bytes, bool>>& blocks,
                  const SentenceRules& rules) {
  std::vector<phrases::InputBlock> views;
  views.reserve(blocks.size());
  for (const auto& [block, continues_line] : blocks) views.push_back({bytes_view(block), continues_line});
  const GilRelease release;  // about 100 ms; the caller holds the bytes
  learner.learn(views, rules);
}

// Learns from about `budget` words of token lists; false at the end of the sentences.
bool learn_lists(PhraseLearner& learner, TokenLists& lists, std::int64_t budget) {
  const std::int64_t until = lists.words() + budget;
  bool has_more = true;
  while (has_more && lists.words() < until) has_more = lists.next_sentence(learner);
  const GilRelease release;  // about 10 ms, on ids only
  learner.count_stream();
  return has_more;
}

void register_learner(py::module_& p) {
  py::class_<PhraseLearner>(p, "PhraseLearner")
      .def(py::init(&make_learner), py::arg("delimiter"), py::arg("connectors"), py::kw_only(),
           py::arg("max_vocabulary"), py::arg("workers"))
      .def("learn_blocks", &learn_blocks, py::arg("blocks"), py::arg("rules"))
      .def("learn_lists", &learn_lists, py::arg("lists"), py::arg("budget"))
      .def("__len__", [](const PhraseLearner& learner) { return learner.counts().size(); })
      .def_property_readonly("workers", &PhraseLearner::workers)
      .def_property_readonly("block_of_error", &PhraseLearner::block_of_error)
      .def_property_readonly("min_reduce", &PhraseLearner::min_reduce)
      .def_property_readonly("words", &PhraseLearner::words)
      .def_property_readonly("sentences", &PhraseLearner::sentences);
}

template <typename T>
std::vector<T> copied_state(const char* name, const py::dict& state) {
  const auto view = vector_view<const T>(name, state[name], Access::kRead);
  return {view.begin(), view.end()};
}

std::shared_ptr<PhraseVocabulary> vocabulary_of(std::string delimiter, std::vector<std::string> words,
                                                const py::dict& arrays) {
  PhraseState state;
  state.words = std::move(words);
  state.word_counts = copied_state<std::int64_t>("word_counts", arrays);
  state.gap_before = copied_state<std::int32_t>("gap_before", arrays);
  state.gap_last = copied_state<std::int32_t>("gap_last", arrays);
  state.first = copied_state<std::int32_t>("first", arrays);
  state.second = copied_state<std::int32_t>("second", arrays);
  state.gap = copied_state<std::int32_t>("gap", arrays);
  state.counts = copied_state<std::int64_t>("counts", arrays);
  const GilRelease release;  // a second for tens of millions of phrases; the state is local
  return std::make_shared<PhraseVocabulary>(std::move(delimiter), state);
}

// (words, arrays), the arguments of vocabulary_of().
py::tuple state_of(const PhraseVocabulary& vocabulary) {
  PhraseState state = vocabulary.state();
  py::list words;
  for (const std::string& word : state.words) words.append(str_from_utf8(word));
  py::dict arrays;
  arrays["word_counts"] = owned_array(std::move(state.word_counts));
  arrays["gap_before"] = owned_array(std::move(state.gap_before));
  arrays["gap_last"] = owned_array(std::move(state.gap_last));
  arrays["first"] = owned_array(std::move(state.first));
  arrays["second"] = owned_array(std::move(state.second));
  arrays["gap"] = owned_array(std::move(state.gap));
  arrays["counts"] = owned_array(std::move(state.counts));
  return py::make_tuple(words, arrays);
}

bool merge(PhraseVocabulary& vocabulary, PhraseLearner& learner, std::size_t max_vocabulary, std::int64_t min_reduce) {
  const GilRelease release;  // up to seconds; the vocabulary locks itself
  return vocabulary.merge(std::move(learner), max_vocabulary, min_reduce);
}

// The sum of the counts of the word and the phrases with each text.
py::dict counts_of(const PhraseVocabulary& vocabulary) {
  // Creating Python objects may run a finalizer that uses the vocabulary, so its locked traversal must end first.
  std::vector<std::pair<std::string, std::int64_t>> found;
  vocabulary.for_each([&](std::string_view text, std::int64_t count) { found.emplace_back(text, count); });
  py::dict counts;
  for (const auto& [text, count] : found) {
    const py::object key = str_from_utf8(text);
    const auto earlier = item_of(counts, key);
    counts[key] = earlier ? py::cast<std::int64_t>(earlier) + count : count;
  }
  return counts;
}

void register_vocabulary(py::module_& p) {
  py::class_<PhraseVocabulary, std::shared_ptr<PhraseVocabulary>>(p, "PhraseVocabulary")
      .def(py::init<std::string>(), py::arg("delimiter"))
      .def_static("from_state", &vocabulary_of, py::arg("delimiter"), py::arg("words"), py::arg("arrays"))
      .def("state", &state_of)
      .def("merge", &merge, py::arg("learner"), py::arg("max_vocabulary"), py::arg("min_reduce"))
      .def("__len__", &PhraseVocabulary::size)
      .def_property_readonly("delimiter", &PhraseVocabulary::delimiter)
      .def(
          "count_of",
          [](const PhraseVocabulary& vocabulary, const std::string& text) { return vocabulary.count_of(text); },
          py::arg("text"))
      .def("as_dict", &counts_of);
}

// The phrases of a vocabulary with a score above the threshold.
std::shared_ptr<PhraseSet> passing_phrases(const PhraseVocabulary& vocabulary, const PhraseScoring& scoring) {
  auto set = std::make_shared<PhraseSet>(vocabulary.delimiter());
  if (scoring.is_python()) {
    // The function may use the vocabulary, so it is called after the locked traversal.
    std::vector<phrases::ExportedCandidate> candidates;
    vocabulary.for_each_candidate([](const auto&) { return true; },
                                  [&](const phrases::JoinedWords& words, const phrases::CandidateCounts& counts) {
                                    candidates.push_back({words, counts});
                                  });
    for (const auto& [words, counts] : candidates) {
      const double score = scoring.scorer()(counts);
      if (phrases::passes(score, scoring.threshold())) set->insert(words.text, words.lengths, score);
    }
    return set;
  }
  double score = 0;
  const GilRelease release;  // up to seconds; the vocabulary locks itself
  vocabulary.for_each_candidate(
      [&](const phrases::CandidateCounts& counts) {
        score = scoring.scorer()(counts);
        return phrases::passes(score, scoring.threshold());
      },
      [&](const phrases::JoinedWords& words, const phrases::CandidateCounts&) {
        set->insert(words.text, words.lengths, score);
      });
  return set;
}

std::vector<std::uint32_t> lengths_of(const PhraseSet& set, std::int32_t number) {
  std::vector<std::uint32_t> lengths(set.words(number));
  for (std::size_t word = 0; word < lengths.size(); ++word) lengths[word] = set.length(number, word);
  return lengths;
}

// The highest score of the phrases with each text.
py::dict scores_of(const PhraseSet& set) {
  py::dict scores;
  for (std::int32_t number = 0; static_cast<std::size_t>(number) < set.size(); ++number) {
    const py::object text = str_from_utf8(set.text(number));
    const auto earlier = item_of(scores, text);
    if (!earlier || py::cast<double>(earlier) < set.score(number)) scores[text] = set.score(number);
  }
  return scores;
}

double as_score(const py::handle& number) {
  const double score = PyFloat_AsDouble(number.ptr());
  if (score == -1.0 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return score;
}

// The phrases whose joined words have a score above the threshold, or all without a threshold, in the order of
// `scores`. The words of those in `known` are kept.
std::shared_ptr<PhraseSet> given_phrases(const PhraseSet& known, const py::dict& scores,
                                         const std::optional<double>& threshold) {
  const auto passes = [&](double score) { return !threshold || score > *threshold; };
  auto set = std::make_shared<PhraseSet>(known.delimiter().bytes());
  for (const auto& [phrase, given] : scores) {
    if (!py::isinstance<py::str>(phrase)) throw py::type_error("scores must have keys of type str");
    const double score = as_score(given);
    const auto text = py::cast<std::string>(phrase);
    const std::vector<std::int32_t> numbers = known.find_all(text);
    if (numbers.empty() && passes(score)) set->insert(text, {}, score);
    double highest = -std::numeric_limits<double>::infinity();
    for (const std::int32_t number : numbers) highest = std::max(highest, known.score(number));
    for (const std::int32_t number : numbers) {
      // An unchanged score is the highest of phrases with different words, each of which has its own score.
      const double own = score == highest ? known.score(number) : score;
      if (passes(own)) set->insert(text, lengths_of(known, number), own);
    }
  }
  return set;
}

// (joined words, number of words of each, lengths of all words, scores), the arguments of phrases_from_state().
py::tuple state_of_phrases(const PhraseSet& set) {
  py::list texts;
  std::vector<std::int32_t> words;
  std::vector<std::uint32_t> lengths;
  std::vector<double> scores;
  for (std::int32_t number = 0; static_cast<std::size_t>(number) < set.size(); ++number) {
    texts.append(str_from_utf8(set.text(number)));
    scores.push_back(set.score(number));
    words.push_back(static_cast<std::int32_t>(set.words(number)));
    for (const std::uint32_t length : lengths_of(set, number)) lengths.push_back(length);
  }
  return py::make_tuple(texts, owned_array(std::move(words)), owned_array(std::move(lengths)),
                        owned_array(std::move(scores)));
}

std::shared_ptr<PhraseSet> phrases_from_state(std::string delimiter, const std::vector<std::string>& texts,
                                              const py::object& words, const py::object& lengths,
                                              const py::object& scores) {
  const auto word_view = vector_view<const std::int32_t>("words", words, Access::kRead);
  const auto length_view = vector_view<const std::uint32_t>("lengths", lengths, Access::kRead);
  const auto score_view = vector_view<const double>("scores", scores, Access::kRead);
  if (word_view.size() != texts.size() || score_view.size() != texts.size())
    throw std::invalid_argument("words and scores must have one entry per phrase");
  auto set = std::make_shared<PhraseSet>(std::move(delimiter));
  std::size_t start = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (word_view[i] < 0 || static_cast<std::size_t>(word_view[i]) > length_view.size() - start)
      throw std::invalid_argument("lengths must have one entry per word");
    const auto count = static_cast<std::size_t>(word_view[i]);
    set->insert(texts[i], length_view.subspan(start, count), score_view[i]);
    start += count;
  }
  if (start != length_view.size()) throw std::invalid_argument("lengths must have one entry per word");
  return set;
}

void register_scores(py::module_& p) {
  py::class_<PhraseScoring>(p, "PhraseScoring")
      .def(py::init<py::object, std::int64_t, py::object, std::int64_t, double>(), py::arg("scoring"), py::kw_only(),
           py::arg("vocabulary_size"), py::arg("min_count"), py::arg("corpus_words"), py::arg("threshold"));
  py::class_<PhraseSet, std::shared_ptr<PhraseSet>>(p, "PhraseSet")
      .def_static("passing", &passing_phrases, py::arg("vocabulary"), py::arg("scoring"))
      .def_static("from_state", &phrases_from_state, py::arg("delimiter"), py::arg("texts"), py::arg("words"),
                  py::arg("lengths"), py::arg("scores"))
      .def("state", &state_of_phrases)
      .def("with_scores", &given_phrases, py::arg("scores"), py::arg("threshold"))
      .def("__len__", &PhraseSet::size)
      .def("as_dict", &scores_of);
}

Matcher matcher_of_set(const std::vector<std::string>& connectors, std::shared_ptr<PhraseSet> set) {
  return {connectors, std::move(set)};
}

// Scores are computed on demand.
Matcher matcher_of_vocabulary(const std::vector<std::string>& connectors,
                              const std::shared_ptr<PhraseVocabulary>& vocabulary, const PhraseScoring& scoring) {
  return {connectors, phrases::ScoredVocabulary{vocabulary, scoring.scorer(), scoring.threshold()}};
}

class BlockJoiner {
 public:
  BlockJoiner(const Matcher& matcher, std::size_t workers, const SentenceRules& rules)
      : session_(workers, [&matcher, rules](const text::TextBlock& block, std::size_t) {
          return phrases::join_block(matcher, block.text, block.continues_line, rules, block.cancelled);
        }) {}

  void submit(py::bytes block, bool continues_line) { session_.submit(std::move(block), continues_line); }
  void wait() { session_.wait(); }

  // (text, words read, phrases written, sentences) of the next block.
  py::object take() {
    const auto joined = session_.take();
    if (!joined) return py::none();
    return py::make_tuple(py::bytes(joined->text), joined->words, joined->phrases, joined->sentences);
  }

 private:
  BlockSession<phrases::JoinedText> session_;
};

void register_joiners(py::module_& p) {
  py::class_<Matcher>(p, "Matcher")
      .def_static("of_set", &matcher_of_set, py::arg("connectors"), py::arg("phrases").none(false))
      .def_static("of_vocabulary", &matcher_of_vocabulary, py::arg("connectors"), py::arg("vocabulary").none(false),
                  py::arg("scoring"))
      .def("join", &join_sentence, py::arg("sentence"))
      .def("analyze", &analyze_sentence, py::arg("sentence"))
      .def("match", &match_candidate, py::arg("words"))
      .def("find", &find_phrases, py::arg("sentence"), py::arg("found"));
  py::class_<JoinedSentences>(p, "JoinedSentences")
      .def(py::init<const Matcher&, py::iterator>(), py::arg("matcher"), py::arg("sentences"), py::keep_alive<1, 2>())
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &JoinedSentences::next);
  py::class_<JoinedBlocks>(p, "JoinedBlocks")
      .def(py::init<const Matcher&, const SentenceRules&>(), py::arg("matcher"), py::arg("rules"),
           py::keep_alive<1, 2>())
      .def("start", &JoinedBlocks::start, py::arg("block"))
      .def("next", &JoinedBlocks::next);
  py::class_<BlockJoiner>(p, "BlockJoiner")
      .def(py::init<const Matcher&, std::size_t, const SentenceRules&>(), py::arg("matcher"), py::arg("workers"),
           py::arg("rules"), py::keep_alive<1, 2>())
      .def("submit", &BlockJoiner::submit, py::arg("block"), py::arg("continues_line"))
      .def("take", &BlockJoiner::take)
      .def("wait", &BlockJoiner::wait);
}

}  // namespace

void register_phrases(py::module_& m) {
  auto p = m.def_submodule("phrases", "Phrases: learning their counts, scoring them, joining them in text.");
  register_learner(p);
  register_vocabulary(p);
  register_scores(p);
  register_joiners(p);
}

}  // namespace wordkin::bindings
