// StatementCache: bound and planned statements, shared by all sessions of a server (QRY-3).
//
//   text --fingerprint--> tokens + surroundings --find()--> CachedStatement    else: parse, bind, plan, insert()
//
// The key is the token sequence (parser/fingerprint.hpp; equal sequences mean equal parse trees but for the literals'
// values), the surroundings (database, user, resolved search path, settings that plans depend on; interned to a number)
// and, for the Parse message, the declared parameter types. Under one key there are up to kVariantsMax statements that
// differ in pinned literals: those whose value somebody has read. The other literals are parameters of the plan, given
// a value at each execution (query/literal_parameters.hpp). Where their values would select ten times more or fewer
// rows than those that the plan was made for, another plan is made: up to kPlansMax for the same pinned literals. Rows
// of literals of an INSERT are no part of the plan at all (query/literal_rows.hpp): any number of them comes with each
// execution.
//
// The cache knows nothing about validity: whoever finds a statement locks its tables and asks its dependencies, and
// erases what is stale. Bounded in bytes; what has not been used for longest leaves first. Thread-safe.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "commands/plan_dependencies.hpp"
#include "commands/result_sink.hpp"
#include "parser/fingerprint.hpp"
#include "query/literal_parameters.hpp"
#include "query/literal_rows.hpp"

namespace basalt::commands {

struct PinnedLiteral {
  int32_t literal = 0;  // index in the fingerprint
  std::string text;
};

struct CachedStatement {
  PlanList plans;
  std::vector<std::vector<ResultColumn>> columns;  // of each plan
  std::shared_ptr<const PlanDependencies> dependencies;
  std::vector<common::Oid> parameter_types;       // as inferred; of the Parse message
  std::vector<query::LiteralParameter> literals;  // Parameter kLiteral n takes literals[n]
  std::vector<PinnedLiteral> pinned;
  // Where the fingerprint has left rows out: what their cells become. No plans and no columns: these rows have to stay
  // in the plan, as was found when the catalogs had this generation.
  std::vector<query::LiteralColumn> row_columns;
  uint64_t refused_at = 0;
  // Of each literal that is compared with a column: the power of ten nearest to the share of rows it was expected to
  // select. Empty where the plans are so cheap that another plan is not worth asking for.
  std::vector<int8_t> estimates;
  parser::StatementKind kind = parser::StatementKind::kSelect;
};
using CachedStatementPointer = std::shared_ptr<const CachedStatement>;

struct StatementKey {
  const parser::Fingerprint* fingerprint = nullptr;
  uint32_t surroundings = 0;
  // For Parse: "P" and the declared types; empty for a simple query.
  std::string declared;
};

class StatementCache {
 public:
  static constexpr size_t kVariantsMax = 16, kPlansMax = 4;

  // The number-th of the statements with the same pinned literals: they were planned for other estimates.
  CachedStatementPointer find(const StatementKey& key, size_t number = 0);
  void insert(const StatementKey& key, CachedStatementPointer statement);
  void erase(const StatementKey& key, const CachedStatementPointer& statement);
  void clear();
  void set_bytes_max(size_t bytes) { shard_bytes_max_ = bytes / kShards; }
  // A small number that stands for these surroundings as long as the server runs.
  uint32_t intern(const std::string& surroundings);

  struct Counts {
    uint64_t hits = 0, misses = 0, statements = 0, bytes = 0;
  };
  Counts counts() const;

 private:
  struct Entry {
    std::string tokens, declared;
    uint32_t surroundings = 0;
    uint64_t hash = 0;
    size_t bytes = 0;
    size_t next_victim = 0;
    std::vector<CachedStatementPointer> variants;
  };
  using EntryList = std::list<Entry>;
  struct Shard {
    mutable std::mutex mutex;
    EntryList entries;  // least recently used last
    std::unordered_multimap<uint64_t, EntryList::iterator> by_hash;
    size_t bytes = 0;
    uint64_t hits = 0, misses = 0;
  };
  static uint64_t hash_of(const StatementKey& key);
  Shard& shard_of(uint64_t hash) { return shards_[(hash >> 56) % kShards]; }
  static EntryList::iterator find_entry(Shard& shard, const StatementKey& key, uint64_t hash);
  static void drop(Shard& shard, EntryList::iterator entry);

  static constexpr size_t kShards = 16;
  std::array<Shard, kShards> shards_;
  size_t shard_bytes_max_ = (size_t{64} << 20) / kShards;
  std::mutex intern_mutex_;
  std::unordered_map<std::string, uint32_t> interned_;
  uint32_t next_surroundings_ = 1;
};

}  // namespace basalt::commands
