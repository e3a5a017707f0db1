// The scan of one range table entry: sequential or through an index, with filters pushed to the leaf where they are
// total (QRY-11).
#include <algorithm>
#include <limits>

#include "planner/index_path.hpp"
#include "planner/level.hpp"
#include "planner/prepare.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using common::PhysicalType;
using query::ExpressionKind;
using query::RangeKind;
using storage::LeafFilterKind;

Partial Level::scan_table(int table, std::vector<Predicate>& predicates) {
  if (query_.entry(table).kind == RangeKind::kRelation) return scan_relation(table, predicates);
  Partial out = scan_source(table);
  if (rechecks() && out.available.size() > 0) {
    out.plan->recheck_table = recheck_id(table);
    ExpressionList& columns = carried_[table];
    columns.clear();
    for (size_t i = 0; i < out.available.size(); ++i) columns.push_back(query::clone(*out.available.at(i)));
  }
  return out;
}

Partial Level::scan_source(int table) {
  switch (query_.entry(table).kind) {
    case RangeKind::kSubquery:
      return scan_subquery(table);
    case RangeKind::kFunction:
      return scan_function(table);
    case RangeKind::kValues:
      return scan_values(table);
    case RangeKind::kCte:
      return scan_cte(table);
    case RangeKind::kNamedTuplestore: {
      const query::RangeTableEntry& entry = query_.entry(table);
      auto node = make<PhysicalTuplestoreScan>();
      node->name = entry.tuplestore_name;
      Partial out;
      for (size_t i = 0; i < entry.columns.size(); ++i) {
        if (is_dropped(entry, i)) {  // the rows have it all the same
          out.available.add(nullptr);
          node->output.push_back({{}, -1, {}, entry.relation->columns[i].physical, ""});
          continue;
        }
        OutputColumn output = column_output(table, static_cast<int16_t>(i + 1));
        out.available.add(
            make_column(table, static_cast<int16_t>(i + 1), output.type, output.typmod, output.collation));
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
    default:
      throw common::not_supported("this kind of FROM item");
  }
}

void Level::set_scan_columns(ScanBase& scan, Available& available, int table) {
  const query::RangeTableEntry& entry = query_.entry(table);
  scan.relation = entry.relation;
  if (row_id_tables_.contains(table)) scan.table = recheck_id(table);
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
    default:
      return false;
  }
}

bool bytewise_collation(Oid collation) {
  return !collation.valid() || collation.value == 100 || collation.value == 950;
}

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
    case 1:
      return LeafFilterKind::kLess;
    case 2:
      return LeafFilterKind::kLessEqual;
    case 3:
      return LeafFilterKind::kEqual;
    case 4:
      return LeafFilterKind::kGreaterEqual;
    default:
      return LeafFilterKind::kGreater;
  }
}

// Known before the scan of a relation starts.
bool known_value(const Expression& e, catalog::CatalogReader& catalog) {
  return !has_columns(e) && !query::contains_sublink(e) && !query::contains_volatile(e, catalog);
}

std::vector<const Expression*> expressions_of(const std::vector<Predicate>& predicates) {
  std::vector<const Expression*> out;
  for (const Predicate& p : predicates) out.push_back(p.used ? nullptr : p.expression.get());
  return out;
}

}  // namespace

Partial Level::scan_relation(int table, std::vector<Predicate>& predicates) {
  const query::RangeTableEntry& entry = query_.entry(table);
  if (entry.inherit && entry.relation->has_children) throw common::not_supported("scanning a table with children");
  if (entry.relation->kind == 'p') throw common::not_supported("scanning a partitioned table");
  if (std::optional<Partial> current = scan_current_of(table, predicates)) return std::move(*current);
  const auto& settings = shared_.context.settings;
  if (settings.enable_indexscan && !entry.sample) {
    double rows = statistics_.relation_rows(*entry.relation), pages = statistics_.relation_pages(*entry.relation);
    double other = settings.enable_seqscan
                       ? pages * settings.seq_page_cost + rows * (settings.cpu_tuple_cost + settings.cpu_operator_cost)
                       : std::numeric_limits<double>::infinity();
    if (std::optional<Partial> indexed = scan_index(table, predicates, other)) return std::move(*indexed);
  }
  return scan_table_only(table, predicates);
}

// WHERE CURRENT OF: the one row that the cursor stands on.
std::optional<Partial> Level::scan_current_of(int table, std::vector<Predicate>& predicates) {
  auto found = std::find_if(predicates.begin(), predicates.end(), [](const Predicate& p) {
    return !p.used && p.expression->kind == ExpressionKind::kCurrentOf;
  });
  if (found == predicates.end()) return std::nullopt;
  auto node = make<PhysicalRowIdScan>();
  Partial out;
  set_scan_columns(*node, out.available, table);
  node->current_of = query::as<query::CurrentOf>(*found->expression).cursor;
  found->used = true;
  finish_costs(*node, 1, 1);
  out.plan = std::move(node);
  return filter(std::move(out), predicates);
}

