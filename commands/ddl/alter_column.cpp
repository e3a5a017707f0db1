// ALTER TABLE: columns. ADD, DROP, TYPE, identity and generation.
#include <algorithm>

#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "commands/ddl/alter_table.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/retype.hpp"
#include "commands/ddl/type_users.hpp"
#include "commands/without_position.hpp"
#include "executor/index_key.hpp"
#include "executor/table_writer.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::commands::ddl {

using parser::AlterTableAction;
using parser::ParsedAlterTableCommand;

namespace {

bool reads_whole_row(const std::vector<query::ExpressionPointer>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), [](const auto& expression) {
    return expression && query::walk(*expression, [](const query::Expression& e) {
             const auto* column = query::try_as<query::Column>(&e);
             return column && column->column == 0;
           });
  });
}

// A whole row in an expression is one of the table as it will be, and the rows are as they were.
void refuse_retyped_row(DdlContext& ddl, const catalog::RelationDescriptor& before,
                        const catalog::RelationDescriptor& now) {
  for (size_t i = 0; i < before.columns.size(); ++i) {
    if (before.columns[i].dropped || before.columns[i].type == now.columns[i].type) continue;
    throw SqlError(sqlstate::kDatatypeMismatch, "table row type and query-specified row type do not match")
        .detail("Table has type " + catalog::format_type(ddl.scope(), before.columns[i].type, -1) +
                " at ordinal position " + std::to_string(i + 1) + ", but query expects " +
                catalog::format_type(ddl.scope(), now.columns[i].type, -1) + ".");
  }
}

}  // namespace

void rewrite_table(DdlContext& ddl, const catalog::RelationDescriptor& before, Oid table_oid,
                   std::vector<query::ExpressionPointer> changed) {
  RelationPointer now = ddl.relation(table_oid);
  storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
  executor::ExecutionContext execution = ddl.session.execution_context(snapshot, {});
  execution.evaluation.catalog = &ddl.reader;
  query::ExpressionCompiler compiler(ddl.reader, ddl.session.call_context());
  std::vector<query::EvaluatorPointer> evaluators(changed.size());
  const bool whole_row = reads_whole_row(changed);
  for (size_t i = 0; i < changed.size(); ++i) {
    if (!changed[i]) continue;
    executor::columns_to_slots(changed[i], before);
    evaluators[i] = compiler.compile(*changed[i]);
  }
  replace_trees(ddl, *now);
  now = ddl.relation(table_oid);
  executor::TableWriter writer(execution, now);
  std::vector<RowId> made;
  scan_table(ddl, before, [&](const common::Chunk& chunk, const std::vector<RowId>&) {
    if (whole_row && chunk.rows > 0) refuse_retyped_row(ddl, before, *now);
    common::Chunk out;
    out.rows = chunk.rows;
    query::Rows rows(chunk.rows);
    for (size_t i = 0; i < now->columns.size(); ++i) {
      if (i < evaluators.size() && evaluators[i]) {
        out.columns.push_back(evaluators[i]->evaluate(execution.evaluation, chunk, rows).flatten(chunk.rows));
        rows.raise();
      } else if (i < chunk.columns.size() && chunk.columns[i].type() == now->columns[i].physical) {
        out.columns.push_back(chunk.columns[i].flatten(chunk.rows));
      } else {
        common::Vector nulls(now->columns[i].physical, chunk.rows);
        for (uint32_t r = 0; r < chunk.rows; ++r) nulls.set_null(r);
        out.columns.push_back(std::move(nulls));
      }
    }
    writer.compute_generated(execution, out, rows);
    rows.raise();
    for (const auto& column : now->columns) {
      if (!column.not_null || column.dropped) continue;
      for (uint32_t r = 0; r < out.rows; ++r)
        if (out.columns[static_cast<size_t>(column.number) - 1].is_null(r))
          throw SqlError(sqlstate::kNotNullViolation, "column " + quoted(column.name) + " of relation " +
                                                          quoted(now->name) + " contains null values")
              .schema(catalog::namespace_name(ddl.reader, now->namespace_oid))
              .table(now->name)
              .column(column.name);
    }
    made.clear();
    writer.insert(execution, out, made, nullptr);
  });
  ddl.transaction().release_snapshot(snapshot);
}

