// Session and server statements: transactions, SET, cursors, COPY, EXPLAIN, VACUUM and their like.
#pragma once

#include "parser/ast_table.hpp"

namespace basalt::parser {

enum class TransactionAction : uint8_t {
  kBegin,
  kStart,
  kCommit,
  kRollback,
  kSavepoint,
  kRelease,
  kRollbackTo,
  kPrepare,
  kCommitPrepared,
  kRollbackPrepared,
};
// Options: transaction_isolation (text), transaction_read_only (boolean), transaction_deferrable (boolean).
struct ParsedTransaction : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kTransaction;
  ParsedTransaction() : ParsedStatement(kKind) {}
  TransactionAction action = TransactionAction::kBegin;
  DefList options;
  std::string savepoint;
  std::string gid;
  bool chain = false;
};

enum class VariableSetKind : uint8_t {
  kSetValue,    // SET x TO values
  kSetDefault,  // SET x TO DEFAULT
  kSetCurrent,  // SET x FROM CURRENT
  kSetMulti,    // SET TRANSACTION ..., SET SESSION CHARACTERISTICS AS TRANSACTION ..., SET TRANSACTION SNAPSHOT
  kReset,
  kResetAll,
};
// A value: a string, identifier or keyword (kString), or a number as written. SET TIME ZONE INTERVAL '..' gives a cast.
struct ParsedVariableSet : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kVariableSet;
  ParsedVariableSet() : ParsedStatement(kKind) {}
  VariableSetKind set_kind = VariableSetKind::kSetValue;
  std::string name;       // "search_path", "myapp.user"; kSetMulti: "TRANSACTION", "SESSION CHARACTERISTICS",
                          // "TRANSACTION SNAPSHOT"
  ExpressionList values;  // ParsedLiteral or ParsedTypeCast
  DefList options;        // kSetMulti, as ParsedTransaction::options
  bool is_local = false;
};

struct ParsedVariableShow : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kVariableShow;
  ParsedVariableShow() : ParsedStatement(kKind) {}
  std::string name;  // "all" for SHOW ALL
};

enum class DiscardTarget : uint8_t { kAll, kPlans, kSequences, kTemp };
struct ParsedDiscard : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDiscard;
  ParsedDiscard() : ParsedStatement(kKind) {}
  DiscardTarget target = DiscardTarget::kAll;
};

struct ParsedConstraintsSet : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kConstraintsSet;
  ParsedConstraintsSet() : ParsedStatement(kKind) {}
  std::vector<RangeVarPtr> constraints;  // empty: ALL
  bool deferred = false;
};

struct ParsedAlterSystem : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterSystem;
  ParsedAlterSystem() : ParsedStatement(kKind) {}
  std::unique_ptr<ParsedVariableSet> set;
};
// ALTER DATABASE name SET ..., ALTER ROLE name [IN DATABASE d] SET ...
struct ParsedAlterDatabaseSet : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterDatabaseSet;
  ParsedAlterDatabaseSet() : ParsedStatement(kKind) {}
  std::string name;
  std::unique_ptr<ParsedVariableSet> set;
};
struct ParsedAlterRoleSet : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterRoleSet;
  ParsedAlterRoleSet() : ParsedStatement(kKind) {}
  bool all_roles = false;
  ParsedRole role;
  std::string database;  // empty: all
  std::unique_ptr<ParsedVariableSet> set;
};

struct ParsedPrepare : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kPrepare;
  ParsedPrepare() : ParsedStatement(kKind) {}
  std::string name;
  std::vector<TypeNamePtr> argument_types;
  StatementPtr query;
};
struct ParsedExecute : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kExecute;
  ParsedExecute() : ParsedStatement(kKind) {}
  std::string name;
  ExpressionList arguments;
};
struct ParsedDeallocate : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDeallocate;
  ParsedDeallocate() : ParsedStatement(kKind) {}
  std::string name;  // empty: ALL
};

