// oid, xid, xid8, cid, tid and pg_lsn: unsigned integers with their own text forms.
#include "types/container/identifiers.hpp"

#include <charconv>
#include <cstdlib>

#include "common/sqlstate.hpp"
#include "types/container/detail.hpp"
#include "types/container/message.hpp"
#include "types/function_adaptor.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r'))) text.remove_suffix(1);
  return text;
}

[[noreturn]] void fail_syntax(const char* type, std::string_view text) {
  throw SqlError(sqlstate::kInvalidTextRepresentation,
                 std::string("invalid input syntax for type ") + type + ": \"" + std::string(text) + "\"");
}

// --- comparison operators of an unsigned type ----------------------------------------------------------------------

template <typename T>
bool eq(T a, T b) {
  return a == b;
}
template <typename T>
bool ne(T a, T b) {
  return a != b;
}
template <typename T>
bool lt(T a, T b) {
  return a < b;
}
template <typename T>
bool le(T a, T b) {
  return a <= b;
}
template <typename T>
bool gt(T a, T b) {
  return a > b;
}
template <typename T>
bool ge(T a, T b) {
  return a >= b;
}
template <typename T>
int32_t cmp(T a, T b) {
  return three_way(a, b);
}
template <typename T>
T larger(T a, T b) {
  return a > b ? a : b;
}
template <typename T>
T smaller(T a, T b) {
  return a < b ? a : b;
}

template <typename T>
void add_operators(FunctionRegistry& registry, const std::string& prefix) {
  registry.add_scalar(prefix + "eq", scalar<eq<T>>());
  registry.add_scalar(prefix + "ne", scalar<ne<T>>());
  registry.add_scalar(prefix + "lt", scalar<lt<T>>());
  registry.add_scalar(prefix + "le", scalar<le<T>>());
  registry.add_scalar(prefix + "gt", scalar<gt<T>>());
  registry.add_scalar(prefix + "ge", scalar<ge<T>>());
  registry.add_scalar(prefix + "larger", scalar<larger<T>>());
  registry.add_scalar(prefix + "smaller", scalar<smaller<T>>());
}

template <typename T>
T receive(std::string_view message) {
  return take_message<T>(message);
}
template <typename T>
std::string send(T value) {
  std::string out;
  append_message(out, value);
  return out;
}
template <typename T>
std::string print(T value) {
  return std::to_string(value);
}

// --- xid, cid, xid8 ------------------------------------------------------------------------------------------------

// As strtoul does: any base, what follows is ignored, no digits are 0.
uint32_t xid_in(std::string_view text) {
  return static_cast<uint32_t>(std::strtoull(std::string(text).c_str(), nullptr, 0));
}
uint64_t xid8_in(std::string_view text) { return std::strtoull(std::string(text).c_str(), nullptr, 0); }
uint32_t xid8_to_xid(uint64_t value) { return static_cast<uint32_t>(value); }

// --- tid: block << 16 | offset -------------------------------------------------------------------------------------

uint64_t tid_in(std::string_view text) {
  size_t open = text.find('('), comma = text.find(','), close = text.find(')');
  bool shaped = open != std::string_view::npos && comma != std::string_view::npos && close != std::string_view::npos &&
                open < comma && comma < close;
  if (!shaped) fail_syntax("tid", text);
  auto number = [&](size_t begin, size_t end) {
    std::string digits(text.substr(begin, end - begin));
    char* rest = nullptr;
    errno = 0;
    unsigned long long value = std::strtoull(digits.c_str(), &rest, 10);
    if (errno != 0 || *rest != '\0') fail_syntax("tid", text);
    return value;
  };
  unsigned long long block = number(open + 1, comma), offset = number(comma + 1, close);
  auto signed_block = static_cast<int64_t>(block);
  bool block_fits = block <= UINT32_MAX || (signed_block < 0 && signed_block >= INT32_MIN);
  if (!block_fits || offset > UINT16_MAX) fail_syntax("tid", text);
  return (static_cast<uint64_t>(static_cast<uint32_t>(block)) << 16) | offset;
}
std::string tid_out(uint64_t tid) { return "(" + std::to_string(tid >> 16) + "," + std::to_string(tid & 0xffff) + ")"; }
uint64_t tid_recv(std::string_view message) {
  auto block = take_message<uint32_t>(message);
  return (uint64_t{block} << 16) | take_message<uint16_t>(message);
}
std::string tid_send(uint64_t tid) {
  std::string out;
  append_message(out, static_cast<uint32_t>(tid >> 16));
  append_message(out, static_cast<uint16_t>(tid));
  return out;
}
int64_t hash_tid_extended(uint64_t tid, int64_t seed) {
  auto block = static_cast<uint32_t>(tid >> 16);
  uint16_t parts[3] = {static_cast<uint16_t>(block >> 16), static_cast<uint16_t>(block), static_cast<uint16_t>(tid)};
  return static_cast<int64_t>(hash_bytes_extended(parts, sizeof parts, static_cast<uint64_t>(seed)));
}
int32_t hash_tid(uint64_t tid) { return static_cast<int32_t>(hash_tid_extended(tid, 0)); }

