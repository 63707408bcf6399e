// The subwords of fastText: the character n-grams of a word between '<' and '>', and their hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/floret_hash.h"
#include "text/hash_seed.h"

namespace wordkin::text {

inline constexpr std::string_view kEndOfSentence = "</s>";  // has no subwords in fastText

inline constexpr std::uint32_t kSubwordHashStart = 2166136261u;

// One step of the 32-bit Fowler-Noll-Vo 1a hash, except that fastText sign-extends each byte; models depend on it.
inline std::uint32_t subword_hash_step(std::uint32_t hash, char byte) {
  return (hash ^ static_cast<std::uint32_t>(static_cast<std::int8_t>(byte))) * 16777619u;
}

inline std::uint32_t subword_hash(std::string_view bytes) {
  std::uint32_t hash = kSubwordHashStart;
  for (const char byte : bytes) hash = subword_hash_step(hash, byte);
  return hash;
}

inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Calls visit(hash, begin, end) for every n-gram of `bounded`, a word with its '<' and '>', in fastText's order.
// Lengths are in characters, not bytes; a boundary alone is no n-gram.
template <typename Visit>
void for_each_subword(std::string_view bounded, std::int64_t min_n, std::int64_t max_n, const Visit& visit) {
  for (std::size_t begin = 0; begin < bounded.size(); ++begin) {
    if (continues_character(bounded[begin])) continue;
    std::size_t end = begin;
    std::uint32_t hash = kSubwordHashStart;
    for (std::int64_t characters = 1; end < bounded.size() && characters <= max_n; ++characters) {
      do {
        hash = subword_hash_step(hash, bounded[end]);
        ++end;
      } while (end < bounded.size() && continues_character(bounded[end]));
      const bool is_boundary = characters == 1 && (begin == 0 || end == bounded.size());
      if (characters >= min_n && !is_boundary) visit(hash, begin, end);
    }
  }
}

// Remainders of 32-bit numbers without a division, which would take most of the time of hashing (Lemire et al. 2019,
// "Faster remainder by direct computation").
class BucketOf {
 public:
  explicit BucketOf(std::int64_t buckets)
      : buckets_(static_cast<std::uint64_t>(buckets)), factor_(buckets > 0 ? UINT64_MAX / buckets_ + 1 : 0) {}

  [[nodiscard]] std::int64_t operator()(std::uint32_t hash) const {
    if (buckets_ > UINT32_MAX) return hash;
    return static_cast<std::int64_t>(high_product(factor_ * hash, buckets_));
  }

 private:
  std::uint64_t buckets_, factor_;
};

struct SubwordOptions {
  // min_n, max_n: in characters, not bytes; max_n 0 for no n-grams. buckets: 0 for no subwords. hash_count: 0 for
  // fastText's hash; 1 to 4 for the number of buckets of each entry in floret's table of words and n-grams.
  SubwordOptions(std::int64_t shortest, std::int64_t longest, std::int64_t bucket_count, std::int64_t hashes = 0)
      : min_n(shortest), max_n(longest), buckets(bucket_count), hash_count(hashes), bucket_of(bucket_count) {}

  std::int64_t min_n, max_n, buckets, hash_count;
  BucketOf bucket_of;
};

// Calls visit(bucket) for the buckets of a word, in the order of fastText or floret and with repetitions. In floret's
// table the word itself has buckets, too. `bounded` is memory that is reused.
template <typename Visit>
void for_each_bucket(std::string_view word, std::string& bounded, const SubwordOptions& options, const Visit& visit) {
  const bool is_floret = options.hash_count > 0;
  if (options.buckets <= 0 || (!is_floret && (options.max_n <= 0 || word == kEndOfSentence))) return;
  bounded.assign(1, '<');
  bounded.append(word);
  bounded.push_back('>');
  if (!is_floret) {
    for_each_subword(bounded, options.min_n, options.max_n,
                     [&](std::uint32_t hash, std::size_t, std::size_t) { visit(options.bucket_of(hash)); });
    return;
  }
  const auto visit_entry = [&](std::string_view entry) {
    const auto hashes = floret_hash(entry);
    for (std::size_t i = 0; i < static_cast<std::size_t>(options.hash_count); ++i) visit(options.bucket_of(hashes[i]));
  };
  visit_entry(bounded);
  for_each_subword(bounded, options.min_n, options.max_n, [&](std::uint32_t, std::size_t begin, std::size_t end) {
    visit_entry(std::string_view(bounded).substr(begin, end - begin));
  });
}

}  // namespace wordkin::text
