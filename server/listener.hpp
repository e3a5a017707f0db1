// Listener: accepts connections, keeps the open ones, fires statement timeouts.
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

  // Statement timeouts: the watchdog raises the interrupt when the deadline has passed.
  void set_deadline(commands::Session& session, int64_t monotonic_us);
  void clear_deadline(commands::Session& session);
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
  bool stopping_ = false;
};

// statement_timeout for as long as it lives.
class StatementTimer {
 public:
  StatementTimer(Listener& listener, commands::Session& session);
  ~StatementTimer();

 private:
  Listener& listener_;
  commands::Session& session_;
  bool armed_ = false;
};

// Authentication (trust on loopback), database and role checks, startup settings. Throws FATAL errors as PostgreSQL.
std::unique_ptr<commands::Session> open_session(commands::ServerState& state, const wire::StartupMessage& message,
                                                boost::asio::ip::tcp::socket& socket, int connections_max);

}  // namespace basalt::server
