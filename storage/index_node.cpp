#include "storage/index_node.hpp"

#include <algorithm>

namespace basalt::storage {

namespace {
uint32_t head_of(std::string_view suffix) {
  uint8_t b[4] = {};
  if (!suffix.empty()) std::memcpy(b, suffix.data(), std::min<size_t>(4, suffix.size()));
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
}
void copy_bytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}
size_t common_prefix(std::string_view a, std::string_view b) {
  size_t n = std::min(a.size(), b.size()), i = 0;
  while (i < n && a[i] == b[i]) ++i;
  return i;
}
}  // namespace

std::string_view IndexNode::bytes(uint32_t offset, uint32_t length) const {
  if (offset + length > kPageSize) return {};
  return {page_ + offset, length};
}

IndexKey IndexNode::lower_fence() const {
  NodeHeader h = header();
  return {bytes(h.lower_offset, h.lower_length), h.lower_row};
}
IndexKey IndexNode::upper_fence() const {
  NodeHeader h = header();
  return {bytes(h.upper_offset, h.upper_length), h.upper_row};
}
std::string_view IndexNode::prefix() const {
  NodeHeader h = header();
  return bytes(h.lower_offset, h.prefix_length);
}

IndexNode::Slot IndexNode::slot(uint32_t i) const {
  uint32_t at = kSlotsAt + sizeof(Slot) * i;
  if (at + sizeof(Slot) > kPageSize) return {0, 0, 0};
  return load<Slot>(page_ + at);
}
std::string_view IndexNode::suffix(uint32_t i) const {
  Slot s = slot(i);
  return bytes(s.offset + cell_header(), s.length);
}
uint64_t IndexNode::row(uint32_t i) const {
  uint32_t at = slot(i).offset;
  return at + 8 <= kPageSize ? load<uint64_t>(page_ + at) : 0;
}
bool IndexNode::is_marked(uint32_t i) const {
  uint32_t at = slot(i).offset + 10;
  return at < kPageSize && page_[at] != 0;
}
std::string_view IndexNode::payload(uint32_t i) const {
  Slot s = slot(i);
  if (s.offset + 11u > kPageSize) return {};
  return bytes(s.offset + 11 + s.length, load<uint16_t>(page_ + s.offset + 8));
}
uint64_t IndexNode::child(uint32_t i) const {
  if (i == 0) return load<uint64_t>(page_ + kPageHeaderSize + offsetof(NodeHeader, first_child));
  uint32_t at = slot(i - 1).offset + 8;
  return at + 8 <= kPageSize ? load<uint64_t>(page_ + at) : 0;
}
void IndexNode::key(uint32_t i, std::string& out) const {
  out.assign(prefix());
  out.append(suffix(i));
}
uint32_t IndexNode::cell_bytes(uint32_t i) const {
  Slot s = slot(i);
  return cell_header() + s.length + (is_leaf() ? load<uint16_t>(page_ + s.offset + 8) : 0);
}

uint32_t IndexNode::lower_bound(std::string_view key, uint64_t row, bool* exact) const {
  NodeHeader h = header();
  *exact = false;
  std::string_view common = bytes(h.lower_offset, h.prefix_length);
  size_t n = std::min(common.size(), key.size());
  int order = n ? std::memcmp(key.data(), common.data(), n) : 0;
  if (order < 0 || (order == 0 && key.size() < common.size())) return 0;
  if (order > 0) return h.count;
  key.remove_prefix(n);
  uint32_t head = head_of(key), low = 0, high = h.count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    Slot s = slot(middle);
    int c;
    if (s.head != head) {
      c = s.head < head ? -1 : 1;
    } else {
      c = compare_keys(suffix(middle), this->row(middle), key, row);
    }
    if (c < 0) {
      low = middle + 1;
    } else {
      high = middle;
      if (c == 0) *exact = true;
    }
  }
  if (*exact) *exact = low < h.count && compare_keys(suffix(low), this->row(low), key, row) == 0;
  return low;
}

uint32_t IndexNode::child_position(std::string_view key, uint64_t row) const {
  bool exact;
  uint32_t at = lower_bound(key, row, &exact);
  return exact ? at + 1 : at;
}

