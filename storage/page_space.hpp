// Page space: the data file, cut into segments of 4 MiB. A segment has one extent size for ever (STO-9), recorded in
// its first page, the map page, together with the owner of each of its extents:
//
//   segment n = pages [256 n, 256 n + 256)
//   page 256 n: map   body: { extent_pages, extents } owner[0] owner[1] ...   (u64 TreeId; 0 = free; [0] = the map
//   itself)
//
// Owners change only through PageChange, so an allocation is part of the record that uses it (STO-4). What is free is
// also kept in memory, rebuilt at start from the maps. Extents can be reserved ahead (STO-6): a reservation that fails
// is 53100, an allocation from a reservation cannot fail.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "storage/buffer_pool.hpp"

namespace basalt::storage {

class StorageCore;

inline constexpr uint32_t kSegmentPages = 256;

// Promised extents and log space. Move-only; what is left goes back at the end.
class SpaceReservation {
 public:
  SpaceReservation() = default;
  explicit SpaceReservation(StorageCore& core) : core_(&core) {}
  SpaceReservation(SpaceReservation&& o) noexcept { *this = std::move(o); }
  SpaceReservation& operator=(SpaceReservation&& o) noexcept;
  ~SpaceReservation() { release(); }

  // Tops up so that at least this much is left. Throws SqlError 53100. Call it without latches.
  void require(uint32_t pages, uint64_t wal_bytes);
  // Adds to what is held (rollback space that grows with the transaction).
  void add(uint32_t pages, uint64_t wal_bytes);
  void release();
  uint32_t pages() const { return pages_; }
  uint64_t wal_bytes() const { return wal_bytes_; }

 private:
  friend class PageChange;
  StorageCore* core_ = nullptr;
  uint32_t pages_ = 0;
  uint64_t wal_bytes_ = 0;
};

class PageSpace {
 public:
  explicit PageSpace(StorageCore& core) : core_(core) {}

  static bool is_map_page(PageId id) { return id.value % kSegmentPages == 0; }
  static PageId map_page_of(PageId id) { return PageId{id.value - id.value % kSegmentPages}; }

  // Reads all maps (after replay).
  void load();
  // Replay has formatted this segment.
  common::Result<void> replayed_segment(uint64_t number);

  // Takes `pages` extents out of what is free, growing the file where needed. Logged; call it without latches.
  common::Result<void> reserve(uint32_t pages);
  void unreserve(uint32_t pages);

  // In memory only; PageChange logs. Uses up one promised page: next to `near`, or in its segment, where possible.
  PageId take(TreeId owner, PageId near);
  void untake(PageId page, TreeId owner);    // the allocation did not happen; the page is promised again
  void released(PageId page, TreeId owner);  // a free has been logged

  uint64_t pages_of(TreeId tree) const;
  uint64_t segments() const { return segment_count_.load(std::memory_order_acquire); }
  uint64_t free_pages() const;  // not promised to anybody
  // Owner as the map says (reads the map page).
  TreeId owner_of(PageId page);

  // Frees every extent of a tree: one record a segment. Idempotent, resumable (STO-9). Call it without latches.
  void free_tree(TreeId tree);
  // Every page of the tree, in order of position.
  std::vector<PageId> pages_of_tree(TreeId tree);
  std::vector<TreeId> owners() const;

 private:
  struct Segment {
    std::bitset<kSegmentPages> used;
    uint32_t free = 0;
  };
  struct TreeSpace {
    std::map<uint32_t, uint32_t> segments;  // segment -> extents
    uint64_t pages = 0;
  };
  common::Result<void> grow();
  void set_used_locked(PageId page, TreeId owner);
  void set_free_locked(PageId page, TreeId owner);
  PageId find_free_locked(PageId near);

  StorageCore& core_;
  mutable std::mutex mutex_;
  std::mutex grow_mutex_;
  std::vector<Segment> list_;
  uint64_t free_ = 0;      // free extents in all segments
  uint64_t reserved_ = 0;  // of these, promised
  uint64_t hint_ = 0;      // no segment before this one has a free extent
  std::unordered_map<TreeId, TreeSpace> trees_;
  std::atomic<uint64_t> segment_count_{0};
};

// The body of a map page.
struct SpaceMapBody {
  uint32_t extent_pages;
  uint32_t extents;
  uint64_t owner[kSegmentPages];
};

void register_space_redo();

}  // namespace basalt::storage
