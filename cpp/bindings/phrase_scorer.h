// Scores of phrases by one of our formulas or by a function of Python.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "phrases/scoring.h"

namespace wordkin::bindings {

class PhraseScoring {
 public:
  // `scoring` is "default", "npmi", or a callable that takes the counts by gensim's names. A callable must be a
  // function of its arguments and nothing else: what it returned once may be used again.
  PhraseScoring(pybind11::object scoring, std::int64_t vocabulary_size, pybind11::object min_count,
                std::int64_t corpus_words, double threshold);

  [[nodiscard]] double threshold() const { return threshold_; }
  [[nodiscard]] bool is_python() const { return is_python_; }
  // A callable's takes the interpreter lock itself.
  [[nodiscard]] const phrases::Scorer& scorer() const { return scorer_; }

 private:
  phrases::Scorer scorer_;
  double threshold_;
  bool is_python_ = false;
};

}  // namespace wordkin::bindings
