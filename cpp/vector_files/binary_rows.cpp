#include "vector_files/binary_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace wordkin::vector_files {
namespace {

// Converts between the little-endian floats of the file and those of this machine, in either direction.
void copy_numbers(void* to, const void* from, std::size_t count) {
  std::memcpy(to, from, count * sizeof(float));
  if constexpr (std::endian::native == std::endian::big) {
    auto* bytes = static_cast<std::uint8_t*>(to);
    for (std::size_t i = 0; i < count; ++i) std::reverse(bytes + 4 * i, bytes + 4 * i + 4);
  }
}

// No early exit: rows are short and almost always finite, and the loop is vectorised.
bool all_finite(const float* values, std::int64_t count) {
  std::uint32_t infinite = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    constexpr std::uint32_t kExponent = 0x7f800000;
    infinite |= (std::bit_cast<std::uint32_t>(values[i]) & kExponent) == kExponent ? 1u : 0u;
  }
  return infinite == 0;
}

}  // namespace

BinaryBlock parse_binary_rows(const memory::MatrixView<float>& values, const std::uint8_t* data, std::size_t size,
                              std::size_t max_word_bytes) {
  BinaryBlock block;
  const auto numbers = static_cast<std::size_t>(values.columns);
  while (block.rows < values.rows) {
    std::size_t begin = block.consumed;
    while (begin < size && data[begin] == '\n') ++begin;
    const std::size_t reach = std::min(size - begin, max_word_bytes + 1);
    const void* space = reach == 0 ? nullptr : std::memchr(data + begin, ' ', reach);
    if (space == nullptr) {
      if (reach > max_word_bytes) block.fault = BinaryFault::kLongWord;
      return block;
    }
    const auto end = static_cast<std::size_t>(static_cast<const std::uint8_t*>(space) - data);
    if (end == begin) {
      block.fault = BinaryFault::kEmptyWord;
      return block;
    }
    if ((size - end - 1) / sizeof(float) < numbers) return block;
    float* row = values.row(block.rows);
    copy_numbers(row, data + end + 1, numbers);
    if (!all_finite(row, values.columns) && block.nonfinite_rows++ == 0) block.first_nonfinite = block.rows;
    block.words.push_back({begin, end});
    block.consumed = end + 1 + numbers * sizeof(float);
    ++block.rows;
  }
  return block;
}

void format_binary_rows(std::string& out, std::string_view prefix, const std::uint8_t* words,
                        const std::int64_t* offsets, const memory::MatrixView<const float>& values) {
  const auto numbers = static_cast<std::size_t>(values.columns);
  const auto rows = static_cast<std::size_t>(values.rows);
  const auto word_bytes = static_cast<std::size_t>(offsets[values.rows] - offsets[0]);
  out.reserve(out.size() + word_bytes + rows * (prefix.size() + 1 + numbers * sizeof(float)));
  for (std::int64_t i = 0; i < values.rows; ++i) {
    out.append(prefix);
    out.append(reinterpret_cast<const char*>(words) + offsets[i],
               static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
    out.push_back(' ');
    const std::size_t at = out.size();
    out.resize(at + numbers * sizeof(float));
    copy_numbers(out.data() + at, values.row(i), numbers);
  }
}

}  // namespace wordkin::vector_files
