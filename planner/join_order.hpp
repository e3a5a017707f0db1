// JoinOrder: chooses the order and the methods of the joins of one FROM list.
//
// Dynamic programming over subsets of items (up to kExhaustiveItems), then greedily. Items that attach by a left, semi
// or anti join, or that are lateral, join alone on the right once everything they require stands on the left; inner
// items join in any shape. Costs are compared by PostgreSQL's units; a hash join where there is an equality, an index
// join where the inner item is a relation with a fitting index and few outer rows, a merge join where hash joins are
// switched off, else a nested loop.
#pragma once

#include <optional>

#include "planner/level.hpp"

namespace basalt::planner {

struct JoinKey;

class JoinOrder {
 public:
  static constexpr size_t kItemsMax = 64;

  JoinOrder(Level& level, std::vector<JoinItem> items, std::vector<Predicate>& predicates);
  // Marks the predicates it has applied as used.
  Partial run();

  static std::unique_ptr<JoinBase> merge_join(Level& level, Partial& left, Partial& right,
                                              const std::vector<JoinKey>& keys);
  static Partial full_join(Level& level, query::FromNode& node);

 private:
  using Mask = uint64_t;
  struct Node {  // a way to join a set of items
    Mask items = 0;
    Mask left = 0, right = 0;
    double rows = 0, cost = 0;
  };
  void plan_single_items();
  Mask items_of(const TableSet& tables) const;
  bool may_join(Mask left, Mask right) const;
  void note_links();
  bool connected(Mask left, Mask right) const;  // after note_links()
  Node combine(const Node& left, const Node& right);
  Node best_exhaustive();
  Node best_greedy();
  void consider(const Node& candidate);
  // `least_above`: rows of the smallest join above; `is_right`: the result may be dropped for an index join.
  Partial build(Mask items, double least_above, bool is_right);
  Partial join(Partial left, Partial right, JoinItem* special, Mask left_items, Mask right_items);
  Partial apply(Partial left, Mask right_items, JoinItem& item);
  bool try_index_join(Partial& left, Mask right_items, std::vector<Predicate*>& conditions, JoinType type,
                      Partial& out);
  std::vector<Predicate*> applicable(Mask left, Mask right);
  // Of one lookup in an index of item `right` with values from `left`; none: no index takes such a condition.
  std::optional<double> lookup_cost(Mask left, size_t right, const std::vector<const Predicate*>& conditions);
  bool index_joins_allowed(size_t right) const;
  std::vector<const Predicate*> conditions_between(const Node& left, const Node& right, const JoinItem* special) const;
  const JoinItem* special_item(Mask items) const;
  double joined_rows(const Node& left, const Node& right, const JoinItem* special,
                     const std::vector<const Predicate*>& conditions) const;
  // A chain of lookups that starts with the rows of one table in the wanted order.
  bool use_ordered_chain(const Node& top);
  void choose_ordered_single();
  std::optional<Partial> ordered_single(size_t item);
  bool order_pays(double plain_cost, double rows, double ordered_cost, double ordered_start) const;
  bool is_expensive(const Predicate& predicate) const;
  Partial apply_ready(Partial input, Mask items, double rows, double least_above);

  static constexpr size_t kExhaustiveItems = 10;

  Level& level_;
  std::vector<JoinItem> items_;
  std::vector<Predicate>& predicates_;
  std::vector<Partial> singles_;
  std::vector<std::vector<ExpressionPointer>> own_predicates_;  // of each item, in level form
  std::vector<double> item_rows_, item_costs_;
  std::map<Mask, Node> best_;
  std::vector<Mask> links_;  // the items of each condition that is not used yet
  std::map<int, int> item_of_table_;
  std::map<std::pair<size_t, std::vector<const Predicate*>>, std::optional<double>> lookups_;
  bool lookups_only_ = false;  // an ordered chain: a hash join could lose the order
};

}  // namespace basalt::planner
