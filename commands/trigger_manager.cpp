#include "commands/trigger_manager.hpp"

#include <algorithm>
#include <map>

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
  std::vector<EventPointer> deferred;
  ConstraintModes modes;
};

class SessionTriggers : public TriggerManager {
 public:
  explicit SessionTriggers(Session& session) : session_(session), keys_(session, *this) {}

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
  std::shared_ptr<Transitions> transitions(const RelationPlan& plan, RowEvent event);
  void truncate(const RelationDescriptor& relation, bool before);
  void push(EventPointer event);
  bool is_deferred(const Event& event) const;
  void fire(Event& event);
  void fire_trigger(Event& event);
  void drain(Level& level);
  SavedState snapshot() const;
  void put_back(const SavedState& state);

  Session& session_;
  ForeignKeys keys_;
  std::map<Oid, RelationPlanPointer> plans_;
  std::vector<std::unique_ptr<Level>> levels_;
  std::vector<EventPointer> deferred_;
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
      Event& queued = *levels_.back()->queue[i];
      if (queued.per_statement && queued.event == event && queued.plan->relation->oid == relation.oid)
        queued.cancelled = true;
    }
  for (const Item& item : p->items) {
    if (item.kind != ItemKind::kTrigger) continue;
    const TriggerDescriptor& trigger = p->trigger(item);
    if (!reacts(trigger, 0, 0, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
    if (!when_holds(session_, relation, trigger, nullptr, nullptr)) continue;
    auto queued = std::make_shared<Event>();
    queued->plan = p;
    queued->item = item;
    queued->event = event;
    queued->per_statement = true;
    if (wants_transitions(trigger, event)) queued->transitions = transitions(*p, event);
    push(std::move(queued));
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

std::shared_ptr<Transitions> SessionTriggers::transitions(const RelationPlan& p, RowEvent event) {
  std::shared_ptr<Transitions> own = std::make_shared<Transitions>();
  std::shared_ptr<Transitions>& slot = levels_.empty() ? own : levels_.back()->transitions[{p.relation->oid, event}];
  if (!slot) slot = own;
  if (!slot->old_rows) {
    std::vector<common::PhysicalType> types;
    for (const auto& column : p.relation->columns) types.push_back(column.physical);
    executor::ExecutionContext context = session_.execution_context(session_.statement_snapshot(), {});
    slot->old_rows = std::make_unique<executor::ChunkStore>(context, types, context.work_mem_bytes);
    slot->new_rows = std::make_unique<executor::ChunkStore>(context, types, context.work_mem_bytes);
  }
  return slot;
}

void SessionTriggers::after_row(const RelationDescriptor& relation, RowEvent event, RowId row, const Chunk* old_row,
                                const Chunk* new_row, const std::vector<int16_t>& columns) {
  RelationPlanPointer p = plan(relation);
  std::shared_ptr<RowPair> pair;
  auto rows = [&] {
    if (pair) return pair;
    pair = std::make_shared<RowPair>();
    if (old_row) pair->old_row = *old_row;
    if (new_row) pair->new_row = *new_row;
    return pair;
  };
  bool collected = false;
  for (const Item& item : p->items) {
    auto queued = std::make_shared<Event>();
    queued->plan = p;
    queued->item = item;
    queued->event = event;
    queued->row = row;
    if (item.kind == ItemKind::kChildCheck) {
      if (event == RowEvent::kDelete || !ForeignKeys::child_concerned(p->key(item), old_row, *new_row)) continue;
    } else if (item.kind == ItemKind::kParentAction) {
      if (event == RowEvent::kInsert || !ForeignKeys::parent_concerned(p->key(item), *old_row, new_row)) continue;
      queued->rows = rows();
    } else {
      const TriggerDescriptor& trigger = p->trigger(item);
      if (wants_transitions(trigger, event)) {
        queued->transitions = transitions(*p, event);
        if (!collected && old_row) queued->transitions->old_rows->append(*old_row);
        if (!collected && new_row) queued->transitions->new_rows->append(*new_row);
        collected = true;
      }
      if (!reacts(trigger, 0, kRowBit, event_bit(event)) || !columns_match(trigger, event, columns)) continue;
      if (!when_holds(session_, relation, trigger, old_row, new_row)) continue;
      queued->rows = rows();
      queued->constraint = trigger.constraint;
      queued->deferrable = trigger.deferrable;
      queued->initially_deferred = trigger.initially_deferred;
    }
    if (item.kind != ItemKind::kTrigger) {
      const ConstraintDescriptor& key = p->key(item);
      // Only NO ACTION can wait; the other actions belong to the statement.
      char action = event == RowEvent::kDelete ? key.delete_action : key.update_action;
      bool may_wait = item.kind == ItemKind::kChildCheck || action == 'a';
      queued->constraint = key.oid;
      queued->deferrable = key.deferrable && may_wait;
      queued->initially_deferred = key.deferred && may_wait;
    }
    push(std::move(queued));
  }
}

void SessionTriggers::recheck_unique(const RelationDescriptor& relation, Oid index, RowId row) {
  auto queued = std::make_shared<Event>();
  queued->plan = plan(relation);
  queued->item.kind = ItemKind::kUnique;
  queued->row = row;
  queued->index = index;
  for (const auto& constraint : relation.constraints) {
    if (constraint.index != index || constraint.type == 'f') continue;
    queued->constraint = constraint.oid;
    queued->deferrable = constraint.deferrable;
    queued->initially_deferred = constraint.deferred;
  }
  push(std::move(queued));
}

void SessionTriggers::push(EventPointer event) {
  if (levels_.empty())
    deferred_.push_back(std::move(event));
  else
    levels_.back()->queue.push_back(std::move(event));
}

bool SessionTriggers::is_deferred(const Event& event) const {
  if (!event.deferrable) return false;
  auto it = modes_.deferred.find(event.constraint);
  if (it != modes_.deferred.end()) return it->second;
  return modes_.all_set ? modes_.all_deferred : event.initially_deferred;
}

void SessionTriggers::fire_trigger(Event& event) {
  const TriggerDescriptor& trigger = event.plan->trigger(event.item);
  language::TriggerCall call{&trigger, event.plan->relation, event_bit(event.event), nullptr, nullptr, {}};
  if (event.rows && !event.rows->old_row.columns.empty()) call.old_row = &event.rows->old_row;
  Chunk new_row;
  if (event.rows && !event.rows->new_row.columns.empty()) {
    new_row = event.rows->new_row;
    call.new_row = &new_row;
  }
  if (event.transitions) {
    if (!trigger.old_table.empty())
      call.transitions[trigger.old_table] = {event.transitions->old_rows.get(), event.plan->relation};
    if (!trigger.new_table.empty())
      call.transitions[trigger.new_table] = {event.transitions->new_rows.get(), event.plan->relation};
  }
  language::call_trigger(session_, call);
}

void SessionTriggers::fire(Event& event) {
  session_.interrupt().check();
  const RelationDescriptor& relation = *event.plan->relation;
  switch (event.item.kind) {
    case ItemKind::kTrigger:
      return fire_trigger(event);
    case ItemKind::kChildCheck:
      return keys_.check_child(relation, event.plan->key(event.item), event.row);
    case ItemKind::kParentAction:
      return keys_.parent_changed(relation, event.plan->key(event.item), event.rows->old_row,
                                  event.event == RowEvent::kUpdate ? &event.rows->new_row : nullptr);
    case ItemKind::kUnique:
      return keys_.check_unique(relation, event.index, event.row);
  }
}

void SessionTriggers::drain(Level& level) {
  while (level.next < level.queue.size()) {
    EventPointer event = level.queue[level.next++];
    if (event->cancelled) continue;
    if (is_deferred(*event))
      deferred_.push_back(std::move(event));
    else
      fire(*event);
  }
}

void SessionTriggers::begin_statement() {
  if (levels_.empty()) {
    plans_.clear();
    keys_.forget();
  }
  levels_.push_back(std::make_unique<Level>());
}

void SessionTriggers::end_statement() {
  ENSURE(!levels_.empty(), "no statement to end");
  bool any = !levels_.back()->queue.empty();
  drain(*levels_.back());
  levels_.pop_back();
  // What follows sees what the triggers did.
  if (any) session_.advance_command();
}

bool SessionTriggers::has_pending(Oid relation) const {
  auto waits = [&](const EventPointer& event) { return !event->cancelled && event->plan->relation->oid == relation; };
  return std::any_of(deferred_.begin(), deferred_.end(), waits) ||
         std::any_of(levels_.begin(), levels_.end(), [&](const auto& level) {
           return std::any_of(level->queue.begin() + static_cast<ptrdiff_t>(level->next), level->queue.end(), waits);
         });
}

void SessionTriggers::run_deferred() {
  while (!deferred_.empty()) {
    std::vector<EventPointer> events = std::move(deferred_);
    deferred_.clear();
    begin_statement();
    std::map<Oid, bool> there;  // of the constraints: they may have been dropped meanwhile
    for (const EventPointer& event : events) {
      auto [known, asked] = there.try_emplace(event->constraint, true);
      if (asked && event->constraint.valid())
        known->second = catalog::object_exists(session_.catalog(), catalog::id::kPgConstraint, event->constraint);
      if (!event->cancelled && known->second) fire(*event);
    }
    end_statement();
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
  if (deferred) return;
  std::vector<EventPointer> now, later;
  for (EventPointer& event : deferred_) (is_deferred(*event) ? later : now).push_back(std::move(event));
  deferred_ = std::move(later);
  if (now.empty()) return;
  begin_statement();
  for (const EventPointer& event : now) fire(*event);
  end_statement();
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
  modes_ = {};
  savepoints_.clear();
  plans_.clear();
  keys_.forget();
}

SavedState SessionTriggers::snapshot() const {
  SavedState state;
  state.levels = levels_.size();
  state.deferred = deferred_;
  state.modes = modes_;
  return state;
}

void SessionTriggers::put_back(const SavedState& state) {
  if (levels_.size() > state.levels) levels_.resize(state.levels);
  deferred_ = state.deferred;
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

std::unique_ptr<TriggerManager> make_trigger_manager(Session& session) {
  return std::make_unique<SessionTriggers>(session);
}

}  // namespace basalt::commands
