// PREPARE and EXECUTE: prepared statements made by SQL, in the same list as those of the protocol.
#pragma once

#include <memory>
#include <vector>

#include "commands/utility.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

// Finds the statement (26000), brings its plan up to date, and evaluates the arguments into `parameters`.
std::shared_ptr<PreparedStatement> prepare_execution(UtilityCall& call, const parser::ParsedExecute& statement,
                                                     std::vector<common::Value>& parameters);

}  // namespace basalt::commands
