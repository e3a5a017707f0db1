// Level expressions become slots; references to enclosing levels become exec parameters; sublinks become subplans.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "planner/join_keys.hpp"
#include "planner/level.hpp"
#include "planner/prepare.hpp"
#include "query/evaluator.hpp"
#include "query/null_attribute.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

// Columns, aggregates and GROUPING() may belong to an enclosing level.
int levels_up_of(const Expression& e) {
  switch (e.kind) {
    case ExpressionKind::kColumn:
      return query::as<query::Column>(e).levels_up;
    case ExpressionKind::kAggregate:
      return query::as<query::Aggregate>(e).levels_up;
    case ExpressionKind::kGrouping:
      return query::as<query::Grouping>(e).levels_up;
    default:
      return 0;
  }
}

ExpressionPointer make_exec_parameter(const Expression& like, int id) {
  auto parameter = std::make_unique<query::Parameter>();
  parameter->parameter_kind = query::ParameterKind::kExec;
  parameter->id = id;
  parameter->type = like.type;
  parameter->typmod = like.typmod;
  parameter->collation = like.collation;
  return parameter;
}

}  // namespace

ExpressionPointer and_all(std::vector<ExpressionPointer> list) {
  if (list.empty()) return nullptr;
  if (list.size() == 1) return std::move(list[0]);
  auto both = std::make_unique<query::BoolCall>();
  both->bool_kind = query::BoolKind::kAnd;
  both->type = types::oid::kBool;
  both->arguments = std::move(list);
  return both;
}

void split_conjuncts(ExpressionPointer expression, std::vector<ExpressionPointer>& out) {
  if (!expression) return;
  if (expression->kind == ExpressionKind::kBool) {
    auto& call = query::as<query::BoolCall>(*expression);
    if (call.bool_kind == query::BoolKind::kAnd) {
      for (auto& argument : call.arguments) split_conjuncts(std::move(argument), out);
      return;
    }
  }
  out.push_back(std::move(expression));
}

int Level::outer_parameter(const Expression& expression) {
  ENSURE(!collectors_.empty(), "a reference to a level that is not planning an inner query");
  OuterCollector& collector = *collectors_.back();
  for (const OuterReference& reference : collector.references)
    if (query::equal(*reference.expression, expression)) return reference.parameter;
  int id = shared_.statement.exec_parameters++;
  collector.references.push_back({id, query::clone(expression)});
  return id;
}

ExpressionPointer Level::outer_reference(const Expression& expression, int levels_up) {
  Level* level = this;
  for (int i = 0; i < levels_up; ++i) {
    level = level->parent_;
    ENSURE(level != nullptr, "reference beyond the outermost query");
  }
  ExpressionPointer own = query::clone(expression);
  query::increment_levels(own, -levels_up, levels_up);
  int id = level->outer_parameter(*own);
  // Every level in between reads the parameter too: its plan depends on it.
  for (Level* l = this; l != level; l = l->parent_) l->reads_.insert(id);
  return make_exec_parameter(expression, id);
}

bool Level::is_dropped(const query::RangeTableEntry& entry, size_t column) {
  if (entry.kind == query::RangeKind::kRelation) return entry.relation->columns[column].dropped;
  bool by_type = entry.kind == query::RangeKind::kFunction || entry.kind == query::RangeKind::kNamedTuplestore;
  return by_type && !entry.column_types[column].valid();
}

ExpressionPointer Level::whole_row(const query::Column& column) {
  const query::RangeTableEntry& entry = query_.entry(column.table);
  auto row = std::make_unique<query::RowConstructor>();
  row->type = column.type;
  row->typmod = column.typmod;
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    auto number = static_cast<int16_t>(i + 1);
    if (is_dropped(entry, i)) {
      // The arguments of a named row type are its attributes by number.
      if (column.type == types::oid::kRecord) continue;
      row->arguments.push_back(query::null_attribute());
      row->names.emplace_back();
      continue;
    }
    OutputColumn output = column_output(column.table, number);
    row->arguments.push_back(make_column(column.table, number, output.type, output.typmod, output.collation));
    row->names.push_back(entry.columns[i]);
  }
  return row;
}

ExpressionPointer Level::resolve_or_null(const ExpressionPointer& expression, const Available& available) {
  return expression ? resolve(*expression, available) : nullptr;
}

ExpressionPointer Level::resolve(const Expression& expression, const Available& available) {
  if (int levels = levels_up_of(expression); levels > 0) return outer_reference(expression, levels);
  if (int slot = available.find(expression); slot >= 0) {
    auto node = std::make_unique<query::Slot>();
    node->index = slot;
    node->type = expression.type;
    node->typmod = expression.typmod;
    node->collation = expression.collation;
    return node;
  }
  if (const auto* column = query::try_as<query::Column>(&expression)) {
    if (column->column == 0) return resolve(*whole_row(*column), available);
    if (column->column > 0 && is_dropped(query_.entry(column->table), static_cast<size_t>(column->column) - 1))
      throw common::SqlError(common::sqlstate::kUndefinedColumn,
                             "attribute " + std::to_string(column->column) + " of type record has been dropped");
    // A column of a join's alias that was not flattened, or of a table that is not below: a planner bug.
    UNREACHABLE("column " + std::to_string(column->column) + " of table " + std::to_string(column->table) +
                " is not available here");
  }
  if (const auto* link = query::try_as<query::SubLink>(&expression)) return make_sub_plan(*link, available);
  ExpressionPointer copy = query::clone(expression);
  query::for_each_child_slot(*copy, [&](ExpressionPointer& child) { child = resolve(*child, available); });
  return copy;
}

