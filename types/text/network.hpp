// inet and cidr: bytes as PostgreSQL hashes them.
//
//   family : 1 (2 = IPv4, 3 = IPv6) | bits of the netmask : 1 | address : 4 or 16
//
// cidr differs from inet only in what it accepts and how it is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace basalt::types::network {

inline constexpr uint8_t kIpv4 = 2, kIpv6 = 3;

struct Address {
  uint8_t family = kIpv4;
  int bits = 0;
  uint8_t bytes[16] = {};

  int size() const { return family == kIpv4 ? 4 : 16; }
  int bits_max() const { return size() * 8; }
};

// XX000 when the bytes are no address.
Address read(std::string_view value);
std::string store(const Address& address);

enum class Kind : uint8_t { kInet, kCidr };
// Throws 22P02.
Address parse(std::string_view text, Kind kind);
// "1.2.3.4/24"; inet leaves a full netmask out.
std::string format(const Address& address, Kind kind);
std::string format_host(const Address& address);
std::string abbreviate_cidr(const Address& address);

// Keeps the first `bits` bits.
Address masked(const Address& address, int bits);
bool same_prefix(const Address& a, const Address& b, int bits);
// The order of network_cmp: family, network, length of the netmask, address.
int compare(const Address& a, const Address& b);
// Bytes whose memcmp order is compare()'s; always 2 + 2 * size() long.
void append_key(const Address& address, std::string& out);

}  // namespace basalt::types::network
