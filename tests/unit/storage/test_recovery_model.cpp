// Random transactions against a model, with crashes, replay and rollback of losers. A failure prints its seed.
#include <catch2/catch.hpp>
#include <map>

#include "mvcc_fixture.hpp"

using namespace basalt;
using namespace basalt::storage;
using namespace basalt::storage::testing;

namespace {

using Model = std::map<uint64_t, Row3>;  // by row id

struct Session {
  std::unique_ptr<Transaction> t;
  Model view;                        // what it sees: the committed state with its changes
  std::map<uint64_t, bool> touched;  // rows it has changed
  struct Savepoint {
    SavepointId id;
    Model view;
    std::map<uint64_t, bool> touched;
  };
  std::vector<Savepoint> savepoints;
};

class Simulation {
 public:
  Simulation(uint64_t seed, uint64_t frames) : files_(seed), random_(seed), frames_(frames) {
    db_ = std::make_unique<Database>(files_, true, frames_);
    auto t = db_->begin();
    heap_ = db_->trees->create_heap(*t, three_columns());
    index_ = db_->trees->create_index(*t, {false, heap_});
    db_->commit(t);
    sessions_.resize(4);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      uint64_t dice = random_.below(1000);
      if (dice < 4) {
        crash();
      } else if (dice < 12) {
        db_->core->checkpoint().take();
      } else if (dice < 40) {
        db_->transactions->purge();
      } else {
        act(sessions_[random_.below(sessions_.size())]);
      }
    }
    crash();
  }

  void compare() {
    auto reader = db_->begin(IsolationLevel::kRepeatableRead, 99);
    Snapshot s = reader->take_snapshot();
    HeapTree& heap = db_->trees->heap(heap_);
    std::vector<Row3> expected;
    for (auto& [id, row] : committed_) expected.push_back(row);
    std::vector<Row3> rows = scan_all(heap, s);
    REQUIRE(rows.size() == expected.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      INFO("row " << i << ": " << rows[i].id << ' ' << rows[i].n << ' ' << rows[i].s.size() << " bytes, expected "
                  << expected[i].id << ' ' << expected[i].n << ' ' << expected[i].s.size() << " bytes");
      if (!(rows[i] == expected[i])) FAIL("wrong row");
    }
    // Every row through the index, and nothing else.
    auto scan = db_->trees->index(index_).scan(s, {}, ScanDirection::kForward);
    size_t found = 0;
    for (;;) {
      std::vector<IndexEntry> entries;
      scan->next(entries, 100);
      if (entries.empty()) break;
      for (const IndexEntry& e : entries) {
        auto row = fetch_row(heap, s, e.row);
        bool matches = row && key_of(row->n) == e.key;
        if (!e.needs_recheck) REQUIRE(matches);
        found += matches;
      }
    }
    REQUIRE(found == committed_.size());
    auto findings = db_->check();
    for (const CheckFinding& f : findings) WARN(f.text);
    REQUIRE(findings.empty());
  }

