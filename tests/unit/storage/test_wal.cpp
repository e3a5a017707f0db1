#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <thread>

#include "fault_file_system.hpp"
#include "storage/checksum.hpp"
#include "storage/wal.hpp"

using namespace basalt::storage;
using namespace basalt::storage::testing;
using basalt::common::StatusCode;

namespace {

WalOptions wal_options(FaultFileSystem& files) {
  WalOptions options;
  options.directory = "/wal";
  options.files = &files;
  options.identity = {42, 1};
  options.segment_bytes = 1 << 20;
  return options;
}

Bytes bytes_of(const std::string& s) { return {s.data(), s.size()}; }

struct ReadBack {
  std::vector<std::string> bodies;
  std::vector<Lsn> starts;
  Lsn end;
  bool corrupt = false;
};

ReadBack read_back(FaultFileSystem& files, Lsn from) {
  WalOptions options = wal_options(files);
  WalReader reader(options, from, 0);
  ReadBack out;
  RecordView record;
  for (;;) {
    auto more = reader.next(record);
    if (!more.ok()) {
      out.corrupt = more.status().code == StatusCode::kCorrupt;
      break;
    }
    if (!*more) break;
    out.starts.push_back(record.start);
    out.bodies.emplace_back(record.body.data(), record.body.size());
  }
  out.end = reader.position();
  return out;
}

const Lsn kFirst = Wal::first_lsn(1 << 20);

}  // namespace

TEST_CASE("CRC32C agrees with its definition", "[storage]") {
  CHECK(crc32c(0, "123456789", 9) == 0xe3069283);
  CHECK(crc32c_portable(0, "123456789", 9) == 0xe3069283);
  std::string text(1000, 'x');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (size_t cut : {0, 1, 7, 8, 9, 500, 999}) {
    CHECK(crc32c(crc32c(0, text.data(), cut), text.data() + cut, text.size() - cut) ==
          crc32c_portable(0, text.data(), text.size()));
  }
}

TEST_CASE("records of all sizes come back, across segments", "[storage]") {
  FaultFileSystem files(1);
  std::vector<std::string> written;
  {
    Wal wal(wal_options(files));
    wal.start(kFirst, 1);
    for (int i = 0; i < 2000; ++i) {
      std::string body(static_cast<size_t>(i * 37 % 5000), static_cast<char>('a' + i % 26));
      if (i % 500 == 499) body.assign(3 << 20, 'L');  // longer than a segment
      written.push_back(body);
      wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(body));
    }
    wal.stop();
  }
  ReadBack back = read_back(files, kFirst);
  REQUIRE(back.bodies.size() == written.size() + 1);  // the epoch record first
  for (size_t i = 0; i < written.size(); ++i) REQUIRE(back.bodies[i + 1] == written[i]);
}

TEST_CASE("what was flushed survives any crash, and nothing else comes between", "[storage]") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    FaultFileSystem files(seed);
    std::vector<std::string> written;
    size_t flushed = 0;
    Lsn from = kFirst;
    uint32_t epoch = 0;
    // Several crashes in a row: stale records of earlier epochs lie behind the end.
    for (int life = 0; life < 4; ++life) {
      ReadBack back;
      if (life > 0) {
        files.crash();
        back = read_back(files, from);
        INFO("seed " << seed << " life " << life);
        REQUIRE(!back.corrupt);
        std::vector<std::string> bodies;
        for (auto& body : back.bodies)
          if (!body.empty()) bodies.push_back(body);
        REQUIRE(bodies.size() >= flushed);
        REQUIRE(bodies.size() <= written.size());
        for (size_t i = 0; i < bodies.size(); ++i) REQUIRE(bodies[i] == written[i]);
        written.resize(bodies.size());
      }
      Wal wal(wal_options(files));
      wal.start(life == 0 ? kFirst : back.end, ++epoch);
      flushed = written.size();
      for (int i = 0; i < 40; ++i) {
        // The same sizes in each life, so that records fall on the same places.
        written.push_back(std::to_string(life) + "/" + std::to_string(i) +
                          std::string(static_cast<size_t>(i * 50), '.'));
        Lsn end = wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(written.back()));
        if (i == 20) {
          wal.flush(end);
          flushed = written.size();
        }
      }
      // Written but not synced: fails in the sync, as far as this log is concerned.
      files.crash_at(2);
      wal.flush(wal.insert_lsn());
    }
  }
}

