// Rows of heap trees: what is seen when, splits, wide values, layouts.
#include <catch2/catch.hpp>

#include "mvcc_fixture.hpp"

using namespace basalt;
using namespace basalt::storage;
using namespace basalt::storage::testing;

TEST_CASE("rows inserted and committed are seen, in order, also after reopening") {
  FaultFileSystem files(1);
  TreeId tree;
  std::vector<Row3> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back({i, i % 7, "row number " + std::to_string(i)});
  {
    Database db(files);
    auto t = db.begin();
    tree = db.trees->create_heap(*t, three_columns());
    HeapTree& heap = db.trees->heap(tree);
    std::vector<RowId> ids;
    heap.insert(*t, chunk_of(rows), ids);
    REQUIRE(ids.size() == rows.size());
    CHECK(ids.front() == RowId{1});
    CHECK(ids.back() == RowId{rows.size()});
    t->advance_command();
    Snapshot own = t->take_snapshot();
    CHECK(scan_all(heap, own) == rows);
    auto other = db.begin();
    CHECK(scan_all(heap, other->take_snapshot()).empty());
    db.commit(t);
    CHECK(scan_all(heap, other->take_snapshot()) == rows);
    CHECK(db.check().empty());
    Snapshot snapshot = other->take_snapshot();
    for (uint64_t id : {1, 77, 4999, 5000}) CHECK(fetch_row(heap, snapshot, RowId{id}) == rows[id - 1]);
    CHECK_FALSE(fetch_row(heap, snapshot, RowId{5001}));
    CHECK_FALSE(fetch_row(heap, snapshot, RowId{0}));
  }
  Database db(files, false);
  auto t = db.begin();
  CHECK(scan_all(db.trees->heap(tree), t->take_snapshot()) == rows);
  CHECK(db.check().empty());
}

TEST_CASE("own changes of the current command are invisible (QRY-1)") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*t, three_columns()));
  t->advance_command();
  Snapshot first = t->take_snapshot();
  RowId id = insert_row(heap, *t, {1, 1, "a"});
  CHECK(scan_all(heap, first).empty());
  CHECK_FALSE(fetch_row(heap, first, id));
  t->advance_command();
  Snapshot second = t->take_snapshot();
  CHECK(scan_all(heap, second).size() == 1);
  CHECK(scan_all(heap, first).empty());
  REQUIRE(set_n(heap, *t, second, id, 2).outcome == WriteOutcome::kOk);
  CHECK(fetch_row(heap, second, id)->n == 1);
  // Twice in one command.
  WriteResult again = set_n(heap, *t, second, id, 3);
  CHECK(again.outcome == WriteOutcome::kSelfModified);
  CHECK(again.by_command == second.command);
  t->advance_command();
  Snapshot third = t->take_snapshot();
  CHECK(fetch_row(heap, third, id)->n == 2);
  REQUIRE(heap.remove(*t, third, id).outcome == WriteOutcome::kOk);
  CHECK(heap.remove(*t, third, id).outcome == WriteOutcome::kSelfModified);
  CHECK(fetch_row(heap, third, id));
  t->advance_command();
  Snapshot fourth = t->take_snapshot();
  CHECK_FALSE(fetch_row(heap, fourth, id));
  CHECK(heap.remove(*t, fourth, id).outcome == WriteOutcome::kNotFound);
  CHECK(fetch_row(heap, second, id)->n == 1);
  db.commit(t);
}

TEST_CASE("old snapshots keep their versions; purge waits for them") {
  FaultFileSystem files(1);
  Database db(files);
  auto setup = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*setup, three_columns()));
  RowId id = insert_row(heap, *setup, {1, 0, "zero"});
  RowId gone = insert_row(heap, *setup, {2, 0, "to be deleted"});
  db.commit(setup);
  auto reader = db.begin(IsolationLevel::kRepeatableRead, 2);
  Snapshot old = reader->take_snapshot();
  for (int i = 1; i <= 200; ++i) {
    auto t = db.begin();
    Snapshot s = t->take_snapshot();
    REQUIRE(set_n(heap, *t, s, id, i).outcome == WriteOutcome::kOk);
    if (i % 2)
      REQUIRE(set_s(heap, *t, {s.lsn, t->id(), CommandId{1}}, id, "v" + std::to_string(i)).outcome ==
              WriteOutcome::kOk);
    if (i == 10) REQUIRE(heap.remove(*t, s, gone).outcome == WriteOutcome::kOk);
    db.commit(t);
    if (i % 17 == 0) db.transactions->purge();
  }
  db.transactions->purge();
  CHECK(fetch_row(heap, old, id) == Row3{1, 0, "zero"});
  CHECK(fetch_row(heap, old, gone) == Row3{2, 0, "to be deleted"});
  CHECK(scan_all(heap, old).size() == 2);
  // STO-3: the versions nobody can see were merged.
  CHECK(db.transactions->undo().bytes() < 4000);
  auto fresh = db.begin();
  CHECK(fetch_row(heap, fresh->take_snapshot(), id) == Row3{1, 200, "v199"});
  db.commit(reader);
  db.commit(fresh);
  db.transactions->purge();
  CHECK(db.transactions->undo().bytes() == 0);
  auto last = db.begin();
  CHECK(scan_all(heap, last->take_snapshot()) == std::vector<Row3>{{1, 200, "v199"}});
}

