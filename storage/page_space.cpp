#include "storage/page_space.hpp"

#include <algorithm>
#include <cstring>

#include "storage/core.hpp"

namespace basalt::storage {

using common::Result;
using common::Status;
using common::StatusCode;

namespace {

const SpaceMapBody& map_of(const Page& page) { return *reinterpret_cast<const SpaceMapBody*>(page.body); }
SpaceMapBody& map_of(Page& page) { return *reinterpret_cast<SpaceMapBody*>(page.body); }

// Payload: extent_pages. Ignores the old bytes.
void redo_format(Page& page, Bytes payload) {
  uint32_t extent_pages;
  std::memcpy(&extent_pages, payload.data(), sizeof extent_pages);
  std::memset(page.body, 0, sizeof page.body);
  page.header.type = PageType::kSpaceMap;
  page.header.flags = 0;
  page.header.owner = kSpaceMapOwner.value;
  SpaceMapBody& map = map_of(page);
  map.extent_pages = extent_pages;
  map.extents = kSegmentPages / extent_pages;
  map.owner[0] = kSpaceMapOwner.value;
}

// Payload: pairs of extent number and owner.
void redo_owner(Page& page, Bytes payload) {
  ENSURE(page.header.type == PageType::kSpaceMap, "owner change outside a space map");
  for (size_t at = 0; at + 16 <= payload.size(); at += 16) {
    uint64_t entry[2];
    std::memcpy(entry, payload.data() + at, sizeof entry);
    ENSURE(entry[0] > 0 && entry[0] < kSegmentPages, "extent number in a space map");
    map_of(page).owner[entry[0]] = entry[1];
  }
}

}  // namespace

void register_space_redo() {
  register_redo(BlockOp::kSpaceFormat, redo_format);
  register_redo(BlockOp::kSpaceOwner, redo_owner);
}

// --- reservations --------------------------------------------------------------------------------------------------

SpaceReservation& SpaceReservation::operator=(SpaceReservation&& o) noexcept {
  if (this == &o) return *this;
  release();
  core_ = o.core_;
  pages_ = std::exchange(o.pages_, 0);
  wal_bytes_ = std::exchange(o.wal_bytes_, 0);
  return *this;
}

void SpaceReservation::require(uint32_t pages, uint64_t wal_bytes) {
  add(pages > pages_ ? pages - pages_ : 0, wal_bytes > wal_bytes_ ? wal_bytes - wal_bytes_ : 0);
}

void SpaceReservation::add(uint32_t pages, uint64_t wal_bytes) {
  if (pages > 0) {
    core_->space().reserve(pages).take();
    pages_ += pages;
  }
  if (wal_bytes > 0) {
    core_->reserve_log(wal_bytes).take();
    wal_bytes_ += wal_bytes;
  }
}

void SpaceReservation::release() {
  if (!core_) return;
  if (pages_ > 0) core_->space().unreserve(std::exchange(pages_, 0));
  if (wal_bytes_ > 0) core_->wal().release(std::exchange(wal_bytes_, 0));
}

Result<void> PageSpace::reserve(uint32_t pages) {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (free_ >= reserved_ + pages) {
        reserved_ += pages;
        return {};
      }
    }
    std::lock_guard growing(grow_mutex_);
    {
      std::lock_guard lock(mutex_);
      if (free_ >= reserved_ + pages) continue;
    }
    RETURN_IF_FAILED(grow());
  }
}

void PageSpace::unreserve(uint32_t pages) {
  std::lock_guard lock(mutex_);
  ENSURE(reserved_ >= pages, "more extents given back than were reserved");
  reserved_ -= pages;
}

// Adds a segment: physically allocated first, then formatted. Under grow_mutex_.
Result<void> PageSpace::grow() {
  uint64_t number = segments();
  uint64_t first_page = number * kSegmentPages;
  if (first_page + kSegmentPages > core_.pool().page_id_limit())
    return Status{StatusCode::kNoSpace, "the page space is full"};
  RETURN_IF_FAILED(core_.data_file().allocate(first_page * kPageSize, uint64_t{kSegmentPages} * kPageSize));
  {
    PageChange change(core_, RecordType::kSpace, TxnId{});
    ExclusiveGuard map = core_.pool().fresh(PageId{first_page});
    uint32_t extent_pages = 1;
    change.add(map, BlockOp::kSpaceFormat, {reinterpret_cast<const char*>(&extent_pages), sizeof extent_pages});
    change.commit();
  }
  std::lock_guard lock(mutex_);
  Segment& segment = list_.emplace_back();
  segment.used.set(0);
  segment.free = kSegmentPages - 1;
  free_ += segment.free;
  segment_count_.store(list_.size(), std::memory_order_release);
  return {};
}

Result<void> PageSpace::replayed_segment(uint64_t number) {
  if (number < segments()) return {};
  RETURN_IF_FAILED(core_.data_file().allocate(number * kSegmentPages * kPageSize, uint64_t{kSegmentPages} * kPageSize));
  segment_count_.store(number + 1, std::memory_order_release);
  return {};
}

