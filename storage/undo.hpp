// Undo: before-images in memory (Neumann et al., SIGMOD 2015; Freitag et al., VLDB 2022), and what rolls a transaction
// back.
//
// Each logged change of a transaction is one UndoEntry on its transaction's list (oldest first; rollback goes
// backwards). Entries of heap changes also hang on the chain of their row, newest first. Chains are keyed by (tree, row
// id), never by page (STO-3); rows inserted side by side share one entry, a run. Blocks of 256 row ids are the unit of
// the hash table: a bucket without blocks says that none of the rows that hash there has undo or row locks, which is
// the common case and costs readers one load.
//
//   bucket -> BlockUndo { rows: (slot, newest entry) sorted; runs; row locks } -> BlockUndo ...
//
// Latching: page bytes and chain head change under the page's exclusive latch; a bucket's spin lock comes after it and
// is held for a few hundred instructions, never across I/O (but for pages of spilled undo that the kernel reads again).
// Entries are freed only by purge (when every snapshot sees what is newer) and by rollback, both under the bucket lock;
// so whoever dereferences an entry holds the bucket lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/cell.hpp"
#include "storage/snapshot.hpp"
#include "storage/undo_memory.hpp"
#include "storage/write_result.hpp"

namespace basalt::storage {

using common::RowId;
using common::TreeId;

struct TransactionState;

enum class UndoKind : uint8_t {
  kHeapInsert,    // rows [row, row + count) did not exist
  kHeapUpdate,    // data: image list of the changed columns before
  kHeapDelete,    // the row was there, as it still stands on the page
  kIndexInsert,   // data: key; the entry did not exist
  kIndexMark,     // data: key; the entry was live
  kIndexUnmark,   // data: key; the entry was marked
  kOverflowPage,  // row: page, data: value id; the page was free
  kTreeCreate,    // the tree did not exist
  kTreeDrop,      // in memory only: the tree is to be dropped at commit
};

struct UndoEntry {
  TransactionState* transaction;
  UndoEntry* older;  // the version before, of the same row
  uint64_t tree;
  uint64_t row;
  uint64_t previous_writer;
  uint32_t count;
  uint32_t command;
  uint32_t position;  // in the transaction's list
  uint32_t bytes;
  UndoKind kind;
  uint8_t strength;  // of an update: RowLockStrength it amounts to
  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
};

// An UndoEntry as it stands in the logical part of a record, followed by its data.
struct UndoRecord {
  uint64_t tree;
  uint64_t row;
  uint64_t previous_writer;
  uint32_t count;
  uint32_t bytes;
  UndoKind kind;
  uint8_t strength;
  uint16_t padding[3] = {};
};
static_assert(sizeof(UndoRecord) == 40);

// The logical part of a compensation record: the newest entry goes, or a run shrinks to `count` rows.
struct CompensationRecord {
  uint64_t tree;
  uint32_t count;
  UndoKind kind;
  uint8_t padding[3] = {};
};

inline constexpr uint64_t kAbortedLsn = ~uint64_t{0};

// What others need to know of a transaction that has written. Owned by the transaction manager; lives until its last
// undo entry is gone.
struct TransactionState {
  explicit TransactionState(UndoMemory& memory)
      : undo(UndoAllocator<UndoEntry*>(memory)), row_locks(UndoAllocator<RowLockGrant>(memory)) {}
  TxnId id;
  uint64_t owner = 0;
  std::atomic<uint64_t> commit_lsn{0};  // 0: in progress; stamped before the commit record may be flushed (STO-1)
  std::atomic<bool> waited_for{false};
  bool wide_before_images = false;  // purge must free overflow values: its records stay in the log until then
  bool prepared = false;
  bool replayed = false;
  uint64_t first_lsn = 0;  // no record of it begins before
  std::deque<UndoEntry*, UndoAllocator<UndoEntry*>> undo;
  struct RowLockGrant {
    uint64_t tree, row;
    RowLockStrength strength;
  };
  std::vector<RowLockGrant, UndoAllocator<RowLockGrant>> row_locks;
  std::atomic<uint64_t> carry_bytes{0};  // what a carry of its undo would log
  std::string gid;
  std::string prepare_body;  // of its kPrepare record
  std::mutex carry_mutex;    // undo_log.hpp
};

class SpinLock {
 public:
  void lock() {
    for (unsigned spins = 0; flag_.exchange(1, std::memory_order_acquire); ++spins) {
      while (flag_.load(std::memory_order_relaxed)) pause(++spins);
    }
  }
  void unlock() { flag_.store(0, std::memory_order_release); }

