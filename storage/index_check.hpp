// Index against heap, as far as storage cannot know it by itself: which key a row has is the caller's knowledge.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace basalt::storage {

// The key that the newest version of a row has in the index; nothing where it should have no entry there.
using KeyOfRow = std::function<std::optional<std::string>(RowId row)>;

// Walks the index: order of the keys, and for each entry that is not marked as deleted whether its row exists and has
// its key. `entries` receives the number of entries that are not marked. For an engine that nobody else uses.
void check_index(StorageEngine& engine, TreeId index, const KeyOfRow& key_of, uint64_t& entries,
                 std::vector<CheckFinding>& findings);

}  // namespace basalt::storage
