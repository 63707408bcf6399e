#include "recurrent/layer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "linalg/gemm.h"
#include "memory/prefetch.h"

namespace wordkin::recurrent {
namespace {

using linalg::Accumulate;
using linalg::multiply;
using linalg::Transpose;
using memory::MatrixView;
using parallel::Range;
using parallel::Team;

// The products x W of a step can be computed within the step, where they are used while they are cached, or in advance
// for steps with about this many rows in total, which reads the weights once for all of them. Both variants add the
// same numbers in the same order.
constexpr std::int64_t kRowsAhead = 256;

// Chooses the variant with less memory traffic: the weights once more in every step, or the products once more. (One
// thread of an Ice Lake server, forward, within the step and in advance: 128 columns and 32 rows 101 and 92 GFLOP/s,
// 512 columns and 32 rows 88 and 109, 512 columns and 128 rows 113 and 101.)
bool multiplies_ahead(std::int64_t columns, std::int64_t rows) { return columns > 4 * rows; }

// Number of units times rows per block. If the sums are cached, their gates fill part of the second-level cache;
// otherwise the pieces of rows are long enough for prefetching, because they come from a lower cache level or memory.
constexpr std::int64_t kCachedSums = 12288;
constexpr std::int64_t kStreamedSums = 32768;

std::int64_t rows_ahead(const SequenceBatch& batch) { return std::min(batch.rows(), batch.width() + kRowsAhead); }

// The products of all gates have the same left operand.
linalg::LeftOperand operand_of(int gate) { return gate == 0 ? linalg::LeftOperand::kNew : linalg::LeftOperand::kSame; }

float cell_bound(const StackShape& shape) {
  return shape.cell_clip > 0.0f ? shape.cell_clip : std::numeric_limits<float>::infinity();
}

void copy_row(float* to, const float* from, Range columns) {
  std::copy(from + columns.begin, from + columns.end, to + columns.begin);
}

// This member's share in both passes: units of dim and columns of hidden, in multiples of a panel.
struct Share {
  Range units;
  Range columns;
  std::int64_t panel;

  Share(const Team& team, const LayerCall& call)
      : units(team.share(call.shape.dim, call.weights.hidden(0).panel_columns())),
        columns(team.share(call.shape.hidden, call.weights.hidden(0).panel_columns())),
        panel(call.weights.hidden(0).panel_columns()) {}

  // Calls body(first, count) for blocks of units, in whole panels, with about `sums` sums per gate over all rows.
  template <typename Body>
  void over_blocks(std::int64_t sums, std::int64_t rows, const Body& body) const {
    const std::int64_t block = (std::max<std::int64_t>(sums / rows, 64) + panel - 1) / panel * panel;
    for (std::int64_t unit = units.begin; unit < units.end; unit += block)
      body(unit, std::min(block, units.end - unit));
  }
};

// This member's columns of a product whose weights have left the cache since the previous step.
void multiply_own(const Team& team, MatrixView<float> c, MatrixView<const float> a, const linalg::PackedMatrix& b,
                  Range own, linalg::Scratch& scratch) {
  if (own.size() > 0)
    linalg::multiply_columns(team, c.block_of_columns(own.begin, own.size()), a, b, own.begin, Accumulate::kReplace,
                             {&b, own.begin}, scratch);
}

class LayerForward {
 public:
  LayerForward(Team& team, const LayerCall& call, MatrixView<float> output, MatrixView<const float> x,
               const LayerState& state, LayerSaved* saved, const WordSums* word_sums = nullptr)
      : team_(team),
        call_(call),
        shape_(call.shape),
        batch_(call.batch),
        share_(team, call),
        output_(output),
        x_(x),
        state_(state),
        saved_(saved),
        word_sums_(word_sums) {}

  bool run() {
    if (saved_ != nullptr) save_state();
    for (std::int64_t first = 0, end = 0; first < batch_.steps(); first = end) {
      const bool ahead = word_sums_ == nullptr && multiplies_ahead(x_.columns, batch_.active(first));
      end = first + 1;
      while (ahead && end < batch_.steps() && batch_.first_row(end + 1) - batch_.first_row(first) <= kRowsAhead) ++end;
      if (ahead) multiply_ahead(first, end);
      for (std::int64_t t = first; t < end; ++t)
        if (!step(t, sums(first, t, t + 1), ahead || word_sums_ != nullptr)) return false;
    }
    if (saved_ != nullptr && shape_.cell == Cell::kLstm) write_final_cells();
    return true;
  }

