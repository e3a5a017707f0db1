#include "commands/trigger/foreign_key.hpp"

#include <algorithm>

#include "commands/session_context.hpp"
#include "commands/trigger/foreign_key_frame.hpp"
#include "common/sqlstate.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::trigger {

using common::SqlError;
using storage::WriteOutcome;
namespace sqlstate = common::sqlstate;

namespace {

constexpr int kAttemptsMax = 1000;

const common::Vector& column_of(const Chunk& row, int16_t number) {
  return row.columns[static_cast<size_t>(number) - 1];
}

size_t count_nulls(const Chunk& row, const std::vector<int16_t>& columns) {
  size_t nulls = 0;
  for (int16_t column : columns) nulls += column_of(row, column).is_null(0);
  return nulls;
}

bool same_values(const Chunk& a, const Chunk& b, const std::vector<int16_t>& columns) {
  return std::all_of(columns.begin(), columns.end(), [&](int16_t column) {
    return column_of(a, column).value(0).identical(column_of(b, column).value(0));
  });
}

// The unique index that the key refers to.
catalog::IndexPointer referenced_index(const RelationDescriptor& parent, const ConstraintDescriptor& key) {
  for (const auto& index : parent.indexes)
    if (index->oid == key.index) return index;
  for (const auto& index : parent.indexes) {
    if (!index->unique || !index->predicate_tree.empty()) continue;
    if (static_cast<size_t>(index->key_count) != key.foreign_columns.size()) continue;
    bool all = true;
    for (int k = 0; k < index->key_count; ++k)
      all = all && std::find(key.foreign_columns.begin(), key.foreign_columns.end(),
                             index->keys[static_cast<size_t>(k)].column) != key.foreign_columns.end();
    if (all) return index;
  }
  throw SqlError(sqlstate::kInternalError, "foreign key \"" + key.name + "\" has no unique index");
}

}  // namespace

bool ForeignKeys::child_concerned(const ConstraintDescriptor& key, const Chunk* old_row, const Chunk& new_row) {
  size_t nulls = count_nulls(new_row, key.columns);
  if (nulls == key.columns.size()) return false;
  if (nulls > 0) return key.match == 'f';
  return !old_row || !same_values(*old_row, new_row, key.columns);
}

bool ForeignKeys::parent_concerned(const ConstraintDescriptor& key, const Chunk& old_row, const Chunk* new_row) {
  if (count_nulls(old_row, key.foreign_columns) > 0) return false;
  return !new_row || !same_values(old_row, *new_row, key.foreign_columns);
}

// A value of another type, if it is the same one there: 1.5 has no equal among the integers.
bool ForeignKeys::convert(const Value& value, Oid from, Oid to, Oid collation, Value& out) {
  if (from == to) {
    out = value;
    return true;
  }
  SessionContext& context = session_.context();
  try {
    out = context.cast(from, value, to, -1);
    Value back = context.cast(to, out, from, -1);
    return types::type_operations(context, from, collation)->compare(value, back) == 0;
  } catch (const SqlError& error) {
    if (error.report().sqlstate.view().substr(0, 2) == "22") return false;  // out of range there
    throw;
  }
}

