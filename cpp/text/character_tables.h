// Properties of Unicode characters. The arrays belong to the caller, who computes them: this code knows no version of
// Unicode.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wordkin::text {

enum class CharacterKind : std::uint8_t {
  kWord,      // letters, digits and underscores
  kPrefix,    // belongs to the word after it
  kUnspaced,  // letters of scripts without spaces between words: a token each
  kSymbol,
  kRegional,   // one half of a flag
  kMark,       // belongs to the character before
  kModifier,   // the skin tone of the symbol before
  kInvisible,  // joiners, byte-order and direction marks, soft hyphens
  kSpace,
};

inline constexpr std::uint8_t kKindMask = 0x0f;
inline constexpr std::uint8_t kCased = 0x10;
inline constexpr std::uint8_t kCaseIgnorable = 0x20;
inline constexpr std::uint8_t kVariationSelector = 0x40;
inline constexpr std::uint8_t kNormalized = 0x80;  // alone and among other such characters unchanged by normalization

// Each array has an entry for the characters below `kDirect`, for the `kTags` characters from kTagStart, and one for
// all others.
struct CharacterTables {
  static constexpr char32_t kDirect = 0x33480, kTagStart = 0xe0000, kTags = 0x200;
  static constexpr std::size_t kSize = kDirect + kTags + 1;

  std::span<const std::uint8_t> properties;         // a CharacterKind and flags
  std::span<const std::uint8_t> combining_classes;  // canonical combining classes
  std::span<const std::int32_t> lower;              // the lower-case character; -1 for the character itself
  std::span<const std::int32_t> decomposition;      // index of the complete decomposition; -1 for none or of Hangul
  std::span<const std::int32_t> starts;             // decomposition k is characters[starts[k] .. starts[k + 1])
  std::span<const std::int32_t> characters;
  std::span<const std::uint64_t> pairs;    // first character << 32 | second character, ascending
  std::span<const std::int32_t> composed;  // the character that each pair forms

  static std::size_t index(char32_t character) {
    if (character < kDirect) return character;
    return character - kTagStart < kTags ? kDirect + (character - kTagStart) : kSize - 1;
  }
  [[nodiscard]] std::uint8_t properties_of(char32_t character) const { return properties[index(character)]; }
  [[nodiscard]] CharacterKind kind(char32_t character) const {
    return static_cast<CharacterKind>(properties_of(character) & kKindMask);
  }
  [[nodiscard]] std::uint8_t combining_class(char32_t character) const { return combining_classes[index(character)]; }
  [[nodiscard]] char32_t lower_of(char32_t character) const {
    const std::int32_t found = lower[index(character)];
    return found < 0 ? character : static_cast<char32_t>(found);
  }
  // The character that two form, or 0.
  [[nodiscard]] char32_t composition(char32_t first, char32_t second) const {
    const std::uint64_t pair = std::uint64_t{first} << 32 | second;
    const auto found = std::lower_bound(pairs.begin(), pairs.end(), pair);
    return found == pairs.end() || *found != pair
               ? 0
               : static_cast<char32_t>(composed[static_cast<std::size_t>(found - pairs.begin())]);
  }
};

}  // namespace wordkin::text