 private:
  void save_state() {
    const auto before = saved_->inputs.view().block_of_columns(x_.columns, shape_.hidden);
    for (std::int64_t b = 0; b < batch_.width(); ++b) {
      copy_row(before.row(b), state_.h.row(b), share_.columns);
      if (shape_.cell == Cell::kLstm) copy_row(saved_->cells.view().row(b), state_.c.row(b), share_.units);
    }
  }

  // The rows of steps [begin, end), in a block of steps that starts at `first`.
  MatrixView<float> sums(std::int64_t first, std::int64_t begin, std::int64_t end) {
    const std::int64_t rows = batch_.first_row(end) - batch_.first_row(begin);
    if (saved_ != nullptr) return saved_->gates.view().block_of_rows(batch_.first_row(begin), rows);
    return call_.scratch.gates.view().block_of_rows(batch_.first_row(begin) - batch_.first_row(first), rows);
  }

  void multiply_ahead(std::int64_t first, std::int64_t end) {
    const auto z = sums(first, first, end);
    multiply_inputs(team_, shape_, call_.weights, z, x_.block_of_rows(batch_.first_row(first), z.rows), call_.products);
  }

  const float* word_sums_of(std::int64_t row) const {
    return word_sums_->sums.row(word_sums_->words[static_cast<std::size_t>(row)]);
  }

  // Copies the sums of some units of all gates for the words of the rows of a step. The sums of each row are requested
  // while those of the preceding one are copied: they are rows at random of a table that exceeds the caches.
  void copy_word_sums(std::int64_t t, MatrixView<float> z, std::int64_t unit, std::int64_t units) {
    const std::int64_t first = batch_.first_row(t), last = first + z.rows - 1;
    for (std::int64_t b = 0; b < z.rows; ++b) {
      const float* const word = word_sums_of(first + b);
      const float* const following = word_sums_of(std::min(first + b + 1, last));
      for (std::int64_t column = unit; column < z.columns; column += shape_.dim) {
        memory::prefetch(following + column, units);
        std::copy_n(word + column, units, z.row(b) + column);
      }
    }
  }

  bool step(std::int64_t t, MatrixView<float> z, bool inputs_done) {
    const auto h = state_.h.block_of_rows(0, z.rows);
    const auto m = call_.scratch.outputs.view().block_of_rows(0, z.rows);
    // With bfloat16 every product rounds its left operand again, so fewer and wider products are better.
    const bool near = !inputs_done && call_.weights.hidden(0).compute().precision == linalg::Precision::kFloat32;
    share_.over_blocks(near ? kCachedSums : kStreamedSums, z.rows, [&](std::int64_t unit, std::int64_t units) {
      const std::int64_t following = unit + units < share_.units.end ? unit + units : share_.units.begin;
      if (word_sums_ != nullptr) copy_word_sums(t, z, unit, units);
      if (!inputs_done)
        multiply_gates(z, x_.block_of_rows(batch_.first_row(t), z.rows), unit, units, Accumulate::kReplace,
                       &PackedLayer::input, {&call_.weights.hidden(0), unit});
      const auto& next = inputs_done ? call_.weights.hidden(0) : call_.weights.input(0);
      multiply_gates(z, h, unit, units, Accumulate::kAdd, &PackedLayer::hidden, {&next, following});
      activate(t, z, m, unit, units);
    });
    if (!team_.barrier_and_check()) return false;
    auto projected = m;
    if (shape_.projects()) {
      const bool keeps = saved_ != nullptr && shape_.clips_projection();
      projected = keeps ? saved_->unclipped.view().block_of_rows(batch_.first_row(t), z.rows) : h;
      multiply_own(team_, projected, m, call_.weights.projection(), share_.columns, call_.products);
    }
    write_output(t, projected);
    team_.barrier();
    return true;
  }

  // Computes the sums of some units of all gates. next_panel: the weights that are read next.
  void multiply_gates(MatrixView<float> z, MatrixView<const float> a, std::int64_t unit, std::int64_t units,
                      Accumulate accumulate, const linalg::PackedMatrix& (PackedLayer::*weights)(int) const,
                      linalg::NextPanel next_panel) {
    for (int gate = 0; gate < shape_.gates(); ++gate) {
      const bool last = gate + 1 == shape_.gates();
      const linalg::NextPanel next{last ? nullptr : &(call_.weights.*weights)(gate + 1), unit};
      linalg::multiply_columns(team_, z.block_of_columns(gate * shape_.dim + unit, units), a,
                               (call_.weights.*weights)(gate), unit, accumulate, last ? next_panel : next,
                               call_.products, operand_of(gate));
    }
  }

