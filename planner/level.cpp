#include "planner/level.hpp"

#include <algorithm>

#include "planner/fold.hpp"
#include "planner/prepare.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;
using query::LimitOption;

Level::Level(Shared& shared, Level* parent, BoundQuery& query)
    : shared_(shared),
      parent_(parent),
      query_(query),
      number_(shared.next_level++),
      statistics_(shared.context, query) {}

Level::~Level() = default;

void Level::finish_costs(PhysicalNode& node, double rows, double cost) {
  node.rows = std::max(1.0, rows);
  double below = 0;
  for (const auto& child : node.children) below += child->total_cost;
  node.total_cost = below + cost;
  node.width = 0;
  for (const auto& column : node.output)
    node.width +=
        column.physical == common::PhysicalType::kString ? 32 : static_cast<int>(physical_size(column.physical));
}

PhysicalPointer Level::plan() {
  prepare();
  plan_ctes();
  if (query_.command != query::CommandKind::kSelect) return plan_modify();
  Partial body = plan_body();
  return strip_junk(std::move(body));
}

void Level::prepare() {
  flatten_join_aliases(query_);
  pull_up_subqueries(query_, catalog());
  null_rows_of_outer_joins(query_);
  shield_grouped_conditions();
  query::for_each_expression_slot(query_, [this](ExpressionPointer& e) { fold(e); });
  use_indexes_for_min_max();
  for (const query::RowMark& mark : query_.row_marks)
    if (query_.entry(mark.table).kind == query::RangeKind::kRelation) row_id_tables_.insert(mark.table);
  // A re-check needs the row ids of every table that takes part (QRY-9).
  if (!query_.row_marks.empty())
    for (size_t i = 0; i < query_.range_table.size(); ++i)
      if (query_.range_table[i]->kind == query::RangeKind::kRelation && query_.range_table[i]->in_from)
        row_id_tables_.insert(static_cast<int>(i) + 1);
  if (keeps_row_ids())
    for (size_t i = 0; i < query_.range_table.size(); ++i)
      if (query_.range_table[i]->kind == query::RangeKind::kRelation && query_.range_table[i]->in_from &&
          query_.range_table[i]->relation->tree.valid())
        row_id_tables_.insert(static_cast<int>(i) + 1);
  collect_needed();
}

// A cursor's query whose rows are rows of its tables: WHERE CURRENT OF asks for their ids.
bool Level::keeps_row_ids() const {
  return shared_.context.for_cursor && !parent_ && query_.command == query::CommandKind::kSelect &&
         !query_.has_aggregates && query_.group_by.empty() && query_.grouping_sets.empty() && !query_.having &&
         query_.distinct.empty() && !query_.set_operation && !query_.has_windows && !query_.has_target_sets;
}

// Rows that the level changes or locks may have changed meanwhile (QRY-9).
bool Level::rechecks() const {
  return !query_.row_marks.empty() ||
         (query_.command != query::CommandKind::kSelect && query_.command != query::CommandKind::kInsert);
}

// What `available` carries of the FROM items. The others (inside of IN and EXISTS) a re-check reads again.
std::vector<RecheckMark> Level::recheck_marks(const Available& available) const {
  std::vector<RecheckMark> marks;
  for (int table : row_id_tables_) {
    int slot = available.find(*make_column(table, kRowIdAttribute, types::oid::kInt8, -1, {}));
    if (slot >= 0) marks.push_back({recheck_id(table), slot, {}});
  }
  for (const auto& [table, columns] : carried_) {
    RecheckMark mark{recheck_id(table), -1, {}};
    for (const auto& column : columns) mark.slots.push_back(available.find(*column));
    if (std::find(mark.slots.begin(), mark.slots.end(), -1) == mark.slots.end()) marks.push_back(std::move(mark));
  }
  return marks;
}

// Row ids go behind what the cursor shows.
void Level::add_cursor_rows(PhysicalProject& project, const Partial& input) {
  for (int table : row_id_tables_) {
    OutputColumn output = column_output(table, kRowIdAttribute);
    int slot = input.available.find(*make_column(table, kRowIdAttribute, output.type, -1, {}));
    if (slot < 0) continue;
    bool locked = std::any_of(query_.row_marks.begin(), query_.row_marks.end(),
                              [&](const auto& mark) { return mark.table == table; });
    shared_.statement.cursor_rows.push_back(
        {query_.entry(table).relation->oid, static_cast<int>(project.output.size()), locked});
    project.expressions.push_back(make_slot(slot, input.plan->output[static_cast<size_t>(slot)]));
    project.output.push_back(std::move(output));
  }
  shared_.statement.simply_updatable = shared_.statement.cursor_rows.size() == 1 && row_id_tables_.size() == 1;
}

