// The value of a SET clause as text: lists joined, identifiers quoted where they must be.
#pragma once

#include <string>
#include <string_view>

#include "commands/session.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

// Some settings say where files lie or what is loaded: superusers see them, and who has pg_read_all_settings.
bool may_examine_setting(Session& session, std::string_view name);

// What SHOW says: some settings are those of the transaction. Throws 42501 for one that the user may not see.
std::string shown_setting(Session& session, std::string_view name);

// Called before `role` or `session_authorization` is set: throws where the session may not become that role.
void become_role(Session& session, std::string_view name, const std::string& value);
// One of the settings that a session starts with. Outside of a transaction, so that none's end takes it back.
void set_at_login(Session& session, std::string_view name, const std::string& value, SettingSource source,
                  bool superuser);
// Called when a setting has changed: is it one of those that say who the session is?
void follow_roles(Session& session, std::string_view name);

std::string setting_text(const parser::ParsedVariableSet& statement, Session& session);

}  // namespace basalt::commands
