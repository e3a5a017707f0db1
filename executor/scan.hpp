// Scans: sources that read a relation, and the parts they share (system columns, re-check rows, filters).
#pragma once

#include <optional>

#include "executor/execution_state.hpp"
#include "executor/index_key.hpp"
#include "executor/pipeline.hpp"

namespace basalt::executor {

// Turns what the heap delivers for a list of attribute numbers into the scan's output columns, and filters it.
class ScanColumns {
 public:
  ScanColumns(ExecutionContext& context, ExecutionState& state, const planner::ScanBase& node);
  // What to ask the heap for, in order.
  const std::vector<common::ColumnIndex>& storage_columns() const { return storage_columns_; }
  // Builds the output chunk; applies the scan's filter. Errors are kept in `error` behind the good rows.
  void finish(ExecutionContext& context, Chunk& raw, Chunk& out, PendingError& error);
  // Of the last call: the rows that passed the filter (null: all), and how many were looked at before an error.
  const common::Selection* passed() const { return filtered_ ? &selected_ : nullptr; }
  uint32_t evaluated() const { return evaluated_; }
  // How many rows the storage's scan, 0 for the next one, has filtered out so far.
  void set_filtered_by_storage(uint64_t rows) {
    if (rows > filtered_by_storage_) filtered_out_ += rows - filtered_by_storage_;
    filtered_by_storage_ = rows;
  }

 private:
  const planner::ScanBase& node_;
  std::vector<common::ColumnIndex> storage_columns_;
  std::vector<types::RecordRefresherPointer> refreshers_;  // of storage_columns_; empty: none has rows
  query::EvaluatorPointer filter_;
  uint64_t& filtered_out_;  // NodeCounters'
  uint64_t filtered_by_storage_ = 0;
  common::Selection selected_;
  bool filtered_ = false;
  uint32_t evaluated_ = 0;
};

std::unique_ptr<Source> make_table_scan(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalTableScan& node);
std::unique_ptr<Source> make_index_scan(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalIndexScan& node);
std::unique_ptr<Source> make_row_id_scan(ExecutionContext& context, ExecutionState& state,
                                         const planner::PhysicalRowIdScan& node);

// Turns evaluated index conditions into key ranges: equality prefix, then a range on the next key column. With
// `any_array` conditions there is one range for each element (in key order, duplicates removed).
class IndexRanges {
 public:
  IndexRanges(ExecutionContext& context, const planner::PhysicalIndexScan& node);
  // values[i] belongs to node.conditions[i]. No range: no row can match.
  std::vector<storage::KeyRange> build(const std::vector<Vector>& values, uint32_t row) const;

 private:
  struct Column {
    types::KeyColumn key;
    common::PhysicalType physical;
  };
  bool key_ranges(size_t key, const std::vector<Vector>& values, uint32_t row,
                  std::vector<storage::KeyRange>& ranges) const;
  const planner::PhysicalIndexScan& node_;
  std::vector<Column> columns_;
};

// The columns of an index-only scan, decoded from the entry's key and payload.
class EntryReader {
 public:
  EntryReader(ExecutionContext& context, const planner::PhysicalIndexScan& node);
  // `columns`, one for each column of the scan, get the values of `entry` as row `row`.
  void read(const storage::IndexEntry& entry, std::vector<Vector>& columns, uint32_t row) const;
  const std::vector<common::PhysicalType>& types() const { return types_; }

 private:
  struct Part {
    types::KeyColumn key;  // of a key column
    common::PhysicalType physical;
    std::vector<size_t> targets;  // columns of the scan
  };
  std::vector<Part> keys_, payload_;  // up to the last one that is needed
  std::vector<common::PhysicalType> types_;
};

// Reads the rows behind index entries, dropping those whose visible version lacks the entry's key (STO-7). An
// index-only scan reads just the rows that the entry cannot answer for.
class IndexFetcher {
 public:
  IndexFetcher(ExecutionContext& context, ExecutionState& state, const planner::PhysicalIndexScan& node);
  // `raw` receives the storage columns of the rows that are visible; `kept` the positions of their entries.
  void fetch(ExecutionContext& context, const std::vector<storage::IndexEntry>& entries, Chunk& raw,
             common::Selection& kept);
  ScanColumns& columns() { return columns_; }

 private:
  bool still_has_key(ExecutionContext& context, const storage::IndexEntry& entry);
  void read_entries(ExecutionContext& context, const std::vector<storage::IndexEntry>& entries, Chunk& raw,
                    common::Selection& kept);
  const planner::PhysicalIndexScan& node_;
  NodeCounters& counters_;
  ScanColumns columns_;
  std::optional<IndexKeyBuilder> key_builder_;  // made when an entry has to be checked
  std::unique_ptr<EntryReader> entry_reader_;   // of an index-only scan
  std::vector<RowId> rows_;
  std::vector<bool> found_;
};

}  // namespace basalt::executor