void Level::fold(ExpressionPointer& expression) { fold_constants(expression, shared_.context); }

double Level::sort_cost(double rows, size_t keys) const {
  return rows * 0.005 * std::max(1.0, static_cast<double>(keys));
}

// Which columns of each range table entry the level, or levels below it, read.
void Level::collect_needed() {
  query::walk_with_depth(query_, [&](const Expression& e, int depth) {
    const auto* column = query::try_as<query::Column>(&e);
    if (!column || column->levels_up != depth) return false;
    if (column->column != 0) {
      needed_[column->table].insert(column->column);
      return false;
    }
    const query::RangeTableEntry& entry = query_.entry(column->table);
    for (size_t i = 0; i < entry.columns.size(); ++i) {
      if (entry.kind == query::RangeKind::kRelation && entry.relation->columns[i].dropped) continue;
      needed_[column->table].insert(static_cast<int16_t>(i + 1));
    }
    return false;
  });
  for (int table : row_id_tables_) needed_[table].insert(kRowIdAttribute);
}

Partial Level::plan_body() {
  if (query_.set_operation) return plan_set_operation_body();
  find_wanted_order();
  Partial input = plan_from(nullptr);
  bool together = in_wanted_order_ && wanted_order_->together > 0;
  in_wanted_order_ = in_wanted_order_ && wanted_order_->delivers && !query_.order_by.empty();
  if (query_.has_aggregates || !query_.group_by.empty() || !query_.grouping_sets.empty() || query_.having)
    input = plan_grouping(std::move(input), together);
  if (query_.has_windows) input = plan_windows(std::move(input));
  std::vector<bool> before_sort = targets_before_sort();
  if (!in_wanted_order_ && std::find(before_sort.begin(), before_sort.end(), false) != before_sort.end())
    return plan_sorted_targets(std::move(input), before_sort);
  input = plan_targets(std::move(input));
  bool ordered = false;
  if (!query_.distinct.empty()) input = plan_distinct(std::move(input), together && query_.group_by.empty(), ordered);
  return plan_order(std::move(input), ordered);
}

Partial Level::plan_from(std::vector<ExpressionPointer>*) {
  std::vector<JoinItem> items;
  std::vector<Predicate> predicates;
  collect_from(*query_.from, items, predicates);
  pull_up_sublinks(items, predicates);
  return plan_items(std::move(items), std::move(predicates));
}

const query::TargetEntry& Level::target_of(int sort_group) const {
  for (const auto& target : query_.targets)
    if (target.sort_group == sort_group) return target;
  UNREACHABLE("no target entry for a sort or group clause");
}

Partial Level::sort_by(Partial input, std::vector<SortKey> keys) {
  auto sort = make<PhysicalSort>();
  sort->keys = std::move(keys);
  sort->output = input.plan->output;
  double rows = input.plan->rows;
  sort->children.push_back(std::move(input.plan));
  finish_costs(*sort, rows, sort_cost(rows, sort->keys.size()));
  sort->startup_cost = sort->total_cost;
  input.plan = std::move(sort);
  return input;
}

// `together`: equal rows come one after the other. `ordered`: the output is in the order of ORDER BY.
Partial Level::plan_distinct(Partial input, bool together, bool& ordered) {
  // DISTINCT ON: sorted by its expressions first, then by the rest of ORDER BY.
  std::vector<query::SortGroupItem> items;
  if (query_.has_distinct_on) items = query_.order_by;
  for (const auto& item : query_.distinct)
    if (std::none_of(items.begin(), items.end(), [&](const auto& i) { return i.sort_group == item.sort_group; }))
      items.push_back(item);
  if (!query_.has_distinct_on && !together && !sorts_instead_of_hashing(items)) {
    input.plan = distinct_by_hash(std::move(input.plan));
    return input;
  }
  if (!together) input = sort_by(std::move(input), sort_keys(items, *input.plan));
  auto unique = make<PhysicalUnique>();
  for (const auto& item : query_.distinct) unique->columns.push_back(target_slot(item.sort_group));
  unique->output = input.plan->output;
  double rows = input.plan->rows, startup = input.plan->startup_cost;
  unique->children.push_back(std::move(input.plan));
  finish_costs(*unique, std::max(1.0, rows / 2), rows * 0.0025);
  unique->startup_cost = startup;
  input.plan = std::move(unique);
  if (query_.has_distinct_on) ordered = true;
  return input;
}

// Junk targets (grouped by, not shown) take no part; they stand behind the others.
PhysicalPointer Level::distinct_by_hash(PhysicalPointer input) {
  auto node = make<PhysicalAggregate>();
  node->strategy = AggregateStrategy::kHash;
  for (size_t i = 0; i < query_.targets.size() && !query_.targets[i].junk; ++i) {
    node->groups.push_back(make_slot(static_cast<int>(i), input->output[i]));
    node->group_collations.push_back(input->output[i].collation);
    node->output.push_back(input->output[i]);
  }
  double rows = input->rows;
  node->children.push_back(std::move(input));
  finish_costs(*node, std::max(1.0, rows / 2), rows * 0.01);
  return node;
}

