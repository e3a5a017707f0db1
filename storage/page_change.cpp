#include "storage/page_change.hpp"

#include <algorithm>
#include <cstring>

#include "storage/core.hpp"

namespace basalt::storage {

namespace {

RedoFunction g_redo[static_cast<size_t>(BlockOp::kOpsEnd)] = {};

struct ImageHeader {
  PageType type;
  uint16_t flags;
  uint16_t hole_offset;  // in the body; the longest run of zeros is left out
  uint16_t hole_bytes;
  uint64_t owner;
};

void redo_image(Page& page, Bytes payload) {
  ImageHeader header;
  std::memcpy(&header, payload.data(), sizeof header);
  const char* bytes = payload.data() + sizeof header;
  page.header.type = header.type;
  page.header.flags = header.flags;
  page.header.owner = header.owner;
  std::memcpy(page.body, bytes, header.hole_offset);
  std::memset(page.body + header.hole_offset, 0, header.hole_bytes);
  uint32_t behind = header.hole_offset + header.hole_bytes;
  std::memcpy(page.body + behind, bytes + header.hole_offset, kPageBodySize - behind);
}

// The longest run of zero words.
void find_hole(const char* body, uint16_t* offset, uint16_t* bytes) {
  uint32_t best = 0, best_start = 0, start = 0;
  for (uint32_t at = 0; at <= kPageBodySize; at += 8) {
    uint64_t word = 1;
    if (at < kPageBodySize) std::memcpy(&word, body + at, 8);
    if (word == 0) continue;
    if (at - start > best) {
      best = at - start;
      best_start = start;
    }
    start = at + 8;
  }
  *offset = static_cast<uint16_t>(best_start);
  *bytes = static_cast<uint16_t>(best);
}

[[maybe_unused]] const bool g_image_registered = [] {
  register_redo(BlockOp::kImage, redo_image);
  return true;
}();

}  // namespace

void register_redo(BlockOp op, RedoFunction function) {
  auto i = static_cast<size_t>(op);
  ENSURE(i < std::size(g_redo) && (!g_redo[i] || g_redo[i] == function), "redo function registered twice");
  g_redo[i] = function;
}

RedoFunction redo_function(BlockOp op) {
  auto i = static_cast<size_t>(op);
  return i < std::size(g_redo) ? g_redo[i] : nullptr;
}

void PageChange::Scratch::clear() {
  blocks.clear();
  logical.clear();
  list.clear();
  owners.clear();
  held.clear();
  actions.clear();
}

std::vector<std::unique_ptr<PageChange::Scratch>>& PageChange::free_scratch() {
  thread_local std::vector<std::unique_ptr<Scratch>> list;
  return list;
}

PageChange::PageChange(StorageCore& core, RecordType type, TxnId transaction, SpaceReservation* reservation)
    : core_(core), type_(type), transaction_(transaction), reservation_(reservation) {
  auto& list = free_scratch();
  if (list.empty()) {
    scratch_ = std::make_unique<Scratch>();
  } else {
    scratch_ = std::move(list.back());
    list.pop_back();
  }
  scratch_->blocks.resize(sizeof(ChangeHeader));
}

PageChange::~PageChange() {
  if (!committed_) {
    for (const OwnerChange& o : scratch_->owners) {
      if (o.from != kFreeOwner) continue;
      core_.space().untake(o.page, o.to);
      if (o.reserved) {
        ++reservation_->pages_;
      } else {
        core_.space().unreserve(1);
      }
    }
  }
  scratch_->clear();
  // A long record's buffer is not kept for ever.
  if (scratch_->blocks.capacity() + scratch_->logical.capacity() < 256 << 10)
    free_scratch().push_back(std::move(scratch_));
}

char* PageChange::add_space(ExclusiveGuard& page, BlockOp op, uint32_t payload_bytes) {
  ENSURE(page.held() && !committed_, "a block needs a latched page and an open change");
  ENSURE(redo_function(op), "block without a redo function");
  std::vector<char>& blocks = scratch_->blocks;
  size_t at = blocks.size();
  blocks.resize(at + sizeof(BlockHeader) + padded(payload_bytes));
  ENSURE(blocks.size() <= kRecordBytesMax, "page change too large for one record");
  BlockHeader header{page.id().value, op, 0, payload_bytes};
  std::memcpy(blocks.data() + at, &header, sizeof header);
  scratch_->list.push_back({page.state_, page.page_, page.id_, op, at + sizeof header, payload_bytes});
  return blocks.data() + at + sizeof header;
}

void PageChange::add(ExclusiveGuard& page, BlockOp op, Bytes payload) {
  char* to = add_space(page, op, static_cast<uint32_t>(payload.size()));
  if (!payload.empty()) std::memcpy(to, payload.data(), payload.size());
}

void PageChange::image(ExclusiveGuard& page, const Page& contents) {
  ImageHeader header{};
  header.type = contents.header.type;
  header.flags = contents.header.flags;
  header.owner = page.page().header.owner;
  find_hole(contents.body, &header.hole_offset, &header.hole_bytes);
  char* to = add_space(page, BlockOp::kImage, sizeof header + kPageBodySize - header.hole_bytes);
  std::memcpy(to, &header, sizeof header);
  to += sizeof header;
  std::memcpy(to, contents.body, header.hole_offset);
  uint32_t behind = header.hole_offset + header.hole_bytes;
  std::memcpy(to + header.hole_offset, contents.body + behind, kPageBodySize - behind);
}

ExclusiveGuard PageChange::new_page(TreeId owner, PageType type, PageId near) {
  return allocate(owner, type, near, reservation_);
}

ExclusiveGuard PageChange::allocate(TreeId owner, PageType type, PageId near, SpaceReservation* reservation) {
  if (reservation) {
    ENSURE(reservation->pages_ > 0, "STO-6: a page was not reserved");
    --reservation->pages_;
  } else {
    core_.space().reserve(1).take();
  }
  PageId id = core_.space().take(owner, near);
  scratch_->owners.push_back({id, kFreeOwner, owner, reservation != nullptr});
  ExclusiveGuard guard = core_.pool().fresh(id);
  guard.page_->header.type = type;
  guard.page_->header.owner = owner.value;
  guard.page_->header.id = id.value;
  return guard;
}

void PageChange::free_page(ExclusiveGuard& page) {
  scratch_->owners.push_back({page.id(), page.page().owner(), kFreeOwner});
}

void PageChange::logical(Bytes bytes) { scratch_->logical.insert(scratch_->logical.end(), bytes.begin(), bytes.end()); }

ExclusiveGuard& PageChange::hold(ExclusiveGuard&& guard) { return scratch_->held.emplace_back(std::move(guard)); }

ExclusiveGuard& PageChange::hold(PageId page) {
  for (ExclusiveGuard& guard : scratch_->held)
    if (guard.id() == page) return guard;
  return hold(core_.pool().exclusive(page));
}

// Space maps are latched last and in ascending order.
void PageChange::add_owner_changes() {
  auto& owners = scratch_->owners;
  std::sort(owners.begin(), owners.end(), [](const OwnerChange& a, const OwnerChange& b) { return a.page < b.page; });
  for (size_t first = 0, next; first < owners.size(); first = next) {
    PageId map = PageSpace::map_page_of(owners[first].page);
    for (next = first + 1; next < owners.size() && PageSpace::map_page_of(owners[next].page) == map;) ++next;
    char* to = add_space(hold(map), BlockOp::kSpaceOwner, static_cast<uint32_t>((next - first) * 16));
    for (size_t i = first; i < next; ++i, to += 16) {
      uint64_t entry[2] = {owners[i].page.value - map.value, owners[i].to.value};
      std::memcpy(to, entry, sizeof entry);
    }
  }
}

void PageChange::apply(Lsn end) {
  const char* blocks = scratch_->blocks.data();
  for (const Block& b : scratch_->list) g_redo[static_cast<size_t>(b.op)](*b.page, {blocks + b.offset, b.bytes});
  for (const Block& b : scratch_->list) {
    b.page->header.lsn = end.value;
    b.page->header.id = b.id.value;
  }
}

Lsn PageChange::commit(InsertHook* hook) {
  ENSURE(!committed_, "a change is committed once");
  if (!scratch_->owners.empty()) add_owner_changes();
  ChangeHeader header{static_cast<uint32_t>(scratch_->list.size()), static_cast<uint32_t>(scratch_->logical.size())};
  std::memcpy(scratch_->blocks.data(), &header, sizeof header);
  ENSURE(bytes() <= kRecordBytesMax, "page change too large for one record");

  Lsn end;
  {
    common::CriticalSection critical;
    Lsn bound = core_.wal().insert_lsn();
    for (const Block& b : scratch_->list) core_.pool().mark_dirty(*b.state, bound);
    end = core_.wal().insert(type_, transaction_, flags_, scratch_->blocks, scratch_->logical, hook);
    apply(end);
    committed_ = true;
    for (const OwnerChange& o : scratch_->owners)
      if (o.to == kFreeOwner) core_.space().released(o.page, o.from);
    for (auto& action : scratch_->actions) action();
  }
  if (reservation_) {
    uint64_t used = std::min<uint64_t>(reservation_->wal_bytes_, bytes() + sizeof(RecordHeader) + kRecordAlignment);
    reservation_->wal_bytes_ -= used;
    core_.wal().release(used);
  }
  scratch_->held.clear();
  if (directory_lock_.owns_lock()) directory_lock_.unlock();
  return end;
}

}  // namespace basalt::storage
