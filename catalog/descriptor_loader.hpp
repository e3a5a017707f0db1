// Builds descriptors from the rows that one snapshot sees. Inside catalog/ only.
#pragma once

#include "catalog/catalog_storage.hpp"
#include "catalog/descriptor_cache.hpp"

namespace basalt::catalog {

struct PgClassRow;

class DescriptorLoader {
 public:
  // Other descriptors that one is made of.
  class Source {
   public:
    virtual ~Source() = default;
    virtual TypePointer type(Oid type) = 0;
    virtual RelationPointer relation(Oid relation) = 0;
    virtual uint64_t usable_from(Oid index) = 0;
  };

  DescriptorLoader(const CatalogStorage& storage, const Snapshot& snapshot, Source& source)
      : storage_(storage), snapshot_(snapshot), source_(source) {}

  // Null when there is none.
  RelationPointer relation(Oid oid, ObjectVersion version);
  std::shared_ptr<const RelationStatistics> statistics(Oid relation);
  TypePointer type(Oid oid);
  FunctionPointer function(Oid oid, ObjectVersion version);
  std::vector<Oid> functions_named(std::string_view name);
  std::shared_ptr<const AggregateDescriptor> aggregate(Oid function);
  OperatorPointer operator_by_oid(Oid oid);
  std::shared_ptr<const std::vector<OperatorPointer>> operators_named(std::string_view name);
  std::shared_ptr<const CastDescriptor> cast(Oid from, Oid to);
  std::shared_ptr<const std::vector<CastDescriptor>> casts_from(Oid from);
  std::shared_ptr<const OpclassDescriptor> opclass(Oid oid);
  std::shared_ptr<const std::vector<OpclassDescriptor>> opclasses_of(Oid access_method);
  std::shared_ptr<const std::vector<FamilyMember>> family_members(Oid family);
  std::shared_ptr<const std::vector<OperatorFamily>> operator_families(Oid op);
  std::shared_ptr<const CollationDescriptor> collation(Oid oid);
  std::shared_ptr<const NamespaceDescriptor> name_space(Oid oid);
  std::shared_ptr<const RoleDescriptor> role(Oid oid);
  std::shared_ptr<const DatabaseDescriptor> database(Oid oid);
  // The OID behind a name: catalog, its unique index on (name[, namespace]).
  Oid by_name(Oid catalog, Oid index, std::string_view name, Oid name_space, bool with_namespace);
  Oid collation_by_name(Oid name_space, std::string_view name);
  Oid table_of_index(Oid index);

 private:
  void read_columns(RelationDescriptor& out);
  void read_defaults(RelationDescriptor& out);
  void read_indexes(RelationDescriptor& out);
  std::shared_ptr<const IndexDescriptor> read_index(const RelationDescriptor& table, const CatalogRow& row);
  void read_constraints(RelationDescriptor& out);
  void read_referencing(RelationDescriptor& out);
  void read_triggers(RelationDescriptor& out);
  void read_rules(RelationDescriptor& out);
  void read_inheritance(RelationDescriptor& out, bool may_have_children);
  common::PhysicalType physical_of(Oid type);
  void complete_type(TypeDescriptor& out);

  template <typename Row>
  bool find_row(Oid index, std::initializer_list<Value> key, Row& out) {
    CatalogRow row;
    if (!storage_.find(snapshot_, Row::kCatalog, index, std::span(key.begin(), key.size()), row)) return false;
    out = Row::from_row(row);
    return true;
  }
  // Calls f(Row) for each row found by the prefix.
  template <typename Row, typename F>
  void each(Oid index, std::initializer_list<Value> prefix, F f) {
    storage_.scan(snapshot_, Row::kCatalog, index, std::span(prefix.begin(), prefix.size()),
                  [&](RowId, const CatalogRow& row) {
                    f(Row::from_row(row));
                    return true;
                  });
  }

  const CatalogStorage& storage_;
  const Snapshot& snapshot_;
  Source& source_;
};

}  // namespace basalt::catalog
