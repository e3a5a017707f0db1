// ANALYZE: statistics of a table's columns from a sample of its rows, kept in pg_statistic as PostgreSQL keeps them.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands {

// `columns` empty: all. Throws 42703 for unknown ones.
void analyze_relation(Session& session, catalog::RelationPointer relation, const std::vector<std::string>& columns);

}  // namespace basalt::commands
