// CASCADE, SET NULL, SET DEFAULT; deferred unique checks; how keys are shown.
#include <algorithm>

#include "catalog/acl.hpp"
#include "commands/acting_as.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger/foreign_key_frame.hpp"
#include "common/sqlstate.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::trigger {

using common::SqlError;
using executor::RowEvent;
using storage::WriteOutcome;
namespace sqlstate = common::sqlstate;

std::string describe_key(Session& session, const RelationDescriptor& relation, const std::vector<int16_t>& columns,
                         const Chunk& row) {
  constexpr uint32_t kSelect = catalog::privilege::kSelect;
  const common::Oid user = session.current_user();
  const bool all = catalog::relation_privileges(session.catalog(), relation.oid, user, kSelect);
  std::string names, shown;
  for (int16_t number : columns) {
    if (!all && !catalog::column_privileges(session.catalog(), relation.oid, number, user, kSelect)) return "";
    const auto& column = relation.columns[static_cast<size_t>(number) - 1];
    if (!names.empty()) {
      names += ", ";
      shown += ", ";
    }
    names += column.name;
    Value value = row.columns[static_cast<size_t>(number) - 1].value(0);
    shown += value.is_null() ? "null" : session.context().output(column.type, value);
  }
  return " (" + names + ")=(" + shown + ")";
}

executor::TableWriter& ForeignKeys::writer(Frame& frame, const catalog::RelationPointer& relation) {
  auto& slot = writers_[relation->oid];
  if (!slot) slot = std::make_unique<executor::TableWriter>(frame.context, relation);
  return *slot;
}

namespace {

// The statement that PostgreSQL would run, for the CONTEXT of errors inside the action.
std::string action_text(Session& session, const RelationDescriptor& child, const ConstraintDescriptor& key,
                        const std::vector<int16_t>& set, char action) {
  auto quoted = [](std::string_view name) {
    std::string out = "\"";
    for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  auto name = [&](int16_t column) { return quoted(child.columns[static_cast<size_t>(column) - 1].name); };
  std::string table = quoted(session.catalog().name_space(child.namespace_oid)->name) + "." + quoted(child.name);
  std::string text = action == 'c' && set.empty() ? "DELETE FROM ONLY " + table : "UPDATE ONLY " + table + " SET";
  int parameter = 0;
  for (size_t i = 0; i < set.size(); ++i) {
    std::string value = action == 'n' ? "NULL" : action == 'd' ? "DEFAULT" : "$" + std::to_string(++parameter);
    text += (i ? ", " : " ") + name(set[i]) + " = " + value;
  }
  text += " WHERE ";
  for (size_t i = 0; i < key.columns.size(); ++i)
    text += (i ? " AND $" : "$") + std::to_string(++parameter) + " OPERATOR(pg_catalog.=) " + name(key.columns[i]);
  return "SQL statement \"" + text + "\"";
}

}  // namespace

void ForeignKeys::act(const RelationDescriptor& parent, const ConstraintDescriptor& key, char action,
                      const Chunk& old_row, const Chunk* new_row) {
  catalog::RelationPointer child = session_.catalog().relation(key.relation);
  std::vector<Value> wanted(key.columns.size());
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const auto& from = parent.columns[static_cast<size_t>(key.foreign_columns[i]) - 1];
    const auto& to = child->columns[static_cast<size_t>(key.columns[i]) - 1];
    Value value = old_row.columns[static_cast<size_t>(from.number) - 1].value(0);
    if (!convert(value, from.type, to.type, to.collation, wanted[i])) return;
  }
  std::vector<int16_t> columns;
  if (action != 'c' || new_row) columns = key.columns;
  if (action != 'c' && !new_row && !key.delete_set_columns.empty()) columns = key.delete_set_columns;
  try {
    ActingAs owner(session_, child->owner, ActingAs::Mode::kLocal);
    Frame frame(session_);
    storage::Snapshot mine = frame.context.snapshot;
    frame.see_newest();
    Children children{child, key.columns, wanted, {}, find_children(frame, *child, key, wanted, false)};
    for (int16_t number : key.columns) {
      const auto& column = child->columns[static_cast<size_t>(number) - 1];
      children.operations.push_back(types::type_operations(session_.context(), column.type, column.collation));
    }
    frame.context.snapshot = mine;
    if (columns.empty()) {
      delete_children(frame, children);
    } else {
      update_children(frame, children, columns, new_values(parent, *child, key, action, new_row, columns));
    }
    session_.advance_command();
    if (action != 'd' || children.rows.empty()) return;
  } catch (SqlError& error) {
    std::string& context = error.report().context;
    context += (context.empty() ? "" : "\n") + action_text(session_, *child, key, columns, action);
    throw;
  }
  // A default equal to the key that went away would still refer to it.
  ConstraintDescriptor check = key;
  check.update_action = check.delete_action = 'a';
  parent_changed(parent, check, old_row, new_row);
}

