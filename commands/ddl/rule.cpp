// CREATE [OR REPLACE] RULE.
#include "query/rule.hpp"

#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/view.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::ddl {

namespace {

using parser::RuleEvent;

char event_letter(RuleEvent event) {
  switch (event) {
    case RuleEvent::kSelect:
      return '1';
    case RuleEvent::kUpdate:
      return '2';
    case RuleEvent::kInsert:
      return '3';
    case RuleEvent::kDelete:
      return '4';
  }
  UNREACHABLE("event of a rule");
}

void check_relation(const catalog::RelationDescriptor& relation) {
  if (relation.kind == 'r' || relation.kind == 'v' || relation.kind == 'p') return;
  throw SqlError(sqlstate::kWrongObjectType, "relation " + quoted(relation.name) + " cannot have rules")
      .detail(std::string("This operation is not supported for ") +
              (relation.kind == 'm'   ? "materialized views"
               : relation.kind == 'S' ? "sequences"
               : relation.kind == 'c' ? "composite types"
               : relation.kind == 'f' ? "foreign tables"
                                      : "indexes") +
              ".");
}

// RETURNING lists stand for the relation's rows.
void check_returning(const catalog::RelationDescriptor& relation, const parser::ParsedCreateRule& statement,
                     const query::BoundRule& rule) {
  bool seen = false;
  for (const auto& action : rule.actions) {
    if (action->returning.empty()) continue;
    auto refuse = [](const char* text) { throw SqlError(sqlstate::kFeatureNotSupported, text); };
    if (seen) refuse("cannot have multiple RETURNING lists in a rule");
    seen = true;
    if (rule.condition) refuse("RETURNING lists are not supported in conditional rules");
    if (!statement.instead) refuse("RETURNING lists are not supported in non-INSTEAD rules");
    size_t at = 0;
    for (const auto& column : relation.columns) {
      if (column.dropped) continue;
      if (at >= action->returning.size())
        throw SqlError(sqlstate::kInvalidObjectDefinition, "RETURNING list has too few entries");
      if (action->returning[at++].expression->type != column.type)
        throw SqlError(
            sqlstate::kInvalidObjectDefinition,
            "RETURNING list's entry " + std::to_string(at) + " has different type from column " + quoted(column.name));
    }
    if (at < action->returning.size())
      throw SqlError(sqlstate::kInvalidObjectDefinition, "RETURNING list has too many entries");
  }
}

std::string create_rule(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateRule>(call.statement);
  DdlContext ddl(call);
  RelationPointer relation = ddl.open(*statement.relation, LockMode::kAccessExclusive);
  check_relation(*relation);
  require_not_system(ddl, *relation);
  require_owner(ddl, *relation);
  if (statement.event == RuleEvent::kSelect) throw common::not_supported("CREATE RULE ... ON SELECT");
  query::BindContext context = ddl.bind();
  query::BoundRule rule = query::bind_rule(statement, relation, context);
  check_returning(*relation, statement, rule);

  auto existing = find_row<catalog::PgRewriteRow>(ddl.reader, id::kPgRewriteRelRulenameIndex,
                                                  {key(relation->oid), Value::of(statement.name)});
  if (existing && !statement.replace)
    throw SqlError(sqlstate::kDuplicateObject,
                   "rule " + quoted(statement.name) + " for relation " + quoted(relation->name) + " already exists");
  catalog::PgRewriteRow row;
  if (existing)
    row = existing->row;
  else
    row.oid = ddl.writer.new_oid(id::kPgRewrite);
  row.rulename = statement.name;
  row.ev_class = relation->oid;
  row.ev_type = event_letter(statement.event);
  row.is_instead = statement.instead;
  row.ev_qual = rule.condition ? query::to_stored(*rule.condition) : "<>";
  row.ev_action = query::to_stored(rule.actions);
  ObjectAddress address{id::kPgRewrite, row.oid};
  if (existing) {
    ddl.writer.update(id::kPgRewrite, existing->row_id, row.to_row());
    catalog::remove_dependencies(ddl.writer, address);
  } else {
    row.ev_enabled = 'O';
    ddl.writer.insert(id::kPgRewrite, row.to_row());
  }
  catalog::record_dependency(ddl.writer, address, {id::kPgClass, relation->oid}, DependencyType::kAutomatic);
  for (const auto& action : rule.actions) record_query_dependencies(ddl, address, *action, DependencyType::kNormal);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(relation->oid)},
                                  [](catalog::PgClassRow& changed) { changed.relhasrules = true; });
  ddl.writer.invalidate(id::kPgClass, relation->oid);
  return "CREATE RULE";
}

}  // namespace

void register_create_rule() { register_utility(parser::StatementKind::kCreateRule, create_rule); }

}  // namespace basalt::commands::ddl
