// LOCK TABLE, CHECKPOINT, LOAD, REINDEX, VACUUM.
//
// VACUUM has nothing to collect: rows are changed in place and old versions live on chains that end with the last
// snapshot that needs them. It makes PostgreSQL's checks, and analyzes when asked to.
#include <algorithm>
#include <set>

#include "catalog/acl.hpp"
#include "catalog/rows/pg_class.hpp"
#include "commands/ddl/reindex.hpp"
#include "commands/families.hpp"
#include "commands/utility.hpp"
#include "commands/utility/analyze.hpp"
#include "commands/without_position.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

constexpr uint32_t kSelect = 1u << 1, kInsert = 1u << 0, kUpdate = 1u << 2, kDelete = 1u << 3, kTruncate = 1u << 4;

std::string relation_kind_message(const std::string& name) { return "cannot lock relation \"" + name + "\""; }

std::string run_lock(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedLock>(call.statement);
  if (call.top_level && !session.in_implicit_block()) session.require_block("LOCK TABLE");
  auto policy = statement.no_wait ? storage::WaitPolicy::kNoWait : storage::WaitPolicy::kWait;
  if (statement.mode > 1) session.transaction();
  for (const auto& range : statement.relations) {
    query::BindContext bind = session.bind_context(call.text);
    Oid oid = without_position([&] { return query::resolve_relation(*range, false, bind); });
    auto relation = session.catalog().relation(oid);
    if (relation->kind != 'r' && relation->kind != 'p' && relation->kind != 'v')
      throw SqlError(sqlstate::kWrongObjectType, relation_kind_message(relation->name))
          .detail("This operation is not supported for " +
                  std::string(relation->kind == 'S'   ? "sequences"
                              : relation->kind == 'i' ? "indexes"
                              : relation->kind == 'm' ? "materialized views"
                              : relation->kind == 'c' ? "composite types"
                                                      : "foreign tables") +
                  ".");
    // The weakest mode is for readers, who need not be allowed to write; ROW EXCLUSIVE is for INSERT too.
    uint32_t wanted = statement.mode == 1 ? kSelect : kUpdate | kDelete | kTruncate;
    if (statement.mode == 3) wanted |= kInsert;
    if (!catalog::relation_privileges(session.catalog(), oid, session.current_user(), wanted))
      catalog::throw_permission_denied(relation->kind == 'v' ? "view" : "table", relation->name);
    storage::LockTag tag{storage::LockSpace::kRelation, session.database().value, 0, oid.value, 0};
    if (!session.transaction().lock(tag, static_cast<storage::LockMode>(statement.mode), policy))
      throw SqlError(sqlstate::kLockNotAvailable, "could not obtain lock on relation \"" + relation->name + "\"");
    session.new_statement_catalog();
  }
  return "LOCK TABLE";
}

std::string run_checkpoint(UtilityCall& call) {
  Session& session = call.session;
  constexpr Oid kCheckpointRole{4544};
  if (!session.is_superuser() &&
      !catalog::has_privileges_of_role(session.catalog(), session.current_user(), kCheckpointRole))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must be superuser or have privileges of pg_checkpoint to do CHECKPOINT");
  auto result = session.storage().checkpoint();
  if (!result.ok()) throw common::to_sql_error(result.status());
  return "CHECKPOINT";
}

std::string run_load(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedLoad>(call.statement);
  call.session.transaction();
  if (!call.session.is_superuser())
    throw SqlError(sqlstate::kInsufficientPrivilege, "access to library \"" + statement.file + "\" is not allowed");
  // PL/pgSQL is always there.
  if (statement.file == "plpgsql" || statement.file == "$libdir/plpgsql") return "LOAD";
  throw SqlError(sqlstate::kUndefinedFile,
                 "could not access file \"" + statement.file + "\": No such file or directory");
}

// Tables of the database that are not the system's.
std::vector<Oid> all_tables(Session& session) {
  std::vector<Oid> tables;
  session.catalog().scan_all(catalog::PgClassRow::kCatalog, [&](common::RowId, const catalog::CatalogRow& row) {
    constexpr uint32_t kFirstUserOid = 16384;
    auto relation = catalog::PgClassRow::from_row(row);
    bool is_table = relation.relkind == 'r' || relation.relkind == 'm';
    if (relation.oid.value >= kFirstUserOid && is_table) tables.push_back(relation.oid);
    return true;
  });
  return tables;
}

