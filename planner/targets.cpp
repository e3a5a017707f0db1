// The target list. Normally it is evaluated below the sort; PostgreSQL evaluates above it what must see the rows in
// their final order (volatile functions), what multiplies rows (set-returning functions, unless sorted by) and, under
// LIMIT, what would be computed for rows that nobody asks for.
#include <algorithm>

#include "planner/level.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

bool is_set_call(const Expression& e) {
  return (e.kind == ExpressionKind::kFunction && query::as<query::Function>(e).returns_set) ||
         (e.kind == ExpressionKind::kOperator && query::as<query::OperatorCall>(e).returns_set);
}

// The set-returning calls of an expression, innermost first; not those that the rows below already carry.
void collect_set_calls(const Expression& e, const Available& below, std::vector<const Expression*>& out) {
  if (below.find(e) >= 0) return;
  query::for_each_child(e, [&](const Expression& child) { collect_set_calls(child, below, out); });
  if (is_set_call(e)) out.push_back(&e);
}

int set_depth(const Expression& e, const Available& below) {
  if (below.find(e) >= 0) return 0;
  int depth = 0;
  query::for_each_child(e, [&](const Expression& child) { depth = std::max(depth, set_depth(child, below)); });
  return depth + (is_set_call(e) ? 1 : 0);
}

bool is_trivial(const Expression& e) {
  return e.kind == ExpressionKind::kColumn || e.kind == ExpressionKind::kConstant ||
         e.kind == ExpressionKind::kParameter || e.kind == ExpressionKind::kAggregate ||
         e.kind == ExpressionKind::kWindow || e.kind == ExpressionKind::kGrouping;
}

}  // namespace

// Position of a target entry among the query's targets.
int Level::target_slot(int sort_group) const {
  for (size_t i = 0; i < query_.targets.size(); ++i)
    if (query_.targets[i].sort_group == sort_group) return static_cast<int>(i);
  UNREACHABLE("no target entry for a sort clause");
}

// Over an input that holds the targets in order.
std::vector<SortKey> Level::sort_keys(const std::vector<query::SortGroupItem>& items, const PhysicalNode& input) const {
  std::vector<SortKey> keys;
  for (const auto& item : items) {
    int slot = target_slot(item.sort_group);
    const OutputColumn& output = input.output[static_cast<size_t>(slot)];
    keys.push_back({make_slot(slot, output), output.collation, item.descending, item.nulls_first});
  }
  return keys;
}

// Set-returning functions of the wanted targets, nested ones level by level; what the input has is passed through.
Partial Level::plan_set_calls(Partial input, const std::vector<bool>& wanted) {
  std::vector<const Expression*> calls;
  for (size_t i = 0; i < query_.targets.size(); ++i)
    if (wanted[i]) collect_set_calls(*query_.targets[i].expression, input.available, calls);
  std::vector<int> depths;
  for (const auto* call : calls) depths.push_back(set_depth(*call, input.available));
  int depth = depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
  for (int level = 1; level <= depth; ++level) {
    auto node = make<PhysicalProjectSet>();
    Available available;
    for (size_t slot = 0; slot < input.available.size(); ++slot) {
      node->expressions.push_back(make_slot(static_cast<int>(slot), input.plan->output[slot]));
      node->output.push_back(input.plan->output[slot]);
      available.add(input.available.at(slot) ? query::clone(*input.available.at(slot)) : nullptr);
    }
    for (size_t i = 0; i < calls.size(); ++i) {
      const Expression* call = calls[i];
      if (depths[i] != level || available.find(*call) >= 0) continue;
      ExpressionPointer resolved = query::clone(*call);
      query::for_each_child_slot(*resolved,
                                 [&](ExpressionPointer& child) { child = resolve(*child, input.available); });
      node->output.push_back(output_of(*call));
      node->expressions.push_back(std::move(resolved));
      available.add(query::clone(*call));
    }
    double rows = input.plan->rows * 10;
    node->children.push_back(std::move(input.plan));
    finish_costs(*node, rows, rows * 0.01);
    input.plan = std::move(node);
    input.available = std::move(available);
  }
  return input;
}

Partial Level::plan_targets(Partial input) {
  if (query_.has_target_sets) input = plan_set_calls(std::move(input), std::vector<bool>(query_.targets.size(), true));
  auto project = make<PhysicalProject>();
  Partial out;
  for (const auto& target : query_.targets) {
    project->row_by_row |= is_volatile(*target.expression);
    project->expressions.push_back(resolve(*target.expression, input.available));
    project->output.push_back(output_of(*target.expression, target.name));
    out.available.add(query::clone(*target.expression));
  }
  add_row_ids(*project, input.available, out.available);
  double rows = input.plan->rows;
  project->children.push_back(std::move(input.plan));
  finish_costs(*project, rows, rows * 0.0025 * static_cast<double>(project->expressions.size()));
  out.plan = std::move(project);
  return out;
}

// What re-checks of FOR UPDATE need travels behind the targets: row ids, and rows of what is not a table.
void Level::add_row_ids(PhysicalProject& project, const Available& input, Available& out) {
  for (int table : row_id_tables_) {
    OutputColumn output = column_output(table, kRowIdAttribute);
    ExpressionPointer column = make_column(table, kRowIdAttribute, output.type, -1, {});
    if (input.find(*column) < 0) continue;
    project.expressions.push_back(resolve(*column, input));
    project.output.push_back(output);
    out.add(std::move(column));
  }
  if (query_.row_marks.empty()) return;
  for (const auto& [table, columns] : carried_)
    for (const auto& column : columns) {
      if (input.find(*column) < 0 || out.find(*column) >= 0) continue;
      project.expressions.push_back(resolve(*column, input));
      project.output.push_back(output_of(*column));
      out.add(query::clone(*column));
    }
}

