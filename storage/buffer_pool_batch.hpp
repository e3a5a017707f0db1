// A batch of page copies on their way home (internal to the buffer pool).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/buffer_pool.hpp"

namespace basalt::storage {

struct BufferPool::Batch {
  explicit Batch(size_t pages_max) : pages_max(pages_max), copies(new Page[pages_max]) {}
  bool full() const { return ids.size() == pages_max; }

  size_t pages_max;
  std::unique_ptr<Page[]> copies;  // copies[order of ids as collected]
  std::vector<PageId> ids;
  Lsn newest;  // of all copies
};

struct BufferPool::Cleaner {
  std::thread thread;
  std::mutex mutex;
  std::condition_variable wake;
  bool stop = false;
};

}  // namespace basalt::storage
