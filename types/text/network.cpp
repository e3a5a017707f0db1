// Operators and functions of inet and cidr.
#include "types/text/network.hpp"

#include <algorithm>
#include <cstring>

#include "types/hash_bytes.hpp"
#include "types/text/text.hpp"

namespace basalt::types {

namespace network {

Address read(std::string_view value) {
  Address out;
  ENSURE(value.size() == 6 || value.size() == 18, "bytes are not an address");
  out.family = static_cast<uint8_t>(value[0]);
  out.bits = static_cast<uint8_t>(value[1]);
  std::memcpy(out.bytes, value.data() + 2, value.size() - 2);
  return out;
}

std::string store(const Address& address) {
  std::string out{static_cast<char>(address.family), static_cast<char>(address.bits)};
  return out.append(reinterpret_cast<const char*>(address.bytes), static_cast<size_t>(address.size()));
}

Address masked(const Address& address, int bits) {
  Address out = address;
  for (int i = 0; i < address.size(); ++i) {
    int kept = std::clamp(bits - i * 8, 0, 8);
    out.bytes[i] = static_cast<uint8_t>(out.bytes[i] & (0xff << (8 - kept)));
  }
  return out;
}

bool same_prefix(const Address& a, const Address& b, int bits) {
  return std::memcmp(masked(a, bits).bytes, masked(b, bits).bytes, sizeof a.bytes) == 0;
}

int compare(const Address& a, const Address& b) {
  if (a.family != b.family) return a.family < b.family ? -1 : 1;
  auto size = static_cast<size_t>(a.size());
  int shared = std::min(a.bits, b.bits);
  int order = std::memcmp(masked(a, shared).bytes, masked(b, shared).bytes, size);
  if (order == 0) order = a.bits - b.bits;
  if (order == 0) order = std::memcmp(a.bytes, b.bytes, size);
  return order < 0 ? -1 : order > 0;
}

void append_key(const Address& address, std::string& out) {
  auto size = static_cast<size_t>(address.size());
  Address network = masked(address, address.bits);
  out.push_back(static_cast<char>(address.family));
  out.append(reinterpret_cast<const char*>(network.bytes), size);
  out.push_back(static_cast<char>(address.bits));
  out.append(reinterpret_cast<const char*>(address.bytes), size);
}

}  // namespace network

namespace {

using network::Address;
using network::Kind;
using network::read;
using network::store;

template <Kind kKind>
std::string input(std::string_view text) {
  return store(network::parse(text, kKind));
}
template <Kind kKind>
std::string output(std::string_view value) {
  return network::format(read(value), kKind);
}

template <Kind kKind>
std::string receive(std::string_view bytes) {
  const char* name = kKind == Kind::kCidr ? "cidr" : "inet";
  auto fail = [&](const char* what) {
    return SqlError(sqlstate::kInvalidBinaryRepresentation,
                    std::string("invalid ") + what + " in external \"" + name + "\" value");
  };
  if (bytes.size() < 4) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  Address out;
  out.family = static_cast<uint8_t>(bytes[0]);
  if (out.family != network::kIpv4 && out.family != network::kIpv6) throw fail("address family");
  out.bits = static_cast<uint8_t>(bytes[1]);
  if (out.bits > out.bits_max()) throw fail("bits");
  if (bytes[3] != out.size()) throw fail("length");
  if (bytes.size() != 4 + static_cast<size_t>(out.size())) {
    throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  }
  std::memcpy(out.bytes, bytes.data() + 4, static_cast<size_t>(out.size()));
  if (kKind == Kind::kCidr && !network::same_prefix(out, network::masked(out, out.bits), out.bits_max())) {
    throw SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid external \"cidr\" value")
        .detail("Value has bits set to right of mask.");
  }
  return store(out);
}

template <Kind kKind>
std::string send(std::string_view value) {
  Address a = read(value);
  std::string out{static_cast<char>(a.family), static_cast<char>(a.bits), static_cast<char>(kKind == Kind::kCidr),
                  static_cast<char>(a.size())};
  return out.append(reinterpret_cast<const char*>(a.bytes), static_cast<size_t>(a.size()));
}

int32_t compare(std::string_view a, std::string_view b) { return network::compare(read(a), read(b)); }
bool eq(std::string_view a, std::string_view b) { return a == b; }
bool ne(std::string_view a, std::string_view b) { return a != b; }
bool lt(std::string_view a, std::string_view b) { return compare(a, b) < 0; }
bool le(std::string_view a, std::string_view b) { return compare(a, b) <= 0; }
bool gt(std::string_view a, std::string_view b) { return compare(a, b) > 0; }
bool ge(std::string_view a, std::string_view b) { return compare(a, b) >= 0; }
std::string_view larger(std::string_view a, std::string_view b) { return compare(a, b) > 0 ? a : b; }
std::string_view smaller(std::string_view a, std::string_view b) { return compare(a, b) < 0 ? a : b; }

// a lies in the network b; `strictly` also has the longer netmask.
bool contained(std::string_view left, std::string_view right, bool strictly) {
  Address a = read(left), b = read(right);
  if (a.family != b.family || (strictly ? a.bits <= b.bits : a.bits < b.bits)) return false;
  return network::same_prefix(a, b, b.bits);
}
bool sub(std::string_view a, std::string_view b) { return contained(a, b, true); }
bool subeq(std::string_view a, std::string_view b) { return contained(a, b, false); }
bool sup(std::string_view a, std::string_view b) { return contained(b, a, true); }
bool supeq(std::string_view a, std::string_view b) { return contained(b, a, false); }
bool overlap(std::string_view left, std::string_view right) {
  Address a = read(left), b = read(right);
  return a.family == b.family && network::same_prefix(a, b, std::min(a.bits, b.bits));
}

int32_t hash(std::string_view value) { return static_cast<int32_t>(hash_bytes(value)); }
int64_t hash_extended(std::string_view value, int64_t seed) {
  return static_cast<int64_t>(hash_bytes_extended(value, static_cast<uint64_t>(seed)));
}

std::string host(std::string_view value) { return network::format_host(read(value)); }
std::string show(std::string_view value) { return network::format(read(value), Kind::kCidr); }
std::string abbreviate_cidr(std::string_view value) { return network::abbreviate_cidr(read(value)); }
int32_t mask_length(std::string_view value) { return read(value).bits; }
int32_t family(std::string_view value) { return read(value).family == network::kIpv4 ? 4 : 6; }

Address ones(const Address& like) {
  Address out = like;
  std::memset(out.bytes, 0xff, static_cast<size_t>(out.size()));
  return out;
}
void combine(Address& a, const Address& b, uint8_t (*operation)(uint8_t, uint8_t)) {
  for (int i = 0; i < a.size(); ++i) a.bytes[i] = operation(a.bytes[i], b.bytes[i]);
}
uint8_t bits_or(uint8_t a, uint8_t b) { return a | b; }
uint8_t bits_and(uint8_t a, uint8_t b) { return a & b; }
uint8_t bits_xor(uint8_t a, uint8_t b) { return a ^ b; }

Address host_mask(const Address& a) {
  Address out = ones(a);
  combine(out, network::masked(out, a.bits), bits_xor);
  return out;
}

std::string broadcast(std::string_view value) {
  Address a = read(value);
  combine(a, host_mask(a), bits_or);
  return store(a);
}
std::string network_part(std::string_view value) {
  Address a = read(value);
  return store(network::masked(a, a.bits));
}
std::string netmask(std::string_view value) {
  Address a = read(value);
  Address out = network::masked(ones(a), a.bits);
  out.bits = out.bits_max();
  return store(out);
}
std::string hostmask(std::string_view value) {
  Address out = host_mask(read(value));
  out.bits = out.bits_max();
  return store(out);
}

template <Kind kKind>
std::string set_mask_length(std::string_view value, int32_t bits) {
  Address a = read(value);
  if (bits == -1) bits = a.bits_max();
  if (bits < 0 || bits > a.bits_max()) {
    throw SqlError(sqlstate::kInvalidParameterValue, "invalid mask length: " + std::to_string(bits));
  }
  a.bits = bits;
  return store(kKind == Kind::kCidr ? network::masked(a, bits) : a);
}

bool same_family(std::string_view a, std::string_view b) { return a[0] == b[0]; }

std::string merge(std::string_view left, std::string_view right) {
  Address a = read(left), b = read(right);
  if (a.family != b.family) {
    throw SqlError(sqlstate::kInvalidParameterValue, "cannot merge addresses from different families");
  }
  int bits = std::min(a.bits, b.bits);
  while (!network::same_prefix(a, b, bits)) --bits;
  a.bits = bits;
  return store(network::masked(a, bits));
}

std::string bitwise_not(std::string_view value) {
  Address a = read(value);
  combine(a, ones(a), bits_xor);
  return store(a);
}
std::string bitwise(std::string_view left, std::string_view right, const char* name,
                    uint8_t (*operation)(uint8_t, uint8_t)) {
  Address a = read(left), b = read(right);
  if (a.family != b.family) {
    throw SqlError(sqlstate::kInvalidParameterValue, std::string("cannot ") + name + " inet values of different sizes");
  }
  combine(a, b, operation);
  a.bits = std::max(a.bits, b.bits);
  return store(a);
}
std::string bitwise_and(std::string_view a, std::string_view b) { return bitwise(a, b, "AND", bits_and); }
std::string bitwise_or(std::string_view a, std::string_view b) { return bitwise(a, b, "OR", bits_or); }

SqlError out_of_range() { return SqlError(sqlstate::kNumericValueOutOfRange, "result is out of range"); }

common::uint128 number_of(const Address& a) {
  common::uint128 value = 0;
  for (int i = 0; i < a.size(); ++i) value = value << 8 | a.bytes[i];
  return value;
}

std::string moved(std::string_view value, common::int128 by) {
  Address a = read(value);
  common::uint128 from = number_of(a), to = from + static_cast<common::uint128>(by);
  if (by >= 0 ? to < from : to > from) throw out_of_range();
  if (a.family == network::kIpv4 && to >> 32) throw out_of_range();
  for (int i = a.size(); i-- > 0; to >>= 8) a.bytes[i] = static_cast<uint8_t>(to);
  return store(a);
}
std::string plus(std::string_view value, int64_t n) { return moved(value, n); }
std::string minus(std::string_view value, int64_t n) { return moved(value, -static_cast<common::int128>(n)); }

int64_t difference(std::string_view left, std::string_view right) {
  Address a = read(left), b = read(right);
  if (a.family != b.family) {
    throw SqlError(sqlstate::kInvalidParameterValue, "cannot subtract inet values of different sizes");
  }
  auto distance = static_cast<common::int128>(number_of(a) - number_of(b));
  if (distance != static_cast<int64_t>(distance)) throw out_of_range();
  return static_cast<int64_t>(distance);
}

void register_functions(FunctionRegistry& registry) {
  registry.add_scalar("network_host", scalar<host>());
  registry.add_scalar("network_show", scalar<show>());
  registry.add_scalar("inet_abbrev", scalar<output<Kind::kInet>>());
  registry.add_scalar("cidr_abbrev", scalar<abbreviate_cidr>());
  registry.add_scalar("network_masklen", scalar<mask_length>());
  registry.add_scalar("network_family", scalar<family>());
  registry.add_scalar("network_broadcast", scalar<broadcast>());
  registry.add_scalar("network_network", scalar<network_part>());
  registry.add_scalar("inet_to_cidr", scalar<network_part>());
  registry.add_scalar("network_netmask", scalar<netmask>());
  registry.add_scalar("network_hostmask", scalar<hostmask>());
  registry.add_scalar("inet_set_masklen", scalar<set_mask_length<Kind::kInet>>());
  registry.add_scalar("cidr_set_masklen", scalar<set_mask_length<Kind::kCidr>>());
  registry.add_scalar("inet_same_family", scalar<same_family>());
  registry.add_scalar("inet_merge", scalar<merge>());
  registry.add_scalar("inetnot", scalar<bitwise_not>());
  registry.add_scalar("inetand", scalar<bitwise_and>());
  registry.add_scalar("inetor", scalar<bitwise_or>());
  registry.add_scalar("inetpl", scalar<plus>());
  registry.add_scalar("inetmi_int8", scalar<minus>());
  registry.add_scalar("inetmi", scalar<difference>());
}

}  // namespace

