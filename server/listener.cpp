#include "server/listener.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <cstring>
#include <stdexcept>

#include "commands/session.hpp"
#include "common/clock.hpp"
#include "common/sqlstate.hpp"
#include "server/connection.hpp"

namespace basalt::server {

using boost::asio::ip::tcp;

Listener::Listener(Reactor& reactor, commands::ServerState& state, const std::string& address, uint16_t port)
    : reactor_(reactor), state_(state), acceptor_(boost::asio::make_strand(reactor.io())) {
  boost::system::error_code error;
  tcp::endpoint endpoint(boost::asio::ip::make_address(address, error), port);
  if (error) throw std::runtime_error("invalid address \"" + address + "\": give a numeric one, e.g. 127.0.0.1");
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error)
    throw std::runtime_error("could not listen on address " + address + ", port " + std::to_string(port) + ": " +
                             std::strerror(error.value()) +
                             (error == boost::asio::error::address_in_use ? "; is another server running there? Give "
                                                                            "another port with --port"
                                                                          : ""));
  connections_max_ = std::stoi(state.settings.current()->get(*commands::find_setting("max_connections")).value);
}

void Listener::start() {
  reactor_.on_tick([this] { tick(); });
  accept();
}

void Listener::accept() {
  // Each connection has a strand: its handlers, and those that others post to it, run one after the other.
  acceptor_.async_accept(boost::asio::make_strand(reactor_.io()),
                         [this](const boost::system::error_code& error, auto socket) {
                           Reactor::note_handler();
                           if (error == boost::asio::error::operation_aborted) return;
                           if (!error) {
                             auto connection = std::make_shared<Connection>(std::move(socket), state_, *this);
                             boost::asio::post(connection->executor(), [connection] { connection->start(); });
                           }
                           std::lock_guard lock(mutex_);
                           if (!stopping_) accept();
                         });
}

void Listener::stop() {
  std::vector<std::shared_ptr<Connection>> open;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [pid, connection] : connections_) open.push_back(connection);
  }
  boost::asio::post(acceptor_.get_executor(), [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  });
  state_.sessions.signal_all(common::Interrupt::Reason::kShutdown);
  for (auto& connection : open) connection->shut_down();
}

void Listener::add(const std::shared_ptr<Connection>& connection) {
  std::lock_guard lock(mutex_);
  connections_[connection->pid()] = connection;
}

void Listener::remove(int32_t pid) {
  std::lock_guard lock(mutex_);
  connections_.erase(pid);
}

size_t Listener::size() {
  std::lock_guard lock(mutex_);
  return connections_.size();
}

void Listener::set_deadline(commands::Session& session, int64_t monotonic_us) {
  std::lock_guard lock(mutex_);
  deadlines_[&session] = monotonic_us;
}

void Listener::clear_deadline(commands::Session& session) {
  std::lock_guard lock(mutex_);
  deadlines_.erase(&session);
}

void Listener::set_idle_deadline(int32_t pid, int64_t monotonic_us) {
  std::lock_guard lock(mutex_);
  idle_deadlines_[pid] = monotonic_us;
}

void Listener::clear_idle_deadline(int32_t pid) {
  std::lock_guard lock(mutex_);
  idle_deadlines_.erase(pid);
}

void Listener::tick() {
  std::lock_guard lock(mutex_);
  if (deadlines_.empty() && idle_deadlines_.empty()) return;
  int64_t now = common::Clock::real().monotonic_microseconds();
  std::erase_if(deadlines_, [&](const auto& entry) {
    if (entry.second > now) return false;
    entry.first->interrupt().raise(common::Interrupt::Reason::kStatementTimeout);
    return true;
  });
  std::erase_if(idle_deadlines_, [&](const auto& entry) {
    if (entry.second > now) return false;
    auto connection = connections_.find(entry.first);
    if (connection != connections_.end()) connection->second->idle_too_long(entry.second);
    return true;
  });
}

StatementTimer::StatementTimer(Listener& listener, commands::Session& session)
    : listener_(listener), session_(session) {
  start();
  session_.on_next_statement = [this] { start(); };
}

void StatementTimer::start() {
  int64_t timeout_ms = session_.settings().session().statement_timeout_ms;
  if (timeout_ms > 0) {
    armed_ = true;
    listener_.set_deadline(session_, common::Clock::real().monotonic_microseconds() + timeout_ms * 1000);
  } else if (armed_) {
    armed_ = false;
    listener_.clear_deadline(session_);
  }
}

StatementTimer::~StatementTimer() {
  session_.on_next_statement = nullptr;
  if (armed_) listener_.clear_deadline(session_);
}

}  // namespace basalt::server
