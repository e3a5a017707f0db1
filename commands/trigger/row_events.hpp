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

// Rows as they were before a change, after it, or both, in the order of the changes; past work_mem in spill files.
class RowPairs {
 public:
  RowPairs(executor::ExecutionContext& context, const RelationDescriptor& relation);
  // Returns the pair's position. All pairs have the same of the two rows.
  uint64_t append(const Chunk* old_row, const Chunk* new_row);
  // Chunks of one flat row; as it is where the pairs have no such row.
  void read(uint64_t position, Chunk& old_row, Chunk& new_row);

  executor::ChunkStore old_rows, new_rows;

 private:
  uint64_t count_ = 0;
};

// What the events share that the rows of one relation set off in one statement, each by the same item.
struct EventSource : std::enable_shared_from_this<EventSource> {
  RelationPlanPointer plan;
  Item item;
  RowEvent event = RowEvent::kInsert;
  bool per_statement = false;
  Oid index;                              // kUnique
  std::shared_ptr<RowPairs> rows;         // of triggers for each row, and of actions of foreign keys
  std::shared_ptr<RowPairs> transitions;  // all rows of the statement, for REFERENCING
  Oid constraint;
  bool deferrable = false, initially_deferred = false;
};

struct Event {
  const EventSource* source = nullptr;  // kept by the queue
  RowId row;
  uint64_t pair = 0;       // position in the source's rows
  uint32_t fired = 0;      // deferred ones: in which firing; 0: it waits
  bool cancelled = false;  // a later statement on the same table took its place
};

// Events in order of arrival, within the session's memory. There may be millions, so an event owns nothing.
class EventQueue {
 public:
  explicit EventQueue(common::MemoryBudget& memory) : reservation_(&memory) {}
  void push(const Event& event) {
    if (blocks_.empty() || blocks_.back().size() == kBlock) {
      // The first block of a queue grows with it: most queues hold a few events.
      if (!blocks_.empty()) reservation_.grow(kBlock * sizeof(Event));
      blocks_.emplace_back();
      if (blocks_.size() > 1) blocks_.back().reserve(kBlock);
    }
    if (event.source != last_source_) sources_.insert(event.source->shared_from_this());
    last_source_ = event.source;
    blocks_.back().push_back(event);
  }
  void truncate(size_t size) {
    if (size >= this->size()) return;
    blocks_.resize((size + kBlock - 1) / kBlock);
    if (size % kBlock != 0) blocks_.back().resize(size % kBlock);
    reservation_.resize(blocks_.empty() ? 0 : (blocks_.size() - 1) * kBlock * sizeof(Event));
  }
  void clear() {
    blocks_.clear();
    sources_.clear();
    last_source_ = nullptr;
    reservation_.resize(0);
  }
  size_t size() const { return blocks_.empty() ? 0 : (blocks_.size() - 1) * kBlock + blocks_.back().size(); }
  Event& operator[](size_t at) { return blocks_[at / kBlock][at % kBlock]; }
  const Event& operator[](size_t at) const { return blocks_[at / kBlock][at % kBlock]; }

 private:
  static constexpr size_t kBlock = 4096;
  common::MemoryReservation reservation_;
  std::vector<std::vector<Event>> blocks_;
  std::set<std::shared_ptr<const EventSource>> sources_;
  const EventSource* last_source_ = nullptr;
};

// What one statement has done so far to one relation by one kind of change.
struct RelationEvents {
  RelationPlanPointer plan;
  std::vector<std::shared_ptr<const EventSource>> sources;  // of the plan's items; null: not needed yet
  std::shared_ptr<RowPairs> rows;
};

// What one statement (with all that it sets off by foreign keys) has queued.
struct Level {
  explicit Level(common::MemoryBudget& memory) : queue(memory) {}
  EventQueue queue;
  size_t next = 0;
  std::set<std::pair<Oid, RowEvent>> before_fired;
  std::map<std::pair<Oid, RowEvent>, std::shared_ptr<RowPairs>> transitions;
  std::map<std::pair<Oid, RowEvent>, RelationEvents> relations;
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
