#include "server/connection.hpp"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>

#include "commands/session_context.hpp"
#include "commands/utility.hpp"
#include "commands/utility/notify.hpp"
#include "common/blocking.hpp"
#include "common/sqlstate.hpp"
#include "server/connection_sink.hpp"
#include "server/listener.hpp"
#include "server/reactor.hpp"

namespace basalt::server {

using common::Oid;
using common::Severity;
using common::SqlError;
using common::Value;
using wire::FieldReader;
using wire::FrontendMessage;
namespace sqlstate = common::sqlstate;

namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kFlushBytes = 64 * 1024;
constexpr size_t kIdleBufferBytes = 1024;

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, commands::ServerState& state, Listener& listener)
    : socket_(std::move(socket)), state_(state), listener_(listener) {}

Connection::~Connection() = default;

void Connection::start() {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  read_more();
}

void Connection::read_more() {
  // An idle connection keeps no buffers.
  if (input_.capacity() > kIdleBufferBytes && input_.empty()) std::string().swap(input_);
  if (out_.buffer().capacity() > kIdleBufferBytes) std::string().swap(out_.buffer());
  auto self = shared_from_this();
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                     [self](const boost::system::error_code& error) { self->on_readable(error); });
  boost::system::error_code ignored;
  if (notified_) socket_.cancel(ignored);
}

void Connection::on_readable(const boost::system::error_code& error) {
  Reactor::note_handler();
  // The wait is cancelled by wake() and by shut_down(), which sets closing_.
  bool woken = error == boost::asio::error::operation_aborted;
  if ((error && !woken) || closing_) {
    close();
    return;
  }
  if (woken) {
    notified_ = false;
    deliver();
    if (!closing_) read_more();
    return;
  }
  try {
    if (!receive()) {
      close();
      return;
    }
    process();
    flush();
  } catch (const SqlError& failure) {
    // Startup errors and broken framing: tell, and end the connection.
    out_.report(failure.report());
    closing_ = true;
    try {
      flush();
    } catch (const SqlError&) {
    }
  }
  if (closing_) {
    close();
    return;
  }
  read_more();
}

bool Connection::receive() {
  size_t before = input_.size();
  input_.resize(before + kReadBytes);
  ssize_t got = ::recv(socket_.native_handle(), input_.data() + before, kReadBytes, 0);
  input_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0) return true;
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

void Connection::process() {
  consumed_ = 0;
  while (!closing_) {
    std::string_view left = std::string_view(input_).substr(consumed_);
    if (!session_) {
      if (!process_startup()) break;
      continue;
    }
    auto message = wire::next_message(left);
    if (!message) break;
    consumed_ += message->size;
    handle(*message);
    if (out_.size() > kFlushBytes) flush();
  }
  input_.erase(0, consumed_);
  consumed_ = 0;
}

bool Connection::process_startup() {
  auto message = wire::next_startup(std::string_view(input_).substr(consumed_));
  if (!message) return false;
  consumed_ += message->size;
  switch (message->kind) {
    case wire::StartupKind::kSsl:
    case wire::StartupKind::kGss:
      out_.byte('N');
      flush();
      return true;
    case wire::StartupKind::kCancel:
      state_.sessions.signal(message->cancel_pid, message->cancel_key, common::Interrupt::Reason::kCancel);
      closing_ = true;
      return false;
    case wire::StartupKind::kStartup: break;
  }
  start_session(*message);
  return true;
}

void Connection::start_session(const wire::StartupMessage& message) {
  session_ = open_session(state_, message, socket_, listener_.connections_max());
  pid_ = session_->pid();
  listener_.add(shared_from_this());
  session_->on_notice = [this](const common::ErrorReport& report) { out_.report(report); };
  session_->on_notification = [this](int32_t pid, std::string_view channel, std::string_view payload) {
    out_.notification(pid, channel, payload);
  };
  session_->on_wake = [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->wake();
  };
  session_->settings().on_report = [this](std::string_view name, std::string_view value) {
    out_.parameter_status(name, value);
  };
  out_.authentication_ok();
  for (const auto& definition : commands::setting_definitions())
    if (definition.report) out_.parameter_status(definition.name, session_->settings().show(definition.name));
  int32_t key = 0;
  state_.sessions.update(pid_, [&](commands::ActivityEntry& entry) { key = entry.cancel_key; });
  out_.backend_key(pid_, key);
  ready();
}

