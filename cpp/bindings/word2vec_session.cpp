#include "bindings/word2vec_session.h"

#include <pybind11/stl.h>

#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "bindings/array_views.h"
#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "bindings/word2vec_options.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

memory::MatrixView<float> optional_matrix(const char* name, const py::object& object) {
  return object.is_none() ? memory::MatrixView<float>{} : matrix_view<float>(name, object, Access::kWrite);
}

// Replaces `given` by a tuple of its arrays, which the caller holds: the object may be changed meanwhile.
word2vec::Subwords subwords_from(py::object& given) {
  const py::object rows = given.attr("rows"), starts = given.attr("starts"), buckets = given.attr("buckets"),
                   scale = given.attr("update_scale");
  word2vec::Subwords subwords;
  subwords.rows = matrix_view<float>("rows", rows, Access::kWrite);
  subwords.starts = vector_view<const std::int64_t>("starts", starts, Access::kRead);
  subwords.buckets = vector_view<const std::int32_t>("buckets", buckets, Access::kRead);
  if (!scale.is_none()) subwords.update_scale = vector_view<const float>("update_scale", scale, Access::kRead);
  given = py::make_tuple(rows, starts, buckets, scale);
  return subwords;
}

}  // namespace

word2vec::Parameters parameters_of(TrainingArrays& arrays) {
  word2vec::Parameters parameters;
  parameters.input = matrix_view<float>("input", arrays.input, Access::kWrite);
  parameters.nodes = optional_matrix("nodes", arrays.nodes);
  parameters.output = optional_matrix("output", arrays.output);
  parameters.tags = optional_matrix("tags", arrays.tags);
  if (!arrays.update_scale.is_none())
    parameters.update_scale = vector_view<const float>("update_scale", arrays.update_scale, Access::kRead);
  if (!arrays.tag_update_scale.is_none())
    parameters.tag_update_scale = vector_view<const float>("tag_update_scale", arrays.tag_update_scale, Access::kRead);
  if (!arrays.subwords.is_none()) parameters.subwords = subwords_from(arrays.subwords);
  return parameters;
}

TrainingSession::TrainingSession(const py::object& options, const py::object& documents, TrainingArrays arrays,
                                 const RatePlan& rate, Workers workers, const kernels::KernelTable& kernels,
                                 const word2vec::JobNumbers& jobs)
    : arrays_(std::move(arrays)),
      replicas_(std::move(workers.replicas)),
      kernels_(kernels),
      rate_(rate.start, rate.end, rate.planned_words, rate.words_before, rate.word_weight) {
  word2vec::Options checked = word2vec_options_from(options);
  if (!documents.is_none()) checked.documents = document_options_from(documents);
  const word2vec::Parameters parameters = parameters_of(arrays_);
  if (parameters.subwords && !replicas_.empty()) throw std::invalid_argument("replicas must not have subwords");
  word2vec::Division division{workers.threads, {}, workers.period_jobs};
  for (const auto& replica : replicas_) {
    TrainingArrays own = arrays_;
    std::tie(own.input, own.nodes, own.output, own.tags) =
        py::cast<std::tuple<py::object, py::object, py::object, py::object>>(replica);
    division.replicas.push_back(parameters_of(own));
  }
  hogwild_ = std::make_shared<word2vec::Hogwild>(
      checked, parameters, vector_view<const std::int64_t>("counts", arrays_.counts, Access::kRead), kernels_, division,
      rate_, jobs);
}

void TrainingSession::start_period(std::int64_t words) {
  const auto hogwild = running();
  const GilRelease release;  // takes the lock of the pool
  hogwild->start_period(words);
}

void TrainingSession::combine(std::int64_t words) {
  const auto hogwild = running();
  const GilRelease release;  // combines rows for milliseconds
  hogwild->combine(words);
}

void TrainingSession::feed(const py::object& ids, const py::object& ends, std::int64_t raw_words,
                           const py::object& tags, const py::object& tag_ends) {
  const word2vec::SentenceBlock sentences{vector_view<const std::int32_t>("ids", ids, Access::kRead),
                                          vector_view<const std::int64_t>("ends", ends, Access::kRead)};
  word2vec::TagBlock tag_block;
  if (!tags.is_none()) tag_block.ids = vector_view<const std::int32_t>("tags", tags, Access::kRead);
  if (!tag_ends.is_none()) tag_block.ends = vector_view<const std::int64_t>("tag_ends", tag_ends, Access::kRead);
  const auto hogwild = running();
  const GilRelease release;  // copies a block; the caller holds the arrays
  hogwild->feed(sentences, raw_words, tag_block);
}

