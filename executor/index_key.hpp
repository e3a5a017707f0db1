// IndexKeyBuilder: the normalised key and payload of a row in one index, from a chunk with all columns of the relation
// (column i of the chunk is attribute i + 1). Also decides whether a partial index has an entry for the row.
#pragma once

#include <string>

#include "executor/execution_context.hpp"
#include "types/container/record_refresh.hpp"

namespace basalt::executor {

class IndexKeyBuilder {
 public:
  IndexKeyBuilder(ExecutionContext& context, const catalog::RelationDescriptor& relation, catalog::IndexPointer index);

  const catalog::IndexDescriptor& index() const { return *index_; }
  // Attributes that the key, the payload and the predicate read.
  const std::vector<int16_t>& attributes() const { return attributes_; }

  struct Entry {
    bool present = true;    // the predicate holds
    bool has_null = false;  // some key column is NULL
    std::string key, payload;
  };
  // Throws what the index expressions throw, and 54000 for an entry that is too large.
  Entry build(ExecutionContext& context, const Chunk& row_chunk, uint32_t row);
  // The values of the key columns, for "Key (a)=(1) already exists."
  std::vector<Value> key_values(ExecutionContext& context, const Chunk& row_chunk, uint32_t row);
  const std::vector<types::KeyColumn>& key_columns() const { return key_columns_; }

 private:
  std::vector<Vector> evaluate_keys(ExecutionContext& context, const Chunk& one);
  common::SqlError too_large(ExecutionContext& context, const std::vector<Vector>& values, uint32_t row,
                             size_t own_bytes) const;

  catalog::IndexPointer index_;
  std::vector<types::KeyColumn> key_columns_;
  std::vector<query::EvaluatorPointer> expressions_;  // per key column; null: a plain column
  query::EvaluatorPointer predicate_;
  std::vector<int16_t> attributes_;
};

// Replaces Column nodes of range table entry 1 (a relation's own columns) by slots attnum - 1: a whole row by all of
// them, tableoid by the relation's oid. Other system columns are refused: a row that is being made has none.
void columns_to_slots(query::ExpressionPointer& expression, const catalog::RelationDescriptor& relation);

// For each column of a heap its refresher (null: none needed); empty when no column needs one. Every reader of a heap
// brings the rows in its columns up to date with refresh_columns().
std::vector<types::RecordRefresherPointer> record_refreshers(catalog::CatalogReader& catalog,
                                                             const catalog::RelationDescriptor& relation,
                                                             const std::vector<common::ColumnIndex>& columns);
void refresh_columns(const std::vector<types::RecordRefresherPointer>& refreshers, Chunk& chunk);

// Reads rows of `relation` into a chunk with all columns (NULL where dropped or not in `attributes`).
bool fetch_row(ExecutionContext& context, const catalog::RelationDescriptor& relation, RowId row,
               const std::vector<int16_t>& attributes, bool newest, Chunk& out);
std::vector<int16_t> all_attributes(const catalog::RelationDescriptor& relation);

}  // namespace basalt::executor
