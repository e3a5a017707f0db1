// Control file: where recovery begins. Two copies, written in turn in place, each with a sequence number and a
// checksum; the newer valid one counts, so a torn write loses nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "common/file.hpp"
#include "storage/page.hpp"

namespace basalt::storage {

inline constexpr uint32_t kFormatVersion = 1;

struct ControlData {
  uint64_t magic = 0;
  uint32_t checksum = 0;
  uint32_t format_version = kFormatVersion;
  uint64_t sequence = 0;
  uint64_t system_identifier = 0;
  uint32_t timeline = 1;
  uint32_t epoch = 0;  // of the last start
  uint32_t page_bytes = kPageSize;
  uint32_t clean = 0;  // 1: closed after a checkpoint
  uint64_t wal_segment_bytes = 0;
  uint64_t checkpoint_start = 0;  // of the checkpoint record
  uint64_t checkpoint_end = 0;
  uint64_t redo = 0;
  uint64_t min_consistent = 0;  // no page at home is newer than this, nor than the durable log (STO-10)
  uint64_t tree_id_limit = 0;
  uint64_t double_write_done = 0;  // batches up to here are home
};

class ControlFile {
 public:
  static common::Result<void> create(common::FileSystem& files, const std::string& path, const ControlData& data);
  static common::Result<std::unique_ptr<ControlFile>> open(common::FileSystem& files, const std::string& path);

  ControlData get() const;
  // Changes and writes durably. A failure ends the process.
  template <typename F>
  void update(F&& change) {
    std::lock_guard lock(mutex_);
    change(data_);
    write_locked();
  }

 private:
  explicit ControlFile(std::unique_ptr<common::File> file) : file_(std::move(file)) {}
  void write_locked();
  mutable std::mutex mutex_;
  std::unique_ptr<common::File> file_;
  ControlData data_;
};

}  // namespace basalt::storage
