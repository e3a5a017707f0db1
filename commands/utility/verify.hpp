// verify_indexes: every index of a database against its table, in both directions (`basalt check`).
#pragma once

#include <vector>

#include "commands/session.hpp"

namespace basalt::commands {

// Each entry's row has the entry's key; each row that should have an entry has one. Nobody else uses the database.
// Indexes of shared catalogs are left out unless `shared`.
std::vector<storage::CheckFinding> verify_indexes(Session& session, bool shared);

}  // namespace basalt::commands
