// Roots, exponentials and logarithms of BigDecimal. Each is computed with guard digits and rounded once; which scale
// the result gets follows PostgreSQL's rules, which are written in terms of base 10^4 digits and double estimates.
#include <algorithm>
#include <cmath>

#include "common/sqlstate.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/numeric_fast.hpp"

namespace basalt::types::numeric {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;

constexpr double kLog10E = 0.434294481903252;
constexpr double kLn10 = 2.302585092994046;

BigDecimal power_of_ten(int32_t exponent) {
  BigDecimal r;
  r.weight = exponent >= 0 ? exponent / kLimbDigits : -((-exponent + kLimbDigits - 1) / kLimbDigits);
  r.limbs = {static_cast<uint32_t>(kPowers10[exponent - r.weight * kLimbDigits])};
  r.scale = std::max(0, -exponent);
  return r;
}

// Half a unit of the `scale`-th fraction digit.
BigDecimal half_unit(int32_t scale) { return multiply(BigDecimal(int64_t{5}), power_of_ten(-scale - 1)); }

BigDecimal from_rough(double value) { return decode(from_double_text(value)); }

BigDecimal halved(BigDecimal v, int32_t scale) { return multiply_rounded(v, BigDecimal(int128{5}, 1), scale); }

int32_t exponent_or_zero(const BigDecimal& v) { return v.limbs.empty() ? 0 : v.leading_exponent(); }

}  // namespace

// Heron's iteration, doubling the digits each time; the last digit is then settled exactly by squaring.
BigDecimal square_root_of(const BigDecimal& value, int32_t scale) {
  BigDecimal r;
  r.scale = std::max(scale, 0);
  if (value.limbs.empty()) return r;
  int32_t exponent = value.leading_exponent();
  int32_t half = exponent >= 0 ? exponent / 2 : -((-exponent + 1) / 2);
  BigDecimal mantissa = multiply(value, power_of_ten(-2 * half));
  r = multiply(from_rough(std::sqrt(to_double_rough(mantissa))), power_of_ten(half));
  int32_t wanted = std::max(half + scale + 10, 10);
  for (int32_t digits = 14; digits < wanted;) {
    digits = std::min(2 * digits, wanted);
    int32_t local = digits - half + 2;
    r = halved(add(r, divide(value, r, local, Rounding::kTruncate)), local);
  }
  round_to(r, scale);
  BigDecimal half_step = half_unit(scale);
  BigDecimal above = add(r, half_step), below = subtract(r, half_step);
  if (compare(multiply(above, above), value) <= 0) {
    r = add(r, power_of_ten(-scale));
  } else if (!below.negative && compare(multiply(below, below), value) > 0) {
    r = subtract(r, power_of_ten(-scale));
  }
  r.scale = std::max(scale, 0);
  return r;
}

BigDecimal sqrt_of(const BigDecimal& value) {
  int32_t weight = leading_digit(value).weight;
  int32_t result_weight = (weight + 1) * 4 / 2 - 1;
  int32_t scale = std::max({kMinSignificantDigits - result_weight, value.scale, 0});
  return square_root_of(value, std::min(scale, kMaxDisplayScale));
}

// e^x: x is divided by 2^k until it is small, the Taylor series summed, and the sum squared k times.
BigDecimal exponential(const BigDecimal& value, int32_t scale) {
  BigDecimal r;
  r.scale = scale;
  double rough = to_double_rough(value);
  if (std::fabs(rough) >= kMaxResultScale * 3) {
    if (rough > 0) throw_overflow();
    return r;
  }
  int32_t weight = static_cast<int32_t>(rough * kLog10E);
  int32_t significant = weight + scale + 1;
  if (significant < 0) return r;
  significant += 12;
  BigDecimal x = value;
  int halvings = 0;
  for (double m = std::fabs(rough); m > 0.005; m /= 2) ++halvings;
  significant += halvings / 3 + 2;
  int32_t local = significant + halvings / 3;
  if (halvings > 0) {
    x = divide(x, BigDecimal(int64_t{1} << halvings), local + 10, Rounding::kHalfAway);
  } else {
    round_to(x, local + 10);
  }
  BigDecimal sum = add(BigDecimal(int64_t{1}), x), term = x;
  for (int64_t n = 2;; ++n) {
    term = divide(multiply_rounded(term, x, local), BigDecimal(n), local, Rounding::kHalfAway);
    if (term.limbs.empty()) break;
    sum = add(sum, term);
  }
  for (; halvings > 0; --halvings)
    sum = multiply_rounded(sum, sum, std::max(significant - 2 * exponent_or_zero(sum), 0));
  round_to(sum, scale);
  return sum;
}

