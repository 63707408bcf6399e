#include "vector_files/text_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

#include "vector_files/decimal.h"

namespace wordkin::vector_files {
namespace {

// Smaller blocks are not worth additional threads.
constexpr std::size_t kMinChunkBytes = 64 << 10;
constexpr std::int64_t kRowsPerChunk = 256;

bool is_separator(char c) { return c == ' ' || c == '\t'; }

// A line without its newline and trailing whitespace (word2vec.c writes a space, Windows a carriage return).
struct Line {
  const char* begin;
  const char* end;
};

Line trimmed(const char* begin, const char* end) {
  while (end != begin && (is_separator(end[-1]) || end[-1] == '\r')) --end;
  return {begin, end};
}

struct Row {
  bool read = false;
  bool finite = true;
  RowFault fault{};
  const char* word_end = nullptr;
  const char* fault_begin = nullptr;
  const char* fault_end = nullptr;
  std::int64_t numbers = 0;
};

// Fast path for the usual row: numbers separated by single separators up to the end of the line. Returns false for any
// other row.
template <typename T>
bool read_forward(const char* p, const Line& line, T* values, std::int64_t count, bool& finite) {
  T sum{0};  // sum of value - value, which is NaN if any value is infinite or NaN
  for (std::int64_t i = 0; i < count; ++i) {
    if (i != 0) {
      if (p == line.end || !is_separator(*p)) return false;
      ++p;
    }
    const auto number = read_decimal<T>(p, line.end);
    if (number.end == nullptr) return false;
    values[i] = number.value;
    sum += number.value - number.value;
    p = number.end;
  }
  finite = sum == T{0};
  return p == line.end;
}

bool is_number(const char* begin, const char* end) {
  return begin != end && read_decimal<double>(begin, end).end == end;
}

// The number of fields that are numbers; counting stops at `most`.
std::int64_t numbers_in(const char* begin, const char* end, std::int64_t most) {
  std::int64_t numbers = 0;
  while (begin != end && numbers < most) {
    const char* field = std::find_if_not(begin, end, is_separator);
    begin = std::find_if(field, end, is_separator);
    if (is_number(field, begin)) ++numbers;
  }
  return numbers;
}

Row failed(RowFault fault, const char* begin, const char* end, std::int64_t numbers) {
  Row row;
  row.fault = fault;
  row.fault_begin = begin;
  row.fault_end = end;
  row.numbers = numbers;
  return row;
}

// General case: the last `count` fields are the numbers, and everything before them is the word, including spaces.
template <typename T>
Row read_from_right(const Line& line, T* values, std::int64_t count, RowKind kind) {
  Row row;
  const char* end = line.end;
  for (std::int64_t i = count; i-- > 0;) {
    while (end != line.begin && is_separator(end[-1])) --end;
    const char* begin = end;
    while (begin != line.begin && !is_separator(begin[-1])) --begin;
    const bool at_start = begin == line.begin;
    const auto number = read_decimal<T>(begin, end);
    const bool good = begin != end && number.end == end;
    if (at_start && (kind == RowKind::kWord || i != 0))
      return failed(RowFault::kFewNumbers, line.begin, line.end, count - 1 - i + (good && kind == RowKind::kNumbers));
    if (!good) return failed(RowFault::kBadNumber, begin, end, count - 1 - i);
    values[i] = number.value;
    row.finite = row.finite && std::isfinite(number.value);
    end = begin;
  }
  row.read = true;
  row.word_end = end;
  if (kind == RowKind::kNumbers) {
    if (end != line.begin) return failed(RowFault::kManyFields, line.begin, end, count);
    return row;
  }
  // Several separators before the first number align columns: neither word2vec.c nor fastText can write a word that
  // ends with one. A word of nothing but separators keeps all but the last.
  while (end != line.begin && is_separator(end[-1])) --end;
  if (end == line.begin) end = row.word_end - 1;
  row.word_end = end;
  if (end == line.begin) return failed(RowFault::kEmptyWord, line.begin, line.end, count);
  // A word that contains almost all values of a vector is more likely two rows without a line end between them.
  if (numbers_in(line.begin, end, count) >= std::max<std::int64_t>(count - 1, 2))
    return failed(RowFault::kManyFields, line.begin, end, count);
  // A word that ends with a number is more likely a wrong vector size than a word.
  const char* part = end;
  while (part != line.begin && !is_separator(part[-1])) --part;
  if (part != line.begin && is_number(part, end)) return failed(RowFault::kManyFields, part, end, count);
  return row;
}

template <typename T>
Row read_row(const Line& line, T* values, std::int64_t count, RowKind kind) {
  if (line.begin == line.end) return failed(RowFault::kBlankLine, line.begin, line.end, 0);
  Row row;
  if (kind == RowKind::kNumbers) {
    row.read = read_forward(line.begin, line, values, count, row.finite);
    return row.read ? row : read_from_right(line, values, count, kind);
  }
  const auto length = static_cast<std::size_t>(line.end - line.begin);
  const auto* space = static_cast<const char*>(std::memchr(line.begin, ' ', length));
  // A tab before the first space may separate the word from its first number, which the general case finds out.
  if (space != nullptr && space != line.begin && std::find(line.begin, space, '\t') == space &&
      read_forward(space + 1, line, values, count, row.finite)) {
    row.read = true;
    row.word_end = space;
    return row;
  }
  return read_from_right(line, values, count, kind);
}

// Consecutive complete lines of the block, and the index of the first row.
struct Chunk {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
};

std::int64_t count_lines(const char* data, const Chunk& chunk) {
  auto lines = std::count(data + chunk.begin, data + chunk.end, '\n');
  if (chunk.end != chunk.begin && data[chunk.end - 1] != '\n') ++lines;
  return lines;
}

std::vector<Chunk> cut(const char* data, std::size_t size, std::size_t parts) {
  std::vector<Chunk> chunks;
  const std::size_t step = std::max(size / parts, kMinChunkBytes);
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = size;
    if (size - begin > step) {
      const void* newline = std::memchr(data + begin + step, '\n', size - begin - step);
      if (newline != nullptr) end = static_cast<std::size_t>(static_cast<const char*>(newline) - data) + 1;
    }
    chunks.push_back({begin, end});
    begin = end;
  }
  return chunks;
}

template <typename T>
TextBlock parse_chunk(const memory::MatrixView<T>& values, const char* data, const Chunk& chunk, RowKind kind) {
  TextBlock block;
  const std::int64_t rows = std::min(chunk.rows, values.rows - chunk.first_row);
  const char* begin = data + chunk.begin;
  const char* const last = data + chunk.end;
  for (; block.rows < rows; ++block.rows) {
    const auto left = static_cast<std::size_t>(last - begin);
    const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', left));
    const char* end = newline == nullptr ? last : newline;
    const std::int64_t index = chunk.first_row + block.rows;
    const Row row = read_row(trimmed(begin, end), values.row(index), values.columns, kind);
    if (!row.read) {
      block.fault =
          Fault{row.fault,
                index,
                {static_cast<std::size_t>(row.fault_begin - data), static_cast<std::size_t>(row.fault_end - data)},
                row.numbers};
      break;
    }
    if (!row.finite && block.nonfinite_rows++ == 0) block.first_nonfinite = index;
    if (kind == RowKind::kWord)
      block.words.push_back({static_cast<std::size_t>(begin - data), static_cast<std::size_t>(row.word_end - data)});
    begin = newline == nullptr ? last : newline + 1;
  }
  block.consumed = static_cast<std::size_t>(begin - data);
  return block;
}

// Appends `next`, whose first row follows the last row of `whole`.
void append(TextBlock& whole, TextBlock&& next) {
  whole.rows += next.rows;
  whole.consumed = next.consumed;
  whole.words.insert(whole.words.end(), next.words.begin(), next.words.end());
  if (whole.nonfinite_rows == 0) whole.first_nonfinite = next.first_nonfinite;
  whole.nonfinite_rows += next.nonfinite_rows;
  whole.fault = next.fault;
}

void for_each(parallel::ThreadPool* pool, std::size_t count, const std::function<void(std::size_t)>& body) {
  if (pool != nullptr && count > 1) {
    pool->parallel_for(count, [&body](std::size_t index, std::size_t) { body(index); });
  } else {
    for (std::size_t index = 0; index < count; ++index) body(index);
  }
}

}  // namespace

