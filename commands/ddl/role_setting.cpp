#include "commands/ddl/role_setting.hpp"

#include "catalog/rows/pg_db_role_setting.hpp"
#include "commands/ddl/ddl.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/setting_text.hpp"

namespace basalt::commands::ddl {

using catalog::PgDbRoleSettingRow;
using parser::VariableSetKind;

namespace {

void require_settable(DdlContext& ddl, const std::string& name, const std::string* value) {
  const SettingDefinition* definition = find_setting(name);
  if (!definition) {
    if (name.find('.') != std::string::npos) return;
    throw SqlError(sqlstate::kUndefinedObject, "unrecognized configuration parameter " + quoted(name));
  }
  const std::string shown = definition->name;
  switch (definition->context) {
    case SettingContext::kInternal:
      throw SqlError(sqlstate::kCantChangeRuntimeParam, "parameter " + quoted(shown) + " cannot be changed");
    case SettingContext::kPostmaster:
      throw SqlError(sqlstate::kCantChangeRuntimeParam,
                     "parameter " + quoted(shown) + " cannot be changed without restarting the server");
    case SettingContext::kSighup:
      throw SqlError(sqlstate::kCantChangeRuntimeParam, "parameter " + quoted(shown) + " cannot be changed now");
    case SettingContext::kSuperuserBackend:
    case SettingContext::kSuperuser:
      if (!ddl.session.is_superuser())
        throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to set parameter " + quoted(shown));
      break;
    default:
      break;
  }
  if (value) normalize_setting(*definition, *value);
}

void change_settings(DdlContext& ddl, Oid database, Oid role, const parser::ParsedVariableSet& set) {
  auto row =
      find_row<PgDbRoleSettingRow>(ddl.reader, id::kPgDbRoleSettingDatabaseidRolIndex, {key(database), key(role)});
  std::vector<std::string> settings;
  if (row && row->row.setconfig) settings = *row->row.setconfig;
  change_setting_list(ddl, settings, set);
  if (settings.empty()) {
    const Value keys[] = {key(database), key(role)};
    ddl.writer.remove_where(id::kPgDbRoleSetting, id::kPgDbRoleSettingDatabaseidRolIndex, keys);
    return;
  }
  PgDbRoleSettingRow made;
  made.setdatabase = database;
  made.setrole = role;
  made.setconfig = std::move(settings);
  if (row)
    ddl.writer.update(id::kPgDbRoleSetting, row->row_id, made.to_row());
  else
    ddl.writer.insert(id::kPgDbRoleSetting, made.to_row());
}

Oid require_database(DdlContext& ddl, const std::string& name) {
  Oid database = ddl.reader.find_database(name);
  if (!database.valid()) throw SqlError(sqlstate::kUndefinedDatabase, "database " + quoted(name) + " does not exist");
  return database;
}

void require_database_owner(DdlContext& ddl, Oid database, const std::string& name) {
  if (!catalog::owns_object(ddl.reader, id::kPgDatabase, database, ddl.user()))
    catalog::throw_must_be_owner("database", name);
}

std::string alter_database_set(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterDatabaseSet>(call.statement);
  DdlContext ddl(call);
  Oid database = require_database(ddl, statement.name);
  require_database_owner(ddl, database, statement.name);
  change_settings(ddl, database, Oid(), *statement.set);
  return "ALTER DATABASE";
}

std::string alter_role_set(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterRoleSet>(call.statement);
  DdlContext ddl(call);
  Oid role, database;
  const catalog::RoleDescriptor* user = ddl.reader.role(ddl.user());
  if (statement.all_roles) {
    if (statement.database.empty() && !ddl.session.is_superuser())
      throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser to alter settings globally");
  } else {
    role = resolve_role(ddl, statement.role);
    const catalog::RoleDescriptor* target = ddl.reader.role(role);
    if (target->super && !ddl.session.is_superuser())
      throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser to alter superusers");
    if (role != ddl.user() && !ddl.session.is_superuser() && !(user && user->create_role))
      throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied");
  }
  if (!statement.database.empty()) {
    database = require_database(ddl, statement.database);
    if (statement.all_roles) require_database_owner(ddl, database, statement.database);
  }
  change_settings(ddl, database, role, *statement.set);
  return "ALTER ROLE";
}

}  // namespace

void change_setting_list(DdlContext& ddl, std::vector<std::string>& settings, const parser::ParsedVariableSet& set) {
  if (set.set_kind == VariableSetKind::kResetAll) {
    settings.clear();
    return;
  }
  const SettingDefinition* definition = find_setting(set.name);
  const std::string name = definition ? definition->name : set.name;
  bool reset = set.set_kind == VariableSetKind::kReset || set.set_kind == VariableSetKind::kSetDefault;
  std::string value = reset                                          ? ""
                      : set.set_kind == VariableSetKind::kSetCurrent ? ddl.session.settings().show(name)
                                                                     : setting_text(set, ddl.session);
  require_settable(ddl, name, reset ? nullptr : &value);
  std::erase_if(settings, [&](const std::string& item) { return item.starts_with(name + "="); });
  if (!reset) settings.push_back(name + "=" + value);
}

void apply_role_settings(Session& session) {
  struct Level {
    Oid database, role;
    SettingSource source;
  };
  const Level levels[] = {{Oid(), Oid(), SettingSource::kDatabase},
                          {session.database(), Oid(), SettingSource::kDatabase},
                          {Oid(), session.session_user(), SettingSource::kUser},
                          {session.database(), session.session_user(), SettingSource::kDatabaseUser}};
  std::vector<std::pair<std::string, SettingSource>> found;
  for (const Level& level : levels) {
    auto row = find_row<PgDbRoleSettingRow>(session.catalog(), id::kPgDbRoleSettingDatabaseidRolIndex,
                                            {key(level.database), key(level.role)});
    if (!row || !row->row.setconfig) continue;
    for (const std::string& item : *row->row.setconfig) found.emplace_back(item, level.source);
  }
  bool superuser = session.is_superuser();
  // Set outside of the transaction that read them, so that its end does not take them back.
  session.rollback();
  for (const auto& [item, source] : found) {
    size_t at = item.find('=');
    try {
      set_at_login(session, item.substr(0, at), item.substr(at + 1), source, superuser);
    } catch (const SqlError& error) {
      session.notice(common::Severity::kWarning, error.report().sqlstate, error.report().message);
    }
  }
}

void register_role_settings() {
  register_utility(parser::StatementKind::kAlterDatabaseSet, alter_database_set);
  register_utility(parser::StatementKind::kAlterRoleSet, alter_role_set);
}

}  // namespace basalt::commands::ddl
