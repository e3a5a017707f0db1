// IndexTree: the B+-tree of index.hpp on pages (IndexNode).
//
// Readers descend optimistically and copy entries out of an unlatched leaf, then validate; a leaf that keeps changing
// is read under its shared latch. There are no sibling links: a scan goes on by descending again to the fence of the
// leaf it has finished, so its position survives any split or purge, forwards and backwards. Structure changes: one at
// a time per tree, full inner nodes are split on the way down, the root never moves.
//
// Trust in an entry (STO-7) is decided while its leaf is unchanged: no chain and live means exact and visible to every
// snapshot; no chain and marked means gone; a chain means that the caller has to look at the row.
#pragma once

#include <array>
#include <mutex>

#include "storage/index_node.hpp"
#include "storage/transaction_manager.hpp"
#include "storage/tree_ops.hpp"

namespace basalt::storage {

struct IndexDescriptor {
  IndexLayout layout;
  std::string encode() const;
  static IndexDescriptor decode(std::string_view bytes);
};

class IndexTree final : public Index {
 public:
  IndexTree(StorageCore& core, TransactionManager& transactions, const TreeRecord& record);

  TreeId id() const override { return id_; }
  std::unique_ptr<IndexScan> scan(const Snapshot& snapshot, KeyRange range, ScanDirection direction) override;
  void insert(Transaction& transaction, std::string_view key, std::string_view payload, RowId row) override;
  UniqueConflict insert_unique(Transaction& transaction, std::string_view key, std::string_view payload,
                               RowId row) override;
  UniqueConflict find_conflict(Transaction& transaction, std::string_view key, RowId self) override;
  void mark(Transaction& transaction, std::string_view key, RowId row) override;
  uint64_t page_count() const override { return core_.space().pages_of(id_); }
  uint64_t entry_estimate() const override;
  uint32_t height() const override;

  const IndexLayout& layout() const { return layout_; }
  PageId root() const { return root_; }
  void roll_back_entry(TransactionState& state, SpaceReservation* space);
  void purge_entry(std::string_view key, uint64_t row, Lsn horizon);
  // Calls f(key, payload, row, marked) for all entries in order; reports what is wrong with the tree itself.
  void check(std::vector<CheckFinding>& findings,
             const std::function<void(std::string_view, std::string_view, uint64_t, bool)>& entry);
  static void format_root(Page& page);

 private:
  friend class IndexScanImpl;
  friend class IndexBuilderImpl;
  // A place in the order of entries.
  struct Position {
    std::string key;
    uint64_t row = 0;
    bool at_end = false;  // behind everything (backward scans without an upper bound)
  };
  // `below`: the leaf with the entries before the position, else the one that covers it.
  OptimisticGuard find_leaf(std::string_view key, uint64_t row, bool below, bool at_end);
  SharedGuard shared_leaf(std::string_view key, uint64_t row, bool below, bool at_end);
  ExclusiveGuard exclusive_leaf(std::string_view key, uint64_t row);
  bool covers(const Page& page, std::string_view key, uint64_t row, bool below, bool at_end) const;
  UniqueConflict judge(const IndexNode& node, uint32_t i, const TransactionState* self);
  void tidy_or_split(std::string_view key, uint64_t row, SpaceReservation* space);
  void split_leaf(std::string_view key, uint64_t row, SpaceReservation* space);
  bool split_full_inner(std::string_view key, uint64_t row, SpaceReservation* space);
  void grow_root(SpaceReservation* space);
  void split_node(PageId parent, PageId page, std::string_view key, uint64_t row, SpaceReservation* space);
  void replace_entry(PageChange& change, ExclusiveGuard& guard, std::string_view key, uint64_t row,
                     std::string_view payload, bool marked);

  StorageCore& core_;
  TransactionManager& transactions_;
  UndoStore& undo_;
  TreeId id_;
  PageId root_;
  IndexLayout layout_;
  std::mutex structure_mutex_;
  std::array<std::mutex, 64> unique_stripes_;  // critical sections of (index, key), STO-12
};

std::unique_ptr<IndexBuilder> make_index_builder(StorageCore& core, IndexTree& tree, Transaction& transaction,
                                                 size_t sort_bytes);

}  // namespace basalt::storage
