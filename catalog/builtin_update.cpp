// Bringing the built-in rows of an existing data directory to those of this build (QRY-7): one transaction for the
// shared catalogs, one per database.
#include <map>

#include "catalog/builtin_rows.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/catalog_manager.hpp"
#include "catalog/embedded.hpp"
#include "catalog/own_transaction.hpp"

namespace basalt::catalog {

namespace {

// Their rows describe the catalogs' own trees; a change of these is a change of the format.
bool describes_storage(Oid catalog) {
  return catalog == id::kPgClass || catalog == id::kPgAttribute || catalog == id::kPgIndex ||
         catalog == id::kPgConstraint;
}
// What users may have changed on built-in objects is left to them: comments, privileges, databases, roles.
bool left_to_users(Oid catalog) {
  return catalog == id::kPgDatabase || catalog == id::kPgTablespace || catalog == id::kPgInitPrivs ||
         catalog == id::kPgExtension || catalog == id::kPgNamespace;
}
bool left_to_users(const CatalogColumn& column) {
  return column.name.ends_with("acl") || column.name.ends_with("owner") || column.name == "rolpassword" ||
         column.name == "rolname" || column.name == "rolvaliduntil" || column.name == "proargdefaults" ||
         column.name == "pronargdefaults";
}

class Updater {
 public:
  Updater(const CatalogStorage& storage, Transaction& transaction) : storage_(storage), transaction_(transaction) {}

  void update(const CatalogTable& table, const std::vector<CatalogRow>& wanted) {
    const CatalogIndex& key = key_index(table);
    std::map<std::string, std::pair<RowId, CatalogRow>> present;
    {
      ScopedSnapshot snapshot(transaction_);
      storage_.scan_all(*snapshot, table.oid, [&](RowId id, const CatalogRow& row) {
        present.emplace(key.key_of_row(row), std::make_pair(id, row));
        return true;
      });
    }
    std::vector<CatalogRow> missing;
    for (const CatalogRow& row : wanted) {
      auto it = present.find(key.key_of_row(row));
      if (it == present.end()) {
        missing.push_back(row);
        continue;
      }
      replace(table, it->second.first, it->second.second, row);
      present.erase(it);
    }
    // Gone from this build: a new row may have the name of an old one, so removal comes first.
    for (const auto& [bytes, entry] : present) {
      if (is_builtin(table, key, entry.second)) storage_.remove(transaction_, table.oid, entry.first, entry.second);
    }
    for (const CatalogRow& row : missing) storage_.insert(transaction_, table.oid, row);
    transaction_.advance_command();
  }

 private:
  static const CatalogIndex& key_index(const CatalogTable& table) {
    if (table.oid_index >= 0) return table.indexes[static_cast<size_t>(table.oid_index)];
    for (const CatalogIndex& index : table.indexes) {
      if (index.unique) return index;
    }
    UNREACHABLE("catalog " + table.name + " has no unique index");
  }
  static bool is_builtin(const CatalogTable& table, const CatalogIndex& key, const CatalogRow& row) {
    if (table.oid == id::kPgDescription || table.oid == id::kPgShdescription) return false;
    if (table.oid == id::kPgAuthMembers || table.oid == id::kPgAuthid) return false;
    const Value& oid = row[static_cast<size_t>(key.columns[0]) - 1];
    return oid.type() == common::PhysicalType::kInt32 && oid.as<uint32_t>() < kFirstUnpinnedOid;
  }
  void replace(const CatalogTable& table, RowId id, const CatalogRow& before, const CatalogRow& wanted) {
    if (table.oid == id::kPgDescription || table.oid == id::kPgShdescription) return;
    CatalogRow after = wanted;
    bool same = true;
    for (size_t i = 0; i < after.size(); ++i) {
      if (left_to_users(table.columns[i])) after[i] = before[i];
      same = same && after[i].identical(before[i]);
    }
    if (!same) storage_.update(transaction_, table.oid, id, before, after);
  }

  const CatalogStorage& storage_;
  Transaction& transaction_;
};

}  // namespace

void CatalogManager::update_builtin_rows() {
  BuiltinRows rows = read_builtin_rows();
  std::vector<Oid> databases;
  auto update_all = [&](const CatalogStorage& storage, Transaction& transaction, bool shared) {
    Updater updater(storage, transaction);
    for (const CatalogTable& table : catalog_tables()) {
      if (table.shared != shared || describes_storage(table.oid) || left_to_users(table.oid)) continue;
      if (!rows.of(table.oid).empty()) updater.update(table, rows.of(table.oid));
    }
  };
  in_transaction(engine_, [&](Transaction& transaction) {
    CatalogStorage storage(engine_, shared_trees_, shared_trees_);
    update_all(storage, transaction, true);
    ScopedSnapshot snapshot(transaction);
    storage.scan_all(*snapshot, id::kPgDatabase, [&](RowId, const CatalogRow& row) {
      databases.push_back(Oid(row[0].as<uint32_t>()));
      return true;
    });
  });
  for (Oid database : databases) {
    auto catalog = open_database(database);
    in_transaction(engine_, [&](Transaction& transaction) { update_all(catalog->storage(), transaction, false); });
    catalog->cache().clear();
  }
  in_transaction(engine_, [&](Transaction& transaction) {
    CatalogRoot::set(engine_, transaction, CatalogRoot::Kind::kDataHash, builtin_data_hash());
  });
  shared_cache_.clear();
  rows_differ_ = false;
}

}  // namespace basalt::catalog
