// The page part of `basalt check`: checksums, identity and LSN of every page at home, owners against the tree
// directory.
#pragma once

#include <vector>

#include "storage/engine.hpp"

namespace basalt::storage {

class StorageCore;

// `tree`: only its pages; 0: all.
void check_pages(StorageCore& core, TreeId tree, std::vector<CheckFinding>& findings);

}  // namespace basalt::storage
