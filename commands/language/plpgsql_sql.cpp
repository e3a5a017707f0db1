// Statements of PL/pgSQL that run SQL or report something: SQL statements with INTO, RETURN, RAISE, GET DIAGNOSTICS.
#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::Severity;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

using Shape = std::shared_ptr<const ResultShape>;

void PlFrame::run_sql(const PlStatement& statement) {
  std::vector<Value> first;
  Shape shape;
  uint64_t count = 0;
  bool dynamic = statement.kind == PlKind::kExecute;
  auto take = [&](const Shape& row_shape, std::vector<Value> row) {
    shape = row_shape;
    if (count++ == 0) first = std::move(row);
    // Without STRICT only the first row matters.
    return !statement.into || statement.strict ? count < 2 || !statement.into : false;
  };
  RunResult run = dynamic ? run_dynamic(statement, take) : run_query(*statement.expression, take);
  bool changes = run.command != query::CommandKind::kSelect && run.command != query::CommandKind::kUtility;
  if (!statement.into) {
    const bool selects = run.command == query::CommandKind::kSelect;
    if (statement.kind == PlKind::kSql && (selects || (run.command == query::CommandKind::kUtility && run.rows > 0))) {
      SqlError error(sqlstate::kSyntaxError, "query has no destination for result data");
      if (selects) error.report().hint = "If you want to discard the results of a SELECT, use PERFORM instead.";
      throw error;
    }
    row_count_ = run.rows;
    if (!dynamic) set_found(run.rows > 0);
    return;
  }
  if (!run.tag.empty()) throw SqlError(sqlstate::kSyntaxError, "INTO used with a command that cannot return data");
  if (statement.strict && count == 0) throw SqlError(sqlstate::kNoDataFound, "query returned no rows");
  if (count > 1 && (statement.strict || changes)) {
    SqlError error(sqlstate::kTooManyRows, "query returned more than one row");
    if (!dynamic) error.report().hint = "Make sure the query returns a single row, or use LIMIT 1.";
    throw error;
  }
  assign_row(statement.targets, shape, count ? &first : nullptr);
  row_count_ = count ? 1 : 0;
  if (!dynamic) set_found(count > 0);
}

// ---- RETURN

void PlFrame::run_return(const PlStatement& statement) {
  has_returned = true;
  if (!statement.expression) return;
  if (statement.datum >= 0 && program->datums[static_cast<size_t>(statement.datum)].is_record) {
    const PlRecord& record = records[static_cast<size_t>(statement.datum)];
    returned = {get(statement.datum), record.shape ? record.shape->type : oid::kRecord};
    return;
  }
  returned = evaluate(*statement.expression);
  if (result.is_row || is_trigger) require_row(returned);
}

// Where a row is to be returned.
void PlFrame::require_row(const TypedValue& value) {
  if (value.value.is_null() || is_row_type(session, value.type)) return;
  throw SqlError(sqlstate::kDatatypeMismatch,
                 "cannot return non-composite value from function returning composite type");
}

// A set of records of which the caller does not say what they are has nowhere to go.
void PlFrame::require_known_rows() const {
  if (result.is_row && !result.known)
    throw SqlError(sqlstate::kFeatureNotSupported, "materialize mode required, but it is not allowed in this context");
}

void PlFrame::run_return_next(const PlStatement& statement) {
  require_known_rows();
  std::vector<Value> row;
  if (!statement.expression) {
    for (int output : program->outputs) row.push_back(get(output));
  } else {
    TypedValue value = evaluate(*statement.expression);
    if (!result.is_row) {
      row.push_back(convert(value.value, value.type, result.type, -1));
    } else if (value.value.is_null()) {
      for (Oid type : result.types) row.push_back(Value::null(physical_of(session, type)));
    } else {
      require_row(value);
      types::RecordView view(value.value.string());
      if (result.known && view.size() != result.types.size())
        throw SqlError(sqlstate::kDatatypeMismatch, "wrong record type supplied in RETURN NEXT");
      for (uint32_t i = 0; i < view.size(); ++i)
        row.push_back(view.is_null(i) ? Value::null(view.physical(i))
                      : result.known  ? convert(view.value(i), view.field_type(i), result.types[i], result.typmods[i])
                                      : view.value(i));
    }
  }
  rows.push_back(std::move(row));
}

void PlFrame::run_return_query(const PlStatement& statement) {
  require_known_rows();
  auto take = [&](const Shape& shape, std::vector<Value> row) {
    std::vector<Oid> types = result.is_row ? result.types : std::vector<Oid>{result.type};
    if (result.known && row.size() != types.size())
      throw SqlError(sqlstate::kDatatypeMismatch, "structure of query does not match function result type")
          .detail("Number of returned columns (" + std::to_string(row.size()) +
                  ") does not match expected column count (" + std::to_string(types.size()) + ").");
    for (size_t i = 0; result.known && i < row.size(); ++i)
      if (shape->types[i] != types[i])
        throw SqlError(sqlstate::kDatatypeMismatch, "structure of query does not match function result type")
            .detail("Returned type " + session.context().format_type(shape->types[i], -1) +
                    " does not match expected type " + session.context().format_type(types[i], -1) + " in column " +
                    std::to_string(i + 1) + ".");
    rows.push_back(std::move(row));
    return true;
  };
  RunResult run = statement.dynamic ? run_dynamic(statement, take) : run_query(*statement.expression, take);
  row_count_ = run.rows;
  set_found(run.rows > 0);
}

