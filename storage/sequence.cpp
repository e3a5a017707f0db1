#include "storage/sequence.hpp"

#include <cstring>

#include "storage/core.hpp"

namespace basalt::storage {

namespace {

constexpr uint32_t kAheadMin = 32;  // PostgreSQL's number
constexpr uint32_t kAheadMax = 8192;
constexpr int64_t kBusyMicroseconds = 20'000;

struct StoredState {
  int64_t last_value;
  uint64_t is_called;
};

bool same(const SequenceState& a, const SequenceState& b) {
  return a.last_value == b.last_value && a.is_called == b.is_called;
}

}  // namespace

std::string SequenceStore::descriptor(const SequenceState& state) {
  StoredState stored{state.last_value, state.is_called};
  return std::string(reinterpret_cast<const char*>(&stored), sizeof stored);
}

std::shared_ptr<SequenceStore::Sequence> SequenceStore::find(TreeId sequence) {
  std::lock_guard lock(mutex_);
  auto& slot = open_[sequence];
  if (!slot) slot = std::make_shared<Sequence>();
  return slot;
}

void SequenceStore::forget(TreeId sequence) {
  std::lock_guard lock(mutex_);
  open_.erase(sequence);
}

void SequenceStore::log(TreeId id, Sequence& sequence, const SequenceState& state) {
  PageChange change(core_, RecordType::kSequence, TxnId{});
  core_.directory().put(change, {id, TreeKind::kSequence, PageId{}, descriptor(state)});
  sequence.logged_end = change.commit();
}

SequenceState SequenceStore::state(TreeId id) {
  auto sequence = find(id);
  std::lock_guard lock(sequence->mutex);
  if (!sequence->loaded) {
    auto record = core_.directory().find(id);
    ENSURE(record && record->kind == TreeKind::kSequence && record->descriptor.size() == sizeof(StoredState),
           "no such sequence");
    StoredState stored;
    std::memcpy(&stored, record->descriptor.data(), sizeof stored);
    sequence->current = {stored.last_value, stored.is_called != 0, 0};
    sequence->loaded = true;
  }
  return sequence->current;
}

// `sequence.current` has just taken a step that the log does not cover.
void SequenceStore::log_ahead(TreeId id, Sequence& sequence, const std::function<void(SequenceState&)>& next) {
  int64_t now = core_.options().clock->monotonic_microseconds();
  bool busy = sequence.logged_at_us != 0 && now - sequence.logged_at_us < kBusyMicroseconds;
  sequence.ahead = busy ? std::min(std::max(sequence.ahead, kAheadMin) * 2, kAheadMax) : kAheadMin;
  sequence.logged_at_us = now;
  SequenceState state = sequence.current;
  try {
    for (uint32_t i = 0; i < sequence.ahead; ++i) {
      SequenceState before = state;
      next(state);
      // Not a step but an assignment: nothing follows from it.
      if (same(before, state)) break;
      sequence.covered.push_back(state);
    }
  } catch (const common::SqlError&) {
    // The end of the sequence: what comes before it is covered.
  }
  log(id, sequence, sequence.covered.empty() ? sequence.current : sequence.covered.back());
}

SequenceState SequenceStore::advance(TreeId id, const std::function<void(SequenceState&)>& next, bool wait_for_disk) {
  state(id);
  auto sequence = find(id);
  SequenceState answer;
  Lsn end;
  {
    std::lock_guard lock(sequence->mutex);
    SequenceState before = sequence->current;
    SequenceState after = before;
    next(after);
    bool covered = !sequence->covered.empty() && same(sequence->covered.front(), after);
    if (covered) {
      sequence->covered.pop_front();
      after.logged = before.logged > 0 ? before.logged - 1 : kAheadMin;
      sequence->current = after;
    } else {
      sequence->covered.clear();
      sequence->current = after;
      log_ahead(id, *sequence, next);
      sequence->current.logged = sequence->covered.empty() ? 0 : kAheadMin;
      // `next` may have told its caller what it did: the caller must hear of the real step last.
      if (!sequence->covered.empty()) {
        SequenceState again = before;
        next(again);
      }
    }
    answer = sequence->current;
    end = sequence->logged_end;
  }
  if (wait_for_disk) core_.wal().flush(end);
  return answer;
}

void SequenceStore::settle() {
  std::lock_guard lock(mutex_);
  for (auto& [id, sequence] : open_) {
    if (sequence->covered.empty() || !core_.directory().find(id)) continue;
    sequence->covered.clear();
    log(id, *sequence, sequence->current);
  }
}

}  // namespace basalt::storage
