// Settings of a role, a database, or a role in a database (pg_db_role_setting): made by ALTER ROLE | DATABASE ...
// SET, in force from the next session on.
#pragma once

#include <string>
#include <vector>

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// SET or RESET on a list of "name=value", as pg_db_role_setting and pg_proc keep them; 42704, 22023, 55P02 and the
// like.
void change_setting_list(DdlContext& ddl, std::vector<std::string>& settings, const parser::ParsedVariableSet& set);

// At the start of a session, before what its client asks for. What cannot be set any more is a warning.
void apply_role_settings(Session& session);

}  // namespace basalt::commands::ddl
