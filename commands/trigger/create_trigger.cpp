// CREATE TRIGGER and SET CONSTRAINTS.
#include <algorithm>

#include "catalog/catalog_ids.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "commands/ddl/ddl.hpp"
#include "commands/trigger/register.hpp"
#include "commands/trigger/row_events.hpp"
#include "commands/trigger_manager.hpp"
#include "query/binder.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::commands::trigger {

using namespace ddl;  // NOLINT: statements of data definition
using parser::ParsedCreateTrigger;
using parser::TriggerTiming;

namespace {

int16_t type_bits(const ParsedCreateTrigger& create) {
  int16_t bits = static_cast<int16_t>(create.events);
  if (create.for_each_row) bits |= kRowBit;
  if (create.timing == TriggerTiming::kBefore) bits |= kBeforeBit;
  if (create.timing == TriggerTiming::kInsteadOf) bits |= kInsteadBit;
  return bits;
}

void check_kind(const ParsedCreateTrigger& create, const RelationDescriptor& relation) {
  if (relation.kind == 'r') {
    if (create.timing == TriggerTiming::kInsteadOf)
      throw SqlError(sqlstate::kWrongObjectType, "\"" + relation.name + "\" is a table")
          .detail("Tables cannot have INSTEAD OF triggers.");
    return;
  }
  if (relation.kind == 'p') throw common::not_supported("triggers on partitioned tables");
  if (relation.kind != 'v')
    throw SqlError(sqlstate::kWrongObjectType, "relation \"" + relation.name + "\" cannot have triggers");
  if (create.timing != TriggerTiming::kInsteadOf && create.for_each_row)
    throw SqlError(sqlstate::kWrongObjectType, "\"" + relation.name + "\" is a view")
        .detail("Views cannot have row-level BEFORE or AFTER triggers.");
  if (create.events & kTruncateBit)
    throw SqlError(sqlstate::kWrongObjectType, "\"" + relation.name + "\" is a view")
        .detail("Views cannot have TRUNCATE triggers.");
}

void check_form(const ParsedCreateTrigger& create) {
  if (create.for_each_row && (create.events & kTruncateBit))
    throw SqlError(sqlstate::kFeatureNotSupported, "TRUNCATE FOR EACH ROW triggers are not supported");
  if (create.timing != TriggerTiming::kInsteadOf) return;
  if (!create.for_each_row) throw SqlError(sqlstate::kFeatureNotSupported, "INSTEAD OF triggers must be FOR EACH ROW");
  if (create.when) throw SqlError(sqlstate::kFeatureNotSupported, "INSTEAD OF triggers cannot have WHEN conditions");
  if (!create.columns.empty())
    throw SqlError(sqlstate::kFeatureNotSupported, "INSTEAD OF triggers cannot have column lists");
}

void read_transitions(const ParsedCreateTrigger& create, catalog::PgTriggerRow& row) {
  for (const auto& transition : create.transitions) {
    if (!transition.is_table)
      throw SqlError(sqlstate::kFeatureNotSupported, "ROW variable naming in the REFERENCING clause is not supported")
          .hint("Use OLD TABLE or NEW TABLE for naming transition tables.");
    if (create.timing != TriggerTiming::kAfter)
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "transition table name can only be specified for an AFTER trigger");
    if (create.events & kTruncateBit)
      throw SqlError(sqlstate::kInvalidObjectDefinition, "TRUNCATE triggers with transition tables are not supported");
    uint32_t events = create.events & (kInsertBit | kUpdateBit | kDeleteBit);
    if ((events & (events - 1)) != 0)
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "transition tables cannot be specified for triggers with more than one event");
    if (!create.columns.empty())
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "transition tables cannot be specified for triggers with column lists");
    bool allowed =
        transition.is_new ? (events & (kInsertBit | kUpdateBit)) != 0 : (events & (kDeleteBit | kUpdateBit)) != 0;
    const char* which = transition.is_new ? "NEW TABLE" : "OLD TABLE";
    if (!allowed)
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     std::string(which) + " can only be specified for " +
                         (transition.is_new ? "an INSERT or UPDATE" : "a DELETE or UPDATE") + " trigger");
    auto& slot = transition.is_new ? row.tgnewtable : row.tgoldtable;
    if (slot)
      throw SqlError(sqlstate::kInvalidObjectDefinition, std::string(which) + " cannot be specified multiple times");
    slot = transition.name;
  }
  if (row.tgnewtable && row.tgoldtable && *row.tgnewtable == *row.tgoldtable)
    throw SqlError(sqlstate::kInvalidObjectDefinition, "OLD TABLE name and NEW TABLE name cannot be the same");
}

