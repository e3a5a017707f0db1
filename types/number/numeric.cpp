#include "types/number/numeric.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "common/sqlstate.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/numeric_fast.hpp"

namespace basalt::types::numeric {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;

std::string inline_string(int64_t unscaled, int32_t scale) {
  std::string out(kInlineBytes, '\0');
  std::memcpy(out.data(), &scale, 4);
  std::memcpy(out.data() + 4, &unscaled, 8);
  return out;
}
std::string inline_string(Inline v) { return inline_string(v.unscaled, v.scale); }

bool both_inline(std::string_view a, std::string_view b) { return is_inline(a) && is_inline(b); }

enum class Special { kNone, kNaN, kPlus, kMinus };
Special special_of(std::string_view v) {
  if (!is_special(v)) return Special::kNone;
  return is_nan(v) ? Special::kNaN : v == infinity(true) ? Special::kMinus : Special::kPlus;
}

int decimal_digits(uint64_t v) {
  int n = 1;
  while (n <= kPowersMax && v >= static_cast<uint64_t>(kPowers10[n])) ++n;
  return n;
}

uint64_t magnitude_of(int64_t v) { return v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v); }

LeadingDigit leading_digit(Inline v) {
  if (v.unscaled == 0) return {0, 0};
  uint64_t magnitude = magnitude_of(v.unscaled);
  int have = decimal_digits(magnitude);
  int32_t exponent = have - 1 - v.scale;
  int32_t weight = exponent >= 0 ? exponent / 4 : -((-exponent + 3) / 4);
  int digits = exponent - 4 * weight + 1;
  if (have >= digits)
    return {weight, static_cast<int32_t>(magnitude / static_cast<uint64_t>(kPowers10[have - digits]))};
  return {weight, static_cast<int32_t>(magnitude * static_cast<uint64_t>(kPowers10[digits - have]))};
}

}  // namespace

bool divide_fast(Inline a, Inline b, Inline& out) {
  LeadingDigit x = leading_digit(a), y = leading_digit(b);
  int32_t weight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0);
  int32_t scale = std::max({kMinSignificantDigits - weight * 4, a.scale, b.scale, 0});
  // quotient * 10^scale = a * 10^(scale - a.scale + b.scale) / b
  int32_t shift = scale - a.scale + b.scale;
  if (scale > kMaxDisplayScale || shift < 0) return false;
  uint64_t magnitude = magnitude_of(a.unscaled);
  if (shift + decimal_digits(magnitude) > 37) return false;
  common::uint128 dividend = magnitude;
  for (; shift > kPowersMax; shift -= kPowersMax) dividend *= static_cast<uint64_t>(kPowers10[kPowersMax]);
  dividend *= static_cast<uint64_t>(kPowers10[shift]);
  uint64_t divisor = magnitude_of(b.unscaled);
  common::uint128 quotient = dividend / divisor;
  uint64_t rest = static_cast<uint64_t>(dividend - quotient * divisor);
  if (rest >= divisor - rest) ++quotient;
  if (quotient > static_cast<common::uint128>(INT64_MAX)) return false;
  out.scale = scale;
  out.unscaled = static_cast<int64_t>(quotient);
  if ((a.unscaled < 0) != (b.unscaled < 0)) out.unscaled = -out.unscaled;
  return true;
}

std::string from_int64(int64_t value) {
  if (value == INT64_MIN) return encode(BigDecimal(static_cast<int128>(value), 0));
  return inline_string(value, 0);
}

std::string from_int128(int128 unscaled, int32_t scale) {
  if (fits_inline(unscaled)) return inline_string(static_cast<int64_t>(unscaled), scale);
  return encode(BigDecimal(unscaled, scale));
}

std::string from_double(double value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value < 0);
  char buffer[64];
  int n = snprintf(buffer, sizeof buffer, "%.*g", 15, value);
  return parse({buffer, static_cast<size_t>(n)});
}

std::string from_float(float value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value < 0);
  char buffer[64];
  int n = snprintf(buffer, sizeof buffer, "%.*g", 6, static_cast<double>(value));
  return parse({buffer, static_cast<size_t>(n)});
}

std::string from_double_text(double value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value < 0);
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return parse({buffer, static_cast<size_t>(end - buffer)});
}

std::string to_string(std::string_view value) {
  if (!is_inline(value)) return to_text(decode(value));
  Inline v = read_inline(value);
  char buffer[32];
  uint64_t magnitude = magnitude_of(v.unscaled);
  auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude).ptr;
  size_t digits = static_cast<size_t>(end - buffer);
  std::string out;
  if (v.unscaled < 0) out += '-';
  size_t scale = static_cast<size_t>(v.scale);
  if (digits > scale) {
    out.append(buffer, digits - scale);
    if (scale == 0) return out;
    out += '.';
    out.append(buffer + digits - scale, scale);
    return out;
  }
  out += "0.";
  out.append(scale - digits, '0');
  out.append(buffer, digits);
  return out;
}

