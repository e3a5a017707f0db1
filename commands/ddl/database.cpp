// CREATE, ALTER and DROP DATABASE; CREATE EXTENSION of what is there already.
#include <chrono>
#include <thread>

#include "catalog/bootstrap.hpp"
#include "catalog/rows/pg_database.hpp"
#include "catalog/rows/pg_extension.hpp"
#include "commands/ddl/database_lock.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/relation.hpp"
#include "common/blocking.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr uint32_t kUtf8 = 6;

int sessions_in(DdlContext& ddl, Oid database) {
  int count = 0;
  for (const auto& entry : ddl.session.server().sessions.list())
    if (entry.database == database && entry.pid != ddl.session.pid()) ++count;
  return count;
}

// A session that has just ended may still be on its way out: it has five seconds.
void wait_for_others(DdlContext& ddl, Oid database) {
  for (int wait = 0; wait < 250 && sessions_in(ddl, database); ++wait) {
    ddl.session.interrupt().check();
    common::about_to_block();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void refuse_used(DdlContext& ddl, Oid database, const std::string& message) {
  wait_for_others(ddl, database);
  int others = sessions_in(ddl, database);
  if (!others) return;
  throw SqlError(sqlstate::kObjectInUse, message)
      .detail(others == 1 ? "There is 1 other session using the database."
                          : "There are " + std::to_string(others) + " other sessions using the database.");
}

void check_encoding(const parser::ParsedDefElem& option) {
  if (option.argument == parser::DefArgument::kInteger) {
    if (option.integer == kUtf8) return;
  } else {
    std::string lower;
    for (char c : option_text(option))
      if (c != '-' && c != '_') lower += static_cast<char>(tolower(static_cast<unsigned char>(c)));
    if (lower == "utf8" || lower == "unicode" || lower == "default") return;
  }
  throw common::not_supported("encoding \"" + option_text(option) + "\"");
}

std::string create_database(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateDatabase>(call.statement);
  call.session.prevent_in_block("CREATE DATABASE");
  DdlContext ddl(call);
  const auto* role = ddl.reader.role(ddl.user());
  if (!role->super && !role->create_db)
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to create database");
  std::string source_name = "template1";
  catalog::PgDatabaseRow row;
  row.datname = statement.name;
  row.datdba = ddl.user();
  std::optional<std::string> collate, ctype;
  for (const auto& option : statement.options) {
    const std::string text = option_text(option);
    const bool is_default = option.argument == parser::DefArgument::kNone;
    if (option.name == "template")
      source_name = is_default ? "template1" : text;
    else if (option.name == "owner")
      row.datdba = is_default ? ddl.user() : [&] {
        Oid found = ddl.reader.find_role(text);
        if (!found.valid()) throw SqlError(sqlstate::kUndefinedObject, "role " + quoted(text) + " does not exist");
        return found;
      }();
    else if (option.name == "encoding") {
      if (!is_default) check_encoding(option);
    } else if (option.name == "is_template")
      row.datistemplate = option_bool(option);
    else if (option.name == "allow_connections")
      row.datallowconn = option_bool(option);
    else if (option.name == "connection_limit")
      row.datconnlimit = static_cast<int32_t>(option.integer);
    else if (option.name == "lc_collate" || option.name == "locale")
      collate = text;
    if (option.name == "lc_ctype" || option.name == "locale") ctype = text;
  }
  if (!catalog::is_member_of_role(ddl.reader, ddl.user(), row.datdba))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must be member of role " + quoted(catalog::role_name(ddl.reader, row.datdba)));
  if (ddl.reader.find_database(statement.name).valid())
    throw SqlError(sqlstate::kDuplicateDatabase, "database " + quoted(statement.name) + " already exists");
  Oid source = ddl.reader.find_database(source_name);
  if (!source.valid())
    throw SqlError(sqlstate::kUndefinedDatabase, "template database " + quoted(source_name) + " does not exist");
  auto source_row = find_row<catalog::PgDatabaseRow>(ddl.reader, id::kPgDatabaseOidIndex, {key(source)});
  if (!source_row->row.datistemplate && !role->super && source_row->row.datdba != ddl.user())
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to copy database " + quoted(source_name));
  lock_database(ddl.transaction(), source, LockMode::kShare);
  refuse_used(ddl, source, "source database " + quoted(source_name) + " is being accessed by other users");
  ddl.storage().wait_for_rollbacks(&ddl.session.interrupt());
  row.encoding = source_row->row.encoding;
  row.datlocprovider = source_row->row.datlocprovider;
  row.dattablespace = source_row->row.dattablespace;
  row.datcollate = collate.value_or(source_row->row.datcollate);
  row.datctype = ctype.value_or(source_row->row.datctype);
  row.oid = ddl.writer.new_oid(id::kPgDatabase);
  ddl.writer.insert(id::kPgDatabase, row.to_row());
  catalog::record_owner(ddl.writer, id::kPgDatabase, row.oid, row.datdba);
  catalog::copy_database(ddl.storage(), ddl.transaction(), source, row.oid);
  return "CREATE DATABASE";
}

std::string drop_database_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDropDatabase>(call.statement);
  call.session.prevent_in_block("DROP DATABASE");
  DdlContext ddl(call);
  Oid database = ddl.reader.find_database(statement.name);
  if (!database.valid()) {
    if (!statement.missing_ok)
      throw SqlError(sqlstate::kUndefinedDatabase, "database " + quoted(statement.name) + " does not exist");
    ddl.notice("database " + quoted(statement.name) + " does not exist, skipping");
    return "DROP DATABASE";
  }
  require_owner(ddl, id::kPgDatabase, database, "database", statement.name);
  if (ddl.reader.database_by_oid(database)->is_template)
    throw SqlError(sqlstate::kWrongObjectType, "cannot drop a template database");
  if (database == ddl.session.database())
    throw SqlError(sqlstate::kObjectInUse, "cannot drop the currently open database");
  bool force = false;
  for (const auto& option : statement.options) force |= option.name == "force";
  if (force)
    for (const auto& entry : ddl.session.server().sessions.list())
      if (entry.database == database)
        ddl.session.server().sessions.signal(entry.pid, 0, common::Interrupt::Reason::kTerminate);
  lock_database(ddl.transaction(), database, LockMode::kAccessExclusive);
  refuse_used(ddl, database, "database " + quoted(statement.name) + " is being accessed by other users");
  ddl.storage().wait_for_rollbacks(&ddl.session.interrupt());
  const Value by_oid[] = {key(database)};
  const Value comment[] = {key(database), key(id::kPgDatabase)};
  ddl.writer.remove_where(id::kPgShdescription, id::kPgShdescriptionOCIndex, comment);
  ddl.writer.remove_where(id::kPgDbRoleSetting, id::kPgDbRoleSettingDatabaseidRolIndex, by_oid);
  catalog::remove_shared_dependencies(ddl.writer, {id::kPgDatabase, database});
  ddl.writer.remove_where(id::kPgShdepend, id::kPgShdependDependerIndex, by_oid);
  ddl.writer.remove_where(id::kPgDatabase, id::kPgDatabaseOidIndex, by_oid);
  catalog::drop_database(ddl.storage(), ddl.transaction(), database);
  return "DROP DATABASE";
}

std::string alter_database(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterDatabase>(call.statement);
  DdlContext ddl(call);
  Oid database = ddl.reader.find_database(statement.name);
  if (!database.valid())
    throw SqlError(sqlstate::kUndefinedDatabase, "database " + quoted(statement.name) + " does not exist");
  require_owner(ddl, id::kPgDatabase, database, "database", statement.name);
  change_row<catalog::PgDatabaseRow>(ddl.writer, id::kPgDatabaseOidIndex, {key(database)},
                                     [&](catalog::PgDatabaseRow& row) {
                                       for (const auto& option : statement.options) {
                                         if (option.name == "is_template") row.datistemplate = option_bool(option);
                                         if (option.name == "allow_connections") row.datallowconn = option_bool(option);
                                         if (option.name == "connection_limit")
                                           row.datconnlimit = static_cast<int32_t>(option.integer);
                                       }
                                     });
  return "ALTER DATABASE";
}

std::string create_extension(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateExtension>(call.statement);
  DdlContext ddl(call);
  if (!find_row<catalog::PgExtensionRow>(ddl.reader, id::kPgExtensionNameIndex, {Value::of(statement.name)}))
    throw SqlError(sqlstate::kFeatureNotSupported, "extension " + quoted(statement.name) + " is not available")
        .detail("This server has no extensions but plpgsql.");
  if (!statement.if_not_exists)
    throw SqlError(sqlstate::kDuplicateObject, "extension " + quoted(statement.name) + " already exists");
  ddl.notice("extension " + quoted(statement.name) + " already exists, skipping", sqlstate::kDuplicateObject);
  return "CREATE EXTENSION";
}

}  // namespace

void register_database() {
  register_utility(parser::StatementKind::kCreateDatabase, create_database);
  register_utility(parser::StatementKind::kDropDatabase, drop_database_statement);
  register_utility(parser::StatementKind::kAlterDatabase, alter_database);
  register_utility(parser::StatementKind::kCreateExtension, create_extension);
}

}  // namespace basalt::commands::ddl
