// B+-tree indexes: order, splits, marks (STO-7), uniqueness (STO-12), bulk build.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "mvcc_fixture.hpp"

using namespace basalt;
using namespace basalt::storage;
using namespace basalt::storage::testing;

namespace {

// What an executor does: candidates of the index, re-checked against the visible version of the row.
std::vector<Row3> lookup(Database& db, HeapTree& heap, Index& index, const Snapshot& snapshot, KeyRange range,
                         ScanDirection direction = ScanDirection::kForward, uint32_t batch = 3) {
  (void)db;
  auto scan = index.scan(snapshot, range, direction);
  std::vector<Row3> out;
  for (;;) {
    std::vector<IndexEntry> entries;
    scan->next(entries, batch);
    if (entries.empty()) return out;
    for (const IndexEntry& entry : entries) {
      auto row = fetch_row(heap, snapshot, entry.row);
      if (entry.visible_without_heap) REQUIRE(row);
      if (!row) continue;
      bool matches = key_of(row->n) == entry.key;
      if (!entry.needs_recheck) REQUIRE(matches);
      if (matches) out.push_back(*row);
    }
  }
}

KeyRange exactly(int64_t n) { return {key_of(n), key_of(n)}; }

struct Table {
  TreeId heap_id, index_id;
  HeapTree* heap;
  Index* index;
};

Table make_table(Database& db, bool unique) {
  auto t = db.begin();
  Table table;
  table.heap_id = db.trees->create_heap(*t, three_columns());
  table.index_id = db.trees->create_index(*t, {unique, table.heap_id});
  db.commit(t);
  table.heap = &db.trees->heap(table.heap_id);
  table.index = &db.trees->index(table.index_id);
  return table;
}

// Row with its entry on n.
RowId add(Table& table, Transaction& t, int64_t id, int32_t n) {
  RowId row = insert_row(*table.heap, t, {id, n, "x"});
  table.index->insert(t, key_of(n), "", row);
  return row;
}
void change(Table& table, Transaction& t, RowId row, int32_t from, int32_t to) {
  REQUIRE(set_n(*table.heap, t, t.take_snapshot(), row, to).outcome == WriteOutcome::kOk);
  table.index->insert(t, key_of(to), "", row);
  table.index->mark(t, key_of(from), row);
  t.advance_command();
}

}  // namespace

