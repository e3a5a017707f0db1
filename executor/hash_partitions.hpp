// HashPartitions: rows scattered over 16 stores by four bits of their hashes, at each level by the next four. Past
// work_mem hash joins, hash aggregation and set operations work on one partition after the other; a partition that is
// too large itself is scattered again.
#pragma once

#include <memory>
#include <vector>

#include "executor/chunk_store.hpp"

namespace basalt::executor {

class HashPartitions {
 public:
  static constexpr uint32_t kCount = 16;
  // A partition of the last level is taken as it is.
  static constexpr int kLevels = 13;

  HashPartitions(ExecutionContext& context, const std::vector<common::PhysicalType>& types, int level);

  uint32_t partition_of(uint64_t hash) const { return hash >> (4 * level_) & (kCount - 1); }
  // At which a partition would be scattered again. kLevels: there is nothing to be gained, since nearly all rows came
  // into this one; they have one key, most likely.
  int next_level(uint32_t partition) const;
  // Appends the rows of `chunk`, a hash each, but leaves out those of the partitions before `first`.
  void append(const common::Chunk& chunk, const std::vector<uint64_t>& hashes, uint32_t first = 0);
  // Which rows of the chunk appended last belong to a partition, also to one that was left out.
  const common::Selection& selected(uint32_t partition) const { return selected_[partition]; }
  void append(uint32_t partition, const common::Chunk& chunk, const common::Selection& selection) {
    stores_[partition]->append(chunk, selection);
    rows_ += selection.size();
  }
  const ChunkStore& store(uint32_t partition) const { return *stores_[partition]; }
  std::unique_ptr<ChunkStore> take(uint32_t partition) { return std::move(stores_[partition]); }

 private:
  int level_;
  uint64_t rows_ = 0;
  std::vector<std::unique_ptr<ChunkStore>> stores_;
  std::vector<common::Selection> selected_;
};

// Two partitions of the same hashes, one of each input: the one that has to fit into memory, and its partner.
struct PartitionPair {
  std::unique_ptr<ChunkStore> kept, partner;
  int level;  // at which they would be scattered again
};
// Moves the pairs from partition `first` on into `pending`, the next one last.
void put_off(HashPartitions& kept, HashPartitions& partners, uint32_t first, std::vector<PartitionPair>& pending);

}  // namespace basalt::executor
