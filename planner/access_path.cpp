// The scan of one range table entry: sequential or through an index, with filters pushed to the leaf where they are total (QRY-11).
#include <algorithm>
#include <cmath>

#include "planner/join_keys.hpp"
#include "planner/level.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using common::PhysicalType;
using query::ExpressionKind;
using query::RangeKind;
using storage::LeafFilterKind;

Partial Level::scan_table(int table, std::vector<Predicate>& predicates) {
  switch (query_.entry(table).kind) {
    case RangeKind::kRelation: return scan_relation(table, predicates);
    case RangeKind::kSubquery: return scan_subquery(table);
    case RangeKind::kFunction: return scan_function(table);
    case RangeKind::kValues: return scan_values(table);
    case RangeKind::kCte: return scan_cte(table);
    case RangeKind::kNamedTuplestore: {
      const query::RangeTableEntry& entry = query_.entry(table);
      auto node = make<PhysicalTuplestoreScan>();
      node->name = entry.tuplestore_name;
      Partial out;
      for (size_t i = 0; i < entry.columns.size(); ++i) {
        OutputColumn output = column_output(table, static_cast<int16_t>(i + 1));
        out.available.add(make_column(table, static_cast<int16_t>(i + 1), output.type, output.typmod, output.collation));
        node->output.push_back(std::move(output));
      }
      finish_costs(*node, entry.tuplestore_rows, 10);
      out.plan = std::move(node);
      return out;
    }
    case RangeKind::kResult: {
      Partial out;
      auto node = make<PhysicalResult>();
      finish_costs(*node, 1, 0.01);
      out.plan = std::move(node);
      return out;
    }
    default: throw common::not_supported("this kind of FROM item");
  }
}

void Level::set_scan_columns(ScanBase& scan, Available& available, int table) {
  const query::RangeTableEntry& entry = query_.entry(table);
  scan.relation = entry.relation;
  scan.table = table;
  scan.alias = entry.alias.empty() ? entry.name : entry.alias;
  for (int16_t column : needed_[table]) {
    OutputColumn output = column_output(table, column);
    scan.columns.push_back(column);
    available.add(make_column(table, column, output.type, output.typmod, output.collation));
    scan.output.push_back(std::move(output));
  }
}

namespace {

// Types whose equality and order are those of the leaf's physical comparison.
bool leaf_comparable(Oid type, bool& as_unsigned) {
  as_unsigned = false;
  switch (type.value) {
    case 16:    // bool
    case 21:    // int2
    case 23:    // int4
    case 20:    // int8
    case 1082:  // date
    case 1083:  // time
    case 1114:  // timestamp
    case 1184:  // timestamptz
    case 700:   // float4
    case 701:   // float8
      return true;
    case 26:  // oid
      as_unsigned = true;
      return true;
    case 2950:  // uuid
    case 25:    // text, under the C collation of the database
    case 1043:  // varchar
    case 17:    // bytea
      return true;
    default: return false;
  }
}

bool bytewise_collation(Oid collation) { return !collation.valid() || collation.value == 100 || collation.value == 950; }

// column <op> expression without columns, with the operator of the type's default btree family.
struct SimpleComparison {
  const query::Column* column = nullptr;
  const Expression* value = nullptr;
  int strategy = 0;  // as if the column stood on the left
  Oid op, collation;
  bool not_equal = false;
};

bool has_columns(const Expression& e) {
  return query::walk_with_depth(e, [](const Expression& inner, int depth) {
    const auto* column = query::try_as<query::Column>(&inner);
    return column && column->levels_up == depth;
  });
}

bool simple_comparison(const Expression& e, catalog::CatalogReader& catalog, SimpleComparison& out) {
  if (e.kind != ExpressionKind::kOperator) return false;
  const auto& call = query::as<query::OperatorCall>(e);
  if (call.arguments.size() != 2) return false;
  int side = plain_column(*call.arguments[0]) ? 0 : 1;
  out.column = plain_column(*call.arguments[static_cast<size_t>(side)]);
  out.value = call.arguments[static_cast<size_t>(1 - side)].get();
  if (!out.column || has_columns(*out.value) || query::contains_sublink(*out.value)) return false;
  if (query::contains_volatile(*out.value, catalog)) return false;
  out.op = call.op;
  out.collation = call.input_collation;
  auto op = catalog.operator_by_oid(call.op);
  for (auto [family, strategy] : catalog.operator_families(call.op, Oid{403})) out.strategy = strategy;
  if (out.strategy == 0 && op && op->negator.valid())
    for (auto [family, strategy] : catalog.operator_families(op->negator, Oid{403})) out.not_equal |= strategy == 3;
  if (side == 1 && out.strategy) out.strategy = 6 - out.strategy;
  return out.strategy != 0 || out.not_equal;
}

LeafFilterKind leaf_kind(const SimpleComparison& comparison) {
  if (comparison.not_equal) return LeafFilterKind::kNotEqual;
  switch (comparison.strategy) {
    case 1: return LeafFilterKind::kLess;
    case 2: return LeafFilterKind::kLessEqual;
    case 3: return LeafFilterKind::kEqual;
    case 4: return LeafFilterKind::kGreaterEqual;
    default: return LeafFilterKind::kGreater;
  }
}

}  // namespace

