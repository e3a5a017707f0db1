#include "storage/wal.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/ensure.hpp"
#include "common/resource_use.hpp"
#include "storage/checksum.hpp"

namespace basalt::storage {

using common::fatal;
using common::Result;
using common::Status;

namespace {

constexpr uint64_t kFreeSlot = ~uint64_t{0};
// This part of a segment is never promised to a reservation: records of the system itself (checkpoints, purge, growth
// of the data file) use it until the next segment is there.
constexpr uint64_t kSystemShare = 4;
constexpr uint64_t kSegmentsAheadMax = 2;
constexpr uint64_t kZeroBytes = 1 << 20;

}  // namespace

Wal::Wal(WalOptions options)
    : options_(std::move(options)),
      ring_(std::make_unique_for_overwrite<char[]>(options_.ring_bytes)),
      slots_(std::make_unique<InsertSlot[]>(kInsertSlots)) {
  ENSURE(options_.ring_bytes >= 2 * padded(kRecordBytesMax + sizeof(RecordHeader)), "log ring too small");
}

Wal::~Wal() = default;

std::string Wal::segment_name(const WalOptions& options, uint64_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "/%08X%016lX", options.identity.timeline, static_cast<unsigned long>(number));
  return options.directory + name;
}

uint32_t Wal::seal(const WalIdentity& identity, Lsn start, const RecordHeader& header, uint32_t body_checksum) {
  struct {
    RecordHeader header;
    uint64_t start, system_identifier, timeline;
  } seal{header, start.value, identity.system_identifier, identity.timeline};
  seal.header.checksum = 0;
  return crc32c(body_checksum, &seal, sizeof seal);
}

void Wal::start(Lsn end, uint32_t epoch) {
  ENSURE(end.value % kRecordAlignment == 0, "log end is not aligned");
  epoch_ = epoch;
  reserved_ = end.value;
  flushed_ = end.value;
  {
    std::lock_guard lock(allocate_mutex_);
    uint64_t number = end.value / options_.segment_bytes;
    for (;; ++number) {
      auto there = options_.files->exists(segment_name(options_, number));
      if (!there.ok()) fatal("could not look for log segment: " + there.status().message);
      if (!*there) break;
    }
    allocated_end_ = std::max(number * options_.segment_bytes, end.value - end.value % options_.segment_bytes);
    // The first one must be there: without it nothing can be logged at all.
    if (allocated_end_ <= end.value) {
      auto made = allocate_segment_locked(end.value / options_.segment_bytes);
      if (!made.ok()) throw common::to_sql_error(made.status());
    }
  }
  insert(RecordType::kEpochStart, TxnId{}, 0, {});
  flush(insert_lsn());
}

Result<void> Wal::sync_existing(const WalOptions& options, Lsn from) {
  for (uint64_t number = from.value / options.segment_bytes;; ++number) {
    auto there = options.files->exists(segment_name(options, number));
    if (!there.ok()) return there.status();
    if (!*there) return {};
    auto file = options.files->open(segment_name(options, number), common::OpenMode::kReadWrite);
    if (!file.ok()) return file.status();
    RETURN_IF_FAILED((*file)->sync());
  }
}

void Wal::stop() { flush(insert_lsn()); }

Wal::InsertSlot& Wal::enter_slot() {
  static std::atomic<unsigned> next_thread{0};
  thread_local unsigned mine = next_thread.fetch_add(1, std::memory_order_relaxed);
  for (unsigned i = mine;; ++i) {
    InsertSlot& slot = slots_[i % kInsertSlots];
    uint64_t expected = kFreeSlot;
    // The announced position is at most the one drawn afterwards.
    if (slot.position.load(std::memory_order_relaxed) == kFreeSlot &&
        slot.position.compare_exchange_strong(expected, reserved_.load(std::memory_order_seq_cst)))
      return slot;
    if (i % kInsertSlots == kInsertSlots - 1) sched_yield();
  }
}

void Wal::copy_to_ring(uint64_t position, const void* bytes, size_t size) {
  if (size == 0) return;  // an empty body may have no address
  uint64_t offset = position & (options_.ring_bytes - 1);
  size_t first = std::min<uint64_t>(size, options_.ring_bytes - offset);
  std::memcpy(ring_.get() + offset, bytes, first);
  std::memcpy(ring_.get(), static_cast<const char*>(bytes) + first, size - first);
}