  void activate(std::int64_t t, MatrixView<float> z, MatrixView<float> m, std::int64_t unit, std::int64_t units) {
    const auto& kernels = *call_.weights.hidden(0).compute().kernels;
    const float* const bias = call_.weights.bias() + unit;
    if (shape_.cell == Cell::kRnn) {
      kernels.tanh_forward({z.data + unit, z.pitch, bias, m.data + unit, m.pitch, z.rows, units});
      return;
    }
    auto before = state_.c, after = state_.c;
    if (saved_ != nullptr) {
      before = cells_before(*saved_, batch_, t);
      after = saved_->cells.view().block_of_rows(batch_.width() + batch_.first_row(t), z.rows);
    }
    kernels.lstm_forward({z.data + unit, z.pitch, shape_.dim, bias, shape_.dim, before.data + unit, before.pitch,
                          after.data + unit, after.pitch, m.data + unit, m.pitch, z.rows, units, cell_bound(shape_)});
  }

  // Writes the state, the saved previous h of the next step, and the output from the projected values.
  void write_output(std::int64_t t, MatrixView<float> projected) {
    const bool adds = shape_.adds_input(call_.layer);
    const float bound = shape_.proj_clip;
    for (std::int64_t b = 0; b < projected.rows; ++b) {
      float* const h = state_.h.row(b);
      const float* const raw = projected.row(b);
      if (shape_.clips_projection()) {
        for (std::int64_t k = share_.columns.begin; k < share_.columns.end; ++k)
          h[k] = std::clamp(raw[k], -bound, bound);
      } else if (h != raw) {
        copy_row(h, raw, share_.columns);
      }
      if (saved_ != nullptr && b < batch_.active(t + 1))
        copy_row(saved_->inputs.view().row(batch_.first_row(t + 1) + b) + x_.columns, h, share_.columns);
      float* const out = output_.row(batch_.first_row(t) + b);
      if (adds) {
        const float* const x = x_.row(batch_.first_row(t) + b);
        for (std::int64_t k = share_.columns.begin; k < share_.columns.end; ++k) out[k] = h[k] + x[k];
      } else {
        copy_row(out, h, share_.columns);
      }
    }
  }

  void write_final_cells() {
    for (std::int64_t t = 0; t < batch_.steps(); ++t)
      for (std::int64_t b = batch_.active(t + 1); b < batch_.active(t); ++b)
        copy_row(state_.c.row(b), saved_->cells.view().row(batch_.width() + batch_.first_row(t) + b), share_.units);
  }

 public:
  static MatrixView<float> cells_before(LayerSaved& saved, const SequenceBatch& batch, std::int64_t t) {
    return saved.cells.view().block_of_rows(t == 0 ? 0 : batch.width() + batch.first_row(t - 1), batch.active(t));
  }

 private:
  Team& team_;
  const LayerCall& call_;
  const StackShape& shape_;
  const SequenceBatch& batch_;
  Share share_;
  MatrixView<float> output_;
  MatrixView<const float> x_;
  const LayerState& state_;
  LayerSaved* saved_;
  const WordSums* word_sums_;
};

class LayerBackward {
 public:
  LayerBackward(Team& team, const LayerCall& call, const LayerGradients& gradients, MatrixView<const float> d_output,
                LayerSaved& saved)
      : team_(team),
        call_(call),
        shape_(call.shape),
        batch_(call.batch),
        share_(team, call),
        gradients_(gradients),
        d_output_(d_output),
        saved_(saved) {}

  // Runs backward through time; afterwards the gradients of the sums are stored in place of the gates.
  bool run() {
    begin();
    for (std::int64_t t = batch_.steps() - 1; t >= 0; --t) {
      add_gradients(t);
      if (!team_.barrier_and_check()) return false;
      step(t);
      team_.barrier();
      if (t > 0)
        multiply_own(team_, call_.scratch.d_before.view().block_of_rows(0, batch_.active(t)), d_sums(t),
                     call_.weights.hidden_transposed(), share_.columns, call_.products);
    }
    return true;
  }

