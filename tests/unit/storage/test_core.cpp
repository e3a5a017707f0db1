#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core_fixture.hpp"

using namespace basalt::storage;
using namespace basalt::storage::testing;
using basalt::common::RandomGenerator;
using basalt::common::SqlError;

namespace {

// All pages of the test tree must equal the model after some prefix of the changes.
struct Change {
  size_t page;
  uint32_t slot;
  uint64_t value;
};

void check_pages(StorageCore& core, const std::vector<PageId>& pages,
                 const std::map<std::pair<size_t, uint32_t>, uint64_t>& model) {
  for (auto [where, value] : model) REQUIRE(get_slot(core, pages[where.first], where.second) == value);
}

}  // namespace

TEST_CASE("pages survive a crash without any page written home", "[storage]") {
  FaultFileSystem files(1);
  CoreOptions options = core_options(files, 1000);
  REQUIRE(StorageCore::initialize(options).ok());
  std::vector<PageId> pages;
  {
    auto core = open_core(options);
    for (int i = 0; i < 600; ++i) pages.push_back(make_page(*core));
    Lsn end;
    for (uint32_t i = 0; i < 5000; ++i) end = set_slot(*core, pages[i % pages.size()], i % 2000, i);
    core->wal().flush(end);
  }
  files.crash();
  auto core = open_core(options);
  for (uint32_t i = 0; i < 5000; ++i) REQUIRE(get_slot(*core, pages[i % pages.size()], i % 2000) == i);
  CHECK(core->space().pages_of(kTestTree) == 600);
  core->pool().check_state();
}

TEST_CASE("16 frames serve a database that is far larger", "[storage]") {
  FaultFileSystem files(2);
  CoreOptions options = core_options(files, 16);
  REQUIRE(StorageCore::initialize(options).ok());
  std::vector<PageId> pages;
  std::map<std::pair<size_t, uint32_t>, uint64_t> model;
  RandomGenerator random(5);
  {
    auto core = open_core(options);
    for (int i = 0; i < 400; ++i) pages.push_back(make_page(*core));
    for (uint64_t i = 1; i < 4000; ++i) {
      size_t page = random.below(pages.size());
      auto slot = static_cast<uint32_t>(random.below(2000));
      set_slot(*core, pages[page], slot, i);
      model[{page, slot}] = i;
    }
    check_pages(*core, pages, model);
    CHECK(core->pool().resident() <= 16);
    CHECK(core->pool().statistics().evictions > 1000);
    core->pool().check_state();
    REQUIRE(core->close().ok());
  }
  files.crash();
  auto core = open_core(options);
  check_pages(*core, pages, model);
}

TEST_CASE("every latch may be held at once", "[storage]") {
  FaultFileSystem files(2);
  CoreOptions options = core_options(files, 16);
  REQUIRE(StorageCore::initialize(options).ok());
  auto core = open_core(options);
  std::vector<PageId> pages;
  for (int i = 0; i < 60; ++i) pages.push_back(make_page(*core));
  {
    std::vector<ExclusiveGuard> guards;
    for (PageId page : pages) guards.push_back(core->pool().exclusive(page));
    CHECK(core->pool().resident() >= 60);
  }
  // The next misses shrink the pool again.
  for (int i = 0; i < 60; ++i) pages.push_back(make_page(*core));
  for (PageId page : pages) core->pool().shared(page);
  CHECK(core->pool().resident() <= 16);
}

