// Lock manager: PostgreSQL's eight lock modes on relations, objects and advisory keys; waits for other transactions;
// and the search for deadlocks among both.
//
// Tags are spread over shards, each with a mutex; a wait has a condition variable of its own. Requests queue in order
// of arrival; who already holds a lock that a waiter waits for goes before that waiter. Locks of one session (owner
// number) never conflict with each other, whichever transaction object holds them. After its deadlock_timeout a
// waiter freezes all shards and looks for a cycle through itself: it becomes the victim (40P01), and whoever looks next
// does not count it any more. Latch order: shards ascending, then the list of waiters. Never taken together with page
// latches.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "storage/engine.hpp"

namespace basalt::storage {

// What one transaction holds, oldest first. Used by the transaction's thread.
class LockOwner {
 public:
  explicit LockOwner(uint64_t session) : session(session) {}
  struct Held {
    LockTag tag;
    LockMode mode;
    uint32_t count;
  };
  uint64_t session;
  TxnId transaction;
  std::vector<Held> held;
};

struct LockWaitOptions {
  WaitPolicy policy = WaitPolicy::kWait;
  common::Interrupt* interrupt = nullptr;
  WaitLimits limits;
};

class LockManager {
 public:
  explicit LockManager(common::Clock& clock) : clock_(clock) {}

  // False: would have to wait, and the policy says not to. Throws 40P01, 55P03 or the interrupt's error.
  bool lock(LockOwner& owner, const LockTag& tag, LockMode mode, const LockWaitOptions& options);
  void unlock(LockOwner& owner, const LockTag& tag, LockMode mode);
  // Gives back what was taken after the first `keep` locks.
  void release_after(LockOwner& owner, size_t keep);

  // Waits until ended() says so or transaction_ended(id) is called: when it has become true, or when the transaction
  // has rolled back to a savepoint. What the caller waits for may still be in its way then.
  void wait_for_transaction(LockOwner& owner, TxnId other, const LockWaitOptions& options,
                            const std::function<bool()>& ended);
  void transaction_ended(TxnId id);

  void list(std::vector<LockInfo>& out);
  // Everything of `from` now belongs to `to` (a prepared transaction's locks).
  void transfer(LockOwner& from, LockOwner& to);

 private:
  struct TagHash {
    size_t operator()(const LockTag& tag) const {
      uint64_t h = tag.object * 0x9e3779b97f4a7c15u + (uint64_t{tag.database} << 32 | tag.class_id) +
                   static_cast<uint64_t>(tag.space) * 0x517cc1b727220a95u + tag.sub * 0x2545f4914f6cdd1du;
      return (h ^ h >> 31) * 0xbf58476d1ce4e5b9u >> 7;
    }
  };
  struct Grant {
    LockOwner* owner;
    LockMode mode;
  };
  struct Waiter {
    LockOwner* owner;
    LockTag tag;
    LockMode mode;  // kNone: waits for a transaction
    TxnId transaction;
    bool granted = false;
    bool victim = false;  // of a deadlock: on its way out
    std::condition_variable wake;
  };
  struct Lock {
    std::vector<Grant> grants;
    std::list<Waiter*> waiters;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<LockTag, Lock, TagHash> locks;
  };
  struct Edge {
    const Waiter* waiter;
    uint64_t blocker;
  };
  static constexpr size_t kShards = 16;

  Shard& shard(const LockTag& tag) { return shards_[TagHash()(tag) % kShards]; }
  static bool conflicts_with_grants(const Lock& lock, uint64_t session, LockMode mode);
  void wait(std::unique_lock<std::mutex>& guard, Waiter& waiter, const LockWaitOptions& options,
            const std::function<bool()>& done);
  void grant_waiters(Lock& lock);
  void release_one(LockOwner& owner, const LockTag& tag, LockMode mode);
  void check_deadlock(Waiter& self);
  std::vector<uint64_t> blockers(const Waiter& waiter) const;
  bool find_cycle(const Waiter& at, uint64_t target, std::vector<Edge>& path, std::vector<uint64_t>& seen) const;
  static std::string describe(const std::vector<Edge>& cycle);

  common::Clock& clock_;
  std::array<Shard, kShards> shards_;
  std::mutex transactions_mutex_;
  std::list<Waiter*> transaction_waiters_;  // under transactions_mutex_
  std::mutex waiters_mutex_;
  std::map<uint64_t, Waiter*> waiting_;  // by session
};

bool lock_modes_conflict(LockMode a, LockMode b);
const char* lock_mode_name(LockMode mode);  // "AccessShareLock"

}  // namespace basalt::storage
