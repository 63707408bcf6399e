// Scores of rounded rows with the byte products of AVX512-VNNI. Pairs that pass are scored again with the AVX-512
// kernels.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include <cstring>

#include "kernels/byte_scores.h"
#include "kernels/row_scores.inl.h"

namespace wordkin::kernels {
namespace {

constexpr int kRowsInTile = 8, kVectors = kBytePanel / 16;  // 24 sums, 3 vectors of queries and a row in 32 registers

// The rows x = step * q + rest of a block. The score of a pair reaches a threshold t only if
//   q.p >= per_step * t / query's step - rest / query's step - rest_of_query
// where the last two terms bound the contributions of both rests and of rounding in float32.
struct RoundedRows {
  const std::int8_t* bytes;
  std::int64_t pitch;
  std::int32_t start[kScoredRows];  // -128 times the sum of q, which compensates for the offset of 128 in the queries
  float per_step[kScoredRows];      // the divisor in steps
  float rest[kScoredRows];
  float rest_of_query[kScoredRows];
};

// Calls step(x, c) for each vector of a row; the last one is zero-padded.
template <typename Step>
WORDKIN_INLINE void for_vectors(const float* row, int columns, const Step& step) {
  int c = 0;
  for (; c + 16 <= columns; c += 16) step(_mm512_loadu_ps(row + c), c);
  if (c < columns) step(Vec::load_partial(row + c, columns - c).v, c);
}

WORDKIN_INLINE float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

inline void round_row(RoundedRows& rounded, int r, std::int8_t* bytes, const float* row, float divisor, int columns,
                      const ByteQueries& queries) {
  __m512 greatest_lanes = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
  for_vectors(row, columns, [&](__m512 x, int) {
    greatest_lanes = _mm512_max_ps(greatest_lanes, _mm512_abs_ps(x));
    squares = _mm512_fmadd_ps(x, x, squares);
  });
  const float greatest = _mm512_reduce_max_ps(greatest_lanes);
  const float length = square_root(_mm512_reduce_add_ps(squares));
  const bool is_zero = greatest == 0.0f && length == 0.0f;
  // Outside these bounds an intermediate value could overflow or lose its relative precision. Such rows, and rows with
  // NaN or infinite elements, are always candidates.
  const bool is_usual = greatest > 1e-6f && length < 1e9f && divisor > 1e-6f && divisor < 1e9f;
  if (!is_zero && !is_usual) {
    rounded.start[r] = 0;
    rounded.per_step[r] = 1.0f;
    rounded.rest[r] = 0.0f;
    rounded.rest_of_query[r] = __builtin_inff();
    return;
  }
  const float step = is_zero ? 1.0f : greatest / 127.0f, steps_in_one = is_zero ? 0.0f : 127.0f / greatest;
  __m512 squared_rests = _mm512_setzero_ps();
  __m512i sum = _mm512_setzero_si512();
  for_vectors(row, columns, [&](__m512 x, int c) {
    const __m512i q = _mm512_cvtps_epi32(_mm512_mul_ps(x, _mm512_set1_ps(steps_in_one)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + c), _mm512_cvtsepi32_epi8(q));
    sum = _mm512_add_epi32(sum, q);
    const __m512 rest = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(q), _mm512_set1_ps(step), x);
    squared_rests = _mm512_fmadd_ps(rest, rest, squared_rests);
  });
  constexpr float kAbove = 1.0001f;  // margin for the rounding errors of this function
  const float rest = square_root(_mm512_reduce_add_ps(squared_rests));
  const int roundings = columns / 16 + 24;
  const float float_roundings = static_cast<float>(roundings) * 0x1p-23f * length;
  rounded.start[r] = -128 * _mm512_reduce_add_epi32(sum);
  rounded.per_step[r] = divisor / step;
  rounded.rest[r] = kAbove * (rest + float_roundings) * queries.longest / step;
  rounded.rest_of_query[r] = kAbove * (length + rest) * queries.longest_rest / step;
}

// Four columns of a row, replicated. Each pointer serves three rows, as in gemm_tile.inl.h.
WORDKIN_INLINE __m512i four_columns(const std::int8_t* const (&rows)[(kRowsInTile + 2) / 3], std::int64_t pitch,
                                    int r) {
  std::int32_t four;
  std::memcpy(&four, rows[r / 3] + r % 3 * pitch, sizeof four);
  return _mm512_set1_epi32(four);
}

// Unrolled by recursion, because with a loop the compiler would keep the sums in memory during accumulation.
template <int R>
WORDKIN_INLINE void copy_rows(__m512i (*out)[kVectors], const __m512i (*in)[kVectors]) {
  static_assert(kVectors == 3);
  out[0][0] = in[0][0];
  out[0][1] = in[0][1];
  out[0][2] = in[0][2];
  if constexpr (R > 1) copy_rows<R - 1>(out + 1, in + 1);
}

// Complete products of kRowsInTile rows, from `first`, with one panel.
WORDKIN_INLINE void multiply_tile(__m512i (&products)[kRowsInTile][kVectors], const RoundedRows& rows, int first,
                                  const std::uint8_t* panel, int columns) {
  __m512i sums[kRowsInTile][kVectors];  // a local array, so that it stays in registers
  const std::int8_t* pointers[(kRowsInTile + 2) / 3];
  for (int i = 0; i < (kRowsInTile + 2) / 3; ++i) pointers[i] = rows.bytes + (first + 3 * i) * rows.pitch;
  for (int r = 0; r < kRowsInTile; ++r)
    for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_set1_epi32(rows.start[first + r]);
  for (int c = 0; c < columns; c += 4, panel += 4 * kBytePanel) {
    __m512i p[kVectors];
    for (int v = 0; v < kVectors; ++v) p[v] = _mm512_loadu_si512(panel + 64 * v);
    for (int r = 0; r < kRowsInTile; ++r) {
      const __m512i q = four_columns(pointers, rows.pitch, r);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], p[v], q);
    }
    for (auto& pointer : pointers) pointer += 4;
  }
  copy_rows<kRowsInTile>(products, sums);
}

