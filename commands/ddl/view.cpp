// CREATE [OR REPLACE] VIEW.
#include "commands/ddl/view.hpp"

#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

void store_view_rule(DdlContext& ddl, Oid view, const query::BoundQuery& query) {
  catalog::PgRewriteRow row;
  auto existing = find_row<catalog::PgRewriteRow>(ddl.reader, id::kPgRewriteRelRulenameIndex,
                                                  {key(view), Value::of(std::string("_RETURN"))});
  row.oid = existing ? existing->row.oid : ddl.writer.new_oid(id::kPgRewrite);
  row.rulename = "_RETURN";
  row.ev_class = view;
  row.ev_type = '1';
  row.is_instead = true;
  row.ev_qual = "<>";
  std::vector<std::unique_ptr<query::BoundQuery>> action;
  action.push_back(query::clone(query));
  row.ev_action = query::to_stored(action);
  ObjectAddress rule{id::kPgRewrite, row.oid};
  if (existing) {
    ddl.writer.update(id::kPgRewrite, existing->row_id, row.to_row());
    catalog::remove_dependencies(ddl.writer, rule);
  } else {
    ddl.writer.insert(id::kPgRewrite, row.to_row());
  }
  catalog::record_dependency(ddl.writer, rule, {id::kPgClass, view}, DependencyType::kInternal);
  record_query_dependencies(ddl, rule, query, DependencyType::kNormal);
  ddl.writer.invalidate(id::kPgClass, view);
}

std::vector<NewColumn> columns_of_query(DdlContext& ddl, const query::BoundQuery& query,
                                        const std::vector<std::string>& aliases, bool is_view) {
  std::vector<NewColumn> columns;
  for (const auto& target : query.targets) {
    if (target.junk) continue;
    NewColumn column;
    size_t at = columns.size();
    column.name = at < aliases.size() ? aliases[at] : target.name;
    column.type = target.expression->type;
    column.typmod = target.expression->typmod;
    column.collation = target.expression->collation;
    types::TypePointer type = ddl.reader.type(column.type);
    if (type->collation.valid() && !column.collation.valid())
      throw SqlError(common::SqlState{"42P22"},
                     is_view ? "could not determine which collation to use for view column " + quoted(column.name)
                             : "no collation was derived for column " + quoted(column.name) + " with collatable type " +
                                   catalog::format_type(ddl.scope(), column.type, -1))
          .hint("Use the COLLATE clause to set the collation explicitly.");
    if (!type->collation.valid()) column.collation = Oid();
    columns.push_back(std::move(column));
  }
  if (aliases.size() > columns.size())
    throw SqlError(sqlstate::kSyntaxError, is_view ? "CREATE VIEW specifies more column names than columns"
                                                   : "too many column names were specified");
  return columns;
}

