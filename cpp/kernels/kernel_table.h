// All kernels as a table of function pointers, one table per instruction set; all tables have the same contract.
//
// Conventions: rows of parameter matrices are zero-padded to a multiple of kRowMultiple floats and start on a 64-byte
// boundary, so no kernel has to handle partial vectors; `width` is always the padded length. IN, OUT and INOUT mark the
// direction of each argument; pointers may alias only where stated. Kernels do not allocate, throw or use threads.
#pragma once

#include <cstdint>

#include "kernels/isa.h"
#include "kernels/recurrent_args.h"
#include "kernels/token_layer_args.h"

namespace wordkin::kernels {

inline constexpr int kRowMultiple = 16;  // floats in one cache line
// Output rows that are processed together in registers: a target and five negative samples.
inline constexpr int kMaxGroup = 6;

inline constexpr int kMaxFactors = 96;  // factors in a lane of a LossAccumulator before it is folded

// The logistic losses of many scores, accumulated as factors so that no score needs a logarithm: log(1 + exp(-z)) is
// max(0, -z) + log(1 + e) with e = exp(-|z|), and the factors 1 + e <= 2 are multiplied, lane by lane, until their
// number approaches the 127 that a float can represent. Kernels fold the lanes into `total` in time; fold_loss does so
// on request.
struct alignas(64) LossAccumulator {
  float product[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  float linear[16] = {};
  double total = 0.0;
  std::int32_t factors = 0;
};

// The output side of one window: the target and negative samples, or the inner nodes of a Huffman path, or both
// concatenated.
struct Outputs {
  float* const* rows;    // INOUT (count) distinct rows; IN if is_frozen
  const float* signs;    // IN (count, followed by 16 readable floats) +1 if the label is 1, -1 if it is 0
  const float* repeats;  // IN (count, followed by 16 readable floats) how often the row was drawn: 1, 2, ...
  int count;
  int max_repeats;  // largest entry of repeats
  bool is_frozen;   // whether the rows are left as they are
};

// The input side of one window.
struct Inputs {
  float* const* rows;         // INOUT (count) rows; a row may occur more than once
  const float* update_scale;  // IN (count) scale of each row's update, or null for 1
  int count;
  int update_begin, update_end;  // cbow and concatenation only: the other rows (of each position) are only read
};

// Rows of the next window, which are prefetched during the arithmetic.
struct NextRows {
  const float* const* rows;  // IN (count)
  int count;
};

// One window. With z_ij = sign_j <x_i, y_j> and g_ij = rate * repeats_j * sign_j * sigmoid(-z_ij), all from the rows
// before the update:
//   skipgram: x_i += update_scale_i * sum_j g_ij y_j     y_j += sum_i g_ij x_i unless outputs are frozen
//             an input row that occurs twice is processed twice in sequence, so y_j may see its first change
//   cbow:     the same with the single row h = scale * sum_i x_i, whose change is applied to all inputs:
//             x_i += update_scale_i * error_scale * change
//   concatenation: the single row h consists of the first `columns` floats of each x_i, one after another, and x_i
//             receives its part of the change: x_i += update_scale_i * change_i. There are `positions` such rows h_p,
//             of as many consecutive inputs each. The first output rows are those of their targets, one for each
//             position and with it alone; the other output rows are with all positions.
//   touch:    loads and stores every row unchanged, to measure the cost of memory access alone.
// scratch: OUT (scratch_floats(inputs, outputs, width), or concatenation_floats) 64-byte aligned.
// width: padded length of the output rows and, but for concatenation, of the input rows.
struct Window {
  Inputs inputs;
  Outputs outputs;
  NextRows next_rows;
  int width;
  int columns;    // concatenation only
  int positions;  // concatenation only
  float rate;
  float scale;        // cbow only: 1 / n for the mean, 1 for the sum
  float error_scale;  // cbow only: 1 for the mean, 1 / n for the sum
  float* scratch;
  LossAccumulator* loss;  // INOUT
};

// Number of floats for the scores of n inputs against one group of outputs: 32 per tile of at least two inputs.
constexpr std::int64_t score_floats(std::int64_t inputs) { return (inputs + 1) / 2 * 32; }

inline constexpr int kMaxPositions = 4;

constexpr std::int64_t scratch_floats(std::int64_t inputs, std::int64_t outputs, std::int64_t width) {
  const std::int64_t groups = (outputs + kMaxGroup - 1) / kMaxGroup;
  return groups * score_floats(inputs) + (groups > 1 ? inputs * width : 0) + outputs + 16 + 2 * (width + kRowMultiple);
}

constexpr std::int64_t concatenation_floats(std::int64_t positions, std::int64_t outputs, std::int64_t width) {
  return (2 * positions + 1) * (width + kRowMultiple) + scratch_floats(positions, outputs, width);
}

// Indices of words of a document: a position, and the words around it.
struct TagContext {
  int begin;
  int position;
  int end;
};

// Number of inputs of such a window: the words and the tag.
constexpr int inputs_of(const TagContext& context) { return context.end - context.begin; }

inline constexpr int kMaxTagPositions = 32;
inline constexpr int kPrefetchedPositions = 2 * kMaxPositions;  // positions before which an output row is prefetched

// Consecutive windows of CBOW that train one row, that of a tag, while all others are only read. Position p has the
// hidden row h_p = scale_p * (sum of the words around it + tag) and its own output rows y_pj, of which the first one,
// its target, has label 1 and the others 0. For groups of kMaxPositions positions, from the tag before the group,
//   tag += sum_p error_scale_p * sum_j rate * (label_j - sigmoid(<h_p, y_pj>)) y_pj
// where scale_p is 1 / inputs_of(contexts_p) and error_scale_p 1 for the mean, and vice versa for the sum.
struct TagWindows {
  float* tag;                  // INOUT (width)
  const float* const* words;   // IN the rows of the words of the document
  const TagContext* contexts;  // IN (positions)
  const std::uint8_t* order;   // IN (positions) the positions, those with the same number of words together
  // IN (positions + kPrefetchedPositions, 1 + noise_count) the target of each position, then its negative samples
  const float* const* outputs;
  int positions;  // 1 .. kMaxTagPositions
  int noise_count;
  bool is_mean;
  float rate;
  int width;
  float* scratch;  // OUT (tag_floats(width)) 64-byte aligned
};

constexpr std::int64_t tag_floats(std::int64_t noise_count, std::int64_t width) {
  return kMaxTagPositions * width + (noise_count / kMaxGroup + 1) * kMaxPositions * 8;
}

// Windows that train one row, that of a tag, which is their only input, while all others are only read: skip-gram
// windows in sequence, each with output rows y_j that have weights w_j, the labels 1 or -1 multiplied by their repeats:
//   tag += sum_j rate * w_j * sigmoid(-<tag, y_j>), or sigmoid(<tag, y_j>) if w_j is negative, * y_j
struct TagWords {
  float* tag;  // INOUT (width)
  // IN (windows + kPrefetchedTagWords, stride), with any readable rows after the last one of a window
  const float* const* outputs;
  const float* weights;        // IN (windows, stride) and 8 more, finite after the last one of a window
  const std::uint8_t* counts;  // IN (windows) output rows
  int windows;
  int stride;  // a multiple of 8
  float rate;
  int width;
  float* scratch;  // OUT (stride + 8) 64-byte aligned
};

inline constexpr int kPrefetchedTagWords = 3;  // windows before which an output row is prefetched

// Rows of several copies of a matrix, all of which were equal to `base` before they were changed independently. With
// d_i = replica_i - base, the changes of a row are combined in pairs, d_0 with d_1, d_2 with d_3 and so on, then the
// results likewise until one is left (Adasum, Maleki et al. 2021):
//   (1 - <a, b> / 2 <a, a>) a + (1 - <a, b> / 2 <b, b>) b    with a coefficient of 1 for a change that is almost zero
// so that orthogonal changes add up and parallel ones are averaged. The sum of base and the result replaces base and
// all replicas; rows that no replica has changed are not written.
struct ReplicaRows {
  float* base;             // INOUT (rows, pitch)
  float* const* replicas;  // INOUT (count) matrices, each (rows, pitch)
  int count;
  std::int64_t rows;
  std::int64_t pitch;
  int width;
  float* scratch;  // OUT (count, width)
};

// A block of rows against a block of queries: score(q, r) = <query q, row r> / divisor r. The order of summation
// depends only on `columns`, so the score of a pair is bit-identical in every block.
inline constexpr int kScoredRows = 16;  // maximum number of rows per call: with four queries they fit the L1 cache

// Rows of float32, of float16, or both. If float16 rows are given, the last queries of a block (fewer than
// kScoredQueries) read them; all other queries read the float32 rows, which must hold the same values.
inline constexpr int kScoredQueries = 4;

struct RowBlock {
  const float* floats;          // IN (count, float_pitch), or null if they are not read
  const std::uint16_t* halves;  // IN (count, half_pitch) bit patterns of float16, or null
  std::int64_t float_pitch;
  std::int64_t half_pitch;
  const float* divisors;  // IN (count)
  int count;              // 1 .. kScoredRows
};

struct QueryBlock {
  const float* queries;  // IN (count, width), zeros after `columns`
  std::int64_t width;    // `columns` rounded up to kRowMultiple
  int count;
  int columns;
};

// A pair that may be among the nearest rows of a query.
struct Candidate {
  float score;
  std::int32_t query;  // index within the block
  std::int32_t row;    // index within the block
};

// C (rows, columns) = or += A (rows, depth) B. B is stored in panels of `panel_columns` columns, each row by row, in
// consecutive memory; columns past the last one have arbitrary values. C and A may have any alignment; C must not
// overlap the operands.
template <typename Left, typename Right>
struct PanelProduct {
  float* c;  // INOUT
  std::int64_t c_pitch;
  const Left* a;  // IN
  std::int64_t a_pitch;
  const Right* panels;  // IN
  // IN the panel that is read after this product. All panels are prefetched before they are used. Null if everything is
  // cached already, where prefetching would cost 10 % of the time.
  const Right* next_panel;
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
  bool adds;
};

// Products of operands rounded to bfloat16, with float32 products and sums. The rows of a panel are stored in pairs:
// word j of pair i holds element j of row 2 i in its lower half and of row 2 i + 1 in its upper half. The depth of a
// panel is `depth` rounded up to depth_multiple, zero-padded.
struct BfloatKernels {
  static constexpr int kSpareRows = 31;

