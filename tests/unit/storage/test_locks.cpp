// The lock manager, waits, deadlocks, and threads that fight for rows and keys.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "mvcc_fixture.hpp"
#include "storage/lock_manager.hpp"

using namespace basalt;
using namespace basalt::storage;
using namespace basalt::storage::testing;

namespace {
LockTag relation(uint64_t oid) { return {LockSpace::kRelation, 5, 0, oid, 0}; }
void nap(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }
}  // namespace

TEST_CASE("lock modes conflict as in PostgreSQL") {
  const char* expected[8] = {
      // columns: requested mode
      ".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX"};
  for (int a = 0; a < 8; ++a)
    for (int b = 0; b < 8; ++b)
      CHECK(lock_modes_conflict(static_cast<LockMode>(a + 1), static_cast<LockMode>(b + 1)) == (expected[a][b] == 'X'));
}

TEST_CASE("locks wait, time out, can be interrupted, and end with their transaction or savepoint") {
  FaultFileSystem files(1);
  Database db(files);
  auto a = db.begin(IsolationLevel::kReadCommitted, 1);
  auto b = db.begin(IsolationLevel::kReadCommitted, 2);
  CHECK(a->lock(relation(1), LockMode::kShare, WaitPolicy::kWait));
  CHECK(b->lock(relation(1), LockMode::kAccessShare, WaitPolicy::kWait));
  CHECK_FALSE(b->lock(relation(1), LockMode::kRowExclusive, WaitPolicy::kNoWait));
  b->set_wait_limits({.lock_timeout_ms = 30, .deadlock_timeout_ms = 1000});
  try {
    b->lock(relation(1), LockMode::kRowExclusive, WaitPolicy::kWait);
    FAIL("no timeout");
  } catch (const common::SqlError& e) {
    CHECK(e.report().sqlstate.view() == "55P03");
    CHECK(e.report().message == "canceling statement due to lock timeout");
  }
  b->set_wait_limits({.lock_timeout_ms = 0, .deadlock_timeout_ms = 50});
  common::Interrupt interrupt;
  b->set_interrupt(&interrupt);
  std::thread canceller([&] {
    nap(30);
    interrupt.raise(common::Interrupt::Reason::kCancel);
  });
  CHECK_THROWS_AS(b->lock(relation(1), LockMode::kRowExclusive, WaitPolicy::kWait), common::SqlError);
  canceller.join();
  b->set_interrupt(nullptr);
  SavepointId savepoint = a->savepoint();
  CHECK(a->lock(relation(2), LockMode::kAccessExclusive, WaitPolicy::kWait));
  CHECK_FALSE(b->lock(relation(2), LockMode::kAccessShare, WaitPolicy::kNoWait));
  std::vector<LockInfo> list;
  db.transactions->locks(list);
  CHECK(list.size() == 3);
  a->rollback_to(savepoint);
  CHECK(b->lock(relation(2), LockMode::kAccessShare, WaitPolicy::kNoWait));
  // A waiter is served before whoever asks later; the holder's own requests go ahead.
  std::atomic<bool> granted{false};
  std::thread waiter([&] {
    b->lock(relation(1), LockMode::kAccessExclusive, WaitPolicy::kWait);
    granted = true;
  });
  nap(30);
  auto c = db.begin(IsolationLevel::kReadCommitted, 3);
  CHECK_FALSE(c->lock(relation(1), LockMode::kAccessShare, WaitPolicy::kNoWait));
  CHECK(a->lock(relation(1), LockMode::kAccessShare, WaitPolicy::kNoWait));
  CHECK_FALSE(granted);
  db.commit(a);
  waiter.join();
  CHECK(granted);
  db.commit(b);
  CHECK(c->lock(relation(1), LockMode::kAccessShare, WaitPolicy::kNoWait));
}

