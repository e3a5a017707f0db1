// HeapTreeImpl: the heap tree of heap.hpp on pages.
//
// The tree: inner nodes (HeapInner) over leaves (HeapLeaf) that split the row ids among them. The root never moves.
// Readers descend optimistically; whoever needs the leaf itself upgrades or takes its shared latch and checks that it
// still covers the row. Structure changes are one at a time per tree (structure_mutex_), split full inner nodes on
// their way down, and latch parent before child. Heap pages change in: heap_write.cpp (rows), heap_structure.cpp
// (splits), heap_undo.cpp (rollback, purge), overflow.cpp (wide values).
//
// Inserters draw blocks of 65,536 row ids and append to the leaf at their end; an inserter who finds the first tail
// busy takes the next one, so that they do not wait for each other's leaf.
#pragma once

#include <array>
#include <mutex>
#include <shared_mutex>

#include "storage/heap_leaf.hpp"
#include "storage/transaction_manager.hpp"
#include "storage/tree_ops.hpp"

namespace basalt::storage {

// Values longer than this go to overflow pages; smaller ones too if their row would not fit a page otherwise.
inline constexpr uint32_t kOverflowThreshold = 2048;

std::string encode_heap_layout(const HeapLayout& layout);
HeapLayout decode_heap_layout(std::string_view bytes);

// What a visible version of a row consists of; cells refer to the page or to `buffer`.
struct RowVersion {
  std::vector<CellRef> cells;  // one for each wanted column
  std::string buffer;
  uint64_t writer = 0;
};

class HeapTreeImpl final : public HeapTree {
 public:
  HeapTreeImpl(StorageCore& core, TransactionManager& transactions, const TreeRecord& record);

  TreeId id() const override { return id_; }
  std::unique_ptr<HeapScan> scan(const Snapshot& snapshot, HeapScanOptions options) override;
  void fetch(const Snapshot& snapshot, std::span<const RowId> rows, std::span<const ColumnIndex> columns, Chunk& out,
             std::vector<bool>& found) override;
  bool fetch_newest(const Transaction& reader, RowId row, std::span<const ColumnIndex> columns, Chunk& out,
                    TxnId* writer) override;
  void insert(Transaction& transaction, const Chunk& rows, std::vector<RowId>& ids) override;
  WriteResult update(Transaction& transaction, const Snapshot& snapshot, RowId row,
                     std::span<const ColumnIndex> columns, const Chunk& values, uint32_t source_row) override;
  WriteResult remove(Transaction& transaction, const Snapshot& snapshot, RowId row) override;
  WriteResult lock_row(Transaction& transaction, const Snapshot& snapshot, RowId row, RowLockStrength strength,
                       WaitPolicy policy) override;
  uint64_t row_estimate() const override;
  uint64_t page_count() const override { return core_.space().pages_of(id_); }
  ColumnIndex add_column(Transaction& transaction, ColumnLayout column) override;
  const HeapLayout& layout() const override { return *layout_.load(std::memory_order_acquire); }

  // For TreeCache.
  void roll_back_entry(TransactionState& state, SpaceReservation* space);
  void purge_rows(uint64_t row, uint32_t count, Lsn horizon);
  void free_overflow(const OverflowRef& ref, RecordType type, Lsn horizon);
  void check(std::vector<CheckFinding>& findings);
  bool row_exists(uint64_t row);  // the newest version is not deleted
  PageId root() const { return root_; }
  // The root of a new tree.
  static void format_root(Page& page, const HeapLayout& layout);

 private:
  friend class HeapScanImpl;
  struct Tail {
    std::mutex mutex;
    uint64_t next_row = 0;
    uint64_t block_end = 0;
    PageId leaf;
  };
  static constexpr size_t kTails = 8;
  static constexpr uint64_t kIdBlock = 65536;

  // heap_read.cpp
  OptimisticGuard find_leaf(uint64_t row);
  SharedGuard shared_leaf(uint64_t row);
  ExclusiveGuard exclusive_leaf(uint64_t row);
  bool covers(const Page& page, uint64_t row) const;
  CellRef stored_cell(const HeapLeaf& leaf, uint32_t slot, uint16_t column, const HeapLayout& layout) const;
  static CellRef missing_cell(const ColumnLayout& column);
  bool visible_version(const HeapLeaf& leaf, uint32_t slot, uint64_t row, const Snapshot& snapshot,
                       std::span<const ColumnIndex> columns, const HeapLayout& layout, RowVersion& out);
  bool newest_version(const HeapLeaf& leaf, uint32_t slot, uint64_t row, TxnId reader,
                      std::span<const ColumnIndex> columns, const HeapLayout& layout, RowVersion& out, TxnId* writer);
  void overlay(const UndoEntry& entry, std::span<const ColumnIndex> columns, RowVersion& out) const;
  bool fetch_one(const Snapshot& snapshot, uint64_t row, std::span<const ColumnIndex> columns, Chunk& out, uint32_t to);
  void put(common::Vector& vector, uint32_t to, const CellRef& cell);
  void put_row(Chunk& out, uint32_t to, uint64_t row, std::span<const ColumnIndex> columns, const RowVersion& version);
  void reset_chunk(Chunk& out, std::span<const ColumnIndex> columns, uint32_t rows) const;

  // heap_write.cpp
  struct Encoded {
    std::string cells;
    std::vector<size_t> ends;  // of each row in `cells`
  };
  void encode_rows(TransactionImpl& t, const Chunk& rows, const HeapLayout& layout, Encoded& out);
  void encode_value(TransactionImpl& t, const common::Vector& vector, uint32_t row, uint32_t threshold,
                    std::string& out);
  std::unique_lock<std::mutex> lock_tail(Tail** tail);
  void position_tail(Tail& tail);
  uint32_t append_some(TransactionImpl& t, Tail& tail, const Encoded& rows, uint32_t first, uint32_t count,
                       size_t columns);
  WriteResult check_write(const HeapLeaf& leaf, uint32_t slot, uint64_t row, TransactionState& state,
                          const Snapshot& snapshot, RowLockStrength strength);
  void upgrade_leaf(uint64_t row, SpaceReservation* space);

  // heap_structure.cpp
  void split_leaf(uint64_t row, bool append, SpaceReservation* space);
  void grow_root(SpaceReservation* space);
  bool split_full_inner(uint64_t row, SpaceReservation* space);
  PageId path_parent(uint64_t row);
  void free_empty_leaf(uint64_t row, Lsn horizon);

  // heap_undo.cpp
  void undo_insert(TransactionState& state, UndoEntry& entry);
  void undo_row(TransactionState& state, UndoEntry& entry, SpaceReservation* space);
  void undo_overflow_page(TransactionState& state, UndoEntry& entry);
  void purge_row(uint64_t row, Lsn horizon);

  // overflow.cpp
  OverflowRef write_overflow(TransactionImpl& t, std::string_view value);
  std::string read_overflow(const OverflowRef& ref);

  StorageCore& core_;
  TransactionManager& transactions_;
  UndoStore& undo_;
  TreeId id_;
  PageId root_;
  std::atomic<const HeapLayout*> layout_;
  std::vector<std::unique_ptr<const HeapLayout>> layouts_;  // all versions; readers may hold an old one
  std::mutex layout_mutex_;

  std::mutex structure_mutex_;
  std::array<Tail, kTails> tails_;
  std::mutex ids_mutex_;
  uint64_t next_block_ = 0;        // first row id of the next block; 0: not known yet
  std::atomic<int64_t> rows_{-1};  // estimate; -1: not counted yet
};

}  // namespace basalt::storage
