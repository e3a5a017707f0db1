#include "commands/trigger_manager.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "catalog/acl.hpp"
#include "catalog/catalog_ids.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger/row_events.hpp"

namespace basalt::commands {

using namespace trigger;  // NOLINT: this file is the rest of that namespace
using catalog::TriggerDescriptor;

namespace {

struct SavedState : TriggerManager::State {
  size_t levels = 0;
  size_t deferred = 0;  // how many there were
  uint32_t firing = 0;  // the last one
  ConstraintModes modes;
};

class SessionTriggers : public TriggerManager {
 public:
  SessionTriggers(Session& session, common::MemoryBudget& memory)
      : session_(session), memory_(memory), keys_(session, *this), deferred_(memory) {}

  bool has_before_row(const RelationDescriptor& relation, RowEvent event) override;
  bool has_after_row(const RelationDescriptor& relation, RowEvent event) override;
  void before_statement(const RelationDescriptor& relation, RowEvent event,
                        const std::vector<int16_t>& columns) override;
  void after_statement(const RelationDescriptor& relation, RowEvent event,
                       const std::vector<int16_t>& columns) override;
  bool before_row(const RelationDescriptor& relation, RowEvent event, const Chunk* old_row, Chunk* new_row,
                  const std::vector<int16_t>& columns) override;
  bool instead_of_row(const RelationDescriptor& relation, RowEvent event, const Chunk* old_row,
                      Chunk* new_row) override;
  void after_row(const RelationDescriptor& relation, RowEvent event, RowId row, const Chunk* old_row,
                 const Chunk* new_row, const std::vector<int16_t>& columns) override;
  void recheck_unique(const RelationDescriptor& relation, Oid index, RowId row) override;

  void begin_statement() override;
  void end_statement() override;
  void abandon_statement() override { levels_.clear(); }
  void run_deferred() override;
  bool has_pending(Oid relation) const override;
  void set_constraints(const std::vector<Oid>& constraints, bool all, bool deferred) override;
  void before_truncate(const RelationDescriptor& relation) override { truncate(relation, true); }
  void after_truncate(const RelationDescriptor& relation) override { truncate(relation, false); }
  void forget_transaction() override;
  void begin_savepoint(int depth) override;
  void rollback_savepoint(int depth) override;
  std::unique_ptr<State> save() override { return std::make_unique<SavedState>(snapshot()); }
  void restore(const State& state) override { put_back(static_cast<const SavedState&>(state)); }

 private:
  static bool plain(const RelationDescriptor& relation) {
    return relation.triggers.empty() && relation.referencing.empty() &&
           std::none_of(relation.constraints.begin(), relation.constraints.end(),
                        [](const auto& constraint) { return constraint.type == 'f'; });
  }
  // Does this trigger react to the event (row or statement, the given timing)?
  static bool reacts(const TriggerDescriptor& trigger, int16_t timing, int16_t level, int16_t event) {
    return (trigger.type & (kBeforeBit | kInsteadBit)) == timing && (trigger.type & kRowBit) == level &&
           (trigger.type & event) != 0;
  }
  static bool columns_match(const TriggerDescriptor& trigger, RowEvent event, const std::vector<int16_t>& columns) {
    if (event != RowEvent::kUpdate || trigger.columns.empty()) return true;
    return std::any_of(trigger.columns.begin(), trigger.columns.end(), [&](int16_t column) {
      return std::find(columns.begin(), columns.end(), column) != columns.end();
    });
  }
  static bool wants_transitions(const TriggerDescriptor& trigger, RowEvent event) {
    return (trigger.type & event_bit(event)) && (!trigger.old_table.empty() || !trigger.new_table.empty());
  }

  const RelationPlanPointer& plan(const RelationDescriptor& relation);
  bool run_row_triggers(const RelationDescriptor& relation, int16_t timing, RowEvent event, const Chunk* old_row,
                        Chunk* new_row, const std::vector<int16_t>& columns);
  std::shared_ptr<RowPairs> make_pairs(const RelationDescriptor& relation);
  std::shared_ptr<RowPairs> transitions(const RelationPlan& plan, RowEvent event);
  const EventSource* source(RelationEvents& events, size_t number, RowEvent event);
  void truncate(const RelationDescriptor& relation, bool before);
  void push(const Event& event);
  bool is_deferred(const EventSource& source) const;
  void fire(const Event& event);
  void fire_trigger(const Event& event, Chunk& old_row, Chunk& new_row);
  void drain(Level& level);
  bool fire_waiting(bool all);
  SavedState snapshot() const;
  void put_back(const SavedState& state);

