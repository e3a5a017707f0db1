// CREATE TABLE in parts that ALTER TABLE ADD COLUMN and CREATE TABLE AS use as well.
#pragma once

#include "commands/ddl/constraint.hpp"
#include "commands/ddl/sequence.hpp"

namespace basalt::commands::ddl {

// A column as written, with what its constraints say.
struct WrittenColumn {
  const parser::ParsedColumnDefinition* definition = nullptr;
  NewColumn column;
  const parser::ParsedExpression* default_value = nullptr;  // DEFAULT or GENERATED ALWAYS AS
  const parser::ParsedConstraint* identity = nullptr;
  query::ExpressionPointer bound_default;  // serial, LIKE
  Oid sequence;                            // serial, identity
  bool sequence_is_identity = false;
  std::vector<WrittenConstraint> constraints;  // checks, keys, foreign keys
};

// Reads type and constraints of a column definition; makes the sequence of a serial column in the table's namespace.
WrittenColumn read_column(DdlContext& ddl, const parser::ParsedColumnDefinition& definition, const std::string& table,
                          Oid name_space, char persistence, Oid owner);
// Makes the identity's sequence; called by read_column.
void make_identity_sequence(DdlContext& ddl, WrittenColumn& column, const parser::DefList& options,
                            const std::string& table, Oid name_space, char persistence, Oid owner);
// Stores default, generation expression and sequence ownership of a column that is in the catalog.
void store_column_extras(DdlContext& ddl, Oid table, int16_t number, WrittenColumn& column);
// Adds constraints in PostgreSQL's order: checks, keys (primary key first), foreign keys.
void add_constraints(DdlContext& ddl, Oid table, const std::vector<WrittenConstraint>& constraints, bool verify,
                     std::vector<std::string>& taken);

void set_on_commit(DdlContext& ddl, Oid table, parser::OnCommit action);

}  // namespace basalt::commands::ddl
