// The whole engine on a file system that loses power: what was acknowledged is there afterwards, and nothing of the
// rest.
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "fault_file_system.hpp"
#include "storage/engine.hpp"

using namespace basalt::storage;
using namespace basalt::storage::testing;
using basalt::common::kRowIdLimit;
using basalt::common::PhysicalType;
using basalt::common::RandomGenerator;
using basalt::common::SqlError;
using basalt::common::Value;

namespace {

StorageOptions engine_options(basalt::common::FileSystem& files, uint64_t frames) {
  StorageOptions options;
  options.directory = "/db";
  options.files = &files;
  options.buffer_bytes = frames * 16384;
  options.reservation_bytes = uint64_t{1} << 32;
  options.wal_segment_bytes = uint64_t{1} << 20;
  options.background_threads = false;
  return options;
}

std::unique_ptr<StorageEngine> open_engine(const StorageOptions& options) {
  auto engine = StorageEngine::open(options);
  if (!engine.ok()) throw basalt::common::to_sql_error(engine.status());
  return std::move(*engine);
}

HeapLayout two_columns() {
  HeapLayout layout;
  layout.columns.push_back({PhysicalType::kInt64, Value::null(PhysicalType::kInt64)});
  layout.columns.push_back({PhysicalType::kString, Value::null(PhysicalType::kString)});
  return layout;
}

Chunk row_of(int64_t number, const std::string& text) {
  Chunk chunk;
  PhysicalType types[] = {PhysicalType::kInt64, PhysicalType::kString};
  chunk.reset(types, 1);
  chunk.columns[0].set_value(0, Value::of<int64_t>(number));
  chunk.columns[1].set_value(0, Value::of<std::string_view>(text));
  chunk.rows = 1;
  return chunk;
}

std::map<uint64_t, std::pair<int64_t, std::string>> read_all(StorageEngine& engine, TreeId tree) {
  auto transaction = engine.begin(IsolationLevel::kReadCommitted, 1);
  Snapshot snapshot = transaction->take_snapshot();
  HeapScanOptions options;
  options.columns = {ColumnIndex{0}, ColumnIndex{1}, kRowIdColumn};
  auto scan = engine.heap(tree).scan(snapshot, options);
  std::map<uint64_t, std::pair<int64_t, std::string>> out;
  Chunk chunk;
  for (scan->next(chunk, 1000); chunk.rows > 0; scan->next(chunk, 1000))
    for (uint32_t i = 0; i < chunk.rows; ++i)
      out[static_cast<uint64_t>(chunk.value(2, i).as<int64_t>())] = {chunk.value(0, i).as<int64_t>(),
                                                                     std::string(chunk.value(1, i).string())};
  engine.abort(*transaction);
  return out;
}

std::string key_of(int64_t number) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

void require_clean(StorageEngine& engine) {
  auto findings = engine.check(TreeId{});
  for (const CheckFinding& f : findings) UNSCOPED_INFO("tree " << f.tree.value << " page " << f.page << ": " << f.text);
  REQUIRE(findings.empty());
}

struct Store {
  TreeId heap, index, sequence;
};

Store make_store(StorageEngine& engine) {
  auto transaction = engine.begin(IsolationLevel::kReadCommitted, 1);
  Store store;
  store.heap = engine.create_heap(*transaction, two_columns());
  store.index = engine.create_index(*transaction, {true, store.heap});
  store.sequence = engine.create_sequence(*transaction, {1, false, 0});
  engine.commit(*transaction);
  return store;
}

RowId insert_row(StorageEngine& engine, const Store& store, Transaction& t, int64_t number, const std::string& text) {
  std::vector<RowId> ids;
  engine.heap(store.heap).insert(t, row_of(number, text), ids);
  UniqueConflict conflict = engine.index(store.index).insert_unique(t, key_of(number), {}, ids[0]);
  REQUIRE(!conflict.row.valid());
  return ids[0];
}

}  // namespace

