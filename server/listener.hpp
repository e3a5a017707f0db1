// Listener: accepts connections, keeps the open ones, fires timeouts.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "commands/server_state.hpp"
#include "server/reactor.hpp"
#include "wire/message_reader.hpp"

namespace basalt::server {

class Connection;

class Listener {
 public:
  Listener(Reactor& reactor, commands::ServerState& state, const std::string& address, uint16_t port);
  void start();
  void stop();  // no more connections; open ones are ended
  int connections_max() const { return connections_max_; }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void add(const std::shared_ptr<Connection>& connection);
  void remove(int32_t pid);
  size_t size();

  // Timeouts: the watchdog raises the interrupt of a statement, or wakes an idle connection, when the deadline has
  // passed.
  void set_deadline(commands::Session& session, int64_t monotonic_us);
  void clear_deadline(commands::Session& session);
  void set_idle_deadline(int32_t pid, int64_t monotonic_us);
  void clear_idle_deadline(int32_t pid);
  void tick();

 private:
  void accept();
  Reactor& reactor_;
  commands::ServerState& state_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int connections_max_;
  std::mutex mutex_;
  std::map<int32_t, std::shared_ptr<Connection>> connections_;
  std::map<commands::Session*, int64_t> deadlines_;
  std::map<int32_t, int64_t> idle_deadlines_;
  bool stopping_ = false;
};

// statement_timeout for as long as it lives; each statement of a simple query has the whole time.
class StatementTimer {
 public:
  StatementTimer(Listener& listener, commands::Session& session);
  ~StatementTimer();

 private:
  void start();
  Listener& listener_;
  commands::Session& session_;
  bool armed_ = false;
};

// Startup, with PostgreSQL's FATAL errors: first what is refused before the client is told that it is authenticated
// (trust on loopback), then role and database checks and the startup settings.
void check_startup(const commands::ServerState& state, const wire::StartupMessage& message, int connections_max);
std::unique_ptr<commands::Session> open_session(commands::ServerState& state, const wire::StartupMessage& message,
                                                boost::asio::ip::tcp::socket& socket);

}  // namespace basalt::server