// --- pg_lsn --------------------------------------------------------------------------------------------------------

uint64_t lsn_in(std::string_view text) {
  size_t slash = text.find('/');
  auto part = [&](std::string_view digits) {
    uint32_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.empty() || digits.size() > 8 || error != std::errc() || end != digits.data() + digits.size()) {
      fail_syntax("pg_lsn", text);
    }
    return value;
  };
  if (slash == std::string_view::npos) fail_syntax("pg_lsn", text);
  uint64_t high = part(text.substr(0, slash));
  return (high << 32) | part(text.substr(slash + 1));
}
std::string lsn_out(uint64_t lsn) {
  char text[32];
  std::snprintf(text, sizeof text, "%X/%X", static_cast<uint32_t>(lsn >> 32), static_cast<uint32_t>(lsn));
  return text;
}

std::string lsn_difference(uint64_t a, uint64_t b) {
  return numeric::from_int128(static_cast<common::int128>(a) - static_cast<common::int128>(b));
}

// The integer nearest to `number`; 22023 when it is no pg_lsn.
uint64_t lsn_of_number(std::string_view number) {
  std::string digits = numeric::to_string(numeric::round(number, 0));
  uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw SqlError(sqlstate::kInvalidParameterValue, "pg_lsn out of range");
  }
  return value;
}
uint64_t numeric_pg_lsn(std::string_view number) {
  if (numeric::is_special(number)) {
    throw SqlError(sqlstate::kFeatureNotSupported,
                   numeric::is_nan(number) ? "cannot convert NaN to pg_lsn" : "cannot convert infinity to pg_lsn");
  }
  return lsn_of_number(number);
}
void refuse_nan(std::string_view number, const char* message) {
  if (numeric::is_nan(number)) throw SqlError(sqlstate::kFeatureNotSupported, message);
}
uint64_t lsn_plus(uint64_t lsn, std::string_view number) {
  refuse_nan(number, "cannot add NaN to pg_lsn");
  return numeric_pg_lsn(numeric::add(numeric::from_int128(lsn), number));
}
uint64_t lsn_minus(uint64_t lsn, std::string_view number) {
  refuse_nan(number, "cannot subtract NaN from pg_lsn");
  return numeric_pg_lsn(numeric::subtract(numeric::from_int128(lsn), number));
}

template <typename T>
int32_t hash_unsigned(T value) {
  if constexpr (sizeof(T) == 8)
    return static_cast<int32_t>(hash_int64(static_cast<int64_t>(value)));
  else
    return static_cast<int32_t>(hash_uint32(value));
}
template <typename T>
int64_t hash_unsigned_extended(T value, int64_t seed) {
  auto start = static_cast<uint64_t>(seed);
  if constexpr (sizeof(T) == 8)
    return static_cast<int64_t>(hash_int64_extended(static_cast<int64_t>(value), start));
  else
    return static_cast<int64_t>(hash_uint32_extended(value, start));
}

uint32_t oid_in(std::string_view text) { return parse_oid(text); }
int64_t oid_to_int8(uint32_t value) { return value; }
uint32_t int8_to_oid(int64_t value) {
  if (value < INT32_MIN || value > UINT32_MAX) throw SqlError(sqlstate::kNumericValueOutOfRange, "OID out of range");
  return static_cast<uint32_t>(value);
}

