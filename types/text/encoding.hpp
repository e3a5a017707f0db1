// Character encodings that the server converts between: PostgreSQL's names and numbers. Strings inside are UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace basalt::types {

inline constexpr int kEncodingSqlAscii = 0;
inline constexpr int kEncodingUtf8 = 6;
inline constexpr int kEncodingLatin1 = 8;

// -1: no such encoding. Case, and all but letters and digits, do not count ("ISO-8859-1", "unicode").
int encoding_of_name(std::string_view name);
// "" for a number that is none.
std::string_view encoding_name(int encoding);

// Throws 22021 for ill-formed input, 22P05 where the target has no such character, 42883 without a conversion.
std::string convert_encoding(std::string_view bytes, int from, int to);
// Characters in `bytes`; throws 22021.
size_t encoded_length(std::string_view bytes, int encoding);

}  // namespace basalt::types
