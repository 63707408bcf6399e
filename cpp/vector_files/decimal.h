// Conversion between numbers and decimal text: exact in both directions and independent of the locale.
#pragma once

#include <cstddef>

namespace wordkin::vector_files {

template <typename T>
struct Decimal {
  const char* end;  // one past the number; null if there is none
  T value;          // correctly rounded; infinity above the largest finite number, zero below the smallest
};

// Reads [+-]digits[.digits][e[+-]digits], nan, inf or infinity at `first`. Hexadecimal numbers, decimal commas and
// whitespace are not accepted.
template <typename T>
Decimal<T> read_decimal(const char* first, const char* last);

// Large enough for any number that write_decimal writes.
inline constexpr std::size_t kMaxDecimalBytes = 40;

// Writes the shortest text that reads back as `value`, formatted like NumPy's str(): 0.00015, 1e-05, 1.0, 1.5e+06, nan.
// Returns one past the text; `out` must have space for kMaxDecimalBytes.
template <typename T>
char* write_decimal(char* out, T value);

extern template Decimal<float> read_decimal<float>(const char*, const char*);
extern template Decimal<double> read_decimal<double>(const char*, const char*);
extern template char* write_decimal<float>(char*, float);
extern template char* write_decimal<double>(char*, double);

}  // namespace wordkin::vector_files
