// Default arguments of built-in functions. They are expressions, so catalog/ has them as text only; at initialisation
// they are bound and stored as CREATE FUNCTION would store them.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands::language {

// Within a transaction of the session, which must be a superuser's.
void store_builtin_defaults(Session& session);

}  // namespace basalt::commands::language
