// Level: plans one query level (one BoundQuery). Its member functions are spread over files by subject:
//
//   level.cpp          life of a level: prepare -> join tree -> grouping -> windows -> targets -> order -> limit
//   targets.cpp        the target list: set-returning functions, what is evaluated before and after the sort
//   resolve.cpp        level expressions -> slots; outer references -> exec parameters; sublinks -> subplans
//   from_items.cpp     FROM and WHERE -> items and predicates
//   access_path.cpp    the scan of one item
//   join_order.cpp     the order and methods of joins
//   sublinks.cpp       EXISTS and IN -> semi and anti joins; correlated aggregates -> joins
//   grouping.cpp, min_max.cpp, set_operation.cpp, cte.cpp, modify.cpp
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "planner/available.hpp"
#include "planner/planner.hpp"
#include "planner/statistics.hpp"

namespace basalt::planner {

using query::BoundQuery;
using query::Expression;
using TableSet = std::set<int>;

class IndexPaths;
class Level;
struct IndexPath;

// What all levels of a statement share.
struct Shared {
  PlanContext& context;
  PhysicalStatement& statement;
  int next_node = 1;
  int next_level = 1;
};

// An exec parameter through which an inner level reads an expression of this level.
struct OuterReference {
  int parameter;
  ExpressionPointer expression;  // in this level's form
};
// Collected while an inner plan is made; nested inner plans have collectors of their own.
struct OuterCollector {
  std::vector<OuterReference> references;
};

struct PlannedCte {
  std::string name;
  int index = -1;  // into statement.ctes
  std::vector<OutputColumn> output;
  std::vector<int> outer_parameters;
  double rows = 1000;
  bool recursive_now = false;  // being planned: self references are work tables
  int recursion = -1;
  bool inline_it = false;
  query::CommonTableExpression* definition = nullptr;
};

// A conjunct of WHERE or an inner ON clause.
struct Predicate {
  ExpressionPointer expression;
  TableSet tables;
  bool used = false;
};

// Something to join: a base table, function, subquery ..., or a composite (an outer join's side).
struct JoinItem {
  TableSet tables;                                                // range table entries inside
  JoinType join = JoinType::kInner;                               // kLeft, kSemi, kAnti: how it attaches; others: inner
  TableSet required;                                              // tables that must stand on the left before it
  std::vector<Predicate> on;                                      // its own join condition (left, semi, anti)
  std::function<Partial(Level&, std::vector<Predicate>&)> build;  // plans it with the predicates that concern it alone
  bool lateral = false;                                           // needs Apply: it reads `required` through parameters
  int base_table = 0;                                             // range table index when it is a plain relation
  double rows = 1000;                                             // estimate after its own predicates
};

// The order of a level's rows that saves work, where an index may deliver it: all items are over the columns of one
// table. ORDER BY asks for one order; GROUP BY and DISTINCT only want equal rows to come one after the other.
struct WantedOrder {
  int table = 0;
  struct Item {
    ExpressionPointer expression;
    bool descending = false, nulls_first = false;
  };
  std::vector<Item> items;
  size_t fixed = 0;      // the items behind these may come in any order and direction
  size_t together = 0;   // so many are those of GROUP BY or DISTINCT; they come first
  bool delivers = true;  // ORDER BY needs no sort then
  double rows_max = 0;   // of LIMIT and OFFSET, rows or groups; 0: all are wanted
};

class Level {
 public:
  Level(Shared& shared, Level* parent, BoundQuery& query);
  ~Level();

  // Plans the query. Output: the target entries that are not junk, in order.
  PhysicalPointer plan();
  Level* parent() const { return parent_; }

  // An exec parameter for an expression of this level that an inner level refers to.
  int outer_parameter(const Expression& expression);

 private:
  friend class JoinOrder;
  friend class IndexPaths;

  // --- level.cpp
  void prepare();
  Partial plan_body();
  Partial plan_from(std::vector<ExpressionPointer>* extra);
  Partial plan_distinct(Partial input, bool together, bool& ordered);
  PhysicalPointer distinct_by_hash(PhysicalPointer input);
  bool sorts_instead_of_hashing(const std::vector<query::SortGroupItem>& items) const;
  Partial plan_order(Partial input, bool order_done);
  Partial plan_rest(Partial input, PhysicalSort* sort);
  PhysicalPointer plan_limit(PhysicalPointer input, Partial* ties);
  PhysicalPointer strip_junk(Partial input);
  bool keeps_row_ids() const;
  bool rechecks() const;
  std::vector<RecheckMark> recheck_marks(const Available& available) const;
  void add_cursor_rows(PhysicalProject& project, const Partial& input);
  Partial plan_row_marks(Partial input);
  void collect_needed();
  bool list_wanted_order(WantedOrder& order);
  void find_wanted_order();
  double sort_cost(double rows, size_t keys) const;
  void fold(ExpressionPointer& expression);

