// Arrays of Python as the batches and targets of classifiers and taggers.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "tasks/batch.h"
#include "tasks/options.h"

namespace wordkin::bindings {

// A batch of views, and the arrays that they look into.
struct HeldBatch {
  tasks::Batch batch;
  std::int64_t tokens = 0;
  std::vector<pybind11::object> arrays;

  [[nodiscard]] std::int64_t texts() const { return static_cast<std::int64_t>(batch.lengths.size()); }
};

// From the attributes lengths, tables, contexts, characters and types or, where that is not None, lengths and words, of
// which there are so many. Checks shapes and every id.
HeldBatch batch_from(const tasks::Options& options, const pybind11::object& object, std::int64_t words);

// Borrowed.
tasks::Targets targets_from(const tasks::Options& options, const HeldBatch& batch, const pybind11::object& targets,
                            const pybind11::object& weights);

}  // namespace wordkin::bindings