// enable_hashagg is off, and all of it can be sorted.
bool Level::sorts_instead_of_hashing(const std::vector<query::SortGroupItem>& items) const {
  return !shared_.context.settings.enable_hashagg &&
         std::all_of(items.begin(), items.end(), [](const auto& item) { return item.sort_operator.valid(); });
}

Partial Level::plan_order(Partial input, bool order_done) {
  PhysicalSort* sort = nullptr;
  if (!query_.order_by.empty() && !order_done && !in_wanted_order_) {
    input = sort_by(std::move(input), sort_keys(query_.order_by, *input.plan));
    sort = static_cast<PhysicalSort*>(input.plan.get());
  }
  return plan_rest(std::move(input), sort);
}

// Row locks and LIMIT. `sort`: the node below that needs to keep only as many rows as LIMIT lets through.
Partial Level::plan_rest(Partial input, PhysicalSort* sort) {
  if (!query_.row_marks.empty()) input = plan_row_marks(std::move(input));
  if (!query_.limit && !query_.offset) return input;
  auto limit = make<PhysicalLimit>();
  Available none;
  limit->limit = resolve_or_null(query_.limit, none);
  limit->offset = resolve_or_null(query_.offset, none);
  limit->with_ties = query_.limit_option == LimitOption::kWithTies;
  if (limit->with_ties) limit->ties = sort_keys(query_.order_by, *input.plan);
  if (sort && !limit->with_ties && query_.row_marks.empty() && limit->limit) {
    sort->bound_limit = limit->limit.get();
    sort->bound_offset = limit->offset.get();
  }
  limit->output = input.plan->output;
  double rows = input.plan->rows;
  if (query_.limit)
    if (const common::Value* value = constant_value(*query_.limit); value && !value->is_null())
      rows = std::min(rows, std::max(1.0, static_cast<double>(value->as<int64_t>())));
  double fraction = rows / std::max(1.0, input.plan->rows);
  limit->children.push_back(std::move(input.plan));
  finish_costs(*limit, rows, 0);
  const PhysicalNode& below = *limit->children[0];
  limit->total_cost = below.startup_cost + (below.total_cost - below.startup_cost) * std::min(1.0, fraction);
  input.plan = std::move(limit);
  return input;
}

Partial Level::plan_row_marks(Partial input) {
  auto lock = make<PhysicalLockRows>();
  auto slot_of = [&](int table) {
    return input.available.find(*make_column(table, kRowIdAttribute, types::oid::kInt8, -1, {}));
  };
  static constexpr storage::RowLockStrength kStrengths[] = {
      storage::RowLockStrength::kKeyShare, storage::RowLockStrength::kKeyShare, storage::RowLockStrength::kShare,
      storage::RowLockStrength::kNoKeyUpdate, storage::RowLockStrength::kUpdate};
  for (const query::RowMark& mark : query_.row_marks) {
    int slot = slot_of(mark.table);
    if (slot < 0) continue;
    lock->targets.push_back({query_.entry(mark.table).relation, recheck_id(mark.table), slot,
                             kStrengths[static_cast<int>(mark.strength)],
                             static_cast<storage::WaitPolicy>(mark.wait_policy)});
  }
  lock->marks = recheck_marks(input.available);
  if (lock->targets.empty()) return input;
  shared_.statement.locks_rows = true;
  lock->output = input.plan->output;
  double rows = input.plan->rows;
  lock->children.push_back(std::move(input.plan));
  finish_costs(*lock, rows, rows * 0.01);
  input.plan = std::move(lock);
  return input;
}

// Only the targets that are not junk leave the level.
PhysicalPointer Level::strip_junk(Partial input) {
  size_t visible = 0;
  bool junk = input.plan->output.size() > query_.targets.size();
  for (const auto& target : query_.targets) {
    visible += !target.junk;
    junk |= target.junk;
  }
  if (!junk) return std::move(input.plan);
  auto project = make<PhysicalProject>();
  for (size_t i = 0; i < query_.targets.size(); ++i) {
    if (query_.targets[i].junk) continue;
    project->expressions.push_back(make_slot(static_cast<int>(i), input.plan->output[i]));
    project->output.push_back(input.plan->output[i]);
  }
  if (keeps_row_ids()) add_cursor_rows(*project, input);
  double rows = input.plan->rows;
  project->children.push_back(std::move(input.plan));
  finish_costs(*project, rows, 0);
  return project;
}

}  // namespace basalt::planner