template <typename T>
TextBlock parse_text_rows(const memory::MatrixView<T>& values, const std::uint8_t* bytes, std::size_t size,
                          RowKind kind, parallel::ThreadPool* pool) {
  const auto* data = reinterpret_cast<const char*>(bytes);
  // A few chunks per thread, so that no thread waits long for the last one.
  auto chunks = cut(data, size, pool == nullptr ? 1 : 4 * pool->size());
  for_each(pool, chunks.size(), [&](std::size_t i) { chunks[i].rows = count_lines(data, chunks[i]); });
  for (std::size_t i = 1; i < chunks.size(); ++i) chunks[i].first_row = chunks[i - 1].first_row + chunks[i - 1].rows;
  while (!chunks.empty() && chunks.back().first_row >= values.rows) chunks.pop_back();

  std::vector<TextBlock> blocks(chunks.size());
  for_each(pool, chunks.size(), [&](std::size_t i) { blocks[i] = parse_chunk(values, data, chunks[i], kind); });
  TextBlock whole;
  for (auto& block : blocks) {
    append(whole, std::move(block));
    if (whole.fault) break;
  }
  return whole;
}

template <typename T>
void format_text_rows(std::string& out, const std::string_view prefix, const std::uint8_t* words,
                      const std::int64_t* offsets, const memory::MatrixView<const T>& values, RowKind kind,
                      char separator, parallel::ThreadPool* pool) {
  const auto chunks = static_cast<std::size_t>((values.rows + kRowsPerChunk - 1) / kRowsPerChunk);
  std::vector<std::string> texts(chunks);
  for_each(pool, chunks, [&](std::size_t chunk) {
    std::string& text = texts[chunk];
    const auto first = static_cast<std::int64_t>(chunk) * kRowsPerChunk;
    for (std::int64_t i = first; i < std::min(values.rows, first + kRowsPerChunk); ++i) {
      if (kind == RowKind::kWord) {
        text.append(prefix);
        text.append(reinterpret_cast<const char*>(words) + offsets[i],
                    static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
      }
      const T* row = values.row(i);
      for (std::int64_t j = 0; j < values.columns; ++j) {
        char number[kMaxDecimalBytes + 1];
        char* begin = number;
        if (j != 0 || kind == RowKind::kWord) *begin++ = separator;
        text.append(number, write_decimal(begin, row[j]));
      }
      text.push_back('\n');
    }
  });
  for (const auto& text : texts) out.append(text);
}

template TextBlock parse_text_rows<float>(const memory::MatrixView<float>&, const std::uint8_t*, std::size_t, RowKind,
                                          parallel::ThreadPool*);
template TextBlock parse_text_rows<double>(const memory::MatrixView<double>&, const std::uint8_t*, std::size_t, RowKind,
                                           parallel::ThreadPool*);
template void format_text_rows<float>(std::string&, std::string_view, const std::uint8_t*, const std::int64_t*,
                                      const memory::MatrixView<const float>&, RowKind, char, parallel::ThreadPool*);
template void format_text_rows<double>(std::string&, std::string_view, const std::uint8_t*, const std::int64_t*,
                                       const memory::MatrixView<const double>&, RowKind, char, parallel::ThreadPool*);

}  // namespace wordkin::vector_files
