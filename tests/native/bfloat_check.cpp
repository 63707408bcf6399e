// Compares the bfloat16 kernels of AVX512-BF16 and AMX, on emulated instructions, and the widening kernels with
// products of rounded operands in double precision. Needs AVX-512. Prints the first difference and exits with status 1.

#include "emulated_instructions.h"
//
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/bfloat_amx.inl.h"
#include "kernels/bfloat_dot.inl.h"
#include "kernels/bfloat_widened.inl.h"
#include "random/generator.h"

namespace {

using namespace wordkin;

constexpr int kPanel = kernels::kPanelColumns;
constexpr float kUntouched = 77.0f;

struct Case {
  int rows, depth, columns;
  bool adds, transposed;
};

double as_bfloat(float x) { return static_cast<double>(emulated::widened(emulated::rounded(x))); }

int padded(int count, int multiple) { return (count + multiple - 1) / multiple * multiple; }

// The product of one kernel, rows and columns of C with `spare` floats between the rows.
std::vector<float> product(const kernels::BfloatKernels& kernel, const Case& c, const std::vector<float>& a,
                           const std::vector<float>& b, std::vector<float> start, int spare) {
  const int depth = padded(c.depth, kernel.depth_multiple), panels = (c.columns + kPanel - 1) / kPanel;
  std::vector<std::uint32_t> words(static_cast<std::size_t>(panels) * depth / 2 * kPanel, 0u);
  for (int j = 0; j < c.columns; j += kPanel) {
    const int count = c.columns - j < kPanel ? c.columns - j : kPanel;
    std::uint32_t* panel = words.data() + j / kPanel * (depth / 2 * kPanel);
    if (c.transposed) {
      kernel.pack_transposed(panel, kPanel, b.data() + j * c.depth, c.depth, c.depth, count);
    } else {
      kernel.pack(panel, kPanel, b.data() + j, c.columns, c.depth, count);
    }
  }
  std::vector<float> left(static_cast<std::size_t>(c.rows + kernels::BfloatKernels::kSpareRows) * depth);
  kernel.round_rows(left.data(), depth, a.data(), c.depth, c.rows, c.depth);
  kernel.multiply_panels({start.data(), c.columns + spare, left.data(), depth, words.data(), words.data(), c.rows,
                          c.depth, c.columns, c.adds});
  return start;
}

bool check(const char* name, const kernels::BfloatKernels& kernel, const Case& c, random::Generator& generator) {
  const auto filled = [&](std::size_t size) {
    std::vector<float> values(size);
    for (auto& value : values) value = static_cast<float>(generator.uniform() - 0.5);
    return values;
  };
  constexpr int kSpare = 3;
  const auto a = filled(static_cast<std::size_t>(c.rows) * c.depth),
             b = filled(static_cast<std::size_t>(c.depth) * c.columns);
  const int pitch = c.columns + kSpare;
  std::vector<float> start = filled(static_cast<std::size_t>(c.rows) * pitch);
  for (int i = 0; i < c.rows; ++i)
    for (int j = c.columns; j < pitch; ++j) start[i * pitch + j] = kUntouched;
  const auto result = product(kernel, c, a, b, start, kSpare);
  for (int i = 0; i < c.rows; ++i) {
    // A row multiplied alone gives the same floats.
    const Case alone{1, c.depth, c.columns, c.adds, c.transposed};
    const auto row = product(kernel, alone, {a.begin() + i * c.depth, a.begin() + (i + 1) * c.depth}, b,
                             {start.begin() + i * pitch, start.begin() + (i + 1) * pitch}, kSpare);
    bool is_right = std::memcmp(row.data(), result.data() + i * pitch, sizeof(float) * pitch) == 0;
    for (int j = 0; j < c.columns; ++j) {
      double sum = c.adds ? start[i * pitch + j] : 0.0;
      for (int k = 0; k < c.depth; ++k)
        sum += as_bfloat(a[i * c.depth + k]) * as_bfloat(c.transposed ? b[j * c.depth + k] : b[k * c.columns + j]);
      is_right = is_right && std::abs(sum - result[i * pitch + j]) <= 1e-6 * (1.0 + c.depth);
    }
    for (int j = c.columns; j < pitch; ++j) is_right = is_right && result[i * pitch + j] == kUntouched;
    if (is_right) continue;
    std::printf("%s: row %d of (%d, %d) by %d columns, adds %d, transposed %d\n", name, i, c.rows, c.depth, c.columns,
                c.adds, c.transposed);
    return false;
  }
  return true;
}

}  // namespace

int main() {
  struct Named {
    const char* name;
    const kernels::BfloatKernels& kernel;
  };
  const Named all[] = {
      {"widened", kernels::kWidenedBfloat}, {"avx512bf16", kernels::kDotBfloat}, {"amx", kernels::kAmxBfloat}};
  random::Generator generator(5, 0);
  bool is_right = true;
  for (const auto& [name, kernel] : all)
    for (const int rows : {1, 3, 16, 17, 31, 32, 33, 47, 70})
      for (const int depth : {1, 2, 31, 32, 67})
        for (const int columns : {1, 16, 31, 32, 33, 100})
          for (const bool adds : {false, true})
            for (const bool transposed : {false, true})
              is_right = check(name, kernel, {rows, depth, columns, adds, transposed}, generator) && is_right;
  return is_right ? 0 : 1;
}
