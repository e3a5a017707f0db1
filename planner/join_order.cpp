#include "planner/join_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/join_keys.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

// CPU costs beside PostgreSQL's cpu_tuple_cost, by measurement of the vectorised operators.
constexpr double kHashBuild = 0.015, kHashProbe = 0.01, kLoopPair = 0.0025, kIndexLookup = 0.3, kIndexRow = 0.02;

bool is_subset(const TableSet& a, const TableSet& b) { return std::includes(b.begin(), b.end(), a.begin(), a.end()); }

}  // namespace

JoinOrder::JoinOrder(Level& level, std::vector<JoinItem> items, std::vector<Predicate>& predicates)
    : level_(level), items_(std::move(items)), predicates_(predicates) {
  ENSURE(items_.size() <= 64, "more than 64 items in one FROM list");
  for (size_t i = 0; i < items_.size(); ++i)
    for (int table : items_[i].tables) item_of_table_[table] = static_cast<int>(i);
  // A strict WHERE condition on the nullable side turns a left join into an inner one.
  for (JoinItem& item : items_) {
    if (item.join != JoinType::kLeft || item.lateral) continue;
    bool strict = std::any_of(predicates_.begin(), predicates_.end(), [&](const Predicate& p) {
      return rejects_nulls(*p.expression, item.tables, level_.catalog());
    });
    if (!strict) continue;
    item.join = JoinType::kInner;
    item.required.clear();
    for (Predicate& p : item.on) predicates_.push_back(std::move(p));
    item.on.clear();
  }
}

JoinOrder::Mask JoinOrder::items_of(const TableSet& tables) const {
  Mask mask = 0;
  for (int table : tables) {
    auto it = item_of_table_.find(table);
    if (it != item_of_table_.end()) mask |= Mask{1} << it->second;
  }
  return mask;
}

// Plans each item with the predicates that concern it alone.
void JoinOrder::plan_single_items() {
  singles_.resize(items_.size());
  own_predicates_.resize(items_.size());
  for (size_t i = 0; i < items_.size(); ++i) {
    JoinItem& item = items_[i];
    if (item.lateral) {
      item_rows_.push_back(100);
      item_costs_.push_back(10);
      continue;
    }
    std::vector<Predicate>& source = item.join == JoinType::kInner ? predicates_ : item.on;
    std::vector<Predicate> own;
    std::vector<Predicate*> origin;
    for (Predicate& p : source) {
      if (p.used || p.tables.empty() || !is_subset(p.tables, item.tables)) continue;
      if (level_.is_volatile(*p.expression)) continue;
      own.push_back({query::clone(*p.expression), p.tables, false});
      own_predicates_[i].push_back(query::clone(*p.expression));
      origin.push_back(&p);
    }
    singles_[i] = item.build(level_, own);
    singles_[i] = level_.filter(std::move(singles_[i]), own);
    for (Predicate* p : origin) p->used = true;
    item.rows = singles_[i].plan->rows;
    item_rows_.push_back(item.rows);
    item_costs_.push_back(singles_[i].plan->total_cost);
  }
}

bool JoinOrder::may_join(Mask left, Mask right) const {
  // A special item joins alone, on the right, after what it requires.
  auto check = [&](Mask side, Mask other, bool is_right) {
    for (size_t i = 0; i < items_.size(); ++i) {
      if (!(side >> i & 1)) continue;
      const JoinItem& item = items_[i];
      Mask required = items_of(item.required);
      if (item.join == JoinType::kInner && !item.lateral) continue;
      if ((required & ~side) == 0 && side != (Mask{1} << i)) continue;  // already attached inside this side
      if (!is_right || side != (Mask{1} << i) || (required & ~other) != 0) return false;
    }
    return true;
  };
  return check(left, right, false) && check(right, left, true);
}

bool JoinOrder::connected(Mask left, Mask right) const {
  auto links = [&](const Predicate& p) {
    Mask mask = items_of(p.tables);
    return (mask & left) && (mask & right) && !(mask & ~(left | right));
  };
  if (std::any_of(predicates_.begin(), predicates_.end(), [&](const Predicate& p) { return !p.used && links(p); })) return true;
  for (size_t i = 0; i < items_.size(); ++i)
    if (right == (Mask{1} << i) && (items_[i].join != JoinType::kInner || items_[i].lateral)) return true;
  return false;
}

