#include "parser/scanner.hpp"

#include <cstring>
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/ast_base.hpp"
#include "parser/keywords.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

namespace {

constexpr size_t kIdentifierBytesMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_high(c); }
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_operator_char(char c) { return c != '\0' && std::strchr("~!@#^&|`?+-*/%<>=", c) != nullptr; }

Token self_token(char c) {
  switch (c) {
    case ',':
      return Token::kComma;
    case '(':
      return Token::kLparen;
    case ')':
      return Token::kRparen;
    case '[':
      return Token::kLbracket;
    case ']':
      return Token::kRbracket;
    case '.':
      return Token::kDot;
    case ';':
      return Token::kSemicolon;
    case ':':
      return Token::kColon;
    case '+':
      return Token::kPlus;
    case '-':
      return Token::kMinus;
    case '*':
      return Token::kStar;
    case '/':
      return Token::kSlash;
    case '%':
      return Token::kPercent;
    case '^':
      return Token::kCaret;
    case '<':
      return Token::kLess;
    case '>':
      return Token::kGreater;
    case '=':
      return Token::kEquals;
    default:
      return Token::kOp;
  }
}

// Bytes of `name` that fit an identifier, not cutting through a character.
size_t identifier_length(std::string_view name) {
  if (name.size() <= kIdentifierBytesMax) return name.size();
  size_t length = kIdentifierBytesMax;
  while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
  return length;
}

}  // namespace

Scanner::Scanner(std::string_view text, const ScannerOptions* options) : text_(text), options_(options) {}

std::string_view Scanner::keep(std::string value) { return arena_.emplace_back(std::move(value)); }

void Scanner::fail_at(size_t start, common::SqlState state, std::string message, const char* hint) const {
  common::SqlError error(state, std::move(message));
  error.report().position = position_of(text_, static_cast<int32_t>(start));
  if (hint) error.report().hint = hint;
  throw error;
}

// PostgreSQL names the text from the token's start to where the scanner stands.
void Scanner::fail(size_t start, const char* message) const {
  std::string text(message);
  if (start >= text_.size())
    text += " at end of input";
  else
    text += " at or near \"" + std::string(text_.substr(start, at_ - start)) + "\"";
  fail_at(start, sqlstate::kSyntaxError, std::move(text));
}

void Scanner::skip_block_comment() {
  size_t start = at_;
  int depth = 0;
  while (at_ < text_.size()) {
    if (text_[at_] == '/' && peek(at_ + 1) == '*') {
      ++depth;
      at_ += 2;
    } else if (text_[at_] == '*' && peek(at_ + 1) == '/') {
      at_ += 2;
      if (--depth == 0) return;
    } else {
      ++at_;
    }
  }
  fail(start, "unterminated /* comment");
}

bool Scanner::skip_space() {
  size_t start = at_;
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (is_space(c)) {
      ++at_;
    } else if (c == '-' && peek(at_ + 1) == '-') {
      while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    } else if (c == '/' && peek(at_ + 1) == '*') {
      skip_block_comment();
    } else {
      break;
    }
  }
  return at_ != start;
}

ScannedToken Scanner::single(size_t start, Token type, size_t length) {
  at_ = start + length;
  ScannedToken token;
  token.type = type;
  token.start = static_cast<int32_t>(start);
  token.end = static_cast<int32_t>(at_);
  token.value = text_.substr(start, length);
  return token;
}

