#include "storage/core.hpp"

#include <condition_variable>
#include <cstring>
#include <thread>

#include "storage/core_background.hpp"
#include "storage/double_write.hpp"

namespace basalt::storage {

using common::Result;
using common::Status;
using common::StatusCode;

namespace {

// A full disk asks for a checkpoint again when so much has been logged since.
constexpr uint64_t kLogWantedAgain = 1 << 20;

template <typename T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
T take(Bytes& in) {
  ENSURE(in.size() >= sizeof(T), "log record body too short");
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in = in.subspan(sizeof value);
  return value;
}

void append_trees(std::string& out, std::span<const TreeId> trees) {
  append(out, static_cast<uint64_t>(trees.size()));
  for (TreeId tree : trees) append(out, tree.value);
}

std::vector<TreeId> take_trees(Bytes& in) {
  std::vector<TreeId> trees(take<uint64_t>(in));
  for (TreeId& tree : trees) tree = TreeId{take<uint64_t>(in)};
  return trees;
}

}  // namespace

Status status_of(const common::SqlError& error) {
  for (StatusCode code : {StatusCode::kCorrupt, StatusCode::kNoSpace, StatusCode::kOutOfMemory})
    if (error.report().sqlstate == common::to_sql_error({code, {}}).report().sqlstate) return {code, error.what()};
  return {StatusCode::kIoError, error.what()};
}

CommitBody CommitBody::read(Bytes body) {
  CommitBody out;
  out.drops = take_trees(body);
  out.extra = body;
  return out;
}

CheckpointBody CheckpointBody::read(Bytes body) {
  CheckpointBody out;
  out.redo = take<uint64_t>(body);
  out.next_tree_id = take<uint64_t>(body);
  out.drops = take_trees(body);
  out.participant = body;
  return out;
}

// --- opening -------------------------------------------------------------------------------------------------------

Result<void> StorageCore::initialize(const CoreOptions& options) {
  common::FileSystem& files = *options.files;
  const std::string& root = options.directory;
  RETURN_IF_FAILED(files.create_directory(root));
  auto names = files.list(root);
  if (!names.ok()) return names.status();
  if (!names->empty()) return Status{StatusCode::kInvalid, "directory \"" + root + "\" exists but is not empty"};
  RETURN_IF_FAILED(files.create_directory(root + "/data"));
  RETURN_IF_FAILED(files.create_directory(root + "/wal"));
  for (const char* name : {"/data/pages", "/data/doublewrite"}) {
    auto file = files.open(root + name, common::OpenMode::kCreate);
    if (!file.ok()) return file.status();
    RETURN_IF_FAILED((*file)->sync());
  }
  RETURN_IF_FAILED(files.sync_directory(root + "/data"));
  ControlData control;
  common::strong_random(&control.system_identifier, sizeof control.system_identifier);
  control.wal_segment_bytes = options.wal_segment_bytes;
  control.tree_id_limit = kFirstTreeId.value;
  RETURN_IF_FAILED(ControlFile::create(files, root + "/control", control));
  RETURN_IF_FAILED(files.sync_directory(root));

  CoreOptions quiet = options;
  quiet.background_threads = false;
  quiet.buffer_bytes = 64 * kPageSize;
  auto core = open(quiet);
  if (!core.ok()) return core.status();
  RETURN_IF_FAILED((*core)->recover(nullptr));
  try {
    // The first segment, so that the smallest database exists physically.
    (*core)->space().reserve(1).take();
    (*core)->space().unreserve(1);
  } catch (const common::SqlError& e) {
    return status_of(e);
  }
  return (*core)->close();
}

Result<std::unique_ptr<StorageCore>> StorageCore::open(const CoreOptions& options) {
  std::unique_ptr<StorageCore> core(new StorageCore);
  core->options_ = options;
  RETURN_IF_FAILED(core->open_files());
  return core;
}

Result<void> StorageCore::open_files() {
  common::FileSystem& files = *options_.files;
  const std::string& root = options_.directory;
  auto there = files.exists(root + "/control");
  if (!there.ok()) return there.status();
  if (!*there) return Status{StatusCode::kInvalid, "\"" + root + "\" is not a data directory"};
  auto lock = files.lock(root + "/lock");
  if (!lock.ok()) {
    if (lock.status().code != StatusCode::kInvalid) return lock.status();
    return Status{StatusCode::kInvalid, "data directory \"" + root + "\" is in use by another process"};
  }
  lock_ = std::move(*lock);
  auto control = ControlFile::open(files, root + "/control");
  if (!control.ok()) return control.status();
  control_ = std::move(*control);
  auto data = files.open(root + "/data/pages", common::OpenMode::kReadWrite);
  if (!data.ok()) return data.status();
  data_ = std::move(*data);
  auto double_write = files.open(root + "/data/doublewrite", common::OpenMode::kCreateOrOpen);
  if (!double_write.ok()) return double_write.status();
  double_write_file_ = std::move(*double_write);

  ControlData state = control_->get();
  double_write_ = std::make_unique<DoubleWrite>(*double_write_file_, *data_, state.double_write_done);
  RETURN_IF_FAILED(double_write_->prepare());
  WalOptions wal;
  wal.directory = root + "/wal";
  wal.files = options_.files;
  wal.identity = {state.system_identifier, state.timeline};
  wal.segment_bytes = state.wal_segment_bytes;
  wal_ = std::make_unique<Wal>(wal);
  BufferPoolOptions pool;
  pool.frames = options_.buffer_bytes / kPageSize;
  pool.reservation_bytes = options_.reservation_bytes;
#if defined(__SANITIZE_THREAD__)
  pool.reservation_bytes = std::min(pool.reservation_bytes, uint64_t{256} << 30);
#endif
  pool.background_cleaner = options_.background_threads;
  pool_ = std::make_unique<BufferPool>(pool, *data_, *double_write_, [this](Lsn lsn) { before_home(lsn); });
  pool_->set_lsn_limit([this] { return replaying() ? Lsn{~uint64_t{0}} : wal_->insert_lsn(); });
  space_ = std::make_unique<PageSpace>(*this);
  directory_ = std::make_unique<TreeDirectory>(*this);
  register_space_redo();
  register_directory_redo();
  return {};
}

StorageCore::~StorageCore() { stop_threads(); }

void StorageCore::stop_threads() {
  stop_background();
  if (pool_) pool_->stop_cleaner();
}

// The log must be durable up to the page's LSN. While replaying nothing is inserted: what was read from the log has
// been synced, and the page proves from now on that the log had been that long (STO-10).
void StorageCore::before_home(Lsn lsn) {
  if (!replaying()) {
    wal_->flush(lsn);
    return;
  }
  if (control_->get().min_consistent >= lsn.value) return;
  uint64_t replayed = std::max(lsn.value, replayed_.load(std::memory_order_acquire));
  control_->update([&](ControlData& data) { data.min_consistent = replayed; });
}

// --- recovery ------------------------------------------------------------------------------------------------------

void StorageCore::note_replayed_change(const RecordView& record) {
  if (record.type() != RecordType::kDirectory) return;
  for (RecordView::BlockCursor block(record); block.valid(); block.next()) {
    if (block.op() != BlockOp::kDirectoryErase) continue;
    directory_->forget_erased(block.payload());
  }
}

void StorageCore::note_replayed_record(const RecordView& record) {
  if (record.type() == RecordType::kCommit) {
    directory_->add_pending_drops(CommitBody::read(record.body).drops);
  } else if (record.type() == RecordType::kCheckpoint) {
    CheckpointBody body = CheckpointBody::read(record.body);
    directory_->raise_next_id(body.next_tree_id);
    directory_->add_pending_drops(body.drops);
  }
}

Result<void> StorageCore::replay_log(uint32_t epoch, Lsn* end) {
  ControlData state = control_->get();
  *end = Wal::first_lsn(state.wal_segment_bytes);
  if (state.redo == 0) return {};
  auto repaired = double_write_->repair(state.double_write_done);
  if (!repaired.ok()) return repaired.status();
  RETURN_IF_FAILED(Wal::sync_existing(wal_->options(), Lsn{state.redo}));
  // What the participant had to say at the checkpoint comes first.
  WalReader reader(wal_->options(), Lsn{state.checkpoint_start}, 0);
  RecordView record;
  auto found = reader.next(record);
  if (!found.ok()) return found.status();
  if (!*found || record.type() != RecordType::kCheckpoint || record.end.value != state.checkpoint_end)
    return Status{StatusCode::kCorrupt, "no valid checkpoint record at " + std::to_string(state.checkpoint_start)};
  CheckpointBody body = CheckpointBody::read(record.body);
  note_replayed_record(record);
  if (participant_) participant_->begin_replay(body.participant, Lsn{state.checkpoint_end});
  Replay replay(*this);
  auto reached = replay.run(Lsn{state.redo}, Lsn{state.checkpoint_end}, 0, participant_);
  if (!reached.ok()) return reached.status();
  *end = *reached;
  return {};
}

Result<void> StorageCore::recover(ReplayParticipant* participant) {
  participant_ = participant;
  ControlData before = control_->get();
  uint32_t epoch = before.epoch + 1;
  control_->update([&](ControlData& data) {
    data.epoch = epoch;
    data.clean = 0;
  });
  directory_->raise_next_id(before.tree_id_limit);
  replaying_ = true;
  Lsn end;
  RETURN_IF_FAILED(replay_log(epoch, &end));
  try {
    wal_->start(end, epoch);
    replaying_ = false;
    space_->load();
    directory_->load();
    recovered_ = true;
    last_checkpoint_ = before.redo;
    if (before.redo == 0) {
      RETURN_IF_FAILED(checkpoint());
    }
    pool_->start_cleaner();
    if (participant_) participant_->finish_replay();
    for (TreeId tree : directory_->pending_drops()) directory_->drop(tree);
  } catch (const common::SqlError& e) {
    return status_of(e);
  }
  // A long replay is not to be repeated after the next crash.
  if (before.redo != 0 && end.value - before.redo > (uint64_t{16} << 20)) {
    RETURN_IF_FAILED(checkpoint());
  }
  start_background();
  return {};
}

// --- checkpoints ---------------------------------------------------------------------------------------------------

Result<void> StorageCore::checkpoint() {
  std::lock_guard lock(checkpoint_mutex_);
  if (wal_->insert_lsn().value == last_checkpoint_end_.load()) return {};
  return checkpoint_locked();
}

Result<void> StorageCore::reserve_log(uint64_t bytes) {
  auto reserved = wal_->reserve(bytes);
  if (reserved.ok() || reserved.status().code != StatusCode::kNoSpace || !recovered_) return reserved;
  // Where there is a segment to win, and not for every statement that fails: checkpoints need log themselves.
  const uint64_t now = wal_->insert_lsn().value;
  uint64_t tried = log_wanted_at_.load();
  const uint64_t segment = wal_->options().segment_bytes;
  if (redo_.load() / segment == now / segment) return reserved;
  if (now - tried < kLogWantedAgain || !log_wanted_at_.compare_exchange_strong(tried, now)) {
    std::lock_guard lock(checkpoint_mutex_);  // who asked before may have won it
    return wal_->reserve(bytes);
  }
  // One checkpoint may still need the log of the open transactions, the second carries what they have to undo.
  for (int checkpoints = 0; checkpoints < 2 && !reserved.ok(); ++checkpoints) {
    std::lock_guard lock(checkpoint_mutex_);
    RETURN_IF_FAILED(checkpoint_locked());
    reserved = wal_->reserve(bytes);
  }
  return reserved;
}

Result<void> StorageCore::checkpoint_locked() {
  ENSURE(recovered_, "a checkpoint needs a recovered data directory");
  try {
    write_checkpoint();
    return {};
  } catch (const common::SqlError& e) {
    return status_of(e);
  }
}

void StorageCore::write_checkpoint() {
  Lsn start = wal_->insert_lsn();
  // Everything inserted before has also run its hooks: no commit can be missed below.
  wal_->flush(start);
  Lsn oldest = participant_ ? participant_->carry(Lsn{last_checkpoint_.load()}) : start;
  pool_->clean_before(start);
  Lsn redo = pool_->oldest_rec_lsn(std::min(start, oldest));
  uint64_t done_batch = double_write_->done_batch();

  std::string body;
  append(body, redo.value);
  append(body, directory_->next_id());
  append_trees(body, directory_->pending_drops());
  if (participant_) body += participant_->checkpoint_state();
  struct Position final : InsertHook {
    void inserted(Lsn s, Lsn) override { start = s; }
    Lsn start;
  } position;
  Lsn end = wal_->insert(RecordType::kCheckpoint, TxnId{}, 0, body, {}, &position);
  wal_->flush(end);
  control_->update([&](ControlData& data) {
    data.checkpoint_start = position.start.value;
    data.checkpoint_end = end.value;
    data.redo = redo.value;
    data.min_consistent = std::max(data.min_consistent, end.value);
    data.double_write_done = std::max(data.double_write_done, done_batch);
  });
  last_checkpoint_ = start.value;
  last_checkpoint_end_ = end.value;
  redo_ = redo.value;
  wal_->discard_before(redo);
}

Result<void> StorageCore::close() {
  if (closed_) return {};
  closed_ = true;
  stop_background();
  RETURN_IF_FAILED(checkpoint());
  pool_->stop_cleaner();
  wal_->stop();
  control_->update([&](ControlData& data) {
    data.clean = 1;
    data.tree_id_limit = directory_->next_id();
  });
  return {};
}

// --- commits -------------------------------------------------------------------------------------------------------

namespace {

struct CommitHook final : InsertHook {
  CommitHook(TreeDirectory& directory, std::span<const TreeId> drops, InsertHook* next)
      : directory(directory), drops(drops), next(next) {}
  void inserted(Lsn start, Lsn end) override {
    if (!drops.empty()) directory.add_pending_drops(drops);
    if (next) next->inserted(start, end);
  }
  TreeDirectory& directory;
  std::span<const TreeId> drops;
  InsertHook* next;
};

}  // namespace

Lsn StorageCore::insert_commit(TxnId transaction, std::span<const TreeId> drops, Bytes extra, InsertHook* hook) {
  if (drops.empty()) {
    uint64_t none = 0;
    return wal_->insert(RecordType::kCommit, transaction, 0, {reinterpret_cast<const char*>(&none), sizeof none}, extra,
                        hook);
  }
  std::string body;
  append_trees(body, drops);
  CommitHook chained(*directory_, drops, hook);
  return wal_->insert(RecordType::kCommit, transaction, 0, body, extra, &chained);
}

void StorageCore::finish_drops(std::span<const TreeId> drops) {
  for (TreeId tree : drops) directory_->drop(tree);
}

}  // namespace basalt::storage
