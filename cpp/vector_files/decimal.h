// Decimal numbers as text: exact in both directions, whatever the locale.
#pragma once

#include <cstddef>

namespace wordkin::vector_files {

template <typename T>
struct Decimal {
  const char* end;  // one past the number; nullptr where there is no number
  T value;          // correctly rounded; infinite above the largest finite number, zero below the smallest
};

// Reads [+-]digits[.digits][e[+-]digits], nan, inf or infinity at `first`. Hexadecimal numbers, decimal commas and
// blanks are no part of a number.
template <typename T>
Decimal<T> read_decimal(const char* first, const char* last);

// Enough for any number that write_decimal writes.
inline constexpr std::size_t kMaxDecimalBytes = 40;

// Writes the shortest text that reads back as `value`, laid out as NumPy's str(): 0.00015, 1e-05, 1.0, 1.5e+06, nan.
// Returns one past the text; `out` has room for kMaxDecimalBytes.
template <typename T>
char* write_decimal(char* out, T value);

extern template Decimal<float> read_decimal<float>(const char*, const char*);
extern template Decimal<double> read_decimal<double>(const char*, const char*);
extern template char* write_decimal<float>(char*, float);
extern template char* write_decimal<double>(char*, double);

}  // namespace wordkin::vector_files