TEST_CASE("conflicts between transactions") {
  FaultFileSystem files(1);
  Database db(files);
  auto setup = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*setup, three_columns()));
  RowId id = insert_row(heap, *setup, {1, 0, "x"});
  RowId other_id = insert_row(heap, *setup, {2, 0, "y"});
  db.commit(setup);
  auto a = db.begin(IsolationLevel::kReadCommitted, 1);
  auto b = db.begin(IsolationLevel::kReadCommitted, 2);
  Snapshot sa = a->take_snapshot(), sb = b->take_snapshot();
  REQUIRE(set_n(heap, *a, sa, id, 1).outcome == WriteOutcome::kOk);
  WriteResult r = set_n(heap, *b, sb, id, 2);
  CHECK(r.outcome == WriteOutcome::kBeingModified);
  CHECK(r.other == a->id());
  CHECK(heap.lock_row(*b, sb, id, RowLockStrength::kUpdate, WaitPolicy::kSkip).outcome == WriteOutcome::kWouldBlock);
  CHECK(heap.lock_row(*b, sb, id, RowLockStrength::kKeyShare, WaitPolicy::kSkip).outcome == WriteOutcome::kOk);
  Chunk newest;
  TxnId writer;
  CHECK(heap.fetch_newest(*b, id, all_three(), newest, &writer));
  CHECK(writer == a->id());
  CHECK(row_at(newest, 0).n == 0);
  REQUIRE(heap.remove(*a, sa, other_id).outcome == WriteOutcome::kOk);
  db.commit(a);
  CHECK(set_n(heap, *b, sb, id, 2).outcome == WriteOutcome::kUpdated);
  CHECK(set_n(heap, *b, sb, other_id, 2).outcome == WriteOutcome::kDeleted);
  CHECK(heap.fetch_newest(*b, id, all_three(), newest, &writer));
  CHECK(row_at(newest, 0).n == 1);
  CHECK_FALSE(heap.fetch_newest(*b, other_id, all_three(), newest, &writer));
  Snapshot later = b->take_snapshot();
  CHECK(set_n(heap, *b, later, id, 2).outcome == WriteOutcome::kOk);
  CHECK(set_n(heap, *b, later, other_id, 2).outcome == WriteOutcome::kNotFound);
  // A row lock stands in the way as a change does.
  auto c = db.begin(IsolationLevel::kReadCommitted, 3);
  Snapshot sc = c->take_snapshot();
  CHECK(heap.lock_row(*c, sc, id, RowLockStrength::kShare, WaitPolicy::kWait).other == b->id());
  db.abort(b);
  CHECK(heap.lock_row(*c, sc, id, RowLockStrength::kShare, WaitPolicy::kWait).outcome == WriteOutcome::kOk);
  auto d = db.begin(IsolationLevel::kReadCommitted, 4);
  CHECK(set_n(heap, *d, d->take_snapshot(), id, 9).other == c->id());
  CHECK(heap.lock_row(*d, d->take_snapshot(), id, RowLockStrength::kShare, WaitPolicy::kWait).outcome ==
        WriteOutcome::kOk);
  db.commit(c);
  db.commit(d);
}