Partial Level::scan_relation(int table, std::vector<Predicate>& predicates) {
  const query::RangeTableEntry& entry = query_.entry(table);
  if (entry.inherit && entry.relation->has_children) throw common::not_supported("scanning a table with children");
  if (entry.relation->kind == 'p') throw common::not_supported("scanning a partitioned table");
  double rows = statistics_.relation_rows(*entry.relation), pages = statistics_.relation_pages(*entry.relation);
  Partial out;
  auto scan = make<PhysicalTableScan>();
  set_scan_columns(*scan, out.available, table);

  double selectivity = 1;
  std::vector<bool> used(predicates.size(), false);
  PhysicalPointer index_plan;
  if (shared_.context.settings.enable_indexscan && !entry.sample)
    index_plan = best_index_scan(table, predicates, out.available, rows, pages, selectivity, used);
  if (index_plan) {
    for (size_t i = 0; i < predicates.size(); ++i) predicates[i].used |= used[i];
    out.plan = std::move(index_plan);
    return out;
  }

  const auto& settings = shared_.context.settings;
  double cost = pages * settings.seq_page_cost + rows * settings.cpu_tuple_cost;
  std::vector<ExpressionPointer> rest;
  for (Predicate& p : predicates) {
    if (p.used) continue;
    selectivity *= statistics_.selectivity(*p.expression);
    cost += rows * settings.cpu_operator_cost;
    p.used = true;
    SimpleComparison comparison;
    bool as_unsigned = false;
    if (simple_comparison(*p.expression, catalog(), comparison) && comparison.column->column > 0 &&
        comparison.value->type == comparison.column->type && bytewise_collation(comparison.collation) &&
        leaf_comparable(comparison.column->type, as_unsigned)) {
      Available none;
      scan->pushed.push_back({comparison.column->column, leaf_kind(comparison), resolve(*comparison.value, none), as_unsigned});
      continue;
    }
    if (const auto* test = query::try_as<query::NullTest>(p.expression.get()); test && !test->argument_is_row) {
      const query::Column* column = plain_column(*test->argument);
      if (column && column->column > 0) {
        scan->pushed.push_back(
            {column->column, test->is_not ? LeafFilterKind::kIsNotNull : LeafFilterKind::kIsNull, nullptr, false});
        continue;
      }
    }
    rest.push_back(resolve(*p.expression, out.available));
  }
  scan->filter = and_all(std::move(rest));
  if (entry.sample) {
    scan->sample_method = entry.sample->method;
    Available none;
    for (const auto& argument : entry.sample->arguments) scan->sample_arguments.push_back(resolve(*argument, none));
    scan->sample_repeatable = resolve_or_null(entry.sample->repeatable, none);
  }
  finish_costs(*scan, rows * selectivity, cost);
  out.plan = std::move(scan);
  return out;
}

