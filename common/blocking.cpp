#include "common/blocking.hpp"

#include <atomic>

namespace basalt::common {

namespace {
std::atomic<void (*)()> blocking_hook{nullptr};
}  // namespace

void set_blocking_hook(void (*hook)()) { blocking_hook.store(hook, std::memory_order_release); }

void about_to_block() {
  if (auto hook = blocking_hook.load(std::memory_order_acquire)) hook();
}

}  // namespace basalt::common
