#include "commands/utility/notify.hpp"

#include <algorithm>

#include "commands/families.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

using common::SqlError;
namespace sqlstate = common::sqlstate;

void NotificationHub::listen(int32_t pid, common::Oid database, const std::string& channel,
                             std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  Listener& listener = listeners_[pid];
  listener.database = database;
  listener.wake = std::move(wake);
  listener.channels.insert(channel);
}

void NotificationHub::unlisten(int32_t pid, const std::string& channel) {
  std::lock_guard lock(mutex_);
  auto it = listeners_.find(pid);
  if (it == listeners_.end()) return;
  if (channel.empty())
    it->second.channels.clear();
  else
    it->second.channels.erase(channel);
  if (it->second.channels.empty() && it->second.inbox.empty()) listeners_.erase(it);
}

void NotificationHub::forget(int32_t pid) {
  std::lock_guard lock(mutex_);
  listeners_.erase(pid);
}

std::vector<std::string> NotificationHub::channels(int32_t pid) const {
  std::lock_guard lock(mutex_);
  auto it = listeners_.find(pid);
  if (it == listeners_.end()) return {};
  return {it->second.channels.begin(), it->second.channels.end()};
}

void NotificationHub::publish(common::Oid database, const std::vector<Notification>& list) {
  std::lock_guard lock(mutex_);
  for (auto& [pid, listener] : listeners_) {
    if (listener.database != database) continue;
    size_t before = listener.inbox.size();
    for (const Notification& notification : list)
      if (listener.channels.contains(notification.channel)) listener.inbox.push_back(notification);
    if (listener.inbox.size() > before && listener.wake) listener.wake();
  }
}

std::deque<Notification> NotificationHub::take(int32_t pid) {
  std::lock_guard lock(mutex_);
  auto it = listeners_.find(pid);
  if (it == listeners_.end()) return {};
  return std::exchange(it->second.inbox, {});
}

namespace {

// What a transaction has asked for; carried out when it commits.
struct Pending {
  storage::Transaction* transaction = nullptr;
  std::vector<Notification> notifications;
  std::vector<std::pair<bool, std::string>> listens;  // listen, channel
};

Pending& pending(Session& session) {
  auto& own = session.extra<Pending>("notify");
  storage::Transaction& transaction = session.transaction();
  if (own.transaction == &transaction) return own;
  own = Pending{&transaction, {}, {}};
  Session* keep = &session;
  transaction.on_commit([keep](storage::Lsn) {
    auto& list = keep->extra<Pending>("notify");
    NotificationHub& hub = keep->server().notifications;
    for (const auto& [listen, channel] : list.listens)
      if (listen)
        hub.listen(keep->pid(), keep->database(), channel, keep->on_wake);
      else
        hub.unlisten(keep->pid(), channel);
    if (!list.notifications.empty()) hub.publish(keep->database(), list.notifications);
    list = Pending{};
  });
  transaction.on_abort([keep] { keep->extra<Pending>("notify") = Pending{}; });
  return own;
}

std::string run_listen(UtilityCall& call) {
  pending(call.session).listens.emplace_back(true, parser::as<parser::ParsedListen>(call.statement).channel);
  return "LISTEN";
}

std::string run_unlisten(UtilityCall& call) {
  pending(call.session).listens.emplace_back(false, parser::as<parser::ParsedUnlisten>(call.statement).channel);
  return "UNLISTEN";
}

std::string run_notify(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedNotify>(call.statement);
  queue_notification(call.session, statement.channel, statement.payload);
  return "NOTIFY";
}

}  // namespace

void queue_notification(Session& session, const std::string& channel, const std::string& payload) {
  constexpr size_t kPayloadBytesEnd = 8000;
  constexpr size_t kNameBytesEnd = 64;
  if (channel.empty()) throw SqlError(sqlstate::kInvalidParameterValue, "channel name cannot be empty");
  if (channel.size() >= kNameBytesEnd) throw SqlError(sqlstate::kInvalidParameterValue, "channel name too long");
  if (payload.size() >= kPayloadBytesEnd) throw SqlError(sqlstate::kInvalidParameterValue, "payload string too long");
  Notification notification{session.pid(), channel, payload};
  auto& list = pending(session).notifications;
  // The same message twice in a transaction is one.
  if (std::find(list.begin(), list.end(), notification) == list.end()) list.push_back(std::move(notification));
}

std::vector<std::string> listening_channels(Session& session) {
  return session.server().notifications.channels(session.pid());
}

void deliver_notifications(Session& session) {
  if (!session.on_notification) return;
  for (const Notification& n : session.server().notifications.take(session.pid()))
    session.on_notification(n.pid, n.channel, n.payload);
}

void forget_notifications(Session& session) { session.server().notifications.forget(session.pid()); }

void register_notify_commands() {
  using parser::StatementKind;
  register_utility(StatementKind::kListen, run_listen);
  register_utility(StatementKind::kUnlisten, run_unlisten);
  register_utility(StatementKind::kNotify, run_notify);
}

}  // namespace basalt::commands
