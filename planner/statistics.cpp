#include "planner/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "types/container/array.hpp"
#include "types/type_operations.hpp"

namespace basalt::planner {

using catalog::ColumnStatistics;
using query::ExpressionKind;

namespace {

constexpr double kDefaultEqual = 0.005, kDefaultInequality = 0.3333333333333333, kDefaultMatch = 0.005,
                 kDefaultDistinct = 200;
constexpr double kDefaultPages = 10;
constexpr uint32_t kBtree = 403;

}  // namespace

const query::Column* plain_column(const query::Expression& expression) {
  const query::Expression* e = &expression;
  while (e->kind == ExpressionKind::kRelabel) e = query::as<query::Relabel>(*e).argument.get();
  const auto* column = query::try_as<query::Column>(e);
  return column && column->levels_up == 0 ? column : nullptr;
}

const common::Value* constant_value(const query::Expression& expression) {
  const query::Expression* e = &expression;
  while (e->kind == ExpressionKind::kRelabel) e = query::as<query::Relabel>(*e).argument.get();
  const auto* constant = query::try_as<query::Constant>(e);
  return constant ? &constant->value : nullptr;
}

double Statistics::relation_rows(const catalog::RelationDescriptor& relation) {
  if (relation.kind == 'S') return 1;
  if (relation.kind == 'v' || !relation.tree.valid()) return 1000;
  if (context_.storage)
    return std::max<double>(1, static_cast<double>(context_.storage->heap(relation.tree).row_estimate()));
  return relation.row_estimate < 0 ? 1000 : std::max(1.0, relation.row_estimate);
}

double Statistics::relation_pages(const catalog::RelationDescriptor& relation) {
  if (relation.kind == 'S') return 1;
  if (!relation.tree.valid()) return kDefaultPages;
  if (context_.storage)
    return std::max<double>(1, static_cast<double>(context_.storage->heap(relation.tree).page_count()));
  return std::max<double>(1, relation.pages);
}

const ColumnStatistics* Statistics::column_statistics(const query::Column& column) {
  const query::RangeTableEntry& entry = query_.entry(column.table);
  if (entry.kind != query::RangeKind::kRelation || column.column <= 0 || !entry.relation) return nullptr;
  return context_.catalog.statistics(entry.relation->oid, column.column);
}

bool Statistics::is_unique(const query::Column& column) {
  const query::RangeTableEntry& entry = query_.entry(column.table);
  if (entry.kind != query::RangeKind::kRelation || !entry.relation) return false;
  return std::any_of(entry.relation->indexes.begin(), entry.relation->indexes.end(), [&](const auto& index) {
    return index->unique && index->key_count == 1 && index->keys[0].column == column.column &&
           index->predicate_tree.empty();
  });
}

double Statistics::column_distinct(const query::Column& column, double rows) {
  const query::RangeTableEntry& entry = query_.entry(column.table);
  double table_rows = rows;
  if (entry.kind == query::RangeKind::kSubquery && entry.subquery && !entry.subquery->set_operation &&
      column.column > 0) {
    auto target = static_cast<size_t>(column.column) - 1;
    if (target < entry.subquery->targets.size())
      if (const query::Column* inner = plain_column(*entry.subquery->targets[target].expression))
        return Statistics(context_, *entry.subquery).column_distinct(*inner, rows);
  }
  if (entry.kind == query::RangeKind::kRelation && entry.relation) table_rows = relation_rows(*entry.relation);
  if (is_unique(column)) return std::max(1.0, std::min(table_rows, std::max(rows, 1.0)));
  if (const ColumnStatistics* statistics = column_statistics(column)) {
    double distinct = statistics->distinct;
    if (distinct < 0) distinct = -distinct * table_rows;
    if (distinct > 0) return std::max(1.0, distinct);
  }
  return std::min(kDefaultDistinct, std::max(1.0, table_rows));
}

double Statistics::distinct(const query::Expression& expression, double rows) {
  double result = kDefaultDistinct;
  if (const query::Column* column = plain_column(expression)) result = column_distinct(*column, rows);
  return std::max(1.0, std::min(result, rows));
}

double Statistics::equality(const query::Column& column, const common::Value* value, Oid type) {
  const ColumnStatistics* statistics = column_statistics(column);
  double distinct = column_distinct(column, 1e12);
  if (!statistics || statistics->most_common_values.empty() || !value || value->is_null()) {
    if (!statistics && !is_unique(column) && distinct == kDefaultDistinct) return kDefaultEqual;
    return 1.0 / distinct;
  }
  auto operations = types::type_operations(context_.call, type, column.collation);
  double common = 0;
  for (size_t i = 0; i < statistics->most_common_values.size(); ++i) {
    if (statistics->most_common_values[i].type() != value->type()) return 1.0 / distinct;
    if (operations->compare(statistics->most_common_values[i], *value) == 0)
      return statistics->most_common_frequencies[i];
    common += statistics->most_common_frequencies[i];
  }
  double rest = std::max(1.0, distinct - static_cast<double>(statistics->most_common_values.size()));
  return std::max(0.0, 1.0 - common - statistics->null_fraction) / rest;
}

double Statistics::range(const query::Column& column, const common::Value& value, bool less, Oid type) {
  const ColumnStatistics* statistics = column_statistics(column);
  if (!statistics || value.is_null()) return kDefaultInequality;
  if (statistics->histogram_bounds.size() < 2 && statistics->most_common_values.empty()) return kDefaultInequality;
  auto operations = types::type_operations(context_.call, type, column.collation);
  double below = 0, common = 0;
  for (size_t i = 0; i < statistics->most_common_values.size(); ++i) {
    if (statistics->most_common_values[i].type() != value.type()) return kDefaultInequality;
    common += statistics->most_common_frequencies[i];
    if (operations->compare(statistics->most_common_values[i], value) < 0)
      below += statistics->most_common_frequencies[i];
  }
  const auto& bounds = statistics->histogram_bounds;
  if (bounds.size() >= 2) {
    if (bounds[0].type() != value.type()) return kDefaultInequality;
    size_t position = 0;
    while (position < bounds.size() && operations->compare(bounds[position], value) < 0) ++position;
    double fraction = position == 0 ? 0
                      : position == bounds.size()
                          ? 1
                          : (static_cast<double>(position) - 0.5) / static_cast<double>(bounds.size() - 1);
    below += fraction * std::max(0.0, 1.0 - common - statistics->null_fraction);
  }
  double result = less ? below : 1.0 - statistics->null_fraction - below;
  return std::clamp(result, 0.0001, 1.0);
}

const common::Value* Statistics::known_value(const query::Expression& expression) {
  const query::Expression* e = &expression;
  while (e->kind == ExpressionKind::kRelabel) e = query::as<query::Relabel>(*e).argument.get();
  const auto* parameter = query::try_as<query::Parameter>(e);
  if (!parameter || parameter->parameter_kind != query::ParameterKind::kLiteral) return constant_value(expression);
  auto number = static_cast<size_t>(parameter->id);
  return number < context_.literals.size() ? &context_.literals[number] : nullptr;
}

double Statistics::comparison(const query::OperatorCall& call) {
  if (call.arguments.size() != 2) return kDefaultInequality;
  const query::Column* column = plain_column(*call.arguments[0]);
  const common::Value* value = known_value(*call.arguments[1]);
  bool swapped = false;
  if (!column) {
    column = plain_column(*call.arguments[1]);
    value = known_value(*call.arguments[0]);
    swapped = true;
  }
  int strategy = 0;
  for (auto [family, number] : context_.catalog.operator_families(call.op, Oid{kBtree})) strategy = number;
  Oid type = call.arguments[swapped ? 1 : 0]->type;
  if (strategy == 0) {
    auto op = context_.catalog.operator_by_oid(call.op);
    if (op && op->negator.valid()) {
      for (auto [family, number] : context_.catalog.operator_families(op->negator, Oid{kBtree}))
        if (number == 3) return column ? 1.0 - equality(*column, value, type) : 1.0 - kDefaultEqual;
    }
    return op && (op->name == "~~" || op->name == "~~*" || op->name == "~" || op->name == "~*") ? kDefaultMatch * 10
                                                                                                : kDefaultInequality;
  }
  if (!column) return strategy == 3 ? kDefaultEqual : kDefaultInequality;
  if (strategy == 3) return equality(*column, value, type);
  if (!value) return kDefaultInequality;
  bool less = strategy < 3;
  return range(*column, *value, swapped ? !less : less, type);
}

// = ANY (array) sums the elements' shares, <> ALL is its complement. Other operators: each element a default share.
double Statistics::any_array(const query::ScalarArrayCall& call) {
  constexpr double kUnknownElements = 10;
  const query::Column* column = plain_column(*call.left);
  auto share = [&](const common::Value* value) {
    return column ? equality(*column, value, call.left->type) : kDefaultEqual;
  };
  double sum = 0;
  const common::Value* array = known_value(*call.array);
  if (array && !array->is_null()) {
    types::ArrayView view(array->string());
    for (uint32_t i = 0; i < view.size(); ++i) {
      if (view.is_null(i)) continue;
      common::Value element = view.value(i);
      sum += share(&element);
    }
  } else {
    const auto* list = query::try_as<query::ArrayConstructor>(call.array.get());
    sum = share(nullptr) * (list ? static_cast<double>(list->elements.size()) : kUnknownElements);
  }
  sum = std::min(1.0, sum);
  return call.use_or ? sum : 1.0 - sum;
}

double Statistics::selectivity(const query::Expression& predicate) {
  switch (predicate.kind) {
    case ExpressionKind::kConstant: {
      const common::Value* value = constant_value(predicate);
      return !value->is_null() && value->as<bool>() ? 1.0 : 0.0;
    }
    case ExpressionKind::kOperator:
      return comparison(query::as<query::OperatorCall>(predicate));
    case ExpressionKind::kScalarArray:
      return any_array(query::as<query::ScalarArrayCall>(predicate));
    case ExpressionKind::kBool: {
      const auto& call = query::as<query::BoolCall>(predicate);
      if (call.bool_kind == query::BoolKind::kNot) return 1.0 - selectivity(*call.arguments[0]);
      double result = call.bool_kind == query::BoolKind::kAnd ? 1 : 0;
      for (const auto& argument : call.arguments) {
        double s = selectivity(*argument);
        result = call.bool_kind == query::BoolKind::kAnd ? result * s : result + s - result * s;
      }
      return result;
    }
    case ExpressionKind::kNullTest: {
      const auto& test = query::as<query::NullTest>(predicate);
      double nulls = 0.005;
      if (const query::Column* column = plain_column(*test.argument))
        if (const ColumnStatistics* statistics = column_statistics(*column)) nulls = statistics->null_fraction;
      return test.is_not ? 1 - nulls : nulls;
    }
    case ExpressionKind::kColumn:
      return 0.5;
    default:
      return kDefaultInequality;
  }
}

int Statistics::bound_of(const query::Expression& predicate, const query::Column*& column) {
  if (predicate.kind != ExpressionKind::kOperator) return 0;
  const auto& call = query::as<query::OperatorCall>(predicate);
  if (call.arguments.size() != 2) return 0;
  int strategy = 0;
  for (auto [family, number] : context_.catalog.operator_families(call.op, Oid{kBtree})) strategy = number;
  if (strategy == 0 || strategy == 3) return 0;
  column = plain_column(*call.arguments[0]);
  if (column) return constant_value(*call.arguments[1]) ? (strategy > 3 ? 1 : -1) : 0;
  column = plain_column(*call.arguments[1]);
  return column && constant_value(*call.arguments[0]) ? (strategy > 3 ? -1 : 1) : 0;
}

double Statistics::selectivity(const std::vector<const query::Expression*>& conjuncts) {
  constexpr double kNarrow = 0.005;
  struct Range {
    double lower = 1, upper = 1;
  };
  std::map<std::pair<int, int16_t>, Range> ranges;
  double result = 1;
  for (const query::Expression* e : conjuncts) {
    const query::Column* column = nullptr;
    double share = selectivity(*e);
    int bound = bound_of(*e, column);
    if (bound == 0) {
      result *= share;
      continue;
    }
    Range& range = ranges[{column->table, column->column}];
    double& side = bound > 0 ? range.lower : range.upper;
    side = std::min(side, share);
  }
  for (const auto& [column, range] : ranges) {
    bool unknown = range.lower == kDefaultInequality && range.upper == kDefaultInequality;
    double between = range.lower + range.upper - 1;
    if (range.lower == 1 || range.upper == 1)
      result *= std::min(range.lower, range.upper);
    else
      result *= unknown ? kNarrow : std::max(between, 0.0005);
  }
  return result;
}

double Statistics::semi_selectivity(const query::Expression& predicate, const std::set<int>& right, double rows) {
  if (predicate.kind != ExpressionKind::kOperator) return 0.5;
  const auto& call = query::as<query::OperatorCall>(predicate);
  auto op = context_.catalog.operator_by_oid(call.op);
  if (!op || !op->can_hash || call.arguments.size() != 2) return 0.5;
  const query::Column *a = plain_column(*call.arguments[0]), *b = plain_column(*call.arguments[1]);
  if (!a || !b) return 0.5;
  if (right.contains(a->table)) std::swap(a, b);
  double left_values = column_distinct(*a, 1e12), right_values = std::min(column_distinct(*b, 1e12), rows);
  return std::min(1.0, right_values / std::max(1.0, left_values));
}

double Statistics::join_selectivity(const query::Expression& predicate) {
  if (predicate.kind != ExpressionKind::kOperator) return kDefaultInequality;
  const auto& call = query::as<query::OperatorCall>(predicate);
  auto op = context_.catalog.operator_by_oid(call.op);
  if (!op || !op->can_hash || call.arguments.size() != 2) return kDefaultInequality;
  double left = distinct(*call.arguments[0], 1e12), right = distinct(*call.arguments[1], 1e12);
  return 1.0 / std::max({left, right, 1.0});
}

double Statistics::join_selectivity(const std::vector<const query::Expression*>& predicates) {
  std::vector<double> each;
  std::map<int, std::map<int16_t, size_t>> compared;  // table -> column -> predicate
  for (size_t i = 0; i < predicates.size(); ++i) {
    each.push_back(join_selectivity(*predicates[i]));
    if (predicates[i]->kind != ExpressionKind::kOperator) continue;
    const auto& call = query::as<query::OperatorCall>(*predicates[i]);
    auto op = context_.catalog.operator_by_oid(call.op);
    if (!op || !op->can_hash) continue;
    for (const auto& argument : call.arguments)
      if (const query::Column* column = plain_column(*argument)) compared[column->table].emplace(column->column, i);
  }
  for (const auto& [table, columns] : compared) {
    const query::RangeTableEntry& entry = query_.entry(table);
    if (columns.size() < 2 || entry.kind != query::RangeKind::kRelation || !entry.relation) continue;
    for (const auto& index : entry.relation->indexes) {
      if (!index->unique || index->key_count < 2 || !index->predicate_tree.empty()) continue;
      std::set<size_t> used;
      for (int k = 0; k < index->key_count; ++k)
        if (auto it = columns.find(index->keys[static_cast<size_t>(k)].column); it != columns.end())
          used.insert(it->second);
      if (used.size() != static_cast<size_t>(index->key_count)) continue;
      double product = 1;
      for (size_t i : used) product *= each[i];
      double one_row = 1.0 / relation_rows(*entry.relation);
      if (product >= one_row) continue;
      for (size_t i : used) each[i] = 1;
      each[*used.begin()] = one_row;
    }
  }
  double result = 1;
  for (double selectivity : each) result *= selectivity;
  return result;
}

double comparison_selectivity(PlanContext context, const query::LiteralParameter& literal, const common::Value& value) {
  query::BoundQuery query;
  auto entry = std::make_unique<query::RangeTableEntry>();
  entry->relation = literal.relation;
  query.range_table.push_back(std::move(entry));
  auto column = std::make_unique<query::Column>();
  column->table = 1;
  column->column = literal.column;
  column->type = literal.column_type;
  column->collation = literal.collation;
  auto constant = std::make_unique<query::Constant>();
  constant->type = literal.type;
  constant->value = value;
  query::OperatorCall call;
  call.op = literal.op;
  call.input_collation = literal.collation;
  call.arguments.push_back(std::move(column));
  call.arguments.push_back(std::move(constant));
  if (literal.on_the_left) std::swap(call.arguments[0], call.arguments[1]);
  return Statistics(context, query).selectivity(call);
}

}  // namespace basalt::planner
