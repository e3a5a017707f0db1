#include "server/connection.hpp"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>

#include "commands/session_context.hpp"
#include "commands/utility/notify.hpp"
#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/sqlstate.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"
#include "server/reactor.hpp"

namespace basalt::server {

using common::Severity;
using common::SqlError;
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
  start_idle_timer();
  boost::system::error_code ignored;
  if (notified_) socket_.cancel(ignored);
}

void Connection::start_idle_timer() {
  if (!session_ || closing_) return;
  bool idle = session_->status() == 'I';
  const commands::SessionSettings& settings = session_->settings().session();
  int64_t timeout_ms = idle ? settings.idle_session_timeout_ms : settings.idle_in_transaction_session_timeout_ms;
  if (timeout_ms <= 0) return;
  idle_deadline_us_ = common::Clock::real().monotonic_microseconds() + timeout_ms * 1000;
  listener_.set_idle_deadline(pid_, idle_deadline_us_);
}

void Connection::stop_idle_timer() {
  if (idle_deadline_us_ == 0) return;
  idle_deadline_us_ = 0;
  listener_.clear_idle_deadline(pid_);
}

void Connection::idle_too_long(int64_t deadline_us) {
  boost::asio::post(socket_.get_executor(), [self = shared_from_this(), deadline_us] {
    Reactor::note_handler();
    if (self->closing_ || self->idle_deadline_us_ != deadline_us) return;
    bool idle = self->session_->status() == 'I';
    self->fatal(idle ? sqlstate::kIdleSessionTimeout : sqlstate::kIdleInTransactionSessionTimeout,
                idle ? "terminating connection due to idle-session timeout"
                     : "terminating connection due to idle-in-transaction timeout");
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Connection::on_readable(const boost::system::error_code& error) {
  Reactor::note_handler();
  // The wait is cancelled by wake() and by shut_down(), which sets closing_.
  bool woken = error == boost::asio::error::operation_aborted;
  if ((error && !woken) || closing_) {
    close();
    return;
  }
  stop_idle_timer();
  if (woken) {
    notified_ = false;
    if (session_ && session_->interrupt().pending() >= common::Interrupt::Reason::kTerminate) {
      fatal(sqlstate::kAdminShutdown, "terminating connection due to administrator command");
      close();
      return;
    }
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
  } catch (const wire::BrokenStream& broken) {
    log_line("LOG", broken.what());
    closing_ = true;
  } catch (const SqlError& failure) {
    // Startup errors and unknown messages: tell, and end the connection.
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
  // Read into the thread's own buffer: growing the string first would clear as many bytes for each message.
  thread_local std::unique_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  ssize_t got = ::recv(socket_.native_handle(), buffer.get(), kReadBytes, 0);
  if (got > 0) input_.append(buffer.get(), static_cast<size_t>(got));
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
    char type = message->type;
    handle(*message);
    // Answers to a whole round are not held back while the next one is carried out.
    if (out_.size() > kFlushBytes || type == 'Q' || type == 'S') flush();
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
    case wire::StartupKind::kStartup:
      break;
  }
  if (message->protocol >> 16 != 3) {
    std::string text = "unsupported frontend protocol " + std::to_string(message->protocol >> 16) + "." +
                       std::to_string(message->protocol & 0xffff) + ": server supports 3.0 to 3.0";
    if (message->protocol >> 16 > 3) throw SqlError(sqlstate::kFeatureNotSupported, text).severity(Severity::kFatal);
    out_.report_version_2("FATAL:  " + text + "\n");
    closing_ = true;
    return false;
  }
  start_session(*message);
  return true;
}

void Connection::start_session(const wire::StartupMessage& message) {
  if ((message.protocol & 0xffff) != 0 || !message.unknown_options.empty())
    out_.negotiate_version(message.unknown_options);
  check_startup(state_, message, listener_.connections_max());
  out_.authentication_ok();
  session_ = open_session(state_, message, socket_);
  pid_ = session_->pid();
  listener_.add(shared_from_this());
  session_->on_notice = [this](const common::ErrorReport& report) { out_.report(report); };
  session_->on_notification = [this](int32_t pid, std::string_view channel, std::string_view payload) {
    out_.notification(pid, channel, payload);
  };
  session_->on_wake = [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->wake();
  };
  state_.sessions.set_wake(pid_, session_->on_wake);
  session_->settings().on_report = [this](std::string_view name, std::string_view value) {
    out_.parameter_status(name, value);
  };
  for (const auto& definition : commands::setting_definitions())
    if (definition.report) out_.parameter_status(definition.name, session_->settings().show(definition.name));
  int32_t key = 0;
  session_->update_activity([&](commands::ActivityEntry& entry) { key = entry.cancel_key; });
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
    portal_formats_.clear();
    commands::deliver_notifications(*session_);
  }
  out_.ready_for_query(session_->status());
  note_state();
}

void Connection::note_state() {
  char status = session_->status();
  session_->update_activity([&](commands::ActivityEntry& entry) {
    entry.state = status == 'I' ? "idle" : status == 'T' ? "idle in transaction" : "idle in transaction (aborted)";
    entry.state_change = state_.clock.now_microseconds();
  });
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
    // Within a message nothing else can be said: only the end of the session ends the waiting.
    if (session_ && session_->interrupt().pending() >= common::Interrupt::Reason::kTerminate)
      session_->interrupt().check();
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
  common::ErrorReport report{};
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
    state_.sessions.leave(pid_);
    if (session_) session_->end();
    state_.sessions.remove(pid_);
    stop_idle_timer();
    listener_.remove(pid_);
    pid_ = 0;
  }
  session_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace basalt::server
