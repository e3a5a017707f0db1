// BEGIN's and SET TRANSACTION's options.
#pragma once

#include "commands/session.hpp"
#include "parser/ast.hpp"

namespace basalt::commands {

void apply_transaction_options(Session& session, const parser::DefList& options);

}  // namespace basalt::commands
