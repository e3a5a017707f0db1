// Rules on changes: CREATE RULE ... ON INSERT | UPDATE | DELETE DO [ALSO | INSTEAD] queries.
//
// A stored action is a query whose first two range table entries are OLD and NEW (in no FROM); its own entries
// follow. The stored condition refers to the same two. What a rule makes of a statement is rewrite_rule.cpp's.
#pragma once

#include "parser/ast_table.hpp"
#include "query/binder.hpp"

namespace basalt::query {

inline constexpr int kOldTable = 1, kNewTable = 2;

struct BoundRule {
  ExpressionPointer condition;  // null: none
  std::vector<std::unique_ptr<BoundQuery>> actions;
};
BoundRule bind_rule(const parser::ParsedCreateRule& rule, const catalog::RelationPointer& relation,
                    BindContext& context);

}  // namespace basalt::query
