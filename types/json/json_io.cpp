// Input and output of json and jsonb, and conversions of whole values.
#include "common/sqlstate.hpp"
#include "types/container/message.hpp"
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"
#include "types/json/document.hpp"
#include "types/json/json.hpp"
#include "types/number/numeric.hpp"
#include "types/text/utf8.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

std::string json_in(std::string_view text) {
  validate(text);
  return std::string(text);
}
std::string json_out(std::string_view text) { return std::string(text); }
std::string json_recv(std::string_view message) {
  utf8::validate(message);
  return json_in(message);
}

std::string jsonb_in(std::string_view text) { return parse_jsonb(text); }
std::string jsonb_out(std::string_view value) { return to_text(View(value)); }
std::string jsonb_recv(std::string_view message) {
  auto version = take_message<int8_t>(message);
  if (version != 1) {
    throw SqlError(sqlstate::kInternalError, "unsupported jsonb version number " + std::to_string(version));
  }
  utf8::validate(message);
  return parse_jsonb(message);
}
std::string jsonb_send(std::string_view value) { return "\x01" + to_text(View(value)); }

// --- casts of jsonb ------------------------------------------------------------------------------------------------

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kString:
      return "string";
    case Kind::kNumber:
      return "numeric";
    case Kind::kFalse:
    case Kind::kTrue:
      return "boolean";
    case Kind::kArray:
      return "array";
    case Kind::kObject:
      return "object";
  }
  return "";
}

[[noreturn]] void fail_cast(View value, const char* type) {
  throw SqlError(sqlstate::kInvalidParameterValue,
                 std::string("cannot cast jsonb ") + kind_name(value.kind()) + " to type " + type);
}
std::string_view number_for(std::string_view bytes, const char* type) {
  View value(bytes);
  if (value.kind() != Kind::kNumber) fail_cast(value, type);
  return value.payload();
}
bool jsonb_bool(std::string_view bytes) {
  View value(bytes);
  if (!value.is_boolean()) fail_cast(value, "boolean");
  return value.kind() == Kind::kTrue;
}
std::string jsonb_numeric(std::string_view bytes) { return std::string(number_for(bytes, "numeric")); }
int16_t jsonb_int2(std::string_view bytes) { return numeric::to_int16(number_for(bytes, "smallint")); }
int32_t jsonb_int4(std::string_view bytes) { return numeric::to_int32(number_for(bytes, "integer")); }
int64_t jsonb_int8(std::string_view bytes) { return numeric::to_int64(number_for(bytes, "bigint")); }
double jsonb_float8(std::string_view bytes) { return numeric::to_double(number_for(bytes, "double precision")); }

// The cast numeric -> real reads the digits again, so that it rounds once.
Value jsonb_float4(FunctionCall& call, std::span<const Value> arguments) {
  std::string_view number = number_for(arguments[0].string(), "real");
  return call.context->input(oid::kFloat4, numeric::to_string(number), -1);
}

// --- typeof, pretty, strip_nulls -----------------------------------------------------------------------------------

std::string jsonb_typeof(std::string_view bytes) {
  Kind kind = View(bytes).kind();
  return kind == Kind::kNumber ? "number" : kind_name(kind);
}
std::string json_typeof(std::string_view text) {
  Lexer lexer(text, Escapes::kKeep);
  lexer.next();
  switch (lexer.token()) {
    case Token::kObjectBegin:
      return "object";
    case Token::kArrayBegin:
      return "array";
    case Token::kString:
      return "string";
    case Token::kNumber:
      return "number";
    case Token::kNull:
      return "null";
    default:
      return "boolean";
  }
}
std::string jsonb_pretty(std::string_view bytes) { return to_pretty_text(View(bytes)); }

void strip_nulls(View value, Builder& builder) {
  if (value.is_array()) {
    builder.begin_array();
    for (uint32_t i = 0; i < value.size(); ++i) strip_nulls(value.element(i), builder);
    builder.end_array();
  } else if (value.is_object()) {
    builder.begin_object();
    for (uint32_t i = 0; i < value.size(); ++i) {
      if (value.value(i).is_null()) continue;
      builder.key(value.key(i));
      strip_nulls(value.value(i), builder);
    }
    builder.end_object();
  } else {
    builder.node(value);
  }
}
std::string jsonb_strip_nulls(std::string_view bytes) {
  Builder builder;
  strip_nulls(View(bytes), builder);
  return builder.finish();
}

void strip_nulls(const Document& value, std::string& out) {
  bool object = value.is_object();
  if (!object && !value.is_array()) {
    if (value.token == Token::kString)
      append_quoted(value.string, out);
    else
      out += value.raw;
    return;
  }
  out.push_back(object ? '{' : '[');
  bool first = true;
  for (size_t i = 0; i < value.values.size(); ++i) {
    if (object && value.values[i].is_null()) continue;
    if (!first) out.push_back(',');
    first = false;
    if (object) {
      append_quoted(value.keys[i], out);
      out.push_back(':');
    }
    strip_nulls(value.values[i], out);
  }
  out.push_back(object ? '}' : ']');
}
std::string json_strip_nulls(std::string_view text) {
  std::string out;
  strip_nulls(parse_document(text), out);
  return out;
}

}  // namespace

void register_json_io(FunctionRegistry& registry) {
  registry.add_scalar("json_in", scalar<json_in>());
  registry.add_scalar("json_out", scalar<json_out>());
  registry.add_scalar("json_recv", scalar<json_recv>());
  registry.add_scalar("json_send", scalar<json_out>());
  registry.add_scalar("jsonb_in", scalar<jsonb_in>());
  registry.add_scalar("jsonb_out", scalar<jsonb_out>());
  registry.add_scalar("jsonb_recv", scalar<jsonb_recv>());
  registry.add_scalar("jsonb_send", scalar<jsonb_send>());
  registry.add_scalar("jsonb_bool", scalar<jsonb_bool>());
  registry.add_scalar("jsonb_numeric", scalar<jsonb_numeric>());
  registry.add_scalar("jsonb_int2", scalar<jsonb_int2>());
  registry.add_scalar("jsonb_int4", scalar<jsonb_int4>());
  registry.add_scalar("jsonb_int8", scalar<jsonb_int8>());
  registry.add_scalar("jsonb_float4", value_kernel<jsonb_float4>());
  registry.add_scalar("jsonb_float8", scalar<jsonb_float8>());
  registry.add_scalar("json_typeof", scalar<json_typeof>());
  registry.add_scalar("jsonb_typeof", scalar<jsonb_typeof>());
  registry.add_scalar("jsonb_pretty", scalar<jsonb_pretty>());
  registry.add_scalar("json_strip_nulls", scalar<json_strip_nulls>());
  registry.add_scalar("jsonb_strip_nulls", scalar<jsonb_strip_nulls>());
}

}  // namespace basalt::types::json
