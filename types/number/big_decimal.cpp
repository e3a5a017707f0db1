#include "types/number/big_decimal.hpp"

#include <algorithm>
#include <cmath>

#include "common/sqlstate.hpp"

namespace basalt::types::numeric {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;

constexpr uint32_t kPowers[kLimbDigits + 1] = {1,      10,      100,      1000,      10000,
                                               100000, 1000000, 10000000, 100000000, 1000000000};

int digit_count(uint32_t limb) {
  int n = 1;
  while (n < kLimbDigits && limb >= kPowers[n]) ++n;
  return n;
}

// Weight of the limb that holds the `scale`-th fraction digit (scale may be negative: digits before the point).
int32_t limb_of_scale(int32_t scale) {
  // fraction digit s (1-based) lies in limb -ceil(s / 9); s <= 0 stands for the digit of 10^-s
  int32_t exponent = -scale;  // of the last kept digit
  return exponent >= 0 ? exponent / kLimbDigits : -((-exponent + kLimbDigits - 1) / kLimbDigits);
}

}  // namespace

void throw_overflow() { throw SqlError(sqlstate::kNumericValueOutOfRange, "value overflows numeric format"); }

BigDecimal::BigDecimal(int128 unscaled, int32_t scale_in) : scale(scale_in) {
  if (unscaled == 0) return;
  negative = unscaled < 0;
  common::uint128 magnitude =
      negative ? -static_cast<common::uint128>(unscaled) : static_cast<common::uint128>(unscaled);
  // Shift so that the last limb ends at a multiple of nine fraction digits.
  int32_t fraction_limbs = (scale + kLimbDigits - 1) / kLimbDigits;
  int32_t shift = fraction_limbs * kLimbDigits - scale;
  uint32_t low_first[6];
  int n = 0;
  uint32_t divisor = kPowers[kLimbDigits - shift];
  low_first[n++] = static_cast<uint32_t>(magnitude % divisor) * kPowers[shift];
  magnitude /= divisor;
  while (magnitude != 0) {
    low_first[n++] = static_cast<uint32_t>(magnitude % kLimbBase);
    magnitude /= kLimbBase;
  }
  limbs.assign(std::reverse_iterator(low_first + n), std::reverse_iterator(low_first));
  weight = n - 1 - fraction_limbs;
  normalize();
}