bool TrainingSession::wait(std::size_t max_pending, double seconds) {
  const auto hogwild = running();
  check_interruption();
  const GilRelease release;  // sleeps
  return hogwild->wait(max_pending, seconds);
}

void TrainingSession::discard_queued() {
  const auto hogwild = running();
  const GilRelease release;  // takes the lock of the pool
  hogwild->discard_queued();
}

void TrainingSession::cancel() {
  const auto hogwild = running();
  const GilRelease release;  // waits for the current windows
  hogwild->cancel();
  while (!hogwild->wait(0, 1.0)) {
  }
}

void TrainingSession::close() {
  auto hogwild = std::move(hogwild_);
  const GilRelease release;  // joins threads, none of which needs Python
  hogwild.reset();
}

py::dict TrainingSession::tally() const {
  const word2vec::Tally t = running()->tally();
  py::dict d;
  d["raw_words"] = t.raw_words;
  d["trained_words"] = t.trained_words;
  d["pairs"] = t.pairs;
  d["scores"] = t.scores;
  d["loss"] = t.loss;
  return d;
}

std::shared_ptr<word2vec::Hogwild> TrainingSession::running() const {
  if (!hogwild_) throw std::runtime_error("this training session is closed");
  return hogwild_;
}

void define_session(py::class_<TrainingSession>& c, kernels::KernelTable (*choose)(const std::string& isa)) {
  const auto construct = [choose](const py::object& options, py::object input, py::object nodes, py::object output,
                                  py::object update_scale, py::object counts, std::size_t threads,
                                  const std::string& isa, double start_rate, double end_rate, double planned_words,
                                  std::uint64_t first_stream, std::uint64_t stream_step, std::int64_t words_before,
                                  std::int64_t word_weight, std::uint64_t skipped_jobs, py::list replicas,
                                  std::uint64_t period_jobs, const py::object& documents, py::object tags,
                                  py::object tag_update_scale, py::object subwords) {
    TrainingArrays arrays{std::move(input),  std::move(nodes), std::move(output),           std::move(update_scale),
                          std::move(counts), std::move(tags),  std::move(tag_update_scale), std::move(subwords)};
    return std::make_unique<TrainingSession>(options, documents, std::move(arrays),
                                             RatePlan{start_rate, end_rate, planned_words, words_before, word_weight},
                                             Workers{threads, std::move(replicas), period_jobs}, choose(isa),
                                             word2vec::JobNumbers{first_stream, stream_step, skipped_jobs});
  };
  c.def(py::init(construct), py::arg("options"), py::kw_only(), py::arg("input"), py::arg("nodes"), py::arg("output"),
        py::arg("update_scale"), py::arg("counts"), py::arg("threads"), py::arg("isa"), py::arg("start_rate"),
        py::arg("end_rate"), py::arg("planned_words"), py::arg("first_stream") = 0, py::arg("stream_step") = 1,
        py::arg("words_before") = 0, py::arg("word_weight") = 1, py::arg("skipped_jobs") = 0,
        py::arg("replicas") = py::list(), py::arg("period_jobs") = 0, py::arg("documents") = py::none(),
        py::arg("tags") = py::none(), py::arg("tag_update_scale") = py::none(), py::arg("subwords") = py::none());
  c.def("feed", &TrainingSession::feed, py::arg("ids"), py::arg("ends"), py::arg("raw_words"),
        py::arg("tags") = py::none(), py::arg("tag_ends") = py::none())
      .def("finish", &TrainingSession::finish)
      .def_property_readonly("period_is_full", &TrainingSession::period_is_full)
      .def("start_period", &TrainingSession::start_period, py::arg("words"))
      .def("combine", &TrainingSession::combine, py::arg("words"))
      .def("wait", &TrainingSession::wait, py::arg("max_pending"), py::arg("seconds"))
      .def("discard_queued", &TrainingSession::discard_queued)
      .def("cancel", &TrainingSession::cancel)
      .def("close", &TrainingSession::close)
      .def("tally", &TrainingSession::tally)
      .def_property_readonly("learning_rate", &TrainingSession::learning_rate)
      .def_property_readonly("words", &TrainingSession::words)
      .def_property_readonly("finished_jobs", &TrainingSession::finished_jobs)
      .def_property_readonly("threads", &TrainingSession::threads);
}

}  // namespace wordkin::bindings
