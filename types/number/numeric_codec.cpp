// Text and binary formats of numeric, and its typmod.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "common/sqlstate.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/numeric_fast.hpp"

namespace basalt::types::numeric {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool starts_with_word(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != lower[i]) return false;
  }
  return true;
}

[[noreturn]] void throw_syntax(std::string_view text, std::string_view type_name) {
  throw SqlError(sqlstate::kInvalidTextRepresentation,
                 "invalid input syntax for type " + std::string(type_name) + ": \"" + std::string(text) + "\"");
}

// A number taken apart: digits with the point removed.
struct Scanned {
  bool negative = false;
  std::string_view whole, fraction;
  int64_t exponent = 0;
  size_t end = 0;  // characters used
};

bool scan(std::string_view s, Scanned& out) {
  size_t i = 0;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) out.negative = s[i++] == '-';
  size_t start = i;
  while (i < s.size() && is_digit(s[i])) ++i;
  out.whole = s.substr(start, i - start);
  if (i < s.size() && s[i] == '.') {
    start = ++i;
    while (i < s.size() && is_digit(s[i])) ++i;
    out.fraction = s.substr(start, i - start);
  }
  if (out.whole.empty() && out.fraction.empty()) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    while (i < s.size() && is_space(s[i])) ++i;
    bool minus = false;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) minus = s[i++] == '-';
    if (i >= s.size() || !is_digit(s[i])) return false;
    int64_t e = 0;
    for (; i < s.size() && is_digit(s[i]); ++i) e = std::min<int64_t>(e * 10 + (s[i] - '0'), INT32_MAX);
    if (e >= INT32_MAX / 2) throw_overflow();
    out.exponent = minus ? -e : e;
  }
  out.end = i;
  return true;
}

BigDecimal build(const Scanned& scanned) {
  std::string digits(scanned.whole);
  digits.append(scanned.fraction);
  BigDecimal r;
  int64_t scale = std::max<int64_t>(0, static_cast<int64_t>(scanned.fraction.size()) - scanned.exponent);
  r.scale = static_cast<int32_t>(std::min<int64_t>(scale, INT32_MAX));
  size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return r;
  // Exponent of the first kept digit, then pad on both sides to whole limbs.
  int64_t exponent = static_cast<int64_t>(scanned.whole.size()) - 1 + scanned.exponent - static_cast<int64_t>(first);
  if (exponent >= kWeightDigitsMax || scale > kDisplayScaleMax) throw_overflow();
  digits.erase(0, first);
  int32_t e = static_cast<int32_t>(exponent);
  r.weight = e >= 0 ? e / kLimbDigits : -((-e + kLimbDigits - 1) / kLimbDigits);
  digits.insert(0, static_cast<size_t>(kLimbDigits - 1 - (e - r.weight * kLimbDigits)), '0');
  digits.append((kLimbDigits - digits.size() % kLimbDigits) % kLimbDigits, '0');
  r.limbs.reserve(digits.size() / kLimbDigits);
  for (size_t i = 0; i < digits.size(); i += kLimbDigits) {
    uint32_t limb = 0;
    for (size_t j = i; j < i + kLimbDigits; ++j) limb = limb * 10 + static_cast<uint32_t>(digits[j] - '0');
    r.limbs.push_back(limb);
  }
  r.negative = scanned.negative;
  r.normalize();
  return r;
}

std::string finish(const Scanned& scanned) {
  size_t digits = scanned.whole.size() + scanned.fraction.size();
  if (digits <= kPowersMax && scanned.exponent == 0) {
    int64_t value = 0;
    for (char c : scanned.whole) value = value * 10 + (c - '0');
    for (char c : scanned.fraction) value = value * 10 + (c - '0');
    return from_int128(scanned.negative ? -value : value, static_cast<int32_t>(scanned.fraction.size()));
  }
  return encode(build(scanned));
}

}  // namespace

std::string parse(std::string_view text, int32_t typmod, std::string_view type_name) {
  size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  std::string_view rest = text.substr(i);
  std::string value;
  size_t used;
  std::string_view unsigned_rest = rest;
  bool has_sign = !rest.empty() && (rest[0] == '+' || rest[0] == '-');
  if (has_sign) unsigned_rest.remove_prefix(1);
  if (starts_with_word(rest, "nan")) {
    value = nan();
    used = 3;
  } else if (starts_with_word(unsigned_rest, "inf")) {
    value = infinity(rest[0] == '-');
    used = (starts_with_word(unsigned_rest, "infinity") ? 8 : 3) + (has_sign ? 1 : 0);
  } else {
    Scanned scanned;
    if (!scan(rest, scanned)) throw_syntax(text, type_name);
    used = scanned.end;
    for (size_t j = used; j < rest.size(); ++j) {
      if (!is_space(rest[j])) throw_syntax(text, type_name);
    }
    if (typmod >= 4 && scanned.whole.size() + scanned.fraction.size() > kPowersMax) {
      // The typmod may bring a value within the limits that the type alone could not hold.
      BigDecimal big = build(scanned);
      round_to(big, split_typmod(typmod).scale);
      return apply_typmod(encode(big), typmod);
    }
    value = finish(scanned);
  }
  for (size_t j = used; j < rest.size(); ++j) {
    if (!is_space(rest[j])) throw_syntax(text, type_name);
  }
  return apply_typmod(value, typmod);
}

