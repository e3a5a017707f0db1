#include <cstring>

#include "common/clock.hpp"
#include "types/hash_bytes.hpp"
#include "types/text/text.hpp"

namespace basalt::types {

namespace {

using common::Fixed16;

// 32 hex digits; a hyphen may stand after each group of four; braces may stand around it all.
Fixed16 uuid_in(std::string_view text) {
  auto fail = [&] {
    return SqlError(sqlstate::kInvalidTextRepresentation,
                    "invalid input syntax for type uuid: \"" + std::string(text) + "\"");
  };
  auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string_view s = text;
  bool braces = !s.empty() && s[0] == '{';
  if (braces) s.remove_prefix(1);
  Fixed16 out;
  size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    if (at + 2 > s.size()) throw fail();
    int high = digit(s[at]), low = digit(s[at + 1]);
    if (high < 0 || low < 0) throw fail();
    out.bytes[i] = static_cast<uint8_t>(high << 4 | low);
    at += 2;
    if (i % 2 == 1 && i < 15 && at < s.size() && s[at] == '-') ++at;
  }
  if (braces && (at >= s.size() || s[at++] != '}')) throw fail();
  if (at != s.size()) throw fail();
  return out;
}

std::string uuid_out(Fixed16 u) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out.push_back(kDigits[u.bytes[i] >> 4]);
    out.push_back(kDigits[u.bytes[i] & 15]);
  }
  return out;
}

Fixed16 uuid_receive(std::string_view bytes) {
  if (bytes.size() < 16) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > 16) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  Fixed16 out;
  std::memcpy(out.bytes, bytes.data(), 16);
  return out;
}

std::string uuid_send(Fixed16 u) { return std::string(reinterpret_cast<const char*>(u.bytes), 16); }

int32_t uuid_compare(Fixed16 a, Fixed16 b) {
  int order = std::memcmp(a.bytes, b.bytes, 16);
  return order < 0 ? -1 : order > 0;
}
bool uuid_eq(Fixed16 a, Fixed16 b) { return a == b; }
bool uuid_ne(Fixed16 a, Fixed16 b) { return !(a == b); }
bool uuid_lt(Fixed16 a, Fixed16 b) { return uuid_compare(a, b) < 0; }
bool uuid_le(Fixed16 a, Fixed16 b) { return uuid_compare(a, b) <= 0; }
bool uuid_gt(Fixed16 a, Fixed16 b) { return uuid_compare(a, b) > 0; }
bool uuid_ge(Fixed16 a, Fixed16 b) { return uuid_compare(a, b) >= 0; }

int32_t uuid_hash(Fixed16 u) { return static_cast<int32_t>(hash_bytes(u.bytes, 16)); }
int64_t uuid_hash_extended(Fixed16 u, int64_t seed) {
  return static_cast<int64_t>(hash_bytes_extended(u.bytes, 16, static_cast<uint64_t>(seed)));
}

// Version 4, variant of RFC 4122.
void random_uuid(FunctionCall&, std::span<const Vector>, uint32_t rows, Vector& result) {
  Fixed16* out = result.data<Fixed16>();
  common::strong_random(out, rows * sizeof(Fixed16));
  for (uint32_t row = 0; row < rows; ++row) {
    uint8_t* bytes = out[row].bytes;
    bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  }
}

}  // namespace

void register_uuid(FunctionRegistry& registry) {
  registry.add_scalar("uuid_in", scalar<uuid_in>());
  registry.add_scalar("uuid_out", scalar<uuid_out>());
  registry.add_scalar("uuid_recv", scalar<uuid_receive>());
  registry.add_scalar("uuid_send", scalar<uuid_send>());
  registry.add_scalar("uuid_cmp", scalar<uuid_compare>());
  registry.add_scalar("uuid_eq", scalar<uuid_eq>());
  registry.add_scalar("uuid_ne", scalar<uuid_ne>());
  registry.add_scalar("uuid_lt", scalar<uuid_lt>());
  registry.add_scalar("uuid_le", scalar<uuid_le>());
  registry.add_scalar("uuid_gt", scalar<uuid_gt>());
  registry.add_scalar("uuid_ge", scalar<uuid_ge>());
  registry.add_scalar("uuid_hash", scalar<uuid_hash>());
  registry.add_scalar("uuid_hash_extended", scalar<uuid_hash_extended>());
  registry.add_scalar("gen_random_uuid", &random_uuid);
}

}  // namespace basalt::types