namespace {

// The stored default of a new column as an expression; null: none.
query::ExpressionPointer default_of(DdlContext& ddl, Oid table, int16_t column) {
  RelationPointer relation = ddl.relation(table);
  const auto& descriptor = relation->columns[static_cast<size_t>(column) - 1];
  if (descriptor.default_tree.empty()) return nullptr;
  return query::expression_from_stored(descriptor.default_tree, ddl.reader);
}

// NEXTVAL of an identity column, which has no stored default.
query::ExpressionPointer filling(DdlContext& ddl, Oid table, int16_t column, const WrittenColumn& written) {
  if (written.sequence_is_identity) return nextval_default(ddl, written.sequence, written.column.type);
  return default_of(ddl, table, column);
}

Oid base_of_domain(DdlContext& ddl, Oid type) {
  types::TypePointer descriptor = ddl.reader.type(type);
  while (descriptor->kind == 'd') descriptor = ddl.reader.type(descriptor->base);
  return descriptor->oid;
}

bool domain_is_constrained(DdlContext& ddl, Oid type) {
  for (types::TypePointer domain = ddl.reader.type(type); domain->kind == 'd'; domain = ddl.reader.type(domain->base))
    if (domain->not_null ||
        !find_rows<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintContypidIndex, {key(domain->oid)}).empty())
      return true;
  return false;
}

bool has_rows(DdlContext& ddl, const catalog::RelationDescriptor& table) {
  bool any = false;
  scan_table(ddl, table, [&](const common::Chunk& chunk, const std::vector<RowId>&) { any |= chunk.rows > 0; });
  return any;
}

}  // namespace

void add_column(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer before = target.relation();
  const auto& definition = *command.column;
  if (before->column(definition.name)) {
    const std::string what =
        "column " + quoted(definition.name) + " of relation " + quoted(before->name) + " already exists";
    if (!command.missing_ok) throw SqlError(sqlstate::kDuplicateColumn, what);
    ddl.notice(what + ", skipping", sqlstate::kDuplicateColumn);
    return;
  }
  for (const char* system : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
    if (definition.name == system)
      throw SqlError(sqlstate::kDuplicateColumn,
                     "column name " + quoted(definition.name) + " conflicts with a system column name");
  WrittenColumn written =
      read_column(ddl, definition, before->name, before->namespace_oid, before->persistence, before->owner);
  check_column_type(ddl, written.column.name, written.column.type, before->kind, before->row_type);
  if (before->columns.size() >= 1600) throw SqlError(sqlstate::kTooManyColumns, "tables can have at most 1600 columns");
  const auto number = static_cast<int16_t>(before->columns.size() + 1);
  insert_attribute(ddl, target.table, number, written.column, true);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(target.table)},
                                  [&](catalog::PgClassRow& row) { row.relnatts = number; });
  store_column_extras(ddl, target.table, number, written);
  if (before->kind == 'r') {
    query::ExpressionPointer value = filling(ddl, target.table, number, written);
    // Without a default the domain of the column decides whether NULL will do.
    if (!value && domain_is_constrained(ddl, written.column.type)) {
      auto null = std::make_unique<query::Constant>();
      null->type = base_of_domain(ddl, written.column.type);
      null->value = Value::null(ddl.reader.type(null->type)->physical);
      query::BindContext context = ddl.bind();
      value = query::coerce_for_assignment(std::move(null), written.column.type, written.column.typmod, context);
    }
    if (value) require_row_type_unused(ddl, *before);
    const bool constant = !value || (!written.column.generated && !query::contains_volatile(*value, ddl.reader) &&
                                     value->kind != query::ExpressionKind::kCoerceToDomain);
    storage::HeapTree& heap = ddl.storage().heap(before->tree);
    // A rolled back ADD COLUMN may have left a column in the layout: then the table is written anew.
    const bool in_step = heap.layout().columns.size() == before->columns.size();
    if (constant && in_step) {
      common::PhysicalType physical = ddl.reader.type(written.column.type)->physical;
      Value missing = Value::null(physical);
      if (value) {
        storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
        executor::ExecutionContext execution = ddl.session.execution_context(snapshot, {});
        execution.evaluation.catalog = &ddl.reader;
        query::ExpressionCompiler compiler(ddl.reader, ddl.session.call_context());
        auto evaluator = compiler.compile(*value);
        missing = query::evaluate_constant(*evaluator, execution.evaluation);
        ddl.transaction().release_snapshot(snapshot);
      }
      if (missing.is_null() && written.column.not_null && has_rows(ddl, *before))
        throw SqlError(sqlstate::kNotNullViolation, "column " + quoted(written.column.name) + " of relation " +
                                                        quoted(before->name) + " contains null values")
            .schema(catalog::namespace_name(ddl.reader, before->namespace_oid))
            .table(before->name)
            .column(written.column.name);
      const bool has_missing = !missing.is_null();
      heap.add_column(ddl.transaction(), {physical, std::move(missing)});
      if (has_missing)
        change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                            {key(target.table), Value::of(number)},
                                            [](catalog::PgAttributeRow& row) { row.atthasmissing = true; });
    } else {
      std::vector<query::ExpressionPointer> changed(before->columns.size() + 1);
      if (!written.column.generated) changed.back() = std::move(value);
      rewrite_table(ddl, *before, target.table, std::move(changed));
    }
  }
  std::vector<std::string> taken;
  add_constraints(ddl, target.table, written.constraints, true, taken);
}