// Which targets are evaluated before the sort. Those that something sorts, groups or tells apart by always are.
std::vector<bool> Level::targets_before_sort() {
  std::vector<bool> before(query_.targets.size(), true);
  if (query_.order_by.empty() || !query_.distinct.empty()) return before;
  bool sorted_by_set = false;
  for (const auto& target : query_.targets)
    sorted_by_set |= target.sort_group != 0 && query::returns_set(*target.expression);
  for (size_t i = 0; i < before.size(); ++i) {
    const query::TargetEntry& target = query_.targets[i];
    if (target.sort_group != 0) continue;
    if (query::returns_set(*target.expression))
      before[i] = sorted_by_set;
    else
      before[i] = !is_volatile(*target.expression) && (!query_.limit || is_trivial(*target.expression));
  }
  return before;
}

// The slots of the input that an expression reads.
void Level::add_parts(const Expression& expression, const Available& available, std::set<int>& slots) {
  query::walk_with_depth(expression, [&](const Expression& e, int depth) {
    ExpressionPointer own = query::clone(e);
    if (depth > 0) query::increment_levels(own, -depth, depth);
    if (int slot = available.find(*own); slot >= 0) slots.insert(slot);
    const auto* column = query::try_as<query::Column>(own.get());
    if (column && column->column == 0 && column->levels_up == 0) add_parts(*whole_row(*column), available, slots);
    return false;
  });
}

// Targets in two steps, with the sort between them.
Partial Level::plan_sorted_targets(Partial input, const std::vector<bool>& before_sort) {
  if (query_.has_target_sets) input = plan_set_calls(std::move(input), before_sort);
  auto below = make<PhysicalProject>();
  Partial sorted;
  std::vector<int> slot_of(query_.targets.size(), -1);
  std::set<int> parts;
  for (size_t i = 0; i < query_.targets.size(); ++i) {
    const query::TargetEntry& target = query_.targets[i];
    if (!before_sort[i]) {
      add_parts(*target.expression, input.available, parts);
      continue;
    }
    bool is_volatile_target = is_volatile(*target.expression);
    slot_of[i] = static_cast<int>(below->expressions.size());
    below->row_by_row |= is_volatile_target;
    below->expressions.push_back(resolve(*target.expression, input.available));
    below->output.push_back(output_of(*target.expression, target.name));
    // Another call of the same volatile function is not this one.
    sorted.available.add(is_volatile_target ? nullptr : query::clone(*target.expression));
  }
  add_row_ids(*below, input.available, sorted.available);
  for (int part : parts) {
    const Expression* expression = input.available.at(static_cast<size_t>(part));
    if (sorted.available.find(*expression) >= 0) continue;
    below->expressions.push_back(make_slot(part, input.plan->output[static_cast<size_t>(part)]));
    below->output.push_back(input.plan->output[static_cast<size_t>(part)]);
    sorted.available.add(query::clone(*expression));
  }
  double rows = input.plan->rows;
  below->children.push_back(std::move(input.plan));
  finish_costs(*below, rows, rows * 0.0025 * static_cast<double>(below->expressions.size()));
  sorted.plan = std::move(below);

  std::vector<SortKey> keys;
  for (const auto& item : query_.order_by) {
    int slot = slot_of[static_cast<size_t>(target_slot(item.sort_group))];
    const OutputColumn& output = sorted.plan->output[static_cast<size_t>(slot)];
    keys.push_back({make_slot(slot, output), output.collation, item.descending, item.nulls_first});
  }
  sorted = sort_by(std::move(sorted), std::move(keys));
  auto* sort = static_cast<PhysicalSort*>(sorted.plan.get());
  std::vector<bool> after(before_sort.size());
  for (size_t i = 0; i < after.size(); ++i) after[i] = !before_sort[i];
  if (query_.has_target_sets) {
    size_t columns = sorted.plan->output.size();
    sorted = plan_set_calls(std::move(sorted), after);
    if (sorted.plan->output.size() > columns)
      sort = nullptr;  // rows are multiplied above: LIMIT says nothing about the sort
  }
  auto above = make<PhysicalProject>();
  Partial out;
  for (size_t i = 0; i < query_.targets.size(); ++i) {
    const query::TargetEntry& target = query_.targets[i];
    bool late = slot_of[i] < 0;
    above->row_by_row |= late && is_volatile(*target.expression);
    above->expressions.push_back(late ? resolve(*target.expression, sorted.available)
                                      : make_slot(slot_of[i], sorted.plan->output[static_cast<size_t>(slot_of[i])]));
    above->output.push_back(output_of(*target.expression, target.name));
    out.available.add(query::clone(*target.expression));
  }
  add_row_ids(*above, sorted.available, out.available);
  rows = sorted.plan->rows;
  above->children.push_back(std::move(sorted.plan));
  finish_costs(*above, rows, rows * 0.0025 * static_cast<double>(above->expressions.size()));
  out.plan = std::move(above);
  return plan_rest(std::move(out), sort);
}

}  // namespace basalt::planner
