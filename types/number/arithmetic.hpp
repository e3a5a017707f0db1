// Checked arithmetic and errors shared by the numeric families.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/sql_error.hpp"
#include "common/sqlstate.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;

template <typename T>
constexpr const char* integer_type_name() {
  if constexpr (std::is_same_v<T, int16_t>)
    return "smallint";
  else if constexpr (std::is_same_v<T, int32_t>)
    return "integer";
  else
    return "bigint";
}

template <typename T>
[[noreturn]] inline void throw_integer_range() {
  throw SqlError(sqlstate::kNumericValueOutOfRange, std::string(integer_type_name<T>()) + " out of range");
}
[[noreturn]] inline void throw_division_by_zero() { throw SqlError(sqlstate::kDivisionByZero, "division by zero"); }
[[noreturn]] inline void throw_float_overflow() {
  throw SqlError(sqlstate::kNumericValueOutOfRange, "value out of range: overflow");
}
[[noreturn]] inline void throw_float_underflow() {
  throw SqlError(sqlstate::kNumericValueOutOfRange, "value out of range: underflow");
}

// Three-way; NaN is equal to itself and above everything else.
template <typename A, typename B>
int compare_numbers(A a, B b) {
  if constexpr (std::is_floating_point_v<A>) {
    if (std::isnan(a)) return std::isnan(b) ? 0 : 1;
    if (std::isnan(b)) return -1;
  }
  return a < b ? -1 : a > b;
}

// Text -> number, with PostgreSQL's blanks, errors and ranges. `type_name` is what the error calls the type.
int16_t parse_int16(std::string_view text);
int32_t parse_int32(std::string_view text);
int64_t parse_int64(std::string_view text);
double parse_float64(std::string_view text, std::string_view type_name = "double precision");
float parse_float32(std::string_view text, std::string_view type_name = "real");
bool parse_bool(std::string_view text);
// False when the text is not a boolean; blanks are not skipped.
bool try_parse_bool(std::string_view text, bool& out);

// Shortest text that reads back (extra_float_digits > 0), else that many digits fewer than 15 (6).
std::string format_float64(double value, int extra_float_digits = 1);
std::string format_float32(float value, int extra_float_digits = 1);

// Rounds half to even and checks the range (casts from float to integer).
template <typename T, typename F>
T float_to_integer(F value) {
  F rounded = std::rint(value);
  // Both bounds are powers of two, hence exact.
  constexpr F kLow = static_cast<F>(std::numeric_limits<T>::min());
  if (std::isnan(value) || !(rounded >= kLow && rounded < -kLow)) throw_integer_range<T>();
  return static_cast<T>(rounded);
}

// Big-endian binary format.
template <typename T>
std::string send_big_endian(T value) {
  std::string out(sizeof value, '\0');
  std::make_unsigned_t<T> bits = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = sizeof value; i-- > 0; bits = static_cast<std::make_unsigned_t<T>>(bits >> 7 >> 1)) {
    out[i] = static_cast<char>(bits & 0xff);
  }
  return out;
}
template <typename T>
T receive_big_endian(std::string_view& bytes) {
  if (bytes.size() < sizeof(T)) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  std::make_unsigned_t<T> bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    bits = static_cast<std::make_unsigned_t<T>>(bits << 7 << 1 | static_cast<unsigned char>(bytes[i]));
  }
  bytes.remove_prefix(sizeof(T));
  return static_cast<T>(bits);
}

}  // namespace basalt::types