ScannedToken Scanner::next() {
  bool spaced = skip_space();
  size_t start = at_;
  ScannedToken token;
  if (start >= text_.size()) {
    token.start = token.end = static_cast<int32_t>(start);
    return token;
  }
  char c = text_[start];
  if (starts_word(c)) {
    token = word(start);
  } else if (is_digit(c) || (c == '.' && is_digit(peek(start + 1)))) {
    token = number(start);
  } else if (c == '\'') {
    bool standard = !options_ || options_->standard_conforming_strings;
    token = standard ? plain_string(start, start, Token::kSconst, "unterminated quoted string")
                     : escape_string(start, start);
  } else if (c == '"') {
    token = quoted_identifier(start, start, false);
  } else if (c == '$') {
    token = dollar(start);
  } else if (c == ':' && peek(start + 1) == ':') {
    token = single(start, Token::kTypecast, 2);
  } else if (c == ':' && peek(start + 1) == '=') {
    token = single(start, Token::kColonEquals, 2);
  } else if (c == '.' && peek(start + 1) == '.') {
    token = single(start, Token::kDotDot, 2);
  } else if (is_operator_char(c)) {
    token = operator_token(start);
  } else {
    // Anything else is a token of its own, which no rule accepts unless it is a self character.
    Token type = self_token(c);
    token = single(start, type == Token::kOp ? Token::kLexicalError : type, 1);
    if (type == Token::kOp) fail(start, "syntax error");
  }
  token.glued = !spaced;
  return token;
}

ScannedToken Scanner::word(size_t start) {
  char c = text_[start];
  char follower = peek(start + 1);
  if (follower == '\'') {
    if (c == 'e' || c == 'E') return escape_string(start, start + 1);
    if (c == 'b' || c == 'B') return plain_string(start, start + 1, Token::kBconst, "unterminated bit string literal");
    if (c == 'x' || c == 'X')
      return plain_string(start, start + 1, Token::kXconst, "unterminated hexadecimal string literal");
    if (c == 'n' || c == 'N') {  // N'...' is NCHAR '...'
      ScannedToken token = single(start, Token::kNchar, 1);
      token.value = "nchar";
      return token;
    }
  }
  if ((c == 'u' || c == 'U') && follower == '&') {
    if (peek(start + 2) == '\'') return unicode_string(start, start + 2);
    if (peek(start + 2) == '"') return quoted_identifier(start, start + 2, true);
  }
  size_t end = start + 1;
  bool upper = c >= 'A' && c <= 'Z';
  while (end < text_.size() && continues_word(text_[end])) {
    upper |= text_[end] >= 'A' && text_[end] <= 'Z';
    ++end;
  }
  ScannedToken token = single(start, Token::kIdent, end - start);
  if (upper) {
    char folded[32];
    size_t length = end - start;
    if (length <= sizeof folded) {
      for (size_t i = 0; i < length; ++i) {
        char d = text_[start + i];
        folded[i] = d >= 'A' && d <= 'Z' ? static_cast<char>(d + 32) : d;
      }
      if (const Keyword* keyword = find_keyword({folded, length})) {
        token.type = keyword->token;
        token.value = keyword->word;
        return token;
      }
      token.value = keep(std::string(folded, length));
      return token;
    }
    std::string owned(token.value);
    for (char& d : owned)
      if (d >= 'A' && d <= 'Z') d = static_cast<char>(d + 32);
    token.value = keep(std::move(owned));
  } else if (const Keyword* keyword = find_keyword(token.value)) {
    token.type = keyword->token;
    return token;
  }
  token.value = cut_identifier(token.value, true);
  return token;
}

std::string_view Scanner::cut_identifier(std::string_view name, bool) {
  size_t length = identifier_length(name);
  if (length == name.size()) return name;
  if (options_ && options_->notice) {
    common::ErrorReport report{};
    report.severity = common::Severity::kNotice;
    report.sqlstate = sqlstate::kNameTooLong;
    report.message =
        "identifier \"" + std::string(name) + "\" will be truncated to \"" + std::string(name.substr(0, length)) + "\"";
    options_->notice(report);
  }
  return name.substr(0, length);
}

ScannedToken Scanner::number(size_t start) {
  size_t end = start;
  while (is_digit(peek(end))) ++end;
  bool integer = true;
  if (peek(end) == '.' && peek(end + 1) != '.') {
    integer = false;
    ++end;
    while (is_digit(peek(end))) ++end;
  }
  if (char e = peek(end); e == 'e' || e == 'E') {
    size_t exponent = end + 1;
    if (peek(exponent) == '+' || peek(exponent) == '-') ++exponent;
    if (is_digit(peek(exponent))) {
      integer = false;
      end = exponent;
      while (is_digit(peek(end))) ++end;
    } else if (exponent > end + 1) {
      at_ = exponent;
      fail(start, "trailing junk after numeric literal");
    }
  }
  if (starts_word(peek(end))) {
    while (continues_word(peek(end))) ++end;
    at_ = end;
    fail(start, "trailing junk after numeric literal");
  }
  if (integer) {  // what does not fit int4 is a numeric constant to the grammar
    std::string_view digits = text_.substr(start, end - start);
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    integer = digits.size() < 10 || (digits.size() == 10 && digits <= "2147483647");
  }
  return single(start, integer ? Token::kIconst : Token::kFconst, end - start);
}

