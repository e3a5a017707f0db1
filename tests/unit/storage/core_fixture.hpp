// A data directory in memory with counters on pages: page i of a tree holds 64-bit slots that records set.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "fault_file_system.hpp"
#include "storage/core.hpp"

namespace basalt::storage::testing {

inline constexpr BlockOp kSetSlot{120};
inline constexpr TreeId kTestTree{15};

inline constexpr uint32_t kChangesSlot = 2042;  // counts the changes of the page

struct SetSlot {
  uint32_t slot;
  uint32_t reserved = 0;
  uint64_t value;
};

inline void redo_set_slot(Page& page, Bytes payload) {
  SetSlot set;
  std::memcpy(&set, payload.data(), sizeof set);
  std::memcpy(page.body + set.slot * 8, &set.value, 8);
  // Not idempotent: a change that is redone twice shows.
  uint64_t changes;
  std::memcpy(&changes, page.body + kChangesSlot * 8, 8);
  ++changes;
  std::memcpy(page.body + kChangesSlot * 8, &changes, 8);
}

inline uint64_t slot_of(const Page& page, uint32_t slot) {
  uint64_t value;
  std::memcpy(&value, page.body + slot * 8, 8);
  return value;
}

inline CoreOptions core_options(common::FileSystem& files, uint64_t frames) {
  CoreOptions options;
  options.directory = "/db";
  options.files = &files;
  options.clock = &common::Clock::real();
  options.buffer_bytes = frames * kPageSize;
  options.reservation_bytes = uint64_t{1} << 32;
  options.wal_segment_bytes = uint64_t{1} << 20;
  options.background_threads = false;
  return options;
}

inline std::unique_ptr<StorageCore> open_core(const CoreOptions& options) {
  register_redo(kSetSlot, redo_set_slot);
  auto core = StorageCore::open(options);
  if (!core.ok()) throw common::to_sql_error(core.status());
  (*core)->recover(nullptr).take();
  return std::move(*core);
}

// A fresh page, logged.
inline PageId make_page(StorageCore& core, TreeId tree = kTestTree) {
  PageChange change(core, RecordType::kHeapInsert, TxnId{});
  ExclusiveGuard page = change.new_page(tree, PageType::kHeapLeaf, PageId{});
  auto image = std::make_unique<Page>();
  std::memset(static_cast<void*>(image.get()), 0, sizeof *image);
  image->header.type = PageType::kHeapLeaf;
  change.image(page, *image);
  change.commit();
  return page.id();
}

inline Lsn set_slot(StorageCore& core, PageId id, uint32_t slot, uint64_t value, TxnId transaction = TxnId{}) {
  PageChange change(core, RecordType::kHeapUpdate, transaction);
  ExclusiveGuard page = core.pool().exclusive(id);
  SetSlot set{slot, 0, value};
  change.add(page, kSetSlot, {reinterpret_cast<const char*>(&set), sizeof set});
  return change.commit();
}

inline uint64_t get_slot(StorageCore& core, PageId id, uint32_t slot) {
  return slot_of(core.pool().shared(id).page(), slot);
}

}  // namespace basalt::storage::testing
