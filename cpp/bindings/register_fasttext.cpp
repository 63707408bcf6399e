// Predictions and vectors by fastText models, whose arrays Python owns.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/fasttext_dictionary.h"
#include "bindings/gil.h"
#include "bindings/option_fields.h"
#include "bindings/registers.h"
#include "fasttext/dictionary.h"
#include "fasttext/output_layer.h"
#include "fasttext/predictor.h"
#include "fasttext/row_matrix.h"
#include "parallel/thread_pool.h"
#include "text/subwords.h"

namespace py = pybind11;
namespace ft = wordkin::fasttext;

namespace wordkin::bindings {
namespace {

ft::ProductQuantizer quantizer_of(const py::object& given) {
  ft::ProductQuantizer quantizer;
  quantizer.columns = size_field(given, "columns");
  quantizer.part_columns = size_field(given, "part_columns");
  quantizer.centroids = vector_view<const float>("centroids", given.attr("centroids"), Access::kRead);
  require(quantizer.part_columns >= 1 && quantizer.part_columns <= quantizer.columns &&
              static_cast<std::int64_t>(quantizer.centroids.size()) == quantizer.columns * ft::kCentroids,
          "quantisers must have 256 centroids for each part");
  return quantizer;
}

ft::RowMatrix matrix_of(const py::object& given) {
  if (py::hasattr(given, "quantizer")) {
    ft::QuantizedRows quantized;
    quantized.rows = quantizer_of(given.attr("quantizer"));
    const auto codes = matrix_view<const std::uint8_t>("codes", given.attr("codes"), Access::kRead);
    require(codes.columns == quantized.rows.parts() && (codes.rows <= 1 || codes.pitch == codes.columns),
            "codes must have one column for each part");
    quantized.codes = {codes.data, static_cast<std::size_t>(codes.rows * codes.columns)};
    if (const py::object norms = given.attr("norm_codes"); !norms.is_none()) {
      quantized.norm_codes = vector_view<const std::uint8_t>("norm_codes", norms, Access::kRead);
      quantized.norms = quantizer_of(given.attr("norm_quantizer"));
      require(static_cast<std::int64_t>(quantized.norm_codes.size()) == codes.rows && quantized.norms.columns == 1,
              "norm_codes must have one entry for each row");
    }
    return {quantized, codes.rows};
  }
  // The floats of a mapped file may be unaligned, so they are viewed as bytes.
  const auto bytes = matrix_view<const std::uint8_t>("matrix", given, Access::kRead);
  require(bytes.columns % static_cast<std::int64_t>(sizeof(float)) == 0, "matrix must be bytes of floats");
  const std::int64_t size = bytes.rows == 0 ? 0 : (bytes.rows - 1) * bytes.pitch + bytes.columns;
  return {{reinterpret_cast<const std::byte*>(bytes.data), static_cast<std::size_t>(size)},
          bytes.rows,
          bytes.columns / static_cast<std::int64_t>(sizeof(float)),
          bytes.pitch};
}

// The texts as UTF-8, which the str objects hold; a tuple, so that no other thread can remove them meanwhile.
std::vector<std::string_view> utf8_of(const py::tuple& texts) {
  std::vector<std::string_view> views;
  views.reserve(texts.size());
  for (const py::handle text : texts) {
    Py_ssize_t size = 0;
    const char* const data = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
    if (data == nullptr) throw py::error_already_set();
    views.emplace_back(data, static_cast<std::size_t>(size));
  }
  return views;
}

class FastTextPredictor {
 public:
  FastTextPredictor(const py::object& options, const py::bytes& entries, const py::object& offsets,
                    const py::object& pruned, const py::object& input, const py::object& output,
                    const py::object& label_counts)
      : held_{input, output, label_counts}, input_(matrix_of(input)) {
    CheckedDictionary checked = dictionary_of(options, entries, offsets, pruned);
    require(input_.rows() >= checked.rows, "input must have a row for each word and bucket");
    dictionary_ = std::move(checked.dictionary);
    if (output.is_none()) return;
    const auto matrix = matrix_of(output);
    const auto counts = vector_view<const std::int64_t>("label_counts", label_counts, Access::kRead);
    require(matrix.rows() >= checked.labels && static_cast<std::int64_t>(counts.size()) == checked.labels,
            "output and label_counts must have a row for each label");
    require(matrix.columns() == input_.columns(), "input and output must have the same number of columns");
    output_ = std::make_unique<const ft::OutputLayer>(matrix, choice_field(options, "loss", kFastTextLosses), counts);
  }

