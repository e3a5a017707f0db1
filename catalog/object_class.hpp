// ObjectClass: for each catalog whose rows are objects with an identity of their own, where name, namespace, owner and
// acl stand, and what PostgreSQL calls such an object.
#pragma once

#include "catalog/catalog.hpp"

namespace basalt::catalog {

struct ObjectClass {
  Oid catalog;
  Oid oid_index;
  const char* kind;  // "table", "function" ... as in pg_identify_object().type where it does not vary
  const char* name;  // columns; null: none
  const char* name_space;
  const char* owner;
  const char* acl;
  char acl_object;  // acldefault()'s letter; 0: no acl
};

// Null when the catalog has no objects.
const ObjectClass* find_object_class(Oid catalog);

// The row of an object; false: none.
bool find_object_row(CatalogReader& catalog, const ObjectClass& object_class, Oid object, CatalogRow& row,
                     common::RowId* row_id = nullptr);
// A column of such a row by its name.
const Value& object_column(const ObjectClass& object_class, const CatalogRow& row, const char* column);

}  // namespace basalt::catalog
