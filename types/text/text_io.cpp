// Text, binary and cast functions of text, varchar, bpchar, name, "char", cstring and unknown.
#include <charconv>

#include "types/container/array.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

constexpr int32_t kTypmodHeader = 4;  // typmod = length + 4
constexpr int32_t kCharacterLengthMax = 10 * 1024 * 1024;

std::string_view pass(std::string_view s) { return s; }

std::string_view receive_text(std::string_view bytes) {
  utf8::validate(bytes);
  return bytes;
}

// Where `s` must end to have at most `characters`; s.size() when it fits.
size_t fitting_size(std::string_view s, size_t characters) {
  if (s.size() <= characters) return s.size();
  return utf8::offset_of(s, characters);
}

bool only_spaces(std::string_view s) { return s.find_first_not_of(' ') == std::string_view::npos; }

[[noreturn]] void throw_too_long(const char* type, int32_t length) {
  throw SqlError(sqlstate::kStringDataRightTruncation,
                 std::string("value too long for type ") + type + "(" + std::to_string(length) + ")");
}

std::string_view coerce_varchar(std::string_view s, int32_t typmod, bool is_explicit) {
  if (typmod < kTypmodHeader) return s;
  int32_t length = typmod - kTypmodHeader;
  size_t size = fitting_size(s, static_cast<size_t>(length));
  if (size == s.size()) return s;
  if (!is_explicit && !only_spaces(s.substr(size))) throw_too_long("character varying", length);
  return s.substr(0, size);
}

std::string coerce_bpchar(std::string_view s, int32_t typmod, bool is_explicit) {
  if (typmod < kTypmodHeader) return std::string(s);
  int32_t length = typmod - kTypmodHeader;
  size_t characters = utf8::length(s);
  if (characters <= static_cast<size_t>(length)) {
    std::string out(s);
    out.append(static_cast<size_t>(length) - characters, ' ');
    return out;
  }
  size_t size = utf8::offset_of(s, static_cast<size_t>(length));
  if (!is_explicit && !only_spaces(s.substr(size))) throw_too_long("character", length);
  return std::string(s.substr(0, size));
}

std::string_view varchar_in(std::string_view s, uint32_t, int32_t typmod) { return coerce_varchar(s, typmod, false); }
std::string_view varchar_receive(std::string_view s, uint32_t, int32_t typmod) {
  return coerce_varchar(receive_text(s), typmod, false);
}
std::string bpchar_in(std::string_view s, uint32_t, int32_t typmod) { return coerce_bpchar(s, typmod, false); }
std::string bpchar_receive(std::string_view s, uint32_t, int32_t typmod) {
  return coerce_bpchar(receive_text(s), typmod, false);
}

int32_t typmod_in(std::string_view array, const char* type) {
  ArrayView view(array);
  if (view.size() != 1 || view.is_null(0)) throw SqlError(sqlstate::kInvalidParameterValue, "invalid type modifier");
  std::string_view text = view.string(0);
  int32_t length = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc::result_out_of_range) {
    throw SqlError(sqlstate::kNumericValueOutOfRange,
                   "value \"" + std::string(text) + "\" is out of range for type integer");
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    throw SqlError(sqlstate::kInvalidTextRepresentation,
                   "invalid input syntax for type integer: \"" + std::string(text) + "\"");
  }
  if (length < 1) {
    throw SqlError(sqlstate::kInvalidParameterValue, std::string("length for type ") + type + " must be at least 1");
  }
  if (length > kCharacterLengthMax) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   std::string("length for type ") + type + " cannot exceed " + std::to_string(kCharacterLengthMax));
  }
  return length + kTypmodHeader;
}

int32_t varchar_typmod_in(std::string_view array) { return typmod_in(array, "varchar"); }
int32_t bpchar_typmod_in(std::string_view array) { return typmod_in(array, "char"); }

std::string typmod_out(int32_t typmod) {
  return typmod > kTypmodHeader ? "(" + std::to_string(typmod - kTypmodHeader) + ")" : std::string();
}

std::string_view name_receive(std::string_view bytes) {
  utf8::validate(bytes);
  if (bytes.size() > kNameBytesMax) {
    throw SqlError(sqlstate::kNameTooLong, "identifier too long").detail("Identifier must be less than 64 characters.");
  }
  return bytes;
}

