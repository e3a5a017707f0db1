#include "storage/double_write.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include "storage/checksum.hpp"

namespace basalt::storage {

using common::fatal;
using common::Result;

namespace {

constexpr uint64_t kMagic = 0x6574697257656c42;

struct SlotEntry {
  uint64_t page;
  uint32_t checksum;  // the page's own
  uint32_t reserved;
};

struct BatchHeader {
  uint64_t magic;
  uint64_t batch;
  uint32_t count;
  uint32_t checksum;  // of the whole header page, with this field 0
  uint64_t reserved;
  SlotEntry entries[DoubleWrite::kSlotsMax];
};
static_assert(sizeof(BatchHeader) <= kPageSize);

uint32_t header_checksum(BatchHeader& header) {
  uint32_t kept = header.checksum;
  header.checksum = 0;
  uint32_t crc = crc32c(0, &header, sizeof header);
  header.checksum = kept;
  return crc;
}

void require(const Result<void>& done, const char* what) {
  if (!done.ok()) fatal(std::string(what) + ": " + done.status().message);
}

}  // namespace

Result<void> DoubleWrite::prepare() {
  auto size = file_.size();
  if (!size.ok()) return size.status();
  if (*size >= (kSlotsMax + 1) * uint64_t{kPageSize}) return {};
  RETURN_IF_FAILED(file_.allocate(0, (kSlotsMax + 1) * uint64_t{kPageSize}));
  return file_.sync();
}

void DoubleWrite::write(std::span<const Page> pages, std::span<const PageId> ids) {
  ENSURE(pages.size() <= kSlotsMax && pages.size() == ids.size(), "double-write batch too large");
  if (pages.empty()) return;
  auto header = std::make_unique<BatchHeader>();
  std::memset(static_cast<void*>(header.get()), 0, sizeof *header);
  header->magic = kMagic;
  header->batch = ++batch_;
  header->count = static_cast<uint32_t>(pages.size());
  for (size_t i = 0; i < pages.size(); ++i) header->entries[i] = {ids[i].value, pages[i].header.checksum, 0};
  header->checksum = header_checksum(*header);
  require(file_.write(kPageSize, pages.data(), pages.size_bytes()), "could not write the double-write file");
  require(file_.write(0, header.get(), sizeof *header), "could not write the double-write file");
  require(file_.sync(), "could not sync the double-write file");
  for (size_t first = 0, next; first < pages.size(); first = next) {
    for (next = first + 1; next < pages.size() && ids[next].value == ids[next - 1].value + 1;) ++next;
    require(data_.write(ids[first].value * kPageSize, &pages[first], (next - first) * kPageSize),
            "could not write the data file");
  }
  require(data_.sync(), "could not sync the data file");
  done_.store(batch_, std::memory_order_release);
}

Result<uint32_t> DoubleWrite::repair(uint64_t done_batch) {
  auto header = std::make_unique<BatchHeader>();
  auto got = file_.read_some(0, static_cast<void*>(header.get()), sizeof *header);
  if (!got.ok()) return got.status();
  bool valid = *got == sizeof *header && header->magic == kMagic && header->count <= kSlotsMax &&
               header_checksum(*header) == header->checksum;
  // A batch whose header is torn never began to go home.
  if (!valid) return uint32_t{0};
  if (header->batch > batch_) batch_ = header->batch;
  if (header->batch <= done_batch) return uint32_t{0};
  uint32_t repaired = 0;
  auto home = std::make_unique<Page>();
  auto slot = std::make_unique<Page>();
  for (uint32_t i = 0; i < header->count; ++i) {
    uint64_t offset = header->entries[i].page * kPageSize;
    auto read = data_.read_some(offset, static_cast<void*>(home.get()), kPageSize);
    if (!read.ok()) return read.status();
    bool intact = *read == kPageSize && (home->header.checksum == page_checksum(*home) || is_zero_page(*home));
    if (intact) continue;
    read = file_.read_some((i + 1) * uint64_t{kPageSize}, static_cast<void*>(slot.get()), kPageSize);
    if (!read.ok()) return read.status();
    if (*read != kPageSize || slot->header.checksum != page_checksum(*slot) ||
        slot->header.checksum != header->entries[i].checksum || slot->header.id != header->entries[i].page)
      continue;  // torn here: then it had not begun to go home
    RETURN_IF_FAILED(data_.write(offset, slot.get(), kPageSize));
    ++repaired;
  }
  if (repaired > 0) require(data_.sync(), "could not sync the data file");
  return repaired;
}

}  // namespace basalt::storage
