// Reactor: the threads of the network side (QRY-5).
//
// One runner waits in the reactor and carries out handlers, statements included: a hot connection pays no hand-over.
// Standbys are parked outside. A runner that is about to wait says so (common/blocking.hpp), which puts a standby in
// its place first; a watchdog, which runs no statements, ticks every 2 ms and replaces a runner that is stuck in a
// handler. A replaced runner that comes back parks itself.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace basalt::server {

class Reactor {
 public:
  explicit Reactor(int threads_max);
  ~Reactor();
  boost::asio::io_context& io() { return io_; }

  void start();
  // Ends the loop; handlers that run are waited for.
  void stop();
  // Called by the watchdog at each tick.
  void on_tick(std::function<void()> action) { tick_ = std::move(action); }

  // The calling thread is going to wait: somebody else takes the reactor.
  static void about_to_block();
  // First thing in each handler: from here on the watchdog counts.
  static void note_handler();

 private:
  struct Slot {
    std::atomic<int64_t> handler_since{0};  // monotonic microseconds; 0: not in a handler
    bool is_runner = false;                 // under mutex_
    Reactor* reactor = nullptr;
  };
  void run(Slot& slot);
  void watch();
  void replace(Slot& slot);
  void add_thread_locked();

  static constexpr int kTickMilliseconds = 2;
  static thread_local Slot* current_;

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  int threads_max_;
  std::mutex mutex_;
  std::condition_variable wake_, wake_watchdog_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<pthread_t> threads_;  // with stacks of their own size
  std::thread watchdog_;
  int runners_ = 0, parked_ = 0;
  bool stopping_ = false;
  std::function<void()> tick_;
};

}  // namespace basalt::server
