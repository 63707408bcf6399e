// Every kernel that exists, as a table of function pointers: one table per instruction set, all with the same contract.
//
// Conventions. Rows of parameter matrices are padded with zeros to a multiple of kRowMultiple floats and start on a
// 64-byte boundary, so no kernel has a tail; `width` is always the padded length. IN, OUT and INOUT are marked;
// pointers alias only where it says so. Kernels allocate nothing, throw nothing and know no threads.
#pragma once

#include <cstdint>

#include "kernels/isa.h"
#include "kernels/recurrent_args.h"
#include "kernels/token_layer_args.h"

namespace wordkin::kernels {

inline constexpr int kRowMultiple = 16;  // floats: one cache line
inline constexpr int kMaxGroup = 6;      // output rows handled together in registers: a target and five negatives

inline constexpr int kMaxFactors = 96;  // of a LossAccumulator lane before it is folded

// The logistic losses of many scores, kept as factors so that no score costs a logarithm: log(1 + exp(-z)) is
// max(0, -z) + log(1 + e) with e = exp(-|z|), and the 1 + e <= 2 are multiplied, lane by lane, until `factors` nears
// the 127 that a float can hold. Kernels fold into `total` in time, and when asked to by fold_loss.
struct alignas(64) LossAccumulator {
  float product[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  float linear[16] = {};
  double total = 0.0;
  std::int32_t factors = 0;
};

// The output side of one window: target and negatives, or the inner nodes of a Huffman path, or both one after the
// other.
struct Outputs {
  float* const* rows;    // INOUT (count) rows; all distinct
  const float* signs;    // IN (count, and 16 readable floats behind) +1 where the label is 1, -1 where it is 0
  const float* repeats;  // IN (count, and 16 readable floats behind) how often the row was drawn: 1, 2, ...
  int count;
  int max_repeats;  // largest entry of repeats
};

// The input side of one window.
struct Inputs {
  float* const* rows;         // INOUT (count) rows; a row may stand here more than once
  const float* update_scale;  // IN (count) scale of each row's update, or null for 1
  int count;
};

// Rows that will be used soon: fetched into the cache while the arithmetic runs.
struct NextRows {
  const float* const* rows;  // IN (count)
  int count;
};

// One window. With z_ij = sign_j <x_i, y_j> and g_ij = rate * repeats_j * sign_j * sigmoid(-z_ij), all from the old
// rows:
//   skipgram: x_i += factor_i * sum_j g_ij y_j     y_j += sum_i g_ij x_i
//             a row that stands among the inputs twice is visited one place after the other: y_j may see its change
//   cbow:     the same with the one row h = scale * sum_i x_i, whose change goes to all of them:
//             x_i += factor_i * error_scale * change
//   touch:    loads and stores every row unchanged: what memory alone costs, for measuring.
// scratch: OUT (scratch_floats(inputs, outputs, width)) 64-byte aligned.
struct Window {
  Inputs inputs;
  Outputs outputs;
  NextRows next_rows;
  int width;
  float rate;
  float scale;        // cbow only: 1 / n for the mean, 1 for the sum
  float error_scale;  // cbow only: 1 for the mean, 1 / n for the sum
  float* scratch;
  LossAccumulator* loss;  // INOUT
};

// Room for the scores of n inputs against one group of outputs: 32 floats a tile of at least two inputs.
constexpr std::int64_t score_floats(std::int64_t inputs) { return (inputs + 1) / 2 * 32; }

constexpr std::int64_t scratch_floats(std::int64_t inputs, std::int64_t outputs, std::int64_t width) {
  const std::int64_t groups = (outputs + kMaxGroup - 1) / kMaxGroup;
  return groups * score_floats(inputs) + (groups > 1 ? inputs * width : 0) + outputs + 16 + 2 * width;
}

// A block of rows against a block of queries. score(q, r) = <query q, row r> / divisor r. The sum of one pair is taken
// in an order that depends on `columns` alone, so a pair's score is the same float in whatever block it stands.
inline constexpr int kScoredRows = 16;  // at most this many rows a call: with four queries they stay in the L1 cache

// Rows of float32, of float16, or both: where there are halves, queries that stand alone (fewer than kScoredQueries are
// left) read these, and the floats, the same numbers, are read by the others only.
inline constexpr int kScoredQueries = 4;

struct RowBlock {
  const float* floats;          // IN (count, float_pitch), or null where nothing reads them
  const std::uint16_t* halves;  // IN (count, half_pitch) bits of float16, or null
  std::int64_t float_pitch;
  std::int64_t half_pitch;
  const float* divisors;  // IN (count)
  int count;              // 1 .. kScoredRows
};

struct QueryBlock {
  const float* queries;  // IN (count, width), zeros behind `columns`
  std::int64_t width;    // `columns` rounded up to kRowMultiple
  int count;
  int columns;
};

// A pair that may belong to the nearest rows of a query.
struct Candidate {
  float score;
  std::int32_t query;  // within the block
  std::int32_t row;    // within the block
};

// C (rows, columns) = or += A (rows, depth) B with B in panels: `panel_columns` columns side by side, stored row by
// row, one panel right behind the other, columns behind the last as anything. C and A may have any alignment; C
// overlaps nothing.
template <typename Left, typename Right>
struct PanelProduct {
  float* c;  // INOUT
  std::int64_t c_pitch;
  const Left* a;  // IN
  std::int64_t a_pitch;
  const Right* panels;  // IN
  // IN the panel that will be read next by whoever comes behind; all panels are fetched ahead of their use. Null where
  // everything is in the cache already: fetching would cost a tenth of the time then.
  const Right* next_panel;
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
  bool adds;
};

// Products of operands rounded to bfloat16, with float32 products and sums. A panel's rows stand in pairs: word j of
// pair i holds entry j of row 2 i in its lower half and of row 2 i + 1 in its upper. Panels are as deep as `depth`
// rounded up to depth_multiple, zeros behind.
struct BfloatKernels {
  static constexpr int kSpareRows = 31;

