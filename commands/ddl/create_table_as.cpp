// CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW, REFRESH MATERIALIZED VIEW.
#include "catalog/rows/pg_class.hpp"
#include "commands/acting_as.hpp"
#include "commands/ddl/create_table.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/rewrite.hpp"
#include "commands/ddl/view.hpp"
#include "commands/session_context.hpp"
#include "commands/utility/prepared.hpp"
#include "executor/execution.hpp"
#include "executor/table_writer.hpp"
#include "planner/planner.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

uint64_t insert_query(DdlContext& ddl, Oid table, std::unique_ptr<query::BoundQuery> query,
                      const std::vector<Value>& parameters) {
  query::BindContext context = ddl.bind();
  auto rewritten = query::rewrite_query(std::move(query), context);
  uint64_t count = 0;
  for (auto& bound : rewritten) {
    planner::PlanContext plan_context{
        ddl.reader, ddl.session.call_context(), &ddl.storage(), ddl.session.settings().planner(), {}};
    plan_context.functions = ddl.session.context().function_runtime();
    auto plan = planner::plan(std::move(bound), plan_context);
    ddl.session.check_privileges(*plan);
    storage::Snapshot snapshot = ddl.transaction().take_snapshot();
    executor::ExecutionContext execution_context = ddl.session.execution_context(snapshot, parameters);
    execution_context.evaluation.catalog = &ddl.reader;
    executor::TableWriter writer(execution_context, ddl.relation(table));
    executor::Execution execution(*plan, execution_context);
    common::Chunk chunk;
    std::vector<RowId> ids;
    while (execution.fetch(chunk, common::kChunkRowsMax)) {
      common::Chunk flat;
      flat.rows = chunk.rows;
      for (const auto& column : chunk.columns) flat.columns.push_back(column.flatten(chunk.rows));
      ids.clear();
      writer.insert(execution_context, flat, ids, nullptr);
      count += chunk.rows;
    }
    execution.finish();
    ddl.transaction().release_snapshot(snapshot);
  }
  return count;
}

namespace {

std::string create_as(DdlContext& ddl, const parser::ParsedStatement& source, const parser::ParsedInto& into,
                      bool materialized, bool if_not_exists, const std::vector<Oid>& parameter_types,
                      const std::vector<Value>& parameters) {
  const char* tag = materialized ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
  char persistence = into.relation->persistence == parser::Persistence::kTemporary  ? 't'
                     : into.relation->persistence == parser::Persistence::kUnlogged ? 'u'
                                                                                    : 'p';
  if (materialized && persistence == 'u')
    throw SqlError(sqlstate::kFeatureNotSupported, "materialized views cannot be unlogged");
  NewRelation relation;
  relation.kind = materialized ? 'm' : 'r';
  relation.name = into.relation->name;
  relation.owner = ddl.user();
  relation.name_space = creation_namespace(ddl, *into.relation, persistence);
  relation.persistence = persistence;
  if (ddl.reader.find_relation(relation.name_space, relation.name).valid()) {
    if (!if_not_exists)
      throw SqlError(sqlstate::kDuplicateTable, "relation " + quoted(relation.name) + " already exists");
    ddl.notice("relation " + quoted(relation.name) + " already exists, skipping", sqlstate::kDuplicateTable);
    return tag;
  }
  query::BindContext context = ddl.bind();
  context.parameter_types = parameter_types;
  std::unique_ptr<query::BoundQuery> query = query::bind_query(source, context);
  relation.columns = columns_of_query(ddl, *query, into.columns, false);
  relation.options = relation_options(ddl, into.options, relation.kind);
  relation.populated = !(materialized && into.skip_data);
  Oid table = create_relation(ddl, relation);
  ddl.lock(table, LockMode::kAccessExclusive);
  if (into.on_commit != parser::OnCommit::kNone) set_on_commit(ddl, table, into.on_commit);
  if (materialized) {
    size_t at = 0;
    for (auto& target : query->targets)
      if (!target.junk) target.name = relation.columns[at++].name;
    store_view_rule(ddl, table, *query);
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(table)},
                                    [](catalog::PgClassRow& row) { row.relhasrules = true; });
  }
  if (into.skip_data) return tag;
  // The view's query may not become somebody else, as it may not when it is run again for others.
  std::optional<ActingAs> owner;
  if (materialized) owner.emplace(ddl.session, ddl.user());
  uint64_t rows = insert_query(ddl, table, std::move(query), parameters);
  return "SELECT " + std::to_string(rows);
}

