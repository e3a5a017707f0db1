// ALTER COLUMN TYPE: what is stored as an expression over the column is bound anew, from its text, as PostgreSQL does
// it: its operators and casts are those of the new type, or there are none and the change is refused.
#pragma once

#include "commands/ddl/create_table.hpp"

namespace basalt::commands::ddl {

struct RetypedExpressions {
  struct Check {
    Oid constraint;
    std::string name, text;
    bool validated;
  };
  struct Index {
    Oid index;
    std::vector<std::string> expressions;
    std::string predicate;  // empty: none
  };
  std::vector<Check> checks;
  std::vector<Index> indexes;
  std::vector<Oid> foreign_keys;  // of this table and on it
};
// Before the column has its new type: the texts of what uses it.
RetypedExpressions read_expressions(DdlContext& ddl, const catalog::RelationDescriptor& table, int16_t column);
// After: binds and stores them.
void remake_expressions(DdlContext& ddl, Oid table, const RetypedExpressions& expressions);
// When the rows have been written anew: 23514 where one violates a CHECK of them.
void verify_expressions(DdlContext& ddl, Oid table, const RetypedExpressions& expressions);
// The indexes on a column whose type has changed: operator classes and columns.
void retype_indexes(DdlContext& ddl, const catalog::RelationDescriptor& table, int16_t column, const NewColumn& made);

}  // namespace basalt::commands::ddl
