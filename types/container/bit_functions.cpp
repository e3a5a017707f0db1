// bit and varbit: bit count : 4, then the bytes, the first bit on top; unused bits of the last byte are 0.
#include <bit>

#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/bit_string.hpp"
#include "types/container/detail.hpp"
#include "types/container/message.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

constexpr int32_t kBitsMax = 83886080;  // PostgreSQL's MaxAttrSize * 8

// --- input, output, casts ------------------------------------------------------------------------------------------

SqlError wrong_length(int32_t bits, int32_t typmod) {
  return SqlError(sqlstate::kStringDataLengthMismatch, "bit string length " + std::to_string(bits) +
                                                           " does not match type bit(" + std::to_string(typmod) + ")");
}
SqlError too_long(int32_t typmod) {
  return SqlError(sqlstate::kStringDataRightTruncation,
                  "bit string too long for type bit varying(" + std::to_string(typmod) + ")");
}

void check_length(int32_t bits, int32_t typmod, bool varying) {
  if (typmod <= 0) return;
  if (varying ? bits > typmod : bits != typmod) throw varying ? too_long(typmod) : wrong_length(bits, typmod);
}

[[noreturn]] void fail_digit(std::string_view at, const char* kind) {
  std::string digit(at.substr(0, 1));
  for (size_t i = 1; i < at.size() && (at[i] & 0xc0) == 0x80; ++i) digit.push_back(at[i]);
  throw SqlError(sqlstate::kInvalidTextRepresentation, "\"" + digit + "\" is not a valid " + kind + " digit");
}

BitString parse_bits(std::string_view text, int32_t typmod, bool varying) {
  bool hex = !text.empty() && (text[0] == 'x' || text[0] == 'X');
  if (hex || (!text.empty() && (text[0] == 'b' || text[0] == 'B'))) text.remove_prefix(1);
  int64_t bits = static_cast<int64_t>(text.size()) * (hex ? 4 : 1);
  if (bits > INT32_MAX - 8) {
    throw SqlError(sqlstate::kProgramLimitExceeded, "bit string length exceeds the maximum allowed (2147483640)");
  }
  check_length(static_cast<int32_t>(bits), typmod, varying);
  BitString out(static_cast<int32_t>(bits));
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!hex) {
      if (c != '0' && c != '1') fail_digit(text.substr(i), "binary");
      out.set(static_cast<int32_t>(i), c == '1');
      continue;
    }
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) fail_digit(text.substr(i), "hexadecimal");
    for (int k = 0; k < 4; ++k) out.set(static_cast<int32_t>(i) * 4 + k, digit >> (3 - k) & 1);
  }
  return out;
}

std::string bit_in(std::string_view text, uint32_t, int32_t typmod) { return parse_bits(text, typmod, false).bytes(); }
std::string varbit_in(std::string_view text, uint32_t, int32_t typmod) {
  return parse_bits(text, typmod, true).bytes();
}
std::string bit_out(std::string_view value) {
  BitString bits(value);
  std::string out(static_cast<size_t>(bits.size()), '0');
  for (int32_t i = 0; i < bits.size(); ++i) {
    if (bits.get(i)) out[static_cast<size_t>(i)] = '1';
  }
  return out;
}

std::string receive_bits(std::string_view message, int32_t typmod, bool varying) {
  auto count = take_message<int32_t>(message);
  if (count < 0 || count > INT32_MAX - 8) {
    throw SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid length in external bit string");
  }
  check_length(count, typmod, varying);
  BitString out(count, take_message_bytes(message, static_cast<size_t>((count + 7) / 8)));
  return out.bytes();
}
std::string bit_recv(std::string_view message, uint32_t, int32_t typmod) {
  return receive_bits(message, typmod, false);
}
std::string varbit_recv(std::string_view message, uint32_t, int32_t typmod) {
  return receive_bits(message, typmod, true);
}
std::string bit_send(std::string_view value) {
  BitString bits(value);
  std::string out;
  append_message(out, bits.size());
  out += bits.content();
  return out;
}