TEST_CASE("savepoints undo what came after them") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*t, three_columns()));
  RowId id = insert_row(heap, *t, {1, 0, "base"});
  t->advance_command();
  SavepointId outer = t->savepoint();
  REQUIRE(set_n(heap, *t, t->take_snapshot(), id, 1).outcome == WriteOutcome::kOk);
  t->advance_command();
  SavepointId inner = t->savepoint();
  REQUIRE(set_s(heap, *t, t->take_snapshot(), id, std::string(5000, 'w')).outcome == WriteOutcome::kOk);
  t->advance_command();
  std::vector<RowId> ids;
  std::vector<Row3> many(500, Row3{7, 7, "many"});
  heap.insert(*t, chunk_of(many), ids);
  t->advance_command();
  REQUIRE(heap.remove(*t, t->take_snapshot(), id).outcome == WriteOutcome::kOk);
  t->advance_command();
  CHECK(scan_all(heap, t->take_snapshot()).size() == 500);
  t->rollback_to(inner);
  CHECK(scan_all(heap, t->take_snapshot()) == std::vector<Row3>{{1, 1, "base"}});
  t->rollback_to(inner);
  REQUIRE(set_n(heap, *t, t->take_snapshot(), id, 5).outcome == WriteOutcome::kOk);
  t->advance_command();
  t->rollback_to(outer);
  CHECK(scan_all(heap, t->take_snapshot()) == std::vector<Row3>{{1, 0, "base"}});
  db.commit(t);
  auto reader = db.begin();
  CHECK(scan_all(heap, reader->take_snapshot()) == std::vector<Row3>{{1, 0, "base"}});
  CHECK(db.check().empty());
}

TEST_CASE("updates that no longer fit split the leaf, and row ids stay") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*t, three_columns()));
  std::vector<Row3> rows;
  for (int i = 0; i < 600; ++i) rows.push_back({i, i, "s"});
  std::vector<RowId> ids;
  heap.insert(*t, chunk_of(rows), ids);
  db.commit(t);
  for (int i = 0; i < 600; ++i) {
    auto u = db.begin();
    rows[i].s = std::string(100 + i * 2, static_cast<char>('a' + i % 26));
    REQUIRE(set_s(heap, *u, u->take_snapshot(), ids[i], rows[i].s).outcome == WriteOutcome::kOk);
    if (i % 10 == 3) {
      rows[i].s = "s";
      db.abort(u);
    } else {
      db.commit(u);
    }
  }
  auto reader = db.begin();
  Snapshot s = reader->take_snapshot();
  CHECK(scan_all(heap, s) == rows);
  for (int i = 0; i < 600; i += 37) CHECK(fetch_row(heap, s, ids[i]) == rows[i]);
  CHECK(db.check().empty());
}

TEST_CASE("wide values go to overflow pages and come back whole") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  TreeId tree = db.trees->create_heap(*t, three_columns());
  HeapTree& heap = db.trees->heap(tree);
  std::string compressible(300'000, 'z'), noise;
  common::RandomGenerator random(7);
  for (int i = 0; i < 50'000; ++i) noise.push_back(static_cast<char>(random.next()));
  RowId a = insert_row(heap, *t, {1, 1, compressible});
  RowId b = insert_row(heap, *t, {2, 2, noise});
  db.commit(t);
  db.transactions->purge();
  uint64_t pages = heap.page_count();
  auto reader = db.begin(IsolationLevel::kRepeatableRead, 2);
  Snapshot old = reader->take_snapshot();
  CHECK(fetch_row(heap, old, a)->s == compressible);
  CHECK(fetch_row(heap, old, b)->s == noise);
  auto u = db.begin();
  REQUIRE(set_s(heap, *u, u->take_snapshot(), b, noise + "!").outcome == WriteOutcome::kOk);
  db.abort(u);
  CHECK(heap.page_count() == pages);
  u = db.begin();
  REQUIRE(set_s(heap, *u, u->take_snapshot(), b, "short").outcome == WriteOutcome::kOk);
  REQUIRE(heap.remove(*u, u->take_snapshot(), a).outcome == WriteOutcome::kOk);
  db.commit(u);
  db.transactions->purge();
  CHECK(fetch_row(heap, old, b)->s == noise);
  CHECK(fetch_row(heap, old, a)->s == compressible);
  db.commit(reader);
  db.transactions->purge();
  CHECK(heap.page_count() == 1);
  CHECK(db.check().empty());
}

TEST_CASE("a column added later reads as its missing value") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  TreeId tree = db.trees->create_heap(*t, three_columns());
  HeapTree& heap = db.trees->heap(tree);
  std::vector<Row3> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({i, i, "abc"});
  std::vector<RowId> ids;
  heap.insert(*t, chunk_of(rows), ids);
  ColumnIndex added = heap.add_column(*t, {PhysicalType::kString, Value::of(std::string("missing"))});
  CHECK(added == ColumnIndex{3});
  db.commit(t);
  auto u = db.begin();
  Chunk values;
  PhysicalType type = PhysicalType::kString;
  values.reset({&type, 1}, 1);
  values.columns[0].data<StringRef>()[0] = values.columns[0].add_string("changed in one row");
  values.rows = 1;
  REQUIRE(heap.update(*u, u->take_snapshot(), ids[500], {&added, 1}, values, 0).outcome == WriteOutcome::kOk);
  db.commit(u);
  auto reader = db.begin();
  Chunk out;
  std::vector<bool> found;
  RowId wanted[] = {ids[0], ids[500], ids[999]};
  heap.fetch(reader->take_snapshot(), wanted, {&added, 1}, out, found);
  CHECK(out.value(0, 0).string() == "missing");
  CHECK(out.value(0, 1).string() == "changed in one row");
  CHECK(out.value(0, 2).string() == "missing");
  HeapScanOptions options;
  options.columns = {ColumnIndex{0}, kRowIdColumn};
  options.filters = {{added, LeafFilterKind::kNotEqual, Value::of(std::string("missing"))}};
  auto scan = heap.scan(reader->take_snapshot(), options);
  scan->next(out, 100);
  REQUIRE(out.rows == 1);
  CHECK(out.columns[1].data<int64_t>()[0] == static_cast<int64_t>(ids[500].value));
  CHECK(db.check().empty());
}

