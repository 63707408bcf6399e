#include "phrases/matcher.h"

#include <utility>

namespace wordkin::phrases {

Matcher::Matcher(Delimiter delimiter, std::span<const std::string> connectors)
    : delimiter_(std::move(delimiter)), connectors_(text::WordTable::kMaxWords, delimiter_.seed()) {
  for (const std::string& connector : connectors) connectors_.insert(connector);
}

Matcher::Matcher(std::span<const std::string> connectors, std::shared_ptr<const PhraseSet> phrases)
    : Matcher(phrases->delimiter(), connectors) {
  phrases_ = std::move(phrases);
}

Matcher::Matcher(std::span<const std::string> connectors, ScoredVocabulary scored)
    : Matcher(Delimiter(scored.counts->delimiter()), connectors) {
  scored_ = std::move(scored);
}

std::optional<Match> Matcher::match(std::span<const Token> candidate) const {
  JoinedHash hash;
  for (std::size_t at = 0; at < candidate.size(); ++at)
    hash = at == 0 ? candidate[at].hash : hash + delimiter_.hash() + candidate[at].hash;
  return match(candidate, mixed(hash));
}

std::span<Candidate> Matcher::find_candidates(std::span<const Token> sentence, std::vector<Candidate>& buffer) const {
  if (buffer.size() < sentence.size()) buffer.resize(sentence.size());
  std::size_t count = 0;
  constexpr auto none = static_cast<std::size_t>(-1);
  std::size_t first = none;  // where a phrase may begin
  JoinedHash head;           // hash of the words from there to here, each followed by a delimiter
  for (std::size_t at = 0; at < sentence.size(); ++at) {
    const Token& token = sentence[at];
    if (token.is_connector) {
      head = head + token.hash + delimiter_.hash();
      continue;
    }
    if (first != none) {
      const std::uint64_t key = mixed(head + token.hash);
      buffer[count] = {first, at, key, PhraseSet::kNone};
      count += scored_ || phrases_->may_hold(key) ? 1 : 0;  // rarely true and unpredictable, hence branch-free
    }
    first = token.word.length == 0 ? none : at;  // a phrase cannot begin with an empty word
    head = token.hash + delimiter_.hash();
  }
  const auto candidates = std::span(buffer).first(count);
  if (scored_) return candidates;
  // The set exceeds the L1 and L2 caches, so the slots of all candidates are prefetched before the first comparison.
  for (const Candidate& candidate : candidates) phrases_->prefetch(candidate.key);
  for (Candidate& candidate : candidates) candidate.number = phrases_->find_candidate(candidate.key);
  return candidates;
}

void Matcher::join_text(std::span<const Token> tokens, std::string& text) const {
  text.clear();
  for (const Token& token : tokens) {
    if (&token != tokens.data()) text += delimiter_.bytes();
    text += token.word.view();
  }
}

bool Matcher::is_phrase(std::span<const Token> tokens, std::int32_t number) const {
  const std::size_t words = phrases_->words(number);
  if (words != 0) {
    if (words != tokens.size()) return false;
    for (std::size_t word = 0; word < words; ++word)
      if (phrases_->length(number, word) != tokens[word].word.length) return false;
  }
  const std::string_view text = phrases_->text(number);
  std::size_t at = 0;
  const auto take = [&](std::string_view part) {
    const bool is_there = text.compare(at, part.size(), part) == 0;
    at += part.size();
    return is_there;
  };
  for (const Token& token : tokens) {
    if (&token != tokens.data() && !take(delimiter_.bytes())) return false;
    if (!take(token.word.view())) return false;
  }
  return at == text.size();
}

std::optional<Match> Matcher::score(std::span<const Token> candidate) const {
  const CandidateCounts counts = scored_->counts->counts_of(
      candidate.size(), [&candidate](std::size_t word) { return candidate[word].word.view(); });
  if (counts.phrase == 0) return std::nullopt;
  const double score = scored_->scorer(counts);
  if (!passes(score, scored_->threshold)) return std::nullopt;
  return Match{score, PhraseSet::kNone};
}

}  // namespace wordkin::phrases
