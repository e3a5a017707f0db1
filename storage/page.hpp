// Page: the unit of buffering, latching and logging. 16 KiB, addressed by PageId = its position in the data file.
//
//   +-----------------------------+ 0
//   | PageHeader (32 bytes)       |   checksum | type | flags | lsn | owner | id
//   +-----------------------------+ 32
//   | body: laid out by its type  |   free bytes and padding are zero (STO-4), so images compare
//   +-----------------------------+ 16384
//
// `lsn` is the END of the newest record that changed the page. `checksum` (CRC32C over the rest) is filled only in the
// copy that goes to the disk; in memory it has no meaning. A page of zeros is one that was never written: type kNone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/ids.hpp"

namespace basalt::storage {

using common::Lsn;
using common::PageId;
using common::TreeId;
using common::TxnId;

inline constexpr uint32_t kPageSize = 16384;
inline constexpr uint32_t kPageHeaderSize = 32;
inline constexpr uint32_t kPageBodySize = kPageSize - kPageHeaderSize;

enum class PageType : uint16_t {
  kNone = 0,
  kSpaceMap = 1,       // first page of each segment: owners of its extents (page_space.hpp)
  kTreeDirectory = 2,  // tree id -> kind, root, descriptor (tree_directory.hpp)
  kHeapLeaf = 16,
  kHeapInner = 17,
  kIndexLeaf = 18,
  kIndexInner = 19,
  kOverflow = 20,
};

struct PageHeader {
  uint32_t checksum;
  PageType type;
  uint16_t flags;  // free for the page's type
  uint64_t lsn;
  uint64_t owner;  // TreeId
  uint64_t id;     // PageId: finds misdirected writes
};
static_assert(sizeof(PageHeader) == kPageHeaderSize);

struct alignas(4096) Page {
  PageHeader header;
  char body[kPageBodySize];

  Lsn lsn() const { return Lsn{header.lsn}; }
  TreeId owner() const { return TreeId{header.owner}; }
  PageId id() const { return PageId{header.id}; }
  char* bytes() { return reinterpret_cast<char*>(this); }
  const char* bytes() const { return reinterpret_cast<const char*>(this); }
};
static_assert(sizeof(Page) == kPageSize);

using PageBytes = Page;

// Owners that are not trees of the directory. Tree ids handed out start at kFirstTreeId.
inline constexpr TreeId kFreeOwner{0};
inline constexpr TreeId kSpaceMapOwner{1};
inline constexpr TreeId kDirectoryOwner{2};
inline constexpr TreeId kFirstTreeId{16};

uint32_t page_checksum(const Page& page);
bool is_zero_page(const Page& page);

}  // namespace basalt::storage
