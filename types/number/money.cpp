// money: an int64 of hundredths. Written as the C locale's lc_monetary has it, with PostgreSQL's defaults: -$1,234.50.
#include <cmath>
#include <cstring>

#include "common/sqlstate.hpp"
#include "types/function_adaptor.hpp"
#include "types/number/number.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

namespace sqlstate = common::sqlstate;
using common::SqlError;

constexpr int kFractionDigits = 2;
constexpr int64_t kUnit = 100;

SqlError out_of_range() { return SqlError(sqlstate::kNumericValueOutOfRange, "money out of range"); }
SqlError division_by_zero() { return SqlError(sqlstate::kDivisionByZero, "division by zero"); }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads signs, currency symbols and parentheses around digits with commas and one point.
class MoneyReader {
 public:
  explicit MoneyReader(std::string_view text) : text_(text) {}

  int64_t read() {
    opening();
    digits();
    closing();
    // Counted downwards, since there is one more negative number.
    if (negative_) return value_;
    int64_t result;
    if (__builtin_sub_overflow(int64_t{0}, value_, &result)) throw too_big();
    return result;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (is_space(peek())) ++at_;
  }
  SqlError too_big() const {
    return SqlError(sqlstate::kNumericValueOutOfRange,
                    "value \"" + std::string(text_) + "\" is out of range for type money");
  }
  void opening() {
    skip_spaces();
    take('$');
    skip_spaces();
    if (take('-') || take('('))
      negative_ = true;
    else
      take('+');
    skip_spaces();
    take('$');
    skip_spaces();
  }
  void append(int digit) {
    if (__builtin_mul_overflow(value_, int64_t{10}, &value_) ||
        __builtin_sub_overflow(value_, int64_t{digit}, &value_)) {
      throw too_big();
    }
  }
  void digits() {
    bool point = false;
    int decimals = 0;
    for (;; ++at_) {
      char c = peek();
      if (is_digit(c) && (!point || decimals < kFractionDigits)) {
        append(c - '0');
        decimals += point;
      } else if (c == '.' && !point) {
        point = true;
      } else if (c != ',') {
        break;
      }
    }
    if (is_digit(peek()) && peek() >= '5' && __builtin_sub_overflow(value_, int64_t{1}, &value_)) throw too_big();
    for (; decimals < kFractionDigits; ++decimals) append(0);
    while (is_digit(peek())) ++at_;
  }
  void closing() {
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '-')
        negative_ = true;
      else if (!is_space(c) && c != ')' && c != '+' && c != '$') {
        throw SqlError(sqlstate::kInvalidTextRepresentation,
                       "invalid input syntax for type money: \"" + std::string(text_) + "\"");
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  int64_t value_ = 0;
  bool negative_ = false;
};

uint64_t magnitude(int64_t value) {
  return value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

int64_t cash_in(std::string_view text) { return MoneyReader(text).read(); }

std::string cash_out(int64_t value) {
  uint64_t amount = magnitude(value);
  std::string whole = std::to_string(amount / kUnit);
  for (size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  auto cents = static_cast<int>(amount % kUnit);
  std::string out = value < 0 ? "-$" : "$";
  out += whole;
  out.push_back('.');
  out.push_back(static_cast<char>('0' + cents / 10));
  out.push_back(static_cast<char>('0' + cents % 10));
  return out;
}

int64_t cash_receive(std::string_view bytes) {
  if (bytes.size() < 8) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > 8) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<int64_t>(value);
}

std::string cash_send(int64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  return out;
}

int32_t compare(int64_t a, int64_t b) { return a < b ? -1 : a > b; }
bool eq(int64_t a, int64_t b) { return a == b; }
bool ne(int64_t a, int64_t b) { return a != b; }
bool lt(int64_t a, int64_t b) { return a < b; }
bool le(int64_t a, int64_t b) { return a <= b; }
bool gt(int64_t a, int64_t b) { return a > b; }
bool ge(int64_t a, int64_t b) { return a >= b; }
int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

int64_t plus(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_add_overflow(a, b, &result)) throw out_of_range();
  return result;
}
int64_t minus(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_sub_overflow(a, b, &result)) throw out_of_range();
  return result;
}

int64_t rounded(double value) {
  double result = std::rint(value);
  if (!(result >= -9223372036854775808.0 && result < 9223372036854775808.0)) throw out_of_range();
  return static_cast<int64_t>(result);
}

template <typename T>
int64_t times(int64_t money, T factor) {
  if constexpr (std::is_floating_point_v<T>) {
    return rounded(static_cast<double>(money) * static_cast<double>(factor));
  } else {
    int64_t result;
    if (__builtin_mul_overflow(money, static_cast<int64_t>(factor), &result)) throw out_of_range();
    return result;
  }
}
template <typename T>
int64_t times_money(T factor, int64_t money) {
  return times<T>(money, factor);
}
template <typename T>
int64_t divided(int64_t money, T divisor) {
  if (divisor == 0) throw division_by_zero();
  if constexpr (std::is_floating_point_v<T>) {
    return rounded(static_cast<double>(money) / static_cast<double>(divisor));
  } else {
    if (divisor == -1) return minus(0, money);
    return money / static_cast<int64_t>(divisor);
  }
}
double ratio(int64_t a, int64_t b) {
  if (b == 0) throw division_by_zero();
  return static_cast<double>(a) / static_cast<double>(b);
}

