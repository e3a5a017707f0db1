#include "parser/parse.hpp"

#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "parser/builder.hpp"
#include "parser/token_marks.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

namespace {

ScannerOptions scanner_options(const ParseOptions& options) {
  return {options.notice, options.standard_conforming_strings, options.backslash_quote_allowed};
}

// Everything one call parses with.
struct Session {
  ScannerOptions scanner_settings;
  TokenList list;
  MarkedTokens marked;
  grammar::ParseTree tree;
  TreeSource source;
  Builder builder;

  Session(std::string_view text, const ParseOptions& options)
      : scanner_settings(scanner_options(options)),
        list(text, &scanner_settings),
        marked(mark_tokens(list.tokens, options.collapse_literal_rows)),
        source{text, &tree, &list.tokens, &marked.index},
        builder(source, marked.blocks, common::stack_limit()) {}

  [[noreturn]] void syntax_error(size_t token) {
    const ScannedToken& scanned = list.tokens[marked.index[token]];
    if (scanned.type == Token::kLexicalError && list.error) throw *list.error;
    std::string message = "syntax error at end of input";
    if (scanned.type != Token::kEndOfText)
      message = "syntax error at or near \"" +
                std::string(source.text.substr(static_cast<size_t>(scanned.start),
                                               static_cast<size_t>(scanned.end - scanned.start))) +
                "\"";
    throw error_at(source.text, scanned.start, sqlstate::kSyntaxError, std::move(message));
  }

  // A token refused as it was marked may be acceptable under another mark; PostgreSQL's parser, which decides later,
  // then stops at a later token.
  grammar::ParseOutcome retry(size_t first, grammar::Entry entry, grammar::ParseOutcome outcome) {
    size_t refused = outcome.error_token;
    Token marked_as = marked.types[refused];
    for (Token other : other_marks(marked_as, list.tokens[marked.index[refused]].type)) {
      marked.types[refused] = other;
      grammar::ParseOutcome again = grammar::parse_tokens(marked.types, first, entry, tree);
      if (again.status == grammar::ParseStatus::kOk || again.error_token > refused) return again;
    }
    marked.types[refused] = marked_as;
    return outcome;
  }

  size_t run(size_t first, grammar::Entry entry) {
    grammar::ParseOutcome outcome = grammar::parse_tokens(marked.types, first, entry, tree);
    if (outcome.status == grammar::ParseStatus::kTooDeep) throw common::stack_too_deep();
    if (outcome.status == grammar::ParseStatus::kSyntaxError) outcome = retry(first, entry, outcome);
    if (outcome.status == grammar::ParseStatus::kTooDeep) throw common::stack_too_deep();
    if (outcome.status == grammar::ParseStatus::kSyntaxError) syntax_error(outcome.error_token);
    builder.begin_statement(marked.index[first]);
    return outcome.next_token;
  }
};

}  // namespace

common::SqlError error_at(std::string_view text, int32_t location, common::SqlState state, std::string message) {
  return common::SqlError(state, std::move(message)).position(position_of(text, location));
}

std::vector<ParsedStatementText> parse_statements(std::string_view text, const ParseOptions& options) {
  Session session(text, options);
  std::vector<ParsedStatementText> statements;
  const auto& types = session.marked.types;
  size_t at = 0;
  while (types[at] != Token::kEndOfText) {
    if (types[at] == Token::kSemicolon) {
      ++at;
      continue;
    }
    size_t next = session.run(at, grammar::Entry::kStatement);
    ParsedStatementText parsed;
    Cursor c = Node(&session.source, 0).children();
    parsed.statement = session.builder.statement(c.peek());
    parsed.pinned_literals = session.builder.take_pinned();
    const ScannedToken& first = session.list.tokens[session.marked.index[at]];
    size_t end = next;
    if (next > at && types[next - 1] == Token::kSemicolon) end = next - 1;
    const ScannedToken& last = session.list.tokens[session.marked.index[end] - 1];
    parsed.location = first.start;
    parsed.length = last.end - first.start;
    statements.push_back(std::move(parsed));
    at = next;
  }
  return statements;
}

ExpressionPtr parse_expression(std::string_view text, const ParseOptions& options) {
  Session session(text, options);
  session.run(0, grammar::Entry::kExpression);
  return session.builder.expression(Node(&session.source, 0).children().peek());
}

TypeNamePtr parse_type_name(std::string_view text, const ParseOptions& options) {
  Session session(text, options);
  session.run(0, grammar::Entry::kTypeName);
  return session.builder.type_name(Node(&session.source, 0).children().peek());
}

}  // namespace basalt::parser
