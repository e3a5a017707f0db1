// INSERT, UPDATE, DELETE, MERGE.
//
// The child of Modify delivers, for INSERT, one column for each target entry; for the others, the columns that
// assignments, conditions and RETURNING read, and the row ids of the tables involved. RETURNING is resolved over: the
// relation's columns, its system columns, and the child's output.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "planner/level.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::CommandKind;
using query::RangeKind;

namespace {

// The relation's own columns, as RETURNING and ON CONFLICT see them.
void add_relation_columns(Available& available, int table, const catalog::RelationDescriptor& relation) {
  for (const auto& column : relation.columns)
    available.add(make_column(table, column.number, column.type, column.typmod, column.collation));
}

// In the order in which the executor adds them: ctid (the row id), xmin, cmin, xmax, cmax, tableoid.
void add_system_columns(Available& available, int table) {
  constexpr Oid kTypes[] = {types::oid::kTid, types::oid::kXid, types::oid::kCid,
                            types::oid::kXid, types::oid::kCid, types::oid::kOid};
  int16_t number = -1;
  for (Oid type : kTypes) available.add(make_column(table, number--, type, -1, {}));
}

// A volatile function that is not built in may read what this statement has changed so far.
bool may_read_own_changes(const query::BoundQuery& query, catalog::CatalogReader& catalog) {
  constexpr uint32_t kFirstUserObject = 16384;
  return query::walk_with_depth(query, [&](const query::Expression& e, int) {
    Oid function;
    if (const auto* call = query::try_as<query::Function>(&e)) function = call->function;
    if (e.kind == query::ExpressionKind::kOperator) function = query::as<query::OperatorCall>(e).function;
    if (function.value < kFirstUserObject) return false;
    catalog::FunctionPointer descriptor = catalog.function(function);
    return descriptor && descriptor->volatility == 'v';
  });
}

}  // namespace

void Level::add_row_id_targets() {
  row_id_tables_.insert(query_.result_table);
  for (size_t i = 0; i < query_.range_table.size(); ++i) {
    const auto& entry = *query_.range_table[i];
    if (entry.kind == RangeKind::kRelation && entry.in_from && entry.relation->kind != 'v')
      row_id_tables_.insert(static_cast<int>(i) + 1);
  }
  for (int table : row_id_tables_) needed_[table].insert(kRowIdAttribute);
}

PhysicalPointer Level::plan_modify() {
  auto node = make<PhysicalModify>();
  const query::RangeTableEntry& target = query_.entry(query_.result_table);
  node->command = query_.command;
  node->relation = target.relation;
  node->alias = target.alias.empty() ? target.name : target.alias;
  node->table = recheck_id(query_.result_table);
  node->can_set_tag = query_.can_set_tag;
  node->row_by_row = may_read_own_changes(query_, catalog());
  shared_.statement.modifies = true;
  if (target.relation->kind == 'p') throw common::not_supported("changing a partitioned table");
  if (target.relation->kind == 'S' || target.relation->kind == 'm')
    throw common::SqlError(common::sqlstate::kWrongObjectType,
                           std::string("cannot change ") +
                               (target.relation->kind == 'S' ? "sequence" : "materialized view") + " \"" +
                               target.relation->name + "\"");

  Partial input;
  if (query_.command == CommandKind::kInsert) {
    input = plan_from(nullptr);
    if (query_.has_target_sets || !query_.targets.empty()) input = plan_targets(std::move(input));
    for (size_t i = 0; i < query_.targets.size(); ++i) {
      const auto& entry = query_.targets[i];
      const auto& column = target.relation->columns[static_cast<size_t>(entry.number) - 1];
      if (column.generated) continue;
      node->assignments.push_back({entry.number, make_slot(static_cast<int>(i), input.plan->output[i])});
    }
  } else {
    if (target.relation->kind == 'v')
      for (const auto& column : target.relation->columns) needed_[scanned_view()].insert(column.number);
    else
      add_row_id_targets();
    input = query_.command == CommandKind::kMerge ? plan_merge_source() : plan_from(nullptr);
    Available assigned;
    assigned.append(input.available);
    if (query_.command == CommandKind::kUpdate) node->rows = plan_assigned_rows(query_.targets, assigned);
    for (const auto& entry : query_.targets) {
      if (entry.junk || query_.command != CommandKind::kUpdate) continue;
      if (target.relation->columns[static_cast<size_t>(entry.number) - 1].generated) continue;
      node->assignments.push_back({entry.number, resolve(*entry.expression, assigned)});
    }
    plan_merge_actions(*node, input.available);
    auto slot_of = [&](int table) {
      return input.available.find(*make_column(table, kRowIdAttribute, types::oid::kInt8, -1, {}));
    };
    if (target.relation->kind == 'v') {
      find_old_rows(*node, input.available);
    } else {
      node->row_id_slot = slot_of(query_.result_table);
      ENSURE(node->row_id_slot >= 0, "the row id of the changed table is missing");
    }
    node->marks = recheck_marks(input.available);
  }
  plan_on_conflict(*node);

  if (!query_.returning.empty()) {
    Available available;
    add_relation_columns(available, query_.result_table, *target.relation);
    add_system_columns(available, query_.result_table);
    available.append(input.available);
    for (const auto& entry : query_.returning) {
      node->returning.push_back(resolve(*entry.expression, available));
      node->output.push_back(output_of(*entry.expression, entry.name));
    }
    if (!parent_) shared_.statement.has_returning = true;
  }
  Available row;
  add_relation_columns(row, query_.result_table, *target.relation);
  for (const auto& option : query_.check_options) {
    node->check_options.push_back(resolve(*option, row));
  }
  node->check_option_views = query_.check_option_views;
  double rows = input.plan->rows;
  node->children.push_back(std::move(input.plan));
  finish_costs(*node, rows, rows * 0.1);
  return node;
}

