// GROUP BY, grouping sets, aggregates and HAVING.
#include <algorithm>
#include <unordered_set>

#include "planner/level.hpp"
#include "planner/signature.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;
using query::GroupingSet;
using query::GroupingSetKind;

namespace {

// Grouping sets multiplied out, each a list of sort_group numbers.
std::vector<std::vector<int>> expand(const GroupingSet& set) {
  std::vector<std::vector<int>> out;
  switch (set.kind) {
    case GroupingSetKind::kEmpty:
      return {{}};
    case GroupingSetKind::kSimple:
      return {set.references};
    case GroupingSetKind::kRollup:
      for (size_t n = set.content.size() + 1; n-- > 0;) {
        std::vector<int> one;
        for (size_t i = 0; i < n; ++i)
          one.insert(one.end(), set.content[i].references.begin(), set.content[i].references.end());
        out.push_back(std::move(one));
      }
      return out;
    case GroupingSetKind::kCube: {
      size_t n = set.content.size();
      for (size_t mask = (size_t{1} << n); mask-- > 0;) {
        std::vector<int> one;
        for (size_t i = 0; i < n; ++i)
          if (mask >> (n - 1 - i) & 1)
            one.insert(one.end(), set.content[i].references.begin(), set.content[i].references.end());
        out.push_back(std::move(one));
      }
      return out;
    }
    case GroupingSetKind::kSets:
      for (const auto& content : set.content)
        for (auto& one : expand(content)) out.push_back(std::move(one));
      return out;
  }
  return out;
}

std::vector<std::vector<int>> cross_product(const std::vector<GroupingSet>& sets) {
  std::vector<std::vector<int>> result = {{}};
  for (const GroupingSet& set : sets) {
    std::vector<std::vector<int>> next;
    for (const auto& left : result)
      for (const auto& right : expand(set)) {
        std::vector<int> both = left;
        for (int reference : right)
          if (std::find(both.begin(), both.end(), reference) == both.end()) both.push_back(reference);
        next.push_back(std::move(both));
      }
    result = std::move(next);
  }
  return result;
}

// Everything above the join that may hold aggregates.
void visit_upper(const BoundQuery& query, const std::function<void(const Expression&)>& visit) {
  for (const auto& target : query.targets) visit(*target.expression);
  if (query.having) visit(*query.having);
  for (const auto& window : query.windows) {
    if (window.start_offset) visit(*window.start_offset);
    if (window.end_offset) visit(*window.end_offset);
  }
}

// Columns, aggregates and GROUPING() of the level above a sublink's query that it refers to, as that level writes them.
// What such an aggregate reads is read before grouping, and what GROUPING() names is not read at all: those are no
// columns beside the groups.
std::vector<ExpressionPointer> of_this_level(const BoundQuery& sublink) {
  std::vector<ExpressionPointer> found;
  std::unordered_set<const Expression*> aggregated;
  query::walk_with_depth(sublink, [&](const Expression& inner, int depth) {
    if (aggregated.contains(&inner)) return false;
    if (const auto* c = query::try_as<query::Column>(&inner); c && c->levels_up == depth + 1) {
      found.push_back(query::clone(inner));
      query::as<query::Column>(*found.back()).levels_up = 0;
    }
    const auto* a = query::try_as<query::Aggregate>(&inner);
    const auto* g = query::try_as<query::Grouping>(&inner);
    if ((a && a->levels_up == depth + 1) || (g && g->levels_up == depth + 1)) {
      found.push_back(query::clone(inner));
      query::increment_levels(found.back(), -(depth + 1), 0);
      query::walk_with_depth(inner, [&](const Expression& below, int) {
        aggregated.insert(&below);
        return false;
      });
    }
    return false;
  });
  return found;
}

// Puts a cast that does nothing around each part of `e` that is one of the expressions grouped by.
void shield(ExpressionPointer& e, const std::vector<const Expression*>& grouped) {
  if (std::none_of(grouped.begin(), grouped.end(), [&](const auto* known) { return query::equal(*known, *e); })) {
    query::for_each_child_slot(*e, [&](ExpressionPointer& child) { shield(child, grouped); });
    return;
  }
  auto cast = std::make_unique<query::Relabel>();
  cast->type = e->type;
  cast->typmod = e->typmod;
  cast->collation = e->collation;
  cast->argument = std::move(e);
  e = std::move(cast);
}

}  // namespace

