// Functions that make json and jsonb of SQL values.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"
#include "types/json/json.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

// Arguments of a VARIADIC "any" function: as they are, or the elements of VARIADIC arr.
struct Argument {
  Oid type;
  Value value;
};

// False: VARIADIC NULL.
bool variadic_arguments(FunctionCall& call, std::span<const Value> arguments, std::vector<Argument>& out) {
  if (!call.variadic_array) {
    for (size_t i = 0; i < arguments.size(); ++i) out.push_back({call.argument_types[i], arguments[i]});
    return true;
  }
  if (arguments[0].is_null()) return false;
  ArrayView array(arguments[0].string());
  for (uint32_t i = 0; i < array.size(); ++i) out.push_back({array.element_type(), array.value(i)});
  return true;
}

void check_even(size_t count, const char* function) {
  if (count % 2 == 0) return;
  throw SqlError(sqlstate::kInvalidParameterValue, "argument list must have even number of elements")
      .hint(std::string("The arguments of ") + function + "() must consist of alternating keys and values.");
}

Value json_build_object(FunctionCall& call, std::span<const Value> values) {
  std::vector<Argument> arguments;
  if (!variadic_arguments(call, values, arguments)) return Value();
  check_even(arguments.size(), "json_build_object");
  std::string out = "{";
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (i > 0) out += ", ";
    if (arguments[i].value.is_null()) {
      throw SqlError(sqlstate::kInvalidParameterValue, "argument " + std::to_string(i + 1) + " cannot be null")
          .hint("Object keys should be text.");
    }
    append_json_key(*call.context, arguments[i].type, arguments[i].value, out);
    out += " : ";
    append_json(*call.context, arguments[i + 1].type, arguments[i + 1].value, out);
  }
  return Value::of(out + "}");
}

Value jsonb_build_object(FunctionCall& call, std::span<const Value> values) {
  std::vector<Argument> arguments;
  if (!variadic_arguments(call, values, arguments)) return Value();
  check_even(arguments.size(), "jsonb_build_object");
  Builder builder;
  builder.begin_object();
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (arguments[i].value.is_null()) {
      throw SqlError(sqlstate::kInvalidParameterValue, "argument " + std::to_string(i + 1) + ": key must not be null");
    }
    builder.key(jsonb_key(*call.context, arguments[i].type, arguments[i].value));
    build_jsonb(*call.context, arguments[i + 1].type, arguments[i + 1].value, builder);
  }
  return Value::of(builder.end_object().finish());
}

Value json_build_array(FunctionCall& call, std::span<const Value> values) {
  std::vector<Argument> arguments;
  if (!variadic_arguments(call, values, arguments)) return Value();
  std::string out = "[";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ", ";
    append_json(*call.context, arguments[i].type, arguments[i].value, out);
  }
  return Value::of(out + "]");
}

Value jsonb_build_array(FunctionCall& call, std::span<const Value> values) {
  std::vector<Argument> arguments;
  if (!variadic_arguments(call, values, arguments)) return Value();
  Builder builder;
  builder.begin_array();
  for (const Argument& a : arguments) build_jsonb(*call.context, a.type, a.value, builder);
  return Value::of(builder.end_array().finish());
}

Value json_no_object(FunctionCall&, std::span<const Value>) { return Value::of("{}"); }
Value json_no_array(FunctionCall&, std::span<const Value>) { return Value::of("[]"); }
Value jsonb_no_object(FunctionCall&, std::span<const Value>) {
  return Value::of(Builder().begin_object().end_object().finish());
}
Value jsonb_no_array(FunctionCall&, std::span<const Value>) {
  return Value::of(Builder().begin_array().end_array().finish());
}

Value to_json(FunctionCall& call, std::span<const Value> arguments) {
  std::string out;
  append_json(*call.context, call.argument_types[0], arguments[0], out);
  return Value::of(out);
}
Value to_pretty(FunctionCall& call, std::span<const Value> arguments) {
  std::string out;
  if (arguments[1].as<bool>())
    append_pretty_json(*call.context, call.argument_types[0], arguments[0], out);
  else
    append_json(*call.context, call.argument_types[0], arguments[0], out);
  return Value::of(out);
}
Value to_jsonb(FunctionCall& call, std::span<const Value> arguments) {
  Builder builder;
  build_jsonb(*call.context, call.argument_types[0], arguments[0], builder);
  return Value::of(builder.finish());
}

// --- json_object ---------------------------------------------------------------------------------------------------

