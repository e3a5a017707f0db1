// Settings of a role, a database, or a role in a database (pg_db_role_setting): made by ALTER ROLE | DATABASE ...
// SET, in force from the next session on.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands::ddl {

// At the start of a session, before what its client asks for. What cannot be set any more is a warning.
void apply_role_settings(Session& session);

}  // namespace basalt::commands::ddl