  // Products over all steps at once.
  void multiply_all(MatrixView<float> d_x, const LayerParameters& parameters) {
    const auto& compute = call_.weights.hidden(0).compute();
    const auto d_z = saved_.gates.view();
    linalg::gemm(team_, compute, gradients_.weights, saved_.inputs.view(), Transpose::kYes, d_z, Transpose::kNo,
                 Accumulate::kReplace, call_.products);
    if (shape_.projects())
      linalg::gemm(team_, compute, gradients_.projection, outputs(0, batch_.rows()), Transpose::kYes,
                   call_.scratch.d_hidden.view().block_of_rows(0, batch_.rows()), Transpose::kNo, Accumulate::kReplace,
                   call_.products);
    if (!d_x.empty())
      linalg::gemm(team_, compute, d_x, d_z, Transpose::kNo, parameters.weights.block_of_rows(0, d_x.columns),
                   Transpose::kYes, shape_.adds_input(call_.layer) ? Accumulate::kAdd : Accumulate::kReplace,
                   call_.products);
  }

 private:
  void begin() {
    for (int gate = 0; gate < shape_.gates(); ++gate)
      std::fill_n(gradients_.bias.data() + gate * shape_.dim + share_.units.begin, share_.units.size(), 0.0f);
    for (std::int64_t b = 0; b < batch_.width(); ++b) {
      std::fill_n(call_.scratch.d_before.view().row(b) + share_.columns.begin, share_.columns.size(), 0.0f);
      if (shape_.cell == Cell::kLstm)
        std::fill_n(call_.scratch.d_cells.view().row(b) + share_.units.begin, share_.units.size(), 0.0f);
    }
  }

  MatrixView<float> d_sums(std::int64_t t) {
    return saved_.gates.view().block_of_rows(batch_.first_row(t), batch_.active(t));
  }
  MatrixView<float> outputs(std::int64_t first_row, std::int64_t rows) {
    return saved_.cells.view().block_of_rows(batch_.width() + first_row, rows);
  }
  MatrixView<float> d_hidden(std::int64_t t) {
    return call_.scratch.d_hidden.view().block_of_rows(batch_.first_row(t), batch_.active(t));
  }

  // The gradient of h in a step: from the output and from the next step, through the clip.
  void add_gradients(std::int64_t t) {
    const auto d_h = d_hidden(t);
    for (std::int64_t b = 0; b < d_h.rows; ++b) {
      const float* const above = d_output_.row(batch_.first_row(t) + b);
      const float* const from_next = call_.scratch.d_before.view().row(b);
      float* const sum = d_h.row(b);
      for (std::int64_t k = share_.columns.begin; k < share_.columns.end; ++k) sum[k] = above[k] + from_next[k];
      if (!shape_.clips_projection()) continue;
      const float* const unclipped = saved_.unclipped.view().row(batch_.first_row(t) + b);
      for (std::int64_t k = share_.columns.begin; k < share_.columns.end; ++k)
        sum[k] = std::abs(unclipped[k]) <= shape_.proj_clip ? sum[k] : 0.0f;
    }
  }

  void step(std::int64_t t) {
    const auto d_h = d_hidden(t);
    share_.over_blocks(kStreamedSums, d_h.rows, [&](std::int64_t unit, std::int64_t units) {
      if (!shape_.projects()) return activate(t, d_h, unit, units);
      const auto& weights = call_.weights.projection_transposed();
      const auto d_m = call_.scratch.outputs.view().block_of_rows(0, d_h.rows);
      const std::int64_t following = unit + units < share_.units.end ? unit + units : share_.units.begin;
      linalg::multiply_columns(team_, d_m.block_of_columns(unit, units), d_h, weights, unit, Accumulate::kReplace,
                               {&weights, following}, call_.products);
      activate(t, d_m, unit, units);
    });
  }

  void activate(std::int64_t t, MatrixView<float> d_m, std::int64_t unit, std::int64_t units) {
    const auto& kernels = *call_.weights.hidden(0).compute().kernels;
    const auto z = d_sums(t), m = outputs(batch_.first_row(t), d_m.rows);
    float* const d_bias = gradients_.bias.data() + unit;
    if (shape_.cell == Cell::kRnn) {
      kernels.tanh_backward(
          {z.data + unit, z.pitch, d_bias, m.data + unit, m.pitch, d_m.data + unit, d_m.pitch, d_m.rows, units});
      return;
    }
    const auto before = LayerForward::cells_before(saved_, batch_, t), d_c = call_.scratch.d_cells.view();
    kernels.lstm_backward({z.data + unit, z.pitch, shape_.dim, d_bias, shape_.dim, before.data + unit, before.pitch,
                           m.data + unit, m.pitch, d_m.data + unit, d_m.pitch, d_c.data + unit, d_c.pitch, d_m.rows,
                           units, cell_bound(shape_)});
  }