struct Pair {
  std::string key;
  std::optional<std::string> value;
};

[[noreturn]] void fail_shape(const char* message) { throw SqlError(sqlstate::kArraySubscriptError, message); }

std::string checked_key(std::optional<std::string>& key) {
  if (!key) throw SqlError(sqlstate::kNullValueNotAllowed, "null value not allowed for object key");
  return std::move(*key);
}

std::vector<Pair> pairs_of(std::string_view array) {
  ArrayView view(array);
  if (view.dimensions() > 2) fail_shape("wrong number of array subscripts");
  if (view.dimensions() == 1 && view.size() % 2 != 0) fail_shape("array must have even number of elements");
  if (view.dimensions() == 2 && view.dimension(1).length != 2) fail_shape("array must have two columns");
  TextArray texts = text_array(array);
  std::vector<Pair> pairs;
  for (size_t i = 0; i + 1 < texts.size(); i += 2) pairs.push_back({checked_key(texts[i]), std::move(texts[i + 1])});
  return pairs;
}

std::vector<Pair> pairs_of(std::string_view keys, std::string_view values) {
  ArrayView key_view(keys), value_view(values);
  if (key_view.dimensions() > 1 || key_view.dimensions() != value_view.dimensions()) {
    fail_shape("wrong number of array subscripts");
  }
  if (key_view.size() != value_view.size()) fail_shape("mismatched array dimensions");
  TextArray names = text_array(keys), texts = text_array(values);
  std::vector<Pair> pairs;
  for (size_t i = 0; i < names.size(); ++i) pairs.push_back({checked_key(names[i]), std::move(texts[i])});
  return pairs;
}

std::string object_text(const std::vector<Pair>& pairs) {
  std::string out = "{";
  for (const Pair& pair : pairs) {
    if (out.size() > 1) out += ", ";
    append_quoted(pair.key, out);
    out += " : ";
    if (pair.value)
      append_quoted(*pair.value, out);
    else
      out += "null";
  }
  return out + "}";
}
std::string object_jsonb(const std::vector<Pair>& pairs) {
  Builder builder;
  builder.begin_object();
  for (const Pair& pair : pairs) {
    builder.key(pair.key);
    if (pair.value)
      builder.string(*pair.value);
    else
      builder.null();
  }
  return builder.end_object().finish();
}

std::string json_object(std::string_view array) { return object_text(pairs_of(array)); }
std::string json_object_two_arg(std::string_view keys, std::string_view values) {
  return object_text(pairs_of(keys, values));
}
std::string jsonb_object(std::string_view array) { return object_jsonb(pairs_of(array)); }
std::string jsonb_object_two_arg(std::string_view keys, std::string_view values) {
  return object_jsonb(pairs_of(keys, values));
}

}  // namespace

void register_json_build(FunctionRegistry& registry) {
  registry.add_scalar("json_build_object", value_kernel<json_build_object, NullArguments::kReach>());
  registry.add_scalar("json_build_array", value_kernel<json_build_array, NullArguments::kReach>());
  registry.add_scalar("jsonb_build_object", value_kernel<jsonb_build_object, NullArguments::kReach>());
  registry.add_scalar("jsonb_build_array", value_kernel<jsonb_build_array, NullArguments::kReach>());
  registry.add_scalar("json_build_object_noargs", value_kernel<json_no_object>());
  registry.add_scalar("json_build_array_noargs", value_kernel<json_no_array>());
  registry.add_scalar("jsonb_build_object_noargs", value_kernel<jsonb_no_object>());
  registry.add_scalar("jsonb_build_array_noargs", value_kernel<jsonb_no_array>());
  registry.add_scalar("to_json", value_kernel<to_json>());
  registry.add_scalar("array_to_json", value_kernel<to_json>());
  registry.add_scalar("array_to_json_pretty", value_kernel<to_pretty>());
  registry.add_scalar("row_to_json", value_kernel<to_json>());
  registry.add_scalar("row_to_json_pretty", value_kernel<to_pretty>());
  registry.add_scalar("to_jsonb", value_kernel<to_jsonb>());
  registry.add_scalar("json_object", scalar<json_object>());
  registry.add_scalar("json_object_two_arg", scalar<json_object_two_arg>());
  registry.add_scalar("jsonb_object", scalar<jsonb_object>());
  registry.add_scalar("jsonb_object_two_arg", scalar<jsonb_object_two_arg>());
}

}  // namespace basalt::types::json
