// Writing pages home: batches of copies through the double-write file, for the cleaner, for checkpoints, and for a miss
// that finds no clean frame.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "common/resource_use.hpp"
#include "storage/buffer_pool_batch.hpp"
#include "storage/double_write.hpp"

namespace basalt::storage {

namespace {
// Bit of rec_lsn: a copy is on its way home; until it is durable the page must stay in memory.
constexpr uint64_t kInFlight = uint64_t{1} << 63;
}  // namespace

void BufferPool::mark_dirty(PageState& state, Lsn bound) {
  std::atomic<uint64_t>& rec_lsn = state.rec_lsn;
  uint64_t now = rec_lsn.load(std::memory_order_acquire);
  if ((now & ~kInFlight) != 0) return;
  // Concurrently only the in-flight bit can be cleared.
  if (rec_lsn.fetch_or(bound.value, std::memory_order_acq_rel) != 0) return;
  dirty_.fetch_add(1, std::memory_order_relaxed);
  ++common::resource_use.pages_dirtied;
}

// Copies the page under a shared latch, if that is free, and if the page was first changed before `limit`.
bool BufferPool::add_to_batch(PageId id, uint64_t limit) {
  PageState& state = states_[id.value];
  uint64_t word = state.word.load(std::memory_order_acquire);
  uint64_t s = latch::state(word);
  uint64_t latched = latch::with(word, s == latch::kMarked ? latch::kUnlatched + 1 : s + 1);
  if (s != latch::kMarked && (s < latch::kUnlatched || s >= latch::kSharedLast)) return false;
  if (!state.word.compare_exchange_strong(word, latched, std::memory_order_acquire)) return false;
  SharedGuard guard(&state, address(id));
  uint64_t rec_lsn = state.rec_lsn.load(std::memory_order_acquire);
  if (rec_lsn == 0 || (rec_lsn & kInFlight) || rec_lsn >= limit) return false;

  Page& copy = batch_->copies[batch_->ids.size()];
  std::memcpy(static_cast<void*>(&copy), &guard.page(), kPageSize);
  batch_->ids.push_back(id);
  batch_->newest = std::max(batch_->newest, copy.lsn());
  // First visible here, then gone from the page: oldest_rec_lsn() looks at the pages first.
  if (rec_lsn < in_flight_rec_lsn_.load()) in_flight_rec_lsn_.store(rec_lsn);
  state.rec_lsn.store(kInFlight, std::memory_order_release);
  return true;
}

void BufferPool::write_batch() {
  Batch& batch = *batch_;
  if (batch.ids.empty()) return;
  // Ascending ids make long sequential writes.
  std::vector<uint32_t> order(batch.ids.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  if (!std::is_sorted(batch.ids.begin(), batch.ids.end())) {
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return batch.ids[a] < batch.ids[b]; });
    auto sorted = std::unique_ptr<Page[]>(new Page[batch.pages_max]);
    std::vector<PageId> ids(batch.ids.size());
    for (uint32_t i = 0; i < order.size(); ++i) {
      std::memcpy(static_cast<void*>(&sorted[i]), &batch.copies[order[i]], kPageSize);
      ids[i] = batch.ids[order[i]];
    }
    batch.copies = std::move(sorted);
    batch.ids = std::move(ids);
  }
  for (size_t i = 0; i < batch.ids.size(); ++i) batch.copies[i].header.checksum = page_checksum(batch.copies[i]);
  before_home_(batch.newest);
  double_write_.write({batch.copies.get(), batch.ids.size()}, batch.ids);
  for (PageId id : batch.ids) {
    uint64_t before = states_[id.value].rec_lsn.fetch_and(~kInFlight, std::memory_order_acq_rel);
    if (before == kInFlight) dirty_.fetch_sub(1, std::memory_order_relaxed);
  }
  in_flight_rec_lsn_.store(~uint64_t{0});
  statistics_.pages_written.fetch_add(batch.ids.size(), std::memory_order_relaxed);
  statistics_.batches.fetch_add(1, std::memory_order_relaxed);
  batch.ids.clear();
  batch.newest = Lsn{};
}

