// Memory accounting (QRY-10). Whoever is about to make an allocation over 64 KiB, or grows a state without a bound,
// reserves first. A reservation that the query's or the server's budget cannot give is 53200 for the asker.
#pragma once

#include <atomic>
#include <cstddef>

namespace basalt::common {

// A budget in bytes, with an optional parent (query -> server). Thread-safe.
class MemoryBudget {
 public:
  MemoryBudget(size_t bytes_max, MemoryBudget* parent) : bytes_max_(bytes_max), parent_(parent) {}
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  [[nodiscard]] bool try_reserve(size_t bytes);
  void reserve(size_t bytes);  // throws SqlError 53200
  void release(size_t bytes);
  size_t used() const { return used_.load(std::memory_order_relaxed); }
  size_t bytes_max() const { return bytes_max_; }
  void set_bytes_max(size_t bytes) { bytes_max_ = bytes; }

 private:
  std::atomic<size_t> used_{0};
  std::atomic<size_t> bytes_max_;
  MemoryBudget* parent_;
};

// A growing state's share of a budget; gives everything back when it ends.
class MemoryReservation {
 public:
  explicit MemoryReservation(MemoryBudget* budget) : budget_(budget) {}
  ~MemoryReservation() { resize(0); }
  MemoryReservation(const MemoryReservation&) = delete;
  MemoryReservation& operator=(const MemoryReservation&) = delete;

  void grow(size_t bytes) { resize(bytes_ + bytes); }
  // Throws SqlError 53200 when it grows past the budget.
  void resize(size_t bytes);
  [[nodiscard]] bool try_grow(size_t bytes);
  size_t bytes() const { return bytes_; }

 private:
  MemoryBudget* budget_;
  size_t bytes_ = 0;
};

}  // namespace basalt::common
