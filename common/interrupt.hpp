// Interrupt: how a running statement learns that it must stop (cancel, statement_timeout, termination). Another thread
// raises it; every operator, kernel loop and wait polls it with check_interrupts() or waits with the wake-up hook.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "common/sql_error.hpp"

namespace basalt::common {

class Interrupt {
 public:
  enum class Reason : uint8_t { kNone, kCancel, kStatementTimeout, kLockTimeout, kTerminate, kShutdown };

  // Safe from any thread. The strongest reason wins. Wakes a waiter that has installed a hook.
  void raise(Reason reason);
  void clear();
  Reason pending() const { return static_cast<Reason>(reason_.load(std::memory_order_relaxed)); }
  // Throws the SqlError of the pending reason (57014, 57P01, ...). Cheap when nothing is pending.
  void check() const {
    if (reason_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      throw_pending();
  }

  // While one of these lives, raise() calls `wake` (under a mutex: it must only notify a condition variable).
  class WakeHook {
   public:
    WakeHook(Interrupt& interrupt, std::function<void()> wake);
    ~WakeHook();

   private:
    Interrupt& interrupt_;
    std::function<void()> previous_;
  };

 private:
  [[noreturn]] void throw_pending() const;
  std::atomic<uint8_t> reason_{0};
  std::mutex mutex_;
  std::function<void()> wake_;
};

}  // namespace basalt::common
