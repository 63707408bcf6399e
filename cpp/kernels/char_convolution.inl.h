// A convolution over characters by lookup: tables of what a character adds at an offset, the greatest sum over a word's
// windows, and the gradients that come back through the tables. Included once per ISA, after its vec header.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/elementary.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

constexpr int kTableCharacters = 4;  // x kTableVectors accumulators, enough to hide the latency of a multiply and add
constexpr int kTableVectors = 2;
constexpr int kSumVectors = 4;  // sums, maxima and places of so many vectors stay in 16 registers

inline const float* embedding_of(const CharacterPanel& panel, std::int64_t row) {
  return panel.embeddings + panel.characters[row] * panel.embedding_pitch;
}

// Rows (first .. first + C) of the table at one offset and a few vectors of columns. An element is summed over the
// dimensions in rising order, whatever C is.
template <int C>
WORDKIN_INLINE void fill_table_block(float* table, const CharacterPanel& panel, std::int64_t first, std::int64_t offset,
                                     int column) {
  Vec sums[C][kTableVectors];
  const float* embeddings[C];
  for (int c = 0; c < C; ++c) {
    embeddings[c] = embedding_of(panel, first + c);
    for (auto& sum : sums[c]) sum = Vec::zero();
  }
  const float* weights = panel.weights + offset * panel.dim * kPanelFilters + column;
  for (std::int64_t j = 0; j < panel.dim; ++j, weights += kPanelFilters)
    for (int v = 0; v < kTableVectors; ++v) {
      const Vec w = Vec::load(weights + v * Vec::kWidth);
      for (int c = 0; c < C; ++c) sums[c][v] = fma(Vec::broadcast(embeddings[c][j]), w, sums[c][v]);
    }
  for (int c = 0; c < C; ++c)
    for (int v = 0; v < kTableVectors; ++v)
      sums[c][v].store(table + ((first + c) * panel.width + offset) * kPanelFilters + column + v * Vec::kWidth);
}

inline void fill_lookup_table(float* table, const CharacterPanel& panel) {
  for (std::int64_t offset = 0; offset < panel.width; ++offset)
    for (int column = 0; column < kPanelFilters; column += kTableVectors * Vec::kWidth) {
      std::int64_t row = 0;
      for (; row + kTableCharacters <= panel.count; row += kTableCharacters)
        fill_table_block<kTableCharacters>(table, panel, row, offset, column);
      for (; row < panel.count; ++row) fill_table_block<1>(table, panel, row, offset, column);
    }
}

struct WindowMaxima {
  Vec greatest[kSumVectors];
  Vec place[kSumVectors];  // whole numbers as floats
};

// Sums are taken over the offsets in rising order. Among equal sums the first window stays the place.
WORDKIN_INLINE WindowMaxima greatest_windows(const MaxOverTime& job, const std::uint16_t* word, std::int64_t windows,
                                             int column) {
  WindowMaxima found;
  const float* const table = job.table + column;
  for (std::int64_t p = 0; p < windows; ++p) {
    Vec sums[kSumVectors];
    const float* row = table + word[p] * job.width * kPanelFilters;
    for (int v = 0; v < kSumVectors; ++v) sums[v] = Vec::load(row + v * Vec::kWidth);
    for (std::int64_t k = 1; k < job.width; ++k) {
      row = table + (word[p + k] * job.width + k) * kPanelFilters;
      for (int v = 0; v < kSumVectors; ++v) sums[v] = add(sums[v], Vec::load(row + v * Vec::kWidth));
    }
    const Vec here = Vec::broadcast(static_cast<float>(p));
    for (int v = 0; v < kSumVectors; ++v) {
      Vec& greatest = found.greatest[v];
      found.place[v] = p == 0 ? here : select_nonnegative(sub(greatest, sums[v]), found.place[v], here);
      greatest = p == 0 ? sums[v] : max(greatest, sums[v]);
    }
  }
  return found;
}

inline Vec activated(Vec sum, bool is_tanh) { return is_tanh ? tanh_of(sum) : max(Vec::zero(), sum); }

