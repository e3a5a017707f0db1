// Buffer pool: virtual memory instead of a hash table (Leis et al., "Virtual-Memory Assisted Buffer Management", SIGMOD
// 2023). The address space of the whole data file is reserved; page id -> address is arithmetic. A miss is a read into
// place, an eviction gives the memory back with madvise.
//
// One atomic word per page: [ version : 56 | state : 8 ]
//   state 0          evicted: not in memory (the array of words starts as zeros)
//         1          unlatched
//         2 .. 251   one less than that many shared latches
//         253        exclusive
//         254        marked: unlatched, and a candidate of the clock (the next reader unmarks it)
// Every release of an exclusive latch raises the version, so an optimistic reader who finds the same version afterwards
// has read a consistent page. tsan builds take the shared latch instead: OptimisticGuard is that one place.
//
// Latch order: parent before child, left before right; tree pages before directory pages before space maps. Whoever
// holds a latch may wait for a frame, never for a lock or for the log.
//
// Dirty pages (STO-5): a second word per page holds recLSN, a bound below the first change since the last durable home
// write, and a bit that says that a copy is on its way home. Only a page whose word is 0 can be evicted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ensure.hpp"
#include "common/file.hpp"
#include "storage/page.hpp"

namespace basalt::storage {

class DoubleWrite;
class BufferPool;

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kOptimisticReads = false;
#else
inline constexpr bool kOptimisticReads = true;
#endif

struct alignas(16) PageState {
  std::atomic<uint64_t> word;     // latch state and version, as drawn above; zeros: evicted
  std::atomic<uint64_t> rec_lsn;  // 0: clean
};

namespace latch {
inline constexpr uint64_t kMask = 255;
inline constexpr uint64_t kEvicted = 0;
inline constexpr uint64_t kUnlatched = 1;  // 1 + number of shared latches
inline constexpr uint64_t kSharedLast = 251;
inline constexpr uint64_t kExclusive = 253;
inline constexpr uint64_t kMarked = 254;
inline constexpr uint64_t state(uint64_t word) { return word & kMask; }
inline constexpr uint64_t version(uint64_t word) { return word >> 8; }
inline constexpr uint64_t with(uint64_t word, uint64_t state) { return (word & ~kMask) | state; }
inline constexpr uint64_t next_version(uint64_t word, uint64_t state) { return ((word >> 8) + 1) << 8 | state; }
}  // namespace latch

class SharedGuard {
 public:
  SharedGuard() = default;
  SharedGuard(SharedGuard&& o) noexcept : state_(std::exchange(o.state_, nullptr)), page_(o.page_) {}
  SharedGuard& operator=(SharedGuard&& o) noexcept {
    release();
    state_ = std::exchange(o.state_, nullptr);
    page_ = o.page_;
    return *this;
  }
  ~SharedGuard() { release(); }
  bool held() const { return state_ != nullptr; }
  const Page& page() const { return *page_; }
  const Page* operator->() const { return page_; }
  void release() {
    if (state_) std::exchange(state_, nullptr)->word.fetch_sub(1, std::memory_order_release);
  }

 private:
  friend class BufferPool;
  friend class OptimisticGuard;
  SharedGuard(PageState* state, const Page* page) : state_(state), page_(page) {}
  PageState* state_ = nullptr;
  const Page* page_ = nullptr;
};

class ExclusiveGuard {
 public:
  ExclusiveGuard() = default;
  ExclusiveGuard(ExclusiveGuard&& o) noexcept : state_(std::exchange(o.state_, nullptr)), page_(o.page_), id_(o.id_) {}
  ExclusiveGuard& operator=(ExclusiveGuard&& o) noexcept {
    release();
    state_ = std::exchange(o.state_, nullptr);
    page_ = o.page_;
    id_ = o.id_;
    return *this;
  }
  ~ExclusiveGuard() { release(); }
  bool held() const { return state_ != nullptr; }
  // Read freely; bytes of a logged page change only through PageChange.
  const Page& page() const { return *page_; }
  const Page* operator->() const { return page_; }
  PageId id() const { return id_; }
  void release() {
    if (!state_) return;
    PageState* s = std::exchange(state_, nullptr);
    uint64_t word = s->word.load(std::memory_order_relaxed);
    s->word.store(latch::next_version(word, latch::kUnlatched), std::memory_order_release);
  }

 private:
  friend class BufferPool;
  friend class PageChange;
  friend class Replay;
  ExclusiveGuard(PageState* state, Page* page, PageId id) : state_(state), page_(page), id_(id) {}
  PageState* state_ = nullptr;
  Page* page_ = nullptr;
  PageId id_;
};

// A read without a latch: look, copy, then validate(). What was read before a failed validate() is meaningless, and may
// have been any bytes (zeros after an eviction): bounds-check, never dereference, never throw because of it.
class OptimisticGuard {
 public:
  OptimisticGuard() = default;
  OptimisticGuard(OptimisticGuard&& o) noexcept
      : state_(std::exchange(o.state_, nullptr)),
        page_(o.page_),
        word_(o.word_),
        id_(o.id_),
        shared_(std::move(o.shared_)) {}
  OptimisticGuard& operator=(OptimisticGuard&& o) noexcept {
    state_ = std::exchange(o.state_, nullptr);
    page_ = o.page_;
    word_ = o.word_;
    id_ = o.id_;
    shared_ = std::move(o.shared_);
    return *this;
  }
  bool held() const { return state_ != nullptr; }
  const Page& page() const { return *page_; }
  const Page* operator->() const { return page_; }
  PageId id() const { return id_; }
  // True: everything read so far was consistent.
  [[nodiscard]] bool validate() const {
    if constexpr (!kOptimisticReads) return state_ != nullptr;
    std::atomic_thread_fence(std::memory_order_acquire);
    uint64_t now = state_->word.load(std::memory_order_relaxed);
    // Shared latches and the clock's mark do not change the page.
    return latch::version(now) == latch::version(word_) && latch::state(now) != latch::kExclusive &&
           latch::state(now) != latch::kEvicted;
  }
  void release() {
    state_ = nullptr;
    shared_.release();
  }

