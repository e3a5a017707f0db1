#include "commands/ddl/constraint.hpp"

#include <algorithm>

#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "commands/without_position.hpp"
#include "executor/index_key.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::commands::ddl {

using catalog::ConstraintDescriptor;
using catalog::RelationDescriptor;

namespace {

std::vector<int16_t> columns_used(const query::Expression& expression) {
  std::vector<int16_t> out;
  query::walk(expression, [&](const query::Expression& e) {
    if (const auto* column = query::try_as<query::Column>(&e))
      if (column->levels_up == 0 && std::find(out.begin(), out.end(), column->column) == out.end())
        out.push_back(column->column);
    return false;
  });
  return out;
}

}  // namespace

void add_check_row(DdlContext& ddl, const RelationDescriptor& table, const std::string& name,
                   const query::Expression& expression, bool validated, bool no_inherit) {
  catalog::PgConstraintRow row;
  row.oid = ddl.writer.new_oid(id::kPgConstraint);
  row.conname = name;
  row.connamespace = table.namespace_oid;
  row.contype = 'c';
  row.convalidated = validated;
  row.conrelid = table.oid;
  row.connoinherit = no_inherit;
  std::vector<int16_t> columns = columns_used(expression);
  std::sort(columns.begin(), columns.end());
  if (!columns.empty()) row.conkey = columns;
  row.conbin = query::to_stored(expression);
  ddl.writer.insert(id::kPgConstraint, row.to_row());
  ObjectAddress address{id::kPgConstraint, row.oid};
  if (columns.empty())
    catalog::record_dependency(ddl.writer, address, {id::kPgClass, table.oid}, DependencyType::kAutomatic);
  for (int16_t column : columns)
    catalog::record_dependency(ddl.writer, address, {id::kPgClass, table.oid, column}, DependencyType::kAutomatic);
  record_expression_dependencies(ddl, address, expression, {table.oid}, DependencyType::kNormal, table.oid,
                                 DependencyType::kAutomatic);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(table.oid)},
                                  [](catalog::PgClassRow& r) { ++r.relchecks; });
}

void add_check(DdlContext& ddl, Oid table_oid, const WrittenConstraint& constraint, std::vector<std::string>& taken,
               bool verify) {
  RelationPointer table = ddl.relation(table_oid);
  query::BindContext context = ddl.bind();
  query::ExpressionScope scope;
  scope.relations.push_back({table, "", false});
  auto bind = [&] {
    return query::bind_condition(*constraint.parsed->expression, query::ExpressionUse::kCheck, scope, "CHECK", context);
  };
  query::ExpressionPointer expression = verify ? without_position(bind) : bind();
  std::string name = constraint.parsed->name;
  if (name.empty()) {
    std::vector<int16_t> columns = columns_used(*expression);
    std::string column =
        columns.size() == 1 && columns[0] > 0 ? table->columns[static_cast<size_t>(columns[0]) - 1].name : "";
    name = choose_constraint_name(ddl, table->name, column, "check", table->namespace_oid, taken);
  } else {
    if (std::find(taken.begin(), taken.end(), name) != taken.end())
      throw SqlError(sqlstate::kDuplicateObject, "check constraint " + quoted(name) + " already exists");
    bool exists = false;
    for (const auto& other : table->constraints) exists |= other.name == name;
    if (exists)
      throw SqlError(sqlstate::kDuplicateObject,
                     "constraint " + quoted(name) + " for relation " + quoted(table->name) + " already exists");
  }
  taken.push_back(name);
  if (verify && !constraint.parsed->skip_validation) verify_check(ddl, *table, name, *expression);
  add_check_row(ddl, *table, name, *expression, !(verify && constraint.parsed->skip_validation),
                constraint.parsed->no_inherit);
}

