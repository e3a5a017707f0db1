#include "storage/buffer_pool.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstring>

#include "common/resource_use.hpp"
#include "storage/buffer_pool_batch.hpp"
#include "storage/double_write.hpp"

namespace basalt::storage {

using common::Status;
using common::StatusCode;

namespace {

constexpr uint64_t kFilling = ~uint64_t{0};
constexpr uint64_t kSpareSlots = 256;

// Nothing where the system does not grant so much.
void* reserve_memory(uint64_t bytes) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  ::madvise(at, bytes, MADV_NOHUGEPAGE);
  // The pages are no part of a core dump: it would be as large as the reservation, and hold everybody's data.
  ::madvise(at, bytes, MADV_DONTDUMP);
  return at;
}

void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Latches are held for microseconds, unless a page is being read: spin, then yield, then sleep.
void back_off(unsigned& round) {
  ++round;
  if (round < 64) {
    pause_processor();
  } else if (round < 512) {
    sched_yield();
  } else {
    timespec nap{0, 50'000};
    ::nanosleep(&nap, nullptr);
  }
}

}  // namespace

BufferPool::BufferPool(BufferPoolOptions options, common::File& data, DoubleWrite& double_write,
                       std::function<void(Lsn)> before_home)
    : options_(options),
      data_(data),
      double_write_(double_write),
      before_home_(std::move(before_home)),
      frames_(std::max<uint64_t>(options.frames, 16)),
      slot_count_(frames_ + kSpareSlots),
      page_limit_(options.reservation_bytes / kPageSize),
      slots_(std::make_unique<std::atomic<uint64_t>[]>(slot_count_)),
      batch_(std::make_unique<Batch>(std::clamp<size_t>(frames_ / 2, 8, DoubleWrite::kSlotsMax))) {
  // A system that counts address space (overcommit_memory = 2, a limit) grants less; the data file is bounded by it.
  constexpr uint64_t kPagesMin = (uint64_t{1} << 30) / kPageSize;
  for (;; page_limit_ /= 2) {
    if (page_limit_ < kPagesMin)
      throw common::to_sql_error({StatusCode::kOutOfMemory, "could not reserve address space for the page space"});
    pages_ = static_cast<Page*>(reserve_memory(page_limit_ * sizeof(Page)));
    if (!pages_) continue;
    states_ = static_cast<PageState*>(reserve_memory(page_limit_ * sizeof(PageState)));
    if (states_) break;
    ::munmap(pages_, page_limit_ * sizeof(Page));
  }
}

BufferPool::~BufferPool() {
  stop_cleaner();
  ::munmap(pages_, page_limit_ * sizeof(Page));
  ::munmap(states_, page_limit_ * sizeof(PageState));
}

PageState& BufferPool::state_of(PageId id) const {
  ENSURE(id.value < page_limit_, "page id beyond the page space");
  return states_[id.value];
}

// --- latching ------------------------------------------------------------------------------------------------------

SharedGuard BufferPool::shared(PageId id) {
  PageState& state = state_of(id);
  ++common::resource_use.page_accesses;
  for (unsigned round = 0;;) {
    uint64_t word = state.word.load(std::memory_order_acquire);
    uint64_t s = latch::state(word);
    if (s >= latch::kUnlatched && s < latch::kSharedLast) {
      if (state.word.compare_exchange_weak(word, word + 1, std::memory_order_acquire)) break;
    } else if (s == latch::kMarked) {
      if (state.word.compare_exchange_weak(word, latch::with(word, latch::kUnlatched + 1), std::memory_order_acquire))
        break;
    } else if (s == latch::kEvicted) {
      if (!latch_for_load(state, word)) continue;
      load(id, state, true);
      state.word.store(latch::with(word, latch::kUnlatched + 1), std::memory_order_release);
      break;
    } else {
      back_off(round);
    }
  }
  return SharedGuard(&state, address(id));
}

std::optional<SharedGuard> BufferPool::try_shared(PageId id) {
  PageState& state = state_of(id);
  uint64_t s = latch::state(state.word.load(std::memory_order_acquire));
  if (s == latch::kExclusive || s == latch::kSharedLast) return std::nullopt;
  return shared(id);
}

bool BufferPool::latch_for_load(PageState& state, uint64_t word) {
  return state.word.compare_exchange_strong(word, latch::with(word, latch::kExclusive), std::memory_order_acquire);
}

uint64_t BufferPool::latch_exclusive(PageId id, PageState& state) {
  ++common::resource_use.page_accesses;
  for (unsigned round = 0;;) {
    uint64_t word = state.word.load(std::memory_order_acquire);
    uint64_t s = latch::state(word);
    if (s == latch::kUnlatched || s == latch::kMarked || s == latch::kEvicted) {
      if (state.word.compare_exchange_weak(word, latch::with(word, latch::kExclusive), std::memory_order_acquire))
        return s;
    } else {
      back_off(round);
    }
  }
}

ExclusiveGuard BufferPool::exclusive(PageId id) {
  PageState& state = state_of(id);
  if (latch_exclusive(id, state) == latch::kEvicted) load(id, state, true);
  return ExclusiveGuard(&state, address(id), id);
}

std::optional<ExclusiveGuard> BufferPool::try_exclusive(PageId id) {
  PageState& state = state_of(id);
  uint64_t word = state.word.load(std::memory_order_acquire);
  uint64_t s = latch::state(word);
  if (s != latch::kUnlatched && s != latch::kMarked && s != latch::kEvicted) return std::nullopt;
  if (!state.word.compare_exchange_strong(word, latch::with(word, latch::kExclusive), std::memory_order_acquire))
    return std::nullopt;
  ++common::resource_use.page_accesses;
  if (s == latch::kEvicted) load(id, state, true);
  return ExclusiveGuard(&state, address(id), id);
}

ExclusiveGuard BufferPool::fresh(PageId id) {
  PageState& state = state_of(id);
  if (latch_exclusive(id, state) == latch::kEvicted) {
    load(id, state, false);
  } else {
    std::memset(static_cast<void*>(address(id)), 0, kPageSize);
  }
  return ExclusiveGuard(&state, address(id), id);
}

OptimisticGuard BufferPool::optimistic(PageId id) {
  OptimisticGuard guard;
  if constexpr (!kOptimisticReads) guard.shared_ = shared(id);
  PageState& state = state_of(id);
  if constexpr (kOptimisticReads) ++common::resource_use.page_accesses;
  for (unsigned round = 0;;) {
    uint64_t word = state.word.load(std::memory_order_acquire);
    uint64_t s = latch::state(word);
    if (s >= latch::kUnlatched && s <= latch::kSharedLast) {
      guard.word_ = word;
      break;
    }
    if (s == latch::kMarked) {
      state.word.compare_exchange_weak(word, latch::with(word, latch::kUnlatched), std::memory_order_acquire);
    } else if (s == latch::kEvicted) {
      if (!latch_for_load(state, word)) continue;
      load(id, state, true);
      state.word.store(latch::with(word, latch::kUnlatched), std::memory_order_release);
    } else {
      back_off(round);
    }
  }
  guard.state_ = &state;
  guard.page_ = address(id);
  guard.id_ = id;
  return guard;
}

std::optional<ExclusiveGuard> BufferPool::upgrade(OptimisticGuard& guard) {
  PageState& state = *guard.state_;
  uint64_t version = latch::version(guard.word_);
  PageId id = guard.id_;
  guard.release();
  for (unsigned round = 0;;) {
    uint64_t word = state.word.load(std::memory_order_acquire);
    uint64_t s = latch::state(word);
    if (latch::version(word) != version || s == latch::kEvicted) return std::nullopt;
    if (s == latch::kUnlatched || s == latch::kMarked) {
      if (state.word.compare_exchange_weak(word, latch::with(word, latch::kExclusive), std::memory_order_acquire))
        return ExclusiveGuard(&state, address(id), id);
    } else {
      back_off(round);
    }
  }
}

SharedGuard BufferPool::downgrade(ExclusiveGuard&& guard) {
  PageState* state = std::exchange(guard.state_, nullptr);
  uint64_t word = state->word.load(std::memory_order_relaxed);
  state->word.store(latch::next_version(word, latch::kUnlatched + 1), std::memory_order_release);
  return SharedGuard(state, guard.page_);
}

bool BufferPool::is_resident(PageId id) const {
  return latch::state(state_of(id).word.load(std::memory_order_acquire)) != latch::kEvicted;
}

// --- misses and eviction -------------------------------------------------------------------------------------------

// The page is latched exclusively and not in memory. On failure it is evicted again and the error thrown.
void BufferPool::load(PageId id, PageState& state, bool read) {
  uint64_t slot = acquire_slot();
  if (read) {
    statistics_.misses.fetch_add(1, std::memory_order_relaxed);
    ++common::resource_use.page_reads;
    try {
      read_home(id, *address(id));
    } catch (...) {
      ::madvise(static_cast<void*>(address(id)), kPageSize, MADV_DONTNEED);
      slots_[slot].store(0, std::memory_order_release);
      resident_.fetch_sub(1);
      uint64_t word = state.word.load(std::memory_order_relaxed);
      state.word.store(latch::next_version(word, latch::kEvicted), std::memory_order_release);
      throw;
    }
  }
  slots_[slot].store(id.value + 1, std::memory_order_release);
}

void BufferPool::read_home(PageId id, Page& page) {
  auto got = data_.read_some(id.value * kPageSize, static_cast<void*>(&page), kPageSize);
  if (!got.ok()) throw common::to_sql_error(got.status());
  if (*got < kPageSize) std::memset(page.bytes() + *got, 0, kPageSize - *got);
  auto corrupt = [&](const std::string& what) {
    return common::to_sql_error({StatusCode::kCorrupt, "page " + std::to_string(id.value) + " of the data file (byte " +
                                                           std::to_string(id.value * kPageSize) + ") " + what});
  };
  if (page.header.checksum != page_checksum(page) && !is_zero_page(page)) throw corrupt("has a wrong checksum");
  if (page.header.lsn == 0) return;
  if (page.header.id != id.value) throw corrupt("holds page " + std::to_string(page.header.id));
  if (lsn_limit_ && page.lsn() > lsn_limit_()) throw corrupt("is newer than the write-ahead log");
}

// A slot marked as being filled, within the number of frames if at all possible.
uint64_t BufferPool::acquire_slot() {
  uint64_t now = resident_.fetch_add(1) + 1;
  if (now > frames_) {
    uint64_t slot = evict_one();
    // More than the frames, after an emergency: shrink again.
    if (slot != kFilling && resident_.load() > frames_) {
      for (int i = 0; i < 8 && resident_.load() > frames_; ++i) {
        uint64_t more = hand_.fetch_add(1) % slot_count_;
        if (evict_from(more) == Evicted::kYes) slots_[more].store(0, std::memory_order_release);
      }
    }
    if (slot != kFilling) return slot;
  }
  for (unsigned round = 0;;) {
    for (uint64_t i = 0; i < slot_count_; ++i) {
      uint64_t slot = fill_hand_.fetch_add(1, std::memory_order_relaxed) % slot_count_;
      uint64_t expected = 0;
      if (slots_[slot].load(std::memory_order_relaxed) == 0 && slots_[slot].compare_exchange_strong(expected, kFilling))
        return slot;
    }
    back_off(round);
  }
}

// Frees a frame and returns its slot; kFilling if every page is latched (then the pool grows for a moment).
uint64_t BufferPool::evict_one() {
  for (unsigned attempt = 0; attempt < 8; ++attempt) {
    uint64_t dirty = 0;
    uint64_t dirty_max = std::max<uint64_t>(8, std::min<uint64_t>(frames_ / 8, 256));
    for (uint64_t step = 0; step < 2 * slot_count_ && dirty < dirty_max; ++step) {
      uint64_t slot = hand_.fetch_add(1, std::memory_order_relaxed) % slot_count_;
      Evicted outcome = evict_from(slot);
      if (outcome == Evicted::kYes) return slot;
      dirty += outcome == Evicted::kDirty;
    }
    if (dirty > 0 || dirty_.load() > 0) {
      statistics_.foreground_batches.fetch_add(1, std::memory_order_relaxed);
      clean_cold(32);
    } else {
      sched_yield();
    }
  }
  return kFilling;
}

// One step of the clock. kYes: the slot is empty and marked as being filled.
BufferPool::Evicted BufferPool::evict_from(uint64_t slot) {
  uint64_t value = slots_[slot].load(std::memory_order_acquire);
  if (value == 0 || value == kFilling) return Evicted::kNo;
  PageId id{value - 1};
  PageState& state = states_[id.value];
  uint64_t word = state.word.load(std::memory_order_acquire);
  if (latch::state(word) == latch::kUnlatched) {
    state.word.compare_exchange_strong(word, latch::with(word, latch::kMarked));
    return Evicted::kNo;
  }
  if (latch::state(word) != latch::kMarked) return Evicted::kNo;
  if (state.rec_lsn.load(std::memory_order_acquire) != 0) return Evicted::kDirty;
  if (!state.word.compare_exchange_strong(word, latch::with(word, latch::kExclusive), std::memory_order_acquire))
    return Evicted::kNo;
  // Only now is it certain which page lies here and that it is clean.
  if (slots_[slot].load(std::memory_order_acquire) != value || state.rec_lsn.load(std::memory_order_acquire) != 0) {
    state.word.store(latch::with(word, latch::kUnlatched), std::memory_order_release);
    return Evicted::kNo;
  }
  ::madvise(static_cast<void*>(address(id)), kPageSize, MADV_DONTNEED);
  slots_[slot].store(kFilling, std::memory_order_release);
  state.word.store(latch::next_version(word, latch::kEvicted), std::memory_order_release);
  resident_.fetch_sub(1);
  statistics_.evictions.fetch_add(1, std::memory_order_relaxed);
  return Evicted::kYes;
}

}  // namespace basalt::storage
