// Arrays of Python as the windows of text and the carried state of a language model.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/options.h"
#include "elmo/sentence_batch.h"
#include "elmo/window.h"

namespace wordkin::bindings {

// characters: (types, max_characters_per_token) uint16, or None where words are ids; inputs, targets: (2, steps, batch)
// int32. Checks every id against what it is an id of.
elmo::Window elmo_window_from(const elmo::Options& options, const pybind11::object& characters,
                              const pybind11::object& inputs, const pybind11::object& targets, std::int64_t steps,
                              std::int64_t batch);
// (types, max_characters) uint16.
memory::MatrixView<const std::uint16_t> character_rows_from(std::int64_t max_characters,
                                                            const pybind11::object& characters);

// Throws where an id is not below `count`, the number of whatever `of` says.
void check_ids(const char* name, std::span<const std::int32_t> ids, std::int64_t count, const char* of);

// "state_{direction}/{layer}/h" and, of LSTM cells, ".../c". Row k of a state is row order[k] of the arrays; without an
// order, row k.
using RowOrder = std::vector<std::int64_t>;
RowOrder order_of(const elmo::SentenceBatch& batch);  // for arrays of a row a sentence
pybind11::dict state_arrays(const elmo::Options& options, const elmo::CarriedState& state);  // copies
// Copies what all of these arrays hold; throws before anything was changed.
void assign_state(const elmo::Options& options, elmo::CarriedState& state, const pybind11::dict& arrays,
                  const RowOrder& order = {});
// The other way: changes the arrays in place.
void write_state(const elmo::Options& options, const elmo::CarriedState& state, const pybind11::dict& arrays,
                 const RowOrder& order = {});

}  // namespace wordkin::bindings