void PageSpace::load() {
  constexpr uint64_t kSegmentBytes = uint64_t{kSegmentPages} * kPageSize;
  uint64_t bytes = core_.data_file().size().take();
  // A crash may have cut the file behind the last page that was synced.
  uint64_t limit = std::max(segments(), (bytes + kSegmentBytes - 1) / kSegmentBytes);
  std::lock_guard lock(mutex_);
  list_.clear();
  trees_.clear();
  free_ = reserved_ = hint_ = 0;
  for (uint64_t number = 0; number < limit; ++number) {
    SharedGuard guard = core_.pool().shared(PageId{number * kSegmentPages});
    // Allocated, but its record was not logged: it is formatted again when it is needed.
    if (guard->header.type == PageType::kNone) break;
    ENSURE(guard->header.type == PageType::kSpaceMap, "space map expected");
    const SpaceMapBody& map = map_of(guard.page());
    Segment& segment = list_.emplace_back();
    segment.used.set(0);
    for (uint32_t i = 1; i < map.extents; ++i) {
      if (map.owner[i] == kFreeOwner.value) {
        ++segment.free;
        continue;
      }
      segment.used.set(i);
      TreeSpace& tree = trees_[TreeId{map.owner[i]}];
      ++tree.segments[static_cast<uint32_t>(number)];
      ++tree.pages;
    }
    free_ += segment.free;
  }
  segment_count_.store(list_.size(), std::memory_order_release);
  if (bytes < list_.size() * kSegmentBytes)
    core_.data_file().allocate(bytes, list_.size() * kSegmentBytes - bytes).take();
}

// --- single extents ------------------------------------------------------------------------------------------------

void PageSpace::set_used_locked(PageId page, TreeId owner) {
  auto number = static_cast<uint32_t>(page.value / kSegmentPages);
  list_[number].used.set(page.value % kSegmentPages);
  --list_[number].free;
  --free_;
  TreeSpace& tree = trees_[owner];
  ++tree.segments[number];
  ++tree.pages;
}

void PageSpace::set_free_locked(PageId page, TreeId owner) {
  auto number = static_cast<uint32_t>(page.value / kSegmentPages);
  ENSURE(list_[number].used.test(page.value % kSegmentPages), "SPACE-2: a free extent was freed");
  list_[number].used.reset(page.value % kSegmentPages);
  ++list_[number].free;
  ++free_;
  hint_ = std::min<uint64_t>(hint_, number);
  auto tree = trees_.find(owner);
  ENSURE(tree != trees_.end(), "SPACE-2: an extent was freed for a tree that has none");
  if (--tree->second.segments[number] == 0) tree->second.segments.erase(number);
  if (--tree->second.pages == 0) trees_.erase(tree);
}

PageId PageSpace::find_free_locked(PageId near) {
  uint64_t number = near.value / kSegmentPages;
  if (number >= list_.size() || list_[number].free == 0) {
    while (list_[hint_].free == 0) ++hint_;
    number = hint_;
    near = PageId{number * kSegmentPages};
  }
  const auto& used = list_[number].used;
  for (uint64_t step = 1; step < kSegmentPages; ++step) {
    uint64_t i = (near.value + step) % kSegmentPages;
    if (i != 0 && !used.test(i)) return PageId{number * kSegmentPages + i};
  }
  if (!used.test(near.value % kSegmentPages)) return near;
  UNREACHABLE("segment without the free extent it counts");
}

PageId PageSpace::take(TreeId owner, PageId near) {
  std::lock_guard lock(mutex_);
  ENSURE(reserved_ > 0 && free_ > 0, "STO-6: an extent was not reserved");
  PageId page = find_free_locked(near);
  set_used_locked(page, owner);
  --reserved_;
  return page;
}

void PageSpace::untake(PageId page, TreeId owner) {
  std::lock_guard lock(mutex_);
  set_free_locked(page, owner);
  ++reserved_;
}

void PageSpace::released(PageId page, TreeId owner) {
  std::lock_guard lock(mutex_);
  set_free_locked(page, owner);
}

uint64_t PageSpace::free_pages() const {
  std::lock_guard lock(mutex_);
  return free_ - reserved_;
}

uint64_t PageSpace::pages_of(TreeId tree) const {
  std::lock_guard lock(mutex_);
  auto it = trees_.find(tree);
  return it == trees_.end() ? 0 : it->second.pages;
}

TreeId PageSpace::owner_of(PageId page) {
  if (page.value / kSegmentPages >= segments()) return kFreeOwner;
  SharedGuard map = core_.pool().shared(map_page_of(page));
  return TreeId{map_of(map.page()).owner[page.value % kSegmentPages]};
}

std::vector<TreeId> PageSpace::owners() const {
  std::lock_guard lock(mutex_);
  std::vector<TreeId> out;
  for (const auto& [tree, space] : trees_) out.push_back(tree);
  return out;
}

std::vector<PageId> PageSpace::pages_of_tree(TreeId tree) {
  std::vector<uint32_t> segments;
  {
    std::lock_guard lock(mutex_);
    if (auto it = trees_.find(tree); it != trees_.end())
      for (auto [number, extents] : it->second.segments) segments.push_back(number);
  }
  std::vector<PageId> pages;
  for (uint64_t number : segments) {
    SharedGuard map = core_.pool().shared(PageId{number * kSegmentPages});
    for (uint64_t i = 1; i < kSegmentPages; ++i)
      if (map_of(map.page()).owner[i] == tree.value) pages.push_back(PageId{number * kSegmentPages + i});
  }
  return pages;
}

void PageSpace::free_tree(TreeId tree) {
  std::vector<PageId> pages = pages_of_tree(tree);
  for (size_t first = 0, next; first < pages.size(); first = next) {
    PageChange change(core_, RecordType::kSpace, TxnId{});
    for (next = first; next < pages.size() && map_page_of(pages[next]) == map_page_of(pages[first]); ++next)
      change.change_owner(pages[next], tree, kFreeOwner);
    change.commit();
  }
}

}  // namespace basalt::storage