inline void max_over_time(const MaxOverTime& job) {
  constexpr int kColumns = kSumVectors * Vec::kWidth;
  alignas(64) float lanes[kColumns];
  for (int column = 0; column < job.columns; column += kColumns) {
    const int filled = job.columns - column < kColumns ? static_cast<int>(job.columns - column) : kColumns;
    for (std::int64_t i = 0; i < job.words; ++i) {
      const std::int64_t windows = job.distinct_windows[i] < job.windows ? job.distinct_windows[i] : job.windows;
      const WindowMaxima found = greatest_windows(job, job.rows + i * job.row_pitch, windows, column);
      for (int v = 0; v < kSumVectors; ++v)
        activated(add(found.greatest[v], Vec::load(job.bias + column + v * Vec::kWidth)), job.is_tanh)
            .store(lanes + v * Vec::kWidth);
      std::memcpy(job.outputs + i * job.output_pitch + column, lanes, static_cast<unsigned>(filled) * sizeof(float));
      if (job.places == nullptr) continue;
      for (int v = 0; v < kSumVectors; ++v) found.place[v].store(lanes + v * Vec::kWidth);
      std::uint16_t* const places = job.places + i * job.place_pitch + column;
      for (int lane = 0; lane < filled; ++lane)
        places[lane] = static_cast<std::uint16_t>(static_cast<std::int32_t>(lanes[lane]));
    }
  }
}

// d W_k,j = sum over characters of e_j d T_k, for up to J dimensions at one offset and a few vectors of columns.
template <int J>
WORDKIN_INLINE void weight_gradient_block(float* d_weights, const float* d_table, const CharacterPanel& panel,
                                          std::int64_t offset, std::int64_t j, int column) {
  Vec sums[J][kTableVectors];
  for (auto& row : sums)
    for (auto& sum : row) sum = Vec::zero();
  for (std::int64_t c = 0; c < panel.count; ++c) {
    const float* const gradient = d_table + (c * panel.width + offset) * kPanelFilters + column;
    const float* const embedding = embedding_of(panel, c) + j;
    for (int v = 0; v < kTableVectors; ++v) {
      const Vec g = Vec::load(gradient + v * Vec::kWidth);
      for (int i = 0; i < J; ++i) sums[i][v] = fma(Vec::broadcast(embedding[i]), g, sums[i][v]);
    }
  }
  for (int i = 0; i < J; ++i)
    for (int v = 0; v < kTableVectors; ++v)
      sums[i][v].store(d_weights + (offset * panel.dim + j + i) * kPanelFilters + column + v * Vec::kWidth);
}

// d e_j = sum over offsets and columns of W_k,j d T_k, for kWidth dimensions of one character. Where fewer are left the
// last one is summed again and dropped.
WORDKIN_INLINE void embedding_gradient_block(float* d_embedding, const float* d_row, const CharacterPanel& panel,
                                             std::int64_t first) {
  Vec partial[Vec::kWidth];
  const float* weights[Vec::kWidth];
  for (int i = 0; i < Vec::kWidth; ++i) {
    partial[i] = Vec::zero();
    weights[i] = panel.weights + (first + i < panel.dim ? first + i : panel.dim - 1) * kPanelFilters;
  }
  for (std::int64_t offset = 0; offset < panel.width; ++offset)
    for (int column = 0; column < kPanelFilters; column += Vec::kWidth) {
      const Vec g = Vec::load(d_row + offset * kPanelFilters + column);
      for (int i = 0; i < Vec::kWidth; ++i)
        partial[i] = fma(Vec::load(weights[i] + offset * panel.dim * kPanelFilters + column), g, partial[i]);
    }
  alignas(64) float lanes[Vec::kWidth];
  sums(partial).store(lanes);
  for (int i = 0; i < Vec::kWidth && first + i < panel.dim; ++i) d_embedding[first + i] = lanes[i];
}

inline void lookup_gradients(float* d_weights, float* d_embeddings, const float* d_table, const CharacterPanel& panel) {
  constexpr int kDimensions = 4;
  for (std::int64_t offset = 0; offset < panel.width; ++offset)
    for (int column = 0; column < kPanelFilters; column += kTableVectors * Vec::kWidth) {
      std::int64_t j = 0;
      for (; j + kDimensions <= panel.dim; j += kDimensions)
        weight_gradient_block<kDimensions>(d_weights, d_table, panel, offset, j, column);
      for (; j < panel.dim; ++j) weight_gradient_block<1>(d_weights, d_table, panel, offset, j, column);
    }
  for (std::int64_t c = 0; c < panel.count; ++c)
    for (std::int64_t j = 0; j < panel.dim; j += Vec::kWidth)
      embedding_gradient_block(d_embeddings + c * panel.dim, d_table + c * panel.width * kPanelFilters, panel, j);
}

}  // namespace
}  // namespace wordkin::kernels
