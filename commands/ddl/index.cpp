#include "commands/ddl/index.hpp"

#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_index.hpp"
#include "commands/acting_as.hpp"
#include "executor/index_key.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr size_t kSortBytes = size_t{64} << 20;

Oid insert_constraint_row(DdlContext& ddl, const catalog::RelationDescriptor& table, Oid index, const std::string& name,
                          char type, bool deferrable, bool deferred, std::vector<int16_t> columns) {
  catalog::PgConstraintRow row;
  row.oid = ddl.writer.new_oid(id::kPgConstraint);
  row.conname = name;
  row.connamespace = table.namespace_oid;
  row.contype = type;
  row.condeferrable = deferrable;
  row.condeferred = deferred;
  row.conrelid = table.oid;
  row.conindid = index;
  row.connoinherit = true;
  row.conkey = std::move(columns);
  ddl.writer.insert(id::kPgConstraint, row.to_row());
  ObjectAddress constraint{id::kPgConstraint, row.oid};
  for (int16_t column : *row.conkey)
    catalog::record_dependency(ddl.writer, constraint, {id::kPgClass, table.oid, column}, DependencyType::kAutomatic);
  catalog::record_dependency(ddl.writer, {id::kPgClass, index}, constraint, DependencyType::kInternal);
  return row.oid;
}

void insert_index_row(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index, Oid index_oid) {
  catalog::PgIndexRow row;
  row.indexrelid = index_oid;
  row.indrelid = table.oid;
  row.indnatts = static_cast<int16_t>(index.keys.size());
  row.indnkeyatts = static_cast<int16_t>(index.key_count);
  row.indisunique = index.unique;
  row.indnullsnotdistinct = index.nulls_not_distinct;
  row.indisprimary = index.primary;
  row.indimmediate = !index.deferrable;
  query::ExpressionList expressions;
  for (size_t k = 0; k < index.keys.size(); ++k) {
    const NewIndexKey& part = index.keys[k];
    row.indkey.push_back(part.column);
    if (k < static_cast<size_t>(index.key_count)) {
      row.indcollation.push_back(part.collation);
      row.indclass.push_back(part.opclass);
      row.indoption.push_back(static_cast<int16_t>((part.descending ? 1 : 0) | (part.nulls_first ? 2 : 0)));
    }
    if (part.column == 0) expressions.push_back(query::clone(*part.expression));
  }
  if (!expressions.empty()) row.indexprs = query::to_stored(expressions);
  if (index.predicate) row.indpred = query::to_stored(*index.predicate);
  ddl.writer.insert(id::kPgIndex, row.to_row());
}

void record_index_dependencies(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index,
                               Oid index_oid) {
  ObjectAddress address{id::kPgClass, index_oid};
  bool on_column = false;
  if (!index.constraint) {
    for (const NewIndexKey& part : index.keys) {
      if (part.column <= 0) continue;
      catalog::record_dependency(ddl.writer, address, {id::kPgClass, table.oid, part.column},
                                 DependencyType::kAutomatic);
      on_column = true;
    }
    bool has_expression = index.predicate != nullptr;
    for (const NewIndexKey& part : index.keys) has_expression |= part.column == 0;
    if (!on_column || has_expression)
      catalog::record_dependency(ddl.writer, address, {id::kPgClass, table.oid}, DependencyType::kAutomatic);
  }
  for (int k = 0; k < index.key_count; ++k) {
    const NewIndexKey& part = index.keys[static_cast<size_t>(k)];
    if (part.collation.valid() && part.collation != kDefaultCollation)
      catalog::record_dependency(ddl.writer, address, {id::kPgCollation, part.collation}, DependencyType::kNormal);
    catalog::record_dependency(ddl.writer, address, {id::kPgOpclass, part.opclass}, DependencyType::kNormal);
    if (part.expression)
      record_expression_dependencies(ddl, address, *part.expression, {table.oid}, DependencyType::kNormal, table.oid,
                                     DependencyType::kAutomatic);
  }
  if (index.predicate)
    record_expression_dependencies(ddl, address, *index.predicate, {table.oid}, DependencyType::kNormal, table.oid,
                                   DependencyType::kAutomatic);
}

