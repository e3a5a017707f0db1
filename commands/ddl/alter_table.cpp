#include "commands/ddl/alter_table.hpp"

#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/in_use.hpp"
#include "commands/ddl/type_users.hpp"
#include "commands/without_position.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::ddl {

using parser::AlterTableAction;
using parser::ConstraintKind;
using parser::ParsedAlterTableCommand;

const catalog::ColumnDescriptor& require_column(const catalog::RelationDescriptor& table, const std::string& name) {
  if (const auto* column = table.column(name)) return *column;
  for (const char* system : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
    if (name == system) throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter system column " + quoted(name));
  throw SqlError(sqlstate::kUndefinedColumn,
                 "column " + quoted(name) + " of relation " + quoted(table.name) + " does not exist");
}

void column_default(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer table = target.relation();
  const auto& column = require_column(*table, command.name);
  auto refuse = [&](const char* kind) {
    throw SqlError(sqlstate::kSyntaxError,
                   "column " + quoted(column.name) + " of relation " + quoted(table->name) + " is " + kind);
  };
  if (column.identity) refuse("an identity column");
  if (column.generated) refuse("a generated column");
  query::ExpressionPointer bound;
  if (command.expression) {
    query::BindContext context = ddl.bind();
    bound = without_position([&] {
      return query::bind_default(*command.expression, query::ExpressionUse::kColumnDefault, {}, column.name,
                                 column.type, column.typmod, column.collation, context);
    });
  }
  if (column.default_oid.valid()) drop_one(ddl, {id::kPgAttrdef, column.default_oid});
  const auto* constant = query::try_as<query::Constant>(bound.get());
  if (bound && !(constant && constant->value.is_null())) store_default(ddl, target.table, column.number, *bound);
}

void drop_not_null(AlterTarget& target, const ParsedAlterTableCommand& command) {
  RelationPointer table = target.relation();
  const auto& column = require_column(*table, command.name);
  if (column.identity)
    throw SqlError(sqlstate::kSyntaxError,
                   "column " + quoted(column.name) + " of relation " + quoted(table->name) + " is an identity column");
  for (const auto& index : table->indexes) {
    if (!index->primary) continue;
    for (int k = 0; k < index->key_count; ++k)
      if (index->keys[static_cast<size_t>(k)].column == column.number)
        throw SqlError(sqlstate::kInvalidTableDefinition, "column " + quoted(column.name) + " is in a primary key");
  }
  change_row<catalog::PgAttributeRow>(target.ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                      {key(target.table), Value::of(column.number)},
                                      [](catalog::PgAttributeRow& row) { row.attnotnull = false; });
}

void drop_constraint_command(AlterTarget& target, const ParsedAlterTableCommand& command) {
  RelationPointer table = target.relation();
  for (const auto& constraint : table->constraints) {
    if (constraint.name != command.name) continue;
    drop_objects(target.ddl, {{id::kPgConstraint, constraint.oid}}, command.behavior);
    return;
  }
  const std::string what =
      "constraint " + quoted(command.name) + " of relation " + quoted(table->name) + " does not exist";
  if (!command.missing_ok) throw SqlError(sqlstate::kUndefinedObject, what);
  target.ddl.notice(what + ", skipping");
}

void validate_constraint(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  RelationPointer table = target.relation();
  for (const auto& constraint : table->constraints) {
    if (constraint.name != command.name) continue;
    if (constraint.type != 'c' && constraint.type != 'f')
      throw SqlError(sqlstate::kWrongObjectType, "constraint " + quoted(command.name) + " of relation " +
                                                     quoted(table->name) + " is not a foreign key or check constraint");
    if (constraint.validated) return;
    if (constraint.type == 'f') {
      verify_foreign_key(ddl, *table, constraint);
    } else {
      auto expression = query::expression_from_stored(constraint.expression_tree, ddl.reader);
      verify_check(ddl, *table, constraint.name, *expression);
    }
    change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(constraint.oid)},
                                         [](catalog::PgConstraintRow& row) { row.convalidated = true; });
    ddl.writer.invalidate(id::kPgClass, target.table);
    return;
  }
  throw SqlError(sqlstate::kUndefinedObject,
                 "constraint " + quoted(command.name) + " of relation " + quoted(table->name) + " does not exist");
}

