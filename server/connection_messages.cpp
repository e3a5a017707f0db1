// The messages of a session: simple query, Parse, Bind, Describe, Execute, Close, Sync.
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "server/connection.hpp"
#include "server/connection_sink.hpp"
#include "server/listener.hpp"

namespace basalt::server {

using common::Oid;
using common::Severity;
using common::SqlError;
using common::Value;
using wire::FieldReader;
using wire::FrontendMessage;
namespace sqlstate = common::sqlstate;

namespace {

bool is_extended(char type) { return type != 'Q' && type != 'F' && type != 'S'; }

std::vector<int16_t> read_formats(FieldReader& fields) {
  std::vector<int16_t> formats(fields.count());
  for (int16_t& format : formats) format = fields.int16();
  return formats;
}

int16_t format_of(const std::vector<int16_t>& formats, size_t i) {
  return formats.empty() ? int16_t{0} : formats.size() == 1 ? formats[0] : formats[i];
}

SqlError unsupported_format(int16_t format) {
  return SqlError(sqlstate::kInvalidParameterValue, "unsupported format code: " + std::to_string(format));
}

// The function call message is read and refused.
void refuse_function_call(const FrontendMessage& message) {
  FieldReader fields(message.body);
  fields.int32();
  read_formats(fields);
  for (size_t count = fields.count(); count > 0; --count) {
    int32_t length = fields.int32();
    if (length != -1) fields.bytes(static_cast<size_t>(static_cast<uint32_t>(length)));
  }
  fields.int16();
  fields.expect_end();
  throw common::not_supported("the function call protocol");
}

}  // namespace

void Connection::handle(const FrontendMessage& message) {
  if (message.type == 'X') {
    closing_ = true;
    return;
  }
  if (skip_until_sync_ && message.type != 'S') return;
  bool extended = is_extended(message.type);
  try {
    dispatch(message);
  } catch (const SqlError& error) {
    fail(error, extended);
  } catch (const std::bad_alloc&) {
    fail(SqlError(sqlstate::kOutOfMemory, "out of memory"), extended);
  } catch (const wire::BrokenStream&) {
    throw;
  } catch (const std::exception& bug) {
    // A failed check: XX000 for this statement, the session goes on.
    fail(SqlError(sqlstate::kInternalError, bug.what()), extended);
  }
}

void Connection::dispatch(const FrontendMessage& message) {
  switch (message.type) {
    case 'Q':
      handle_query(message);
      break;
    case 'P':
      handle_parse(message);
      break;
    case 'B':
      handle_bind(message);
      break;
    case 'D':
      handle_describe(message);
      break;
    case 'E':
      handle_execute(message);
      break;
    case 'C':
      handle_close(message);
      break;
    case 'S':
      handle_sync(message);
      break;
    case 'H':
      FieldReader(message.body).expect_end();
      flush();
      break;
    case 'F':
      refuse_function_call(message);
      break;
    default:
      break;  // CopyData, CopyDone, CopyFail after the end of a COPY are ignored
  }
}

void Connection::handle_sync(const FrontendMessage& message) {
  skip_until_sync_ = false;
  FieldReader(message.body).expect_end();
  session_->sync();
  ready();
}

void Connection::fail(const SqlError& error, bool extended) {
  try {
    session_->handle_error();
  } catch (const std::exception& second) {
    out_.report(error.report());
    fatal(sqlstate::kInternalError, std::string("could not roll back: ") + second.what());
    return;
  }
  out_.report(error.report());
  if (error.report().severity >= Severity::kFatal) {
    closing_ = true;
    return;
  }
  if (lost_synchronization_) {
    fatal(sqlstate::kProtocolViolation, "terminating connection because protocol synchronization was lost");
    return;
  }
  if (extended)
    skip_until_sync_ = true;
  else
    ready();
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
  size_t count = fields.count();
  for (size_t i = 0; i < count; ++i) types.emplace_back(static_cast<uint32_t>(fields.int32()));
  fields.expect_end();
  wire::require_utf8(name);
  wire::require_utf8(text);
  if (name.empty()) session_->close_statement(name);
  session_->parse(name, text, std::move(types));
  out_.simple('1');
}

// One parameter of Bind: length and bytes. `as_text`: the bytes are text that the type's input function reads.
Value Connection::read_parameter(FieldReader& fields, Oid type, int16_t format, size_t number, bool& as_text) {
  types::CallContext& call = session_->call_context();
  int32_t length = fields.int32();
  if (length == -1) return Value::null(call.type(type)->physical);
  std::string_view bytes = fields.bytes(static_cast<size_t>(static_cast<uint32_t>(length)));
  if (format == 0) {
    wire::require_utf8(bytes);
    as_text = true;
    return call.input(type, bytes, -1);
  }
  if (format != 1) throw unsupported_format(format);
  try {
    return call.receive(type, bytes, -1);
  } catch (SqlError& error) {
    if (error.report().message == "incorrect binary data format")
      error.report().message += " in bind parameter " + std::to_string(number);
    throw;
  }
}

std::vector<Value> Connection::read_parameters(FieldReader& fields, const commands::PreparedStatement& prepared,
                                               const std::string& portal) {
  std::vector<int16_t> formats = read_formats(fields);
  size_t count = fields.count();
  if (formats.size() > 1 && formats.size() != count)
    throw SqlError(sqlstate::kProtocolViolation, "bind message has " + std::to_string(formats.size()) +
                                                     " parameter formats but " + std::to_string(count) + " parameters");
  session_->check_bind(prepared, count);
  std::vector<Value> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    bool as_text = false;
    try {
      values.push_back(read_parameter(fields, prepared.parameter_types[i], format_of(formats, i), i + 1, as_text));
    } catch (SqlError& error) {
      std::string& context = error.report().context;
      if (!context.empty()) context += '\n';
      context += (portal.empty() ? std::string("unnamed portal") : "portal \"" + portal + "\"") + " parameter $" +
                 std::to_string(i + 1) + (as_text ? " = '...'" : "");
      throw;
    }
  }
  return values;
}

