// CREATE SCHEMA, and the temporary schema of a session.
#include "catalog/rows/pg_depend.hpp"
#include "catalog/rows/pg_namespace.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/grant.hpp"

namespace basalt::commands {

namespace ddl {

namespace {

constexpr uint32_t kCreatePrivilege = 1u << 9;

Oid insert_namespace(DdlContext& ddl, const std::string& name, Oid owner, bool temporary) {
  catalog::PgNamespaceRow row;
  row.oid = ddl.writer.new_oid(id::kPgNamespace);
  row.nspname = name;
  row.nspowner = owner;
  if (!temporary) row.nspacl = initial_acl(ddl, 'n', owner, Oid());
  ddl.writer.insert(id::kPgNamespace, row.to_row());
  catalog::record_owner(ddl.writer, id::kPgNamespace, row.oid, owner);
  catalog::record_acl_roles(ddl.writer, {id::kPgNamespace, row.oid}, owner, std::nullopt, row.nspacl);
  return row.oid;
}

std::string create_schema(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateSchema>(call.statement);
  Session& session = call.session;
  DdlContext ddl(call);
  const Oid saved_user = ddl.user();
  Oid owner = statement.has_authorization ? resolve_role(ddl, statement.authorization) : saved_user;
  std::string name = statement.name.empty() ? catalog::role_name(ddl.reader, owner) : statement.name;
  if (!catalog::database_privileges(ddl.reader, session.database(), saved_user, kCreatePrivilege))
    catalog::throw_permission_denied("database", session.database_name());
  if (!catalog::is_member_of_role(ddl.reader, saved_user, owner))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must be member of role " + quoted(catalog::role_name(ddl.reader, owner)));
  if (name.starts_with("pg_") && !ddl.may_change_system())
    throw SqlError(sqlstate::kReservedName, "unacceptable schema name " + quoted(name))
        .detail("The prefix \"pg_\" is reserved for system schemas.");
  if (ddl.reader.find_namespace(name).valid()) {
    if (!statement.if_not_exists)
      throw SqlError(sqlstate::kDuplicateSchema, "schema " + quoted(name) + " already exists");
    ddl.notice("schema " + quoted(name) + " already exists, skipping", sqlstate::kDuplicateSchema);
    return "CREATE SCHEMA";
  }
  insert_namespace(ddl, name, owner, false);
  session.forget_search_path();
  if (statement.elements.empty()) return "CREATE SCHEMA";
  // Elements are created as the owner, with the new schema in front of the search path.
  struct Restore {
    Session& session;
    Oid user;
    int level;
    ~Restore() {
      session.settings().end_level(level, false);
      session.set_current_user(user);
    }
  } restore{session, saved_user, session.savepoint_depth() + 2};
  std::string path = catalog::quote_identifier(name) + ", " + session.settings().show("search_path");
  session.settings().begin_level(restore.level);
  session.settings().set("search_path", path, Settings::Scope::kLocal, SettingSource::kSession, true);
  session.set_current_user(owner);
  for (const auto& element : statement.elements) {
    UtilityCall inner{session,   *element, call.text, call.statement_text, call.parameters, call.parameter_types,
                      call.sink, false};
    run_utility(inner);
  }
  return "CREATE SCHEMA";
}

}  // namespace

void register_create_schema() { register_utility(parser::StatementKind::kCreateSchema, create_schema); }

}  // namespace ddl

namespace {

void drop_contents(ddl::DdlContext& ddl, common::Oid schema) {
  std::vector<catalog::ObjectAddress> rest;
  for (const auto& dependent : catalog::dependents_of(ddl.reader, {catalog::id::kPgNamespace, schema}))
    rest.push_back(dependent.object);
  if (!rest.empty()) ddl::drop_objects(ddl, rest, parser::DropBehavior::kCascade, true);
}

}  // namespace

// pg_temp_n, n being the session's number. What a former session of the number has left there (it leaves something when
// the server is killed) is dropped now.
common::Oid Session::require_temporary_schema() {
  using namespace ddl;
  if (temporary_schema_.valid()) return temporary_schema_;
  if (!catalog::database_privileges(catalog(), database(), current_user(), catalog::privilege::kCreateTemp))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "permission denied to create temporary tables in database " + quoted(database_name()));
  DdlContext ddl(*this, "");
  std::string name = "pg_temp_" + std::to_string(pid());
  Oid found = ddl.reader.find_namespace(name);
  if (!found.valid())
    found = insert_namespace(ddl, name, Oid(10), true);
  else
    drop_contents(ddl, found);
  temporary_schema_ = found;
  on_drop_temporary = [this] {
    if (!temporary_schema_.valid()) return;
    DdlContext context(*this, "");
    drop_contents(context, temporary_schema_);
  };
  // A rolled back creation leaves no schema.
  transaction().on_abort([this] {
    temporary_schema_ = Oid();
    forget_search_path();
  });
  forget_search_path();
  return found;
}

}  // namespace basalt::commands
