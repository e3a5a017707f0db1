// Collations that only the catalog knows, for the functions of types/: the service "collation" of a session
// (types/text/collation.hpp). Those of a language are opened once in the process and shared by all sessions.
#pragma once

#include "commands/session.hpp"
#include "types/text/collation.hpp"

namespace basalt::commands {

types::CollationCatalog& collations_of(Session& session);

}  // namespace basalt::commands