struct LikelyPairs {
  Candidate* pairs;
  int row_count, query_count;
  int count = 0;

  WORDKIN_INLINE void take(unsigned lanes, int first_query, int row) {
    for (; lanes != 0; lanes &= lanes - 1) {
      const int query = first_query + __builtin_ctz(lanes);
      if (query < query_count && row < row_count) pairs[count++] = {0.0f, query, row};
    }
  }
};

inline void find_likely(LikelyPairs& likely, const RoundedRows& rows, int first, const ByteQueries& queries,
                        const float* thresholds, int panel, int columns) {
  const int panel_bytes = (columns + 3) / 4 * 4 * kBytePanel;
  __m512i products[kRowsInTile][kVectors];
  multiply_tile(products, rows, first, queries.panels + static_cast<std::int64_t>(panel) * panel_bytes, columns);
  for (int v = 0; v < kVectors; ++v) {
    const int query = panel * kBytePanel + 16 * v;
    const __m512 per_step = _mm512_loadu_ps(queries.per_step + query);
    const __m512 threshold = _mm512_mul_ps(_mm512_loadu_ps(thresholds + query), per_step);
    for (int r = 0; r < kRowsInTile; ++r) {
      const int row = first + r;
      __m512 least =
          _mm512_fmsub_ps(threshold, _mm512_set1_ps(rows.per_step[row]), _mm512_set1_ps(rows.rest_of_query[row]));
      least = _mm512_fnmadd_ps(per_step, _mm512_set1_ps(rows.rest[row]), least);
      // "Not less than", so that NaN counts as a candidate.
      const unsigned lanes = _mm512_cmp_ps_mask(_mm512_cvtepi32_ps(products[r][v]), least, _CMP_NLT_UQ);
      if (lanes != 0) likely.take(lanes, query, row);
    }
  }
}

// Computes the same scores as score_one and score_four.
inline void score_pairs(Candidate* pairs, int count, const RowBlock& rows, const QueryBlock& queries) {
  for (int first = 0; first < count; first += Vec::kWidth) {
    Vec partial[Vec::kWidth];
    alignas(64) float divisors[Vec::kWidth], scores[Vec::kWidth];
    for (int i = 0; i < Vec::kWidth; ++i) {
      const Candidate& pair = pairs[first + i < count ? first + i : count - 1];
      const float* const row = rows.floats + pair.row * rows.float_pitch;
      partial_sums<1, 1>(partial + i, &row, queries.queries + pair.query * queries.width, queries);
      divisors[i] = rows.divisors[pair.row];
    }
    reduce_scores(partial, divisors).store(scores);
    for (int i = 0; i < Vec::kWidth && first + i < count; ++i) pairs[first + i].score = scores[i];
  }
}

inline int find_byte_candidates(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                                const QueryBlock& queries, const ByteQueries& rounded, std::int8_t* bytes) {
  RoundedRows block{};
  block.bytes = bytes;
  block.pitch = (queries.columns + kByteColumnMultiple - 1) / kByteColumnMultiple * kByteColumnMultiple;
  for (int r = 0; r < rows.count; ++r)
    round_row(block, r, bytes + r * block.pitch, rows.floats + r * rows.float_pitch, rows.divisors[r], queries.columns,
              rounded);
  LikelyPairs likely{candidates, rows.count, queries.count};
  const int panels = (queries.count + kBytePanel - 1) / kBytePanel;
  for (int panel = 0; panel < panels; ++panel)
    for (int first = 0; first < rows.count; first += kRowsInTile)
      find_likely(likely, block, first, rounded, thresholds, panel, queries.columns);
  score_pairs(candidates, likely.count, rows, queries);
  return likely.count;
}

}  // namespace

const ByteKernels kAvx512VnniKernels = {find_byte_candidates};

}  // namespace wordkin::kernels