double to_double(std::string_view value) {
  switch (special_of(value)) {
    case Special::kNaN:
      return std::numeric_limits<double>::quiet_NaN();
    case Special::kPlus:
      return HUGE_VAL;
    case Special::kMinus:
      return -HUGE_VAL;
    case Special::kNone:
      break;
  }
  if (is_inline(value)) {
    // Exact operands make the division correctly rounded.
    Inline v = read_inline(value);
    constexpr int64_t kExact = int64_t{1} << 53;
    if (v.unscaled <= kExact && v.unscaled >= -kExact && v.scale <= kPowersMax) {
      return static_cast<double>(v.unscaled) / static_cast<double>(kPowers10[v.scale]);
    }
  }
  std::string text = to_string(value);
  double out = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (result.ec == std::errc::result_out_of_range) {
    BigDecimal big = decode(value);
    bool huge = !big.limbs.empty() && big.weight > 0;
    if (!huge) return big.negative ? -0.0 : 0.0;
    throw SqlError(sqlstate::kNumericValueOutOfRange, "\"" + text + "\" is out of range for type double precision");
  }
  return out;
}

namespace {

template <typename T>
T to_integer(std::string_view value, const char* name) {
  if (is_special(value)) {
    throw SqlError(sqlstate::kFeatureNotSupported,
                   std::string("cannot convert ") + (is_nan(value) ? "NaN" : "infinity") + " to " + name);
  }
  int128 whole;
  if (is_inline(value)) {
    Inline v = read_inline(value);
    if (v.scale == 0) {
      whole = v.unscaled;
    } else if (v.scale > kPowersMax) {
      // |unscaled| < 9.3 * 10^18: only a scale of 19 can still round up to 1
      whole = v.scale == kPowersMax + 1 && magnitude_of(v.unscaled) >= 5000000000000000000ULL
                  ? (v.unscaled < 0 ? -1 : 1)
                  : 0;
    } else {
      int64_t divisor = kPowers10[v.scale];
      int64_t quotient = v.unscaled / divisor;
      uint64_t rest = magnitude_of(v.unscaled % divisor);
      if (rest * 2 >= static_cast<uint64_t>(divisor)) quotient += v.unscaled < 0 ? -1 : 1;
      whole = quotient;
    }
  } else if (!to_int128_rounded(decode(value), whole)) {
    throw SqlError(sqlstate::kNumericValueOutOfRange, std::string(name) + " out of range");
  }
  if (whole > std::numeric_limits<T>::max() || whole < std::numeric_limits<T>::min()) {
    throw SqlError(sqlstate::kNumericValueOutOfRange, std::string(name) + " out of range");
  }
  return static_cast<T>(whole);
}

}  // namespace

int64_t to_int64(std::string_view value) { return to_integer<int64_t>(value, "bigint"); }
int32_t to_int32(std::string_view value) { return to_integer<int32_t>(value, "integer"); }
int16_t to_int16(std::string_view value) { return to_integer<int16_t>(value, "smallint"); }

bool to_exact_int64(std::string_view value, int64_t& out) {
  if (is_special(value) || !is_integral(value)) return false;
  int128 whole;
  if (!to_int128_rounded(decode(value), whole) || whole > INT64_MAX || whole < INT64_MIN) return false;
  out = static_cast<int64_t>(whole);
  return true;
}

bool is_zero(std::string_view value) { return is_inline(value) && read_inline(value).unscaled == 0; }

bool is_integral(std::string_view value) {
  if (is_special(value)) return false;
  if (is_inline(value) && read_inline(value).scale == 0) return true;
  return decode(value).is_integral();
}

int sign(std::string_view value) {
  if (is_inline(value)) {
    int64_t v = read_inline(value).unscaled;
    return v < 0 ? -1 : v > 0;
  }
  BigDecimal big = decode(value);
  if (!big.finite()) return big.kind == Kind::kNegativeInfinity ? -1 : 1;
  return big.negative ? -1 : 1;
}

int32_t display_scale(std::string_view value) {
  if (is_inline(value)) return read_inline(value).scale;
  return decode(value).scale;
}

// --- arithmetic ------------------------------------------------------------------------------------------------------

std::string add(std::string_view a, std::string_view b) {
  Inline r;
  if (both_inline(a, b) && add_fast(read_inline(a), read_inline(b), r)) return inline_string(r);
  Special x = special_of(a), y = special_of(b);
  if (x == Special::kNaN || y == Special::kNaN) return nan();
  if (x != Special::kNone) return y != Special::kNone && x != y ? nan() : std::string(a);
  if (y != Special::kNone) return std::string(b);
  return encode(add(decode(a), decode(b)));
}

