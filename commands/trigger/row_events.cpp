#include "commands/trigger/row_events.hpp"

#include <algorithm>

#include "commands/session_context.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::trigger {

RelationPlanPointer plan_relation(catalog::RelationPointer relation, bool replica) {
  auto plan = std::make_shared<RelationPlan>();
  for (size_t i = 0; i < relation->triggers.size(); ++i) {
    const auto& trigger = relation->triggers[i];
    // The rows that a dump of PostgreSQL's own foreign keys might bring are done natively.
    if (trigger.internal || trigger.enabled == 'D' || trigger.enabled == (replica ? 'O' : 'R')) continue;
    plan->items.push_back({ItemKind::kTrigger, i, trigger.name});
  }
  for (size_t i = 0; i < relation->constraints.size() && !replica; ++i)
    if (relation->constraints[i].type == 'f')
      plan->items.push_back(
          {ItemKind::kChildCheck, i, "RI_ConstraintTrigger_c_" + std::to_string(relation->constraints[i].oid.value)});
  for (size_t i = 0; i < relation->referencing.size() && !replica; ++i)
    plan->items.push_back(
        {ItemKind::kParentAction, i, "RI_ConstraintTrigger_a_" + std::to_string(relation->referencing[i].oid.value)});
  std::sort(plan->items.begin(), plan->items.end(), [](const Item& a, const Item& b) { return a.name < b.name; });
  plan->relation = std::move(relation);
  return plan;
}

namespace {

std::vector<common::PhysicalType> column_types(const RelationDescriptor& relation) {
  std::vector<common::PhysicalType> types;
  for (const auto& column : relation.columns) types.push_back(column.physical);
  return types;
}

void read_row(executor::ChunkStore& rows, uint64_t position, Chunk& out) {
  Chunk shared;
  if (!rows.read(position, shared, 1)) return;
  out.reset(rows.types(), 1);
  executor::append_rows(out, shared, nullptr, 1);
}

}  // namespace

RowPairs::RowPairs(executor::ExecutionContext& context, const RelationDescriptor& relation)
    : old_rows(context, column_types(relation), context.work_mem_bytes),
      new_rows(context, column_types(relation), context.work_mem_bytes) {}

uint64_t RowPairs::append(const Chunk* old_row, const Chunk* new_row) {
  if (old_row) old_rows.append(*old_row);
  if (new_row) new_rows.append(*new_row);
  return count_++;
}

void RowPairs::read(uint64_t position, Chunk& old_row, Chunk& new_row) {
  read_row(old_rows, position, old_row);
  read_row(new_rows, position, new_row);
}

namespace {

// OLD is range table entry 1, NEW entry 2; the chunk holds the columns of OLD, those of NEW, and both as whole rows.
query::ExpressionPointer when_expression(Session& session, const RelationDescriptor& relation,
                                         const std::string& tree) {
  query::ExpressionPointer expression = query::expression_from_stored(tree, session.catalog());
  auto width = static_cast<int>(relation.columns.size());
  query::transform(expression, [&](query::ExpressionPointer& e) {
    const auto* column = query::try_as<query::Column>(e.get());
    if (!column) return;
    auto slot = std::make_unique<query::Slot>();
    slot->type = column->type;
    slot->typmod = column->typmod;
    slot->collation = column->collation;
    if (column->column > 0)
      slot->index = (column->table - 1) * width + column->column - 1;
    else if (column->column == 0)
      slot->index = 2 * width + column->table - 1;
    else
      throw common::not_supported("system columns in a trigger's WHEN condition");
    e = std::move(slot);
  });
  return expression;
}

Value whole_row(Session& session, const RelationDescriptor& relation, const Chunk* row) {
  if (!row) return Value::null(common::PhysicalType::kString);
  types::RecordBuilder builder(relation.row_type);
  for (const auto& column : relation.columns)
    if (!column.dropped) builder.append(column.type, row->columns[static_cast<size_t>(column.number) - 1], 0);
  builder.number_fields(*session.catalog().type(relation.row_type));
  return Value::of(builder.finish());
}

}  // namespace

bool when_holds(Session& session, const RelationDescriptor& relation, const catalog::TriggerDescriptor& trigger,
                const Chunk* old_row, const Chunk* new_row) {
  if (trigger.when_tree.empty()) return true;
  query::ExpressionPointer expression = when_expression(session, relation, trigger.when_tree);
  Chunk both;
  both.rows = 1;
  for (const Chunk* row : {old_row, new_row})
    for (const auto& column : relation.columns)
      both.columns.push_back(row ? row->columns[static_cast<size_t>(column.number) - 1]
                                 : common::Vector::constant(column.physical, Value::null(column.physical)));
  for (const Chunk* row : {old_row, new_row})
    both.columns.push_back(common::Vector::constant(common::PhysicalType::kString, whole_row(session, relation, row)));
  query::EvaluatorPointer evaluator =
      query::ExpressionCompiler(session.catalog(), session.context()).compile(*expression);
  executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), {});
  query::Rows rows(1);
  common::Vector holds = evaluator->evaluate(context.evaluation, both, rows);
  rows.raise();
  return !holds.is_null(0) && holds.value(0).as<bool>();
}

}  // namespace basalt::commands::trigger