TEST_CASE("damage before a durable record is an error, at the tail it is the end", "[storage]") {
  FaultFileSystem files(7);
  std::vector<Lsn> ends;
  {
    Wal wal(wal_options(files));
    wal.start(kFirst, 1);
    for (int i = 0; i < 10; ++i) {
      std::string body(100, static_cast<char>('a' + i));
      ends.push_back(wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(body)));
      wal.flush(ends.back());
    }
  }
  std::string segment = Wal::segment_name(wal_options(files), 1);
  SECTION("tail") {
    files.damage(segment, ends[8].value - kFirst.value + 50, "!");
    ReadBack back = read_back(files, kFirst);
    CHECK(!back.corrupt);
    CHECK(back.end == ends[8]);
  }
  SECTION("middle") {
    files.damage(segment, ends[4].value - kFirst.value + 50, "!");
    CHECK(read_back(files, kFirst).corrupt);
  }
  SECTION("known to be durable") {
    files.damage(segment, ends[8].value - kFirst.value + 50, "!");
    WalReader reader(wal_options(files), kFirst, 0);
    reader.require_durable(ends[9]);
    RecordView record;
    auto more = reader.next(record);
    while (more.ok() && *more) more = reader.next(record);
    CHECK(!more.ok());
  }
}

TEST_CASE("many threads insert and commit", "[storage]") {
  FaultFileSystem files(3);
  constexpr int kThreads = 8, kRecords = 2000;
  {
    Wal wal(wal_options(files));
    wal.start(kFirst, 1);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&wal, t] {
        for (uint32_t i = 0; i < kRecords; ++i) {
          std::string body(16 + i % 300 * 10, static_cast<char>('a' + t));
          std::memcpy(body.data(), &i, 4);
          Lsn end = wal.insert(RecordType::kAbort, TxnId{static_cast<uint64_t>(t + 1)}, 0, bytes_of(body));
          if (i % 20 == 0) {
            wal.flush(end);
            if (wal.flushed_lsn() < end) std::abort();
          }
        }
      });
    }
    for (auto& thread : threads) thread.join();
    wal.stop();
  }
  WalReader reader(wal_options(files), kFirst, 0);
  RecordView record;
  std::vector<uint32_t> next(kThreads + 1);
  size_t total = 0;
  while (reader.next(record).take()) {
    if (record.type() == RecordType::kEpochStart) continue;
    uint32_t i;
    std::memcpy(&i, record.body.data(), 4);
    REQUIRE(i == next[record.transaction().value]++);
    ++total;
  }
  CHECK(total == kThreads * kRecords);
}

TEST_CASE("a stale record behind a torn one never comes back to life", "[storage]") {
  FaultFileSystem files(13);
  std::string a(100, 'a'), b(200, 'b'), c(100, 'c');
  Lsn b_start, c_start;
  {
    Wal wal(wal_options(files));
    wal.start(kFirst, 1);
    b_start = wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(a));
    wal.flush(b_start);
    c_start = wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(b));
    wal.flush(wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(c)));
  }
  std::string segment = Wal::segment_name(wal_options(files), 1);
  files.damage(segment, b_start.value - kFirst.value + 60, "torn");
  ReadBack back = read_back(files, kFirst);
  REQUIRE(back.end == b_start);
  {
    // The next life's records end exactly where the old c begins.
    Wal wal(wal_options(files));
    wal.start(back.end, 2);
    std::string filler(c_start.value - b_start.value - 2 * sizeof(RecordHeader), 'f');
    REQUIRE(wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of(filler)) == c_start);
    wal.flush(c_start);
  }
  back = read_back(files, kFirst);
  CHECK(!back.corrupt);
  CHECK(back.end == c_start);
}

TEST_CASE("a record counts only at its own place", "[storage]") {
  FaultFileSystem files(14);
  Lsn end;
  {
    Wal wal(wal_options(files));
    wal.start(kFirst, 1);
    end = wal.insert(RecordType::kAbort, TxnId{1}, 0, bytes_of("recycled segments hold such"));
    wal.flush(end);
  }
  std::string segment = Wal::segment_name(wal_options(files), 1);
  uint64_t first = sizeof(RecordHeader);  // behind the epoch record
  files.damage(segment, end.value - kFirst.value, files.contents(segment, first, end.value - kFirst.value - first));
  ReadBack back = read_back(files, kFirst);
  CHECK(!back.corrupt);
  CHECK(back.end == end);
}
