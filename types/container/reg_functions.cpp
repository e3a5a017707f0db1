// The reg* types: OIDs that read and print as names. The names are the business of CallContext.
#include "common/sqlstate.hpp"
#include "types/container/detail.hpp"
#include "types/container/identifiers.hpp"
#include "types/container/message.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

uint32_t parse_reg(FunctionCall& call, Oid kind, std::string_view text) {
  if (text == "-") return 0;
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) return parse_oid(text);
  return call.context->parse_object_name(kind, text).value;
}

// NULL when there is no such object; other errors, as of syntax, remain.
std::optional<uint32_t> find_reg(FunctionCall& call, Oid kind, std::string_view text) {
  try {
    return call.context->parse_object_name(kind, text).value;
  } catch (SqlError& error) {
    common::SqlState state = error.report().sqlstate;
    for (common::SqlState absent : {sqlstate::kUndefinedTable, sqlstate::kUndefinedFunction, sqlstate::kUndefinedObject,
                                    sqlstate::kInvalidSchemaName, sqlstate::kAmbiguousFunction}) {
      if (state == absent) return std::nullopt;
    }
    throw;
  }
}

template <uint32_t Kind>
uint32_t reg_in(FunctionCall& call, std::string_view text) {
  return parse_reg(call, Oid{Kind}, text);
}
template <uint32_t Kind>
std::string reg_out(FunctionCall& call, uint32_t value) {
  return call.context->object_name(Oid{Kind}, Oid{value});
}
template <uint32_t Kind>
std::optional<uint32_t> to_reg(FunctionCall& call, std::string_view text) {
  return find_reg(call, Oid{Kind}, text);
}

uint32_t reg_recv(std::string_view message) { return take_message<uint32_t>(message); }
std::string reg_send(uint32_t value) {
  std::string out;
  append_message(out, value);
  return out;
}

uint32_t text_regclass(FunctionCall& call, std::string_view text) {
  return call.context->parse_object_name(oid::kRegclass, text).value;
}

template <uint32_t Kind>
void add_reg(FunctionRegistry& registry, const std::string& name) {
  registry.add_scalar(name + "in", scalar<reg_in<Kind>>());
  registry.add_scalar(name + "out", scalar<reg_out<Kind>>());
  registry.add_scalar(name + "recv", scalar<reg_recv>());
  registry.add_scalar(name + "send", scalar<reg_send>());
}

}  // namespace

void register_reg(FunctionRegistry& registry) {
  add_reg<oid::kRegproc.value>(registry, "regproc");
  add_reg<oid::kRegprocedure.value>(registry, "regprocedure");
  add_reg<oid::kRegoper.value>(registry, "regoper");
  add_reg<oid::kRegoperator.value>(registry, "regoperator");
  add_reg<oid::kRegclass.value>(registry, "regclass");
  add_reg<oid::kRegtype.value>(registry, "regtype");
  add_reg<oid::kRegconfig.value>(registry, "regconfig");
  add_reg<oid::kRegdictionary.value>(registry, "regdictionary");
  add_reg<oid::kRegnamespace.value>(registry, "regnamespace");
  add_reg<oid::kRegrole.value>(registry, "regrole");
  add_reg<oid::kRegcollation.value>(registry, "regcollation");
  registry.add_scalar("text_regclass", scalar<text_regclass>());
  registry.add_scalar("to_regproc", scalar<to_reg<oid::kRegproc.value>>());
  registry.add_scalar("to_regprocedure", scalar<to_reg<oid::kRegprocedure.value>>());
  registry.add_scalar("to_regoper", scalar<to_reg<oid::kRegoper.value>>());
  registry.add_scalar("to_regoperator", scalar<to_reg<oid::kRegoperator.value>>());
  registry.add_scalar("to_regclass", scalar<to_reg<oid::kRegclass.value>>());
  registry.add_scalar("to_regtype", scalar<to_reg<oid::kRegtype.value>>());
  registry.add_scalar("to_regnamespace", scalar<to_reg<oid::kRegnamespace.value>>());
  registry.add_scalar("to_regrole", scalar<to_reg<oid::kRegrole.value>>());
  registry.add_scalar("to_regcollation", scalar<to_reg<oid::kRegcollation.value>>());
}

}  // namespace basalt::types::container
