// The fields of ErrorResponse and NoticeResponse.
#include "wire/message_writer.hpp"

namespace basalt::wire {

using common::Severity;

namespace {

// "storage/page.cpp" is "page.cpp".
std::string_view file_of(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

// "void basalt::query::Analyzer::bind(const Node&) const" is "bind".
std::string_view routine_of(std::string_view signature) {
  size_t end = 0, start = 0;
  for (int angles = 0; end < signature.size() && (angles > 0 || signature[end] != '('); ++end) {
    if (signature[end] == '<') ++angles;
    if (signature[end] == '>') --angles;
    if (angles == 0 && (signature[end] == ' ' || signature[end] == ':')) start = end + 1;
  }
  return signature.substr(start, end - start);
}

}  // namespace

void MessageWriter::report(const common::ErrorReport& report) {
  begin(report.severity >= Severity::kError ? 'E' : 'N');
  auto field = [&](char code, std::string_view value) {
    if (value.empty()) return;
    byte(code);
    string(value);
  };
  std::string_view severity = common::severity_name(report.severity);
  field('S', severity);
  field('V', severity);
  field('C', report.sqlstate.view());
  byte('M');
  string(report.message);
  field('D', report.detail);
  field('H', report.hint);
  if (report.position > 0) field('P', std::to_string(report.position));
  if (report.internal_position > 0) field('p', std::to_string(report.internal_position));
  field('q', report.internal_query);
  field('W', report.context);
  field('s', report.schema_name);
  field('t', report.table_name);
  field('c', report.column_name);
  field('d', report.type_name);
  field('n', report.constraint_name);
  field('F', file_of(report.raised.file_name()));
  field('L', std::to_string(report.raised.line()));
  field('R', report.routine.empty() ? routine_of(report.raised.function_name()) : std::string_view(report.routine));
  byte('\0');
  end();
}

}  // namespace basalt::wire
