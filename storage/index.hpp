// B+-tree index over memcmp-able normalised keys (made by types/). An entry is (key bytes, row id, payload): payload
// carries INCLUDE columns and originals of keys that cannot be decoded. Entries are live or marked (STO-7).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/heap.hpp"

namespace basalt::storage {

// Key and payload of an entry together may have this many bytes. The caller raises PostgreSQL's error otherwise.
inline constexpr size_t kIndexEntryBytesMax = 2900;
inline bool index_entry_fits(size_t key_bytes, size_t payload_bytes) {
  return key_bytes + payload_bytes <= kIndexEntryBytesMax;
}

struct IndexLayout {
  bool unique = false;
  TreeId heap;  // the heap tree whose rows the entries name
};

// Bounds in normalised bytes. An empty bound is open. A bound that is a prefix of a key covers all keys that begin with
// it as its inclusiveness says.
struct KeyRange {
  std::string lower, upper;
  bool lower_inclusive = true, upper_inclusive = true;
};

enum class ScanDirection : uint8_t { kForward, kBackward };

struct IndexEntry {
  std::string key;
  std::string payload;
  RowId row;
  // The visible version of the row may lack this key: fetch the row, normalise its key again and compare (STO-7). When
  // false, the entry is exact for the snapshot, and visible_without_heap says whether the row is known to be visible.
  bool needs_recheck = false;
  bool visible_without_heap = false;
};

// Resumable; its position is a (key, row id).
class IndexScan {
 public:
  virtual ~IndexScan() = default;
  // Appends up to entries_max candidates to `out`; none appended means the end.
  virtual void next(std::vector<IndexEntry>& out, uint32_t entries_max) = 0;
};

struct UniqueConflict {
  RowId row;          // 0: no conflict
  TxnId in_progress;  // the conflicting row's unfinished writer: wait for it and try again
};

class Index {
 public:
  virtual ~Index() = default;
  virtual TreeId id() const = 0;
  virtual std::unique_ptr<IndexScan> scan(const Snapshot& snapshot, KeyRange range, ScanDirection direction) = 0;

  // Adds the entry of a row version just written by `transaction` (or unmarks it if it is there marked).
  virtual void insert(Transaction& transaction, std::string_view key, std::string_view payload, RowId row) = 0;
  // The same, but first looks for another row that has this key now or may have it after an unfinished transaction:
  // then nothing is inserted and the conflict is returned. One critical section per (index, key) (STO-12).
  virtual UniqueConflict insert_unique(Transaction& transaction, std::string_view key, std::string_view payload,
                                       RowId row) = 0;
  // Looks for such a row without inserting; `self` is left out of account (0: none).
  virtual UniqueConflict find_conflict(Transaction& transaction, std::string_view key, RowId self) = 0;
  // Marks the entry of a row version that `transaction` has just replaced or deleted.
  virtual void mark(Transaction& transaction, std::string_view key, RowId row) = 0;
  virtual uint64_t page_count() const = 0;
  virtual uint64_t entry_estimate() const = 0;
  virtual uint32_t height() const = 0;
};

// Bulk build: external sort of (key, payload, row), then bottom-up. Order of add() is free.
class IndexBuilder {
 public:
  virtual ~IndexBuilder() = default;
  // `may_repeat`: the key never conflicts, also in a unique index (it has a NULL, and NULLs are distinct).
  virtual void add(std::string_view key, std::string_view payload, RowId row, bool may_repeat = false) = 0;
  // Builds the tree; for a unique build returns the first pair of rows with equal keys (adjacent in key order) for
  // which `both_live` says that they really conflict, else nothing. `duplicate_key` receives the key.
  virtual std::optional<std::pair<RowId, RowId>> finish(std::string* duplicate_key) = 0;
};

}  // namespace basalt::storage