void verify_check(DdlContext& ddl, const RelationDescriptor& table, const std::string& name,
                  const query::Expression& expression) {
  storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
  executor::ExecutionContext execution = ddl.session.execution_context(snapshot, {});
  execution.evaluation.catalog = &ddl.reader;
  query::ExpressionPointer copy = query::clone(expression);
  executor::columns_to_slots(copy, table);
  query::ExpressionCompiler compiler(ddl.reader, ddl.session.call_context());
  query::EvaluatorPointer evaluator = compiler.compile(*copy);
  scan_table(ddl, table, [&](const common::Chunk& chunk, const std::vector<RowId>&) {
    query::Rows rows(chunk.rows);
    common::Vector holds = evaluator->evaluate(execution.evaluation, chunk, rows);
    auto view = holds.view<bool>();
    for (uint32_t i = 0; i < rows.count; ++i)
      if (!view.is_null(i) && !view[i])
        throw SqlError(sqlstate::kCheckViolation, "check constraint " + quoted(name) + " of relation " +
                                                      quoted(table.name) + " is violated by some row")
            .schema(catalog::namespace_name(ddl.reader, table.namespace_oid))
            .table(table.name)
            .constraint(name);
    rows.raise();
  });
  ddl.transaction().release_snapshot(snapshot);
}

void set_not_null(DdlContext& ddl, Oid table_oid, int16_t column, bool verify) {
  RelationPointer table = ddl.relation(table_oid);
  const auto& descriptor = table->columns[static_cast<size_t>(column) - 1];
  if (descriptor.not_null) return;
  if (verify && table->kind == 'r') {
    scan_table(ddl, *table, [&](const common::Chunk& chunk, const std::vector<RowId>&) {
      for (uint32_t i = 0; i < chunk.rows; ++i)
        if (chunk.columns[static_cast<size_t>(column) - 1].is_null(i))
          throw SqlError(sqlstate::kNotNullViolation, "column " + quoted(descriptor.name) + " of relation " +
                                                          quoted(table->name) + " contains null values")
              .schema(catalog::namespace_name(ddl.reader, table->namespace_oid))
              .table(table->name)
              .column(descriptor.name);
    });
  }
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex, {key(table_oid), Value::of(column)},
                                      [](catalog::PgAttributeRow& row) { row.attnotnull = true; });
}

void store_default(DdlContext& ddl, Oid table, int16_t column, const query::Expression& expression) {
  catalog::PgAttrdefRow row;
  row.oid = ddl.writer.new_oid(id::kPgAttrdef);
  row.adrelid = table;
  row.adnum = column;
  row.adbin = query::to_stored(expression);
  ddl.writer.insert(id::kPgAttrdef, row.to_row());
  char generated = 0;
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex, {key(table), Value::of(column)},
                                      [&](catalog::PgAttributeRow& r) {
                                        r.atthasdef = true;
                                        generated = r.attgenerated;
                                      });
  ObjectAddress address{id::kPgAttrdef, row.oid};
  catalog::record_dependency(ddl.writer, address, {id::kPgClass, table, column},
                             generated ? DependencyType::kInternal : DependencyType::kAutomatic);
  record_expression_dependencies(ddl, address, expression, {table}, DependencyType::kNormal, table,
                                 generated ? DependencyType::kNormal : DependencyType::kAutomatic);
}

namespace {

int16_t key_column(DdlContext& ddl, const RelationDescriptor& table, const std::string& name,
                   const parser::ParsedConstraint& constraint) {
  if (const auto* column = table.column(name)) return column->number;
  throw ddl.error_at(constraint.location, sqlstate::kUndefinedColumn,
                     "column " + quoted(name) + " named in key does not exist");
}

// ADD CONSTRAINT ... USING INDEX.
void adopt_index(DdlContext& ddl, const RelationPointer& table, const parser::ParsedConstraint& parsed, bool primary) {
  catalog::IndexPointer found;
  for (const auto& index : table->indexes)
    if (index->name == parsed.index_name) found = index;
  if (!found)
    throw ddl.error_at(parsed.location, sqlstate::kUndefinedObject,
                       "index " + quoted(parsed.index_name) + " does not exist");
  for (const auto& constraint : table->constraints)
    if (constraint.index == found->oid && constraint.type != 'f')
      throw ddl.error_at(parsed.location, sqlstate::kObjectNotInPrerequisiteState,
                         "index " + quoted(found->name) + " is already associated with a constraint");
  auto refuse = [&](const std::string& message, const std::string& detail) {
    SqlError error = ddl.error_at(parsed.location, sqlstate::kWrongObjectType, message);
    error.report().detail = detail;
    throw error;
  };
  const std::string no_such = "Cannot create a primary key or unique constraint using such an index.";
  if (!found->unique) refuse(quoted(found->name) + " is not a unique index", no_such);
  if (!found->expressions_tree.empty()) refuse("index " + quoted(found->name) + " contains expressions", no_such);
  if (!found->predicate_tree.empty()) refuse(quoted(found->name) + " is a partial index", no_such);
  std::string name = parsed.name.empty() ? found->name : parsed.name;
  if (name != found->name) {
    ddl.notice("ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index " + quoted(found->name) + " to " +
               quoted(name));
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(found->oid)},
                                    [&](catalog::PgClassRow& row) { row.relname = name; });
  }
  if (primary)
    for (int k = 0; k < found->key_count; ++k)
      set_not_null(ddl, table->oid, found->keys[static_cast<size_t>(k)].column, true);
  mark_index_as_constraint(ddl, table->oid, found->oid, name, primary ? 'p' : 'u', parsed.deferrable,
                           parsed.initially_deferred);
}

