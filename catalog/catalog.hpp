// Catalog: reading and changing pg_catalog.
//
// System catalogs are ordinary heap trees with B+-tree indexes, so DDL is transactional, recovered and replicated like
// data. CatalogReader answers lookups through a cache of immutable descriptors, shared by all sessions of a database; a
// transaction that has changed catalogs reads past the shared cache (STO-12). CatalogWriter changes rows.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/descriptors.hpp"
#include "storage/engine.hpp"

namespace basalt::catalog {

// A row of any catalog table: one Value a column, in attnum order.
using CatalogRow = std::vector<Value>;

// The catalogs of one database as one transaction sees them. Pointers stay valid while held. All lookups return null /
// Oid 0 / empty when there is no such object, and throw only for storage failures and interrupts.
class CatalogReader {
 public:
  virtual ~CatalogReader() = default;
  virtual Oid database() const = 0;

  virtual RelationPointer relation(Oid relation) = 0;
  virtual Oid find_relation(Oid namespace_oid, std::string_view name) = 0;
  virtual IndexPointer index(Oid index) = 0;
  virtual TypePointer type(Oid type) = 0;
  virtual Oid find_type(Oid namespace_oid, std::string_view name) = 0;
  virtual FunctionPointer function(Oid function) = 0;
  virtual std::vector<FunctionPointer> functions_named(std::string_view name) = 0;  // all namespaces
  virtual const AggregateDescriptor* aggregate(Oid function) = 0;
  virtual OperatorPointer operator_by_oid(Oid oid) = 0;
  virtual std::vector<OperatorPointer> operators_named(std::string_view name) = 0;  // all namespaces
  virtual const CastDescriptor* cast(Oid source, Oid target) = 0;
  virtual std::vector<CastDescriptor> casts_from(Oid source) = 0;
  virtual const OpclassDescriptor* opclass(Oid opclass) = 0;
  virtual Oid default_opclass(Oid access_method, Oid type) = 0;  // considers binary-coercible and polymorphic classes
  virtual Oid find_opclass(Oid access_method, Oid namespace_oid, std::string_view name) = 0;
  // The operator of a family for (left, right, strategy); 0 when there is none. Strategies as in PostgreSQL: btree 1 <
  // 2 <= 3 = 4 >= 5 >.
  virtual Oid family_operator(Oid family, Oid left, Oid right, int strategy) = 0;
  // Families (with strategy) that an operator belongs to, of the given access method.
  virtual std::vector<std::pair<Oid, int>> operator_families(Oid op, Oid access_method) = 0;
  virtual const CollationDescriptor* collation(Oid collation) = 0;
  virtual Oid find_collation(Oid namespace_oid, std::string_view name) = 0;
  virtual const NamespaceDescriptor* name_space(Oid namespace_oid) = 0;
  virtual Oid find_namespace(std::string_view name) = 0;
  virtual const RoleDescriptor* role(Oid role) = 0;
  virtual Oid find_role(std::string_view name) = 0;
  virtual const DatabaseDescriptor* database_by_oid(Oid database) = 0;
  virtual Oid find_database(std::string_view name) = 0;
  virtual const ColumnStatistics* statistics(Oid relation, int16_t column) = 0;  // null: none

  // Changes whenever an object with this (namespace, name) could have been created, renamed or dropped; see QRY-3.
  virtual uint64_t namespace_counter(Oid namespace_oid) = 0;
  virtual ObjectVersion object_version(Oid class_oid, Oid object) = 0;

  // Reads rows of a catalog through one of its indexes, by equality on a prefix of the index's columns. For what the
  // cache does not cover. The callback returns false to stop.
  using RowCallback = std::function<bool(common::RowId, const CatalogRow&)>;
  virtual void scan(Oid catalog, Oid index, std::span<const Value> key_prefix, const RowCallback& callback) = 0;
  virtual void scan_all(Oid catalog, const RowCallback& callback) = 0;
};

// Changes catalogs inside one transaction. Every change maintains the indexes and notes what to invalidate at commit;
// the change is visible after the next command of the transaction (advance_command is done by each call).
class CatalogWriter {
 public:
  virtual ~CatalogWriter() = default;
  virtual CatalogReader& reader() = 0;
  virtual Oid new_oid(Oid catalog) = 0;
  // Throws 23505 as PostgreSQL would on its own unique indexes.
  virtual void insert(Oid catalog, const CatalogRow& row) = 0;
  virtual void update(Oid catalog, common::RowId row_id, const CatalogRow& row) = 0;
  virtual void remove(Oid catalog, common::RowId row_id) = 0;
  // Removes all rows found by equality on a prefix of the index; returns how many.
  virtual int remove_where(Oid catalog, Oid index, std::span<const Value> key_prefix) = 0;
  // Says that plans and descriptors of this object are stale at commit although none of its own rows changed.
  virtual void invalidate(Oid class_oid, Oid object) = 0;
  // The index of `table` has been filled with the rows of the snapshot at `lsn`: it serves this transaction's snapshots
  // from there on, those of others from the commit on (STO-12).
  virtual void index_built(Oid index, Oid table, uint64_t lsn) = 0;
};

}  // namespace basalt::catalog
