// Parses and formats blocks of vector files, from and to rows of the caller's matrix.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/gil.h"
#include "bindings/owned_array.h"
#include "bindings/registers.h"
#include "parallel/thread_pool.h"
#include "vector_files/binary_rows.h"
#include "vector_files/fasttext_entries.h"
#include "vector_files/subwords.h"
#include "vector_files/text_rows.h"

namespace py = pybind11;
namespace vf = wordkin::vector_files;

namespace wordkin::bindings {
namespace {

// Any bytes-like object. Its buffer is exported during the lifetime of this object, so it can neither move nor shrink.
class Bytes {
 public:
  Bytes(const char* name, const py::buffer& object) : info_(object.request()) {
    if (info_.ndim != 1 || info_.itemsize != 1 || (info_.size > 1 && info_.strides[0] != 1))
      refuse(name, "contiguous bytes", "another buffer");
  }
  [[nodiscard]] const std::uint8_t* data() const { return static_cast<const std::uint8_t*>(info_.ptr); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(info_.size); }

 private:
  py::buffer_info info_;
};

// Words as concatenated UTF-8 bytes; word i spans offsets[i] to offsets[i + 1].
struct WordBytes {
  std::span<const std::uint8_t> bytes;
  std::span<const std::int64_t> offsets;

  WordBytes(const py::handle& words, const py::handle& positions)
      : bytes(vector_view<const std::uint8_t>("words", words, Access::kRead)),
        offsets(vector_view<const std::int64_t>("offsets", positions, Access::kRead)) {
    bool is_valid =
        !offsets.empty() && offsets.front() == 0 && offsets.back() == static_cast<std::int64_t>(bytes.size());
    for (std::size_t i = 1; i < offsets.size(); ++i) is_valid = is_valid && offsets[i - 1] <= offsets[i];
    if (!is_valid) throw std::invalid_argument("offsets must rise from 0 to the number of bytes of words");
  }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
};

// A word that cannot be decoded: its index in the block, and the offset of the invalid byte.
struct Undecodable {
  std::int64_t row;
  std::int64_t at;
  std::string reason;
};

struct Words {
  py::list decoded;
  std::optional<Undecodable> undecodable;
};

Words decode(const Bytes& block, const std::vector<vf::WordSpan>& spans, const std::string& encoding,
             const std::string& errors) {
  Words words;
  const bool is_utf8 = encoding == "utf-8";
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto* text = reinterpret_cast<const char*>(block.data()) + spans[i].begin;
    const auto length = static_cast<Py_ssize_t>(spans[i].end - spans[i].begin);
    PyObject* word = is_utf8 ? PyUnicode_DecodeUTF8(text, length, errors.c_str())
                             : PyUnicode_Decode(text, length, encoding.c_str(), errors.c_str());
    if (word == nullptr) {
      py::error_already_set error;
      if (!error.matches(PyExc_UnicodeDecodeError)) throw error;
      const auto start = py::cast<std::int64_t>(error.value().attr("start"));
      words.undecodable = Undecodable{static_cast<std::int64_t>(i), static_cast<std::int64_t>(spans[i].begin) + start,
                                      py::cast<std::string>(error.value().attr("reason"))};
      return words;
    }
    words.decoded.append(py::reinterpret_steal<py::str>(word));
  }
  return words;
}

const char* name_of(vf::RowFault fault) {
  switch (fault) {
    case vf::RowFault::kBlankLine:
      return "blank line";
    case vf::RowFault::kEmptyWord:
      return "empty word";
    case vf::RowFault::kFewNumbers:
      return "few numbers";
    case vf::RowFault::kManyFields:
      return "many fields";
    case vf::RowFault::kBadNumber:
      return "bad number";
  }
  return "";
}

const char* name_of(vf::BinaryFault fault) { return fault == vf::BinaryFault::kEmptyWord ? "empty word" : "long word"; }

py::dict fault_of(const vf::Fault& fault, const Bytes& block) {
  py::dict result;
  result["what"] = name_of(fault.what);
  result["row"] = fault.row;
  result["at"] = fault.at.begin;
  result["found"] = py::bytes(reinterpret_cast<const char*>(block.data()) + fault.at.begin,
                              std::min<std::size_t>(fault.at.end - fault.at.begin, 60));
  result["numbers"] = fault.numbers;
  return result;
}

py::dict fault_of(const Undecodable& undecodable) {
  py::dict result;
  result["what"] = "undecodable word";
  result["row"] = undecodable.row;
  result["at"] = undecodable.at;
  result["found"] = py::bytes(undecodable.reason);
  result["numbers"] = 0;
  return result;
}

// The result of both parsers, described in wordkin/_core/vector_files.pyi.
template <typename Block>
py::dict result_of(const Block& block, Words words) {
  py::dict result;
  result["rows"] = block.rows;
  result["consumed"] = block.consumed;
  result["words"] = std::move(words.decoded);
  result["nonfinite_rows"] = block.nonfinite_rows;
  result["first_nonfinite"] = block.first_nonfinite;
  if (words.undecodable)
    result["fault"] = fault_of(*words.undecodable);
  else
    result["fault"] = py::none();
  return result;
}

template <typename T>
py::dict parse_text_as(const py::buffer& data, const py::object& out, bool has_words, const std::string& encoding,
                       const std::string& errors, std::size_t threads) {
  const Bytes block("data", data);
  const auto values = matrix_view<T>("out", out, Access::kWrite);
  if (values.columns < 1) throw std::invalid_argument("out must have at least one column");
  vf::TextBlock rows;
  {
    const GilRelease release;  // most of the time of a load, on the exported buffer and the caller's matrix
    const auto pool = parallel::pool_of(threads);
    rows = vf::parse_text_rows(values, block.data(), block.size(),
                               has_words ? vf::RowKind::kWord : vf::RowKind::kNumbers, pool.get());
  }
  auto result = result_of(rows, decode(block, rows.words, encoding, errors));
  if (rows.fault && result["fault"].is_none()) result["fault"] = fault_of(*rows.fault, block);
  return result;
}

py::dict parse_text(const py::buffer& data, const py::object& out, bool has_words, const std::string& encoding,
                    const std::string& errors, std::size_t threads) {
  if (as_array("out", out).dtype().equal(py::dtype::of<double>()))
    return parse_text_as<double>(data, out, has_words, encoding, errors, threads);
  return parse_text_as<float>(data, out, has_words, encoding, errors, threads);
}

py::dict parse_binary(const py::buffer& data, const py::object& out, std::size_t max_word_bytes,
                      const std::string& encoding, const std::string& errors) {
  const Bytes block("data", data);
  const auto values = matrix_view<float>("out", out, Access::kWrite);
  if (values.columns < 1) throw std::invalid_argument("out must have at least one column");
  vf::BinaryBlock rows;
  {
    const GilRelease release;  // as for text
    rows = vf::parse_binary_rows(values, block.data(), block.size(), max_word_bytes);
  }
  auto result = result_of(rows, decode(block, rows.words, encoding, errors));
  if (rows.fault && result["fault"].is_none()) {
    py::dict fault;
    fault["what"] = name_of(*rows.fault);
    fault["row"] = rows.rows;
    fault["at"] = rows.consumed;
    fault["found"] = py::bytes(reinterpret_cast<const char*>(block.data()) + rows.consumed,
                               std::min<std::size_t>(block.size() - rows.consumed, 60));
    fault["numbers"] = 0;
    result["fault"] = fault;
  }
  return result;
}

template <typename T>
py::bytes format_text_as(const py::object& words, const py::object& offsets, const py::object& vectors,
                         const std::string& prefix, bool has_words, char separator, std::size_t threads) {
  const WordBytes table(words, offsets);
  const auto values = matrix_view<const T>("vectors", vectors, Access::kRead);
  if (table.size() != values.rows) throw std::invalid_argument("vectors must have one row for each word");
  std::string text;
  {
    const GilRelease release;  // reads the caller's arrays, writes a local string
    const auto pool = parallel::pool_of(threads);
    vf::format_text_rows(text, prefix, table.bytes.data(), table.offsets.data(), values,
                         has_words ? vf::RowKind::kWord : vf::RowKind::kNumbers, separator, pool.get());
  }
  return py::bytes(text);
}

py::bytes format_text(const py::object& words, const py::object& offsets, const py::object& vectors,
                      const std::string& prefix, bool has_words, char separator, std::size_t threads) {
  if (as_array("vectors", vectors).dtype().equal(py::dtype::of<double>()))
    return format_text_as<double>(words, offsets, vectors, prefix, has_words, separator, threads);
  return format_text_as<float>(words, offsets, vectors, prefix, has_words, separator, threads);
}

py::bytes format_binary(const py::object& words, const py::object& offsets, const py::object& vectors,
                        const std::string& prefix) {
  const WordBytes table(words, offsets);
  const auto values = matrix_view<const float>("vectors", vectors, Access::kRead);
  if (table.size() != values.rows) throw std::invalid_argument("vectors must have one row for each word");
  std::string rows;
  {
    const GilRelease release;  // as for text
    vf::format_binary_rows(rows, prefix, table.bytes.data(), table.offsets.data(), values);
  }
  return py::bytes(rows);
}

py::tuple parse_fasttext_entries(const py::buffer& data, std::int64_t max_entries, std::size_t max_word_bytes) {
  const Bytes block("data", data);
  const auto entries = vf::parse_fasttext_entries(block.data(), block.size(), max_entries, max_word_bytes);
  // Returned as bytes: fastText has no notion of encoding and hashes the bytes.
  py::list words;
  for (const auto& span : entries.words)
    words.append(py::bytes(reinterpret_cast<const char*>(block.data()) + span.begin, span.end - span.begin));
  return py::make_tuple(entries.consumed, words, entries.counts, entries.kinds, entries.word_too_long);
}

void check_hash_count(std::int64_t hash_count) {
  if (hash_count < 0 || hash_count > text::kMaxFloretHashes)
    throw std::invalid_argument("hash_count must be from 0 to 4");
}

std::vector<std::int64_t> subword_buckets(const py::bytes& word, std::int64_t min_n, std::int64_t max_n,
                                          std::int64_t buckets, std::int64_t hash_count) {
  check_hash_count(hash_count);
  std::vector<std::int64_t> result;
  vf::append_subwords(result, static_cast<std::string_view>(word), {min_n, max_n, buckets, hash_count});
  return result;
}

// Returns the starts and the buckets of the subwords of all words.
py::tuple subword_table(const py::object& words, const py::object& offsets, std::int64_t min_n, std::int64_t max_n,
                        std::int64_t buckets, std::int64_t hash_count) {
  check_hash_count(hash_count);
  const WordBytes table(words, offsets);
  if (buckets < 0 || buckets > INT32_MAX) throw std::invalid_argument("buckets must be from 0 to 2^31 - 1");
  vf::SubwordTable result;
  {
    const GilRelease release;  // uses only the given arrays, which the caller holds
    result =
        vf::subword_table(table.bytes.data(), table.offsets.data(), table.size(), {min_n, max_n, buckets, hash_count});
  }
  return py::make_tuple(owned_array(std::move(result.starts)), owned_array(std::move(result.buckets)));
}

void average_subwords(const py::object& out, const py::object& words, const py::object& offsets,
                      const py::object& word_rows, const py::object& bucket_rows, std::int64_t min_n,
                      std::int64_t max_n, std::int64_t hash_count, std::size_t threads) {
  check_hash_count(hash_count);
  const auto vectors = matrix_view<float>("out", out, Access::kWrite);
  const WordBytes table(words, offsets);
  const auto buckets = matrix_view<const float>("bucket_rows", bucket_rows, Access::kRead);
  memory::MatrixView<const float> own;
  if (!word_rows.is_none()) own = matrix_view<const float>("word_rows", word_rows, Access::kRead);
  if (table.size() != vectors.rows) throw std::invalid_argument("out must have one row for each word");
  if (buckets.columns != vectors.columns || (!word_rows.is_none() && own.columns != vectors.columns))
    throw std::invalid_argument("out, word_rows and bucket_rows must have the same number of columns");
  if (!word_rows.is_none() && own.rows < vectors.rows)
    throw std::invalid_argument("word_rows must have one row for each word");
  const GilRelease release;  // uses only the given arrays, which the caller holds
  parallel::ThreadPool pool(threads);
  vf::average_subwords(vectors, table.bytes.data(), table.offsets.data(), own, buckets,
                       {min_n, max_n, buckets.rows, hash_count}, pool);
}

}  // namespace

