#include "catalog/catalog_storage.hpp"

namespace basalt::catalog {

using common::Chunk;
using common::ColumnIndex;
using common::PhysicalType;

namespace {

const PhysicalType kTypes[] = {PhysicalType::kInt16, PhysicalType::kInt32, PhysicalType::kInt32, PhysicalType::kInt64};

struct RootRow {
  CatalogRoot::Kind kind;
  Oid database, relation;
  uint64_t value;
  RowId id;
};

template <typename F>
void for_each(StorageEngine& engine, Transaction& transaction, F f) {
  ScopedSnapshot snapshot(transaction);
  storage::HeapScanOptions options;
  for (uint16_t i = 0; i < 4; ++i) options.columns.push_back(ColumnIndex(i));
  options.columns.push_back(storage::kRowIdColumn);
  auto scan = engine.heap(CatalogRoot::kTree).scan(*snapshot, options);
  Chunk chunk;
  for (;;) {
    scan->next(chunk, common::chunk_rows());
    if (chunk.rows == 0) return;
    for (uint32_t i = 0; i < chunk.rows; ++i) {
      f(RootRow{static_cast<CatalogRoot::Kind>(chunk.value(0, i).as<int16_t>()), Oid(chunk.value(1, i).as<uint32_t>()),
                Oid(chunk.value(2, i).as<uint32_t>()), static_cast<uint64_t>(chunk.value(3, i).as<int64_t>()),
                RowId(static_cast<uint64_t>(chunk.value(4, i).as<int64_t>()))});
    }
  }
}

}  // namespace

storage::HeapLayout CatalogRoot::layout() {
  storage::HeapLayout out;
  for (PhysicalType type : kTypes) out.columns.push_back({type, Value::null(type), false});
  return out;
}

void CatalogRoot::put(StorageEngine& engine, Transaction& transaction, Kind kind, Oid database, Oid relation,
                      uint64_t value) {
  Chunk chunk;
  chunk.reset(kTypes, 1);
  chunk.columns[0].set_value(0, Value::of(static_cast<int16_t>(kind)));
  chunk.columns[1].set_value(0, Value::of(database.value));
  chunk.columns[2].set_value(0, Value::of(relation.value));
  chunk.columns[3].set_value(0, Value::of(static_cast<int64_t>(value)));
  chunk.rows = 1;
  std::vector<RowId> ids;
  engine.heap(kTree).insert(transaction, chunk, ids);
}

void CatalogRoot::set(StorageEngine& engine, Transaction& transaction, Kind kind, uint64_t value) {
  RowId row;
  for_each(engine, transaction, [&](const RootRow& r) {
    if (r.kind == kind) row = r.id;
  });
  if (row.valid()) {
    ScopedSnapshot snapshot(transaction);
    engine.heap(kTree).remove(transaction, *snapshot, row);
  }
  put(engine, transaction, kind, Oid(), Oid(), value);
  transaction.advance_command();
}

uint64_t CatalogRoot::get(StorageEngine& engine, Transaction& transaction, Kind kind) {
  uint64_t value = 0;
  for_each(engine, transaction, [&](const RootRow& r) {
    if (r.kind == kind) value = r.value;
  });
  return value;
}

CatalogTrees CatalogRoot::read_trees(StorageEngine& engine, Transaction& transaction, Oid database) {
  CatalogTrees trees;
  for_each(engine, transaction, [&](const RootRow& r) {
    if (r.kind == Kind::kTree && r.database == database) trees.add(r.relation, common::TreeId(r.value));
  });
  return trees;
}

void CatalogRoot::remove_database(StorageEngine& engine, Transaction& transaction, Oid database) {
  std::vector<RowId> rows;
  for_each(engine, transaction, [&](const RootRow& r) {
    if (r.kind == Kind::kTree && r.database == database) rows.push_back(r.id);
  });
  ScopedSnapshot snapshot(transaction);
  for (RowId row : rows) engine.heap(kTree).remove(transaction, *snapshot, row);
}

}  // namespace basalt::catalog
