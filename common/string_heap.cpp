#include "common/string_heap.hpp"

#include <algorithm>

namespace basalt::common {

namespace {
constexpr size_t kBlockBytes = 4096;
constexpr size_t kBlockBytesMax = 256 * 1024;
}  // namespace

char* StringHeap::allocate(size_t bytes) {
  if (used_ + bytes > capacity_) {
    size_t size = std::max(bytes, std::min(kBlockBytesMax, kBlockBytes << std::min<size_t>(blocks_.size(), 6)));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    if (blocks_.size() == 1) first_block_size_ = size;
    capacity_ = size;
    used_ = 0;
    bytes_reserved_ += size;
  }
  char* at = blocks_.back().get() + used_;
  used_ += bytes;
  return at;
}

void StringHeap::clear() {
  if (blocks_.size() > 1) blocks_.resize(1);
  used_ = 0;
  capacity_ = blocks_.empty() ? 0 : first_block_size_;
  bytes_reserved_ = capacity_;
}

}  // namespace basalt::common