PhysicalPointer Level::plan_inner(BoundQuery& inner, OuterCollector& collector, std::vector<int>* reads) {
  collectors_.push_back(&collector);
  Level level(shared_, this, inner);
  PhysicalPointer plan = level.plan();
  collectors_.pop_back();
  if (reads) reads->assign(level.reads_.begin(), level.reads_.end());
  // What the inner level reads of levels above this one, this level reads as well.
  for (int id : level.reads_) {
    bool own = false;
    for (const OuterReference& reference : collector.references) own |= reference.parameter == id;
    if (!own && parent_) reads_.insert(id);
  }
  return plan;
}

// Is the test of an ANY nothing but equalities `expression of the row = column of the subplan`?
bool Level::make_hashable(query::SubPlanCall& call) {
  auto reads_result = [&](const Expression& e) {
    return query::walk(e, [&](const Expression& inner) {
      const auto* parameter = query::try_as<query::Parameter>(&inner);
      return parameter && parameter->parameter_kind == query::ParameterKind::kExec &&
             std::find(call.result_parameters.begin(), call.result_parameters.end(), parameter->id) !=
                 call.result_parameters.end();
    });
  };
  auto split = [&](Expression& e) {
    if (e.kind != ExpressionKind::kOperator || !is_hashable_equality(e, catalog())) return false;
    auto& equality = query::as<query::OperatorCall>(e);
    if (reads_result(*equality.arguments[0]) || !reads_result(*equality.arguments[1])) return false;
    const Expression& inner = *equality.arguments[1];
    bool has_slot = query::walk(inner, [](const Expression& node) { return node.kind == ExpressionKind::kSlot; });
    return !has_slot;
  };
  if (call.test->kind != ExpressionKind::kBool) return split(*call.test);
  auto& all = query::as<query::BoolCall>(*call.test);
  return all.bool_kind == query::BoolKind::kAnd &&
         std::all_of(all.arguments.begin(), all.arguments.end(), [&](const auto& e) { return split(*e); });
}

ExpressionPointer Level::make_sub_plan(const query::SubLink& link, const Available& available) {
  OuterCollector collector;
  std::vector<int> reads;
  kept_.push_back(query::clone(*link.query));
  if (link.sub_kind == query::SubLinkKind::kExists) simplify_exists(*kept_.back());
  PhysicalPointer plan = plan_inner(*kept_.back(), collector, &reads);
  auto call = std::make_unique<query::SubPlanCall>();
  call->sub_kind = link.sub_kind;
  call->type = link.type;
  call->typmod = link.typmod;
  call->collation = link.collation;
  for (const OuterReference& reference : collector.references) {
    call->parameters.push_back(reference.parameter);
    call->arguments.push_back(resolve(*reference.expression, available));
  }
  for (int id : reads) {
    bool own = false;
    for (int parameter : call->parameters) own |= parameter == id;
    if (!own) call->outer_parameters.push_back(id);
  }
  if (link.test) {
    // In the test, Parameter kExec n stands for column n of the inner row.
    ExpressionPointer test = query::clone(*link.test);
    for (size_t i = 0; i < plan->output.size(); ++i)
      call->result_parameters.push_back(shared_.statement.exec_parameters++);
    query::transform(test, [&](ExpressionPointer& e) {
      const auto* parameter = query::try_as<query::Parameter>(e.get());
      if (!parameter || parameter->parameter_kind != query::ParameterKind::kExec) return;
      e = make_exec_parameter(*e, call->result_parameters[static_cast<size_t>(parameter->id)]);
    });
    call->test = resolve(*test, available);
  }
  bool same_rows = link.test && call->arguments.empty();
  call->hashable = same_rows && link.sub_kind == query::SubLinkKind::kAny && make_hashable(*call);
  // Compared with every row one by one: the subplan runs once.
  if (same_rows && !call->hashable && reads.empty() && !plan->children.empty()) {
    auto kept = make<PhysicalMaterialize>();
    kept->output = plan->output;
    double rows = plan->rows;
    kept->children.push_back(std::move(plan));
    finish_costs(*kept, rows, rows * shared_.context.settings.cpu_operator_cost);
    plan = std::move(kept);
  }
  call->plan = static_cast<int>(shared_.statement.subplans.size());
  shared_.statement.subplans.push_back(std::move(plan));
  return call;
}

bool Level::is_volatile(const Expression& expression) { return query::contains_volatile(expression, catalog()); }

OutputColumn Level::output_of(const Expression& expression, std::string name) {
  return {expression.type, expression.typmod, expression.collation, physical(expression.type), std::move(name)};
}

OutputColumn Level::column_output(int table, int16_t column) {
  if (column == kRowIdAttribute) return {types::oid::kInt8, -1, {}, common::PhysicalType::kInt64, "rowid"};
  if (column < 0) {
    static constexpr uint32_t kTypes[] = {27, 28, 29, 28, 29, 26};  // tid xid cid xid cid oid
    static constexpr const char* kNames[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
    Oid type{kTypes[-column - 1]};
    return {type, -1, {}, physical(type), kNames[-column - 1]};
  }
  const query::RangeTableEntry& entry = query_.entry(table);
  size_t i = static_cast<size_t>(column) - 1;
  if (entry.kind == query::RangeKind::kRelation) {
    const auto& c = entry.relation->columns[i];
    return {c.type, c.typmod, c.collation, c.physical, c.name};
  }
  Oid collation = i < entry.column_collations.size() ? entry.column_collations[i] : Oid{};
  int32_t typmod = i < entry.column_typmods.size() ? entry.column_typmods[i] : -1;
  return {entry.column_types[i], typmod, collation, physical(entry.column_types[i]), entry.columns[i]};
}

}  // namespace basalt::planner
