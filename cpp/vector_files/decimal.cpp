#include "vector_files/decimal.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <type_traits>

// libc++ supports floats in from_chars only since LLVM 20; otherwise both directions use streams, which are exact but
// slow.
#if defined(__cpp_lib_to_chars) && !defined(WORDKIN_WITHOUT_FLOAT_CHARCONV)
#define WORDKIN_FLOAT_CHARCONV 1
#else
#define WORDKIN_FLOAT_CHARCONV 0
#endif

namespace wordkin::vector_files {
namespace {

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kMaxPower = 22;   // the largest power of ten that a double represents exactly
constexpr int kMaxDigits = 19;  // the largest number of digits that always fits 64 bits
constexpr int kMaxExponent = 100'000;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The parts of a decimal number: value = mantissa * 10^exponent while `digits` <= kMaxDigits.
struct Parts {
  const char* end = nullptr;
  std::uint64_t mantissa = 0;
  int digits = 0;  // number of significant digits
  int exponent = 0;
};

const char* read_digits(const char* p, const char* last, Parts& parts) {
  for (; p != last && is_digit(*p); ++p) {
    if (parts.digits < kMaxDigits) parts.mantissa = parts.mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
    if (parts.mantissa != 0 && parts.digits <= kMaxExponent) ++parts.digits;
  }
  return p;
}

// Reads the exponent after an 'e'; returns `p` if there is none.
const char* read_exponent(const char* p, const char* last, int& exponent) {
  const char* q = p + 1;
  const bool negative = q != last && *q == '-';
  if (q != last && (*q == '-' || *q == '+')) ++q;
  if (q == last || !is_digit(*q)) return p;
  int value = 0;
  for (; q != last && is_digit(*q); ++q) value = value < kMaxExponent ? value * 10 + (*q - '0') : value;
  exponent += negative ? -value : value;
  return q;
}

Parts read_parts(const char* first, const char* last) {
  Parts parts;
  const char* p = read_digits(first, last, parts);
  bool any = p != first;
  if (p != last && *p == '.') {
    const char* point = p;
    p = read_digits(p + 1, last, parts);
    const auto decimals = p - point - 1;
    any = any || decimals != 0;
    parts.exponent = decimals < kMaxExponent ? -static_cast<int>(decimals) : -kMaxExponent;
  }
  if (!any) return {};
  if (p != last && (*p == 'e' || *p == 'E')) p = read_exponent(p, last, parts.exponent);
  parts.end = p;
  return parts;
}

// Clinger's fast path: an exact integer multiplied or divided by an exact power of ten is rounded once, to double.
// Rounding the result to float a second time is harmless unless the double lies exactly halfway between two floats,
// where the true value may be on either side. The range is 1e-22 to 2^53 * 1e22, so there are neither overflows nor
// subnormals.
template <typename T>
bool read_exactly(const Parts& parts, T& value) {
  if (parts.digits > kMaxDigits || parts.mantissa >> 53 != 0) return false;
  if (parts.exponent < -kMaxPower || parts.exponent > kMaxPower) return false;
  const auto mantissa = static_cast<double>(parts.mantissa);
  const double wide =
      parts.exponent < 0 ? mantissa / kPowersOfTen[-parts.exponent] : mantissa * kPowersOfTen[parts.exponent];
  if constexpr (std::is_same_v<T, float>) {
    constexpr int kDropped = 52 - 23;
    constexpr std::uint64_t kTie = std::uint64_t{1} << (kDropped - 1);
    if ((std::bit_cast<std::uint64_t>(wide) & ((kTie << 1) - 1)) == kTie) return false;
  }
  value = static_cast<T>(wide);
  return true;
}

// Outside the range of T: infinity or zero, depending on the position of the first significant digit.
template <typename T>
T out_of_range(const Parts& parts) {
  return parts.digits + parts.exponent > 0 ? std::numeric_limits<T>::infinity() : T{0};
}

template <typename T>
T read_slowly(const char* first, const Parts& parts) {
  T value{0};
#if WORDKIN_FLOAT_CHARCONV
  const auto [end, error] = std::from_chars(first, parts.end, value);
  if (error == std::errc::result_out_of_range) return out_of_range<T>(parts);
#else
  // Streams report an error for subnormal numbers although they may have read them.
  if (parts.digits + parts.exponent > std::numeric_limits<T>::max_exponent10 + 1) return out_of_range<T>(parts);
  std::istringstream stream(std::string(first, parts.end));
  stream.imbue(std::locale::classic());
  stream >> value;
  if (value == std::numeric_limits<T>::max() && stream.fail()) return std::numeric_limits<T>::infinity();
#endif
  return value;
}

const char* skip_word(const char* p, const char* last, const char* lower) {
  for (; *lower != '\0'; ++lower, ++p)
    if (p == last || (*p | 0x20) != *lower) return nullptr;
  return p;
}

template <typename T>
Decimal<T> read_not_a_digit(const char* p, const char* last) {
  if (const char* end = skip_word(p, last, "infinity")) return {end, std::numeric_limits<T>::infinity()};
  if (const char* end = skip_word(p, last, "inf")) return {end, std::numeric_limits<T>::infinity()};
  if (const char* end = skip_word(p, last, "nan")) return {end, std::numeric_limits<T>::quiet_NaN()};
  return {nullptr, T{0}};
}

// The shortest digits of a finite positive number and the power of ten of the first digit.
struct Digits {
  char text[24];
  int count;
  int exponent;
};

// Parses d.ddde[+-]dd.
Digits digits_of(const char* first, const char* last) {
  Digits digits{};
  const char* p = first;
  for (; p != last && *p != 'e'; ++p)
    if (*p != '.') digits.text[digits.count++] = *p;
  while (digits.count > 1 && digits.text[digits.count - 1] == '0') --digits.count;
  read_exponent(p, last, digits.exponent);
  return digits;
}

template <typename T>
Digits shortest_digits(T value) {
#if WORDKIN_FLOAT_CHARCONV
  char text[kMaxDecimalBytes];
  const auto result = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  return digits_of(text, result.ptr);
#else
  std::string text;
  for (int precision = 0; precision < std::numeric_limits<T>::max_digits10; ++precision) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream.precision(precision);
    stream << std::scientific << value;
    text = stream.str();
    if (read_decimal<T>(text.data(), text.data() + text.size()).value == value) break;
  }
  return digits_of(text.data(), text.data() + text.size());
#endif
}

// NumPy's rule for scalars (2.4), which compares values: the float nearest to 0.0001 is smaller and becomes 1e-04.
template <typename T>
bool is_positional(T value) {
  return static_cast<double>(value) >= 1e-4 && static_cast<double>(value) < (std::is_same_v<T, float> ? 1e6 : 1e16);
}

char* write_zeros(char* out, int count) {
  for (; count > 0; --count) *out++ = '0';
  return out;
}

char* write_text(char* out, const char* text, int count) {
  std::memcpy(out, text, static_cast<std::size_t>(count));
  return out + count;
}

char* write_scientific(char* out, const Digits& digits) {
  *out++ = digits.text[0];
  if (digits.count > 1) {
    *out++ = '.';
    out = write_text(out, digits.text + 1, digits.count - 1);
  }
  *out++ = 'e';
  *out++ = digits.exponent < 0 ? '-' : '+';
  const int exponent = digits.exponent < 0 ? -digits.exponent : digits.exponent;
  if (exponent < 10) *out++ = '0';
  return std::to_chars(out, out + 8, exponent).ptr;
}

char* write_positional(char* out, const Digits& digits) {
  if (digits.exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = write_zeros(out, -digits.exponent - 1);
    return write_text(out, digits.text, digits.count);
  }
  const int whole = digits.exponent + 1;
  const int written = digits.count < whole ? digits.count : whole;
  out = write_text(out, digits.text, written);
  out = write_zeros(out, whole - written);
  *out++ = '.';
  if (digits.count <= whole) return write_zeros(out, 1);
  return write_text(out, digits.text + whole, digits.count - whole);
}

}  // namespace

template <typename T>
Decimal<T> read_decimal(const char* first, const char* last) {
  const char* p = first;
  const bool negative = p != last && *p == '-';
  if (p != last && (*p == '-' || *p == '+')) ++p;
  const Parts parts = read_parts(p, last);
  if (parts.end == nullptr) {
    const auto other = read_not_a_digit<T>(p, last);
    return {other.end, negative ? -other.value : other.value};
  }
  T value{0};
  if (parts.mantissa != 0 && !read_exactly(parts, value)) value = read_slowly<T>(p, parts);
  return {parts.end, negative ? -value : value};
}

template <typename T>
char* write_decimal(char* out, T value) {
  if (std::isnan(value)) return write_text(out, "nan", 3);
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (std::isinf(value)) return write_text(out, "inf", 3);
  if (value == T{0}) return write_text(out, "0.0", 3);
  const Digits digits = shortest_digits(value);
  return is_positional(value) ? write_positional(out, digits) : write_scientific(out, digits);
}

template Decimal<float> read_decimal<float>(const char*, const char*);
template Decimal<double> read_decimal<double>(const char*, const char*);
template char* write_decimal<float>(char*, float);
template char* write_decimal<double>(char*, double);

}  // namespace wordkin::vector_files