void drop_column_command(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer table = target.relation();
  if (!table->column(command.name) && command.missing_ok) {
    ddl.notice("column " + quoted(command.name) + " of relation " + quoted(table->name) + " does not exist, skipping");
    return;
  }
  const auto& column = require_column(*table, command.name);
  drop_objects(ddl, {{id::kPgClass, target.table, column.number}}, command.behavior);
}

void drop_expression(AlterTarget& target, const ParsedAlterTableCommand& command) {
  RelationPointer table = target.relation();
  const auto& column = require_column(*table, command.name);
  if (!column.generated) {
    const std::string what =
        "column " + quoted(column.name) + " of relation " + quoted(table->name) + " is not a stored generated column";
    if (!command.missing_ok) throw SqlError(sqlstate::kObjectNotInPrerequisiteState, what);
    target.ddl.notice(what + ", skipping");
    return;
  }
  drop_one(target.ddl, {id::kPgAttrdef, column.default_oid});
}

void identity_command(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer table = target.relation();
  const auto& column = require_column(*table, command.name);
  const std::string of = "column " + quoted(column.name) + " of relation " + quoted(table->name);
  auto set_identity = [&](char identity) {
    change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                        {key(target.table), Value::of(column.number)},
                                        [&](catalog::PgAttributeRow& row) { row.attidentity = identity; });
  };
  if (command.action == AlterTableAction::kAddIdentity) {
    if (!column.not_null)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                     of + " must be declared NOT NULL before identity can be added");
    if (column.identity) throw SqlError(sqlstate::kObjectNotInPrerequisiteState, of + " is already an identity column");
    if (column.has_default)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState, of + " already has a default value");
    WrittenColumn written;
    written.column.name = column.name;
    written.column.type = column.type;
    make_identity_sequence(ddl, written, command.constraint->sequence_options, table->name, table->namespace_oid,
                           table->persistence, table->owner);
    own_sequence(ddl, written.sequence, target.table, column.number, true);
    set_identity(command.constraint->generated_always ? 'a' : 'd');
    return;
  }
  if (!column.identity) {
    if (command.action == AlterTableAction::kDropIdentity && command.missing_ok) {
      ddl.notice(of + " is not an identity column, skipping");
      return;
    }
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState, of + " is not an identity column");
  }
  Oid sequence = owned_sequence(ddl, target.table, column.number, true);
  if (command.action == AlterTableAction::kDropIdentity) {
    set_identity(0);
    catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, sequence}, id::kPgClass);
    drop_objects(ddl, {{id::kPgClass, sequence}}, parser::DropBehavior::kRestrict, true);
    return;
  }
  parser::DefList rest;
  for (const auto& option : command.options) {
    if (option.name == "generated") {
      set_identity(option.text == "a" || option.integer == 'a' ? 'a' : 'd');
      continue;
    }
    parser::ParsedDefElem& copy = rest.emplace_back();
    copy.name = option.name;
    copy.argument = option.argument;
    copy.text = option.text;
    copy.integer = option.integer;
    copy.names = option.names;
    copy.location = option.location;
  }
  if (!rest.empty()) alter_sequence(ddl, *ddl.relation(sequence), rest);
}

