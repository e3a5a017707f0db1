#include "planner/join_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/index_path.hpp"
#include "planner/join_keys.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

// CPU costs beside PostgreSQL's cpu_tuple_cost, by measurement of the vectorised operators.
constexpr double kHashBuild = 0.015, kHashProbe = 0.01, kLoopPair = 0.0025;

bool is_subset(const TableSet& a, const TableSet& b) { return std::includes(b.begin(), b.end(), a.begin(), a.end()); }

}  // namespace

// Both sides sorted by the keys; null: a key is null-safe, or merge joins are switched off.
std::unique_ptr<JoinBase> JoinOrder::merge_join(Level& level, Partial& left, Partial& right,
                                                const std::vector<JoinKey>& keys) {
  if (keys.empty() || !level.shared_.context.settings.enable_mergejoin) return nullptr;
  if (std::any_of(keys.begin(), keys.end(), [](const JoinKey& key) { return key.null_safe; })) return nullptr;
  auto node = level.make<PhysicalMergeJoin>();
  std::vector<SortKey> left_order, right_order;
  for (const JoinKey& key : keys) {
    node->left_keys.push_back(level.resolve(*key.left, left.available));
    node->right_keys.push_back(level.resolve(*key.right, right.available));
    node->key_collations.push_back(key.collation);
    left_order.push_back({query::clone(node->left_keys.back()), key.collation, false, false});
    right_order.push_back({query::clone(node->right_keys.back()), key.collation, false, false});
  }
  left = level.sort_by(std::move(left), std::move(left_order));
  right = level.sort_by(std::move(right), std::move(right_order));
  return node;
}