namespace {

void add_constraint_command(AlterTarget& target, const ParsedAlterTableCommand& command) {
  const auto& constraint = *command.constraint;
  if (constraint.kind == ConstraintKind::kExclusion) throw common::not_supported("exclusion constraints");
  check_deferrable(target.ddl, constraint);
  RelationPointer table = target.relation();
  if ((constraint.kind == ConstraintKind::kPrimaryKey || constraint.kind == ConstraintKind::kUnique) &&
      table->persistence != 't')
    require_create_privilege(target.ddl, table->namespace_oid);
  std::vector<std::string> taken;
  add_constraints(target.ddl, target.table, {{&constraint, ""}}, true, taken);
}

void alter_constraint(AlterTarget& target, const ParsedAlterTableCommand& command) {
  RelationPointer table = target.relation();
  for (const auto& constraint : table->constraints) {
    if (constraint.name != command.constraint->name) continue;
    if (constraint.type != 'f')
      throw SqlError(sqlstate::kWrongObjectType, "constraint " + quoted(constraint.name) + " of relation " +
                                                     quoted(table->name) + " is not a foreign key constraint");
    change_row<catalog::PgConstraintRow>(target.ddl.writer, id::kPgConstraintOidIndex, {key(constraint.oid)},
                                         [&](catalog::PgConstraintRow& row) {
                                           row.condeferrable = command.constraint->deferrable;
                                           row.condeferred = command.constraint->initially_deferred;
                                         });
    target.ddl.writer.invalidate(id::kPgClass, target.table);
    target.ddl.writer.invalidate(id::kPgClass, constraint.foreign_relation);
    return;
  }
  throw SqlError(sqlstate::kUndefinedObject, "constraint " + quoted(command.constraint->name) + " of relation " +
                                                 quoted(table->name) + " does not exist");
}

void set_triggers(AlterTarget& target, const ParsedAlterTableCommand& command, char enabled, bool all) {
  RelationPointer table = target.relation();
  bool found = all;
  for (const auto& trigger : table->triggers) {
    if (trigger.internal || (!all && trigger.name != command.name)) continue;
    found = true;
    change_row<catalog::PgTriggerRow>(target.ddl.writer, id::kPgTriggerOidIndex, {key(trigger.oid)},
                                      [&](catalog::PgTriggerRow& row) { row.tgenabled = enabled; });
  }
  target.ddl.writer.invalidate(id::kPgClass, target.table);
  if (!found)
    throw SqlError(sqlstate::kUndefinedObject,
                   "trigger " + quoted(command.name) + " for table " + quoted(table->name) + " does not exist");
}

void set_rule(AlterTarget& target, const ParsedAlterTableCommand& command, char enabled) {
  bool found = change_row<catalog::PgRewriteRow>(target.ddl.writer, id::kPgRewriteRelRulenameIndex,
                                                 {key(target.table), Value::of(command.name)},
                                                 [&](catalog::PgRewriteRow& row) { row.ev_enabled = enabled; });
  if (!found)
    throw SqlError(sqlstate::kUndefinedObject, "rule " + quoted(command.name) + " for relation " +
                                                   quoted(target.relation()->name) + " does not exist");
  target.ddl.writer.invalidate(id::kPgClass, target.table);
}

void relation_options_command(AlterTarget& target, const ParsedAlterTableCommand& command, bool reset) {
  RelationPointer table = target.relation();
  std::vector<std::string> options = table->options;
  for (const auto& option : command.options)
    std::erase_if(options, [&](const std::string& o) { return o.starts_with(option.name + "="); });
  if (!reset)
    if (auto made = relation_options(target.ddl, command.options, table->kind))
      options.insert(options.end(), made->begin(), made->end());
  change_row<catalog::PgClassRow>(target.ddl.writer, id::kPgClassOidIndex, {key(target.table)},
                                  [&](catalog::PgClassRow& row) {
                                    row.reloptions.reset();
                                    if (!options.empty()) row.reloptions = options;
                                  });
}

void column_attribute(AlterTarget& target, const ParsedAlterTableCommand& command) {
  RelationPointer table = target.relation();
  int16_t number =
      command.name.empty() ? static_cast<int16_t>(command.number) : require_column(*table, command.name).number;
  change_row<catalog::PgAttributeRow>(
      target.ddl.writer, id::kPgAttributeRelidAttnumIndex, {key(target.table), Value::of(number)},
      [&](catalog::PgAttributeRow& row) {
        if (command.action == AlterTableAction::kSetStatistics)
          row.attstattarget = static_cast<int32_t>(std::min<int64_t>(command.integer, 10000));
        if (command.action == AlterTableAction::kSetStorage && !command.text.empty())
          row.attstorage = command.text == "plain"      ? 'p'
                           : command.text == "external" ? 'e'
                           : command.text == "main"     ? 'm'
                                                        : 'x';
        if (command.action == AlterTableAction::kSetCompression)
          row.attcompression = command.text == "pglz" ? 'p' : command.text == "lz4" ? 'l' : 0;
      });
}

// What each action is called in errors, and the kinds of relations it works on.
struct ActionKinds {
  AlterTableAction action;
  const char* name;
  const char* kinds;
};
constexpr ActionKinds kActionKinds[] = {
    {AlterTableAction::kAddColumn, "ADD COLUMN", "rpcf"},
    {AlterTableAction::kColumnDefault, "ALTER COLUMN ... SET DEFAULT", "rpvf"},
    {AlterTableAction::kDropNotNull, "ALTER COLUMN ... DROP NOT NULL", "rpf"},
    {AlterTableAction::kSetNotNull, "ALTER COLUMN ... SET NOT NULL", "rpf"},
    {AlterTableAction::kDropExpression, "ALTER COLUMN ... DROP EXPRESSION", "rpf"},
    {AlterTableAction::kSetStatistics, "ALTER COLUMN ... SET STATISTICS", "rpmiIf"},
    {AlterTableAction::kSetStorage, "ALTER COLUMN ... SET STORAGE", "rpmf"},
    {AlterTableAction::kSetCompression, "ALTER COLUMN ... SET COMPRESSION", "rpm"},
    {AlterTableAction::kDropColumn, "DROP COLUMN", "rpcf"},
    {AlterTableAction::kAddConstraint, "ADD CONSTRAINT", "rpf"},
    {AlterTableAction::kAlterConstraint, "ALTER CONSTRAINT", "rp"},
    {AlterTableAction::kValidateConstraint, "VALIDATE CONSTRAINT", "rpf"},
    {AlterTableAction::kDropConstraint, "DROP CONSTRAINT", "rpf"},
    {AlterTableAction::kAlterColumnType, "ALTER COLUMN ... SET DATA TYPE", "rpcf"},
    {AlterTableAction::kAddIdentity, "ALTER COLUMN ... ADD IDENTITY", "rpvf"},
    {AlterTableAction::kSetIdentity, "ALTER COLUMN ... SET", "rpvf"},
    {AlterTableAction::kDropIdentity, "ALTER COLUMN ... DROP IDENTITY", "rpvf"},
    {AlterTableAction::kSetLogged, "SET LOGGED", "rS"},
    {AlterTableAction::kSetUnlogged, "SET UNLOGGED", "rS"},
    {AlterTableAction::kEnableTrigger, "ENABLE TRIGGER", "rpf"},
    {AlterTableAction::kEnableTriggerAll, "ENABLE TRIGGER ALL", "rpf"},
    {AlterTableAction::kEnableTriggerUser, "ENABLE TRIGGER USER", "rpf"},
    {AlterTableAction::kDisableTrigger, "DISABLE TRIGGER", "rpf"},
    {AlterTableAction::kDisableTriggerAll, "DISABLE TRIGGER ALL", "rpf"},
    {AlterTableAction::kDisableTriggerUser, "DISABLE TRIGGER USER", "rpf"},
    {AlterTableAction::kSetOptions, "ALTER COLUMN ... SET", "rpmf"},
    {AlterTableAction::kResetOptions, "ALTER COLUMN ... RESET", "rpmf"},
    {AlterTableAction::kAlterColumnGenericOptions, "ALTER COLUMN ... OPTIONS", "f"},
    {AlterTableAction::kSetAccessMethod, "SET ACCESS METHOD", "rpm"},
    {AlterTableAction::kSetTablespace, "SET TABLESPACE", "rpmiI"},
    {AlterTableAction::kAddInherit, "INHERIT", "rpf"},
    {AlterTableAction::kDropInherit, "NO INHERIT", "rpf"},
    {AlterTableAction::kAddOf, "OF", "rp"},
    {AlterTableAction::kDropOf, "NOT OF", "rp"},
    {AlterTableAction::kEnableRowSecurity, "ENABLE ROW SECURITY", "rp"},
    {AlterTableAction::kDisableRowSecurity, "DISABLE ROW SECURITY", "rp"},
    {AlterTableAction::kForceRowSecurity, "FORCE ROW SECURITY", "rp"},
    {AlterTableAction::kNoForceRowSecurity, "NO FORCE ROW SECURITY", "rp"},
    {AlterTableAction::kGenericOptions, "OPTIONS", "f"},
    {AlterTableAction::kAttachPartition, "ATTACH PARTITION", "pI"},
    {AlterTableAction::kDetachPartition, "DETACH PARTITION", "p"},
    {AlterTableAction::kDetachPartitionFinalize, "DETACH PARTITION ... FINALIZE", "p"}};

const ActionKinds* find_action(AlterTableAction action) {
  for (const ActionKinds& entry : kActionKinds)
    if (entry.action == action) return &entry;
  return nullptr;
}

void run_command(AlterTarget& target, const ParsedAlterTableCommand& command) {
  DdlContext& ddl = target.ddl;
  switch (command.action) {
    case AlterTableAction::kAddColumn:
      return add_column(target, command);
    case AlterTableAction::kDropColumn:
      return drop_column_command(target, command);
    case AlterTableAction::kAlterColumnType:
      return alter_column_type(target, command);
    case AlterTableAction::kColumnDefault:
      return column_default(target, command);
    case AlterTableAction::kDropNotNull:
      return drop_not_null(target, command);
    case AlterTableAction::kSetNotNull:
      return set_not_null(ddl, target.table, require_column(*target.relation(), command.name).number, true);
    case AlterTableAction::kDropExpression:
      return drop_expression(target, command);
    case AlterTableAction::kSetStatistics:
    case AlterTableAction::kSetStorage:
    case AlterTableAction::kSetCompression:
      return column_attribute(target, command);
    case AlterTableAction::kAddConstraint:
      return add_constraint_command(target, command);
    case AlterTableAction::kAlterConstraint:
      return alter_constraint(target, command);
    case AlterTableAction::kValidateConstraint:
      return validate_constraint(target, command);
    case AlterTableAction::kDropConstraint:
      return drop_constraint_command(target, command);
    case AlterTableAction::kChangeOwner:
      return give_relation(ddl, target.table, resolve_role(ddl, command.role));
    case AlterTableAction::kSetRelOptions:
      return relation_options_command(target, command, false);
    case AlterTableAction::kResetRelOptions:
      return relation_options_command(target, command, true);
    case AlterTableAction::kEnableTrigger:
      return set_triggers(target, command, 'O', false);
    case AlterTableAction::kEnableAlwaysTrigger:
      return set_triggers(target, command, 'A', false);
    case AlterTableAction::kEnableReplicaTrigger:
      return set_triggers(target, command, 'R', false);
    case AlterTableAction::kDisableTrigger:
      return set_triggers(target, command, 'D', false);
    case AlterTableAction::kEnableTriggerAll:
    case AlterTableAction::kEnableTriggerUser:
      return set_triggers(target, command, 'O', true);
    case AlterTableAction::kDisableTriggerAll:
    case AlterTableAction::kDisableTriggerUser:
      return set_triggers(target, command, 'D', true);
    case AlterTableAction::kEnableRule:
      return set_rule(target, command, 'O');
    case AlterTableAction::kEnableAlwaysRule:
      return set_rule(target, command, 'A');
    case AlterTableAction::kEnableReplicaRule:
      return set_rule(target, command, 'R');
    case AlterTableAction::kDisableRule:
      return set_rule(target, command, 'D');
    case AlterTableAction::kAddIdentity:
    case AlterTableAction::kSetIdentity:
    case AlterTableAction::kDropIdentity:
      return identity_command(target, command);
    case AlterTableAction::kSetLogged:
    case AlterTableAction::kSetUnlogged:
      change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(target.table)},
                                      [&](catalog::PgClassRow& row) {
                                        row.relpersistence = command.action == AlterTableAction::kSetLogged ? 'p' : 'u';
                                      });
      return;
    case AlterTableAction::kDropOids:
      return;
    case AlterTableAction::kClusterOn:
    case AlterTableAction::kDropCluster:
      return mark_clustered(target, command);
    case AlterTableAction::kReplicaIdentity:
      return replica_identity(target, command);
    default:
      throw common::not_supported("ALTER TABLE ... " + std::string(find_action(command.action)->name));
  }
}

