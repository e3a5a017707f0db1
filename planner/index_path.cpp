#include "planner/index_path.hpp"

#include <algorithm>
#include <cmath>

#include "planner/join_keys.hpp"
#include "query/evaluator.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "types/type_operations.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

// CPU costs of one entry read and of one row fetched by its id, beside PostgreSQL's, by measurement.
constexpr double kEntry = 0.035, kFetch = 0.05, kLookup = 0.2;

const Expression& below_relabels(const Expression& e) {
  const Expression* inner = &e;
  while (inner->kind == ExpressionKind::kRelabel) inner = query::as<query::Relabel>(*inner).argument.get();
  return *inner;
}

}  // namespace

bool IndexPath::uses(size_t predicate) const {
  return std::any_of(conditions.begin(), conditions.end(), [&](const auto& c) { return c.predicate == predicate; }) ||
         std::find(implied.begin(), implied.end(), predicate) != implied.end();
}

IndexPaths::IndexPaths(Level& level, int table, std::vector<const Expression*> predicates, Usable usable)
    : level_(level),
      table_(table),
      relation_(*level.query_.entry(table).relation),
      predicates_(std::move(predicates)),
      usable_(std::move(usable)),
      rows_(level.statistics_.relation_rows(relation_)),
      pages_(level.statistics_.relation_pages(relation_)) {}

