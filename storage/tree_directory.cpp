#include "storage/tree_directory.hpp"

#include <algorithm>
#include <cstring>

#include "storage/core.hpp"

namespace basalt::storage {

namespace {

struct EntryHeader {
  uint16_t bytes;
  uint16_t fragment;
  uint16_t kind;
  uint16_t fragments;
  uint64_t tree;
  uint64_t root;
};

struct DirectoryBody {
  uint32_t bytes;  // of all entries
  uint32_t reserved;
  char entries[kPageBodySize - 8];
};

constexpr uint32_t kCapacity = sizeof(DirectoryBody::entries);
constexpr uint32_t kFragmentBytesMax = 4000;
constexpr uint64_t kIdBlock = 256;

uint32_t entry_bytes(size_t descriptor_bytes) {
  return static_cast<uint32_t>(padded(sizeof(EntryHeader) + descriptor_bytes));
}

DirectoryBody& body_of(Page& page) { return *reinterpret_cast<DirectoryBody*>(page.body); }
const DirectoryBody& body_of(const Page& page) { return *reinterpret_cast<const DirectoryBody*>(page.body); }

EntryHeader header_at(const DirectoryBody& body, uint32_t at) {
  EntryHeader header;
  std::memcpy(&header, body.entries + at, sizeof header);
  return header;
}

void remove_entry(DirectoryBody& body, uint64_t tree, uint16_t fragment) {
  for (uint32_t at = 0; at < body.bytes;) {
    EntryHeader header = header_at(body, at);
    uint32_t size = entry_bytes(header.bytes);
    if (header.tree != tree || header.fragment != fragment) {
      at += size;
      continue;
    }
    std::memmove(body.entries + at, body.entries + at + size, body.bytes - at - size);
    body.bytes -= size;
    std::memset(body.entries + body.bytes, 0, size);
    return;
  }
}

void redo_format(Page& page, Bytes) {
  std::memset(page.body, 0, sizeof page.body);
  page.header.type = PageType::kTreeDirectory;
  page.header.flags = 0;
  page.header.owner = kDirectoryOwner.value;
}

// Payload: the entry.
void redo_put(Page& page, Bytes payload) {
  EntryHeader header;
  std::memcpy(&header, payload.data(), sizeof header);
  DirectoryBody& body = body_of(page);
  remove_entry(body, header.tree, header.fragment);
  uint32_t size = entry_bytes(header.bytes);
  ENSURE(body.bytes + size <= kCapacity, "directory page overflows");
  std::memcpy(body.entries + body.bytes, payload.data(), payload.size());
  body.bytes += size;
}

// Payload: an entry's header.
void redo_erase(Page& page, Bytes payload) {
  EntryHeader header;
  std::memcpy(&header, payload.data(), sizeof header);
  remove_entry(body_of(page), header.tree, header.fragment);
}

}  // namespace

void register_directory_redo() {
  register_redo(BlockOp::kDirectoryFormat, redo_format);
  register_redo(BlockOp::kDirectoryPut, redo_put);
  register_redo(BlockOp::kDirectoryErase, redo_erase);
}

void TreeDirectory::load() {
  std::unique_lock lock(mutex_);
  entries_.clear();
  used_.clear();
  struct Parts {
    EntryHeader header;
    std::vector<std::pair<PageId, std::string>> bytes;
  };
  std::unordered_map<uint64_t, Parts> parts;
  for (PageId id : core_.space().pages_of_tree(kDirectoryOwner)) {
    SharedGuard page = core_.pool().shared(id);
    const DirectoryBody& body = body_of(page.page());
    used_[id] = body.bytes;
    for (uint32_t at = 0; at < body.bytes;) {
      EntryHeader header = header_at(body, at);
      Parts& p = parts[header.tree];
      if (header.fragment == 0) p.header = header;
      if (p.bytes.size() <= header.fragment) p.bytes.resize(header.fragment + 1);
      p.bytes[header.fragment] = {id, std::string(body.entries + at + sizeof header, header.bytes)};
      at += entry_bytes(header.bytes);
    }
  }
  for (auto& [tree, p] : parts) {
    ENSURE(p.bytes.size() == p.header.fragments && p.header.tree == tree, "DIR-1: a directory entry lacks fragments");
    Entry& entry = entries_[TreeId{tree}];
    entry.record = {TreeId{tree}, static_cast<TreeKind>(p.header.kind), PageId{p.header.root}, {}};
    for (auto& [page, bytes] : p.bytes) {
      entry.fragments.push_back(page);
      entry.record.descriptor += bytes;
    }
    raise_next_id(tree + 1);
  }
}

TreeId TreeDirectory::allocate_id() {
  std::lock_guard lock(id_mutex_);
  uint64_t id = next_id_.load();
  // A durable limit first: an id handed out before a crash never comes again (STO-11).
  if (id >= core_.control().get().tree_id_limit)
    core_.control().update([&](ControlData& data) { data.tree_id_limit = id + kIdBlock; });
  next_id_.store(id + 1);
  return TreeId{id};
}

void TreeDirectory::raise_next_id(uint64_t id) {
  uint64_t now = next_id_.load();
  while (now < id && !next_id_.compare_exchange_weak(now, id)) {
  }
}

std::optional<TreeRecord> TreeDirectory::find(TreeId tree) const {
  std::shared_lock lock(mutex_);
  auto it = entries_.find(tree);
  if (it == entries_.end()) return std::nullopt;
  return it->second.record;
}

std::vector<TreeRecord> TreeDirectory::all() const {
  std::shared_lock lock(mutex_);
  std::vector<TreeRecord> out;
  for (const auto& [tree, entry] : entries_) out.push_back(entry.record);
  std::sort(out.begin(), out.end(), [](const TreeRecord& a, const TreeRecord& b) { return a.id < b.id; });
  return out;
}

// --- changes -------------------------------------------------------------------------------------------------------

void TreeDirectory::lock_for(PageChange& change) {
  if (change.directory_lock_.owns_lock()) return;
  change.directory_lock_ = std::unique_lock(change_mutex_);
  planned_.clear();
  change.on_applied([this] {
    for (auto [page, used] : planned_) used_[page] = used;
    planned_.clear();
  });
}

// A page with room for the entry, as the change under way will leave it; a new one where there is none.
PageId TreeDirectory::place(PageChange& change, uint32_t bytes) {
  for (auto [page, used] : planned_)
    if (used + bytes <= kCapacity) return page;
  for (auto [page, used] : used_)
    if (used + bytes <= kCapacity && !planned_.contains(page)) return page;
  ExclusiveGuard& page = change.hold(change.allocate(kDirectoryOwner, PageType::kTreeDirectory, PageId{}, nullptr));
  change.add(page, BlockOp::kDirectoryFormat, {});
  planned_[page.id()] = 0;
  return page.id();
}

void TreeDirectory::add_entry(PageChange& change, PageId page, const TreeRecord& record, uint16_t fragment,
                              uint16_t fragments, std::string_view bytes) {
  EntryHeader header{static_cast<uint16_t>(bytes.size()),
                     fragment,
                     static_cast<uint16_t>(record.kind),
                     fragments,
                     record.id.value,
                     record.root.value};
  char* to =
      change.add_space(change.hold(page), BlockOp::kDirectoryPut, static_cast<uint32_t>(sizeof header + bytes.size()));
  std::memcpy(to, &header, sizeof header);
  std::memcpy(to + sizeof header, bytes.data(), bytes.size());
  planned_[page] += entry_bytes(bytes.size());
}

void TreeDirectory::erase_entry(PageChange& change, PageId page, TreeId tree, uint16_t fragment, uint32_t bytes) {
  EntryHeader header{};
  header.tree = tree.value;
  header.fragment = fragment;
  change.add(change.hold(page), BlockOp::kDirectoryErase, {reinterpret_cast<const char*>(&header), sizeof header});
  auto planned = planned_.try_emplace(page, used_[page]).first;
  planned->second -= entry_bytes(bytes);
}

void TreeDirectory::put(PageChange& change, const TreeRecord& record) {
  lock_for(change);
  auto fragments = static_cast<uint16_t>(
      std::max<size_t>(1, (record.descriptor.size() + kFragmentBytesMax - 1) / kFragmentBytesMax));
  Entry old;
  {
    std::shared_lock lock(mutex_);
    if (auto it = entries_.find(record.id); it != entries_.end()) old = it->second;
  }
  auto fragment_of = [](const std::string& descriptor, size_t i) {
    size_t at = std::min(descriptor.size(), i * kFragmentBytesMax);
    return std::string_view(descriptor).substr(at, kFragmentBytesMax);
  };
  for (size_t i = 0; i < old.fragments.size(); ++i)
    erase_entry(change, old.fragments[i], record.id, static_cast<uint16_t>(i),
                static_cast<uint32_t>(fragment_of(old.record.descriptor, i).size()));
  Entry entry{record, {}};
  for (uint16_t i = 0; i < fragments; ++i) {
    std::string_view bytes = fragment_of(record.descriptor, i);
    // An entry that keeps its size stays where it is.
    PageId page = i < old.fragments.size() ? old.fragments[i] : PageId{};
    if (!page.valid() || planned_[page] + entry_bytes(bytes.size()) > kCapacity)
      page = place(change, entry_bytes(bytes.size()));
    planned_.try_emplace(page, used_[page]);
    add_entry(change, page, record, i, fragments, bytes);
    entry.fragments.push_back(page);
  }
  change.on_applied([this, entry = std::move(entry)]() mutable {
    std::unique_lock lock(mutex_);
    TreeId id = entry.record.id;
    entries_[id] = std::move(entry);
  });
}

void TreeDirectory::erase(PageChange& change, TreeId tree) {
  lock_for(change);
  Entry old;
  {
    std::shared_lock lock(mutex_);
    auto it = entries_.find(tree);
    if (it == entries_.end()) return;
    old = it->second;
  }
  for (size_t i = 0; i < old.fragments.size(); ++i) {
    size_t at = i * kFragmentBytesMax;
    size_t bytes =
        std::min<size_t>(kFragmentBytesMax, old.record.descriptor.size() - std::min(at, old.record.descriptor.size()));
    erase_entry(change, old.fragments[i], tree, static_cast<uint16_t>(i), static_cast<uint32_t>(bytes));
  }
  change.on_applied([this, tree] {
    std::unique_lock lock(mutex_);
    entries_.erase(tree);
  });
}

// --- drops ---------------------------------------------------------------------------------------------------------

void TreeDirectory::drop(TreeId tree) {
  core_.space().free_tree(tree);
  if (find(tree)) {
    PageChange change(core_, RecordType::kDirectory, TxnId{});
    erase(change, tree);
    change.commit();
  }
  forget_pending_drop(tree);
}

void TreeDirectory::add_pending_drops(std::span<const TreeId> trees) {
  std::lock_guard lock(pending_mutex_);
  for (TreeId tree : trees)
    if (std::find(pending_drops_.begin(), pending_drops_.end(), tree) == pending_drops_.end())
      pending_drops_.push_back(tree);
}

void TreeDirectory::forget_pending_drop(TreeId tree) {
  std::lock_guard lock(pending_mutex_);
  std::erase(pending_drops_, tree);
}

void TreeDirectory::forget_erased(Bytes erase_payload) {
  EntryHeader header;
  std::memcpy(&header, erase_payload.data(), sizeof header);
  forget_pending_drop(TreeId{header.tree});
}

std::vector<TreeId> TreeDirectory::pending_drops() const {
  std::lock_guard lock(pending_mutex_);
  return pending_drops_;
}

}  // namespace basalt::storage