// The tables that REINDEX SCHEMA and DATABASE work on. The catalogs' own trees stay where they are.
std::vector<Oid> tables_to_reindex(Session& session, Oid name_space) {
  std::vector<Oid> tables;
  for (Oid table : all_tables(session)) {
    auto relation = session.catalog().relation(table);
    if (!relation || (name_space.valid() && relation->namespace_oid != name_space)) continue;
    if (catalog::owns_object(session.catalog(), Oid{1259}, table, session.current_user())) tables.push_back(table);
  }
  return tables;
}

std::string run_reindex(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedReindex>(call.statement);
  using parser::ReindexTarget;
  if (statement.target == ReindexTarget::kIndex || statement.target == ReindexTarget::kTable) {
    query::BindContext bind = session.bind_context(call.text);
    session.transaction();
    Oid oid = without_position([&] { return query::resolve_relation(*statement.relation, false, bind); });
    auto relation = session.catalog().relation(oid);
    bool is_index = relation->kind == 'i' || relation->kind == 'I';
    if (statement.target == ReindexTarget::kIndex && !is_index)
      throw SqlError(sqlstate::kWrongObjectType, "\"" + relation->name + "\" is not an index");
    if (statement.target == ReindexTarget::kTable && relation->kind != 'r' && relation->kind != 'm' &&
        relation->kind != 'p' && relation->kind != 't')
      throw SqlError(sqlstate::kWrongObjectType, "\"" + relation->name + "\" is not a table or materialized view");
    if (!catalog::owns_object(session.catalog(), Oid{1259}, oid, session.current_user()))
      catalog::throw_must_be_owner(is_index ? "index" : "table", relation->name);
    Oid table = is_index ? session.catalog().index(oid)->relation : oid;
    ddl::reindex_relation(session, call.text, table, is_index ? oid : Oid());
    return "REINDEX";
  }
  session.prevent_in_block(statement.target == ReindexTarget::kSchema   ? "REINDEX SCHEMA"
                           : statement.target == ReindexTarget::kSystem ? "REINDEX SYSTEM"
                                                                        : "REINDEX DATABASE");
  if (statement.target == ReindexTarget::kSchema) {
    Oid name_space = session.catalog().find_namespace(statement.name);
    if (!name_space.valid())
      throw SqlError(sqlstate::kInvalidSchemaName, "schema \"" + statement.name + "\" does not exist");
    if (!catalog::owns_object(session.catalog(), Oid{2615}, name_space, session.current_user()))
      catalog::throw_must_be_owner("schema", statement.name);
  } else if (!statement.name.empty() && statement.name != session.database_name()) {
    throw SqlError(sqlstate::kFeatureNotSupported, "can only reindex the currently open database");
  } else if (!catalog::owns_object(session.catalog(), Oid{1262}, session.database(), session.current_user())) {
    catalog::throw_must_be_owner("database", session.database_name());
  }
  if (statement.target == ReindexTarget::kSystem ||
      (statement.target == ReindexTarget::kSchema && statement.name == "pg_catalog"))
    throw common::not_supported("REINDEX of system catalogs");
  session.transaction();
  Oid name_space =
      statement.target == ReindexTarget::kSchema ? session.catalog().find_namespace(statement.name) : Oid();
  for (Oid table : tables_to_reindex(session, name_space)) ddl::reindex_relation(session, call.text, table, Oid());
  return "REINDEX";
}

// Rows have no order of their own; what can be said about the names is said.
std::string run_cluster(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCluster>(call.statement);
  if (statement.relation) {
    query::BindContext bind = call.session.bind_context(call.text);
    without_position([&] { return query::resolve_relation(*statement.relation, false, bind); });
  }
  throw common::not_supported("CLUSTER");
}

bool option_on(const parser::ParsedDefElem& option) {
  if (option.argument == parser::DefArgument::kNone) return true;
  if (option.argument == parser::DefArgument::kInteger || option.argument == parser::DefArgument::kBoolean)
    return option.integer != 0;
  return option.text == "true" || option.text == "on";
}

