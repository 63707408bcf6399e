// Counts and encodes text: blocks of bytes on a thread pool, lists of str under the interpreter lock.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/block_session.h"
#include "bindings/character_rows.h"
#include "bindings/gil.h"
#include "bindings/owned_array.h"
#include "bindings/python_strings.h"
#include "bindings/registers.h"
#include "bindings/text_preparer.h"
#include "bindings/token_lists.h"
#include "parallel/thread_pool.h"
#include "text/sentence_splitter.h"
#include "text/token_counter.h"
#include "text/token_encoder.h"
#include "text/word_table.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using text::Ids;
using text::SentenceRules;
using text::WordTable;

constexpr char kNotText = '\xff';  // first byte of words that are not text: no UTF-8 text has it

template <typename T>
py::array copied_array(std::span<const T> values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

SentenceRules checked_rules(std::int64_t max_sentence_length, bool line_is_sentence) {
  if (max_sentence_length < 1) throw std::invalid_argument("max_sentence_length must be at least 1");
  return {max_sentence_length, line_is_sentence};
}

std::span<const std::int32_t> checked_ids(const py::object& ids, std::size_t words) {
  const auto view = vector_view<const std::int32_t>("ids", ids, Access::kRead);
  for (const auto id : view)
    if (id < 0 || static_cast<std::size_t>(id) >= words)
      throw py::index_error("ids must be ids of words, got " + std::to_string(id));
  return view;
}

// keys: a mapping from words that are not str to bytes.
WordTable word_table_of(const py::iterable& words, const py::object& keys) {
  WordTable table;
  for (const auto& word : words) {
    const std::size_t known = table.size();
    table.insert(py::cast<std::string>(PyUnicode_Check(word.ptr()) ? word : keys[word]));
    if (table.size() == known) throw std::invalid_argument("words must be distinct");
  }
  return table;
}

// decode: called with the bytes of words that are not text.
py::list words_of(const WordTable& table, const py::object& ids, const py::object& decode) {
  const auto view = checked_ids(ids, table.size());
  py::list words(view.size());
  for (std::size_t i = 0; i < view.size(); ++i) {
    const std::string_view bytes = table.word(view[i]);
    py::object word;
    if (!bytes.empty() && bytes.front() == kNotText)
      word = decode(py::bytes(bytes.data(), bytes.size()));
    else
      word = str_from_utf8(bytes);
    PyList_SET_ITEM(words.ptr(), static_cast<py::ssize_t>(i), word.release().ptr());
  }
  return words;
}

// The id in `table` of each word of `words`, or -1.
py::array ids_in(const WordTable& table, const WordTable& words) {
  std::vector<std::int32_t> ids(words.size());
  for (std::size_t id = 0; id < ids.size(); ++id) ids[id] = table.find(words.word(static_cast<std::int32_t>(id)));
  return owned_array(std::move(ids));
}

class BlockCounter {
 public:
  BlockCounter(std::size_t workers, const SentenceRules& rules, bool keep_ids, std::size_t word_limit,
               std::shared_ptr<const TextPreparer> preparer)
      : rules_(rules),
        preparer_(std::move(preparer)),
        counters_(std::max<std::size_t>(workers, 1),
                  text::TokenCounter(keep_ids ? Ids::kKeep : Ids::kDiscard, word_limit)),
        session_(workers, [this](const text::TextBlock& block, std::size_t worker) {
          return with_prepared(preparer_, block.text, [&](std::span<const char> text) {
            return Counted{counters_[worker].count(text, block.number, rules_, block.continues_line, block.cancelled),
                           worker};
          });
        }) {}

  void submit(py::bytes block, bool continues_line) {
    if (counters_.empty()) throw std::invalid_argument("this counter has been merged already");
    session_.submit(std::move(block), continues_line);
  }
  void wait() { session_.wait(); }

  // (provisional ids, the worker that assigned them, words, sentences) of the next block.
  py::object take() {
    auto counted = session_.take();
    if (!counted) return py::none();
    const auto& block = counted->block;
    return py::make_tuple(copied_array(std::span<const std::int32_t>(block.ids)), counted->worker, block.words,
                          block.sentences);
  }

  // (table, counts, for each worker its provisional ids mapped to ids of the table). The counter is empty afterwards.
  py::tuple merge() {
    session_.wait();
    text::MergedCounts merged;
    {
      const GilRelease release;  // up to a second for tens of millions of distinct words
      merged = text::merge(std::move(counters_));
    }
    py::list ids;
    for (auto& worker_ids : merged.merged_ids) ids.append(owned_array(std::move(worker_ids)));
    return py::make_tuple(py::cast(std::move(merged.table)), owned_array(std::move(merged.counts)), ids);
  }

 private:
  struct Counted {
    text::RawBlock block;
    std::size_t worker = 0;
  };

  SentenceRules rules_;
  std::shared_ptr<const TextPreparer> preparer_;
  std::vector<text::TokenCounter> counters_;
  BlockSession<Counted> session_;
};

py::tuple encoded_tuple(text::EncodedIds&& encoded) {
  return py::make_tuple(owned_array(std::move(encoded.ids)), owned_array(std::move(encoded.ends)), encoded.raw_words,
                        encoded.raw_sentences);
}

class BlockEncoder {
 public:
  BlockEncoder(const WordTable& table, std::size_t workers, const SentenceRules& rules,
               std::shared_ptr<const TextPreparer> preparer)
      : rules_(rules),
        preparer_(std::move(preparer)),
        session_(workers, [this, &table](const text::TextBlock& block, std::size_t) {
          return with_prepared(preparer_, block.text, [&](std::span<const char> text) {
            return text::TokenEncoder(table).encode(text, rules_, block.continues_line, block.cancelled);
          });
        }) {}

  void submit(py::bytes block, bool continues_line) { session_.submit(std::move(block), continues_line); }
  void wait() { session_.wait(); }

  // (ids, ends, words, sentences) of the next block.
  py::object take() {
    auto encoded = session_.take();
    if (!encoded) return py::none();
    return encoded_tuple(std::move(*encoded));
  }

 private:
  SentenceRules rules_;
  std::shared_ptr<const TextPreparer> preparer_;
  BlockSession<text::EncodedIds> session_;
};

// Counts on one thread: lists of str, and text whose vocabulary must not exceed a limit.
class SequentialCounter {
 public:
  SequentialCounter(bool keep_ids, std::size_t word_limit)
      : counter_(keep_ids ? Ids::kKeep : Ids::kDiscard, word_limit) {}

  // Counts about `budget` words; false at the end of the sentences.
  bool count_sentences(TokenLists& sentences, std::int64_t budget, std::size_t max_words) {
    const std::int64_t until = sentences.words() + budget;
    while (sentences.words() < until)
      if (!sentences.next_sentence(counter_))
        return false;
      else if (counter_.table().size() > max_words)
        break;
    return true;
  }

  // Counts a block, beginning at `start`. Returns (words, sentences, bytes read, whether it stopped within a line).
  py::tuple count_text(const py::bytes& block, std::size_t start, const SentenceRules& rules, bool continues_line,
                       std::size_t max_words) {
    const auto view = bytes_view(block);
    if (start > view.size()) throw py::index_error("start must not exceed the size of the block");
    text::TokenCounter::PartialCount stretch;
    {
      const GilRelease release;  // tens of milliseconds; the caller holds the block
      if (start == 0) text::require_utf8(view);
      stretch = counter_.count_until(max_words, view.subspan(start), rules, continues_line);
    }
    return py::make_tuple(stretch.words, stretch.sentences, stretch.bytes, stretch.within_line);
  }

  py::array take_ids() { return owned_array(counter_.take_ids()); }
  void retain(const py::object& keep) { counter_.retain(vector_view<const bool>("keep", keep, Access::kRead)); }
  [[nodiscard]] std::size_t size() const { return counter_.table().size(); }
  [[nodiscard]] py::array counts() const { return copied_array(counter_.counts()); }
  [[nodiscard]] WordTable table() const { return counter_.table(); }

 private:
  text::TokenCounter counter_;
};

// The next sentences, with about `budget` words, as (ids, ends, words, sentences); None if no sentence is left.
py::object encode_sentences(const WordTable& table, TokenLists& sentences, std::int64_t budget) {
  text::TokenEncoder encoder(table, sentences.keeps_empty());
  const std::int64_t words = sentences.words(), number = sentences.sentences();
  while (sentences.words() - words < budget && sentences.next_sentence(encoder)) {
  }
  if (sentences.sentences() == number) return py::none();
  auto encoded = encoder.take();
  encoded.raw_words = sentences.words() - words;
  encoded.raw_sentences = sentences.sentences() - number;
  return encoded_tuple(std::move(encoded));
}

// Replaces provisional by final ids in each chunk, given the (counter, length) of its segments and the final ids of
// each counter. Returns the sentence ends of each chunk.
py::list renumber(const std::vector<py::object>& chunks,
                  const std::vector<std::vector<std::pair<std::size_t, std::size_t>>>& segments,
                  const std::vector<py::object>& final_ids, std::size_t workers) {
  if (chunks.size() != segments.size()) throw std::invalid_argument("segments must have one list per chunk");
  std::vector<std::span<const std::int32_t>> maps;
  maps.reserve(final_ids.size());
  for (const auto& map : final_ids) maps.push_back(vector_view<const std::int32_t>("final_ids", map, Access::kRead));
  std::vector<std::span<std::int32_t>> ids;
  std::vector<std::vector<text::RawSegment>> parts(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    ids.push_back(vector_view<std::int32_t>("chunks", chunks[i], Access::kWrite));
    for (const auto& [counter, length] : segments[i]) parts[i].push_back({length, maps.at(counter)});
  }
  std::vector<std::vector<std::int64_t>> ends(chunks.size());
  {
    const GilRelease release;  // some milliseconds per chunk; the caller holds the arrays
    parallel::ThreadPool pool(std::clamp<std::size_t>(workers, 1, std::max<std::size_t>(chunks.size(), 1)));
    pool.parallel_for(chunks.size(), [&](std::size_t i, std::size_t) { ends[i] = text::renumber(ids[i], parts[i]); });
  }
  py::list result;
  for (auto& chunk_ends : ends) result.append(owned_array(std::move(chunk_ends)));
  return result;
}

py::array ordered_by_count(const WordTable& table, const py::object& counts, const py::object& ids) {
  const auto count_view = vector_view<const std::int64_t>("counts", counts, Access::kRead);
  if (count_view.size() != table.size()) throw std::invalid_argument("counts must have one entry per word");
  const auto id_view = checked_ids(ids, table.size());
  return owned_array(text::ordered_by_count(table, count_view, {id_view.begin(), id_view.end()}));
}

// Where to split a line that is longer than a block: the end of its last complete sentence of `max_length` tokens, or
// 0. Line ends count as whitespace.
std::size_t cut_after_sentences(const py::bytes& block, std::int64_t max_length) {
  const GilRelease release;  // milliseconds; the caller holds the block
  const std::size_t size = bytes_view(block).size();
  text::TokenScanner scanner(bytes_view(block), text::HashSeed::fixed(0));  // keys are not used
  std::size_t cut = 0;
  std::int64_t length = 0;
  for (auto event = scanner.next(); event != text::ScanEvent::kEnd; event = scanner.next()) {
    if (event != text::ScanEvent::kToken || ++length < max_length) continue;
    if (scanner.offset() == size) break;  // the word may continue in the next block
    length = 0;
    cut = scanner.offset();
  }
  return cut;
}

// Throws TextError if the text is not UTF-8 or has a word that is too long.
void check_text(const py::bytes& block) {
  const GilRelease release;  // milliseconds; the caller holds the block
  text::require_utf8(bytes_view(block));
  text::TokenScanner scanner(bytes_view(block), text::HashSeed::fixed(0));  // keys are not used
  for (auto event = scanner.next(); event != text::ScanEvent::kEnd; event = scanner.next())
    if (event == text::ScanEvent::kToken) text::require_word_length(scanner);
}

void set_error(const char* type, const py::tuple& arguments) {
  const auto error = py::module_::import("wordkin._core").attr("text").attr(type);
  PyErr_SetObject(error.ptr(), arguments.ptr());
}

void register_errors(py::module_& t) {
  const auto add = [&t](const char* name, PyObject* base) {
    const auto qualified = "wordkin._core.text." + std::string(name);
    const auto type = py::reinterpret_steal<py::object>(PyErr_NewException(qualified.c_str(), base, nullptr));
    if (!type) throw py::error_already_set();
    t.attr(name) = type;
  };
  add("TextError", PyExc_ValueError);
  add("TooManyWordsError", PyExc_OverflowError);
  // pybind11 requires a parameter that is passed by value.
  py::register_local_exception_translator(
      [](std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param)
        try {
          if (thrown) std::rethrow_exception(thrown);
        } catch (const text::TextError& error) {
          set_error("TextError", py::make_tuple(error.what(), error.byte_offset()));
        } catch (const text::TooManyWords& error) {
          set_error("TooManyWordsError", py::make_tuple(error.what()));
        }
      });
}

