// How expressions of PL/pgSQL are bound: variables become parameters of the query.
#pragma once

#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"

namespace basalt::commands::language {

// What a parameter of the bound expression stands for.
struct PlReference {
  int datum = -1;
  int field = -1;  // of a record; -1: the whole
  std::shared_ptr<const ResultShape> shape;
};

struct PreparedExpression {
  std::string text;
  std::vector<parser::ParsedStatementText> parsed;
  std::vector<PlReference> references;
  std::unique_ptr<CachedStatement> statement;
  bool bound = false, simple = false, needs_snapshot = false;
  query::ExpressionPointer expression;
  std::vector<query::EvaluatorPointer> idle;  // evaluators that nobody is inside of
  query::BindDependencies dependencies;
  std::vector<std::pair<common::Oid, catalog::ObjectVersion>> functions;
  uint64_t generation = 0;
  std::vector<common::Oid> search_path;
  // Of an assignment to a part: how the part is reached, and the type that the value had.
  std::vector<parser::ParsedIndirectionStep> steps;
  common::Oid value_type;
};

// The datum that stands for the value of an assignment to a part.
constexpr int kAssignedValue = -2;

// The datum of a name as seen from `scope`, or -1.
int find_datum(const PlScope* scope, const std::string& name);
// Parsed once; bound again when a record that it reads has another shape, or a function in it has changed.
PreparedExpression& prepare(PlFrame& frame, const PlExpression& expression);
// The same for the new value of a target of which a part is assigned to, by a value of `value_type`.
PreparedExpression& prepare_part(PlFrame& frame, const PlTarget& target, common::Oid value_type);
CachedStatement::SetUp set_up(PlFrame& frame, const PlExpression& expression, PreparedExpression& prepared);
// `assigned`: the value of an assignment to a part.
std::vector<common::Value> parameter_values(PlFrame& frame, const PreparedExpression& prepared,
                                            const common::Value& assigned = common::Value());

}  // namespace basalt::commands::language