std::string subtract(std::string_view a, std::string_view b) {
  Inline r;
  if (both_inline(a, b) && subtract_fast(read_inline(a), read_inline(b), r)) return inline_string(r);
  Special x = special_of(a), y = special_of(b);
  if (x == Special::kNaN || y == Special::kNaN) return nan();
  if (x != Special::kNone) return x == y ? nan() : std::string(a);
  if (y != Special::kNone) return infinity(y == Special::kPlus);
  return encode(subtract(decode(a), decode(b)));
}

std::string multiply(std::string_view a, std::string_view b) {
  Inline r;
  if (both_inline(a, b) && multiply_fast(read_inline(a), read_inline(b), r)) return inline_string(r);
  Special x = special_of(a), y = special_of(b);
  if (x == Special::kNaN || y == Special::kNaN) return nan();
  if (x != Special::kNone || y != Special::kNone) {
    int s = sign(a) * sign(b);
    return s == 0 ? nan() : infinity(s < 0);
  }
  BigDecimal product = multiply(decode(a), decode(b));
  if (product.scale > kDisplayScaleMax) round_to(product, kDisplayScaleMax);
  return encode(product);
}

namespace {

[[noreturn]] void throw_division_by_zero() { throw SqlError(sqlstate::kDivisionByZero, "division by zero"); }

// Quotients with NaN or an infinity in them; nullptr-like empty string when both are finite.
std::string divide_special(std::string_view a, std::string_view b) {
  Special x = special_of(a), y = special_of(b);
  if (x == Special::kNaN || y == Special::kNaN) return nan();
  if (x != Special::kNone) {
    if (y != Special::kNone) return nan();
    int s = sign(b);
    if (s == 0) throw_division_by_zero();
    return infinity((x == Special::kMinus) != (s < 0));
  }
  if (y != Special::kNone) return inline_string(0, 0);
  return {};
}

}  // namespace

std::string divide(std::string_view a, std::string_view b) {
  if (both_inline(a, b)) {
    Inline r, divisor = read_inline(b);
    if (divisor.unscaled == 0) throw_division_by_zero();
    if (divide_fast(read_inline(a), divisor, r)) return inline_string(r);
  }
  std::string special = divide_special(a, b);
  if (!special.empty()) return special;
  BigDecimal x = decode(a), y = decode(b);
  return encode(divide(x, y, division_scale(x, y), Rounding::kHalfAway));
}

std::string divide_truncated(std::string_view a, std::string_view b) {
  std::string special = divide_special(a, b);
  if (!special.empty()) return special;
  return encode(divide(decode(a), decode(b), 0, Rounding::kTruncate));
}

std::string modulo(std::string_view a, std::string_view b) {
  if (both_inline(a, b)) {
    int128 x, y;
    int32_t scale;
    if (read_inline(b).unscaled == 0) throw_division_by_zero();
    if (align(read_inline(a), read_inline(b), x, y, scale)) return from_int128(x % y, scale);
  }
  Special x = special_of(a), y = special_of(b);
  if (x == Special::kNaN || y == Special::kNaN) return nan();
  if (x != Special::kNone) {
    if (sign(b) == 0) throw_division_by_zero();
    return nan();
  }
  if (y != Special::kNone) return std::string(a);
  return encode(modulo(decode(a), decode(b)));
}

std::string negate(std::string_view a) {
  if (is_inline(a)) {
    Inline v = read_inline(a);
    return inline_string(-v.unscaled, v.scale);
  }
  switch (special_of(a)) {
    case Special::kNaN:
      return nan();
    case Special::kPlus:
      return infinity(true);
    case Special::kMinus:
      return infinity(false);
    case Special::kNone:
      break;
  }
  BigDecimal v = decode(a);
  v.negative = !v.negative;
  return encode(v);
}

std::string absolute(std::string_view a) { return sign(a) < 0 ? negate(a) : std::string(a); }

std::string round(std::string_view a, int32_t scale) {
  if (is_special(a)) return std::string(a);
  scale = std::clamp(scale, -kWeightDigitsMax - 1, kDisplayScaleMax);
  BigDecimal v = decode(a);
  round_to(v, scale);
  return encode(v);
}

std::string truncate(std::string_view a, int32_t scale) {
  if (is_special(a)) return std::string(a);
  scale = std::clamp(scale, -kWeightDigitsMax - 1, kDisplayScaleMax);
  BigDecimal v = decode(a);
  truncate_to(v, scale);
  return encode(v);
}

std::string ceil(std::string_view a) { return encode(ceil_of(decode(a))); }
std::string floor(std::string_view a) { return encode(floor_of(decode(a))); }

std::string square_root(std::string_view a) {
  Special x = special_of(a);
  if (x == Special::kNaN || x == Special::kPlus) return std::string(a);
  if (sign(a) < 0) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction, "cannot take square root of a negative number");
  }
  return encode(sqrt_of(decode(a)));
}