text::SentenceUnit sentence_unit(const std::string& name) {
  if (name == "line") return text::SentenceUnit::kLine;
  if (name == "paragraph") return text::SentenceUnit::kParagraph;
  if (name == "sentence") return text::SentenceUnit::kSentence;
  throw std::invalid_argument("unit must be 'line', 'paragraph' or 'sentence', got " + name);
}

void register_preparation(py::module_& t) {
  py::class_<TextPreparer, std::shared_ptr<TextPreparer>>(t, "TextPreparer")
      .def(py::init([](const py::dict& tables, bool splits_words, bool lowercase, bool normalizes,
                       bool removes_arabic_marks, std::int64_t min_length, std::int64_t max_length,
                       const std::string& unit) {
             return std::make_shared<TextPreparer>(
                 tables, text::PreparationOptions{splits_words, lowercase, normalizes, removes_arabic_marks, min_length,
                                                  max_length, sentence_unit(unit)});
           }),
           py::arg("tables"), py::kw_only(), py::arg("splits_words"), py::arg("lowercase"), py::arg("normalizes"),
           py::arg("removes_arabic_marks"), py::arg("min_length"), py::arg("max_length"), py::arg("unit"))
      .def("prepare", &TextPreparer::prepare, py::arg("text"));
}

void register_counters(py::module_& t) {
  py::class_<BlockCounter>(t, "BlockCounter")
      .def(py::init([](std::size_t workers, const SentenceRules& rules, bool keep_ids, std::size_t word_limit,
                       const std::shared_ptr<TextPreparer>& preparer) {
             return std::make_unique<BlockCounter>(workers, rules, keep_ids, word_limit, preparer);
           }),
           py::arg("workers"), py::arg("rules"), py::kw_only(), py::arg("keep_ids"),
           py::arg("word_limit") = WordTable::kMaxWords, py::arg("preparer") = nullptr)
      .def("submit", &BlockCounter::submit, py::arg("block"), py::arg("continues_line"))
      .def("take", &BlockCounter::take)
      .def("wait", &BlockCounter::wait)
      .def("merge", &BlockCounter::merge);
  py::class_<SequentialCounter>(t, "SequentialCounter")
      .def(py::init<bool, std::size_t>(), py::kw_only(), py::arg("keep_ids"),
           py::arg("word_limit") = WordTable::kMaxWords)
      .def("__len__", &SequentialCounter::size)
      .def("count_sentences", &SequentialCounter::count_sentences, py::arg("sentences"), py::arg("budget"),
           py::arg("max_words"))
      .def("count_text", &SequentialCounter::count_text, py::arg("block"), py::arg("start"), py::arg("rules"),
           py::kw_only(), py::arg("continues_line"), py::arg("max_words"))
      .def("take_ids", &SequentialCounter::take_ids)
      .def("retain", &SequentialCounter::retain, py::arg("keep"))
      .def("counts", &SequentialCounter::counts)
      .def("table", &SequentialCounter::table);
}

