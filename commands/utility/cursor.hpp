// SQL cursors: portals that keep the rows they have given out, so that they can go back.
#pragma once

#include <optional>
#include <unordered_map>

#include "commands/session.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

struct NewCursor {
  std::string name, query_text;
  PlanList plans;  // exactly one, made for a cursor
  std::vector<common::Value> parameters;
  bool holdable = false, scrollable = false, no_scroll = false, binary = false;
  std::optional<storage::Snapshot> snapshot;  // none: a new one
  // Transition tables that the query may read; close_cursors_over() before they go.
  std::unordered_map<std::string, executor::ChunkStore*> tuplestores;
};
// Starts the query and makes the portal; 42P03 where the name is taken.
std::shared_ptr<Portal> open_cursor(Session& session, NewCursor cursor);
void close_cursors_over(Session& session, const executor::ChunkStore& rows);
// FETCH, or MOVE where there is no sink; the number of rows.
uint64_t fetch_cursor(Portal& portal, parser::FetchDirection direction, int64_t count, ResultSink* sink);
// Runs the cursor to its end, so that its rows outlive the transaction.
void hold_cursor(Portal& portal);
// Before a commit: cursors WITH HOLD are run to their end, and live on in their stores.
void hold_cursors(Session& session);
// Execute on a cursor's portal: the next rows (`rows_max` 0: all that are left); true when there may be more.
bool fetch_forward(Portal& portal, uint64_t rows_max, ResultSink& sink);

}  // namespace basalt::commands
