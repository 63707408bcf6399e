#include "phrases/matcher.h"

#include <stdexcept>
#include <utility>

namespace wordkin::phrases {

Matcher::Matcher(std::string delimiter, std::span<const std::string> connectors,
                 std::shared_ptr<const PhraseSet> phrases, std::optional<ScoredVocabulary> scored)
    : delimiter_(std::move(delimiter)), phrases_(std::move(phrases)), scored_(std::move(scored)) {
  if (!phrases_ && !(scored_ && scored_->decides_all)) throw std::invalid_argument("no phrases to match");
  for (const std::string& connector : connectors) connectors_.insert(connector);
}

std::optional<Match> Matcher::match(std::span<const Token> candidate) const {
  JoinedHash hash;
  for (std::size_t at = 0; at < candidate.size(); ++at)
    hash = at == 0 ? candidate[at].hash : hash + delimiter_.hash() + candidate[at].hash;
  return match(candidate, hash);
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
