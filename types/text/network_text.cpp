// Reading and writing of IP addresses.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "types/text/network.hpp"
#include "types/text/text.hpp"

namespace basalt::types::network {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A cursor over the text; every reader says whether it could read.
struct Reader {
  std::string_view s;
  size_t at = 0;

  bool done() const { return at == s.size(); }
  char peek() const { return at < s.size() ? s[at] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at;
    return true;
  }
  bool number(int limit, int& value) {
    if (!is_digit(peek())) return false;
    for (value = 0; is_digit(peek()); ++at) {
      value = value * 10 + (peek() - '0');
      if (value > limit) return false;
    }
    return true;
  }
  // The same without leading zeros, as IPv6 wants it.
  bool strict_number(int limit, int& value) {
    if (peek() == '0' && at + 1 < s.size() && is_digit(s[at + 1])) return false;
    return number(limit, value);
  }
};

// d.d.d.d[/n], with fewer octets only if a netmask is given that does not go beyond them.
bool parse_ipv4_inet(Reader& in, Address& out) {
  int octets = 0, value;
  do {
    if (octets == 4 || !in.number(255, value)) return false;
    out.bytes[octets++] = static_cast<uint8_t>(value);
  } while (in.take('.'));
  if (in.take('/')) {
    if (!in.number(32, out.bits) || out.bits / 8 > octets) return false;
  } else {
    if (octets != 4) return false;
    out.bits = 32;
  }
  return in.done();
}

bool parse_hex_octets(Reader& in, Address& out, int& octets) {
  in.at += 2;
  int digits = 0;
  for (; hex_digit(in.peek()) >= 0; ++in.at, ++digits) {
    if (digits == 8) return false;
    auto digit = static_cast<uint8_t>(hex_digit(in.peek()));
    out.bytes[digits / 2] |= static_cast<uint8_t>(digits % 2 ? digit : digit << 4);
  }
  octets = (digits + 1) / 2;
  return digits > 0;
}

// d[.d[.d[.d]]][/n] or 0x..; without a netmask it is that of the address class, or longer.
bool parse_ipv4_cidr(Reader& in, Address& out) {
  int octets = 0, value;
  bool hex = in.s.size() > 2 && in.s[0] == '0' && (in.s[1] | 32) == 'x' && hex_digit(in.s[2]) >= 0;
  if (hex) {
    if (!parse_hex_octets(in, out, octets)) return false;
  } else {
    do {
      if (octets == 4 || !in.number(255, value)) return false;
      out.bytes[octets++] = static_cast<uint8_t>(value);
    } while (in.take('.'));
  }
  if (in.take('/')) {
    if (!in.number(32, out.bits)) return false;
  } else {
    uint8_t first = out.bytes[0];
    out.bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
    out.bits = std::max(out.bits, octets * 8);
    if (out.bits == 8 && first == 224) out.bits = 4;
  }
  return in.done();
}

bool parse_embedded_ipv4(Reader& in, uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    int value;
    if ((i > 0 && !in.take('.')) || !in.strict_number(255, value)) return false;
    out[i] = static_cast<uint8_t>(value);
  }
  return in.done() || in.peek() == '/';
}

bool at_embedded_ipv4(const Reader& in) {
  size_t at = in.at;
  while (at < in.s.size() && is_digit(in.s[at])) ++at;
  return at > in.at && at < in.s.size() && in.s[at] == '.';
}

bool parse_ipv6(Reader& in, Address& out) {
  out.family = kIpv6;
  int size = 0, gap = -1;
  if (in.peek() == ':' && !in.s.substr(in.at).starts_with("::")) return false;
  if (in.take(':')) in.take(':'), gap = 0;
  while (!in.done() && in.peek() != '/') {
    if (at_embedded_ipv4(in)) {
      if (size > 12 || !parse_embedded_ipv4(in, out.bytes + size)) return false;
      size += 4;
      break;
    }
    int word = 0, digits = 0;
    for (; hex_digit(in.peek()) >= 0; ++in.at, ++digits) word = word << 4 | hex_digit(in.peek());
    if (digits == 0 || digits > 4 || size == 16) return false;
    out.bytes[size++] = static_cast<uint8_t>(word >> 8);
    out.bytes[size++] = static_cast<uint8_t>(word);
    if (!in.take(':')) {
      if (!in.done() && in.peek() != '/') return false;
      break;
    }
    if (in.take(':')) {
      if (gap >= 0) return false;
      gap = size;
    } else if (in.done() || in.peek() == '/') {
      return false;
    }
  }
  if (gap >= 0) {
    if (size == 16) return false;
    int behind = size - gap;
    std::memmove(out.bytes + 16 - behind, out.bytes + gap, static_cast<size_t>(behind));
    std::memset(out.bytes + gap, 0, static_cast<size_t>(16 - behind - gap));
  } else if (size != 16) {
    return false;
  }
  out.bits = 128;
  if (in.take('/') && !in.strict_number(128, out.bits)) return false;
  return in.done();
}