void Connection::wake() {
  notified_ = true;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    Reactor::note_handler();
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Connection::deliver() {
  if (!session_ || session_->status() != 'I') return;
  commands::deliver_notifications(*session_);
  try {
    flush();
  } catch (const SqlError&) {
    close();
  }
}

void Connection::ready() {
  if (session_->status() == 'I') {
    notified_ = false;
    commands::deliver_notifications(*session_);
  }
  out_.ready_for_query(session_->status());
  note_state();
}

void Connection::note_state() {
  char status = session_->status();
  state_.sessions.update(pid_, [&](commands::ActivityEntry& entry) {
    entry.state = status == 'I' ? "idle" : status == 'T' ? "idle in transaction" : "idle in transaction (aborted)";
    entry.state_change = state_.clock.now_microseconds();
  });
}

void Connection::handle(const FrontendMessage& message) {
  if (message.type == 'X') {
    closing_ = true;
    return;
  }
  if (skip_until_sync_ && message.type != 'S') return;
  bool extended = message.type != 'Q';
  try {
    switch (message.type) {
      case 'Q': handle_query(message); break;
      case 'P': handle_parse(message); break;
      case 'B': handle_bind(message); break;
      case 'D': handle_describe(message); break;
      case 'E': handle_execute(message); break;
      case 'C': handle_close(message); break;
      case 'H': flush(); break;
      case 'S':
        skip_until_sync_ = false;
        session_->sync();
        ready();
        break;
      case 'F': throw common::not_supported("the function call protocol");
      default: break;  // CopyData, CopyDone, CopyFail after the end of a COPY are ignored
    }
  } catch (const SqlError& error) {
    fail(error, extended && message.type != 'S');
    if (message.type == 'S' && !closing_) ready();
  } catch (const std::bad_alloc&) {
    fail(SqlError(sqlstate::kOutOfMemory, "out of memory"), extended);
  } catch (const std::exception& bug) {
    // A failed check: XX000 for this statement, the session goes on.
    fail(SqlError(sqlstate::kInternalError, bug.what()), extended);
  }
}

void Connection::fail(const SqlError& error, bool extended) {
  try {
    session_->handle_error();
  } catch (const std::exception& second) {
    out_.report(error.report());
    common::ErrorReport report;
    report.severity = Severity::kFatal;
    report.message = std::string("could not roll back: ") + second.what();
    out_.report(report);
    closing_ = true;
    return;
  }
  out_.report(error.report());
  if (error.report().severity >= Severity::kFatal) {
    closing_ = true;
    return;
  }
  if (extended) skip_until_sync_ = true;
  else ready();
}

void Connection::handle_query(const FrontendMessage& message) {
  FieldReader fields(message.body);
  // A copy: COPY FROM STDIN reads on into the buffer in which the message lies.
  const std::string text(fields.string());
  fields.expect_end();
  wire::require_utf8(text);
  ConnectionSink sink(*this, {}, true);
  StatementTimer timer(listener_, *session_);
  session_->simple_query(text, sink);
  ready();
}

void Connection::handle_parse(const FrontendMessage& message) {
  FieldReader fields(message.body);
  std::string name(fields.string());
  std::string_view text = fields.string();
  std::vector<Oid> types;
  int16_t count = fields.int16();
  for (int i = 0; i < count; ++i) types.emplace_back(static_cast<uint32_t>(fields.int32()));
  fields.expect_end();
  wire::require_utf8(name);
  wire::require_utf8(text);
  if (name.empty()) session_->close_statement(name);
  session_->parse(name, text, std::move(types));
  out_.simple('1');
}

Value Connection::read_parameter(Oid type, std::string_view bytes, int16_t format) {
  if (format == 0) {
    wire::require_utf8(bytes);
    return session_->call_context().input(type, bytes, -1);
  }
  if (format == 1) return session_->call_context().receive(type, bytes, -1);
  throw SqlError(sqlstate::kInvalidParameterValue, "unsupported format code: " + std::to_string(format));
}

void Connection::handle_bind(const FrontendMessage& message) {
  FieldReader fields(message.body);
  std::string portal(fields.string()), statement(fields.string());
  std::vector<int16_t> formats(static_cast<size_t>(std::max<int16_t>(0, fields.int16())));
  for (int16_t& format : formats) format = fields.int16();
  int16_t count = fields.int16();
  const commands::PreparedStatement& prepared = session_->prepared(statement);
  if (formats.size() > 1 && formats.size() != static_cast<size_t>(count))
    throw SqlError(sqlstate::kProtocolViolation, "bind message has " + std::to_string(formats.size()) +
                                                     " parameter formats but " + std::to_string(count) + " parameters");
  std::vector<Value> values;
  for (int i = 0; i < count; ++i) {
    int32_t length = fields.int32();
    bool known = static_cast<size_t>(i) < prepared.parameter_types.size();
    Oid type = known ? prepared.parameter_types[static_cast<size_t>(i)] : Oid{};
    std::string_view bytes;
    if (length >= 0) bytes = fields.bytes(static_cast<size_t>(length));
    if (!known) {
      values.emplace_back();
      continue;
    }
    int16_t format = formats.empty() ? 0 : formats.size() == 1 ? formats[0] : formats[static_cast<size_t>(i)];
    values.push_back(length < 0 ? Value::null(session_->call_context().type(type)->physical)
                                : read_parameter(type, bytes, format));
  }
  std::vector<int16_t> result_formats(static_cast<size_t>(std::max<int16_t>(0, fields.int16())));
  for (int16_t& format : result_formats) format = fields.int16();
  fields.expect_end();
  if (portal.empty()) session_->close_portal(portal);
  session_->bind(portal, statement, std::move(values));
  portal_formats_[portal] = std::move(result_formats);
  out_.simple('2');
}

void Connection::write_row_description(const std::vector<commands::ResultColumn>& columns,
                                       const std::vector<int16_t>& formats) {
  out_.begin('T');
  out_.int16(static_cast<int16_t>(columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    out_.string(column.name);
    out_.int32(static_cast<int32_t>(column.origin_table.value));
    out_.int16(column.origin_column);
    out_.int32(static_cast<int32_t>(column.type.value));
    out_.int16(column.type_length);
    out_.int32(column.typmod);
    out_.int16(formats.empty() ? 0 : formats.size() == 1 ? formats[0] : formats[i]);
  }
  out_.end();
}

void Connection::handle_describe(const FrontendMessage& message) {
  FieldReader fields(message.body);
  char kind = fields.byte();
  std::string name(fields.string());
  fields.expect_end();
  if (kind == 'S') {
    const commands::PreparedStatement& prepared = session_->prepared(name);
    out_.begin('t');
    out_.int16(static_cast<int16_t>(prepared.parameter_types.size()));
    for (Oid type : prepared.parameter_types) out_.int32(static_cast<int32_t>(type.value));
    out_.end();
    if (prepared.returns_rows) write_row_description(prepared.columns, {});
    else out_.simple('n');
  } else if (kind == 'P') {
    const commands::Portal& portal = session_->portal(name);
    if (portal.returns_rows) write_row_description(portal.columns, portal_formats_[name]);
    else out_.simple('n');
  } else {
    throw SqlError(sqlstate::kProtocolViolation, "invalid DESCRIBE message subtype " + std::to_string(kind));
  }
}

void Connection::handle_execute(const FrontendMessage& message) {
  FieldReader fields(message.body);
  std::string name(fields.string());
  int32_t rows_max = fields.int32();
  fields.expect_end();
  ConnectionSink sink(*this, portal_formats_[name], false);
  StatementTimer timer(listener_, *session_);
  bool suspended = session_->execute(name, rows_max > 0 ? static_cast<uint64_t>(rows_max) : 0, sink);
  if (suspended) out_.simple('s');
}

void Connection::handle_close(const FrontendMessage& message) {
  FieldReader fields(message.body);
  char kind = fields.byte();
  std::string name(fields.string());
  fields.expect_end();
  if (kind == 'S') {
    session_->close_statement(name);
  } else if (kind == 'P') {
    session_->close_portal(name);
    portal_formats_.erase(name);
  } else {
    throw SqlError(sqlstate::kProtocolViolation, "invalid CLOSE message subtype " + std::to_string(kind));
  }
  out_.simple('3');
}

// Writes everything; waits for a slow client outside of the reactor.
void Connection::flush() {
  std::string& buffer = out_.buffer();
  size_t sent = 0;
  while (sent < buffer.size()) {
    ssize_t n = ::send(socket_.native_handle(), buffer.data() + sent, buffer.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      buffer.clear();
      closing_ = true;
      throw SqlError(sqlstate::kConnectionFailure, "could not send data to client").severity(Severity::kFatal);
    }
    common::about_to_block();
    pollfd wait{socket_.native_handle(), POLLOUT, 0};
    ::poll(&wait, 1, 100);
    if (session_) session_->interrupt().check();
  }
  buffer.clear();
}

void Connection::shut_down() {
  auto self = shared_from_this();
  boost::asio::post(socket_.get_executor(), [self] {
    Reactor::note_handler();
    if (self->closing_) return;
    self->fatal(sqlstate::kAdminShutdown, "terminating connection due to administrator command");
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Connection::fatal(common::SqlState state, const std::string& message) {
  closing_ = true;
  common::ErrorReport report;
  report.severity = Severity::kFatal;
  report.sqlstate = state;
  report.message = message;
  out_.report(report);
  try {
    flush();
  } catch (const SqlError&) {
    // The client is gone already.
  }
}

void Connection::close() {
  closing_ = true;
  if (pid_) {
    state_.sessions.remove(pid_);
    listener_.remove(pid_);
    pid_ = 0;
  }
  session_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace basalt::server
