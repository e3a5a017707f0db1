#include "planner/planner.hpp"

#include <algorithm>

#include "planner/level.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

namespace {

// Every relation of the statement, at any depth: what to lock and whose privileges to check when the plan is used
// again.
void collect_tables(const query::BoundQuery& query, PhysicalStatement& statement) {
  auto add_entries = [&](const query::BoundQuery& level) {
    for (const auto& entry : level.range_table) {
      if (!entry->relation) continue;
      PhysicalStatement::TableUse use;
      use.relation = entry->relation;
      use.lock_mode = entry->lock_mode;
      use.privileges = entry->required_privileges;
      use.check_as_user = entry->check_as_user;
      use.selected_columns = entry->selected_columns;
      use.inserted_columns = entry->inserted_columns;
      use.updated_columns = entry->updated_columns;
      statement.tables.push_back(std::move(use));
    }
  };
  std::function<void(const query::BoundQuery&)> visit = [&](const query::BoundQuery& level) {
    add_entries(level);
    query::for_each_subquery(level, visit);
    query::for_each_expression(level, [&](const query::Expression& e) {
      query::walk(e, [&](const query::Expression& inner) {
        if (const auto* link = query::try_as<query::SubLink>(&inner)) visit(*link->query);
        return false;
      });
    });
  };
  visit(query);
}

// In how many clauses of the statement, at any depth, volatile functions are called.
int volatile_clauses(const query::BoundQuery& query, catalog::CatalogReader& catalog) {
  int count = 0;
  std::function<void(const query::BoundQuery&)> visit = [&](const query::BoundQuery& level) {
    bool in_targets = false;
    auto is_volatile = [&](const query::Expression& e) { return query::contains_volatile(e, catalog); };
    for (const auto& target : level.targets) in_targets |= is_volatile(*target.expression);
    count += in_targets;
    query::for_each_expression(level, [&](const query::Expression& e) {
      bool is_target = std::any_of(level.targets.begin(), level.targets.end(),
                                   [&](const auto& target) { return target.expression.get() == &e; });
      count += !is_target && is_volatile(e);
      query::walk(e, [&](const query::Expression& inner) {
        if (const auto* link = query::try_as<query::SubLink>(&inner)) visit(*link->query);
        return false;
      });
    });
    query::for_each_subquery(level, visit);
  };
  visit(query);
  return count;
}

}  // namespace

std::unique_ptr<PhysicalStatement> plan(std::unique_ptr<query::BoundQuery> query, PlanContext& context) {
  auto statement = std::make_unique<PhysicalStatement>();
  statement->command = query->command;
  statement->can_set_tag = query->can_set_tag;
  statement->row_at_a_time = volatile_clauses(*query, context.catalog) > 1;
  collect_tables(*query, *statement);
  const auto& visible = query->command == query::CommandKind::kSelect ? query->targets : query->returning;
  for (const auto& target : visible) {
    if (target.junk) continue;
    statement->origin_tables.push_back(target.origin_table);
    statement->origin_columns.push_back(target.origin_column);
  }
  std::vector<std::string> names;
  for (const auto& target : visible)
    if (!target.junk) names.push_back(target.name);
  Shared shared{context, *statement};
  Level level(shared, nullptr, *query);
  statement->root = level.plan();
  statement->nodes = shared.next_node;
  for (size_t i = 0; i < names.size() && i < statement->root->output.size(); ++i)
    statement->root->output[i].name = names[i];
  return statement;
}

}  // namespace basalt::planner
