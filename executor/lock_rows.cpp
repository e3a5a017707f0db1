// FOR UPDATE and its weaker forms: locks the rows that pass; a row that changed meanwhile is re-checked (QRY-9).
#include "common/sqlstate.hpp"
#include "executor/builder.hpp"
#include "executor/recheck.hpp"
#include "executor/wait_for_row.hpp"

namespace basalt::executor {

namespace {

using storage::WriteOutcome;

class LockRowsTransform : public Transform {
 public:
  LockRowsTransform(ExecutionState& state, const planner::PhysicalLockRows& node)
      : node_(node), rechecker_(state, *node.children[0], node.marks), types_(physical_types(node)) {}

  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    out.reset(types_, demand);
    while (row_ < in.rows && out.rows < demand) lock_row(context, in, row_++, out);
    if (row_ < in.rows) return Progress::kHaveOutput;
    row_ = 0;
    return Progress::kNeedInput;
  }
  void rewind(ExecutionContext&) override { row_ = 0; }

 private:
  // Locks the row in every target; a change in one of them starts the row again from its re-checked form.
  void lock_row(ExecutionContext& context, const Chunk& in, uint32_t row, Chunk& out) {
    Chunk joined = in;
    joined.slice(std::make_shared<common::Selection>(common::Selection{row}));
    RowSnapshot newer(context);
    std::set<int> changed;  // tables whose row is judged as of now
    for (size_t t = 0; t < node_.targets.size();) {
      const planner::LockTarget& target = node_.targets[t];
      Value id = joined.value(static_cast<size_t>(target.row_id_slot), 0);
      if (id.is_null()) {  // the nullable side of an outer join
        ++t;
        continue;
      }
      RowId row_id{static_cast<uint64_t>(id.as<int64_t>())};
      storage::WriteResult result =
          context.storage->heap(target.relation->tree)
              .lock_row(*context.transaction, changed.contains(target.table) ? newer.get() : context.snapshot, row_id,
                        target.strength, target.policy);
      switch (result.outcome) {
        case WriteOutcome::kOk:
        case WriteOutcome::kSelfModified:
          ++t;
          break;
        case WriteOutcome::kWouldBlock:
          if (target.policy == storage::WaitPolicy::kSkip) return;
          throw common::SqlError(common::sqlstate::kLockNotAvailable,
                                 "could not obtain lock on row in relation \"" + target.relation->name + "\"");
        case WriteOutcome::kBeingModified:
          wait_for_row(context, result.other, "locking tuple", row_id, target.relation->name);
          break;
        case WriteOutcome::kNotFound:
          return;
        case WriteOutcome::kDeleted:
          raise_if_serialized(context, result.outcome);
          return;
        case WriteOutcome::kUpdated: {
          raise_if_serialized(context, result.outcome);
          newer.take_newer();
          changed.insert(target.table);
          Chunk again;
          if (!rechecker_.run(context, joined, 0, changed, again)) return;
          joined = std::move(again);
          t = 0;
        }
      }
    }
    out.append_row(joined, 0);
  }

  const planner::PhysicalLockRows& node_;
  Rechecker rechecker_;
  std::vector<common::PhysicalType> types_;
  uint32_t row_ = 0;
};

}  // namespace

std::unique_ptr<Transform> make_lock_rows(ExecutionContext&, ExecutionState& state,
                                          const planner::PhysicalLockRows& node) {
  return std::make_unique<LockRowsTransform>(state, node);
}

}  // namespace basalt::executor
