// A catalog in memory for the tests of query/: the built-in rows that catalog/ embeds, and tables, views and types that
// a test adds. Also the CallContext that converts literals with the functions types/ registers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "query/binder.hpp"
#include "types/call_context.hpp"

namespace basalt::query::test {

using catalog::CatalogReader;
using catalog::RelationDescriptor;

struct ColumnSpec {
  std::string name;
  std::string type;  // as SQL writes it
  bool not_null = false;
  std::string default_sql;
};

class CatalogDouble final : public CatalogReader {
 public:
  CatalogDouble();
  static constexpr Oid kPublic{2200};

  // Everything below is in schema public.
  std::shared_ptr<RelationDescriptor> add_table(const std::string& name, const std::vector<ColumnSpec>& columns,
                                                const std::vector<std::string>& primary_key = {});
  void add_view(const std::string& name, const std::string& sql);
  void add_view(Oid name_space, const std::string& name, const parser::ParsedStatement& query, const std::string& text,
                const std::vector<std::string>& columns = {});
  void add_domain(const std::string& name, const std::string& base);
  void add_enum(const std::string& name, const std::vector<std::string>& labels);
  // result and arguments as SQL type names; `arguments` are "name type [= default]".
  Oid add_function(const std::string& name, const std::string& result, const std::vector<std::string>& arguments,
                   bool returns_set = false, char kind = 'f');

  Oid database() const override { return Oid{5}; }
  catalog::RelationPointer relation(Oid relation) override;
  Oid find_relation(Oid namespace_oid, std::string_view name) override;
  catalog::IndexPointer index(Oid index) override;
  types::TypePointer type(Oid type) override;
  Oid find_type(Oid namespace_oid, std::string_view name) override;
  catalog::FunctionPointer function(Oid function) override;
  std::vector<catalog::FunctionPointer> functions_named(std::string_view name) override;
  const catalog::AggregateDescriptor* aggregate(Oid function) override;
  catalog::OperatorPointer operator_by_oid(Oid oid) override;
  std::vector<catalog::OperatorPointer> operators_named(std::string_view name) override;
  const catalog::CastDescriptor* cast(Oid source, Oid target) override;
  std::vector<catalog::CastDescriptor> casts_from(Oid source) override;
  const catalog::OpclassDescriptor* opclass(Oid opclass) override;
  Oid default_opclass(Oid access_method, Oid type) override;
  Oid find_opclass(Oid access_method, Oid namespace_oid, std::string_view name) override;
  Oid family_operator(Oid family, Oid left, Oid right, int strategy) override;
  std::vector<std::pair<Oid, int>> operator_families(Oid op, Oid access_method) override;
  const catalog::CollationDescriptor* collation(Oid collation) override;
  Oid find_collation(Oid namespace_oid, std::string_view name) override;
  const catalog::NamespaceDescriptor* name_space(Oid namespace_oid) override;
  Oid find_namespace(std::string_view name) override;
  const catalog::RoleDescriptor* role(Oid) override { return nullptr; }
  Oid find_role(std::string_view) override { return Oid{}; }
  const catalog::DatabaseDescriptor* database_by_oid(Oid) override { return nullptr; }
  Oid find_database(std::string_view) override { return Oid{}; }
  const catalog::ColumnStatistics* statistics(Oid, int16_t) override { return nullptr; }
  uint64_t namespace_counter(Oid) override { return 1; }
  catalog::ObjectVersion object_version(Oid, Oid) override { return 1; }
  void scan(Oid catalog, Oid index, std::span<const common::Value> key, const RowCallback& callback) override;
  void scan_all(Oid, const RowCallback&) override {}

 private:
  void load_types();
  void load_ranges();
  void load_functions();
  void load_operators();
  void load_families();
  void load_names();
  void load_defaults();
  std::shared_ptr<types::TypeDescriptor> add_type(const std::string& name, char kind, char category);
  ResolvedType type_named(const std::string& sql);

  uint32_t next_ = 16384;
  std::map<uint32_t, std::shared_ptr<types::TypeDescriptor>> types_;
  std::map<std::pair<uint32_t, std::string>, Oid> type_names_;
  std::map<uint32_t, std::shared_ptr<catalog::FunctionDescriptor>> functions_;
  std::multimap<std::string, catalog::FunctionPointer, std::less<>> function_names_;
  std::map<uint32_t, catalog::AggregateDescriptor> aggregates_;
  std::map<uint32_t, catalog::OperatorPointer> operators_;
  std::multimap<std::string, catalog::OperatorPointer, std::less<>> operator_names_;
  std::map<std::pair<uint32_t, uint32_t>, catalog::CastDescriptor> casts_;
  std::map<uint32_t, catalog::OpclassDescriptor> opclasses_;
  struct FamilyMember {
    Oid family, left, right, op, method;
    int strategy;
  };
  std::vector<FamilyMember> members_;
  struct SupportFunction {
    Oid family, left, right, function;
    int16_t number;
  };
  std::vector<SupportFunction> support_;
  std::map<uint32_t, catalog::CollationDescriptor> collations_;
  std::map<uint32_t, catalog::NamespaceDescriptor> namespaces_;
  std::map<uint32_t, std::shared_ptr<RelationDescriptor>> relations_;
};

// The catalog with a few tables that most tests use; see catalog_double.cpp.
CatalogDouble& shared_catalog();
types::CallContext& call_context(CatalogDouble& catalog);
BindContext make_context(CatalogDouble& catalog, std::string_view text);

// Parses and binds (and rewrites, unless told otherwise) the one statement in `text`.
std::unique_ptr<BoundQuery> bind_text(CatalogDouble& catalog, const std::string& text, bool rewrite = false);
// The error's "SQLSTATE|position|message|detail|hint", or "" when there is none.
std::string error_of(CatalogDouble& catalog, const std::string& text);

}  // namespace basalt::query::test
