// ALTER TYPE ... ADD VALUE and RENAME VALUE, ALTER DOMAIN.
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_enum.hpp"
#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/index.hpp"
#include "commands/ddl/type.hpp"
#include "commands/ddl/type_users.hpp"
#include "query/stored_form.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::commands::ddl {

namespace {

Oid require_type(DdlContext& ddl, const parser::QualifiedName& name) {
  Oid found = catalog::find_type(ddl.scope(), name);
  if (!found.valid())
    throw SqlError(sqlstate::kUndefinedObject, "type " + quoted(join_names(name)) + " does not exist");
  return found;
}

void add_value(DdlContext& ddl, Oid type, const parser::ParsedAlterEnum& statement) {
  if (statement.new_value.size() > 63)
    throw SqlError(sqlstate::kInvalidName, "invalid enum label " + quoted(statement.new_value))
        .detail("Labels must be 63 bytes or less.");
  types::TypePointer descriptor = ddl.reader.type(type);
  const auto& labels = descriptor->labels;
  size_t at = labels.size();
  for (const auto& label : labels) {
    if (label.label != statement.new_value) continue;
    if (!statement.if_not_exists)
      throw SqlError(sqlstate::kDuplicateObject, "enum label " + quoted(statement.new_value) + " already exists");
    ddl.notice("enum label " + quoted(statement.new_value) + " already exists, skipping", sqlstate::kDuplicateObject);
    return;
  }
  if (statement.has_neighbor) {
    at = 0;
    while (at < labels.size() && labels[at].label != statement.neighbor) ++at;
    if (at == labels.size())
      throw SqlError(sqlstate::kInvalidParameterValue, quoted(statement.neighbor) + " is not an existing enum label");
    if (statement.after) ++at;
  }
  catalog::PgEnumRow row;
  row.oid = ddl.writer.new_oid(id::kPgEnum);
  row.enumtypid = type;
  row.enumlabel = statement.new_value;
  if (labels.empty())
    row.enumsortorder = 1;
  else if (at == labels.size())
    row.enumsortorder = labels.back().sort_order + 1;
  else if (at == 0)
    row.enumsortorder = labels.front().sort_order - 1;
  else
    row.enumsortorder = (labels[at - 1].sort_order + labels[at].sort_order) / 2;
  ddl.writer.insert(id::kPgEnum, row.to_row());
  ddl.writer.invalidate(id::kPgType, type);
}

void rename_value(DdlContext& ddl, Oid type, const parser::ParsedAlterEnum& statement) {
  for (const auto& row : find_rows<catalog::PgEnumRow>(ddl.reader, id::kPgEnumTypidLabelIndex, {key(type)}))
    if (row.row.enumlabel == statement.new_value)
      throw SqlError(sqlstate::kDuplicateObject, "enum label " + quoted(statement.new_value) + " already exists");
  bool done = change_row<catalog::PgEnumRow>(ddl.writer, id::kPgEnumTypidLabelIndex,
                                             {key(type), Value::of(statement.old_value)},
                                             [&](catalog::PgEnumRow& row) { row.enumlabel = statement.new_value; });
  if (!done)
    throw SqlError(sqlstate::kInvalidParameterValue, quoted(statement.old_value) + " is not an existing enum label");
  ddl.writer.invalidate(id::kPgType, type);
}

std::string alter_enum(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterEnum>(call.statement);
  DdlContext ddl(call);
  Oid type = require_type(ddl, statement.name);
  std::string name = catalog::format_type(ddl.scope(), type, -1);
  if (ddl.reader.type(type)->kind != 'e') throw SqlError(sqlstate::kWrongObjectType, name + " is not an enum");
  require_owner(ddl, id::kPgType, type, "type", name);
  if (statement.is_rename)
    rename_value(ddl, type, statement);
  else
    add_value(ddl, type, statement);
  return "ALTER TYPE";
}

SqlError domain_error(DdlContext& ddl, common::SqlState state, const catalog::RelationDescriptor& table,
                      const catalog::ColumnDescriptor& column, const char* what) {
  return SqlError(state, "column " + quoted(column.name) + " of table " + quoted(table.name) + " contains " + what)
      .schema(catalog::namespace_name(ddl.reader, table.namespace_oid))
      .table(table.name)
      .column(column.name);
}

// Looks at the values that tables have of the domain; `valid` is asked about each.
void verify_domain_values(DdlContext& ddl, Oid domain, common::SqlState state, const char* what,
                          const std::function<bool(const Value&)>& valid) {
  require_domain_only_in_columns(ddl, domain);
  each_domain_column(ddl, domain, [&](const auto& table, const catalog::ColumnDescriptor& column) {
    ddl.lock(table.oid, LockMode::kShare);
    scan_table(ddl, table, [&](const common::Chunk& chunk, const std::vector<RowId>&) {
      const auto& values = chunk.columns[static_cast<size_t>(column.number) - 1];
      for (uint32_t i = 0; i < chunk.rows; ++i)
        if (!valid(values.value(i))) throw domain_error(ddl, state, table, column, what);
    });
  });
}

void verify_domain_check(DdlContext& ddl, Oid domain, const std::string& tree) {
  query::ExpressionPointer expression = query::expression_from_stored(tree, ddl.reader);
  storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
  executor::ExecutionContext execution = ddl.session.execution_context(snapshot, {});
  execution.evaluation.catalog = &ddl.reader;
  query::EvaluatorPointer evaluator =
      query::ExpressionCompiler(ddl.reader, ddl.session.call_context()).compile(*expression);
  verify_domain_values(ddl, domain, sqlstate::kCheckViolation, "values that violate the new constraint",
                       [&](const Value& value) {
                         execution.evaluation.domain_value = &value;
                         Value holds = query::evaluate_constant(*evaluator, execution.evaluation);
                         return holds.is_null() || holds.as<bool>();
                       });
  ddl.transaction().release_snapshot(snapshot);
}

std::string alter_domain(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterDomain>(call.statement);
  DdlContext ddl(call);
  Oid type = require_type(ddl, statement.name);
  auto row = find_row<catalog::PgTypeRow>(ddl.reader, id::kPgTypeOidIndex, {key(type)});
  if (row->row.typtype != 'd')
    throw SqlError(sqlstate::kWrongObjectType, quoted(row->row.typname) + " is not a domain");
  require_owner(ddl, id::kPgType, type, "type", catalog::format_type(ddl.scope(), type, -1));
  auto constraints = find_rows<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintContypidIndex, {key(type)});
  switch (statement.action) {
    case parser::AlterDomainAction::kDefault:
      row->row.typdefaultbin.reset();
      row->row.typdefault.reset();
      if (statement.expression) set_domain_default(ddl, row->row, *statement.expression);
      ddl.writer.update(id::kPgType, row->row_id, row->row.to_row());
      break;
    case parser::AlterDomainAction::kSetNotNull:
      if (!row->row.typnotnull)
        verify_domain_values(ddl, type, sqlstate::kNotNullViolation, "null values",
                             [](const Value& value) { return !value.is_null(); });
      [[fallthrough]];
    case parser::AlterDomainAction::kDropNotNull:
      row->row.typnotnull = statement.action == parser::AlterDomainAction::kSetNotNull;
      ddl.writer.update(id::kPgType, row->row_id, row->row.to_row());
      break;
    case parser::AlterDomainAction::kAddConstraint: {
      std::vector<std::string> taken;
      for (const auto& c : constraints) taken.push_back(c.row.conname);
      const std::string tree = add_domain_check(ddl, row->row, *statement.constraint, taken);
      if (!statement.constraint->skip_validation) verify_domain_check(ddl, type, tree);
      break;
    }
    default: {
      Oid found;
      std::string tree;
      bool validated = false;
      for (const auto& c : constraints) {
        if (c.row.conname != statement.constraint_name) continue;
        found = c.row.oid;
        tree = c.row.conbin.value_or("");
        validated = c.row.convalidated;
      }
      const std::string what = "constraint " + quoted(statement.constraint_name) + " of domain " +
                               quoted(row->row.typname) + " does not exist";
      if (!found.valid()) {
        if (!statement.missing_ok) throw SqlError(sqlstate::kUndefinedObject, what);
        ddl.notice(what + ", skipping");
      } else if (statement.action == parser::AlterDomainAction::kDropConstraint) {
        drop_objects(ddl, {{id::kPgConstraint, found}}, statement.behavior);
      } else if (!validated) {
        verify_domain_check(ddl, type, tree);
        change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(found)},
                                             [](catalog::PgConstraintRow& r) { r.convalidated = true; });
      }
    }
  }
  ddl.writer.invalidate(id::kPgType, type);
  return "ALTER DOMAIN";
}

}  // namespace

void register_alter_type() {
  register_utility(parser::StatementKind::kAlterEnum, alter_enum);
  register_utility(parser::StatementKind::kAlterDomain, alter_domain);
}

}  // namespace basalt::commands::ddl
