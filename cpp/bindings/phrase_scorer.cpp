#include "bindings/phrase_scorer.h"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "bindings/gil.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

double as_double(const py::handle& number) {
  const double value = PyFloat_AsDouble(number.ptr());
  if (value == -1.0 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return value;
}

// Caches the results: a call into Python costs a microsecond, and most phrases share their counts with many others.
class PythonScorer {
 public:
  PythonScorer(py::object function, std::int64_t vocabulary_size, py::object min_count, std::int64_t corpus_words)
      : function_(std::move(function)) {
    fixed_arguments_["len_vocab"] = vocabulary_size;
    fixed_arguments_["min_count"] = std::move(min_count);
    fixed_arguments_["corpus_word_count"] = corpus_words;
  }

  double operator()(const phrases::CandidateCounts& counts) {
    const Key key{counts.first, counts.second, counts.phrase};
    if (const auto known = scores_.find(key); known != scores_.end()) return known->second;
    py::dict arguments(fixed_arguments_);
    arguments["worda_count"] = counts.first;
    arguments["wordb_count"] = counts.second;
    arguments["bigram_count"] = counts.phrase;
    const double score = as_double(call(arguments));
    if (scores_.size() >= kMaxScores) scores_.clear();
    scores_[key] = score;
    return score;
  }

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
  static constexpr std::size_t kMaxScores = 1 << 18;

  [[nodiscard]] py::object call(const py::dict& arguments) const {
    auto result = py::reinterpret_steal<py::object>(
        call_python([function = function_.ptr(), positional = no_arguments_.ptr(), named = arguments.ptr()] {
          return PyObject_Call(function, positional, named);
        }));
    if (!result) throw py::error_already_set();
    return result;
  }

  py::object function_;
  py::tuple no_arguments_;
  py::dict fixed_arguments_;
  std::map<Key, double> scores_;
};

phrases::Scorer python_scorer(PythonScorer scorer) {
  const std::shared_ptr<PythonScorer> shared(new PythonScorer(std::move(scorer)), [](PythonScorer* last) {
    const GilAcquire lock;  // a worker may be the last owner of the Python objects
    delete last;
  });
  return [shared](const phrases::CandidateCounts& counts) {
    const GilAcquire lock;  // workers call it, too
    return (*shared)(counts);
  };
}

}  // namespace

PhraseScoring::PhraseScoring(py::object scoring, std::int64_t vocabulary_size, py::object min_count,
                             std::int64_t corpus_words, double threshold)
    : threshold_(threshold) {
  if (!py::isinstance<py::str>(scoring)) {
    is_python_ = true;
    scorer_ = python_scorer(PythonScorer(std::move(scoring), vocabulary_size, std::move(min_count), corpus_words));
    return;
  }
  const phrases::ScoringContext context{static_cast<double>(vocabulary_size), as_double(min_count),
                                        static_cast<double>(corpus_words)};
  const auto name = py::cast<std::string>(scoring);
  if (name == "default")
    scorer_ = [context](const phrases::CandidateCounts& counts) { return discounted_score(counts, context); };
  else if (name == "npmi")
    scorer_ = [context](const phrases::CandidateCounts& counts) { return npmi_score(counts, context); };
  else
    throw std::invalid_argument("scoring must be default, npmi or a callable, got " + name);
}

}  // namespace wordkin::bindings
