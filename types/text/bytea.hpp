// The written forms of bytes: hexadecimal digits, and escapes as \\ and \ooo.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace basalt::types {

std::string to_hex(std::string_view bytes);
// White space between pairs is skipped. Throws 22023.
std::string from_hex(std::string_view text);

// What is written as \ooo: bytea_output = escape takes all that does not print, encode(.., 'escape') zero and high
// bytes.
enum class EscapeBytes : uint8_t { kUnprintable, kZeroAndHigh };
std::string to_escape(std::string_view bytes, EscapeBytes which);
// Throws 22P02.
std::string from_escape(std::string_view text);

}  // namespace basalt::types