bool try_parse_plain(std::string_view text, std::string& out) {
  Scanned scanned;
  if (!scan(text, scanned) || scanned.end != text.size()) return false;
  out = finish(scanned);
  return true;
}

// --- typmod ----------------------------------------------------------------------------------------------------------
// Precision in the upper half word, the scale as an 11-bit signed number below, plus 4.

int32_t make_typmod(Typmod typmod) { return ((typmod.precision << 16) | (typmod.scale & 0x7ff)) + 4; }

Typmod split_typmod(int32_t typmod) {
  typmod -= 4;
  return {(typmod >> 16) & 0xffff, ((typmod & 0x7ff) ^ 1024) - 1024};
}

std::string apply_typmod(std::string_view value, int32_t typmod) {
  if (typmod < 4) return std::string(value);
  auto [precision, scale] = split_typmod(typmod);
  auto overflow = [&](const std::string& what) {
    return SqlError(sqlstate::kNumericValueOutOfRange, "numeric field overflow")
        .detail("A field with precision " + std::to_string(precision) + ", scale " + std::to_string(scale) + " " +
                what);
  };
  if (is_special(value)) {
    if (is_nan(value)) return std::string(value);
    throw overflow("cannot hold an infinite value.");
  }
  int32_t whole_digits = precision - scale;
  if (is_inline(value) && scale >= 0 && whole_digits >= 0 && precision <= kPowersMax) {
    Inline v = read_inline(value);
    int64_t limit = kPowers10[precision];
    if (v.scale == scale && v.unscaled < limit && v.unscaled > -limit) return std::string(value);
    if (v.scale < scale && scale - v.scale <= kPowersMax) {
      int128 wide = static_cast<int128>(v.unscaled) * kPowers10[scale - v.scale];
      if (wide < limit && wide > -limit) return from_int128(wide, scale);
    }
  }
  BigDecimal v = decode(value);
  round_to(v, scale);
  if (!v.limbs.empty() && v.leading_exponent() >= whole_digits) {
    throw overflow("must round to an absolute value less than " +
                   (whole_digits ? "10^" + std::to_string(whole_digits) : std::string("1")) + ".");
  }
  return encode(v);
}

// --- binary format ---------------------------------------------------------------------------------------------------
// int16 digit count, weight, sign, display scale, then base 10^4 digits; all big-endian.

namespace {

constexpr uint16_t kWireNegative = 0x4000, kWireNaN = 0xC000, kWireInfinity = 0xD000, kWireMinusInfinity = 0xF000;

void put16(std::string& out, int value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

SqlError bad_binary(const char* what) {
  return SqlError(sqlstate::kInvalidBinaryRepresentation,
                  std::string("invalid ") + what + " in external \"numeric\" value");
}

}  // namespace

std::string send(std::string_view value) {
  std::string out;
  BigDecimal v = decode(value);
  int32_t weight;
  std::vector<int16_t> digits = base_10000(v, weight);
  put16(out, static_cast<int>(digits.size()));
  put16(out, weight);
  int sign = v.negative ? kWireNegative : 0;
  if (v.kind == Kind::kNaN) sign = kWireNaN;
  if (v.kind == Kind::kPositiveInfinity) sign = kWireInfinity;
  if (v.kind == Kind::kNegativeInfinity) sign = kWireMinusInfinity;
  put16(out, sign);
  // Infinities carry a scale of 32, as PostgreSQL sends them.
  put16(out, sign == kWireInfinity || sign == kWireMinusInfinity ? 32 : v.scale);
  for (int16_t digit : digits) put16(out, digit);
  return out;
}

std::string receive(std::string_view bytes, int32_t typmod) {
  size_t at = 0;
  auto get16 = [&]() -> int {
    if (at + 2 > bytes.size()) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
    int value = static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]);
    at += 2;
    return value;
  };
  int count = get16();
  int weight = static_cast<int16_t>(get16());
  int sign = get16();
  int scale = get16();
  if (sign == kWireNaN) return apply_typmod(nan(), typmod);
  if (sign == kWireInfinity || sign == kWireMinusInfinity)
    return apply_typmod(infinity(sign == kWireMinusInfinity), typmod);
  if (sign != 0 && sign != kWireNegative) throw bad_binary("sign");
  if (scale > kDisplayScaleMax) throw bad_binary("scale");
  std::string text;
  if (sign == kWireNegative) text += '-';
  text += '0';
  for (int i = 0; i < count; ++i) {
    int digit = get16();
    if (digit > 9999) throw bad_binary("digit");
    char four[8];
    snprintf(four, sizeof four, "%04d", digit);
    text.append(four, 4);
  }
  text += 'e' + std::to_string(4 * (weight - count + 1));
  Scanned scanned;
  scan(text, scanned);
  BigDecimal v = build(scanned);
  v.scale = scale;
  truncate_to(v, scale);
  return apply_typmod(encode(v), typmod);
}

}  // namespace basalt::types::numeric
