#include <catch2/catch.hpp>

#include "core_fixture.hpp"
#include "storage/page_check.hpp"
#include "storage/sequence.hpp"

using namespace basalt::storage;
using namespace basalt::storage::testing;
using basalt::common::SqlError;

namespace {

TreeId make_sequence(StorageCore& core) {
  TreeId id = core.directory().allocate_id();
  PageChange change(core, RecordType::kDirectory, TxnId{});
  core.directory().put(change, {id, TreeKind::kSequence, PageId{}, SequenceStore::descriptor({1, false, 0})});
  core.wal().flush(change.commit());
  return id;
}

// As nextval of an ascending sequence does it; tells its caller the value through `result`.
std::function<void(SequenceState&)> nextval(int64_t* result, int64_t maximum = 1'000'000'000) {
  return [=](SequenceState& s) {
    if (s.is_called && s.last_value >= maximum) throw SqlError({"2200H"}, "reached maximum value of sequence");
    s.last_value += s.is_called;
    s.is_called = true;
    *result = s.last_value;
  };
}

}  // namespace

TEST_CASE("a sequence never repeats a value that was answered", "[storage]") {
  FaultFileSystem files(20);
  CoreOptions options = core_options(files, 32);
  REQUIRE(StorageCore::initialize(options).ok());
  TreeId id;
  int64_t last = 0;
  {
    auto core = open_core(options);
    id = make_sequence(*core);
    SequenceStore sequences(*core);
    uint64_t before = files.operations();
    for (int64_t i = 1; i <= 2000; ++i) {
      int64_t value = 0;
      SequenceState state = sequences.advance(id, nextval(&value), true);
      REQUIRE(value == i);
      REQUIRE(state.last_value == i);
      if (i == 1) CHECK(state.logged == 32);
      if (i == 2) CHECK(state.logged == 31);
      last = value;
    }
    CHECK(files.operations() - before < 100);
  }
  files.crash();
  {
    auto core = open_core(options);
    SequenceStore sequences(*core);
    int64_t value = 0;
    sequences.advance(id, nextval(&value), true);
    CHECK(value > last);
    CHECK(value <= last + 8193);
    last = value;
    sequences.settle();
    REQUIRE(core->close().ok());
  }
  auto core = open_core(options);
  SequenceStore sequences(*core);
  int64_t value = 0;
  sequences.advance(id, nextval(&value), true);
  CHECK(value == last + 1);
}

TEST_CASE("setval and the end of a sequence", "[storage]") {
  FaultFileSystem files(21);
  CoreOptions options = core_options(files, 32);
  REQUIRE(StorageCore::initialize(options).ok());
  TreeId id;
  {
    auto core = open_core(options);
    id = make_sequence(*core);
    SequenceStore sequences(*core);
    int64_t value = 0;
    sequences.advance(id, nextval(&value), true);
    sequences.advance(
        id,
        [](SequenceState& s) {
          s.last_value = 500;
          s.is_called = false;
        },
        true);
    CHECK(sequences.state(id).logged == 0);
    sequences.advance(id, nextval(&value, 502), true);
    CHECK(value == 500);
    sequences.advance(id, nextval(&value, 502), true);
    sequences.advance(id, nextval(&value, 502), true);
    CHECK(value == 502);
    CHECK_THROWS_AS(sequences.advance(id, nextval(&value, 502), true), SqlError);
  }
  files.crash();
  auto core = open_core(options);
  SequenceStore sequences(*core);
  CHECK(sequences.state(id).last_value == 502);
}

TEST_CASE("the page check finds damage and foreign pages", "[storage]") {
  FaultFileSystem files(22);
  CoreOptions options = core_options(files, 64);
  REQUIRE(StorageCore::initialize(options).ok());
  auto core = open_core(options);
  TreeId tree = core->directory().allocate_id();
  PageChange change(*core, RecordType::kDirectory, TxnId{});
  core->directory().put(change, {tree, TreeKind::kHeap, PageId{}, {}});
  change.commit();
  PageId page = make_page(*core, tree);
  make_page(*core, tree);
  std::vector<CheckFinding> findings;
  check_pages(*core, TreeId{}, findings);
  CHECK(findings.empty());
  REQUIRE(core->checkpoint().ok());
  check_pages(*core, TreeId{}, findings);
  CHECK(findings.empty());
  PageId orphan = make_page(*core, TreeId{tree.value + 1});
  files.damage("/db/data/pages", page.value * kPageSize + 5000, "x");
  check_pages(*core, TreeId{}, findings);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].page == page.value);
  CHECK(findings[0].text == "wrong checksum");
  CHECK(findings[1].page == orphan.value);
}
