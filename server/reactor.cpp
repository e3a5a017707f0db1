#include "server/reactor.hpp"

#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/stack_depth.hpp"

namespace basalt::server {

thread_local Reactor::Slot* Reactor::current_ = nullptr;

Reactor::Reactor(int threads_max) : work_(boost::asio::make_work_guard(io_)), threads_max_(threads_max) {}

Reactor::~Reactor() { stop(); }

void Reactor::start() {
  common::set_blocking_hook(&Reactor::about_to_block);
  std::lock_guard lock(mutex_);
  add_thread_locked();
  add_thread_locked();
  watchdog_ = std::thread([this] { watch(); });
}

void Reactor::stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  io_.stop();
  wake_.notify_all();
  wake_watchdog_.notify_all();
  if (watchdog_.joinable()) watchdog_.join();
  for (pthread_t thread : threads_) pthread_join(thread, nullptr);
  threads_.clear();
}

void Reactor::add_thread_locked() {
  if (static_cast<int>(threads_.size()) >= threads_max_) return;
  slots_.push_back(std::make_unique<Slot>());
  Slot* slot = slots_.back().get();
  slot->reactor = this;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, common::kThreadStackBytes);
  pthread_t thread;
  auto body = [](void* argument) -> void* {
    auto* own = static_cast<Slot*>(argument);
    own->reactor->run(*own);
    return nullptr;
  };
  if (pthread_create(&thread, &attributes, body, slot) == 0)
    threads_.push_back(thread);
  else
    slots_.pop_back();
  pthread_attr_destroy(&attributes);
}

void Reactor::run(Slot& slot) {
  current_ = &slot;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!slot.is_runner) {
      ++parked_;
      wake_.wait(lock, [&] { return stopping_ || runners_ == 0; });
      --parked_;
      if (stopping_) break;
      slot.is_runner = true;
      ++runners_;
    }
    lock.unlock();
    // run_one() waits for a handler and carries it out; the handler's start is noted by whoever posts work through it,
    // so that waiting in epoll is not taken for being stuck.
    io_.run_one();
    slot.handler_since.store(0, std::memory_order_relaxed);
    lock.lock();
  }
  if (slot.is_runner) {
    slot.is_runner = false;
    --runners_;
  }
}

void Reactor::replace(Slot& slot) {
  std::lock_guard lock(mutex_);
  if (!slot.is_runner || stopping_) return;
  slot.is_runner = false;
  --runners_;
  if (parked_ == 0) add_thread_locked();
  wake_.notify_one();
}

void Reactor::about_to_block() {
  if (current_) current_->reactor->replace(*current_);
}

void Reactor::note_handler() {
  if (current_)
    current_->handler_since.store(common::Clock::real().monotonic_microseconds(), std::memory_order_relaxed);
}

void Reactor::watch() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_watchdog_.wait_for(lock, std::chrono::milliseconds(kTickMilliseconds), [this] { return stopping_; }))
        return;
    }
    int64_t now = common::Clock::real().monotonic_microseconds();
    std::vector<Slot*> stuck;
    {
      std::lock_guard lock(mutex_);
      for (auto& slot : slots_) {
        int64_t since = slot->handler_since.load(std::memory_order_relaxed);
        if (slot->is_runner && since != 0 && now - since > kTickMilliseconds * 1000) stuck.push_back(slot.get());
      }
    }
    for (Slot* slot : stuck) replace(*slot);
    if (tick_) tick_();
  }
}

}  // namespace basalt::server