TEST_CASE("filters on the leaf agree with filters on versions") {
  FaultFileSystem files(1);
  Database db(files);
  auto t = db.begin();
  HeapTree& heap = db.trees->heap(db.trees->create_heap(*t, three_columns()));
  std::vector<Row3> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back({i, (i * 37) % 100 - 50, "s" + std::to_string(i % 13)});
  std::vector<RowId> ids;
  heap.insert(*t, chunk_of(rows), ids);
  db.commit(t);
  for (int with_undo = 0; with_undo < 2; ++with_undo) {
    auto reader = db.begin();
    Snapshot s = reader->take_snapshot();
    for (auto kind :
         {LeafFilterKind::kEqual, LeafFilterKind::kLess, LeafFilterKind::kGreaterEqual, LeafFilterKind::kNotEqual}) {
      for (int32_t constant : {-51, -50, 0, 33, 49, 50}) {
        std::vector<Row3> expected;
        for (const Row3& row : rows) {
          bool pass = kind == LeafFilterKind::kEqual      ? row.n == constant
                      : kind == LeafFilterKind::kLess     ? row.n < constant
                      : kind == LeafFilterKind::kNotEqual ? row.n != constant
                                                          : row.n >= constant;
          if (pass && row.s.starts_with("s1")) expected.push_back(row);
        }
        auto got = scan_all(heap, s,
                            {{ColumnIndex{1}, kind, Value::of(constant)},
                             {ColumnIndex{2}, LeafFilterKind::kPrefix, Value::of(std::string("s1"))}});
        CHECK(got == expected);
      }
    }
    db.transactions->purge();
  }
}

TEST_CASE("leaves whose rows are all gone leave the tree; their row ids do not come back") {
  FaultFileSystem files(1);
  TreeId tree;
  std::vector<RowId> ids;
  std::vector<Row3> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back({i, i, "some text"});
  {
    Database db(files);
    auto t = db.begin();
    tree = db.trees->create_heap(*t, three_columns());
    HeapTree& heap = db.trees->heap(tree);
    heap.insert(*t, chunk_of(rows), ids);
    db.commit(t);
    uint64_t pages = heap.page_count();
    REQUIRE(pages > 20);
    t = db.begin();
    Snapshot s = t->take_snapshot();
    for (size_t i = 0; i < ids.size(); ++i)
      if (i < 15'000 || i >= 19'000) REQUIRE(heap.remove(*t, s, ids[i]).outcome == WriteOutcome::kOk);
    db.commit(t);
    auto old = db.begin(IsolationLevel::kRepeatableRead, 3);
    db.transactions->purge();
    CHECK(heap.page_count() < pages / 3);
    CHECK(db.check().empty());
    std::vector<Row3> left(rows.begin() + 15'000, rows.begin() + 19'000);
    CHECK(scan_all(heap, old->take_snapshot()) == left);
    CHECK_FALSE(fetch_row(heap, old->take_snapshot(), ids[7000]));
    CHECK(fetch_row(heap, old->take_snapshot(), ids[17'000]) == rows[17'000]);
    t = db.begin();
    RowId next = insert_row(heap, *t, {1, 1, "new"});
    CHECK(next.value == 20'001);
    db.commit(t);
    db.core->wal().flush(db.core->wal().insert_lsn());
    files.crash();
  }
  Database db(files, false);
  auto t = db.begin();
  HeapTree& heap = db.trees->heap(tree);
  CHECK(scan_all(heap, t->take_snapshot()).size() == 4001);
  CHECK(insert_row(heap, *t, {1, 1, "newer"}).value == 20'002);
  db.commit(t);
  CHECK(db.check().empty());
}
