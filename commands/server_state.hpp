// ServerState: what all sessions of a server share. Made by server/ (and by tests), outlives the sessions.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/catalog_manager.hpp"
#include "commands/settings.hpp"
#include "commands/utility/notify.hpp"
#include "common/clock.hpp"
#include "common/memory.hpp"
#include "storage/engine.hpp"

namespace basalt::commands {

class Session;
class StatementCache;

// A row of pg_stat_activity; kept up to date by its session, read by others, under its slot's mutex.
struct ActivityEntry {
  int32_t pid = 0;  // number of the session, not of a process
  int32_t cancel_key = 0;
  common::Oid database, user;
  std::string application_name, client_address, state = "idle", query;
  int client_port = -1;
  int64_t backend_start = 0, transaction_start = 0, query_start = 0, state_change = 0;
  std::string wait_event_type, wait_event;
  uint64_t transaction = 0;
  common::Interrupt* interrupt = nullptr;
};

struct ActivitySlot {
  std::mutex mutex;
  ActivityEntry entry;
  std::function<void()> wake;  // of the connection, under the registry's mutex
};

class SessionRegistry {
 public:
  // Gives the session a pid, a cancel key and its slot.
  void add(Session& session, ActivityEntry entry);
  // The session is about to end: it is still listed, since its database is in use until its transaction is rolled back
  // and its temporary objects are dropped, but nothing interrupts it any more.
  void leave(int32_t pid);
  void remove(int32_t pid);
  // How an idle connection learns that its session is to end; from any thread.
  void set_wake(int32_t pid, std::function<void()> wake);
  bool contains(int32_t pid) const;
  std::vector<ActivityEntry> list() const;
  // Raises the interrupt of a session; false: no such session, or another key (`key` 0: not asked).
  bool signal(int32_t pid, int32_t key, common::Interrupt::Reason reason);
  void signal_all(common::Interrupt::Reason reason);
  size_t size() const;

 private:
  mutable std::mutex mutex_;  // before a slot's
  std::map<int32_t, std::shared_ptr<ActivitySlot>> slots_;
  int32_t next_pid_ = 1000;
};

struct ServerState {
  storage::StorageEngine& storage;
  catalog::CatalogManager& catalogs;
  ServerSettings settings;
  SessionRegistry sessions;
  NotificationHub notifications;
  std::unique_ptr<StatementCache> statements;
  common::Clock& clock = common::Clock::real();
  std::string data_directory;
  int64_t start_time = 0;

  ServerState(storage::StorageEngine& s, catalog::CatalogManager& c);
  ~ServerState();
};

}  // namespace basalt::commands