  // Returns the ends of each text's labels, the labels, and their probabilities.
  py::tuple predict(const py::tuple& texts, std::int64_t labels, float threshold, std::size_t threads) const {
    require(output_ != nullptr, "only supervised models predict labels");
    require(labels >= 1, "labels must be at least 1");
    const auto views = utf8_of(texts);
    ft::Predictions found;
    {
      const GilRelease release;  // reads the model and the texts, which the caller holds
      const auto pool = parallel::pool_of(threads);
      found = ft::Predictor(*dictionary_, input_)
                  .predict(views, *output_, {std::min(labels, output_->labels()), threshold}, pool.get());
    }
    return py::make_tuple(array_of(found.ends), array_of(found.labels), array_of(found.probabilities));
  }

  // Returns the names of the labels of one text and their probabilities; None if the text has a line feed or cannot be
  // encoded.
  py::object predict_one(const py::str& text, const py::tuple& names, std::int64_t labels, float threshold) const {
    require(output_ != nullptr, "only supervised models predict labels");
    require(labels >= 1, "labels must be at least 1");
    require(static_cast<std::int64_t>(names.size()) == output_->labels(), "names must have one entry for each label");
    Py_ssize_t size = 0;
    const char* const data = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
    if (data == nullptr) {
      if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
      PyErr_Clear();
      return py::none();
    }
    const std::string_view view(data, static_cast<std::size_t>(size));
    if (view.find('\n') != std::string_view::npos) return py::none();
    auto scratch = scratch_.take();
    {
      const GilRelease release;  // reads the model and the text, which the caller holds
      ft::Predictor(*dictionary_, input_)
          .predict_line(*scratch, view, *output_, {std::min(labels, output_->labels()), threshold});
    }
    const auto& best = scratch->best;
    py::tuple found(best.size());
    py::array_t<float> probabilities(static_cast<py::ssize_t>(best.size()));
    float* next = probabilities.mutable_data();
    for (std::size_t i = 0; i < best.size(); ++i) {
      found[i] = names[static_cast<std::size_t>(best[i].second)];
      *next++ = ft::probability_of(best[i].first);
    }
    scratch_.give_back(std::move(scratch));
    return py::make_tuple(std::move(found), std::move(probabilities));
  }

  void line_vectors(const py::object& out, const py::tuple& texts, std::size_t threads) const {
    fill(out, texts, threads, &ft::Predictor::line_vectors);
  }

  void word_vectors(const py::object& out, const py::tuple& words, std::size_t threads) const {
    fill(out, words, threads, &ft::Predictor::word_vectors);
  }

  [[nodiscard]] std::int32_t find(const py::str& entry) const {
    return dictionary_->find(utf8_of(py::make_tuple(entry)).front());
  }

  // Returns the ends of each text's labels, the labels, and whether the text has rows.
  [[nodiscard]] py::tuple gold(const py::tuple& texts) const {
    const auto views = utf8_of(texts);
    std::vector<std::int64_t> ends;
    std::vector<std::int32_t> labels;
    py::array_t<bool> has_rows(static_cast<py::ssize_t>(views.size()));
    bool* next = has_rows.mutable_data();
    {
      const GilRelease release;  // as for predict
      ft::Line line;
      for (const auto& view : views) {
        dictionary_->read_line(line, view, ft::LineEnd::kLineFeed);
        labels.insert(labels.end(), line.labels.begin(), line.labels.end());
        ends.push_back(static_cast<std::int64_t>(labels.size()));
        *next++ = !line.rows.empty();
      }
    }
    return py::make_tuple(array_of(ends), array_of(labels), has_rows);
  }

