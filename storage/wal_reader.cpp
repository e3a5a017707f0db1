#include <algorithm>
#include <cstddef>
#include <cstring>

#include "storage/checksum.hpp"
#include "storage/wal.hpp"

namespace basalt::storage {

using common::Result;
using common::Status;
using common::StatusCode;

namespace {
constexpr uint64_t kReadAhead = 1 << 20;
}

WalReader::WalReader(const WalOptions& options, Lsn start, uint32_t epoch)
    : options_(options), position_(start.value), epoch_(epoch) {}

WalReader::~WalReader() = default;

void WalReader::require_durable(Lsn lsn) { durable_ = std::max(durable_, lsn.value); }

// Makes [position, position + bytes) contiguous in the buffer; false where the log's files end before it.
Result<bool> WalReader::fetch(uint64_t position, uint64_t bytes, const char** out) {
  if (position < buffer_start_ || position + bytes > buffer_start_ + buffer_size_) {
    uint64_t wanted = std::max(bytes, kReadAhead);
    buffer_.resize(wanted);
    buffer_start_ = position;
    buffer_size_ = 0;
    while (buffer_size_ < wanted) {
      uint64_t at = position + buffer_size_;
      uint64_t number = at / options_.segment_bytes;
      if (number != file_number_) {
        file_.reset();
        std::string name = Wal::segment_name(options_, number);
        auto there = options_.files->exists(name);
        if (!there.ok()) return there.status();
        if (!*there) break;
        auto file = options_.files->open(name, common::OpenMode::kReadOnly);
        if (!file.ok()) return file.status();
        file_ = std::move(*file);
        file_number_ = number;
      }
      uint64_t offset = at % options_.segment_bytes;
      uint64_t size = std::min(wanted - buffer_size_, options_.segment_bytes - offset);
      auto got = file_->read_some(offset, buffer_.data() + buffer_size_, size);
      if (!got.ok()) return got.status();
      buffer_size_ += *got;
      if (*got < size) break;
    }
    if (!file_) file_number_ = ~uint64_t{0};
  }
  if (position + bytes > buffer_start_ + buffer_size_) return false;
  *out = buffer_.data() + (position - buffer_start_);
  return true;
}

// Is there a record whose checksum is right for this very place?
Result<bool> WalReader::valid_record_at(uint64_t position, uint32_t epoch_min, RecordView& record) {
  const char* at;
  auto got = fetch(position, sizeof(RecordHeader), &at);
  if (!got.ok() || !*got) return got;
  RecordHeader header;
  std::memcpy(&header, at, sizeof header);
  if (header.bytes < sizeof header || header.bytes > kRecordBytesMax + sizeof header) return false;
  if (header.epoch < epoch_min || header.type == RecordType::kNone || header.type >= RecordType::kTypesEnd)
    return false;
  got = fetch(position, padded(header.bytes), &at);
  if (!got.ok() || !*got) return got;
  Bytes body(at + sizeof header, header.bytes - sizeof header);
  if (Wal::seal(options_.identity, Lsn{position}, header, crc32c(0, body.data(), body.size())) != header.checksum)
    return false;
  record.start = Lsn{position};
  record.end = Lsn{position + padded(header.bytes)};
  record.header = reinterpret_cast<const RecordHeader*>(at);
  record.body = body;
  return true;
}

// The record at position_ is bad. Looks for a later one that was written when this position was durable already. All
// that can be in flight at once fits into the ring, so beyond that distance the first valid record would be such a
// proof.
Result<bool> WalReader::damage_was_durable() {
  if (position_ < durable_) return true;
  uint64_t limit = position_ + options_.ring_bytes + 2 * uint64_t{kRecordBytesMax};
  for (uint64_t at = position_ + kRecordAlignment; at < limit;) {
    const char* bytes;
    auto got = fetch(at, sizeof(RecordHeader), &bytes);
    if (!got.ok()) return got;
    if (!*got) break;
    // All that is buffered, without a call for each place: most of it is zeros.
    uint64_t buffered = buffer_start_ + buffer_size_ - at;
    bool candidate = false;
    for (; buffered >= sizeof(RecordHeader) && !candidate;
         at += kRecordAlignment, bytes += kRecordAlignment, buffered -= kRecordAlignment) {
      uint64_t flushed;
      std::memcpy(&flushed, bytes + offsetof(RecordHeader, flushed), sizeof flushed);
      candidate = flushed > position_ && flushed <= at;
    }
    if (!candidate) continue;
    RecordView record;
    auto valid = valid_record_at(at - kRecordAlignment, epoch_, record);
    if (!valid.ok() || *valid) return valid;
  }
  return false;
}

Result<bool> WalReader::next(RecordView& record) {
  auto valid = valid_record_at(position_, epoch_, record);
  if (!valid.ok()) return valid;
  // A record of a later epoch than expected can only be the first of that epoch.
  if (*valid && (epoch_ == 0 || record.header->epoch == epoch_ || record.type() == RecordType::kEpochStart)) {
    epoch_ = record.header->epoch;
    position_ = record.end.value;
    return true;
  }
  auto was_durable = damage_was_durable();
  if (!was_durable.ok()) return was_durable;
  if (*was_durable)
    return Status{StatusCode::kCorrupt, "write-ahead log is damaged at " + std::to_string(position_) + " in \"" +
                                            Wal::segment_name(options_, position_ / options_.segment_bytes) + "\""};
  return false;
}

}  // namespace basalt::storage
