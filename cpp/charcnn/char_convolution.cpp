#include "charcnn/char_convolution.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

namespace wordkin::charcnn {
namespace {

constexpr std::int64_t kColumns = kernels::kPanelFilters;

std::int64_t widest(const Shape& shape) {
  std::int64_t width = 0;
  for (const Filter& filter : shape.filters) width = std::max(width, filter.width);
  return width;
}

// Copies the weights (width, dim, kColumns) and the bias of a panel, zero-padded after its columns.
void copy_panel(float* weights, float* bias, const ConvolutionTensors<const float>& tensors, const FilterPanel& panel) {
  for (std::int64_t row = 0; row < tensors.weights.rows; ++row) {
    std::copy_n(tensors.weights.row(row) + panel.first, panel.count, weights + row * kColumns);
    std::fill_n(weights + row * kColumns + panel.count, kColumns - panel.count, 0.0f);
  }
  std::copy_n(tensors.bias.data() + panel.first, panel.count, bias);
  std::fill_n(bias + panel.count, kColumns - panel.count, 0.0f);
}

kernels::CharacterPanel character_panel(const float* weights, const EncoderParameters& parameters,
                                        std::span<const std::uint16_t> characters, const FilterPanel& panel) {
  return {weights,
          parameters.char_embed.data,
          parameters.char_embed.pitch,
          characters.data(),
          static_cast<std::int64_t>(characters.size()),
          panel.width,
          parameters.char_embed.columns,
          panel.count};
}

}  // namespace

std::vector<FilterPanel> panels_of(const Shape& shape) {
  std::vector<FilterPanel> panels;
  std::int64_t column = 0;
  for (std::size_t i = 0; i < shape.filters.size(); ++i) {
    const Filter& filter = shape.filters[i];
    for (std::int64_t first = 0; first < filter.count; first += kColumns)
      panels.push_back({i, filter.width, first, column + first, std::min(kColumns, filter.count - first)});
    column += filter.count;
  }
  return panels;
}

ConvolutionScratch::ConvolutionScratch(const Shape& shape, std::size_t members)
    : d_embeddings_(panels_of(shape).size() * static_cast<std::size_t>(shape.characters * shape.char_dim)) {
  const auto table = static_cast<std::size_t>(shape.characters * widest(shape) * kColumns);
  const auto weights = static_cast<std::size_t>(widest(shape) * shape.char_dim * kColumns);
  for (std::size_t member = 0; member < members; ++member)
    members_.push_back({memory::AlignedBuffer<float>(table), memory::AlignedBuffer<float>(weights),
                        memory::AlignedBuffer<float>(weights), memory::AlignedBuffer<float>(kColumns)});
}

ConvolutionTables::ConvolutionTables(const Shape& shape) {
  std::size_t size = 0;
  for (const FilterPanel& panel : panels_of(shape)) {
    begins_.push_back(size);
    size += static_cast<std::size_t>(shape.characters * panel.width * kColumns);
  }
  tables_ = memory::AlignedBuffer<float>(size);
  biases_ = memory::AlignedBuffer<float>(begins_.size() * kColumns);
}

CharConvolution::CharConvolution(const Shape& shape, const kernels::KernelTable& kernels)
    : shape_(shape),
      kernels_(&kernels),
      panels_(panels_of(shape)),
      all_characters_(static_cast<std::size_t>(shape.characters)) {
  std::iota(all_characters_.begin(), all_characters_.end(), std::uint16_t{0});
}

parallel::Range CharConvolution::own_panels(const parallel::Team& team) const {
  std::int64_t total = 0;  // additions per window; tables and weights also grow with the width
  for (const FilterPanel& panel : panels_) total += panel.width;
  parallel::Range own{static_cast<std::int64_t>(panels_.size()), 0};
  std::int64_t before = 0;
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): there are panels, and their widths are positive
    if (before * team.size() / total == team.rank()) {
      own.begin = std::min(own.begin, index);
      own.end = index + 1;
    }
    before += panels_[i].width;
  }
  return own;
}

kernels::MaxOverTime CharConvolution::lookup(const FilterPanel& panel, const WordBatch& words) const {
  kernels::MaxOverTime job{};
  job.rows = words.rows().data;
  job.row_pitch = words.rows().pitch;
  job.distinct_windows = words.distinct_windows().data();
  job.windows = words.max_characters() - panel.width + 1;
  job.words = words.size();
  job.characters = static_cast<std::int64_t>(words.characters().size());
  job.width = panel.width;
  job.columns = panel.count;
  job.is_tanh = shape_.activation == Activation::kTanh;
  return job;
}

