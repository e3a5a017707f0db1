// Making indexes: catalog rows, storage and the bulk build over the rows that exist.
#pragma once

#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

struct NewIndexKey {
  int16_t column = 0;                   // 0: an expression
  query::ExpressionPointer expression;  // over range table entry 1
  std::string name;                     // of the index's column
  Oid type;
  int32_t typmod = -1;
  Oid opclass, collation;  // opclass 0: an INCLUDE column
  bool descending = false, nulls_first = false;
};

struct NewIndex {
  std::string name;
  std::vector<NewIndexKey> keys;  // key columns, then INCLUDE columns
  int key_count = 0;
  query::ExpressionPointer predicate;
  bool unique = false, primary = false, nulls_not_distinct = false;
  std::optional<std::vector<std::string>> options;
  // The constraint that the index implements: 'p', 'u' or 0.
  char constraint = 0;
  bool deferrable = false, deferred = false;
};

// Returns the index; `constraint` receives the constraint's OID.
Oid create_index(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index,
                 Oid* constraint = nullptr);
// Fills a new, empty index from the rows of the table. Throws 23505 "could not create unique index".
void build_index(DdlContext& ddl, const catalog::RelationDescriptor& table, const catalog::IndexPointer& index);
// A key over a column with the type's default operator class.
NewIndexKey column_key(DdlContext& ddl, const catalog::ColumnDescriptor& column, bool included);
Oid require_default_opclass(DdlContext& ddl, Oid type);
// Makes an existing unique index the one behind a new constraint; returns the constraint.
Oid mark_index_as_constraint(DdlContext& ddl, Oid table, Oid index, const std::string& name, char type, bool deferrable,
                             bool deferred);
std::string choose_index_name(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index);
// Calls each(chunk) with chunks of all visible rows of the table; columns as in executor::fetch_row. `ids` are the
// rows'.
void scan_table(DdlContext& ddl, const catalog::RelationDescriptor& table,
                const std::function<void(const common::Chunk&, const std::vector<RowId>&)>& each);

}  // namespace basalt::commands::ddl
