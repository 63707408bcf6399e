// The weights of a layer, packed for matrix products. Each gate is a separate matrix, so that a member of a team owns
// the same units of all gates and computes them without waiting for the other members.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "linalg/packed_matrix.h"
#include "memory/aligned_buffer.h"
#include "parallel/team.h"
#include "recurrent/stack_shape.h"
#include "recurrent/tensors.h"

namespace wordkin::recurrent {

using linalg::Purpose;

class PackedLayer {
 public:
  PackedLayer(const linalg::Compute& compute, const StackShape& shape, std::int64_t layer, Purpose purpose);

  // Each member packs its share. A barrier is required before the first use.
  void pack(parallel::Team& team, const LayerParameters& parameters);
  // For Precision::kInt8, and only for it.
  void pack(parallel::Team& team, const Int8Layer& matrices, std::span<const float> bias);

  [[nodiscard]] const linalg::PackedMatrix& input(int gate) const { return input_[static_cast<std::size_t>(gate)]; }
  [[nodiscard]] const linalg::PackedMatrix& hidden(int gate) const { return hidden_[static_cast<std::size_t>(gate)]; }
  [[nodiscard]] const linalg::PackedMatrix& projection() const { return projection_; }
  [[nodiscard]] const linalg::PackedMatrix& hidden_transposed() const {
    return hidden_transposed_;
  }  // (gates dim, hidden)
  [[nodiscard]] const linalg::PackedMatrix& projection_transposed() const {
    return projection_transposed_;
  }  // (hidden, dim)
  [[nodiscard]] const float* bias() const { return bias_.data(); }  // blocks of dim, including the forget bias
  [[nodiscard]] std::size_t bytes() const;

 private:
  void copy_bias(std::span<const float> bias);

  StackShape shape_;
  std::int64_t input_columns_;
  Purpose purpose_;
  std::array<linalg::PackedMatrix, 4> input_;
  std::array<linalg::PackedMatrix, 4> hidden_;
  linalg::PackedMatrix projection_;
  linalg::PackedMatrix hidden_transposed_;
  linalg::PackedMatrix projection_transposed_;
  memory::AlignedBuffer<float> bias_;
};

// All layers of one direction. Read-only once packed, so any number of threads may use it concurrently.
class PackedStack {
 public:
  PackedStack(const linalg::Compute& compute, const StackShape& shape, Purpose purpose);

  void pack(parallel::Team& team, std::span<const LayerParameters> parameters);
  // For Precision::kInt8, and only for it. Of the parameters, only the biases are read.
  void pack(parallel::Team& team, std::span<const LayerParameters> parameters, std::span<const Int8Layer> matrices);

  [[nodiscard]] const StackShape& shape() const { return shape_; }
  [[nodiscard]] const linalg::Compute& compute() const { return compute_; }
  [[nodiscard]] const PackedLayer& layer(std::int64_t layer) const { return layers_[static_cast<std::size_t>(layer)]; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  linalg::Compute compute_;
  StackShape shape_;
  std::vector<PackedLayer> layers_;
};

}  // namespace wordkin::recurrent
