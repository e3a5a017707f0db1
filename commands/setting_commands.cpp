// SET, RESET, SHOW, DISCARD.
#include <algorithm>
#include <map>

#include "catalog/acl.hpp"
#include "commands/acting_as.hpp"
#include "commands/families.hpp"
#include "commands/session_context.hpp"
#include "commands/setting_text.hpp"
#include "commands/transaction_options.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::SqlError;
using common::Value;
using parser::VariableSetKind;
namespace sqlstate = common::sqlstate;

namespace {

std::string isolation_text(storage::IsolationLevel level) {
  switch (level) {
    case storage::IsolationLevel::kRepeatableRead:
      return "repeatable read";
    case storage::IsolationLevel::kSerializable:
      return "serializable";
    default:
      return "read committed";
  }
}

std::string value_text(const parser::ParsedExpression& e, Session& session) {
  if (e.kind == parser::ExpressionKind::kLiteral) return parser::as<parser::ParsedLiteral>(e).text;
  if (e.kind == parser::ExpressionKind::kTypeCast) {
    // SET TIME ZONE INTERVAL '...': the offset in hours.
    const auto& cast = parser::as<parser::ParsedTypeCast>(e);
    query::BindContext bind = session.bind_context({});
    Value interval =
        session.call_context().input(types::oid::kInterval, parser::as<parser::ParsedLiteral>(*cast.argument).text,
                                     query::resolve_type(*cast.type, bind).typmod);
    auto parts = interval.as<common::Interval>();
    if (parts.months != 0)
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "invalid value for parameter \"TimeZone\": \"INTERVAL '" +
                         session.call_context().output(types::oid::kInterval, interval) + "'\"")
          .detail("Cannot specify months in time zone interval.");
    double hours = (static_cast<double>(parts.microseconds) / 3.6e9) + parts.days * 24.0;
    return std::to_string(hours);
  }
  throw SqlError(sqlstate::kSyntaxError, "unexpected value of a setting");
}

// Settings that are something of the session or transaction itself.
void set_living_setting(Session& session, const std::string& name, const std::string& value) {
  if (name == "transaction_isolation") {
    parser::DefList options(1);
    options[0].name = name;
    options[0].text = normalize_setting(*find_setting(name), value);
    apply_transaction_options(session, options);
  } else if (name == "transaction_read_only") {
    session.set_read_only(normalize_setting(*find_setting(name), value) == "on");
  } else if (name == "seed") {
    const SettingDefinition& definition = *find_setting(name);
    session.call_context().seed_random(setting_number(definition, normalize_setting(definition, value)));
  } else if (name == "transaction_deferrable") {
    session.set_deferrable(normalize_setting(*find_setting(name), value) == "on");
  }
}

// The roles behind the names that `role` and `session_authorization` have had in this session: a rollback puts the
// settings back where no catalog can be asked.
std::map<std::string, common::Oid>& known_roles(Session& session) {
  return session.extra<std::map<std::string, common::Oid>>("known roles");
}

// Who the session is follows from the two settings, also when a rollback or the end of SET LOCAL puts them back.
void take_up_roles(Session& session) {
  auto known = [&](const char* setting, common::Oid otherwise) {
    auto found = known_roles(session).find(session.settings().show(setting));
    return found == known_roles(session).end() ? otherwise : found->second;
  };
  session.set_session_user(known("session_authorization", session.options().user));
  if (session.settings().show("role") != "none") session.set_current_user(known("role", session.session_user()));
}

// Within a function that runs as its owner nobody becomes somebody else.
void refuse_as_definer(Session& session, const char* name) {
  if (ActingAs::is_active(session))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   std::string("cannot set parameter \"") + name + "\" within security-restricted operation");
  const std::string role = session.settings().show("role");
  common::Oid own = session.session_user();
  if (auto found = known_roles(session).find(role); role != "none" && found != known_roles(session).end())
    own = found->second;
  if (session.current_user() != own)
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   std::string("cannot set parameter \"") + name + "\" within security-definer function");
}

bool is_role_setting(std::string_view name) { return name == "role" || name == "session_authorization"; }

// Called within a transaction: what a client sees of it.
void report_superuser(Session& session) {
  const char* value = session.is_superuser() ? "on" : "off";
  if (session.settings().show("is_superuser") != value)
    session.settings().set("is_superuser", value, Settings::Scope::kSession, SettingSource::kDefault, true);
}

void set_role(Session& session, const std::string& value) {
  if (value == "none") return;
  common::Oid role = session.catalog().find_role(value);
  if (!role.valid()) throw SqlError(sqlstate::kInvalidParameterValue, "role \"" + value + "\" does not exist");
  const catalog::RoleDescriptor* own = session.catalog().role(session.session_user());
  if (!(own && own->super) && !catalog::is_member_of_role(session.catalog(), session.session_user(), role))
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to set role \"" + value + "\"");
  known_roles(session)[value] = role;
}