Lsn Wal::insert(RecordType type, TxnId transaction, uint16_t flags, Bytes body1, Bytes body2, InsertHook* hook) {
  RecordHeader header{};
  uint64_t bytes = sizeof header + body1.size() + body2.size();
  ENSURE(bytes <= kRecordBytesMax + sizeof header, "log record too long");
  header.bytes = static_cast<uint32_t>(bytes);
  header.epoch = epoch_;
  header.type = type;
  header.flags = flags;
  header.transaction = transaction.value;

  uint32_t body_checksum = crc32c(crc32c(0, body1.data(), body1.size()), body2.data(), body2.size());

  common::CriticalSection critical;
  InsertSlot& slot = enter_slot();
  uint64_t start = reserved_.fetch_add(padded(bytes), std::memory_order_seq_cst);
  uint64_t end = start + padded(bytes);
  slot.position.store(start, std::memory_order_release);
  if (hook) hook->inserted(Lsn{start}, Lsn{end});
  header.flushed = flushed_.load(std::memory_order_acquire);
  header.checksum = seal(options_.identity, Lsn{start}, header, body_checksum);
  if (end > header.flushed + options_.ring_bytes) wait_for_ring(end);

  copy_to_ring(start, &header, sizeof header);
  uint64_t at = start + sizeof header;
  copy_to_ring(at, body1.data(), body1.size());
  at += body1.size();
  if (!body2.empty()) copy_to_ring(at, body2.data(), body2.size());
  at += body2.size();
  static constexpr char kZeros[kRecordAlignment] = {};
  copy_to_ring(at, kZeros, end - at);
  slot.position.store(kFreeSlot, std::memory_order_release);
  ++common::resource_use.log_records;
  common::resource_use.log_bytes += end - start;
  return Lsn{end};
}

void Wal::wait_for_ring(uint64_t end) {
  // Everything up to end - ring lies before this record: its completion does not depend on it.
  if (end > options_.ring_bytes) flush(Lsn{end - options_.ring_bytes});
}

uint64_t Wal::completed() const {
  uint64_t limit = reserved_.load(std::memory_order_seq_cst);
  for (int i = 0; i < kInsertSlots; ++i) limit = std::min(limit, slots_[i].position.load(std::memory_order_seq_cst));
  return limit;
}

void Wal::flush(Lsn end) {
  if (flushed_.load(std::memory_order_acquire) >= end.value) return;
  // Where the medium is so fast that handing the reactor over would take longer than the flush, it is not handed over.
  bool announced = usual_flush_us_.load(std::memory_order_relaxed) >= kQuickFlushUs;
  if (announced) common::about_to_block();
  std::unique_lock lock(flush_mutex_);
  while (flushed_.load(std::memory_order_acquire) < end.value) {
    if (flushing_ && !announced) {
      lock.unlock();
      common::about_to_block();
      announced = true;
      lock.lock();
      continue;
    }
    if (flushing_) {
      flush_done_.wait(lock);
      continue;
    }
    flushing_ = true;
    lock.unlock();
    int64_t start = common::Clock::real().monotonic_microseconds();
    flush_completed(end.value);
    int64_t took = common::Clock::real().monotonic_microseconds() - start;
    int64_t usual = usual_flush_us_.load(std::memory_order_relaxed);
    usual_flush_us_.store((usual * 7 + took) / 8, std::memory_order_relaxed);
    lock.lock();
    flushing_ = false;
    flush_done_.notify_all();
  }
}

void Wal::flush_completed(uint64_t target) {
  uint64_t done = flushed_.load(std::memory_order_relaxed);
  for (unsigned round = 0; done < target; ++round) {
    uint64_t ready = completed();
    // A record before the target may itself be waiting for room in the ring: then what is complete must go first.
    bool stuck = round > 64 && ready > done;
    if (ready < target && !stuck) {
      if (round > 16) sched_yield();
      continue;
    }
    write_range(done, ready);
    flushed_.store(ready, std::memory_order_release);
    done = ready;
    if (done >= target) break;
    std::lock_guard lock(flush_mutex_);
    flush_done_.notify_all();
  }
}

void Wal::write_range(uint64_t from, uint64_t to) {
  while (from < to) {
    uint64_t number = from / options_.segment_bytes;
    uint64_t segment_end = std::min(to, (number + 1) * options_.segment_bytes);
    common::File& file = segment_file(number);
    while (from < segment_end) {
      uint64_t offset = from & (options_.ring_bytes - 1);
      uint64_t size = std::min(segment_end - from, options_.ring_bytes - offset);
      if (auto written = file.write(from % options_.segment_bytes, ring_.get() + offset, size); !written.ok())
        fatal("could not write to the log: " + written.status().message);
      from += size;
    }
    if (auto synced = file.sync(); !synced.ok()) fatal("could not sync the log: " + synced.status().message);
  }
}