JoinOrder::JoinOrder(Level& level, std::vector<JoinItem> items, std::vector<Predicate>& predicates)
    : level_(level), items_(std::move(items)), predicates_(predicates) {
  ENSURE(items_.size() <= kItemsMax, "too many items in one FROM list");
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
      if (items_.size() > 1 && item.join == JoinType::kInner && is_expensive(p)) continue;
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

// The search asks for every pair of parts: what each condition links is worked out once.
void JoinOrder::note_links() {
  links_.clear();
  for (const Predicate& p : predicates_)
    if (!p.used) links_.push_back(items_of(p.tables));
}

bool JoinOrder::connected(Mask left, Mask right) const {
  auto links = [&](Mask mask) { return (mask & left) && (mask & right) && !(mask & ~(left | right)); };
  if (std::any_of(links_.begin(), links_.end(), links)) return true;
  for (size_t i = 0; i < items_.size(); ++i)
    if (right == (Mask{1} << i) && (items_[i].join != JoinType::kInner || items_[i].lateral)) return true;
  return false;
}

const JoinItem* JoinOrder::special_item(Mask items) const {
  for (size_t i = 0; i < items_.size(); ++i)
    if (items == (Mask{1} << i) && (items_[i].join != JoinType::kInner || items_[i].lateral)) return &items_[i];
  return nullptr;
}

std::vector<const Predicate*> JoinOrder::conditions_between(const Node& left, const Node& right,
                                                            const JoinItem* special) const {
  std::vector<const Predicate*> out;
  if (special) {
    for (const Predicate& p : special->on)
      if (!p.used) out.push_back(&p);
    return out;
  }
  for (const Predicate& p : predicates_) {
    Mask mask = items_of(p.tables);
    if (!p.used && (mask & left.items) && (mask & right.items) && !(mask & ~(left.items | right.items)))
      out.push_back(&p);
  }
  return out;
}

double JoinOrder::joined_rows(const Node& left, const Node& right, const JoinItem* special,
                              const std::vector<const Predicate*>& conditions) const {
  JoinType type = special ? special->join : JoinType::kInner;
  if (type == JoinType::kSemi || type == JoinType::kAnti) {
    double matched = 1;
    for (const Predicate* p : conditions)
      matched *= level_.statistics_.semi_selectivity(*p->expression, special->tables, right.rows);
    if (type == JoinType::kAnti) matched = std::max(0.05, 1 - matched);
    return std::max(1.0, left.rows * matched);
  }
  std::vector<const Expression*> expressions;
  for (const Predicate* p : conditions) expressions.push_back(p->expression.get());
  double rows = left.rows * right.rows * level_.statistics_.join_selectivity(expressions);
  if (type == JoinType::kLeft) rows = std::max(rows, left.rows);
  return std::max(1.0, rows);
}

JoinOrder::Node JoinOrder::combine(const Node& left, const Node& right) {
  Node node;
  node.items = left.items | right.items;
  node.left = left.items;
  node.right = right.items;
  const JoinItem* special = special_item(right.items);
  std::vector<const Predicate*> conditions = conditions_between(left, right, special);
  bool has_equality = std::any_of(conditions.begin(), conditions.end(), [&](const Predicate* p) {
    return is_hashable_equality(*p->expression, level_.catalog());
  });
  node.rows = joined_rows(left, right, special, conditions);
  double hash = left.cost + right.cost + right.rows * kHashBuild + left.rows * kHashProbe;
  double loop = left.cost + right.cost + left.rows * right.rows * kLoopPair;
  node.cost = has_equality ? std::min(hash, loop) : loop;
  if (special && special->lateral) {
    node.cost = left.cost + left.rows * 10;
  } else if ((right.items & (right.items - 1)) == 0) {
    // An index join into a plain relation spares its scan.
    auto lookup = lookup_cost(left.items, static_cast<size_t>(__builtin_ctzll(right.items)), conditions);
    if (lookup) node.cost = std::min(node.cost, left.cost + left.rows * *lookup);
  }
  node.cost += node.rows * 0.01;
  return node;
}

bool JoinOrder::index_joins_allowed(size_t right) const {
  const JoinItem& item = items_[right];
  const auto& settings = level_.shared_.context.settings;
  return item.base_table && !item.lateral && item.join != JoinType::kFull && item.join != JoinType::kRight &&
         settings.enable_nestloop && settings.enable_indexscan;
}

std::optional<double> JoinOrder::lookup_cost(Mask left, size_t right, const std::vector<const Predicate*>& conditions) {
  if (!index_joins_allowed(right) || conditions.empty()) return std::nullopt;
  auto [it, added] = lookups_.try_emplace({right, conditions});
  if (!added) return it->second;
  std::vector<const Expression*> predicates;
  for (const Predicate* p : conditions) predicates.push_back(p->expression.get());
  for (const auto& e : own_predicates_[right]) predicates.push_back(e.get());
  IndexPaths paths(level_, items_[right].base_table, predicates, [&](const Expression& e) {
    return (items_of(level_.tables_of(e)) & ~left) == 0 && !query::contains_sublink(e) && !level_.is_volatile(e);
  });
  for (const IndexPath& path : paths.with_conditions()) {
    bool joins = std::any_of(path.conditions.begin(), path.conditions.end(),
                             [&](const auto& c) { return c.predicate < conditions.size(); });
    if (joins && (!it->second || paths.lookup_cost(path) < *it->second)) it->second = paths.lookup_cost(path);
  }
  return it->second;
}

bool JoinOrder::is_expensive(const Predicate& predicate) const {
  return query::contains_sublink(*predicate.expression);
}

void JoinOrder::consider(const Node& candidate) {
  auto [it, added] = best_.try_emplace(candidate.items, candidate);
  if (!added && candidate.cost < it->second.cost) it->second = candidate;
}

JoinOrder::Node JoinOrder::best_exhaustive() {
  note_links();
  size_t n = items_.size();
  Mask all = (Mask{1} << n) - 1;
  for (Mask set = 1; set <= all; ++set) {
    if ((set & (set - 1)) == 0) continue;
    level_.check_interrupts();
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
  note_links();
  std::vector<Node> parts;
  for (size_t i = 0; i < items_.size(); ++i) parts.push_back(best_.at(Mask{1} << i));
  while (parts.size() > 1) {
    size_t best_left = 0, best_right = 0;
    Node best;
    best.rows = std::numeric_limits<double>::infinity();
    for (int pass = 0; pass < 2 && best.items == 0; ++pass) {
      for (size_t l = 0; l < parts.size(); ++l) {
        level_.check_interrupts();
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
  if (items_.size() == 1 && !items_[0].lateral) {
    choose_ordered_single();
    return std::move(singles_[0]);
  }
  Node top = items_.size() <= kExhaustiveItems ? best_exhaustive() : best_greedy();
  if (use_ordered_chain(top)) level_.in_wanted_order_ = true;
  return build(top.items, std::numeric_limits<double>::infinity(), false);
}

Partial JoinOrder::build(Mask items, double least_above, bool is_right) {
  const Node node = best_.at(items);
  if (node.left == 0) {
    Partial single = std::move(singles_[static_cast<size_t>(__builtin_ctzll(items))]);
    // The right side of an index join is not used, and what was tested in it would be lost.
    return is_right ? std::move(single) : apply_ready(std::move(single), items, node.rows, least_above);
  }
  double least = std::min(least_above, node.rows);
  Partial left = build(node.left, least, false);
  size_t right_item = static_cast<size_t>(__builtin_ctzll(node.right));
  JoinItem* special = special_item(node.right) ? &items_[right_item] : nullptr;
  Partial joined;
  if (special && special->lateral) {
    joined = apply(std::move(left), node.right, *special);
  } else {
    Partial right = build(node.right, least, true);
    joined = join(std::move(left), std::move(right), special, node.left, node.right);
  }
  return apply_ready(std::move(joined), items, node.rows, least_above);
}

// WHERE conditions that can be tested from here on (over an outer join: only above it). Expensive ones wait for the
// join with the fewest rows.
Partial JoinOrder::apply_ready(Partial input, Mask items, double rows, double least_above) {
  std::vector<Predicate> ready;
  for (Predicate& p : predicates_) {
    Mask mask = items_of(p.tables);
    if (p.used || p.tables.empty() || (mask & ~items) || level_.is_volatile(*p.expression)) continue;
    if (is_expensive(p) && rows > least_above) continue;
    ready.push_back({query::clone(*p.expression), p.tables, false});
    p.used = true;
  }
  return level_.filter(std::move(input), ready);
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
  std::vector<const Expression*> expressions;
  for (Predicate* p : conditions) expressions.push_back(p->expression.get());
  double product = left.plan->rows * right.plan->rows * level_.statistics_.join_selectivity(expressions);
  rows = type == JoinType::kInner ? std::max(1.0, product) : std::max(rows, product);
  if (semi) {
    Node l, r;
    l.rows = left.plan->rows;
    r.rows = right.plan->rows;
    rows = joined_rows(l, r, special, {conditions.begin(), conditions.end()});
  }
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
  } else if (auto merge = merge_join(level_, left, right, keys)) {
    cost = left.plan->rows * kHashProbe + right.plan->rows * kHashProbe;
    node = std::move(merge);
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
  if (!index_joins_allowed(index) || conditions.empty()) return false;
  double other_cost = singles_[index].plan ? singles_[index].plan->total_cost : item_costs_[index];
  other_cost += std::min(item_rows_[index] * kHashBuild + left.plan->rows * kHashProbe,
                         left.plan->rows * item_rows_[index] * kLoopPair);
  std::vector<const Expression*> predicates;
  for (Predicate* p : conditions) predicates.push_back(p->expression.get());
  for (const auto& e : own_predicates_[index]) predicates.push_back(e.get());
  IndexPaths paths(level_, items_[index].base_table, predicates, [&](const Expression& e) {
    if (query::contains_sublink(e) || level_.is_volatile(e)) return false;
    return belongs_to(e, left.available) || level_.tables_of(e).empty();
  });
  std::vector<IndexPath> candidates = paths.with_conditions();
  const IndexPath* best = nullptr;
  for (const IndexPath& path : candidates) {
    bool joins = std::any_of(path.conditions.begin(), path.conditions.end(),
                             [&](const auto& c) { return c.predicate < conditions.size(); });
    if (joins && (!best || paths.lookup_cost(path) < paths.lookup_cost(*best))) best = &path;
  }
  if (!best) return false;
  double cost = left.plan->rows * paths.lookup_cost(*best);
  if (cost > other_cost && !lookups_only_) return false;

  auto node = level_.make<PhysicalIndexJoin>();
  Available inner_available;
  node->inner = paths.build(*best, left.available, inner_available);
  node->inner->total_cost = paths.lookup_cost(*best);
  // The single-table predicates of the item were applied by its own scan, which is not used: repeat them here.
  std::vector<ExpressionPointer> filters, residual;
  for (size_t i = 0; i < own_predicates_[index].size(); ++i)
    if (!best->uses(conditions.size() + i))
      filters.push_back(level_.resolve(*own_predicates_[index][i], inner_available));
  node->inner->filter = and_all(std::move(filters));
  Available both;
  both.append(left.available);
  both.append(inner_available);
  predicates.resize(conditions.size());
  double rows = left.plan->rows * item_rows_[index] * level_.statistics_.join_selectivity(predicates);
  for (size_t i = 0; i < conditions.size(); ++i) {
    if (!best->uses(i)) residual.push_back(level_.resolve(*conditions[i]->expression, both));
    conditions[i]->used = true;
  }
  node->join = type;
  node->condition = and_all(std::move(residual));
  node->output = left.plan->output;
  bool semi = type == JoinType::kSemi || type == JoinType::kAnti;
  if (!semi) node->output.insert(node->output.end(), node->inner->output.begin(), node->inner->output.end());
  if (semi) rows = std::max(1.0, left.plan->rows * 0.5);
  if (type == JoinType::kLeft) rows = std::max(rows, left.plan->rows);
  node->children.push_back(std::move(left.plan));
  level_.finish_costs(*node, rows, cost + rows * 0.01);
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
    if (split_join_key(*p.expression, left.available, right.available, level.catalog(), key))
      keys.push_back(std::move(key));
    else
      residual.push_back(level.resolve(*p.expression, both));
  }
  std::unique_ptr<JoinBase> join;
  if (!level.shared_.context.settings.enable_hashjoin) join = merge_join(level, left, right, keys);
  if (join) {
    // Sorted and merged.
  } else if (!keys.empty()) {
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
