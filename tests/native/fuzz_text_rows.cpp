// Fuzzes the parser of text rows with arbitrary bytes and dimensions: the result must not depend on threads, and parsed
// rows must round-trip.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "vector_files/text_rows.h"

namespace vf = wordkin::vector_files;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

vf::TextBlock parse(std::vector<float>& values, std::int64_t rows, std::int64_t columns, const std::uint8_t* data,
                    std::size_t size, vf::RowKind kind, wordkin::parallel::ThreadPool* pool) {
  values.assign(static_cast<std::size_t>(rows * columns), 0.0f);
  return vf::parse_text_rows<float>({values.data(), rows, columns, columns}, data, size, kind, pool);
}

void check(const vf::TextBlock& block, std::int64_t rows, std::size_t size, vf::RowKind kind) {
  require(block.rows <= rows && block.consumed <= size);
  require(kind == vf::RowKind::kNumbers || static_cast<std::int64_t>(block.words.size()) == block.rows);
  for (const auto& word : block.words) require(word.begin < word.end && word.end <= size);
  if (block.fault) require(block.fault->at.begin <= block.fault->at.end && block.fault->at.end <= size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::int64_t columns = data[0] % 5 + 1;
  const std::int64_t rows = data[1] % 7;
  const auto kind = data[0] & 0x80 ? vf::RowKind::kNumbers : vf::RowKind::kWord;
  // A copy of exactly this size, so that AddressSanitizer detects a read beyond it.
  const std::vector<std::uint8_t> text(data + 2, data + size);
  std::vector<float> values, again;
  const auto block = parse(values, rows, columns, text.data(), text.size(), kind, nullptr);
  check(block, rows, text.size(), kind);
  if (data[1] & 0x80) {
    wordkin::parallel::ThreadPool pool(2);
    const auto same = parse(again, rows, columns, text.data(), text.size(), kind, &pool);
    check(same, rows, text.size(), kind);
    require(same.rows == block.rows && same.consumed == block.consumed &&
            same.fault.has_value() == block.fault.has_value());
    require(std::memcmp(values.data(), again.data(), values.size() * sizeof(float)) == 0);
  }
  if (kind == vf::RowKind::kWord && block.rows > 0 && block.nonfinite_rows == 0) {
    std::vector<std::uint8_t> words;
    std::vector<std::int64_t> offsets{0};
    for (const auto& word : block.words) {
      words.insert(words.end(), text.begin() + static_cast<std::ptrdiff_t>(word.begin),
                   text.begin() + static_cast<std::ptrdiff_t>(word.end));
      offsets.push_back(static_cast<std::int64_t>(words.size()));
    }
    std::string out;
    vf::format_text_rows<float>(out, "", words.data(), offsets.data(), {values.data(), block.rows, columns, columns},
                                kind, ' ', nullptr);
    const auto back =
        parse(again, block.rows, columns, reinterpret_cast<const std::uint8_t*>(out.data()), out.size(), kind, nullptr);
    require(back.rows == block.rows);
    require(std::memcmp(values.data(), again.data(), again.size() * sizeof(float)) == 0);
  }
  return 0;
}