std::string format_ipv4(const uint8_t* bytes) {
  char buffer[20];
  std::snprintf(buffer, sizeof buffer, "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
  return buffer;
}

std::string hex_word(unsigned word) {
  char buffer[8];
  std::snprintf(buffer, sizeof buffer, "%x", word);
  return buffer;
}

struct Run {
  int begin = -1, length = 0;
};

// The longest run of zero words; the first of equals.
Run longest_zeros(const uint8_t* bytes, int words) {
  Run best, current;
  for (int i = 0; i < words; ++i) {
    if (bytes[2 * i] | bytes[2 * i + 1]) {
      current = Run();
    } else {
      if (current.length++ == 0) current.begin = i;
      if (current.length > best.length) best = current;
    }
  }
  return best;
}

std::string format_ipv6(const uint8_t* bytes) {
  auto word = [&](int i) { return static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]); };
  Run zeros = longest_zeros(bytes, 8);
  if (zeros.length < 2) zeros = Run();
  bool embeds_ipv4 = zeros.begin == 0 && (zeros.length == 6 || (zeros.length == 7 && word(7) != 1) ||
                                          (zeros.length == 5 && word(5) == 0xffff));
  std::string out;
  for (int i = 0; i < 8; ++i) {
    if (zeros.length > 0 && i >= zeros.begin && i < zeros.begin + zeros.length) {
      if (i == zeros.begin) out += ":";
      continue;
    }
    if (i > 0) out += ":";
    if (i == 6 && embeds_ipv4) return out + format_ipv4(bytes + 12);
    out += hex_word(word(i));
  }
  if (zeros.length > 0 && zeros.begin + zeros.length == 8) out += ":";
  return out;
}

std::string abbreviate_ipv4(const Address& address) {
  std::string out;
  Address kept = masked(address, address.bits);
  int octets = std::max(1, (address.bits + 7) / 8);
  for (int i = 0; i < octets; ++i) out += (i ? "." : "") + std::to_string(kept.bytes[i]);
  return out;
}

// The run that abbrev(cidr) leaves out. As in PostgreSQL, a run that is not longer than the best so far is counted on
// with the next one.
Run abbreviated_zeros(const uint8_t* bytes, int words) {
  Run best, current;
  for (int i = 0; i <= words; ++i) {
    bool zero = i < words && (bytes[2 * i] | bytes[2 * i + 1]) == 0;
    if (zero) {
      if (current.length++ == 0) current.begin = i;
    } else if (current.length > best.length) {
      best = current;
      current = Run();
    }
  }
  return best;
}

std::string abbreviate_ipv6(const Address& address) {
  if (address.bits == 0) return "::";
  Address kept = masked(address, address.bits);
  const uint8_t* s = kept.bytes;
  int words = std::max(2, (address.bits + 15) / 16);
  Run zeros = abbreviated_zeros(s, words);
  bool embeds_ipv4 = zeros.length != words && zeros.begin == 0 &&
                     (zeros.length == 6 || (zeros.length == 5 && s[10] == 0xff && s[11] == 0xff) ||
                      (zeros.length == 7 && s[14] != 0 && s[15] != 1));
  std::string out;
  for (int i = 0; i < words; ++i) {
    if (zeros.length > 0 && i >= zeros.begin && i < zeros.begin + zeros.length) {
      if (i == zeros.begin) out += ":";
      if (i == words - 1) out += ":";
    } else if (embeds_ipv4 && i > 5) {
      out += i == 6 ? ":" : ".";
      out += std::to_string(s[2 * i]);
      if (i != 7 || address.bits > 120) out += "." + std::to_string(s[2 * i + 1]);
    } else {
      if (!out.empty()) out += ":";
      out += hex_word(static_cast<unsigned>(s[2 * i] << 8 | s[2 * i + 1]));
    }
  }
  return out;
}

}  // namespace

Address parse(std::string_view text, Kind kind) {
  const char* name = kind == Kind::kCidr ? "cidr" : "inet";
  Reader in{text};
  Address out;
  bool ipv6 = text.find(':') != std::string_view::npos;
  bool valid = ipv6 ? parse_ipv6(in, out) : kind == Kind::kCidr ? parse_ipv4_cidr(in, out) : parse_ipv4_inet(in, out);
  if (!valid) {
    throw SqlError(sqlstate::kInvalidTextRepresentation,
                   std::string("invalid input syntax for type ") + name + ": \"" + std::string(text) + "\"");
  }
  if (kind == Kind::kCidr && !same_prefix(out, masked(out, out.bits), out.bits_max())) {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "invalid cidr value: \"" + std::string(text) + "\"")
        .detail("Value has bits set to right of mask.");
  }
  return out;
}

std::string format_host(const Address& address) {
  return address.family == kIpv4 ? format_ipv4(address.bytes) : format_ipv6(address.bytes);
}

std::string format(const Address& address, Kind kind) {
  std::string out = format_host(address);
  if (kind == Kind::kCidr || address.bits != address.bits_max()) out += "/" + std::to_string(address.bits);
  return out;
}

std::string abbreviate_cidr(const Address& address) {
  std::string out = address.family == kIpv4 ? abbreviate_ipv4(address) : abbreviate_ipv6(address);
  return out + "/" + std::to_string(address.bits);
}

}  // namespace basalt::types::network
