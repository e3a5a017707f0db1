// Privileges of the tables that a statement uses, as PostgreSQL checks them at the start of execution: first on the
// table, then, for what is missing, on each column that the statement names.
#include "catalog/acl.hpp"
#include "commands/session.hpp"

namespace basalt::commands {

using common::Oid;

namespace {

constexpr uint32_t kInsert = 1u << 0, kSelect = 1u << 1, kUpdate = 1u << 2;

bool columns_granted(catalog::CatalogReader& catalog, const catalog::RelationDescriptor& relation, Oid user,
                     uint32_t privilege, const std::vector<int16_t>& columns) {
  // No column is named (SELECT count(*), FOR UPDATE, DEFAULT VALUES): any column's privilege is enough.
  if (columns.empty()) {
    for (const auto& column : relation.columns)
      if (!column.dropped && catalog::column_privileges(catalog, relation.oid, column.number, user, privilege))
        return true;
    return false;
  }
  for (int16_t number : columns) {
    if (number == 0) {  // the whole row: every column
      for (const auto& column : relation.columns)
        if (!column.dropped && !catalog::column_privileges(catalog, relation.oid, column.number, user, privilege))
          return false;
      continue;
    }
    if (!catalog::column_privileges(catalog, relation.oid, number, user, privilege)) return false;
  }
  return true;
}

std::string_view kind_name(char kind) {
  switch (kind) {
    case 'v':
      return "view";
    case 'm':
      return "materialized view";
    case 'S':
      return "sequence";
    case 'f':
      return "foreign table";
    default:
      return "table";
  }
}

}  // namespace

void Session::check_privileges(const planner::PhysicalStatement& statement) {
  for (const auto& use : statement.tables) {
    if (!use.privileges) continue;
    Oid user = use.check_as_user.valid() ? use.check_as_user : current_user_;
    const catalog::RelationDescriptor& relation = *use.relation;
    uint32_t missing = use.privileges & ~catalog::relation_privileges(catalog(), relation.oid, user, use.privileges);
    if ((missing & kSelect) && columns_granted(catalog(), relation, user, kSelect, use.selected_columns))
      missing &= ~kSelect;
    if ((missing & kInsert) && columns_granted(catalog(), relation, user, kInsert, use.inserted_columns))
      missing &= ~kInsert;
    if ((missing & kUpdate) && columns_granted(catalog(), relation, user, kUpdate, use.updated_columns))
      missing &= ~kUpdate;
    if (missing) catalog::throw_permission_denied(kind_name(relation.kind), relation.name);
  }
}

}  // namespace basalt::commands