  Session& session_;
  common::MemoryBudget& memory_;
  ForeignKeys keys_;
  std::map<Oid, RelationPlanPointer> plans_;
  std::vector<std::unique_ptr<Level>> levels_;
  // Those that have been fired stay until the transaction ends: a rollback to a savepoint may make them wait again.
  EventQueue deferred_;
  size_t first_waiting_ = 0;  // all before it have been fired
  uint32_t firing_ = 0;       // number of the last firing of deferred events
  ConstraintModes modes_;
  std::vector<std::pair<int, SavedState>> savepoints_;
};

const RelationPlanPointer& SessionTriggers::plan(const RelationDescriptor& relation) {
  RelationPlanPointer& slot = plans_[relation.oid];
  if (!slot || slot->relation.get() != &relation) {
    catalog::RelationPointer pointer = session_.catalog().relation(relation.oid);
    // The caller may hold an older picture of the relation; a copy keeps to that.
    if (pointer.get() != &relation) pointer = std::make_shared<RelationDescriptor>(relation);
    bool replica = session_.settings().session().replica;
    if (!slot || slot->relation->version != pointer->version ||
        slot->relation->triggers.size() != pointer->triggers.size() ||
        slot->relation->referencing.size() != pointer->referencing.size())
      slot = plan_relation(std::move(pointer), replica);
  }
  return slot;
}

bool SessionTriggers::has_before_row(const RelationDescriptor& relation, RowEvent event) {
  if (relation.triggers.empty()) return false;
  const RelationPlanPointer& p = plan(relation);
  return std::any_of(p->items.begin(), p->items.end(), [&](const Item& item) {
    return item.kind == ItemKind::kTrigger && reacts(p->trigger(item), kBeforeBit, kRowBit, event_bit(event));
  });
}

bool SessionTriggers::has_after_row(const RelationDescriptor& relation, RowEvent event) {
  if (plain(relation)) return false;
  const RelationPlanPointer& p = plan(relation);
  return std::any_of(p->items.begin(), p->items.end(), [&](const Item& item) {
    if (item.kind == ItemKind::kChildCheck) return event != RowEvent::kDelete;
    if (item.kind == ItemKind::kParentAction) return event != RowEvent::kInsert;
    return reacts(p->trigger(item), 0, kRowBit, event_bit(event)) || wants_transitions(p->trigger(item), event);
  });
}

void SessionTriggers::before_statement(const RelationDescriptor& relation, RowEvent event,
                                       const std::vector<int16_t>& columns) {
  if (relation.triggers.empty()) return;
  if (!levels_.empty() && !levels_.back()->before_fired.insert({relation.oid, event}).second) return;
  RelationPlanPointer p = plan(relation);
  for (const Item& item : p->items) {
    if (item.kind != ItemKind::kTrigger) continue;
    const TriggerDescriptor& trigger = p->trigger(item);
    if (!reacts(trigger, kBeforeBit, 0, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
    if (!when_holds(session_, relation, trigger, nullptr, nullptr)) continue;
    language::TriggerCall call{&trigger, p->relation, event_bit(event), nullptr, nullptr, {}};
    language::call_trigger(session_, call);
  }
}

void SessionTriggers::after_statement(const RelationDescriptor& relation, RowEvent event,
                                      const std::vector<int16_t>& columns) {
  if (relation.triggers.empty()) return;
  RelationPlanPointer p = plan(relation);
  // Fires once a statement: what an earlier part of the statement queued gives way.
  if (!levels_.empty())
    for (size_t i = levels_.back()->next; i < levels_.back()->queue.size(); ++i) {
      Event& queued = levels_.back()->queue[i];
      const EventSource& by = *queued.source;
      if (by.per_statement && by.event == event && by.plan->relation->oid == relation.oid) queued.cancelled = true;
    }
  for (const Item& item : p->items) {
    if (item.kind != ItemKind::kTrigger) continue;
    const TriggerDescriptor& trigger = p->trigger(item);
    if (!reacts(trigger, 0, 0, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
    if (!when_holds(session_, relation, trigger, nullptr, nullptr)) continue;
    auto by = std::make_shared<EventSource>();
    by->plan = p;
    by->item = item;
    by->event = event;
    by->per_statement = true;
    if (wants_transitions(trigger, event)) by->transitions = transitions(*p, event);
    push({by.get(), {}});
  }
}

bool SessionTriggers::run_row_triggers(const RelationDescriptor& relation, int16_t timing, RowEvent event,
                                       const Chunk* old_row, Chunk* new_row, const std::vector<int16_t>& columns) {
  RelationPlanPointer p = plan(relation);
  for (const Item& item : p->items) {
    if (item.kind != ItemKind::kTrigger) continue;
    const TriggerDescriptor& trigger = p->trigger(item);
    if (!reacts(trigger, timing, kRowBit, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
    if (!when_holds(session_, relation, trigger, old_row, new_row)) continue;
    language::TriggerCall call{&trigger, p->relation, event_bit(event), old_row, new_row, {}};
    if (!language::call_trigger(session_, call)) return false;
  }
  return true;
}

bool SessionTriggers::before_row(const RelationDescriptor& relation, RowEvent event, const Chunk* old_row,
                                 Chunk* new_row, const std::vector<int16_t>& columns) {
  return run_row_triggers(relation, kBeforeBit, event, old_row, new_row, columns);
}

bool SessionTriggers::instead_of_row(const RelationDescriptor& relation, RowEvent event, const Chunk* old_row,
                                     Chunk* new_row) {
  return run_row_triggers(relation, kInsteadBit, event, old_row, new_row, {});
}

std::shared_ptr<RowPairs> SessionTriggers::make_pairs(const RelationDescriptor& relation) {
  executor::ExecutionContext context = session_.execution_context(session_.statement_snapshot(), {});
  return std::make_shared<RowPairs>(context, relation);
}

std::shared_ptr<RowPairs> SessionTriggers::transitions(const RelationPlan& p, RowEvent event) {
  if (levels_.empty()) return make_pairs(*p.relation);
  std::shared_ptr<RowPairs>& slot = levels_.back()->transitions[{p.relation->oid, event}];
  if (!slot) slot = make_pairs(*p.relation);
  return slot;
}

// What the events of the plan's item share; made by the first of them.
const EventSource* SessionTriggers::source(RelationEvents& events, size_t number, RowEvent event) {
  std::shared_ptr<const EventSource>& known = events.sources[number];
  if (known) return known.get();
  const Item& item = events.plan->items[number];
  auto made = std::make_shared<EventSource>();
  made->plan = events.plan;
  made->item = item;
  made->event = event;
  if (item.kind != ItemKind::kChildCheck) {
    if (!events.rows) events.rows = make_pairs(*events.plan->relation);
    made->rows = events.rows;
  }
  if (item.kind == ItemKind::kTrigger) {
    const TriggerDescriptor& trigger = events.plan->trigger(item);
    if (wants_transitions(trigger, event)) made->transitions = transitions(*events.plan, event);
    made->constraint = trigger.constraint;
    made->deferrable = trigger.deferrable;
    made->initially_deferred = trigger.initially_deferred;
  } else {
    const ConstraintDescriptor& key = events.plan->key(item);
    // Only NO ACTION can wait; the other actions belong to the statement.
    char action = event == RowEvent::kDelete ? key.delete_action : key.update_action;
    bool may_wait = item.kind == ItemKind::kChildCheck || action == 'a';
    made->constraint = key.oid;
    made->deferrable = key.deferrable && may_wait;
    made->initially_deferred = key.deferred && may_wait;
  }
  known = std::move(made);
  return known.get();
}

void SessionTriggers::after_row(const RelationDescriptor& relation, RowEvent event, RowId row, const Chunk* old_row,
                                const Chunk* new_row, const std::vector<int16_t>& columns) {
  RelationPlanPointer p = plan(relation);
  RelationEvents alone;
  RelationEvents& events = levels_.empty() ? alone : levels_.back()->relations[{relation.oid, event}];
  if (events.plan != p) events = {p, std::vector<std::shared_ptr<const EventSource>>(p->items.size()), nullptr};
  std::optional<uint64_t> pair;
  bool collected = false;
  for (size_t number = 0; number < p->items.size(); ++number) {
    const Item& item = p->items[number];
    if (item.kind == ItemKind::kChildCheck) {
      if (event == RowEvent::kDelete || !ForeignKeys::child_concerned(p->key(item), old_row, *new_row)) continue;
    } else if (item.kind == ItemKind::kParentAction) {
      if (event == RowEvent::kInsert || !ForeignKeys::parent_concerned(p->key(item), *old_row, new_row)) continue;
    } else {
      const TriggerDescriptor& trigger = p->trigger(item);
      if (wants_transitions(trigger, event) && !collected) {
        transitions(*p, event)->append(old_row, new_row);
        collected = true;
      }
      if (!reacts(trigger, 0, kRowBit, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
      if (!when_holds(session_, relation, trigger, old_row, new_row)) continue;
    }
    Event queued{source(events, number, event), row};
    if (queued.source->rows) {
      if (!pair) pair = queued.source->rows->append(old_row, new_row);
      queued.pair = *pair;
    }
    push(queued);
  }
}

void SessionTriggers::recheck_unique(const RelationDescriptor& relation, Oid index, RowId row) {
  auto by = std::make_shared<EventSource>();
  by->plan = plan(relation);
  by->item.kind = ItemKind::kUnique;
  by->index = index;
  for (const auto& constraint : relation.constraints) {
    if (constraint.index != index || constraint.type == 'f') continue;
    by->constraint = constraint.oid;
    by->deferrable = constraint.deferrable;
    by->initially_deferred = constraint.deferred;
  }
  push({by.get(), row});
}

void SessionTriggers::push(const Event& event) { (levels_.empty() ? deferred_ : levels_.back()->queue).push(event); }

bool SessionTriggers::is_deferred(const EventSource& source) const {
  if (!source.deferrable) return false;
  auto it = modes_.deferred.find(source.constraint);
  if (it != modes_.deferred.end()) return it->second;
  return modes_.all_set ? modes_.all_deferred : source.initially_deferred;
}

void SessionTriggers::fire_trigger(const Event& event, Chunk& old_row, Chunk& new_row) {
  const EventSource& by = *event.source;
  const TriggerDescriptor& trigger = by.plan->trigger(by.item);
  language::TriggerCall call{&trigger, by.plan->relation, event_bit(by.event), nullptr, nullptr, {}};
  if (!by.per_statement && by.event != RowEvent::kInsert) call.old_row = &old_row;
  if (!by.per_statement && by.event != RowEvent::kDelete) call.new_row = &new_row;
  if (by.transitions) {
    if (!trigger.old_table.empty())
      call.transitions[trigger.old_table] = {&by.transitions->old_rows, by.plan->relation};
    if (!trigger.new_table.empty())
      call.transitions[trigger.new_table] = {&by.transitions->new_rows, by.plan->relation};
  }
  language::call_trigger(session_, call);
}

void SessionTriggers::fire(const Event& event) {
  session_.interrupt().check();
  const EventSource& by = *event.source;
  const RelationDescriptor& relation = *by.plan->relation;
  Chunk old_row, new_row;
  if (by.rows) by.rows->read(event.pair, old_row, new_row);
  switch (by.item.kind) {
    case ItemKind::kTrigger:
      return fire_trigger(event, old_row, new_row);
    case ItemKind::kChildCheck:
      return keys_.check_child(relation, by.plan->key(by.item), event.row);
    case ItemKind::kParentAction:
      return keys_.parent_changed(relation, by.plan->key(by.item), old_row,
                                  by.event == RowEvent::kUpdate ? &new_row : nullptr);
    case ItemKind::kUnique:
      return keys_.check_unique(relation, by.index, event.row);
  }
}

void SessionTriggers::drain(Level& level) {
  while (level.next < level.queue.size()) {
    Event event = level.queue[level.next++];  // a copy: what it sets off joins the queue
    if (event.cancelled) continue;
    if (is_deferred(*event.source))
      deferred_.push(event);
    else
      fire(event);
  }
}

void SessionTriggers::begin_statement() {
  if (levels_.empty()) {
    plans_.clear();
    keys_.forget();
  }
  levels_.push_back(std::make_unique<Level>(memory_));
}

void SessionTriggers::end_statement() {
  ENSURE(!levels_.empty(), "no statement to end");
  bool any = levels_.back()->queue.size() > 0;
  drain(*levels_.back());
  levels_.pop_back();
  // What follows sees what the triggers did.
  if (any) session_.advance_command();
}

bool SessionTriggers::has_pending(Oid relation) const {
  auto waits = [&](const EventQueue& queue, size_t from) {
    for (size_t i = from; i < queue.size(); ++i)
      if (queue[i].fired == 0 && !queue[i].cancelled && queue[i].source->plan->relation->oid == relation) return true;
    return false;
  };
  return waits(deferred_, first_waiting_) || std::any_of(levels_.begin(), levels_.end(), [&](const auto& level) {
           return waits(level->queue, level->next);
         });
}

// Fires the deferred events that wait, all or those that are no longer deferred; false: there were none. What they set
// off and is deferred itself waits for the next call.
bool SessionTriggers::fire_waiting(bool all) {
  size_t end = deferred_.size();
  while (first_waiting_ < end && deferred_[first_waiting_].fired != 0) ++first_waiting_;
  auto is_due = [&](const Event& event) { return event.fired == 0 && (all || !is_deferred(*event.source)); };
  uint32_t firing = firing_ + 1;
  bool any = false;
  for (size_t i = first_waiting_; i < end; ++i) {
    if (!is_due(deferred_[i])) continue;
    deferred_[i].fired = firing;
    any = true;
  }
  if (!any) return false;
  firing_ = firing;
  begin_statement();
  std::map<Oid, bool> there;  // of the constraints: they may have been dropped meanwhile
  for (size_t i = first_waiting_; i < end; ++i) {
    if (deferred_[i].fired != firing) continue;
    Event event = deferred_[i];  // a copy: the queue may grow
    auto [known, asked] = there.try_emplace(event.source->constraint, true);
    if (asked && event.source->constraint.valid())
      known->second = catalog::object_exists(session_.catalog(), catalog::id::kPgConstraint, event.source->constraint);
    if (!event.cancelled && known->second) fire(event);
  }
  end_statement();
  return true;
}

void SessionTriggers::run_deferred() {
  while (fire_waiting(true)) {
  }
}

void SessionTriggers::set_constraints(const std::vector<Oid>& constraints, bool all, bool deferred) {
  if (all) {
    modes_.deferred.clear();
    modes_.all_set = true;
    modes_.all_deferred = deferred;
  } else {
    for (Oid constraint : constraints) modes_.deferred[constraint] = deferred;
  }
  if (!deferred) fire_waiting(false);
}

void SessionTriggers::truncate(const RelationDescriptor& relation, bool before) {
  if (relation.triggers.empty()) return;
  RelationPlanPointer p = plan(relation);
  for (const Item& item : p->items) {
    if (item.kind != ItemKind::kTrigger || !reacts(p->trigger(item), before ? kBeforeBit : 0, 0, kTruncateBit))
      continue;
    language::TriggerCall call{&p->trigger(item), p->relation, kTruncateBit, nullptr, nullptr, {}};
    language::call_trigger(session_, call);
  }
}

void SessionTriggers::forget_transaction() {
  levels_.clear();
  deferred_.clear();
  first_waiting_ = 0;
  firing_ = 0;
  modes_ = {};
  savepoints_.clear();
  plans_.clear();
  keys_.forget();
}

SavedState SessionTriggers::snapshot() const {
  SavedState state;
  state.levels = levels_.size();
  state.deferred = deferred_.size();
  state.firing = firing_;
  state.modes = modes_;
  return state;
}

void SessionTriggers::put_back(const SavedState& state) {
  if (levels_.size() > state.levels) levels_.resize(state.levels);
  deferred_.truncate(state.deferred);
  first_waiting_ = std::min(first_waiting_, state.deferred);
  for (size_t i = 0; i < deferred_.size() && firing_ > state.firing; ++i)
    if (deferred_[i].fired > state.firing) {
      deferred_[i].fired = 0;
      first_waiting_ = std::min(first_waiting_, i);
    }
  modes_ = state.modes;
  plans_.clear();
  keys_.forget();
}

void SessionTriggers::begin_savepoint(int depth) {
  while (!savepoints_.empty() && savepoints_.back().first >= depth) savepoints_.pop_back();
  savepoints_.emplace_back(depth, snapshot());
}

void SessionTriggers::rollback_savepoint(int depth) {
  while (!savepoints_.empty() && savepoints_.back().first > depth) savepoints_.pop_back();
  if (savepoints_.empty()) return;
  SavedState state = savepoints_.back().second;
  state.levels = 0;
  put_back(state);
}

}  // namespace

std::unique_ptr<TriggerManager> make_trigger_manager(Session& session, common::MemoryBudget& memory) {
  return std::make_unique<SessionTriggers>(session, memory);
}

}  // namespace basalt::commands