std::string_view bpchar_to_name(std::string_view s) { return unpadded(clip_to_name(s)); }

std::string name_concat_oid(std::string_view name, uint32_t oid) {
  std::string suffix = "_" + std::to_string(oid);
  std::string out(name.substr(0, utf8::clip(name, kNameBytesMax - suffix.size())));
  return out + suffix;
}

// "char" is one byte. A byte over 0x7f is written \ooo, so that no text is ill-formed.
bool is_octal(char c) { return c >= '0' && c <= '7'; }

int16_t to_internal_char(unsigned byte) { return static_cast<int8_t>(byte); }

int16_t char_in(std::string_view s) {
  if (s.size() == 4 && s[0] == '\\' && is_octal(s[1]) && is_octal(s[2]) && is_octal(s[3])) {
    return to_internal_char(static_cast<unsigned>((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0')));
  }
  return s.empty() ? int16_t{0} : to_internal_char(static_cast<unsigned char>(s[0]));
}

std::string char_out(int16_t c) {
  auto byte = static_cast<unsigned char>(c);
  if (byte == 0) return {};
  if (byte < 0x80) return std::string(1, static_cast<char>(byte));
  return {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
          static_cast<char>('0' + (byte & 7))};
}

std::string char_send(int16_t c) { return std::string(1, static_cast<char>(c)); }

int16_t char_receive(std::string_view bytes) {
  if (bytes.empty()) throw SqlError(sqlstate::kProtocolViolation, "no data left in message");
  if (bytes.size() > 1) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return to_internal_char(static_cast<unsigned char>(bytes[0]));
}

int16_t integer_to_char(int32_t i) {
  if (i < -128 || i > 127) throw SqlError(sqlstate::kNumericValueOutOfRange, "\"char\" out of range");
  return static_cast<int16_t>(i);
}

int32_t char_to_integer(int16_t c) { return static_cast<int8_t>(c); }

}  // namespace

void register_text_io(FunctionRegistry& registry) {
  for (const char* symbol : {"textin", "textout", "textsend", "varcharout", "varcharsend", "bpcharout", "bpcharsend",
                             "nameout", "namesend", "cstring_in", "cstring_out", "cstring_send", "unknownin",
                             "unknownout", "unknownsend", "name_text", "name_bpchar"}) {
    registry.add_scalar(symbol, scalar<pass>());
  }
  for (const char* symbol : {"textrecv", "cstring_recv", "unknownrecv"}) {
    registry.add_scalar(symbol, scalar<receive_text>());
  }
  registry.add_scalar("varcharin", scalar<varchar_in>());
  registry.add_scalar("varcharrecv", scalar<varchar_receive>());
  registry.add_scalar("varchar", scalar<coerce_varchar>());
  registry.add_scalar("varchartypmodin", scalar<varchar_typmod_in>());
  registry.add_scalar("varchartypmodout", scalar<typmod_out>());
  registry.add_scalar("bpcharin", scalar<bpchar_in>());
  registry.add_scalar("bpcharrecv", scalar<bpchar_receive>());
  registry.add_scalar("bpchar", scalar<coerce_bpchar>());
  registry.add_scalar("bpchartypmodin", scalar<bpchar_typmod_in>());
  registry.add_scalar("bpchartypmodout", scalar<typmod_out>());
  registry.add_scalar("namein", scalar<clip_to_name>());
  registry.add_scalar("namerecv", scalar<name_receive>());
  registry.add_scalar("text_name", scalar<clip_to_name>());
  registry.add_scalar("bpchar_name", scalar<bpchar_to_name>());
  registry.add_scalar("nameconcatoid", scalar<name_concat_oid>());
  registry.add_scalar("charin", scalar<char_in>());
  registry.add_scalar("charout", scalar<char_out>());
  registry.add_scalar("charsend", scalar<char_send>());
  registry.add_scalar("charrecv", scalar<char_receive>());
  registry.add_scalar("text_char", scalar<char_in>());
  registry.add_scalar("char_text", scalar<char_out>());
  registry.add_scalar("char_bpchar", scalar<char_out>());
  registry.add_scalar("i4tochar", scalar<integer_to_char>());
  registry.add_scalar("chartoi4", scalar<char_to_integer>());
}

}  // namespace basalt::types