std::vector<IndexPaths::Key> IndexPaths::keys_of(const catalog::IndexDescriptor& index) {
  ExpressionList expressions;
  if (!index.expressions_tree.empty()) expressions = query::list_from_stored(index.expressions_tree, level_.catalog());
  std::vector<Key> keys;
  size_t next = 0;
  for (const auto& descriptor : index.keys) {
    Key key;
    key.column = descriptor.column;
    if (descriptor.column == 0) {
      key.expression = std::move(expressions.at(next++));
      query::offset_tables(key.expression, table_ - 1, 0);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

bool IndexPaths::is_key(const Expression& e, const Key& key) const {
  if (key.expression) return query::equal(below_relabels(e), below_relabels(*key.expression));
  const query::Column* column = plain_column(e);
  return column && column->table == table_ && column->column == key.column;
}

bool IndexPaths::match_condition(const catalog::IndexDescriptor& index, const Key& key, size_t predicate,
                                 IndexPath::Condition& out) {
  const auto& descriptor = index.keys[static_cast<size_t>(out.key)];
  const Expression& e = *predicates_[predicate];
  out.predicate = predicate;
  if (const auto* test = query::try_as<query::NullTest>(&e)) {
    if (test->argument_is_row || !is_key(*test->argument, key)) return false;
    out.is_null = !test->is_not;
    out.is_not_null = test->is_not;
    return true;
  }
  if (e.kind == ExpressionKind::kScalarArray) {
    const auto& call = query::as<query::ScalarArrayCall>(e);
    if (!call.use_or || !is_key(*call.left, key) || !usable_(*call.array)) return false;
    if (btree_strategy(call.op, descriptor.opclass, level_.catalog()) != 3) return false;
    if (descriptor.collation.valid() && call.input_collation != descriptor.collation) return false;
    auto array = level_.catalog().type(call.array->type);
    if (array->element != descriptor.type) return false;
    out.any_array = true;
    out.strategy = 3;
    out.value = call.array.get();
    return true;
  }
  if (e.kind != ExpressionKind::kOperator) return false;
  const auto& call = query::as<query::OperatorCall>(e);
  if (call.arguments.size() != 2) return false;
  for (size_t side = 0; side < 2; ++side) {
    const Expression& value = *call.arguments[1 - side];
    if (!is_key(*call.arguments[side], key) || !usable_(value)) continue;
    int strategy = btree_strategy(call.op, descriptor.opclass, level_.catalog());
    if (strategy == 0) continue;
    if (descriptor.collation.valid() && call.input_collation != descriptor.collation) continue;
    if (value.type != descriptor.type && call.arguments[side]->type != value.type && !cast_key(value, descriptor.type))
      continue;
    out.strategy = side == 0 ? strategy : 6 - strategy;
    out.value = &value;
    return true;
  }
  return false;
}

// Every conjunct of the index's predicate stands among the conditions, or is IS NOT NULL of something compared.
bool IndexPaths::implies_predicate(const catalog::IndexDescriptor& index, IndexPath& path) {
  if (index.predicate_tree.empty()) return true;
  ExpressionPointer tree = query::expression_from_stored(index.predicate_tree, level_.catalog());
  query::offset_tables(tree, table_ - 1, 0);
  level_.fold(tree);
  std::vector<ExpressionPointer> conjuncts;
  split_conjuncts(std::move(tree), conjuncts);
  for (const auto& conjunct : conjuncts) {
    bool found = false;
    const auto* test = query::try_as<query::NullTest>(conjunct.get());
    for (size_t i = 0; i < predicates_.size(); ++i) {
      if (!predicates_[i]) continue;
      if (query::equal(*predicates_[i], *conjunct)) {
        path.implied.push_back(i);
        found = true;
        break;
      }
      if (!test || !test->is_not || test->argument_is_row || predicates_[i]->kind != ExpressionKind::kOperator)
        continue;
      const auto& call = query::as<query::OperatorCall>(*predicates_[i]);
      auto function = level_.catalog().function(call.function);
      found |=
          function && function->strict && std::any_of(call.arguments.begin(), call.arguments.end(), [&](const auto& a) {
            return query::equal(below_relabels(*a), below_relabels(*test->argument));
          });
    }
    if (!found) return false;
  }
  return true;
}

double IndexPaths::condition_selectivity(const IndexPath::Condition& condition, const Key& key) {
  const Expression& predicate = *predicates_[condition.predicate];
  bool lookup = condition.value && !condition.any_array && condition.strategy == 3 &&
                !level_.statistics_.known_value(*condition.value);
  if (!lookup) return level_.statistics_.selectivity(predicate);
  if (key.expression) return std::min(1.0, 10 / rows_);
  return 1.0 / level_.statistics_.distinct(*make_column(table_, key.column, {}, -1, {}), rows_);
}

std::optional<IndexPath> IndexPaths::match(const catalog::IndexPointer& index, bool with_arrays) {
  if (!index->valid || index->usable_from_lsn > level_.shared_.context.snapshot_lsn) return std::nullopt;
  IndexPath path;
  path.index = index;
  if (!implies_predicate(*index, path)) return std::nullopt;
  std::vector<Key> keys = keys_of(*index);
  for (int key = 0; key < index->key_count; ++key) {
    const Key& shape = keys[static_cast<size_t>(key)];
    std::vector<IndexPath::Condition> here;
    for (size_t i = 0; i < predicates_.size(); ++i) {
      IndexPath::Condition condition{key, 0, nullptr, i};
      if (!predicates_[i] || !match_condition(*index, shape, i, condition)) continue;
      if (condition.any_array && !with_arrays) continue;
      here.push_back(condition);
    }
    auto point = std::find_if(here.begin(), here.end(), [](const auto& c) {
      return c.strategy == 3 && !c.is_null && !c.is_not_null && !c.any_array;
    });
    if (point == here.end()) point = std::find_if(here.begin(), here.end(), [](const auto& c) { return c.is_null; });
    if (point == here.end()) point = std::find_if(here.begin(), here.end(), [](const auto& c) { return c.any_array; });
    if (point != here.end()) here = {IndexPath::Condition(*point)};
    std::vector<const Expression*> bounds;
    for (const auto& condition : here) {
      path.conditions.push_back(condition);
      if (here.size() == 1)
        path.selectivity *= condition_selectivity(condition, shape);
      else
        bounds.push_back(predicates_[condition.predicate]);
    }
    if (!bounds.empty()) path.selectivity *= level_.statistics_.selectivity(bounds);
    bool bound =
        !here.empty() && (here[0].is_null || (here[0].strategy == 3 && !here[0].is_not_null && !here[0].any_array));
    if (!bound) break;
    ++path.bound_keys;
  }
  bool no_nulls = std::none_of(path.conditions.begin(), path.conditions.end(), [](const auto& c) { return c.is_null; });
  path.unique_point = index->unique && path.bound_keys == index->key_count && no_nulls;
  if (path.unique_point) path.selectivity = std::min(path.selectivity, 1.0 / rows_);
  path.index_only = level_.shared_.context.settings.enable_indexonlyscan && may_be_index_only(*index);
  return path;
}

// Every column that is read stands in the entries, where it can be decoded.
bool IndexPaths::may_be_index_only(const catalog::IndexDescriptor& index) const {
  auto needed = level_.needed_.find(table_);
  if (needed == level_.needed_.end()) return true;
  int readable_keys = 0;
  while (readable_keys < index.key_count) {
    const auto& key = index.keys[static_cast<size_t>(readable_keys)];
    if (key.descending ||
        !types::type_operations(level_.shared_.context.call, key.type, key.collation)->key_is_invertible())
      break;
    ++readable_keys;
  }
  return std::all_of(needed->second.begin(), needed->second.end(), [&](int16_t column) {
    if (column <= 0) return false;
    for (size_t k = 0; k < index.keys.size(); ++k) {
      bool readable = static_cast<int>(k) < readable_keys || static_cast<int>(k) >= index.key_count;
      const auto& stored = relation_.columns[static_cast<size_t>(column) - 1];
      if (readable && index.keys[k].column == column &&
          (static_cast<int>(k) >= index.key_count || level_.physical(index.keys[k].type) == stored.physical))
        return true;
    }
    return false;
  });
}

std::vector<IndexPath> IndexPaths::with_conditions() {
  std::vector<IndexPath> paths;
  for (const auto& index : relation_.indexes) {
    std::optional<IndexPath> path = match(index, true);
    if (path && (!path->conditions.empty() || !path->implied.empty())) paths.push_back(std::move(*path));
  }
  return paths;
}

std::optional<IndexPath> IndexPaths::cheapest() {
  std::optional<IndexPath> best;
  double best_cost = 0;
  for (IndexPath& path : with_conditions()) {  // of equal ones the newest, as in PostgreSQL
    double cost = scan_cost(path);
    if (best && (best->unique_point || cost > best_cost) && !(path.unique_point && !best->unique_point)) continue;
    best_cost = cost;
    best = std::move(path);
  }
  return best;
}

bool IndexPaths::gives_order(const IndexPath& path, const std::vector<Key>& keys, const WantedOrder& order,
                             bool& backward) const {
  auto bound = [&](const Expression& e) {
    for (int k = 0; k < path.bound_keys; ++k)
      if (is_key(e, keys[static_cast<size_t>(k)])) return true;
    return false;
  };
  auto at = static_cast<size_t>(path.bound_keys);
  bool first = true;
  for (size_t i = 0; i < order.fixed; ++i) {
    const WantedOrder::Item& item = order.items[i];
    if (bound(*item.expression)) continue;
    if (at >= static_cast<size_t>(path.index->key_count) || !is_key(*item.expression, keys[at])) return false;
    const auto& key = path.index->keys[at++];
    if (key.collation.valid() && key.collation != item.expression->collation) return false;
    bool reversed = key.descending != item.descending;
    if (reversed != (key.nulls_first != item.nulls_first)) return false;
    if (!first && reversed != backward) return false;
    backward = reversed;
    first = false;
  }
  // The others in any order.
  std::vector<const WantedOrder::Item*> others;
  for (size_t i = order.fixed; i < order.items.size(); ++i)
    if (!bound(*order.items[i].expression)) others.push_back(&order.items[i]);
  for (; !others.empty(); ++at) {
    if (at >= static_cast<size_t>(path.index->key_count)) return false;
    const auto& collation = path.index->keys[at].collation;
    auto next = std::find_if(others.begin(), others.end(), [&](const auto* item) {
      return is_key(*item->expression, keys[at]) && (!collation.valid() || collation == item->expression->collation);
    });
    if (next == others.end()) return false;
    others.erase(next);
  }
  return true;
}

std::vector<IndexPath> IndexPaths::ordered(const WantedOrder& order) {
  std::vector<IndexPath> paths;
  for (const auto& index : relation_.indexes) {
    // Several points of an array come one after the other: no order beyond them.
    std::optional<IndexPath> path = match(index, false);
    bool backward = false;
    if (!path || !gives_order(*path, keys_of(*index), order, backward)) continue;
    path->direction = backward ? storage::ScanDirection::kBackward : storage::ScanDirection::kForward;
    paths.push_back(std::move(*path));
  }
  return paths;
}

// Rows that lie in the order of the index are read page by page; others cost a page each, until all pages are in
// memory.
double IndexPaths::heap_cost(const IndexPath& path, double matching) const {
  if (path.index_only) return 0;
  const auto& settings = level_.shared_.context.settings;
  double correlation = 0;
  if (int16_t column = path.index->keys[0].column; column > 0) {
    auto number = make_column(table_, column, {}, -1, {});
    const auto* statistics = level_.statistics_.column_statistics(query::as<query::Column>(*number));
    if (statistics && statistics->correlation) correlation = *statistics->correlation * *statistics->correlation;
  }
  double in_order = std::max(1.0, pages_ * matching / rows_) * settings.seq_page_cost;
  double scattered = std::min(pages_, matching) * settings.random_page_cost * 0.5;
  return correlation * in_order + (1 - correlation) * scattered + matching * (kFetch + settings.cpu_tuple_cost);
}

double IndexPaths::scan_cost(const IndexPath& path) const {
  const auto& settings = level_.shared_.context.settings;
  double matching = std::max(1.0, rows_ * path.selectivity);
  double descent = settings.random_page_cost * std::min(2.0, std::log2(pages_ + 1));
  return descent + heap_cost(path, matching) + matching * (settings.cpu_index_tuple_cost + kEntry);
}

// The upper pages of an index that is asked again and again are in memory.
double IndexPaths::lookup_cost(const IndexPath& path) const {
  double matching = std::max(1.0, rows_ * path.selectivity);
  return kLookup + matching * (kEntry + (path.index_only ? 0 : kFetch));
}

std::unique_ptr<PhysicalIndexScan> IndexPaths::build(const IndexPath& path, const Available& outer, Available& output) {
  auto node = level_.make<PhysicalIndexScan>();
  level_.set_scan_columns(*node, output, table_);
  node->index = path.index;
  node->direction = path.direction;
  node->index_only = path.index_only;
  for (const auto& c : path.conditions) {
    IndexCondition condition;
    condition.key = c.key;
    condition.strategy = c.strategy;
    condition.any_array = c.any_array;
    condition.is_null = c.is_null;
    condition.is_not_null = c.is_not_null;
    if (c.value) {
      Oid key_type = path.index->keys[static_cast<size_t>(c.key)].type;
      ExpressionPointer value = c.any_array ? nullptr : cast_key(*c.value, key_type);
      condition.value = level_.resolve(value ? *value : *c.value, outer);
    }
    node->conditions.push_back(std::move(condition));
  }
  node->rows = std::max(1.0, rows_ * path.selectivity);
  return node;
}

}  // namespace basalt::planner
