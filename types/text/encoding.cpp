#include "types/text/encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "types/text/bytea.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

// How bytes form characters.
enum class Shape : uint8_t { kSingle, kUtf8, kEucJp, kEucDouble, kEucTw, kShiftJis, kDouble, kGb18030 };

struct Encoding {
  std::string_view name;
  const char* library_name;  // iconv's; null: no conversion
  Shape shape;
};

// In the order of PostgreSQL's numbers.
constexpr Encoding kEncodings[] = {
    {"SQL_ASCII", nullptr, Shape::kSingle},
    {"EUC_JP", "EUC-JP", Shape::kEucJp},
    {"EUC_CN", "EUC-CN", Shape::kEucDouble},
    {"EUC_KR", "EUC-KR", Shape::kEucDouble},
    {"EUC_TW", "EUC-TW", Shape::kEucTw},
    {"EUC_JIS_2004", "EUC-JISX0213", Shape::kEucJp},
    {"UTF8", "UTF-8", Shape::kUtf8},
    {"MULE_INTERNAL", nullptr, Shape::kSingle},
    {"LATIN1", "ISO-8859-1", Shape::kSingle},
    {"LATIN2", "ISO-8859-2", Shape::kSingle},
    {"LATIN3", "ISO-8859-3", Shape::kSingle},
    {"LATIN4", "ISO-8859-4", Shape::kSingle},
    {"LATIN5", "ISO-8859-9", Shape::kSingle},
    {"LATIN6", "ISO-8859-10", Shape::kSingle},
    {"LATIN7", "ISO-8859-13", Shape::kSingle},
    {"LATIN8", "ISO-8859-14", Shape::kSingle},
    {"LATIN9", "ISO-8859-15", Shape::kSingle},
    {"LATIN10", "ISO-8859-16", Shape::kSingle},
    {"WIN1256", "CP1256", Shape::kSingle},
    {"WIN1258", "CP1258", Shape::kSingle},
    {"WIN866", "CP866", Shape::kSingle},
    {"WIN874", "CP874", Shape::kSingle},
    {"KOI8R", "KOI8-R", Shape::kSingle},
    {"WIN1251", "CP1251", Shape::kSingle},
    {"WIN1252", "CP1252", Shape::kSingle},
    {"ISO_8859_5", "ISO-8859-5", Shape::kSingle},
    {"ISO_8859_6", "ISO-8859-6", Shape::kSingle},
    {"ISO_8859_7", "ISO-8859-7", Shape::kSingle},
    {"ISO_8859_8", "ISO-8859-8", Shape::kSingle},
    {"WIN1250", "CP1250", Shape::kSingle},
    {"WIN1253", "CP1253", Shape::kSingle},
    {"WIN1254", "CP1254", Shape::kSingle},
    {"WIN1255", "CP1255", Shape::kSingle},
    {"WIN1257", "CP1257", Shape::kSingle},
    {"KOI8U", "KOI8-U", Shape::kSingle},
    {"SJIS", "CP932", Shape::kShiftJis},
    {"BIG5", "BIG5", Shape::kDouble},
    {"GBK", "CP936", Shape::kDouble},
    {"UHC", "CP949", Shape::kDouble},
    {"GB18030", "GB18030", Shape::kGb18030},
    {"JOHAB", "JOHAB", Shape::kDouble},
    {"SHIFT_JIS_2004", "SHIFT_JISX0213", Shape::kShiftJis},
};
constexpr int kEncodingCount = static_cast<int>(std::size(kEncodings));

struct Alias {
  std::string_view name;
  int encoding;
};
constexpr Alias kAliases[] = {
    {"abc", 19},         {"alt", 20},         {"iso88591", 8},     {"iso885910", 13},   {"iso885913", 14},
    {"iso885914", 15},   {"iso885915", 16},   {"iso885916", 17},   {"iso88592", 9},     {"iso88593", 10},
    {"iso88594", 11},    {"iso88599", 12},    {"koi8", 22},        {"mskanji", 35},     {"shiftjis", 35},
    {"tcvn", 19},        {"tcvn5712", 19},    {"unicode", 6},      {"vscii", 19},       {"win", 23},
    {"win932", 35},      {"win936", 37},      {"win949", 38},      {"win950", 36},      {"windows1250", 29},
    {"windows1251", 23}, {"windows1252", 24}, {"windows1253", 30}, {"windows1254", 31}, {"windows1255", 32},
    {"windows1256", 18}, {"windows1257", 33}, {"windows1258", 19}, {"windows866", 20},  {"windows874", 21},
    {"windows932", 35},  {"windows936", 37},  {"windows949", 38},  {"windows950", 36},
};

std::string bare_name(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z')
      out.push_back(static_cast<char>(c + 32));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out.push_back(c);
  }
  return out;
}

