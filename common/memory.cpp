#include "common/memory.hpp"

#include "common/sqlstate.hpp"

namespace basalt::common {

MemoryBudget::~MemoryBudget() {
  if (parent_) parent_->release(used_);
}

bool MemoryBudget::try_reserve(size_t bytes) {
  size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes > bytes_max_.load(std::memory_order_relaxed) || (parent_ && !parent_->try_reserve(bytes))) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  return true;
}

void MemoryBudget::reserve(size_t bytes) {
  if (try_reserve(bytes)) return;
  throw SqlError(sqlstate::kOutOfMemory, "out of memory")
      .detail("Failed on request of size " + std::to_string(bytes) + " in a memory budget of " +
              std::to_string(bytes_max_.load()) + " bytes.");
}

void MemoryBudget::release(size_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_) parent_->release(bytes);
}

void MemoryReservation::resize(size_t bytes) {
  if (budget_) {
    if (bytes > bytes_) budget_->reserve(bytes - bytes_);
    if (bytes < bytes_) budget_->release(bytes_ - bytes);
  }
  bytes_ = bytes;
}

bool MemoryReservation::try_grow(size_t bytes) {
  if (budget_ && !budget_->try_reserve(bytes)) return false;
  bytes_ += bytes;
  return true;
}

}  // namespace basalt::common