std::optional<Partial> Level::scan_index(int table, std::vector<Predicate>& predicates, double other_cost) {
  IndexPaths paths(*this, table, expressions_of(predicates),
                   [this](const Expression& e) { return known_value(e, catalog()); });
  std::optional<IndexPath> best = paths.cheapest();
  if (!best || (paths.scan_cost(*best) >= other_cost && !best->unique_point)) return std::nullopt;
  return finish_index_scan(paths, *best, predicates);
}

std::optional<Partial> Level::scan_ordered(int table, std::vector<Predicate>& predicates) {
  if (!shared_.context.settings.enable_indexscan || query_.entry(table).sample) return std::nullopt;
  IndexPaths paths(*this, table, expressions_of(predicates),
                   [this](const Expression& e) { return known_value(e, catalog()); });
  const IndexPath* best = nullptr;
  std::vector<IndexPath> ordered = paths.ordered(*wanted_order_);
  for (const IndexPath& path : ordered)
    if (!best || paths.scan_cost(path) < paths.scan_cost(*best)) best = &path;
  if (!best) return std::nullopt;
  return finish_index_scan(paths, *best, predicates);
}

Partial Level::finish_index_scan(IndexPaths& paths, const IndexPath& path, std::vector<Predicate>& predicates) {
  Partial out;
  Available none;
  std::unique_ptr<PhysicalIndexScan> node = paths.build(path, none, out.available);
  double selectivity = path.selectivity;
  std::vector<ExpressionPointer> rest;
  for (size_t i = 0; i < predicates.size(); ++i) {
    if (predicates[i].used) continue;
    predicates[i].used = true;
    if (path.uses(i)) continue;
    rest.push_back(resolve(*predicates[i].expression, out.available));
    selectivity *= statistics_.selectivity(*predicates[i].expression);
  }
  node->filter = and_all(std::move(rest));
  finish_costs(*node, paths.rows() * selectivity, paths.scan_cost(path));
  out.plan = std::move(node);
  return out;
}

Partial Level::scan_table_only(int table, std::vector<Predicate>& predicates) {
  const query::RangeTableEntry& entry = query_.entry(table);
  double rows = statistics_.relation_rows(*entry.relation), pages = statistics_.relation_pages(*entry.relation);
  Partial out;
  auto scan = make<PhysicalTableScan>();
  set_scan_columns(*scan, out.available, table);
  const auto& settings = shared_.context.settings;
  double cost = pages * settings.seq_page_cost + rows * settings.cpu_tuple_cost;
  const bool has_heap = entry.relation->kind != 'S';  // a sequence has no leaves to filter in
  std::vector<ExpressionPointer> rest;
  std::vector<const Expression*> conjuncts = expressions_of(predicates);
  std::erase(conjuncts, nullptr);
  double selectivity = statistics_.selectivity(conjuncts);
  for (Predicate& p : predicates) {
    if (p.used) continue;
    cost += rows * settings.cpu_operator_cost;
    p.used = true;
    SimpleComparison comparison;
    bool as_unsigned = false;
    if (has_heap && simple_comparison(*p.expression, catalog(), comparison) && comparison.column->column > 0 &&
        comparison.value->type == comparison.column->type && bytewise_collation(comparison.collation) &&
        leaf_comparable(comparison.column->type, as_unsigned)) {
      Available none;
      scan->pushed.push_back(
          {comparison.column->column, leaf_kind(comparison), resolve(*comparison.value, none), as_unsigned});
      continue;
    }
    if (const auto* test = query::try_as<query::NullTest>(p.expression.get());
        has_heap && test && !test->argument_is_row) {
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

Partial Level::scan_subquery(int table) {
  query::RangeTableEntry& entry = query_.entry(table);
  OuterCollector local;
  OuterCollector& collector = entry.lateral && !collectors_.empty() ? *collectors_.back() : local;
  std::vector<int> reads;
  drop_unused_targets(*entry.subquery, needed_[table], catalog());
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
  size_t first = 0;
  for (const auto& function : entry.functions) {
    query::RangeFunction planned;
    ExpressionPointer call = query::clone(*function.call);
    siblings_to_parameters(call, parameter_of);
    planned.call = resolve(*call, none);
    for (const size_t end = first + static_cast<size_t>(function.column_count); first < end; ++first)
      planned.column_count += !is_dropped(entry, first);
    planned.definitions = function.definitions;
    node->functions.push_back(std::move(planned));
  }
  Partial out;
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    if (is_dropped(entry, i)) continue;
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
  // Rows that come with each execution: some number.
  double rows = entry.values_literal_list >= 0 ? 100 : static_cast<double>(entry.values.size());
  finish_costs(*node, rows, 0.01 * rows);
  out.plan = std::move(node);
  return out;
}

}  // namespace basalt::planner
