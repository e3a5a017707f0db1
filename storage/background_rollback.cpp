#include "storage/background_rollback.hpp"

#include <chrono>

#include "common/blocking.hpp"
#include "common/ensure.hpp"
#include "common/interrupt.hpp"
#include "common/sql_error.hpp"

namespace basalt::storage {

void BackgroundRollback::start() {
  running_ = true;
  thread_ = std::thread([this] { main(); });
}

void BackgroundRollback::stop(bool finish) {
  {
    std::lock_guard guard(mutex_);
    running_ = false;
    stopping_ = true;
    finishing_ = finish;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (Work& work : waiting_) give_up_(work);
  waiting_.clear();
}

bool BackgroundRollback::add(Work& work) {
  {
    std::lock_guard guard(mutex_);
    if (!running_) return false;
    waiting_.push_back(std::move(work));
    ++added_count_;
  }
  wake_.notify_all();
  return true;
}

void BackgroundRollback::wait(common::Interrupt* interrupt) {
  std::unique_lock guard(mutex_);
  const uint64_t until = added_count_;
  if (running_ && done_count_ < until) common::about_to_block();
  while (running_ && done_count_ < until) {
    done_.wait_for(guard, std::chrono::milliseconds(20));
    guard.unlock();
    if (interrupt) interrupt->check();
    guard.lock();
  }
}

void BackgroundRollback::main() {
  for (;;) {
    Work work;
    {
      std::unique_lock guard(mutex_);
      wake_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty() || (stopping_ && !finishing_)) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      undo_(work);
    } catch (const common::SqlError& error) {
      // As with every rollback that fails: recovery has to do it.
      common::fatal(std::string("rollback failed: ") + error.what());
    }
    work = {};
    {
      std::lock_guard guard(mutex_);
      ++done_count_;
    }
    done_.notify_all();
  }
}

}  // namespace basalt::storage
