// Memory of undo (STO-3): on the heap up to a budget, beyond it in a file that the kernel pages out. So an old snapshot
// or a transaction of any size costs disk, not the server's memory.
//
//   allocate: total < budget ? heap : slab of the size's class in the spill file
//   file      extents of 64 MiB, physically allocated before they are mapped; cut into slabs of 64 KiB, each for values
//             of one size. What is free is known outside the file: freeing touches no page of it.
//
// The file has no name and no durability: it vanishes with the process, and recovery fills a new one. A change that
// cannot be taken back needs its entry, so allocate() never fails for disk: statements ask ensure_room() first (53100),
// and what comes after all goes to the heap. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace basalt::storage {

class UndoMemory {
 public:
  // `directory`: where the spill file is made. Empty: there is none, and ensure_room() throws 53200 over the budget.
  UndoMemory(std::string directory, uint64_t bytes_max);
  ~UndoMemory();
  UndoMemory(const UndoMemory&) = delete;
  UndoMemory& operator=(const UndoMemory&) = delete;

  void* allocate(size_t bytes);
  void free(void* memory, size_t bytes);

  // Before a statement's next change: throws when the spill file would have to grow and cannot (53100, 58030).
  void ensure_room() {
    if (bytes() >= bytes_max_) [[unlikely]]
      make_room();
  }
  // The same for recovery, which goes on in the server's memory where the file cannot grow.
  void try_ensure_room() noexcept;
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  size_t spilled_bytes() const { return spilled_.load(std::memory_order_relaxed); }
  uint64_t file_bytes() const { return file_bytes_.load(std::memory_order_relaxed); }

  static constexpr size_t kSlabBytes = 64 << 10;
  static constexpr size_t kLargestBytes = kSlabBytes / 2;  // larger values stay on the heap

 private:
  struct Slab;
  void make_room();
  void grow();  // by an extent, or by a slab whose disk space was given back
  void* allocate_in_file(size_t bytes);
  void free_in_file(char* memory, size_t bytes);
  bool in_file(const void* memory) const {
    const char* base = base_.load(std::memory_order_acquire);
    return base && memory >= base && memory < base + reserved_bytes_;
  }

  const std::string directory_;
  const uint64_t bytes_max_;
  uint64_t reserved_bytes_ = 0;
  std::atomic<size_t> bytes_{0}, spilled_{0};
  std::atomic<uint64_t> file_bytes_{0};
  std::atomic<char*> base_{nullptr};

  std::mutex mutex_;  // all below
  int file_ = -1;
  std::vector<std::unique_ptr<Slab>> slabs_;
  std::vector<uint32_t> backed_, given_back_;         // free slabs with and without disk space
  std::vector<std::vector<uint32_t>> partly_filled_;  // by class
};

// For containers that belong to undo.
template <typename T>
struct UndoAllocator {
  using value_type = T;
  explicit UndoAllocator(UndoMemory& of) : memory(&of) {}
  template <typename U>
  UndoAllocator(const UndoAllocator<U>& other) : memory(other.memory) {}  // NOLINT: containers convert them
  T* allocate(size_t n) { return static_cast<T*>(memory->allocate(n * sizeof(T))); }
  void deallocate(T* at, size_t n) { memory->free(at, n * sizeof(T)); }
  template <typename U>
  bool operator==(const UndoAllocator<U>& other) const {
    return memory == other.memory;
  }
  UndoMemory* memory;
};

}  // namespace basalt::storage
