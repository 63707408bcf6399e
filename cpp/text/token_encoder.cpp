#include "text/token_encoder.h"

#include <stdexcept>
#include <string>

namespace wordkin::text {

EncodedIds TokenEncoder::encode(std::span<const char> text, const SentenceRules& rules, bool continues_line,
                                const CancelFlag* cancelled) {
  require_utf8(text);
  SentenceSplitter splitter(text, rules, continues_line, *this, cancelled);
  splitter.run();
  EncodedIds encoded = take();
  encoded.raw_words = splitter.words();
  encoded.raw_sentences = splitter.sentences();
  return encoded;
}

EncodedIds TokenEncoder::take() {
  // Exact sizes; the buffers keep their capacity.
  EncodedIds encoded{{ids_.begin(), ids_.end()}, {ends_.begin(), ends_.end()}};
  ids_.clear();
  ends_.clear();
  return encoded;
}

std::vector<std::int64_t> renumber(std::span<std::int32_t> ids, std::span<const RawSegment> segments) {
  std::vector<std::int64_t> ends;
  std::size_t read = 0, retained = 0, begin = 0;
  for (const RawSegment& segment : segments) {
    if (segment.length > ids.size() - read)
      throw std::out_of_range("segments must not be longer than the ids, " + std::to_string(ids.size()));
    for (const std::int32_t raw : ids.subspan(read, segment.length)) {
      if (raw == kSentenceEnd) {
        if (retained != begin) ends.push_back(static_cast<std::int64_t>(retained));
        begin = retained;
        continue;
      }
      if (raw < 0 || static_cast<std::size_t>(raw) >= segment.final_ids.size())
        throw std::out_of_range("the provisional id " + std::to_string(raw) + " is not in the table");
      const std::int32_t id = segment.final_ids[static_cast<std::size_t>(raw)];
      ids[retained] = id;  // never ahead of the read position; overwritten if the word is dropped
      retained += id != kUnknownWord;
    }
    read += segment.length;
  }
  return ends;
}

}  // namespace wordkin::text
