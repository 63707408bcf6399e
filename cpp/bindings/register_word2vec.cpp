// Training of Word2Vec, and the parts of it that Python shows or tests.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/registers.h"
#include "word2vec/hogwild.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using word2vec::Architecture;

Architecture architecture_named(const std::string& name) {
  if (name == "skipgram") return Architecture::kSkipGram;
  if (name == "cbow") return Architecture::kCbow;
  if (name == "touch") return Architecture::kTouch;
  throw std::invalid_argument("`architecture` must be skipgram, cbow or touch, got " + name);
}

kernels::Isa isa_from(const std::string& name) {
  const auto isa = kernels::isa_named(name);
  if (!isa) throw std::invalid_argument("`isa` must name an instruction set, got " + name);
  return *isa;
}

// Reads each field of the Python options by the name that the C++ field has.
word2vec::Options options_from(const py::object& o) {
  word2vec::Options options;
  options.architecture = architecture_named(o.attr("architecture").cast<std::string>());
  options.cbow_mean = o.attr("cbow_mean").cast<bool>();
  options.window = o.attr("window").cast<int>();
  options.shrink_windows = o.attr("shrink_windows").cast<bool>();
  options.negative = o.attr("negative").cast<int>();
  options.ns_exponent = o.attr("ns_exponent").cast<double>();
  options.hierarchical_softmax = o.attr("hierarchical_softmax").cast<bool>();
  options.sample = o.attr("sample").cast<double>();
  options.seed = o.attr("seed").cast<std::uint64_t>();
  options.job_words = o.attr("job_words").cast<std::int64_t>();
  options.isa = isa_from(o.attr("isa").cast<std::string>());
  return options;
}

memory::MatrixView<float> optional_matrix(const char* name, const py::object& object) {
  return object.is_none() ? memory::MatrixView<float>{} : matrix_view<float>(name, object, Access::kWrite);
}

// Owns the Hogwild of one train() and holds the arrays that its threads change.
class TrainingSession {
 public:
  TrainingSession(const py::object& options, py::object input, py::object nodes, py::object output,
                  py::object update_scale, const py::object& counts, std::size_t threads, double start_rate,
                  double end_rate, double planned_words, std::uint64_t first_stream)
      : input_(std::move(input)),
        nodes_(std::move(nodes)),
        output_(std::move(output)),
        update_scale_(std::move(update_scale)),
        rate_(start_rate, end_rate, planned_words) {
    word2vec::Parameters parameters;
    parameters.input = matrix_view<float>("input", input_, Access::kWrite);
    parameters.nodes = optional_matrix("nodes", nodes_);
    parameters.output = optional_matrix("output", output_);
    if (!update_scale_.is_none())
      parameters.update_scale = vector_view<const float>("update_scale", update_scale_, Access::kRead);
    hogwild_ = std::make_shared<word2vec::Hogwild>(options_from(options), parameters,
                                                   vector_view<const std::int64_t>("counts", counts, Access::kRead),
                                                   threads, rate_, first_stream);
  }
  ~TrainingSession() { close(); }

  void feed(const py::object& ids, const py::object& ends, std::int64_t raw_words) {
    const auto id = vector_view<const std::int32_t>("ids", ids, Access::kRead);
    const auto end = vector_view<const std::int64_t>("ends", ends, Access::kRead);
    const auto hogwild = running();
    const py::gil_scoped_release release;  // copies a block; the arrays are held by the caller
    hogwild->feed(id, end, raw_words);
  }
  void finish() { running()->finish(); }
  bool wait(std::size_t max_pending, double seconds) {
    const auto hogwild = running();
    const py::gil_scoped_release release;  // sleeps
    return hogwild->wait(max_pending, seconds);
  }
  // Stops the work; another thread may call it.
  void cancel() {
    const auto hogwild = running();
    const py::gil_scoped_release release;  // waits for the current windows
    hogwild->cancel();
    while (!hogwild->wait(0, 1.0)) {
    }
  }
  // Stops the work and joins the threads.
  void close() {
    auto hogwild = std::move(hogwild_);
    const py::gil_scoped_release release;  // joins threads; none of them needs Python
    hogwild.reset();
  }
  py::dict tally() const {
    const word2vec::Tally t = running()->tally();
    py::dict d;
    d["raw_words"] = t.raw_words;
    d["trained_words"] = t.trained_words;
    d["pairs"] = t.pairs;
    d["scores"] = t.scores;
    d["loss"] = t.loss;
    return d;
  }
  double learning_rate() const { return rate_.now(); }
  std::int64_t words() const { return rate_.words(); }
  std::size_t threads() const { return running()->threads(); }

