// Character classes and simple case mapping (one character to one character), as the C library has them in its C.UTF-8
// locale: that is what PostgreSQL's upper(), initcap() and regular expressions mean there. On a system without that
// locale ICU's tables answer.
#pragma once

#include <cstdint>

namespace basalt::types::character {

inline char32_t ascii_lower(char32_t c) { return c - U'A' < 26 ? c + 32 : c; }
inline char32_t ascii_upper(char32_t c) { return c - U'a' < 26 ? c - 32 : c; }
inline bool is_ascii_digit(char32_t c) { return c - U'0' < 10; }
inline bool is_ascii_alpha(char32_t c) { return (c | 32) - U'a' < 26; }
inline bool is_ascii_alnum(char32_t c) { return is_ascii_alpha(c) || is_ascii_digit(c); }

enum class Class : uint8_t {
  kAlnum,
  kAlpha,
  kBlank,
  kControl,
  kDigit,
  kGraph,
  kLower,
  kPrint,
  kPunct,
  kSpace,
  kUpper,
  kXdigit
};

char32_t lower(char32_t c);
char32_t upper(char32_t c);
bool is(Class kind, char32_t c);
// The same with ASCII rules: no character above 0x7f belongs to a class.
bool is_ascii(Class kind, char32_t c);
inline bool is_alnum(char32_t c) { return is(Class::kAlnum, c); }

}  // namespace basalt::types::character
