// The background threads of a data directory (internal to core).
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/core.hpp"

namespace basalt::storage {

struct StorageCore::Background {
  std::mutex mutex;
  std::condition_variable wake;
  bool stop = false;
  std::thread checkpointer;
  std::thread log_keeper;
};

}  // namespace basalt::storage