namespace {

// Views and rules stand in the way of a new type; indexes, constraints and defaults are made anew.
void refuse_dependent_rules(DdlContext& ddl, const catalog::RelationDescriptor& table,
                            const catalog::ColumnDescriptor& column) {
  for (const auto& dependent : catalog::dependents_of(ddl.reader, {id::kPgClass, table.oid, column.number})) {
    if (dependent.object.class_oid == id::kPgRewrite)
      throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter type of a column used by a view or rule")
          .detail(catalog::describe_object(ddl.scope(), dependent.object) + " depends on column " +
                  quoted(column.name));
    if (dependent.object.class_oid == id::kPgTrigger)
      throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter type of a column used in a trigger definition")
          .detail(catalog::describe_object(ddl.scope(), dependent.object) + " depends on column " +
                  quoted(column.name));
  }
  for (const auto& trigger : table.triggers) {
    if (trigger.when_tree.empty()) continue;
    auto when = query::expression_from_stored(trigger.when_tree, ddl.reader);
    if (query::walk(*when, [&](const query::Expression& e) {
          const auto* used = query::try_as<query::Column>(&e);
          return used && used->column == column.number;
        }))
      throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter type of a column used in a trigger definition")
          .detail("trigger " + trigger.name + " on table " + table.name + " depends on column " + quoted(column.name));
  }
  for (const auto& other : table.columns)
    if (other.generated && other.number != column.number && !other.default_tree.empty()) {
      auto expression = query::expression_from_stored(other.default_tree, ddl.reader);
      if (query::walk(*expression, [&](const query::Expression& e) {
            const auto* used = query::try_as<query::Column>(&e);
            return used && used->column == column.number;
          }))
        throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter type of a column used by a generated column")
            .detail("Column " + quoted(column.name) + " is used by generated column " + quoted(other.name) + ".");
    }
}

query::ExpressionPointer conversion(DdlContext& ddl, const RelationPointer& table,
                                    const catalog::ColumnDescriptor& column, const NewColumn& made,
                                    const parser::ParsedExpression* written) {
  query::BindContext context = ddl.bind();
  query::ExpressionPointer value;
  if (written) {
    query::ExpressionScope scope;
    scope.relations.push_back({table, "", false});
    value = query::bind_expression(*written, query::ExpressionUse::kAlterTransform, scope, context);
  } else {
    auto own = std::make_unique<query::Column>();
    own->table = 1;
    own->column = column.number;
    own->type = column.type;
    own->typmod = column.typmod;
    own->collation = column.collation;
    value = std::move(own);
  }
  value =
      without_position([&] { return query::coerce_for_assignment(std::move(value), made.type, made.typmod, context); });
  if (value) {
    query::assign_collations(*value, context);
    return value;
  }
  const std::string type = catalog::format_type(ddl.scope(), made.type, made.typmod);
  if (written)
    throw SqlError(sqlstate::kDatatypeMismatch, "result of USING clause for column " + quoted(column.name) +
                                                    " cannot be cast automatically to type " + type)
        .hint("You might need to add an explicit cast.");
  throw SqlError(sqlstate::kDatatypeMismatch,
                 "column " + quoted(column.name) + " cannot be cast automatically to type " + type)
      .hint("You might need to specify \"USING " + catalog::quote_identifier(column.name) +
            "::" + catalog::format_type(ddl.scope(), made.type, made.typmod) + "\".");
}

}  // namespace

void alter_column_type(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer before = target.relation();
  const auto& column = require_column(*before, command.name);
  parser::ParsedColumnDefinition& definition = *command.column;
  NewColumn made = without_position([&] { return resolve_column(ddl, definition); });
  require_type_usage(ddl, made.type);
  check_column_type(ddl, column.name, made.type, before->kind, before->row_type);
  if (before->kind == 'c') require_row_type_unused(ddl, *before);
  refuse_dependent_rules(ddl, *before, column);
  query::ExpressionPointer value;
  if (before->kind == 'r') value = conversion(ddl, before, column, made, command.expression.get());
  // A default is carried over, converted to the new type.
  query::ExpressionPointer default_value;
  if (!column.default_tree.empty() && !column.generated) {
    query::BindContext context = ddl.bind();
    default_value = query::coerce_for_assignment(query::expression_from_stored(column.default_tree, ddl.reader),
                                                 made.type, made.typmod, context);
    if (!default_value)
      throw SqlError(sqlstate::kDatatypeMismatch, "default for column " + quoted(column.name) +
                                                      " cannot be cast automatically to type " +
                                                      catalog::format_type(ddl.scope(), made.type, made.typmod));
    drop_one(ddl, {id::kPgAttrdef, column.default_oid});
  }
  const RetypedExpressions expressions = read_expressions(ddl, *before, column.number);
  types::TypePointer type = ddl.reader.type(made.type);
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                      {key(target.table), Value::of(column.number)}, [&](catalog::PgAttributeRow& row) {
                                        row.atttypid = made.type;
                                        row.atttypmod = made.typmod;
                                        row.attcollation = made.collation;
                                        row.attlen = type->length;
                                        row.attbyval = type->by_value;
                                        row.attalign = type->alignment;
                                        row.attstorage = type->storage;
                                        row.attndims = made.dimensions;
                                        row.atthasmissing = false;
                                      });
  catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, target.table, column.number}, id::kPgType);
  catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, target.table, column.number}, id::kPgCollation);
  catalog::record_dependency(ddl.writer, {id::kPgClass, target.table, column.number}, {id::kPgType, made.type},
                             DependencyType::kNormal);
  if (default_value) store_default(ddl, target.table, column.number, *default_value);
  retype_indexes(ddl, *before, column.number, made);
  ddl.writer.invalidate(id::kPgClass, target.table);
  remake_expressions(ddl, target.table, expressions);
  target.foreign_keys.insert(target.foreign_keys.end(), expressions.foreign_keys.begin(),
                             expressions.foreign_keys.end());
  if (before->kind != 'r') return;
  require_row_type_unused(ddl, *before);
  std::vector<query::ExpressionPointer> changed(before->columns.size());
  changed[static_cast<size_t>(column.number) - 1] = std::move(value);
  rewrite_table(ddl, *before, target.table, std::move(changed));
  verify_expressions(ddl, target.table, expressions);
}

}  // namespace basalt::commands::ddl