// ---- RAISE, ASSERT

std::string PlFrame::format_message(const PlStatement& statement) {
  std::string out;
  size_t next = 0;
  for (size_t i = 0; i < statement.format.size(); ++i) {
    if (statement.format[i] != '%') {
      out += statement.format[i];
    } else if (i + 1 < statement.format.size() && statement.format[i + 1] == '%') {
      out += '%';
      ++i;
    } else {
      TypedValue value = evaluate(*statement.arguments[next++]);
      out += value.value.is_null() ? "<NULL>" : session.context().output(value.type, value.value);
    }
  }
  return out;
}

void PlFrame::run_raise(const PlStatement& statement) {
  if (statement.dynamic) {
    if (handled_.empty())
      throw SqlError(sqlstate::kStackedDiagnosticsAccessedWithoutActiveHandler,
                     "RAISE without parameters cannot be used outside an exception handler");
    common::ErrorReport again = handled_.back();
    again.context.clear();
    throw SqlError(std::move(again));
  }
  common::ErrorReport report{};
  report.severity = static_cast<Severity>(statement.level);
  bool error = report.severity == Severity::kError;
  std::string state = error ? "P0001" : report.severity == Severity::kWarning ? "01000" : "00000";
  if (!statement.condition.empty()) state = statement.condition;
  std::string message;
  bool has_message = statement.has_format;
  if (statement.has_format) message = format_message(statement);
  for (const PlOption& option : statement.options) {
    TypedValue value = evaluate(*option.value);
    if (value.value.is_null()) throw SqlError(sqlstate::kNullValueNotAllowed, "RAISE statement option cannot be null");
    std::string text = session.context().output(value.type, value.value);
    if (option.name == "message") {
      if (has_message) throw SqlError(sqlstate::kSyntaxError, "RAISE option already specified: MESSAGE");
      message = text;
      has_message = true;
    } else if (option.name == "detail")
      report.detail = text;
    else if (option.name == "hint")
      report.hint = text;
    else if (option.name == "errcode") {
      std::vector<std::string> states = condition_states(text);
      state = text.size() == 5 && states.empty() ? text : states.empty() ? "" : states.front();
      if (state.empty())
        throw SqlError(sqlstate::kUndefinedObject, "unrecognized exception condition \"" + text + "\"");
    } else if (option.name == "column")
      report.column_name = text;
    else if (option.name == "constraint")
      report.constraint_name = text;
    else if (option.name == "datatype")
      report.type_name = text;
    else if (option.name == "table")
      report.table_name = text;
    else if (option.name == "schema")
      report.schema_name = text;
    else
      throw SqlError(sqlstate::kSyntaxError, "unrecognized RAISE statement option");
  }
  if (!has_message) message = !statement.format.empty() ? statement.format : state;
  for (size_t i = 0; i < 5; ++i) report.sqlstate.code[i] = i < state.size() ? state[i] : '0';
  report.message = std::move(message);
  if (error) throw SqlError(std::move(report));
  report.context = context_line();
  session.notice(std::move(report));
}

void PlFrame::run_assert(const PlStatement& statement) {
  if (!session.settings().get_bool("plpgsql.check_asserts") || evaluate_condition(*statement.expression)) return;
  std::string message = "assertion failed";
  if (statement.second) {
    TypedValue value = evaluate(*statement.second);
    if (!value.value.is_null()) message = session.context().output(value.type, value.value);
  }
  throw SqlError(sqlstate::kAssertFailure, message);
}

void PlFrame::run_diagnostics(const PlStatement& statement) {
  if (statement.stacked && handled_.empty())
    throw SqlError(sqlstate::kStackedDiagnosticsAccessedWithoutActiveHandler,
                   "GET STACKED DIAGNOSTICS cannot be used outside an exception handler");
  for (const PlOption& option : statement.options) {
    if (option.name == "row_count") {
      assign(option.target, {Value::of(static_cast<int64_t>(row_count_)), oid::kInt8});
      continue;
    }
    std::string text;
    if (option.name == "pg_context") {
      text = context_line();
    } else if (statement.stacked) {
      const common::ErrorReport& report = handled_.back();
      if (option.name == "returned_sqlstate")
        text = report.sqlstate.view();
      else if (option.name == "message_text")
        text = report.message;
      else if (option.name == "pg_exception_detail")
        text = report.detail;
      else if (option.name == "pg_exception_hint")
        text = report.hint;
      else if (option.name == "pg_exception_context")
        text = report.context;
      else if (option.name == "column_name")
        text = report.column_name;
      else if (option.name == "constraint_name")
        text = report.constraint_name;
      else if (option.name == "pg_datatype_name")
        text = report.type_name;
      else if (option.name == "table_name")
        text = report.table_name;
      else if (option.name == "schema_name")
        text = report.schema_name;
      else
        throw SqlError(sqlstate::kSyntaxError, "unrecognized GET DIAGNOSTICS item");
    } else {
      throw SqlError(sqlstate::kSyntaxError, "unrecognized GET DIAGNOSTICS item");
    }
    assign(option.target, {Value::of(text), oid::kText});
  }
}

}  // namespace basalt::commands::language
