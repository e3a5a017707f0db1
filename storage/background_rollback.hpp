// BackgroundRollback: undoes large transactions on a thread of its own, so that who cancels a statement that has
// changed millions of rows has the answer at once. Until it is undone such a transaction is in progress for everybody
// else: its rows are not seen, its locks are held (by an owner of its own: not by the session, which goes on), a crash
// leaves it to recovery.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "storage/lock_manager.hpp"
#include "storage/transaction.hpp"

namespace basalt::storage {

class BackgroundRollback {
 public:
  struct Work {
    std::unique_ptr<Transaction> transaction;
    std::unique_ptr<LockOwner> locks;  // what it held
  };
  // `undo` rolls one back; `give_up` lets go of one that stays for recovery.
  BackgroundRollback(std::function<void(Work&)> undo, std::function<void(Work&)> give_up)
      : undo_(std::move(undo)), give_up_(std::move(give_up)) {}
  ~BackgroundRollback() { stop(false); }

  void start();
  // `finish`: undoes everything first; otherwise what has not begun stays for recovery.
  void stop(bool finish);
  // False, and nothing happens: there is no thread.
  bool add(Work& work);
  // Waits until all that has been added so far is undone. Throws the interrupt's error.
  void wait(common::Interrupt* interrupt);

 private:
  void main();

  std::function<void(Work&)> undo_, give_up_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  uint64_t added_count_ = 0, done_count_ = 0;
  std::deque<Work> waiting_;
  bool running_ = false, stopping_ = false, finishing_ = false;
  std::thread thread_;
};

}  // namespace basalt::storage
