#include "common/sql_error.hpp"

#include "common/result.hpp"
#include "common/sqlstate.hpp"

namespace basalt::common {

std::string_view severity_name(Severity severity) {
  static constexpr std::string_view kNames[] = {"DEBUG", "LOG", "INFO", "NOTICE", "WARNING", "ERROR", "FATAL", "PANIC"};
  return kNames[static_cast<int>(severity)];
}

SqlError not_supported(std::string_view feature, std::source_location raised) {
  return SqlError(sqlstate::kFeatureNotSupported, std::string(feature) + " is not supported", raised);
}

SqlError to_sql_error(const Status& status) {
  switch (status.code) {
    case StatusCode::kIoError:
      return SqlError(sqlstate::kIoError, status.message);
    case StatusCode::kCorrupt:
      return SqlError(sqlstate::kDataCorrupted, status.message);
    case StatusCode::kNoSpace:
      return SqlError(sqlstate::kDiskFull, status.message);
    case StatusCode::kOutOfMemory:
      return SqlError(sqlstate::kOutOfMemory, status.message);
    case StatusCode::kCancelled:
      return SqlError(sqlstate::kQueryCanceled, "canceling statement due to user request");
    case StatusCode::kInvalid:
      return SqlError(sqlstate::kObjectNotInPrerequisiteState, status.message);
    case StatusCode::kOk:
      break;
  }
  return SqlError(sqlstate::kInternalError, status.message);
}

}  // namespace basalt::common
