#include "commands/column_reader.hpp"

#include <charconv>

#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "types/datetime/calendar.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::StringRef;
using common::Vector;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

template <typename T>
bool parse_number(std::string_view s, T& out) {
  // A leading '+' or blanks, and everything unusual, are left to the input function.
  auto result = std::from_chars(s.data(), s.data() + s.size(), out);
  return result.ec == std::errc() && result.ptr == s.data() + s.size();
}

// "2024-02-29"; false for everything else.
bool parse_iso_date(std::string_view s, int32_t& out) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
  int year, month, day;
  if (!parse_number(s.substr(0, 4), year) || !parse_number(s.substr(5, 2), month) || !parse_number(s.substr(8, 2), day))
    return false;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > types::days_in_month(year, month)) return false;
  out = static_cast<int32_t>(types::days_of(year, month, day));
  return true;
}

// "2024-02-29 12:34:56[.123456]"
bool parse_iso_timestamp(std::string_view s, int64_t& out) {
  int32_t days;
  if (s.size() < 19 || s.size() > 26 || s.size() == 20 || s[10] != ' ' || s[13] != ':' || s[16] != ':') return false;
  if (!parse_iso_date(s.substr(0, 10), days)) return false;
  int hour, minute, second, fraction = 0;
  if (!parse_number(s.substr(11, 2), hour) || !parse_number(s.substr(14, 2), minute) ||
      !parse_number(s.substr(17, 2), second))
    return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (s.size() > 20) {
    if (s[19] != '.') return false;
    for (size_t i = 20; i < 26; ++i) {
      if (i < s.size() && (s[i] < '0' || s[i] > '9')) return false;
      fraction = fraction * 10 + (i < s.size() ? s[i] - '0' : 0);
    }
  }
  out = int64_t{days} * types::kUsecPerDay + hour * types::kUsecPerHour + minute * types::kUsecPerMinute +
        second * types::kUsecPerSecond + fraction;
  return true;
}

}  // namespace

ColumnReader::ColumnReader(Session& session, Oid type, int32_t typmod, bool binary)
    : session_(session), type_(session.catalog().type(type)), typmod_(typmod), binary_(binary) {
  function_ = binary ? type_->receive : type_->input;
  if (binary && !function_.valid())
    throw SqlError(sqlstate::kUndefinedFunction,
                   "no binary input function available for type " + session.call_context().format_type(type, -1));
}

Vector ColumnReader::read(query::EvaluationContext& context, const Vector& fields, query::Rows& rows) {
  if (binary_) return call(context, fields, rows);
  switch (type_->oid.value) {
    case 21:
      return read_fixed<int16_t>(context, fields, rows, parse_number<int16_t>);
    case 23:
      return read_fixed<int32_t>(context, fields, rows, parse_number<int32_t>);
    case 20:
      return read_fixed<int64_t>(context, fields, rows, parse_number<int64_t>);
    case 1082:
      return read_fixed<int32_t>(context, fields, rows, parse_iso_date);
    case 1114:
      if (typmod_ >= 0) break;
      return read_fixed<int64_t>(context, fields, rows, parse_iso_timestamp);
    case 16:
      return read_fixed<bool>(context, fields, rows, [](std::string_view s, bool& out) {
        out = s == "t" || s == "true";
        return out || s == "f" || s == "false";
      });
    case 25:
      return fields;
    case 1043:
      if (fits_varchar(fields, rows.count)) return fields;
      break;
    default:
      break;
  }
  return call(context, fields, rows);
}

Vector ColumnReader::call(query::EvaluationContext& context, const Vector& fields, query::Rows& rows) {
  if (!call_) {
    Oid io_parameter = type_->element.valid() ? type_->element : type_->oid;
    call_ = compile_io_function(session_, function_, binary_ ? oid::kInternal : oid::kCstring, type_->oid, io_parameter,
                                typmod_);
  }
  Chunk one;
  one.columns.push_back(fields);
  one.rows = rows.count;
  return call_->evaluate(context, one, rows).flatten(rows.count);
}

template <typename T, typename Parse>
Vector ColumnReader::read_fixed(query::EvaluationContext& context, const Vector& fields, query::Rows& rows,
                                Parse parse) {
  Vector out(type_->physical, fields.capacity());
  const StringRef* texts = fields.data<StringRef>();
  T* values = out.data<T>();
  bool any_null = !fields.validity().all_valid();
  for (uint32_t row = 0; row < rows.count; ++row) {
    if (any_null && fields.is_null(row)) {
      out.set_null(row);
      continue;
    }
    if (!parse(texts[row].view(), values[row])) return call(context, fields, rows);
  }
  return out;
}

bool ColumnReader::fits_varchar(const Vector& fields, uint32_t rows) const {
  if (typmod_ < 0) return true;
  auto limit = static_cast<size_t>(typmod_ - 4);
  const StringRef* texts = fields.data<StringRef>();
  for (uint32_t row = 0; row < rows; ++row)
    if (texts[row].size() > limit && !fields.is_null(row)) return false;
  return true;
}

query::EvaluatorPointer compile_io_function(Session& session, Oid function, Oid argument, Oid result, Oid io_parameter,
                                            int32_t typmod) {
  query::Function call;
  call.function = function;
  call.type = result;
  auto slot = std::make_unique<query::Slot>();
  slot->type = argument;
  slot->index = 0;
  call.arguments.push_back(std::move(slot));
  catalog::FunctionPointer descriptor = session.catalog().function(function);
  auto constant = [&](Oid type, int32_t value) {
    auto node = std::make_unique<query::Constant>();
    node->type = type;
    node->value = common::Value::of(value);
    call.arguments.push_back(std::move(node));
  };
  if (descriptor->argument_types.size() > 1) constant(oid::kOid, static_cast<int32_t>(io_parameter.value));
  if (descriptor->argument_types.size() > 2) constant(oid::kInt4, typmod);
  query::ExpressionCompiler compiler(session.catalog(), session.call_context());
  return compiler.compile(call);
}

}  // namespace basalt::commands