std::string bit_cast_length(std::string_view value, int32_t length, bool explicit_cast) {
  BitString bits(value);
  if (length <= 0 || length > kBitsMax || length == bits.size()) return std::string(value);
  if (!explicit_cast) throw wrong_length(bits.size(), length);
  return bits.resized(length).bytes();
}
std::string varbit_cast_length(std::string_view value, int32_t length, bool explicit_cast) {
  BitString bits(value);
  if (length <= 0 || length >= bits.size()) return std::string(value);
  if (!explicit_cast) throw too_long(length);
  return bits.resized(length).bytes();
}

// The low bits of a number, or its sign in front of it.
std::string bits_of_number(int64_t number, int32_t width, int32_t length) {
  if (length <= 0 || length > kBitsMax) length = 1;
  BitString out(length);
  for (int32_t i = 0; i < length; ++i) {
    int32_t power = length - 1 - i;
    out.set(i, power >= width ? number < 0 : number >> power & 1);
  }
  return out.bytes();
}
std::string bitfromint4(int32_t number, int32_t length) { return bits_of_number(number, 32, length); }
std::string bitfromint8(int64_t number, int32_t length) { return bits_of_number(number, 64, length); }

uint64_t number_of_bits(std::string_view value, int32_t width, const char* message) {
  BitString bits(value);
  if (bits.size() > width) throw SqlError(sqlstate::kNumericValueOutOfRange, message);
  uint64_t out = 0;
  for (int32_t i = 0; i < bits.size(); ++i) out = out << 1 | (bits.get(i) ? 1 : 0);
  return out;
}
int32_t bittoint4(std::string_view v) { return static_cast<int32_t>(number_of_bits(v, 32, "integer out of range")); }
int64_t bittoint8(std::string_view v) { return static_cast<int64_t>(number_of_bits(v, 64, "bigint out of range")); }

// --- operators -----------------------------------------------------------------------------------------------------

int compare(std::string_view a, std::string_view b) {
  BitString x(a), y(b);
  int order = x.content().compare(y.content());
  return order != 0 ? (order < 0 ? -1 : 1) : three_way(x.size(), y.size());
}
bool biteq(std::string_view a, std::string_view b) { return a == b; }
bool bitne(std::string_view a, std::string_view b) { return a != b; }
bool bitlt(std::string_view a, std::string_view b) { return compare(a, b) < 0; }
bool bitle(std::string_view a, std::string_view b) { return compare(a, b) <= 0; }
bool bitgt(std::string_view a, std::string_view b) { return compare(a, b) > 0; }
bool bitge(std::string_view a, std::string_view b) { return compare(a, b) >= 0; }
int32_t bitcmp(std::string_view a, std::string_view b) { return compare(a, b); }

template <typename F>
std::string combine(std::string_view a, std::string_view b, const char* verb, F&& f) {
  BitString x(a), y(b);
  if (x.size() != y.size()) {
    throw SqlError(sqlstate::kStringDataLengthMismatch,
                   std::string("cannot ") + verb + " bit strings of different sizes");
  }
  BitString out(x.size());
  for (int32_t i = 0; i < x.size(); ++i) out.set(i, f(x.get(i), y.get(i)));
  return out.bytes();
}
std::string bit_and(std::string_view a, std::string_view b) {
  return combine(a, b, "AND", [](bool x, bool y) { return x && y; });
}
std::string bit_or(std::string_view a, std::string_view b) {
  return combine(a, b, "OR", [](bool x, bool y) { return x || y; });
}
std::string bitxor(std::string_view a, std::string_view b) {
  return combine(a, b, "XOR", [](bool x, bool y) { return x != y; });
}
std::string bitnot(std::string_view a) {
  BitString x(a), out(x.size());
  for (int32_t i = 0; i < x.size(); ++i) out.set(i, !x.get(i));
  return out.bytes();
}
std::string shifted(std::string_view a, int64_t by) {
  BitString x(a), out(x.size());
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t from = i + by;
    if (from >= 0 && from < x.size() && x.get(static_cast<int32_t>(from))) out.set(static_cast<int32_t>(i), true);
  }
  return out.bytes();
}
std::string bitshiftleft(std::string_view a, int32_t by) { return shifted(a, by); }
std::string bitshiftright(std::string_view a, int32_t by) { return shifted(a, -int64_t{by}); }

