#include "text/normalization.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace wordkin::text {
namespace {

// Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
constexpr char32_t kSyllables = 0xac00, kLeading = 0x1100, kVowels = 0x1161, kTrailing = 0x11a7;
constexpr char32_t kLeadingCount = 19, kVowelCount = 21, kTrailingCount = 28;
constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;

void append_decomposition(std::vector<char32_t>& out, char32_t character, const CharacterTables& tables) {
  if (const char32_t syllable = character - kSyllables; syllable < kSyllableCount) {
    out.push_back(kLeading + syllable / (kVowelCount * kTrailingCount));
    out.push_back(kVowels + syllable / kTrailingCount % kVowelCount);
    if (syllable % kTrailingCount != 0) out.push_back(kTrailing + syllable % kTrailingCount);
    return;
  }
  const std::int32_t entry = tables.decomposition[CharacterTables::index(character)];
  if (entry < 0) {
    out.push_back(character);
    return;
  }
  const auto start = static_cast<std::size_t>(tables.starts[static_cast<std::size_t>(entry)]);
  const auto end = static_cast<std::size_t>(tables.starts[static_cast<std::size_t>(entry) + 1]);
  for (const std::int32_t part : tables.characters.subspan(start, end - start))
    out.push_back(static_cast<char32_t>(part));
}

void sort_marks(std::span<char32_t> characters, const CharacterTables& tables) {
  const auto by_class = [&tables](char32_t a, char32_t b) {
    return tables.combining_class(a) < tables.combining_class(b);
  };
  for (std::size_t i = 0; i < characters.size();) {
    std::size_t end = i;
    while (end < characters.size() && tables.combining_class(characters[end]) != 0) ++end;
    std::stable_sort(characters.begin() + static_cast<std::ptrdiff_t>(i),
                     characters.begin() + static_cast<std::ptrdiff_t>(end), by_class);
    i = end + 1;
  }
}

char32_t composed(char32_t first, char32_t second, const CharacterTables& tables) {
  if (first - kLeading < kLeadingCount && second - kVowels < kVowelCount)
    return kSyllables + ((first - kLeading) * kVowelCount + (second - kVowels)) * kTrailingCount;
  if (const char32_t syllable = first - kSyllables; syllable < kSyllableCount && syllable % kTrailingCount == 0)
    if (const char32_t trailing = second - kTrailing; trailing > 0 && trailing < kTrailingCount)
      return first + trailing;
  return tables.composition(first, second);
}

void compose(std::vector<char32_t>& characters, const CharacterTables& tables) {
  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::size_t starter = kNone, written = 0;
  std::uint8_t last_class = 0;  // of the last character kept after the starter; 0 if there is none
  for (const char32_t character : characters) {
    const std::uint8_t own_class = tables.combining_class(character);
    const bool is_adjacent = starter != kNone && starter + 1 == written;
    if (starter != kNone && (is_adjacent || (last_class != 0 && last_class < own_class))) {
      if (const char32_t both = composed(characters[starter], character, tables); both != 0) {
        characters[starter] = both;
        continue;
      }
    }
    if (own_class == 0) starter = written;
    last_class = own_class;
    characters[written++] = character;
  }
  characters.resize(written);
}

}  // namespace

void normalize(std::vector<char32_t>& characters, const CharacterTables& tables) {
  std::vector<char32_t> decomposed;
  decomposed.reserve(characters.size() + 8);
  for (const char32_t character : characters) append_decomposition(decomposed, character, tables);
  sort_marks(decomposed, tables);
  compose(decomposed, tables);
  characters = std::move(decomposed);
}

}  // namespace wordkin::text