void set_session_authorization(Session& session, const std::string& value) {
  common::Oid role = session.catalog().find_role(value);
  if (!role.valid()) throw SqlError(sqlstate::kInvalidParameterValue, "role \"" + value + "\" does not exist");
  const catalog::RoleDescriptor* own = session.catalog().role(session.options().user);
  if (!(own && own->super) && role != session.options().user)
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "permission denied to set session authorization \"" + value + "\"");
  known_roles(session)[value] = role;
}

// A block, or what counts as one, is open: what ends with the transaction lasts longer than this statement.
bool lasts(const UtilityCall& call) {
  return call.session.in_block() || call.session.in_implicit_block() || !call.top_level;
}

void set_multi(UtilityCall& call, const parser::ParsedVariableSet& statement) {
  Session& session = call.session;
  if (statement.name == "TRANSACTION") {
    if (!lasts(call))
      session.notice(common::Severity::kWarning, sqlstate::kNoActiveSqlTransaction,
                     "SET TRANSACTION can only be used in transaction blocks");
    apply_transaction_options(session, statement.options);
    return;
  }
  if (statement.name == "TRANSACTION SNAPSHOT") throw common::not_supported("SET TRANSACTION SNAPSHOT");
  for (const auto& option : statement.options) {
    std::string value = option.text;
    if (value.empty()) value = option.integer ? "on" : "off";
    session.settings().set("default_" + option.name, value, Settings::Scope::kSession, SettingSource::kSession,
                           session.is_superuser());
  }
}

std::string run_set(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = static_cast<const parser::ParsedVariableSet&>(call.statement);
  Settings::Scope scope = statement.is_local ? Settings::Scope::kLocal : Settings::Scope::kSession;
  session.transaction();
  switch (statement.set_kind) {
    case VariableSetKind::kSetMulti:
      set_multi(call, statement);
      return "SET";
    case VariableSetKind::kResetAll:
      session.settings().reset_all();
      return "RESET";
    case VariableSetKind::kSetCurrent:
      throw common::not_supported("SET FROM CURRENT here");
    default:
      break;
  }
  bool reset = statement.set_kind == VariableSetKind::kReset || statement.set_kind == VariableSetKind::kSetDefault;
  if (statement.is_local && !lasts(call))
    session.notice(common::Severity::kWarning, sqlstate::kNoActiveSqlTransaction,
                   "SET LOCAL can only be used in transaction blocks");
  std::string value;
  if (!reset) {
    value = setting_text(statement, session);
    set_living_setting(session, statement.name, value);
    become_role(session, statement.name, value);
    if (statement.name == "session_authorization") {
      session.settings().set("role", "none", scope, SettingSource::kDefault, true);
      session.settings().set(statement.name, value, scope, SettingSource::kDefault, true);
      report_superuser(session);
      return "SET";
    }
    session.settings().set(statement.name, value, scope, SettingSource::kSession, session.is_superuser());
  } else {
    if (is_role_setting(statement.name)) refuse_as_definer(session, statement.name.c_str());
    if (statement.name == "session_authorization") session.settings().reset("role", true);
    session.settings().reset(statement.name, session.is_superuser());
  }
  if (is_role_setting(statement.name)) report_superuser(session);
  return statement.set_kind == VariableSetKind::kReset ? "RESET" : "SET";
}

ResultColumn text_column(std::string name) {
  ResultColumn column;
  column.name = std::move(name);
  column.type = types::oid::kText;
  return column;
}

std::vector<ResultColumn> describe_show(Session&, const parser::ParsedStatement& parsed) {
  const auto& statement = static_cast<const parser::ParsedVariableShow&>(parsed);
  if (statement.name == "all") return {text_column("name"), text_column("setting"), text_column("description")};
  const SettingDefinition* definition = find_setting(statement.name);
  return {text_column(definition ? definition->name : statement.name)};
}

std::string run_show(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = static_cast<const parser::ParsedVariableShow&>(call.statement);
  std::vector<ResultColumn> columns = describe_show(session, statement);
  session.transaction();
  common::Chunk chunk;
  std::vector<common::PhysicalType> types(columns.size(), common::PhysicalType::kString);
  if (statement.name != "all") {
    std::string value = shown_setting(session, statement.name);
    chunk.reset(types, 1);
    chunk.columns[0].set_value(0, Value::of(value));
    chunk.rows = 1;
  } else {
    const auto& definitions = setting_definitions();
    chunk.reset(types, static_cast<uint32_t>(definitions.size()));
    for (const auto& definition : definitions) {
      if (!is_listed(definition) || !may_examine_setting(session, definition.name)) continue;
      chunk.columns[0].set_value(chunk.rows, Value::of(std::string(definition.name)));
      chunk.columns[1].set_value(chunk.rows, Value::of(shown_setting(session, definition.name)));
      chunk.columns[2].set_value(chunk.rows, Value::of(std::string(definition.description)));
      ++chunk.rows;
    }
  }
  call.sink.describe(columns);
  call.sink.rows(columns, chunk);
  return "SHOW";
}

