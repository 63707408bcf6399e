// Compares the kernels for 8-bit integers with products of rounded operands: all floats must be equal. On x86 those of
// AVX512-VNNI and AMX, on emulated instructions, and the widening ones, which needs AVX-512; elsewhere those of each
// instruction set of the machine. Prints the first difference and exits with status 1.

#if defined(__x86_64__) || defined(_M_X64)
#include "emulated_instructions.h"
//
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#if defined(WORDKIN_VEC_HEADER)
#define __AVX512VNNI__ 1
#include "kernels/int8_amx.inl.h"
#include "kernels/int8_dot512.inl.h"
#include "kernels/int8_widened.inl.h"
#else
#include "kernels/select.h"
#endif
#include "random/generator.h"

namespace {

using namespace wordkin;

constexpr float kUntouched = 77.0f;

struct Named {
  std::string name;
  kernels::Int8Kernels kernel;
  int panel;  // columns
};

std::vector<Named> all_kernels_to_check() {
#if defined(WORDKIN_VEC_HEADER)
  return {{"widened", kernels::kWidenedInt8, kernels::kPanelColumns},
          {"avx512vnni", kernels::int8_kernels<kernels::ByteDots512>(), kernels::kPanelColumns},
          {"amx", kernels::kAmxBytes, kernels::kPanelColumns}};
#else
  std::vector<Named> all;
  for (const auto isa : kernels::available()) {
    const auto& table = kernels::table_of(isa);
    all.push_back({std::string(kernels::name_of(isa)), *table.int8, table.panel_columns});
  }
  return all;
#endif
}

struct Case {
  int rows, depth, columns;
  bool adds;
};

struct Rounded {
  std::vector<int> integers;  // (rows, columns)
  std::vector<float> scales;  // of the rows
};

Rounded rounded(const std::vector<float>& matrix, int rows, int columns) {
  Rounded result{std::vector<int>(matrix.size()), std::vector<float>(static_cast<std::size_t>(rows))};
  for (int i = 0; i < rows; ++i) {
    float greatest = 0.0f;
    for (int j = 0; j < columns; ++j) greatest = std::max(greatest, std::abs(matrix[i * columns + j]));
    const float in_one = 127.0f / greatest;
    result.scales[i] = greatest / 127.0f;
    for (int j = 0; j < columns; ++j)
      result.integers[i * columns + j] = static_cast<int>(std::nearbyint(matrix[i * columns + j] * in_one));
  }
  return result;
}

// The product of one kernel with the transposed matrix b, rows of C with `spare` floats between them.
std::vector<float> product(const Named& named, const Case& c, const std::vector<float>& a, const Rounded& b,
                           std::vector<float> start, int spare) {
  const kernels::Int8Kernels& kernel = named.kernel;
  const int panel = named.panel;
  const int depth = (c.depth + kernel.depth_multiple - 1) / kernel.depth_multiple * kernel.depth_multiple;
  const int panels = (c.columns + panel - 1) / panel, group = kernel.group;
  std::vector<std::int8_t> bytes(static_cast<std::size_t>(panels) * depth * panel);
  std::vector<std::int32_t> offsets(static_cast<std::size_t>(panels) * panel);
  std::vector<float> scales(static_cast<std::size_t>(panels) * panel), row_scales(static_cast<std::size_t>(c.rows));
  for (int j = 0; j < c.columns; ++j) {
    scales[j] = b.scales[j];
    for (int k = 0; k < c.depth; ++k) {
      const int value = b.integers[j * c.depth + k];
      offsets[j] -= 128 * value;
      bytes[j / panel * (depth * panel) + k / group * group * panel + j % panel * group + k % group] =
          static_cast<std::int8_t>(value);
    }
  }
  std::vector<char> left(static_cast<std::size_t>(c.rows + kernels::Int8Kernels::kSpareRows) * depth *
                         kernel.left_bytes);
  kernel.round_rows(left.data(), depth, row_scales.data(), a.data(), c.depth, c.rows, c.depth);
  kernel.multiply_panels({start.data(), c.columns + spare, left.data(), depth, row_scales.data(), bytes.data(),
                          bytes.data(), scales.data(), offsets.data(), c.rows, c.columns, c.adds});
  return start;
}

bool check(const Named& named, const Case& c, random::Generator& generator) {
  const auto filled = [&](std::size_t size) {
    std::vector<float> values(size);
    for (auto& value : values) value = static_cast<float>(generator.uniform() - 0.5);
    return values;
  };
  constexpr int kSpare = 3;
  const auto a = filled(static_cast<std::size_t>(c.rows) * c.depth);
  const Rounded rows = rounded(a, c.rows, c.depth);
  const Rounded columns = rounded(filled(static_cast<std::size_t>(c.depth) * c.columns), c.columns, c.depth);
  const int pitch = c.columns + kSpare;
  std::vector<float> start = filled(static_cast<std::size_t>(c.rows) * pitch);
  for (int i = 0; i < c.rows; ++i)
    for (int j = c.columns; j < pitch; ++j) start[i * pitch + j] = kUntouched;
  const auto result = product(named, c, a, columns, start, kSpare);
  for (int i = 0; i < c.rows; ++i)
    for (int j = 0; j < pitch; ++j) {
      float expected = start[i * pitch + j];
      if (j < c.columns) {
        int sum = 0;
        for (int k = 0; k < c.depth; ++k) sum += rows.integers[i * c.depth + k] * columns.integers[j * c.depth + k];
        const float scaled = static_cast<float>(sum) * columns.scales[j] * rows.scales[i];
        expected = c.adds ? expected + scaled : scaled;
      }
      if (result[i * pitch + j] == expected) continue;
      std::printf("%s: element (%d, %d) of (%d, %d) by %d columns, adds %d\n", named.name.c_str(), i, j, c.rows,
                  c.depth, c.columns, c.adds);
      return false;
    }
  return true;
}

}  // namespace

int main() {
  random::Generator generator(5, 0);
  bool is_right = true;
  for (const auto& named : all_kernels_to_check()) {
    std::printf("%s\n", named.name.c_str());
    for (const int rows : {1, 3, 8, 16, 17, 31, 32, 33, 47, 70})
      for (const int depth : {1, 2, 63, 64, 65, 131})
        for (const int columns : {1, 12, 16, 31, 32, 33, 100})
          for (const bool adds : {false, true})
            is_right = check(named, {rows, depth, columns, adds}, generator) && is_right;
  }
  return is_right ? 0 : 1;
}
