// Result<T>: what a storage call returns for failures that can be expected (I/O, conflict, corruption, no space).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "common/ensure.hpp"
#include "common/sql_error.hpp"

namespace basalt::common {

enum class StatusCode {
  kOk,
  kIoError,      // the device said no; the text names file, operation and errno
  kCorrupt,      // XX001: checksum or structure wrong; the text names relation, page and offset
  kNoSpace,      // 53100: the disk or a reservation is full
  kOutOfMemory,  // 53200
  kCancelled,    // 57014
  kInvalid,      // the request makes no sense for this data directory (wrong version, already in use, ...)
};

struct Status {
  StatusCode code = StatusCode::kOk;
  std::string message;
  bool ok() const { return code == StatusCode::kOk; }
  static Status success() { return {}; }
};

// The SqlError that a Status becomes at the border to the query side.
[[nodiscard]] SqlError to_sql_error(const Status& status);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}         // NOLINT: implicit on purpose
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}  // NOLINT: implicit on purpose

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() {
    ENSURE(ok(), "value() of a failed result: " + std::get<1>(state_).message);
    return std::get<0>(state_);
  }
  const T& value() const { return const_cast<Result*>(this)->value(); }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }
  const Status& status() const { return std::get<1>(state_); }
  // The value, or the error thrown as SqlError.
  T take() {
    if (!ok()) throw to_sql_error(status());
    return std::move(std::get<0>(state_));
  }

 private:
  std::variant<T, Status> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit on purpose
  bool ok() const { return status_.ok(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }
  void take() const {
    if (!ok()) throw to_sql_error(status_);
  }

 private:
  Status status_;
};

}  // namespace basalt::common

// Returns the failure of `expression` from the calling function.
#define RETURN_IF_FAILED(expression)                            \
  do {                                                          \
    if (auto&& r_ = (expression); !r_.ok()) return r_.status(); \
  } while (false)
