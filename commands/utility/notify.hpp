// LISTEN and NOTIFY. A notification is kept by its transaction until commit, then put into the inbox of every session
// of the database that listens to its channel; a session hands out its inbox when it is idle.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/ids.hpp"

namespace basalt::commands {

class Session;

struct Notification {
  int32_t pid = 0;
  std::string channel, payload;
  bool operator==(const Notification&) const = default;
};

class NotificationHub {
 public:
  // `wake` is called, from any thread, when something has come.
  void listen(int32_t pid, common::Oid database, const std::string& channel, std::function<void()> wake);
  void unlisten(int32_t pid, const std::string& channel);
  void forget(int32_t pid);
  std::vector<std::string> channels(int32_t pid) const;
  void publish(common::Oid database, const std::vector<Notification>& list);
  // Takes what has come for a session.
  std::deque<Notification> take(int32_t pid);

 private:
  struct Listener {
    common::Oid database;
    std::set<std::string> channels;
    std::deque<Notification> inbox;
    std::function<void()> wake;
  };
  mutable std::mutex mutex_;
  std::map<int32_t, Listener> listeners_;
};

// NOTIFY and pg_notify(). Throws 22023 for a bad channel or payload.
void queue_notification(Session& session, const std::string& channel, const std::string& payload);
std::vector<std::string> listening_channels(Session& session);
// Hands the inbox to Session::on_notification. Called when the session is idle.
void deliver_notifications(Session& session);
void forget_notifications(Session& session);

}  // namespace basalt::commands
