// Identifiers and literals as SQL text. Deparsers and messages use these too.
#pragma once

#include <string>
#include <string_view>

namespace basalt::types {

// In double quotes unless it is a plain lower-case identifier and no keyword (other than an unreserved one).
std::string quote_identifier(std::string_view identifier);
// In single quotes; with the E prefix when there is a backslash, as quote_literal().
std::string quote_literal(std::string_view text);
// Whether the word may not stand unquoted everywhere an identifier may (reserved, type and function, column name
// words).
bool is_restricted_keyword(std::string_view lower_case_word);

}  // namespace basalt::types
