// One call of a trigger function, as a language sees it: TG_*, OLD, NEW and the transition tables.
#pragma once

#include <string>
#include <unordered_map>

#include "commands/session.hpp"
#include "executor/chunk_store.hpp"

namespace basalt::commands::language {

struct TransitionTable {
  executor::ChunkStore* rows = nullptr;
  catalog::RelationPointer relation;
};
using TransitionTables = std::unordered_map<std::string, TransitionTable>;

struct TriggerCall {
  const catalog::TriggerDescriptor* trigger = nullptr;
  catalog::RelationPointer relation;
  int16_t event = 0;                       // one of PostgreSQL's bits: insert 4, delete 8, update 16, truncate 32
  const common::Chunk* old_row = nullptr;  // with all columns of the relation; null: there is none
  common::Chunk* new_row = nullptr;        // BEFORE and INSTEAD OF triggers may change it
  TransitionTables transitions;
};

// Runs the function. False: it returned NULL.
bool call_trigger(Session& session, TriggerCall& call);

}  // namespace basalt::commands::language
