// Unicode normalization to composed forms (Unicode Standard Annex 15).
#pragma once

#include <vector>

#include "text/character_tables.h"

namespace wordkin::text {

// Normalizes `characters` in place, to the form that the decompositions in `tables` are for: canonical ones give NFC,
// compatibility ones NFKC.
void normalize(std::vector<char32_t>& characters, const CharacterTables& tables);

}  // namespace wordkin::text
