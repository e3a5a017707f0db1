// pg_advisory_*: locks of the session live in a transaction of their own, which stays open as long as the session holds
// one; those of the transaction are ordinary locks.
#include <map>

#include "commands/utility/session_functions.hpp"
#include "common/sqlstate.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::commands {

using storage::LockMode;
using storage::LockTag;
using storage::WaitPolicy;
using types::FunctionCall;

namespace {

constexpr LockMode kShared = LockMode::kShare, kAlone = LockMode::kExclusive;

struct SessionLocks {
  std::unique_ptr<storage::Transaction> owner;
  storage::StorageEngine* storage = nullptr;
  std::map<std::pair<LockTag, LockMode>, int> held;
  ~SessionLocks() { release_all(); }
  void release_all() {
    if (owner) storage->abort(*owner);
    owner.reset();
    held.clear();
  }
};

// As PostgreSQL: one 8-byte key, or two of 4 bytes.
LockTag tag_of(Session& session, int64_t key) {
  return {storage::LockSpace::kAdvisory, session.database().value, 0, static_cast<uint64_t>(key), 1};
}
LockTag tag_of(Session& session, int32_t first, int32_t second) {
  uint64_t both = static_cast<uint64_t>(static_cast<uint32_t>(first)) << 32 | static_cast<uint32_t>(second);
  return {storage::LockSpace::kAdvisory, session.database().value, 0, both, 2};
}

bool lock_session(Session& session, const LockTag& tag, LockMode mode, WaitPolicy policy) {
  auto& locks = session.extra<SessionLocks>("advisory");
  if (!locks.owner) {
    locks.storage = &session.storage();
    locks.owner =
        session.storage().begin(storage::IsolationLevel::kReadCommitted, static_cast<uint64_t>(session.pid()));
    locks.owner->set_interrupt(&session.interrupt());
    session.on_release_session_locks = [&session] { session.extra<SessionLocks>("advisory").release_all(); };
  }
  locks.owner->set_wait_limits(session.settings().session().wait_limits);
  if (!locks.held.contains({tag, mode}) && !locks.owner->lock(tag, mode, policy)) return false;
  ++locks.held[{tag, mode}];
  return true;
}

bool unlock_session(Session& session, const LockTag& tag, LockMode mode) {
  auto& locks = session.extra<SessionLocks>("advisory");
  auto it = locks.held.find({tag, mode});
  if (it == locks.held.end()) {
    session.notice(common::Severity::kWarning, common::sqlstate::kWarning,
                   std::string("you don't own a lock of type ") + (mode == kShared ? "ShareLock" : "ExclusiveLock"));
    return false;
  }
  if (--it->second > 0) return true;
  locks.owner->unlock(tag, mode);
  locks.held.erase(it);
  if (locks.held.empty()) locks.release_all();
  return true;
}

template <LockMode Mode, typename... Keys>
std::string lock(FunctionCall& call, Keys... keys) {
  Session& session = session_of(call);
  lock_session(session, tag_of(session, keys...), Mode, WaitPolicy::kWait);
  return "";
}
template <LockMode Mode, typename... Keys>
bool try_lock(FunctionCall& call, Keys... keys) {
  Session& session = session_of(call);
  return lock_session(session, tag_of(session, keys...), Mode, WaitPolicy::kNoWait);
}
template <LockMode Mode, typename... Keys>
bool unlock(FunctionCall& call, Keys... keys) {
  Session& session = session_of(call);
  return unlock_session(session, tag_of(session, keys...), Mode);
}
template <LockMode Mode, typename... Keys>
std::string lock_transaction(FunctionCall& call, Keys... keys) {
  Session& session = session_of(call);
  session.transaction().lock(tag_of(session, keys...), Mode, WaitPolicy::kWait);
  return "";
}
template <LockMode Mode, typename... Keys>
bool try_lock_transaction(FunctionCall& call, Keys... keys) {
  Session& session = session_of(call);
  return session.transaction().lock(tag_of(session, keys...), Mode, WaitPolicy::kNoWait);
}
std::string unlock_all(FunctionCall& call) {
  session_of(call).extra<SessionLocks>("advisory").release_all();
  return "";
}

template <LockMode Mode, typename... Keys>
void register_mode(types::FunctionRegistry& registry, const std::string& shared, const std::string& suffix) {
  using types::scalar;
  registry.add_scalar("pg_advisory_lock" + shared + suffix, scalar<lock<Mode, Keys...>>());
  registry.add_scalar("pg_try_advisory_lock" + shared + suffix, scalar<try_lock<Mode, Keys...>>());
  registry.add_scalar("pg_advisory_unlock" + shared + suffix, scalar<unlock<Mode, Keys...>>());
  registry.add_scalar("pg_advisory_xact_lock" + shared + suffix, scalar<lock_transaction<Mode, Keys...>>());
  registry.add_scalar("pg_try_advisory_xact_lock" + shared + suffix, scalar<try_lock_transaction<Mode, Keys...>>());
}

}  // namespace

void register_advisory_functions(types::FunctionRegistry& registry) {
  register_mode<kAlone, int64_t>(registry, "", "_int8");
  register_mode<kShared, int64_t>(registry, "_shared", "_int8");
  register_mode<kAlone, int32_t, int32_t>(registry, "", "_int4");
  register_mode<kShared, int32_t, int32_t>(registry, "_shared", "_int4");
  registry.add_scalar("pg_advisory_unlock_all", types::scalar<unlock_all>());
}

}  // namespace basalt::commands