void IndexNode::format(uint16_t level, const IndexKey* lower, const IndexKey* upper, uint64_t first_child) {
  std::memset(page_ + kPageHeaderSize, 0, kPageBodySize);
  NodeHeader h{};
  h.level = level;
  h.heap_begin = kPageSize;
  h.first_child = first_child;
  auto put = [&](const IndexKey& fence, uint16_t* offset, uint16_t* length, uint64_t* row) {
    h.heap_begin = static_cast<uint16_t>(h.heap_begin - fence.key.size());
    if (!fence.key.empty()) std::memcpy(page_ + h.heap_begin, fence.key.data(), fence.key.size());
    *offset = h.heap_begin;
    *length = static_cast<uint16_t>(fence.key.size());
    *row = fence.row;
  };
  if (lower) {
    h.has_lower = 1;
    put(*lower, &h.lower_offset, &h.lower_length, &h.lower_row);
  }
  if (upper) {
    h.has_upper = 1;
    put(*upper, &h.upper_offset, &h.upper_length, &h.upper_row);
  }
  if (lower && upper) h.prefix_length = static_cast<uint16_t>(common_prefix(lower->key, upper->key));
  store(page_ + kPageHeaderSize, h);
}

bool IndexNode::fits(size_t key_bytes, size_t payload_bytes) const {
  NodeHeader h = header();
  size_t suffix_bytes = key_bytes > h.prefix_length ? key_bytes - h.prefix_length : 0;
  size_t need = sizeof(Slot) + cell_header() + suffix_bytes + payload_bytes;
  return kSlotsAt + sizeof(Slot) * h.count + need <= size_t{h.heap_begin} + h.garbage;
}

// Inserts a cell made of the parts as entry `at`.
void IndexNode::place(uint32_t at, const std::string_view* parts, size_t part_count, std::string_view suffix) {
  size_t size = 0;
  for (size_t i = 0; i < part_count; ++i) size += parts[i].size();
  if (kSlotsAt + sizeof(Slot) * (count() + 1u) + size > header().heap_begin) compact();
  NodeHeader h = header();
  ENSURE(kSlotsAt + sizeof(Slot) * (h.count + 1u) + size <= h.heap_begin, "index entry does not fit its node");
  h.heap_begin = static_cast<uint16_t>(h.heap_begin - size);
  char* to = page_ + h.heap_begin;
  for (size_t i = 0; i < part_count; ++i) {
    copy_bytes(to, parts[i]);
    to += parts[i].size();
  }
  char* slots = page_ + kSlotsAt;
  std::memmove(slots + sizeof(Slot) * (at + 1), slots + sizeof(Slot) * at, sizeof(Slot) * (h.count - at));
  store(slots + sizeof(Slot) * at, Slot{h.heap_begin, static_cast<uint16_t>(suffix.size()), head_of(suffix)});
  ++h.count;
  store(page_ + kPageHeaderSize, h);
}

void IndexNode::insert_entry(std::string_view key, uint64_t row, std::string_view payload) {
  bool exact;
  uint32_t at = lower_bound(key, row, &exact);
  ENSURE(!exact, "index entry exists already");
  key.remove_prefix(header().prefix_length);
  char head[11] = {};
  store(head, row);
  store(head + 8, static_cast<uint16_t>(payload.size()));
  std::string_view parts[3] = {{head, sizeof head}, key, payload};
  place(at, parts, 3, key);
}

void IndexNode::insert_separator(std::string_view key, uint64_t row, uint64_t child) {
  bool exact;
  uint32_t at = lower_bound(key, row, &exact);
  ENSURE(!exact, "index separator exists already");
  key.remove_prefix(header().prefix_length);
  char head[16];
  store(head, row);
  store(head + 8, child);
  std::string_view parts[2] = {{head, sizeof head}, key};
  place(at, parts, 2, key);
}

void IndexNode::set_mark(uint32_t i, bool marked) {
  NodeHeader h = header();
  char* at = page_ + slot(i).offset + 10;
  if ((*at != 0) == marked) return;
  *at = marked ? 1 : 0;
  h.marked = static_cast<uint16_t>(marked ? h.marked + 1 : h.marked - 1);
  store(page_ + kPageHeaderSize, h);
}

void IndexNode::remove(uint32_t i) {
  NodeHeader h = header();
  if (h.level == 0 && is_marked(i)) --h.marked;
  uint32_t size = cell_bytes(i);
  std::memset(page_ + slot(i).offset, 0, size);
  h.garbage = static_cast<uint16_t>(h.garbage + size);
  char* slots = page_ + kSlotsAt;
  std::memmove(slots + sizeof(Slot) * i, slots + sizeof(Slot) * (i + 1), sizeof(Slot) * (h.count - i - 1u));
  --h.count;
  std::memset(slots + sizeof(Slot) * h.count, 0, sizeof(Slot));
  store(page_ + kPageHeaderSize, h);
}

