// The scanner: text to tokens, with PostgreSQL 15's lexical rules.
//
// One scanner serves the grammar, the statement fingerprint and PL/pgSQL, so that they can never disagree about where a
// literal ends. A token's value is decoded (escapes resolved, identifiers folded and cut to 63 bytes); it refers to the
// text itself where nothing had to be changed, else to the scanner's arena. Both must outlive the token.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql_error.hpp"
#include "grammar/vocabulary.hpp"

namespace basalt::parser {

using grammar::Token;

struct ScannedToken {
  Token type = Token::kEndOfText;
  bool quoted = false;  // identifier in double quotes, or a U& string
  bool glued = false;   // no whitespace or comment before it
  int32_t start = 0;    // byte offsets in the text
  int32_t end = 0;
  std::string_view value;  // identifiers, keywords: folded; strings: decoded; numbers, operators: as written
};

struct ScannerOptions {
  std::function<void(const common::ErrorReport&)> notice;
  bool standard_conforming_strings = true;
  bool backslash_quote_allowed = true;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text, const ScannerOptions* options = nullptr);

  // The next token; Token::kEndOfText at the end. A malformed token throws SqlError, with PostgreSQL's text and
  // position.
  ScannedToken next();
  int32_t offset() const { return static_cast<int32_t>(at_); }
  void seek(int32_t offset) { at_ = static_cast<size_t>(offset); }
  std::string_view text() const { return text_; }
  // Keeps a decoded value alive as long as the scanner.
  std::string_view keep(std::string value);

 private:
  bool skip_space();
  void skip_block_comment();
  ScannedToken word(size_t start);
  ScannedToken number(size_t start);
  ScannedToken operator_token(size_t start);
  ScannedToken dollar(size_t start);
  ScannedToken quoted_identifier(size_t start, size_t quote, bool unicode);
  ScannedToken plain_string(size_t start, size_t quote, Token type, const char* unterminated);
  ScannedToken escape_string(size_t start, size_t quote);
  ScannedToken unicode_string(size_t start, size_t quote);
  ScannedToken single(size_t start, Token type, size_t length);
  bool continues(size_t& after_quote) const;
  void unescape(size_t start, size_t& at, std::string& out, uint32_t& high_surrogate);
  uint32_t hex_digits(size_t start, size_t at, size_t count);
  char unicode_escape_character(size_t start);
  std::string decode_unicode(std::string_view raw, size_t raw_start, char escape, bool identifier);
  std::string_view cut_identifier(std::string_view name, bool owned);
  void check_encoding(std::string_view decoded, size_t start) const;
  char peek(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[noreturn]] void fail(size_t start, const char* message) const;
  [[noreturn]] void fail_at(size_t start, common::SqlState state, std::string message,
                            const char* hint = nullptr) const;

  std::string_view text_;
  const ScannerOptions* options_;
  size_t at_ = 0;
  std::list<std::string> arena_;  // no memory until something has to be kept
};

// All tokens of a text. A malformed token does not throw here: it ends the list as Token::kLexicalError and `error`
// holds what to throw if the parser gets that far, because a syntax error before it is reported first.
struct TokenList {
  explicit TokenList(std::string_view text, const ScannerOptions* options = nullptr);
  Scanner scanner;
  std::vector<ScannedToken> tokens;  // the last one is kEndOfText or kLexicalError
  std::optional<common::SqlError> error;
};

// `"name"` if it would not read back as the same identifier, else name.
std::string quote_identifier(std::string_view name);

}  // namespace basalt::parser