const char* kind_words(char kind) {
  switch (kind) {
    case 'v':
      return "views";
    case 'm':
      return "materialized views";
    case 'i':
      return "indexes";
    case 'I':
      return "partitioned indexes";
    case 'S':
      return "sequences";
    case 'c':
      return "composite types";
    case 'p':
      return "partitioned tables";
    default:
      return "tables";
  }
}

void check_action(const catalog::RelationDescriptor& table, AlterTableAction action) {
  const ActionKinds* entry = find_action(action);
  if (!entry || std::string_view(entry->kinds).find(table.kind) != std::string_view::npos) return;
  throw SqlError(sqlstate::kWrongObjectType,
                 std::string("ALTER action ") + entry->name + " cannot be performed on relation " + quoted(table.name))
      .detail(std::string("This operation is not supported for ") + kind_words(table.kind) + ".");
}

const char* alter_tag(parser::ObjectType type) {
  switch (type) {
    case parser::ObjectType::kIndex:
      return "ALTER INDEX";
    case parser::ObjectType::kSequence:
      return "ALTER SEQUENCE";
    case parser::ObjectType::kView:
      return "ALTER VIEW";
    case parser::ObjectType::kMaterializedView:
      return "ALTER MATERIALIZED VIEW";
    case parser::ObjectType::kType:
      return "ALTER TYPE";
    default:
      return "ALTER TABLE";
  }
}

