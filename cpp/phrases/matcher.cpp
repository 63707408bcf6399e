#include "phrases/matcher.h"

#include <stdexcept>
#include <utility>

namespace wordkin::phrases {

Matcher::Matcher(std::string delimiter, std::span<const std::string> connectors,
                 std::shared_ptr<const PhraseSet> phrases, std::optional<ScoredVocabulary> scored)
    : delimiter_(std::move(delimiter)), phrases_(std::move(phrases)), scored_(std::move(scored)) {
  if (!phrases_ && !(scored_ && scored_->decides_all))
    throw std::invalid_argument("phrases must not be null unless scored decides all candidates");
  for (const std::string& connector : connectors) connectors_.insert(connector);
}

std::optional<Match> Matcher::match(std::span<const Token> candidate) const {
  JoinedHash hash;
  for (std::size_t at = 0; at < candidate.size(); ++at)
    hash = at == 0 ? candidate[at].hash : hash + delimiter_.hash() + candidate[at].hash;
  return match(candidate, mixed(hash), is_scored(has_delimiter(candidate)));
}

std::span<Candidate> Matcher::find_candidates(std::span<const Token> sentence, std::vector<Candidate>& buffer) const {
  if (buffer.size() < sentence.size()) buffer.resize(sentence.size());
  std::size_t count = 0;
  constexpr auto none = static_cast<std::size_t>(-1);
  std::size_t first = none;  // where a phrase may begin
  JoinedHash head;           // hash of the words from there to here, each followed by a delimiter
  bool head_has_delimiter = false;
  for (std::size_t at = 0; at < sentence.size(); ++at) {
    const Token& token = sentence[at];
    if (token.is_connector) {
      head = head + token.hash + delimiter_.hash();
      head_has_delimiter |= token.has_delimiter;
      continue;
    }
    if (first != none) {
      const std::uint64_t key = mixed(head + token.hash);
      const bool needs_score = is_scored(head_has_delimiter || token.has_delimiter);
      buffer[count] = {first, at, key, needs_score, PhraseSet::kNone};
      count += needs_score || phrases_->may_hold(key) ? 1 : 0;  // rarely true and unpredictable, hence branch-free
    }
    first = token.word.length == 0 ? none : at;  // a phrase cannot begin with an empty word
    head = token.hash + delimiter_.hash();
    head_has_delimiter = token.has_delimiter;
  }
  // The set exceeds the L1 and L2 caches, so the slots of all candidates are prefetched before the first comparison.
  const auto candidates = std::span(buffer).first(count);
  for (const Candidate& candidate : candidates)
    if (!candidate.is_scored) phrases_->prefetch(candidate.key);
  for (Candidate& candidate : candidates)
    if (!candidate.is_scored) candidate.number = phrases_->find_candidate(candidate.key);
  return candidates;
}

void Matcher::join_text(std::span<const Token> tokens, std::string& text) const {
  text.clear();
  for (const Token& token : tokens) {
    if (&token != tokens.data()) text += delimiter_.bytes();
    text += token.word.view();
  }
}

bool Matcher::is_joined(std::span<const Token> tokens, std::string_view text) const {
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

std::optional<Match> Matcher::score(std::span<const Token> candidate, std::uint64_t key) const {
  const CandidateCounts counts =
      scored_->counts->counts_of(candidate.front().word.view(), candidate.back().word.view(), key,
                                 [&](std::string& text) { join_text(candidate, text); });
  if (counts.phrase == 0) return std::nullopt;
  const double score = scored_->scorer(counts);
  if (!passes(score, scored_->threshold)) return std::nullopt;
  return Match{score, PhraseSet::kNone};
}

}  // namespace wordkin::phrases