  Team& team_;
  const LayerCall& call_;
  const StackShape& shape_;
  const SequenceBatch& batch_;
  Share share_;
  const LayerGradients& gradients_;
  MatrixView<const float> d_output_;
  LayerSaved& saved_;
};

}  // namespace

LayerSaved::LayerSaved(const StackShape& shape, std::int64_t layer, const SequenceBatch& batch)
    : inputs(batch.rows(), shape.input_of(layer) + shape.hidden),
      gates(batch.rows(), shape.gates() * shape.dim),
      cells(batch.width() + batch.rows(), shape.dim),
      unclipped(shape.clips_projection() ? batch.rows() : 0, shape.hidden),
      input_columns_(shape.input_of(layer)),
      keeps_unclipped_(shape.clips_projection()) {}

void LayerSaved::resize(const SequenceBatch& batch) {
  inputs.resize(batch.rows());
  gates.resize(batch.rows());
  cells.resize(batch.width() + batch.rows());
  unclipped.resize(keeps_unclipped_ ? batch.rows() : 0);
}

MatrixView<float> LayerSaved::x() { return inputs.view().block_of_columns(0, input_columns_); }

std::size_t LayerSaved::bytes() const { return inputs.bytes() + gates.bytes() + cells.bytes() + unclipped.bytes(); }

LayerScratch::LayerScratch(const StackShape& shape, const SequenceBatch& batch, Purpose purpose)
    : gates(purpose == Purpose::kInference ? rows_ahead(batch) : 0, shape.gates() * shape.dim),
      outputs(batch.width(), shape.dim),
      d_cells(purpose == Purpose::kTraining ? batch.width() : 0, shape.dim),
      d_before(purpose == Purpose::kTraining ? batch.width() : 0, shape.hidden),
      d_hidden(purpose == Purpose::kTraining ? batch.rows() : 0, shape.hidden),
      purpose_(purpose) {}

void LayerScratch::resize(const SequenceBatch& batch) {
  outputs.resize(batch.width());
  if (purpose_ == Purpose::kInference) return gates.resize(rows_ahead(batch));
  d_cells.resize(batch.width());
  d_before.resize(batch.width());
  d_hidden.resize(batch.rows());
}

std::size_t LayerScratch::bytes() const {
  return gates.bytes() + outputs.bytes() + d_cells.bytes() + d_before.bytes() + d_hidden.bytes();
}

bool forward(Team& team, const LayerCall& call, MatrixView<float> output, MatrixView<const float> x,
             const LayerState& state, LayerSaved* saved) {
  assert(x.columns == call.shape.input_of(call.layer) && output.columns == call.shape.hidden);
  return LayerForward(team, call, output, x, state, saved).run();
}

bool forward(Team& team, const LayerCall& call, MatrixView<float> output, const WordSums& word_sums,
             const LayerState& state) {
  assert(!call.shape.adds_input(call.layer) && output.columns == call.shape.hidden);
  return LayerForward(team, call, output, {}, state, nullptr, &word_sums).run();
}

void multiply_inputs(Team& team, const StackShape& shape, const PackedLayer& weights, MatrixView<float> sums,
                     MatrixView<const float> x, linalg::Scratch& products) {
  for (int gate = 0; gate < shape.gates(); ++gate)
    multiply(team, sums.block_of_columns(gate * shape.dim, shape.dim), x, weights.input(gate), Accumulate::kReplace,
             products, operand_of(gate));
}

bool backward(Team& team, const LayerCall& call, MatrixView<float> d_x, const LayerGradients& gradients,
              MatrixView<const float> d_output, const LayerParameters& parameters, LayerSaved& saved) {
  assert(!call.shape.adds_input(call.layer) || d_x.data == d_output.data);
  LayerBackward pass(team, call, gradients, d_output, saved);
  if (!pass.run()) return false;
  pass.multiply_all(d_x, parameters);
  return true;
}

}  // namespace wordkin::recurrent