TEST_CASE("an engine keeps what was committed, over crash and clean end", "[engine]") {
  FaultFileSystem files(31);
  StorageOptions options = engine_options(files, 64);
  REQUIRE(StorageEngine::initialize(options).ok());
  Store store;
  {
    auto engine = open_engine(options);
    store = make_store(*engine);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    for (int i = 0; i < 1000; ++i) insert_row(*engine, store, *t, i, "row " + std::to_string(i));
    engine->commit(*t);
    auto lost = engine->begin(IsolationLevel::kReadCommitted, 2);
    for (int i = 5000; i < 5500; ++i) insert_row(*engine, store, *lost, i, "lost");
    CHECK(read_all(*engine, store.heap).size() == 1000);
    REQUIRE(engine->checkpoint().ok());
  }
  files.crash();
  {
    auto engine = open_engine(options);
    auto rows = read_all(*engine, store.heap);
    CHECK(rows.size() == 1000);
    for (auto& [id, row] : rows) REQUIRE(row.second == "row " + std::to_string(row.first));
    engine->purge();
    require_clean(*engine);
    REQUIRE(engine->close().ok());
  }
  auto engine = open_engine(options);
  CHECK(read_all(*engine, store.heap).size() == 1000);
  // A tree dropped and one never committed leave no pages.
  auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
  engine->drop_tree(*t, store.index);
  engine->commit(*t);
  t = engine->begin(IsolationLevel::kReadCommitted, 1);
  engine->create_heap(*t, two_columns());
  engine->abort(*t);
  require_clean(*engine);
}

TEST_CASE("a crash at any write leaves exactly the acknowledged transactions, or one more", "[engine]") {
  for (uint64_t seed = first_seed(); seed < first_seed() + seeds(40); ++seed) {
    INFO("seed " << seed);
    FaultFileSystem files(seed);
    StorageOptions options = engine_options(files, 16 + seed % 4 * 16);
    REQUIRE(StorageEngine::initialize(options).ok());
    RandomGenerator random(seed * 1001);
    Store store;
    {
      auto engine = open_engine(options);
      store = make_store(*engine);
      REQUIRE(engine->close().ok());
    }
    using Rows = std::map<uint64_t, std::pair<int64_t, std::string>>;
    Rows committed;
    int64_t next = 1;
    for (int life = 0; life < 3; ++life) {
      Rows maybe = committed;  // with the transaction whose commit was under way at the crash
      {
        auto engine = open_engine(options);
        files.crash_at(1 + random.below(random.below(4) ? 60 : 600));
        for (int n = 0; n < 200 && !files.crash_taken(); ++n) {
          auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
          Rows after = committed;
          for (uint64_t step = random.below(12); step > 0; --step) {
            t->advance_command();
            Snapshot snapshot = t->take_snapshot();
            auto row = after.begin();
            if (!after.empty()) std::advance(row, random.below(after.size()));
            uint64_t what = random.below(10);
            std::string text(random.below(20) == 0 ? 3000 : random.below(200), static_cast<char>('a' + n % 26));
            if (what < 6 || after.empty()) {
              RowId id = insert_row(*engine, store, *t, next, text);
              after[id.value] = {next++, text};
            } else if (what < 9) {
              Chunk values = row_of(row->second.first, text);
              values.columns.erase(values.columns.begin());
              ColumnIndex columns[] = {ColumnIndex{1}};
              auto done = engine->heap(store.heap).update(*t, snapshot, RowId{row->first}, columns, values, 0);
              REQUIRE(done.outcome == WriteOutcome::kOk);
              row->second.second = text;
            } else {
              REQUIRE(engine->heap(store.heap).remove(*t, snapshot, RowId{row->first}).outcome == WriteOutcome::kOk);
              engine->index(store.index).mark(*t, key_of(row->second.first), RowId{row->first});
              after.erase(row);
            }
            t->release_snapshot(snapshot);
          }
          if (random.below(4) == 0) {
            engine->abort(*t);
            continue;
          }
          bool before = files.crash_taken();
          engine->commit(*t);
          if (!files.crash_taken()) {
            committed = after;
          } else if (!before) {
            maybe = after;
            break;
          }
          maybe = committed;
          if (random.below(30) == 0) REQUIRE(engine->checkpoint().ok());
          if (random.below(10) == 0) engine->purge();
        }
        if (!files.crash_taken()) maybe = committed;
      }
      files.crash();
      auto engine = open_engine(options);
      Rows rows = read_all(*engine, store.heap);
      INFO("life " << life << ": " << rows.size() << " rows, " << committed.size() << " or " << maybe.size());
      REQUIRE((rows == committed || rows == maybe));
      committed = rows;
      engine->purge();
      require_clean(*engine);
    }
  }
}