// ln x: square roots bring x near 1, where 2 artanh((x - 1) / (x + 1)) converges fast; each root doubles the factor.
BigDecimal natural_logarithm(const BigDecimal& value, int32_t scale) {
  int64_t factor = 2;
  BigDecimal x = value;
  BigDecimal low(int128{99}, 2), high(int128{101}, 2);
  int32_t local = scale + 16 + 6;
  // Roots of a huge or tiny number: relative precision counts.
  while (compare(x, high) > 0 || compare(x, low) < 0) {
    x = square_root_of(x, std::max(local - std::min(exponent_or_zero(x), 0) / 2, 0) + 2);
    factor *= 2;
  }
  BigDecimal one(int64_t{1});
  BigDecimal z = divide(subtract(x, one), add(x, one), local, Rounding::kHalfAway);
  BigDecimal square = multiply_rounded(z, z, local);
  BigDecimal sum = z, power = z;
  for (int64_t n = 3;; n += 2) {
    power = multiply_rounded(power, square, local);
    if (power.limbs.empty()) break;
    sum = add(sum, divide(power, BigDecimal(n), local, Rounding::kHalfAway));
  }
  return multiply_rounded(sum, BigDecimal(factor), scale);
}

int32_t estimate_ln_weight(const BigDecimal& value) {
  if (value.negative || value.limbs.empty()) return 0;
  if (compare(value, BigDecimal(int128{9}, 1)) >= 0 && compare(value, BigDecimal(int128{11}, 1)) <= 0) {
    BigDecimal x = subtract(value, BigDecimal(int64_t{1}));
    if (x.limbs.empty()) return 0;
    LeadingDigit lead = leading_digit(x);
    return lead.weight * 4 + static_cast<int32_t>(std::log10(static_cast<double>(lead.digit)));
  }
  int32_t weight;
  std::vector<int16_t> digits = base_10000(value, weight);
  double head = digits[0];
  int32_t exponent = weight * 4;
  if (digits.size() > 1) {
    head = head * 10000 + digits[1];
    exponent -= 4;
  }
  double ln = std::log(head) + exponent * kLn10;
  return static_cast<int32_t>(std::log10(std::fabs(ln)));
}

BigDecimal ln_of(const BigDecimal& value) {
  int32_t scale = kMinSignificantDigits - estimate_ln_weight(value);
  scale = std::min(std::max({scale, value.scale, 0}), kMaxDisplayScale);
  return natural_logarithm(value, scale);
}

BigDecimal logarithm(const BigDecimal& base, const BigDecimal& value) {
  int32_t base_weight = estimate_ln_weight(base), value_weight = estimate_ln_weight(value);
  int32_t weight = value_weight - base_weight;
  int32_t scale = kMinSignificantDigits - weight;
  scale = std::min(std::max({scale, base.scale, value.scale, 0}), kMaxDisplayScale);
  int32_t base_scale = std::max(scale + weight - base_weight + 16, 0);
  int32_t value_scale = std::max(scale + weight - value_weight + 16, 0);
  BigDecimal ln_base = natural_logarithm(base, base_scale);
  return divide(natural_logarithm(value, value_scale), ln_base, scale, Rounding::kHalfAway);
}

BigDecimal exp_of(const BigDecimal& value) {
  double weight = std::clamp(to_double_rough(value) * kLog10E, -double{kMaxResultScale}, double{kMaxResultScale});
  int32_t scale = kMinSignificantDigits - static_cast<int32_t>(weight);
  scale = std::min(std::max({scale, value.scale, 0}), kMaxDisplayScale);
  return exponential(value, scale);
}

