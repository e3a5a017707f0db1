// Sizes of relations and databases, and where they are.
#include <optional>

#include "catalog/catalog_ids.hpp"
#include "catalog/functions/register_catalog.hpp"
#include "catalog/object_class.hpp"
#include "catalog/rows/pg_class.hpp"
#include "common/sqlstate.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
using types::FunctionCall;
using types::scalar;
namespace sqlstate = common::sqlstate;

constexpr int64_t kPageBytes = 16384;

int64_t tree_bytes(storage::StorageEngine& engine, char kind, common::TreeId tree) {
  if (!tree.valid()) return 0;
  switch (kind) {
    case 'r':
    case 't':
    case 'm':
      return static_cast<int64_t>(engine.heap(tree).page_count()) * kPageBytes;
    case 'i':
      return static_cast<int64_t>(engine.index(tree).page_count()) * kPageBytes;
    case 'S':
      return kPageBytes;
    default:
      return 0;
  }
}

int64_t relation_bytes(FunctionCall& call, const RelationDescriptor& r) {
  return tree_bytes(catalog_service(call).database().storage().engine(), r.kind, r.tree);
}

int64_t index_bytes(FunctionCall& call, const RelationDescriptor& r) {
  storage::StorageEngine& engine = catalog_service(call).database().storage().engine();
  int64_t bytes = 0;
  for (const IndexPointer& index : r.indexes) bytes += tree_bytes(engine, 'i', index->tree);
  return bytes;
}

RelationPointer relation_of(FunctionCall& call, uint32_t relation) {
  return catalog_service(call).reader().relation(Oid(relation));
}

std::optional<int64_t> relation_size(FunctionCall& call, uint32_t relation, std::string_view fork) {
  RelationPointer r = relation_of(call, relation);
  if (!r) return std::nullopt;
  if (fork == "main") return relation_bytes(call, *r);
  if (fork == "fsm" || fork == "vm" || fork == "init") return 0;
  throw SqlError(sqlstate::kInvalidParameterValue, "invalid fork name")
      .hint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".");
}
std::optional<int64_t> table_size(FunctionCall& call, uint32_t relation) {
  RelationPointer r = relation_of(call, relation);
  if (!r) return std::nullopt;
  return relation_bytes(call, *r);
}
std::optional<int64_t> indexes_size(FunctionCall& call, uint32_t relation) {
  RelationPointer r = relation_of(call, relation);
  if (!r) return std::nullopt;
  return index_bytes(call, *r);
}
std::optional<int64_t> total_relation_size(FunctionCall& call, uint32_t relation) {
  RelationPointer r = relation_of(call, relation);
  if (!r) return std::nullopt;
  return relation_bytes(call, *r) + index_bytes(call, *r);
}

// Bytes of all relations of one database, or of the shared ones.
int64_t catalog_bytes(DatabaseCatalog& database, CatalogReader& reader, bool shared) {
  int64_t bytes = 0;
  storage::StorageEngine& engine = database.storage().engine();
  reader.scan_all(id::kPgClass, [&](common::RowId, const CatalogRow& row) {
    PgClassRow r = PgClassRow::from_row(row);
    if (r.relisshared == shared) bytes += tree_bytes(engine, r.relkind, common::TreeId(r.relfilenode.value));
    return true;
  });
  return bytes;
}

std::optional<int64_t> database_bytes(FunctionCall& call, Oid oid) {
  CatalogService& service = catalog_service(call);
  if (!service.reader().database_by_oid(oid)) return std::nullopt;
  if (oid == service.database().oid()) return catalog_bytes(service.database(), service.reader(), false);
  auto other = service.database().manager().open_database(oid);
  storage::StorageEngine& engine = other->storage().engine();
  auto transaction = engine.begin(storage::IsolationLevel::kReadCommitted, 0);
  int64_t bytes = catalog_bytes(*other, *other->reader(*transaction), false);
  engine.abort(*transaction);
  return bytes;
}
std::optional<int64_t> database_size_by_oid(FunctionCall& call, uint32_t oid) { return database_bytes(call, Oid(oid)); }
std::optional<int64_t> database_size_by_name(FunctionCall& call, std::string_view name) {
  Oid oid = catalog_service(call).reader().find_database(name);
  if (!oid.valid()) {
    throw SqlError(sqlstate::kInvalidCatalogName, "database \"" + std::string(name) + "\" does not exist");
  }
  return database_bytes(call, oid);
}

