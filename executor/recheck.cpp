#include "executor/recheck.hpp"

#include "common/sqlstate.hpp"
#include "executor/builder.hpp"

namespace basalt::executor {

bool Rechecker::run(ExecutionContext& context, const Chunk& joined, uint32_t row, int table, RowId target, Chunk& out) {
  ExecutionContext again = context;
  again.recheck.clear();
  for (const auto& mark : marks_) {
    Value id = joined.value(static_cast<size_t>(mark.row_id_slot), row);
    again.recheck[mark.table] = {id.is_null() ? RowId{} : RowId{static_cast<uint64_t>(id.as<int64_t>())}, false};
  }
  again.recheck[table] = {target, true};
  // Subplans and CTEs of the statement keep their own state; the re-check reads them through a state of its own.
  ExecutionState state;
  state.statement = state_.statement;
  state.context = &again;
  state.work_tables.resize(state_.work_tables.size());
  state.counters.resize(state_.counters.size());
  again.evaluation.subplans = &state;
  for (const auto& cte : state.statement->ctes)
    state.ctes.push_back(std::make_unique<SharedRows>(again, *cte, build_pipeline(again, state, *cte)));
  std::unique_ptr<Pipeline> pipeline = build_pipeline(again, state, child_);
  Chunk chunk;
  if (!pipeline->pull(again, chunk, 1)) return false;
  // The chunk outlives the pipeline: vectors own their memory.
  out = std::move(chunk);
  return true;
}

void raise_if_serialized(ExecutionContext& context, storage::WriteOutcome outcome) {
  if (context.transaction->isolation() == storage::IsolationLevel::kReadCommitted) return;
  throw common::SqlError(common::sqlstate::kTRSerializationFailure,
                         outcome == storage::WriteOutcome::kDeleted ? "could not serialize access due to concurrent delete"
                                                                    : "could not serialize access due to concurrent update");
}

}  // namespace basalt::executor
