// The update of windows whose inputs are concatenated, each in its place, to one long row (PV-DM with concatenation: Le
// and Mikolov 2014, section 2.2). Included once per ISA.
//
// Output rows are as long as the concatenated inputs, thousands of floats, and memory bandwidth limits the speed.
// Several positions therefore share one set of negative samples, whose rows are read and written once for all.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/row_update.inl.h"

namespace wordkin::kernels {
namespace {

// The columns of a row as whole vectors and, in `rest`, 1 for the columns of the last vector and 0 for its padding.
struct Columns {
  explicit Columns(int count) : whole(count / Vec::kWidth * Vec::kWidth), has_rest(whole < count) {
    for (int c = whole; c < count; ++c) rest[c - whole] = 1.0f;
  }

  int whole;
  bool has_rest;
  alignas(64) float rest[Vec::kWidth] = {};
};

// row += factor * change, for rows that are zero-padded after their columns and must remain so. A whole vector of
// `change` is read at the end.
inline void add_columns(float* row, const float* change, float factor, const Columns& columns) {
  add_change(row, change, factor, columns.whole);
  if (!columns.has_rest) return;
  const Vec factors = mul(Vec::broadcast(factor), Vec::load(columns.rest));
  fma(factors, Vec::load(change + columns.whole), Vec::load(row + columns.whole)).store(row + columns.whole);
}

// hidden: OUT (width, followed by kRowMultiple writable floats) the concatenated rows, followed by zeros.
inline void concatenate(float* hidden, float* const* rows, int count, int columns) {
  for (int i = 0; i < count; ++i)  // the padding of a row is overwritten by the next one
    for (int c = 0; c < columns; c += Vec::kWidth)
      Vec::load(rows[i] + c).store(hidden + static_cast<std::int64_t>(i) * columns + c);
  for (int c = 0; c < kRowMultiple; c += Vec::kWidth)
    Vec::zero().store(hidden + static_cast<std::int64_t>(count) * columns + c);
}

// Adds the change of the inputs of one position to those that are updated. change: INOUT (width, followed by
// kRowMultiple writable floats).
inline void add_slots(const Window& w, int position, int slots, float* change, const Columns& columns) {
  for (int c = 0; c < kRowMultiple; c += Vec::kWidth) Vec::zero().store(change + w.width + c);
  for (int i = w.inputs.update_begin; i < w.inputs.update_end; ++i) {
    const int input = position * slots + i;
    add_columns(w.inputs.rows[input], change + static_cast<std::int64_t>(i) * w.columns,
                w.inputs.update_scale == nullptr ? 1.0f : w.inputs.update_scale[input], columns);
  }
}

inline Window with_outputs(const Window& w, int first, int count) {
  Window part = w;
  part.outputs.rows += first;
  part.outputs.signs += first;
  part.outputs.repeats += first;
  part.outputs.count = count;
  return part;
}

// As update_row, for a single output.
inline void update_target(const Window& w, const float* x, float* change, float* scratch) {
  Prefetcher prefetcher{w.next_rows, w.width};
  gradients_of_row<1>(w, x, 0, scratch);
  if (w.outputs.is_frozen) [[unlikely]] {
    apply_frozen_row(w, x, scratch, change, prefetcher);
  } else {
    apply_row<false>(w, x, scratch, change, prefetcher);
  }
}

inline void concatenation_of_one(const Window& w) {
  float* hidden = w.scratch;
  float* change = hidden + w.width + kRowMultiple;
  float* gradients = change + w.width + kRowMultiple;
  concatenate(hidden, w.inputs.rows, w.inputs.count, w.columns);
  Prefetcher prefetcher{w.next_rows, w.width};
  gradients_of_outputs(w, hidden, gradients, prefetcher);
  Window changed = w;
  if (w.outputs.is_frozen) {  // only the change of the inputs that are updated is needed
    const int columns = w.inputs.update_end * w.columns;
    changed.width = (columns + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
  }
  apply_outputs(changed, hidden, gradients, change, prefetcher);
  prefetcher.fetch_rest();
  add_slots(w, 0, w.inputs.count, change, Columns(w.columns));
}

inline void concatenation(const Window& w) {
  const int positions = w.positions;
  if (w.inputs.count == 0 || w.outputs.count == 0) return;
  if (positions == 1) return concatenation_of_one(w);
  const int slots = w.inputs.count / positions;
  const std::int64_t pitch = w.width + kRowMultiple;
  float* old = w.scratch;                  // (positions, pitch) the concatenated rows
  float* moved = old + positions * pitch;  // (positions, pitch) the same after the updates
  float* change = moved + positions * pitch;
  const Columns columns(w.columns);
  float* rows[kMaxPositions];
  for (int p = 0; p < positions; ++p) {
    rows[p] = moved + p * pitch;
    concatenate(old + p * pitch, w.inputs.rows + p * slots, slots, w.columns);
    for (int c = 0; c < w.width; c += Vec::kWidth) Vec::load(old + p * pitch + c).store(rows[p] + c);
  }
  if (w.outputs.count > positions) {
    Window noise = with_outputs(w, positions, w.outputs.count - positions);
    noise.inputs = {rows, nullptr, positions, 0, positions};
    noise.scratch = change + pitch;
    update_window(noise);
  }
  for (int p = 0; p < positions; ++p) {
    Window target = with_outputs(w, p, 1);
    target.next_rows.count = 0;
    target.outputs.max_repeats = 1;
    update_target(target, old + p * pitch, change, change + pitch);
    for (int c = 0; c < w.width; c += Vec::kWidth) {
      const Vec moves = sub(Vec::load(rows[p] + c), Vec::load(old + p * pitch + c));
      add(moves, Vec::load(change + c)).store(change + c);
    }
    add_slots(w, p, slots, change, columns);
  }
}

}  // namespace
}  // namespace wordkin::kernels
