#include "phrases/phrase_set.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace wordkin::phrases {
namespace {

constexpr int kFirstSlotBits = 8;

// Whether words of these lengths with delimiters between them give the text.
bool are_lengths_of(std::string_view text, std::span<const std::uint32_t> lengths, std::string_view delimiter) {
  std::size_t at = 0;
  for (std::size_t word = 0; word < lengths.size(); ++word) {
    if (word > 0) {
      if (text.substr(std::min(at, text.size()), delimiter.size()) != delimiter) return false;
      at += delimiter.size();
    }
    at += lengths[word];
  }
  return at == text.size();
}

}  // namespace

PhraseSet::PhraseSet(std::string delimiter, const text::HashSeed& seed)
    : delimiter_(std::move(delimiter), seed),
      slots_(std::size_t{1} << kFirstSlotBits),
      filter_((slots_.size() << kBitsPerSlotLog2) / 64),
      shift_(64 - kFirstSlotBits) {}

void PhraseSet::insert(std::string_view text, std::span<const std::uint32_t> lengths, double score) {
  if (size() >= std::numeric_limits<std::int32_t>::max()) throw std::length_error("more than 2^31 - 1 phrases");
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("a phrase of 4 GiB or more");
  if (!lengths.empty() && !are_lengths_of(text, lengths, delimiter_.bytes()))
    throw std::invalid_argument("the lengths of words do not fit the phrase");
  const std::uint64_t hash = delimiter_.mixed_hash_of(text);
  phrases_.push_back({hash, score, content_.size(), static_cast<std::uint32_t>(text.size()),
                      static_cast<std::uint32_t>(lengths.size())});
  content_ += text;
  content_.append(reinterpret_cast<const char*>(lengths.data()), lengths.size_bytes());
  if (4 * size() > slots_.size())
    grow();
  else
    insert_slot(hash, static_cast<std::int32_t>(size() - 1));
}

std::vector<std::int32_t> PhraseSet::find_all(std::string_view text) const {
  std::vector<std::int32_t> found;
  std::ignore = find(delimiter_.mixed_hash_of(text), [&](std::int32_t number) {
    if (this->text(number) == text) found.push_back(number);
    return false;
  });
  std::sort(found.begin(), found.end());
  return found;
}

void PhraseSet::insert_slot(std::uint64_t hash, std::int32_t number) {
  const std::size_t bit = bit_of(hash);
  filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  std::size_t slot = hash >> shift_;
  while (slots_[slot].number != kNone) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = {static_cast<std::uint32_t>(hash), number};
}

void PhraseSet::grow() {
  std::vector<Slot>(2 * slots_.size()).swap(slots_);
  std::vector<std::uint64_t>((slots_.size() << kBitsPerSlotLog2) / 64).swap(filter_);
  --shift_;
  for (std::size_t number = 0; number < size(); ++number)
    insert_slot(phrases_[number].hash, static_cast<std::int32_t>(number));
}

}  // namespace wordkin::phrases
