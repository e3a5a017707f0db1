// macaddr (6 bytes) and macaddr8 (8 bytes), stored as their bytes.
#include <cstdio>
#include <cstring>

#include "types/hash_bytes.hpp"
#include "types/text/text.hpp"

namespace basalt::types {

namespace {

[[noreturn]] void throw_syntax(const char* type, std::string_view text) {
  throw SqlError(sqlstate::kInvalidTextRepresentation,
                 std::string("invalid input syntax for type ") + type + ": \"" + std::string(text) + "\"");
}

// The notations of macaddr; %1s finds what stands behind.
std::string macaddr_in(std::string_view text) {
  constexpr const char* kNotations[] = {
      "%x:%x:%x:%x:%x:%x%1s",    "%x-%x-%x-%x-%x-%x%1s",    "%2x%2x%2x:%2x%2x%2x%1s", "%2x%2x%2x-%2x%2x%2x%1s",
      "%2x%2x.%2x%2x.%2x%2x%1s", "%2x%2x-%2x%2x-%2x%2x%1s", "%2x%2x%2x%2x%2x%2x%1s",
  };
  std::string s(text);
  unsigned o[6];
  char rest[2];
  bool read = false;
  for (const char* notation : kNotations) {
    read = std::sscanf(s.c_str(), notation, &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], rest) == 6;
    if (read) break;
  }
  if (!read) throw_syntax("macaddr", text);
  std::string out;
  for (unsigned octet : o) {
    if (octet > 255) {
      throw SqlError(sqlstate::kNumericValueOutOfRange,
                     "invalid octet value in \"macaddr\" value: \"" + std::string(text) + "\"");
    }
    out.push_back(static_cast<char>(octet));
  }
  return out;
}

std::string widened(std::string_view six) {
  std::string out(six.substr(0, 3));
  out += "\xff\xfe";
  return out.append(six.substr(3));
}

// Pairs of digits, with one kind of separator or none behind each; six of them are widened to eight.
std::string macaddr8_in(std::string_view text) {
  auto digit = [&](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    char lower = static_cast<char>(c | 32);
    if (lower < 'a' || lower > 'f') throw_syntax("macaddr8", text);
    return lower - 'a' + 10;
  };
  auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::string out;
  char separator = 0;
  size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  while (at + 1 < text.size()) {
    if (out.size() == 8) throw_syntax("macaddr8", text);
    int high = digit(text[at]);
    out.push_back(static_cast<char>(high << 4 | digit(text[at + 1])));
    at += 2;
    if (at < text.size() && (text[at] == ':' || text[at] == '-' || text[at] == '.')) {
      if (separator && separator != text[at]) throw_syntax("macaddr8", text);
      separator = text[at++];
    }
    if (out.size() == 6 || out.size() == 8) {
      size_t behind = at;
      while (behind < text.size() && is_space(text[behind])) ++behind;
      if (behind > at && behind < text.size()) throw_syntax("macaddr8", text);
      at = behind;
    }
  }
  if (out.size() == 6) return widened(out);
  if (out.size() != 8) throw_syntax("macaddr8", text);
  return out;
}

std::string out(std::string_view value) {
  std::string text;
  for (char c : value) {
    char buffer[4];
    std::snprintf(buffer, sizeof buffer, "%s%02x", text.empty() ? "" : ":", static_cast<unsigned char>(c));
    text += buffer;
  }
  return text;
}

std::string_view send(std::string_view value) { return value; }
std::string_view macaddr_receive(std::string_view bytes) {
  if (bytes.size() < 6) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > 6) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return bytes;
}
std::string macaddr8_receive(std::string_view bytes) {
  if (bytes.size() == 6) return widened(bytes);
  if (bytes.size() < 8) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > 8) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return std::string(bytes);
}

int32_t compare(std::string_view a, std::string_view b) {
  int order = a.compare(b);
  return order < 0 ? -1 : order > 0;
}
bool eq(std::string_view a, std::string_view b) { return a == b; }
bool ne(std::string_view a, std::string_view b) { return a != b; }
bool lt(std::string_view a, std::string_view b) { return a < b; }
bool le(std::string_view a, std::string_view b) { return a <= b; }
bool gt(std::string_view a, std::string_view b) { return a > b; }
bool ge(std::string_view a, std::string_view b) { return a >= b; }

int32_t hash(std::string_view value) { return static_cast<int32_t>(hash_bytes(value)); }
int64_t hash_extended(std::string_view value, int64_t seed) {
  return static_cast<int64_t>(hash_bytes_extended(value, static_cast<uint64_t>(seed)));
}

std::string bitwise_not(std::string_view value) {
  std::string result(value);
  for (char& c : result) c = static_cast<char>(~c);
  return result;
}
std::string bitwise_and(std::string_view a, std::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(result[i] & b[i]);
  return result;
}
std::string bitwise_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(result[i] | b[i]);
  return result;
}
// Keeps the manufacturer.
std::string truncate(std::string_view value) {
  std::string result(value.size(), '\0');
  return result.replace(0, 3, value.substr(0, 3));
}

std::string set_seventh_bit(std::string_view value) {
  std::string result(value);
  result[0] = static_cast<char>(result[0] | 0x02);
  return result;
}
std::string narrowed(std::string_view value) {
  if (value[3] != '\xff' || value[4] != '\xfe') {
    throw SqlError(sqlstate::kNumericValueOutOfRange, "macaddr8 data out of range to convert to macaddr")
        .hint(
            "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example "
            "xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.");
  }
  return std::string(value.substr(0, 3)).append(value.substr(5));
}

}  // namespace

void register_macaddr(FunctionRegistry& registry) {
  registry.add_scalar("macaddr_in", scalar<macaddr_in>());
  registry.add_scalar("macaddr8_in", scalar<macaddr8_in>());
  registry.add_scalar("macaddr_recv", scalar<macaddr_receive>());
  registry.add_scalar("macaddr8_recv", scalar<macaddr8_receive>());
  for (std::string prefix : {"macaddr_", "macaddr8_"}) {
    registry.add_scalar(prefix + "out", scalar<out>());
    registry.add_scalar(prefix + "send", scalar<send>());
    registry.add_scalar(prefix + "cmp", scalar<compare>());
    registry.add_scalar(prefix + "eq", scalar<eq>());
    registry.add_scalar(prefix + "ne", scalar<ne>());
    registry.add_scalar(prefix + "lt", scalar<lt>());
    registry.add_scalar(prefix + "le", scalar<le>());
    registry.add_scalar(prefix + "gt", scalar<gt>());
    registry.add_scalar(prefix + "ge", scalar<ge>());
    registry.add_scalar(prefix + "not", scalar<bitwise_not>());
    registry.add_scalar(prefix + "and", scalar<bitwise_and>());
    registry.add_scalar(prefix + "or", scalar<bitwise_or>());
    registry.add_scalar(prefix + "trunc", scalar<truncate>());
  }
  for (const char* symbol : {"hashmacaddr", "hashmacaddr8"}) registry.add_scalar(symbol, scalar<hash>());
  for (const char* symbol : {"hashmacaddrextended", "hashmacaddr8extended"}) {
    registry.add_scalar(symbol, scalar<hash_extended>());
  }
  registry.add_scalar("macaddr8_set7bit", scalar<set_seventh_bit>());
  registry.add_scalar("macaddrtomacaddr8", scalar<widened>());
  registry.add_scalar("macaddr8tomacaddr", scalar<narrowed>());
  registry.add_internal("macaddr_sortsupport");
}

}  // namespace basalt::types
