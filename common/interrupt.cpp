#include "common/interrupt.hpp"

#include "common/sqlstate.hpp"

namespace basalt::common {

void Interrupt::raise(Reason reason) {
  std::lock_guard lock(mutex_);
  if (static_cast<uint8_t>(reason) > reason_.load()) reason_ = static_cast<uint8_t>(reason);
  if (wake_) wake_();
}

void Interrupt::clear() {
  std::lock_guard lock(mutex_);
  // A request to end the session outlives the statement.
  if (pending() < Reason::kTerminate) reason_ = 0;
}

void Interrupt::throw_pending() const {
  switch (pending()) {
    case Reason::kStatementTimeout:
      throw SqlError(sqlstate::kQueryCanceled, "canceling statement due to statement timeout");
    case Reason::kLockTimeout:
      throw SqlError(sqlstate::kLockNotAvailable, "canceling statement due to lock timeout");
    case Reason::kTerminate:
    case Reason::kShutdown:
      throw SqlError(sqlstate::kAdminShutdown, "terminating connection due to administrator command")
          .severity(Severity::kFatal);
    default:
      throw SqlError(sqlstate::kQueryCanceled, "canceling statement due to user request");
  }
}

Interrupt::WakeHook::WakeHook(Interrupt& interrupt, std::function<void()> wake) : interrupt_(interrupt) {
  std::lock_guard lock(interrupt_.mutex_);
  previous_ = std::move(interrupt_.wake_);
  interrupt_.wake_ = std::move(wake);
  if (interrupt_.reason_.load() != 0) interrupt_.wake_();
}

Interrupt::WakeHook::~WakeHook() {
  std::lock_guard lock(interrupt_.mutex_);
  interrupt_.wake_ = std::move(previous_);
}

}  // namespace basalt::common