struct VacuumOptions {
  bool analyze = false, verbose = false, full = false;
};

VacuumOptions vacuum_options(const parser::ParsedVacuum& statement, std::string_view text) {
  static const std::set<std::string> kVacuum = {
      "freeze", "disable_page_skipping", "skip_locked", "index_cleanup", "process_toast", "truncate", "parallel"};
  VacuumOptions options;
  for (const auto& option : statement.options) {
    if (option.name == "verbose")
      options.verbose = option_on(option);
    else if (option.name == "skip_locked")
      continue;
    else if (statement.is_vacuum && option.name == "analyze")
      options.analyze = option_on(option);
    else if (statement.is_vacuum && option.name == "full")
      options.full = option_on(option);
    else if (!statement.is_vacuum || !kVacuum.contains(option.name))
      throw SqlError(sqlstate::kSyntaxError, std::string("unrecognized ") +
                                                 (statement.is_vacuum ? "VACUUM" : "ANALYZE") + " option \"" +
                                                 option.name + "\"")
          .position(parser::position_of(text, option.location));
  }
  if (!statement.is_vacuum) options.analyze = true;
  return options;
}

Oid resolve_target(UtilityCall& call, const parser::ParsedRangeVar& name) {
  query::BindContext bind = call.session.bind_context(call.text);
  return without_position([&] { return query::resolve_relation(name, false, bind); });
}

std::string run_vacuum(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedVacuum>(call.statement);
  const char* name = statement.is_vacuum ? "VACUUM" : "ANALYZE";
  VacuumOptions options = vacuum_options(statement, call.text);
  if (statement.is_vacuum) session.prevent_in_block("VACUUM");
  session.transaction();
  if (statement.is_vacuum && !options.analyze)
    for (const auto& item : statement.relations)
      if (!item.columns.empty())
        throw SqlError(sqlstate::kFeatureNotSupported,
                       "ANALYZE option must be specified when a column list is provided");
  auto allowed = [&](const catalog::RelationDescriptor& relation) {
    if (catalog::owns_object(session.catalog(), Oid{1259}, relation.oid, session.current_user())) return true;
    // The owner of the database may do it to all but the tables that databases share.
    if (!relation.shared &&
        catalog::owns_object(session.catalog(), Oid{1262}, session.database(), session.current_user()))
      return true;
    constexpr uint32_t kPgCatalog = 11;
    const char* who = relation.shared                              ? "superuser"
                      : relation.namespace_oid.value == kPgCatalog ? "superuser or database owner"
                                                                   : "table or database owner";
    session.notice(common::Severity::kWarning, sqlstate::kWarning,
                   "skipping \"" + relation.name + "\" --- only " + who + " can " +
                       (statement.is_vacuum ? "vacuum" : "analyze") + " it");
    return false;
  };
  std::vector<std::pair<Oid, std::vector<std::string>>> targets;
  if (statement.relations.empty() && options.analyze)
    for (Oid table : all_tables(session)) targets.emplace_back(table, std::vector<std::string>());
  for (const auto& item : statement.relations) targets.emplace_back(resolve_target(call, *item.relation), item.columns);
  for (const auto& [oid, columns] : targets) {
    auto relation = session.catalog().relation(oid);
    if (!relation || !allowed(*relation)) continue;
    if (relation->kind != 'r' && relation->kind != 'm' && relation->kind != 'p') {
      session.notice(common::Severity::kWarning, sqlstate::kWarning,
                     "skipping \"" + relation->name + "\" --- cannot " + (statement.is_vacuum ? "vacuum" : "analyze") +
                         " non-tables or special system tables");
      continue;
    }
    if (options.analyze && relation->kind != 'p') analyze_relation(session, relation, columns);
  }
  return name;
}

}  // namespace

void register_maintenance_commands() {
  using parser::StatementKind;
  register_utility(StatementKind::kLock, run_lock);
  register_utility(StatementKind::kCheckpoint, run_checkpoint);
  register_utility(StatementKind::kLoad, run_load);
  register_utility(StatementKind::kReindex, run_reindex);
  register_utility(StatementKind::kCluster, run_cluster);
  register_utility(StatementKind::kVacuum, run_vacuum);
}

}  // namespace basalt::commands