BitString joined(const BitString& x, const BitString& y) {
  if (int64_t{x.size()} + y.size() > INT32_MAX - 8) {
    throw SqlError(sqlstate::kProgramLimitExceeded, "bit string length exceeds the maximum allowed (2147483640)");
  }
  BitString out = x.resized(x.size() + y.size());
  for (int32_t i = 0; i < y.size(); ++i) out.set(x.size() + i, y.get(i));
  return out;
}
std::string bitcat(std::string_view a, std::string_view b) { return joined(BitString(a), BitString(b)).bytes(); }

// Bits from `start` (from 1) on; a start before the string shortens the length.
BitString substring(const BitString& x, int32_t start, std::optional<int32_t> length) {
  int64_t end = int64_t{x.size()} + 1;
  if (length) {
    if (*length < 0) throw SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
    end = std::min(end, int64_t{start} + *length);
  }
  int64_t begin = std::max(start, 1);
  BitString out(static_cast<int32_t>(std::max<int64_t>(end - begin, 0)));
  for (int32_t i = 0; i < out.size(); ++i) out.set(i, x.get(static_cast<int32_t>(begin - 1) + i));
  return out;
}
std::string bitsubstr(std::string_view a, int32_t start, int32_t length) {
  return substring(BitString(a), start, length).bytes();
}
std::string bitsubstr_no_len(std::string_view a, int32_t start) {
  return substring(BitString(a), start, std::nullopt).bytes();
}
std::string overlay(std::string_view a, std::string_view b, int32_t start, int32_t length) {
  if (start <= 0) throw SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
  if (int64_t{start} + length > INT32_MAX) throw SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
  BitString x(a);
  BitString head = substring(x, 1, start - 1), tail = substring(x, start + length, std::nullopt);
  return joined(joined(head, BitString(b)), tail).bytes();
}
std::string bitoverlay_no_len(std::string_view a, std::string_view b, int32_t start) {
  return overlay(a, b, start, BitString(b).size());
}

int32_t bitlength(std::string_view a) { return BitString(a).size(); }
int32_t bitoctetlength(std::string_view a) { return static_cast<int32_t>(BitString(a).content().size()); }
int64_t bit_bit_count(std::string_view a) {
  BitString bits(a);
  int64_t count = 0;
  for (char c : bits.content()) count += std::popcount(static_cast<unsigned char>(c));
  return count;
}
int32_t bitposition(std::string_view hay, std::string_view needle) {
  BitString x(hay), wanted(needle);
  if (x.size() == 0 || wanted.size() > x.size()) return 0;
  for (int32_t at = 0; at + wanted.size() <= x.size(); ++at) {
    int32_t i = 0;
    while (i < wanted.size() && x.get(at + i) == wanted.get(i)) ++i;
    if (i == wanted.size()) return at + 1;
  }
  return 0;
}

void check_index(int32_t index, int32_t size) {
  if (index >= 0 && index < size) return;
  throw SqlError(sqlstate::kArraySubscriptError,
                 "bit index " + std::to_string(index) + " out of valid range (0.." + std::to_string(size - 1) + ")");
}
int32_t bitgetbit(std::string_view a, int32_t index) {
  BitString x(a);
  check_index(index, x.size());
  return x.get(index);
}
std::string bitsetbit(std::string_view a, int32_t index, int32_t bit) {
  BitString x(a);
  check_index(index, x.size());
  if (bit != 0 && bit != 1) throw SqlError(sqlstate::kInvalidParameterValue, "new bit must be 0 or 1");
  x.set(index, bit == 1);
  return x.bytes();
}