void BigDecimal::normalize() {
  size_t first = 0;
  while (first < limbs.size() && limbs[first] == 0) ++first;
  if (first > 0) {
    limbs.erase(limbs.begin(), limbs.begin() + static_cast<ptrdiff_t>(first));
    weight -= static_cast<int32_t>(first);
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  if (limbs.empty()) {
    weight = 0;
    negative = false;
  }
}

int32_t BigDecimal::leading_exponent() const { return weight * kLimbDigits + digit_count(limbs[0]) - 1; }

int compare_magnitude(const BigDecimal& a, const BigDecimal& b) {
  if (a.limbs.empty() || b.limbs.empty())
    return static_cast<int>(!a.limbs.empty()) - static_cast<int>(!b.limbs.empty());
  if (a.weight != b.weight) return a.weight < b.weight ? -1 : 1;
  size_t n = std::min(a.limbs.size(), b.limbs.size());
  for (size_t i = 0; i < n; ++i) {
    if (a.limbs[i] != b.limbs[i]) return a.limbs[i] < b.limbs[i] ? -1 : 1;
  }
  return a.limbs.size() == b.limbs.size() ? 0 : a.limbs.size() < b.limbs.size() ? -1 : 1;
}

int compare(const BigDecimal& a, const BigDecimal& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int c = compare_magnitude(a, b);
  return a.negative ? -c : c;
}

namespace {

BigDecimal add_magnitude(const BigDecimal& a, const BigDecimal& b) {
  BigDecimal r;
  r.scale = std::max(a.scale, b.scale);
  if (a.limbs.empty() || b.limbs.empty()) {
    const BigDecimal& source = a.limbs.empty() ? b : a;
    r.limbs = source.limbs;
    r.weight = source.weight;
    return r;
  }
  int32_t high = std::max(a.weight, b.weight) + 1;
  int32_t low =
      std::min(a.weight - static_cast<int32_t>(a.limbs.size()), b.weight - static_cast<int32_t>(b.limbs.size())) + 1;
  r.weight = high;
  r.limbs.assign(static_cast<size_t>(high - low + 1), 0);
  uint32_t carry = 0;
  for (int32_t position = low; position <= high; ++position) {
    uint32_t sum = a.limb_at(position) + b.limb_at(position) + carry;
    carry = sum >= kLimbBase;
    r.limbs[static_cast<size_t>(high - position)] = carry ? sum - kLimbBase : sum;
  }
  r.normalize();
  return r;
}

// |a| >= |b|
BigDecimal subtract_magnitude(const BigDecimal& a, const BigDecimal& b) {
  BigDecimal r;
  r.scale = std::max(a.scale, b.scale);
  if (b.limbs.empty()) {
    r.limbs = a.limbs;
    r.weight = a.weight;
    return r;
  }
  int32_t low =
      std::min(a.weight - static_cast<int32_t>(a.limbs.size()), b.weight - static_cast<int32_t>(b.limbs.size())) + 1;
  r.weight = a.weight;
  r.limbs.assign(static_cast<size_t>(a.weight - low + 1), 0);
  uint32_t borrow = 0;
  for (int32_t position = low; position <= a.weight; ++position) {
    int64_t difference = static_cast<int64_t>(a.limb_at(position)) - b.limb_at(position) - borrow;
    borrow = difference < 0;
    r.limbs[static_cast<size_t>(a.weight - position)] =
        static_cast<uint32_t>(borrow ? difference + kLimbBase : difference);
  }
  r.normalize();
  return r;
}

BigDecimal add_signed(const BigDecimal& a, const BigDecimal& b, bool b_negative) {
  if (a.negative == b_negative) {
    BigDecimal r = add_magnitude(a, b);
    r.negative = a.negative && !r.limbs.empty();
    return r;
  }
  int c = compare_magnitude(a, b);
  BigDecimal r = c >= 0 ? subtract_magnitude(a, b) : subtract_magnitude(b, a);
  r.negative = (c >= 0 ? a.negative : b_negative) && !r.limbs.empty();
  return r;
}

}  // namespace

BigDecimal add(const BigDecimal& a, const BigDecimal& b) { return add_signed(a, b, b.negative); }
BigDecimal subtract(const BigDecimal& a, const BigDecimal& b) {
  return add_signed(a, b, !b.negative && !b.limbs.empty());
}

BigDecimal multiply(const BigDecimal& a, const BigDecimal& b) {
  BigDecimal r;
  r.scale = a.scale + b.scale;
  if (a.limbs.empty() || b.limbs.empty()) return r;
  size_t n = a.limbs.size(), m = b.limbs.size();
  r.limbs.assign(n + m, 0);
  for (size_t i = n; i-- > 0;) {
    uint64_t carry = 0, factor = a.limbs[i];
    if (factor == 0) continue;
    for (size_t j = m; j-- > 0;) {
      uint64_t t = factor * b.limbs[j] + r.limbs[i + j + 1] + carry;
      carry = t / kLimbBase;
      r.limbs[i + j + 1] = static_cast<uint32_t>(t - carry * kLimbBase);
    }
    r.limbs[i] = static_cast<uint32_t>(carry);
  }
  r.weight = a.weight + b.weight + 1;
  r.negative = a.negative != b.negative;
  r.normalize();
  return r;
}

BigDecimal multiply_rounded(const BigDecimal& a, const BigDecimal& b, int32_t scale) {
  BigDecimal r = multiply(a, b);
  round_to(r, scale);
  return r;
}

namespace {

// Cuts after fraction digit `scale`; tells whether the first digit cut off is 5 or more.
bool cut(BigDecimal& value, int32_t scale) {
  int32_t last = limb_of_scale(scale);     // weight of the last limb kept (perhaps in part)
  int32_t keep = value.weight - last + 1;  // limbs kept
  // digits of the last kept limb that go
  int32_t drop = scale >= 0 ? -last * kLimbDigits - scale : (-scale) % kLimbDigits;
  int32_t size = static_cast<int32_t>(value.limbs.size());
  if (keep > size) return false;
  if (keep < 0) {
    value.limbs.clear();
    return false;
  }
  if (keep == 0) {
    // Everything goes; the first digit cut off is the leading one only when the limb is cut at its very top.
    bool up = drop == 0 && !value.limbs.empty() && value.limbs[0] >= kLimbBase / 2;
    value.limbs.clear();
    return up;
  }
  bool up;
  if (drop == 0) {
    up = keep < size && value.limbs[static_cast<size_t>(keep)] >= kLimbBase / 2;
  } else {
    uint32_t& limb = value.limbs[static_cast<size_t>(keep - 1)];
    uint32_t rest = limb % kPowers[drop];
    up = rest >= kPowers[drop] / 2;
    limb -= rest;
  }
  value.limbs.resize(static_cast<size_t>(keep));
  return up;
}

}  // namespace

void truncate_to(BigDecimal& value, int32_t scale) {
  if (!value.finite()) return;
  cut(value, scale);
  value.normalize();
  value.scale = std::max(scale, 0);
}

void round_to(BigDecimal& value, int32_t scale) {
  if (!value.finite()) return;
  bool negative = value.negative;
  bool up = cut(value, scale);
  if (up) {
    BigDecimal unit;
    unit.weight = limb_of_scale(scale);
    int32_t drop = scale >= 0 ? -unit.weight * kLimbDigits - scale : (-scale) % kLimbDigits;
    unit.limbs = {kPowers[drop]};
    value.negative = false;
    value = add_magnitude(value, unit);
    value.negative = negative;
  }
  value.normalize();
  value.scale = std::max(scale, 0);
}

BigDecimal ceil_of(const BigDecimal& value) {
  BigDecimal r = value;
  if (!r.finite()) return r;
  truncate_to(r, 0);
  if (!value.negative && compare_magnitude(r, value) != 0) r = add(r, BigDecimal(int64_t{1}));
  return r;
}

BigDecimal floor_of(const BigDecimal& value) {
  BigDecimal r = value;
  if (!r.finite()) return r;
  truncate_to(r, 0);
  if (value.negative && compare_magnitude(r, value) != 0) r = subtract(r, BigDecimal(int64_t{1}));
  return r;
}

namespace {

// Schoolbook long division (Knuth, TAOCP 2, 4.3.1, algorithm D) of digit strings, most significant limb first.
// Returns the floor of a / b.
std::vector<uint32_t> divide_limbs(std::vector<uint32_t> a, std::vector<uint32_t> b) {
  if (b.size() == 1) {
    uint64_t rest = 0, divisor = b[0];
    for (uint32_t& limb : a) {
      uint64_t t = rest * kLimbBase + limb;
      limb = static_cast<uint32_t>(t / divisor);
      rest = t % divisor;
    }
    return a;
  }
  if (a.size() < b.size()) return {};
  uint32_t factor = static_cast<uint32_t>(kLimbBase / (uint64_t{b[0]} + 1));
  auto scale_up = [factor](std::vector<uint32_t>& v) {
    uint64_t carry = 0;
    for (size_t i = v.size(); i-- > 0;) {
      uint64_t t = uint64_t{v[i]} * factor + carry;
      v[i] = static_cast<uint32_t>(t % kLimbBase);
      carry = t / kLimbBase;
    }
    return static_cast<uint32_t>(carry);
  };
  uint32_t top = scale_up(a);
  a.insert(a.begin(), top);
  scale_up(b);
  size_t n = b.size(), steps = a.size() - n;
  std::vector<uint32_t> quotient(steps, 0);
  for (size_t j = 0; j < steps; ++j) {
    uint64_t head = uint64_t{a[j]} * kLimbBase + a[j + 1];
    uint64_t guess = head / b[0], rest = head % b[0];
    while (guess >= kLimbBase || guess * b[1] > rest * kLimbBase + (j + 2 < a.size() ? a[j + 2] : 0)) {
      --guess;
      rest += b[0];
      if (rest >= kLimbBase) break;
    }
    if (guess == 0) continue;
    int64_t borrow = 0;
    uint64_t carry = 0;
    for (size_t i = n; i-- > 0;) {
      uint64_t product = guess * b[i] + carry;
      carry = product / kLimbBase;
      int64_t t = static_cast<int64_t>(a[j + i + 1]) - static_cast<int64_t>(product % kLimbBase) - borrow;
      borrow = t < 0;
      a[j + i + 1] = static_cast<uint32_t>(borrow ? t + kLimbBase : t);
    }
    int64_t t = static_cast<int64_t>(a[j]) - static_cast<int64_t>(carry) - borrow;
    a[j] = 0;
    if (t < 0) {
      --guess;
      uint32_t back = 0;
      for (size_t i = n; i-- > 0;) {
        uint32_t sum = a[j + i + 1] + b[i] + back;
        back = sum >= kLimbBase;
        a[j + i + 1] = back ? sum - kLimbBase : sum;
      }
    }
    quotient[j] = static_cast<uint32_t>(guess);
  }
  return quotient;
}

}  // namespace

BigDecimal divide(const BigDecimal& a, const BigDecimal& b, int32_t scale, Rounding rounding) {
  if (b.limbs.empty()) throw SqlError(sqlstate::kDivisionByZero, "division by zero");
  BigDecimal r;
  r.scale = std::max(scale, 0);
  if (a.limbs.empty()) return r;
  // One digit more than asked for decides the rounding: the quotient is truncated, never rounded, before.
  int32_t low = limb_of_scale(scale + 1);
  // The quotient of the digit strings has weight (lowest limb) low when a's string ends at low + b's lowest limb.
  int32_t b_low = b.weight - static_cast<int32_t>(b.limbs.size()) + 1;
  int32_t want = a.weight - (low + b_low) + 1;
  if (want <= 0) return r;
  std::vector<uint32_t> dividend = a.limbs;
  dividend.resize(static_cast<size_t>(want), 0);
  r.limbs = divide_limbs(std::move(dividend), b.limbs);
  r.weight = low + static_cast<int32_t>(r.limbs.size()) - 1;
  r.negative = a.negative != b.negative;
  r.normalize();
  if (rounding == Rounding::kHalfAway) {
    round_to(r, scale);
  } else {
    truncate_to(r, scale);
  }
  return r;
}

BigDecimal modulo(const BigDecimal& a, const BigDecimal& b) {
  BigDecimal quotient = divide(a, b, 0, Rounding::kTruncate);
  BigDecimal product = multiply(quotient, b);
  product.scale = b.scale;
  return subtract(a, product);
}

LeadingDigit leading_digit(const BigDecimal& value) {
  if (value.limbs.empty()) return {0, 0};
  int32_t exponent = value.leading_exponent();
  int32_t weight = exponent >= 0 ? exponent / 4 : -((-exponent + 3) / 4);
  int digits = exponent - 4 * weight + 1;  // of the first base 10^4 digit
  // Take the leading `digits` decimal digits.
  int have = digit_count(value.limbs[0]);
  uint64_t head = value.limbs[0];
  if (have < digits) {
    head = head * kLimbBase + (value.limbs.size() > 1 ? value.limbs[1] : 0);
    have += kLimbDigits;
  }
  for (; have > digits; --have) head /= 10;
  return {weight, static_cast<int32_t>(head)};
}

int32_t division_scale(const BigDecimal& a, const BigDecimal& b) {
  LeadingDigit x = leading_digit(a), y = leading_digit(b);
  int32_t weight = x.weight - y.weight;
  if (x.digit <= y.digit) --weight;
  int32_t scale = kMinSignificantDigits - weight * 4;
  scale = std::max({scale, a.scale, b.scale, 0});
  return std::min(scale, kMaxDisplayScale);
}

bool to_int128_rounded(const BigDecimal& value, int128& out) {
  if (!value.finite()) return false;
  BigDecimal v = value;
  round_to(v, 0);
  if (v.weight > 4) return false;
  common::uint128 sum = 0;
  for (int32_t position = v.weight; position >= 0 && !v.limbs.empty(); --position) {
    if (sum > (~common::uint128{0} >> 1) / kLimbBase) return false;
    sum = sum * kLimbBase + v.limb_at(position);
  }
  if (sum >> 127) return false;
  out = v.negative ? -static_cast<int128>(sum) : static_cast<int128>(sum);
  return true;
}

double to_double_rough(const BigDecimal& value) {
  if (value.kind == Kind::kNaN) return std::nan("");
  if (!value.finite()) return value.kind == Kind::kPositiveInfinity ? HUGE_VAL : -HUGE_VAL;
  double sum = 0;
  size_t n = std::min<size_t>(value.limbs.size(), 4);
  for (size_t i = 0; i < n; ++i) sum = sum * kLimbBase + value.limbs[i];
  int32_t exponent = kLimbDigits * (value.weight - static_cast<int32_t>(n) + 1);
  sum *= std::pow(10.0, exponent);
  return value.negative ? -sum : sum;
}

}  // namespace basalt::types::numeric