void register_xid(FunctionRegistry& registry) {
  registry.add_scalar("xidin", scalar<xid_in>());
  registry.add_scalar("xidout", scalar<print<uint32_t>>());
  registry.add_scalar("xidrecv", scalar<receive<uint32_t>>());
  registry.add_scalar("xidsend", scalar<send<uint32_t>>());
  registry.add_scalar("xideq", scalar<eq<uint32_t>>());
  registry.add_scalar("xidneq", scalar<ne<uint32_t>>());
  registry.add_scalar("cidin", scalar<xid_in>());
  registry.add_scalar("cidout", scalar<print<uint32_t>>());
  registry.add_scalar("cidrecv", scalar<receive<uint32_t>>());
  registry.add_scalar("cidsend", scalar<send<uint32_t>>());
  registry.add_scalar("cideq", scalar<eq<uint32_t>>());
  registry.add_scalar("xid8in", scalar<xid8_in>());
  registry.add_scalar("xid8out", scalar<print<uint64_t>>());
  registry.add_scalar("xid8recv", scalar<receive<uint64_t>>());
  registry.add_scalar("xid8send", scalar<send<uint64_t>>());
  registry.add_scalar("xid8toxid", scalar<xid8_to_xid>());
  registry.add_scalar("xid8cmp", scalar<cmp<uint64_t>>());
  registry.add_scalar("xid8eq", scalar<eq<uint64_t>>());
  registry.add_scalar("xid8ne", scalar<ne<uint64_t>>());
  registry.add_scalar("xid8lt", scalar<lt<uint64_t>>());
  registry.add_scalar("xid8le", scalar<le<uint64_t>>());
  registry.add_scalar("xid8gt", scalar<gt<uint64_t>>());
  registry.add_scalar("xid8ge", scalar<ge<uint64_t>>());
  registry.add_scalar("xid8_larger", scalar<larger<uint64_t>>());
  registry.add_scalar("xid8_smaller", scalar<smaller<uint64_t>>());
}

void register_tid(FunctionRegistry& registry) {
  registry.add_scalar("tidin", scalar<tid_in>());
  registry.add_scalar("tidout", scalar<tid_out>());
  registry.add_scalar("tidrecv", scalar<tid_recv>());
  registry.add_scalar("tidsend", scalar<tid_send>());
  registry.add_scalar("bttidcmp", scalar<cmp<uint64_t>>());
  registry.add_scalar("hashtid", scalar<hash_tid>());
  registry.add_scalar("hashtidextended", scalar<hash_tid_extended>());
  add_operators<uint64_t>(registry, "tid");
}

void register_lsn(FunctionRegistry& registry) {
  registry.add_scalar("pg_lsn_in", scalar<lsn_in>());
  registry.add_scalar("pg_lsn_out", scalar<lsn_out>());
  registry.add_scalar("pg_lsn_recv", scalar<receive<uint64_t>>());
  registry.add_scalar("pg_lsn_send", scalar<send<uint64_t>>());
  registry.add_scalar("pg_lsn_cmp", scalar<cmp<uint64_t>>());
  registry.add_scalar("pg_lsn_hash", scalar<hash_unsigned<uint64_t>>());
  registry.add_scalar("pg_lsn_hash_extended", scalar<hash_unsigned_extended<uint64_t>>());
  registry.add_scalar("pg_lsn_mi", scalar<lsn_difference>());
  registry.add_scalar("pg_wal_lsn_diff", scalar<lsn_difference>());
  registry.add_scalar("pg_lsn_pli", scalar<lsn_plus>());
  registry.add_scalar("pg_lsn_mii", scalar<lsn_minus>());
  registry.add_scalar("numeric_pg_lsn", scalar<numeric_pg_lsn>());
  add_operators<uint64_t>(registry, "pg_lsn_");
}

}  // namespace

uint32_t parse_oid(std::string_view text) {
  std::string_view digits = trimmed(text);
  bool negative = !digits.empty() && digits.front() == '-';
  std::string_view rest = digits;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest.empty() || rest.find_first_not_of("0123456789") != std::string_view::npos) fail_syntax("oid", text);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  uint64_t limit = negative ? uint64_t{1} << 31 : UINT32_MAX;
  if (error != std::errc() || value > limit) {
    throw SqlError(sqlstate::kNumericValueOutOfRange,
                   "value \"" + std::string(text) + "\" is out of range for type oid");
  }
  return negative ? static_cast<uint32_t>(-static_cast<int64_t>(value)) : static_cast<uint32_t>(value);
}

void register_identifiers(FunctionRegistry& registry) {
  registry.add_scalar("oidin", scalar<oid_in>());
  registry.add_scalar("oidout", scalar<print<uint32_t>>());
  registry.add_scalar("oidrecv", scalar<receive<uint32_t>>());
  registry.add_scalar("oidsend", scalar<send<uint32_t>>());
  registry.add_scalar("oidtoi8", scalar<oid_to_int8>());
  registry.add_scalar("i8tooid", scalar<int8_to_oid>());
  registry.add_scalar("btoidcmp", scalar<cmp<uint32_t>>());
  registry.add_scalar("hashoid", scalar<hash_unsigned<uint32_t>>());
  registry.add_scalar("hashoidextended", scalar<hash_unsigned_extended<uint32_t>>());
  add_operators<uint32_t>(registry, "oid");
  register_xid(registry);
  register_tid(registry);
  register_lsn(registry);
}

}  // namespace basalt::types::container
