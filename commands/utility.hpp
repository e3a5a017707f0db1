// Utility statements: one handler per kind of statement. Each file of commands/ registers its handlers in
// register_commands(); a kind without a handler answers 0A000 naming the statement.
#pragma once

#include <string>

#include "commands/result_sink.hpp"
#include "commands/session.hpp"
#include "parser/ast.hpp"

namespace basalt::commands {

struct UtilityCall {
  Session& session;
  const parser::ParsedStatement& statement;
  std::string_view text;  // of the whole query string (locations are offsets into it)
  std::string_view statement_text;
  const std::vector<common::Value>& parameters;
  const std::vector<common::Oid>& parameter_types;
  ResultSink& sink;
  bool top_level = true;  // false inside functions
};

// Returns the command tag; an empty one means that the handler has completed the sink itself.
using UtilityHandler = std::string (*)(UtilityCall& call);

void register_utility(parser::StatementKind kind, UtilityHandler handler);
std::string run_utility(UtilityCall& call);
// The result columns of a utility statement that returns rows (SHOW, EXPLAIN, FETCH, EXECUTE); empty: none.
using UtilityDescriber = std::vector<ResultColumn> (*)(Session& session, const parser::ParsedStatement& statement);
void register_utility_describer(parser::StatementKind kind, UtilityDescriber describer);
std::vector<ResultColumn> describe_utility(Session& session, const parser::ParsedStatement& statement);

// Registers every handler of the folder, and the functions that commands/ implements (nextval, set_config, pg_sleep,
// ...).
void register_commands();

}  // namespace basalt::commands
