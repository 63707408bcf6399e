#include "text/preparation.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "text/ascii_words.h"
#include "text/normalization.h"
#include "text/punctuation.h"
#include "text/sentence_splitter.h"
#include "text/token_scanner.h"

namespace wordkin::text {
namespace {

constexpr char32_t kZeroWidthSpace = 0x200b, kZeroWidthNonJoiner = 0x200c, kZeroWidthJoiner = 0x200d;
constexpr char32_t kCapitalSigma = 0x3a3, kSmallSigma = 0x3c3, kFinalSigma = 0x3c2;
constexpr char32_t kCapitalDottedI = 0x130, kDotAbove = 0x307;
constexpr std::uint8_t kVirama = 9;  // combining class of the signs after which a joiner changes the shape of a letter

// The sign after which a letter is written below the one before (Myanmar, Khmer).
bool is_stacking_sign(char32_t character) { return character == 0x1039 || character == 0x17d2; }

bool is_joiner(char32_t character) { return character == kZeroWidthNonJoiner || character == kZeroWidthJoiner; }

// Vowel marks and the tatweel; not the hamza and madda marks, which belong to the spelling.
bool is_arabic_mark(char32_t c) {
  return c == 0x640 || (c >= 0x64b && c <= 0x652) || (c >= 0x656 && c <= 0x65f) || c == 0x670 ||
         (c >= 0x6d6 && c <= 0x6dc) || (c >= 0x6df && c <= 0x6e8) || (c >= 0x6ea && c <= 0x6ed) ||
         (c >= 0x8d3 && c <= 0x8e1) || (c >= 0x8e3 && c <= 0x8ff);
}

void decode(std::vector<char32_t>& out, std::string_view text) {
  out.clear();
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
      out.push_back(first);
      i += 1;
    } else if (first < 0xe0) {
      out.push_back(static_cast<char32_t>((first & 0x1f) << 6 | (byte(1) & 0x3f)));
      i += 2;
    } else if (first < 0xf0) {
      out.push_back(static_cast<char32_t>((first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f)));
      i += 3;
    } else {
      out.push_back(static_cast<char32_t>((first & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 |
                                          (byte(3) & 0x3f)));
      i += 4;
    }
  }
}

template <typename Bytes>
void encode(Bytes& out, char32_t character) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xc0 | character >> 6);
    put(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    put(0xe0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  } else {
    put(0xf0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3f));
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  }
}

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8)
    if ((load_bytes(text.data() + i) & kTopBits) != 0) return false;
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

// Bytes that are appended, to memory that is allocated ahead.
class Output {
 public:
  explicit Output(std::size_t expected) : bytes_(expected) {}

  // Returns where to write at most `count` bytes; grow() appends those that were written.
  char* space_for(std::size_t count) {
    if (bytes_.size() - size_ < count) bytes_.resize(bytes_.size() * 2 + count);
    return bytes_.data() + size_;
  }
  void grow(std::size_t count) { size_ += count; }
  void push_back(char byte) {
    *space_for(1) = byte;
    ++size_;
  }
  void shrink_to(std::size_t size) { size_ = size; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool ends_line() const { return size_ == 0 || bytes_[size_ - 1] == '\n'; }

  std::vector<char> take() {
    bytes_.resize(size_);
    return std::move(bytes_);
  }

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
};

// One pass over a text.
class Preparation {
 public:
  Preparation(const CharacterTables& tables, const PreparationOptions& options, std::span<const char> text)
      : tables_(tables), options_(options), text_(text), out_(text.size() + text.size() / 4 + 64) {}

  std::vector<char> run() {
    for (std::size_t at = 0; at < text_.size();)
      at = may_end_ ? scan_chunk(at) : options_.splits_words ? scan_words(at) : scan_token(at);
    return out_.take();
  }

 private:
  // Each of these functions processes a part of the text from a position, and returns the next position.

  std::size_t scan_chunk(std::size_t at) {
    TokenScanner scanner(text_.subspan(at), HashSeed::fixed(0));  // keys are not used
    const auto event = scanner.next();
    if (event == ScanEvent::kToken) {
      chunk_offset_ = at + scanner.token_offset();
      add_chunk(scanner.token().view());
    } else if (event == ScanEvent::kLineEnd) {
      end_line_at(at + scanner.offset() - 1);
    }
    return at + scanner.offset();
  }