TEST_CASE("a deadlock between rows is found, with PostgreSQL's words") {
  FaultFileSystem files(1);
  Database db(files);
  auto setup = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*setup, three_columns()));
  RowId x = insert_row(heap, *setup, {1, 0, "x"}), y = insert_row(heap, *setup, {2, 0, "y"});
  db.commit(setup);
  auto a = db.begin(IsolationLevel::kReadCommitted, 101);
  auto b = db.begin(IsolationLevel::kReadCommitted, 102);
  REQUIRE(set_n(heap, *a, a->take_snapshot(), x, 1).outcome == WriteOutcome::kOk);
  REQUIRE(set_n(heap, *b, b->take_snapshot(), y, 1).outcome == WriteOutcome::kOk);
  std::string ida = std::to_string(a->id().value), idb = std::to_string(b->id().value);
  // Catch's assertions belong to the main thread.
  std::optional<common::ErrorReport> reports[2];
  WriteOutcome outcomes[2];
  auto wait = [&](int me, std::unique_ptr<Transaction>& t, RowId row) {
    WriteResult r = set_n(heap, *t, t->take_snapshot(), row, 2);
    outcomes[me] = r.outcome;
    try {
      if (r.outcome == WriteOutcome::kBeingModified) t->wait_for(r.other);
    } catch (const common::SqlError& e) {
      reports[me] = e.report();
    }
    db.abort(t);
  };
  std::thread first([&] { wait(0, a, y); });
  nap(20);
  std::thread second([&] { wait(1, b, x); });
  first.join();
  second.join();
  CHECK(outcomes[0] == WriteOutcome::kBeingModified);
  CHECK(outcomes[1] == WriteOutcome::kBeingModified);
  REQUIRE(reports[0].has_value() != reports[1].has_value());
  const common::ErrorReport& report = reports[0] ? *reports[0] : *reports[1];
  CHECK(report.sqlstate.view() == "40P01");
  CHECK(report.message == "deadlock detected");
  const std::string& detail = report.detail;
  std::string one = "Process 101 waits for ShareLock on transaction " + idb + "; blocked by process 102.";
  std::string two = "Process 102 waits for ShareLock on transaction " + ida + "; blocked by process 101.";
  CHECK((detail == one + "\n" + two || detail == two + "\n" + one));
}

TEST_CASE("two sessions that find their deadlock at the same moment do not both give way") {
  LockManager locks(common::Clock::real());
  LockWaitOptions soon;
  soon.limits.deadlock_timeout_ms = 1;
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    LockOwner owners[2]{LockOwner(1), LockOwner(2)};
    std::atomic<int> ready{0}, victims{0};
    auto run = [&](int me) {
      locks.lock(owners[me], relation(me + 1), LockMode::kExclusive, {});
      ++ready;
      while (ready < 2) std::this_thread::yield();
      try {
        locks.lock(owners[me], relation(2 - me), LockMode::kExclusive, soon);
      } catch (const common::SqlError& e) {
        if (e.report().sqlstate.view() == "40P01") ++victims;
      }
      locks.release_after(owners[me], 0);
    };
    std::thread first([&] { run(0); }), second([&] { run(1); });
    first.join();
    second.join();
    REQUIRE(victims == 1);
  }
}

TEST_CASE("a snapshot taken beside an older one of the same transaction keeps its version too") {
  FaultFileSystem files(1);
  Database db(files);
  auto setup = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*setup, three_columns()));
  RowId row = insert_row(heap, *setup, {1, 0, "x"});
  db.commit(setup);
  auto write = [&](int n) {
    auto t = db.begin();
    REQUIRE(set_n(heap, *t, t->take_snapshot(), row, n).outcome == WriteOutcome::kOk);
    db.commit(t);
  };
  auto old = db.begin(IsolationLevel::kRepeatableRead);  // holds the horizon back: chains are merged, not dropped
  Snapshot oldest = old->take_snapshot();
  auto reader = db.begin(IsolationLevel::kReadCommitted);
  Snapshot statement = reader->take_snapshot();
  write(1);
  Snapshot again = reader->take_snapshot();  // as a statement looks again after it has waited for a writer
  write(2);
  db.transactions->purge();
  CHECK(fetch_row(heap, oldest, row)->n == 0);
  CHECK(fetch_row(heap, statement, row)->n == 0);
  CHECK(fetch_row(heap, again, row)->n == 1);
  CHECK(set_n(heap, *reader, again, row, 10).outcome == WriteOutcome::kUpdated);
  reader->release_snapshot(statement);
  write(3);
  db.transactions->purge();
  CHECK(fetch_row(heap, again, row)->n == 1);
  db.abort(reader);
  CHECK(fetch_row(heap, oldest, row)->n == 0);
  db.abort(old);
}

