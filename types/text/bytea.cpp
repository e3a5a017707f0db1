// bytea: input and output in hex and escape format, pieces, bits, digests.
#include "types/text/bytea.hpp"

#include <openssl/evp.h>

#include <cstring>

#include "types/text/search.hpp"
#include "types/text/text.hpp"
#include "types/text/text_range.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

[[noreturn]] void throw_bytea_syntax() {
  throw SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea");
}

bool is_octal(char c, char last) { return c >= '0' && c <= last; }

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* p = out.data();
  for (char c : bytes) {
    *p++ = kDigits[static_cast<unsigned char>(c) >> 4];
    *p++ = kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string from_hex(std::string_view text) {
  auto digit = [&](size_t at) -> int {
    char c = text[at];
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    size_t size = std::min(utf8::sequence_length(static_cast<unsigned char>(c)), text.size() - at);
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "invalid hexadecimal digit: \"" + std::string(text.substr(at, size)) + "\"");
  };
  std::string out;
  out.reserve(text.size() / 2);
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at;
      continue;
    }
    int high = digit(at++);
    if (at >= text.size()) {
      throw SqlError(sqlstate::kInvalidParameterValue, "invalid hexadecimal data: odd number of digits");
    }
    int low = digit(at++);
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

std::string to_escape(std::string_view bytes, EscapeBytes which) {
  std::string out;
  out.reserve(bytes.size());
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    bool octal = which == EscapeBytes::kUnprintable ? byte < 0x20 || byte > 0x7e : byte == 0 || byte > 0x7f;
    if (c == '\\') {
      out += "\\\\";
    } else if (octal) {
      out.push_back('\\');
      out.push_back(static_cast<char>('0' + (byte >> 6)));
      out.push_back(static_cast<char>('0' + (byte >> 3 & 7)));
      out.push_back(static_cast<char>('0' + (byte & 7)));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string from_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out.push_back(text[at++]);
    } else if (at + 3 < text.size() && is_octal(text[at + 1], '3') && is_octal(text[at + 2], '7') &&
               is_octal(text[at + 3], '7')) {
      out.push_back(static_cast<char>((text[at + 1] - '0') << 6 | (text[at + 2] - '0') << 3 | (text[at + 3] - '0')));
      at += 4;
    } else if (at + 1 < text.size() && text[at + 1] == '\\') {
      out.push_back('\\');
      at += 2;
    } else {
      throw_bytea_syntax();
    }
  }
  return out;
}

