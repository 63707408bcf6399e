// Fuzzes the parser of fastText dictionaries, and subwords, with arbitrary bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "vector_files/fasttext_entries.h"
#include "vector_files/subwords.h"

namespace vf = wordkin::vector_files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::vector<std::uint8_t> bytes(data + 2, data + size);
  const auto entries = vf::parse_fasttext_entries(bytes.data(), bytes.size(), data[0], 32);
  if (entries.words.size() > data[0] || entries.consumed > bytes.size()) std::abort();
  if (entries.words.size() != entries.counts.size() || entries.words.size() != entries.kinds.size()) std::abort();
  std::vector<std::int64_t> buckets;
  const std::string_view word(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  vf::append_subwords(buckets, word, {data[1] % 4, data[1] / 4 % 8, 1 + data[0]});
  for (const auto bucket : buckets)
    if (bucket < 0 || bucket > data[0]) std::abort();
  return 0;
}