void CharConvolution::forward(parallel::Team& team, memory::MatrixView<float> outputs,
                              memory::MatrixView<std::uint16_t> argmax, const EncoderParameters& parameters,
                              const WordBatch& words, ConvolutionScratch& scratch) const {
  auto& own = scratch.members_[static_cast<std::size_t>(team.member())];
  const parallel::Range range = own_panels(team);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const FilterPanel& panel = panels_[static_cast<std::size_t>(i)];
    copy_panel(own.weights.data(), own.bias.data(), parameters.filters[panel.filter], panel);
    kernels_->fill_lookup_table(own.table.data(),
                                character_panel(own.weights.data(), parameters, words.characters(), panel));
    kernels::MaxOverTime job = lookup(panel, words);
    job.outputs = outputs.data + panel.column;
    job.output_pitch = outputs.pitch;
    job.argmax = argmax.data + panel.column;
    job.argmax_pitch = argmax.pitch;
    job.table = own.table.data();
    job.bias = own.bias.data();
    kernels_->max_over_time(job);
  }
}

void CharConvolution::backward(parallel::Team& team, const EncoderGradients& gradients,
                               memory::MatrixView<const float> d_outputs, memory::MatrixView<const float> outputs,
                               memory::MatrixView<const std::uint16_t> argmax, const EncoderParameters& parameters,
                               const WordBatch& words, ConvolutionScratch& scratch) const {
  auto& own = scratch.members_[static_cast<std::size_t>(team.member())];
  const auto present = static_cast<std::int64_t>(words.characters().size());
  const std::int64_t embeddings = present * shape_.char_dim;
  const parallel::Range range = own_panels(team);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const FilterPanel& panel = panels_[static_cast<std::size_t>(i)];
    copy_panel(own.weights.data(), own.bias.data(), parameters.filters[panel.filter], panel);
    std::fill_n(own.table.data(), present * panel.width * kColumns, 0.0f);
    std::fill_n(own.bias.data(), kColumns, 0.0f);
    const kernels::MaxOverTime job = lookup(panel, words);
    kernels_->route_gradients({own.table.data(), own.bias.data(), d_outputs.data + panel.column, d_outputs.pitch,
                               outputs.data + panel.column, outputs.pitch, argmax.data + panel.column, argmax.pitch,
                               job.rows, job.row_pitch, job.distinct_windows, job.windows, job.words, job.characters,
                               job.width, job.columns, job.is_tanh});
    kernels_->lookup_gradients(own.d_weights.data(), scratch.d_embeddings_.data() + i * embeddings, own.table.data(),
                               character_panel(own.weights.data(), parameters, words.characters(), panel));
    const auto& target = gradients.filters[panel.filter];
    for (std::int64_t row = 0; row < target.weights.rows; ++row)
      std::copy_n(own.d_weights.data() + row * kColumns, panel.count, target.weights.row(row) + panel.first);
    std::copy_n(own.bias.data(), panel.count, target.bias.data() + panel.first);
  }
  team.barrier();
  const parallel::Range rows = team.share(shape_.characters);
  for (std::int64_t c = rows.begin; c < rows.end; ++c) std::fill_n(gradients.char_embed.row(c), shape_.char_dim, 0.0f);
  for (std::int64_t c = 0; c < present; ++c) {
    const std::int64_t character = words.characters()[static_cast<std::size_t>(c)];
    if (character < rows.begin || character >= rows.end) continue;
    float* sum = gradients.char_embed.row(character);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
      const float* part = scratch.d_embeddings_.data() + static_cast<std::int64_t>(i) * embeddings;
      for (std::int64_t j = 0; j < shape_.char_dim; ++j) sum[j] += part[c * shape_.char_dim + j];
    }
  }
}

void CharConvolution::fill_tables(parallel::Team& team, ConvolutionTables& tables, const EncoderParameters& parameters,
                                  ConvolutionScratch& scratch) const {
  auto& own = scratch.members_[static_cast<std::size_t>(team.member())];
  const parallel::Range range = own_panels(team);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const FilterPanel& panel = panels_[static_cast<std::size_t>(i)];
    copy_panel(own.weights.data(), tables.biases_.data() + i * kColumns, parameters.filters[panel.filter], panel);
    kernels_->fill_lookup_table(tables.tables_.data() + tables.begins_[static_cast<std::size_t>(i)],
                                character_panel(own.weights.data(), parameters, all_characters_, panel));
  }
}

void CharConvolution::look_up(parallel::Team& team, memory::MatrixView<float> outputs, const ConvolutionTables& tables,
                              const WordBatch& words, std::int64_t first) const {
  const parallel::Range range = own_panels(team);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const FilterPanel& panel = panels_[static_cast<std::size_t>(i)];
    kernels::MaxOverTime job = lookup(panel, words);
    job.rows += first * job.row_pitch;
    job.distinct_windows += first;
    job.words = outputs.rows;
    job.outputs = outputs.data + panel.column;
    job.output_pitch = outputs.pitch;
    job.table = tables.tables_.data() + tables.begins_[static_cast<std::size_t>(i)];
    job.bias = tables.biases_.data() + i * kColumns;
    kernels_->max_over_time(job);
  }
}

}  // namespace wordkin::charcnn
