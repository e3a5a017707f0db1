// PostgreSQL 15's keywords and their four classes (what pg_get_keywords() shows).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "grammar/vocabulary.hpp"

namespace basalt::parser {

enum class KeywordClass : uint8_t { kUnreserved, kColumnName, kTypeFunctionName, kReserved };

struct Keyword {
  std::string_view word;
  grammar::Token token;
  KeywordClass keyword_class;
  bool bare_label;  // may name an output column without AS
};

// In alphabetical order.
const Keyword* keywords();
size_t keyword_count();

// The keyword spelled `word` (already folded), or null.
const Keyword* find_keyword(std::string_view word);

}  // namespace basalt::parser