int32_t typmod_in(FunctionCall& call, std::string_view array, const char* name) {
  ArrayView view(array);
  if (view.size() != 1) throw SqlError(sqlstate::kInvalidParameterValue, "invalid type modifier");
  int32_t length = call.context->input(oid::kInt4, view.string(0), -1).as<int32_t>();
  if (length < 1) {
    throw SqlError(sqlstate::kInvalidParameterValue, std::string("length for type ") + name + " must be at least 1");
  }
  if (length > kBitsMax) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   std::string("length for type ") + name + " cannot exceed " + std::to_string(kBitsMax));
  }
  return length;
}
int32_t bittypmodin(FunctionCall& call, std::string_view array) { return typmod_in(call, array, "bit"); }
int32_t varbittypmodin(FunctionCall& call, std::string_view array) { return typmod_in(call, array, "varbit"); }
std::string typmod_out(int32_t typmod) { return typmod < 0 ? "" : "(" + std::to_string(typmod) + ")"; }

void register_bit_io(FunctionRegistry& registry) {
  registry.add_scalar("bit_in", scalar<bit_in>());
  registry.add_scalar("bit_out", scalar<bit_out>());
  registry.add_scalar("bit_recv", scalar<bit_recv>());
  registry.add_scalar("bit_send", scalar<bit_send>());
  registry.add_scalar("varbit_in", scalar<varbit_in>());
  registry.add_scalar("varbit_out", scalar<bit_out>());
  registry.add_scalar("varbit_recv", scalar<varbit_recv>());
  registry.add_scalar("varbit_send", scalar<bit_send>());
  registry.add_scalar("bit", scalar<bit_cast_length>());
  registry.add_scalar("varbit", scalar<varbit_cast_length>());
  registry.add_scalar("bitfromint4", scalar<bitfromint4>());
  registry.add_scalar("bitfromint8", scalar<bitfromint8>());
  registry.add_scalar("bittoint4", scalar<bittoint4>());
  registry.add_scalar("bittoint8", scalar<bittoint8>());
  registry.add_scalar("bittypmodin", scalar<bittypmodin>());
  registry.add_scalar("bittypmodout", scalar<typmod_out>());
  registry.add_scalar("varbittypmodin", scalar<varbittypmodin>());
  registry.add_scalar("varbittypmodout", scalar<typmod_out>());
}

}  // namespace

void register_bit(FunctionRegistry& registry) {
  register_bit_io(registry);
  registry.add_scalar("biteq", scalar<biteq>());
  registry.add_scalar("bitne", scalar<bitne>());
  registry.add_scalar("bitlt", scalar<bitlt>());
  registry.add_scalar("bitle", scalar<bitle>());
  registry.add_scalar("bitgt", scalar<bitgt>());
  registry.add_scalar("bitge", scalar<bitge>());
  registry.add_scalar("bitcmp", scalar<bitcmp>());
  registry.add_scalar("bit_and", scalar<bit_and>());
  registry.add_scalar("bit_or", scalar<bit_or>());
  registry.add_scalar("bitxor", scalar<bitxor>());
  registry.add_scalar("bitnot", scalar<bitnot>());
  registry.add_scalar("bitshiftleft", scalar<bitshiftleft>());
  registry.add_scalar("bitshiftright", scalar<bitshiftright>());
  registry.add_scalar("bitcat", scalar<bitcat>());
  registry.add_scalar("bitsubstr", scalar<bitsubstr>());
  registry.add_scalar("bitsubstr_no_len", scalar<bitsubstr_no_len>());
  registry.add_scalar("bitoverlay", scalar<overlay>());
  registry.add_scalar("bitoverlay_no_len", scalar<bitoverlay_no_len>());
  registry.add_scalar("bitlength", scalar<bitlength>());
  registry.add_scalar("bitoctetlength", scalar<bitoctetlength>());
  registry.add_scalar("bit_bit_count", scalar<bit_bit_count>());
  registry.add_scalar("bitposition", scalar<bitposition>());
  registry.add_scalar("bitgetbit", scalar<bitgetbit>());
  registry.add_scalar("bitsetbit", scalar<bitsetbit>());
}

}  // namespace basalt::types::container