TEST_CASE("an index returns its entries in order, both ways, whatever their number") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  std::vector<int> order(20'000);
  for (int i = 0; i < 20'000; ++i) order[i] = i;
  common::RandomGenerator random(3);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (int i : order)
    table.index->insert(*t, key_of(i) + std::string(i % 60, 'p'), "pay" + std::to_string(i), RowId{i + 1u});
  db.commit(t);
  CHECK(table.index->height() > 1);
  db.transactions->purge();
  auto reader = db.begin();
  Snapshot s = reader->take_snapshot();
  for (auto direction : {ScanDirection::kForward, ScanDirection::kBackward}) {
    auto scan = table.index->scan(s, {}, direction);
    std::vector<IndexEntry> all;
    for (size_t before = 1; before != all.size();) {
      before = all.size();
      scan->next(all, 777);
    }
    REQUIRE(all.size() == 20'000);
    for (int i = 0; i < 20'000; ++i) {
      int expected = direction == ScanDirection::kForward ? i : 19'999 - i;
      if (all[i].row.value != expected + 1u || all[i].payload != "pay" + std::to_string(expected))
        FAIL("wrong at " << i);
    }
  }
  // Bounds, with a bound that is a prefix of keys.
  auto count = [&](KeyRange range) {
    std::vector<IndexEntry> found;
    auto scan = table.index->scan(s, range, ScanDirection::kForward);
    for (size_t before = 1; before != found.size();) {
      before = found.size();
      scan->next(found, 100);
    }
    std::vector<IndexEntry> back;
    auto reverse = table.index->scan(s, range, ScanDirection::kBackward);
    for (size_t before = 1; before != back.size();) {
      before = back.size();
      reverse->next(back, 100);
    }
    CHECK(back.size() == found.size());
    return found.size();
  };
  CHECK(count({key_of(100), key_of(199), true, true}) == 100);
  CHECK(count({key_of(100), key_of(199), false, true}) == 99);
  CHECK(count({key_of(100), key_of(199), true, false}) == 99);
  CHECK(count({key_of(100), key_of(199), false, false}) == 98);
  CHECK(count({"", key_of(9), true, true}) == 10);
  CHECK(count({key_of(19'990), "", true, true}) == 10);
  CHECK(count({key_of(50'000), "", true, true}) == 0);
  CHECK(count({key_of(7), key_of(7), true, true}) == 1);
}

TEST_CASE("long keys") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  std::set<std::string> keys;
  common::RandomGenerator random(11);
  for (int i = 0; i < 400; ++i) {
    std::string key(random.below(4) == 0 ? 2880 : 1 + random.below(2000), static_cast<char>('a' + random.below(3)));
    for (int j = 0; j < 10; ++j) key[random.below(key.size())] = static_cast<char>('a' + random.below(26));
    if (!keys.insert(key).second) continue;
    table.index->insert(*t, key, "", RowId{i + 1u});
  }
  db.commit(t);
  db.transactions->purge();
  auto reader = db.begin();
  auto scan = table.index->scan(reader->take_snapshot(), {}, ScanDirection::kForward);
  std::vector<IndexEntry> all;
  for (size_t before = 1; before != all.size();) {
    before = all.size();
    scan->next(all, 50);
  }
  REQUIRE(all.size() == keys.size());
  CHECK(std::equal(keys.begin(), keys.end(), all.begin(), [](const auto& k, const auto& e) { return k == e.key; }));
  std::vector<CheckFinding> findings;
  static_cast<IndexTree*>(table.index)->check(findings, [](std::string_view, std::string_view, uint64_t, bool) {});
  CHECK(findings.empty());
}

TEST_CASE("STO-7: an old key is not found after its undo is gone") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  RowId row = add(table, *t, 1, 1);
  db.commit(t);
  auto old = db.begin(IsolationLevel::kRepeatableRead, 9);
  Snapshot before = old->take_snapshot();
  t = db.begin();
  change(table, *t, row, 1, 2);
  db.commit(t);
  auto reader = db.begin();
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(1)).empty());
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(2)).size() == 1);
  CHECK(lookup(db, *table.heap, *table.index, before, exactly(1)).size() == 1);
  CHECK(lookup(db, *table.heap, *table.index, before, exactly(2)).empty());
  CHECK(lookup(db, *table.heap, *table.index, before, {}).size() == 1);
  db.transactions->purge();
  CHECK(lookup(db, *table.heap, *table.index, before, exactly(1)).size() == 1);
  db.commit(old);
  db.transactions->purge();
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(1)).empty());
  CHECK(db.transactions->undo().bytes() == 0);
  CHECK(table.index->entry_estimate() == 1);
}

TEST_CASE("STO-7: a key that comes back is not purged") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  RowId row = add(table, *t, 1, 1);
  db.commit(t);
  auto blocker = db.begin(IsolationLevel::kRepeatableRead, 9);
  (void)blocker->take_snapshot();
  t = db.begin();
  change(table, *t, row, 1, 2);
  db.commit(t);
  t = db.begin();
  change(table, *t, row, 2, 1);
  db.commit(t);
  db.transactions->purge();
  db.commit(blocker);
  db.transactions->purge();
  auto reader = db.begin();
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(1)).size() == 1);
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(2)).empty());
  CHECK(table.index->entry_estimate() == 1);
  // Rolled back half-way: mark and unmark are undone by their inverses.
  t = db.begin();
  change(table, *t, row, 1, 2);
  SavepointId savepoint = t->savepoint();
  change(table, *t, row, 2, 1);
  CHECK(lookup(db, *table.heap, *table.index, t->take_snapshot(), exactly(1)).size() == 1);
  t->rollback_to(savepoint);
  CHECK(lookup(db, *table.heap, *table.index, t->take_snapshot(), exactly(1)).empty());
  CHECK(lookup(db, *table.heap, *table.index, t->take_snapshot(), exactly(2)).size() == 1);
  db.abort(t);
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), exactly(1)).size() == 1);
  CHECK(lookup(db, *table.heap, *table.index, reader->take_snapshot(), {}).size() == 1);
  CHECK(db.check().empty());
}

TEST_CASE("an update through the index on the changed key touches each row once (QRY-1)") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  for (int i = 0; i < 50; ++i) add(table, *t, i, i);
  db.commit(t);
  t = db.begin();
  Snapshot s = t->take_snapshot();
  auto scan = table.index->scan(s, {}, ScanDirection::kForward);
  int changed = 0;
  for (;;) {
    std::vector<IndexEntry> entries;
    scan->next(entries, 1);
    if (entries.empty()) break;
    auto row = fetch_row(*table.heap, s, entries[0].row);
    if (!row || key_of(row->n) != entries[0].key) continue;
    REQUIRE(set_n(*table.heap, *t, s, entries[0].row, row->n + 10).outcome == WriteOutcome::kOk);
    table.index->insert(*t, key_of(row->n + 10), "", entries[0].row);
    table.index->mark(*t, key_of(row->n), entries[0].row);
    ++changed;
  }
  CHECK(changed == 50);
  db.commit(t);
}