ScannedToken Scanner::operator_token(size_t start) {
  size_t end = start;
  while (end < text_.size() && is_operator_char(text_[end])) {
    if (end > start && ((text_[end] == '-' && peek(end + 1) == '-') || (text_[end] == '/' && peek(end + 1) == '*')))
      break;
    ++end;
  }
  std::string_view op = text_.substr(start, end - start);
  // A trailing + or - belongs to what follows, unless the operator has a character that SQL's own operators lack.
  if (op.find_first_of("~!@#^&|`?%") == std::string_view::npos)
    while (op.size() > 1 && (op.back() == '+' || op.back() == '-')) op.remove_suffix(1);
  if (op.size() == 1) return single(start, self_token(op[0]), 1);
  Token type = Token::kOp;
  if (op == "=>") type = Token::kEqualsGreater;
  if (op == ">=") type = Token::kGreaterEquals;
  if (op == "<=") type = Token::kLessEquals;
  if (op == "<>" || op == "!=") type = Token::kNotEquals;
  ScannedToken token = single(start, type, op.size());
  if (type == Token::kNotEquals) token.value = "<>";
  if (op.size() > kIdentifierBytesMax) fail(start, "operator too long");
  return token;
}

ScannedToken Scanner::dollar(size_t start) {
  if (is_digit(peek(start + 1))) {
    size_t end = start + 1;
    while (is_digit(peek(end))) ++end;
    if (starts_word(peek(end))) {
      while (continues_word(peek(end))) ++end;
      at_ = end;
      fail(start, "trailing junk after parameter");
    }
    ScannedToken token = single(start, Token::kParam, end - start);
    token.value.remove_prefix(1);
    return token;
  }
  size_t tag_end = start + 1;
  if (starts_word(peek(tag_end)))
    while (starts_word(peek(tag_end)) || is_digit(peek(tag_end))) ++tag_end;
  if (peek(tag_end) != '$') {
    at_ = start + 1;
    fail(start, "syntax error");
  }
  std::string_view tag = text_.substr(start, tag_end + 1 - start);
  size_t body = tag_end + 1;
  size_t close = text_.find(tag, body);
  if (close == std::string_view::npos) {
    at_ = text_.size();
    fail(start, "unterminated dollar-quoted string");
  }
  ScannedToken token = single(start, Token::kSconst, close + tag.size() - start);
  token.value = text_.substr(body, close - body);
  return token;
}

ScannedToken Scanner::quoted_identifier(size_t start, size_t quote, bool unicode) {
  size_t end = quote + 1;
  bool doubled = false;
  for (;; ++end) {
    if (end >= text_.size()) {
      at_ = text_.size();
      fail(start, "unterminated quoted identifier");
    }
    if (text_[end] != '"') continue;
    if (peek(end + 1) != '"') break;
    doubled = true;
    ++end;
  }
  std::string_view raw = text_.substr(quote + 1, end - quote - 1);
  ScannedToken token = single(start, Token::kIdent, end + 1 - start);
  token.quoted = true;
  if (raw.empty()) fail(start, "zero-length delimited identifier");
  if (doubled) {
    std::string plain;
    for (size_t i = 0; i < raw.size(); ++i) {
      plain += raw[i];
      if (raw[i] == '"') ++i;
    }
    raw = keep(std::move(plain));
  }
  if (unicode) {
    char escape = unicode_escape_character(start);
    token.end = static_cast<int32_t>(at_);
    raw = keep(decode_unicode(raw, quote + 1, escape, true));
  }
  token.value = cut_identifier(raw, true);
  return token;
}

