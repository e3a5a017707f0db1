// ChunkStore: rows kept for later: the build side of a join, a materialised subplan, a CTE, RETURNING results, a sort
// run. In memory up to a limit, then in a spill file. Rows have positions from 0; random access works while in memory.
#pragma once

#include <memory>
#include <vector>

#include "executor/execution_context.hpp"
#include "executor/spill_file.hpp"

namespace basalt::executor {

class ChunkStore {
 public:
  // memory_limit 0: never spills (the caller watches bytes()).
  ChunkStore(ExecutionContext& context, std::vector<common::PhysicalType> types, size_t memory_limit);
  ~ChunkStore();

  // Copies the rows of `chunk` (all, or the selected ones).
  void append(const Chunk& chunk);
  void append(const Chunk& chunk, const common::Selection& selection);

  uint64_t rows() const { return rows_; }
  size_t bytes() const { return reservation_.bytes(); }
  // Also of the rows that are in the file.
  size_t bytes_in_all() const { return reservation_.bytes() + (file_ ? file_->size() : 0); }
  bool spilled() const { return file_ != nullptr; }
  const std::vector<common::PhysicalType>& types() const { return types_; }

  // Reads from position `row`, up to `demand` rows, moving `row` on. False at the end.
  bool read(uint64_t& row, Chunk& out, uint32_t demand);
  // In-memory access: block and row in it.
  const Chunk& block(size_t index) const { return *blocks_[index].chunk; }
  size_t block_count() const { return blocks_.size(); }
  uint64_t block_start(size_t index) const { return blocks_[index].first_row; }
  // The block that holds in-memory row `row`.
  size_t block_of(uint64_t row) const;
  void clear();

 private:
  struct Block {
    std::unique_ptr<Chunk> chunk;  // null: in the file
    uint64_t first_row = 0;
    uint32_t rows = 0;
    uint64_t file_offset = 0;
  };
  void add_rows(const Chunk& chunk, const uint32_t* selection, uint32_t count);
  void seal_last();
  void spill_all();

  std::vector<common::PhysicalType> types_;
  size_t memory_limit_;
  common::MemoryReservation reservation_;
  common::FileSystem* files_;
  std::string directory_;
  std::vector<Block> blocks_;
  std::unique_ptr<SpillFile> file_;
  uint64_t rows_ = 0;
  size_t last_block_bytes_ = 0;
  size_t cached_block_ = SIZE_MAX;  // the block of the file read last
  Chunk cache_;
};

// Copies selected rows of `from` behind the rows of `to` (flat columns with room).
void append_rows(Chunk& to, const Chunk& from, const uint32_t* selection, uint32_t count);

}  // namespace basalt::executor