void Connection::handle_bind(const FrontendMessage& message) {
  FieldReader fields(message.body);
  std::string portal(fields.string()), statement(fields.string());
  wire::require_utf8(portal);
  wire::require_utf8(statement);
  std::vector<Value> values = read_parameters(fields, session_->prepared(statement), portal);
  std::vector<int16_t> result_formats = read_formats(fields);
  fields.expect_end();
  if (portal.empty()) session_->close_portal(portal);
  session_->bind(portal, statement, std::move(values));
  size_t columns = session_->portal(portal).columns.size();
  if (result_formats.size() > 1 && result_formats.size() != columns)
    throw SqlError(sqlstate::kProtocolViolation, "bind message has " + std::to_string(result_formats.size()) +
                                                     " result formats but query has " + std::to_string(columns) +
                                                     " columns");
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
    out_.int16(format_of(formats, i));
  }
  out_.end();
}

// A cursor that SQL has made has text results.
std::vector<int16_t> Connection::formats_of_portal(const std::string& name) const {
  auto found = portal_formats_.find(name);
  return found == portal_formats_.end() ? std::vector<int16_t>() : found->second;
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
    if (prepared.returns_rows)
      write_row_description(prepared.columns, {});
    else
      out_.simple('n');
  } else if (kind == 'P') {
    const commands::Portal& portal = session_->portal(name);
    if (portal.returns_rows)
      write_row_description(portal.columns, formats_of_portal(name));
    else
      out_.simple('n');
  } else {
    throw SqlError(sqlstate::kProtocolViolation, "invalid DESCRIBE message subtype " + std::to_string(kind));
  }
}

void Connection::handle_execute(const FrontendMessage& message) {
  FieldReader fields(message.body);
  std::string name(fields.string());
  int32_t rows_max = fields.int32();
  fields.expect_end();
  const std::vector<int16_t> formats = formats_of_portal(name);
  for (int16_t format : formats)
    if (format != 0 && format != 1) throw unsupported_format(format);
  ConnectionSink sink(*this, formats, false);
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

}  // namespace basalt::server