TEST_CASE("transfers by many threads keep the sum, over a crash", "[engine]") {
  FaultFileSystem files(77);
  StorageOptions options = engine_options(files, 32);
  options.background_threads = true;
  REQUIRE(StorageEngine::initialize(options).ok());
  constexpr int kAccounts = 50, kThreads = 4;
  Store store;
  std::vector<RowId> accounts;
  {
    auto engine = open_engine(options);
    store = make_store(*engine);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    for (int i = 0; i < kAccounts; ++i) {
      std::vector<RowId> ids;
      engine->heap(store.heap).insert(*t, row_of(1000, "account"), ids);
      accounts.push_back(ids[0]);
    }
    engine->commit(*t);
    std::vector<std::thread> threads;
    std::atomic<int> done{0};
    for (int n = 0; n < kThreads; ++n) {
      threads.emplace_back([&, n] {
        RandomGenerator random(static_cast<uint64_t>(n) + 9);
        ColumnIndex columns[] = {ColumnIndex{0}};
        for (int i = 0; i < 200; ++i) {
          auto transfer = engine->begin(IsolationLevel::kRepeatableRead, static_cast<uint64_t>(n) + 10);
          bool ok = true;
          try {
            size_t from = random.below(kAccounts), to = random.below(kAccounts);
            int64_t amount = static_cast<int64_t>(random.below(50));
            for (auto [account, change] : {std::pair(from, -amount), std::pair(to, amount)}) {
              transfer->advance_command();
              Snapshot snapshot = transfer->take_snapshot();
              Chunk row;
              std::vector<bool> found;
              RowId id[] = {accounts[account]};
              engine->heap(store.heap).fetch(snapshot, id, columns, row, found);
              if (!found[0]) std::abort();
              Chunk values = row_of(row.value(0, 0).as<int64_t>() + change, "");
              values.columns.pop_back();
              WriteResult result;
              do {
                result = engine->heap(store.heap).update(*transfer, snapshot, id[0], columns, values, 0);
                if (result.outcome == WriteOutcome::kBeingModified) transfer->wait_for(result.other);
              } while (result.outcome == WriteOutcome::kBeingModified);
              transfer->release_snapshot(snapshot);
              if (result.outcome != WriteOutcome::kOk) {
                ok = false;
                break;
              }
            }
          } catch (const SqlError&) {
            ok = false;  // deadlock
          }
          if (ok) {
            engine->commit(*transfer);
            ++done;
          } else {
            engine->abort(*transfer);
          }
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(done > 100);
    int64_t sum = 0;
    for (auto& [id, row] : read_all(*engine, store.heap)) sum += row.first;
    CHECK(sum == kAccounts * 1000);
  }
  files.crash();
  auto engine = open_engine(options);
  int64_t sum = 0;
  for (auto& [id, row] : read_all(*engine, store.heap)) sum += row.first;
  CHECK(sum == kAccounts * 1000);
  require_clean(*engine);
}

TEST_CASE("large transactions are undone in the background, or by recovery", "[engine]") {
  FaultFileSystem files(79);
  StorageOptions options = engine_options(files, 256);
  options.background_threads = true;
  REQUIRE(StorageEngine::initialize(options).ok());
  constexpr int kThreads = 3, kRows = 600, kRounds = 4;
  Store store;
  std::vector<RowId> rows;
  auto update_all = [&](StorageEngine& engine, Transaction& t, int n, int64_t change) {
    ColumnIndex columns[] = {ColumnIndex{0}};
    Snapshot snapshot = t.take_snapshot();
    int wrong = 0;
    for (int i = n * kRows; i < (n + 1) * kRows; ++i) {
      RowId id[] = {rows[static_cast<size_t>(i)]};
      Chunk row;
      std::vector<bool> found;
      engine.heap(store.heap).fetch(snapshot, id, columns, row, found);
      if (!found[0]) std::abort();
      Chunk values = row_of(row.value(0, 0).as<int64_t>() + change, "");
      values.columns.pop_back();
      wrong += engine.heap(store.heap).update(t, snapshot, id[0], columns, values, 0).outcome != WriteOutcome::kOk;
    }
    t.release_snapshot(snapshot);
    return wrong;
  };
  auto check_sum = [&](StorageEngine& engine) {
    int64_t sum = 0;
    for (auto& [id, row] : read_all(engine, store.heap)) sum += row.first;
    CHECK(sum == kThreads * kRows * kRounds);
  };
  {
    auto engine = open_engine(options);
    store = make_store(*engine);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    for (int i = 0; i < kThreads * kRows; ++i) {
      std::vector<RowId> ids;
      engine->heap(store.heap).insert(*t, row_of(0, "row"), ids);
      rows.push_back(ids[0]);
    }
    engine->commit(*t);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < kThreads; ++n) {
      threads.emplace_back([&, n] {
        const LockTag tag{LockSpace::kAdvisory, 5, 0, static_cast<uint64_t>(n), 0};
        for (int round = 0; round < kRounds; ++round) {
          auto undone = engine->begin(IsolationLevel::kReadCommitted, static_cast<uint64_t>(n) + 10);
          undone->lock(tag, LockMode::kExclusive, WaitPolicy::kWait);
          wrong += update_all(*engine, *undone, n, 1'000'000);
          engine->abort_soon(std::move(undone));
          // The same session goes on: it gets the lock when the rows are as they were.
          auto kept = engine->begin(IsolationLevel::kReadCommitted, static_cast<uint64_t>(n) + 10);
          kept->lock(tag, LockMode::kExclusive, WaitPolicy::kWait);
          wrong += update_all(*engine, *kept, n, 1);
          engine->commit(*kept);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    check_sum(*engine);
    for (int n = 0; n < kThreads; ++n) {
      auto left = engine->begin(IsolationLevel::kReadCommitted, static_cast<uint64_t>(n) + 10);
      update_all(*engine, *left, n, 1'000'000);
      engine->abort_soon(std::move(left));
    }
  }
  files.crash();
  {
    auto engine = open_engine(options);
    check_sum(*engine);
    for (int n = 0; n < kThreads; ++n) {
      auto left = engine->begin(IsolationLevel::kReadCommitted, static_cast<uint64_t>(n) + 10);
      update_all(*engine, *left, n, 1'000'000);
      engine->abort_soon(std::move(left));
    }
    REQUIRE(engine->close().ok());
  }
  auto engine = open_engine(options);
  check_sum(*engine);
  require_clean(*engine);
}

TEST_CASE("sequences of the engine go on after a clean end without a gap", "[engine]") {
  FaultFileSystem files(78);
  StorageOptions options = engine_options(files, 32);
  REQUIRE(StorageEngine::initialize(options).ok());
  Store store;
  auto step = [](SequenceState& s) {
    s.last_value += s.is_called;
    s.is_called = true;
  };
  {
    auto engine = open_engine(options);
    store = make_store(*engine);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    for (int i = 1; i <= 5; ++i) CHECK(engine->advance_sequence(*t, store.sequence, step).last_value == i);
    engine->abort(*t);
    REQUIRE(engine->close().ok());
  }
  auto engine = open_engine(options);
  auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
  CHECK(engine->advance_sequence(*t, store.sequence, step).last_value == 6);
  engine->abort(*t);
}

TEST_CASE("a full disk fails the statement, and rollback still works", "[engine]") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    FaultFileSystem files(seed);
    StorageOptions options = engine_options(files, 32);
    REQUIRE(StorageEngine::initialize(options).ok());
    auto engine = open_engine(options);
    Store store = make_store(*engine);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    std::vector<RowId> kept;
    for (int i = 0; i < 100; ++i) kept.push_back(insert_row(*engine, store, *t, i, std::string(100, 'k')));
    engine->commit(*t);
    auto before = read_all(*engine, store.heap);
    files.set_capacity(files.used_bytes() + seed * 300'000);
    RandomGenerator random(seed);
    t = engine->begin(IsolationLevel::kReadCommitted, 1);
    bool full = false;
    ColumnIndex columns[] = {ColumnIndex{1}};
    for (int i = 1000; i < 100'000 && !full; ++i) {
      try {
        t->advance_command();
        Snapshot snapshot = t->take_snapshot();
        Chunk values = row_of(0, std::string(random.below(3000), 'u'));
        values.columns.erase(values.columns.begin());
        engine->heap(store.heap).update(*t, snapshot, kept[random.below(kept.size())], columns, values, 0);
        t->release_snapshot(snapshot);
        insert_row(*engine, store, *t, i, std::string(random.below(1000), 'n'));
      } catch (const SqlError& e) {
        REQUIRE(e.report().sqlstate.view() == "53100");
        full = true;
      }
    }
    REQUIRE(full);
    engine->abort(*t);
    CHECK(read_all(*engine, store.heap) == before);
    // Still full: small work goes on within what is allocated, or fails in the same way.
    files.set_capacity(~uint64_t{0});
    t = engine->begin(IsolationLevel::kReadCommitted, 1);
    insert_row(*engine, store, *t, 777, "after");
    engine->commit(*t);
    REQUIRE(engine->checkpoint().ok());
    engine->purge();
    require_clean(*engine);
    CHECK(read_all(*engine, store.heap).size() == before.size() + 1);
  }
}

TEST_CASE("a full disk: log that is not needed any more gives its space before a statement fails", "[engine]") {
  FaultFileSystem files(5);
  StorageOptions options = engine_options(files, 64);
  options.wal_segment_bytes = 4 << 20;
  REQUIRE(StorageEngine::initialize(options).ok());
  auto engine = open_engine(options);
  Store store = make_store(*engine);
  auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
  RowId row = insert_row(*engine, store, *t, 1, "first");
  engine->commit(*t);
  // An open transaction, whose undo a checkpoint has to carry.
  auto open = engine->begin(IsolationLevel::kReadCommitted, 2);
  insert_row(*engine, store, *open, 2, "open");
  files.set_capacity(files.used_bytes() + (6 << 20));  // room for one more segment
  ColumnIndex columns[] = {ColumnIndex{1}};
  // Many times the log that there is.
  for (int i = 0; i < 20'000; ++i) {
    t = engine->begin(IsolationLevel::kReadCommitted, 1);
    t->advance_command();
    Snapshot snapshot = t->take_snapshot();
    Chunk values = row_of(0, std::string(1000, static_cast<char>('a' + i % 26)));
    values.columns.erase(values.columns.begin());
    engine->heap(store.heap).update(*t, snapshot, row, columns, values, 0);
    engine->commit(*t);
    if (i % 100 == 0) engine->purge();
  }
  engine->abort(*open);
  CHECK(read_all(*engine, store.heap).size() == 1);
  require_clean(*engine);
}
