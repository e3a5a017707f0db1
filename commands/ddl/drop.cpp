#include "commands/ddl/drop.hpp"

#include <algorithm>

#include "catalog/object_class.hpp"
#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_index.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/in_use.hpp"

namespace basalt::commands::ddl {

using parser::ObjectType;

namespace {

void remove_where(DdlContext& ddl, Oid catalog, Oid index, std::initializer_list<Value> keys) {
  ddl.writer.remove_where(catalog, index, std::span<const Value>(keys.begin(), keys.size()));
}

void drop_column(DdlContext& ddl, Oid relation, int16_t number) {
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex, {key(relation), Value::of(number)},
                                      [&](catalog::PgAttributeRow& row) {
                                        row.attisdropped = true;
                                        row.attname = "........pg.dropped." + std::to_string(number) + "........";
                                        row.atttypid = Oid();
                                        row.attnotnull = false;
                                        row.atthasdef = false;
                                        row.attidentity = 0;
                                        row.attgenerated = 0;
                                        row.attstattarget = 0;
                                        row.attacl.reset();
                                        row.attoptions.reset();
                                        row.attmissingval.reset();
                                        row.atthasmissing = false;
                                      });
  remove_where(ddl, id::kPgStatistic, id::kPgStatisticRelidAttInhIndex, {key(relation), Value::of(number)});
}

void drop_relation(DdlContext& ddl, Oid relation) {
  auto row = find_row<catalog::PgClassRow>(ddl.reader, id::kPgClassOidIndex, {key(relation)});
  if (!row) return;
  if (row->row.relfilenode.valid()) ddl.storage().drop_tree(ddl.transaction(), TreeId(row->row.relfilenode.value));
  Oid table;
  if (row->row.relkind == 'i') {
    if (auto index = find_row<catalog::PgIndexRow>(ddl.reader, id::kPgIndexIndexrelidIndex, {key(relation)}))
      table = index->row.indrelid;
    remove_where(ddl, id::kPgIndex, id::kPgIndexIndexrelidIndex, {key(relation)});
  }
  if (row->row.relkind == 'S') remove_where(ddl, id::kPgSequence, id::kPgSequenceSeqrelidIndex, {key(relation)});
  remove_where(ddl, id::kPgInherits, id::kPgInheritsRelidSeqnoIndex, {key(relation)});
  remove_where(ddl, id::kPgStatistic, id::kPgStatisticRelidAttInhIndex, {key(relation)});
  remove_where(ddl, id::kPgAttribute, id::kPgAttributeRelidAttnumIndex, {key(relation)});
  remove_where(ddl, id::kPgClass, id::kPgClassOidIndex, {key(relation)});
  if (table.valid()) ddl.writer.invalidate(id::kPgClass, table);
}

void drop_constraint(DdlContext& ddl, Oid constraint) {
  auto row = find_row<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintOidIndex, {key(constraint)});
  if (!row) return;
  ddl.writer.remove(id::kPgConstraint, row->row_id);
  if (row->row.contype == 'c' && row->row.conrelid.valid())
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(row->row.conrelid)},
                                    [](catalog::PgClassRow& r) { --r.relchecks; });
  if (row->row.conrelid.valid()) ddl.writer.invalidate(id::kPgClass, row->row.conrelid);
  if (row->row.confrelid.valid()) ddl.writer.invalidate(id::kPgClass, row->row.confrelid);
  if (row->row.contypid.valid()) ddl.writer.invalidate(id::kPgType, row->row.contypid);
}

void drop_default(DdlContext& ddl, Oid object) {
  auto row = find_row<catalog::PgAttrdefRow>(ddl.reader, id::kPgAttrdefOidIndex, {key(object)});
  if (!row) return;
  ddl.writer.remove(id::kPgAttrdef, row->row_id);
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                      {key(row->row.adrelid), Value::of(row->row.adnum)},
                                      [](catalog::PgAttributeRow& r) {
                                        r.atthasdef = false;
                                        r.attgenerated = 0;
                                      });
}

