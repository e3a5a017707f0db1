// BigDecimal: a numeric of any size taken apart for arithmetic. Slow path of types/number/numeric.hpp, and working
// type of the functions with long intermediates (division, roots, exponentials).
//
//   value = sum over i of limbs[i] * 10^(9 (weight - i)), negated if `negative`
//
// Limbs are base 10^9 and aligned at the decimal point. Normal form: no zero limb at either end; zero has no limbs,
// weight 0 and is not negative. display_scale is the number of fraction digits shown; the limbs never reach below it
// in a finished result (intermediates may).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/number/numeric.hpp"

namespace basalt::types::numeric {

inline constexpr uint32_t kLimbBase = 1000000000;
inline constexpr int kLimbDigits = 9;
inline constexpr int kMinSignificantDigits = 16;  // of an inexact result
inline constexpr int kMaxDisplayScale = 1000;     // chosen for an inexact result
inline constexpr int kMaxResultScale = 2000;      // round(), trunc(); also bounds exp()
inline constexpr int kWeightDigitsMax = 131072;   // digits before the decimal point

enum class Kind : uint8_t { kFinite, kNaN, kPositiveInfinity, kNegativeInfinity };

struct BigDecimal {
  Kind kind = Kind::kFinite;
  bool negative = false;
  int32_t weight = 0;
  int32_t scale = 0;  // display scale
  std::vector<uint32_t> limbs;

  BigDecimal() = default;
  explicit BigDecimal(int64_t value) : BigDecimal(static_cast<int128>(value), 0) {}
  BigDecimal(int128 unscaled, int32_t scale);

  bool finite() const { return kind == Kind::kFinite; }
  bool is_zero() const { return kind == Kind::kFinite && limbs.empty(); }
  bool is_integral() const { return static_cast<int32_t>(limbs.size()) <= weight + 1; }
  uint32_t limb_at(int32_t position) const {  // the limb of weight `position`
    int32_t i = weight - position;
    return i < 0 || i >= static_cast<int32_t>(limbs.size()) ? 0 : limbs[i];
  }
  void normalize();
  // Position of the leading digit: 0 for 1..9, -1 for 0.1..0.9; not for zero.
  int32_t leading_exponent() const;
};

BigDecimal decode(std::string_view value);
// Throws 22003 "value overflows numeric format" beyond the limits. `value` is in normal form.
std::string encode(const BigDecimal& value);
[[noreturn]] void throw_overflow();

int compare_magnitude(const BigDecimal& a, const BigDecimal& b);
int compare(const BigDecimal& a, const BigDecimal& b);     // finite
BigDecimal add(const BigDecimal& a, const BigDecimal& b);  // all of these: finite arguments
BigDecimal subtract(const BigDecimal& a, const BigDecimal& b);
BigDecimal multiply(const BigDecimal& a, const BigDecimal& b);
BigDecimal multiply_rounded(const BigDecimal& a, const BigDecimal& b, int32_t scale);
enum class Rounding : uint8_t { kHalfAway, kTruncate };
// Throws 22012.
BigDecimal divide(const BigDecimal& a, const BigDecimal& b, int32_t scale, Rounding rounding);
BigDecimal modulo(const BigDecimal& a, const BigDecimal& b);
void round_to(BigDecimal& value, int32_t scale);
void truncate_to(BigDecimal& value, int32_t scale);
BigDecimal ceil_of(const BigDecimal& value);
BigDecimal floor_of(const BigDecimal& value);

// The scale that PostgreSQL gives a quotient.
int32_t division_scale(const BigDecimal& a, const BigDecimal& b);
// Weight and first digit in base 10^4, which PostgreSQL's scale rules are written in.
struct LeadingDigit {
  int32_t weight;
  int32_t digit;
};
LeadingDigit leading_digit(const BigDecimal& value);

std::string to_text(const BigDecimal& value);
// Scientific notation with `scale` fraction digits (to_char's EEEE).
std::string to_scientific(const BigDecimal& value, int32_t scale);
double to_double_rough(const BigDecimal& value);  // infinite when too large
// False when it does not fit (or is not finite); rounds half away from zero.
bool to_int128_rounded(const BigDecimal& value, int128& out);
// Base 10^4 digits, most significant first, and the weight of the first; no zero digit at either end.
std::vector<int16_t> base_10000(const BigDecimal& value, int32_t& weight);

// --- transcendental (big_decimal_math.cpp): results rounded to `scale` -----------------------------------------------
BigDecimal square_root_of(const BigDecimal& value, int32_t scale);
BigDecimal exponential(const BigDecimal& value, int32_t scale);
BigDecimal natural_logarithm(const BigDecimal& value, int32_t scale);
// Decimal weight of ln(value), estimated as PostgreSQL does it.
int32_t estimate_ln_weight(const BigDecimal& value);
BigDecimal logarithm(const BigDecimal& base, const BigDecimal& value);
BigDecimal power(const BigDecimal& base, const BigDecimal& exponent);
BigDecimal exp_of(const BigDecimal& value);  // with PostgreSQL's scale
BigDecimal ln_of(const BigDecimal& value);
BigDecimal sqrt_of(const BigDecimal& value);

}  // namespace basalt::types::numeric
