// New trees for a relation: empty (TRUNCATE, REFRESH), or with changed rows (ALTER TABLE).
#pragma once

#include "commands/ddl/index.hpp"

namespace basalt::commands::ddl {

// New, empty heap and indexes; the old ones go at commit.
void replace_trees(DdlContext& ddl, const catalog::RelationDescriptor& table);
// Runs a query plan and inserts its rows into the table (all columns, in order). Returns how many.
uint64_t insert_query(DdlContext& ddl, Oid table, std::unique_ptr<query::BoundQuery> query,
                      const std::vector<Value>& parameters = {});

}  // namespace basalt::commands::ddl
