// CatalogService: what the catalog functions ask of the session, found by CallContext::service("catalog"). The layers
// above implement it; the pointer is a CatalogService*.
//
// register_catalog() registers the functions of catalog/functions: names and visibility, privileges, descriptions,
// sizes, partition trees. Functions that print expressions belong to query/.
#pragma once

#include "catalog/catalog_manager.hpp"
#include "catalog/names.hpp"
#include "types/function.hpp"

namespace basalt::catalog {

class CatalogService {
 public:
  virtual ~CatalogService() = default;
  virtual CatalogReader& reader() = 0;                   // of the running statement
  virtual const SearchPath& search_path() = 0;           // with the implicit schemas
  virtual const SearchPath& explicit_search_path() = 0;  // what current_schemas(false) shows
  virtual Oid current_user() = 0;
  virtual Oid session_user() = 0;
  virtual Oid temporary_schema() = 0;  // 0: none yet
  virtual DatabaseCatalog& database() = 0;
};

// The service of a call; throws XX000 when there is none.
CatalogService& catalog_service(types::FunctionCall& call);
NameScope name_scope(types::FunctionCall& call);

void register_catalog(types::FunctionRegistry& registry);

// The schemas that a search_path setting's names mean, in lookup order: `names` as parsed, "$user" replaced; schemas
// that do not exist or may not be used are left out; the temporary schema and pg_catalog come first unless they are
// named.
struct ResolvedSearchPath {
  SearchPath effective, shown;
};
ResolvedSearchPath resolve_search_path(CatalogReader& catalog, const std::vector<std::string>& names, Oid user,
                                       Oid temporary_schema);

}  // namespace basalt::catalog