namespace {

// Does the query read a temporary relation?
bool uses_temporary(const query::BoundQuery& query) {
  for (const auto& entry : query.range_table)
    if (entry->kind == query::RangeKind::kRelation && entry->relation && entry->relation->persistence == 't')
      return true;
  bool found = false;
  query::for_each_subquery(query, [&](const query::BoundQuery& sub) { found |= uses_temporary(sub); });
  query::for_each_expression(query, [&](const query::Expression& root) {
    query::walk(root, [&](const query::Expression& e) {
      if (const auto* link = query::try_as<query::SubLink>(&e)) found |= link->query && uses_temporary(*link->query);
      return found;
    });
  });
  return found;
}

void check_replacement(DdlContext& ddl, const catalog::RelationDescriptor& view,
                       const std::vector<NewColumn>& columns) {
  if (columns.size() < view.columns.size())
    throw SqlError(sqlstate::kInvalidTableDefinition, "cannot drop columns from view");
  for (size_t i = 0; i < view.columns.size(); ++i) {
    const auto& old = view.columns[i];
    const NewColumn& made = columns[i];
    if (old.name != made.name)
      throw SqlError(sqlstate::kInvalidTableDefinition,
                     "cannot change name of view column " + quoted(old.name) + " to " + quoted(made.name))
          .hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
    auto shown = [&](Oid type, int32_t typmod) {
      return catalog::format_type(ddl.scope(), type, typmod, catalog::TypmodStyle::kGiven);
    };
    if (old.type != made.type || old.typmod != made.typmod)
      throw SqlError(sqlstate::kInvalidTableDefinition, "cannot change data type of view column " + quoted(old.name) +
                                                            " from " + shown(old.type, old.typmod) + " to " +
                                                            shown(made.type, made.typmod));
    if (old.collation != made.collation) {
      auto name = [&](Oid collation) {
        const auto* c = ddl.reader.collation(collation);
        return quoted(c ? c->name : "");
      };
      throw SqlError(sqlstate::kInvalidTableDefinition, "cannot change collation of view column " + quoted(old.name) +
                                                            " from " + name(old.collation) + " to " +
                                                            name(made.collation));
    }
  }
}

Oid replace_view(DdlContext& ddl, const NewRelation& relation, Oid existing) {
  ddl.lock(existing, LockMode::kAccessExclusive);
  RelationPointer view = ddl.relation(existing);
  require_owner(ddl, *view);
  if (view->kind != 'v') throw SqlError(sqlstate::kWrongObjectType, quoted(view->name) + " is not a view");
  check_replacement(ddl, *view, relation.columns);
  for (size_t i = view->columns.size(); i < relation.columns.size(); ++i)
    insert_attribute(ddl, existing, static_cast<int16_t>(i + 1), relation.columns[i], true);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(existing)}, [&](catalog::PgClassRow& row) {
    row.relnatts = static_cast<int16_t>(relation.columns.size());
    row.reloptions = relation.options;
  });
  return existing;
}

void add_check_option(const parser::ParsedCreateView& statement, NewRelation& relation) {
  if (statement.check_option == parser::CheckOption::kNone) return;
  if (!relation.options) relation.options.emplace();
  relation.options->push_back(statement.check_option == parser::CheckOption::kLocal ? "check_option=local"
                                                                                    : "check_option=cascaded");
}

std::string create_view(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateView>(call.statement);
  DdlContext ddl(call);
  if (statement.query->into) throw SqlError(sqlstate::kFeatureNotSupported, "views must not contain SELECT INTO");
  query::BindContext context = ddl.bind();
  std::unique_ptr<query::BoundQuery> query = query::bind_query(*statement.query, context);
  if (query->has_modifying_cte)
    throw SqlError(sqlstate::kFeatureNotSupported, "views must not contain data-modifying statements in WITH");
  NewRelation relation;
  relation.kind = 'v';
  relation.name = statement.view->name;
  relation.owner = ddl.user();
  char persistence = statement.view->persistence == parser::Persistence::kTemporary ? 't' : 'p';
  if (statement.view->persistence == parser::Persistence::kUnlogged)
    throw SqlError(sqlstate::kSyntaxError, "views cannot be unlogged because they do not have storage");
  if (persistence == 'p' && statement.view->schema.empty() && uses_temporary(*query)) {
    persistence = 't';
    ddl.notice("view " + quoted(relation.name) + " will be a temporary view");
  }
  relation.name_space = creation_namespace(ddl, *statement.view, persistence);
  relation.persistence = persistence;
  relation.columns = columns_of_query(ddl, *query, statement.aliases, true);
  if (relation.columns.empty()) {
    // A view without columns is allowed, as in PostgreSQL.
  }
  // The names of the view's columns are those of the query's targets from now on.
  size_t at = 0;
  for (auto& target : query->targets)
    if (!target.junk) target.name = relation.columns[at++].name;
  relation.options = relation_options(ddl, statement.options, 'v');
  add_check_option(statement, relation);
  Oid existing = ddl.reader.find_relation(relation.name_space, relation.name);
  Oid view =
      existing.valid() && statement.replace ? replace_view(ddl, relation, existing) : create_relation(ddl, relation);
  store_view_rule(ddl, view, *query);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(view)},
                                  [](catalog::PgClassRow& row) { row.relhasrules = true; });
  return "CREATE VIEW";
}

}  // namespace

void register_create_view() { register_utility(parser::StatementKind::kCreateView, create_view); }

}  // namespace basalt::commands::ddl