common::File& Wal::segment_file(uint64_t number) {
  if (auto it = open_segments_.find(number); it != open_segments_.end()) return *it->second;
  if (allocated_end_ <= number * options_.segment_bytes) {
    std::lock_guard lock(allocate_mutex_);
    while (allocated_end_ <= number * options_.segment_bytes) {
      auto made = allocate_segment_locked(allocated_end_ / options_.segment_bytes);
      if (!made.ok()) fatal("no space for the log past all reservations: " + made.status().message);
    }
  }
  auto file = options_.files->open(segment_name(options_, number), common::OpenMode::kReadWrite);
  if (!file.ok()) fatal("could not open log segment: " + file.status().message);
  open_segments_.clear();
  return *open_segments_.emplace(number, std::move(*file)).first->second;
}

Result<void> Wal::allocate_segment_locked(uint64_t number) {
  std::string temporary = options_.directory + "/new";
  {
    auto file = options_.files->open(temporary, common::OpenMode::kCreateOrOpen);
    if (!file.ok()) return file.status();
    RETURN_IF_FAILED((*file)->allocate(0, options_.segment_bytes));
    // Written once, so that a later sync of a record need not record a change of the file's extents: that halves its
    // cost.
    std::vector<char> zeros(std::min(options_.segment_bytes, kZeroBytes));
    for (uint64_t at = 0; at < options_.segment_bytes; at += zeros.size())
      RETURN_IF_FAILED((*file)->write(at, zeros.data(), zeros.size()));
    if (auto synced = (*file)->sync(); !synced.ok()) {
      if (synced.status().code == common::StatusCode::kNoSpace) return synced.status();
      fatal("could not sync a new log segment: " + synced.status().message);
    }
  }
  RETURN_IF_FAILED(options_.files->rename(temporary, segment_name(options_, number)));
  if (auto synced = options_.files->sync_directory(options_.directory); !synced.ok())
    fatal("could not sync the log directory: " + synced.status().message);
  allocated_end_ = (number + 1) * options_.segment_bytes;
  return {};
}

Result<void> Wal::reserve(uint64_t bytes) {
  uint64_t promised = outstanding_.fetch_add(bytes) + bytes;
  uint64_t needed = insert_lsn().value + promised + options_.segment_bytes / kSystemShare;
  if (needed <= allocated_end_.load(std::memory_order_acquire)) return {};
  std::lock_guard lock(allocate_mutex_);
  while (allocated_end_ < needed) {
    if (auto made = allocate_segment_locked(allocated_end_ / options_.segment_bytes); !made.ok()) {
      outstanding_ -= bytes;
      return made;
    }
  }
  return {};
}

void Wal::release(uint64_t bytes) { outstanding_.fetch_sub(bytes); }

void Wal::allocate_ahead() {
  // Half a segment left: make the next one before somebody needs it.
  uint64_t wanted = insert_lsn().value + outstanding_.load() + options_.segment_bytes / 2;
  if (wanted <= allocated_end_.load()) return;
  std::lock_guard lock(allocate_mutex_);
  if (wanted > allocated_end_) {
    auto made = allocate_segment_locked(allocated_end_ / options_.segment_bytes);
    (void)made.ok();  // whoever reserves will see the full disk
  }
}

void Wal::discard_before(Lsn keep) {
  auto names = options_.files->list(options_.directory);
  if (!names.ok()) return;
  std::string bound = segment_name(options_, keep.value / options_.segment_bytes).substr(options_.directory.size() + 1);
  std::lock_guard lock(allocate_mutex_);
  for (const std::string& name : *names) {
    if (name.size() != bound.size() || name >= bound) continue;
    std::string path = options_.directory + "/" + name;
    uint64_t ahead = allocated_end_ - std::min<uint64_t>(allocated_end_, insert_lsn().value);
    if (ahead < kSegmentsAheadMax * options_.segment_bytes) {
      // Recycled: its old records are bound to other positions and epochs (STO-10).
      uint64_t number = allocated_end_ / options_.segment_bytes;
      if (options_.files->rename(path, segment_name(options_, number)).ok())
        allocated_end_ = (number + 1) * options_.segment_bytes;
    } else {
      (void)options_.files->remove(path).ok();
    }
  }
  if (auto synced = options_.files->sync_directory(options_.directory); !synced.ok())
    fatal("could not sync the log directory: " + synced.status().message);
}

}  // namespace basalt::storage
