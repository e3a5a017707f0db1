// The fields of ErrorResponse and NoticeResponse.
#include "wire/message_writer.hpp"

namespace basalt::wire {

using common::Severity;

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
  field('F', "basalt.cpp");
  field('L', "1");
  field('R', report.routine.empty() ? std::string_view("basalt") : std::string_view(report.routine));
  byte('\0');
  end();
}

}  // namespace basalt::wire
