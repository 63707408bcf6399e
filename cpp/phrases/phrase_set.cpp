#include "phrases/phrase_set.h"

#include <limits>
#include <stdexcept>
#include <utility>

namespace wordkin::phrases {
namespace {

constexpr int kFirstSlotBits = 8;

}  // namespace

PhraseSet::PhraseSet()
    : slots_(std::size_t{1} << kFirstSlotBits),
      filter_((slots_.size() << kBitsPerSlotLog2) / 64),
      shift_(64 - kFirstSlotBits) {}

void PhraseSet::insert(std::uint64_t hash, std::string_view text, double score) {
  if (find(hash, [&](std::string_view known) { return known == text; }) != kNone) return;
  if (size() >= std::numeric_limits<std::int32_t>::max()) throw std::length_error("more than 2^31 - 1 phrases");
  phrases_.push_back({hash, score, texts_.size(), text.size()});
  texts_ += text;
  if (4 * size() > slots_.size())
    grow();
  else
    insert_slot(hash, static_cast<std::int32_t>(size() - 1));
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