std::vector<Value> ForeignKeys::new_values(const RelationDescriptor& parent, const RelationDescriptor& child,
                                           const ConstraintDescriptor& key, char action, const Chunk* new_row,
                                           const std::vector<int16_t>& columns) {
  SessionContext& context = session_.context();
  std::vector<Value> values;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& column = child.columns[static_cast<size_t>(columns[i]) - 1];
    if (action == 'c') {
      const auto& from = parent.columns[static_cast<size_t>(key.foreign_columns[i]) - 1];
      Value value = new_row->columns[static_cast<size_t>(from.number) - 1].value(0);
      bool plain = from.type == column.type && from.typmod == column.typmod;
      values.push_back(value.is_null() ? Value::null(column.physical)
                       : plain         ? value
                                       : context.cast(from.type, value, column.type, column.typmod));
    } else if (action == 'd' && column.has_default && !column.default_tree.empty()) {
      query::ExpressionPointer expression = query::expression_from_stored(column.default_tree, session_.catalog());
      query::EvaluatorPointer evaluator = query::ExpressionCompiler(session_.catalog(), context).compile(*expression);
      executor::ExecutionContext execution = session_.execution_context(session_.statement_snapshot(), {});
      values.push_back(query::evaluate_constant(*evaluator, execution.evaluation));
    } else {
      values.push_back(Value::null(column.physical));
    }
  }
  return values;
}

namespace {

// What to do after a write that met another transaction: true, try again.
bool try_again(Session& session, const storage::WriteResult& result) {
  switch (result.outcome) {
    case WriteOutcome::kOk:
    case WriteOutcome::kSelfModified:
    case WriteOutcome::kNotFound:
      return false;
    case WriteOutcome::kBeingModified:
      session.transaction().wait_for(result.other);
      return true;
    default:
      if (session.isolation() != storage::IsolationLevel::kReadCommitted)
        throw SqlError(sqlstate::kTRSerializationFailure, result.outcome == WriteOutcome::kDeleted
                                                              ? "could not serialize access due to concurrent delete"
                                                              : "could not serialize access due to concurrent update");
      return result.outcome == WriteOutcome::kUpdated;
  }
}

}  // namespace

bool ForeignKeys::refers(const Children& children, const Chunk& row) {
  for (size_t i = 0; i < children.columns.size(); ++i) {
    const common::Vector& value = row.columns[static_cast<size_t>(children.columns[i]) - 1];
    if (value.is_null(0) || children.operations[i]->compare(value.value(0), children.key[i]) != 0) return false;
  }
  return true;
}

// False: the row has gone, or refers to another key by now (it may have been waited for). One that refers to the key,
// but not as the transaction's snapshot has it, would be left without its parent.
bool ForeignKeys::fetch_child(Frame& frame, const Children& children, RowId row, Chunk& out) {
  executor::ExecutionContext& context = frame.context;
  const std::vector<int16_t> all = executor::all_attributes(*children.relation);
  if (executor::fetch_row(context, *children.relation, row, all, false, out) && refers(children, out)) return true;
  if (session_.isolation() == storage::IsolationLevel::kReadCommitted) return false;
  Chunk newest;
  if (executor::fetch_row(context, *children.relation, row, all, true, newest) && refers(children, newest))
    throw SqlError(sqlstate::kTRSerializationFailure, "could not serialize access due to concurrent update");
  return false;
}