JoinOrder::Node JoinOrder::combine(const Node& left, const Node& right) const {
  Node node;
  node.items = left.items | right.items;
  node.left = left.items;
  node.right = right.items;
  const JoinItem* special = nullptr;
  for (size_t i = 0; i < items_.size(); ++i)
    if (right.items == (Mask{1} << i) && (items_[i].join != JoinType::kInner || items_[i].lateral)) special = &items_[i];
  double selectivity = 1;
  bool has_equality = false;
  auto use = [&](const Predicate& p) {
    selectivity *= level_.statistics_.join_selectivity(*p.expression);
    has_equality |= is_hashable_equality(*p.expression, level_.catalog());
  };
  if (special) {
    for (const Predicate& p : special->on)
      if (!p.used) use(p);
  } else {
    for (const Predicate& p : predicates_) {
      Mask mask = items_of(p.tables);
      if (!p.used && (mask & left.items) && (mask & right.items) && !(mask & ~node.items)) use(p);
    }
  }
  node.rows = std::max(1.0, left.rows * right.rows * selectivity);
  if (special && special->join == JoinType::kLeft) node.rows = std::max(node.rows, left.rows);
  if (special && special->join == JoinType::kSemi) node.rows = std::max(1.0, std::min(node.rows, left.rows) * 0.5);
  if (special && special->join == JoinType::kAnti) node.rows = std::max(1.0, left.rows * 0.5);
  double hash = left.cost + right.cost + right.rows * kHashBuild + left.rows * kHashProbe;
  double loop = left.cost + right.cost + left.rows * right.rows * kLoopPair;
  node.cost = has_equality ? std::min(hash, loop) : loop;
  if (special && special->lateral) node.cost = left.cost + left.rows * 10;
  // An index join into a plain relation spares its scan.
  for (size_t i = 0; i < items_.size(); ++i)
    if (right.items == (Mask{1} << i) && items_[i].base_table && has_equality && !(special && special->lateral))
      if (level_.query_.entry(items_[i].base_table).relation->indexes.size() > 0)
        node.cost = std::min(node.cost, left.cost + left.rows * kIndexLookup + node.rows * kIndexRow);
  node.cost += node.rows * 0.01;
  return node;
}

void JoinOrder::consider(const Node& candidate) {
  auto [it, added] = best_.try_emplace(candidate.items, candidate);
  if (!added && candidate.cost < it->second.cost) it->second = candidate;
}

JoinOrder::Node JoinOrder::best_exhaustive() {
  size_t n = items_.size();
  Mask all = (Mask{1} << n) - 1;
  for (Mask set = 1; set <= all; ++set) {
    if ((set & (set - 1)) == 0) continue;
    for (int pass = 0; pass < 2; ++pass) {  // first connected joins, then cross products if there is nothing else
      for (Mask right = (set - 1) & set; right > 0; right = (right - 1) & set) {
        Mask left = set & ~right;
        auto l = best_.find(left), r = best_.find(right);
        if (l == best_.end() || r == best_.end() || !may_join(left, right)) continue;
        if (pass == 0 && !connected(left, right)) continue;
        consider(combine(l->second, r->second));
      }
      if (best_.contains(set)) break;
    }
  }
  auto it = best_.find(all);
  ENSURE(it != best_.end(), "no join order satisfies the outer joins");
  return it->second;
}

JoinOrder::Node JoinOrder::best_greedy() {
  std::vector<Node> parts;
  for (size_t i = 0; i < items_.size(); ++i) parts.push_back(best_.at(Mask{1} << i));
  while (parts.size() > 1) {
    size_t best_left = 0, best_right = 0;
    Node best;
    best.rows = std::numeric_limits<double>::infinity();
    for (int pass = 0; pass < 2 && best.items == 0; ++pass)
      for (size_t l = 0; l < parts.size(); ++l)
        for (size_t r = 0; r < parts.size(); ++r) {
          if (l == r || !may_join(parts[l].items, parts[r].items)) continue;
          if (pass == 0 && !connected(parts[l].items, parts[r].items)) continue;
          Node candidate = combine(parts[l], parts[r]);
          if (candidate.rows < best.rows || (candidate.rows == best.rows && candidate.cost < best.cost)) {
            best = candidate;
            best_left = l;
            best_right = r;
          }
        }
    ENSURE(best.items != 0, "no join order satisfies the outer joins");
    best_[best.items] = best;
    parts[best_left] = best;
    parts.erase(parts.begin() + static_cast<long>(best_right));
  }
  return parts[0];
}

