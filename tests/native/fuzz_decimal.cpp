// Fuzzes decimals: parsing must agree with strtof in the "C" locale, and formatting must round-trip.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "vector_files/decimal.h"

namespace vf = wordkin::vector_files;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_reading(const std::string& text) {
  const auto number = vf::read_decimal<float>(text.data(), text.data() + text.size());
  if (number.end == nullptr) return;
  const std::string read(text.data(), number.end);
  char* end = nullptr;
  const float expected = std::strtof(read.c_str(), &end);
  require(end == read.c_str() + read.size());
  require(std::isnan(expected) ? std::isnan(number.value) : expected == number.value);
}

template <typename T>
void check_writing(const std::uint8_t* data) {
  T value;
  std::memcpy(&value, data, sizeof value);
  char text[vf::kMaxDecimalBytes];
  const char* end = vf::write_decimal(text, value);
  require(end - text <= static_cast<std::ptrdiff_t>(sizeof text));
  const auto back = vf::read_decimal<T>(text, end);
  require(back.end == end);
  require(std::isnan(value) ? std::isnan(back.value) : back.value == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_reading(std::string(reinterpret_cast<const char*>(data), size));
  if (size >= sizeof(float)) check_writing<float>(data);
  if (size >= sizeof(double)) check_writing<double>(data);
  return 0;
}
