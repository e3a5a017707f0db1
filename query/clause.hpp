// The places where an expression may stand (PostgreSQL's ParseExprKind), what is allowed there and how errors name it.
#pragma once

#include <cstdint>

namespace basalt::query {

enum class Clause : uint8_t {
  kNone,
  kOther,
  kJoinOn,
  kJoinUsing,
  kFromSubselect,
  kFromFunction,
  kWhere,
  kHaving,
  kFilter,
  kWindowPartition,
  kWindowOrder,
  kWindowFrameRange,
  kWindowFrameRows,
  kWindowFrameGroups,
  kSelectTarget,
  kInsertTarget,
  kUpdateSource,
  kUpdateTarget,
  kMergeWhen,
  kGroupBy,
  kOrderBy,
  kDistinctOn,
  kLimit,
  kOffset,
  kReturning,
  kValues,
  kValuesSingle,
  kCheck,
  kDomainCheck,
  kColumnDefault,
  kFunctionDefault,
  kIndexExpression,
  kIndexPredicate,
  kStatistics,
  kAlterTransform,
  kExecuteParameter,
  kTriggerWhen,
  kPolicy,
  kPartitionBound,
  kPartitionExpression,
  kCallArgument,
  kCopyWhere,
  kGenerated,
  kCycleMark,
};

struct ClauseInfo {
  const char* name;           // "WHERE"
  const char* aggregates_in;  // "aggregate functions are not allowed in %s"; null: allowed
  const char* windows_in;     // the same for window functions
  const char* sets_in;        // set-returning functions
  const char* no_subquery;    // "cannot use subquery in %s"; null: allowed
};
const ClauseInfo& clause_info(Clause clause);

}  // namespace basalt::query