namespace {

BigDecimal integer_power(const BigDecimal& base, int32_t exponent, int32_t scale) {
  BigDecimal r;
  switch (exponent) {
    case 0:
      r = BigDecimal(int64_t{1});
      r.scale = scale;
      return r;
    case 1:
      r = base;
      round_to(r, scale);
      return r;
    case -1:
      return divide(BigDecimal(int64_t{1}), base, scale, Rounding::kHalfAway);
    case 2:
      return multiply_rounded(base, base, scale);
    default:
      break;
  }
  r.scale = scale;
  if (base.limbs.empty()) {
    if (exponent < 0) throw SqlError(sqlstate::kDivisionByZero, "division by zero");
    return r;
  }
  int32_t weight;
  std::vector<int16_t> digits = base_10000(base, weight);
  double head = digits[0];
  int32_t shift = weight * 4;
  for (size_t i = 1; i < digits.size() && i * 4 < 16; ++i) {
    head = head * 10000 + digits[i];
    shift -= 4;
  }
  double estimate = exponent * (std::log10(head) + shift);
  if (estimate > 3.0 * INT16_MAX * 4) throw_overflow();
  if (estimate + 1 < -scale || estimate + 1 < -kMaxDisplayScale) return r;
  int32_t significant = 1 + scale + static_cast<int32_t>(estimate);
  significant += static_cast<int32_t>(std::log(std::fabs(static_cast<double>(exponent)))) + 16;
  uint32_t mask = exponent < 0 ? 0 - static_cast<uint32_t>(exponent) : static_cast<uint32_t>(exponent);
  BigDecimal square = base;
  BigDecimal product = mask & 1 ? base : BigDecimal(int64_t{1});
  auto keep = [&](BigDecimal& v) {
    int32_t local = std::max(significant - exponent_or_zero(v), 0);
    if (v.scale > local) round_to(v, local);
    if (exponent_or_zero(v) > kWeightDigitsMax) {
      if (exponent > 0) throw_overflow();
      return false;
    }
    return true;
  };
  while ((mask >>= 1) > 0) {
    square = multiply(square, square);
    if (!keep(square)) return r;
    if (mask & 1) {
      product = multiply(square, product);
      if (!keep(product)) return r;
    }
  }
  if (exponent < 0) return divide(BigDecimal(int64_t{1}), product, scale, Rounding::kHalfAway);
  round_to(product, scale);
  return product;
}

}  // namespace

BigDecimal power(const BigDecimal& base_in, const BigDecimal& exponent) {
  int128 whole;
  if (exponent.is_integral() && to_int128_rounded(exponent, whole) && whole >= INT32_MIN && whole <= INT32_MAX) {
    int32_t scale = std::min(std::max(kMinSignificantDigits, base_in.scale), kMaxDisplayScale);
    return integer_power(base_in, static_cast<int32_t>(whole), scale);
  }
  BigDecimal r;
  if (base_in.limbs.empty()) {
    r.scale = kMinSignificantDigits;
    return r;
  }
  BigDecimal base = base_in;
  bool negative = false;
  if (base.negative) {
    if (!exponent.is_integral()) {
      throw SqlError(sqlstate::kInvalidArgumentForPowerFunction,
                     "a negative number raised to a non-integer power yields a complex result");
    }
    negative = (exponent.limb_at(0) & 1) != 0;
    base.negative = false;
  }
  int32_t ln_weight = estimate_ln_weight(base);
  int32_t local = std::max(8 - ln_weight, 0);
  BigDecimal product = multiply_rounded(natural_logarithm(base, local), exponent, local);
  double weight = to_double_rough(product);
  if (std::fabs(weight) > kMaxResultScale * 3.01) {
    if (weight > 0) throw_overflow();
    r.scale = kMaxDisplayScale;
    return r;
  }
  weight *= kLog10E;
  int32_t scale = kMinSignificantDigits - static_cast<int32_t>(weight);
  scale = std::min(std::max({scale, base.scale, exponent.scale, 0}), kMaxDisplayScale);
  int32_t significant = std::max(scale + static_cast<int32_t>(weight), 0);
  local = std::max(significant - ln_weight + 16, 0);
  product = multiply_rounded(natural_logarithm(base, local + exponent_or_zero(exponent)), exponent, local);
  r = exponential(product, scale);
  r.negative = negative && !r.limbs.empty();
  return r;
}

}  // namespace basalt::types::numeric
