// KeyTable: hashes and equality of key columns, for hash joins, hash aggregation and set operations.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::executor {

class KeyTable {
 public:
  KeyTable(std::vector<types::TypeOperationsPointer> operations) : operations_(std::move(operations)) {}

  void hash(const std::vector<Vector>& keys, uint32_t rows, std::vector<uint64_t>& hashes) const {
    hashes.assign(rows, kSeed);
    for (size_t k = 0; k < operations_.size(); ++k) operations_[k]->hash(keys[k], rows, hashes.data());
  }
  // NULLs are equal to each other; whoever must not match NULLs leaves them out before.
  bool equal(const std::vector<Vector>& a, uint32_t row_a, const std::vector<Vector>& b, uint32_t row_b) const {
    for (size_t k = 0; k < operations_.size(); ++k) {
      bool null_a = a[k].is_null(row_a), null_b = b[k].is_null(row_b);
      if (null_a || null_b) {
        if (null_a != null_b) return false;
      } else if (operations_[k]->compare(a[k], row_a, b[k], row_b) != 0) {
        return false;
      }
    }
    return true;
  }
  size_t size() const { return operations_.size(); }

 private:
  // Not the constant that types::mix_hash() combines its first operand with: that product is 0 whatever the key is.
  static constexpr uint64_t kSeed = 0x8ebc6af09c88c6e3;
  std::vector<types::TypeOperationsPointer> operations_;
};

// Open-addressed table of entry numbers by hash; entries with one hash are chained by the caller's `next` array.
class HashIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  // First entry with this hash's slot, or kNone.
  uint32_t find(uint64_t hash) const { return slots_.empty() ? kNone : slots_[hash >> shift_]; }
  // Puts `entry` in front of its slot's chain; returns the entry that was first.
  uint32_t insert(uint64_t hash, uint32_t entry) {
    uint32_t& slot = slots_[hash >> shift_];
    uint32_t old = slot;
    slot = entry;
    return old;
  }
  // Slots for `entries`; all are empty afterwards.
  void reset(size_t entries) {
    int bits = 4;
    while ((size_t{1} << bits) < entries * 2) ++bits;
    shift_ = 64 - bits;
    slots_.assign(size_t{1} << bits, kNone);
  }
  size_t capacity() const { return slots_.size() / 2; }
  size_t bytes() const { return slots_.size() * sizeof(uint32_t); }

 private:
  std::vector<uint32_t> slots_;
  int shift_ = 60;
};

}  // namespace basalt::executor
