// The pg_proc symbols of numeric: mathematical functions.
#include <numeric>

#include "types/function_adaptor.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/number.hpp"
#include "types/number/numeric_fast.hpp"

namespace basalt::types {

namespace {

using numeric::BigDecimal;

std::string sign_function(std::string_view a) {
  if (numeric::is_nan(a)) return numeric::nan();
  return numeric::from_int64(numeric::sign(a));
}

std::string exp_function(std::string_view a) {
  if (numeric::is_special(a)) return numeric::sign(a) < 0 ? numeric::from_int64(0) : std::string(a);
  return numeric::encode(numeric::exp_of(numeric::decode(a)));
}

void check_logarithm(std::string_view a) {
  if (numeric::is_nan(a)) return;
  int s = numeric::sign(a);
  if (s < 0) throw SqlError(sqlstate::kInvalidArgumentForLog, "cannot take logarithm of a negative number");
  if (s == 0) throw SqlError(sqlstate::kInvalidArgumentForLog, "cannot take logarithm of zero");
}

std::string ln_function(std::string_view a) {
  check_logarithm(a);
  if (numeric::is_special(a)) return std::string(a);
  return numeric::encode(numeric::ln_of(numeric::decode(a)));
}

std::string log_function(std::string_view base, std::string_view a) {
  if (numeric::is_nan(base) || numeric::is_nan(a)) return numeric::nan();
  check_logarithm(base);
  check_logarithm(a);
  if (numeric::is_special(base)) return numeric::is_special(a) ? numeric::nan() : numeric::from_int64(0);
  if (numeric::is_special(a)) return numeric::infinity();
  return numeric::encode(numeric::logarithm(numeric::decode(base), numeric::decode(a)));
}

bool is_odd(const BigDecimal& v) { return v.is_integral() && (v.limb_at(0) & 1) != 0; }

// At least one argument is NaN or infinite: the rules of POSIX pow().
std::string power_special(std::string_view a, std::string_view b) {
  std::string one = numeric::from_int64(1), zero = numeric::from_int64(0);
  auto equals_one = [&](std::string_view v) { return numeric::compare(v, std::string_view(one)) == 0; };
  if (numeric::is_nan(a)) return numeric::is_zero(b) ? one : numeric::nan();
  if (numeric::is_nan(b)) return equals_one(a) ? one : numeric::nan();
  int sign_a = numeric::sign(a), sign_b = numeric::sign(b);
  if (sign_a == 0 && sign_b < 0) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
  }
  if (sign_a < 0 && !numeric::is_special(b) && !numeric::is_integral(b)) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction,
                   "a negative number raised to a non-integer power yields a complex result");
  }
  if (equals_one(a)) return one;
  if (sign_b == 0) return one;
  if (sign_a == 0) return zero;
  if (numeric::is_special(b)) {
    bool above_one = true;
    if (!numeric::is_special(a)) {
      std::string magnitude = numeric::absolute(a);
      int c = numeric::compare(std::string_view(magnitude), std::string_view(one));
      if (c == 0) return one;
      above_one = c > 0;
    }
    return above_one == (sign_b > 0) ? numeric::infinity() : zero;
  }
  if (sign_b < 0) return zero;
  return numeric::infinity(sign_a < 0 && is_odd(numeric::decode(b)));
}

std::string power_function(FunctionCall& call, std::string_view a, std::string_view b) {
  call.context->interrupt().check();
  if (numeric::is_special(a) || numeric::is_special(b)) return power_special(a, b);
  if (numeric::is_zero(a) && numeric::sign(b) < 0) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
  }
  return numeric::encode(numeric::power(numeric::decode(a), numeric::decode(b)));
}

std::string gcd_function(std::string_view a, std::string_view b) {
  if (numeric::is_special(a) || numeric::is_special(b)) return numeric::nan();
  BigDecimal x = numeric::decode(a), y = numeric::decode(b);
  int32_t scale = std::max(x.scale, y.scale);
  x.negative = y.negative = false;
  while (!y.limbs.empty()) {
    BigDecimal rest = numeric::modulo(x, y);
    x = std::move(y);
    y = std::move(rest);
  }
  x.scale = scale;
  return numeric::encode(x);
}

std::string lcm_function(std::string_view a, std::string_view b) {
  if (numeric::is_special(a) || numeric::is_special(b)) return numeric::nan();
  BigDecimal x = numeric::decode(a), y = numeric::decode(b), r;
  if (!x.limbs.empty() && !y.limbs.empty()) {
    BigDecimal divisor = numeric::decode(gcd_function(a, b));
    r = numeric::multiply(numeric::divide(x, divisor, 0, numeric::Rounding::kTruncate), y);
    r.negative = false;
  }
  r.scale = std::max(x.scale, y.scale);
  return numeric::encode(r);
}