// Bytes that the character at `s` claims to have.
size_t claimed_length(std::string_view s, Shape shape) {
  auto lead = static_cast<unsigned char>(s[0]);
  if (shape == Shape::kUtf8) return utf8::sequence_length(lead);
  if (shape == Shape::kSingle || lead < 0x80) return 1;
  switch (shape) {
    case Shape::kEucJp:
      return lead == 0x8f ? 3 : 2;
    case Shape::kEucTw:
      return lead == 0x8e ? 4 : lead == 0x8f ? 3 : 2;
    case Shape::kShiftJis:
      return lead >= 0xa1 && lead <= 0xdf ? 1 : 2;
    case Shape::kGb18030:
      return s.size() > 1 && s[1] >= '0' && s[1] <= '9' ? 4 : 2;
    default:
      return 2;
  }
}

bool is_well_formed(std::string_view s, size_t length, Shape shape) {
  if (length > s.size() || s[0] == 0) return false;
  if (shape == Shape::kUtf8) return utf8::find_invalid(s.substr(0, length)) == std::string_view::npos;
  if (length == 1) return true;
  auto lead = static_cast<unsigned char>(s[0]), second = static_cast<unsigned char>(s[1]);
  bool euc = shape == Shape::kEucJp || shape == Shape::kEucDouble || shape == Shape::kEucTw;
  if (euc) {
    for (size_t i = 1; i < length; ++i) {
      auto byte = static_cast<unsigned char>(s[i]);
      if (byte < 0xa1 || byte == 0xff) return false;
    }
    if (shape == Shape::kEucDouble) return lead >= 0xa1 && lead != 0xff;
    return lead >= 0xa1 || lead == 0x8e || lead == 0x8f;
  }
  if (shape == Shape::kShiftJis) {
    bool first = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc);
    return first && ((second >= 0x40 && second <= 0x7e) || (second >= 0x80 && second <= 0xfc));
  }
  if (shape == Shape::kGb18030) {
    if (length == 4) return lead != 0xff;
    return lead != 0xff && second >= 0x40 && second != 0x7f && second != 0xff;
  }
  return second != 0;
}

size_t checked_length(std::string_view s, int encoding) {
  const Encoding& e = kEncodings[encoding];
  size_t length = claimed_length(s, e.shape);
  if (!is_well_formed(s, length, e.shape)) {
    throw SqlError(sqlstate::kCharacterNotInRepertoire, "invalid byte sequence for encoding \"" + std::string(e.name) +
                                                            "\": " + utf8::show_bytes(s, 0, length));
  }
  return length;
}

[[noreturn]] void throw_untranslatable(std::string_view character, int from, int to) {
  throw SqlError(sqlstate::kUntranslatableCharacter,
                 "character with byte sequence " + utf8::show_bytes(character, 0, character.size()) +
                     " in encoding \"" + std::string(kEncodings[from].name) + "\" has no equivalent in encoding \"" +
                     std::string(kEncodings[to].name) + "\"");
}

// PostgreSQL converts between UTF8 and all others, and within a few groups without it.
bool is_convertible(int from, int to) {
  if (!kEncodings[from].library_name || !kEncodings[to].library_name) return false;
  if (from == kEncodingUtf8 || to == kEncodingUtf8) return true;
  auto both = [&](std::initializer_list<int> group) {
    return std::find(group.begin(), group.end(), from) != group.end() &&
           std::find(group.begin(), group.end(), to) != group.end();
  };
  return both({20, 22, 23, 25}) || both({9, 29}) || both({1, 35}) || both({4, 36}) || both({5, 41});
}

class Converter {
 public:
  Converter(int from, int to) : handle_(iconv_open(kEncodings[to].library_name, kEncodings[from].library_name)) {
    if (handle_ == reinterpret_cast<iconv_t>(-1)) {
      throw SqlError(sqlstate::kFeatureNotSupported, "encoding conversion from " + std::string(kEncodings[from].name) +
                                                         " to " + std::string(kEncodings[to].name) + " not supported");
    }
  }
  ~Converter() { iconv_close(handle_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // One character at a time, so that the one that has no equivalent is known.
  bool append(std::string_view character, std::string& out) {
    char buffer[32];
    char* in = const_cast<char*>(character.data());
    char* target = buffer;
    size_t in_left = character.size(), out_left = sizeof buffer;
    size_t done = iconv(handle_, &in, &in_left, &target, &out_left);
    bool exact = done == 0 && in_left == 0;
    // A yen sign is no backslash, though the library has it so for some encodings.
    if (exact && target == buffer + 1 && static_cast<unsigned char>(buffer[0]) < 0x80) exact = false;
    // Flushes what a stateful encoder keeps back.
    if (exact)
      iconv(handle_, nullptr, nullptr, &target, &out_left);
    else
      iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    if (exact) out.append(buffer, sizeof buffer - out_left);
    return exact;
  }

 private:
  iconv_t handle_;
};

void verify(std::string_view bytes, int encoding) {
  if (encoding == kEncodingUtf8) return utf8::validate(bytes);
  for (size_t at = 0; at < bytes.size();) at += checked_length(bytes.substr(at), encoding);
}

// Of verified input; by way of UTF-8 where neither side is.
std::string convert(std::string_view bytes, int from, int to) {
  std::string out;
  out.reserve(bytes.size() * 2);
  bool direct = from == kEncodingUtf8 || to == kEncodingUtf8;
  std::optional<Converter> first, second;
  for (size_t at = 0; at < bytes.size();) {
    size_t length = claimed_length(bytes.substr(at), kEncodings[from].shape);
    std::string_view character = bytes.substr(at, length);
    at += length;
    if (length == 1 && static_cast<unsigned char>(character[0]) < 0x80) {
      out.push_back(character[0]);
      continue;
    }
    if (!first) first.emplace(from, direct ? to : kEncodingUtf8);
    if (!direct && !second) second.emplace(kEncodingUtf8, to);
    std::string between;
    bool done =
        direct ? first->append(character, out) : first->append(character, between) && second->append(between, out);
    if (!done) throw_untranslatable(character, from, to);
  }
  return out;
}

int required_encoding(std::string_view name, const char* role) {
  int encoding = encoding_of_name(name);
  if (encoding < 0) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   std::string("invalid ") + role + "encoding name \"" + std::string(name) + "\"");
  }
  return encoding;
}