inline constexpr uint32_t kCursorBinary = 1 << 0;  // PostgreSQL's CURSOR_OPT_* bits
inline constexpr uint32_t kCursorScroll = 1 << 1;
inline constexpr uint32_t kCursorNoScroll = 1 << 2;
inline constexpr uint32_t kCursorInsensitive = 1 << 3;
inline constexpr uint32_t kCursorAsensitive = 1 << 4;
inline constexpr uint32_t kCursorHold = 1 << 5;
struct ParsedDeclareCursor : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDeclareCursor;
  ParsedDeclareCursor() : ParsedStatement(kKind) {}
  std::string name;
  uint32_t options = 0;
  StatementPtr query;
};
struct ParsedClosePortal : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kClosePortal;
  ParsedClosePortal() : ParsedStatement(kKind) {}
  std::string name;  // empty: ALL
};
enum class FetchDirection : uint8_t { kForward, kBackward, kAbsolute, kRelative };
inline constexpr int64_t kFetchAll = INT64_MAX;
struct ParsedFetch : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kFetch;
  ParsedFetch() : ParsedStatement(kKind) {}
  FetchDirection direction = FetchDirection::kForward;
  int64_t count = 1;  // kFetchAll: ALL
  std::string name;
  bool is_move = false;
};

// Options by the names of COPY's new syntax; old syntax is translated: format, delimiter, null, header, quote, escape,
// force_quote, force_not_null, force_null, encoding, freeze (names where a column list, kStar for *).
struct ParsedCopy : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCopy;
  ParsedCopy() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  std::vector<std::string> columns;
  StatementPtr query;
  bool is_from = false;
  bool is_program = false;
  bool has_file = false;  // false: STDIN, STDOUT
  std::string file;
  DefList options;
  ExpressionPtr where;
};

struct ParsedExplain : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kExplain;
  ParsedExplain() : ParsedStatement(kKind) {}
  StatementPtr query;
  DefList options;
};

struct ParsedVacuumRelation {
  RangeVarPtr relation;
  std::vector<std::string> columns;
};
struct ParsedVacuum : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kVacuum;
  ParsedVacuum() : ParsedStatement(kKind) {}
  bool is_vacuum = true;  // false: ANALYZE
  DefList options;        // full, freeze, verbose, analyze, ...
  std::vector<ParsedVacuumRelation> relations;
};
struct ParsedCluster : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCluster;
  ParsedCluster() : ParsedStatement(kKind) {}
  RangeVarPtr relation;  // null: all
  std::string index;
  DefList options;
};
enum class ReindexTarget : uint8_t { kIndex, kTable, kSchema, kSystem, kDatabase };
struct ParsedReindex : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kReindex;
  ParsedReindex() : ParsedStatement(kKind) {}
  ReindexTarget target = ReindexTarget::kTable;
  RangeVarPtr relation;
  std::string name;
  DefList options;
};
struct ParsedCheckpoint : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCheckpoint;
  ParsedCheckpoint() : ParsedStatement(kKind) {}
};
struct ParsedLoad : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kLoad;
  ParsedLoad() : ParsedStatement(kKind) {}
  std::string file;
};

// PostgreSQL's eight table lock modes, 1 (ACCESS SHARE) to 8 (ACCESS EXCLUSIVE).
struct ParsedLock : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kLock;
  ParsedLock() : ParsedStatement(kKind) {}
  std::vector<RangeVarPtr> relations;
  int mode = 8;
  bool no_wait = false;
};

struct ParsedListen : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kListen;
  ParsedListen() : ParsedStatement(kKind) {}
  std::string channel;
};
struct ParsedUnlisten : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kUnlisten;
  ParsedUnlisten() : ParsedStatement(kKind) {}
  std::string channel;  // empty: *
};
struct ParsedNotify : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kNotify;
  ParsedNotify() : ParsedStatement(kKind) {}
  std::string channel;
  bool has_payload = false;
  std::string payload;
};

}  // namespace basalt::parser
