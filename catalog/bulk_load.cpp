#include "catalog/bulk_load.hpp"

#include "common/sql_error.hpp"

namespace basalt::catalog {

using common::Chunk;
using common::ColumnIndex;
using common::TreeId;

namespace {

constexpr size_t kSortBytes = size_t{16} << 20;
constexpr uint32_t kRowsPerChunk = 1024;

void finish_builder(storage::IndexBuilder& builder, const std::string& name) {
  std::string duplicate;
  auto conflict = builder.finish(&duplicate);
  ENSURE(!conflict, "duplicate key while filling index " + name);
}

}  // namespace

void load_catalog(StorageEngine& engine, Transaction& transaction, const CatalogTable& table,
                  const std::vector<CatalogRow>& rows, CatalogTrees& trees) {
  TreeId heap = engine.create_heap(transaction, table.layout());
  trees.add(table.oid, heap);
  std::vector<RowId> ids;
  const std::vector<common::PhysicalType> types = physical_types(table);
  for (size_t first = 0; first < rows.size(); first += kRowsPerChunk) {
    auto count = static_cast<uint32_t>(std::min<size_t>(kRowsPerChunk, rows.size() - first));
    Chunk chunk;
    chunk.reset(types, count);
    for (uint32_t i = 0; i < count; ++i) put_catalog_row(rows[first + i], chunk, i);
    chunk.rows = count;
    engine.heap(heap).insert(transaction, chunk, ids);
  }
  for (const CatalogIndex& index : table.indexes) {
    TreeId tree = engine.create_index(transaction, {index.unique, heap});
    trees.add(index.oid, tree);
    if (rows.empty()) continue;
    auto builder = engine.build_index(transaction, tree, kSortBytes);
    for (size_t i = 0; i < rows.size(); ++i) builder->add(index.key_of_row(rows[i]), {}, ids[i]);
    finish_builder(*builder, index.name);
  }
}

TreeId copy_heap(StorageEngine& engine, Transaction& transaction, TreeId source, RowIdMap& moved) {
  storage::HeapTree& from = engine.heap(source);
  TreeId target = engine.create_heap(transaction, from.layout());
  ScopedSnapshot snapshot(transaction);
  storage::HeapScanOptions options;
  const size_t columns = from.layout().columns.size();
  for (size_t i = 0; i < columns; ++i) options.columns.push_back(ColumnIndex(static_cast<uint16_t>(i)));
  options.columns.push_back(storage::kRowIdColumn);
  auto scan = from.scan(*snapshot, options);
  Chunk chunk;
  std::vector<RowId> ids;
  for (;;) {
    scan->next(chunk, common::chunk_rows());
    if (chunk.rows == 0) return target;
    std::vector<uint64_t> old_ids;
    for (uint32_t i = 0; i < chunk.rows; ++i) {
      old_ids.push_back(static_cast<uint64_t>(chunk.value(columns, i).as<int64_t>()));
    }
    chunk.columns.pop_back();
    ids.clear();
    engine.heap(target).insert(transaction, chunk, ids);
    for (size_t i = 0; i < ids.size(); ++i) moved.emplace(old_ids[i], ids[i]);
  }
}

TreeId copy_index(StorageEngine& engine, Transaction& transaction, TreeId source, TreeId heap, bool unique,
                  const RowIdMap& moved) {
  TreeId target = engine.create_index(transaction, {unique, heap});
  ScopedSnapshot snapshot(transaction);
  auto scan = engine.index(source).scan(*snapshot, {}, storage::ScanDirection::kForward);
  // A row may have an old entry beside its current one: the one that needs no recheck wins.
  std::unordered_map<uint64_t, storage::IndexEntry> chosen;
  std::vector<storage::IndexEntry> entries;
  for (;;) {
    entries.clear();
    scan->next(entries, 1024);
    if (entries.empty()) break;
    for (storage::IndexEntry& entry : entries) {
      if (!moved.contains(entry.row.value)) continue;
      auto [it, added] = chosen.try_emplace(entry.row.value, entry);
      if (!added && it->second.needs_recheck) it->second = entry;
    }
  }
  if (chosen.empty()) return target;
  auto builder = engine.build_index(transaction, target, kSortBytes);
  for (const auto& [row, entry] : chosen) builder->add(entry.key, entry.payload, moved.at(row));
  finish_builder(*builder, std::to_string(source.value));
  return target;
}

}  // namespace basalt::catalog
