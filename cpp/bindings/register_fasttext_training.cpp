// Supervised training of fastText models, and their quantisation, on arrays that Python owns.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/fasttext_dictionary.h"
#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "bindings/option_fields.h"
#include "bindings/registers.h"
#include "fasttext/initial_rows.h"
#include "fasttext/line_encoder.h"
#include "fasttext/line_jobs.h"
#include "fasttext/product_quantization.h"
#include "fasttext/token_rows.h"
#include "fasttext/training_loss.h"
#include "parallel/thread_pool.h"

namespace py = pybind11;
namespace ft = wordkin::fasttext;

namespace wordkin::bindings {
namespace {

template <typename T>
py::array_t<T> copied(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::list bytes_of(const text::WordTable& table, const std::vector<std::int32_t>& ids) {
  py::list words(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string_view word = table.word(ids[i]);
    words[i] = py::bytes(word.data(), word.size());
  }
  return words;
}

class Encoder {
 public:
  explicit Encoder(const py::bytes& label_prefix) : encoder_(static_cast<std::string>(label_prefix)) {}

  void add(const py::bytes& block) {
    const auto text = static_cast<std::string_view>(block);
    const GilRelease release;  // milliseconds; the caller holds the block
    encoder_.add(text);
  }
  void finish() { encoder_.finish(); }
  py::tuple take() {
    const ft::EncodedLines lines = encoder_.take();
    return py::make_tuple(copied(lines.ids), copied(lines.ends));
  }
  // Returns words, their counts, labels, and their counts.
  py::tuple choose(std::int64_t min_count, std::int64_t min_count_label, const std::vector<py::bytes>& extra) {
    std::vector<std::string_view> words;
    words.reserve(extra.size());
    for (const py::bytes& word : extra) words.push_back(static_cast<std::string_view>(word));
    ft::ChosenEntries chosen;
    {
      const GilRelease release;  // sorts all tokens; the caller holds the words
      chosen = encoder_.choose({min_count, min_count_label}, words);
    }
    return py::make_tuple(bytes_of(encoder_.table(), chosen.words), copied(chosen.word_counts),
                          bytes_of(encoder_.table(), chosen.labels), copied(chosen.label_counts));
  }
  [[nodiscard]] const ft::LineEncoder& get() const { return encoder_; }

 private:
  ft::LineEncoder encoder_;
};

memory::MatrixView<float> padded_rows(const char* name, const py::object& rows) {
  const auto matrix = matrix_view<float>(name, rows, Access::kWrite);
  require(matrix.columns % kernels::kRowMultiple == 0 && reinterpret_cast<std::uintptr_t>(matrix.data) % 64 == 0,
          "rows must be padded and aligned");
  return matrix;
}

// One run of training. The arrays are those of the caller, who keeps the encoder.
class SupervisedSession {
 public:
  SupervisedSession(const py::object& options, const py::object& encoder, const py::bytes& entries,
                    const py::object& offsets, const py::object& pruned, py::object input, py::object output,
                    const py::object& label_counts, std::size_t threads, const std::string& isa, double start_rate,
                    double planned_tokens, std::uint64_t first_job, std::int64_t tokens_before)
      : held_{std::move(input), std::move(output), encoder}, rate_(start_rate, 0.0, planned_tokens, tokens_before) {
    const auto input_rows = padded_rows("input", held_[0]), output_rows = padded_rows("output", held_[1]);
    CheckedDictionary checked = dictionary_of(options, entries, offsets, pruned);
    const auto counts = vector_view<const std::int64_t>("label_counts", label_counts, Access::kRead);
    require(input_rows.rows >= checked.rows, "input must have a row for each word and bucket");
    require(static_cast<std::int64_t>(counts.size()) == checked.labels && output_rows.rows >= checked.labels,
            "output and label_counts must have a row for each label");
    require(input_rows.columns == output_rows.columns, "input and output must have the same number of columns");
    dictionary_ = std::move(checked.dictionary);
    const auto& table = encoder.cast<const Encoder&>().get().table();
    const auto loss = choice_field(options, "loss", kFastTextLosses);
    const std::int64_t negatives = size_field(options, "negatives");
    const ft::LineJobOptions job_options{field<std::uint64_t>(options, "seed"), size_field(options, "job_tokens"),
                                         size_field(options, "rate_tokens"), first_job};
    const kernels::KernelTable& kernels = kernels_named(isa);
    const GilRelease release;  // hashes all tokens; the caller holds the arrays
    tokens_ = std::make_unique<const ft::TokenRows>(*dictionary_, table);
    loss_ = std::make_unique<const ft::TrainingLoss>(output_rows, loss, counts, negatives, kernels);
    jobs_ = std::make_shared<ft::LineJobs>(ft::LineModel{*tokens_, input_rows, *loss_, kernels}, rate_, threads,
                                           job_options);
  }
  ~SupervisedSession() { close(); }  // NOLINT(bugprone-exception-escape): joining threads does not throw
  SupervisedSession(const SupervisedSession&) = delete;
  SupervisedSession& operator=(const SupervisedSession&) = delete;

  void feed(const py::object& ids, const py::object& ends) {
    const auto id = vector_view<const std::int32_t>("ids", ids, Access::kRead);
    const auto end = vector_view<const std::int64_t>("ends", ends, Access::kRead);
    const auto jobs = running();
    const GilRelease release;  // copies a block; the caller holds the arrays
    jobs->feed(id, end);
  }
  void finish() { running()->finish(); }
  bool wait(std::size_t max_pending, double seconds) {
    const auto jobs = running();
    check_interruption();
    const GilRelease release;  // sleeps
    return jobs->wait(max_pending, seconds);
  }
  void close() {
    auto jobs = std::move(jobs_);
    const GilRelease release;  // joins threads, none of which needs Python
    jobs.reset();
  }
  [[nodiscard]] py::dict tally() const {
    const ft::LineTally t = running()->tally();
    py::dict d;
    d["tokens"] = t.tokens;
    d["lines"] = t.lines;
    d["trained_lines"] = t.trained_lines;
    d["loss"] = t.loss;
    return d;
  }
  [[nodiscard]] double learning_rate() const { return rate_.now(); }
  [[nodiscard]] std::int64_t tokens() const { return rate_.words(); }
  [[nodiscard]] std::size_t threads() const { return running()->threads(); }
  [[nodiscard]] std::uint64_t jobs() const { return running()->jobs(); }

 private:
  // Shared for the duration of a call, so that no other thread closes the session during it.
  [[nodiscard]] std::shared_ptr<ft::LineJobs> running() const {
    if (!jobs_) throw std::runtime_error("this training session is closed");
    return jobs_;
  }

  std::vector<py::object> held_;
  word2vec::LearningRate rate_;
  std::unique_ptr<const ft::Dictionary> dictionary_;
  std::unique_ptr<const ft::TokenRows> tokens_;
  std::unique_ptr<const ft::TrainingLoss> loss_;
  std::shared_ptr<ft::LineJobs> jobs_;  // last: its threads are joined before what they use is destroyed
};

void fill_uniform(const py::object& rows, float limit, std::uint64_t seed, std::size_t threads) {
  const auto matrix = matrix_view<float>("rows", rows, Access::kWrite);
  const GilRelease release;  // up to a second; the caller holds the matrix
  const auto pool = parallel::pool_of(threads);
  ft::fill_uniform(matrix, limit, seed, pool.get());
}

// codes: OUT (rows, parts). centroids: OUT (256 * columns), part after part. norms: (rows), or None.
void quantize(const py::object& codes, const py::object& centroids, const py::object& rows, const py::object& norms,
              std::int64_t part_columns, std::uint64_t seed, std::size_t threads, const std::string& isa) {
  const auto matrix = matrix_view<const float>("rows", rows, Access::kRead);
  const auto code = matrix_view<std::uint8_t>("codes", codes, Access::kWrite);
  const auto centroid = vector_view<float>("centroids", centroids, Access::kWrite);
  std::span<const float> norm;
  if (!norms.is_none()) norm = vector_view<const float>("norms", norms, Access::kRead);
  require(part_columns >= 1 && part_columns <= matrix.columns, "part_columns must be from 1 to the number of columns");
  const std::int64_t parts = (matrix.columns + part_columns - 1) / part_columns;
  require(matrix.rows >= kernels::kCodes && code.rows == matrix.rows && code.columns == parts &&
              static_cast<std::int64_t>(centroid.size()) == matrix.columns * kernels::kCodes &&
              (norm.empty() || static_cast<std::int64_t>(norm.size()) == matrix.rows),
          "rows must have at least 256 rows, and codes, centroids and norms must have their sizes");
  const kernels::KernelTable& kernels = kernels_named(isa);
  std::atomic<bool> cancelled{false};
  parallel::ThreadPool pool(threads);
  for (std::int64_t part = 0; part < parts; ++part)
    pool.submit([&, part](std::size_t) {
      const std::int64_t first = part * part_columns;
      const ft::RowPart columns{matrix, norm, first, std::min(part_columns, matrix.columns - first)};
      float* const table = centroid.data() + first * kernels::kCodes;
      ft::train_centroids(table, columns, seed, static_cast<std::uint64_t>(part), kernels, cancelled);
      ft::encode_part(code.data + part, code.pitch, table, columns, kernels, cancelled);
    });
  try {
    wait_interruptibly([&](double seconds) { return pool.wait(0, seconds); });
  } catch (...) {
    cancelled.store(true, std::memory_order_relaxed);
    pool.discard_queued();
    const GilRelease release;  // waits for the rounds that run
    pool.wait_all();
    throw;
  }
}

}  // namespace

void register_fasttext_training(py::module_& m) {
  auto f = m.attr("fasttext").cast<py::module_>();
  py::class_<Encoder>(f, "LineEncoder")
      .def(py::init<const py::bytes&>(), py::arg("label_prefix"))
      .def("add", &Encoder::add, py::arg("block"))
      .def("finish", &Encoder::finish)
      .def("take", &Encoder::take)
      .def("choose", &Encoder::choose, py::kw_only(), py::arg("min_count"), py::arg("min_count_label"),
           py::arg("extra"))
      .def_property_readonly("tokens", [](const Encoder& e) { return e.get().tokens(); })
      .def_property_readonly("lines", [](const Encoder& e) { return e.get().lines(); });
  py::class_<SupervisedSession>(f, "SupervisedSession")
      .def(py::init<const py::object&, const py::object&, const py::bytes&, const py::object&, const py::object&,
                    py::object, py::object, const py::object&, std::size_t, const std::string&, double, double,
                    std::uint64_t, std::int64_t>(),
           py::arg("options"), py::kw_only(), py::arg("encoder"), py::arg("entries"), py::arg("offsets"),
           py::arg("pruned"), py::arg("input"), py::arg("output"), py::arg("label_counts"), py::arg("threads"),
           py::arg("isa"), py::arg("start_rate"), py::arg("planned_tokens"), py::arg("first_job"),
           py::arg("tokens_before"))
      .def("feed", &SupervisedSession::feed, py::arg("ids"), py::arg("ends"))
      .def("finish", &SupervisedSession::finish)
      .def("wait", &SupervisedSession::wait, py::arg("max_pending"), py::arg("seconds"))
      .def("close", &SupervisedSession::close)
      .def("tally", &SupervisedSession::tally)
      .def_property_readonly("learning_rate", &SupervisedSession::learning_rate)
      .def_property_readonly("tokens", &SupervisedSession::tokens)
      .def_property_readonly("threads", &SupervisedSession::threads)
      .def_property_readonly("jobs", &SupervisedSession::jobs);
  f.def("fill_uniform", &fill_uniform, py::arg("rows"), py::kw_only(), py::arg("limit"), py::arg("seed"),
        py::arg("threads"));
  f.def("quantize", &quantize, py::arg("codes"), py::arg("centroids"), py::arg("rows"), py::kw_only(), py::arg("norms"),
        py::arg("part_columns"), py::arg("seed"), py::arg("threads"), py::arg("isa"));
}

}  // namespace wordkin::bindings