void ForeignKeys::delete_children(Frame& frame, const Children& children) {
  const catalog::RelationPointer& child = children.relation;
  executor::TableWriter& table = writer(frame, child);
  executor::ExecutionContext& context = frame.context;
  hooks_.before_statement(*child, RowEvent::kDelete, {});
  for (RowId row : children.rows) {
    while (true) {
      Chunk old_row;
      if (!fetch_child(frame, children, row, old_row)) break;
      if (hooks_.has_before_row(*child, RowEvent::kDelete) &&
          !hooks_.before_row(*child, RowEvent::kDelete, &old_row, nullptr, {}))
        break;
      storage::WriteResult result = table.remove(context, context.snapshot, row, old_row);
      if (result.outcome == WriteOutcome::kOk && hooks_.has_after_row(*child, RowEvent::kDelete))
        hooks_.after_row(*child, RowEvent::kDelete, row, &old_row, nullptr, {});
      if (!try_again(session_, result)) break;
      frame.renew();
    }
  }
  hooks_.after_statement(*child, RowEvent::kDelete, {});
}

void ForeignKeys::update_children(Frame& frame, const Children& children, const std::vector<int16_t>& columns,
                                  const std::vector<Value>& values) {
  const catalog::RelationPointer& child = children.relation;
  executor::TableWriter& table = writer(frame, child);
  executor::ExecutionContext& context = frame.context;
  std::vector<int16_t> changed = columns;
  for (const auto& column : child->columns)
    if (column.generated == 's' && !column.dropped) changed.push_back(column.number);
  std::sort(changed.begin(), changed.end());
  hooks_.before_statement(*child, RowEvent::kUpdate, changed);
  for (RowId row : children.rows) {
    while (true) {
      Chunk old_row;
      if (!fetch_child(frame, children, row, old_row)) break;
      Chunk new_row = old_row;
      for (size_t i = 0; i < columns.size(); ++i) {
        const auto& column = child->columns[static_cast<size_t>(columns[i]) - 1];
        new_row.columns[static_cast<size_t>(columns[i]) - 1] =
            common::Vector::constant(column.physical, values[i]).flatten(1);
      }
      std::vector<int16_t> written = changed;
      if (hooks_.has_before_row(*child, RowEvent::kUpdate)) {
        if (!hooks_.before_row(*child, RowEvent::kUpdate, &old_row, &new_row, changed)) break;
        written = executor::all_attributes(*child);
      }
      query::Rows one(1);
      table.compute_generated(context, new_row, one);
      table.check_constraints(context, new_row, one);
      one.raise();
      storage::WriteResult result = table.update(context, context.snapshot, row, old_row, new_row, written, &hooks_);
      if (result.outcome == WriteOutcome::kOk && hooks_.has_after_row(*child, RowEvent::kUpdate))
        hooks_.after_row(*child, RowEvent::kUpdate, row, &old_row, &new_row, changed);
      if (!try_again(session_, result)) break;
      frame.renew();
    }
  }
  hooks_.after_statement(*child, RowEvent::kUpdate, changed);
}

void ForeignKeys::check_unique(const RelationDescriptor& relation, Oid index_oid, RowId row) {
  auto it = std::find_if(relation.indexes.begin(), relation.indexes.end(),
                         [&](const auto& index) { return index->oid == index_oid; });
  if (it == relation.indexes.end()) return;
  Frame frame(session_);
  Chunk current;
  if (!executor::fetch_row(frame.context, relation, row, executor::all_attributes(relation), true, current)) return;
  executor::IndexKeyBuilder builder(frame.context, relation, *it);
  executor::IndexKeyBuilder::Entry entry = builder.build(frame.context, current, 0);
  if (!entry.present || (entry.has_null && !(*it)->nulls_not_distinct)) return;
  storage::Index& tree = session_.storage().index((*it)->tree);
  while (true) {
    storage::UniqueConflict conflict = tree.find_conflict(session_.transaction(), entry.key, row);
    if (!conflict.row.valid()) return;
    if (!conflict.in_progress.valid()) break;
    session_.transaction().wait_for(conflict.in_progress);
  }
  std::vector<int16_t> columns;
  for (int k = 0; k < (*it)->key_count; ++k) columns.push_back((*it)->keys[static_cast<size_t>(k)].column);
  throw SqlError(sqlstate::kUniqueViolation, "duplicate key value violates unique constraint \"" + (*it)->name + "\"")
      .detail("Key" + describe_key(session_, relation, columns, current) + " already exists.")
      .schema(session_.catalog().name_space(relation.namespace_oid)->name)
      .table(relation.name)
      .constraint((*it)->name);
}

}  // namespace basalt::commands::trigger
