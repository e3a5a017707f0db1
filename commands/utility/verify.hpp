// What `basalt check` asks of a database's catalogs: every index against its table, in both directions; names of trees.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/session.hpp"

namespace basalt::commands {

// Each entry's row has the entry's key; each row that should have an entry has one. Nobody else uses the database.
// Indexes of shared catalogs are left out unless `shared`.
std::vector<storage::CheckFinding> verify_indexes(Session& session, bool shared);

// `table "public.t"`, `index "public.t_pkey"`: what is stored in which tree, as far as the catalogs can be read. Shared
// catalogs are left out unless `shared`.
std::map<common::TreeId, std::string> tree_names(Session& session, bool shared);

}  // namespace basalt::commands