Partial JoinOrder::run() {
  plan_single_items();
  for (size_t i = 0; i < items_.size(); ++i) {
    Node node;
    node.items = Mask{1} << i;
    node.rows = item_rows_[i];
    node.cost = item_costs_[i];
    best_[node.items] = node;
  }
  if (items_.size() == 1 && !items_[0].lateral) return std::move(singles_[0]);
  Node top = items_.size() <= kExhaustiveItems ? best_exhaustive() : best_greedy();
  return build(top.items);
}

Partial JoinOrder::build(Mask items) {
  const Node node = best_.at(items);
  if (node.left == 0) return std::move(singles_[static_cast<size_t>(__builtin_ctzll(items))]);
  Partial left = build(node.left);
  size_t right_item = static_cast<size_t>(__builtin_ctzll(node.right));
  bool single = (node.right & (node.right - 1)) == 0;
  JoinItem* special = single && (items_[right_item].join != JoinType::kInner || items_[right_item].lateral)
                          ? &items_[right_item]
                          : nullptr;
  Partial joined;
  if (special && special->lateral) {
    joined = apply(std::move(left), node.right, *special);
  } else {
    Partial right = build(node.right);
    joined = join(std::move(left), std::move(right), special, node.left, node.right);
  }
  // WHERE conditions that can be tested from here on (over an outer join: only above it).
  std::vector<Predicate> ready;
  for (Predicate& p : predicates_) {
    Mask mask = items_of(p.tables);
    if (p.used || p.tables.empty() || (mask & ~node.items) || level_.is_volatile(*p.expression)) continue;
    ready.push_back({query::clone(*p.expression), p.tables, false});
    p.used = true;
  }
  return level_.filter(std::move(joined), ready);
}

std::vector<Predicate*> JoinOrder::applicable(Mask left, Mask right) {
  std::vector<Predicate*> out;
  for (Predicate& p : predicates_) {
    Mask mask = items_of(p.tables);
    if (!p.used && (mask & left) && (mask & right) && !(mask & ~(left | right)) && !level_.is_volatile(*p.expression))
      out.push_back(&p);
  }
  return out;
}