std::string bind_when(DdlContext& ddl, const ParsedCreateTrigger& create, const RelationPointer& relation) {
  query::BindContext bind = ddl.bind();
  query::ExpressionScope scope;
  scope.relations = {{relation, "old", true}, {relation, "new", true}};
  query::ExpressionPointer when =
      query::bind_condition(*create.when, query::ExpressionUse::kTriggerWhen, scope, "WHEN", bind);
  query::walk(*when, [&](const query::Expression& e) {
    const auto* column = query::try_as<query::Column>(&e);
    if (!column) return false;
    auto refuse = [&](const std::string& message) {
      throw ddl.error_at(column->location, sqlstate::kInvalidObjectDefinition, message);
    };
    if (!create.for_each_row) refuse("statement trigger's WHEN condition cannot reference column values");
    if (column->table == 1 && (create.events & kInsertBit))
      refuse("INSERT trigger's WHEN condition cannot reference OLD values");
    if (column->table == 2 && (create.events & kDeleteBit))
      refuse("DELETE trigger's WHEN condition cannot reference NEW values");
    if (column->table == 2 && column->column < 0 && create.timing == TriggerTiming::kBefore)
      throw ddl.error_at(column->location, sqlstate::kFeatureNotSupported,
                         "BEFORE trigger's WHEN condition cannot reference NEW system columns");
    return false;
  });
  return query::to_stored(*when);
}

Oid trigger_function(DdlContext& ddl, const ParsedCreateTrigger& create) {
  query::BindContext bind = ddl.bind();
  Oid function = query::find_function(create.function, {}, bind);
  if (!function.valid())
    throw SqlError(sqlstate::kUndefinedFunction, "function " + join_names(create.function) + "() does not exist");
  if (!catalog::function_privileges(ddl.reader, function, ddl.user(), catalog::privilege::kExecute))
    catalog::throw_permission_denied("function", join_names(create.function));
  constexpr Oid kTriggerType{2279};
  if (ddl.reader.function(function)->result_type != kTriggerType)
    throw SqlError(sqlstate::kInvalidObjectDefinition,
                   "function " + join_names(create.function) + " must return type trigger");
  return function;
}

std::string packed_arguments(const std::vector<std::string>& arguments) {
  std::string out;
  for (const std::string& argument : arguments) out += argument + std::string(1, '\0');
  return out;
}

Oid add_constraint_row(DdlContext& ddl, const ParsedCreateTrigger& create, const RelationDescriptor& relation) {
  catalog::PgConstraintRow row;
  row.oid = ddl.writer.new_oid(id::kPgConstraint);
  row.conname = create.name;
  row.connamespace = relation.namespace_oid;
  row.contype = 't';
  row.condeferrable = create.deferrable;
  row.condeferred = create.initially_deferred;
  row.convalidated = true;
  row.conrelid = relation.oid;
  row.connoinherit = true;
  ddl.writer.insert(id::kPgConstraint, row.to_row());
  return row.oid;
}

void store(DdlContext& ddl, const ParsedCreateTrigger& create, const RelationPointer& relation,
           catalog::PgTriggerRow& row) {
  auto old = find_row<catalog::PgTriggerRow>(ddl.reader, id::kPgTriggerTgrelidTgnameIndex,
                                             {key(relation->oid), Value::of(create.name)});
  if (old && !create.replace)
    throw SqlError(sqlstate::kDuplicateObject,
                   "trigger \"" + create.name + "\" for relation \"" + relation->name + "\" already exists");
  if (old && create.is_constraint)
    throw SqlError(sqlstate::kDuplicateObject,
                   "trigger \"" + create.name + "\" for relation \"" + relation->name + "\" is a constraint trigger");
  row.oid = old ? old->row.oid : ddl.writer.new_oid(id::kPgTrigger);
  ObjectAddress self{id::kPgTrigger, row.oid};
  if (old) {
    ddl.writer.update(id::kPgTrigger, old->row_id, row.to_row());
    catalog::remove_dependencies(ddl.writer, self);
  } else {
    ddl.writer.insert(id::kPgTrigger, row.to_row());
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(relation->oid)},
                                    [](catalog::PgClassRow& r) { r.relhastriggers = true; });
  }
  ddl.writer.invalidate(id::kPgClass, relation->oid);
  catalog::record_dependency(ddl.writer, self, {id::kPgProc, row.tgfoid}, DependencyType::kNormal);
  ObjectAddress table{id::kPgClass, relation->oid};
  catalog::record_dependency(ddl.writer, self, table, DependencyType::kAutomatic);
  if (row.tgconstraint.valid()) {  // made for the trigger: goes with it
    ObjectAddress constraint{id::kPgConstraint, row.tgconstraint};
    catalog::record_dependency(ddl.writer, constraint, self, DependencyType::kInternal);
    catalog::record_dependency(ddl.writer, constraint, table, DependencyType::kAutomatic);
  }
  for (int16_t column : row.tgattr)
    catalog::record_dependency(ddl.writer, self, {id::kPgClass, relation->oid, column}, DependencyType::kNormal);
}