// Entries [first, end) as a node of their own with the given fences; `target` may be this page.
void IndexNode::copy_range(uint32_t first, uint32_t end, const IndexKey* lower, const IndexKey* upper,
                           uint64_t first_child, char* target) const {
  alignas(8) char buffer[kPageSize];
  IndexNode fresh(buffer);
  fresh.format(level(), lower, upper, first_child);
  size_t old_prefix = header().prefix_length, new_prefix = fresh.header().prefix_length;
  std::string_view common = prefix();
  NodeHeader h = fresh.header();
  char* slots = buffer + kSlotsAt;
  uint32_t head_bytes = cell_header();
  for (uint32_t i = first; i < end; ++i) {
    // The new prefix may be longer or shorter than the old one.
    std::string_view tail = suffix(i), lead;
    if (new_prefix >= old_prefix) {
      tail.remove_prefix(new_prefix - old_prefix);
    } else {
      lead = common.substr(new_prefix);
    }
    std::string_view extra = is_leaf() ? payload(i) : std::string_view{};
    size_t length = lead.size() + tail.size();
    h.heap_begin = static_cast<uint16_t>(h.heap_begin - head_bytes - length - extra.size());
    char* to = buffer + h.heap_begin;
    std::memcpy(to, page_ + slot(i).offset, head_bytes);
    lead.copy(to + head_bytes, lead.size());  // not memcpy: an empty view may have no address
    tail.copy(to + head_bytes + lead.size(), tail.size());
    extra.copy(to + head_bytes + length, extra.size());
    std::string_view whole(to + head_bytes, length);
    store(slots, Slot{h.heap_begin, static_cast<uint16_t>(length), head_of(whole)});
    slots += sizeof(Slot);
    ++h.count;
    if (h.level == 0 && is_marked(i)) ++h.marked;
    ENSURE(kSlotsAt + sizeof(Slot) * h.count <= h.heap_begin, "index entries do not fit their node");
  }
  store(buffer + kPageHeaderSize, h);
  std::memcpy(target + kPageHeaderSize, buffer + kPageHeaderSize, kPageBodySize);
}

void IndexNode::compact() {
  IndexKey lower = lower_fence(), upper = upper_fence();
  NodeHeader h = header();
  copy_range(0, h.count, h.has_lower ? &lower : nullptr, h.has_upper ? &upper : nullptr, h.first_child, page_);
}

uint32_t IndexNode::split_position(std::string_view key, uint64_t row) const {
  NodeHeader h = header();
  bool exact;
  // Ascending keys fill their nodes.
  if (!h.has_upper && lower_bound(key, row, &exact) == h.count) return h.count - 1;
  uint32_t total = 0;
  for (uint32_t i = 0; i < h.count; ++i) total += cell_bytes(i) + sizeof(Slot);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < h.count; ++i) {
    uint32_t size = cell_bytes(i) + sizeof(Slot);
    if (sum + size > total / 2) return std::clamp<uint32_t>(i, 1, h.count - 1);
    sum += size;
  }
  return h.count - 1;
}

void IndexNode::split_separator(uint32_t at, std::string* key, uint64_t* row) const {
  this->key(at, *key);
  *row = this->row(at);
  if (!is_leaf()) return;
  std::string before;
  this->key(at - 1, before);
  if (before == *key) return;
  key->resize(common_prefix(before, *key) + 1);
  *row = 0;
}

void IndexNode::split(uint32_t at, const IndexKey& separator, char* right) const {
  NodeHeader h = header();
  IndexKey upper = upper_fence();
  uint32_t first = is_leaf() ? at : at + 1;
  copy_range(first, h.count, &separator, h.has_upper ? &upper : nullptr, is_leaf() ? 0 : child(at + 1), right);
}

void IndexNode::truncate(uint32_t at, const IndexKey& upper) {
  NodeHeader h = header();
  IndexKey lower = lower_fence();
  copy_range(0, at, h.has_lower ? &lower : nullptr, &upper, h.first_child, page_);
}

std::string IndexNode::check() const {
  NodeHeader h = header();
  if (kSlotsAt + sizeof(Slot) * h.count > h.heap_begin || h.heap_begin > kPageSize) return "index node overlaps itself";
  std::string before, now;
  uint32_t marked_count = 0;
  for (uint32_t i = 0; i < h.count; ++i) {
    if (slot(i).offset < h.heap_begin) return "index entry " + std::to_string(i) + " lies outside the heap";
    key(i, now);
    if (i > 0 && compare_keys(before, row(i - 1), now, row(i)) >= 0) return "index entries are out of order";
    IndexKey lower = lower_fence(), upper = upper_fence();
    if (h.has_lower && compare_keys(now, row(i), lower.key, lower.row) < 0) return "index entry below its fence";
    if (h.has_upper && compare_keys(now, row(i), upper.key, upper.row) >= 0) return "index entry above its fence";
    if (h.level == 0) marked_count += is_marked(i);
    std::swap(before, now);
  }
  if (h.level == 0 && marked_count != h.marked) return "index leaf counts its marked entries wrongly";
  return "";
}

}  // namespace basalt::storage
