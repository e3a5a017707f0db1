#include "types/json/lexer.hpp"

#include "common/sqlstate.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr size_t kContextBytes = 50;

}  // namespace

// The line of the error up to the offending token, cut to its last 50 characters.
std::string Lexer::context() const {
  size_t begin = line_begin_;
  while (end_ - begin >= kContextBytes) {
    begin = (text_[begin] & 0x80) ? after_character(begin) : begin + 1;
  }
  if (begin - line_begin_ <= 3) begin = line_begin_;
  std::string out = "JSON data, line " + std::to_string(line_) + ": ";
  if (begin > line_begin_) out += "...";
  out += text_.substr(begin, end_ - begin);
  if (!at_end_ && end_ < text_.size() && text_[end_] != '\n' && text_[end_] != '\r') out += "...";
  return out;
}

void Lexer::fail(std::string detail, bool untranslatable) const {
  SqlError error = untranslatable
                       ? SqlError(sqlstate::kUntranslatableCharacter, "unsupported Unicode escape sequence")
                       : SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type json");
  error.report().detail = std::move(detail);
  error.report().context = context();
  throw error;
}

void Lexer::fail_expected(const char* expected) const {
  if (token_ == Token::kEnd) fail("The input string ended unexpectedly.");
  fail(std::string("Expected ") + expected + ", but found \"" + std::string(lexeme()) + "\".");
}

size_t Lexer::after_character(size_t i) const {
  return std::min(text_.size(), i + utf8::sequence_length(static_cast<unsigned char>(at(i))));
}

void Lexer::next() {
  previous_end_ = end_;
  size_t i = end_;
  for (; i < text_.size(); ++i) {
    char c = text_[i];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') break;
    if (c == '\n') {
      ++line_;
      line_begin_ = i + 1;
    }
  }
  begin_ = i;
  if (i >= text_.size()) {
    end_ = i;
    token_ = Token::kEnd;
    at_end_ = true;
    return;
  }
  end_ = i + 1;
  switch (text_[i]) {
    case '{':
      token_ = Token::kObjectBegin;
      return;
    case '}':
      token_ = Token::kObjectEnd;
      return;
    case '[':
      token_ = Token::kArrayBegin;
      return;
    case ']':
      token_ = Token::kArrayEnd;
      return;
    case ',':
      token_ = Token::kComma;
      return;
    case ':':
      token_ = Token::kColon;
      return;
    case '"':
      read_string();
      return;
    default:
      break;
  }
  if (text_[i] == '-' || is_digit(text_[i]))
    read_number();
  else
    read_word();
}

void Lexer::read_word() {
  size_t i = begin_;
  while (i < text_.size() && is_word(text_[i])) ++i;
  end_ = i == begin_ ? begin_ + 1 : i;
  std::string_view word = lexeme();
  if (word == "true")
    token_ = Token::kTrue;
  else if (word == "false")
    token_ = Token::kFalse;
  else if (word == "null")
    token_ = Token::kNull;
  else
    fail("Token \"" + std::string(word) + "\" is invalid.");
}

void Lexer::read_number() {
  size_t i = begin_;
  bool good = true;
  auto digits = [&] {
    if (!is_digit(at(i))) good = false;
    while (is_digit(at(i))) ++i;
  };
  if (at(i) == '-') ++i;
  if (at(i) == '0')
    ++i;
  else
    digits();
  if (at(i) == '.') {
    ++i;
    digits();
  }
  if (at(i) == 'e' || at(i) == 'E') {
    ++i;
    if (at(i) == '+' || at(i) == '-') ++i;
    digits();
  }
  // Letters and digits that follow count as part of the bad token.
  while (i < text_.size() && is_word(text_[i])) {
    good = false;
    ++i;
  }
  end_ = i;
  token_ = Token::kNumber;
  if (!good) fail("Token \"" + std::string(lexeme()) + "\" is invalid.");
}

uint32_t Lexer::read_hex(size_t& i) {
  uint32_t code = 0;
  for (int k = 0; k < 4; ++k) {
    ++i;
    if (i >= text_.size()) {
      end_ = i;
      fail("Token \"" + std::string(lexeme()) + "\" is invalid.");
    }
    char c = text_[i];
    uint32_t digit;
    if (is_digit(c))
      digit = static_cast<uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<uint32_t>(c - 'A' + 10);
    else {
      end_ = after_character(i);
      fail("\"\\u\" must be followed by four hexadecimal digits.");
    }
    code = code * 16 + digit;
  }
  return code;
}

