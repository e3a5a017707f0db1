// Double-write file: pages go here, and are synced here, before they go home, so that a torn home write can be repaired
// and the log needs no page images. One batch at a time. A slot counts only until its batch's home writes were synced
// (STO-9).
//
//   header (one page): magic, batch, count, checksum, entries { page id, checksum of the slot }
//   slot 0, slot 1, ...
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "common/ensure.hpp"
#include "common/file.hpp"
#include "storage/page.hpp"

namespace basalt::storage {

class DoubleWrite {
 public:
  static constexpr uint32_t kSlotsMax = 256;
  DoubleWrite(common::File& file, common::File& data, uint64_t last_batch)
      : file_(file), data_(data), batch_(last_batch), done_(last_batch) {}

  // Allocates the file physically. kNoSpace when the disk is full.
  common::Result<void> prepare();
  // Writes the pages (checksums filled, ids ascending) here and home, durably. A failure ends the process.
  void write(std::span<const Page> pages, std::span<const PageId> ids);
  // After a crash: home pages whose checksum is wrong are replaced by their slots. Returns how many.
  common::Result<uint32_t> repair(uint64_t done_batch);
  // Newest batch whose home writes are durable.
  uint64_t done_batch() const { return done_.load(std::memory_order_acquire); }

 private:
  common::File& file_;
  common::File& data_;
  uint64_t batch_;
  std::atomic<uint64_t> done_;
};

}  // namespace basalt::storage
