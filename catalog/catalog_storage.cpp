#include "catalog/catalog_storage.hpp"

#include "common/sqlstate.hpp"

namespace basalt::catalog {

using common::Chunk;
using common::ColumnIndex;
using common::PhysicalType;
using storage::WriteOutcome;

namespace {

std::vector<ColumnIndex> all_columns(size_t count) {
  std::vector<ColumnIndex> out;
  for (size_t i = 0; i < count; ++i) out.push_back(ColumnIndex(static_cast<uint16_t>(i)));
  return out;
}

void read_row(const Chunk& chunk, uint32_t row, size_t columns, CatalogRow& out) {
  out.clear();
  out.reserve(columns);
  for (size_t i = 0; i < columns; ++i) out.push_back(chunk.columns[i].value(row));
}

std::string value_text(const Value& value, PhysicalType type) {
  if (value.is_null()) return "null";
  switch (type) {
    case PhysicalType::kString:
      return std::string(value.string());
    case PhysicalType::kInt16:
      return std::to_string(value.as<int16_t>());
    case PhysicalType::kInt32:
      return std::to_string(value.as<uint32_t>());
    case PhysicalType::kInt64:
      return std::to_string(value.as<int64_t>());
    case PhysicalType::kBool:
      return value.as<bool>() ? "t" : "f";
    default:
      return "...";
  }
}

[[noreturn]] void throw_duplicate(const CatalogTable& table, const CatalogIndex& index, const CatalogRow& row) {
  std::string names, values;
  for (int16_t attnum : index.columns) {
    size_t at = static_cast<size_t>(attnum) - 1;
    if (!names.empty()) names += ", ", values += ", ";
    names += table.columns[at].name;
    values += value_text(row[at], table.columns[at].physical);
  }
  throw common::SqlError(common::sqlstate::kUniqueViolation,
                         "duplicate key value violates unique constraint \"" + index.name + "\"")
      .detail("Key (" + names + ")=(" + values + ") already exists.")
      .schema("pg_catalog")
      .table(table.name)
      .constraint(index.name);
}

void check_outcome(Transaction& transaction, const storage::WriteResult& result) {
  if (result.outcome == WriteOutcome::kOk) return;
  const char* text = result.outcome == WriteOutcome::kDeleted        ? "tuple concurrently deleted"
                     : result.outcome == WriteOutcome::kSelfModified ? "tuple already updated by self"
                                                                     : "tuple concurrently updated";
  throw common::SqlError(common::sqlstate::kInternalError, text);
}

// Waits for an unfinished writer and tries again; a row that somebody else has changed is an error, as in PostgreSQL.
template <typename Write>
void write_row(Transaction& transaction, Write write) {
  for (;;) {
    ScopedSnapshot snapshot(transaction);
    storage::WriteResult result = write(*snapshot);
    if (result.outcome != WriteOutcome::kBeingModified) return check_outcome(transaction, result);
    transaction.wait_for(result.other);
  }
}

}  // namespace

common::TreeId CatalogTrees::tree(Oid relation) const {
  auto it = trees_.find(relation.value);
  ENSURE(it != trees_.end(), "no tree for catalog relation " + std::to_string(relation.value));
  return it->second;
}

std::vector<PhysicalType> physical_types(const CatalogTable& table) {
  std::vector<PhysicalType> out;
  for (const CatalogColumn& c : table.columns) out.push_back(c.physical);
  return out;
}

void put_catalog_row(const CatalogRow& values, Chunk& chunk, uint32_t row) {
  ENSURE(values.size() == chunk.columns.size(), "catalog row has a wrong number of columns");
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_null())
      chunk.columns[i].set_null(row);
    else
      chunk.columns[i].set_value(row, values[i]);
  }
}

void CatalogStorage::scan(const Snapshot& snapshot, Oid catalog, Oid index_oid, std::span<const Value> prefix,
                          const RowCallback& callback) const {
  const CatalogTable& table = catalog_table(catalog);
  const CatalogIndex& index = table.index(index_oid);
  storage::KeyRange range;
  range.lower = range.upper = index.key_of_prefix(prefix);
  auto scan = engine_.index(tree(table, index_oid)).scan(snapshot, range, storage::ScanDirection::kForward);
  storage::HeapTree& heap = engine_.heap(tree(table, catalog));
  const std::vector<ColumnIndex> columns = all_columns(table.columns.size());
  const bool single = index.unique && prefix.size() == index.keys.size();
  std::vector<storage::IndexEntry> entries;
  std::vector<RowId> rows;
  std::vector<bool> found;
  Chunk chunk;
  CatalogRow row;
  for (;;) {
    entries.clear();
    scan->next(entries, single ? 4 : 64);
    if (entries.empty()) return;
    rows.clear();
    for (const storage::IndexEntry& entry : entries) rows.push_back(entry.row);
    found.clear();
    heap.fetch(snapshot, rows, columns, chunk, found);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!found[i]) continue;
      read_row(chunk, i, columns.size(), row);
      if (entries[i].needs_recheck && index.key_of_row(row) != entries[i].key) continue;
      if (!callback(rows[i], row)) return;
    }
  }
}