 private:
  static void pause(unsigned spins);
  std::atomic<uint32_t> flag_{0};
};

struct RowLockHolder {
  TransactionState* transaction;
  RowLockStrength strength;
  uint64_t rows[4];  // bit a row of the block
};

struct BlockUndo {
  struct Row {
    uint8_t slot;
    UndoEntry* newest;
  };
  struct Run {
    uint8_t first, last;
    UndoEntry* entry;
  };
  BlockUndo(UndoMemory& memory, uint64_t of_tree, uint64_t number)
      : tree(of_tree),
        block(number),
        rows(UndoAllocator<Row>(memory)),
        runs(UndoAllocator<Run>(memory)),
        locks(UndoAllocator<RowLockHolder>(memory)) {}
  BlockUndo* next = nullptr;
  uint64_t tree;
  uint64_t block;
  std::vector<Row, UndoAllocator<Row>> rows;
  std::vector<Run, UndoAllocator<Run>> runs;
  std::vector<RowLockHolder, UndoAllocator<RowLockHolder>> locks;
  bool empty() const { return rows.empty() && runs.empty() && locks.empty(); }
  UndoEntry* newest(uint8_t slot) const;  // row chain only
  UndoEntry* run(uint8_t slot) const;
};

inline bool entry_visible(const UndoEntry& entry, const Snapshot& snapshot) {
  const TransactionState& writer = *entry.transaction;
  if (snapshot.transaction.valid() && writer.id == snapshot.transaction) return entry.command < snapshot.command.value;
  uint64_t commit = writer.commit_lsn.load(std::memory_order_acquire);
  return commit != 0 && commit <= snapshot.lsn.value;
}

class UndoStore {
 public:
  // Beyond bytes_max undo spills into a file in the directory; empty: it does not.
  UndoStore(std::string spill_directory, uint64_t bytes_max);
  ~UndoStore();

  static constexpr uint64_t kBlockRows = 256;

  // False: no undo, no row lock. True may be wrong.
  bool may_have(uint64_t tree, uint64_t row) const {
    return bucket(tree, row / kBlockRows).first.load(std::memory_order_acquire) != nullptr;
  }
  bool may_have(uint64_t tree, uint64_t first, uint64_t end) const;
  bool has_chain(uint64_t tree, uint64_t row);

  // Makes an entry and appends it to its transaction's list; heap entries are linked into their chains.
  UndoEntry* push(TransactionState& transaction, const UndoRecord& record, const char* data, uint32_t command);
  // Unlinks the entry from its chain and frees it. The caller takes it off the list.
  void drop(UndoEntry* entry);
  // A run loses its rows from `count` on.
  void trim_run(UndoEntry* entry, uint32_t count);
  // Merges a committed entry into the next older one of its row, if no snapshot lies between the two commits. True: the
  // entry is gone.
  bool merge(UndoEntry* entry, const std::vector<uint64_t>& snapshots);

  // Holds the bucket of a block; `block` is null when nothing is there.
  class View {
   public:
    View(UndoStore& store, uint64_t tree, uint64_t row);
    ~View() { lock_->unlock(); }
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    BlockUndo* block() const { return block_; }
    // Calls f(entry) from the newest to the oldest until it returns false. Returns whether there was any.
    template <typename F>
    bool walk(uint64_t row, F&& f) const {
      if (!block_) return false;
      auto slot = static_cast<uint8_t>(row % kBlockRows);
      bool any = false;
      for (UndoEntry* e = block_->newest(slot); e; e = e->older) {
        any = true;
        if (!f(*e)) return true;
      }
      if (UndoEntry* e = block_->run(slot)) {
        f(*e);
        return true;
      }
      return any;
    }

   private:
    SpinLock* lock_;
    BlockUndo* block_;
  };

  // Row locks. try_lock: the transaction in the way (0: granted).
  TransactionState* lock_conflict(const BlockUndo& block, uint64_t row, RowLockStrength strength,
                                  const TransactionState* self) const;
  bool holds_lock(const TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength);
  TxnId try_lock(TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength);
  void unlock(TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength);

  UndoMemory& memory() { return memory_; }
  size_t bytes() const { return memory_.bytes(); }

 private:
  friend class View;
  struct Bucket {
    std::atomic<BlockUndo*> first{nullptr};
    SpinLock lock;
  };
  static constexpr uint64_t kBuckets = 1 << 16;
  static uint64_t hash(uint64_t tree, uint64_t block) {
    uint64_t h = (block + 1) * 0x9e3779b97f4a7c15u ^ tree * 0xc2b2ae3d27d4eb4fu;
    return (h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 48;
  }
  Bucket& bucket(uint64_t tree, uint64_t block) const { return buckets_[hash(tree, block)]; }
  static BlockUndo* find(const Bucket& bucket, uint64_t tree, uint64_t block);
  BlockUndo& find_or_make(Bucket& bucket, uint64_t tree, uint64_t block);
  static void remove_if_empty(Bucket& bucket, BlockUndo* block);
  void free_entry(UndoEntry* entry) { memory_.free(entry, sizeof(UndoEntry) + entry->bytes); }
  void link(UndoEntry* entry);
  void unlink_run(UndoEntry* entry, uint64_t first, uint64_t end);

  UndoMemory memory_;
  std::unique_ptr<Bucket[]> buckets_;
};

bool row_locks_conflict(RowLockStrength a, RowLockStrength b);

}  // namespace basalt::storage
