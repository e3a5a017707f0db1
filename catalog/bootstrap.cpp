#include "catalog/bootstrap.hpp"

#include <algorithm>

#include "catalog/builtin_rows.hpp"
#include "catalog/bulk_load.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/embedded.hpp"
#include "catalog/own_transaction.hpp"
#include "catalog/rows/pg_authid.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_index.hpp"

namespace basalt::catalog {

using common::TreeId;
using Kind = CatalogRoot::Kind;

namespace {

Oid file_number(TreeId tree) {
  ENSURE(tree.value <= UINT32_MAX, "a tree id does not fit into pg_class.relfilenode");
  return Oid(static_cast<uint32_t>(tree.value));
}

void put_trees(StorageEngine& engine, Transaction& transaction, Oid database, const CatalogTrees& trees) {
  std::vector<std::pair<uint32_t, TreeId>> sorted(trees.all().begin(), trees.all().end());
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [relation, tree] : sorted) {
    CatalogRoot::put(engine, transaction, Kind::kTree, database, Oid(relation), tree.value);
  }
}

// Sets file numbers and sizes of the catalogs in the rows of pg_class.
void describe_storage(StorageEngine& engine, std::vector<CatalogRow>& class_rows, const CatalogTrees& local,
                      const CatalogTrees& shared, BuiltinRows& rows) {
  for (CatalogRow& row : class_rows) {
    PgClassRow r = PgClassRow::from_row(row);
    const CatalogTrees& trees = r.relisshared ? shared : local;
    if (!trees.has(r.oid)) continue;
    TreeId tree = trees.tree(r.oid);
    r.relfilenode = file_number(tree);
    Oid table = r.oid;
    if (const CatalogIndex* index = find_catalog_index(r.oid)) table = index->table;
    uint64_t pages = r.relkind == 'i' ? engine.index(tree).page_count() : engine.heap(tree).page_count();
    r.relpages = static_cast<int32_t>(std::max<uint64_t>(1, pages));
    r.reltuples = static_cast<float>(rows.of(table).size());
    row = r.to_row();
  }
}

void load_database(StorageEngine& engine, Transaction& transaction, Oid database, BuiltinRows& rows,
                   std::shared_ptr<const CatalogTrees> shared) {
  CatalogTrees trees;
  for (const CatalogTable& table : catalog_tables()) {
    // pg_class names the trees of all, its own too: its rows come last.
    const bool is_class = table.oid == id::kPgClass;
    if (!table.shared) {
      load_catalog(engine, transaction, table, is_class ? std::vector<CatalogRow>() : rows.of(table.oid), trees);
    }
  }
  std::vector<CatalogRow> class_rows = rows.of(id::kPgClass);
  describe_storage(engine, class_rows, trees, *shared, rows);
  CatalogStorage storage(engine, std::make_shared<CatalogTrees>(trees), shared);
  for (const CatalogRow& row : class_rows) storage.insert(transaction, id::kPgClass, row);
  put_trees(engine, transaction, database, trees);
}

}  // namespace

void initialize_cluster(StorageEngine& engine, const ClusterOptions& options) {
  BuiltinRows rows = read_builtin_rows();
  for (CatalogRow& row : rows.of(id::kPgAuthid)) {
    PgAuthidRow r = PgAuthidRow::from_row(row);
    if (r.oid != kBootstrapSuperuser) continue;
    r.rolname = options.superuser;
    row = r.to_row();
  }
  in_transaction(engine, [&](Transaction& transaction) {
    TreeId root = engine.create_heap(transaction, CatalogRoot::layout());
    ENSURE(root == CatalogRoot::kTree, "the root tree must be the first tree of a data directory");
    transaction.advance_command();
    auto shared = std::make_shared<CatalogTrees>();
    for (const CatalogTable& table : catalog_tables()) {
      if (table.shared) load_catalog(engine, transaction, table, rows.of(table.oid), *shared);
    }
    put_trees(engine, transaction, kSharedDatabase, *shared);
    TreeId oids = engine.create_sequence(transaction, {kFirstUnpinnedOid, false, 0});
    CatalogRoot::put(engine, transaction, Kind::kOidSequence, Oid(), Oid(), oids.value);
    CatalogRoot::put(engine, transaction, Kind::kDataHash, Oid(), Oid(), builtin_data_hash());
    load_database(engine, transaction, kTemplate1, rows, shared);
  });
}

void finish_cluster(StorageEngine& engine) {
  in_transaction(engine, [&](Transaction& transaction) {
    copy_database(engine, transaction, kTemplate1, kTemplate0);
    copy_database(engine, transaction, kTemplate1, kPostgresDatabase);
    TreeId oids(CatalogRoot::get(engine, transaction, Kind::kOidSequence));
    engine.advance_sequence(transaction, oids, [](storage::SequenceState& state) {
      state.last_value = std::max<int64_t>(state.last_value, common::kFirstNormalOid);
    });
    // A directory without the format row is one whose initialisation did not finish.
    CatalogRoot::set(engine, transaction, Kind::kFormat, kCatalogFormat);
  });
}

