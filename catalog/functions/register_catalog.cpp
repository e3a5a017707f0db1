#include "catalog/functions/register_catalog.hpp"

#include <algorithm>

#include "catalog/acl.hpp"
#include "catalog/builtin_rows.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

CatalogService& catalog_service(types::FunctionCall& call) {
  auto* service = static_cast<CatalogService*>(call.context->service("catalog"));
  if (!service) {
    throw common::SqlError(common::sqlstate::kInternalError, "catalog functions cannot be called here");
  }
  return *service;
}

NameScope name_scope(types::FunctionCall& call) {
  CatalogService& service = catalog_service(call);
  return {service.reader(), service.search_path(), service.current_user()};
}

void register_catalog(types::FunctionRegistry& registry) {
  register_name_functions(registry);
  register_acl_functions(registry);
  register_privilege_functions(registry);
  register_size_functions(registry);
  register_object_functions(registry);
  register_internal_symbols();
}

ResolvedSearchPath resolve_search_path(CatalogReader& catalog, const std::vector<std::string>& names, Oid user,
                                       Oid temporary_schema) {
  constexpr Oid kPgCatalog{11};
  ResolvedSearchPath out;
  auto add = [&](Oid name_space) {
    if (std::find(out.shown.begin(), out.shown.end(), name_space) == out.shown.end()) out.shown.push_back(name_space);
  };
  for (const std::string& name : names) {
    if (name == "pg_temp") {
      if (temporary_schema.valid()) add(temporary_schema);
      continue;
    }
    const RoleDescriptor* role = name == "$user" ? catalog.role(user) : nullptr;
    Oid found = catalog.find_namespace(role ? role->name : name);
    if (found.valid() && namespace_privileges(catalog, found, user, privilege::kUsage)) add(found);
  }
  out.effective = out.shown;
  auto named = [&](Oid name_space) {
    return std::find(out.shown.begin(), out.shown.end(), name_space) != out.shown.end();
  };
  if (!named(kPgCatalog)) out.effective.insert(out.effective.begin(), kPgCatalog);
  if (temporary_schema.valid() && !named(temporary_schema)) {
    out.effective.insert(out.effective.begin(), temporary_schema);
  }
  return out;
}

}  // namespace basalt::catalog
