// Prepared statements and portals (QRY-4). ONE_SELECT portals stream from a suspended Execution; everything else runs
// to its end at the first Execute and is then read from a store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/plan_dependencies.hpp"
#include "commands/result_sink.hpp"
#include "executor/chunk_store.hpp"
#include "executor/execution.hpp"
#include "parser/parse.hpp"
#include "query/binder.hpp"

namespace basalt::commands {

// What the literals of a text are, where its plan serves other literals too (QRY-2).
struct PlanLiterals {
  std::vector<common::Value> values;  // of Parameter kLiteral
  std::vector<common::Chunk> rows;    // of a VALUES that has none of its own
};

// What is known of a statement once it is bound and planned, and what that depends on; made anew when one of them has
// changed (0A000 when the row type would differ).
struct PreparedAnalysis {
  std::vector<common::Oid> parameter_types;
  std::vector<ResultColumn> columns;  // empty: returns no rows
  bool returns_rows = false;
  PlanList plans;                                // generic
  std::shared_ptr<const PlanLiterals> literals;  // null: the plans hold them
  std::shared_ptr<const PlanDependencies> dependencies;
  uint32_t surroundings = 0;  // Session::plan_surroundings()
};

struct PreparedStatement : PreparedAnalysis {
  std::string name;
  std::string text;
  std::string source;  // what arrived together: pg_prepared_statements shows all of it
  bool empty_query = false;
  parser::StatementKind kind = parser::StatementKind::kSelect;
  // At most one. Made when it is needed first where the plan came from the statement cache:
  // Session::parsed_statement().
  std::vector<parser::ParsedStatementText> parsed;
  bool from_sql = false;  // by PREPARE
  int64_t prepare_time = 0;
  // For the choice between generic and custom plans (plan_cache_mode).
  uint64_t custom_plans = 0, generic_plans = 0;
  double custom_cost = 0;  // sum, each with what planning costs
};

struct Portal {
  std::string name;
  std::shared_ptr<PreparedStatement> statement;
  PlanList plans;  // of this run; the statement may be planned anew meanwhile
  std::shared_ptr<const PlanLiterals> literals;
  std::vector<common::Value> parameters;
  std::vector<ResultColumn> columns;
  bool returns_rows = false;
  bool is_cursor = false, holdable = false, scrollable = false, no_scroll = false, binary = false;
  std::string query_text;
  int64_t creation_time = 0;
  int savepoint_depth = 0;

  // Running state.
  bool started = false, finished = false;
  std::unique_ptr<catalog::CatalogReader> reader;  // the catalogs as of the portal's start
  std::unique_ptr<executor::ExecutionContext> context;
  std::unique_ptr<executor::Execution> execution;
  std::unique_ptr<executor::ChunkStore> store;  // rows kept: RETURNING, utility results, scrollable and held cursors
  uint64_t position = 0;                        // rows given out (of a cursor: the row it stands on)
  std::string tag;
  storage::Snapshot snapshot;
};

}  // namespace basalt::commands