void register_vector_files(py::module_& m) {
  auto v = m.def_submodule("vector_files", "Parsing and formatting of vector files, block by block.");
  v.def("parse_text", &parse_text, py::arg("data"), py::arg("out"), py::kw_only(), py::arg("has_words") = true,
        py::arg("encoding") = "utf-8", py::arg("errors") = "strict", py::arg("threads") = 1);
  v.def("parse_binary", &parse_binary, py::arg("data"), py::arg("out"), py::kw_only(), py::arg("max_word_bytes"),
        py::arg("encoding") = "utf-8", py::arg("errors") = "strict");
  v.def("format_text", &format_text, py::arg("words"), py::arg("offsets"), py::arg("vectors"), py::kw_only(),
        py::arg("prefix") = "", py::arg("has_words") = true, py::arg("separator") = ' ', py::arg("threads") = 1);
  v.def("format_binary", &format_binary, py::arg("words"), py::arg("offsets"), py::arg("vectors"), py::kw_only(),
        py::arg("prefix") = "");
  v.def("parse_fasttext_entries", &parse_fasttext_entries, py::arg("data"), py::arg("max_entries"), py::kw_only(),
        py::arg("max_word_bytes"));
  v.def("subword_buckets", &subword_buckets, py::arg("word"), py::kw_only(), py::arg("min_n"), py::arg("max_n"),
        py::arg("buckets"), py::arg("hash_count") = 0);
  v.def("subword_table", &subword_table, py::arg("words"), py::arg("offsets"), py::kw_only(), py::arg("min_n"),
        py::arg("max_n"), py::arg("buckets"), py::arg("hash_count") = 0);
  v.def("average_subwords", &average_subwords, py::arg("out"), py::arg("words"), py::arg("offsets"),
        py::arg("word_rows"), py::arg("bucket_rows"), py::kw_only(), py::arg("min_n"), py::arg("max_n"),
        py::arg("hash_count") = 0, py::arg("threads") = 1);
}

}  // namespace wordkin::bindings
