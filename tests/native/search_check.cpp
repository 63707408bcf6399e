// Compares nearest-neighbour search and the kernels that score rows, on every instruction set of the machine, with
// plain loops in double precision, on machines without Python: it can be cross-compiled and run in an emulator.
// tests/search and tests/kernels check more, through Python. Exits with status 1 if a score is wrong or a row is
// missing.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "kernels/select.h"
#include "random/generator.h"
#include "search/nearest.h"
#include "search/rounded_rows.h"

namespace {

using namespace wordkin;

struct Case {
  std::int64_t rows, columns, queries, k;
};

struct Nearest {
  Nearest(memory::MatrixView<const float> queries, const search::Rows& table, const Case& c,
          const search::Compute& compute)
      : rows(static_cast<std::size_t>(c.queries * c.k)), cosines(rows.size()) {
    search::find_nearest({{rows.data(), c.queries, c.k, c.k}, {cosines.data(), c.queries, c.k, c.k}}, queries, table,
                         compute);
  }
  bool operator==(const Nearest&) const = default;

  std::vector<std::int32_t> rows;
  std::vector<float> cosines;
};

// Rows rounded to bytes before the searches.
struct Prepared {
  Prepared(const search::Rows& table, const search::Compute& compute)
      : bounds(static_cast<std::size_t>(search::panels_of(table.count()))),
        bytes(bounds.size() * static_cast<std::size_t>(kernels::panel_bytes(table.columns()))),
        per_unit(bounds.size() * kernels::kPanelRows) {
    search::round_rows(bytes, per_unit, bounds, table, compute);
  }
  search::RoundedRows rows() const { return {bytes, per_unit, bounds}; }

  std::vector<kernels::PanelBounds> bounds;
  std::vector<std::uint8_t> bytes;
  std::vector<float> per_unit;
};

// The bits of a random float16 between 2^-4 and 2^4.
std::uint16_t any_half(random::Generator& generator) {
  return static_cast<std::uint16_t>((11 + generator.below(8)) << 10 | generator.below(1024) | generator.below(2) << 15);
}

double value_of(std::uint16_t half) {
  const double magnitude = std::ldexp(1.0 + (half & 1023) / 1024.0, (half >> 10 & 31) - 15);
  return half & 0x8000 ? -magnitude : magnitude;
}

// Rows and queries are float16 values, so that both kinds of rows contain the same numbers.
bool is_right(const kernels::KernelTable& table, const Case& c, std::size_t threads, random::Generator& generator) {
  std::vector<std::uint16_t> halves(static_cast<std::size_t>(c.rows * c.columns));
  std::vector<float> floats(halves.size()), divisors(static_cast<std::size_t>(c.rows), 2.0f);
  std::vector<float> queries(static_cast<std::size_t>(c.queries * c.columns));
  for (std::size_t i = 0; i < halves.size(); ++i) {
    halves[i] = any_half(generator);
    floats[i] = static_cast<float>(value_of(halves[i]));
  }
  for (auto& value : queries) value = static_cast<float>(value_of(any_half(generator)));

  std::vector<float> scores(static_cast<std::size_t>(c.queries * c.rows));
  const memory::MatrixView<const float> asked{queries.data(), c.queries, c.columns, c.columns};
  const search::Rows wide{{floats.data(), c.rows, c.columns, c.columns}, {}, divisors};
  const search::Rows narrow{{}, {halves.data(), c.rows, c.columns, c.columns}, divisors};
  const search::Compute compute{table, threads, &kernels::byte_kernels_of(table.isa)};
  Prepared prepared(wide, compute);
  const search::Rows with_bytes{wide.floats, {}, divisors, prepared.rows()};
  const Nearest found(asked, wide, c, compute);
  if (!(Nearest(asked, narrow, c, compute) == found && Nearest(asked, with_bytes, c, compute) == found)) return false;
  search::find_cosines({scores.data(), c.queries, c.rows, c.rows}, asked, wide, compute);

  for (std::int64_t q = 0; q < c.queries; ++q) {
    const float* line = scores.data() + q * c.rows;
    for (std::int64_t r = 0; r < c.rows; ++r) {
      double sum = 0.0, size = 0.0;
      for (std::int64_t i = 0; i < c.columns; ++i) {
        const double term = static_cast<double>(queries[q * c.columns + i]) * floats[r * c.columns + i];
        sum += term;
        size += std::abs(term);
      }
      if (std::abs(line[r] - sum / 2.0) > 1e-6 * size) return false;
    }
    std::vector<std::int32_t> order(static_cast<std::size_t>(c.rows));
    for (std::int32_t r = 0; r < c.rows; ++r) order[static_cast<std::size_t>(r)] = r;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return line[a] > line[b]; });
    if (!std::equal(order.begin(), order.begin() + c.k, found.rows.begin() + q * c.k)) return false;
  }
  return true;
}

}  // namespace

int main() {
  random::Generator generator(1, 0);
  bool right = true;
  for (const auto isa : kernels::available()) {
    int checked = 0;
    for (const std::int64_t columns : {1, 3, 4, 5, 16, 17, 100, 300})
      for (const std::int64_t queries : {1, 3, 4, 7})
        for (const std::int64_t rows : {1, 15, 16, 17, 200})
          for (const std::size_t threads : {1, 2}) {
            right = is_right(kernels::table_of(isa), {rows, columns, queries, std::min<std::int64_t>(rows, 9)}, threads,
                             generator) &&
                    right;
            ++checked;
          }
    std::printf("%s: %d searches\n", std::string(kernels::name_of(isa)).c_str(), checked);
  }
  // Enough work to start threads, and to search in bytes.
  for (const std::int64_t queries : {1, 9, 50})
    for (const auto isa : kernels::available())
      right = is_right(kernels::table_of(isa), {4000, 300, queries, 12}, 3, generator) && right;
  std::printf(right ? "all right\n" : "WRONG\n");
  return right ? 0 : 1;
}