// Writes home dirty pages that the clock will meet next.
void BufferPool::clean_cold(size_t pages_max) {
  std::lock_guard lock(batch_mutex_);
  uint64_t start = hand_.load(std::memory_order_relaxed);
  // Pages the clock has marked first; if there is none, any page that nobody holds.
  for (bool only_marked : {true, false}) {
    for (uint64_t i = 0; i < slot_count_ && !batch_->full() && batch_->ids.size() < pages_max; ++i) {
      uint64_t value = slots_[(start + i) % slot_count_].load(std::memory_order_acquire);
      if (value == 0 || value == ~uint64_t{0}) continue;
      PageState& state = states_[value - 1];
      if (state.rec_lsn.load(std::memory_order_relaxed) == 0) continue;
      if (only_marked && latch::state(state.word.load(std::memory_order_relaxed)) != latch::kMarked) continue;
      uint64_t word = state.word.load(std::memory_order_acquire);
      bool marked = latch::state(word) == latch::kMarked;
      if (!add_to_batch(PageId{value - 1}, ~uint64_t{0}) || !marked) continue;
      // Reading it for the batch was no use by anybody: it stays a candidate.
      uint64_t unlatched = latch::with(word, latch::kUnlatched);
      state.word.compare_exchange_strong(unlatched, word);
    }
    if (!batch_->ids.empty()) break;
  }
  write_batch();
}

void BufferPool::clean_before(Lsn limit) {
  std::vector<PageId> pages;
  for (unsigned round = 0;; ++round) {
    pages.clear();
    for (uint64_t slot = 0; slot < slot_count_; ++slot) {
      uint64_t value = slots_[slot].load(std::memory_order_acquire);
      if (value == 0 || value == ~uint64_t{0}) continue;
      uint64_t rec_lsn = states_[value - 1].rec_lsn.load(std::memory_order_acquire) & ~kInFlight;
      if (rec_lsn != 0 && rec_lsn < limit.value) pages.push_back(PageId{value - 1});
    }
    if (pages.empty()) break;
    std::sort(pages.begin(), pages.end());
    // A page that is latched exclusively now is met again in the next round: its holder may be waiting for a batch.
    for (size_t next = 0; next < pages.size();) {
      std::lock_guard lock(batch_mutex_);
      while (next < pages.size() && !batch_->full()) add_to_batch(pages[next++], limit.value);
      write_batch();
    }
    if (round > 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  // What was in flight meanwhile is home when the mutex has been free once.
  std::lock_guard lock(batch_mutex_);
}

Lsn BufferPool::oldest_rec_lsn(Lsn otherwise) {
  uint64_t oldest = otherwise.value;
  for (uint64_t slot = 0; slot < slot_count_; ++slot) {
    uint64_t value = slots_[slot].load(std::memory_order_seq_cst);
    if (value == 0 || value == ~uint64_t{0}) continue;
    uint64_t rec_lsn = states_[value - 1].rec_lsn.load(std::memory_order_seq_cst) & ~kInFlight;
    if (rec_lsn != 0) oldest = std::min(oldest, rec_lsn);
  }
  return Lsn{std::min(oldest, in_flight_rec_lsn_.load(std::memory_order_seq_cst))};
}

void BufferPool::start_cleaner() {
  if (cleaner_ || !options_.background_cleaner) return;
  cleaner_ = std::make_unique<Cleaner>();
  cleaner_->thread = std::thread([this] { cleaner_main(); });
}

void BufferPool::stop_cleaner() {
  if (!cleaner_) return;
  {
    std::lock_guard lock(cleaner_->mutex);
    cleaner_->stop = true;
  }
  cleaner_->wake.notify_all();
  cleaner_->thread.join();
  cleaner_.reset();
}

// Keeps a share of the frames clean once the pool is nearly full, so that a miss need not write.
void BufferPool::cleaner_main() {
  std::unique_lock lock(cleaner_->mutex);
  while (!cleaner_->stop) {
    bool pressed = resident_.load() * 10 >= frames_ * 9 && dirty_.load() * 8 > frames_;
    if (!pressed) {
      cleaner_->wake.wait_for(lock, std::chrono::milliseconds(20));
      continue;
    }
    lock.unlock();
    clean_cold(batch_->pages_max);
    lock.lock();
  }
}

void BufferPool::check_state() {
  uint64_t resident = 0, dirty = 0;
  for (uint64_t slot = 0; slot < slot_count_; ++slot) {
    uint64_t value = slots_[slot].load();
    if (value == 0) continue;
    ENSURE(value != ~uint64_t{0}, "BUF-1: a slot is being filled while nobody uses the pool");
    ++resident;
    uint64_t s = latch::state(states_[value - 1].word.load());
    ENSURE(s == latch::kUnlatched || s == latch::kMarked, "BUF-2: a page is latched while nobody uses the pool");
    dirty += states_[value - 1].rec_lsn.load() != 0;
  }
  ENSURE(resident == resident_.load(), "BUF-1: count of resident pages");
  ENSURE(dirty == dirty_.load(), "BUF-3: count of dirty pages");
}

}  // namespace basalt::storage