std::string run_discard(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = static_cast<const parser::ParsedDiscard&>(call.statement);
  switch (statement.target) {
    case parser::DiscardTarget::kPlans:
      for (auto& [name, prepared] : session.prepared_statements()) prepared->plans.clear();
      return "DISCARD PLANS";
    case parser::DiscardTarget::kSequences:
      session.forget_extra("sequences");
      return "DISCARD SEQUENCES";
    case parser::DiscardTarget::kTemp:
      session.drop_temporary_objects();
      return "DISCARD TEMP";
    case parser::DiscardTarget::kAll:
      break;
  }
  session.prevent_in_block("DISCARD ALL");
  session.portals().clear();
  session.settings().reset("role", true);
  session.settings().reset("session_authorization", true);
  session.settings().reset_all();
  report_superuser(session);
  session.prepared_statements().clear();
  session.forget_extra("listen");
  session.forget_extra("sequences");
  session.release_session_locks();
  session.drop_temporary_objects();
  return "DISCARD ALL";
}

}  // namespace

// Lists are joined; those of identifiers are quoted where they must be.
std::string setting_text(const parser::ParsedVariableSet& statement, Session& session) {
  const SettingDefinition* definition = find_setting(statement.name);
  bool quote = definition && definition->list_quote;
  std::string text;
  for (const auto& value : statement.values) {
    if (!text.empty()) text += ", ";
    std::string word = value_text(*value, session);
    text += quote ? catalog::quote_identifier(word) : word;
  }
  if (statement.values.size() > 1 && definition && !quote &&
      !std::string_view("DateStyle").starts_with(definition->name))
    throw SqlError(sqlstate::kInvalidParameterValue, "SET " + statement.name + " takes only one argument");
  return text;
}

bool may_examine_setting(Session& session, std::string_view name) {
  static constexpr std::string_view kHidden[] = {"config_file",
                                                 "data_directory",
                                                 "dynamic_library_path",
                                                 "extension_destdir",
                                                 "external_pid_file",
                                                 "hba_file",
                                                 "ident_file",
                                                 "jit_provider",
                                                 "krb_server_keyfile",
                                                 "log_directory",
                                                 "log_filename",
                                                 "output_plugin_libraries",
                                                 "primary_conninfo",
                                                 "session_preload_libraries",
                                                 "shared_preload_libraries",
                                                 "ssl_ciphers",
                                                 "ssl_dh_params_file",
                                                 "ssl_ecdh_curve",
                                                 "ssl_max_protocol_version",
                                                 "ssl_min_protocol_version",
                                                 "ssl_passphrase_command",
                                                 "unix_socket_directories"};
  constexpr common::Oid kReadAllSettings{3374};
  if (std::find(std::begin(kHidden), std::end(kHidden), name) == std::end(kHidden)) return true;
  return session.is_superuser() ||
         catalog::has_privileges_of_role(session.catalog(), session.current_user(), kReadAllSettings);
}

std::string shown_setting(Session& session, std::string_view name) {
  const SettingDefinition* definition = find_setting(name);
  if (definition && !may_examine_setting(session, definition->name))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must be superuser or have privileges of pg_read_all_settings to examine \"" +
                       std::string(definition->name) + "\"");
  if (name == "seed") return "unavailable";
  if (name == "transaction_isolation") return isolation_text(session.isolation());
  if (name == "transaction_read_only") return session.read_only() ? "on" : "off";
  if (name == "transaction_deferrable") return session.deferrable() ? "on" : "off";
  return session.settings().show(name);
}

void become_role(Session& session, std::string_view name, const std::string& value) {
  const SettingDefinition* definition = find_setting(name);
  if (!definition || !is_role_setting(definition->name)) return;
  refuse_as_definer(session, definition->name);
  if (definition->name == std::string_view("role"))
    set_role(session, value);
  else
    set_session_authorization(session, value);
}

void set_at_login(Session& session, std::string_view name, const std::string& value, SettingSource source,
                  bool superuser) {
  const SettingDefinition* definition = find_setting(name);
  if (!definition || !is_role_setting(definition->name)) {
    session.settings().set(name, value, Settings::Scope::kSession, source, superuser);
    return;
  }
  session.transaction();
  become_role(session, name, value);
  session.rollback();
  session.settings().set(name, value, Settings::Scope::kSession, source, superuser);
  session.transaction();
  const bool is_super = session.is_superuser();
  session.rollback();
  session.settings().set("is_superuser", is_super ? "on" : "off", Settings::Scope::kSession, SettingSource::kDefault,
                         true);
}

void follow_roles(Session& session, std::string_view name) {
  if (is_role_setting(name)) take_up_roles(session);
}

void register_setting_commands() {
  register_utility(parser::StatementKind::kVariableSet, run_set);
  register_utility(parser::StatementKind::kVariableShow, run_show);
  register_utility_describer(parser::StatementKind::kVariableShow, describe_show);
  register_utility(parser::StatementKind::kDiscard, run_discard);
}

}  // namespace basalt::commands
