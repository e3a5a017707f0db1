#include "commands/session.hpp"

namespace basalt::commands {

void SessionRegistry::add(Session& session, ActivityEntry entry) {
  std::lock_guard lock(mutex_);
  entry.pid = next_pid_++;
  common::strong_random(&entry.cancel_key, sizeof entry.cancel_key);
  entry.interrupt = &session.interrupt();
  session.set_pid(entry.pid);
  entries_[entry.pid] = std::move(entry);
}

void SessionRegistry::remove(int32_t pid) {
  std::lock_guard lock(mutex_);
  entries_.erase(pid);
}

std::vector<ActivityEntry> SessionRegistry::list() const {
  std::lock_guard lock(mutex_);
  std::vector<ActivityEntry> out;
  for (const auto& [pid, entry] : entries_) out.push_back(entry);
  return out;
}

bool SessionRegistry::signal(int32_t pid, int32_t key, common::Interrupt::Reason reason) {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(pid);
  if (it == entries_.end() || (key != 0 && it->second.cancel_key != key)) return false;
  it->second.interrupt->raise(reason);
  return true;
}

void SessionRegistry::signal_all(common::Interrupt::Reason reason) {
  std::lock_guard lock(mutex_);
  for (auto& [pid, entry] : entries_) entry.interrupt->raise(reason);
}

size_t SessionRegistry::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace basalt::commands