TEST_CASE("concurrent transfers keep the sum; readers always see it") {
  FaultFileSystem files(1);
  Database db(files, true, 4096, true);
  constexpr int kAccounts = 40, kThreads = 4, kTransfers = 300;
  auto setup = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*setup, three_columns()));
  std::vector<RowId> ids;
  std::vector<Row3> rows;
  for (int i = 0; i < kAccounts; ++i) rows.push_back({i, 1000, "account"});
  heap.insert(*setup, chunk_of(rows), ids);
  db.commit(setup);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0}, done{0}, conflicts{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      common::RandomGenerator random(thread + 1);
      for (int i = 0; i < kTransfers;) {
        auto t = db.begin(IsolationLevel::kReadCommitted, thread + 1);
        int amount = static_cast<int>(random.below(50));
        bool ok = true;
        try {
          for (int side = 0; side < 2 && ok; ++side) {
            RowId id = ids[random.below(kAccounts)];
            for (;;) {
              Snapshot s = t->take_snapshot();
              int n = fetch_row(heap, s, id)->n;
              WriteResult r = set_n(heap, *t, s, id, side ? n + amount : n - amount);
              t->release_snapshot(s);
              t->advance_command();
              if (r.outcome == WriteOutcome::kOk) break;
              ++conflicts;
              if (r.outcome == WriteOutcome::kBeingModified) t->wait_for(r.other);
            }
          }
          if (random.below(8) == 0) {
            db.abort(t);
          } else {
            db.commit(t);
          }
          ++i;
          ++done;
        } catch (const common::SqlError& e) {
          if (e.report().sqlstate.view() != "40P01") ++wrong;
          db.abort(t);
        }
      }
    });
  }
  std::thread reader([&] {
    while (!stop) {
      auto t = db.begin(IsolationLevel::kReadCommitted, 50);
      Snapshot s = t->take_snapshot();
      int64_t sum = 0;
      for (const Row3& row : scan_all(heap, s)) sum += row.n;
      int64_t fetched = 0;
      for (RowId id : ids) fetched += fetch_row(heap, s, id)->n;
      if (sum != 1000 * kAccounts || fetched != sum) ++wrong;
      db.commit(t);
    }
  });
  for (auto& t : threads) t.join();
  stop = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(done == kThreads * kTransfers);
  db.transactions->purge();
  db.transactions->purge();
  CHECK(db.transactions->undo().bytes() == 0);
}

TEST_CASE("concurrent unique inserts: each key once; scans back and forth under splits") {
  FaultFileSystem files(1);
  Database db(files, true, 4096, true);
  auto setup = db.begin();
  TreeId heap_id = db.trees->create_heap(*setup, three_columns());
  TreeId index_id = db.trees->create_index(*setup, {true, heap_id});
  db.commit(setup);
  HeapTree& heap = db.trees->heap(heap_id);
  Index& index = db.trees->index(index_id);
  constexpr int kKeys = 3000, kThreads = 3;
  std::atomic<int> inserted{0}, wrong{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      common::RandomGenerator random(thread + 10);
      for (int i = 0; i < kKeys; ++i) {
        int key = (i * 7919) % kKeys;
        for (bool again = true; again;) {
          again = false;
          auto t = db.begin(IsolationLevel::kReadCommitted, thread + 1);
          RowId row = insert_row(heap, *t, {key, key, "unique"});
          UniqueConflict c = index.insert_unique(*t, key_of(key) + std::string(30, 'u'), "", row);
          if (!c.row.valid()) {
            if (random.below(10) == 0) {
              db.abort(t);
              again = true;
              continue;
            }
            db.commit(t);
            ++inserted;
            continue;
          }
          TxnId other = c.in_progress;
          SavepointId none = 0;
          (void)none;
          db.abort(t);
          if (other.valid()) {
            auto w = db.begin(IsolationLevel::kReadCommitted, thread + 1);
            w->wait_for(other);
            db.commit(w);
            again = true;
          }
        }
      }
    });
  }
  std::thread reader([&] {
    while (!stop) {
      auto t = db.begin(IsolationLevel::kRepeatableRead, 77);
      Snapshot s = t->take_snapshot();
      std::vector<int64_t> forward, backward;
      for (auto direction : {ScanDirection::kForward, ScanDirection::kBackward}) {
        auto scan = index.scan(s, {}, direction);
        for (;;) {
          std::vector<IndexEntry> entries;
          scan->next(entries, 57);
          if (entries.empty()) break;
          for (auto& e : entries)
            if (auto row = fetch_row(heap, s, e.row))
              (direction == ScanDirection::kForward ? forward : backward).push_back(row->id);
        }
      }
      std::reverse(backward.begin(), backward.end());
      if (forward != backward || !std::is_sorted(forward.begin(), forward.end())) ++wrong;
      if (std::adjacent_find(forward.begin(), forward.end()) != forward.end()) ++wrong;
      db.commit(t);
    }
  });
  for (auto& t : threads) t.join();
  stop = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(inserted == kKeys);
  auto t = db.begin();
  CHECK(scan_all(heap, t->take_snapshot()).size() == kKeys);
  CHECK(db.check().empty());
}