void drop_by_oid(DdlContext& ddl, const ObjectAddress& address) {
  const auto* object_class = catalog::find_object_class(address.class_oid);
  ENSURE(object_class != nullptr, "no way to drop an object of class " + std::to_string(address.class_oid.value));
  CatalogRow row;
  RowId row_id;
  if (!catalog::find_object_row(ddl.reader, *object_class, address.object, row, &row_id)) return;
  Oid relation;
  if (address.class_oid == id::kPgRewrite) relation = catalog::PgRewriteRow::from_row(row).ev_class;
  if (address.class_oid == id::kPgTrigger) relation = catalog::PgTriggerRow::from_row(row).tgrelid;
  ddl.writer.remove(address.class_oid, row_id);
  if (relation.valid()) ddl.writer.invalidate(id::kPgClass, relation);
}

}  // namespace

void drop_one(DdlContext& ddl, const ObjectAddress& address) {
  if (address.class_oid == id::kPgClass) {
    if (address.sub)
      drop_column(ddl, address.object, static_cast<int16_t>(address.sub));
    else
      drop_relation(ddl, address.object);
  } else if (address.class_oid == id::kPgConstraint) {
    drop_constraint(ddl, address.object);
  } else if (address.class_oid == id::kPgAttrdef) {
    drop_default(ddl, address.object);
  } else {
    if (address.class_oid == id::kPgType) {
      remove_where(ddl, id::kPgEnum, id::kPgEnumTypidLabelIndex, {key(address.object)});
      remove_where(ddl, id::kPgRange, id::kPgRangeRngtypidIndex, {key(address.object)});
    } else if (address.class_oid == id::kPgProc) {
      remove_where(ddl, id::kPgAggregate, id::kPgAggregateFnoidIndex, {key(address.object)});
    }
    drop_by_oid(ddl, address);
  }
  if (address.sub)
    remove_where(ddl, id::kPgDescription, id::kPgDescriptionOCOIndex,
                 {key(address.object), key(address.class_oid), Value::of(address.sub)});
  else
    remove_where(ddl, id::kPgDescription, id::kPgDescriptionOCOIndex, {key(address.object), key(address.class_oid)});
  catalog::remove_dependencies(ddl.writer, address);
  catalog::remove_shared_dependencies(ddl.writer, address);
}

void drop_objects(DdlContext& ddl, const std::vector<ObjectAddress>& roots, parser::DropBehavior behavior, bool quiet) {
  catalog::NoticeSink silent = [](common::ErrorReport) {};
  auto order = catalog::plan_drop(
      ddl.scope(), roots,
      behavior == parser::DropBehavior::kCascade ? catalog::DropBehavior::kCascade : catalog::DropBehavior::kRestrict,
      quiet ? silent : ddl.notices());
  for (const ObjectAddress& address : order)
    if (address.class_oid == id::kPgClass && address.sub == 0) ddl.lock(address.object, LockMode::kAccessExclusive);
  for (const ObjectAddress& address : order) drop_one(ddl, address);
}

