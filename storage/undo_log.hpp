// One step for checkpoints: a logged change and its undo entry, or a compensation and the entry it takes away. A carry
// (STO-5) must never see a record without its entry, so both happen under the transaction's carry mutex, which comes
// after page latches and is held for one log insertion.
#pragma once

#include <mutex>

#include "storage/page_change.hpp"
#include "storage/undo.hpp"

namespace basalt::storage {

inline UndoEntry* commit_with_undo(PageChange& change, UndoStore& undo, TransactionState& state,
                                   const UndoRecord& record, const char* data, uint32_t command) {
  std::lock_guard guard(state.carry_mutex);
  change.commit();
  return undo.push(state, record, data, command);
}
inline void add_undo(PageChange& change, const UndoRecord& record, const char* data) {
  change.logical({reinterpret_cast<const char*>(&record), sizeof record});
  if (record.bytes) change.logical({data, record.bytes});
}

// Logs the undoing of the newest entry; of a run of rows, `left` rows stay to be undone.
inline void commit_compensation(PageChange& change, UndoStore& undo, TransactionState& state, uint32_t left) {
  UndoEntry& entry = *state.undo.back();
  CompensationRecord record{entry.tree, left, entry.kind};
  change.set_compensation();
  change.logical({reinterpret_cast<const char*>(&record), sizeof record});
  std::lock_guard guard(state.carry_mutex);
  change.commit();
  if (left > 0) {
    undo.trim_run(&entry, left);
    return;
  }
  state.undo.pop_back();
  undo.drop(&entry);
}

}  // namespace basalt::storage