void register_network(FunctionRegistry& registry) {
  registry.add_scalar("inet_in", scalar<input<Kind::kInet>>());
  registry.add_scalar("inet_out", scalar<output<Kind::kInet>>());
  registry.add_scalar("inet_recv", scalar<receive<Kind::kInet>>());
  registry.add_scalar("inet_send", scalar<send<Kind::kInet>>());
  registry.add_scalar("cidr_in", scalar<input<Kind::kCidr>>());
  registry.add_scalar("cidr_out", scalar<output<Kind::kCidr>>());
  registry.add_scalar("cidr_recv", scalar<receive<Kind::kCidr>>());
  registry.add_scalar("cidr_send", scalar<send<Kind::kCidr>>());
  registry.add_scalar("network_cmp", scalar<compare>());
  registry.add_scalar("network_eq", scalar<eq>());
  registry.add_scalar("network_ne", scalar<ne>());
  registry.add_scalar("network_lt", scalar<lt>());
  registry.add_scalar("network_le", scalar<le>());
  registry.add_scalar("network_gt", scalar<gt>());
  registry.add_scalar("network_ge", scalar<ge>());
  registry.add_scalar("network_larger", scalar<larger>());
  registry.add_scalar("network_smaller", scalar<smaller>());
  registry.add_scalar("network_sub", scalar<sub>());
  registry.add_scalar("network_subeq", scalar<subeq>());
  registry.add_scalar("network_sup", scalar<sup>());
  registry.add_scalar("network_supeq", scalar<supeq>());
  registry.add_scalar("network_overlap", scalar<overlap>());
  registry.add_scalar("hashinet", scalar<hash>());
  registry.add_scalar("hashinetextended", scalar<hash_extended>());
  register_functions(registry);
  for (const char* symbol : {"network_sortsupport", "network_subset_support", "networksel", "networkjoinsel"}) {
    registry.add_internal(symbol);
  }
}

}  // namespace basalt::types