 private:
  // Shared for the time of a call, so that no other thread closes the session under it.
  std::shared_ptr<word2vec::Hogwild> running() const {
    if (!hogwild_) throw std::runtime_error("this training session is closed");
    return hogwild_;
  }

  py::object input_, nodes_, output_, update_scale_;
  word2vec::LearningRate rate_;
  std::shared_ptr<word2vec::Hogwild> hogwild_;
};

py::array_t<std::uint32_t> keep_thresholds(const py::object& counts, double sample) {
  const word2vec::Subsampling subsampling(vector_view<const std::int64_t>("counts", counts, Access::kRead), sample);
  const auto thresholds = subsampling.thresholds();
  return py::array_t<std::uint32_t>(static_cast<py::ssize_t>(thresholds.size()), thresholds.data());
}

py::array_t<std::int32_t> draw_noise(const py::object& counts, double exponent, std::uint64_t seed, py::ssize_t size) {
  const word2vec::NegativeSampler sampler(vector_view<const std::int64_t>("counts", counts, Access::kRead), exponent);
  random::Generator generator(seed);
  py::array_t<std::int32_t> drawn(size);
  for (py::ssize_t i = 0; i < size; ++i) drawn.mutable_at(i) = sampler.draw(generator.next());
  return drawn;
}

// For each word the inner nodes of its path and the branch taken at each (0 or 1), from the root.
py::list huffman_paths(const py::object& counts) {
  const word2vec::HuffmanTree tree(vector_view<const std::int64_t>("counts", counts, Access::kRead));
  py::list paths;
  for (std::size_t word = 0; word < tree.words(); ++word) {
    const auto path = tree.path(static_cast<std::int32_t>(word));
    const auto length = static_cast<py::ssize_t>(path.nodes.size());
    py::array_t<std::int32_t> nodes(length, path.nodes.data());
    py::array_t<std::uint8_t> codes(length);
    for (py::ssize_t i = 0; i < length; ++i) codes.mutable_at(i) = path.signs[static_cast<std::size_t>(i)] > 0 ? 0 : 1;
    paths.append(py::make_tuple(nodes, codes));
  }
  return paths;
}

}  // namespace

void register_word2vec(py::module_& m) {
  auto w = m.def_submodule("word2vec", "Training of Word2Vec.");
  py::class_<TrainingSession>(w, "TrainingSession")
      .def(py::init<const py::object&, py::object, py::object, py::object, py::object, const py::object&, std::size_t,
                    double, double, double, std::uint64_t>(),
           py::arg("options"), py::kw_only(), py::arg("input"), py::arg("nodes"), py::arg("output"),
           py::arg("update_scale"), py::arg("counts"), py::arg("threads"), py::arg("start_rate"), py::arg("end_rate"),
           py::arg("planned_words"), py::arg("first_stream") = 0)
      .def("feed", &TrainingSession::feed, py::arg("ids"), py::arg("ends"), py::arg("raw_words"))
      .def("finish", &TrainingSession::finish)
      .def("wait", &TrainingSession::wait, py::arg("max_pending"), py::arg("seconds"))
      .def("cancel", &TrainingSession::cancel)
      .def("close", &TrainingSession::close)
      .def("tally", &TrainingSession::tally)
      .def_property_readonly("learning_rate", &TrainingSession::learning_rate)
      .def_property_readonly("words", &TrainingSession::words)
      .def_property_readonly("threads", &TrainingSession::threads);
  w.def("keep_thresholds", &keep_thresholds, py::arg("counts"), py::arg("sample"));
  w.def("draw_noise", &draw_noise, py::arg("counts"), py::arg("exponent"), py::arg("seed"), py::arg("size"));
  w.def("huffman_paths", &huffman_paths, py::arg("counts"));
}

}  // namespace wordkin::bindings