namespace {

struct CopiedRelations {
  std::unordered_map<uint32_t, TreeId> trees;    // relation -> its new tree
  std::unordered_map<uint32_t, RowIdMap> moved;  // table -> row ids
};

std::vector<CatalogRow> all_rows(const CatalogStorage& storage, Transaction& transaction, Oid catalog) {
  std::vector<CatalogRow> out;
  ScopedSnapshot snapshot(transaction);
  storage.scan_all(*snapshot, catalog, [&](RowId, const CatalogRow& row) {
    out.push_back(row);
    return true;
  });
  return out;
}

// Tables, materialised views and sequences that users made; then their indexes.
CopiedRelations copy_relations(StorageEngine& engine, Transaction& transaction, const CatalogStorage& source,
                               const std::vector<PgClassRow>& classes) {
  CopiedRelations copied;
  std::unordered_map<uint32_t, const PgClassRow*> by_oid;
  for (const PgClassRow& r : classes) by_oid.emplace(r.oid.value, &r);
  for (const PgClassRow& r : classes) {
    if (!r.relfilenode.valid() || r.relisshared || r.relpersistence == 't' || find_catalog_table(r.oid)) continue;
    TreeId tree(r.relfilenode.value);
    if (r.relkind == 'S') {
      copied.trees[r.oid.value] = engine.create_sequence(transaction, engine.sequence_state(tree));
    } else if (r.relkind == 'r' || r.relkind == 'm' || r.relkind == 't') {
      copied.trees[r.oid.value] = copy_heap(engine, transaction, tree, copied.moved[r.oid.value]);
    }
  }
  for (const CatalogRow& row : all_rows(source, transaction, id::kPgIndex)) {
    PgIndexRow index = PgIndexRow::from_row(row);
    auto table = copied.trees.find(index.indrelid.value);
    const PgClassRow* r = by_oid[index.indexrelid.value];
    if (table == copied.trees.end() || !r || !r->relfilenode.valid()) continue;
    copied.trees[index.indexrelid.value] = copy_index(engine, transaction, TreeId(r->relfilenode.value), table->second,
                                                      index.indisunique, copied.moved[index.indrelid.value]);
  }
  return copied;
}

}  // namespace

void copy_database(StorageEngine& engine, Transaction& transaction, Oid source, Oid target) {
  auto shared = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine, transaction, kSharedDatabase));
  auto from = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine, transaction, source));
  CatalogStorage storage(engine, from, shared);
  CatalogTrees trees;
  std::vector<PgClassRow> classes;
  for (const CatalogRow& row : all_rows(storage, transaction, id::kPgClass))
    classes.push_back(PgClassRow::from_row(row));
  for (const CatalogTable& table : catalog_tables()) {
    if (table.shared || table.oid == id::kPgClass) continue;
    load_catalog(engine, transaction, table, all_rows(storage, transaction, table.oid), trees);
  }
  CopiedRelations copied = copy_relations(engine, transaction, storage, classes);
  // The trees of pg_class itself have no number before they exist: make them empty, then insert the rows.
  load_catalog(engine, transaction, catalog_table(id::kPgClass), {}, trees);
  auto target_trees = std::make_shared<CatalogTrees>(trees);
  CatalogStorage target_storage(engine, target_trees, shared);
  for (PgClassRow& r : classes) {
    if (r.relpersistence == 't') continue;
    if (trees.has(r.oid))
      r.relfilenode = file_number(trees.tree(r.oid));
    else if (auto it = copied.trees.find(r.oid.value); it != copied.trees.end())
      r.relfilenode = file_number(it->second);
    target_storage.insert(transaction, id::kPgClass, r.to_row());
  }
  put_trees(engine, transaction, target, trees);
  transaction.advance_command();
}

void drop_database(StorageEngine& engine, Transaction& transaction, Oid database) {
  auto shared = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine, transaction, kSharedDatabase));
  auto trees = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine, transaction, database));
  CatalogStorage storage(engine, trees, shared);
  for (const CatalogRow& row : all_rows(storage, transaction, id::kPgClass)) {
    PgClassRow r = PgClassRow::from_row(row);
    if (r.relfilenode.valid() && !r.relisshared && !trees->has(r.oid)) {
      engine.drop_tree(transaction, TreeId(r.relfilenode.value));
    }
  }
  for (const auto& [relation, tree] : trees->all()) engine.drop_tree(transaction, tree);
  CatalogRoot::remove_database(engine, transaction, database);
}

}  // namespace basalt::catalog