TEST_CASE("a crash at any write leaves a prefix of the changes, with all that was flushed", "[storage]") {
  for (uint64_t seed = first_seed(); seed < first_seed() + seeds(80); ++seed) {
    INFO("seed " << seed);
    FaultFileSystem files(seed);
    CoreOptions options = core_options(files, 16 + seed % 3 * 8);
    REQUIRE(StorageCore::initialize(options).ok());
    RandomGenerator random(seed * 77);
    std::vector<PageId> pages;
    {
      auto core = open_core(options);
      for (int i = 0; i < 50; ++i) pages.push_back(make_page(*core));
      REQUIRE(core->close().ok());
    }
    std::vector<Change> changes;
    size_t acknowledged = 0, first = 0;
    for (int life = 0; life < 3; ++life) {
      {
        auto core = open_core(options);
        // After the crash: which prefix is it? The last slot of page 0 counts the changes.
        uint64_t survived = get_slot(*core, pages[0], 2040);
        REQUIRE(survived >= acknowledged);
        REQUIRE(survived <= changes.size());
        REQUIRE(get_slot(*core, pages[0], kChangesSlot) == survived);
        changes.resize(survived);
        std::map<std::pair<size_t, uint32_t>, uint64_t> model;
        for (const Change& c : changes) model[{c.page, c.slot}] = c.value;
        check_pages(*core, pages, model);
        acknowledged = survived;
        files.crash_at(1 + random.below(150));
        for (uint64_t i = 0; i < 1000 && !files.crash_taken(); ++i) {
          Change c{1 + random.below(pages.size() - 1), static_cast<uint32_t>(random.below(2000)), ++first};
          PageChange change(*core, RecordType::kHeapUpdate, TxnId{});
          ExclusiveGuard counter = core->pool().exclusive(pages[0]);
          ExclusiveGuard page = core->pool().exclusive(pages[c.page]);
          SetSlot set{c.slot, 0, c.value}, count{2040, 0, changes.size() + 1};
          change.add(page, kSetSlot, {reinterpret_cast<const char*>(&set), sizeof set});
          change.add(counter, kSetSlot, {reinterpret_cast<const char*>(&count), sizeof count});
          Lsn end = change.commit();
          changes.push_back(c);
          page.release();
          counter.release();
          if (random.below(10) == 0) {
            core->wal().flush(end);
            if (!files.crash_taken()) acknowledged = changes.size();
          }
          if (random.below(100) == 0) REQUIRE(core->checkpoint().ok());
        }
      }
      files.crash();
    }
  }
}

TEST_CASE("a torn home page is repaired from the double-write file", "[storage]") {
  FaultFileSystem files(3);
  CoreOptions options = core_options(files, 64);
  REQUIRE(StorageCore::initialize(options).ok());
  PageId page;
  {
    auto core = open_core(options);
    page = make_page(*core);
    set_slot(*core, page, 5, 55);
    core->wal().flush(core->wal().insert_lsn());
    core->pool().clean_before(Lsn{~uint64_t{0}});
    set_slot(*core, page, 6, 66);
    core->wal().flush(core->wal().insert_lsn());
  }
  files.damage("/db/data/pages", page.value * kPageSize + 8192, std::string(4096, 'T'));
  files.crash();
  {
    auto core = open_core(options);
    CHECK(get_slot(*core, page, 5) == 55);
    CHECK(get_slot(*core, page, 6) == 66);
    REQUIRE(core->close().ok());
  }
  // Damage that no crash explains is reported and never served.
  files.damage("/db/data/pages", page.value * kPageSize + 8192, std::string(4096, 'T'));
  auto core = open_core(options);
  try {
    get_slot(*core, page, 5);
    FAIL("a damaged page was served");
  } catch (const SqlError& e) {
    CHECK(e.report().sqlstate.view() == "XX001");
    CHECK(e.report().message.find("page " + std::to_string(page.value)) != std::string::npos);
  }
}

