#include "vector_files/fasttext_entries.h"

#include <algorithm>
#include <cstring>

namespace wordkin::vector_files {
namespace {

constexpr std::size_t kCountBytes = 8;

std::int64_t little_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = kCountBytes; i-- > 0;) value = value << 8 | bytes[i];
  return static_cast<std::int64_t>(value);
}

}  // namespace

FastTextEntries parse_fasttext_entries(const std::uint8_t* data, std::size_t size, std::int64_t max_entries,
                                       std::size_t max_word_bytes) {
  FastTextEntries entries;
  while (static_cast<std::int64_t>(entries.words.size()) < max_entries && entries.consumed < size) {
    const std::size_t begin = entries.consumed;
    const std::size_t reach = std::min(size - begin, max_word_bytes + 1);
    const void* zero = std::memchr(data + begin, 0, reach);
    if (zero == nullptr) {
      entries.word_too_long = reach > max_word_bytes;
      break;
    }
    const auto end = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - data);
    if (size - end - 1 < kCountBytes + 1) break;
    entries.words.push_back({begin, end});
    entries.counts.push_back(little_endian(data + end + 1));
    entries.kinds.push_back(static_cast<std::int8_t>(data[end + 1 + kCountBytes]));
    entries.consumed = end + 1 + kCountBytes + 1;
  }
  return entries;
}

}  // namespace wordkin::vector_files
