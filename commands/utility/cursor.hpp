// SQL cursors: portals that keep the rows they have given out, so that they can go back.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands {

// Before a commit: cursors WITH HOLD are run to their end, and live on in their stores.
void hold_cursors(Session& session);

}  // namespace basalt::commands