// NOT and AND around a condition that is grouped by would be folded into it, and its group not be known again.
void Level::shield_grouped_conditions() {
  std::vector<const Expression*> conditions;
  std::set<int> groups;
  for (const auto& item : query_.group_by) {
    const Expression& e = *target_of(item.sort_group).expression;
    groups.insert(item.sort_group);
    if (e.type == types::oid::kBool && e.kind != ExpressionKind::kColumn) conditions.push_back(&e);
  }
  if (conditions.empty()) return;
  for (auto& target : query_.targets)
    if (!groups.contains(target.sort_group)) shield(target.expression, conditions);
  if (query_.having) shield(query_.having, conditions);
}

// Functions that return sets and are grouped or sorted by here multiply the rows before that.
Partial Level::plan_sets_of(Partial input, const std::vector<const std::vector<query::SortGroupItem>*>& lists) {
  if (!query_.has_target_sets) return input;
  std::set<int> wanted;
  for (const auto* list : lists)
    for (const auto& item : *list) wanted.insert(item.sort_group);
  std::vector<bool> targets;
  for (const auto& target : query_.targets) targets.push_back(wanted.contains(target.sort_group));
  return plan_set_calls(std::move(input), targets);
}

Level::AboveGroups Level::find_above_groups(const Available& groups) {
  AboveGroups above;
  std::function<void(const Expression&)> visit = [&](const Expression& e) {
    if (groups.find(e) >= 0) return;
    if (e.kind == ExpressionKind::kAggregate && query::as<query::Aggregate>(e).levels_up == 0) {
      above.aggregates.push_back(&query::as<query::Aggregate>(e));
      return;
    }
    if (e.kind == ExpressionKind::kGrouping && query::as<query::Grouping>(e).levels_up == 0) {
      above.groupings.push_back(&query::as<query::Grouping>(e));
      return;
    }
    if (const auto* column = query::try_as<query::Column>(&e); column && column->levels_up == 0) {
      if (column->column == 0) {
        ExpressionPointer row = whole_row(*column);
        query::for_each_child(*row, [&](const Expression& child) { visit(child); });
      } else {
        above.loose_columns.push_back(query::clone(e));
      }
      return;
    }
    if (e.kind == ExpressionKind::kSubLink) {
      for (ExpressionPointer& found : of_this_level(*query::as<query::SubLink>(e).query)) {
        if (found->kind == ExpressionKind::kAggregate) {
          above.aggregates.push_back(&query::as<query::Aggregate>(*found));
          kept_expressions_.push_back(std::move(found));
        } else if (found->kind == ExpressionKind::kGrouping) {
          above.groupings.push_back(&query::as<query::Grouping>(*found));
          kept_expressions_.push_back(std::move(found));
        } else {
          above.loose_columns.push_back(std::move(found));
        }
      }
    }
    query::for_each_child(e, visit);
  };
  visit_upper(query_, visit);
  return above;
}