void CatalogStorage::scan_all(const Snapshot& snapshot, Oid catalog, const RowCallback& callback) const {
  const CatalogTable& table = catalog_table(catalog);
  storage::HeapScanOptions options;
  options.columns = all_columns(table.columns.size());
  options.columns.push_back(storage::kRowIdColumn);
  auto scan = engine_.heap(tree(table, catalog)).scan(snapshot, options);
  Chunk chunk;
  CatalogRow row;
  for (;;) {
    scan->next(chunk, common::chunk_rows());
    if (chunk.rows == 0) return;
    for (uint32_t i = 0; i < chunk.rows; ++i) {
      read_row(chunk, i, table.columns.size(), row);
      RowId id(static_cast<uint64_t>(chunk.value(table.columns.size(), i).as<int64_t>()));
      if (!callback(id, row)) return;
    }
  }
}

bool CatalogStorage::fetch(const Snapshot& snapshot, Oid catalog, RowId row_id, CatalogRow& out) const {
  const CatalogTable& table = catalog_table(catalog);
  const std::vector<ColumnIndex> columns = all_columns(table.columns.size());
  Chunk chunk;
  std::vector<bool> found;
  engine_.heap(tree(table, catalog)).fetch(snapshot, std::span<const RowId>(&row_id, 1), columns, chunk, found);
  if (!found[0]) return false;
  read_row(chunk, 0, columns.size(), out);
  return true;
}

bool CatalogStorage::find(const Snapshot& snapshot, Oid catalog, Oid index, std::span<const Value> key, CatalogRow& out,
                          RowId* row_id) const {
  bool found = false;
  scan(snapshot, catalog, index, key, [&](RowId id, const CatalogRow& row) {
    found = true;
    out = row;
    if (row_id) *row_id = id;
    return false;
  });
  return found;
}

bool CatalogStorage::oid_in_use(Transaction& transaction, const CatalogTable& table, Oid oid) const {
  if (table.oid_index < 0) return false;
  const CatalogIndex& index = table.indexes[static_cast<size_t>(table.oid_index)];
  const Value key = Value::of(oid.value);
  auto conflict = engine_.index(tree(table, index.oid))
                      .find_conflict(transaction, index.key_of_prefix(std::span<const Value>(&key, 1)), RowId());
  return conflict.row.valid();
}

void CatalogStorage::insert_entry(Transaction& transaction, const CatalogTable& table, const CatalogIndex& index,
                                  const CatalogRow& row, RowId row_id) const {
  storage::Index& tree_index = engine_.index(tree(table, index.oid));
  const std::string key = index.key_of_row(row);
  bool has_null = false;
  for (int16_t attnum : index.columns) has_null = has_null || row[static_cast<size_t>(attnum) - 1].is_null();
  if (!index.unique || has_null) return tree_index.insert(transaction, key, {}, row_id);
  for (;;) {
    storage::UniqueConflict conflict = tree_index.insert_unique(transaction, key, {}, row_id);
    if (!conflict.row.valid()) return;
    if (!conflict.in_progress.valid() || conflict.in_progress == transaction.id()) throw_duplicate(table, index, row);
    transaction.wait_for(conflict.in_progress);
  }
}

RowId CatalogStorage::insert(Transaction& transaction, Oid catalog, const CatalogRow& row) const {
  const CatalogTable& table = catalog_table(catalog);
  Chunk chunk;
  chunk.reset(physical_types(table), 1);
  put_catalog_row(row, chunk, 0);
  chunk.rows = 1;
  std::vector<RowId> ids;
  engine_.heap(tree(table, catalog)).insert(transaction, chunk, ids);
  for (const CatalogIndex& index : table.indexes) insert_entry(transaction, table, index, row, ids[0]);
  return ids[0];
}

void CatalogStorage::update(Transaction& transaction, Oid catalog, RowId row_id, const CatalogRow& before,
                            const CatalogRow& after) const {
  const CatalogTable& table = catalog_table(catalog);
  std::vector<ColumnIndex> columns;
  std::vector<PhysicalType> kinds;
  CatalogRow changed;
  for (size_t i = 0; i < after.size(); ++i) {
    if (before[i].identical(after[i])) continue;
    columns.push_back(ColumnIndex(static_cast<uint16_t>(i)));
    kinds.push_back(table.columns[i].physical);
    changed.push_back(after[i]);
  }
  if (columns.empty()) return;
  Chunk chunk;
  chunk.reset(kinds, 1);
  put_catalog_row(changed, chunk, 0);
  chunk.rows = 1;
  storage::HeapTree& heap = engine_.heap(tree(table, catalog));
  write_row(transaction,
            [&](const Snapshot& snapshot) { return heap.update(transaction, snapshot, row_id, columns, chunk, 0); });
  for (const CatalogIndex& index : table.indexes) {
    std::string old_key = index.key_of_row(before);
    if (old_key == index.key_of_row(after)) continue;
    engine_.index(tree(table, index.oid)).mark(transaction, old_key, row_id);
    insert_entry(transaction, table, index, after, row_id);
  }
}

void CatalogStorage::remove(Transaction& transaction, Oid catalog, RowId row_id, const CatalogRow& before) const {
  const CatalogTable& table = catalog_table(catalog);
  storage::HeapTree& heap = engine_.heap(tree(table, catalog));
  write_row(transaction, [&](const Snapshot& snapshot) { return heap.remove(transaction, snapshot, row_id); });
  for (const CatalogIndex& index : table.indexes) {
    engine_.index(tree(table, index.oid)).mark(transaction, index.key_of_row(before), row_id);
  }
}

}  // namespace basalt::catalog
