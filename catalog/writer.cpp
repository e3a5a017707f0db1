#include "catalog/writer.hpp"

#include "catalog/catalog_changes.hpp"
#include "catalog/catalog_ids.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

Oid CatalogWriterImpl::new_oid(Oid catalog) {
  return database_.manager().new_oid(transaction_, database_.storage(), catalog);
}

CatalogRow CatalogWriterImpl::current_row(Oid catalog, common::RowId row_id) {
  CatalogRow row;
  bool found = reader_.with_snapshot(
      [&](const Snapshot& snapshot) { return database_.storage().fetch(snapshot, catalog, row_id, row); });
  if (!found) throw common::SqlError(common::sqlstate::kInternalError, "tuple concurrently deleted");
  return row;
}

void CatalogWriterImpl::insert(Oid catalog, const CatalogRow& row) {
  database_.storage().insert(transaction_, catalog, row);
  changed(catalog, nullptr, &row);
}

void CatalogWriterImpl::update(Oid catalog, common::RowId row_id, const CatalogRow& row) {
  CatalogRow before = current_row(catalog, row_id);
  database_.storage().update(transaction_, catalog, row_id, before, row);
  changed(catalog, &before, &row);
}

void CatalogWriterImpl::remove(Oid catalog, common::RowId row_id) {
  CatalogRow before = current_row(catalog, row_id);
  database_.storage().remove(transaction_, catalog, row_id, before);
  changed(catalog, &before, nullptr);
}

int CatalogWriterImpl::remove_where(Oid catalog, Oid index, std::span<const Value> key_prefix) {
  std::vector<std::pair<common::RowId, CatalogRow>> rows;
  reader_.scan(catalog, index, key_prefix, [&](common::RowId id, const CatalogRow& row) {
    rows.emplace_back(id, row);
    return true;
  });
  for (const auto& [id, row] : rows) {
    database_.storage().remove(transaction_, catalog, id, row);
    changed(catalog, &row, nullptr);
  }
  return static_cast<int>(rows.size());
}

void CatalogWriterImpl::invalidate(Oid class_oid, Oid object) {
  CatalogChanges changes;
  changes.objects.push_back({class_oid, object});
  record(changes);
}

// An index belongs to the picture of its table; the columns of a relation belong to its row type.
void CatalogWriterImpl::note_related(Oid catalog, const CatalogRow& row, CatalogChanges& changes) {
  static const auto kClassKind = static_cast<size_t>(catalog_table(id::kPgClass).column("relkind"));
  static const auto kClassType = static_cast<size_t>(catalog_table(id::kPgClass).column("reltype"));
  if (catalog == id::kPgClass) {
    auto kind = static_cast<char>(row[kClassKind].as<int16_t>());
    if (kind != 'i' && kind != 'I') return;
    Oid table = reader_.table_of_index(Oid(row[0].as<uint32_t>()));
    if (table.valid()) changes.objects.push_back({id::kPgClass, table});
  } else if (catalog == id::kPgAttribute) {
    const Value relation = row[0];
    reader_.scan(id::kPgClass, id::kPgClassOidIndex, std::span(&relation, 1),
                 [&](common::RowId, const CatalogRow& class_row) {
                   Oid type(class_row[kClassType].as<uint32_t>());
                   if (type.valid()) changes.objects.push_back({id::kPgType, type});
                   return false;
                 });
  }
}

void CatalogWriterImpl::changed(Oid catalog, const CatalogRow* before, const CatalogRow* after) {
  transaction_.advance_command();
  const CatalogTable& table = catalog_table(catalog);
  CatalogChanges changes;
  note_row_change(table, before, after, changes);
  if (before) note_related(catalog, *before, changes);
  if (table.shared) state_->shared_objects = true;
  record(changes);
}

void CatalogWriterImpl::record(const CatalogChanges& changes) {
  for (const ObjectKey& key : changes.objects) {
    auto [it, added] = state_->objects.insert_or_assign(key, database_.manager().next_private_version());
    if (added) state_->changes.objects.push_back(key);
    if (key.class_oid == id::kPgCast) state_->casts = true;
    if (key.class_oid == id::kPgOpclass || key.class_oid == id::kPgOpfamily) state_->opclasses = true;
  }
  for (const NameChange& change : changes.names) {
    if (change.key.class_oid == id::kPgProc) state_->function_names.insert(change.key.name);
    if (change.key.class_oid == id::kPgOperator) state_->operator_names.insert(change.key.name);
    if (change.moved) {
      state_->namespaces[change.key.name_space.value] = database_.manager().next_private_version();
      if (!state_->names.insert(change.key).second) continue;
    }
    state_->changes.names.push_back(change);
  }
  state_->forget_cached();
}

void CatalogWriterImpl::index_built(Oid index, Oid table, uint64_t lsn) {
  state_->changes.indexes_built.push_back(index);
  state_->indexes_built[index.value] = lsn;
  invalidate(id::kPgClass, table);
}

}  // namespace basalt::catalog
