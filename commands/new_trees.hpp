// The heaps that the present transaction has made, and at which savepoint: COPY ... FREEZE is for tables that are new,
// or were emptied, in the current subtransaction.
#pragma once

#include <unordered_map>

#include "commands/session.hpp"

namespace basalt::commands {

struct NewHeaps {
  common::TxnId transaction;
  std::unordered_map<common::TreeId, int> savepoints;  // how deep the transaction was in them
};

inline void note_new_heap(Session& session, common::TreeId heap) {
  auto& made = session.extra<NewHeaps>("new heaps");
  const common::TxnId now = session.transaction().assign_id();
  if (made.transaction != now) made.savepoints.clear();
  made.transaction = now;
  made.savepoints[heap] = session.savepoint_depth();
}

inline bool is_new_heap(Session& session, common::TreeId heap) {
  const auto& made = session.extra<NewHeaps>("new heaps");
  auto it = made.savepoints.find(heap);
  return it != made.savepoints.end() && made.transaction == session.transaction().id() &&
         it->second >= session.savepoint_depth();
}

}  // namespace basalt::commands