// --- order -----------------------------------------------------------------------------------------------------------

int compare_slow(std::string_view a, std::string_view b) {
  if (both_inline(a, b)) {
    int c = compare_fast(read_inline(a), read_inline(b));
    if (c != -2) return c;
  }
  // NaN is above Infinity and equal to itself.
  auto rank = [](std::string_view v) {
    switch (special_of(v)) {
      case Special::kMinus:
        return -1;
      case Special::kNone:
        return 0;
      case Special::kPlus:
        return 1;
      case Special::kNaN:
        break;
    }
    return 2;
  };
  int x = rank(a), y = rank(b);
  if (x != 0 || y != 0) return x < y ? -1 : x > y;
  return compare(decode(a), decode(b));
}

namespace {

uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  return h ^ (h >> 32);
}

}  // namespace

uint64_t hash(std::string_view value) {
  int64_t unscaled;
  int32_t scale;
  if (is_inline(value)) {
    Inline v = read_inline(value);
    unscaled = v.unscaled;
    scale = v.scale;
  } else {
    if (is_special(value)) return mix(static_cast<unsigned char>(value[0]));
    BigDecimal v = decode(value);
    v.scale = std::max(0, kLimbDigits * (static_cast<int32_t>(v.limbs.size()) - v.weight - 1));
    for (uint32_t limb = v.limbs.back(); v.scale > 0 && limb % 10 == 0; limb /= 10) --v.scale;
    std::string shortest = encode(v);
    if (!is_inline(shortest)) return mix(hash_bytes_extended(shortest, 0x5bd1e995));
    Inline s = read_inline(shortest);
    unscaled = s.unscaled;
    scale = s.scale;
  }
  if (unscaled == 0) return mix(0);
  while (scale > 0 && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  return mix(static_cast<uint64_t>(unscaled) + 0x9e3779b97f4a7c15ULL * static_cast<uint64_t>(scale));
}

uint32_t hash_numeric(std::string_view value) {
  if (is_special(value)) return 0;
  if (is_zero(value)) return ~uint32_t{0};
  int32_t weight;
  std::vector<int16_t> digits = base_10000(decode(value), weight);
  return hash_bytes(digits.data(), digits.size() * 2) ^ static_cast<uint32_t>(weight);
}

uint64_t hash_numeric_extended(std::string_view value, uint64_t seed) {
  if (is_special(value)) return seed;
  if (is_zero(value)) return seed - 1;
  int32_t weight;
  std::vector<int16_t> digits = base_10000(decode(value), weight);
  return hash_bytes_extended(digits.data(), digits.size() * 2, seed) ^
         static_cast<uint64_t>(static_cast<int64_t>(weight));
}

// Key: class byte; for finite non-zero values the biased exponent of the leading digit (3 bytes) and decimal digits in
// pairs plus one, ended by 0. A negative value has everything after the class byte inverted.
void append_key(std::string_view value, std::string& out) {
  switch (special_of(value)) {
    case Special::kMinus:
      out += '\x10';
      return;
    case Special::kPlus:
      out += '\x50';
      return;
    case Special::kNaN:
      out += '\x60';
      return;
    case Special::kNone:
      break;
  }
  char buffer[24];
  std::string long_digits;
  std::string_view digits;
  int32_t exponent;
  bool negative;
  if (is_inline(value)) {
    Inline v = read_inline(value);
    if (v.unscaled == 0) {
      out += '\x30';
      return;
    }
    negative = v.unscaled < 0;
    auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude_of(v.unscaled)).ptr;
    digits = {buffer, static_cast<size_t>(end - buffer)};
    exponent = static_cast<int32_t>(digits.size()) - 1 - v.scale;
  } else {
    BigDecimal v = decode(value);
    negative = v.negative;
    exponent = v.leading_exponent();
    for (uint32_t limb : v.limbs) {
      char nine[16];
      snprintf(nine, sizeof nine, "%09u", limb);
      long_digits.append(nine, kLimbDigits);
    }
    long_digits.erase(0, long_digits.find_first_not_of('0'));
    digits = long_digits;
  }
  while (digits.back() == '0') digits.remove_suffix(1);
  out += negative ? '\x20' : '\x40';
  size_t start = out.size();
  uint32_t biased = static_cast<uint32_t>(exponent + (1 << 22));
  for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(biased >> shift);
  for (size_t i = 0; i < digits.size(); i += 2) {
    int pair = (digits[i] - '0') * 10 + (i + 1 < digits.size() ? digits[i + 1] - '0' : 0);
    out += static_cast<char>(pair + 1);
  }
  out += '\0';
  if (negative) {
    for (size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
  }
}

}  // namespace basalt::types::numeric