  int depth_multiple;  // even
  // words: OUT (rows / 2 rounded up, columns) rounded pairs of rows; an unpaired last row is paired with zeros. in: IN
  // (rows, columns), or (columns, rows) for pack_transposed.
  void (*pack)(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
               std::int64_t columns);
  void (*pack_transposed)(std::uint32_t* words, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                          std::int64_t rows, std::int64_t columns);
  // Converts the left operand to the format that this kernel reads, bfloat16 or rounded floats: out (rows, pitch), at
  // most 4 bytes per element, zeros after `columns`. in: IN (rows, columns).
  void (*round_rows)(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                     std::int64_t columns);
  // The same for rows that are columns of `in`, (columns, rows): without a copy of the transposed floats.
  void (*round_transposed)(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                           std::int64_t columns);
  // a: the output of round_rows, whose pitch is the padded depth, followed by kSpareRows readable rows. The order of
  // summation of an element depends only on `depth`.
  void (*multiply_panels)(const PanelProduct<void, std::uint32_t>& product);
};

// C (rows, columns) = or += A (rows, depth) B with operands rounded to integers from -127 to 127: a row of A has one
// scale, and so has a column of B. The products are summed exactly in int32. An element of C is then
// (float(sum) * scale of the column) * scale of the row, so all ISAs compute the same floats.
//
// B is stored in panels of `panel_columns` columns, in groups of rows: a group holds `group` rows of the first column,
// then of the next one.
struct Int8Product {
  float* c;  // INOUT
  std::int64_t c_pitch;
  const void* a;                  // IN the output of round_rows, followed by kSpareRows readable rows
  std::int64_t a_pitch;           // the depth of the panels
  const float* a_scales;          // IN (rows)
  const std::int8_t* panels;      // IN
  const std::int8_t* next_panel;  // IN as in PanelProduct
  const float* scales;            // IN (columns, rounded up to whole panels)
  // IN (columns, rounded up to whole panels) -128 times the sum of each column, which compensates for the offset of
  // 128 in the rows of kernels that read unsigned bytes
  const std::int32_t* offsets;
  std::int64_t rows;
  std::int64_t columns;
  bool adds;
};

struct Int8Kernels {
  static constexpr int kSpareRows = 31;

