// Connection: one client: startup, then the message loop over a commands::Session.
//
// Between messages a connection is one pending asynchronous read; it holds no thread, and its buffers are given back. A
// message is carried out by the thread that has received it (QRY-5); answers are collected and written together.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "commands/server_state.hpp"
#include "commands/session.hpp"
#include "server/row_encoder.hpp"
#include "wire/message_reader.hpp"
#include "wire/message_writer.hpp"

namespace basalt::server {

class Listener;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, commands::ServerState& state, Listener& listener);
  ~Connection();
  void start();
  // Wakes an idle connection so that it ends with FATAL 57P01.
  void shut_down();
  // From any thread: notifications have come; an idle connection hands them out now, another one when it is idle.
  void wake();
  // From any thread: the connection has been idle up to this deadline, unless it has been busy since.
  void idle_too_long(int64_t deadline_us);
  // The connection's strand: whoever is not one of its handlers posts to it.
  boost::asio::ip::tcp::socket::executor_type executor() { return socket_.get_executor(); }
  int32_t pid() const { return pid_; }

 private:
  void read_more();
  void on_readable(const boost::system::error_code& error);
  bool receive();          // false: the client has gone
  void process();          // all complete messages in the buffer
  bool process_startup();  // true: it can go on with the next bytes
  void start_session(const wire::StartupMessage& message);
  void start_idle_timer();
  void stop_idle_timer();
  // Messages (connection_messages.cpp).
  void handle(const wire::FrontendMessage& message);
  void dispatch(const wire::FrontendMessage& message);
  void handle_sync(const wire::FrontendMessage& message);
  void handle_query(const wire::FrontendMessage& message);
  void handle_parse(const wire::FrontendMessage& message);
  void handle_bind(const wire::FrontendMessage& message);
  void handle_describe(const wire::FrontendMessage& message);
  void handle_execute(const wire::FrontendMessage& message);
  void handle_close(const wire::FrontendMessage& message);
  void fail(const common::SqlError& error, bool extended);
  void fatal(common::SqlState state, const std::string& message);
  void write_row_description(const std::vector<commands::ResultColumn>& columns, const std::vector<int16_t>& formats);
  void ready();
  void deliver();
  void flush();
  void check_pending_interrupt();
  void note_state();
  std::vector<common::Value> read_parameters(wire::FieldReader& fields, const commands::PreparedStatement& prepared,
                                             const std::string& portal);
  common::Value read_parameter(wire::FieldReader& fields, common::Oid type, int16_t format, size_t number,
                               bool& as_text);
  std::vector<int16_t> formats_of_portal(const std::string& name) const;
  void close();

  boost::asio::ip::tcp::socket socket_;
  commands::ServerState& state_;
  Listener& listener_;
  std::string input_;
  size_t consumed_ = 0;
  wire::MessageWriter out_;
  std::unique_ptr<commands::Session> session_;
  std::map<std::string, std::vector<int16_t>> portal_formats_;  // formats of the results
  int32_t pid_ = 0;
  int64_t idle_deadline_us_ = 0;
  std::atomic<bool> notified_{false};
  bool skip_until_sync_ = false, closing_ = false;
  bool lost_synchronization_ = false;  // COPY has read a message that does not belong there
  friend class ConnectionSink;
};

}  // namespace basalt::server
