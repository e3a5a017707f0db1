// ALTER TABLE: commands run in the order written, each on the relation as the one before left it.
#pragma once

#include "commands/ddl/create_table.hpp"
#include "commands/ddl/rewrite.hpp"

namespace basalt::commands::ddl {

struct AlterTarget {
  DdlContext& ddl;
  Oid table;
  std::vector<Oid> foreign_keys = {};  // with columns of new types: looked at when all commands have run
  RelationPointer relation() const { return ddl.relation(table); }
};

void add_column(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void drop_column_command(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void alter_column_type(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void column_default(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void drop_not_null(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void drop_constraint_command(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void validate_constraint(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
// CLUSTER ON, SET WITHOUT CLUSTER; REPLICA IDENTITY (table_marks.cpp).
void mark_clustered(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void replica_identity(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void identity_command(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
void drop_expression(AlterTarget& target, const parser::ParsedAlterTableCommand& command);
// The column; throws 42703 "column "x" of relation "t" does not exist".
const catalog::ColumnDescriptor& require_column(const catalog::RelationDescriptor& table, const std::string& name);
// New heap and indexes with the rows of the old ones; `changed` computes new values: expressions over the old row by
// column position (null: as it was). Checks NOT NULL of the columns in `not_null`.
void rewrite_table(DdlContext& ddl, const catalog::RelationDescriptor& before, Oid table,
                   std::vector<query::ExpressionPointer> changed);
void change_relation_owner(DdlContext& ddl, Oid relation, Oid owner);
// ALTER TABLE ... OWNER TO: the same, if the user may do it.
void give_relation(DdlContext& ddl, Oid relation, Oid owner);
// The same for an object of any class; its privileges go with it. Does nothing when it has this owner.
void change_object_owner(DdlContext& ddl, const ObjectAddress& address, Oid owner);

}  // namespace basalt::commands::ddl