  // The same with one look at the bytes of a chunk of ASCII characters, after a chunk that did not end like a sentence.
  std::size_t scan_token(std::size_t at) {
    std::size_t length = 0;
    std::uint64_t others = 0;
    do {
      const std::uint64_t bytes = load(at + length);
      write_eight(length, bytes);
      others = ~ascii_visible_in(bytes) & kTopBits;
      length += others == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(others)) / 8;
    } while (others == 0);
    const std::size_t end = at + length;
    if (end < text_.size() && !is_ascii_whitespace(static_cast<unsigned char>(text_[end]))) return scan_chunk(at);
    if (length > 0) {
      chunk_offset_ = at;
      line_is_empty_ = false;
      append_ascii_token(length);
    }
    return finish_chunk(at, end);
  }

  // For words and punctuation.
  std::size_t scan_words(std::size_t at) {
    const std::size_t start = at, written = out_.size();
    while (at < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at]);
      if (byte >= 0x80) {
        out_.shrink_to(written);  // the characters before belong to the same chunk
        return scan_chunk(start);
      }
      if (is_ascii_whitespace(byte)) break;
      chunk_offset_ = start;
      line_is_empty_ = false;
      at += add_ascii_word_or_symbol(at);
    }
    return finish_chunk(start, at);
  }

  // Processes the end of a chunk of ASCII characters, and the whitespace after it.
  std::size_t finish_chunk(std::size_t begin, std::size_t end) {
    note_end({text_.data() + begin, end - begin});
    if (end == text_.size()) return end;
    if (is_line_end(text_[end])) end_line_at(end);
    return end + 1;
  }

  void end_line_at(std::size_t at) {
    const bool is_second_half = text_[at] == '\n' && at > 0 && text_[at - 1] == '\r';
    if (!is_second_half) end_line();
  }

  void add_chunk(std::string_view chunk) {
    line_is_empty_ = false;
    const bool is_plain = is_ascii(chunk);
    if (is_plain && !may_end_) {
      note_end(chunk);
    } else if (options_.unit == SentenceUnit::kSentence) {
      decode(characters_, chunk);
      if (may_end_ && begins_sentence()) end_sentence();
      may_end_ = ends_sentence();
    }
    if (is_plain) {
      if (options_.splits_words)
        split_ascii(chunk);
      else
        add_ascii_token(chunk);
      return;
    }
    decode(characters_, chunk);
    transform();
    if (options_.splits_words)
      split_words();
    else
      split_at_whitespace();
  }

  // Notes whether a chunk of ASCII characters ends like a sentence, unless the one before did.
  void note_end(std::string_view chunk) {
    if (options_.unit != SentenceUnit::kSentence || chunk.empty()) return;
    const auto last = static_cast<unsigned char>(chunk.back());
    if (!is_closing(last) && !is_sentence_end(last)) return;
    decode(characters_, chunk);
    may_end_ = ends_sentence();
  }

  void end_line() {
    if (options_.unit == SentenceUnit::kLine || line_is_empty_) end_sentence();
    line_is_empty_ = true;
  }

  void end_sentence() {
    if (!out_.ends_line()) out_.push_back('\n');
    may_end_ = ended_ = false;
  }

  // Tokens of ASCII characters.

  void add_ascii_token(std::string_view token) {
    const std::size_t at = offset_of(token);
    for (std::size_t done = 0; done < token.size(); done += 8) write_eight(done, load(at + done));
    append_ascii_token(token.size());
  }

  void split_ascii(std::string_view chunk) {
    const std::size_t end = offset_of(chunk) + chunk.size();
    for (std::size_t at = offset_of(chunk); at < end;) at += add_ascii_word_or_symbol(at);
  }

  // Returns the number of bytes of the token that begins at a position.
  std::size_t add_ascii_word_or_symbol(std::size_t at) {
    std::size_t length = 0;
    std::uint64_t others = 0;
    do {
      const std::uint64_t bytes = load(at + length);
      write_eight(length, bytes);
      others = ~ascii_words_in(bytes) & kTopBits;
      length += others == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(others)) / 8;
    } while (others == 0);
    if (length == 0) length = 1;  // a symbol, which has been written, too
    append_ascii_token(length);
    return length;
  }

  // Writes eight bytes of a token after the space before it; append_ascii_token() appends those that belong to it.
  void write_eight(std::size_t position, std::uint64_t bytes) {
    const std::uint64_t written = to_little_endian(options_.lowercase ? lower_ascii(bytes) : bytes);
    char* const space = out_.space_for(position + 9);
    *space = ' ';
    std::memcpy(space + 1 + position, &written, sizeof written);
  }

  void append_ascii_token(std::size_t size) {
    const auto length = static_cast<std::int64_t>(size);
    if (length < options_.min_length || length > options_.max_length) return;
    require_length(size);
    out_.grow(size + 1);
  }

  // Loads eight bytes, as if the text were followed by spaces.
  [[nodiscard]] std::uint64_t load(std::size_t at) const {
    const std::size_t left = text_.size() - at;
    return left >= 8 ? load_bytes(text_.data() + at) : load_bytes(text_.data() + at, left, ' ');
  }

  [[nodiscard]] std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
  }

  // Tokens of any characters.

  void transform() {
    const auto is_normalized = [this](char32_t c) { return (tables_.properties_of(c) & kNormalized) != 0; };
    if (options_.normalizes && !std::all_of(characters_.begin(), characters_.end(), is_normalized))
      normalize(characters_, tables_);
    if (options_.removes_arabic_marks)
      characters_.erase(std::remove_if(characters_.begin(), characters_.end(), is_arabic_mark), characters_.end());
    if (options_.lowercase) lower();
  }

  // Full lower-case mapping, as Python's str.lower().
  void lower() {
    lowered_.clear();
    for (std::size_t i = 0; i < characters_.size(); ++i) {
      const char32_t character = characters_[i];
      if (character == kCapitalSigma) {
        lowered_.push_back(is_final_sigma(i) ? kFinalSigma : kSmallSigma);
      } else if (character == kCapitalDottedI) {
        lowered_.push_back('i');
        lowered_.push_back(kDotAbove);
      } else {
        lowered_.push_back(tables_.lower_of(character));
      }
    }
    characters_.swap(lowered_);
  }

  // Whether a cased letter comes before the sigma and none after it (The Unicode Standard, section 3.13).
  [[nodiscard]] bool is_final_sigma(std::size_t at) const {
    const auto is_ignorable = [this](char32_t c) { return (tables_.properties_of(c) & kCaseIgnorable) != 0; };
    const auto is_cased = [this](char32_t c) { return (tables_.properties_of(c) & kCased) != 0; };
    std::size_t before = at;
    while (before > 0 && is_ignorable(characters_[before - 1])) --before;
    if (before == 0 || !is_cased(characters_[before - 1])) return false;
    std::size_t after = at + 1;
    while (after < characters_.size() && is_ignorable(characters_[after])) ++after;
    return after == characters_.size() || !is_cased(characters_[after]);
  }

  // Normalization can yield spaces.
  [[nodiscard]] bool is_whitespace(char32_t c) const {
    return c != kZeroWidthSpace && tables_.kind(c) == CharacterKind::kSpace;
  }

  void split_at_whitespace() {
    for (std::size_t i = 0; i < characters_.size();) {
      std::size_t end = i;
      while (end < characters_.size() && !is_whitespace(characters_[end])) ++end;
      add_token(i, end);
      i = end + 1;
    }
  }

  void split_words() {
    std::size_t start = 0;                          // of the current token
    CharacterKind current = CharacterKind::kSpace;  // its kind; kSpace if nothing can be added to it
    for (std::size_t i = 0; i < characters_.size(); ++i) {
      const char32_t character = characters_[i];
      const CharacterKind kind = tables_.kind(character);
      if (current != CharacterKind::kSpace && continues(current, kind, characters_[i - 1])) {
        if (kind == CharacterKind::kRegional) current = CharacterKind::kSymbol;
        continue;
      }
      add_visible_token(start, i);
      if (kind == CharacterKind::kSpace || kind == CharacterKind::kInvisible ||
          (tables_.properties_of(character) & kVariationSelector) != 0) {
        start = i + 1;
        current = CharacterKind::kSpace;
      } else {
        start = i;
        current = kind_of_token(kind);
      }
    }
    add_visible_token(start, characters_.size());
  }

  // The kind of a token that begins with a character of a kind.
  static CharacterKind kind_of_token(CharacterKind kind) {
    if (kind == CharacterKind::kMark || kind == CharacterKind::kPrefix) return CharacterKind::kWord;
    return kind == CharacterKind::kModifier ? CharacterKind::kSymbol : kind;
  }

  static bool continues(CharacterKind token, CharacterKind kind, char32_t before) {
    switch (kind) {
      case CharacterKind::kMark:
      case CharacterKind::kInvisible:
        return true;
      case CharacterKind::kModifier:
        return token == CharacterKind::kSymbol;
      case CharacterKind::kUnspaced:
        return token == CharacterKind::kUnspaced && is_stacking_sign(before);
      case CharacterKind::kSymbol:
        return before == kZeroWidthJoiner && token == CharacterKind::kSymbol;
      case CharacterKind::kRegional:
        return token == CharacterKind::kRegional;
      case CharacterKind::kWord:
      case CharacterKind::kPrefix:
        return token == CharacterKind::kWord;
      case CharacterKind::kSpace:
        return false;
    }
    return false;
  }

  void add_visible_token(std::size_t start, std::size_t end) {
    while (end > start && tables_.kind(characters_[end - 1]) == CharacterKind::kInvisible) {
      if (end - start > 1 && is_joiner(characters_[end - 1]) &&
          tables_.combining_class(characters_[end - 2]) == kVirama)
        break;
      --end;
    }
    add_token(start, end);
  }

  void add_token(std::size_t start, std::size_t end) {
    if (start == end) return;
    if (options_.unit == SentenceUnit::kSentence) note_unspaced_end(start, end);
    const auto length = static_cast<std::int64_t>(end - start);
    if (length < options_.min_length || length > options_.max_length) return;
    out_.push_back(' ');
    const std::size_t begin = out_.size();
    for (std::size_t i = start; i < end; ++i) encode(out_, characters_[i]);
    require_length(out_.size() - begin);
  }

  // Checked here, where the offset is known: in the prepared text it would be that of other bytes.
  void require_length(std::size_t bytes) const {
    if (bytes > kMaxWordBytes) throw too_long_word(chunk_offset_);
  }

  // Full stops of scripts without spaces end sentences within chunks, too; closing quotes after them belong to them.
  void note_unspaced_end(std::size_t start, std::size_t end) {
    if (ended_ && !is_closing(characters_[start]) && !is_unspaced_sentence_end(characters_[start])) end_sentence();
    if (is_unspaced_sentence_end(characters_[end - 1])) ended_ = true;
  }

  // Ends of sentences, from whole chunks before they are changed.

  // Whether the chunk ends with sentence punctuation, apart from closing quotes and brackets. A full stop after an
  // initial or a short capitalised word ("J.", "Mrs.") belongs to an abbreviation.
  [[nodiscard]] bool ends_sentence() const {
    std::size_t end = characters_.size();
    while (end > 0 && is_closing(characters_[end - 1])) --end;
    const std::size_t start = first_letter();
    const bool has_letters = start < end;
    if (end == 0 || !is_sentence_end(characters_[end - 1])) return may_end_ && !has_letters;
    if (characters_[end - 1] != '.' || !has_letters) return true;
    const std::size_t letters = end - 1 - start;
    return letters > 3 || tables_.lower_of(characters_[start]) == characters_[start];
  }

  // Whether the chunk can begin a sentence: its first letter or digit is not in lower case.
  [[nodiscard]] bool begins_sentence() const {
    const std::size_t start = first_letter();
    if (start == characters_.size()) return false;
    const char32_t first = characters_[start];
    return (tables_.properties_of(first) & kCased) == 0 || tables_.lower_of(first) != first;
  }

  [[nodiscard]] std::size_t first_letter() const {
    const auto is_symbol = [this](char32_t c) { return tables_.kind(c) == CharacterKind::kSymbol; };
    return static_cast<std::size_t>(std::find_if_not(characters_.begin(), characters_.end(), is_symbol) -
                                    characters_.begin());
  }

  const CharacterTables& tables_;
  const PreparationOptions& options_;
  std::span<const char> text_;
  Output out_;
  std::vector<char32_t> characters_, lowered_;
  std::size_t chunk_offset_ = 0;
  bool line_is_empty_ = true;
  bool may_end_ = false;  // whether the chunk before ended like a sentence
  bool ended_ = false;    // whether a full stop of a script without spaces came before
};

}  // namespace

TextPreparer::TextPreparer(const CharacterTables& tables, const PreparationOptions& options)
    : tables_(tables), options_(options) {}

std::vector<char> TextPreparer::prepare(std::span<const char> text) const {
  return Preparation(tables_, options_, text).run();
}

}  // namespace wordkin::text
