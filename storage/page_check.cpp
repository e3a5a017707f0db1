#include "storage/page_check.hpp"

#include <memory>
#include <unordered_set>

#include "storage/core.hpp"

namespace basalt::storage {

namespace {

// What is wrong with the page as it lies on the disk; empty: nothing.
std::string check_home(StorageCore& core, PageId id, TreeId owner, Page& page) {
  auto got = core.data_file().read_some(id.value * kPageSize, static_cast<void*>(&page), kPageSize);
  if (!got.ok()) return got.status().message;
  if (*got < kPageSize) return "page lies beyond the end of the data file";
  if (page.header.checksum != page_checksum(page))
    return is_zero_page(page) ? "page was never written" : "wrong checksum";
  if (page.header.id != id.value) return "holds page " + std::to_string(page.header.id);
  if (page.header.owner != owner.value)
    return "belongs to tree " + std::to_string(page.header.owner) + ", the space map says " +
           std::to_string(owner.value);
  if (page.lsn() > core.wal().insert_lsn()) return "is newer than the write-ahead log";
  return {};
}

}  // namespace

void check_pages(StorageCore& core, TreeId only, std::vector<CheckFinding>& findings) {
  std::unordered_set<TreeId> known{kDirectoryOwner};
  for (const TreeRecord& record : core.directory().all()) known.insert(record.id);
  for (TreeId tree : core.directory().pending_drops()) known.insert(tree);
  auto page = std::make_unique<Page>();
  for (uint64_t number = 0; number < core.space().segments(); ++number) {
    SpaceMapBody map;
    try {
      SharedGuard guard = core.pool().shared(PageId{number * kSegmentPages});
      if (guard->header.type != PageType::kSpaceMap) {
        findings.push_back({kSpaceMapOwner, number * kSegmentPages, "is not a space map"});
        continue;
      }
      map = *reinterpret_cast<const SpaceMapBody*>(guard->body);
    } catch (const common::SqlError& e) {
      findings.push_back({kSpaceMapOwner, number * kSegmentPages, e.what()});
      continue;
    }
    for (uint64_t i = 0; i < kSegmentPages; ++i) {
      TreeId owner{map.owner[i]};
      PageId id{number * kSegmentPages + i};
      if (owner == kFreeOwner || (only.valid() && owner != only)) continue;
      if (i != 0 && !known.contains(owner) && core.space().owner_of(id) == owner && !core.directory().find(owner))
        findings.push_back(
            {owner, id.value, "belongs to tree " + std::to_string(owner.value) + ", which is not there"});
      // A second look: the page may have been on its way home, or been freed.
      for (int attempt = 0; attempt < 2; ++attempt) {
        if (core.pool().is_dirty(id)) break;
        std::string wrong = check_home(core, id, owner, *page);
        if (wrong.empty()) break;
        if (attempt == 1 && !core.pool().is_dirty(id) && (i == 0 || core.space().owner_of(id) == owner))
          findings.push_back({owner, id.value, wrong});
      }
    }
  }
}

}  // namespace basalt::storage