// Adjacent strings with a newline between them are one. On true, after_quote is behind the next opening quote.
bool Scanner::continues(size_t& after_quote) const {
  size_t at = after_quote;
  bool newline = false;
  while (at < text_.size()) {
    char c = text_[at];
    if (c == '\n' || c == '\r') {
      newline = true;
      ++at;
    } else if (is_space(c)) {
      ++at;
    } else if (c == '-' && peek(at + 1) == '-') {
      while (at < text_.size() && text_[at] != '\n' && text_[at] != '\r') ++at;
    } else {
      break;
    }
  }
  if (!newline || peek(at) != '\'') return false;
  after_quote = at + 1;
  return true;
}

ScannedToken Scanner::plain_string(size_t start, size_t quote, Token type, const char* unterminated) {
  size_t piece = quote + 1;
  std::string joined;
  bool copied = false;
  for (;;) {
    size_t end = text_.find('\'', piece);
    if (end == std::string_view::npos) {
      at_ = text_.size();
      fail(start, unterminated);
    }
    size_t after = end + 1;
    bool escaped = peek(after) == '\'';
    if (escaped || continues(after)) {
      joined.append(text_, piece, end - piece);
      if (escaped) {
        joined += '\'';
        ++after;
      }
      piece = after;
      copied = true;
      continue;
    }
    ScannedToken token = single(start, type, end + 1 - start);
    if (copied) {
      joined.append(text_, piece, end - piece);
      token.value = keep(std::move(joined));
    } else {
      token.value = text_.substr(piece, end - piece);
    }
    return token;
  }
}

void Scanner::check_encoding(std::string_view decoded, size_t start) const {
  size_t i = 0;
  auto bad = [&](size_t count) {
    std::string bytes;
    const char* digits = "0123456789abcdef";
    for (size_t k = i; k < i + count && k < decoded.size(); ++k) {
      auto b = static_cast<unsigned char>(decoded[k]);
      bytes += bytes.empty() ? "0x" : " 0x";
      bytes += digits[b >> 4];
      bytes += digits[b & 15];
    }
    common::SqlError error(sqlstate::kCharacterNotInRepertoire,
                           "invalid byte sequence for encoding \"UTF8\": " + bytes);
    throw error;
  };
  (void)start;
  while (i < decoded.size()) {
    auto c = static_cast<unsigned char>(decoded[i]);
    if (c == 0) bad(1);
    size_t length = c < 0x80 ? 1 : (c & 0xE0) == 0xC0 ? 2 : (c & 0xF0) == 0xE0 ? 3 : (c & 0xF8) == 0xF0 ? 4 : 1;
    bool valid = c < 0x80 || (length > 1 && i + length <= decoded.size() && c != 0xC0 && c != 0xC1 && c <= 0xF4);
    for (size_t k = 1; valid && k < length; ++k) valid = (static_cast<unsigned char>(decoded[i + k]) & 0xC0) == 0x80;
    if (valid && length > 2) {
      auto second = static_cast<unsigned char>(decoded[i + 1]);
      if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
          (c == 0xF4 && second > 0x8F))
        valid = false;
    }
    if (!valid) bad(length);
    i += length;
  }
}

TokenList::TokenList(std::string_view text, const ScannerOptions* options) : scanner(text, options) {
  tokens.reserve(text.size() / 6 + 8);
  try {
    do tokens.push_back(scanner.next());
    while (tokens.back().type != Token::kEndOfText);
  } catch (const common::SqlError& caught) {
    error = caught;
    ScannedToken token;
    token.type = Token::kLexicalError;
    token.start = token.end = scanner.offset();
    tokens.push_back(token);
  }
}

std::string quote_identifier(std::string_view name) {
  bool safe = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_');
  for (char c : name) safe = safe && ((c >= 'a' && c <= 'z') || is_digit(c) || c == '_');
  if (safe) {
    const Keyword* keyword = find_keyword(name);
    if (!keyword || keyword->keyword_class == KeywordClass::kUnreserved) return std::string(name);
  }
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace basalt::parser
