// Pseudo-types, whose input and output mostly refuse; domains; and what asks only for the type of a value.
#include "common/sqlstate.hpp"
#include "types/container/detail.hpp"
#include "types/function_adaptor.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

template <size_t N>
struct Name {
  char text[N];
  constexpr Name(const char (&s)[N]) { std::copy_n(s, N, text); }  // NOLINT: implicit on purpose
};

template <Name Type>
Value refuse_input(FunctionCall&, std::span<const Value>) {
  throw SqlError(sqlstate::kFeatureNotSupported, std::string("cannot accept a value of type ") + Type.text);
}
template <Name Type>
Value refuse_output(FunctionCall&, std::span<const Value>) {
  throw SqlError(sqlstate::kFeatureNotSupported, std::string("cannot display a value of type ") + Type.text);
}

std::string same_text(std::string_view value) { return std::string(value); }

template <Name Type>
void add_input(FunctionRegistry& registry, const char* suffix = "_in") {
  registry.add_scalar(std::string(Type.text) + suffix, value_kernel<refuse_input<Type>, NullArguments::kReach>());
}
template <Name Type>
void add_both(FunctionRegistry& registry) {
  add_input<Type>(registry);
  registry.add_scalar(std::string(Type.text) + "_out", value_kernel<refuse_output<Type>, NullArguments::kReach>());
}
// Types made only by the server: their values print, but are never read.
template <Name Type>
void add_print_only(FunctionRegistry& registry) {
  add_input<Type>(registry);
  add_input<Type>(registry, "_recv");
  registry.add_scalar(std::string(Type.text) + "_out", scalar<same_text>());
  registry.add_scalar(std::string(Type.text) + "_send", scalar<same_text>());
}

std::string nothing(std::string_view) { return ""; }
Value refuse_shell_input(FunctionCall&, std::span<const Value>) {
  throw SqlError(sqlstate::kFeatureNotSupported, "cannot accept a value of a shell type");
}
Value refuse_shell_output(FunctionCall&, std::span<const Value>) {
  throw SqlError(sqlstate::kFeatureNotSupported, "cannot display a value of a shell type");
}

Value domain_in(FunctionCall& call, std::span<const Value> arguments) {
  Oid domain{arguments[1].as<uint32_t>()};
  TypePointer type = call.context->type(domain);
  Value value = arguments[0].is_null() ? Value::null(type->physical)
                                       : call.context->input(type->base, arguments[0].string(), type->typmod);
  call.context->check_domain(domain, value);
  return value;
}
Value domain_recv(FunctionCall& call, std::span<const Value> arguments) {
  Oid domain{arguments[1].as<uint32_t>()};
  TypePointer type = call.context->type(domain);
  Value value = arguments[0].is_null() ? Value::null(type->physical)
                                       : call.context->receive(type->base, arguments[0].string(), type->typmod);
  call.context->check_domain(domain, value);
  return value;
}

void pg_typeof(FunctionCall& call, std::span<const Vector>, uint32_t rows, Vector& result) {
  for (uint32_t row = 0; row < rows; ++row) result.data<uint32_t>()[row] = call.argument_types[0].value;
}

// The bytes of PostgreSQL's in-memory form where it is of fixed size; else ours, with PostgreSQL's header.
Value pg_column_size(FunctionCall& call, std::span<const Value> arguments) {
  TypePointer type = call.context->type(call.argument_types[0]);
  if (type->length > 0) return Value::of(static_cast<int32_t>(type->length));
  return Value::of(static_cast<int32_t>(raw_bytes(arguments[0]).size() + (type->length == -2 ? 1 : 4)));
}

void register_refusing(FunctionRegistry& registry) {
  add_both<"any">(registry);
  add_both<"anycompatible">(registry);
  add_both<"anycompatiblenonarray">(registry);
  add_both<"anyelement">(registry);
  add_both<"anynonarray">(registry);
  add_both<"event_trigger">(registry);
  add_both<"fdw_handler">(registry);
  add_both<"index_am_handler">(registry);
  add_both<"internal">(registry);
  add_both<"language_handler">(registry);
  add_both<"table_am_handler">(registry);
  add_both<"trigger">(registry);
  add_both<"tsm_handler">(registry);
  add_input<"anyarray">(registry);
  add_input<"anyarray">(registry, "_recv");
  add_input<"anycompatiblearray">(registry);
  add_input<"anycompatiblearray">(registry, "_recv");
  add_input<"anycompatiblemultirange">(registry);
  add_input<"anycompatiblerange">(registry);
  add_input<"anyenum">(registry);
  add_input<"anymultirange">(registry);
  add_input<"anyrange">(registry);
}

}  // namespace

void register_pseudo(FunctionRegistry& registry) {
  register_refusing(registry);
  add_both<"pg_ddl_command">(registry);
  add_input<"pg_ddl_command">(registry, "_recv");
  registry.add_scalar("pg_ddl_command_send", value_kernel<refuse_output<"pg_ddl_command">, NullArguments::kReach>());
  add_print_only<"pg_node_tree">(registry);
  add_print_only<"pg_ndistinct">(registry);
  add_print_only<"pg_dependencies">(registry);
  add_print_only<"pg_mcv_list">(registry);
  registry.add_scalar("shell_in", value_kernel<refuse_shell_input, NullArguments::kReach>());
  registry.add_scalar("shell_out", value_kernel<refuse_shell_output, NullArguments::kReach>());
  registry.add_scalar("void_in", scalar<nothing>());
  registry.add_scalar("void_out", scalar<nothing>());
  registry.add_scalar("void_recv", scalar<nothing>());
  registry.add_scalar("void_send", scalar<nothing>());
  registry.add_scalar("domain_in", value_kernel<domain_in, NullArguments::kReach>());
  registry.add_scalar("domain_recv", value_kernel<domain_recv, NullArguments::kReach>());
  registry.add_scalar("pg_typeof", pg_typeof);
  registry.add_scalar("pg_column_size", value_kernel<pg_column_size>());
}

}  // namespace basalt::types::container
