// BoundQuery: one optimisable statement (SELECT, INSERT, UPDATE, DELETE, MERGE) after binding, in the shape of
// PostgreSQL's Query: a range table, a join tree, a target list and clauses that refer to target entries by sort_group
// numbers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/expression.hpp"

namespace basalt::query {

enum class CommandKind : uint8_t { kSelect, kUpdate, kInsert, kDelete, kMerge, kUtility };
enum class JoinKind : uint8_t { kInner, kLeft, kFull, kRight };
enum class RangeKind : uint8_t {
  kRelation,
  kSubquery,
  kJoin,
  kFunction,
  kTableFunction,
  kValues,
  kCte,
  kNamedTuplestore,
  kResult
};

struct ColumnDefinition {  // of FROM f() AS t(a int, b text)
  std::string name;
  Oid type;
  int32_t typmod = -1;
  Oid collation;
};

struct RangeFunction {
  ExpressionPointer call;  // a Function (or anything the parser accepts as one, SqlValue ...)
  int column_count = 0;
  std::vector<ColumnDefinition> definitions;  // when given
};

struct RangeTableEntry {
  RangeKind kind = RangeKind::kRelation;
  std::string alias;  // as the user wrote it; empty: none
  std::vector<std::string> alias_columns;
  std::string name;                                  // what column references use
  std::vector<std::string> columns;                  // names as seen; dropped columns are empty strings
  std::vector<Oid> column_types, column_collations;  // in step with columns (not for kRelation)
  std::vector<int32_t> column_typmods;
  bool lateral = false;
  bool in_from = true;

  // kRelation
  catalog::RelationPointer relation;
  char relation_kind = 'r';
  bool inherit = false;  // no ONLY
  int lock_mode = 1;     // storage::LockMode
  struct Sample {
    Oid method;
    ExpressionList arguments;
    ExpressionPointer repeatable;
  };
  std::unique_ptr<Sample> sample;
  uint32_t required_privileges = 0;                                          // catalog acl bits
  Oid check_as_user;                                                         // 0: the current user; views: their owner
  std::vector<int16_t> selected_columns, inserted_columns, updated_columns;  // for column privileges

  std::unique_ptr<BoundQuery> subquery;  // kSubquery; views after expansion (then `relation` is the view)
  bool security_barrier = false;

  // kJoin: aliases of the two sides' columns, merged USING columns first
  JoinKind join_kind = JoinKind::kInner;
  int merged_columns = 0;
  ExpressionList join_columns;
  std::vector<int16_t> join_left_columns, join_right_columns;
  std::string join_using_alias;

  std::vector<RangeFunction> functions;  // kFunction
  bool ordinality = false;

  std::vector<ExpressionList> values;  // kValues: rows
  // kValues of literals only: a parameter that holds all rows (QRY-2); -1 none
  int values_literal_list = -1;

  std::string cte_name;  // kCte
  int cte_levels_up = 0;
  bool cte_self_reference = false;

