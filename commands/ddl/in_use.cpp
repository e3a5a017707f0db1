#include "commands/ddl/in_use.hpp"

#include <algorithm>

#include "commands/trigger_manager.hpp"

namespace basalt::commands::ddl {

void require_not_in_use(Session& session, const catalog::RelationDescriptor& relation, const char* command) {
  for (const auto& [name, portal] : session.portals()) {
    if (!portal->is_cursor || !portal->execution || !portal->statement) continue;
    for (const auto& plan : portal->statement->plans) {
      bool reads = std::any_of(plan->tables.begin(), plan->tables.end(),
                               [&](const auto& use) { return use.relation->oid == relation.oid; });
      if (reads)
        throw SqlError(sqlstate::kObjectInUse, std::string("cannot ") + command + " " + quoted(relation.name) +
                                                   " because it is being used by active queries in this session");
    }
  }
  if (session.triggers().has_pending(relation.oid))
    throw SqlError(sqlstate::kObjectInUse, std::string("cannot ") + command + " " + quoted(relation.name) +
                                               " because it has pending trigger events");
}

}  // namespace basalt::commands::ddl