TEST_CASE("checkpoints while others write", "[storage]") {
  FaultFileSystem files(4);
  CoreOptions options = core_options(files, 48);
  REQUIRE(StorageCore::initialize(options).ok());
  constexpr int kThreads = 4;
  constexpr uint64_t kChanges = 1500;
  std::vector<PageId> pages;
  {
    auto core = open_core(options);
    for (int i = 0; i < 120; ++i) pages.push_back(make_page(*core));
    std::atomic<int> running{kThreads};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        RandomGenerator random(static_cast<uint64_t>(t) + 1);
        Lsn end;
        // Each thread owns a slot number; the newest value of a page's slot is the newest change.
        for (uint64_t i = 1; i <= kChanges; ++i) {
          PageId page = pages[random.below(pages.size())];
          end = set_slot(*core, page, static_cast<uint32_t>(t), i);
          if (i % 50 == 0) core->wal().flush(end);
          OptimisticGuard guard = core->pool().optimistic(page);
          uint64_t seen = slot_of(guard.page(), static_cast<uint32_t>(t));
          if (guard.validate() && seen != i) std::abort();
        }
        core->wal().flush(end);
        --running;
      });
    }
    int checkpoints = 0;
    while (running > 0) {
      if (!core->checkpoint().ok()) std::abort();
      ++checkpoints;
    }
    for (auto& thread : threads) thread.join();
    CHECK(checkpoints > 0);
    core->pool().check_state();
  }
  files.crash();
  auto core = open_core(options);
  for (int t = 0; t < kThreads; ++t) {
    RandomGenerator random(static_cast<uint64_t>(t) + 1);
    std::map<uint64_t, uint64_t> newest;
    for (uint64_t i = 1; i <= kChanges; ++i) newest[pages[random.below(pages.size())].value] = i;
    for (auto [page, value] : newest) REQUIRE(get_slot(*core, PageId{page}, static_cast<uint32_t>(t)) == value);
  }
}

