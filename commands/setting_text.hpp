// The value of a SET clause as text: lists joined, identifiers quoted where they must be.
#pragma once

#include <string>

#include "commands/session.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

std::string setting_text(const parser::ParsedVariableSet& statement, Session& session);

}  // namespace basalt::commands