template <typename T>
int64_t from_integer(T value) {
  int64_t result;
  if (__builtin_mul_overflow(static_cast<int64_t>(value), kUnit, &result)) {
    throw SqlError(sqlstate::kNumericValueOutOfRange, "bigint out of range");
  }
  return result;
}
std::string to_numeric(int64_t value) { return numeric::from_int128(value, kFractionDigits); }
int64_t from_numeric(std::string_view value) {
  return numeric::to_int64(numeric::multiply(value, numeric::from_int64(kUnit)));
}

std::string small_number(unsigned value) {
  constexpr const char* kSmall[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr const char* kTens[] = {"",      "ten",   "twenty",  "thirty", "forty",
                                   "fifty", "sixty", "seventy", "eighty", "ninety"};
  std::string out;
  unsigned rest = value % 100;
  if (value > 99) out = std::string(kSmall[value / 100]) + " hundred";
  if (value > 99 && rest == 0) return out;
  if (!out.empty()) out += rest < 20 ? " and " : " ";
  if (rest < 20) return out + kSmall[rest];
  out += kTens[rest / 10];
  if (rest % 10) out += std::string(" ") + kSmall[rest % 10];
  return out;
}

std::string words(int64_t value) {
  constexpr const char* kGroups[] = {" quadrillion ", " trillion ", " billion ", " million ", " thousand ", ""};
  uint64_t amount = magnitude(value), whole = amount / kUnit;
  std::string out;
  uint64_t unit = 1000000000000000;
  for (const char* group : kGroups) {
    auto part = static_cast<unsigned>(whole / unit % 1000);
    if (part) out += small_number(part) + group;
    unit /= 1000;
  }
  if (out.empty()) out = "zero";
  if (value < 0) out.insert(0, "minus ");
  auto cents = static_cast<unsigned>(amount % kUnit);
  out += whole == 1 ? " dollar and " : " dollars and ";
  out += small_number(cents) + (cents == 1 ? " cent" : " cents");
  out[0] = static_cast<char>(out[0] - 32);
  return out;
}

template <typename T>
void register_arithmetic(FunctionRegistry& registry, const std::string& money_first, const std::string& money_second,
                         const std::string& division) {
  registry.add_scalar(money_first, scalar<times<T>>());
  registry.add_scalar(money_second, scalar<times_money<T>>());
  registry.add_scalar(division, scalar<divided<T>>());
}

}  // namespace

void register_money(FunctionRegistry& registry) {
  registry.add_scalar("cash_in", scalar<cash_in>());
  registry.add_scalar("cash_out", scalar<cash_out>());
  registry.add_scalar("cash_recv", scalar<cash_receive>());
  registry.add_scalar("cash_send", scalar<cash_send>());
  registry.add_scalar("cash_cmp", scalar<compare>());
  registry.add_scalar("cash_eq", scalar<eq>());
  registry.add_scalar("cash_ne", scalar<ne>());
  registry.add_scalar("cash_lt", scalar<lt>());
  registry.add_scalar("cash_le", scalar<le>());
  registry.add_scalar("cash_gt", scalar<gt>());
  registry.add_scalar("cash_ge", scalar<ge>());
  registry.add_scalar("cashlarger", scalar<larger>());
  registry.add_scalar("cashsmaller", scalar<smaller>());
  registry.add_scalar("cash_pl", scalar<plus>());
  registry.add_scalar("cash_mi", scalar<minus>());
  registry.add_scalar("cash_div_cash", scalar<ratio>());
  register_arithmetic<int16_t>(registry, "cash_mul_int2", "int2_mul_cash", "cash_div_int2");
  register_arithmetic<int32_t>(registry, "cash_mul_int4", "int4_mul_cash", "cash_div_int4");
  register_arithmetic<int64_t>(registry, "cash_mul_int8", "int8_mul_cash", "cash_div_int8");
  register_arithmetic<float>(registry, "cash_mul_flt4", "flt4_mul_cash", "cash_div_flt4");
  register_arithmetic<double>(registry, "cash_mul_flt8", "flt8_mul_cash", "cash_div_flt8");
  registry.add_scalar("int4_cash", scalar<from_integer<int32_t>>());
  registry.add_scalar("int8_cash", scalar<from_integer<int64_t>>());
  registry.add_scalar("cash_numeric", scalar<to_numeric>());
  registry.add_scalar("numeric_cash", scalar<from_numeric>());
  registry.add_scalar("cash_words", scalar<words>());
}

}  // namespace basalt::types
