// Text of booleans, integers and floats.
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "types/number/arithmetic.hpp"

namespace basalt::types {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

[[noreturn]] void throw_syntax(std::string_view text, std::string_view type_name) {
  throw SqlError(sqlstate::kInvalidTextRepresentation,
                 "invalid input syntax for type " + std::string(type_name) + ": \"" + std::string(text) + "\"");
}

[[noreturn]] void throw_float_range(std::string_view text, std::string_view type_name) {
  throw SqlError(sqlstate::kNumericValueOutOfRange,
                 "\"" + std::string(text) + "\" is out of range for type " + std::string(type_name));
}

template <typename T>
T parse_integer(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  bool negative = false;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  if (i >= text.size() || text[i] < '0' || text[i] > '9') throw_syntax(text, integer_type_name<T>());
  // Collected as a negative number: the lower bound has the larger magnitude.
  T value = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    if (__builtin_mul_overflow(value, T{10}, &value) ||
        __builtin_sub_overflow(value, static_cast<T>(text[i] - '0'), &value)) {
      throw SqlError(sqlstate::kNumericValueOutOfRange,
                     "value \"" + std::string(text) + "\" is out of range for type " + integer_type_name<T>());
    }
  }
  while (i < text.size() && is_space(text[i])) ++i;
  if (i != text.size()) throw_syntax(text, integer_type_name<T>());
  if (negative) return value;
  if (value == std::numeric_limits<T>::min()) {
    throw SqlError(sqlstate::kNumericValueOutOfRange,
                   "value \"" + std::string(text) + "\" is out of range for type " + integer_type_name<T>());
  }
  return static_cast<T>(-value);
}

bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != lower[i]) return false;
  }
  return true;
}