// Finds and locks the row with this key. What another transaction has inserted and not committed does not exist; what
// it deletes or changes is waited for.
bool ForeignKeys::parent_exists(const RelationDescriptor& parent, const ConstraintDescriptor& key,
                                const std::vector<Value>& values, const std::vector<Oid>& types) {
  catalog::IndexPointer index = referenced_index(parent, key);
  SessionContext& context = session_.context();
  storage::Transaction& transaction = session_.transaction();
  std::string wanted;
  std::vector<types::KeyColumn> key_columns;
  for (int k = 0; k < index->key_count; ++k) {
    const auto& part = index->keys[static_cast<size_t>(k)];
    auto at = std::find(key.foreign_columns.begin(), key.foreign_columns.end(), part.column);
    ENSURE(at != key.foreign_columns.end(), "the index of a foreign key has other columns");
    auto position = static_cast<size_t>(at - key.foreign_columns.begin());
    Oid type = parent.columns[static_cast<size_t>(part.column) - 1].type;
    Value value;
    if (!convert(values[position], types[position], type, part.collation, value)) return false;
    key_columns.push_back(
        {types::type_operations(context, part.type, part.collation), part.descending, part.nulls_first});
    types::append_key_part(key_columns.back(), common::Vector::constant(value.type(), value), 0, wanted);
  }
  storage::Index& tree = session_.storage().index(index->tree);
  storage::HeapTree& heap = session_.storage().heap(parent.tree);
  Frame frame(session_);
  // The newest version counts, whatever the snapshot of the statement.
  storage::Snapshot newest{common::Lsn{~uint64_t{0}}, transaction.assign_id(), common::CommandId{~uint32_t{0}}};
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    session_.interrupt().check();
    storage::UniqueConflict found = tree.find_conflict(transaction, wanted, RowId{});
    if (!found.row.valid()) return false;
    storage::WriteResult locked =
        heap.lock_row(transaction, newest, found.row, storage::RowLockStrength::kKeyShare, storage::WaitPolicy::kWait);
    if (locked.outcome == WriteOutcome::kBeingModified) {
      transaction.wait_for(locked.other);
      continue;
    }
    if (locked.outcome != WriteOutcome::kOk) {
      if (found.in_progress.valid()) return false;
      continue;
    }
    Chunk row;
    if (!executor::fetch_row(frame.context, parent, found.row, key.foreign_columns, true, row)) continue;
    std::string present;
    for (size_t k = 0; k < key_columns.size(); ++k)
      types::append_key_part(key_columns[k], column_of(row, index->keys[k].column), 0, present);
    if (present == wanted) return true;
    if (found.in_progress.valid()) return false;
  }
  return false;
}

void ForeignKeys::check_child(const RelationDescriptor& child, const ConstraintDescriptor& key, RowId row) {
  Frame frame(session_);
  // As the row is now: a later change of it in this transaction counts, a deleted row needs nothing.
  Chunk current;
  if (!executor::fetch_row(frame.context, child, row, key.columns, true, current)) return;
  size_t nulls = count_nulls(current, key.columns);
  if (nulls == key.columns.size()) return;
  const std::string schema = session_.catalog().name_space(child.namespace_oid)->name;
  std::string message =
      "insert or update on table \"" + child.name + "\" violates foreign key constraint \"" + key.name + "\"";
  if (nulls > 0) {
    if (key.match != 'f') return;
    throw SqlError(sqlstate::kForeignKeyViolation, std::move(message))
        .detail("MATCH FULL does not allow mixing of null and nonnull key values.")
        .schema(schema)
        .table(child.name)
        .constraint(key.name);
  }
  catalog::RelationPointer parent = session_.catalog().relation(key.foreign_relation);
  std::vector<Value> values;
  std::vector<Oid> types;
  for (int16_t column : key.columns) {
    values.push_back(column_of(current, column).value(0));
    types.push_back(child.columns[static_cast<size_t>(column) - 1].type);
  }
  if (parent_exists(*parent, key, values, types)) return;
  throw SqlError(sqlstate::kForeignKeyViolation, std::move(message))
      .detail("Key" + describe_key(session_, child, key.columns, current) + " is not present in table \"" +
              parent->name + "\".")
      .schema(schema)
      .table(child.name)
      .constraint(key.name);
}

// ---- the referenced side

void ForeignKeys::parent_changed(const RelationDescriptor& parent, const ConstraintDescriptor& key,
                                 const Chunk& old_row, const Chunk* new_row) {
  char action = new_row ? key.update_action : key.delete_action;
  if (action != 'a' && action != 'r') {
    act(parent, key, action, old_row, new_row);
    return;
  }
  std::vector<Value> values;
  std::vector<Oid> types;
  for (int16_t column : key.foreign_columns) {
    values.push_back(column_of(old_row, column).value(0));
    types.push_back(parent.columns[static_cast<size_t>(column) - 1].type);
  }
  // Another row may have taken over the key; RESTRICT does not care.
  if (action == 'a' && parent_exists(parent, key, values, types)) return;
  catalog::RelationPointer child = session_.catalog().relation(key.relation);
  Frame frame(session_);
  frame.see_newest();
  std::vector<Value> wanted(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const auto& column = child->columns[static_cast<size_t>(key.columns[i]) - 1];
    if (!convert(values[i], types[i], column.type, column.collation, wanted[i])) return;
  }
  if (!find_children(frame, *child, key, wanted, true).empty()) raise_referenced(parent, *child, key, old_row);
}

