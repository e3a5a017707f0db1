// The order that a level's ORDER BY, GROUP BY or DISTINCT wants, and scans and chains of joins that an index brings
// into it.
#include "planner/join_order.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

// ORDER BY's items, and behind them those of GROUP BY or DISTINCT; of ORDER BY only as many as are grouped by.
bool Level::list_wanted_order(WantedOrder& order) {
  const auto& together = query_.group_by.empty() ? query_.distinct : query_.group_by;
  auto is_in = [](const auto& list, int sort_group) {
    return std::any_of(list.begin(), list.end(), [&](const auto& item) { return item.sort_group == sort_group; });
  };
  auto add = [&](const query::SortGroupItem& item) {
    const Expression& e = *target_of(item.sort_group).expression;
    TableSet tables = tables_of(e);
    if (tables.size() != 1 || query::contains_sublink(e)) return false;
    if (order.table && order.table != *tables.begin()) return false;
    order.table = *tables.begin();
    order.items.push_back({query::clone(e), item.descending, item.nulls_first});
    return true;
  };
  bool all = together.empty() || (query_.group_by.empty() && query_.has_distinct_on);
  for (const auto& item : query_.order_by) {
    if (all || is_in(together, item.sort_group)) {
      if (!add(item)) return false;
      continue;
    }
    order.delivers = false;
    break;
  }
  order.fixed = order.items.size();
  size_t ordered = order.fixed;
  for (const auto& item : together) {
    bool known = std::any_of(query_.order_by.begin(), query_.order_by.begin() + static_cast<ptrdiff_t>(ordered),
                             [&](const auto& o) { return o.sort_group == item.sort_group; });
    if (!known && !add(item)) return false;
  }
  order.together = std::min(together.size(), order.items.size());
  if (!query_.group_by.empty() && !query_.distinct.empty()) order.delivers = false;
  return !order.items.empty();
}

// An index may deliver the order when nothing between the FROM part and what wants the order changes it.
void Level::find_wanted_order() {
  bool grouped = !query_.group_by.empty();
  if (query_.has_windows || query_.has_target_sets || !query_.grouping_sets.empty() || query_.set_operation ||
      (!grouped && (query_.has_aggregates || query_.having)))
    return;
  WantedOrder order;
  if (!list_wanted_order(order) || query_.entry(order.table).kind != query::RangeKind::kRelation) return;
  auto constant = [](const ExpressionPointer& e) {
    const common::Value* value = e ? constant_value(*e) : nullptr;
    return value && !value->is_null() ? static_cast<double>(value->as<int64_t>()) : 0.0;
  };
  // A limit that is not known yet is guessed to be small, as PostgreSQL does.
  if (query_.limit && order.delivers) {
    order.rows_max = std::max(1.0, constant_value(*query_.limit) ? constant(query_.limit) : 100.0);
    order.rows_max += constant(query_.offset);
  }
  wanted_order_ = std::move(order);
}

// Is the order by an index, of as many rows as are wanted, cheaper than a sort of all? Where it only brings equal rows
// together, hashing does without a sort of the rows; the groups are sorted after it.
bool JoinOrder::order_pays(double plain_cost, double rows, double ordered_cost, double ordered_start) const {
  const WantedOrder& order = *level_.wanted_order_;
  const PlannerSettings& settings = level_.shared_.context.settings;
  if (!settings.enable_sort) return true;
  bool hashes = order.together > 0 && !level_.query_.has_distinct_on && settings.enable_hashagg;
  double results = rows;
  if (order.together > 0) {
    results = 1;
    for (size_t i = 0; i < order.together; ++i)
      results *= level_.statistics_.distinct(*order.items[i].expression, rows);
    results = std::min(results, rows);
  }
  double fraction = order.rows_max > 0 ? std::min(1.0, order.rows_max / std::max(1.0, results)) : 1.0;
  double wanted = ordered_start + (ordered_cost - ordered_start) * fraction;
  double sorted_rows = !hashes ? rows : order.fixed > 0 && order.delivers ? results : 0;
  double hash_cost = hashes ? rows * 0.01 * (1 - fraction) : 0;  // of the rows that the ordered plan need not read
  return wanted < plain_cost + hash_cost + level_.sort_cost(sorted_rows, order.items.size());
}

std::optional<Partial> JoinOrder::ordered_single(size_t item) {
  std::vector<Predicate> own;
  for (const auto& e : own_predicates_[item]) own.push_back({query::clone(*e), level_.tables_of(*e), false});
  return level_.scan_ordered(items_[item].base_table, own);
}

void JoinOrder::choose_ordered_single() {
  if (!level_.wanted_order_ || level_.items_depth_ > 1 || items_[0].base_table != level_.wanted_order_->table) return;
  std::optional<Partial> ordered = ordered_single(0);
  if (!ordered) return;
  const PhysicalNode& plain = *singles_[0].plan;
  bool is_off = plain.kind == PhysicalKind::kTableScan && !level_.shared_.context.settings.enable_seqscan;
  if (!is_off && !order_pays(plain.total_cost, plain.rows, ordered->plan->total_cost, 0)) return;
  singles_[0] = std::move(*ordered);
  level_.in_wanted_order_ = true;
}

bool JoinOrder::use_ordered_chain(const Node& top) {
  if (!level_.wanted_order_ || level_.items_depth_ > 1 || level_.wanted_order_->rows_max == 0) return false;
  auto start = item_of_table_.find(level_.wanted_order_->table);
  if (start == item_of_table_.end()) return false;
  auto first = static_cast<size_t>(start->second);
  if (items_[first].base_table != level_.wanted_order_->table || items_[first].join != JoinType::kInner) return false;
  std::optional<Partial> ordered = ordered_single(first);
  if (!ordered) return false;
  Node node = best_.at(Mask{1} << first);
  node.cost = ordered->plan->total_cost;
  std::vector<Node> chain;
  while (node.items != top.items) {
    Node best;
    for (size_t i = 0; i < items_.size(); ++i) {
      Node right = best_.at(Mask{1} << i);
      if ((node.items & right.items) || !may_join(node.items, right.items)) continue;
      const JoinItem* special = special_item(right.items);
      std::vector<const Predicate*> conditions = conditions_between(node, right, special);
      std::optional<double> lookup = special && special->lateral ? 10.0 : lookup_cost(node.items, i, conditions);
      if (!lookup) continue;
      Node candidate{node.items | right.items, node.items, right.items, 0, 0};
      candidate.rows = joined_rows(node, right, special, conditions);
      candidate.cost = node.cost + node.rows * *lookup + candidate.rows * 0.01;
      if (best.items == 0 || candidate.cost < best.cost) best = candidate;
    }
    if (best.items == 0) return false;
    chain.push_back(best);
    node = best;
  }
  if (!order_pays(top.cost, top.rows, node.cost, 0)) return false;
  for (const Node& link : chain) best_[link.items] = link;
  singles_[first] = std::move(*ordered);
  lookups_only_ = true;
  return true;
}

}  // namespace basalt::planner
