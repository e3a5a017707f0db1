// SQL cursors: portals that keep the rows they have given out, so that they can go back.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands {

// Before a commit: cursors WITH HOLD are run to their end, and live on in their stores.
void hold_cursors(Session& session);
// Execute on a cursor's portal: the next rows (`rows_max` 0: all that are left); true when there may be more.
bool fetch_forward(Portal& portal, uint64_t rows_max, ResultSink& sink);

}  // namespace basalt::commands
