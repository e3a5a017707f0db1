#include "executor/hash_partitions.hpp"

#include <algorithm>

namespace basalt::executor {

HashPartitions::HashPartitions(ExecutionContext& context, const std::vector<common::PhysicalType>& types, int level)
    : level_(level), selected_(kCount) {
  constexpr size_t kBytesMin = 65536;
  size_t limit = std::max(context.work_mem_bytes / kCount, kBytesMin);
  for (uint32_t p = 0; p < kCount; ++p) stores_.push_back(std::make_unique<ChunkStore>(context, types, limit));
}

void HashPartitions::append(const common::Chunk& chunk, const std::vector<uint64_t>& hashes, uint32_t first) {
  for (common::Selection& selection : selected_) selection.clear();
  for (uint32_t row = 0; row < chunk.rows; ++row) selected_[partition_of(hashes[row])].push_back(row);
  for (uint32_t p = first; p < kCount; ++p)
    if (!selected_[p].empty()) append(p, chunk, selected_[p]);
}

int HashPartitions::next_level(uint32_t partition) const {
  uint64_t rows = stores_[partition]->rows();
  return rows > rows_ / 8 * 7 ? kLevels : level_ + 1;
}

void put_off(HashPartitions& kept, HashPartitions& partners, uint32_t first, std::vector<PartitionPair>& pending) {
  for (uint32_t p = HashPartitions::kCount; p-- > first;) {
    int level = kept.next_level(p);
    pending.push_back({kept.take(p), partners.take(p), level});
  }
}

}  // namespace basalt::executor