template <typename T>
T parse_float(std::string_view text, std::string_view type_name) {
  T value;
  auto quick = std::from_chars(text.data(), text.data() + text.size(), value);
  if (quick.ec == std::errc() && quick.ptr == text.data() + text.size() && std::isfinite(value)) return value;
  size_t i = 0, end = text.size();
  while (i < end && is_space(text[i])) ++i;
  while (end > i && is_space(text[end - 1])) --end;
  std::string word(text.substr(i, end - i));
  std::string_view bare = word;
  bool negative = !bare.empty() && bare[0] == '-';
  if (!bare.empty() && (bare[0] == '-' || bare[0] == '+')) bare.remove_prefix(1);
  if (same_word(word, "nan")) return std::numeric_limits<T>::quiet_NaN();
  if (same_word(bare, "infinity") || same_word(bare, "inf")) {
    return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
  // The C library reads what from_chars does not: a plus sign, hexadecimal floats, denormals with their range error.
  if (word.empty() || std::isalpha(static_cast<unsigned char>(bare.empty() ? 'x' : bare[0])))
    throw_syntax(text, type_name);
  errno = 0;
  char* stop;
  if constexpr (std::is_same_v<T, float>)
    value = std::strtof(word.c_str(), &stop);
  else
    value = std::strtod(word.c_str(), &stop);
  if (stop == word.c_str()) throw_syntax(text, type_name);
  if (errno == ERANGE && (value == 0 || std::isinf(value))) {
    throw_float_range(std::string_view(word).substr(0, static_cast<size_t>(stop - word.c_str())), type_name);
  }
  if (static_cast<size_t>(stop - word.c_str()) != word.size()) throw_syntax(text, type_name);
  return value;
}

// Does the text lie exactly half-way between `value` and a neighbour? Only large values have such short texts.
template <typename T>
bool is_midpoint(const char* text, T value) {
  using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
  constexpr T kSmallest = static_cast<T>(uint64_t{1} << (std::numeric_limits<T>::digits - 2));
  if (std::fabs(value) < kSmallest) return false;
  Wide exact = std::is_same_v<T, float> ? static_cast<Wide>(std::strtod(text, nullptr)) : std::strtold(text, nullptr);
  if (exact == static_cast<Wide>(value)) return false;
  T direction = exact > value ? std::numeric_limits<T>::infinity() : -std::numeric_limits<T>::infinity();
  return exact == (static_cast<Wide>(value) + static_cast<Wide>(std::nextafter(value, direction))) / 2;
}

// The shortest digits in scientific notation that read back without a tie: PostgreSQL does not rely on half-even
// reading.
template <typename T>
size_t shortest_digits(T value, char* buffer, size_t size) {
  auto end = std::to_chars(buffer, buffer + size - 1, value, std::chars_format::scientific).ptr;
  *end = '\0';
  if (!is_midpoint(buffer, value)) return static_cast<size_t>(end - buffer);
  size_t n = 0;
  for (int digits = static_cast<int>(end - buffer) - 6; digits <= std::numeric_limits<T>::max_digits10; ++digits) {
    if (digits < 1) continue;
    n = static_cast<size_t>(snprintf(buffer, size, "%.*e", digits - 1, static_cast<double>(value)));
    T back = std::is_same_v<T, float> ? static_cast<T>(std::strtof(buffer, nullptr))
                                      : static_cast<T>(std::strtod(buffer, nullptr));
    if (back == value && !is_midpoint(buffer, value)) break;
  }
  return n;
}

// PostgreSQL's layout of the shortest digits: fixed for exponents -4 ... digits - 1, else d.ddde+XX.
template <typename T>
std::string format_shortest(T value, int fixed_digits) {
  char buffer[64];
  std::string_view text(buffer, shortest_digits(value, buffer, sizeof buffer));
  std::string out;
  if (text[0] == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  size_t e = text.find('e');
  int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  if (exponent < -4 || exponent >= fixed_digits) return out + std::string(text);
  std::string digits(1, text[0]);
  if (e > 1) digits += text.substr(2, e - 2);
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    return out + digits;
  }
  size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
    return out;
  }
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

template <typename T>
std::string format_float(T value, int extra_digits, int base_digits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (extra_digits > 0) {
    if (value == 0) return std::signbit(value) ? "-0" : "0";
    return format_shortest(value, base_digits);
  }
  char buffer[64];
  int digits = base_digits + extra_digits;
  snprintf(buffer, sizeof buffer, "%.*g", digits < 1 ? 1 : digits, static_cast<double>(value));
  return buffer;
}

}  // namespace

int16_t parse_int16(std::string_view text) { return parse_integer<int16_t>(text); }
int32_t parse_int32(std::string_view text) { return parse_integer<int32_t>(text); }
int64_t parse_int64(std::string_view text) { return parse_integer<int64_t>(text); }
double parse_float64(std::string_view text, std::string_view type_name) { return parse_float<double>(text, type_name); }
float parse_float32(std::string_view text, std::string_view type_name) { return parse_float<float>(text, type_name); }
std::string format_float64(double value, int extra) { return format_float(value, extra, 15); }
std::string format_float32(float value, int extra) { return format_float(value, extra, 6); }

bool try_parse_bool(std::string_view text, bool& out) {
  auto prefix_of = [&](std::string_view word) {
    return !text.empty() && text.size() <= word.size() && same_word(text, word.substr(0, text.size()));
  };
  bool yes = prefix_of("true") || prefix_of("yes") || same_word(text, "on") || text == "1";
  bool no = prefix_of("false") || prefix_of("no") || (text.size() >= 2 && prefix_of("off")) || text == "0";
  out = yes;
  return yes || no;
}

bool parse_bool(std::string_view text) {
  size_t i = 0, end = text.size();
  while (i < end && is_space(text[i])) ++i;
  while (end > i && is_space(text[end - 1])) --end;
  bool value;
  if (!try_parse_bool(text.substr(i, end - i), value)) throw_syntax(text, "boolean");
  return value;
}

}  // namespace basalt::types
