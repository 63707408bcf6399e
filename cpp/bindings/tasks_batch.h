// Batches and targets of classifiers and taggers, read from Python arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "tasks/batch.h"
#include "tasks/options.h"

namespace wordkin::bindings {

// A batch of views, and the arrays that own the memory.
struct HeldBatch {
  tasks::Batch batch;
  std::int64_t tokens = 0;
  std::vector<pybind11::object> arrays;

  [[nodiscard]] std::int64_t texts() const { return static_cast<std::int64_t>(batch.lengths.size()); }
};

// Reads the attributes lengths, tables, contexts, characters and types; or lengths and words, if words is not None:
// indices of words that the network has stored, `words` of them. Checks shapes and the range of every id.
HeldBatch batch_from(const tasks::Options& options, const pybind11::object& object, std::int64_t words);

// Borrowed.
tasks::Targets targets_from(const tasks::Options& options, const HeldBatch& batch, const pybind11::object& targets,
                            const pybind11::object& weights);

}  // namespace wordkin::bindings
