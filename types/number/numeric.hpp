// numeric as it lies in a kString vector, and its arithmetic (QRY-10).
//
//   12 bytes          | display scale:4 | unscaled int64:8 |    the value is unscaled / 10^scale, |unscaled| < 2^63
//   1 byte            | kind |                                  NaN, Infinity, -Infinity
//   7 + 4 n bytes     | kind:1 | display scale:2 | weight:4 | limbs: 4 each |      everything else (kind tells the
//   sign)
//
// The length tells which (7 + 4 n is never 12). Limbs are base 10^9, aligned at the decimal point: limb i counts
// 10^(9 (weight - i)); no zero limb leads or trails. A value whose unscaled magnitude fits int64 is always the 12-byte
// form, so one (value, display scale) has exactly one encoding: equal bytes mean identical values. 1.0 and 1.00 have
// different bytes; SQL equality is compare(). The 12-byte form is inline in a StringRef: no pointer is followed, and
// the int64 is aligned.
//
// Results, display scales and errors are PostgreSQL's. All functions throw SqlError (22003, 22012, ...); none keeps a
// pointer to its arguments.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/physical_type.hpp"

namespace basalt::types::numeric {

using common::int128;
using common::StringRef;

inline constexpr uint32_t kInlineBytes = 12;
inline constexpr int kPrecisionMax = 1000;      // numeric(1000, s)
inline constexpr int kDisplayScaleMax = 16383;  // digits after the decimal point

// The 12-byte form.
struct Inline {
  int32_t scale;
  int64_t unscaled;
};

inline bool is_inline(const StringRef& s) { return s.size() == kInlineBytes; }
inline bool is_inline(std::string_view s) { return s.size() == kInlineBytes; }
inline Inline read_inline(const char* bytes) {
  Inline v;
  std::memcpy(&v.scale, bytes, 4);
  std::memcpy(&v.unscaled, bytes + 4, 8);
  return v;
}
inline Inline read_inline(const StringRef& s) { return read_inline(reinterpret_cast<const char*>(&s) + 4); }
inline Inline read_inline(std::string_view s) { return read_inline(s.data()); }
// unscaled must not be INT64_MIN.
inline StringRef inline_ref(int64_t unscaled, int32_t scale) {
  char bytes[kInlineBytes];
  std::memcpy(bytes, &scale, 4);
  std::memcpy(bytes + 4, &unscaled, 8);
  return StringRef(bytes, kInlineBytes);
}

// --- conversions ---------------------------------------------------------------------------------------------------
// `type_name` is what an error message calls the type. typmod -1: none.
std::string parse(std::string_view text, int32_t typmod = -1, std::string_view type_name = "numeric");
// True when the whole text is a number as JSON or numeric_in would take it (no NaN, Infinity, blanks).
bool try_parse_plain(std::string_view text, std::string& out);
std::string to_string(std::string_view value);
std::string from_int64(int64_t value);
// unscaled / 10^scale
std::string from_int128(int128 unscaled, int32_t scale = 0);
std::string from_double(double value);  // 15 significant digits, as the cast
std::string from_float(float value);    // 6 significant digits
// What the double would print as (shortest form that reads back), exactly.
std::string from_double_text(double value);
std::string nan();
std::string infinity(bool negative = false);
double to_double(std::string_view value);
// Rounded half away from zero; throw 22003 "bigint out of range", 0A000 "cannot convert NaN to bigint", ...
int64_t to_int64(std::string_view value);
int32_t to_int32(std::string_view value);
int16_t to_int16(std::string_view value);
// True and the value when it is an integer that fits.
bool to_exact_int64(std::string_view value, int64_t& out);

bool is_nan(std::string_view value);
bool is_infinite(std::string_view value);
inline bool is_special(std::string_view value) { return value.size() == 1; }
bool is_zero(std::string_view value);
bool is_integral(std::string_view value);  // finite, no fraction
int sign(std::string_view value);          // -1, 0, 1; NaN 1
int32_t display_scale(std::string_view value);

// --- typmod --------------------------------------------------------------------------------------------------------
struct Typmod {
  int32_t precision;
  int32_t scale;  // may be negative
};
int32_t make_typmod(Typmod typmod);
Typmod split_typmod(int32_t typmod);
// Rounds to the typmod's scale; 22003 "numeric field overflow".
std::string apply_typmod(std::string_view value, int32_t typmod);

// --- arithmetic ----------------------------------------------------------------------------------------------------
std::string add(std::string_view a, std::string_view b);
std::string subtract(std::string_view a, std::string_view b);
std::string multiply(std::string_view a, std::string_view b);
std::string divide(std::string_view a, std::string_view b);
std::string divide_truncated(std::string_view a, std::string_view b);  // div()
std::string modulo(std::string_view a, std::string_view b);
std::string negate(std::string_view a);
std::string absolute(std::string_view a);
std::string round(std::string_view a, int32_t scale);
std::string truncate(std::string_view a, int32_t scale);
std::string ceil(std::string_view a);
std::string floor(std::string_view a);
std::string square_root(std::string_view a);

// --- order ---------------------------------------------------------------------------------------------------------
int compare_slow(std::string_view a, std::string_view b);
inline int compare(const StringRef& a, const StringRef& b) {
  if (is_inline(a) && is_inline(b)) [[likely]] {
    Inline x = read_inline(a), y = read_inline(b);
    if (x.scale == y.scale) return x.unscaled < y.unscaled ? -1 : x.unscaled > y.unscaled;
  }
  return compare_slow(a.view(), b.view());
}
inline int compare(std::string_view a, std::string_view b) { return compare_slow(a, b); }
// For the executor's tables: equal for equal values of any display scale.
uint64_t hash(std::string_view value);
// PostgreSQL's hash_numeric and hash_numeric_extended.
uint32_t hash_numeric(std::string_view value);
uint64_t hash_numeric_extended(std::string_view value, uint64_t seed);
// Self-delimiting memcmp-able key; the same for equal values (so it is not invertible: the display scale is lost).
void append_key(std::string_view value, std::string& out);

// --- binary format -------------------------------------------------------------------------------------------------
std::string send(std::string_view value);
std::string receive(std::string_view bytes, int32_t typmod);

}  // namespace basalt::types::numeric
