// TreeCache: the open trees of an engine, by id, and what they do for transactions (rollback, purge, drop).
//
// A tree is opened from the directory at its first use. Purge and rollback hold a tree's `use` latch shared; dropping
// it takes the latch exclusively and forgets the tree, so nobody touches pages that are about to be freed.
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "storage/heap_tree.hpp"
#include "storage/index_check.hpp"
#include "storage/index_tree.hpp"
#include "storage/transaction_manager.hpp"

namespace basalt::storage {

class TreeCache final : public TreeServices {
 public:
  TreeCache(StorageCore& core, TransactionManager& transactions);

  TreeId create_heap(Transaction& transaction, const HeapLayout& layout);
  TreeId create_index(Transaction& transaction, const IndexLayout& layout);
  void drop_tree(Transaction& transaction, TreeId tree);
  HeapTree& heap(TreeId tree);
  Index& index(TreeId tree);
  std::unique_ptr<IndexBuilder> build_index(Transaction& transaction, TreeId index, size_t sort_bytes);
  // A directory entry of kind kSequence without pages; sequence.hpp knows what the descriptor means.
  TreeId create_sequence(Transaction& transaction, std::string descriptor);

  // Structure of heaps and indexes, and index against heap; without `key_of` only the rows' existence is checked.
  // `entries` is increased by the index entries that are not marked as deleted.
  void check(TreeId only, const KeyOfRow& key_of, uint64_t& entries, std::vector<CheckFinding>& findings);

  // TreeServices
  void roll_back_entry(TransactionState& state, SpaceReservation* space) override;
  void purge_rows(TreeId tree, uint64_t row, uint32_t count, Lsn horizon) override;
  void purge_index_entry(TreeId tree, std::string_view key, uint64_t row, Lsn horizon) override;
  void free_overflow(TreeId tree, const OverflowRef& ref, Lsn horizon) override;
  void forget(std::span<const TreeId> trees) override;

 private:
  struct Entry {
    std::shared_mutex use;
    std::unique_ptr<HeapTreeImpl> heap;
    std::unique_ptr<IndexTree> index;
    bool dropped = false;
  };
  std::shared_ptr<Entry> find(TreeId tree);
  TreeId create(Transaction& transaction, TreeKind kind, std::string descriptor,
                const std::function<void(Page&)>& format);
  void undo_creation(TransactionState& state);

  StorageCore& core_;
  TransactionManager& transactions_;
  std::shared_mutex mutex_;
  std::unordered_map<TreeId, std::shared_ptr<Entry>> trees_;
};

}  // namespace basalt::storage
