// Text in, AST out: the entry points of the parser.
//
// Errors are SqlError: 42601 `syntax error at or near "x"` or `syntax error at end of input` with the 1-based character
// position, PostgreSQL's texts for malformed literals and for the checks its grammar makes, and 54001
// `stack depth limit exceeded` where nesting exhausts the thread's stack. Nothing is looked up in a catalog.
#pragma once

#include <functional>

#include "common/sql_error.hpp"
#include "parser/ast.hpp"

namespace basalt::parser {

struct ParseOptions {
  // Called for notices (`identifier "..." will be truncated to "..."`) and warnings; may be empty.
  std::function<void(const common::ErrorReport&)> notice;
  bool standard_conforming_strings = true;
  bool escape_string_warning = true;
  bool backslash_quote_allowed = true;  // false: backslash_quote = off; `\'` is 22P06
  // Read VALUES rows of literals without ANTLR (ParsedLiteralRows). Off: every row is an expression list.
  bool collapse_literal_rows = true;
};

// One statement of a text, without its semicolon. Empty statements are left out.
struct ParsedStatementText {
  StatementPtr statement;
  int32_t location = 0;  // byte offset of its first token
  int32_t length = 0;    // bytes, to the end of its last token
  // Literals (indexes into Fingerprint::literals) whose value the parser itself used (QRY-2): a cached statement is
  // valid only for the same values.
  std::vector<int32_t> pinned_literals;
};

std::vector<ParsedStatementText> parse_statements(std::string_view text, const ParseOptions& options = {});

// An expression alone, as PL/pgSQL and stored defaults need it.
ExpressionPtr parse_expression(std::string_view text, const ParseOptions& options = {});

// A type name alone: `numeric(10,2)[]`, `timestamp with time zone`; as regtype input and format strings need it.
TypeNamePtr parse_type_name(std::string_view text, const ParseOptions& options = {});

// The error a parser or binder throws about the place `location` (a byte offset) of `text`.
common::SqlError error_at(std::string_view text, int32_t location, common::SqlState state, std::string message);

// The AST as an indented text, for tests and debugging.
std::string to_debug_string(const ParsedStatement& statement);
std::string to_debug_string(const ParsedExpression& expression);

}  // namespace basalt::parser
