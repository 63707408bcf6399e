// Validation of UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <span>

namespace wordkin::text {

// Offset of the first byte that does not begin a well-formed character; text.size() if there is none.
std::size_t first_invalid_utf8(std::span<const char> text);

}  // namespace wordkin::text
