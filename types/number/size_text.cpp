// Sizes in words: pg_size_pretty, pg_size_bytes.
#include <string>

#include "common/sqlstate.hpp"
#include "types/function_adaptor.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/number.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

using common::SqlError;
using numeric::BigDecimal;
namespace sqlstate = common::sqlstate;

// A unit is used for what is smaller than its limit. The units above bytes keep one more binary digit than they show,
// to round by.
struct SizeUnit {
  const char* name;
  int64_t limit;
  bool rounds;
  int bits;
};
constexpr SizeUnit kUnits[] = {{"bytes", 10 * 1024, false, 0},  {"kB", 20 * 1024 - 1, true, 10},
                               {"MB", 20 * 1024 - 1, true, 20}, {"GB", 20 * 1024 - 1, true, 30},
                               {"TB", 20 * 1024 - 1, true, 40}, {"PB", 20 * 1024 - 1, true, 50}};
constexpr size_t kUnitCount = std::size(kUnits);

// From one unit's numbers to the next one's.
int shift_between(const SizeUnit& from, const SizeUnit& to) { return to.bits - from.bits - to.rounds + from.rounds; }

std::string size_pretty(int64_t size) {
  for (size_t i = 0;; ++i) {
    const SizeUnit& unit = kUnits[i];
    uint64_t magnitude = size < 0 ? 0 - static_cast<uint64_t>(size) : static_cast<uint64_t>(size);
    if (i + 1 == kUnitCount || magnitude < static_cast<uint64_t>(unit.limit)) {
      if (unit.rounds) size = (size + (size < 0 ? -1 : 1)) / 2;
      return std::to_string(size) + " " + unit.name;
    }
    size /= int64_t{1} << shift_between(unit, kUnits[i + 1]);
  }
}

BigDecimal halved_away(BigDecimal size) {
  BigDecimal one(size.negative ? -1 : 1);
  return numeric::divide(numeric::add(size, one), BigDecimal(2), 0, numeric::Rounding::kTruncate);
}

std::string size_pretty_numeric(std::string_view value) {
  BigDecimal size = numeric::decode(value);
  if (!size.finite()) return numeric::to_text(size) + " " + kUnits[kUnitCount - 1].name;
  for (size_t i = 0;; ++i) {
    const SizeUnit& unit = kUnits[i];
    if (i + 1 == kUnitCount || numeric::compare_magnitude(size, BigDecimal(unit.limit)) < 0)
      return numeric::to_text(unit.rounds ? halved_away(size) : size) + " " + unit.name;
    size = numeric::divide(size, BigDecimal(int64_t{1} << shift_between(unit, kUnits[i + 1])), 0,
                           numeric::Rounding::kTruncate);
  }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Length of the number that the text starts with: sign, digits, fraction, exponent; 0: there is none.
size_t number_length(std::string_view text) {
  auto digits = [&](size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
  };
  size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  size_t begin = at;
  at = digits(at);
  size_t count = at - begin;
  if (at < text.size() && text[at] == '.') {
    size_t end = digits(at + 1);
    count += end - at - 1;
    at = end;
  }
  if (count == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    // Not an exponent but a unit: "1 EB" without the blank.
    if (digits(exponent) > exponent) at = digits(exponent);
  }
  return at;
}

int64_t size_bytes(std::string_view text) {
  std::string_view rest = text;
  auto invalid = [&] {
    return SqlError(sqlstate::kInvalidParameterValue, "invalid size: \"" + std::string(text) + "\"");
  };
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  size_t length = number_length(rest);
  if (length == 0) throw invalid();
  BigDecimal number = numeric::decode(numeric::parse(rest.substr(0, length)));
  rest.remove_prefix(length);
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  while (!rest.empty() && is_space(rest.back())) rest.remove_suffix(1);
  if (!rest.empty()) {
    auto same = [&](std::string_view name) {
      if (name.size() != rest.size()) return false;
      for (size_t i = 0; i < name.size(); ++i)
        if (!is_letter(rest[i]) || (rest[i] | 0x20) != (name[i] | 0x20)) return false;
      return true;
    };
    const SizeUnit* found = nullptr;
    for (const SizeUnit& unit : kUnits)
      if (same(unit.name)) found = &unit;
    if (!found)
      throw invalid()
          .detail("Invalid size unit: \"" + std::string(rest) + "\".")
          .hint("Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".");
    number = numeric::multiply(number, BigDecimal(int64_t{1} << found->bits));
  }
  return numeric::to_int64(numeric::encode(number));
}

}  // namespace

void register_size_text(FunctionRegistry& registry) {
  registry.add_scalar("pg_size_pretty", scalar<size_pretty>());
  registry.add_scalar("pg_size_pretty_numeric", scalar<size_pretty_numeric>());
  registry.add_scalar("pg_size_bytes", scalar<size_bytes>());
}

}  // namespace basalt::types
