// Errors that a user sees: SQLSTATE, message and the optional fields of PostgreSQL's error report.
//
// Thrown as SqlError, caught in one place (the session). Notices and warnings use the same ErrorReport.
#pragma once

#include <exception>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace basalt::common {

// Five characters, as in PostgreSQL's appendix of error codes.
struct SqlState {
  char code[6];
  constexpr std::string_view view() const { return {code, 5}; }
  constexpr bool operator==(const SqlState& other) const { return view() == other.view(); }
};

enum class Severity { kDebug, kLog, kInfo, kNotice, kWarning, kError, kFatal, kPanic };
std::string_view severity_name(Severity severity);

struct ErrorReport {
  Severity severity = Severity::kError;
  SqlState sqlstate{"XX000"};
  std::string message;
  std::string detail;
  std::string hint;
  int position = 0;           // 1-based, in characters of the statement text; 0 is none
  int internal_position = 0;  // the same, in internal_query
  std::string internal_query;
  std::string context;  // the "CONTEXT:" lines
  std::string schema_name, table_name, column_name, type_name, constraint_name;
  std::string routine;  // PostgreSQL's routine name where clients match on it; otherwise that of `raised`
  std::source_location raised = std::source_location::current();  // the fields file, line and routine
};

class SqlError : public std::exception {
 public:
  SqlError(SqlState sqlstate, std::string message, std::source_location raised = std::source_location::current()) {
    report_.sqlstate = sqlstate;
    report_.message = std::move(message);
    report_.raised = raised;
  }
  explicit SqlError(ErrorReport report) : report_(std::move(report)) {}

  const char* what() const noexcept override { return report_.message.c_str(); }
  const ErrorReport& report() const { return report_; }
  ErrorReport& report() { return report_; }

  // Builders, to be chained: throw SqlError(...).detail("...").position(17);
  SqlError&& detail(std::string text) && {
    report_.detail = std::move(text);
    return std::move(*this);
  }
  SqlError&& hint(std::string text) && {
    report_.hint = std::move(text);
    return std::move(*this);
  }
  SqlError&& position(int at) && {
    report_.position = at;
    return std::move(*this);
  }
  SqlError&& routine(std::string name) && {
    report_.routine = std::move(name);
    return std::move(*this);
  }
  SqlError&& schema(std::string name) && {
    report_.schema_name = std::move(name);
    return std::move(*this);
  }
  SqlError&& table(std::string name) && {
    report_.table_name = std::move(name);
    return std::move(*this);
  }
  SqlError&& column(std::string name) && {
    report_.column_name = std::move(name);
    return std::move(*this);
  }
  SqlError&& type(std::string name) && {
    report_.type_name = std::move(name);
    return std::move(*this);
  }
  SqlError&& constraint(std::string name) && {
    report_.constraint_name = std::move(name);
    return std::move(*this);
  }
  SqlError&& severity(Severity s) && {
    report_.severity = s;
    return std::move(*this);
  }

 private:
  ErrorReport report_;
};

// 0A000: what Basalt does not support says so, naming the feature.
[[nodiscard]] SqlError not_supported(std::string_view feature,
                                     std::source_location raised = std::source_location::current());

}  // namespace basalt::common
