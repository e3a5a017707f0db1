#include "query/execute_privilege.hpp"

#include <algorithm>

#include "catalog/acl.hpp"
#include "catalog/catalog_service.hpp"

namespace basalt::query {

void require_execute(catalog::CatalogReader& catalog, types::CallContext& call,
                     const catalog::FunctionDescriptor& function, const char* kind) {
  if (is_executable_by_all(function)) return;
  // Without a session nobody's privileges count.
  auto* service = static_cast<catalog::CatalogService*>(call.service("catalog"));
  if (!service) return;
  const common::Oid user = service->current_user();
  if (catalog::function_privileges(catalog, function.oid, user, catalog::privilege::kExecute)) return;
  if (!kind) kind = function.kind == 'p' ? "procedure" : "function";
  catalog::throw_permission_denied(kind, function.name);
}

bool is_executable_by_all(const catalog::FunctionDescriptor& function) {
  if (!function.acl) return true;
  return std::any_of(function.acl->begin(), function.acl->end(), [](const catalog::AclItem& item) {
    return !item.grantee.valid() && (item.privileges & catalog::privilege::kExecute);
  });
}

}  // namespace basalt::query
