// Phrase scores: a built-in formula or a Python function.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "phrases/scoring.h"

namespace wordkin::bindings {

class PhraseScoring {
 public:
  // scoring: "default", "npmi", or a callable that takes the counts under gensim's argument names. A callable must be a
  // pure function of its arguments, since its results are cached.
  PhraseScoring(pybind11::object scoring, std::int64_t vocabulary_size, pybind11::object min_count,
                std::int64_t corpus_words, double threshold);

  [[nodiscard]] double threshold() const { return threshold_; }
  [[nodiscard]] bool is_python() const { return is_python_; }
  // The scorer of a callable acquires the interpreter lock itself.
  [[nodiscard]] const phrases::Scorer& scorer() const { return scorer_; }

 private:
  phrases::Scorer scorer_;
  double threshold_;
  bool is_python_ = false;
};

}  // namespace wordkin::bindings
