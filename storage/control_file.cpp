#include "storage/control_file.hpp"

#include <cstring>

#include "storage/checksum.hpp"

namespace basalt::storage {

using common::Result;
using common::Status;
using common::StatusCode;

namespace {

constexpr uint64_t kMagic = 0x6c7274436c617342;  // "BasalCtrl", shortened
constexpr uint64_t kCopyDistance = 4096;

uint32_t checksum_of(ControlData data) {
  data.checksum = 0;
  return crc32c(0, &data, sizeof data);
}

Result<void> write_copy(common::File& file, ControlData& data) {
  data.magic = kMagic;
  data.checksum = checksum_of(data);
  RETURN_IF_FAILED(file.write((data.sequence % 2) * kCopyDistance, &data, sizeof data));
  return file.sync();
}

}  // namespace

Result<void> ControlFile::create(common::FileSystem& files, const std::string& path, const ControlData& data) {
  auto file = files.open(path, common::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  RETURN_IF_FAILED((*file)->allocate(0, 2 * kCopyDistance));
  ControlData copy = data;
  return write_copy(**file, copy);
}

Result<std::unique_ptr<ControlFile>> ControlFile::open(common::FileSystem& files, const std::string& path) {
  auto file = files.open(path, common::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  std::unique_ptr<ControlFile> control(new ControlFile(std::move(*file)));
  bool found = false;
  for (uint64_t copy = 0; copy < 2; ++copy) {
    ControlData data;
    auto got = control->file_->read_some(copy * kCopyDistance, static_cast<void*>(&data), sizeof data);
    if (!got.ok()) return got.status();
    if (*got != sizeof data || data.magic != kMagic || data.checksum != checksum_of(data)) continue;
    if (found && data.sequence < control->data_.sequence) continue;
    control->data_ = data;
    found = true;
  }
  if (!found) return Status{StatusCode::kCorrupt, "control file \"" + path + "\" has no valid copy"};
  if (control->data_.format_version != kFormatVersion || control->data_.page_bytes != kPageSize)
    return Status{StatusCode::kInvalid, "data directory has format version " +
                                            std::to_string(control->data_.format_version) + ", this program reads " +
                                            std::to_string(kFormatVersion)};
  return control;
}

ControlData ControlFile::get() const {
  std::lock_guard lock(mutex_);
  return data_;
}

void ControlFile::write_locked() {
  ++data_.sequence;
  if (auto written = write_copy(*file_, data_); !written.ok())
    common::fatal("could not write the control file: " + written.status().message);
}

}  // namespace basalt::storage
