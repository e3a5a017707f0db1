// A json text taken apart: what the functions on type json work with. They return pieces of the text as they stand,
// keep duplicate keys where PostgreSQL does, and let the last one win where one is asked for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "types/json/lexer.hpp"

namespace basalt::types::json {

struct Document {
  Token token = Token::kNull;  // kObjectBegin, kArrayBegin, kString, kNumber, kTrue, kFalse, kNull
  std::string_view raw;        // the text of the value, without blanks around
  std::string string;          // the characters of a string
  std::vector<std::string> keys;
  std::vector<Document> values;  // of the keys, or elements

  bool is_object() const { return token == Token::kObjectBegin; }
  bool is_array() const { return token == Token::kArrayBegin; }
  bool is_null() const { return token == Token::kNull; }
  const Document* find(std::string_view key) const;
  // Counted from the end when negative; null when there is none.
  const Document* at(int64_t index) const;
};

// `text` must outlive the document.
Document parse_document(std::string_view text);

}  // namespace basalt::types::json
