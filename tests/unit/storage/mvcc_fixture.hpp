// Trees and transactions on a data directory in memory, without the engine around them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fault_file_system.hpp"
#include "storage/core.hpp"
#include "storage/tree_cache.hpp"

namespace basalt::storage::testing {

using common::Chunk;
using common::PhysicalType;
using common::RowId;
using common::StringRef;

inline CoreOptions mvcc_core_options(common::FileSystem& files, uint64_t frames = 4096) {
  CoreOptions options;
  options.directory = "/db";
  options.files = &files;
  options.clock = &common::Clock::real();
  options.buffer_bytes = frames * kPageSize;
  options.reservation_bytes = uint64_t{1} << 32;
  options.wal_segment_bytes = uint64_t{4} << 20;
  options.background_threads = false;
  return options;
}

// Destruction without close() is a crash.
struct Database {
  explicit Database(common::FileSystem& files, bool create = true, uint64_t frames = 4096, bool threads = false) {
    register_tree_redo();
    CoreOptions options = mvcc_core_options(files, frames);
    if (create) StorageCore::initialize(options).take();
    auto opened = StorageCore::open(options);
    if (!opened.ok()) throw common::to_sql_error(opened.status());
    core = std::move(*opened);
    MvccOptions mvcc;
    mvcc.background_threads = threads;
    mvcc.deadlock_timeout_ms = 50;
    transactions = std::make_unique<TransactionManager>(*core, mvcc);
    trees = std::make_unique<TreeCache>(*core, *transactions);
    core->recover(transactions.get()).take();
    transactions->start();
  }
  ~Database() {
    transactions->stop();
    trees.reset();
    transactions.reset();
    core.reset();
  }
  std::unique_ptr<Transaction> begin(IsolationLevel level = IsolationLevel::kReadCommitted, uint64_t owner = 1) {
    return transactions->begin(level, owner);
  }
  void commit(std::unique_ptr<Transaction>& t) {
    transactions->commit(*t);
    t.reset();
  }
  void abort(std::unique_ptr<Transaction>& t) {
    transactions->abort(*t);
    t.reset();
  }
  std::vector<CheckFinding> check() {
    std::vector<CheckFinding> findings;
    uint64_t entries = 0;
    trees->check(TreeId{}, nullptr, entries, findings);
    return findings;
  }

  std::unique_ptr<StorageCore> core;
  std::unique_ptr<TransactionManager> transactions;
  std::unique_ptr<TreeCache> trees;
};

// Rows (int8 id, int4 n, text s): enough for all tests.
inline HeapLayout three_columns() {
  HeapLayout layout;
  layout.columns = {{PhysicalType::kInt64, Value()}, {PhysicalType::kInt32, Value()}, {PhysicalType::kString, Value()}};
  return layout;
}

struct Row3 {
  int64_t id;
  int32_t n;
  std::string s;
  bool operator==(const Row3&) const = default;
};

inline Chunk chunk_of(const std::vector<Row3>& rows) {
  Chunk chunk;
  PhysicalType types[] = {PhysicalType::kInt64, PhysicalType::kInt32, PhysicalType::kString};
  chunk.reset(types, static_cast<uint32_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    chunk.columns[0].data<int64_t>()[i] = rows[i].id;
    chunk.columns[1].data<int32_t>()[i] = rows[i].n;
    chunk.columns[2].data<StringRef>()[i] = chunk.columns[2].add_string(rows[i].s);
  }
  chunk.rows = static_cast<uint32_t>(rows.size());
  return chunk;
}

inline const std::vector<ColumnIndex>& all_three() {
  static const std::vector<ColumnIndex> columns{ColumnIndex{0}, ColumnIndex{1}, ColumnIndex{2}};
  return columns;
}

inline Row3 row_at(const Chunk& chunk, uint32_t i) {
  return {chunk.columns[0].data<int64_t>()[i], chunk.columns[1].data<int32_t>()[i],
          std::string(chunk.columns[2].data<StringRef>()[i].view())};
}

inline std::vector<Row3> scan_all(HeapTree& heap, const Snapshot& snapshot, std::vector<LeafFilter> filters = {},
                                  uint32_t chunk_rows = 64) {
  HeapScanOptions options;
  options.columns = all_three();
  options.filters = std::move(filters);
  auto scan = heap.scan(snapshot, options);
  std::vector<Row3> out;
  Chunk chunk;
  for (scan->next(chunk, chunk_rows); chunk.rows > 0; scan->next(chunk, chunk_rows))
    for (uint32_t i = 0; i < chunk.rows; ++i) out.push_back(row_at(chunk, i));
  return out;
}

inline RowId insert_row(HeapTree& heap, Transaction& t, const Row3& row) {
  std::vector<RowId> ids;
  heap.insert(t, chunk_of({row}), ids);
  return ids.at(0);
}

inline std::optional<Row3> fetch_row(HeapTree& heap, const Snapshot& snapshot, RowId id) {
  Chunk out;
  std::vector<bool> found;
  heap.fetch(snapshot, {&id, 1}, all_three(), out, found);
  if (!found[0]) return std::nullopt;
  return row_at(out, 0);
}

inline WriteResult set_n(HeapTree& heap, Transaction& t, const Snapshot& snapshot, RowId id, int32_t n) {
  Chunk values;
  PhysicalType type = PhysicalType::kInt32;
  values.reset({&type, 1}, 1);
  values.columns[0].data<int32_t>()[0] = n;
  values.rows = 1;
  ColumnIndex column{1};
  return heap.update(t, snapshot, id, {&column, 1}, values, 0);
}

inline WriteResult set_s(HeapTree& heap, Transaction& t, const Snapshot& snapshot, RowId id, const std::string& s) {
  Chunk values;
  PhysicalType type = PhysicalType::kString;
  values.reset({&type, 1}, 1);
  values.columns[0].data<StringRef>()[0] = values.columns[0].add_string(s);
  values.rows = 1;
  ColumnIndex column{2};
  return heap.update(t, snapshot, id, {&column, 1}, values, 0);
}

// Big-endian, sign flipped: a normalised int8 key.
inline std::string key_of(int64_t value) {
  uint64_t bits = static_cast<uint64_t>(value) ^ uint64_t { 1 } << 63;
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[i] = static_cast<char>(bits >> (56 - 8 * i));
  return key;
}

}  // namespace basalt::storage::testing