Partial JoinOrder::join(Partial left, Partial right, JoinItem* special, Mask left_items, Mask right_items) {
  std::vector<Predicate*> conditions;
  JoinType type = special ? special->join : JoinType::kInner;
  if (special) {
    for (Predicate& p : special->on)
      if (!p.used) conditions.push_back(&p);
  } else {
    conditions = applicable(left_items, right_items);
  }
  Partial out;
  if (try_index_join(left, right_items, conditions, type, out)) return out;

  // Equalities between the sides are hash keys; the rest is the residual condition.
  std::vector<JoinKey> keys;
  std::vector<ExpressionPointer> residual_level;
  for (Predicate* p : conditions) {
    JoinKey key;
    if (split_join_key(*p->expression, left.available, right.available, level_.catalog(), key)) {
      keys.push_back(std::move(key));
    } else {
      residual_level.push_back(query::clone(*p->expression));
    }
    p->used = true;
  }
  Available both;
  both.append(left.available);
  both.append(right.available);
  std::vector<ExpressionPointer> residual;
  for (auto& e : residual_level) residual.push_back(level_.resolve(*e, both));
  bool semi = type == JoinType::kSemi || type == JoinType::kAnti;
  std::vector<OutputColumn> output = left.plan->output;
  if (!semi) output.insert(output.end(), right.plan->output.begin(), right.plan->output.end());
  double rows = left.plan->rows, cost;
  std::unique_ptr<JoinBase> node;
  double product = left.plan->rows * right.plan->rows;
  for (Predicate* p : conditions) product *= level_.statistics_.join_selectivity(*p->expression);
  rows = semi ? std::max(1.0, rows * 0.5) : type == JoinType::kInner ? std::max(1.0, product) : std::max(rows, product);
  if (!keys.empty() && level_.shared_.context.settings.enable_hashjoin) {
    // An inner join builds its smaller side.
    bool swap = type == JoinType::kInner && left.plan->rows < right.plan->rows;
    auto hash = level_.make<PhysicalHashJoin>();
    if (swap) {
      std::swap(left, right);
      Available swapped;
      swapped.append(left.available);
      swapped.append(right.available);
      both = std::move(swapped);
      residual.clear();
      for (auto& e : residual_level) residual.push_back(level_.resolve(*e, both));
      output = left.plan->output;
      output.insert(output.end(), right.plan->output.begin(), right.plan->output.end());
    }
    for (JoinKey& key : keys) {
      if (swap) std::swap(key.left, key.right);
      hash->left_keys.push_back(level_.resolve(*key.left, left.available));
      hash->right_keys.push_back(level_.resolve(*key.right, right.available));
      hash->key_collations.push_back(key.collation);
      hash->null_safe.push_back(key.null_safe);
    }
    cost = right.plan->rows * kHashBuild + left.plan->rows * kHashProbe;
    node = std::move(hash);
  } else {
    cost = left.plan->rows * right.plan->rows * kLoopPair;
    for (JoinKey& key : keys) residual.push_back(level_.resolve(*key.original, both));
    node = level_.make<PhysicalNestedLoop>();
  }
  node->join = type;
  node->condition = and_all(std::move(residual));
  node->output = std::move(output);
  node->children.push_back(std::move(left.plan));
  node->children.push_back(std::move(right.plan));
  level_.finish_costs(*node, rows, cost + rows * 0.01);
  out.plan = std::move(node);
  out.available = semi ? std::move(left.available) : std::move(both);
  return out;
}

Partial JoinOrder::apply(Partial left, Mask, JoinItem& item) {
  OuterCollector collector;
  level_.collectors_.push_back(&collector);
  std::vector<Predicate> own;
  Partial right = item.build(level_, own);
  level_.collectors_.pop_back();
  auto node = level_.make<PhysicalApply>();
  for (const OuterReference& reference : collector.references) {
    node->parameters.push_back(reference.parameter);
    node->arguments.push_back(level_.resolve(*reference.expression, left.available));
  }
  Available both;
  both.append(left.available);
  both.append(right.available);
  std::vector<ExpressionPointer> conditions;
  for (Predicate& p : item.on)
    if (!p.used) {
      conditions.push_back(level_.resolve(*p.expression, both));
      p.used = true;
    }
  node->join = item.join;
  node->condition = and_all(std::move(conditions));
  node->output = left.plan->output;
  bool semi = item.join == JoinType::kSemi || item.join == JoinType::kAnti;
  if (!semi) node->output.insert(node->output.end(), right.plan->output.begin(), right.plan->output.end());
  double rows = left.plan->rows * right.plan->rows, cost = left.plan->rows * right.plan->total_cost;
  node->children.push_back(std::move(left.plan));
  node->children.push_back(std::move(right.plan));
  level_.finish_costs(*node, rows, cost);
  Partial out;
  out.plan = std::move(node);
  out.available = semi ? std::move(left.available) : std::move(both);
  return out;
}

