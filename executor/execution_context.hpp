// ExecutionContext: everything one execution of a statement works with. Made by the portal (or by a function that runs
// SQL), outlives the Execution.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <unordered_map>

#include "catalog/catalog.hpp"
#include "common/memory.hpp"
#include "planner/physical_plan.hpp"
#include "query/evaluator.hpp"
#include "storage/engine.hpp"
#include "types/call_context.hpp"

namespace basalt::executor {

using common::Chunk;
using common::Oid;
using common::RowId;
using common::Value;
using common::Vector;

class ChunkStore;

// A row change, as triggers and foreign keys see it. Rows are one-row chunks with all columns of the relation.
enum class RowEvent : uint8_t { kInsert, kUpdate, kDelete };

// What commands/ adds to a row change: triggers and foreign keys. The executor calls it at PostgreSQL's places.
class ModifyHooks {
 public:
  virtual ~ModifyHooks() = default;
  // Does the relation need per-row treatment before/after (QRY-8)?
  virtual bool has_before_row(const catalog::RelationDescriptor& relation, RowEvent event) = 0;
  virtual bool has_after_row(const catalog::RelationDescriptor& relation, RowEvent event) = 0;
  virtual void before_statement(const catalog::RelationDescriptor& relation, RowEvent event,
                                const std::vector<int16_t>& updated_columns) = 0;
  virtual void after_statement(const catalog::RelationDescriptor& relation, RowEvent event,
                               const std::vector<int16_t>& updated_columns) = 0;
  // May change `new_row`. False: skip the row.
  virtual bool before_row(const catalog::RelationDescriptor& relation, RowEvent event, const Chunk* old_row,
                          Chunk* new_row, const std::vector<int16_t>& updated_columns) = 0;
  // INSTEAD OF triggers of views. False: skip the row.
  virtual bool instead_of_row(const catalog::RelationDescriptor& relation, RowEvent event, const Chunk* old_row,
                              Chunk* new_row) = 0;
  // Queues AFTER ROW triggers and foreign key checks; they run at the end of the statement or, deferred, of the
  // transaction.
  virtual void after_row(const catalog::RelationDescriptor& relation, RowEvent event, RowId row, const Chunk* old_row,
                         const Chunk* new_row, const std::vector<int16_t>& updated_columns) = 0;
  // Queues the check of a deferrable unique constraint that found a conflict now.
  virtual void recheck_unique(const catalog::RelationDescriptor& relation, Oid index, RowId row) = 0;
};

struct ExecutionContext {
  query::EvaluationContext evaluation;
  storage::StorageEngine* storage = nullptr;
  storage::Transaction* transaction = nullptr;
  storage::Snapshot snapshot;
  common::MemoryBudget* memory = nullptr;
  size_t work_mem_bytes = size_t{4} << 20;
  common::FileSystem* files = &common::FileSystem::real();
  std::string spill_directory;
  ModifyHooks* hooks = nullptr;
  bool explain_analyze = false;
  // Rows of literals of this text, where the plan's VALUES has none of its own (QRY-2).
  std::span<const Chunk> literal_rows;
  bool row_at_a_time = false;  // chunks of one row (QRY-8)
  // Named row sets (transition tables), by name.
  std::unordered_map<std::string, ChunkStore*> tuplestores;
  // Row id of the row that cursor `name` stands on in relation `relation`; throws when there is none.
  std::function<RowId(const std::string& name, Oid relation)> current_of;
  // Re-check of one row (QRY-9): scans of these range tables yield just this row. Empty: an ordinary execution.
  struct RecheckRow {
    RowId row;
    bool newest = false;  // read the newest committed version instead of the snapshot's
  };
  std::unordered_map<int, RecheckRow> recheck;

  void check_interrupts() { evaluation.call->interrupt().check(); }
};

}  // namespace basalt::executor
