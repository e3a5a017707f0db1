#include "storage/core_background.hpp"

#include <chrono>
#include <cstdio>

namespace basalt::storage {

void StorageCore::start_background() {
  if (!options_.background_threads || background_) return;
  background_ = std::make_unique<Background>();
  background_->checkpointer = std::thread([this] { checkpointer_main(); });
  background_->log_keeper = std::thread([this] { log_keeper_main(); });
}

void StorageCore::stop_background() {
  if (!background_) return;
  {
    std::lock_guard lock(background_->mutex);
    background_->stop = true;
  }
  background_->wake.notify_all();
  background_->checkpointer.join();
  background_->log_keeper.join();
  background_.reset();
}

// A checkpoint when its time has come, or when half of the log's budget is used: the other half is for the checkpoint's
// own duration.
void StorageCore::checkpointer_main() {
  Background& b = *background_;
  int64_t last = options_.clock->monotonic_microseconds();
  std::unique_lock lock(b.mutex);
  while (!b.stop) {
    b.wake.wait_for(lock, std::chrono::milliseconds(100));
    if (b.stop) return;
    int64_t now = options_.clock->monotonic_microseconds();
    bool due = now - last >= options_.checkpoint_timeout_ms * 1000 ||
               wal_->bytes_since(last_checkpoint()) >= options_.wal_bytes_max / 2;
    if (!due) continue;
    lock.unlock();
    if (auto done = checkpoint(); !done.ok())
      std::fprintf(stderr, "WARNING:  checkpoint failed: %s\n", done.status().message.c_str());
    last = options_.clock->monotonic_microseconds();
    lock.lock();
  }
}

// Flushes what asynchronous commits left, and keeps a segment allocated ahead.
void StorageCore::log_keeper_main() {
  Background& b = *background_;
  std::unique_lock lock(b.mutex);
  for (unsigned round = 1; !b.stop; ++round) {
    b.wake.wait_for(lock, std::chrono::milliseconds(20));
    if (b.stop) return;
    lock.unlock();
    // PostgreSQL's wal_writer_delay: 200 ms.
    if (round % 10 == 0) wal_->flush_some();
    wal_->allocate_ahead();
    lock.lock();
  }
}

}  // namespace basalt::storage