bool JoinOrder::try_index_join(Partial& left, Mask right_items, std::vector<Predicate*>& conditions, JoinType type,
                               Partial& out) {
  if (right_items & (right_items - 1)) return false;
  size_t index = static_cast<size_t>(__builtin_ctzll(right_items));
  JoinItem& item = items_[index];
  if (!item.base_table || item.lateral || type == JoinType::kFull || type == JoinType::kRight) return false;
  if (!level_.shared_.context.settings.enable_nestloop || !level_.shared_.context.settings.enable_indexscan) return false;
  const query::RangeTableEntry& entry = level_.query_.entry(item.base_table);
  double table_rows = level_.statistics_.relation_rows(*entry.relation);
  double hash_cost = singles_[index].plan ? singles_[index].plan->total_cost : item_costs_[index];
  hash_cost += item_rows_[index] * kHashBuild + left.plan->rows * kHashProbe;
  auto found = find_index_join(*entry.relation, item.base_table, conditions, left.available, level_.catalog());
  if (!found) return false;
  double matches = std::max(1.0, table_rows * found->selectivity(table_rows));
  double cost = left.plan->rows * (kIndexLookup + matches * kIndexRow);
  if (cost > hash_cost) return false;

  auto node = level_.make<PhysicalIndexJoin>();
  node->inner = level_.make<PhysicalIndexScan>();
  Available inner_available;
  level_.set_scan_columns(*node->inner, inner_available, item.base_table);
  node->inner->index = found->index;
  for (auto& condition : found->conditions) {
    IndexCondition resolved;
    resolved.key = condition.key;
    resolved.strategy = 3;
    resolved.value = level_.resolve(*condition.value, left.available);
    node->inner->conditions.push_back(std::move(resolved));
  }
  // The single-table predicates of the item were applied by its own scan, which is not used: repeat them here.
  std::vector<ExpressionPointer> filters;
  for (const auto& e : own_predicates_[index]) filters.push_back(level_.resolve(*e, inner_available));
  node->inner->filter = and_all(std::move(filters));
  Available both;
  both.append(left.available);
  both.append(inner_available);
  std::vector<ExpressionPointer> residual;
  for (Predicate* p : conditions) {
    if (!found->covers(p)) residual.push_back(level_.resolve(*p->expression, both));
    p->used = true;
  }
  node->join = type;
  node->condition = and_all(std::move(residual));
  node->output = left.plan->output;
  bool semi = type == JoinType::kSemi || type == JoinType::kAnti;
  if (!semi) node->output.insert(node->output.end(), node->inner->output.begin(), node->inner->output.end());
  double rows = semi ? std::max(1.0, left.plan->rows * 0.5) : left.plan->rows * matches;
  node->inner->rows = matches;
  node->children.push_back(std::move(left.plan));
  level_.finish_costs(*node, rows, cost);
  out.plan = std::move(node);
  out.available = semi ? std::move(left.available) : std::move(both);
  return true;
}

// FULL JOIN: both sides are planned on their own.
Partial JoinOrder::full_join(Level& level, query::FromNode& node) {
  auto side = [&](query::FromNode& part) {
    std::vector<JoinItem> items;
    std::vector<Predicate> predicates;
    level.collect_from(part, items, predicates);
    return level.plan_items(std::move(items), std::move(predicates));
  };
  Partial left = side(*node.left), right = side(*node.right);
  std::vector<Predicate> on;
  if (node.condition) level.add_conjuncts(query::clone(*node.condition), on);
  Available both;
  both.append(left.available);
  both.append(right.available);
  std::vector<JoinKey> keys;
  std::vector<ExpressionPointer> residual;
  for (Predicate& p : on) {
    JoinKey key;
    if (split_join_key(*p.expression, left.available, right.available, level.catalog(), key)) keys.push_back(std::move(key));
    else residual.push_back(level.resolve(*p.expression, both));
  }
  std::unique_ptr<JoinBase> join;
  if (!keys.empty()) {
    auto hash = level.make<PhysicalHashJoin>();
    for (JoinKey& key : keys) {
      hash->left_keys.push_back(level.resolve(*key.left, left.available));
      hash->right_keys.push_back(level.resolve(*key.right, right.available));
      hash->key_collations.push_back(key.collation);
      hash->null_safe.push_back(key.null_safe);
    }
    join = std::move(hash);
  } else {
    join = level.make<PhysicalNestedLoop>();
  }
  join->join = JoinType::kFull;
  join->condition = and_all(std::move(residual));
  join->output = left.plan->output;
  join->output.insert(join->output.end(), right.plan->output.begin(), right.plan->output.end());
  double rows = left.plan->rows + right.plan->rows;
  join->children.push_back(std::move(left.plan));
  join->children.push_back(std::move(right.plan));
  level.finish_costs(*join, rows, rows * 0.02);
  Partial out;
  out.plan = std::move(join);
  out.available = std::move(both);
  return out;
}

}  // namespace basalt::planner