 private:
  friend class BufferPool;
  PageState* state_ = nullptr;
  const Page* page_ = nullptr;
  uint64_t word_ = 0;
  PageId id_;
  SharedGuard shared_;  // tsan builds only
};

struct BufferPoolOptions {
  uint64_t frames = 8192;
  uint64_t reservation_bytes = uint64_t{16} << 40;
  bool background_cleaner = true;
};

struct BufferPoolStatistics {
  std::atomic<uint64_t> misses{0}, evictions{0}, pages_written{0}, batches{0}, foreground_batches{0};
};

class BufferPool {
 public:
  // `before_home(lsn)`: makes the log durable up to lsn (on a replaying node: min_consistent, STO-10).
  BufferPool(BufferPoolOptions options, common::File& data, DoubleWrite& double_write,
             std::function<void(Lsn)> before_home);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // All of these throw SqlError (XX001 wrong checksum or id, 58030) when the page must be read and cannot.
  SharedGuard shared(PageId id);
  ExclusiveGuard exclusive(PageId id);
  OptimisticGuard optimistic(PageId id);
  std::optional<SharedGuard> try_shared(PageId id);        // nothing: latched exclusively; still reads on a miss
  std::optional<ExclusiveGuard> try_exclusive(PageId id);  // nothing: latched
  // The exclusive latch, if the page is still the one that was read. The optimistic guard is released.
  std::optional<ExclusiveGuard> upgrade(OptimisticGuard& guard);
  SharedGuard downgrade(ExclusiveGuard&& guard);
  // A page whose old bytes do not matter: no read; the page is zeros. For PageChange and replay.
  ExclusiveGuard fresh(PageId id);
  bool is_resident(PageId id) const;
  bool is_dirty(PageId id) const { return state_of(id).rec_lsn.load(std::memory_order_acquire) != 0; }

  Page* address(PageId id) const { return pages_ + id.value; }
  uint64_t page_id_limit() const { return page_limit_; }
  uint64_t frames() const { return frames_; }
  uint64_t resident() const { return resident_.load(std::memory_order_relaxed); }

  // Under the exclusive latch, before the record is inserted: `bound` <= the record's start.
  void mark_dirty(const ExclusiveGuard& guard, Lsn bound) { mark_dirty(*guard.state_, bound); }
  void mark_dirty(PageState& state, Lsn bound);
  // Writes home every page that was first changed before `limit`. Called by checkpoints.
  void clean_before(Lsn limit);
  // Smallest recLSN of all pages, `otherwise` if it is smaller or none is dirty.
  Lsn oldest_rec_lsn(Lsn otherwise);
  // Pages read from disk with an LSN past this are corruption (STO-10): the end of the log. Default: no limit.
  void set_lsn_limit(std::function<Lsn()> limit) { lsn_limit_ = std::move(limit); }

  const BufferPoolStatistics& statistics() const { return statistics_; }
  void start_cleaner();
  void stop_cleaner();
  // BUF-1..3 of README.md; for tests, while nobody else uses the pool.
  void check_state();

 private:
  struct Batch;
  struct Cleaner;
  PageState& state_of(PageId id) const;
  uint64_t latch_exclusive(PageId id, PageState& state);
  bool latch_for_load(PageState& state, uint64_t word);
  void load(PageId id, PageState& state, bool read);
  uint64_t acquire_slot();
  uint64_t evict_one();
  enum class Evicted { kNo, kYes, kDirty };
  Evicted evict_from(uint64_t slot);
  void read_home(PageId id, Page& page);
  void clean_cold(size_t pages_max);
  bool add_to_batch(PageId id, uint64_t limit);
  void write_batch();
  void cleaner_main();

  BufferPoolOptions options_;
  common::File& data_;
  DoubleWrite& double_write_;
  std::function<void(Lsn)> before_home_;
  std::function<Lsn()> lsn_limit_;
  uint64_t frames_;
  uint64_t slot_count_;  // some more than frames: a thread that needs a page while all others are latched gets one
  uint64_t page_limit_;
  Page* pages_ = nullptr;
  PageState* states_ = nullptr;
  std::unique_ptr<std::atomic<uint64_t>[]> slots_;  // page id + 1, 0: empty, ~0: being filled
  std::atomic<uint64_t> hand_{0};
  std::atomic<uint64_t> fill_hand_{0};
  std::atomic<uint64_t> resident_{0};
  std::atomic<uint64_t> dirty_{0};
  std::mutex batch_mutex_;  // one batch at a time is on its way home
  std::unique_ptr<Batch> batch_;
  std::atomic<uint64_t> in_flight_rec_lsn_{~uint64_t{0}};
  BufferPoolStatistics statistics_;
  std::unique_ptr<Cleaner> cleaner_;
};

}  // namespace basalt::storage
