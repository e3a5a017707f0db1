#include "storage/lock_manager.hpp"

#include <algorithm>
#include <chrono>

#include "common/blocking.hpp"
#include "common/sqlstate.hpp"

namespace basalt::storage {

namespace {
using M = LockMode;
constexpr uint16_t bit(M mode) { return static_cast<uint16_t>(1u << static_cast<int>(mode)); }
constexpr uint16_t kRowModes = bit(M::kRowExclusive);
// PostgreSQL's conflict table (documentation, section 13.3).
constexpr uint16_t kConflicts[9] = {
    0,
    bit(M::kAccessExclusive),
    static_cast<uint16_t>(bit(M::kExclusive) | bit(M::kAccessExclusive)),
    static_cast<uint16_t>(bit(M::kShare) | bit(M::kShareRowExclusive) | bit(M::kExclusive) | bit(M::kAccessExclusive)),
    static_cast<uint16_t>(bit(M::kShareUpdateExclusive) | bit(M::kShare) | bit(M::kShareRowExclusive) |
                          bit(M::kExclusive) | bit(M::kAccessExclusive)),
    static_cast<uint16_t>(kRowModes | bit(M::kShareUpdateExclusive) | bit(M::kShareRowExclusive) | bit(M::kExclusive) |
                          bit(M::kAccessExclusive)),
    static_cast<uint16_t>(kRowModes | bit(M::kShareUpdateExclusive) | bit(M::kShare) | bit(M::kShareRowExclusive) |
                          bit(M::kExclusive) | bit(M::kAccessExclusive)),
    static_cast<uint16_t>(bit(M::kRowShare) | kRowModes | bit(M::kShareUpdateExclusive) | bit(M::kShare) |
                          bit(M::kShareRowExclusive) | bit(M::kExclusive) | bit(M::kAccessExclusive)),
    static_cast<uint16_t>(bit(M::kAccessShare) | bit(M::kRowShare) | kRowModes | bit(M::kShareUpdateExclusive) |
                          bit(M::kShare) | bit(M::kShareRowExclusive) | bit(M::kExclusive) | bit(M::kAccessExclusive))};

// Held locks are searched one by one up to this many; past it the shard is asked.
constexpr size_t kLinearSearch = 32;

std::string describe_tag(const LockTag& tag) {
  std::string database = std::to_string(tag.database);
  switch (tag.space) {
    case LockSpace::kRelation:
      return "relation " + std::to_string(tag.object) + " of database " + database;
    case LockSpace::kObject:
      return "object " + std::to_string(tag.object) + " of class " + std::to_string(tag.class_id) + " of database " +
             database;
    case LockSpace::kAdvisory:
      return "advisory lock [" + database + "," + std::to_string(tag.object >> 32) + "," +
             std::to_string(tag.object & 0xffffffff) + "," + std::to_string(tag.sub) + "]";
    case LockSpace::kDatabase:
      break;
  }
  return "database " + database;
}
}  // namespace

bool lock_modes_conflict(LockMode a, LockMode b) { return kConflicts[static_cast<int>(a)] & bit(b); }

const char* lock_mode_name(LockMode mode) {
  static constexpr const char* kNames[9] = {
      "INVALID",   "AccessShareLock",       "RowShareLock",  "RowExclusiveLock",   "ShareUpdateExclusiveLock",
      "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"};
  return kNames[static_cast<int>(mode)];
}

bool LockManager::conflicts_with_grants(const Lock& lock, uint64_t session, LockMode mode) {
  for (const Grant& grant : lock.grants)
    if (grant.owner->session != session && lock_modes_conflict(grant.mode, mode)) return true;
  return false;
}

bool LockManager::lock(LockOwner& owner, const LockTag& tag, LockMode mode, const LockWaitOptions& options) {
  if (owner.held.size() <= kLinearSearch) {
    for (LockOwner::Held& held : owner.held) {
      if (held.mode != mode || held.tag != tag) continue;
      ++held.count;
      return true;
    }
  }
  Shard& home = shard(tag);
  std::unique_lock guard(home.mutex);
  Lock& lock = home.locks[tag];
  bool held_already = false;
  for (const Grant& grant : lock.grants) held_already |= grant.owner == &owner && grant.mode == mode;
  if (held_already) {
    for (LockOwner::Held& held : owner.held)
      if (held.mode == mode && held.tag == tag) ++held.count;
    return true;
  }
  // Place in the queue: before the first waiter that waits for something this session holds.
  auto place = lock.waiters.begin();
  bool waits = conflicts_with_grants(lock, owner.session, mode);
  for (; place != lock.waiters.end(); ++place) {
    bool blocks_it = false;
    for (const Grant& grant : lock.grants)
      blocks_it |= grant.owner->session == owner.session && lock_modes_conflict(grant.mode, (*place)->mode);
    if (blocks_it) break;
    waits |= (*place)->owner->session != owner.session && lock_modes_conflict((*place)->mode, mode);
  }
  if (waits) {
    if (options.policy != WaitPolicy::kWait) return false;
    Waiter waiter{&owner, tag, mode, TxnId{}, false, false, {}};
    auto at = lock.waiters.insert(place, &waiter);
    try {
      wait(guard, waiter, options, [&] { return waiter.granted; });
    } catch (...) {
      if (!guard.owns_lock()) guard.lock();
      if (waiter.granted) {  // granted while it was giving up
        std::erase_if(lock.grants, [&](const Grant& g) { return g.owner == &owner && g.mode == mode; });
      } else {
        lock.waiters.erase(at);
      }
      grant_waiters(lock);
      if (lock.grants.empty() && lock.waiters.empty()) home.locks.erase(tag);
      throw;
    }
  } else {
    lock.grants.push_back({&owner, mode});
  }
  owner.held.push_back({tag, mode, 1});
  return true;
}

void LockManager::grant_waiters(Lock& lock) {
  for (auto at = lock.waiters.begin(); at != lock.waiters.end();) {
    Waiter& waiter = **at;
    bool blocked = conflicts_with_grants(lock, waiter.owner->session, waiter.mode);
    for (auto before = lock.waiters.begin(); !blocked && before != at; ++before)
      blocked = (*before)->owner->session != waiter.owner->session && lock_modes_conflict((*before)->mode, waiter.mode);
    if (blocked) {
      ++at;
      continue;
    }
    lock.grants.push_back({waiter.owner, waiter.mode});
    waiter.granted = true;
    at = lock.waiters.erase(at);
    waiter.wake.notify_one();
  }
}

void LockManager::release_one(LockOwner& owner, const LockTag& tag, LockMode mode) {
  Shard& home = shard(tag);
  std::lock_guard guard(home.mutex);
  auto found = home.locks.find(tag);
  ENSURE(found != home.locks.end(), "lock to release is not held");
  Lock& lock = found->second;
  std::erase_if(lock.grants, [&](const Grant& g) { return g.owner == &owner && g.mode == mode; });
  if (!lock.waiters.empty()) grant_waiters(lock);
  if (lock.grants.empty() && lock.waiters.empty()) home.locks.erase(found);
}

void LockManager::unlock(LockOwner& owner, const LockTag& tag, LockMode mode) {
  for (size_t i = owner.held.size(); i-- > 0;) {
    LockOwner::Held& held = owner.held[i];
    if (held.mode != mode || held.tag != tag) continue;
    if (--held.count > 0) return;
    owner.held.erase(owner.held.begin() + static_cast<ptrdiff_t>(i));
    release_one(owner, tag, mode);
    return;
  }
}

void LockManager::release_after(LockOwner& owner, size_t keep) {
  while (owner.held.size() > keep) {
    LockOwner::Held held = owner.held.back();
    owner.held.pop_back();
    release_one(owner, held.tag, held.mode);
  }
}

void LockManager::transfer(LockOwner& from, LockOwner& to) {
  for (const LockOwner::Held& held : from.held) {
    Shard& home = shard(held.tag);
    std::lock_guard guard(home.mutex);
    for (Grant& grant : home.locks[held.tag].grants)
      if (grant.owner == &from && grant.mode == held.mode) grant.owner = &to;
  }
  to.held.insert(to.held.end(), from.held.begin(), from.held.end());
  from.held.clear();
}

// Waits under `guard` until done(). The session stands in the list of waiters meanwhile.
void LockManager::wait(std::unique_lock<std::mutex>& guard, Waiter& waiter, const LockWaitOptions& options,
                       const std::function<bool()>& done) {
  int64_t start = clock_.monotonic_microseconds();
  bool checked = false;
  struct Registration {
    LockManager& manager;
    uint64_t session;
    ~Registration() {
      std::lock_guard lock(manager.waiters_mutex_);
      manager.waiting_.erase(session);
    }
  };
  {
    std::lock_guard lock(waiters_mutex_);
    waiting_[waiter.owner->session] = &waiter;
  }
  common::about_to_block();
  Registration registration{*this, waiter.owner->session};
  std::optional<common::Interrupt::WakeHook> hook;
  if (options.interrupt) {
    guard.unlock();
    hook.emplace(*options.interrupt, [&waiter] { waiter.wake.notify_one(); });
    guard.lock();
  }
  // However the wait ends, the hook goes without the latch: raise() calls it under the interrupt's mutex.
  auto finish = [&] {
    guard.unlock();
    hook.reset();
    guard.lock();
  };
  while (!done()) {
    if (options.interrupt && options.interrupt->pending() != common::Interrupt::Reason::kNone) {
      finish();
      options.interrupt->check();
    }
    int64_t waited_ms = (clock_.monotonic_microseconds() - start) / 1000;
    if (options.limits.lock_timeout_ms > 0 && waited_ms >= options.limits.lock_timeout_ms) {
      finish();
      throw common::SqlError(common::sqlstate::kLockNotAvailable, "canceling statement due to lock timeout");
    }
    if (!checked && waited_ms >= options.limits.deadlock_timeout_ms) {
      checked = true;
      guard.unlock();
      hook.reset();
      check_deadlock(waiter);
      if (options.interrupt) hook.emplace(*options.interrupt, [&waiter] { waiter.wake.notify_one(); });
      guard.lock();
      continue;
    }
    // Bounded naps: a wake-up between the test above and the wait is only late, never lost.
    int64_t nap = 50;
    if (!checked) nap = std::clamp<int64_t>(options.limits.deadlock_timeout_ms - waited_ms, 1, nap);
    if (options.limits.lock_timeout_ms > 0)
      nap = std::clamp<int64_t>(options.limits.lock_timeout_ms - waited_ms, 1, nap);
    waiter.wake.wait_for(guard, std::chrono::milliseconds(nap));
  }
  if (hook) finish();
}

void LockManager::wait_for_transaction(LockOwner& owner, TxnId other, const LockWaitOptions& options,
                                       const std::function<bool()>& ended) {
  std::unique_lock guard(transactions_mutex_);
  if (ended()) return;
  Waiter waiter{&owner, LockTag{}, LockMode::kNone, other, false, false, {}};
  auto at = transaction_waiters_.insert(transaction_waiters_.end(), &waiter);
  try {
    wait(guard, waiter, options, [&] { return waiter.granted || ended(); });
  } catch (...) {
    if (!guard.owns_lock()) guard.lock();
    transaction_waiters_.erase(at);
    throw;
  }
  transaction_waiters_.erase(at);
}

void LockManager::transaction_ended(TxnId id) {
  std::lock_guard guard(transactions_mutex_);
  for (Waiter* waiter : transaction_waiters_) {
    if (waiter->transaction != id) continue;
    waiter->granted = true;
    waiter->wake.notify_one();
  }
}

// Sessions that `waiter` waits for. All shards are frozen.
std::vector<uint64_t> LockManager::blockers(const Waiter& waiter) const {
  std::vector<uint64_t> out;
  if (waiter.granted || waiter.victim) return out;
  if (waiter.mode == LockMode::kNone) {
    for (const auto& [session, other] : waiting_)
      if (other->owner->transaction == waiter.transaction) out.push_back(session);
    return out;
  }
  auto& home = const_cast<LockManager*>(this)->shard(waiter.tag);
  auto found = home.locks.find(waiter.tag);
  if (found == home.locks.end()) return out;
  for (const Grant& grant : found->second.grants)
    if (grant.owner->session != waiter.owner->session && lock_modes_conflict(grant.mode, waiter.mode))
      out.push_back(grant.owner->session);
  for (const Waiter* before : found->second.waiters) {
    if (before == &waiter) break;
    if (before->owner->session != waiter.owner->session && lock_modes_conflict(before->mode, waiter.mode))
      out.push_back(before->owner->session);
  }
  return out;
}

bool LockManager::find_cycle(const Waiter& at, uint64_t target, std::vector<Edge>& path,
                             std::vector<uint64_t>& seen) const {
  for (uint64_t blocker : blockers(at)) {
    path.push_back({&at, blocker});
    if (blocker == target) return true;
    auto next = waiting_.find(blocker);
    if (next != waiting_.end() && std::find(seen.begin(), seen.end(), blocker) == seen.end()) {
      seen.push_back(blocker);
      if (find_cycle(*next->second, target, path, seen)) return true;
    }
    path.pop_back();
  }
  return false;
}

std::string LockManager::describe(const std::vector<Edge>& cycle) {
  std::string text;
  for (const Edge& edge : cycle) {
    if (!text.empty()) text += '\n';
    const Waiter& w = *edge.waiter;
    bool transaction = w.mode == LockMode::kNone;
    text += "Process " + std::to_string(w.owner->session) + " waits for " +
            (transaction ? "ShareLock" : lock_mode_name(w.mode)) + " on " +
            (transaction ? "transaction " + std::to_string(w.transaction.value) : describe_tag(w.tag)) +
            "; blocked by process " + std::to_string(edge.blocker) + ".";
  }
  return text;
}

void LockManager::check_deadlock(Waiter& self) {
  std::vector<std::unique_lock<std::mutex>> frozen;
  for (Shard& s : shards_) frozen.emplace_back(s.mutex);
  frozen.emplace_back(transactions_mutex_);
  frozen.emplace_back(waiters_mutex_);
  std::vector<Edge> path;
  std::vector<uint64_t> seen;
  if (!find_cycle(self, self.owner->session, path, seen)) return;
  std::string detail = describe(path);
  self.victim = true;
  frozen.clear();
  throw common::SqlError(common::sqlstate::kTRDeadlockDetected, "deadlock detected")
      .detail(std::move(detail))
      .hint("See server log for query details.");
}

void LockManager::list(std::vector<LockInfo>& out) {
  for (Shard& s : shards_) {
    std::lock_guard guard(s.mutex);
    for (const auto& [tag, lock] : s.locks) {
      for (const Grant& g : lock.grants) out.push_back({tag, g.mode, true, g.owner->transaction, g.owner->session});
      for (const Waiter* w : lock.waiters)
        out.push_back({tag, w->mode, false, w->owner->transaction, w->owner->session});
    }
  }
  std::lock_guard guard(transactions_mutex_);
  for (const Waiter* w : transaction_waiters_) {
    LockTag awaited{LockSpace::kObject, 0, 0, w->transaction.value, 0};
    out.push_back({awaited, LockMode::kNone, false, w->owner->transaction, w->owner->session});
  }
}

}  // namespace basalt::storage
