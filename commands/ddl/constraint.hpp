// Constraints of tables: CHECK, UNIQUE, PRIMARY KEY, FOREIGN KEY; used by CREATE TABLE and ALTER TABLE ADD CONSTRAINT.
#pragma once

#include "commands/ddl/index.hpp"

namespace basalt::commands::ddl {

// A constraint as written, with the column it was attached to (empty: a table constraint).
struct WrittenConstraint {
  const parser::ParsedConstraint* parsed = nullptr;
  std::string column;
};

// `taken`: names that this statement has given already. Adds its own. Existing rows are checked where `verify`.
void add_check(DdlContext& ddl, Oid table, const WrittenConstraint& constraint, std::vector<std::string>& taken,
               bool verify);
void add_check_row(DdlContext& ddl, const catalog::RelationDescriptor& table, const std::string& name,
                   const query::Expression& expression, bool validated, bool no_inherit);
void add_index_constraint(DdlContext& ddl, Oid table, const WrittenConstraint& constraint);
void add_foreign_key(DdlContext& ddl, Oid table, const WrittenConstraint& constraint, std::vector<std::string>& taken,
                     bool verify);
// A foreign key whose columns have new types: its operators, or 42804 where there are none; its rows.
void remake_foreign_key(DdlContext& ddl, Oid constraint);
// Throws 23514, 23503, 23502 when an existing row violates it.
void verify_check(DdlContext& ddl, const catalog::RelationDescriptor& table, const std::string& name,
                  const query::Expression& expression);
void verify_foreign_key(DdlContext& ddl, const catalog::RelationDescriptor& table,
                        const catalog::ConstraintDescriptor& constraint);
void set_not_null(DdlContext& ddl, Oid table, int16_t column, bool verify);
// The default, or generation expression, of a column: pg_attrdef.
void store_default(DdlContext& ddl, Oid table, int16_t column, const query::Expression& expression);
void check_deferrable(DdlContext& ddl, const parser::ParsedConstraint& constraint);

}  // namespace basalt::commands::ddl
