// Which objects and names a changed catalog row concerns. Inside catalog/ only.
#pragma once

#include "catalog/catalog_table.hpp"
#include "catalog/descriptor_cache.hpp"

namespace basalt::catalog {

// Adds to `out` what the change of one row concerns: `before` is null for an insert, `after` for a delete.
void note_row_change(const CatalogTable& table, const CatalogRow* before, const CatalogRow* after, CatalogChanges& out);

}  // namespace basalt::catalog