std::string create_trigger(UtilityCall& call) {
  const auto& create = parser::as<ParsedCreateTrigger>(call.statement);
  DdlContext ddl(call);
  RelationPointer relation = ddl.open(*create.relation, LockMode::kShareRowExclusive);
  check_kind(create, *relation);
  require_not_system(ddl, *relation);
  constexpr uint32_t kTriggerPrivilege = catalog::privilege::kTrigger;
  if (!catalog::relation_privileges(ddl.reader, relation->oid, ddl.user(), kTriggerPrivilege))
    catalog::throw_permission_denied(relation_word(relation->kind), relation->name);
  check_form(create);
  catalog::PgTriggerRow row;
  row.tgrelid = relation->oid;
  row.tgname = create.name;
  row.tgtype = type_bits(create);
  read_transitions(create, row);
  if (create.when) row.tgqual = bind_when(ddl, create, relation);
  row.tgfoid = trigger_function(ddl, create);
  for (const std::string& name : create.columns) {
    const auto* column = relation->column(name);
    if (!column)
      throw SqlError(sqlstate::kUndefinedColumn,
                     "column \"" + name + "\" of relation \"" + relation->name + "\" does not exist");
    if (std::find(row.tgattr.begin(), row.tgattr.end(), column->number) != row.tgattr.end())
      throw SqlError(sqlstate::kDuplicateColumn, "column \"" + name + "\" specified more than once");
    row.tgattr.push_back(column->number);
  }
  row.tgdeferrable = create.deferrable;
  row.tginitdeferred = create.initially_deferred;
  row.tgnargs = static_cast<int16_t>(create.arguments.size());
  row.tgargs = packed_arguments(create.arguments);
  if (create.constraint_relation)
    row.tgconstrrelid = ddl.open(*create.constraint_relation, LockMode::kAccessShare)->oid;
  if (create.is_constraint) row.tgconstraint = add_constraint_row(ddl, create, *relation);
  store(ddl, create, relation, row);
  return "CREATE TRIGGER";
}

// The constraints of this name in the schema given, or in the first schema of the search path that has some.
std::vector<Oid> named_constraints(DdlContext& ddl, const parser::ParsedRangeVar& name) {
  std::vector<Oid> spaces;
  if (!name.schema.empty())
    spaces.push_back(catalog::require_namespace(ddl.reader, name.schema));
  else
    spaces = ddl.session.search_path();
  for (Oid space : spaces) {
    auto rows = find_rows<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintConnameNspIndex,
                                                    {Value::of(name.name), key(space)});
    std::vector<Oid> found;
    for (const auto& row : rows) {
      if (!row.row.condeferrable)
        throw SqlError(sqlstate::kWrongObjectType, "constraint \"" + name.name + "\" is not deferrable");
      found.push_back(row.row.oid);
    }
    if (!found.empty()) return found;
  }
  throw SqlError(sqlstate::kUndefinedObject, "constraint \"" + name.name + "\" does not exist");
}

std::string set_constraints(UtilityCall& call) {
  const auto& set = parser::as<parser::ParsedConstraintsSet>(call.statement);
  if (!call.session.in_block() && call.top_level)
    call.session.notice(common::Severity::kWarning, sqlstate::kNoActiveSqlTransaction,
                        "SET CONSTRAINTS can only be used in transaction blocks");
  std::vector<Oid> constraints;
  if (!set.constraints.empty()) {
    DdlContext ddl(call);
    for (const auto& name : set.constraints)
      for (Oid constraint : named_constraints(ddl, *name)) constraints.push_back(constraint);
  }
  call.session.transaction();
  call.session.triggers().set_constraints(constraints, set.constraints.empty(), set.deferred);
  return "SET CONSTRAINTS";
}

}  // namespace

void register_trigger_commands() {
  register_utility(parser::StatementKind::kCreateTrigger, create_trigger);
  register_utility(parser::StatementKind::kConstraintsSet, set_constraints);
}

}  // namespace basalt::commands::trigger