 private:
  std::string random_text() {
    uint64_t dice = random_.below(100);
    size_t length = dice < 3 ? random_.below(40'000) : dice < 20 ? random_.below(1500) : random_.below(30);
    std::string text(length, static_cast<char>('a' + random_.below(26)));
    for (size_t i = 0; i < length; i += 1 + random_.below(7)) text[i] = static_cast<char>(random_.next());
    return text;
  }

  void act(Session& s) {
    HeapTree& heap = db_->trees->heap(heap_);
    Index& index = db_->trees->index(index_);
    if (!s.t) {
      s.t = db_->begin(IsolationLevel::kReadCommitted, 1 + static_cast<uint64_t>(&s - sessions_.data()));
      s.view = committed_;
      s.savepoints.clear();
      s.touched.clear();
    }
    Transaction& t = *s.t;
    uint64_t dice = random_.below(100);
    if (dice < 30) {
      uint64_t count = random_.below(10) == 0 ? random_.below(300) : 1 + random_.below(4);
      std::vector<Row3> rows;
      for (uint64_t i = 0; i < count; ++i)
        rows.push_back(
            {static_cast<int64_t>(random_.below(1000)), static_cast<int32_t>(random_.below(200)), random_text()});
      std::vector<RowId> ids;
      heap.insert(t, chunk_of(rows), ids);
      for (size_t i = 0; i < rows.size(); ++i) {
        index.insert(t, key_of(rows[i].n), "", ids[i]);
        s.view[ids[i].value] = rows[i];
        s.touched[ids[i].value] = true;
      }
    } else if (dice < 75) {
      change_row(s, heap, index);
    } else if (dice < 80) {
      s.savepoints.push_back({t.savepoint(), s.view, s.touched});
    } else if (dice < 85) {
      if (s.savepoints.empty()) return;
      size_t to = random_.below(s.savepoints.size());
      t.rollback_to(s.savepoints[to].id);
      s.view = s.savepoints[to].view;
      s.touched = s.savepoints[to].touched;
      s.savepoints.resize(to + 1);
    } else if (dice < 95) {
      db_->transactions->commit(t);
      merge(s);
      s.t.reset();
    } else {
      db_->transactions->abort(t);
      s.t.reset();
    }
    if (s.t) s.t->advance_command();
  }

  void change_row(Session& s, HeapTree& heap, Index& index) {
    // A row of the committed state or of its own.
    const Model& from = random_.below(2) ? s.view : committed_;
    if (from.empty()) return;
    auto at = from.lower_bound(1 + random_.below(from.rbegin()->first));
    RowId id{at->first};
    Snapshot snapshot = s.t->take_snapshot();
    auto before = fetch_row(heap, snapshot, id);
    WriteResult result;
    Row3 after;
    uint64_t what = random_.below(10);
    if (what < 2) {
      result = heap.remove(*s.t, snapshot, id);
      if (result.outcome == WriteOutcome::kOk) index.mark(*s.t, key_of(before->n), id);
    } else if (what < 6) {
      auto n = static_cast<int32_t>(random_.below(200));
      result = set_n(heap, *s.t, snapshot, id, n);
      if (result.outcome == WriteOutcome::kOk && n != before->n) {
        index.insert(*s.t, key_of(n), "", id);
        index.mark(*s.t, key_of(before->n), id);
      }
      if (before) after = {before->id, n, before->s};
    } else {
      std::string text = random_text();
      result = set_s(heap, *s.t, snapshot, id, text);
      if (before) after = {before->id, before->n, text};
    }
    s.t->release_snapshot(snapshot);
    if (result.outcome != WriteOutcome::kOk) return;
    REQUIRE(before);
    s.touched[id.value] = true;
    if (what < 2) {
      s.view.erase(id.value);
    } else {
      s.view[id.value] = after;
    }
  }

  void merge(Session& s) {
    for (auto& [id, touched] : s.touched) {
      auto mine = s.view.find(id);
      if (mine == s.view.end()) {
        committed_.erase(id);
      } else {
        committed_[id] = mine->second;
      }
    }
  }

  void crash() {
    // Half of the time some log of open transactions is durable.
    if (random_.below(2)) db_->core->wal().flush(db_->core->wal().insert_lsn());
    files_.crash();
    for (Session& s : sessions_) abandon(s);
    db_.reset();
    files_.crash();
    db_ = std::make_unique<Database>(files_, false, frames_);
    compare();
  }

  // The process is gone: nothing of the transaction may reach the log.
  void abandon(Session& s) {
    if (s.t) db_->transactions->abandon(*s.t);
    s.t.reset();
  }

  FaultFileSystem files_;
  common::RandomGenerator random_;
  uint64_t frames_;
  std::unique_ptr<Database> db_;
  TreeId heap_, index_;
  std::vector<Session> sessions_;
  Model committed_;
};

}  // namespace

TEST_CASE("random transactions, crashes and replay agree with a model") {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    Simulation simulation(seed, seed % 3 == 0 ? 64 : 4096);
    simulation.run(1500);
  }
}

