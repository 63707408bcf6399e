// Learns and joins phrases in random text, for sanitizers. Several threads must learn the same counts as one thread and
// as a map of words, and joining must not lose words. Exits with status 1 otherwise.

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "phrases/matcher.h"
#include "phrases/phrase_learner.h"
#include "phrases/phrase_set.h"
#include "phrases/phrase_vocabulary.h"
#include "phrases/text_joiner.h"
#include "random/generator.h"

namespace {

using namespace wordkin;
using Counts = std::map<std::vector<std::string>, std::int64_t>;

const std::vector<std::string> kWords = {"a", "b", "of", "the", "a_b", "_", "b_", "_c", "a-word-of-many-letters", "é"};
const std::vector<std::string> kConnectors = {"of", "the"};
const std::vector<std::string> kDelimiters = {"_", "__", "é", "", "-w"};

using Sentences = std::vector<std::vector<std::string>>;

Sentences random_sentences(random::Generator& generator) {
  Sentences sentences(1 + generator.below(200));
  for (auto& sentence : sentences) {
    sentence.resize(1 + generator.below(9));
    for (auto& word : sentence) {
      word = kWords[generator.below(kWords.size())];
      if (generator.below(4) == 0) word += std::to_string(generator.below(2000));
    }
  }
  return sentences;
}

std::string text_of(const Sentences& sentences) {
  std::string text;
  for (const auto& sentence : sentences) {
    for (const auto& word : sentence) text += word + " ";
    text += "\n";
  }
  return text;
}

Counts counted(const Sentences& sentences) {
  const std::set<std::string> connectors(kConnectors.begin(), kConnectors.end());
  Counts counts;
  for (const auto& sentence : sentences) {
    std::vector<std::string> head;
    for (const auto& word : sentence) {
      if (connectors.contains(word)) {
        if (!head.empty()) head.push_back(word);
        continue;
      }
      ++counts[{word}];
      if (!head.empty()) {
        head.push_back(word);
        ++counts[head];
      }
      head = {word};
    }
  }
  return counts;
}

phrases::PhraseVocabulary learned(const std::vector<std::string>& texts, const std::string& delimiter,
                                  std::size_t workers, std::size_t most = 1 << 30) {
  phrases::PhraseLearner learner(delimiter, kConnectors, most, workers);
  std::vector<phrases::InputBlock> blocks;
  for (const auto& text : texts) blocks.push_back({text, false});
  learner.learn(blocks, {});
  return {delimiter, [&] {
            phrases::PhraseVocabulary vocabulary(delimiter);
            vocabulary.merge(std::move(learner), most, 1);
            return vocabulary.state();
          }()};
}

Counts counts_in(const phrases::PhraseVocabulary& vocabulary) {
  Counts counts;
  const phrases::PhraseState state = vocabulary.state();
  for (std::size_t id = 0; id < state.words.size(); ++id)
    if (state.word_counts[id] > 0) counts[{state.words[id]}] = state.word_counts[id];
  for (std::size_t i = 0; i < state.counts.size(); ++i) {
    std::vector<std::string> words = {state.words[static_cast<std::size_t>(state.second[i])]};
    for (auto gap = static_cast<std::size_t>(state.gap[i]); gap != 0;
         gap = static_cast<std::size_t>(state.gap_before[gap - 1]))
      words.insert(words.begin(), state.words[static_cast<std::size_t>(state.gap_last[gap - 1])]);
    words.insert(words.begin(), state.words[static_cast<std::size_t>(state.first[i])]);
    counts[words] = state.counts[i];
  }
  return counts;
}

std::string without(std::string text, const std::string& delimiter) {
  for (const std::string& gone : {std::string(" "), std::string("\n"), delimiter})
    for (auto at = text.find(gone); !gone.empty() && at != std::string::npos; at = text.find(gone, at))
      text.erase(at, gone.size());
  return text;
}

bool is_right(random::Generator& generator) {
  const std::string& delimiter = kDelimiters[generator.below(kDelimiters.size())];
  Sentences all;
  std::vector<std::string> texts(1 + generator.below(6));
  for (auto& text : texts) {
    const Sentences sentences = random_sentences(generator);
    text = text_of(sentences);
    all.insert(all.end(), sentences.begin(), sentences.end());
  }
  const auto vocabulary = std::make_shared<phrases::PhraseVocabulary>(delimiter, learned(texts, delimiter, 1).state());
  if (counts_in(*vocabulary) != counted(all)) return false;
  if (counts_in(learned(texts, delimiter, 4)) != counts_in(*vocabulary)) return false;
  if (counts_in(learned(texts, delimiter, 4, 300)) != counts_in(learned(texts, delimiter, 1, 300))) return false;

  const phrases::ScoringContext context{static_cast<double>(vocabulary->size()), 1.0, 0.0};
  const phrases::Scorer scorer = [context](const auto& counts) { return discounted_score(counts, context); };
  auto set = std::make_shared<phrases::PhraseSet>(delimiter);
  double score = 0;
  vocabulary->for_each_candidate(
      [&](const auto& counts) { return (score = scorer(counts)) > 0.5; },
      [&](const phrases::JoinedWords& words, const auto&) { set->insert(words.text, words.lengths, score); });
  const phrases::Matcher known(kConnectors, set);
  const phrases::Matcher asking(kConnectors, phrases::ScoredVocabulary{vocabulary, scorer, 0.5});
  for (const auto& text : texts) {
    const auto joined = join_block(known, text, false, {});
    if (joined.text != join_block(asking, text, false, {}).text) return false;
    if (without(joined.text, delimiter) != without(text, delimiter)) return false;
  }
  return true;
}

}  // namespace

int main() {
  random::Generator generator(1, 0);
  for (int round = 0; round < 300; ++round)
    if (!is_right(generator)) {
      std::printf("round %d is wrong\n", round);
      return 1;
    }
  std::printf("all rounds are right\n");
  return 0;
}