// `i` stands on the character after the backslash, and is left on the last one of the escape.
void Lexer::read_escape(size_t& i, uint32_t& high_surrogate) {
  constexpr const char* kLowMissing = "Unicode low surrogate must follow a high surrogate.";
  if (i >= text_.size()) {
    end_ = i;
    fail("Token \"" + std::string(lexeme()) + "\" is invalid.");
  }
  char c = text_[i];
  if (c == 'u') {
    uint32_t code = read_hex(i);
    if (escapes_ == Escapes::kKeep) return;
    end_ = i + 1;
    if (code >= 0xd800 && code <= 0xdbff) {
      if (high_surrogate) fail("Unicode high surrogate must not follow a high surrogate.");
      high_surrogate = code;
      return;
    }
    bool low = code >= 0xdc00 && code <= 0xdfff;
    if (low != (high_surrogate != 0)) fail(kLowMissing);
    if (low) code = 0x10000 + ((high_surrogate & 0x3ff) << 10) + (code & 0x3ff);
    high_surrogate = 0;
    if (code == 0) fail("\\u0000 cannot be converted to text.", true);
    utf8::append(string_, code);
    return;
  }
  if (escapes_ == Escapes::kResolve && high_surrogate) {
    end_ = after_character(i);
    fail(kLowMissing);
  }
  constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
  size_t which = kNames.find(c);
  if (which == std::string_view::npos) {
    begin_ = i;
    end_ = after_character(i);
    fail("Escape sequence \"\\" + std::string(lexeme()) + "\" is invalid.");
  }
  if (escapes_ == Escapes::kResolve) string_.push_back(kValues[which]);
}

void Lexer::read_string() {
  token_ = Token::kString;
  string_.clear();
  uint32_t high_surrogate = 0;
  size_t i = begin_ + 1;
  for (;; ++i) {
    if (i >= text_.size()) {
      end_ = i;
      fail("Token \"" + std::string(lexeme()) + "\" is invalid.");
    }
    char c = text_[i];
    if (c == '\\') {
      read_escape(++i, high_surrogate);
      continue;
    }
    if (c != '"' && static_cast<unsigned char>(c) < 32) {
      end_ = i;
      char text[48];
      std::snprintf(text, sizeof text, "Character with value 0x%02x must be escaped.", static_cast<unsigned char>(c));
      fail(text);
    }
    if (high_surrogate) {
      end_ = after_character(i);
      fail("Unicode low surrogate must follow a high surrogate.");
    }
    if (c == '"') break;
    if (escapes_ == Escapes::kResolve) string_.push_back(c);
  }
  end_ = i + 1;
}

namespace {

class Parser {
 public:
  Parser(Lexer& lexer, Events& events) : lexer_(lexer), events_(events) {}

  void run() {
    lexer_.next();
    value();
    if (lexer_.token() != Token::kEnd) lexer_.fail_expected("end of input");
  }

 private:
  void expect(Token token, const char* expected) {
    if (lexer_.token() != token) lexer_.fail_expected(expected);
    lexer_.next();
  }

  void value() {
    events_.begin_value(lexer_.begin());
    switch (lexer_.token()) {
      case Token::kObjectBegin:
        object();
        break;
      case Token::kArrayBegin:
        array();
        break;
      case Token::kString:
      case Token::kNumber:
      case Token::kTrue:
      case Token::kFalse:
      case Token::kNull:
        events_.scalar(lexer_);
        lexer_.next();
        break;
      default:
        lexer_.fail_expected("JSON value");
    }
    events_.end_value(lexer_.previous_end());
  }

  void enter() {
    if (++depth_ > kDepthMax) {
      throw SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
          .hint(
              "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the "
              "platform's stack depth limit is adequate.");
    }
    lexer_.next();
  }

  void object() {
    events_.begin_object();
    enter();
    if (lexer_.token() != Token::kObjectEnd) {
      if (lexer_.token() != Token::kString) lexer_.fail_expected("string or \"}\"");
      field();
      while (lexer_.token() == Token::kComma) {
        lexer_.next();
        if (lexer_.token() != Token::kString) lexer_.fail_expected("string");
        field();
      }
    }
    expect(Token::kObjectEnd, "\",\" or \"}\"");
    --depth_;
    events_.end_object();
  }
  void field() {
    events_.key(lexer_);
    lexer_.next();
    expect(Token::kColon, "\":\"");
    value();
  }

  void array() {
    events_.begin_array();
    enter();
    if (lexer_.token() != Token::kArrayEnd) {
      events_.element();
      value();
      while (lexer_.token() == Token::kComma) {
        lexer_.next();
        events_.element();
        value();
      }
    }
    expect(Token::kArrayEnd, "\",\" or \"]\"");
    --depth_;
    events_.end_array();
  }

  Lexer& lexer_;
  Events& events_;
  int depth_ = 0;
};

}  // namespace

void parse(Lexer& lexer, Events& events) { Parser(lexer, events).run(); }

void validate(std::string_view text) {
  Lexer lexer(text, Escapes::kKeep);
  Events ignore;
  parse(lexer, ignore);
}

}  // namespace basalt::types::json