  // The row of a subword's bucket, or -1 if it is not kept.
  [[nodiscard]] std::int32_t subword_row(const py::str& subword) const {
    const auto& options = dictionary_->options();
    if (options.buckets == 0) return -1;
    const auto hash = text::subword_hash(utf8_of(py::make_tuple(subword)).front());
    return dictionary_->row_of_bucket(static_cast<std::int64_t>(hash) % options.buckets);
  }

 private:
  template <typename T>
  static py::array_t<T> array_of(const std::vector<T>& values) {
    return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
  }

  template <typename Method>
  void fill(const py::object& out, const py::tuple& texts, std::size_t threads, const Method& method) const {
    const auto vectors = matrix_view<float>("out", out, Access::kWrite);
    require(vectors.rows == static_cast<std::int64_t>(texts.size()) && vectors.columns == input_.columns(),
            "out must have one row for each text");
    const auto views = utf8_of(texts);
    const GilRelease release;  // as for predict
    const auto pool = parallel::pool_of(threads);
    const ft::Predictor predictor(*dictionary_, input_);
    (predictor.*method)(vectors, views, pool.get());
  }

  // Memory for texts that are predicted one at a time, at most as much as threads have used at the same time.
  class ScratchPool {
   public:
    std::unique_ptr<ft::PredictionScratch> take() {
      const std::lock_guard lock(mutex_);
      if (free_.empty()) return std::make_unique<ft::PredictionScratch>();
      auto scratch = std::move(free_.back());
      free_.pop_back();
      return scratch;
    }
    void give_back(std::unique_ptr<ft::PredictionScratch> scratch) {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(scratch));
    }

   private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<ft::PredictionScratch>> free_;
  };

  std::vector<py::object> held_;  // the arrays that the model reads
  ft::RowMatrix input_;
  std::unique_ptr<const ft::Dictionary> dictionary_;
  std::unique_ptr<const ft::OutputLayer> output_;
  mutable ScratchPool scratch_;
};

// The subwords of a word as positions in its UTF-8 form with '<' and '>'.
std::vector<std::pair<std::size_t, std::size_t>> subword_spans(const py::str& word, std::int64_t min_n,
                                                               std::int64_t max_n) {
  std::string bounded = "<" + static_cast<std::string>(word) + ">";
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  text::for_each_subword(bounded, min_n, max_n,
                         [&](std::uint32_t, std::size_t begin, std::size_t end) { spans.emplace_back(begin, end); });
  return spans;
}

}  // namespace

void register_fasttext(py::module_& m) {
  auto f = m.def_submodule("fasttext", "Predictions and vectors by fastText models.");
  py::class_<FastTextPredictor>(f, "Predictor")
      .def(py::init<const py::object&, const py::bytes&, const py::object&, const py::object&, const py::object&,
                    const py::object&, const py::object&>(),
           py::arg("options"), py::kw_only(), py::arg("entries"), py::arg("offsets"), py::arg("pruned"),
           py::arg("input"), py::arg("output"), py::arg("label_counts"))
      .def("predict", &FastTextPredictor::predict, py::arg("texts"), py::kw_only(), py::arg("labels"),
           py::arg("threshold"), py::arg("threads"))
      .def("predict_one", &FastTextPredictor::predict_one, py::arg("text"), py::arg("names"), py::arg("labels"),
           py::arg("threshold"))
      .def("line_vectors", &FastTextPredictor::line_vectors, py::arg("out"), py::arg("texts"), py::kw_only(),
           py::arg("threads"))
      .def("word_vectors", &FastTextPredictor::word_vectors, py::arg("out"), py::arg("words"), py::kw_only(),
           py::arg("threads"))
      .def("find", &FastTextPredictor::find, py::arg("entry"))
      .def("gold", &FastTextPredictor::gold, py::arg("texts"))
      .def("subword_row", &FastTextPredictor::subword_row, py::arg("subword"));
  f.def("subword_spans", &subword_spans, py::arg("word"), py::kw_only(), py::arg("min_n"), py::arg("max_n"));
}

}  // namespace wordkin::bindings
