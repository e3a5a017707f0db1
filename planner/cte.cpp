// WITH: a CTE that is read once and may be inlined becomes a subquery; the others are planned on their own and their
// rows shared.
#include <algorithm>

#include "planner/level.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::CommandKind;
using query::CommonTableExpression;
using query::CteMaterialize;
using query::RangeKind;

namespace {

bool may_inline(const CommonTableExpression& cte, catalog::CatalogReader& catalog) {
  const BoundQuery& query = *cte.query;
  if (cte.recursive || query.command != CommandKind::kSelect || !query.row_marks.empty()) return false;
  if (cte.materialize == CteMaterialize::kAlways) return false;
  if (cte.materialize == CteMaterialize::kDefault && cte.reference_count > 1) return false;
  bool is_volatile = query::walk_with_depth(query, [&](const Expression& e, int) {
    return (e.kind == query::ExpressionKind::kFunction || e.kind == query::ExpressionKind::kOperator) &&
           query::contains_volatile(e, catalog);
  });
  return !is_volatile;
}

}  // namespace

void Level::plan_ctes() {
  // Addresses of planned CTEs are handed out: no growth while they are in use.
  ctes_.reserve(query_.ctes.size());
  for (auto& cte : query_.ctes) {
    if (cte->reference_count == 0 && cte->query->command == CommandKind::kSelect) continue;
    PlannedCte& planned = ctes_.emplace_back();
    planned.name = cte->name;
    planned.definition = cte.get();
    if (may_inline(*cte, catalog())) {
      planned.inline_it = true;
      continue;
    }
    auto set_rows = [&](const PhysicalNode& plan) {
      planned.output = plan.output;
      planned.rows = plan.rows;
    };
    if (cte->recursive && cte->query->set_operation) {
      plan_recursive_cte(*cte, planned);
      continue;
    }
    OuterCollector collector;
    PhysicalPointer plan = plan_inner(*cte->query, collector, &planned.outer_parameters);
    ENSURE(collector.references.empty(), "a CTE refers to the FROM list of its own query");
    set_rows(*plan);
    planned.index = static_cast<int>(shared_.statement.ctes.size());
    shared_.statement.ctes.push_back(std::move(plan));
    shared_.statement.cte_modifies.push_back(cte->query->command != CommandKind::kSelect);
    shared_.statement.modifies |= cte->query->command != CommandKind::kSelect;
  }
}

void Level::plan_recursive_cte(CommonTableExpression& cte, PlannedCte& planned) {
  BoundQuery& query = *cte.query;
  planned.recursion = shared_.statement.recursions++;
  planned.recursive_now = true;
  for (size_t i = 0; i < cte.column_types.size(); ++i)
    planned.output.push_back({cte.column_types[i], i < cte.column_typmods.size() ? cte.column_typmods[i] : -1,
                              i < cte.column_collations.size() ? cte.column_collations[i] : Oid{},
                              physical(cte.column_types[i]), i < cte.columns.size() ? cte.columns[i] : ""});
  // The query of the CTE is a level of its own: its arms are planned as that level's subqueries.
  Level level(shared_, this, query);
  OuterCollector collector;
  collectors_.push_back(&collector);
  level.plan_ctes();
  auto node = make<PhysicalRecursiveUnion>();
  node->recursion = planned.recursion;
  node->all = query.set_operation->all;
  node->children.push_back(level.plan_set_operation(*query.set_operation->left));
  node->children.push_back(level.plan_set_operation(*query.set_operation->right));
  collectors_.pop_back();
  planned.outer_parameters.assign(level.reads_.begin(), level.reads_.end());
  for (int id : level.reads_) reads_.insert(id);
  node->output = planned.output;
  double rows = node->children[0]->rows * 10;
  finish_costs(*node, rows, rows * 0.02);
  planned.rows = rows;
  planned.recursive_now = false;
  planned.index = static_cast<int>(shared_.statement.ctes.size());
  shared_.statement.ctes.push_back(std::move(node));
  shared_.statement.cte_modifies.push_back(false);
}

PlannedCte* Level::find_cte(const std::string& name, int levels_up) {
  Level* level = this;
  for (int i = 0; i < levels_up && level; ++i) level = level->parent_;
  ENSURE(level != nullptr, "WITH query of a level that is not there");
  for (PlannedCte& cte : level->ctes_)
    if (cte.name == name) return &cte;
  return nullptr;
}

Partial Level::scan_cte(int table) {
  const query::RangeTableEntry& entry = query_.entry(table);
  PlannedCte* cte = find_cte(entry.cte_name, entry.cte_levels_up);
  ENSURE(cte != nullptr, "WITH query " + entry.cte_name + " was not planned");
  Partial out;
  if (cte->inline_it) {
    kept_.push_back(query::clone(*cte->definition->query));
    // The definition is written one level below the query that owns the WITH.
    if (entry.cte_levels_up > 0) query::increment_levels(*kept_.back(), entry.cte_levels_up, 1);
    OuterCollector collector;
    PhysicalPointer plan = plan_inner(*kept_.back(), collector, nullptr);
    for (size_t i = 0; i < plan->output.size(); ++i)
      out.available.add(make_column(table, static_cast<int16_t>(i + 1), plan->output[i].type, plan->output[i].typmod,
                                    plan->output[i].collation));
    out.plan = std::move(plan);
    return out;
  }
  std::vector<OutputColumn> output = cte->output;
  for (size_t i = 0; i < output.size(); ++i)
    out.available.add(
        make_column(table, static_cast<int16_t>(i + 1), output[i].type, output[i].typmod, output[i].collation));
  if (cte->recursive_now) {
    auto node = make<PhysicalWorkTableScan>();
    node->name = cte->name;
    node->alias = entry.alias.empty() ? entry.name : entry.alias;
    node->recursion = cte->recursion;
    node->output = std::move(output);
    finish_costs(*node, 100, 1);
    out.plan = std::move(node);
    return out;
  }
  auto node = make<PhysicalCteScan>();
  node->name = cte->name;
  node->alias = entry.alias.empty() ? entry.name : entry.alias;
  node->cte = cte->index;
  node->outer_parameters = cte->outer_parameters;
  for (int id : cte->outer_parameters) reads_.insert(id);
  node->output = std::move(output);
  finish_costs(*node, cte->rows, cte->rows * 0.01);
  out.plan = std::move(node);
  return out;
}

}  // namespace basalt::planner