  int depth_multiple;  // even
  // words: OUT (rows / 2 rounded up, columns) the rounded pairs of rows; a single last row is paired with zeros.
  // in: IN (rows, columns), or (columns, rows) for the transposed.
  void (*pack)(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
               std::int64_t columns);
  void (*pack_transposed)(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                          std::int64_t rows, std::int64_t columns);
  // The left side as this kernel reads it, bfloat16 or rounded floats: out (rows, pitch), at most 4 bytes a number,
  // zeros behind `columns`. in: IN (rows, columns).
  void (*round_rows)(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                     std::int64_t columns);
  // a: what round_rows made, its pitch the depth of the panels, and kSpareRows readable behind it. An element's sum is
  // taken in an order that depends on `depth` alone.
  void (*multiply_panels)(const PanelProduct<void, std::uint32_t>& product);
};

// Softmax over scores. One that must not count is kMasked. Below kSmallestExponent an exponential is exactly 0: a
// million of them would be 4e-12 of the greatest.
inline constexpr float kMasked = -1e30f;
inline constexpr float kSmallestExponent = -40.0f;

// One step of an optimiser; what depends on the step's number is in the factors already.
struct AdagradStep {
  float rate;
  float gradient_scale;  // of clipping: g = gradient_scale * gradient
};
struct AdamStep {
  float corrected_rate;     // rate / (1 - b1^n)
  float gradient_scale;     // as above
  float first_share;        // 1 - b1
  float second_share;       // 1 - b2
  float second_correction;  // 1 / (1 - b2^n)
  float epsilon;
};

struct KernelTable {
  Isa isa;
  void (*skipgram)(const Window& window);
  void (*cbow)(const Window& window);
  void (*touch)(const Window& window);
  void (*fold_loss)(LossAccumulator& loss);
  // values: INOUT (count) x -> 1 / (1 + exp(-x)), relative error below 4e-7 for |x| <= 87. What the others inline.
  void (*sigmoid)(float* values, std::int64_t count);
  // floats: OUT (count). halves: IN (count) float16 as bits.
  void (*widen)(float* floats, const std::uint16_t* halves, std::int64_t count);
  // scores: OUT (queries.count, pitch): the first rows.count floats of each line.
  void (*score_rows)(float* scores, std::int64_t pitch, const RowBlock& rows, const QueryBlock& queries);
  // candidates: OUT (room for all pairs) those with a score not below the query's threshold, NaN among them; in rising
  // order of rows for each query. thresholds: IN (queries.count). Returns how many.
  int (*find_candidates)(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                         const QueryBlock& queries);
  // out: OUT (rows, columns), or (columns, rows) for transpose. in: IN (rows, columns). Pitches in floats, any
  // alignment.
  void (*copy)(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
               std::int64_t columns);
  void (*transpose)(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                    std::int64_t columns);
  int panel_columns;
  int tile_rows;
  // An element's sum is taken in an order that depends on `depth` alone. Fastest for multiples of tile_rows.
  void (*multiply_panels)(const PanelProduct<float, float>& product);
  const BfloatKernels* bfloat;
  void (*lstm_forward)(const LstmForward& step);
  void (*lstm_backward)(const LstmBackward& step);
  void (*tanh_forward)(const TanhForward& step);
  void (*tanh_backward)(const TanhBackward& step);
  // table: OUT the table of a panel.
  void (*fill_lookup_table)(float* table, const CharacterPanel& panel);
  void (*max_over_time)(const MaxOverTime& job);
  void (*route_gradients)(const RouteGradients& job);
  // d_weights: OUT (width, dim, kPanelFilters), what is behind the columns' strips untouched. d_embeddings: OUT (count,
  // dim). d_table: IN as the table.
  void (*lookup_gradients)(float* d_weights, float* d_embeddings, const float* d_table, const CharacterPanel& panel);
  void (*highway_forward)(const HighwayForward& layer);
  void (*highway_backward)(const HighwayBackward& layer);
  // row: INOUT (count) += offsets. Returns the greatest, at least kMasked; NaN if one is not finite.
  float (*add_offsets)(float* row, const float* offsets, std::int64_t count);
  // results: OUT (count) exp(row - greatest), which may be the row itself; relative error below 2e-7. greatest: not
  // less than any of the row. Returns the sum.
  double (*exponentials)(float* results, const float* row, float greatest, std::int64_t count);
  // row: INOUT (count) *= factor. sums: INOUT (count) += row.
  void (*scale_and_add)(float* row, float* sums, float factor, std::int64_t count);
  // accumulator: INOUT (count) += g^2. weights: INOUT (count) -= rate g / sqrt(accumulator).
  void (*adagrad)(float* weights, float* accumulator, const float* gradient, std::int64_t count,
                  const AdagradStep& step);
  // first, second: INOUT (count) means of g and g^2. weights: INOUT (count)
  // -= corrected_rate first / (sqrt(second_correction second) + epsilon).
  void (*adam)(float* weights, float* first, float* second, const float* gradient, std::int64_t count,
               const AdamStep& step);
  // Sum of squares in float64.
  double (*squared_norm)(const float* values, std::int64_t count);
};

}  // namespace wordkin::kernels