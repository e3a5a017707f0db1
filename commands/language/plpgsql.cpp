#include "commands/language/language.hpp"

namespace basalt::commands::language {

common::Value call_plpgsql(Session&, const catalog::FunctionDescriptor&, types::FunctionCall&,
                           std::span<const common::Value>) {
  throw common::not_supported("PL/pgSQL");
}
std::unique_ptr<types::SetFunction> call_plpgsql_set(Session&, const catalog::FunctionDescriptor&, types::FunctionCall&,
                                                     std::span<const common::Value>) {
  throw common::not_supported("PL/pgSQL");
}
bool call_plpgsql_trigger(Session&, const catalog::FunctionDescriptor&, TriggerCall&) {
  throw common::not_supported("PL/pgSQL");
}
void run_plpgsql_block(Session&, std::string_view) { throw common::not_supported("PL/pgSQL"); }
void validate_plpgsql(Session&, const catalog::FunctionDescriptor&) {}

}  // namespace basalt::commands::language