std::string pg_convert(std::string_view bytes, std::string_view from, std::string_view to) {
  int source = required_encoding(from, "source ");
  return convert_encoding(bytes, source, required_encoding(to, "destination "));
}
std::string convert_from(std::string_view bytes, std::string_view from) {
  return convert_encoding(bytes, required_encoding(from, "source "), kEncodingUtf8);
}
std::string convert_to(std::string_view text, std::string_view to) {
  return convert_encoding(text, kEncodingUtf8, required_encoding(to, "destination "));
}
int32_t length_in_encoding(std::string_view bytes, std::string_view name) {
  return static_cast<int32_t>(encoded_length(bytes, required_encoding(name, "")));
}
int32_t char_to_encoding(std::string_view name) { return encoding_of_name(name); }
std::string_view encoding_to_char(int32_t encoding) { return encoding_name(encoding); }

// Largest number of bytes of a character; NULL for a number that is none.
std::optional<int32_t> encoding_max_length(int32_t encoding) {
  if (encoding < 0 || encoding >= kEncodingCount) return std::nullopt;
  constexpr int kMuleInternal = 7, kJohab = 40;
  if (encoding == kMuleInternal) return 4;
  if (encoding == kJohab) return 3;
  switch (kEncodings[encoding].shape) {
    case Shape::kSingle:
      return 1;
    case Shape::kShiftJis:
    case Shape::kDouble:
      return 2;
    case Shape::kEucJp:
    case Shape::kEucDouble:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

int encoding_of_name(std::string_view name) {
  std::string bare = bare_name(name);
  if (bare.empty()) return -1;
  for (int i = 0; i < kEncodingCount; ++i) {
    if (bare_name(kEncodings[i].name) == bare) return i;
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == bare) return alias.encoding;
  }
  return -1;
}

std::string_view encoding_name(int encoding) {
  return encoding >= 0 && encoding < kEncodingCount ? kEncodings[encoding].name : std::string_view();
}

std::string convert_encoding(std::string_view bytes, int from, int to) {
  if (bytes.empty()) return {};
  verify(bytes, from);
  if (from == to || to == kEncodingSqlAscii) return std::string(bytes);
  if (from == kEncodingSqlAscii) {
    verify(bytes, to);
    return std::string(bytes);
  }
  if (!is_convertible(from, to)) {
    throw SqlError(sqlstate::kUndefinedFunction, "default conversion function for encoding \"" +
                                                     std::string(encoding_name(from)) + "\" to \"" +
                                                     std::string(encoding_name(to)) + "\" does not exist");
  }
  return convert(bytes, from, to);
}

size_t encoded_length(std::string_view bytes, int encoding) {
  size_t count = 0;
  for (size_t at = 0; at < bytes.size(); ++count) at += checked_length(bytes.substr(at), encoding);
  return count;
}

void register_text_encoding(FunctionRegistry& registry) {
  registry.add_scalar("pg_convert", scalar<pg_convert>());
  registry.add_scalar("pg_convert_from", scalar<convert_from>());
  registry.add_scalar("pg_convert_to", scalar<convert_to>());
  registry.add_scalar("length_in_encoding", scalar<length_in_encoding>());
  registry.add_scalar("PG_char_to_encoding", scalar<char_to_encoding>());
  registry.add_scalar("PG_encoding_to_char", scalar<encoding_to_char>());
  registry.add_scalar("pg_encoding_max_length_sql", scalar<encoding_max_length>());
  register_binary_text(registry);
}

}  // namespace basalt::types
