// TableWriter: changes rows of one relation with everything that hangs on them, in PostgreSQL's order: generated
// columns, NOT NULL and CHECK constraints, the heap, the indexes with their unique checks. Triggers and foreign keys
// are the caller's (Modify, COPY).
//
// Rows are chunks with all columns of the relation (column i is attribute i + 1).
#pragma once

#include "executor/index_key.hpp"

namespace basalt::executor {

// For error details: "(1, abc, null)", or "(id, b) = (1, abc)" for who may not see all; empty: nothing may be shown.
// `given`: the columns whose values the statement itself gives.
std::string row_description(ExecutionContext& context, const catalog::RelationDescriptor& relation,
                            const std::vector<int16_t>& given, const Chunk& rows, uint32_t row);

class TableWriter {
 public:
  TableWriter(ExecutionContext& context, catalog::RelationPointer relation);
  ~TableWriter();

  const catalog::RelationDescriptor& relation() const { return *relation_; }

  // Fills the stored generated columns of `rows` (flat columns).
  void compute_generated(ExecutionContext& context, Chunk& rows, query::Rows& wanted);
  // NOT NULL, then CHECK constraints by name; `wanted` shrinks to the first row that fails.
  void check_constraints(ExecutionContext& context, const Chunk& rows, query::Rows& wanted);

  // Inserts all rows; appends their ids. Throws 23505.
  void insert(ExecutionContext& context, const Chunk& rows, std::vector<RowId>& ids, ModifyHooks* hooks);
  // Changes one row to `new_row` (row 0); `old_row` holds at least index_attributes(). The heap's answer other than kOk
  // means that nothing was changed.
  storage::WriteResult update(ExecutionContext& context, const storage::Snapshot& snapshot, RowId row,
                              const Chunk& old_row, const Chunk& new_row, const std::vector<int16_t>& changed,
                              ModifyHooks* hooks);
  storage::WriteResult remove(ExecutionContext& context, const storage::Snapshot& snapshot, RowId row,
                              const Chunk& old_row);

  // A row that conflicts with `row` in one of the arbiter indexes (none named: all unique ones), waiting for unfinished
  // writers. 0: none.
  RowId find_conflict(ExecutionContext& context, const Chunk& rows, uint32_t row, const std::vector<Oid>& arbiters);

  // Columns whose values the statement itself gives: errors may show them to whom they would show nothing else.
  void set_given_columns(std::vector<int16_t> columns) { given_ = std::move(columns); }
  std::string row_description(ExecutionContext& context, const Chunk& rows, uint32_t row) const {
    return executor::row_description(context, *relation_, given_, rows, row);
  }

  // The row that the last insert() worked on: after an error, the one that failed.
  uint32_t last_row() const { return last_row_; }

  bool has_generated() const { return !generated_.empty(); }
  bool has_checks() const { return !checks_.empty(); }
  // Do columns of `changed` occur in an index, so that the old row is needed?
  bool touches_index(const std::vector<int16_t>& changed) const;

  // Are they columns of a key that foreign keys may refer to (a unique index, neither partial nor over expressions)?
  bool touches_key(const std::vector<int16_t>& changed) const;

 private:
  struct Check {
    std::string name;
    query::EvaluatorPointer expression;
  };
  struct Generated {
    int16_t column;
    query::EvaluatorPointer expression;
  };
  struct IndexState {
    std::unique_ptr<IndexKeyBuilder> builder;
    storage::Index* tree;
    bool deferrable = false;
  };
  void insert_entry(ExecutionContext& context, IndexState& index, const Chunk& rows, uint32_t row, RowId id,
                    ModifyHooks* hooks);
  [[noreturn]] void raise_unique(ExecutionContext& context, IndexState& index, const Chunk& rows, uint32_t row);

  common::SqlError with_row(ExecutionContext& context, const Chunk& rows, uint32_t row, common::SqlError error) const;
  bool may_show_key(ExecutionContext& context, const catalog::IndexDescriptor& index) const;

  catalog::RelationPointer relation_;
  std::vector<int16_t> given_;
  storage::HeapTree& heap_;
  std::vector<Check> checks_;
  std::vector<Generated> generated_;
  std::vector<IndexState> indexes_;
  uint32_t last_row_ = 0;
};

}  // namespace basalt::executor