TEST_CASE("prepared transactions survive a restart with their locks") {
  FaultFileSystem files(1);
  TreeId tree;
  RowId a, b;
  LockTag tag{LockSpace::kRelation, 1, 0, 4711, 0};
  {
    Database db(files);
    auto t = db.begin();
    tree = db.trees->create_heap(*t, three_columns());
    a = insert_row(db.trees->heap(tree), *t, {1, 1, "a"});
    b = insert_row(db.trees->heap(tree), *t, {2, 2, "b"});
    db.commit(t);
    t = db.begin();
    t->lock(tag, LockMode::kRowExclusive, WaitPolicy::kWait);
    REQUIRE(set_n(db.trees->heap(tree), *t, t->take_snapshot(), a, 10).outcome == WriteOutcome::kOk);
    db.transactions->prepare(*t, "first");
    t = db.begin();
    REQUIRE(db.trees->heap(tree).remove(*t, t->take_snapshot(), b).outcome == WriteOutcome::kOk);
    db.transactions->prepare(*t, "second");
    db.core->checkpoint().take();
    files.crash();
  }
  for (int round = 0; round < 2; ++round) {
    Database db(files, false);
    CHECK(db.transactions->prepared_gids().size() == 2);
    HeapTree& heap = db.trees->heap(tree);
    auto t = db.begin(IsolationLevel::kReadCommitted, 5);
    Snapshot s = t->take_snapshot();
    CHECK(fetch_row(heap, s, a)->n == 1);
    CHECK(fetch_row(heap, s, b));
    CHECK(set_n(heap, *t, s, a, 3).outcome == WriteOutcome::kBeingModified);
    CHECK_FALSE(t->lock(tag, LockMode::kAccessExclusive, WaitPolicy::kNoWait));
    db.abort(t);
    files.crash();
  }
  {
    Database db(files, false);
    db.transactions->finish_prepared("first", true);
    db.transactions->finish_prepared("second", false);
    CHECK_THROWS_AS(db.transactions->finish_prepared("first", true), common::SqlError);
    files.crash();
  }
  Database db(files, false);
  CHECK(db.transactions->prepared_gids().empty());
  auto t = db.begin(IsolationLevel::kReadCommitted, 5);
  CHECK(fetch_row(db.trees->heap(tree), t->take_snapshot(), a)->n == 10);
  CHECK(fetch_row(db.trees->heap(tree), t->take_snapshot(), b));
  CHECK(t->lock(tag, LockMode::kAccessExclusive, WaitPolicy::kNoWait));
}

TEST_CASE("trees: creation is undone by rollback and crash, a drop happens at commit") {
  FaultFileSystem files(1);
  TreeId kept, undone, lost, dropped;
  {
    Database db(files);
    auto t = db.begin();
    kept = db.trees->create_heap(*t, three_columns());
    dropped = db.trees->create_heap(*t, three_columns());
    insert_row(db.trees->heap(kept), *t, {1, 1, "kept"});
    db.commit(t);
    t = db.begin();
    undone = db.trees->create_heap(*t, three_columns());
    insert_row(db.trees->heap(undone), *t, {1, 1, "undone"});
    db.trees->drop_tree(*t, kept);
    db.abort(t);
    CHECK(db.core->space().pages_of(undone) == 0);
    t = db.begin();
    db.trees->drop_tree(*t, dropped);
    db.commit(t);
    CHECK_FALSE(db.core->directory().find(dropped));
    t = db.begin();
    lost = db.trees->create_heap(*t, three_columns());
    insert_row(db.trees->heap(lost), *t, {1, 1, "lost"});
    db.core->wal().flush(db.core->wal().insert_lsn());
    files.crash();
    db.transactions->abandon(*t);
  }
  Database db(files, false);
  CHECK(db.core->directory().find(kept));
  for (TreeId gone : {undone, lost, dropped}) {
    CHECK_FALSE(db.core->directory().find(gone));
    CHECK(db.core->space().pages_of(gone) == 0);
  }
  auto t = db.begin();
  CHECK(scan_all(db.trees->heap(kept), t->take_snapshot()).size() == 1);
}