void register_encoders(py::module_& t) {
  py::class_<BlockEncoder>(t, "BlockEncoder")
      .def(py::init([](const WordTable& table, std::size_t workers, const SentenceRules& rules,
                       const std::shared_ptr<TextPreparer>& preparer) {
             return std::make_unique<BlockEncoder>(table, workers, rules, preparer);
           }),
           py::arg("table"), py::arg("workers"), py::arg("rules"), py::kw_only(), py::arg("preparer") = nullptr,
           py::keep_alive<1, 2>())
      .def("submit", &BlockEncoder::submit, py::arg("block"), py::arg("continues_line"))
      .def("take", &BlockEncoder::take)
      .def("wait", &BlockEncoder::wait);
  t.def("encode_sentences", &encode_sentences, py::arg("table"), py::arg("sentences"), py::arg("budget"));
  t.def("renumber", &renumber, py::arg("chunks"), py::arg("segments"), py::arg("final_ids"), py::arg("workers"));
}

}  // namespace

void register_text(py::module_& m) {
  auto t = m.def_submodule("text", "Conversion of text and lists of str to word ids.");

  t.attr("max_word_bytes") = text::kMaxWordBytes;
  t.attr("not_text") = py::bytes(&kNotText, 1);
  register_errors(t);
  py::class_<SentenceRules>(t, "SentenceRules")
      .def(py::init(&checked_rules), py::arg("max_sentence_length"), py::arg("line_is_sentence"));
  py::class_<WordTable>(t, "WordTable")
      .def(py::init(&word_table_of), py::arg("words"), py::arg("keys") = py::none())
      .def("__len__", &WordTable::size)
      .def("words", &words_of, py::arg("ids"), py::arg("decode") = py::none())
      .def_property_readonly("memory_bytes", &WordTable::memory_bytes);
  py::class_<TokenLists>(t, "TokenLists")
      .def(py::init([](py::iterator sentences, std::string name, std::int64_t max_length, py::object keys,
                       bool keep_empty, bool keep_empty_sentences) {
             const Empty empty = keep_empty             ? Empty::kKeepSentencesAndTokens
                                 : keep_empty_sentences ? Empty::kKeepSentences
                                                        : Empty::kSkip;
             return TokenLists(std::move(sentences), std::move(name), max_length, empty, std::move(keys));
           }),
           py::arg("sentences"), py::arg("name"), py::arg("max_sentence_length"), py::arg("keys") = py::none(),
           py::kw_only(), py::arg("keep_empty") = false, py::arg("keep_empty_sentences") = false)
      .def_property_readonly("words", &TokenLists::words)
      .def_property_readonly("sentences", &TokenLists::sentences)
      .def_property_readonly("empty_tokens", &TokenLists::empty_tokens)
      .def_property_readonly("unsplit_sentences", &TokenLists::unsplit_sentences);
  register_preparation(t);
  register_counters(t);
  register_encoders(t);
  t.def("ids_in", &ids_in, py::arg("table"), py::arg("words"));
  t.def("ordered_by_count", &ordered_by_count, py::arg("table"), py::arg("counts"), py::arg("ids"));
  t.def("check_text", &check_text, py::arg("block"));
  t.def("cut_after_sentences", &cut_after_sentences, py::arg("block"), py::arg("max_length"));
  py::class_<CharacterFrame>(t, "CharacterFrame")
      .def(py::init<std::uint16_t, std::uint16_t, std::uint16_t, std::vector<std::pair<std::string, std::uint16_t>>>(),
           py::kw_only(), py::arg("begin_word"), py::arg("end_word"), py::arg("padding"), py::arg("whole_words"));
  t.def("fill_character_rows", &fill_character_rows, py::arg("rows"), py::arg("words"), py::kw_only(), py::arg("frame"),
        py::arg("whole_characters"));
}

}  // namespace wordkin::bindings
