// Windows of text and the carried recurrent state of a language model, read from Python arrays.
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

// characters: (types, max_characters_per_token) uint16, or None for a model with token input; words: (types) int32 for
// a model with word vectors, otherwise None; inputs, targets: (2, steps, batch) int32. Check the range of every id.
elmo::TokenTypes token_types_from(const elmo::Options& options, const pybind11::object& characters,
                                  const pybind11::object& words);
elmo::Window elmo_window_from(const elmo::Options& options, const pybind11::object& characters,
                              const pybind11::object& words, const pybind11::object& inputs,
                              const pybind11::object& targets, std::int64_t steps, std::int64_t batch);
// (types, max_characters) uint16, below n_characters.
memory::MatrixView<const std::uint16_t> character_rows_from(std::int64_t max_characters, std::int64_t n_characters,
                                                            const pybind11::object& characters);

// Throws for an id that is negative or not below `count`, the number of `of`.
void check_ids(const char* name, std::span<const std::int32_t> ids, std::int64_t count, const char* of);

// The arrays are named "state_{direction}/{layer}/h" and, for LSTM cells, ".../c". Row k of a state is row order[k] of
// the arrays, or row k if the order is empty.
using RowOrder = std::vector<std::int64_t>;
RowOrder order_of(const elmo::SentenceBatch& batch);  // for arrays with one row per sentence
pybind11::dict state_arrays(const elmo::Options& options, const elmo::CarriedState& state);  // copies
// Copies the arrays into the state; throws before it changes anything.
void assign_state(const elmo::Options& options, elmo::CarriedState& state, const pybind11::dict& arrays,
                  const RowOrder& order = {});
// Copies the state into the arrays.
void write_state(const elmo::Options& options, const elmo::CarriedState& state, const pybind11::dict& arrays,
                 const RowOrder& order = {});

}  // namespace wordkin::bindings
