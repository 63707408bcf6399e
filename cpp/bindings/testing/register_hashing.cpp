// Tables of words and phrases with given seeds: results must not depend on the seed, and the keys of words must.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/testing/registers.h"
#include "phrases/matcher.h"
#include "phrases/phrase_learner.h"
#include "phrases/phrase_set.h"
#include "phrases/phrase_vocabulary.h"
#include "phrases/text_joiner.h"
#include "text/token_counter.h"
#include "text/token_encoder.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using text::HashSeed;

std::uint64_t key_of_word(const std::string& word, std::uint64_t seed) {
  return text::hash_word(word, HashSeed::fixed(seed)).key;
}

py::list bytes_of_words(const text::WordTable& table) {
  py::list words;
  for (std::size_t id = 0; id < table.size(); ++id)
    words.append(py::bytes(std::string(table.word(static_cast<std::int32_t>(id)))));
  return words;
}

// (words in the order of their ids, counts, ids of the text, ids of the encoded text). Each block is counted by the
// next of two counters, which have different seeds.
py::tuple counted_words(const std::vector<std::string>& blocks, std::uint64_t seed) {
  std::vector<text::TokenCounter> counters;
  counters.reserve(2);
  for (std::uint64_t counter = 0; counter < 2; ++counter)
    counters.emplace_back(text::Ids::kKeep, text::WordTable::kMaxWords, HashSeed::fixed(2 * seed + counter));
  std::vector<std::vector<std::int32_t>> ids;
  ids.reserve(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i)
    ids.push_back(counters[i % 2].count(blocks[i], static_cast<std::int64_t>(i), {}, false).ids);
  const text::MergedCounts merged = text::merge(std::move(counters));
  py::list merged_ids, encoded_ids;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (const std::int32_t id : ids[i])
      merged_ids.append(id < 0 ? id : merged.merged_ids[i % 2][static_cast<std::size_t>(id)]);
    for (const std::int32_t id : text::TokenEncoder(merged.table).encode(blocks[i], {}, false).ids)
      encoded_ids.append(id);
  }
  return py::make_tuple(bytes_of_words(merged.table), merged.counts, merged_ids, encoded_ids);
}

// (words, counts of words, phrases as numbers of words and gaps, their counts, phrases with a positive score, the
// joined text). The two halves of the blocks are learned separately and merged.
py::tuple learned_phrases(const std::vector<std::string>& blocks, std::string delimiter,
                          const std::vector<std::string>& connectors, std::size_t workers, std::size_t max_vocabulary,
                          std::uint64_t seed) {
  const auto vocabulary = std::make_shared<phrases::PhraseVocabulary>(delimiter);
  for (std::size_t half = 0; half < 2; ++half) {
    phrases::PhraseLearner learner(delimiter, connectors, max_vocabulary, workers, HashSeed::fixed(2 * seed + half));
    std::vector<phrases::InputBlock> views;
    for (std::size_t i = half * blocks.size() / 2; i < (half + 1) * blocks.size() / 2; ++i)
      views.push_back({blocks[i], false});
    learner.learn(views, {});
    vocabulary->merge(std::move(learner), max_vocabulary, 2);
  }
  const phrases::PhraseState state = vocabulary->state();
  auto set = std::make_shared<phrases::PhraseSet>(std::move(delimiter), HashSeed::fixed(seed));
  py::list found;
  vocabulary->for_each_candidate([](const phrases::CandidateCounts&) { return true; },
                                 [&](const phrases::JoinedWords& words, const phrases::CandidateCounts& counts) {
                                   if (counts.phrase < 2) return;
                                   set->insert(words.text, words.lengths, 1.0);
                                   found.append(py::make_tuple(py::bytes(words.text), words.lengths));
                                 });
  const phrases::Matcher matcher(connectors, set);
  std::string joined;
  for (const std::string& block : blocks) joined += phrases::join_block(matcher, block, false, {}).text;
  py::list words;
  for (const std::string& word : state.words) words.append(py::bytes(word));
  return py::make_tuple(words, state.word_counts, state.first, state.second, state.gap, state.counts, found,
                        py::bytes(joined));
}

}  // namespace

void register_test_hashing(py::module_& m) {
  auto h = m.def_submodule("hashing", "Words and phrases in tables with given seeds.");
  h.def("key_of_word", &key_of_word, py::arg("word"), py::arg("seed"));
  h.def("counted_words", &counted_words, py::arg("blocks"), py::arg("seed"));
  h.def("learned_phrases", &learned_phrases, py::arg("blocks"), py::arg("delimiter"), py::arg("connectors"),
        py::kw_only(), py::arg("workers"), py::arg("max_vocabulary"), py::arg("seed"));
}

}  // namespace wordkin::bindings
