// StorageCore: the parts below trees and transactions, of one open data directory. What tree and transaction code gets.
//
//   control file, log, page space, buffer pool, double-write file, tree directory, checkpoints, replay
//
// Files of a data directory:  lock  control  data/pages  data/doublewrite  wal/<segment>
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "common/clock.hpp"
#include "common/file.hpp"
#include "storage/buffer_pool.hpp"
#include "storage/control_file.hpp"
#include "storage/page_change.hpp"
#include "storage/page_space.hpp"
#include "storage/replay.hpp"
#include "storage/tree_directory.hpp"
#include "storage/wal.hpp"

namespace basalt::storage {

class DoubleWrite;

struct CoreOptions {
  std::string directory;
  common::FileSystem* files = nullptr;
  common::Clock* clock = nullptr;
  uint64_t buffer_bytes = uint64_t{128} << 20;
  uint64_t reservation_bytes = uint64_t{16} << 40;
  uint64_t wal_segment_bytes = uint64_t{64} << 20;  // of a new data directory
  uint64_t wal_bytes_max = uint64_t{1} << 30;       // a checkpoint starts before this much log
  int64_t checkpoint_timeout_ms = 300'000;
  bool background_threads = true;
};

class StorageCore {
 public:
  static common::Result<void> initialize(const CoreOptions& options);
  // Locks the directory and opens its files. Then: register redo functions, recover(participant).
  static common::Result<std::unique_ptr<StorageCore>> open(const CoreOptions& options);
  ~StorageCore();
  StorageCore(const StorageCore&) = delete;
  StorageCore& operator=(const StorageCore&) = delete;

  // Replays the log, opens it for writing, loads maps and directory, lets the participant finish, resumes pending
  // drops.
  common::Result<void> recover(ReplayParticipant* participant);
  // Fuzzy checkpoint (STO-5). One at a time.
  common::Result<void> checkpoint();
  // Wal::reserve(); where the disk is full, log that checkpoints make superfluous gives its space first. Without
  // latches.
  common::Result<void> reserve_log(uint64_t bytes);
  // No thread of the core runs afterwards; a participant may go.
  void stop_threads();
  // Final checkpoint, stops threads. Without it, destruction is a crash.
  common::Result<void> close();

  Wal& wal() { return *wal_; }
  BufferPool& pool() { return *pool_; }
  PageSpace& space() { return *space_; }
  TreeDirectory& directory() { return *directory_; }
  ControlFile& control() { return *control_; }
  common::File& data_file() { return *data_; }
  common::FileSystem& files() { return *options_.files; }
  const CoreOptions& options() const { return options_; }

  // The commit record. Its body is CommitBody: the trees to drop (STO-9) and the transaction manager's own bytes.
  // `hook` gets the commit LSN before it can be flushed (STO-1). The caller flushes, publishes, then calls
  // finish_drops().
  Lsn insert_commit(TxnId transaction, std::span<const TreeId> drops, Bytes extra, InsertHook* hook);
  void finish_drops(std::span<const TreeId> drops);

  bool replaying() const { return replaying_.load(std::memory_order_acquire); }
  // Insert position at the start of the last finished checkpoint; 0: none in this run.
  Lsn last_checkpoint() const { return Lsn{last_checkpoint_.load()}; }

 private:
  friend class Replay;
  struct Background;
  StorageCore() = default;
  common::Result<void> open_files();
  common::Result<void> replay_log(uint32_t epoch, Lsn* end);
  void before_home(Lsn lsn);
  common::Result<void> checkpoint_locked();
  void write_checkpoint();
  void start_background();
  void stop_background();
  void checkpointer_main();
  void log_keeper_main();
  void note_replayed_change(const RecordView& record);
  void note_replayed_record(const RecordView& record);

  CoreOptions options_;
  std::unique_ptr<common::FileLock> lock_;
  std::unique_ptr<ControlFile> control_;
  std::unique_ptr<common::File> data_;
  std::unique_ptr<common::File> double_write_file_;
  std::unique_ptr<DoubleWrite> double_write_;
  std::unique_ptr<Wal> wal_;
  std::unique_ptr<BufferPool> pool_;
  std::unique_ptr<PageSpace> space_;
  std::unique_ptr<TreeDirectory> directory_;
  ReplayParticipant* participant_ = nullptr;
  std::mutex checkpoint_mutex_;
  std::atomic<bool> replaying_{false};
  std::atomic<uint64_t> replayed_{0};         // end of what replay has read
  std::atomic<uint64_t> last_checkpoint_{0};  // insert position when it began
  std::atomic<uint64_t> last_checkpoint_end_{0};
  std::atomic<uint64_t> redo_{0};           // of the last checkpoint; 0: none in this run
  std::atomic<uint64_t> log_wanted_at_{0};  // insert position when a full disk last asked for a checkpoint
  std::unique_ptr<Background> background_;
  bool recovered_ = false;
  bool closed_ = false;
};

// What a storage call returns for an error that was thrown inside.
common::Status status_of(const common::SqlError& error);

// Body of a kCommit record.
struct CommitBody {
  std::vector<TreeId> drops;
  Bytes extra;
  static CommitBody read(Bytes body);
};

// Body of a kCheckpoint record.
struct CheckpointBody {
  uint64_t redo = 0;
  uint64_t next_tree_id = 0;
  std::vector<TreeId> drops;  // committed, not yet gone
  Bytes participant;
  static CheckpointBody read(Bytes body);
};

}  // namespace basalt::storage
