// Write-ahead log: a stream of bytes; LSN = position in it. On disk it is cut into segments (64 MiB) that are allocated
// physically ahead of use (STO-6); a record may cross from one segment into the next. In memory the tail is a ring.
//
// Inserting is parallel: a writer announces itself in a slot, draws its range with one atomic add, copies, and leaves
// the slot; everything below the smallest announced position is complete. flush() makes a position durable: whoever
// finds the flush free writes and syncs once for all who wait (group commit). A failed write or fsync ends the process
// (STO-10).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/file.hpp"
#include "storage/wal_record.hpp"

namespace basalt::storage {

struct WalIdentity {
  uint64_t system_identifier = 0;
  uint32_t timeline = 1;
};

struct WalOptions {
  std::string directory;
  common::FileSystem* files = nullptr;
  WalIdentity identity;
  uint64_t segment_bytes = uint64_t{64} << 20;  // a power of two
  uint64_t ring_bytes = uint64_t{16} << 20;     // a power of two
};

// Called between drawing the position and the moment from which the bytes may be flushed (STO-1). Must not block.
class InsertHook {
 public:
  virtual void inserted(Lsn start, Lsn end) = 0;

 protected:
  ~InsertHook() = default;
};

class Wal {
 public:
  explicit Wal(WalOptions options);
  ~Wal();
  Wal(const Wal&) = delete;
  Wal& operator=(const Wal&) = delete;

  // The log begins here in a new data directory: the start of segment 1.
  static Lsn first_lsn(uint64_t segment_bytes) { return Lsn{segment_bytes}; }

  // From now on records may be inserted, at `end` (the end of what replay accepted). Draws a new epoch record.
  void start(Lsn end, uint32_t epoch);
  void stop();  // flushes everything

  // Inserts a record whose body is body1 + body2. Returns its end. Never throws: out of space past all reservations is
  // fatal.
  Lsn insert(RecordType type, TxnId transaction, uint16_t flags, Bytes body1, Bytes body2 = {},
             InsertHook* hook = nullptr);
  // Returns when everything before `end` is durable.
  void flush(Lsn end);
  // Flushes now if nobody is doing it (background thread; asynchronous commits).
  void flush_some() { flush(insert_lsn()); }

  Lsn insert_lsn() const { return Lsn{reserved_.load(std::memory_order_seq_cst)}; }
  Lsn flushed_lsn() const { return Lsn{flushed_.load(std::memory_order_acquire)}; }
  uint32_t epoch() const { return epoch_; }
  const WalOptions& options() const { return options_; }

  // Space reservation (STO-6): after success, `bytes` more can be inserted without any allocation.
  common::Result<void> reserve(uint64_t bytes);
  void release(uint64_t bytes);

  // Segments wholly before `keep` are recycled or removed.
  void discard_before(Lsn keep);
  // Keeps a spare segment allocated; the background thread calls it.
  void allocate_ahead();
  // Bytes from the given position to the insert position.
  uint64_t bytes_since(Lsn from) const { return insert_lsn().value - from.value; }

  // After a crash: what was read from the log may not have reached the disk yet. Syncs all segments from here on.
  static common::Result<void> sync_existing(const WalOptions& options, Lsn from);
  static std::string segment_name(const WalOptions& options, uint64_t number);
  // The checksum of a record: continues that of its body over what binds it to its place (STO-10).
  static uint32_t seal(const WalIdentity& identity, Lsn start, const RecordHeader& header, uint32_t body_checksum);

 private:
  struct alignas(64) InsertSlot {
    std::atomic<uint64_t> position{~uint64_t{0}};
  };
  static constexpr int kInsertSlots = 64;
  static constexpr int64_t kQuickFlushUs = 40;

  InsertSlot& enter_slot();
  void copy_to_ring(uint64_t position, const void* bytes, size_t size);
  uint64_t completed() const;
  void wait_for_ring(uint64_t end);
  void flush_completed(uint64_t target);
  void write_range(uint64_t from, uint64_t to);
  common::File& segment_file(uint64_t number);
  common::Result<void> allocate_segment_locked(uint64_t number);

  WalOptions options_;
  uint32_t epoch_ = 0;
  std::unique_ptr<char[]> ring_;
  alignas(64) std::atomic<uint64_t> reserved_{0};
  alignas(64) std::atomic<uint64_t> flushed_{0};
  alignas(64) std::atomic<uint64_t> outstanding_{0};  // bytes promised by reserve()
  std::atomic<uint64_t> allocated_end_{0};            // segments exist up to here
  std::unique_ptr<InsertSlot[]> slots_;

  std::mutex flush_mutex_;
  std::condition_variable flush_done_;
  bool flushing_ = false;
  std::atomic<int64_t> usual_flush_us_{kQuickFlushUs * 8};  // moving average; at first taken for slow

  std::mutex allocate_mutex_;
  std::map<uint64_t, std::unique_ptr<common::File>> open_segments_;  // only whoever flushes uses it, in ascending order
};

// Reads the log for replay. Bad record: the end of the log, unless something proves that it had been durable (STO-10).
class WalReader {
 public:
  WalReader(const WalOptions& options, Lsn start, uint32_t epoch);
  ~WalReader();
  // The next record, valid until the next call; false at the end of the log. Fails with kCorrupt when the log is
  // damaged before a position that had been durable.
  common::Result<bool> next(RecordView& record);
  // Damage before this position is corruption: checkpoint record, min_consistent.
  void require_durable(Lsn lsn);
  Lsn position() const { return Lsn{position_}; }
  uint32_t epoch() const { return epoch_; }

 private:
  common::Result<bool> fetch(uint64_t position, uint64_t bytes, const char** out);
  common::Result<bool> valid_record_at(uint64_t position, uint32_t epoch_min, RecordView& record);
  common::Result<bool> damage_was_durable();

  WalOptions options_;
  uint64_t position_;
  uint32_t epoch_;
  uint64_t durable_ = 0;
  std::vector<char> buffer_;
  uint64_t buffer_start_ = 0;
  uint64_t buffer_size_ = 0;
  uint64_t file_number_ = ~uint64_t{0};
  std::unique_ptr<common::File> file_;
  std::vector<char> record_;
};

}  // namespace basalt::storage