  // --- targets.cpp
  Partial plan_targets(Partial input);
  Partial plan_set_calls(Partial input, const std::vector<bool>& wanted);
  std::vector<bool> targets_before_sort();
  Partial plan_sorted_targets(Partial input, const std::vector<bool>& before_sort);
  void add_parts(const Expression& expression, const Available& available, std::set<int>& slots);
  void add_row_ids(PhysicalProject& project, const Available& input, Available& out);
  int target_slot(int sort_group) const;
  std::vector<SortKey> sort_keys(const std::vector<query::SortGroupItem>& items, const PhysicalNode& input) const;

  // --- resolve.cpp
  ExpressionPointer resolve(const Expression& expression, const Available& available);
  ExpressionPointer resolve_or_null(const ExpressionPointer& expression, const Available& available);
  ExpressionPointer make_sub_plan(const query::SubLink& link, const Available& available);
  bool make_hashable(query::SubPlanCall& call);
  ExpressionPointer whole_row(const query::Column& column);
  ExpressionPointer outer_reference(const Expression& expression, int levels_up);
  // Plans an inner query of this level; its references to this level come back.
  PhysicalPointer plan_inner(BoundQuery& inner, OuterCollector& collector, std::vector<int>* reads);
  bool is_volatile(const Expression& expression);

  // --- from_items.cpp
  void collect_from(query::FromNode& node, std::vector<JoinItem>& items, std::vector<Predicate>& predicates);
  void collect_join(query::FromNode& node, std::vector<JoinItem>& items, std::vector<Predicate>& predicates);
  ExpressionPointer indexable_array(const Expression& expression);
  void add_conjuncts(ExpressionPointer expression, std::vector<Predicate>& predicates);
  // --- sublinks.cpp
  void pull_up_sublinks(std::vector<JoinItem>& items, std::vector<Predicate>& predicates);
  bool pull_up_relation(query::SubLink& link, JoinType join, std::vector<JoinItem>& items);
  void note_needed(const Expression& expression);
  bool unnest_aggregates(ExpressionPointer& expression, std::vector<JoinItem>& items);
  bool unnest_aggregate(query::SubLink& link, ExpressionPointer& replacement, std::vector<JoinItem>& items);
  bool pull_up_exists(query::SubLink& link, bool negated, std::vector<JoinItem>& items);
  bool pull_up_any(query::SubLink& link, std::vector<JoinItem>& items);
  JoinItem item_of_table(int table);
  void refuse_locked_nullable(const query::FromNode& node) const;
  JoinItem composite_item(query::FromNode& node);
  TableSet tables_of(const Expression& expression) const;
  void join_first_items(std::vector<JoinItem>& items, std::vector<Predicate>& predicates);
  Partial plan_items(std::vector<JoinItem> items, std::vector<Predicate> predicates);
  void add_implied_constants(std::vector<Predicate>& predicates);
  void add_implied_restrictions(std::vector<Predicate>& predicates);
  void push_constants(std::vector<Predicate>& predicates, ExpressionPointer& gate);

  // --- access_path.cpp
  Partial scan_table(int table, std::vector<Predicate>& predicates);
  Partial scan_source(int table);
  std::optional<Partial> scan_current_of(int table, std::vector<Predicate>& predicates);
  Partial scan_relation(int table, std::vector<Predicate>& predicates);
  Partial scan_subquery(int table);
  Partial scan_function(int table);
  Partial scan_values(int table);
  Partial scan_cte(int table);
  Partial filter(Partial input, std::vector<Predicate>& predicates);
  void set_scan_columns(ScanBase& scan, Available& available, int table);
  Partial scan_table_only(int table, std::vector<Predicate>& predicates);
  std::optional<Partial> scan_index(int table, std::vector<Predicate>& predicates, double other_cost);
  // Rows in the wanted order; none: no index delivers it.
  std::optional<Partial> scan_ordered(int table, std::vector<Predicate>& predicates);
  Partial finish_index_scan(IndexPaths& paths, const IndexPath& path, std::vector<Predicate>& predicates);