TEST_CASE("a full disk fails the reservation, not what was promised", "[storage]") {
  FaultFileSystem files(5);
  CoreOptions options = core_options(files, 64);
  REQUIRE(StorageCore::initialize(options).ok());
  auto core = open_core(options);
  SpaceReservation promised(*core);
  promised.require(100, 100'000);
  files.set_capacity(files.used_bytes());
  SpaceReservation more(*core);
  for (auto [pages, wal] : {std::pair<uint32_t, uint64_t>{1000, 0}, {0, 10 << 20}}) {
    try {
      more.require(pages, wal);
      FAIL("a full disk gave space");
    } catch (const SqlError& e) {
      CHECK(e.report().sqlstate.view() == "53100");
    }
  }
  for (int i = 0; i < 100; ++i) {
    PageChange change(*core, RecordType::kHeapInsert, TxnId{}, &promised);
    ExclusiveGuard page = change.new_page(kTestTree, PageType::kHeapLeaf, PageId{});
    Page image{};
    image.header.type = PageType::kHeapLeaf;
    change.image(page, image);
    change.commit();
  }
  CHECK(promised.pages() == 0);
  CHECK(core->space().pages_of(kTestTree) == 100);
  files.set_capacity(~uint64_t{0});
  more.require(1000, 10 << 20);
}

TEST_CASE("an abandoned change leaves nothing behind", "[storage]") {
  FaultFileSystem files(6);
  CoreOptions options = core_options(files, 64);
  REQUIRE(StorageCore::initialize(options).ok());
  auto core = open_core(options);
  uint64_t free = core->space().free_pages();
  Lsn before = core->wal().insert_lsn();
  {
    PageChange change(*core, RecordType::kHeapInsert, TxnId{});
    ExclusiveGuard a = change.new_page(kTestTree, PageType::kHeapLeaf, PageId{});
    ExclusiveGuard b = change.new_page(kTestTree, PageType::kHeapLeaf, a.id());
    CHECK(b.id().value == a.id().value + 1);
  }
  CHECK(core->space().free_pages() == free);
  CHECK(core->wal().insert_lsn() == before);
  PageId page = make_page(*core);
  {
    PageChange change(*core, RecordType::kHeapUpdate, TxnId{});
    ExclusiveGuard guard = core->pool().exclusive(page);
    change.free_page(guard);
    change.commit();
  }
  CHECK(core->space().free_pages() == free);
  CHECK(core->space().owner_of(page) == kFreeOwner);
}

TEST_CASE("the tree directory survives, with long descriptors and drops", "[storage]") {
  FaultFileSystem files(8);
  CoreOptions options = core_options(files, 32);
  REQUIRE(StorageCore::initialize(options).ok());
  std::map<uint64_t, std::string> model;
  std::vector<TreeId> all;
  RandomGenerator random(9);
  TreeId doomed;
  {
    auto core = open_core(options);
    for (int i = 0; i < 400; ++i) {
      bool fresh = all.size() < 20 || random.below(3) > 0;
      TreeId id = fresh ? core->directory().allocate_id() : all[random.below(all.size())];
      PageChange change(*core, RecordType::kDirectory, TxnId{});
      if (!fresh && random.below(2)) {
        core->directory().erase(change, id);
        model.erase(id.value);
      } else {
        std::string text(random.below(20) == 0 ? 30'000 : random.below(300), static_cast<char>('a' + i % 26));
        core->directory().put(change, {id, TreeKind::kHeap, PageId{7}, text});
        model[id.value] = text;
        all.push_back(id);
      }
      change.commit();
    }
    doomed = core->directory().allocate_id();
    for (int i = 0; i < 300; ++i) make_page(*core, doomed);
    PageChange change(*core, RecordType::kDirectory, TxnId{});
    core->directory().put(change, {doomed, TreeKind::kHeap, PageId{7}, "x"});
    change.commit();
    CHECK(core->space().pages_of(doomed) == 300);
    TreeId drops[] = {doomed};
    Lsn end = core->insert_commit(TxnId{5}, drops, {}, nullptr);
    // A checkpoint between commit and drop carries the pending drop.
    REQUIRE(core->checkpoint().ok());
    core->wal().flush(end);
  }
  files.crash();
  TreeId last;
  {
    auto core = open_core(options);
    CHECK(!core->directory().find(doomed));
    CHECK(core->space().pages_of(doomed) == 0);
    CHECK(core->directory().pending_drops().empty());
    REQUIRE(core->directory().all().size() == model.size());
    for (const TreeRecord& record : core->directory().all()) REQUIRE(record.descriptor == model.at(record.id.value));
    last = core->directory().allocate_id();
    CHECK(last > doomed);
  }
  files.crash();
  auto core = open_core(options);
  CHECK(core->directory().allocate_id() > last);
}

TEST_CASE("a directory in use, and one that is none, are refused", "[storage]") {
  FaultFileSystem files(10);
  CoreOptions options = core_options(files, 32);
  CHECK(StorageCore::open(options).status().code == basalt::common::StatusCode::kInvalid);
  REQUIRE(StorageCore::initialize(options).ok());
  CHECK(!StorageCore::initialize(options).ok());
  auto core = open_core(options);
  CHECK(StorageCore::open(options).status().code == basalt::common::StatusCode::kInvalid);
}

TEST_CASE("a failed sync of the log ends the process", "[storage]") {
  pid_t child = fork();
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);
    if (!freopen("/dev/null", "w", stderr)) _exit(3);
    FaultFileSystem files(11);
    CoreOptions options = core_options(files, 32);
    if (!StorageCore::initialize(options).ok()) _exit(4);
    auto core = open_core(options);
    PageId page = make_page(*core);
    files.fail_sync(1);
    core->wal().flush(set_slot(*core, page, 1, 1));
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("optimistic readers never see a torn change", "[storage]") {
  FaultFileSystem files(12);
  CoreOptions options = core_options(files, 16);
  REQUIRE(StorageCore::initialize(options).ok());
  auto core = open_core(options);
  std::vector<PageId> pages;
  for (int i = 0; i < 40; ++i) pages.push_back(make_page(*core));
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> validated{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      RandomGenerator random(static_cast<uint64_t>(t) + 40);
      while (!stop) {
        OptimisticGuard guard = core->pool().optimistic(pages[random.below(pages.size())]);
        uint64_t a = slot_of(guard.page(), 0), b = slot_of(guard.page(), 2000);
        if (!guard.validate()) continue;
        if (a != b) std::abort();
        ++validated;
      }
    });
  }
  RandomGenerator random(3);
  for (uint64_t i = 1; i < 3000; ++i) {
    PageChange change(*core, RecordType::kHeapUpdate, TxnId{});
    ExclusiveGuard page = core->pool().exclusive(pages[random.below(pages.size())]);
    for (uint32_t slot : {0u, 2000u}) {
      SetSlot set{slot, 0, i};
      change.add(page, kSetSlot, {reinterpret_cast<const char*>(&set), sizeof set});
    }
    change.commit();
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  CHECK(validated > 0);
  core->pool().check_state();
}
