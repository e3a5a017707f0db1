// Names of conditions in EXCEPTION WHEN and RAISE: PostgreSQL's appendix of error codes.
#include "commands/language/plpgsql_ast.hpp"

namespace basalt::commands::language {

namespace {
struct Condition {
  const char *name, *state;
};
constexpr Condition kConditions[] = {
#include "commands/language/plpgsql_conditions.inc"
};
}  // namespace

std::vector<std::string> condition_states(std::string_view name) {
  std::vector<std::string> states;
  for (const Condition& condition : kConditions)
    if (name == condition.name) states.emplace_back(condition.state);
  return states;
}

}  // namespace basalt::commands::language