namespace {

struct IndexMatch {
  catalog::IndexPointer index;
  struct Condition {
    int key;
    int strategy;
    const Expression* value;
    size_t predicate;
    bool any_array = false, is_null = false, is_not_null = false;
  };
  std::vector<Condition> conditions;
  double selectivity = 1;
  bool unique_point = false;
};

// Conditions of one predicate on one key.
bool match_predicate(const catalog::IndexDescriptor& index, int key, int table, const Predicate& predicate, size_t number,
                     catalog::CatalogReader& catalog, IndexMatch::Condition& out) {
  const auto& descriptor = index.keys[static_cast<size_t>(key)];
  const Expression& e = *predicate.expression;
  out.key = key;
  out.predicate = number;
  if (const auto* test = query::try_as<query::NullTest>(&e); test && !test->argument_is_row) {
    const query::Column* column = plain_column(*test->argument);
    if (!column || column->table != table || column->column != descriptor.column || descriptor.column == 0) return false;
    out.is_null = !test->is_not;
    out.is_not_null = test->is_not;
    return true;
  }
  if (e.kind == ExpressionKind::kScalarArray) {
    const auto& call = query::as<query::ScalarArrayCall>(e);
    const query::Column* column = plain_column(*call.left);
    if (!call.use_or || !column || column->table != table || column->column != descriptor.column) return false;
    if (descriptor.column == 0 || has_columns(*call.array) || query::contains_sublink(*call.array)) return false;
    if (btree_strategy(call.op, descriptor.opclass, catalog) != 3 || call.left->type != descriptor.type) return false;
    auto array = catalog.type(call.array->type);
    if (array->element != descriptor.type) return false;
    out.any_array = true;
    out.strategy = 3;
    out.value = call.array.get();
    return true;
  }
  SimpleComparison comparison;
  if (!simple_comparison(e, catalog, comparison) || comparison.not_equal) return false;
  if (comparison.column->table != table || comparison.column->column != descriptor.column || descriptor.column == 0)
    return false;
  if (btree_strategy(comparison.op, descriptor.opclass, catalog) == 0) return false;
  if (descriptor.collation.valid() && comparison.collation.valid() && comparison.collation != descriptor.collation)
    return false;
  if (!cast_key(*comparison.value, descriptor.type) && comparison.value->type != descriptor.type) return false;
  out.strategy = comparison.strategy;
  out.value = comparison.value;
  return true;
}

}  // namespace

PhysicalPointer Level::best_index_scan(int table, const std::vector<Predicate>& predicates, const Available& available,
                                       double table_rows, double pages, double& selectivity, std::vector<bool>& used) {
  const query::RangeTableEntry& entry = query_.entry(table);
  std::optional<IndexMatch> best;
  for (const auto& index : entry.relation->indexes) {
    if (!index->valid || !index->predicate_tree.empty()) continue;
    IndexMatch match;
    match.index = index;
    int equalities = 0;
    for (int key = 0; key < index->key_count; ++key) {
      std::vector<IndexMatch::Condition> here;
      for (size_t i = 0; i < predicates.size(); ++i) {
        IndexMatch::Condition condition;
        if (predicates[i].used || !match_predicate(*index, key, table, predicates[i], i, catalog(), condition)) continue;
        here.push_back(condition);
      }
      auto equal = std::find_if(here.begin(), here.end(),
                                [](const auto& c) { return c.strategy == 3 && !c.is_not_null && !c.is_null; });
      auto null = std::find_if(here.begin(), here.end(), [](const auto& c) { return c.is_null; });
      if (equal != here.end() || null != here.end()) {
        const auto& c = equal != here.end() ? *equal : *null;
        match.conditions.push_back(c);
        match.selectivity *= statistics_.selectivity(*predicates[c.predicate].expression);
        ++equalities;
        if (c.any_array) break;
        continue;
      }
      for (const auto& c : here) {
        match.conditions.push_back(c);
        match.selectivity *= statistics_.selectivity(*predicates[c.predicate].expression);
      }
      break;
    }
    if (match.conditions.empty()) continue;
    match.unique_point = index->unique && equalities == index->key_count;
    if (match.unique_point) match.selectivity = std::min(match.selectivity, 1.0 / std::max(1.0, table_rows));
    if (!best || match.selectivity < best->selectivity) best = std::move(match);
  }
  if (!best) return nullptr;
  const auto& settings = shared_.context.settings;
  double matching = std::max(1.0, table_rows * best->selectivity);
  double touched = std::min(pages, matching);
  double index_cost = settings.random_page_cost * std::min(2.0, std::log2(pages + 1)) +
                      touched * settings.random_page_cost * 0.5 + matching * (settings.cpu_index_tuple_cost + settings.cpu_tuple_cost);
  double seq_cost = pages * settings.seq_page_cost + table_rows * (settings.cpu_tuple_cost + settings.cpu_operator_cost);
  if (index_cost >= seq_cost && settings.enable_seqscan && !best->unique_point) return nullptr;

  auto node = make<PhysicalIndexScan>();
  Available same;
  set_scan_columns(*node, same, table);
  node->index = best->index;
  selectivity = best->selectivity;
  Available none;
  for (const auto& c : best->conditions) {
    IndexCondition condition;
    condition.key = c.key;
    condition.strategy = c.strategy;
    condition.any_array = c.any_array;
    condition.is_null = c.is_null;
    condition.is_not_null = c.is_not_null;
    if (c.value) {
      Oid key_type = best->index->keys[static_cast<size_t>(c.key)].type;
      ExpressionPointer value = c.any_array ? nullptr : cast_key(*c.value, key_type);
      condition.value = resolve(value ? *value : *c.value, none);
    }
    node->conditions.push_back(std::move(condition));
    used[c.predicate] = true;
  }
  std::vector<ExpressionPointer> rest;
  for (size_t i = 0; i < predicates.size(); ++i) {
    if (predicates[i].used || used[i]) continue;
    rest.push_back(resolve(*predicates[i].expression, available));
    selectivity *= statistics_.selectivity(*predicates[i].expression);
    used[i] = true;
  }
  node->filter = and_all(std::move(rest));
  finish_costs(*node, table_rows * selectivity, index_cost);
  return node;
}

