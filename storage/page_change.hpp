// PageChange: an atomic change of some pages, with its log record.
//
//   PageChange change(core, RecordType::kHeapInsert, txn, &reservation);
//   ExclusiveGuard leaf = core.pool().exclusive(id);          // the caller latches what it changes, in latch order
//   ExclusiveGuard fresh = change.new_page(tree, PageType::kHeapLeaf, near);     // allocation is part of the record
//   change.add(leaf, op, payload);                            // redo payload of a block, for the function of `op`
//   change.image(fresh, scratch_page);                        // a new page is logged whole
//   change.logical(undo_payload);                             // what rebuilds undo without the page (STO-3)
//   Lsn end = change.commit(hook);                            // log, apply, stamp; guards stay with the caller
//
// commit() applies the payloads with the very functions that replay uses, so that a page cannot differ from its redo:
// nobody writes into a page before. Several blocks of one page are applied in the order of add(). Until commit()
// nothing has happened: a PageChange that is destroyed uncommitted gives its extents back. commit() itself cannot fail
// (a failure inside ends the process); errors come from add() of too much (kRecordBytesMax) and from new_page() without
// a reservation.
//
// The caller's guards must stay latched until commit() has returned (they may be moved); the caller may then change the
// undo chain under the same latch and release. Space map and directory latches are taken inside, last, and released
// inside.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/buffer_pool.hpp"
#include "storage/page_space.hpp"
#include "storage/wal.hpp"

namespace basalt::storage {

class StorageCore;
class TreeDirectory;

// Applies a payload to the old bytes of its block alone (STO-4): same bytes in, same bytes out. It must keep free bytes
// zero and must not touch header.lsn or header.checksum. It may not throw for valid input: ENSURE ends the process (or
// replay).
using RedoFunction = void (*)(Page& page, Bytes payload);
void register_redo(BlockOp op, RedoFunction function);  // at start, before any change
RedoFunction redo_function(BlockOp op);                 // null: none

class PageChange {
 public:
  // Without a reservation, new_page() may grow the file itself (and then throws 53100); it must then be called before
  // any latch is taken.
  PageChange(StorageCore& core, RecordType type, TxnId transaction, SpaceReservation* reservation = nullptr);
  ~PageChange();
  PageChange(const PageChange&) = delete;
  PageChange& operator=(const PageChange&) = delete;

  // Adds a block. The payload is copied.
  void add(ExclusiveGuard& page, BlockOp op, Bytes payload);
  // The same, to be filled in place: valid until the next call on this change. Zero-filled.
  char* add_space(ExclusiveGuard& page, BlockOp op, uint32_t payload_bytes);
  // Logs the whole page: `contents` (type, flags and body count; owner, id, LSN are kept from the page).
  void image(ExclusiveGuard& page, const Page& contents);

  // Allocates a page; it is latched exclusively and, in memory only, zeros with its header set. The record must define
  // it: image().
  ExclusiveGuard new_page(TreeId owner, PageType type, PageId near);
  // Frees a page that the caller holds exclusively; it may be reused as soon as commit() has returned.
  void free_page(ExclusiveGuard& page);

  // Undo information; appended. `compensation`: replay pops one undo entry instead of pushing one.
  void logical(Bytes bytes);
  void set_compensation() { flags_ |= kRecordIsCompensation; }

  Lsn commit(InsertHook* hook = nullptr);
  bool committed() const { return committed_; }
  size_t bytes() const { return scratch_->blocks.size() + scratch_->logical.size(); }

 private:
  friend class TreeDirectory;
  friend class PageSpace;
  struct Block {
    PageState* state;
    Page* page;
    PageId id;
    BlockOp op;
    size_t offset;  // of the payload in blocks
    uint32_t bytes;
  };
  struct OwnerChange {
    PageId page;
    TreeId from, to;
    bool reserved = false;  // taken from reservation_
  };
  // Buffers that are allocated once per thread, not once per record.
  struct Scratch {
    std::vector<char> blocks, logical;
    std::vector<Block> list;
    std::vector<OwnerChange> owners;
    std::deque<ExclusiveGuard> held;  // space maps and directory pages
    std::vector<std::function<void()>> actions;
    void clear();
  };
  static std::vector<std::unique_ptr<Scratch>>& free_scratch();

  ExclusiveGuard allocate(TreeId owner, PageType type, PageId near, SpaceReservation* reservation);
  void add_owner_changes();
  void apply(Lsn end);
  // The page, latched until the end of the change (once, however often it is asked for).
  ExclusiveGuard& hold(PageId page);
  ExclusiveGuard& hold(ExclusiveGuard&& guard);
  // Runs under the latches after the pages have been stamped.
  void on_applied(std::function<void()> action) { scratch_->actions.push_back(std::move(action)); }
  void change_owner(PageId page, TreeId from, TreeId to) { scratch_->owners.push_back({page, from, to}); }

  StorageCore& core_;
  RecordType type_;
  uint16_t flags_ = kRecordIsChange;
  TxnId transaction_;
  SpaceReservation* reservation_;
  std::unique_ptr<Scratch> scratch_;
  std::unique_lock<std::mutex> directory_lock_;
  bool committed_ = false;
};

}  // namespace basalt::storage
