#include "commands/language/body_position.hpp"

#include <optional>

#include "parser/parse.hpp"
#include "parser/scanner.hpp"

namespace basalt::commands::language {

namespace {

bool begins_character(char c) { return (c & 0xC0) != 0x80; }

int characters(std::string_view text) {
  int count = 0;
  for (char c : text) count += begins_character(c);
  return count;
}

// Byte offset in `literal` (as it is written) of the body's character `number`, counted from 1.
std::optional<size_t> offset_in_literal(std::string_view literal, int number) {
  const bool quoted = !literal.starts_with('$'), escapes = literal.starts_with('e') || literal.starts_with('E');
  size_t at = literal.find(quoted ? '\'' : '$', quoted ? 0 : 1) + 1;
  for (; at < literal.size(); ++at) {
    if (!begins_character(literal[at])) continue;
    if (escapes && literal[at] == '\\') ++at;
    if (--number == 0) return at;
    if (quoted && literal.substr(at, 2) == "''") ++at;
  }
  return std::nullopt;
}

}  // namespace

bool place_in_statement(common::SqlError& error, std::string_view body, std::string_view statement) {
  common::ErrorReport& report = error.report();
  int position = report.position;
  if (position == 0 && report.internal_query == body) position = report.internal_position;
  if (position == 0) return false;
  parser::TokenList tokens(statement);
  const parser::ScannedToken* literal = nullptr;
  for (const auto& token : tokens.tokens) {
    std::string_view written = statement.substr(static_cast<size_t>(token.start));
    if (written.empty() || token.value != body) continue;
    const bool literal_here =
        written[0] == '\'' || written[0] == '$' || written.starts_with("e'") || written.starts_with("E'");
    if (!literal_here) continue;
    if (literal) return false;
    literal = &token;
  }
  if (!literal) return false;
  auto begin = static_cast<size_t>(literal->start);
  auto offset = offset_in_literal(statement.substr(begin, static_cast<size_t>(literal->end) - begin), position);
  if (!offset) return false;
  report.position = characters(statement.substr(0, begin + *offset)) + 1;
  report.internal_position = 0;
  report.internal_query.clear();
  report.context.clear();
  return true;
}

}  // namespace basalt::commands::language
