// Strings with escapes: E'...' and U&'...' (and U&"...").
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/scanner.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

namespace {

constexpr const char* kBackslashHint = "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.";
constexpr const char* kUnicodeHint = "Unicode escapes must be \\XXXX or \\+XXXXXX.";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_high_surrogate(uint32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low_surrogate(uint32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }
uint32_t join_surrogates(uint32_t high, uint32_t low) { return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF); }

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

uint32_t Scanner::hex_digits(size_t start, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    int digit = hex_value(peek(at + i));
    if (digit < 0) fail_at(start, sqlstate::kInvalidEscapeSequence, "invalid Unicode escape", kBackslashHint);
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value;
}

// One backslash sequence of E'...'; `at` is on the character behind the backslash.
void Scanner::unescape(size_t start, size_t& at, std::string& out, uint32_t& high_surrogate) {
  char c = peek(at);
  size_t escape_start = at - 1;
  if (c == 'u' || c == 'U') {
    size_t count = c == 'u' ? 4 : 8;
    uint32_t value = hex_digits(escape_start, at + 1, count);
    at += 1 + count;
    if (high_surrogate) {
      if (!is_low_surrogate(value)) {
        at_ = at;
        fail(escape_start, "invalid Unicode surrogate pair");
      }
      value = join_surrogates(high_surrogate, value);
      high_surrogate = 0;
    } else if (is_low_surrogate(value)) {
      at_ = at;
      fail(escape_start, "invalid Unicode surrogate pair");
    } else if (is_high_surrogate(value)) {
      high_surrogate = value;
      return;
    }
    if (value == 0 || value > 0x10FFFF) {
      at_ = at;
      fail(escape_start, "invalid Unicode escape value");
    }
    append_utf8(out, value);
    return;
  }
  if (high_surrogate) {
    at_ = at;
    fail(escape_start, "invalid Unicode surrogate pair");
  }
  ++at;
  if (c >= '0' && c <= '7') {
    unsigned value = static_cast<unsigned>(c - '0');
    for (int i = 0; i < 2 && peek(at) >= '0' && peek(at) <= '7'; ++i)
      value = value * 8 + static_cast<unsigned>(text_[at++] - '0');
    out += static_cast<char>(value);
    return;
  }
  if (c == 'x' && hex_value(peek(at)) >= 0) {
    int value = hex_value(text_[at++]);
    if (hex_value(peek(at)) >= 0) value = value * 16 + hex_value(text_[at++]);
    out += static_cast<char>(value);
    return;
  }
  switch (c) {
    case 'b':
      out += '\b';
      break;
    case 'f':
      out += '\f';
      break;
    case 'n':
      out += '\n';
      break;
    case 'r':
      out += '\r';
      break;
    case 't':
      out += '\t';
      break;
    case '\'':
      if (options_ && !options_->backslash_quote_allowed)
        fail_at(start, sqlstate::kNonstandardUseOfEscapeCharacter, "unsafe use of \\' in a string literal",
                "Use '' to write quotes in strings. \\' is insecure in client-only encodings.");
      [[fallthrough]];
    default:
      out += c;
  }
}

ScannedToken Scanner::escape_string(size_t start, size_t quote) {
  std::string out;
  size_t at = quote + 1;
  uint32_t high_surrogate = 0;
  bool check = false;
  for (;;) {
    if (at >= text_.size()) {
      at_ = text_.size();
      fail(start, "unterminated quoted string");
    }
    char c = text_[at];
    if (c == '\\') {
      if (at + 1 >= text_.size()) {
        at_ = text_.size();
        fail(start, "unterminated quoted string");
      }
      size_t before = out.size();
      unescape(start, ++at, out, high_surrogate);
      check = check || (out.size() > before && (static_cast<unsigned char>(out.back()) >= 0x80 || out.back() == 0));
      continue;
    }
    if (high_surrogate) {
      at_ = at + 1;
      fail(at, "invalid Unicode surrogate pair");
    }
    if (c != '\'') {
      out += c;
      ++at;
      continue;
    }
    size_t after = at + 1;
    if (peek(after) == '\'') {
      out += '\'';
      at = after + 1;
    } else if (continues(after)) {
      at = after;
    } else {
      break;
    }
  }
  if (check) check_encoding(out, start);
  ScannedToken token = single(start, Token::kSconst, at + 1 - start);
  token.value = keep(std::move(out));
  return token;
}

// The character that UESCAPE names, if UESCAPE follows; the scanner then stands behind its string.
char Scanner::unicode_escape_character(size_t start) {
  size_t saved = at_;
  skip_space();
  size_t word_start = at_;
  constexpr std::string_view kWord = "uescape";
  bool found = text_.size() - at_ >= kWord.size();
  for (size_t i = 0; found && i < kWord.size(); ++i) found = (text_[at_ + i] | 0x20) == kWord[i];
  if (!found || (at_ + kWord.size() < text_.size() && peek(at_ + kWord.size()) != '\'' &&
                 (hex_value(peek(at_ + kWord.size())) >= 0 || peek(at_ + kWord.size()) == '_'))) {
    at_ = saved;
    return '\\';
  }
  at_ += kWord.size();
  (void)word_start;
  (void)start;
  skip_space();
  size_t literal = at_;
  if (peek(at_) != '\'') {
    if (at_ < text_.size()) (void)next();
    fail(literal, "UESCAPE must be followed by a simple string literal");
  }
  ScannedToken token = plain_string(literal, literal, Token::kSconst, "unterminated quoted string");
  char c = token.value.size() == 1 ? token.value[0] : '\0';
  if (c == '\0' || hex_value(c) >= 0 || c == '+' || c == '\'' || c == '"' || c == ' ' || (c >= '\t' && c <= '\r'))
    fail(literal, "invalid Unicode escape character");
  return c;
}

// Resolves \XXXX and \+XXXXXX, with `escape` in the place of the backslash.
std::string Scanner::decode_unicode(std::string_view raw, size_t raw_start, char escape, bool) {
  std::string out;
  uint32_t high_surrogate = 0;
  for (size_t i = 0; i < raw.size();) {
    size_t place = raw_start + i;
    if (raw[i] != escape || (i + 1 < raw.size() && raw[i + 1] == escape)) {
      if (high_surrogate) fail_at(place, sqlstate::kSyntaxError, "invalid Unicode surrogate pair");
      out += raw[i];
      i += raw[i] == escape ? 2 : 1;
      continue;
    }
    size_t count = i + 1 < raw.size() && raw[i + 1] == '+' ? 6 : 4;
    size_t digits = i + (count == 6 ? 2 : 1);
    uint32_t value = 0;
    for (size_t k = 0; k < count; ++k) {
      int digit = digits + k < raw.size() ? hex_value(raw[digits + k]) : -1;
      if (digit < 0) fail_at(place, sqlstate::kSyntaxError, "invalid Unicode escape", kUnicodeHint);
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    i = digits + count;
    if (value == 0 || value > 0x10FFFF) fail_at(place, sqlstate::kSyntaxError, "invalid Unicode escape value");
    if (high_surrogate) {
      if (!is_low_surrogate(value)) fail_at(place, sqlstate::kSyntaxError, "invalid Unicode surrogate pair");
      value = join_surrogates(high_surrogate, value);
      high_surrogate = 0;
    } else if (is_low_surrogate(value)) {
      fail_at(place, sqlstate::kSyntaxError, "invalid Unicode surrogate pair");
    } else if (is_high_surrogate(value)) {
      high_surrogate = value;
      continue;
    }
    append_utf8(out, value);
  }
  if (high_surrogate) fail_at(raw_start + raw.size(), sqlstate::kSyntaxError, "invalid Unicode surrogate pair");
  return out;
}

ScannedToken Scanner::unicode_string(size_t start, size_t quote) {
  if (options_ && !options_->standard_conforming_strings)
    fail_at(start, sqlstate::kFeatureNotSupported, "unsafe use of string constant with Unicode escapes");
  ScannedToken token = plain_string(start, quote, Token::kSconst, "unterminated quoted string");
  char escape = unicode_escape_character(start);
  token.end = static_cast<int32_t>(at_);
  token.quoted = true;
  token.value = keep(decode_unicode(token.value, quote + 1, escape, false));
  return token;
}

}  // namespace basalt::parser
