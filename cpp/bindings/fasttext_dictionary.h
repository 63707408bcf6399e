// The dictionary of a fastText model from Python's arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "bindings/option_fields.h"
#include "fasttext/dictionary.h"
#include "fasttext/output_layer.h"

namespace wordkin::bindings {

inline constexpr ChoiceNames<fasttext::Loss, 4> kFastTextLosses{{{"hs", fasttext::Loss::kHierarchicalSoftmax},
                                                                 {"ns", fasttext::Loss::kNegativeSampling},
                                                                 {"softmax", fasttext::Loss::kSoftmax},
                                                                 {"ova", fasttext::Loss::kOneVersusAll}}};

inline void require(bool holds, const char* rule) {
  if (!holds) throw std::invalid_argument(rule);
}

struct CheckedDictionary {
  std::unique_ptr<const fasttext::Dictionary> dictionary;
  std::int64_t labels;
  std::int64_t rows;  // that the input matrix needs at least
};

// entries: the words and labels, concatenated; offsets: where each begins, and the end. pruned: pairs of a bucket and
// its row, flattened, or None.
CheckedDictionary dictionary_of(const pybind11::object& options, const pybind11::bytes& entries,
                                const pybind11::object& offsets, const pybind11::object& pruned);

}  // namespace wordkin::bindings