// `together`: the rows of a group come one after the other.
Partial Level::plan_grouping(Partial input, bool together) {
  input = plan_sets_of(std::move(input), {&query_.group_by});
  if (!together && !query_.group_by.empty() && query_.grouping_sets.empty() &&
      sorts_instead_of_hashing(query_.group_by)) {
    input = sort_groups(std::move(input));
    together = true;
  }
  auto node = make<PhysicalAggregate>();
  Available available;
  std::map<int, int> group_of;  // sort_group -> position
  auto add_group = [&](const Expression& e) {
    if (int found = available.find(e); found >= 0) return found;
    node->groups.push_back(resolve(e, input.available));
    node->group_collations.push_back(e.collation);
    node->output.push_back(output_of(e));
    available.add(query::clone(e));
    return static_cast<int>(available.size()) - 1;
  };
  for (const auto& item : query_.group_by)
    group_of[item.sort_group] = add_group(*target_of(item.sort_group).expression);

  AboveGroups above = find_above_groups(available);
  if (query_.grouping_sets.empty())
    for (const auto& column : above.loose_columns)
      if (available.find(*column) < 0 && (!query_.group_by.empty() || input.available.find(*column) >= 0))
        add_group(*column);

  for (const query::Aggregate* aggregate : above.aggregates) {
    if (available.find(*aggregate) >= 0) continue;
    node->aggregates.push_back(aggregate_call(*aggregate, input.available));
    node->output.push_back(output_of(*aggregate));
    available.add(query::clone(*aggregate));
  }
  for (const query::Grouping* grouping : above.groupings) {
    if (available.find(*grouping) >= 0) continue;
    std::vector<int> positions;
    for (int reference : grouping->references) positions.push_back(group_of.at(reference));
    node->grouping_calls.push_back(std::move(positions));
    node->output.push_back(output_of(*grouping));
    available.add(query::clone(*grouping));
  }
  if (!query_.grouping_sets.empty()) {
    for (const auto& references : cross_product(query_.grouping_sets)) {
      std::vector<int> positions;
      for (int reference : references) positions.push_back(group_of.at(reference));
      std::sort(positions.begin(), positions.end());
      bool repeated =
          std::find(node->grouping_sets.begin(), node->grouping_sets.end(), positions) != node->grouping_sets.end();
      if (!(query_.group_distinct && repeated)) node->grouping_sets.push_back(std::move(positions));
    }
  }
  double rows = input.plan->rows, groups = node->groups.empty() ? 1 : std::max(1.0, std::min(rows, 1.0));
  if (!node->groups.empty()) {
    groups = 1;
    for (size_t i = 0; i < available.size() && i < node->groups.size(); ++i)
      groups *= statistics_.distinct(*available.at(i), rows);
    groups = std::min(groups, std::max(1.0, rows));
  }
  node->strategy = node->groups.empty() ? AggregateStrategy::kPlain
                   : together           ? AggregateStrategy::kSorted
                                        : AggregateStrategy::kHash;
  double startup = input.plan->startup_cost;
  node->children.push_back(std::move(input.plan));
  finish_costs(*node, groups, rows * 0.01 * static_cast<double>(1 + node->aggregates.size()));
  node->startup_cost = together ? startup : node->total_cost;
  Partial out;
  out.plan = std::move(node);
  out.available = std::move(available);
  if (query_.having) {
    std::vector<Predicate> having;
    add_conjuncts(query::clone(*query_.having), having);
    out = filter(std::move(out), having);
  }
  return out;
}

Partial Level::sort_groups(Partial input) {
  std::vector<SortKey> keys;
  for (const auto& item : query_.group_by) {
    const Expression& e = *target_of(item.sort_group).expression;
    keys.push_back({resolve(e, input.available), e.collation, item.descending, item.nulls_first});
  }
  return sort_by(std::move(input), std::move(keys));
}

