// Where in the statement that has a function's body as a literal an error of the body stands: CREATE FUNCTION and DO
// point into their own text, as PostgreSQL does.
#pragma once

#include <string_view>

#include "common/sql_error.hpp"

namespace basalt::commands::language {

// The error's position in `body` becomes one in `statement`, and its context, which said where the body was, goes.
// False (and nothing is changed) where it has none, or the body is not one plain literal of the statement.
bool place_in_statement(common::SqlError& error, std::string_view body, std::string_view statement);

}  // namespace basalt::commands::language