void ForeignKeys::raise_referenced(const RelationDescriptor& parent, const RelationDescriptor& child,
                                   const ConstraintDescriptor& key, const Chunk& old_row) {
  throw SqlError(sqlstate::kForeignKeyViolation, "update or delete on table \"" + parent.name +
                                                     "\" violates foreign key constraint \"" + key.name +
                                                     "\" on table \"" + child.name + "\"")
      .detail("Key" + describe_key(session_, parent, key.foreign_columns, old_row) +
              " is still referenced from table \"" + child.name + "\".")
      .schema(session_.catalog().name_space(child.namespace_oid)->name)
      .table(child.name)
      .constraint(key.name);
}

namespace {

// An index whose leading columns are those of the key; null: none.
catalog::IndexPointer child_index(const RelationDescriptor& child, const std::vector<int16_t>& columns) {
  for (const auto& index : child.indexes) {
    if (!index->valid || !index->ready || !index->predicate_tree.empty()) continue;
    if (static_cast<size_t>(index->key_count) < columns.size()) continue;
    bool fits = true;
    for (size_t k = 0; k < columns.size(); ++k)
      fits = fits && std::find(columns.begin(), columns.end(), index->keys[k].column) != columns.end();
    if (fits) return index;
  }
  return nullptr;
}

}  // namespace

std::vector<RowId> ForeignKeys::find_children(Frame& frame, const RelationDescriptor& child,
                                              const ConstraintDescriptor& key, const std::vector<Value>& values,
                                              bool first_only) {
  SessionContext& context = session_.context();
  const std::vector<int16_t>& columns = key.columns;
  std::vector<types::TypeOperationsPointer> operations;
  std::vector<common::ColumnIndex> wanted;
  for (int16_t number : columns) {
    const auto& column = child.columns[static_cast<size_t>(number) - 1];
    operations.push_back(types::type_operations(context, column.type, column.collation));
    wanted.emplace_back(static_cast<uint16_t>(number - 1));
  }
  auto matches = [&](const Chunk& chunk, uint32_t row) {
    for (size_t i = 0; i < columns.size(); ++i)
      if (chunk.columns[i].is_null(row) || operations[i]->compare(chunk.columns[i].value(row), values[i]) != 0)
        return false;
    return true;
  };
  const auto refreshers = executor::record_refreshers(session_.catalog(), child, wanted);
  storage::HeapTree& heap = session_.storage().heap(child.tree);
  std::vector<RowId> found;
  catalog::IndexPointer index = child_index(child, columns);
  if (!index) {
    storage::HeapScanOptions options;
    options.columns = wanted;
    options.columns.push_back(storage::kRowIdColumn);
    auto scan = heap.scan(frame.context.snapshot, std::move(options));
    Chunk chunk;
    for (scan->next(chunk, common::kChunkRowsMax); chunk.rows > 0; scan->next(chunk, common::kChunkRowsMax)) {
      session_.interrupt().check();
      executor::refresh_columns(refreshers, chunk);
      for (uint32_t row = 0; row < chunk.rows; ++row)
        if (matches(chunk, row)) {
          found.push_back(RowId{static_cast<uint64_t>(chunk.columns.back().value(row).as<int64_t>())});
          if (first_only) return found;
        }
    }
    return found;
  }
  std::string prefix;
  for (size_t k = 0; k < columns.size(); ++k) {
    const auto& part = index->keys[k];
    auto at = static_cast<size_t>(std::find(columns.begin(), columns.end(), part.column) - columns.begin());
    types::KeyColumn column{types::type_operations(context, part.type, part.collation), part.descending,
                            part.nulls_first};
    types::append_key_part(column, common::Vector::constant(values[at].type(), values[at]), 0, prefix);
  }
  auto scan = session_.storage()
                  .index(index->tree)
                  .scan(frame.context.snapshot, {prefix, prefix, true, true}, storage::ScanDirection::kForward);
  while (true) {
    session_.interrupt().check();
    std::vector<storage::IndexEntry> entries;
    scan->next(entries, common::kChunkRowsMax);
    if (entries.empty()) return found;
    std::vector<RowId> rows;
    for (const auto& entry : entries)
      if (std::find(rows.begin(), rows.end(), entry.row) == rows.end()) rows.push_back(entry.row);
    Chunk chunk;
    std::vector<bool> present;
    heap.fetch(frame.context.snapshot, rows, wanted, chunk, present);
    chunk.rows = static_cast<uint32_t>(rows.size());
    executor::refresh_columns(refreshers, chunk);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!present[i] || !matches(chunk, i)) continue;
      if (std::find(found.begin(), found.end(), rows[i]) == found.end()) found.push_back(rows[i]);
      if (first_only) return found;
    }
  }
}

}  // namespace basalt::commands::trigger
