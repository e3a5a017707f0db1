// Where a byte string occurs in another. In UTF-8 a match of whole characters is a match of bytes and never begins in
// the middle of a character.
#pragma once

#include <string_view>

namespace basalt::types {

// Offset of the first occurrence at or after `from`; npos: none. An empty `wanted` is found at `from`.
size_t find_bytes(std::string_view s, std::string_view wanted, size_t from);

}  // namespace basalt::types
