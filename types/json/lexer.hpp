// Tokens of a JSON text (RFC 8259), and the errors of a bad one, with PostgreSQL's DETAIL and CONTEXT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/sql_error.hpp"

namespace basalt::types::json {

enum class Token : uint8_t {
  kObjectBegin,
  kObjectEnd,
  kArrayBegin,
  kArrayEnd,
  kComma,
  kColon,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kEnd,
};

// Whether the escapes of strings are resolved (and surrogates checked): jsonb does, json only looks at their form.
enum class Escapes : uint8_t { kKeep, kResolve };

class Lexer {
 public:
  // `text` must outlive the lexer.
  Lexer(std::string_view text, Escapes escapes) : text_(text), escapes_(escapes) {}

  // Moves to the next token; throws 22P02 (22P05 for \u0000) for what is no token.
  void next();
  Token token() const { return token_; }
  // Offsets of the token in the text.
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }
  // Where the token before this one ended.
  size_t previous_end() const { return previous_end_; }
  std::string_view lexeme() const { return text_.substr(begin_, end_ - begin_); }
  // The resolved characters of a kString (only with Escapes::kResolve).
  const std::string& string() const { return string_; }
  std::string_view text() const { return text_; }

  // The error of a token at a wrong place: `expected` is "JSON value", "\":\"", ...
  [[noreturn]] void fail_expected(const char* expected) const;

 private:
  [[noreturn]] void fail(std::string detail, bool untranslatable = false) const;
  std::string context() const;
  char at(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  size_t after_character(size_t i) const;
  void read_string();
  uint32_t read_hex(size_t& i);
  void read_escape(size_t& i, uint32_t& high_surrogate);
  void read_number();
  void read_word();

  std::string_view text_;
  Escapes escapes_;
  Token token_ = Token::kEnd;
  bool at_end_ = false;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t previous_end_ = 0;
  size_t line_ = 1;
  size_t line_begin_ = 0;
  std::string string_;
};

// Walks over one JSON text and reports what it finds:
//   begin_object() key(name) end_object() begin_array() element() end_array()
//   string(text) number(text) boolean(value) null()
// `element()` comes before each array element. Offsets are to be had from the lexer.
class Events {
 public:
  virtual ~Events() = default;
  virtual void begin_object() {}
  virtual void key(const Lexer&) {}
  virtual void end_object() {}
  virtual void begin_array() {}
  virtual void element() {}
  virtual void end_array() {}
  // The value that follows begins at `begin` of the text; the one that is complete ended at `end`.
  virtual void begin_value(size_t begin) {}
  virtual void end_value(size_t end) {}
  // A string, number, true, false or null; the lexer stands on it.
  virtual void scalar(const Lexer&) {}
};

// 54001 for a text nested too deeply.
void parse(Lexer& lexer, Events& events);
// Throws unless `text` is JSON.
void validate(std::string_view text);

inline constexpr int kDepthMax = 6000;

}  // namespace basalt::types::json
