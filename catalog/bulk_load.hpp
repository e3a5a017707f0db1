// Filling new trees in bulk. Inside catalog/ only.
#pragma once

#include <unordered_map>

#include "catalog/catalog_storage.hpp"

namespace basalt::catalog {

using RowIdMap = std::unordered_map<uint64_t, RowId>;

// Makes the heap tree and the indexes of a catalog and fills them; adds the trees to `trees`.
void load_catalog(StorageEngine& engine, Transaction& transaction, const CatalogTable& table,
                  const std::vector<CatalogRow>& rows, CatalogTrees& trees);

// A new heap tree with the same layout and the rows visible to the transaction; `moved` maps old row ids to new ones.
common::TreeId copy_heap(StorageEngine& engine, Transaction& transaction, common::TreeId source, RowIdMap& moved);
// A new index on the copied heap with the entries of `source`.
common::TreeId copy_index(StorageEngine& engine, Transaction& transaction, common::TreeId source, common::TreeId heap,
                          bool unique, const RowIdMap& moved);

}  // namespace basalt::catalog