Partial Level::scan_subquery(int table) {
  query::RangeTableEntry& entry = query_.entry(table);
  OuterCollector local;
  OuterCollector& collector = entry.lateral && !collectors_.empty() ? *collectors_.back() : local;
  std::vector<int> reads;
  PhysicalPointer plan = plan_inner(*entry.subquery, collector, &reads);
  ENSURE(local.references.empty(), "a subquery that is not lateral refers to its siblings");
  Partial out;
  for (size_t i = 0; i < plan->output.size(); ++i) {
    const OutputColumn& output = plan->output[i];
    out.available.add(make_column(table, static_cast<int16_t>(i + 1), output.type, output.typmod, output.collation));
  }
  out.plan = std::move(plan);
  return out;
}

namespace {

// References to siblings inside a lateral function or VALUES become parameters.
void siblings_to_parameters(ExpressionPointer& e, const std::function<int(const Expression&)>& parameter_of) {
  query::transform(e, [&](ExpressionPointer& node) {
    const auto* column = query::try_as<query::Column>(node.get());
    if (!column || column->levels_up > 0) return;
    auto parameter = std::make_unique<query::Parameter>();
    parameter->parameter_kind = query::ParameterKind::kExec;
    parameter->id = parameter_of(*node);
    parameter->type = node->type;
    parameter->typmod = node->typmod;
    parameter->collation = node->collation;
    node = std::move(parameter);
  });
}

}  // namespace

Partial Level::scan_function(int table) {
  const query::RangeTableEntry& entry = query_.entry(table);
  auto node = make<PhysicalFunctionScan>();
  node->alias = entry.alias.empty() ? entry.name : entry.alias;
  node->ordinality = entry.ordinality;
  auto parameter_of = [this](const Expression& e) { return outer_parameter(e); };
  Available none;
  for (const auto& function : entry.functions) {
    query::RangeFunction planned;
    ExpressionPointer call = query::clone(*function.call);
    siblings_to_parameters(call, parameter_of);
    planned.call = resolve(*call, none);
    planned.column_count = function.column_count;
    planned.definitions = function.definitions;
    node->functions.push_back(std::move(planned));
  }
  Partial out;
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    OutputColumn output = column_output(table, static_cast<int16_t>(i + 1));
    out.available.add(make_column(table, static_cast<int16_t>(i + 1), output.type, output.typmod, output.collation));
    node->output.push_back(std::move(output));
  }
  finish_costs(*node, 100, 1);
  out.plan = std::move(node);
  return out;
}

Partial Level::scan_values(int table) {
  const query::RangeTableEntry& entry = query_.entry(table);
  auto node = make<PhysicalValuesScan>();
  node->alias = entry.alias.empty() ? "*VALUES*" : entry.alias;
  node->literal_list = entry.values_literal_list;
  auto parameter_of = [this](const Expression& e) { return outer_parameter(e); };
  Available none;
  for (const auto& row : entry.values) {
    ExpressionList values;
    for (const auto& value : row) {
      ExpressionPointer copy = query::clone(*value);
      siblings_to_parameters(copy, parameter_of);
      values.push_back(resolve(*copy, none));
    }
    node->rows_list.push_back(std::move(values));
  }
  Partial out;
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    OutputColumn output = column_output(table, static_cast<int16_t>(i + 1));
    out.available.add(make_column(table, static_cast<int16_t>(i + 1), output.type, output.typmod, output.collation));
    node->output.push_back(std::move(output));
  }
  finish_costs(*node, static_cast<double>(entry.values.size()), 0.01 * static_cast<double>(entry.values.size()));
  out.plan = std::move(node);
  return out;
}

}  // namespace basalt::planner