// The entry of a changed view that is read for its old rows: the first subquery that stands for it (see
// rewrite_view.cpp).
int Level::scanned_view() const {
  const auto& view = *query_.entry(query_.result_table).relation;
  for (size_t i = 0; i < query_.range_table.size(); ++i) {
    const auto& entry = *query_.range_table[i];
    if (entry.kind == RangeKind::kSubquery && entry.relation && entry.relation->oid == view.oid)
      return static_cast<int>(i) + 1;
  }
  UNREACHABLE("a changed view is not read");
}

void Level::find_old_rows(PhysicalModify& node, const Available& available) {
  int table = scanned_view();
  for (const auto& column : node.relation->columns) {
    OutputColumn output = column_output(table, column.number);
    node.old_row_slots.push_back(
        available.find(*make_column(table, column.number, output.type, output.typmod, output.collation)));
  }
}

// SET (a, b) = (SELECT ...): the binder made a junk target of the n-th such SELECT and Parameter kExec (n << 16 | i)
// of its columns. Here the SELECT becomes a record that stands behind the input's slots, the parameters its fields.
ExpressionList Level::plan_assigned_rows(std::vector<query::TargetEntry>& targets, Available& available) {
  constexpr int kWhole = 0xffff;
  ExpressionList rows;
  for (const auto& target : targets) {
    const auto* link = target.junk ? query::try_as<query::SubLink>(target.expression.get()) : nullptr;
    if (link && link->sub_kind == query::SubLinkKind::kMultiExpr) rows.push_back(make_sub_plan(*link, available));
  }
  auto record = [](int number) {
    auto parameter = std::make_unique<query::Parameter>();
    parameter->parameter_kind = query::ParameterKind::kExec;
    parameter->id = number << 16 | kWhole;
    parameter->type = types::oid::kRecord;
    return parameter;
  };
  for (size_t n = 1; n <= rows.size(); ++n) available.add(record(static_cast<int>(n)));
  if (rows.empty()) return rows;
  for (auto& target : targets) {
    if (target.junk) continue;
    query::transform(target.expression, [&](ExpressionPointer& e) {
      const auto* parameter = query::try_as<query::Parameter>(e.get());
      if (!parameter || parameter->parameter_kind != query::ParameterKind::kExec) return;
      auto field = std::make_unique<query::FieldSelect>();
      field->type = parameter->type;
      field->typmod = parameter->typmod;
      field->collation = parameter->collation;
      field->field = static_cast<int16_t>((parameter->id & kWhole) + 1);
      field->argument = record(parameter->id >> 16);
      e = std::move(field);
    });
  }
  return rows;
}

void Level::plan_on_conflict(PhysicalModify& node) {
  if (!query_.on_conflict) return;
  query::OnConflict& conflict = *query_.on_conflict;
  auto planned = std::make_unique<ModifyOnConflict>();
  planned->action = conflict.action;
  planned->arbiter_indexes = conflict.arbiter_indexes;
  Available both;
  add_relation_columns(both, query_.result_table, *node.relation);
  if (conflict.excluded_table) add_relation_columns(both, conflict.excluded_table, *node.relation);
  planned->where = resolve_or_null(conflict.where, both);
  planned->rows = plan_assigned_rows(conflict.set, both);
  for (const auto& entry : conflict.set) {
    if (entry.junk || node.relation->columns[static_cast<size_t>(entry.number) - 1].generated) continue;
    planned->set.push_back({entry.number, resolve(*entry.expression, both)});
  }
  node.on_conflict = std::move(planned);
}

// The source, joined to the target: left join when some action is for unmatched rows.
Partial Level::plan_merge_source() {
  bool unmatched = std::any_of(query_.merge_actions.begin(), query_.merge_actions.end(),
                               [](const auto& action) { return !action.matched; });
  std::vector<JoinItem> items;
  std::vector<Predicate> predicates;
  auto condition = std::move(query_.from->condition);
  collect_from(*query_.from, items, predicates);
  JoinItem* target = nullptr;
  for (JoinItem& item : items)
    if (item.tables.contains(query_.result_table)) target = &item;
  if (!target) {
    items.push_back(item_of_table(query_.result_table));
    target = &items.back();
  }
  std::vector<Predicate> on;
  if (condition) add_conjuncts(std::move(condition), on);
  if (!unmatched) {
    for (Predicate& p : on) predicates.push_back(std::move(p));
  } else {
    target->join = JoinType::kLeft;
    for (const JoinItem& item : items)
      if (&item != target) target->required.insert(item.tables.begin(), item.tables.end());
    target->on = std::move(on);
  }
  return plan_items(std::move(items), std::move(predicates));
}

void Level::plan_merge_actions(PhysicalModify& node, const Available& available) {
  for (query::MergeAction& action : query_.merge_actions) {
    ModifyMergeAction planned;
    planned.matched = action.matched;
    planned.kind = action.kind;
    planned.condition = resolve_or_null(action.condition, available);
    Available assigned;
    assigned.append(available);
    planned.rows = plan_assigned_rows(action.targets, assigned);
    for (const auto& entry : action.targets) {
      if (entry.junk || node.relation->columns[static_cast<size_t>(entry.number) - 1].generated) continue;
      planned.assignments.push_back({entry.number, resolve(*entry.expression, assigned)});
    }
    node.merge_actions.push_back(std::move(planned));
  }
}

}  // namespace basalt::planner