TEST_CASE("unique: live, marked, in progress and rolled back keys (STO-12)") {
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, true);
  auto unique_add = [&](Transaction& t, int32_t n) {
    RowId row = insert_row(*table.heap, t, {n, n, "u"});
    return std::pair{row, table.index->insert_unique(t, key_of(n), "", row)};
  };
  auto a = db.begin(IsolationLevel::kReadCommitted, 1);
  auto [first, none] = unique_add(*a, 5);
  CHECK_FALSE(none.row.valid());
  auto b = db.begin(IsolationLevel::kReadCommitted, 2);
  SavepointId sp = b->savepoint();
  UniqueConflict c = unique_add(*b, 5).second;
  CHECK(c.row == first);
  CHECK(c.in_progress == a->id());
  b->rollback_to(sp);
  // The same transaction conflicts with itself at once.
  SavepointId spa = a->savepoint();
  c = unique_add(*a, 5).second;
  CHECK(c.row == first);
  CHECK_FALSE(c.in_progress.valid());
  a->rollback_to(spa);
  db.commit(a);
  c = unique_add(*b, 5).second;
  CHECK(c.row == first);
  CHECK_FALSE(c.in_progress.valid());
  b->rollback_to(sp);
  // Deleted but not committed: wait. Deleted and committed, chain still there: free.
  auto old = db.begin(IsolationLevel::kRepeatableRead, 9);
  (void)old->take_snapshot();
  a = db.begin(IsolationLevel::kReadCommitted, 1);
  REQUIRE(table.heap->remove(*a, a->take_snapshot(), first).outcome == WriteOutcome::kOk);
  table.index->mark(*a, key_of(5), first);
  c = unique_add(*b, 5).second;
  CHECK(c.in_progress == a->id());
  b->rollback_to(sp);
  db.commit(a);
  auto [second, free] = unique_add(*b, 5);
  CHECK_FALSE(free.row.valid());
  CHECK(table.index->find_conflict(*b, key_of(5), second).row == RowId{});
  db.abort(b);
  db.commit(old);
  db.transactions->purge();
  CHECK(db.check().empty());
}

TEST_CASE("bulk build, with and without spilling, equals one by one") {
  for (size_t sort_bytes : {size_t{1} << 30, size_t{1} << 16}) {
    FaultFileSystem files(1);
    Database db(files);
    Table table = make_table(db, false);
    auto t = db.begin();
    TreeId built = db.trees->create_index(*t, {true, table.heap_id});
    auto builder = db.trees->build_index(*t, built, sort_bytes);
    common::RandomGenerator random(5);
    std::set<std::string> keys;
    for (int i = 0; i < 30'000; ++i) {
      std::string key = key_of(static_cast<int64_t>(random.next())) + std::string(random.below(40), 'k');
      if (keys.insert(key).second) builder->add(key, "p", RowId{i + 1u});
    }
    CHECK_FALSE(builder->finish(nullptr));
    db.commit(t);
    db.transactions->purge();
    auto reader = db.begin();
    auto scan = db.trees->index(built).scan(reader->take_snapshot(), {}, ScanDirection::kForward);
    std::vector<IndexEntry> all;
    for (size_t before = 1; before != all.size();) {
      before = all.size();
      scan->next(all, 1000);
    }
    REQUIRE(all.size() == keys.size());
    CHECK(std::equal(keys.begin(), keys.end(), all.begin(), [](const auto& k, const auto& e) { return k == e.key; }));
    // It goes on as an ordinary tree.
    t = db.begin();
    for (int i = 0; i < 3000; ++i)
      db.trees->index(built).insert(*t, key_of(static_cast<int64_t>(random.next())), "", RowId{100'000u + i});
    db.commit(t);
    std::vector<CheckFinding> findings;
    size_t entries = 0;
    static_cast<IndexTree&>(db.trees->index(built)).check(findings, [&](auto, auto, uint64_t, bool) { ++entries; });
    CHECK(findings.empty());
    CHECK(entries == keys.size() + 3000);
  }
  FaultFileSystem files(1);
  Database db(files);
  Table table = make_table(db, false);
  auto t = db.begin();
  auto builder = db.trees->build_index(*t, db.trees->create_index(*t, {true, table.heap_id}), 1 << 20);
  builder->add("a", "", RowId{1});
  builder->add("b", "", RowId{2}, true);
  builder->add("b", "", RowId{3}, true);
  builder->add("c", "", RowId{4});
  builder->add("c", "", RowId{5});
  std::string duplicate;
  auto pair = builder->finish(&duplicate);
  REQUIRE(pair);
  CHECK(*pair == std::pair{RowId{4}, RowId{5}});
  CHECK(duplicate == "c");
}
