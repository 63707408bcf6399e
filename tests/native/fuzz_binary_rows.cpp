// Fuzzes the parser of binary rows with arbitrary bytes and dimensions: the result must lie within the block.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "vector_files/binary_rows.h"

namespace vf = wordkin::vector_files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::int64_t columns = data[0] % 9 + 1;
  const std::int64_t rows = data[1] % 16;
  const std::vector<std::uint8_t> bytes(data + 2, data + size);
  std::vector<float> values(static_cast<std::size_t>(rows * columns));
  const auto block = vf::parse_binary_rows({values.data(), rows, columns, columns}, bytes.data(), bytes.size(), 32);
  if (block.rows > rows || block.consumed > bytes.size()) std::abort();
  if (static_cast<std::int64_t>(block.words.size()) != block.rows) std::abort();
  for (const auto& word : block.words)
    if (word.begin >= word.end || word.end > bytes.size() || word.end - word.begin > 32) std::abort();
  return 0;
}