AggregateCall Level::aggregate_call(const query::Aggregate& aggregate, const Available& available) {
  AggregateCall call;
  call.function = aggregate.function;
  call.signature = function_signature(catalog(), aggregate.function);
  call.result_type = aggregate.type;
  call.input_collation = aggregate.input_collation;
  call.kind = aggregate.aggregate_kind;
  call.distinct = !aggregate.distinct.empty();
  for (const auto& direct : aggregate.direct_arguments) {
    call.direct_arguments.push_back(resolve(*direct, available));
    call.argument_types.push_back(direct->type);
  }
  for (const auto& argument : aggregate.arguments) {
    if (argument.junk) continue;
    call.arguments.push_back(resolve(*argument.expression, available));
    call.argument_types.push_back(argument.expression->type);
  }
  call.filter = resolve_or_null(aggregate.filter, available);
  std::vector<query::SortGroupItem> order = aggregate.order_by;
  for (const auto& item : aggregate.distinct)
    if (std::none_of(order.begin(), order.end(), [&](const auto& o) { return o.sort_group == item.sort_group; }))
      order.push_back(item);
  for (const auto& item : order)
    for (const auto& argument : aggregate.arguments)
      if (argument.sort_group == item.sort_group)
        call.order_by.push_back({resolve(*argument.expression, available), argument.expression->collation,
                                 item.descending, item.nulls_first});
  return call;
}

Partial Level::plan_windows(Partial input) {
  std::vector<const std::vector<query::SortGroupItem>*> keys_of_all;
  for (const query::WindowClause& window : query_.windows) {
    keys_of_all.push_back(&window.partition_by);
    keys_of_all.push_back(&window.order_by);
  }
  input = plan_sets_of(std::move(input), keys_of_all);
  for (const query::WindowClause& window : query_.windows) {
    std::vector<const query::WindowCall*> calls;
    std::function<void(const Expression&)> visit = [&](const Expression& e) {
      if (const auto* call = query::try_as<query::WindowCall>(&e); call && call->window == window.reference) {
        bool known = std::any_of(calls.begin(), calls.end(), [&](const auto* c) { return query::equal(*c, *call); });
        if (!known) calls.push_back(call);
        return;
      }
      query::for_each_child(e, visit);
    };
    for (const auto& target : query_.targets) visit(*target.expression);
    if (calls.empty()) continue;
    auto node = make<PhysicalWindow>();
    std::vector<SortKey> keys;
    auto add_key = [&](const query::SortGroupItem& item) {
      const Expression& e = *target_of(item.sort_group).expression;
      keys.push_back({resolve(e, input.available), e.collation, item.descending, item.nulls_first});
      return keys.size() - 1;
    };
    for (const auto& item : window.partition_by) {
      const Expression& e = *target_of(item.sort_group).expression;
      node->partition_by.push_back(resolve(e, input.available));
      node->partition_collations.push_back(e.collation);
      add_key(item);
    }
    for (const auto& item : window.order_by) {
      add_key(item);
      const Expression& e = *target_of(item.sort_group).expression;
      node->order_by.push_back({resolve(e, input.available), e.collation, item.descending, item.nulls_first});
    }
    if (!keys.empty()) input = sort_by(std::move(input), std::move(keys));
    node->frame_options = window.frame_options;
    node->start_offset = resolve_or_null(window.start_offset, input.available);
    node->end_offset = resolve_or_null(window.end_offset, input.available);
    node->start_in_range = window.start_in_range;
    node->end_in_range = window.end_in_range;
    node->in_range_ascending = window.in_range_ascending;
    node->in_range_nulls_first = window.in_range_nulls_first;
    node->in_range_collation = window.in_range_collation;
    node->output = input.plan->output;
    for (const query::WindowCall* call : calls) {
      WindowCallSpec spec;
      spec.function = call->function;
      spec.signature = function_signature(catalog(), call->function);
      spec.is_aggregate = call->is_aggregate;
      spec.result_type = call->type;
      spec.input_collation = call->input_collation;
      for (const auto& argument : call->arguments) {
        spec.arguments.push_back(resolve(*argument, input.available));
        spec.argument_types.push_back(argument->type);
      }
      spec.filter = resolve_or_null(call->filter, input.available);
      node->calls.push_back(std::move(spec));
      node->output.push_back(output_of(*call));
      input.available.add(query::clone(*call));
    }
    double rows = input.plan->rows;
    node->children.push_back(std::move(input.plan));
    finish_costs(*node, rows, rows * 0.02);
    input.plan = std::move(node);
  }
  return input;
}

}  // namespace basalt::planner