  // --- grouping.cpp, window.cpp
  void shield_grouped_conditions();
  Partial plan_sets_of(Partial input, const std::vector<const std::vector<query::SortGroupItem>*>& lists);
  // What the targets, HAVING and the windows read: aggregates of this level, and columns outside of them, which depend
  // functionally on the groups.
  struct AboveGroups {
    std::vector<const query::Aggregate*> aggregates;
    std::vector<const query::Grouping*> groupings;
    std::vector<ExpressionPointer> loose_columns;
  };
  AboveGroups find_above_groups(const Available& groups);
  Partial plan_grouping(Partial input, bool together);
  Partial sort_groups(Partial input);
  AggregateCall aggregate_call(const query::Aggregate& aggregate, const Available& available);
  Partial plan_windows(Partial input);
  Partial sort_by(Partial input, std::vector<SortKey> keys);
  const query::TargetEntry& target_of(int sort_group) const;

  // --- min_max.cpp
  void use_indexes_for_min_max();

  // --- set_operation.cpp, cte.cpp
  PhysicalPointer plan_set_operation(query::SetOperation& node);
  PhysicalPointer coerce_arm(PhysicalPointer arm, const query::SetOperation& node);
  PhysicalPointer append_distinct(PhysicalPointer input, const query::SetOperation& operation);
  PhysicalPointer sorted_distinct(PhysicalPointer input);
  Partial plan_set_operation_body();
  void plan_ctes();
  void plan_recursive_cte(query::CommonTableExpression& cte, PlannedCte& planned);
  PlannedCte* find_cte(const std::string& name, int levels_up);

  // --- modify.cpp
  PhysicalPointer plan_modify();
  void add_row_id_targets();
  void plan_on_conflict(PhysicalModify& node);
  int scanned_view() const;
  void find_old_rows(PhysicalModify& node, const Available& available);
  ExpressionList plan_assigned_rows(std::vector<query::TargetEntry>& targets, Available& available);
  Partial plan_merge_source();
  void plan_merge_actions(PhysicalModify& node, const Available& available);

  // --- helpers
  // How re-checks (QRY-9) name a table: range table indexes repeat from level to level.
  int recheck_id(int table) const { return number_ << 16 | table; }
  template <typename T>
  std::unique_ptr<T> make() {
    auto node = std::make_unique<T>();
    node->id = shared_.next_node++;
    return node;
  }
  OutputColumn output_of(const Expression& expression, std::string name = {});
  common::PhysicalType physical(Oid type) {
    types::TypePointer found = shared_.context.catalog.type(type);
    ENSURE(found, "a column of a type that does not exist");
    return found->physical;
  }
  // A dropped column of a table or of a function's row type: nothing delivers a value for it.
  static bool is_dropped(const query::RangeTableEntry& entry, size_t column);
  catalog::CatalogReader& catalog() { return shared_.context.catalog; }
  void check_interrupts() { shared_.context.call.interrupt().check(); }
  // The output of a column of a range table entry.
  OutputColumn column_output(int table, int16_t column);
  void finish_costs(PhysicalNode& node, double rows, double cost);

  Shared& shared_;
  Level* parent_;
  BoundQuery& query_;
  int number_;  // of the level within the statement
  std::vector<OuterCollector*> collectors_;
  std::map<int, std::set<int16_t>> needed_;  // columns of each range table entry that somebody reads
  std::vector<PlannedCte> ctes_;
  std::set<int> row_id_tables_;            // tables whose row id must be carried (DML, FOR UPDATE)
  std::map<int, ExpressionList> carried_;  // columns of the FROM items that are not tables, where re-checks may come
  std::set<int> reads_;                    // exec parameters of enclosing levels that this level reads
  std::vector<std::unique_ptr<BoundQuery>> kept_;
  std::vector<ExpressionPointer> kept_expressions_;
  Statistics statistics_;
  std::optional<WantedOrder> wanted_order_;
  bool in_wanted_order_ = false;  // the FROM part delivers it
  int items_depth_ = 0;           // 1: the FROM part itself, more: sides of outer joins inside it
};

ExpressionPointer and_all(std::vector<ExpressionPointer> list);
// Splits top-level ANDs.
void split_conjuncts(ExpressionPointer expression, std::vector<ExpressionPointer>& out);

}  // namespace basalt::planner