std::string value_list(DdlContext& ddl, executor::ExecutionContext& execution, executor::IndexKeyBuilder& keys,
                       const catalog::RelationDescriptor& table, const common::Chunk& row, std::string& names) {
  std::vector<Value> values = keys.key_values(execution, row, 0);
  std::string shown;
  for (size_t k = 0; k < values.size(); ++k) {
    const auto& part = keys.index().keys[k];
    names += (k ? ", " : "");
    if (part.column > 0) {
      names += table.columns[static_cast<size_t>(part.column) - 1].name;
    } else {
      Value arguments[] = {Value::of(static_cast<int32_t>(keys.index().oid.value)),
                           Value::of(static_cast<int32_t>(k + 1)), Value::of(true)};
      Oid types[] = {oid::kOid, oid::kInt4, oid::kBool};
      names += query::call_function(ddl.reader, ddl.session.call_context(), execution.evaluation.functions, Oid{2507},
                                    arguments, types, oid::kText)
                   .string();
    }
    shown += (k ? ", " : "");
    shown += values[k].is_null() ? "null" : ddl.session.call_context().output(part.type, values[k]);
  }
  return shown;
}

}  // namespace

void scan_table(DdlContext& ddl, const catalog::RelationDescriptor& table,
                const std::function<void(const common::Chunk&, const std::vector<RowId>&)>& each) {
  storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
  storage::HeapScanOptions options;
  std::vector<size_t> places;
  for (const auto& column : table.columns) {
    if (column.dropped) continue;
    options.columns.emplace_back(static_cast<uint16_t>(column.number - 1));
    places.push_back(static_cast<size_t>(column.number) - 1);
  }
  options.columns.push_back(storage::kRowIdColumn);
  const auto refreshers = executor::record_refreshers(ddl.reader, table, options.columns);
  auto scan = ddl.storage().heap(table.tree).scan(snapshot, std::move(options));
  common::Chunk narrow;
  std::vector<RowId> ids;
  for (;;) {
    scan->next(narrow, common::chunk_rows());
    if (narrow.rows == 0) break;
    ddl.session.interrupt().check();
    executor::refresh_columns(refreshers, narrow);
    common::Chunk wide;
    wide.rows = narrow.rows;
    wide.columns.resize(table.columns.size());
    for (const auto& column : table.columns) {
      if (!column.dropped) continue;
      auto at = static_cast<size_t>(column.number) - 1;
      wide.columns[at] = common::Vector(column.physical, narrow.rows);
      for (uint32_t i = 0; i < narrow.rows; ++i) wide.columns[at].set_null(i);
    }
    for (size_t i = 0; i < places.size(); ++i) wide.columns[places[i]] = narrow.columns[i];
    ids.clear();
    auto view = narrow.columns.back().view<int64_t>();
    for (uint32_t i = 0; i < narrow.rows; ++i) ids.push_back(RowId(static_cast<uint64_t>(view[i])));
    each(wide, ids);
  }
  scan.reset();
  ddl.transaction().release_snapshot(snapshot);
}

void build_index(DdlContext& ddl, const catalog::RelationDescriptor& table, const catalog::IndexPointer& index) {
  ActingAs owner(ddl.session, table.owner);
  storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
  executor::ExecutionContext execution = ddl.session.execution_context(snapshot, {});
  execution.evaluation.catalog = &ddl.reader;
  executor::IndexKeyBuilder keys(execution, table, index);
  auto builder = ddl.storage().build_index(ddl.transaction(), index->tree, kSortBytes);
  scan_table(ddl, table, [&](const common::Chunk& chunk, const std::vector<RowId>& ids) {
    for (uint32_t i = 0; i < chunk.rows; ++i) {
      auto entry = keys.build(execution, chunk, i);
      if (entry.present) builder->add(entry.key, entry.payload, ids[i], entry.has_null && !index->nulls_not_distinct);
    }
  });
  std::string duplicate;
  auto pair = builder->finish(&duplicate);
  if (pair && index->unique) {
    common::Chunk row;
    executor::fetch_row(execution, table, pair->first, executor::all_attributes(table), false, row);
    std::string names;
    std::string shown = value_list(ddl, execution, keys, table, row, names);
    throw SqlError(sqlstate::kUniqueViolation, "could not create unique index " + quoted(index->name))
        .detail("Key (" + names + ")=(" + shown + ") is duplicated.")
        .schema(catalog::namespace_name(ddl.reader, table.namespace_oid))
        .table(table.name)
        .constraint(index->name);
  }
  ddl.writer.index_built(index->oid, table.oid, snapshot.lsn.value);
  ddl.transaction().release_snapshot(snapshot);
}

