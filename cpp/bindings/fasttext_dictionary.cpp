#include "bindings/fasttext_dictionary.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bindings/array_views.h"
#include "text/floret_hash.h"

namespace py = pybind11;
namespace ft = wordkin::fasttext;

namespace wordkin::bindings {

CheckedDictionary dictionary_of(const py::object& options, const py::bytes& entries, const py::object& offsets,
                                const py::object& pruned) {
  const ft::DictionaryOptions sizes{size_field(options, "words"),       size_field(options, "min_n"),
                                    size_field(options, "max_n"),       size_field(options, "buckets"),
                                    size_field(options, "word_ngrams"), field<std::string>(options, "label_prefix"),
                                    size_field(options, "hash_count")};
  require(sizes.hash_count <= text::kMaxFloretHashes, "hash_count must be from 0 to 4");
  const auto text = static_cast<std::string_view>(entries);
  const auto ends = vector_view<const std::int64_t>("offsets", offsets, Access::kRead);
  bool rises = !ends.empty() && ends.front() == 0 && ends.back() == static_cast<std::int64_t>(text.size());
  for (std::size_t i = 1; i < ends.size(); ++i) rises = rises && ends[i - 1] <= ends[i];
  require(rises, "offsets must rise from 0 to the number of bytes of entries");
  const auto labels = static_cast<std::int64_t>(ends.size()) - 1 - sizes.words;
  require(labels >= 0, "words must be at most the number of entries");
  std::optional<std::span<const std::int32_t>> pairs;
  std::int64_t rows = (sizes.hash_count > 0 ? 0 : sizes.words) + sizes.buckets;
  if (!pruned.is_none()) {
    pairs = vector_view<const std::int32_t>("pruned", pruned, Access::kRead);
    require(sizes.hash_count == 0, "floret's buckets must not be pruned");
    rows = sizes.words;
    for (std::size_t i = 0; i + 1 < pairs->size(); i += 2) {
      require((*pairs)[i] >= 0 && (*pairs)[i] <= ft::PrunedBuckets::kMaxBucket && (*pairs)[i + 1] >= 0,
              "pruned must hold pairs of a bucket and a row");
      rows = std::max(rows, sizes.words + (*pairs)[i + 1] + 1);
    }
  }
  return {std::make_unique<const ft::Dictionary>(text, ends, sizes, pairs), labels, rows};
}

}  // namespace wordkin::bindings