namespace {

std::string bytea_in(std::string_view text) {
  if (text.size() >= 2 && text[0] == '\\' && text[1] == 'x') return from_hex(text.substr(2));
  return from_escape(text);
}

std::string bytea_out(FunctionCall& call, std::string_view bytes) {
  if (call.context && call.context->settings().bytea_output == ByteaOutput::kEscape) {
    return to_escape(bytes, EscapeBytes::kUnprintable);
  }
  return "\\x" + to_hex(bytes);
}

std::string_view pass(std::string_view s) { return s; }

std::string_view cut(std::string_view s, CharacterRange range) {
  if (range.end <= range.begin || range.begin >= static_cast<int64_t>(s.size())) return {};
  return s.substr(static_cast<size_t>(range.begin), static_cast<size_t>(range.end - range.begin));
}
std::string_view substr(std::string_view s, int32_t start, int32_t length) {
  return cut(s, character_range(start, length));
}
std::string_view substr_to_end(std::string_view s, int32_t start) { return cut(s, character_range(start)); }

std::string overlay(std::string_view s, std::string_view replacement, int32_t start, int32_t length) {
  OverlayRanges ranges = overlay_ranges(start, length);
  std::string out(cut(s, ranges.before));
  out.append(replacement);
  out.append(cut(s, ranges.after));
  return out;
}
std::string overlay_whole(std::string_view s, std::string_view replacement, int32_t start) {
  return overlay(s, replacement, start, static_cast<int32_t>(replacement.size()));
}

int32_t position(std::string_view s, std::string_view wanted) {
  size_t at = find_bytes(s, wanted, 0);
  return at == std::string_view::npos ? 0 : static_cast<int32_t>(at) + 1;
}

enum class Side : uint8_t { kLeft = 1, kRight = 2, kBoth = 3 };

template <Side kSide>
std::string_view trim(std::string_view s, std::string_view set) {
  if constexpr (static_cast<int>(kSide) & 1) {
    while (!s.empty() && set.find(s.front()) != std::string_view::npos) s.remove_prefix(1);
  }
  if constexpr (static_cast<int>(kSide) & 2) {
    while (!s.empty() && set.find(s.back()) != std::string_view::npos) s.remove_suffix(1);
  }
  return s;
}

size_t checked_index(int64_t index, uint64_t limit) {
  if (index < 0 || static_cast<uint64_t>(index) >= limit) {
    throw SqlError(sqlstate::kArraySubscriptError, "index " + std::to_string(index) + " out of valid range, 0.." +
                                                       std::to_string(static_cast<int64_t>(limit) - 1));
  }
  return static_cast<size_t>(index);
}

int32_t get_byte(std::string_view s, int32_t index) {
  return static_cast<unsigned char>(s[checked_index(index, s.size())]);
}
int32_t get_bit(std::string_view s, int64_t index) {
  size_t bit = checked_index(index, uint64_t{s.size()} * 8);
  return static_cast<unsigned char>(s[bit / 8]) >> (bit % 8) & 1;
}
std::string set_byte(std::string_view s, int32_t index, int32_t value) {
  size_t at = checked_index(index, s.size());
  std::string out(s);
  out[at] = static_cast<char>(value);
  return out;
}
std::string set_bit(std::string_view s, int64_t index, int32_t value) {
  size_t bit = checked_index(index, uint64_t{s.size()} * 8);
  if (value != 0 && value != 1) throw SqlError(sqlstate::kInvalidParameterValue, "new bit must be 0 or 1");
  std::string out(s);
  auto mask = static_cast<unsigned char>(1u << (bit % 8));
  auto byte = static_cast<unsigned char>(out[bit / 8]);
  out[bit / 8] = static_cast<char>(value ? byte | mask : byte & ~mask);
  return out;
}

int64_t bit_count(std::string_view s) {
  int64_t count = 0;
  for (char c : s) count += __builtin_popcount(static_cast<unsigned char>(c));
  return count;
}

std::string digest(std::string_view s, const EVP_MD* algorithm) {
  unsigned char buffer[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!EVP_Digest(s.data(), s.size(), buffer, &size, algorithm, nullptr)) {
    throw SqlError(sqlstate::kInternalError, "could not compute hash");
  }
  return std::string(reinterpret_cast<const char*>(buffer), size);
}

std::string md5(std::string_view s) { return to_hex(digest(s, EVP_md5())); }
std::string sha224(std::string_view s) { return digest(s, EVP_sha224()); }
std::string sha256(std::string_view s) { return digest(s, EVP_sha256()); }
std::string sha384(std::string_view s) { return digest(s, EVP_sha384()); }
std::string sha512(std::string_view s) { return digest(s, EVP_sha512()); }

}  // namespace

void register_bytea(FunctionRegistry& registry) {
  registry.add_scalar("byteain", scalar<bytea_in>());
  registry.add_scalar("byteaout", scalar<bytea_out>());
  registry.add_scalar("bytearecv", scalar<pass>());
  registry.add_scalar("byteasend", scalar<pass>());
  registry.add_scalar("bytea_substr", scalar<substr>());
  registry.add_scalar("bytea_substr_no_len", scalar<substr_to_end>());
  registry.add_scalar("byteaoverlay", scalar<overlay>());
  registry.add_scalar("byteaoverlay_no_len", scalar<overlay_whole>());
  registry.add_scalar("byteapos", scalar<position>());
  registry.add_scalar("byteatrim", scalar<trim<Side::kBoth>>());
  registry.add_scalar("bytealtrim", scalar<trim<Side::kLeft>>());
  registry.add_scalar("byteartrim", scalar<trim<Side::kRight>>());
  registry.add_scalar("byteaGetByte", scalar<get_byte>());
  registry.add_scalar("byteaGetBit", scalar<get_bit>());
  registry.add_scalar("byteaSetByte", scalar<set_byte>());
  registry.add_scalar("byteaSetBit", scalar<set_bit>());
  registry.add_scalar("bytea_bit_count", scalar<bit_count>());
  registry.add_scalar("md5_text", scalar<md5>());
  registry.add_scalar("md5_bytea", scalar<md5>());
  registry.add_scalar("sha224_bytea", scalar<sha224>());
  registry.add_scalar("sha256_bytea", scalar<sha256>());
  registry.add_scalar("sha384_bytea", scalar<sha384>());
  registry.add_scalar("sha512_bytea", scalar<sha512>());
}

}  // namespace basalt::types
