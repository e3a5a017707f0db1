// REINDEX: indexes are built anew beside the old ones, which go at commit.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands::ddl {

// All indexes of a table, or the one given.
void reindex_relation(Session& session, std::string_view text, common::Oid table, common::Oid only_index);

}  // namespace basalt::commands::ddl
