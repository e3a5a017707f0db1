// UTF-8: the only encoding inside the server. Strings that have entered (see validate()) are well formed, so the other
// functions do not check.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/sql_error.hpp"

namespace basalt::types::utf8 {

// Bytes of the sequence that `lead` begins. A byte that cannot begin one counts as 1.
inline size_t sequence_length(unsigned char lead) {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;
}

inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Characters in `s`.
size_t length(std::string_view s);
// Byte offset of the character number `characters` (from 0); s.size() when there are fewer.
size_t offset_of(std::string_view s, size_t characters);
// Bytes of the prefix of `s` that holds whole characters within `bytes_max` bytes.
size_t clip(std::string_view s, size_t bytes_max);
bool is_ascii(std::string_view s);

// The character at `p`, which moves behind it. Stops at `end` even for a truncated sequence.
char32_t decode(const char*& p, const char* end);
void append(std::string& out, char32_t c);

std::u32string to_utf32(std::string_view s);
std::string from_utf32(std::u32string_view s);

// Offset of the first byte that does not belong to well-formed UTF-8 (a NUL byte counts as such); npos: none.
size_t find_invalid(std::string_view s);
// Throws 22021 "invalid byte sequence for encoding "UTF8": 0x.. ..". For everything that comes from outside.
void validate(std::string_view s);
// The bytes of the character at `offset` as PostgreSQL shows them: "0xe2 0x82".
std::string show_bytes(std::string_view s, size_t offset, size_t count);

}  // namespace basalt::types::utf8
