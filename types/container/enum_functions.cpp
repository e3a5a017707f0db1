// Functions of enums. A value is the OID of its label; order is that of the labels in the type's descriptor.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/detail.hpp"
#include "types/function_adaptor.hpp"
#include "types/hash_bytes.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

TypePointer enum_type(FunctionCall& call, Oid type) {
  TypePointer descriptor = call.context->type(type);
  while (descriptor->kind == 'd') descriptor = call.context->type(descriptor->base);
  return descriptor;
}
TypePointer argument_type(FunctionCall& call) {
  ENSURE(!call.argument_types.empty(), "an enum function needs the type of its argument");
  TypePointer type = enum_type(call, call.argument_types[0]);
  if (type->kind != 'e') throw SqlError(sqlstate::kFeatureNotSupported, "could not determine actual enum type");
  return type;
}

const EnumLabel& label_of(const TypeDescriptor& type, uint32_t value) {
  for (const EnumLabel& label : type.labels) {
    if (label.oid.value == value) return label;
  }
  throw SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid internal value for enum: " + std::to_string(value));
}

uint32_t enum_in(FunctionCall& call, std::string_view text, uint32_t type) {
  TypePointer descriptor = enum_type(call, Oid{type});
  for (const EnumLabel& label : descriptor->labels) {
    if (label.label == text) return label.oid.value;
  }
  throw SqlError(
      sqlstate::kInvalidTextRepresentation,
      "invalid input value for enum " + call.context->format_type(Oid{type}, -1) + ": \"" + std::string(text) + "\"");
}
std::string enum_out(FunctionCall& call, uint32_t value) { return label_of(*argument_type(call), value).label; }

int compare(FunctionCall& call, uint32_t a, uint32_t b) {
  if (a == b) return 0;
  TypePointer type = argument_type(call);
  return three_way(label_of(*type, a).sort_order, label_of(*type, b).sort_order);
}
bool enum_eq(uint32_t a, uint32_t b) { return a == b; }
bool enum_ne(uint32_t a, uint32_t b) { return a != b; }
bool enum_lt(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) < 0; }
bool enum_le(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) <= 0; }
bool enum_gt(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) > 0; }
bool enum_ge(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) >= 0; }
int32_t enum_cmp(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b); }
uint32_t enum_smaller(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) <= 0 ? a : b; }
uint32_t enum_larger(FunctionCall& call, uint32_t a, uint32_t b) { return compare(call, a, b) >= 0 ? a : b; }
int32_t hash_enum(uint32_t value) { return static_cast<int32_t>(hash_uint32(value)); }
int64_t hash_enum_extended(uint32_t value, int64_t seed) {
  return static_cast<int64_t>(hash_uint32_extended(value, static_cast<uint64_t>(seed)));
}

TypePointer labelled_type(FunctionCall& call) {
  TypePointer type = argument_type(call);
  if (type->labels.empty()) {
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "enum " + call.context->format_type(type->oid, -1) + " contains no values");
  }
  return type;
}
Value enum_first(FunctionCall& call, std::span<const Value>) {
  return Value::of(labelled_type(call)->labels.front().oid.value);
}
Value enum_last(FunctionCall& call, std::span<const Value>) {
  return Value::of(labelled_type(call)->labels.back().oid.value);
}

// Labels from the first bound to the second; NULL is the end of the list.
Value labels_between(FunctionCall& call, const Value& first, const Value& last) {
  TypePointer type = argument_type(call);
  ArrayBuilder builder(type->oid, common::PhysicalType::kInt32);
  bool inside = first.is_null();
  for (const EnumLabel& label : type->labels) {
    if (!inside && label.oid.value == first.as<uint32_t>()) inside = true;
    if (inside) builder.append_fixed(label.oid.value);
    if (!last.is_null() && label.oid.value == last.as<uint32_t>()) break;
  }
  return Value::of(builder.finish());
}
Value enum_range_all(FunctionCall& call, std::span<const Value>) { return labels_between(call, Value(), Value()); }
Value enum_range_bounds(FunctionCall& call, std::span<const Value> arguments) {
  return labels_between(call, arguments[0], arguments[1]);
}

}  // namespace

void register_enum(FunctionRegistry& registry) {
  registry.add_scalar("enum_in", scalar<enum_in>());
  registry.add_scalar("enum_out", scalar<enum_out>());
  registry.add_scalar("anyenum_out", scalar<enum_out>());
  registry.add_scalar("enum_recv", scalar<enum_in>());
  registry.add_scalar("enum_send", scalar<enum_out>());
  registry.add_scalar("enum_eq", scalar<enum_eq>());
  registry.add_scalar("enum_ne", scalar<enum_ne>());
  registry.add_scalar("enum_lt", scalar<enum_lt>());
  registry.add_scalar("enum_le", scalar<enum_le>());
  registry.add_scalar("enum_gt", scalar<enum_gt>());
  registry.add_scalar("enum_ge", scalar<enum_ge>());
  registry.add_scalar("enum_cmp", scalar<enum_cmp>());
  registry.add_scalar("enum_smaller", scalar<enum_smaller>());
  registry.add_scalar("enum_larger", scalar<enum_larger>());
  registry.add_scalar("hashenum", scalar<hash_enum>());
  registry.add_scalar("hashenumextended", scalar<hash_enum_extended>());
  registry.add_scalar("enum_first", value_kernel<enum_first, NullArguments::kReach>());
  registry.add_scalar("enum_last", value_kernel<enum_last, NullArguments::kReach>());
  registry.add_scalar("enum_range_all", value_kernel<enum_range_all, NullArguments::kReach>());
  registry.add_scalar("enum_range_bounds", value_kernel<enum_range_bounds, NullArguments::kReach>());
}

}  // namespace basalt::types::container
