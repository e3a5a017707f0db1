// BigDecimal <-> encoded bytes, text, and base 10^4 digits.
#include <algorithm>
#include <cmath>

#include "common/ensure.hpp"
#include "types/number/big_decimal.hpp"

namespace basalt::types::numeric {

namespace {

enum Tag : char { kTagPositive = 1, kTagNegative = 2, kTagNaN = 3, kTagInfinity = 4, kTagMinusInfinity = 5 };
constexpr size_t kBigHeader = 7;

void append_limb(std::string& out, uint32_t limb) {
  char digits[kLimbDigits];
  for (int i = kLimbDigits - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + limb % 10);
    limb /= 10;
  }
  out.append(digits, kLimbDigits);
}

}  // namespace

std::string nan() { return std::string(1, kTagNaN); }
std::string infinity(bool negative) { return std::string(1, negative ? kTagMinusInfinity : kTagInfinity); }
bool is_nan(std::string_view value) { return value.size() == 1 && value[0] == kTagNaN; }
bool is_infinite(std::string_view value) { return value.size() == 1 && value[0] != kTagNaN; }

BigDecimal decode(std::string_view value) {
  BigDecimal r;
  if (value.size() == kInlineBytes) {
    Inline v = read_inline(value);
    return BigDecimal(static_cast<int128>(v.unscaled), v.scale);
  }
  ENSURE(!value.empty(), "numeric value without bytes");
  switch (value[0]) {
    case kTagNaN:
      r.kind = Kind::kNaN;
      return r;
    case kTagInfinity:
      r.kind = Kind::kPositiveInfinity;
      return r;
    case kTagMinusInfinity:
      r.kind = Kind::kNegativeInfinity;
      return r;
    default:
      break;
  }
  ENSURE(value.size() > kBigHeader && (value.size() - kBigHeader) % 4 == 0, "numeric value of a wrong length");
  uint16_t scale;
  std::memcpy(&scale, value.data() + 1, 2);
  std::memcpy(&r.weight, value.data() + 3, 4);
  r.scale = scale;
  r.negative = value[0] == kTagNegative;
  r.limbs.resize((value.size() - kBigHeader) / 4);
  std::memcpy(r.limbs.data(), value.data() + kBigHeader, r.limbs.size() * 4);
  return r;
}

std::string encode(const BigDecimal& value) {
  switch (value.kind) {
    case Kind::kNaN:
      return nan();
    case Kind::kPositiveInfinity:
      return infinity(false);
    case Kind::kNegativeInfinity:
      return infinity(true);
    case Kind::kFinite:
      break;
  }
  if (value.scale > kDisplayScaleMax) throw_overflow();
  int64_t unscaled = 0;
  bool fits = true;
  if (!value.limbs.empty()) {
    int32_t exponent = value.leading_exponent();
    if (exponent >= kWeightDigitsMax) throw_overflow();
    fits = exponent + value.scale < 19;
    if (fits) {
      int32_t fraction_limbs = (value.scale + kLimbDigits - 1) / kLimbDigits;
      common::uint128 magnitude = 0;
      for (int32_t position = value.weight; position >= -fraction_limbs; --position) {
        magnitude = magnitude * kLimbBase + value.limb_at(position);
      }
      for (int32_t i = fraction_limbs * kLimbDigits; i > value.scale; --i) magnitude /= 10;
      fits = magnitude <= static_cast<common::uint128>(INT64_MAX);
      if (fits) unscaled = value.negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
    }
  }
  std::string out;
  if (fits) {
    out.resize(kInlineBytes);
    int32_t scale = value.scale;
    std::memcpy(out.data(), &scale, 4);
    std::memcpy(out.data() + 4, &unscaled, 8);
    return out;
  }
  out.resize(kBigHeader + 4 * value.limbs.size());
  out[0] = value.negative ? kTagNegative : kTagPositive;
  uint16_t scale = static_cast<uint16_t>(value.scale);
  std::memcpy(out.data() + 1, &scale, 2);
  std::memcpy(out.data() + 3, &value.weight, 4);
  std::memcpy(out.data() + kBigHeader, value.limbs.data(), value.limbs.size() * 4);
  return out;
}

std::string to_text(const BigDecimal& value) {
  switch (value.kind) {
    case Kind::kNaN:
      return "NaN";
    case Kind::kPositiveInfinity:
      return "Infinity";
    case Kind::kNegativeInfinity:
      return "-Infinity";
    case Kind::kFinite:
      break;
  }
  std::string out;
  if (value.negative) out += '-';
  if (value.limbs.empty() || value.weight < 0) {
    out += '0';
  } else {
    out += std::to_string(value.limbs[0]);
    for (int32_t position = value.weight - 1; position >= 0; --position) append_limb(out, value.limb_at(position));
  }
  if (value.scale > 0) {
    out += '.';
    size_t end = out.size() + static_cast<size_t>(value.scale);
    for (int32_t position = -1; out.size() < end; --position) append_limb(out, value.limb_at(position));
    out.resize(end);
  }
  return out;
}

std::string to_scientific(const BigDecimal& value, int32_t scale) {
  int32_t exponent = value.limbs.empty() ? 0 : value.leading_exponent();
  BigDecimal mantissa = value;
  // Round at the digit that is shown last, then read off the digits.
  round_to(mantissa, scale - exponent);
  // A carry into a new digit leaves the exponent alone: 9.99 prints as 10.0e+00, as in PostgreSQL.
  bool carry = !mantissa.limbs.empty() && mantissa.leading_exponent() > exponent;
  mantissa.scale = 0;
  std::string digits;
  for (int32_t limb : mantissa.limbs) append_limb(digits, static_cast<uint32_t>(limb));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  size_t whole = carry ? 2 : 1;
  digits.resize(static_cast<size_t>(scale) + whole, '0');
  std::string out = value.negative && !mantissa.limbs.empty() ? "-" : "";
  out.append(digits, 0, whole);
  if (scale > 0) {
    out += '.';
    out.append(digits, whole);
  }
  char suffix[16];
  snprintf(suffix, sizeof suffix, "e%+03d", exponent);
  return out + suffix;
}

std::vector<int16_t> base_10000(const BigDecimal& value, int32_t& weight) {
  std::vector<int16_t> digits;
  weight = 0;
  if (value.limbs.empty()) return digits;
  // 4 limbs of nine digits are 9 digits of four; walk decimal digits in groups aligned at the point.
  LeadingDigit lead = leading_digit(value);
  weight = lead.weight;
  int32_t low_exponent = kLimbDigits * (value.weight - static_cast<int32_t>(value.limbs.size()) + 1);
  auto decimal_digit = [&](int32_t exponent) -> int {
    int32_t position = exponent >= 0 ? exponent / kLimbDigits : -((-exponent + kLimbDigits - 1) / kLimbDigits);
    uint32_t limb = value.limb_at(position);
    for (int32_t i = exponent - position * kLimbDigits; i > 0; --i) limb /= 10;
    return static_cast<int>(limb % 10);
  };
  for (int32_t w = weight; 4 * w + 3 >= low_exponent; --w) {
    int digit = 0;
    for (int32_t e = 4 * w + 3; e >= 4 * w; --e) digit = digit * 10 + decimal_digit(e);
    digits.push_back(static_cast<int16_t>(digit));
  }
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  return digits;
}

}  // namespace basalt::types::numeric
