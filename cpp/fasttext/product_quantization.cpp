#include "fasttext/product_quantization.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "random/generator.h"

namespace wordkin::fasttext {
namespace {

constexpr std::int64_t kMaxPoints = 65536;
constexpr int kRounds = 25;
constexpr float kSplit = 1e-7f;  // distance of the halves of a cluster that is split
constexpr std::int64_t kRowsAtOnce = 1024;

class CentroidTable {
 public:
  explicit CentroidTable(std::int64_t width)
      : width_(width), columns_(static_cast<std::size_t>(width * kernels::kCodes)) {}

  void fill(const float* centroids) {
    for (std::int64_t k = 0; k < kernels::kCodes; ++k) {
      float norm = 0.0f;
      for (std::int64_t d = 0; d < width_; ++d) {
        const float value = centroids[k * width_ + d];
        columns_[static_cast<std::size_t>(d * kernels::kCodes + k)] = value;
        norm += value * value;
      }
      offsets_[static_cast<std::size_t>(k)] = -0.5f * norm;
    }
  }
  [[nodiscard]] kernels::Centroids view() const {
    return {columns_.data(), offsets_.data(), static_cast<int>(width_), width_};
  }

 private:
  std::int64_t width_;
  std::vector<float> columns_;
  std::array<float, kernels::kCodes> offsets_{};
};

void copy_point(float* point, const RowPart& part, std::int64_t row) {
  const float* const values = part.rows.row(row) + part.first;
  const float norm = part.norms.empty() ? 1.0f : part.norms[static_cast<std::size_t>(row)];
  for (std::int64_t d = 0; d < part.width; ++d) point[d] = norm == 0.0f ? values[d] : values[d] / norm;
}

// The points, in random order, of which at most kMaxPoints are used.
std::vector<float> sampled_points(const RowPart& part, random::Generator& generator) {
  const auto count = static_cast<std::size_t>(std::min(part.rows.rows, kMaxPoints));
  std::vector<std::int32_t> rows(static_cast<std::size_t>(part.rows.rows));
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<float> points(count * static_cast<std::size_t>(part.width));
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(rows[i], rows[i + generator.below(static_cast<std::uint32_t>(rows.size() - i))]);
    copy_point(points.data() + i * static_cast<std::size_t>(part.width), part, rows[i]);
  }
  return points;
}

// Moves each centroid to the mean of its points. A centroid without points takes half of those of another one, which is
// drawn with a probability that grows with the number of its points.
void move_centroids(float* centroids, const std::vector<float>& points, const std::vector<std::uint8_t>& codes,
                    std::int64_t width, random::Generator& generator) {
  std::array<std::int64_t, kernels::kCodes> members{};
  std::vector<double> sums(static_cast<std::size_t>(kernels::kCodes * width), 0.0);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    ++members[codes[i]];
    for (std::int64_t d = 0; d < width; ++d)
      sums[static_cast<std::size_t>(codes[i] * width + d)] +=
          static_cast<double>(points[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(d)]);
  }
  for (std::int64_t k = 0; k < kernels::kCodes; ++k)
    for (std::int64_t d = 0; d < width && members[static_cast<std::size_t>(k)] > 0; ++d)
      centroids[k * width + d] = static_cast<float>(sums[static_cast<std::size_t>(k * width + d)] /
                                                    static_cast<double>(members[static_cast<std::size_t>(k)]));
  const auto spare = static_cast<double>(codes.size()) - kernels::kCodes;
  for (std::size_t k = 0; k < members.size(); ++k) {
    if (members[k] > 0) continue;
    std::size_t other = 0;
    while (generator.uniform() * spare >= static_cast<double>(members[other] - 1)) other = (other + 1) % members.size();
    for (std::int64_t d = 0; d < width; ++d) {
      float& from = centroids[static_cast<std::int64_t>(other) * width + d];
      const float shift = d % 2 == 0 ? -kSplit : kSplit;
      centroids[static_cast<std::int64_t>(k) * width + d] = from + shift;
      from -= shift;
    }
    members[k] = members[other] / 2;
    members[other] -= members[k];
  }
}

}  // namespace

void train_centroids(float* centroids, const RowPart& part, std::uint64_t seed, std::uint64_t stream,
                     const kernels::KernelTable& kernels, const std::atomic<bool>& cancelled) {
  random::Generator generator(seed, stream);
  const std::vector<float> points = sampled_points(part, generator);
  std::copy_n(points.data(), kernels::kCodes * part.width, centroids);
  std::vector<std::uint8_t> codes(points.size() / static_cast<std::size_t>(part.width));
  CentroidTable table(part.width);
  for (int round = 0; round < kRounds && !cancelled.load(std::memory_order_relaxed); ++round) {
    table.fill(centroids);
    kernels.nearest_centroids(codes.data(), points.data(), static_cast<std::int64_t>(codes.size()), table.view());
    move_centroids(centroids, points, codes, part.width, generator);
  }
}

void encode_part(std::uint8_t* codes, std::int64_t pitch, const float* centroids, const RowPart& part,
                 const kernels::KernelTable& kernels, const std::atomic<bool>& cancelled) {
  CentroidTable table(part.width);
  table.fill(centroids);
  std::vector<float> points(static_cast<std::size_t>(kRowsAtOnce * part.width));
  std::vector<std::uint8_t> found(static_cast<std::size_t>(kRowsAtOnce));
  for (std::int64_t begin = 0; begin < part.rows.rows && !cancelled.load(std::memory_order_relaxed);
       begin += kRowsAtOnce) {
    const std::int64_t count = std::min(kRowsAtOnce, part.rows.rows - begin);
    for (std::int64_t i = 0; i < count; ++i) copy_point(points.data() + i * part.width, part, begin + i);
    kernels.nearest_centroids(found.data(), points.data(), count, table.view());
    for (std::int64_t i = 0; i < count; ++i) codes[(begin + i) * pitch] = found[static_cast<std::size_t>(i)];
  }
}

}  // namespace wordkin::fasttext