  int group;           // rows of a panel per group
  int depth_multiple;  // a multiple of `group`; panels are zero-padded to it
  int left_bytes;      // bytes per element of rounded rows
  // Rounds x / scale to the nearest integer, ties to even, where 127 * scale is the greatest magnitude of the row. If
  // that is less than 2^-120, all integers and the scale are 0; if it is infinite or NaN, the scale is NaN and so are
  // the products of the row. out: OUT (rows, pitch), in: IN (rows, columns), scales: OUT (rows).
  void (*round_rows)(void* out, std::int64_t pitch, float* scales, const float* in, std::int64_t in_pitch,
                     std::int64_t rows, std::int64_t columns);
  void (*multiply_panels)(const Int8Product& product);
};

// Softmax over scores. Excluded scores are set to kMasked. Below kSmallestExponent an exponential is exactly 0: the sum
// of a million of them would be 4e-12 of the largest.
inline constexpr float kMasked = -1e30f;
inline constexpr float kSmallestExponent = -40.0f;

// Parameters of one optimizer step; factors that depend on the step number are already included.
struct AdagradStep {
  float rate;
  float gradient_scale;  // from clipping: g = gradient_scale * gradient
};
struct AdamStep {
  float corrected_rate;     // rate / (1 - b1^n)
  float gradient_scale;     // as in AdagradStep
  float first_share;        // 1 - b1
  float second_share;       // 1 - b2
  float second_correction;  // 1 / (1 - b2^n)
  float epsilon;
};

// The same change of many rows: row_i += factor_i * scale * (after - before).
struct RowChange {
  float* const* rows;    // INOUT (count) a row may occur more than once and is then changed as often
  const float* factors;  // IN (count), or null for 1
  std::int64_t count;
  const float* after;   // IN (width)
  const float* before;  // IN (width)
  float scale;
  int width;
};

// The centroids of one part of a product quantiser, transposed.
inline constexpr int kCodes = 256;
struct Centroids {
  const float* columns_of_all;  // IN (columns, kCodes)
  const float* offsets;         // IN (kCodes) minus half of the squared norm of each centroid
  int columns;
  std::int64_t pitch;  // floats between two points
};

struct KernelTable {
  Isa isa;
  void (*skipgram)(const Window& window);
  void (*cbow)(const Window& window);
  void (*concatenation)(const Window& window);
  void (*touch)(const Window& window);
  void (*tag_windows)(const TagWindows& windows);
  void (*tag_words)(const TagWords& windows);
  // sum: OUT (width) scale times the sum of `count` rows; zeros if there are none.
  void (*sum_rows)(float* sum, const float* const* rows, std::int64_t count, float scale, int width);
  void (*change_rows)(const RowChange& change);
  void (*fold_loss)(LossAccumulator& loss);
  void (*combine_replicas)(const ReplicaRows& block);
  // values: INOUT (count) x -> 1 / (1 + exp(-x)), relative error below 4e-7 for |x| <= 87. Other kernels inline the
  // same function.
  void (*sigmoid)(float* values, std::int64_t count);
  // floats: OUT (count). halves: IN (count) bit patterns of float16.
  void (*widen)(float* floats, const std::uint16_t* halves, std::int64_t count);
  // scores: OUT (queries.count, pitch); the first rows.count floats of each row are written.
  void (*score_rows)(float* scores, std::int64_t pitch, const RowBlock& rows, const QueryBlock& queries);
  // candidates: OUT (space for all pairs) the pairs whose score is not below the query's threshold, including NaN; for
  // each query in ascending order of rows. thresholds: IN (queries.count). Returns the number of candidates.
  int (*find_candidates)(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                         const QueryBlock& queries);
  // pairs: INOUT (count) the scores of these pairs are set, bit-identical to those of the other kernels. `rows` may
  // have any number of rows; if it has float32 rows, they are read.
  void (*score_pairs)(Candidate* pairs, int count, const RowBlock& rows, const QueryBlock& queries);
  // out: OUT (rows, columns), or (columns, rows) for transpose. in: IN (rows, columns). Pitches are in floats; any
  // alignment is allowed.
  void (*copy)(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
               std::int64_t columns);
  void (*transpose)(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                    std::int64_t columns);
  int panel_columns;
  int tile_rows;
  // The order of summation of an element depends only on `depth`. Fastest if the number of rows is a multiple of
  // tile_rows.
  void (*multiply_panels)(const PanelProduct<float, float>& product);
  const BfloatKernels* bfloat;
  const Int8Kernels* int8;
  void (*lstm_forward)(const LstmForward& step);
  void (*lstm_backward)(const LstmBackward& step);
  void (*tanh_forward)(const TanhForward& step);
  void (*tanh_backward)(const TanhBackward& step);
  // table: OUT the lookup table of a panel.
  void (*fill_lookup_table)(float* table, const CharacterPanel& panel);
  void (*max_over_time)(const MaxOverTime& job);
  void (*route_gradients)(const RouteGradients& job);
  // d_weights: OUT (width, dim, kPanelFilters); columns past the panel's strips are not written. d_embeddings: OUT
  // (count, dim). d_table: IN, in the layout of the table.
  void (*lookup_gradients)(float* d_weights, float* d_embeddings, const float* d_table, const CharacterPanel& panel);
  void (*highway_forward)(const HighwayForward& layer);
  void (*highway_backward)(const HighwayBackward& layer);
  // row: INOUT (count) += offsets. Returns the maximum, at least kMasked; NaN if any element is not finite.
  float (*add_offsets)(float* row, const float* offsets, std::int64_t count);
  // results: OUT (count) exp(row - greatest), may alias row; relative error below 2e-7. greatest: an upper bound of the
  // row. Returns the sum.
  double (*exponentials)(float* results, const float* row, float greatest, std::int64_t count);
  // row: INOUT (count) *= factor. sums: INOUT (count) += row.
  void (*scale_and_add)(float* row, float* sums, float factor, std::int64_t count);
  // accumulator: INOUT (count) += g^2. weights: INOUT (count) -= rate g / sqrt(accumulator).
  void (*adagrad)(float* weights, float* accumulator, const float* gradient, std::int64_t count,
                  const AdagradStep& step);
  // first, second: INOUT (count) running means of g and g^2. weights: INOUT (count) -= corrected_rate first /
  // (sqrt(second_correction second) + epsilon).
  void (*adam)(float* weights, float* first, float* second, const float* gradient, std::int64_t count,
               const AdamStep& step);
  // Sum of squares, accumulated in float64.
  double (*squared_norm)(const float* values, std::int64_t count);
  // scores: OUT (count) products of the vector and each row.
  void (*dot_rows)(float* scores, const float* vector, float* const* rows, std::int64_t count, int width);
  // change: INOUT (width) += sum of gradient_j row_j. rows: INOUT (count) distinct rows, += gradient_j hidden.
  void (*update_outputs)(float* change, float* const* rows, const float* gradients, const float* hidden,
                         std::int64_t count, int width);
  // codes: OUT (count) the centroid nearest to each point, the first of those equally near. points: IN (count, pitch).
  void (*nearest_centroids)(std::uint8_t* codes, const float* points, std::int64_t count, const Centroids& centroids);
};

}  // namespace wordkin::kernels