// What the trigger manager keeps: per relation, the things that a change of a row may set off, in PostgreSQL's order
// (by name, where foreign keys are triggers called RI_ConstraintTrigger_...); per change, the events in its queue.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "commands/language/trigger_call.hpp"
#include "commands/trigger/foreign_key.hpp"

namespace basalt::commands::trigger {

using executor::RowEvent;

inline constexpr int16_t kRowBit = 1, kBeforeBit = 2, kInsertBit = 4, kDeleteBit = 8, kUpdateBit = 16,
                         kTruncateBit = 32, kInsteadBit = 64;
inline int16_t event_bit(RowEvent event) {
  return event == RowEvent::kInsert ? kInsertBit : event == RowEvent::kUpdate ? kUpdateBit : kDeleteBit;
}

enum class ItemKind : uint8_t { kTrigger, kChildCheck, kParentAction, kUnique };
struct Item {
  ItemKind kind = ItemKind::kTrigger;
  size_t index = 0;  // into triggers, constraints or referencing of the relation
  std::string name;
};

struct RelationPlan {
  catalog::RelationPointer relation;
  std::vector<Item> items;  // by name
  const catalog::TriggerDescriptor& trigger(const Item& item) const { return relation->triggers[item.index]; }
  const ConstraintDescriptor& key(const Item& item) const {
    return item.kind == ItemKind::kParentAction ? relation->referencing[item.index] : relation->constraints[item.index];
  }
};
using RelationPlanPointer = std::shared_ptr<const RelationPlan>;
// `replica`: session_replication_role, under which other triggers are enabled.
RelationPlanPointer plan_relation(catalog::RelationPointer relation, bool replica);

// Rows that one statement changed in one relation, for REFERENCING.
struct Transitions {
  std::unique_ptr<executor::ChunkStore> old_rows, new_rows;
};

struct RowPair {
  Chunk old_row, new_row;  // without columns where there is none
};

struct Event {
  RelationPlanPointer plan;
  Item item;
  RowEvent event = RowEvent::kInsert;
  bool per_statement = false;
  bool cancelled = false;  // a later statement on the same table took its place
  RowId row;
  Oid index;  // kUnique
  std::shared_ptr<RowPair> rows;
  std::shared_ptr<Transitions> transitions;
  Oid constraint;
  bool deferrable = false, initially_deferred = false;
};
using EventPointer = std::shared_ptr<Event>;

// What one statement (with all that it sets off by foreign keys) has queued.
struct Level {
  std::vector<EventPointer> queue;
  size_t next = 0;
  std::set<std::pair<Oid, RowEvent>> before_fired;
  std::map<std::pair<Oid, RowEvent>, std::shared_ptr<Transitions>> transitions;
};

// SET CONSTRAINTS in force.
struct ConstraintModes {
  bool all_set = false, all_deferred = false;
  std::map<Oid, bool> deferred;
};

// WHEN (...), over OLD and NEW.
bool when_holds(Session& session, const RelationDescriptor& relation, const catalog::TriggerDescriptor& trigger,
                const Chunk* old_row, const Chunk* new_row);

}  // namespace basalt::commands::trigger
