// Undo beyond its budget lies in a file (STO-3).
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "common/sql_error.hpp"
#include "storage/undo_memory.hpp"

using basalt::storage::UndoMemory;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "undo-memory-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

struct Piece {
  char* memory;
  size_t bytes;
  char mark;
};

bool intact(const Piece& piece) {
  for (size_t i = 0; i < piece.bytes; ++i)
    if (piece.memory[i] != piece.mark) return false;
  return true;
}

}  // namespace

TEST_CASE("undo memory: what goes over the budget lies in the file and does not overlap") {
  Folder folder;
  UndoMemory memory(folder.path, 100'000);
  std::mt19937 random(7);
  std::vector<Piece> pieces;
  size_t in_use = 0;
  for (int round = 0; round < 60'000; ++round) {
    if (!pieces.empty() && random() % 3 == 0) {
      std::swap(pieces[random() % pieces.size()], pieces.back());
      REQUIRE(intact(pieces.back()));
      memory.free(pieces.back().memory, pieces.back().bytes);
      in_use -= pieces.back().bytes;
      pieces.pop_back();
      continue;
    }
    memory.ensure_room();
    const size_t bytes = random() % 20 == 0 ? random() % 33'000 + 1 : random() % 300 + 1;
    Piece piece{static_cast<char*>(memory.allocate(bytes)), bytes, static_cast<char>(round)};
    REQUIRE(reinterpret_cast<uintptr_t>(piece.memory) % 16 == 0);
    std::memset(piece.memory, piece.mark, bytes);
    pieces.push_back(piece);
    in_use += bytes;
  }
  CHECK(memory.bytes() == in_use);
  CHECK(memory.spilled_bytes() > in_use / 2);
  CHECK(memory.file_bytes() >= memory.spilled_bytes());
  CHECK(std::filesystem::is_empty(folder.path));  // the file has no name
  for (const Piece& piece : pieces) {
    REQUIRE(intact(piece));
    memory.free(piece.memory, piece.bytes);
  }
  CHECK(memory.bytes() == 0);
  CHECK(memory.spilled_bytes() == 0);
}

TEST_CASE("undo memory: disk space that was given back serves again") {
  Folder folder;
  UndoMemory memory(folder.path, 0);
  uint64_t file_bytes = 0;
  for (int round = 0; round < 3; ++round) {
    std::vector<Piece> pieces;
    for (int i = 0; i < 150'000; ++i) {
      memory.ensure_room();
      Piece piece{static_cast<char*>(memory.allocate(1000)), 1000, static_cast<char>(i)};
      std::memset(piece.memory, piece.mark, piece.bytes);
      pieces.push_back(piece);
    }
    CHECK(memory.spilled_bytes() == 150'000'000);
    if (round == 0) file_bytes = memory.file_bytes();
    CHECK(memory.file_bytes() == file_bytes);
    for (const Piece& piece : pieces) {
      REQUIRE(intact(piece));
      memory.free(piece.memory, piece.bytes);
    }
  }
}

TEST_CASE("undo memory: a file that cannot be made is an error for those who ask, not for those who must go on") {
  UndoMemory memory("/nowhere/at/all", 1000);
  void* first = memory.allocate(2000);
  try {
    memory.ensure_room();
    FAIL("no error");
  } catch (const basalt::common::SqlError& e) {
    CHECK(e.report().sqlstate.view() == "58030");
  }
  memory.try_ensure_room();
  void* second = memory.allocate(2000);
  CHECK(memory.spilled_bytes() == 0);
  memory.free(second, 2000);
  memory.free(first, 2000);

  UndoMemory none("", 1000);
  void* third = none.allocate(1000);
  CHECK_THROWS_AS(none.ensure_room(), basalt::common::SqlError);
  none.free(third, 1000);
}

TEST_CASE("undo memory: many threads") {
  Folder folder;
  UndoMemory memory(folder.path, 10'000);
  std::vector<std::thread> threads;
  std::atomic<int> damaged{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      std::vector<Piece> pieces;
      for (int i = 0; i < 20'000; ++i) {
        memory.ensure_room();
        Piece piece{nullptr, random() % 2000 + 1, static_cast<char>(t * 50 + i % 50)};
        piece.memory = static_cast<char*>(memory.allocate(piece.bytes));
        std::memset(piece.memory, piece.mark, piece.bytes);
        pieces.push_back(piece);
        if (pieces.size() > 500) {
          std::swap(pieces[random() % pieces.size()], pieces.back());
          if (!intact(pieces.back())) ++damaged;
          memory.free(pieces.back().memory, pieces.back().bytes);
          pieces.pop_back();
        }
      }
      for (const Piece& piece : pieces) {
        if (!intact(piece)) ++damaged;
        memory.free(piece.memory, piece.bytes);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(damaged == 0);
  CHECK(memory.bytes() == 0);
}
