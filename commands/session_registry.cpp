#include "commands/session.hpp"
#include "commands/statement_cache.hpp"

namespace basalt::commands {

ServerState::ServerState(storage::StorageEngine& s, catalog::CatalogManager& c)
    : storage(s), catalogs(c), statements(std::make_unique<StatementCache>()) {}
ServerState::~ServerState() = default;

void SessionRegistry::add(Session& session, ActivityEntry entry) {
  std::lock_guard lock(mutex_);
  auto slot = std::make_shared<ActivitySlot>();
  entry.pid = next_pid_++;
  common::strong_random(&entry.cancel_key, sizeof entry.cancel_key);
  entry.interrupt = &session.interrupt();
  slot->entry = std::move(entry);
  session.set_activity(slot->entry.pid, slot);
  slots_[slot->entry.pid] = std::move(slot);
}

void SessionRegistry::leave(int32_t pid) {
  std::lock_guard lock(mutex_);
  if (auto it = slots_.find(pid); it != slots_.end()) {
    it->second->entry.interrupt = nullptr;
    it->second->wake = nullptr;
  }
}

void SessionRegistry::set_wake(int32_t pid, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  if (auto it = slots_.find(pid); it != slots_.end()) it->second->wake = std::move(wake);
}

bool SessionRegistry::contains(int32_t pid) const {
  std::lock_guard lock(mutex_);
  return slots_.contains(pid);
}

void SessionRegistry::remove(int32_t pid) {
  std::lock_guard lock(mutex_);
  slots_.erase(pid);
}

std::vector<ActivityEntry> SessionRegistry::list() const {
  std::lock_guard lock(mutex_);
  std::vector<ActivityEntry> out;
  for (const auto& [pid, slot] : slots_) {
    std::lock_guard slot_lock(slot->mutex);
    out.push_back(slot->entry);
  }
  return out;
}

// A session's pid and key never change while it is registered; its interrupt goes when it leaves.
bool SessionRegistry::signal(int32_t pid, int32_t key, common::Interrupt::Reason reason) {
  std::lock_guard lock(mutex_);
  auto it = slots_.find(pid);
  if (it == slots_.end() || (key != 0 && it->second->entry.cancel_key != key)) return false;
  if (it->second->entry.interrupt) it->second->entry.interrupt->raise(reason);
  if (reason >= common::Interrupt::Reason::kTerminate && it->second->wake) it->second->wake();
  return true;
}

void SessionRegistry::signal_all(common::Interrupt::Reason reason) {
  std::lock_guard lock(mutex_);
  for (auto& [pid, slot] : slots_)
    if (slot->entry.interrupt) slot->entry.interrupt->raise(reason);
}

size_t SessionRegistry::size() const {
  std::lock_guard lock(mutex_);
  return slots_.size();
}

}  // namespace basalt::commands
