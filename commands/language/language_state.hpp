// What functions that run SQL keep per session: the snapshots of the commands under way, and how deep calls nest.
//
// Commands (QRY-1): a volatile function advances the command and takes a new snapshot before each command, so that it
// sees what its caller's statement has done so far and what others committed; a stable or immutable one uses its
// caller's snapshot. When a function returns, its caller's statement goes on under its own command number.
#pragma once

#include <vector>

#include "commands/session.hpp"

namespace basalt::commands::language {

struct LanguageState {
  std::vector<storage::Snapshot> snapshots;
  int depth = 0;          // of function calls
  int trigger_depth = 0;  // pg_trigger_depth()
  // Procedures that end the transaction they run in: what was begun in an earlier one does not touch the present one.
  uint64_t transactions_ended = 0;
  int guarded_blocks = 0;           // blocks with EXCEPTION under way
  common::Oid may_end_transaction;  // the procedure that is about to be called may
  std::vector<Portal*> loops;       // loops over queries; they outlive the transaction
  uint64_t unnamed_portals = 0;
};
LanguageState& language_state(Session& session);

// The snapshot of the innermost command under way.
storage::Snapshot active_snapshot(Session& session);

// What a query's stable functions see while rows of it are read: its own snapshot, whatever has been done since.
class ReadingScope {
 public:
  ReadingScope(Session& session, const storage::Snapshot& snapshot) : snapshots_(language_state(session).snapshots) {
    snapshots_.push_back(snapshot);
  }
  ~ReadingScope() { snapshots_.pop_back(); }
  ReadingScope(const ReadingScope&) = delete;
  ReadingScope& operator=(const ReadingScope&) = delete;

 private:
  std::vector<storage::Snapshot>& snapshots_;
};

// One call of a function: 54001 when calls nest too deeply; puts the command number back at the end.
class CallScope {
 public:
  explicit CallScope(Session& session);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  Session& session_;
  LanguageState& state_;
  storage::Transaction* transaction_;
  uint64_t transactions_ended_;
  common::CommandId command_;
};

// One command within a function.
class CommandScope {
 public:
  CommandScope(Session& session, bool read_only);
  ~CommandScope();
  CommandScope(const CommandScope&) = delete;
  CommandScope& operator=(const CommandScope&) = delete;
  const storage::Snapshot& snapshot() const { return snapshot_; }

 private:
  Session& session_;
  bool own_;
  storage::Snapshot snapshot_;
  storage::Transaction* transaction_;
  uint64_t transactions_ended_;
};

// SECURITY DEFINER and SET of a function.
class FunctionSettings {
 public:
  FunctionSettings(Session& session, const catalog::FunctionDescriptor& function);
  ~FunctionSettings();
  FunctionSettings(const FunctionSettings&) = delete;
  FunctionSettings& operator=(const FunctionSettings&) = delete;

 private:
  Session& session_;
  common::Oid user_;
  bool user_changed_ = false;
  std::vector<std::pair<std::string, std::string>> saved_;
};

// Adds a line to the error's CONTEXT; a position in the text of an inner query becomes an internal one.
void add_context(common::SqlError& error, const std::string& line);
void make_internal(common::SqlError& error, std::string_view query);

}  // namespace basalt::commands::language
