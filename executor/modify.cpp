// INSERT, UPDATE, DELETE and MERGE. Runs its input to the end, then yields the RETURNING rows it kept (QRY-4).
//
// Chunks go through the steps as a whole where nothing can tell the difference; row by row where the target has row
// triggers, for ON CONFLICT and MERGE (QRY-8).
#include <algorithm>

#include "common/sqlstate.hpp"
#include "executor/assignments.hpp"
#include "executor/builder.hpp"
#include "executor/recheck.hpp"
#include "executor/table_writer.hpp"
#include "executor/wait_for_row.hpp"

namespace basalt::executor {

namespace {

using common::SqlError;
using query::CommandKind;
using storage::WriteOutcome;
namespace sqlstate = common::sqlstate;

class ModifySource : public Source {
 public:
  ModifySource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalModify& node,
               std::unique_ptr<Pipeline> input)
      : node_(node),
        state_(state),
        input_(std::move(input)),
        writer_(context, node.relation),
        rechecker_(state, *node.children[0], node.marks) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    assignments_ = compile_assignments(compiler, node.rows, node.assignments);
    returning_ = compiler.compile_list(node.returning);
    check_options_ = compiler.compile_list(node.check_options);
    for (const auto& action : node.merge_actions) {
      merge_conditions_.push_back(action.condition ? compiler.compile(*action.condition) : nullptr);
      merge_assignments_.push_back(compile_assignments(compiler, action.rows, action.assignments));
    }
    if (node.on_conflict) {
      conflict_set_ = compile_assignments(compiler, node.on_conflict->rows, node.on_conflict->set);
      if (node.on_conflict->where) conflict_where_ = compiler.compile(*node.on_conflict->where);
    }
    for (const auto& column : node.relation->columns) row_types_.push_back(column.physical);
    std::vector<int16_t> given;
    for (const auto& use : state.statement->tables) {
      if (use.relation->oid != node.relation->oid) continue;
      given.insert(given.end(), use.inserted_columns.begin(), use.inserted_columns.end());
      given.insert(given.end(), use.updated_columns.begin(), use.updated_columns.end());
    }
    writer_.set_given_columns(std::move(given));
    std::vector<common::PhysicalType> types = physical_types(node);
    if (!node.returning.empty()) result_ = std::make_unique<ChunkStore>(context, types, context.work_mem_bytes);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!done_) run(context);
    out.rows = 0;
    if (result_) result_->read(read_at_, out, demand);
  }

  void rewind(ExecutionContext&) override { UNREACHABLE("a data-modifying plan is never run twice"); }

 private:
  // --- the whole statement
  // ---------------------------------------------------------------------------------------------

  void run(ExecutionContext& context) {
    done_ = true;
    changed_ = changed_columns(node_.assignments);
    statement_hooks(context, true);
    Chunk chunk;
    while (input_->pull(context, chunk, node_.row_by_row ? 1 : common::kChunkRowsMax)) {
      switch (node_.command) {
        case CommandKind::kInsert:
          insert_chunk(context, chunk);
          break;
        case CommandKind::kUpdate:
          for (uint32_t row = 0; row < chunk.rows; ++row) update_row(context, chunk, row);
          break;
        case CommandKind::kDelete:
          for (uint32_t row = 0; row < chunk.rows; ++row) delete_row(context, chunk, row);
          break;
        default:
          for (uint32_t row = 0; row < chunk.rows; ++row) merge_row(context, chunk, row);
      }
    }
    statement_hooks(context, false);
    if (node_.can_set_tag) state_.rows_modified += affected_;
  }

  std::vector<int16_t> changed_columns(const std::vector<planner::ColumnAssignment>& list) const {
    std::vector<int16_t> changed;
    for (const auto& assignment : list) changed.push_back(assignment.column);
    for (const auto& column : node_.relation->columns)
      if (column.generated == 's') changed.push_back(column.number);
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return changed;
  }

  void statement_hooks(ExecutionContext& context, bool before) {
    if (!context.hooks) return;
    auto call = [&](RowEvent event, const std::vector<int16_t>& columns) {
      if (before)
        context.hooks->before_statement(*node_.relation, event, columns);
      else
        context.hooks->after_statement(*node_.relation, event, columns);
    };
    switch (node_.command) {
      case CommandKind::kInsert: {
        // Behind the statement the triggers of ON CONFLICT DO UPDATE come first.
        bool updates = node_.on_conflict && node_.on_conflict->action == query::ConflictAction::kUpdate;
        if (before) call(RowEvent::kInsert, {});
        if (updates) call(RowEvent::kUpdate, changed_columns(node_.on_conflict->set));
        if (!before) call(RowEvent::kInsert, {});
        break;
      }
      case CommandKind::kUpdate:
        call(RowEvent::kUpdate, changed_);
        break;
      case CommandKind::kDelete:
        call(RowEvent::kDelete, {});
        break;
      default:
        for (const auto& action : node_.merge_actions) {
          if (action.kind == query::MergeActionKind::kInsert) call(RowEvent::kInsert, {});
          if (action.kind == query::MergeActionKind::kUpdate)
            call(RowEvent::kUpdate, changed_columns(action.assignments));
          if (action.kind == query::MergeActionKind::kDelete) call(RowEvent::kDelete, {});
        }
    }
  }

  bool before_row(ExecutionContext& context, RowEvent event) const {
    return context.hooks && context.hooks->has_before_row(*node_.relation, event);
  }
  bool after_row(ExecutionContext& context, RowEvent event) const {
    return context.hooks && context.hooks->has_after_row(*node_.relation, event);
  }

  // --- INSERT
  // ----------------------------------------------------------------------------------------------------------

  // New rows from the child's output: assigned columns; the others NULL.
  Chunk evaluate_rows(ExecutionContext& context, Assignments& assignments, const Chunk& in, query::Rows& rows) {
    Chunk out;
    for (common::PhysicalType type : row_types_) out.columns.push_back(Vector::constant(type, Value::null(type)));
    for (Assignment& assignment : assignments.columns)
      out.columns[static_cast<size_t>(assignment.column) - 1] =
          assignment.value->evaluate(context.evaluation, in, rows);
    for (Vector& column : out.columns) column = column.flatten(rows.count);
    out.rows = rows.count;
    return out;
  }

  void insert_chunk(ExecutionContext& context, const Chunk& in) {
    query::Rows rows(in.rows);
    Chunk fresh = evaluate_rows(context, assignments_, in, rows);
    if (node_.on_conflict || before_row(context, RowEvent::kInsert)) {
      for (uint32_t row = 0; row < rows.count; ++row) {
        Chunk one = flat_row(fresh, row);
        insert_row(context, one, in, row);
      }
    } else {
      insert_rows(context, fresh, in, rows);
    }
    rows.raise();
  }

  void insert_rows(ExecutionContext& context, Chunk& fresh, const Chunk& in, query::Rows& rows) {
    writer_.compute_generated(context, fresh, rows);
    writer_.check_constraints(context, fresh, rows);
    check_view_options(context, fresh, rows);
    fresh.rows = rows.count;
    if (fresh.rows == 0) return;
    std::vector<RowId> ids;
    writer_.insert(context, fresh, ids, context.hooks);
    if (after_row(context, RowEvent::kInsert))
      for (uint32_t row = 0; row < fresh.rows; ++row) {
        Chunk one = flat_row(fresh, row);
        context.hooks->after_row(*node_.relation, RowEvent::kInsert, ids[row], nullptr, &one, {});
      }
    affected_ += fresh.rows;
    keep_returning(context, fresh, ids, in);
  }

  // One row with triggers or ON CONFLICT. `row` is the row of the child's output it came from.
  void insert_row(ExecutionContext& context, Chunk& fresh, const Chunk& in, uint32_t row) {
    if (before_row(context, RowEvent::kInsert) &&
        !context.hooks->before_row(*node_.relation, RowEvent::kInsert, nullptr, &fresh, {}))
      return;
    query::Rows one(1);
    writer_.compute_generated(context, fresh, one);
    writer_.check_constraints(context, fresh, one);
    check_view_options(context, fresh, one);
    one.raise();
    std::vector<RowId> ids;
    if (!node_.on_conflict) {
      writer_.insert(context, fresh, ids, context.hooks);
    } else if (!insert_or_resolve(context, fresh, in, row, ids)) {
      return;
    }
    if (after_row(context, RowEvent::kInsert))
      context.hooks->after_row(*node_.relation, RowEvent::kInsert, ids[0], nullptr, &fresh, {});
    ++affected_;
    keep_returning(context, fresh, ids, single(in, row));
  }

  // False: the row met an existing one, and the conflict action was carried out.
  bool insert_or_resolve(ExecutionContext& context, const Chunk& fresh, const Chunk& in, uint32_t row,
                         std::vector<RowId>& ids) {
    const planner::ModifyOnConflict& conflict = *node_.on_conflict;
    while (true) {
      context.check_interrupts();
      RowId existing = writer_.find_conflict(context, fresh, 0, conflict.arbiter_indexes);
      if (existing.valid()) {
        uint64_t& conflicts = state_.counters.at(static_cast<size_t>(node_.id)).conflicts;
        if (conflict.action == query::ConflictAction::kNothing) {
          ++conflicts;
          check_conflict_visible(context, existing);
          return false;
        }
        if (written_by_self(existing)) raise_second_time();
        if (!update_conflicting(context, existing, fresh, in, row)) continue;  // the row went away meanwhile
        ++conflicts;
        return false;
      }
      storage::SavepointId savepoint = context.transaction->savepoint();
      try {
        writer_.insert(context, fresh, ids, context.hooks);
        context.transaction->release(savepoint);
        return true;
      } catch (SqlError& error) {
        context.transaction->rollback_to(savepoint);
        context.transaction->release(savepoint);
        ids.clear();
        // Another transaction was faster in an arbiter index: look again. Any other index stands.
        if (error.report().sqlstate == sqlstate::kUniqueViolation &&
            writer_.find_conflict(context, fresh, 0, conflict.arbiter_indexes).valid())
          continue;
        throw;
      }
    }
  }

  // At REPEATABLE READ a conflicting row must be visible, as it is now.
  void check_conflict_visible(ExecutionContext& context, RowId existing) {
    if (context.transaction->isolation() == storage::IsolationLevel::kReadCommitted || written_by_self(existing))
      return;
    storage::HeapTree& heap = context.storage->heap(node_.relation->tree);
    const common::ColumnIndex writer[] = {storage::kXminColumn};
    Chunk seen, newest;
    std::vector<bool> visible;
    heap.fetch(context.snapshot, {&existing, 1}, writer, seen, visible);
    if (visible[0] && heap.fetch_newest(*context.transaction, existing, writer, newest, nullptr)) {
      auto by = newest.value(0, 0).as<int64_t>();
      if (by == seen.value(0, 0).as<int64_t>() || by == static_cast<int64_t>(context.transaction->id().value)) return;
    }
    raise_if_serialized(context, WriteOutcome::kUpdated);
  }
  bool written_by_self(RowId row) const {
    return std::find(inserted_.begin(), inserted_.end(), row) != inserted_.end();
  }

  [[noreturn]] static void raise_second_time() {
    throw SqlError(sqlstate::kCardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
        .hint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.");
  }

  // ON CONFLICT DO UPDATE of row `existing`. False: it no longer exists.
  bool update_conflicting(ExecutionContext& context, RowId existing, const Chunk& fresh, const Chunk& in,
                          uint32_t row) {
    RowSnapshot newest(context);
    newest.take_newer();
    Chunk old_row;
    if (!fetch_row(context, *node_.relation, existing, all_attributes(*node_.relation), true, old_row)) return false;
    check_conflict_visible(context, existing);
    Chunk both = old_row;
    both.columns.insert(both.columns.end(), fresh.columns.begin(), fresh.columns.end());
    if (conflict_where_) {
      query::Rows one(1);
      common::Selection selected;
      query::evaluate_filter(*conflict_where_, context.evaluation, both, one, selected);
      one.raise();
      if (selected.empty()) {
        ++state_.counters.at(static_cast<size_t>(node_.id)).conflicts_filtered_out;
        return true;
      }
    }
    Chunk new_row = flat_row(old_row, 0);
    assign(context, conflict_set_, both, new_row);
    storage::WriteResult result =
        write_update(context, newest.get(), existing, old_row, new_row, changed_columns(node_.on_conflict->set));
    if (result.outcome == WriteOutcome::kBeingModified) {
      wait_for_row(context, result.other, "locking tuple", existing, node_.relation->name);
      return false;
    }
    if (result.outcome == WriteOutcome::kSelfModified) raise_second_time();
    if (result.outcome == WriteOutcome::kUpdated || result.outcome == WriteOutcome::kDeleted)
      raise_if_serialized(context, result.outcome);
    if (result.outcome != WriteOutcome::kOk) return false;
    ++affected_;
    keep_returning(context, new_row, {existing}, single(in, row), true);
    return true;
  }

  // --- UPDATE, DELETE
  // --------------------------------------------------------------------------------------------------

  RowId target_of(const Chunk& in, uint32_t row) const {
    Value id = in.value(static_cast<size_t>(node_.row_id_slot), row);
    return id.is_null() ? RowId{} : RowId{static_cast<uint64_t>(id.as<int64_t>())};
  }

  void update_row(ExecutionContext& context, const Chunk& in, uint32_t row) {
    change_row(context, in, row, [&](const storage::Snapshot& snapshot, RowId id, const Chunk& joined) {
      return try_update(context, snapshot, id, joined, assignments_, changed_);
    });
  }

  void delete_row(ExecutionContext& context, const Chunk& in, uint32_t row) {
    change_row(context, in, row, [&](const storage::Snapshot& snapshot, RowId id, const Chunk& joined) {
      return try_delete(context, snapshot, id, joined);
    });
  }

  // Carries out `change` for one row; waits for writers in the way and re-checks a row that changed meanwhile (QRY-9).
  template <typename Change>
  void change_row(ExecutionContext& context, const Chunk& in, uint32_t row, Change&& change) {
    RowId id = target_of(in, row);
    if (!id.valid()) return;
    Chunk joined = single(in, row);
    RowSnapshot snapshot(context);
    Outcome outcome;
    do {
      outcome = settle(context, snapshot, change(snapshot.get(), id, joined), id, joined);
    } while (outcome == Outcome::kWaited || outcome == Outcome::kChanged);
  }

  // What a try to change a row has come to.
  enum class Outcome : uint8_t {
    kDone,
    kWaited,   // for another transaction: try again
    kChanged,  // meanwhile; the row still joins, and the joined row is over its newest version
    kGone      // deleted meanwhile, or it joins no more
  };
  Outcome settle(ExecutionContext& context, RowSnapshot& snapshot, const storage::WriteResult& result, RowId id,
                 Chunk& joined) {
    switch (result.outcome) {
      case WriteOutcome::kOk:
      case WriteOutcome::kNotFound:
        return Outcome::kDone;
      case WriteOutcome::kSelfModified:
        if (result.by_command != context.snapshot.command) raise_triggered_change(context);
        return Outcome::kDone;
      case WriteOutcome::kBeingModified:
        wait_for_row(context, result.other, node_.command == CommandKind::kDelete ? "deleting tuple" : "updating tuple",
                     id, node_.relation->name);
        return Outcome::kWaited;
      case WriteOutcome::kDeleted:
        raise_if_serialized(context, result.outcome);
        return Outcome::kGone;
      default: {
        raise_if_serialized(context, result.outcome);
        snapshot.take_newer();
        Chunk again;
        if (!rechecker_.run(context, joined, 0, {node_.table}, again)) return Outcome::kGone;
        joined = std::move(again);
        return Outcome::kChanged;
      }
    }
  }

  // A row that is locked for its BEFORE trigger is "updated" in PostgreSQL's words, also by DELETE.
  [[noreturn]] void raise_triggered_change(ExecutionContext& context) const {
    bool deleted = node_.command == CommandKind::kDelete && !before_row(context, RowEvent::kDelete);
    throw SqlError(sqlstate::kTriggeredDataChangeViolation,
                   std::string("tuple to be ") + (deleted ? "deleted" : "updated") +
                       " was already modified by an operation triggered by the current command")
        .hint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.");
  }

  bool read_old(ExecutionContext& context, const storage::Snapshot& snapshot, RowId id, Chunk& old_row) {
    storage::Snapshot saved = context.snapshot;
    context.snapshot = snapshot;
    bool found = fetch_row(context, *node_.relation, id, all_attributes(*node_.relation), false, old_row);
    context.snapshot = saved;
    return found;
  }

  storage::WriteResult try_update(ExecutionContext& context, const storage::Snapshot& snapshot, RowId id,
                                  const Chunk& joined, Assignments& assignments, const std::vector<int16_t>& changed) {
    Chunk old_row;
    if (!read_old(context, snapshot, id, old_row)) return {WriteOutcome::kNotFound, {}, {}};
    Chunk new_row = flat_row(old_row, 0);
    assign(context, assignments, joined, new_row);
    storage::WriteResult result = write_update(context, snapshot, id, old_row, new_row, changed);
    if (result.outcome != WriteOutcome::kOk) return result;
    ++affected_;
    keep_returning(context, new_row, {id}, joined);
    return result;
  }

  // Triggers, generated columns, constraints, heap and indexes for a new version.
  storage::WriteResult write_update(ExecutionContext& context, const storage::Snapshot& snapshot, RowId id,
                                    const Chunk& old_row, Chunk& new_row, const std::vector<int16_t>& changed) {
    std::vector<int16_t> columns = changed;
    if (before_row(context, RowEvent::kUpdate)) {
      // The trigger must see, and hold, the newest version: lock it first.
      storage::WriteResult locked = context.storage->heap(node_.relation->tree)
                                        .lock_row(*context.transaction, snapshot, id, storage::RowLockStrength::kUpdate,
                                                  storage::WaitPolicy::kWait);
      if (locked.outcome != WriteOutcome::kOk) return locked;
      if (!context.hooks->before_row(*node_.relation, RowEvent::kUpdate, &old_row, &new_row, changed))
        return {WriteOutcome::kNotFound, {}, {}};
      columns = all_attributes(*node_.relation);
    }
    query::Rows one(1);
    writer_.compute_generated(context, new_row, one);
    writer_.check_constraints(context, new_row, one);
    check_view_options(context, new_row, one);
    one.raise();
    // A change of key columns conflicts with FOR KEY SHARE of foreign key checks; any other does not.
    if (writer_.touches_key(columns)) {
      storage::WriteResult locked = context.storage->heap(node_.relation->tree)
                                        .lock_row(*context.transaction, snapshot, id, storage::RowLockStrength::kUpdate,
                                                  storage::WaitPolicy::kWait);
      if (locked.outcome != WriteOutcome::kOk) return locked;
    }
    storage::WriteResult result = writer_.update(context, snapshot, id, old_row, new_row, columns, context.hooks);
    if (result.outcome == WriteOutcome::kOk && after_row(context, RowEvent::kUpdate))
      context.hooks->after_row(*node_.relation, RowEvent::kUpdate, id, &old_row, &new_row, changed);
    return result;
  }

  storage::WriteResult try_delete(ExecutionContext& context, const storage::Snapshot& snapshot, RowId id,
                                  const Chunk& joined) {
    Chunk old_row;
    if (!read_old(context, snapshot, id, old_row)) return {WriteOutcome::kNotFound, {}, {}};
    if (before_row(context, RowEvent::kDelete)) {
      storage::WriteResult locked = context.storage->heap(node_.relation->tree)
                                        .lock_row(*context.transaction, snapshot, id, storage::RowLockStrength::kUpdate,
                                                  storage::WaitPolicy::kWait);
      if (locked.outcome != WriteOutcome::kOk) return locked;
      if (!context.hooks->before_row(*node_.relation, RowEvent::kDelete, &old_row, nullptr, {}))
        return {WriteOutcome::kNotFound, {}, {}};
    }
    storage::WriteResult result = writer_.remove(context, snapshot, id, old_row);
    if (result.outcome != WriteOutcome::kOk) return result;
    if (after_row(context, RowEvent::kDelete))
      context.hooks->after_row(*node_.relation, RowEvent::kDelete, id, &old_row, nullptr, {});
    ++affected_;
    keep_returning(context, old_row, {id}, joined);
    return result;
  }

  // --- MERGE
  // -----------------------------------------------------------------------------------------------------------

  // The first action whose condition holds; a matched row that changed meanwhile is judged again, and may not match any
  // more.
  void merge_row(ExecutionContext& context, const Chunk& in, uint32_t row) {
    Chunk joined = single(in, row);
    RowSnapshot snapshot(context);
    RowId id = target_of(joined, 0);
    while (id.valid()) {
      int action = find_action(context, true, joined);
      if (action < 0) return;
      Outcome outcome = change_matched(context, snapshot, static_cast<size_t>(action), id, joined);
      if (outcome == Outcome::kDone) return;
      id = outcome == Outcome::kGone ? RowId{} : target_of(joined, 0);
    }
    int action = find_action(context, false, joined);
    if (action < 0 || node_.merge_actions[static_cast<size_t>(action)].kind == query::MergeActionKind::kNothing) return;
    query::Rows one(1);
    Chunk fresh = evaluate_rows(context, merge_assignments_[static_cast<size_t>(action)], joined, one);
    one.raise();
    insert_row(context, fresh, joined, 0);
  }

  // -1: none.
  int find_action(ExecutionContext& context, bool matched, const Chunk& joined) {
    for (size_t a = 0; a < node_.merge_actions.size(); ++a) {
      if (node_.merge_actions[a].matched != matched) continue;
      if (!merge_conditions_[a]) return static_cast<int>(a);
      query::Rows one(1);
      common::Selection selected;
      query::evaluate_filter(*merge_conditions_[a], context.evaluation, joined, one, selected);
      one.raise();
      if (!selected.empty()) return static_cast<int>(a);
    }
    return -1;
  }

  Outcome change_matched(ExecutionContext& context, RowSnapshot& snapshot, size_t a, RowId id, Chunk& joined) {
    const planner::ModifyMergeAction& action = node_.merge_actions[a];
    if (action.kind == query::MergeActionKind::kNothing) return Outcome::kDone;
    std::vector<int16_t> changed = changed_columns(action.assignments);
    while (true) {
      storage::WriteResult result =
          action.kind == query::MergeActionKind::kUpdate
              ? try_update(context, snapshot.get(), id, joined, merge_assignments_[a], changed)
              : try_delete(context, snapshot.get(), id, joined);
      if (result.outcome == WriteOutcome::kSelfModified && result.by_command == context.snapshot.command)
        throw SqlError(sqlstate::kCardinalityViolation, "MERGE command cannot affect row a second time")
            .hint("Ensure that not more than one source row matches any one target row.");
      if (Outcome outcome = settle(context, snapshot, result, id, joined); outcome != Outcome::kWaited) return outcome;
    }
  }

  // --- shared
  // ----------------------------------------------------------------------------------------------------------

  static Chunk single(const Chunk& in, uint32_t row) {
    Chunk one = in;
    one.slice(std::make_shared<common::Selection>(common::Selection{row}));
    return one;
  }
  static Chunk flat_row(const Chunk& in, uint32_t row) {
    Chunk one;
    for (const Vector& column : in.columns) {
      Vector v(column.type(), 1);
      v.copy_row(0, column, row);
      one.columns.push_back(std::move(v));
    }
    one.rows = 1;
    return one;
  }

  SqlError check_option_error(ExecutionContext& context, size_t option, const Chunk& rows, uint32_t row) {
    SqlError error(sqlstate::kWithCheckOptionViolation,
                   "new row violates check option for view \"" + node_.check_option_views[option] + "\"");
    std::string shown = writer_.row_description(context, rows, row);
    if (!shown.empty()) error.report().detail = "Failing row contains " + shown + ".";
    return error;
  }

  void check_view_options(ExecutionContext& context, const Chunk& rows, query::Rows& wanted) {
    for (size_t i = 0; i < check_options_.size(); ++i) {
      Vector holds = check_options_[i]->evaluate(context.evaluation, rows, wanted);
      for (uint32_t row = 0; row < wanted.count; ++row)
        if (holds.is_null(row) || !holds.view<bool>()[row]) wanted.fail(row, check_option_error(context, i, rows, row));
    }
  }

  // `locked`: ON CONFLICT has locked the row before it changed it, which xmax shows.
  void keep_returning(ExecutionContext& context, const Chunk& rows, const std::vector<RowId>& ids, const Chunk& joined,
                      bool locked = false) {
    if (node_.on_conflict) inserted_.insert(inserted_.end(), ids.begin(), ids.end());
    if (returning_.empty()) return;
    Chunk input = rows;
    Vector id_column(common::PhysicalType::kInt64, rows.rows);
    for (uint32_t i = 0; i < rows.rows; ++i) id_column.data<int64_t>()[i] = static_cast<int64_t>(ids[i].value);
    input.columns.push_back(std::move(id_column));
    add_system_columns(context, input, locked);
    input.columns.insert(input.columns.end(), joined.columns.begin(), joined.columns.end());
    query::Rows wanted(rows.rows);
    Chunk out;
    query::evaluate_list(returning_, true, context.evaluation, input, wanted, out);
    wanted.raise();
    result_->append(out);
  }

  // xmin, cmin, xmax, cmax, tableoid.
  void add_system_columns(ExecutionContext& context, Chunk& input, bool locked) {
    auto constant = [&](uint64_t value) {
      input.columns.push_back(Vector::constant(common::PhysicalType::kInt32,
                                               Value::of(static_cast<int32_t>(static_cast<uint32_t>(value)))));
    };
    uint64_t own = context.transaction->id().value;
    constant(own);
    constant(0);
    constant(locked ? own : 0);
    constant(0);
    constant(node_.relation->oid.value);
  }

  const planner::PhysicalModify& node_;
  ExecutionState& state_;
  std::unique_ptr<Pipeline> input_;
  TableWriter writer_;
  Rechecker rechecker_;
  Assignments assignments_, conflict_set_;
  query::EvaluatorPointer conflict_where_;
  std::vector<query::EvaluatorPointer> returning_, check_options_, merge_conditions_;
  std::vector<Assignments> merge_assignments_;
  std::vector<common::PhysicalType> row_types_;
  std::vector<int16_t> changed_;
  std::unique_ptr<ChunkStore> result_;
  std::vector<RowId> inserted_;
  bool done_ = false;
  uint64_t read_at_ = 0, affected_ = 0;
};

}  // namespace

std::unique_ptr<Source> make_modify(ExecutionContext& context, ExecutionState& state,
                                    const planner::PhysicalModify& node, std::unique_ptr<Pipeline> input) {
  if (node.relation->kind == 'v') return make_modify_view(context, state, node, std::move(input));
  return std::make_unique<ModifySource>(context, state, node, std::move(input));
}

}  // namespace basalt::executor
