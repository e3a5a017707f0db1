// The value of a SET clause as text: lists joined, identifiers quoted where they must be.
#pragma once

#include <string>
#include <string_view>

#include "commands/session.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

// What SHOW says: some settings are those of the transaction.
std::string shown_setting(Session& session, std::string_view name);

std::string setting_text(const parser::ParsedVariableSet& statement, Session& session);

}  // namespace basalt::commands
