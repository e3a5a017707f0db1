// Physical plan: what the executor runs and EXPLAIN prints. Const while it runs; shared by all executions of a cached
// statement. Expressions refer to the chunk of the node's input by Slot: for a node with one child, the child's output;
// for a join, the left child's output followed by the right child's.
//
// A node's `output` says what its chunks look like. Costs are PostgreSQL's units.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "query/bound_query.hpp"
#include "query/expression.hpp"
#include "storage/heap.hpp"
#include "storage/index.hpp"

namespace basalt::planner {

using catalog::IndexPointer;
using catalog::RelationPointer;
using common::Oid;
using common::PhysicalType;
using query::ExpressionList;
using query::ExpressionPointer;

enum class PhysicalKind : uint8_t {
  kResult,
  kTableScan,
  kIndexScan,
  kRowIdScan,
  kFunctionScan,
  kValuesScan,
  kCteScan,
  kWorkTableScan,
  kTuplestoreScan,
  kFilter,
  kProject,
  kProjectSet,
  kHashJoin,
  kMergeJoin,
  kNestedLoop,
  kIndexJoin,
  kApply,
  kAggregate,
  kWindow,
  kSort,
  kLimit,
  kUnique,
  kSetOperation,
  kAppend,
  kMergeAppend,
  kRecursiveUnion,
  kMaterialize,
  kLockRows,
  kModify
};

struct OutputColumn {
  Oid type;
  int32_t typmod = -1;
  Oid collation;
  PhysicalType physical = PhysicalType::kInt32;
  std::string name;  // for EXPLAIN VERBOSE and RowDescription
};

struct PhysicalNode {
  PhysicalKind kind;
  int id = 0;  // number within the statement; key of run-time state and EXPLAIN ANALYZE counters
  std::vector<OutputColumn> output;
  std::vector<std::unique_ptr<PhysicalNode>> children;
  double startup_cost = 0, total_cost = 0, rows = 1;
  int width = 0;
  int recheck_table = 0;  // a FROM item, not a table, whose row re-checks (QRY-9) carry: names it there; 0: none

