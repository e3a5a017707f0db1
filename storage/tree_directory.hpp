// Tree directory: tree id -> kind, root page, descriptor. Pages owned by kDirectoryOwner, found through the space maps;
// all of it is also in memory. Ids are never reused (STO-11). Roots never move: a root that splits pushes its contents
// down.
//
// Entries change only inside a PageChange, so that creating a tree, formatting its root and allocating it are one
// record. A descriptor (layout versions of a heap, for instance) is opaque here; long ones are cut into fragments.
//
//   page body: { u32 bytes } entry entry ...   entry: { u16 bytes, u16 fragment, u16 kind, u16 fragments, u64 tree, u64
//   root } bytes
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/page_change.hpp"

namespace basalt::storage {

enum class TreeKind : uint16_t { kNone = 0, kHeap = 1, kIndex = 2, kSequence = 3 };

struct TreeRecord {
  TreeId id;
  TreeKind kind = TreeKind::kNone;
  PageId root;
  std::string descriptor;
};

class TreeDirectory {
 public:
  explicit TreeDirectory(StorageCore& core) : core_(core) {}

  void load();  // after replay and PageSpace::load

  // A new id; never given again, whatever becomes of the transaction.
  TreeId allocate_id();
  std::optional<TreeRecord> find(TreeId tree) const;
  std::vector<TreeRecord> all() const;

  // Each adds its blocks to `change` and takes effect in memory when the change commits. The directory is locked from
  // here to the commit: call it last, just before commit().
  void put(PageChange& change, const TreeRecord& record);  // creates or replaces
  void erase(PageChange& change, TreeId tree);

  // Physical drop: frees the extents, then removes the entry (STO-9). Idempotent. Without latches.
  void drop(TreeId tree);
  // Trees whose drop has been committed in the log and that are not yet gone; carried by checkpoints.
  void add_pending_drops(std::span<const TreeId> trees);
  void forget_pending_drop(TreeId tree);
  void forget_erased(Bytes erase_payload);  // replay met the removal of an entry
  std::vector<TreeId> pending_drops() const;

  uint64_t next_id() const { return next_id_.load(); }
  void raise_next_id(uint64_t id);

 private:
  struct Entry {
    TreeRecord record;
    std::vector<PageId> fragments;  // page of each fragment
  };
  void lock_for(PageChange& change);
  PageId place(PageChange& change, uint32_t bytes);
  void add_entry(PageChange& change, PageId page, const TreeRecord& record, uint16_t fragment, uint16_t fragments,
                 std::string_view bytes);
  void erase_entry(PageChange& change, PageId page, TreeId tree, uint16_t fragment, uint32_t bytes);

  StorageCore& core_;
  mutable std::shared_mutex mutex_;  // protects the maps
  std::mutex change_mutex_;          // one directory change at a time
  std::unordered_map<TreeId, Entry> entries_;
  std::unordered_map<PageId, uint32_t> used_;     // bytes used in each directory page, under change_mutex_
  std::unordered_map<PageId, uint32_t> planned_;  // the same as the change under way will leave it
  mutable std::mutex pending_mutex_;
  std::vector<TreeId> pending_drops_;
  std::mutex id_mutex_;
  std::atomic<uint64_t> next_id_{kFirstTreeId.value};
};

void register_directory_redo();

}  // namespace basalt::storage
