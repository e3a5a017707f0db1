// kill -9 of a process with several committing threads, on real files, again and again on the same data directory.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "fault_file_system.hpp"
#include "storage/engine.hpp"

using namespace basalt::storage;
using namespace basalt::storage::testing;
using basalt::common::PhysicalType;
using basalt::common::RandomGenerator;
using basalt::common::Value;

namespace {

constexpr int kThreads = 4;

struct Shared {  // between the processes; what a thread writes here it has been told to be durable
  std::atomic<int64_t> acknowledged[kThreads];
};

StorageOptions kill_options(const std::string& directory) {
  StorageOptions options;
  options.directory = directory;
  options.buffer_bytes = 48 * 16384;
  options.reservation_bytes = uint64_t{1} << 34;
  options.wal_segment_bytes = uint64_t{1} << 20;
  options.wal_bytes_max = uint64_t{2} << 20;  // many checkpoints
  return options;
}

std::unique_ptr<StorageEngine> open_engine(const StorageOptions& options) {
  auto engine = StorageEngine::open(options);
  if (!engine.ok()) throw basalt::common::to_sql_error(engine.status());
  return std::move(*engine);
}

Chunk row_of(int64_t number, size_t text_bytes) {
  Chunk chunk;
  PhysicalType types[] = {PhysicalType::kInt64, PhysicalType::kString};
  chunk.reset(types, 1);
  chunk.columns[0].set_value(0, Value::of<int64_t>(number));
  chunk.columns[1].set_value(0, Value::of<std::string_view>(std::string(text_bytes, 'k')));
  chunk.rows = 1;
  return chunk;
}

int64_t read_counter(StorageEngine& engine, TreeId tree, RowId row) {
  auto transaction = engine.begin(IsolationLevel::kReadCommitted, 1);
  Chunk out;
  std::vector<bool> found;
  RowId rows[] = {row};
  ColumnIndex columns[] = {ColumnIndex{0}};
  engine.heap(tree).fetch(transaction->take_snapshot(), rows, columns, out, found);
  int64_t value = found[0] ? out.value(0, 0).as<int64_t>() : -1;
  engine.abort(*transaction);
  return value;
}

// Counts up its own row, and inserts a row for each count.
void count_up(StorageEngine& engine, TreeId tree, RowId row, std::atomic<int64_t>& acknowledged, uint64_t seed) {
  RandomGenerator random(seed);
  int64_t value = read_counter(engine, tree, row);
  ColumnIndex columns[] = {ColumnIndex{0}, ColumnIndex{1}};
  for (;;) {
    auto t = engine.begin(IsolationLevel::kReadCommitted, seed + 1);
    Snapshot snapshot = t->take_snapshot();
    if (engine.heap(tree).update(*t, snapshot, row, columns, row_of(value + 1, random.below(400)), 0).outcome !=
        WriteOutcome::kOk)
      std::abort();
    std::vector<RowId> ids;
    engine.heap(tree).insert(*t, row_of(-1, random.below(2000)), ids);
    if (random.below(8) == 0) {
      engine.abort(*t);
      continue;
    }
    engine.commit(*t);
    acknowledged = ++value;
  }
}

}  // namespace

TEST_CASE("kill -9 loses nothing that was acknowledged", "[engine]") {
  char name[] = "/tmp/basalt_kill_XXXXXX";
  REQUIRE(mkdtemp(name));
  StorageOptions options = kill_options(std::string(name) + "/db");
  REQUIRE(StorageEngine::initialize(options).ok());
  TreeId tree;
  std::vector<RowId> rows;
  {
    auto engine = open_engine(options);
    auto t = engine->begin(IsolationLevel::kReadCommitted, 1);
    HeapLayout layout;
    layout.columns = {{PhysicalType::kInt64, Value::null(PhysicalType::kInt64)},
                      {PhysicalType::kString, Value::null(PhysicalType::kString)}};
    tree = engine->create_heap(*t, layout);
    for (int i = 0; i < kThreads; ++i) engine->heap(tree).insert(*t, row_of(0, 10), rows);
    engine->commit(*t);
    REQUIRE(engine->close().ok());
  }
  auto* shared =
      static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  RandomGenerator random(first_seed());
  int64_t counted = 0;
  for (uint64_t round = 0; round < seeds(10); ++round) {
    pid_t child = fork();
    if (child == 0) {
      signal(SIGABRT, SIG_DFL);
      auto engine = open_engine(options);
      std::vector<std::thread> threads;
      for (size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] { count_up(*engine, tree, rows[i], shared->acknowledged[i], round * 100 + i); });
      threads[0].join();
    }
    usleep(static_cast<useconds_t>(30'000 + random.below(150'000)));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WTERMSIG(status) == SIGKILL);
    auto engine = open_engine(options);
    counted = 0;
    for (size_t i = 0; i < kThreads; ++i) {
      int64_t value = read_counter(*engine, tree, rows[i]), known = shared->acknowledged[i];
      INFO("round " << round << " thread " << i << ": " << value << " for " << known);
      REQUIRE(value >= known);
      REQUIRE(value <= known + 1);
      shared->acknowledged[i] = value;
      counted += value;
    }
    auto findings = engine->check(TreeId{});
    for (const CheckFinding& f : findings) UNSCOPED_INFO("page " << f.page << ": " << f.text);
    REQUIRE(findings.empty());
  }
  CHECK(counted > 0);
  munmap(shared, sizeof(Shared));
  std::filesystem::remove_all(name);
}