std::string alter_table_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterTable>(call.statement);
  const char* tag = alter_tag(statement.object_type);
  if (statement.all_in_tablespace) throw common::not_supported("ALTER TABLE ALL IN TABLESPACE");
  DdlContext ddl(call);
  RelationPointer table = ddl.open(*statement.relation, LockMode::kAccessExclusive, statement.missing_ok);
  if (!table) {
    ddl.notice("relation " + quoted(statement.relation->name) + " does not exist, skipping");
    return tag;
  }
  require_owner(ddl, *table);
  require_not_system(ddl, *table);
  if (statement.object_type == parser::ObjectType::kTable && table->kind == 'c')
    throw SqlError(sqlstate::kWrongObjectType, quoted(table->name) + " is a composite type")
        .hint("Use ALTER TYPE instead.");
  if (statement.object_type == parser::ObjectType::kView && table->kind != 'v')
    throw SqlError(sqlstate::kWrongObjectType, quoted(table->name) + " is not a view");
  if (statement.object_type == parser::ObjectType::kIndex && table->kind != 'i')
    throw SqlError(sqlstate::kWrongObjectType, quoted(table->name) + " is not an index");
  require_not_in_use(ddl.session, *table, "ALTER TABLE");
  for (const auto& command : statement.commands) check_action(*table, command.action);
  AlterTarget target{ddl, table->oid};
  // PostgreSQL runs what drops first, then new columns, then the rest.
  auto phase = [](const ParsedAlterTableCommand& command) {
    switch (command.action) {
      case AlterTableAction::kDropColumn:
      case AlterTableAction::kDropConstraint:
        return 0;
      case AlterTableAction::kAlterColumnType:
        return 1;
      case AlterTableAction::kAddColumn:
        return 2;
      case AlterTableAction::kAddConstraint:
        return 4;
      default:
        return 3;
    }
  };
  for (int pass = 0; pass <= 4; ++pass)
    for (const auto& command : statement.commands)
      if (phase(command) == pass) run_command(target, command);
  const bool other_attributes =
      std::any_of(statement.commands.begin(), statement.commands.end(), [](const ParsedAlterTableCommand& command) {
        return command.action == AlterTableAction::kAddColumn || command.action == AlterTableAction::kDropColumn;
      });
  if (other_attributes && table->row_type.valid()) rebuild_indexes_over(ddl, table->row_type);
  if (!target.foreign_keys.empty()) ddl.session.advance_command();
  for (Oid constraint : target.foreign_keys) remake_foreign_key(ddl, constraint);
  return tag;
}

}  // namespace

void register_alter_table() { register_utility(parser::StatementKind::kAlterTable, alter_table_statement); }

}  // namespace basalt::commands::ddl