Oid require_default_opclass(DdlContext& ddl, Oid type) {
  Oid found = ddl.reader.default_opclass(kBtreeAccessMethod, type);
  if (found.valid()) return found;
  throw SqlError(sqlstate::kUndefinedObject, "data type " + catalog::format_type(ddl.scope(), type, -1) +
                                                 " has no default operator class for access method \"btree\"")
      .hint("You must specify an operator class for the index or define a default operator class for the data type.");
}

NewIndexKey column_key(DdlContext& ddl, const catalog::ColumnDescriptor& column, bool included) {
  NewIndexKey part;
  part.column = column.number;
  part.name = column.name;
  part.type = column.type;
  part.typmod = column.typmod;
  if (included) return part;
  part.collation = column.collation;
  part.opclass = require_default_opclass(ddl, column.type);
  return part;
}

std::string choose_index_name(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index) {
  if (index.primary) return choose_relation_name(ddl, table.name, "", "pkey", table.namespace_oid, true);
  std::string columns;
  for (const NewIndexKey& part : index.keys) {
    if (!columns.empty()) columns += "_";
    columns += part.name;
    if (columns.size() >= 64) break;
  }
  return choose_relation_name(ddl, table.name, columns, index.constraint ? "key" : "idx", table.namespace_oid,
                              index.constraint != 0);
}

Oid mark_index_as_constraint(DdlContext& ddl, Oid table, Oid index, const std::string& name, char type, bool deferrable,
                             bool deferred) {
  std::vector<int16_t> columns;
  change_row<catalog::PgIndexRow>(ddl.writer, id::kPgIndexIndexrelidIndex, {key(index)}, [&](catalog::PgIndexRow& row) {
    row.indisprimary = type == 'p';
    row.indimmediate = !deferrable;
    columns.assign(row.indkey.begin(), row.indkey.begin() + row.indnkeyatts);
  });
  catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, index}, id::kPgClass);
  return insert_constraint_row(ddl, *ddl.relation(table), index, name, type, deferrable, deferred, std::move(columns));
}

Oid create_index(DdlContext& ddl, const catalog::RelationDescriptor& table, const NewIndex& index, Oid* constraint) {
  NewRelation relation;
  relation.name = index.name;
  relation.name_space = table.namespace_oid;
  relation.owner = table.owner;
  relation.kind = 'i';
  relation.persistence = table.persistence;
  relation.access_method = kBtreeAccessMethod;
  relation.options = index.options;
  for (const NewIndexKey& part : index.keys) {
    NewColumn column;
    column.name = part.name;
    column.type = part.type;
    column.typmod = part.typmod;
    column.collation = part.collation;
    relation.columns.push_back(std::move(column));
  }
  storage::IndexLayout layout;
  layout.unique = index.unique;
  layout.heap = table.tree;
  relation.tree = ddl.storage().create_index(ddl.transaction(), layout);
  if (index.constraint) {
    for (const auto& existing : table.constraints)
      if (existing.name == index.name)
        throw SqlError(sqlstate::kDuplicateObject,
                       "constraint " + quoted(index.name) + " for relation " + quoted(table.name) + " already exists");
  }
  const Oid index_oid = create_relation(ddl, relation);
  insert_index_row(ddl, table, index, index_oid);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(table.oid)},
                                  [](catalog::PgClassRow& row) { row.relhasindex = true; });
  Oid constraint_oid;
  if (index.constraint) {
    std::vector<int16_t> columns;
    for (int k = 0; k < index.key_count; ++k) columns.push_back(index.keys[static_cast<size_t>(k)].column);
    constraint_oid = insert_constraint_row(ddl, table, index_oid, index.name, index.constraint, index.deferrable,
                                           index.deferred, std::move(columns));
  }
  if (constraint) *constraint = constraint_oid;
  record_index_dependencies(ddl, table, index, index_oid);
  RelationPointer fresh = ddl.relation(table.oid);
  catalog::IndexPointer made = ddl.reader.index(index_oid);
  ENSURE(made != nullptr, "the new index is not in the catalog");
  build_index(ddl, *fresh, made);
  return index_oid;
}

}  // namespace basalt::commands::ddl