bool same_key(const RelationDescriptor& table, const NewIndex& index, const catalog::IndexDescriptor& other) {
  (void)table;
  if (!other.unique || other.key_count != index.key_count || other.keys.size() != index.keys.size()) return false;
  for (size_t k = 0; k < index.keys.size(); ++k)
    if (other.keys[k].column != index.keys[k].column) return false;
  return other.immediate == !index.deferrable;
}

}  // namespace

void check_deferrable(DdlContext& ddl, const parser::ParsedConstraint& constraint) {
  if (!constraint.deferrable && constraint.initially_deferred)
    throw ddl.error_at(constraint.location, sqlstate::kSyntaxError,
                       "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
}

void add_index_constraint(DdlContext& ddl, Oid table_oid, const WrittenConstraint& written) {
  const parser::ParsedConstraint& parsed = *written.parsed;
  RelationPointer table = ddl.relation(table_oid);
  const bool primary = parsed.kind == parser::ConstraintKind::kPrimaryKey;
  if (primary)
    for (const auto& index : table->indexes)
      if (index->primary)
        throw SqlError(sqlstate::kInvalidTableDefinition,
                       "multiple primary keys for table " + quoted(table->name) + " are not allowed");
  if (!parsed.index_name.empty()) return adopt_index(ddl, table, parsed, primary);
  NewIndex index;
  index.unique = true;
  index.primary = primary;
  index.nulls_not_distinct = parsed.nulls_not_distinct;
  index.constraint = primary ? 'p' : 'u';
  index.deferrable = parsed.deferrable;
  index.deferred = parsed.initially_deferred;
  std::vector<std::string> names = parsed.columns;
  if (names.empty() && !written.column.empty()) names.push_back(written.column);
  for (const std::string& name : names) {
    int16_t number = key_column(ddl, *table, name, parsed);
    for (const auto& before : index.keys)
      if (before.column == number)
        throw ddl.error_at(
            parsed.location, sqlstate::kDuplicateColumn,
            "column " + quoted(name) + " appears twice in " + (primary ? "primary key" : "unique") + " constraint");
    index.keys.push_back(column_key(ddl, table->columns[static_cast<size_t>(number) - 1], false));
  }
  index.key_count = static_cast<int>(index.keys.size());
  for (const std::string& name : parsed.including)
    index.keys.push_back(
        column_key(ddl, table->columns[static_cast<size_t>(key_column(ddl, *table, name, parsed)) - 1], true));
  if (primary)
    for (int k = 0; k < index.key_count; ++k)
      set_not_null(ddl, table_oid, index.keys[static_cast<size_t>(k)].column, true);
  // UNIQUE over the primary key's columns, without a name of its own, adds nothing.
  if (parsed.name.empty())
    for (const auto& other : table->indexes)
      if (!primary && other->primary && same_key(*table, index, *other)) return;
  index.options = relation_options(ddl, parsed.options, 'i');
  index.name = parsed.name.empty() ? choose_index_name(ddl, *table, index) : parsed.name;
  create_index(ddl, *ddl.relation(table_oid), index);
}

}  // namespace basalt::commands::ddl