std::string factorial(FunctionCall& call, int64_t n) {
  if (n < 0) throw SqlError(sqlstate::kNumericValueOutOfRange, "factorial of a negative number is undefined");
  if (n > 32177) numeric::throw_overflow();
  BigDecimal r(int64_t{1});
  for (int64_t i = 2; i <= n; ++i) {
    if (i % 256 == 0) call.context->interrupt().check();
    r = numeric::multiply(r, BigDecimal(i));
  }
  return numeric::encode(r);
}

std::optional<int32_t> scale_function(std::string_view a) {
  if (numeric::is_special(a)) return std::nullopt;
  return numeric::display_scale(a);
}

int32_t least_scale(const BigDecimal& v) {
  int32_t scale = numeric::kLimbDigits * (static_cast<int32_t>(v.limbs.size()) - v.weight - 1);
  if (v.limbs.empty() || scale <= 0) return 0;
  for (uint32_t limb = v.limbs.back(); limb % 10 == 0; limb /= 10) --scale;
  return scale;
}

std::optional<int32_t> min_scale(std::string_view a) {
  if (numeric::is_special(a)) return std::nullopt;
  return least_scale(numeric::decode(a));
}

std::string trim_scale(std::string_view a) {
  if (numeric::is_special(a)) return std::string(a);
  BigDecimal v = numeric::decode(a);
  v.scale = least_scale(v);
  return numeric::encode(v);
}

int32_t width_bucket(std::string_view operand, std::string_view low, std::string_view high, int32_t count) {
  auto invalid = [](const char* text) { return SqlError(sqlstate::kInvalidArgumentForWidthBucketFunction, text); };
  if (count <= 0) throw invalid("count must be greater than zero");
  if (numeric::is_nan(operand) || numeric::is_nan(low) || numeric::is_nan(high)) {
    throw invalid("operand, lower bound, and upper bound cannot be NaN");
  }
  if (numeric::is_special(low) || numeric::is_special(high)) throw invalid("lower and upper bounds must be finite");
  int c = numeric::compare(low, high);
  if (c == 0) throw invalid("lower bound cannot equal upper bound");
  int below = numeric::compare(operand, low), above = numeric::compare(operand, high);
  if (c < 0 ? below < 0 : below > 0) return 0;
  if (c < 0 ? above >= 0 : above <= 0) {
    int32_t bucket;
    if (__builtin_add_overflow(count, 1, &bucket)) throw_integer_range<int32_t>();
    return bucket;
  }
  // floor(count * (operand - low) / (high - low)) + 1
  BigDecimal base = numeric::decode(low);
  BigDecimal part = numeric::multiply(numeric::subtract(numeric::decode(operand), base), BigDecimal(int64_t{count}));
  BigDecimal width = numeric::subtract(numeric::decode(high), base);
  BigDecimal bucket = numeric::divide(part, width, numeric::division_scale(part, width), numeric::Rounding::kHalfAway);
  numeric::truncate_to(bucket, 0);
  return numeric::to_int32(numeric::encode(bucket)) + 1;
}

}  // namespace

void register_numeric_math(FunctionRegistry& r) {
  r.add_scalar("numeric_mod",
               scalar<static_cast<std::string (*)(std::string_view, std::string_view)>(numeric::modulo)>());
  r.add_scalar("numeric_div_trunc", scalar<numeric::divide_truncated>());
  r.add_scalar("numeric_abs", scalar<numeric::absolute>());
  r.add_scalar("numeric_sign", scalar<sign_function>());
  r.add_scalar("numeric_round", scalar<numeric::round>());
  r.add_scalar("numeric_trunc", scalar<numeric::truncate>());
  r.add_scalar("numeric_ceil", scalar<numeric::ceil>());
  r.add_scalar("numeric_floor", scalar<numeric::floor>());
  r.add_scalar("numeric_sqrt", scalar<numeric::square_root>());
  r.add_scalar("numeric_exp", scalar<exp_function>());
  r.add_scalar("numeric_ln", scalar<ln_function>());
  r.add_scalar("numeric_log", scalar<log_function>());
  r.add_scalar("numeric_power", scalar<power_function>());
  r.add_scalar("numeric_gcd", scalar<gcd_function>());
  r.add_scalar("numeric_lcm", scalar<lcm_function>());
  r.add_scalar("numeric_fac", scalar<factorial>());
  r.add_scalar("numeric_scale", scalar<scale_function>());
  r.add_scalar("numeric_min_scale", scalar<min_scale>());
  r.add_scalar("numeric_trim_scale", scalar<trim_scale>());
  r.add_scalar("width_bucket_numeric", scalar<width_bucket>());
}

}  // namespace basalt::types
