// UNION, INTERSECT, EXCEPT.
#include "planner/level.hpp"
#include "query/coerce_column.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::SetOperation;
using query::SetOperationKind;

PhysicalPointer Level::append_distinct(PhysicalPointer input, const SetOperation& operation) {
  if (sorts_instead_of_hashing(operation.group_items)) return sorted_distinct(std::move(input));
  auto node = make<PhysicalAggregate>();
  node->strategy = AggregateStrategy::kHash;
  for (size_t i = 0; i < input->output.size(); ++i) {
    node->groups.push_back(make_slot(static_cast<int>(i), input->output[i]));
    node->group_collations.push_back(input->output[i].collation);
  }
  node->output = input->output;
  double rows = input->rows;
  node->children.push_back(std::move(input));
  finish_costs(*node, std::max(1.0, rows / 2), rows * 0.01);
  return node;
}

PhysicalPointer Level::sorted_distinct(PhysicalPointer input) {
  auto unique = make<PhysicalUnique>();
  std::vector<SortKey> keys;
  for (size_t i = 0; i < input->output.size(); ++i) {
    keys.push_back({make_slot(static_cast<int>(i), input->output[i]), input->output[i].collation, false, false});
    unique->columns.push_back(static_cast<int>(i));
  }
  unique->output = input->output;
  Partial rows_of_arms;
  rows_of_arms.plan = std::move(input);
  unique->children.push_back(sort_by(std::move(rows_of_arms), std::move(keys)).plan);
  double rows = unique->children[0]->rows;
  finish_costs(*unique, std::max(1.0, rows / 2), rows * 0.0025);
  return unique;
}

namespace {

void collect_union_leaves(SetOperation& node, bool all, std::vector<SetOperation*>& out) {
  if (node.table == 0 && node.kind == SetOperationKind::kUnion && node.all == all) {
    collect_union_leaves(*node.left, all, out);
    collect_union_leaves(*node.right, all, out);
    return;
  }
  out.push_back(&node);
}

}  // namespace

// Arms deliver the common types of the operation's columns.
PhysicalPointer Level::coerce_arm(PhysicalPointer arm, const SetOperation& node) {
  bool same = true;
  for (size_t i = 0; i < node.column_types.size(); ++i) same &= arm->output[i].type == node.column_types[i];
  if (same) return arm;
  auto project = make<PhysicalProject>();
  for (size_t i = 0; i < arm->output.size(); ++i) {
    ExpressionPointer value = make_slot(static_cast<int>(i), arm->output[i]);
    if (arm->output[i].type != node.column_types[i])
      value = query::coerce_column(std::move(value), node.column_types[i], node.column_typmods[i], catalog(),
                                   shared_.context.call);
    project->output.push_back(output_of(*value, arm->output[i].name));
    project->expressions.push_back(std::move(value));
  }
  double rows = arm->rows;
  project->children.push_back(std::move(arm));
  finish_costs(*project, rows, rows * 0.0025);
  return project;
}

PhysicalPointer Level::plan_set_operation(SetOperation& node) {
  if (node.table != 0) {
    OuterCollector collector;
    PhysicalPointer plan = plan_inner(*query_.entry(node.table).subquery, collector, nullptr);
    ENSURE(collector.references.empty(), "an arm of a set operation refers to its siblings");
    return plan;
  }
  std::vector<OutputColumn> output;
  PhysicalPointer result;
  if (node.kind == SetOperationKind::kUnion) {
    auto append = make<PhysicalAppend>();
    std::vector<SetOperation*> arms;
    collect_union_leaves(node, node.all, arms);
    double rows = 0;
    for (SetOperation* arm : arms) {
      append->children.push_back(plan_set_operation(*arm));
      rows += append->children.back()->rows;
    }
    append->output = append->children[0]->output;
    finish_costs(*append, rows, rows * 0.001);
    result = std::move(append);
  } else {
    auto operation = make<PhysicalSetOperation>();
    operation->operation = node.kind;
    operation->all = node.all;
    operation->children.push_back(plan_set_operation(*node.left));
    operation->children.push_back(plan_set_operation(*node.right));
    operation->output = operation->children[0]->output;
    double rows = operation->children[0]->rows;
    finish_costs(*operation, rows, rows * 0.02);
    result = std::move(operation);
  }
  for (auto& child : result->children) child = coerce_arm(std::move(child), node);
  for (size_t i = 0; i < result->output.size() && i < node.column_types.size(); ++i) {
    OutputColumn& column = result->output[i];
    column.type = node.column_types[i];
    column.typmod = i < node.column_typmods.size() ? node.column_typmods[i] : -1;
    column.collation = i < node.column_collations.size() ? node.column_collations[i] : Oid{};
    column.physical = physical(column.type);
    for (const auto& child : result->children)
      ENSURE(child->output[i].physical == column.physical, "an arm of a set operation has another type");
  }
  if (node.kind == SetOperationKind::kUnion && !node.all) return append_distinct(std::move(result), node);
  return result;
}

// Targets of a set operation refer to the columns of its leftmost arm's range table entry.
Partial Level::plan_set_operation_body() {
  PhysicalPointer plan = plan_set_operation(*query_.set_operation);
  const SetOperation* leftmost = query_.set_operation.get();
  while (leftmost->table == 0) leftmost = leftmost->left.get();
  Partial input;
  for (size_t i = 0; i < plan->output.size(); ++i)
    input.available.add(make_column(leftmost->table, static_cast<int16_t>(i + 1), plan->output[i].type,
                                    plan->output[i].typmod, plan->output[i].collation));
  input.plan = std::move(plan);
  // The target's own column node may carry another typmod or collation than the operation's: match by position.
  auto project = make<PhysicalProject>();
  Partial out;
  for (const auto& target : query_.targets) {
    const query::Column* column = plain_column(*target.expression);
    if (column && column->table == leftmost->table && column->column > 0) {
      const OutputColumn& output = input.plan->output[static_cast<size_t>(column->column) - 1];
      project->expressions.push_back(make_slot(column->column - 1, output));
      project->output.push_back(output);
      project->output.back().name = target.name;
    } else {
      project->expressions.push_back(resolve(*target.expression, input.available));
      project->output.push_back(output_of(*target.expression, target.name));
    }
    out.available.add(query::clone(*target.expression));
  }
  double rows = input.plan->rows;
  project->children.push_back(std::move(input.plan));
  finish_costs(*project, rows, 0);
  out.plan = std::move(project);
  bool ordered = false;
  return plan_order(std::move(out), ordered);
}

}  // namespace basalt::planner