namespace {

bool is_relation_type(ObjectType type) {
  return type == ObjectType::kTable || type == ObjectType::kView || type == ObjectType::kMaterializedView ||
         type == ObjectType::kIndex || type == ObjectType::kSequence || type == ObjectType::kForeignTable;
}

// Locks before the plan is made: the indexes' tables too, as PostgreSQL locks them first.
void lock_root(DdlContext& ddl, const ObjectAddress& address) {
  if (address.class_oid == id::kPgClass) {
    if (auto index = find_row<catalog::PgIndexRow>(ddl.reader, id::kPgIndexIndexrelidIndex, {key(address.object)}))
      ddl.lock(index->row.indrelid, LockMode::kAccessExclusive);
    ddl.lock(address.object, LockMode::kAccessExclusive);
    return;
  }
  Oid relation;
  if (address.class_oid == id::kPgTrigger) {
    if (auto row = find_row<catalog::PgTriggerRow>(ddl.reader, id::kPgTriggerOidIndex, {key(address.object)}))
      relation = row->row.tgrelid;
  } else if (address.class_oid == id::kPgRewrite) {
    if (auto row = find_row<catalog::PgRewriteRow>(ddl.reader, id::kPgRewriteOidIndex, {key(address.object)}))
      relation = row->row.ev_class;
  }
  if (relation.valid()) ddl.lock(relation, LockMode::kAccessExclusive);
}

const char* drop_tag(ObjectType type) {
  switch (type) {
    case ObjectType::kTable:
      return "DROP TABLE";
    case ObjectType::kView:
      return "DROP VIEW";
    case ObjectType::kMaterializedView:
      return "DROP MATERIALIZED VIEW";
    case ObjectType::kIndex:
      return "DROP INDEX";
    case ObjectType::kSequence:
      return "DROP SEQUENCE";
    case ObjectType::kForeignTable:
      return "DROP FOREIGN TABLE";
    case ObjectType::kType:
      return "DROP TYPE";
    case ObjectType::kDomain:
      return "DROP DOMAIN";
    case ObjectType::kSchema:
      return "DROP SCHEMA";
    case ObjectType::kFunction:
      return "DROP FUNCTION";
    case ObjectType::kProcedure:
      return "DROP PROCEDURE";
    case ObjectType::kRoutine:
      return "DROP ROUTINE";
    case ObjectType::kAggregate:
      return "DROP AGGREGATE";
    case ObjectType::kOperator:
      return "DROP OPERATOR";
    case ObjectType::kCollation:
      return "DROP COLLATION";
    case ObjectType::kTrigger:
      return "DROP TRIGGER";
    case ObjectType::kRule:
      return "DROP RULE";
    case ObjectType::kPolicy:
      return "DROP POLICY";
    case ObjectType::kCast:
      return "DROP CAST";
    case ObjectType::kExtension:
      return "DROP EXTENSION";
    case ObjectType::kLanguage:
      return "DROP LANGUAGE";
    case ObjectType::kConversion:
      return "DROP CONVERSION";
    case ObjectType::kStatistics:
      return "DROP STATISTICS";
    default:
      return "DROP";
  }
}

std::string drop_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDrop>(call.statement);
  if (statement.concurrently) {
    call.session.prevent_in_block("DROP INDEX CONCURRENTLY");
    if (statement.objects.size() != 1)
      throw SqlError(sqlstate::kFeatureNotSupported,
                     "DROP INDEX CONCURRENTLY does not support dropping multiple objects");
    if (statement.behavior == parser::DropBehavior::kCascade)
      throw SqlError(sqlstate::kFeatureNotSupported, "DROP INDEX CONCURRENTLY does not support CASCADE");
  }
  DdlContext ddl(call);
  std::vector<ObjectAddress> roots;
  for (const auto& object : statement.objects) {
    auto address = resolve_object(ddl, statement.object_type, object, statement.missing_ok);
    if (!address) continue;
    require_object_owner(ddl, *address, statement.object_type, object, OwnerAct::kDrop);
    lock_root(ddl, *address);
    if (is_relation_type(statement.object_type)) {
      require_not_system(ddl, *ddl.relation(address->object));
      require_not_in_use(ddl.session, *ddl.relation(address->object), drop_tag(statement.object_type));
    }
    if (std::find(roots.begin(), roots.end(), *address) == roots.end()) roots.push_back(*address);
  }
  if (!roots.empty()) drop_objects(ddl, roots, statement.behavior);
  return drop_tag(statement.object_type);
}

}  // namespace

void register_drop() { register_utility(parser::StatementKind::kDrop, drop_statement); }

}  // namespace basalt::commands::ddl