std::string create_table_as(UtilityCall& call) {
  DdlContext ddl(call);
  const auto& statement = parser::as<parser::ParsedCreateTableAs>(call.statement);
  if (statement.query->kind != parser::StatementKind::kExecute)
    return create_as(ddl, *statement.query, *statement.into, statement.is_materialized_view, statement.if_not_exists,
                     call.parameter_types, call.parameters);
  std::vector<Value> parameters;
  auto prepared = prepare_execution(call, parser::as<parser::ParsedExecute>(*statement.query), parameters);
  if (prepared->parsed.empty() || prepared->parsed[0].statement->kind != parser::StatementKind::kSelect)
    throw SqlError(sqlstate::kWrongObjectType, "prepared statement is not a SELECT");
  DdlContext inner(call.session, prepared->text);
  return create_as(inner, *prepared->parsed[0].statement, *statement.into, statement.is_materialized_view,
                   statement.if_not_exists, prepared->parameter_types, parameters);
}

// Over plain columns and all rows: what CONCURRENTLY tells rows apart by.
bool has_whole_unique_index(const catalog::RelationDescriptor& view) {
  return std::any_of(view.indexes.begin(), view.indexes.end(), [](const auto& index) {
    return index->unique && index->valid && index->immediate && index->predicate_tree.empty() &&
           index->expressions_tree.empty();
  });
}

std::string refresh_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedRefreshMaterializedView>(call.statement);
  DdlContext ddl(call);
  RelationPointer view = ddl.open(*statement.relation, LockMode::kAccessExclusive);
  if (view->kind != 'r' && view->kind != 'p' && view->kind != 'm')
    throw SqlError(sqlstate::kWrongObjectType, quoted(view->name) + " is not a table or materialized view");
  if (view->kind != 'm') throw SqlError(sqlstate::kWrongObjectType, quoted(view->name) + " is not a materialized view");
  require_owner(ddl, *view);
  if (statement.concurrently && statement.skip_data)
    throw SqlError(sqlstate::kSyntaxError, "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together");
  if (statement.concurrently && !view->populated)
    throw SqlError(sqlstate::kFeatureNotSupported,
                   "CONCURRENTLY cannot be used when the materialized view is not populated");
  if (statement.concurrently && !has_whole_unique_index(*view)) {
    const std::string schema = catalog::namespace_name(ddl.reader, view->namespace_oid);
    const std::string name = catalog::quote_qualified(schema, view->name);
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "cannot refresh materialized view \"" + name + "\" concurrently")
        .hint("Create a unique index with no WHERE clause on one or more columns of the materialized view.");
  }
  ENSURE(!view->rules.empty(), "a materialized view without its rule");
  auto queries = query::queries_from_stored(view->rules[0].action_tree, ddl.reader);
  replace_trees(ddl, *view);
  if (!statement.skip_data) {
    ActingAs owner(ddl.session, view->owner);
    insert_query(ddl, view->oid, std::move(queries.at(0)));
  }
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(view->oid)},
                                  [&](catalog::PgClassRow& row) { row.relispopulated = !statement.skip_data; });
  return "REFRESH MATERIALIZED VIEW";
}

// SELECT ... INTO arrives here through the runner of statements.
std::string select_into(UtilityCall& call) {
  const auto& select = parser::as<parser::ParsedSelect>(call.statement);
  if (!select.into) throw common::not_supported("this place for a SELECT");
  DdlContext ddl(call);
  return create_as(ddl, select, *select.into, false, false, call.parameter_types, call.parameters);
}

}  // namespace

void register_create_table_as() {
  register_utility(parser::StatementKind::kCreateTableAs, create_table_as);
  register_utility(parser::StatementKind::kRefreshMaterializedView, refresh_statement);
  register_utility(parser::StatementKind::kSelect, select_into);
}

}  // namespace basalt::commands::ddl