  std::string tuplestore_name;  // kNamedTuplestore: transition tables
  double tuplestore_rows = 0;
};

// Join tree.
enum class FromKind : uint8_t { kTable, kJoin, kList };
struct FromNode {
  FromKind kind = FromKind::kList;
  int table = 0;  // kTable, kJoin: range table index (kJoin: 0 if unnamed is not allowed; always set)
  JoinKind join_kind = JoinKind::kInner;  // kJoin
  bool natural = false;
  std::vector<std::string> using_columns;
  std::unique_ptr<FromNode> left, right;         // kJoin
  std::vector<std::unique_ptr<FromNode>> items;  // kList: cross product of items ...
  ExpressionPointer condition;                   // ... WHERE condition (kList), ON condition (kJoin)
};

enum class GroupingSetKind : uint8_t { kEmpty, kSimple, kRollup, kCube, kSets };
struct GroupingSet {
  GroupingSetKind kind = GroupingSetKind::kEmpty;
  std::vector<int> references;  // kSimple: sort_group numbers
  std::vector<GroupingSet> content;
  int location = -1;
};

struct WindowClause {
  std::string name, reference_name;
  std::vector<SortGroupItem> partition_by, order_by;
  uint32_t frame_options = 0;  // query/window_frame.hpp
  ExpressionPointer start_offset, end_offset;
  Oid start_in_range, end_in_range, in_range_collation;
  bool in_range_ascending = true, in_range_nulls_first = false;
  int reference = 0;  // WindowCall::window
  bool copied_order = false;
};

enum class SetOperationKind : uint8_t { kUnion, kIntersect, kExcept };
struct SetOperation {  // a leaf has table != 0
  int table = 0;       // leaf: range table index of the subquery
  SetOperationKind kind = SetOperationKind::kUnion;
  bool all = false;
  std::unique_ptr<SetOperation> left, right;
  std::vector<Oid> column_types, column_collations;
  std::vector<int32_t> column_typmods;
  std::vector<SortGroupItem> group_items;  // one a column unless all
};

enum class LockStrength : uint8_t { kNone, kForKeyShare, kForShare, kForNoKeyUpdate, kForUpdate };
struct RowMark {
  int table = 0;
  LockStrength strength = LockStrength::kForUpdate;
  int wait_policy = 0;  // storage::WaitPolicy
  bool pushed_down = false;
};

enum class CteMaterialize : uint8_t { kDefault, kAlways, kNever };
struct CommonTableExpression {
  std::string name;
  std::vector<std::string> alias_columns, columns;
  std::vector<Oid> column_types, column_collations;
  std::vector<int32_t> column_typmods;
  CteMaterialize materialize = CteMaterialize::kDefault;
  std::unique_ptr<BoundQuery> query;
  bool recursive = false;
  int reference_count = 0;
  struct Search {
    std::vector<std::string> columns;
    bool breadth_first = false;
    std::string sequence_column;
  };
  struct Cycle {
    std::vector<std::string> columns;
    std::string mark_column, path_column;
    ExpressionPointer mark_value, mark_default;
    Oid mark_type, mark_collation, equal_operator;
    int32_t mark_typmod = -1;
  };
  std::unique_ptr<Search> search;
  std::unique_ptr<Cycle> cycle;
  int location = -1;
};

enum class ConflictAction : uint8_t { kNothing, kUpdate };
struct OnConflict {
  ConflictAction action = ConflictAction::kNothing;
  std::vector<std::pair<ExpressionPointer, Oid>>
      elements;  // inferred expressions (Column or expression) and their opclass
  ExpressionPointer infer_where;
  std::vector<Oid> arbiter_indexes;  // resolved: the unique indexes that may arbitrate; empty with kNothing: all
  Oid constraint;
  std::vector<TargetEntry> set;
  ExpressionPointer where;
  int excluded_table = 0;  // range table index of EXCLUDED
};

enum class MergeActionKind : uint8_t { kInsert, kUpdate, kDelete, kNothing };
struct MergeAction {
  bool matched = false;
  MergeActionKind kind = MergeActionKind::kNothing;
  char overriding = 0;
  ExpressionPointer condition;
  std::vector<TargetEntry> targets;
  std::vector<int16_t> update_columns;
};

enum class LimitOption : uint8_t { kCount, kWithTies };

struct BoundQuery {
  CommandKind command = CommandKind::kSelect;
  bool can_set_tag = true;
  int result_table = 0;                                       // range table index of the DML target
  std::vector<std::unique_ptr<RangeTableEntry>> range_table;  // entry i+1 of PostgreSQL is [i]
  std::unique_ptr<FromNode> from;                             // a kList
  std::vector<TargetEntry> targets;
  std::vector<std::unique_ptr<CommonTableExpression>> ctes;
  bool recursive = false;
  bool has_modifying_cte = false;

  std::vector<SortGroupItem> group_by;
  bool group_distinct = false;
  std::vector<GroupingSet> grouping_sets;
  ExpressionPointer having;
  std::vector<WindowClause> windows;
  std::vector<SortGroupItem> distinct;
  bool has_distinct_on = false;
  std::vector<SortGroupItem> order_by;
  ExpressionPointer offset, limit;
  LimitOption limit_option = LimitOption::kCount;
  std::vector<RowMark> row_marks;
  std::unique_ptr<SetOperation> set_operation;

  std::unique_ptr<OnConflict> on_conflict;
  std::vector<MergeAction> merge_actions;
  char overriding = 0;  // 'u' user value, 's' system value
  std::vector<TargetEntry> returning;
  std::vector<ExpressionPointer> check_options;  // WITH CHECK OPTION of auto-updatable views, evaluated on the new row
  std::vector<std::string> check_option_views;   // the view each check option belongs to (for the error)

  bool has_aggregates = false, has_windows = false, has_target_sets = false, has_sublinks = false, has_distinct = false,
       has_row_security = false, is_return = false;
  std::vector<Oid> constraint_dependencies;  // primary keys that functional dependency relied on
  int location = -1, length = 0;

  RangeTableEntry& entry(int index) { return *range_table[static_cast<size_t>(index) - 1]; }
  const RangeTableEntry& entry(int index) const { return *range_table[static_cast<size_t>(index) - 1]; }
};

}  // namespace basalt::query