  explicit PhysicalNode(PhysicalKind k) : kind(k) {}
  virtual ~PhysicalNode() = default;
};
using PhysicalPointer = std::unique_ptr<PhysicalNode>;

template <typename T>
const T& as(const PhysicalNode& node) {
  return static_cast<const T&>(node);
}
template <typename T>
T& as(PhysicalNode& node) {
  return static_cast<T&>(node);
}

#define BASALT_PHYSICAL(NAME, KIND) \
  NAME() : PhysicalNode(PhysicalKind::KIND) {}

// One row (no columns unless expressions are given), if the gate holds. Expressions without slots.
struct PhysicalResult : PhysicalNode {
  BASALT_PHYSICAL(PhysicalResult, kResult)
  ExpressionPointer gate;
  ExpressionList expressions;
  bool never = false;  // constant-false: no rows
};

// Columns of a scan are attribute numbers; system columns are PostgreSQL's negative ones. kRowIdAttribute is the raw
// row id (int8) for DML, row locks and re-checks.
inline constexpr int16_t kRowIdAttribute = -100;

struct PushedFilter {  // runs on the leaf; `value` has no slots and is evaluated when the scan starts (NULL: no row
                       // passes)
  int16_t column = 0;
  storage::LeafFilterKind kind = storage::LeafFilterKind::kEqual;
  ExpressionPointer value;  // null for the IS NULL tests
  bool unsigned_compare = false;
};

struct ScanBase : PhysicalNode {
  using PhysicalNode::PhysicalNode;
  RelationPointer relation;
  int table = 0;  // names it in re-checks; 0: never re-checked
  std::string alias;
  std::vector<int16_t> columns;  // in step with output
  ExpressionPointer filter;      // over the scan's own output
};
struct PhysicalTableScan : ScanBase {
  PhysicalTableScan() : ScanBase(PhysicalKind::kTableScan) {}
  std::vector<PushedFilter> pushed;
  // TABLESAMPLE; method 0: none
  Oid sample_method;
  ExpressionList sample_arguments;
  ExpressionPointer sample_repeatable;
};

// key <op> value, strategies of the btree class: 1 < 2 <= 3 = 4 >= 5 >. `any_array`: value is an array and one element
// must match.
struct IndexCondition {
  int key = 0;  // position among the index's key columns
  int strategy = 3;
  ExpressionPointer value;  // index scan: without slots; index join: over the outer side's output
  bool is_null = false, is_not_null = false;
  bool any_array = false;
  bool null_safe = false;
};
struct PhysicalIndexScan : ScanBase {
  PhysicalIndexScan() : ScanBase(PhysicalKind::kIndexScan) {}
  IndexPointer index;
  std::vector<IndexCondition> conditions;  // in key order; equality first
  storage::ScanDirection direction = storage::ScanDirection::kForward;
  bool index_only = false;
};
// ctid = ... | ctid = ANY (...) | WHERE CURRENT OF
struct PhysicalRowIdScan : ScanBase {
  PhysicalRowIdScan() : ScanBase(PhysicalKind::kRowIdScan) {}
  ExpressionList row_ids;  // tid, or tid[] where any_array
  bool any_array = false;
  std::string current_of;  // cursor name; empty: none
};

struct PhysicalFunctionScan : PhysicalNode {
  BASALT_PHYSICAL(PhysicalFunctionScan, kFunctionScan)
  std::string alias;
  std::vector<query::RangeFunction> functions;  // calls without slots; several: ROWS FROM
  bool ordinality = false;
};
struct PhysicalValuesScan : PhysicalNode {
  BASALT_PHYSICAL(PhysicalValuesScan, kValuesScan)
  std::string alias;
  std::vector<ExpressionList> rows_list;
  int literal_list = -1;
};
// Reads the rows of a shared subplan (PhysicalStatement::ctes[cte]), which is run once and kept.
struct PhysicalCteScan : PhysicalNode {
  BASALT_PHYSICAL(PhysicalCteScan, kCteScan)
  std::string name, alias;
  int cte = 0;
  std::vector<int> outer_parameters;  // exec parameters that the CTE reads: when they change it runs again
};
// Inside the recursive term: the rows of the previous round of RecursiveUnion `recursion`.
struct PhysicalWorkTableScan : PhysicalNode {
  BASALT_PHYSICAL(PhysicalWorkTableScan, kWorkTableScan)
  std::string name, alias;
  int recursion = 0;
};
struct PhysicalTuplestoreScan : PhysicalNode {  // transition tables, by name
  BASALT_PHYSICAL(PhysicalTuplestoreScan, kTuplestoreScan)
  std::string name;
};

struct PhysicalFilter : PhysicalNode {
  BASALT_PHYSICAL(PhysicalFilter, kFilter)
  ExpressionPointer condition;
};
struct PhysicalProject : PhysicalNode {
  BASALT_PHYSICAL(PhysicalProject, kProject)
  ExpressionList expressions;
  bool row_by_row = false;  // contains volatile calls (QRY-8)
};
// Target list with set-returning functions at the top of some expressions: rows are multiplied, functions run in
// lockstep.
struct PhysicalProjectSet : PhysicalNode {
  BASALT_PHYSICAL(PhysicalProjectSet, kProjectSet)
  ExpressionList expressions;  // a Function/OperatorCall with returns_set, or a scalar expression
};

enum class JoinType : uint8_t { kInner, kLeft, kRight, kFull, kSemi, kAnti };
struct JoinBase : PhysicalNode {
  using PhysicalNode::PhysicalNode;
  JoinType join = JoinType::kInner;
  ExpressionPointer condition;  // residual, over left ++ right; may be null
  bool inner_unique = false;
};
// Children: probe (left), build (right). Output: left ++ right; semi and anti: left only.
struct PhysicalHashJoin : JoinBase {
  PhysicalHashJoin() : JoinBase(PhysicalKind::kHashJoin) {}
  ExpressionList left_keys, right_keys;  // over the respective child; pairwise the same type
  std::vector<Oid> key_collations;
  std::vector<bool> null_safe;  // IS NOT DISTINCT FROM
};
struct PhysicalMergeJoin : JoinBase {
  PhysicalMergeJoin() : JoinBase(PhysicalKind::kMergeJoin) {}
  ExpressionList left_keys, right_keys;  // both inputs are sorted by them, ascending, NULLS LAST
  std::vector<Oid> key_collations;
};
struct PhysicalNestedLoop : JoinBase {  // the right side is kept and rescanned
  PhysicalNestedLoop() : JoinBase(PhysicalKind::kNestedLoop) {}
};
// Child: the outer side. For each of its rows, a lookup in an index of `inner`.
struct PhysicalIndexJoin : JoinBase {
  PhysicalIndexJoin() : JoinBase(PhysicalKind::kIndexJoin) {}
  std::unique_ptr<PhysicalIndexScan> inner;  // conditions' values are over the outer side's output
};
// Runs the right child once for each left row, with exec parameters set from it (LATERAL, correlation).
struct PhysicalApply : JoinBase {
  PhysicalApply() : JoinBase(PhysicalKind::kApply) {}
  std::vector<int> parameters;
  ExpressionList arguments;  // over the left side
};

struct SortKey {
  ExpressionPointer expression;
  Oid collation;
  bool descending = false, nulls_first = false;
};

struct AggregateCall {
  Oid function;
  std::string signature;  // key in the function registry, "sum(int4)"; empty: user-defined
  std::vector<Oid> argument_types;
  Oid result_type, input_collation;
  ExpressionList arguments, direct_arguments;
  ExpressionPointer filter;
  bool distinct = false;
  std::vector<SortKey> order_by;  // over the node's input; with distinct, covers the arguments
  char kind = 'n';
};
enum class AggregateStrategy : uint8_t { kPlain, kHash, kSorted };
// Output: group expressions, then aggregates, then one int4 for each GROUPING() call. With grouping sets, group columns
// that are not in a row's set are NULL.
struct PhysicalAggregate : PhysicalNode {
  BASALT_PHYSICAL(PhysicalAggregate, kAggregate)
  AggregateStrategy strategy = AggregateStrategy::kPlain;
  ExpressionList groups;
  std::vector<Oid> group_collations;
  std::vector<AggregateCall> aggregates;
  std::vector<std::vector<int>> grouping_sets;   // positions in groups; empty: one set of all
  std::vector<std::vector<int>> grouping_calls;  // positions in groups
};

struct WindowCallSpec {
  Oid function;
  std::string signature;  // "row_number()", "lag(anycompatible,int4,anycompatible)", or of an aggregate
  bool is_aggregate = false;
  std::vector<Oid> argument_types;
  Oid result_type, input_collation;
  ExpressionList arguments;  // over the node's input
  ExpressionPointer filter;
};
// Input sorted by partition and order keys. Output: input ++ results.
struct PhysicalWindow : PhysicalNode {
  BASALT_PHYSICAL(PhysicalWindow, kWindow)
  ExpressionList partition_by;
  std::vector<Oid> partition_collations;
  std::vector<SortKey> order_by;
  uint32_t frame_options = 0;
  ExpressionPointer start_offset, end_offset;  // without slots
  Oid start_in_range, end_in_range;
  bool in_range_ascending = true, in_range_nulls_first = false;
  Oid in_range_collation;
  std::vector<WindowCallSpec> calls;
};

struct PhysicalSort : PhysicalNode {
  BASALT_PHYSICAL(PhysicalSort, kSort)
  std::vector<SortKey> keys;
  // Top-N: the Limit above asks for at most this many rows (expressions without slots); null: no bound.
  const query::Expression* bound_limit = nullptr;
  const query::Expression* bound_offset = nullptr;
  int presorted_keys = 0;
};
struct PhysicalLimit : PhysicalNode {
  BASALT_PHYSICAL(PhysicalLimit, kLimit)
  ExpressionPointer limit, offset;  // int8, without slots
  bool with_ties = false;
  std::vector<SortKey> ties;  // over the input
};
// Removes neighbours equal in the given output columns. For DISTINCT [ON] over sorted input.
struct PhysicalUnique : PhysicalNode {
  BASALT_PHYSICAL(PhysicalUnique, kUnique)
  std::vector<int> columns;
};
// INTERSECT / EXCEPT [ALL] by hashing; UNION is Append below Aggregate. Children: left, right.
struct PhysicalSetOperation : PhysicalNode {
  BASALT_PHYSICAL(PhysicalSetOperation, kSetOperation)
  query::SetOperationKind operation = query::SetOperationKind::kIntersect;
  bool all = false;
};
struct PhysicalAppend : PhysicalNode {
  BASALT_PHYSICAL(PhysicalAppend, kAppend)
};
struct PhysicalMergeAppend : PhysicalNode {
  BASALT_PHYSICAL(PhysicalMergeAppend, kMergeAppend)
  std::vector<SortKey> keys;
};
// Children: the non-recursive and the recursive term.
struct PhysicalRecursiveUnion : PhysicalNode {
  BASALT_PHYSICAL(PhysicalRecursiveUnion, kRecursiveUnion)
  int recursion = 0;
  bool all = false;
};
struct PhysicalMaterialize : PhysicalNode {
  BASALT_PHYSICAL(PhysicalMaterialize, kMaterialize)
};

// Where the child's output carries the row id of a scanned table, so that a re-check can find the row that joined
// (QRY-9); of any other FROM item (`row_id_slot` is -1) the row itself, by column of its output.
struct RecheckMark {
  int table = 0;
  int row_id_slot = -1;
  std::vector<int> slots;
};

// FOR UPDATE / SHARE. Rows that changed meanwhile are re-checked (QRY-9).
struct LockTarget {
  RelationPointer relation;
  int table = 0;
  int row_id_slot = 0;
  storage::RowLockStrength strength = storage::RowLockStrength::kUpdate;
  storage::WaitPolicy policy = storage::WaitPolicy::kWait;
};
struct PhysicalLockRows : PhysicalNode {
  BASALT_PHYSICAL(PhysicalLockRows, kLockRows)
  std::vector<LockTarget> targets;
  std::vector<RecheckMark> marks;
};

struct ColumnAssignment {
  int16_t column = 0;
  ExpressionPointer value;
};
// `rows` of what is assigned: sub-SELECTs of SET (a, b) = (SELECT ...), each a record; their slots follow the input's.
struct ModifyOnConflict {
  query::ConflictAction action = query::ConflictAction::kNothing;
  std::vector<Oid> arbiter_indexes;  // empty: any unique index
  ExpressionList rows;
  std::vector<ColumnAssignment> set;  // over existing row (all columns) ++ proposed row (all columns)
  ExpressionPointer where;            // the same
};
struct ModifyMergeAction {
  bool matched = false;
  query::MergeActionKind kind = query::MergeActionKind::kNothing;
  ExpressionPointer condition;  // over the child's output
  ExpressionList rows;
  std::vector<ColumnAssignment> assignments;
};
// Child: for INSERT the new rows; for UPDATE/DELETE/MERGE the row id of the target and what the assignments need.
// RETURNING is over: new row (old row for DELETE; all columns of the relation, by number), row id, then the child's
// output.
struct PhysicalModify : PhysicalNode {
  BASALT_PHYSICAL(PhysicalModify, kModify)
  query::CommandKind command = query::CommandKind::kInsert;
  RelationPointer relation;
  std::string alias;  // as the statement calls the relation
  int table = 0;
  int row_id_slot = -1;                       // in the child's output; MERGE: NULL where not matched
  std::vector<RecheckMark> marks;             // the other tables
  ExpressionList rows;                        // of the assignments
  std::vector<ColumnAssignment> assignments;  // INSERT: every column that is not dropped; UPDATE: the changed ones
  std::unique_ptr<ModifyOnConflict> on_conflict;
  std::vector<ModifyMergeAction> merge_actions;
  ExpressionList check_options;                 // over the new row
  std::vector<std::string> check_option_views;  // empty name: row security
  ExpressionList returning;                     // empty: none
  bool can_set_tag = true;
  bool row_by_row = false;  // a function in the statement may read its changes: one input row at a time
  // Views with INSTEAD OF triggers: where the child's output holds the old row, by column of the view; -1: nowhere.
  std::vector<int> old_row_slots;
};

// A statement ready to run.
struct PhysicalStatement {
  PhysicalPointer root;
  std::vector<PhysicalPointer> subplans;  // of SubPlanCall
  std::vector<PhysicalPointer> ctes;      // of CteScan; modifying ones run to their end even if nobody reads them
  std::vector<bool> cte_modifies;
  int exec_parameters = 0, recursions = 0, nodes = 0;
  query::CommandKind command = query::CommandKind::kSelect;
  bool has_returning = false;
  bool locks_rows = false, modifies = false;
  bool can_set_tag = true;     // false: a rule added it
  bool row_at_a_time = false;  // volatile calls in several places: they take turns row by row (QRY-8)
  // Of a cursor's query: the row ids that travel behind the visible columns, for WHERE CURRENT OF.
  struct CursorRow {
    Oid relation;
    int slot = 0;
    bool locked = false;  // named in FOR UPDATE or FOR SHARE
  };
  std::vector<CursorRow> cursor_rows;
  bool simply_updatable = false;  // each row of the result is one row of the table
  struct TableUse {               // to lock and to check privileges when a cached plan is used
    RelationPointer relation;
    int lock_mode = 1;
    uint32_t privileges = 0;
    Oid check_as_user;
    std::vector<int16_t> selected_columns, inserted_columns, updated_columns;
  };
  std::vector<TableUse> tables;
  // For RowDescription; in step with root->output without junk.
  std::vector<Oid> origin_tables;
  std::vector<int16_t> origin_columns;
};

}  // namespace basalt::planner
