// Walking the AST where the binder must know something before it binds: which WITH items a query refers to.
// Internal to query/.
#pragma once

#include <functional>

#include "parser/ast_select.hpp"

namespace basalt::query {

// What hangs directly below a node: expressions, FROM items and statements (sublinks, CTEs, set operation arms).
struct RawChildren {
  std::function<void(const parser::ParsedExpression&)> expression;
  std::function<void(const parser::ParsedTableRef&)> table;
  std::function<void(const parser::ParsedStatement&)> statement;
};
void visit_raw(const parser::ParsedExpression& e, const RawChildren& children);
void visit_raw(const parser::ParsedTableRef& ref, const RawChildren& children);
// Without the WITH clause, which has its own scoping; of set operations both arms.
void visit_raw(const parser::ParsedStatement& statement, const RawChildren& children);
const parser::ParsedWith* with_of(const parser::ParsedStatement& statement);

}  // namespace basalt::query
