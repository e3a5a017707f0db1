// encode() and decode(): bytes written as hex, base64 or escapes; to_ascii().
#include <array>

#include "types/text/bytea.hpp"
#include "types/text/encoding.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kBase64LineBytes = 76;

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4 + bytes.size() / 57 + 1);
  size_t line_start = 0;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    auto byte = [&](size_t i) {
      return at + i < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) : 0u;
    };
    uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    size_t left = bytes.size() - at;
    out.push_back(kBase64Digits[group >> 18]);
    out.push_back(kBase64Digits[group >> 12 & 63]);
    out.push_back(left > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    out.push_back(left > 2 ? kBase64Digits[group & 63] : '=');
    if (left >= 3 && out.size() - line_start >= kBase64LineBytes) {
      out.push_back('\n');
      line_start = out.size();
    }
  }
  return out;
}

int base64_value(char c) {
  static const std::array<int8_t, 256> kValues = [] {
    std::array<int8_t, 256> values;
    values.fill(-1);
    for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<int8_t>(i);
    return values;
  }();
  return kValues[static_cast<unsigned char>(c)];
}

std::string from_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  uint32_t group = 0;
  int position = 0;
  int end = 0;  // once padding was seen: bytes in the last group
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    uint32_t digit = 0;
    if (c == '=') {
      if (!end) {
        if (position != 2 && position != 3) {
          throw SqlError(sqlstate::kInvalidParameterValue, "unexpected \"=\" while decoding base64 sequence");
        }
        end = position - 1;
      }
    } else {
      int value = base64_value(c);
      if (value < 0) {
        size_t size = std::min(utf8::sequence_length(static_cast<unsigned char>(c)), text.size() - at);
        throw SqlError(sqlstate::kInvalidParameterValue, "invalid symbol \"" + std::string(text.substr(at, size)) +
                                                             "\" found while decoding base64 sequence");
      }
      digit = static_cast<uint32_t>(value);
    }
    group = group << 6 | digit;
    if (++position < 4) continue;
    int bytes = end ? end : 3;
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(group >> (16 - 8 * i)));
    group = 0;
    position = 0;
  }
  if (position != 0) {
    throw SqlError(sqlstate::kInvalidParameterValue, "invalid base64 end sequence")
        .hint("Input data is missing padding, is truncated, or is otherwise corrupted.");
  }
  return out;
}

enum class Format : uint8_t { kHex, kBase64, kEscape };

Format format_of(std::string_view name) {
  std::string lower = c_collation()->lower(name);
  if (lower == "hex") return Format::kHex;
  if (lower == "base64") return Format::kBase64;
  if (lower == "escape") return Format::kEscape;
  throw SqlError(sqlstate::kInvalidParameterValue, "unrecognized encoding: \"" + std::string(name) + "\"");
}

std::string encode(std::string_view bytes, std::string_view name) {
  Format format = format_of(name);
  check_length(uint64_t{bytes.size()} * 2);
  switch (format) {
    case Format::kHex:
      return to_hex(bytes);
    case Format::kBase64:
      return to_base64(bytes);
    case Format::kEscape:
      break;
  }
  return to_escape(bytes, EscapeBytes::kZeroAndHigh);
}

std::string decode(std::string_view text, std::string_view name) {
  switch (format_of(name)) {
    case Format::kHex:
      return from_hex(text);
    case Format::kBase64:
      return from_base64(text);
    case Format::kEscape:
      break;
  }
  return from_escape(text);
}

// to_ascii() works byte by byte even on UTF-8; with an encoding given, its high bytes become what looks alike.
struct AsciiTable {
  int encoding;
  char bytes[129];  // for 0x80 to 0xff
};
constexpr AsciiTable kAsciiTables[] = {
    {8,
     "                                  cL Y  \"Ca  -R     'u .,      ?  AAAAACEEEEIIII "
     "NOOOOOxOUUUUYTBaaaaaaaceeeeiiii "
     "nooo           "},
    {9,
     "                                 A L LS \"SSTZ-ZZ a,l'ls ,sstz\"zz  "
     "AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddn"
     "noo           "},
    {16,
     "                                  cL YS sCa  -R     Zu .z   EeY?  AAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii "
     "nooo           "},
    {29,
     "  ' \"    %S<STZZ `'\"\".--  s>stzz   L A  \"CS  -RZ  ,l'u .,as L\"lz  "
     "AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiid"
     "dnnoo           "},
};

std::string ascii_of(std::string_view text, int encoding) {
  for (const AsciiTable& table : kAsciiTables) {
    if (table.encoding != encoding) continue;
    std::string out(text);
    for (char& c : out) {
      auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80) c = table.bytes[byte - 0x80];
    }
    return out;
  }
  throw SqlError(sqlstate::kFeatureNotSupported,
                 "encoding conversion from " + std::string(encoding_name(encoding)) + " to ASCII not supported");
}

std::string ascii_of_default(std::string_view text) { return ascii_of(text, kEncodingUtf8); }

std::string ascii_of_number(std::string_view text, int32_t encoding) {
  if (encoding_name(encoding).empty()) {
    throw SqlError(sqlstate::kUndefinedObject, std::to_string(encoding) + " is not a valid encoding code");
  }
  return ascii_of(text, encoding);
}

std::string ascii_of_name(std::string_view text, std::string_view name) {
  int encoding = encoding_of_name(name);
  if (encoding < 0) {
    throw SqlError(sqlstate::kUndefinedObject, std::string(name) + " is not a valid encoding name");
  }
  return ascii_of(text, encoding);
}

}  // namespace

void register_binary_text(FunctionRegistry& registry) {
  registry.add_scalar("binary_encode", scalar<encode>());
  registry.add_scalar("binary_decode", scalar<decode>());
  registry.add_scalar("to_ascii_default", scalar<ascii_of_default>());
  registry.add_scalar("to_ascii_enc", scalar<ascii_of_number>());
  registry.add_scalar("to_ascii_encname", scalar<ascii_of_name>());
}

}  // namespace basalt::types
