#include "executor/recheck.hpp"

#include "common/sqlstate.hpp"
#include "executor/builder.hpp"

namespace basalt::executor {

namespace {

Chunk carried_row(const Chunk& joined, uint32_t row, const std::vector<int>& slots) {
  Chunk out;
  for (int slot : slots) {
    const Vector& from = joined.columns[static_cast<size_t>(slot)];
    Vector column(from.type(), 1);
    column.copy_row(0, from, row);
    out.columns.push_back(std::move(column));
  }
  out.rows = 1;
  return out;
}

}  // namespace

bool Rechecker::run(ExecutionContext& context, const Chunk& joined, uint32_t row, const std::set<int>& newest,
                    Chunk& out) {
  ExecutionContext again = context;
  again.recheck.clear();
  ExecutionState state;
  for (const auto& mark : marks_) {
    if (mark.row_id_slot < 0) {
      state.carried_rows[mark.table] = carried_row(joined, row, mark.slots);
      continue;
    }
    Value id = joined.value(static_cast<size_t>(mark.row_id_slot), row);
    again.recheck[mark.table] = {id.is_null() ? RowId{} : RowId{static_cast<uint64_t>(id.as<int64_t>())},
                                 newest.contains(mark.table)};
  }
  // Subplans and CTEs of the statement keep their own state; the re-check reads them through a state of its own.
  state.statement = state_.statement;
  state.context = &again;
  state.work_tables.resize(state_.work_tables.size());
  state.counters.resize(state_.counters.size());
  again.evaluation.subplans = &state;
  const auto& ctes = state.statement->ctes;
  for (size_t i = 0; i < ctes.size(); ++i) {
    // What changes rows has done so, or will, once.
    if (state.statement->cte_modifies[i])
      state.ctes.push_back(state_.ctes[i]);
    else
      state.ctes.push_back(std::make_shared<SharedRows>(again, *ctes[i], build_pipeline(again, state, *ctes[i])));
  }
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
                         outcome == storage::WriteOutcome::kDeleted
                             ? "could not serialize access due to concurrent delete"
                             : "could not serialize access due to concurrent update");
}

}  // namespace basalt::executor