constexpr Oid kDefaultTablespace{1663}, kGlobalTablespace{1664};

std::optional<int64_t> tablespace_size_by_oid(FunctionCall& call, uint32_t oid) {
  CatalogService& service = catalog_service(call);
  if (Oid(oid) == kGlobalTablespace) return catalog_bytes(service.database(), service.reader(), true);
  if (Oid(oid) != kDefaultTablespace) return std::nullopt;
  std::vector<Oid> databases;
  service.reader().scan_all(id::kPgDatabase, [&](common::RowId, const CatalogRow& row) {
    databases.push_back(Oid(row[0].as<uint32_t>()));
    return true;
  });
  int64_t bytes = 0;
  for (Oid database : databases) bytes += database_bytes(call, database).value_or(0);
  return bytes;
}
std::optional<int64_t> tablespace_size_by_name(FunctionCall& call, std::string_view name) {
  const Value key = Value::of(name);
  Oid found;
  catalog_service(call).reader().scan(id::kPgTablespace, id::kPgTablespaceSpcnameIndex, std::span(&key, 1),
                                      [&](common::RowId, const CatalogRow& row) {
                                        found = Oid(row[0].as<uint32_t>());
                                        return false;
                                      });
  if (!found.valid()) {
    throw SqlError(sqlstate::kUndefinedObject, "tablespace \"" + std::string(name) + "\" does not exist");
  }
  return tablespace_size_by_oid(call, found.value);
}
// All data is in the data directory.
std::string tablespace_location(uint32_t) { return ""; }

std::optional<uint32_t> relation_filenode(FunctionCall& call, uint32_t relation) {
  RelationPointer r = relation_of(call, relation);
  if (!r || !r->tree.valid()) return std::nullopt;
  return static_cast<uint32_t>(r->tree.value);
}
std::optional<std::string> relation_filepath(FunctionCall& call, uint32_t relation) {
  RelationPointer r = relation_of(call, relation);
  if (!r || !r->tree.valid()) return std::nullopt;
  const std::string number = std::to_string(r->tree.value);
  if (r->shared) return "global/" + number;
  return "base/" + std::to_string(catalog_service(call).database().oid().value) + "/" + number;
}
std::optional<uint32_t> filenode_relation(FunctionCall& call, uint32_t tablespace, uint32_t filenode) {
  std::optional<uint32_t> out;
  const Value key[2] = {Value::of(tablespace == kDefaultTablespace.value ? uint32_t{0} : tablespace),
                        Value::of(filenode)};
  catalog_service(call).reader().scan(id::kPgClass, id::kPgClassTblspcRelfilenodeIndex, key,
                                      [&](common::RowId, const CatalogRow& row) {
                                        out = row[0].as<uint32_t>();
                                        return false;
                                      });
  return out;
}

}  // namespace

void register_size_functions(types::FunctionRegistry& registry) {
  registry.add_scalar("pg_relation_size", scalar<relation_size>());
  registry.add_scalar("pg_table_size", scalar<table_size>());
  registry.add_scalar("pg_indexes_size", scalar<indexes_size>());
  registry.add_scalar("pg_total_relation_size", scalar<total_relation_size>());
  registry.add_scalar("pg_database_size_oid", scalar<database_size_by_oid>());
  registry.add_scalar("pg_database_size_name", scalar<database_size_by_name>());
  registry.add_scalar("pg_tablespace_size_oid", scalar<tablespace_size_by_oid>());
  registry.add_scalar("pg_tablespace_size_name", scalar<tablespace_size_by_name>());
  registry.add_scalar("pg_tablespace_location", scalar<tablespace_location>());
  registry.add_scalar("pg_relation_filenode", scalar<relation_filenode>());
  registry.add_scalar("pg_relation_filepath", scalar<relation_filepath>());
  registry.add_scalar("pg_filenode_relation", scalar<filenode_relation>());
}

}  // namespace basalt::catalog
