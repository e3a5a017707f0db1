// MERGE. The bound query has the target as result_table, the source in `from`, and the join condition as its condition;
// the planner makes the join (outer where there are NOT MATCHED actions).
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

uint32_t privileges_of(const parser::ParsedMerge& merge) {
  uint32_t bits = 0;
  for (const auto& when : merge.whens) {
    if (when.action == parser::MergeAction::kInsert) bits |= 1u << 0;
    if (when.action == parser::MergeAction::kUpdate) bits |= 1u << 2;
    if (when.action == parser::MergeAction::kDelete) bits |= 1u << 3;
  }
  return bits;
}

void check_reachable(const parser::ParsedMerge& merge) {
  bool ended[2] = {false, false};
  for (const auto& when : merge.whens) {
    bool& seen = ended[when.matched ? 0 : 1];
    if (seen)
      throw SqlError(sqlstate::kSyntaxError, "unreachable WHEN clause specified after unconditional WHEN clause");
    if (!when.condition) seen = true;
  }
}

}  // namespace

void Analyzer::bind_merge(Scope& s, const parser::ParsedMerge& merge) {
  BoundQuery& query = *s.query;
  if (merge.with) bind_with(s, *merge.with);
  if (merge.with && merge.with->recursive)
    throw SqlError(sqlstate::kSyntaxError, "WITH RECURSIVE is not supported for MERGE statement");
  check_reachable(merge);
  set_target(s, *merge.relation, merge.relation->inherit, false, privileges_of(merge));
  const auto& relation = *s.target->entry->relation;
  if (relation.kind != 'r' && relation.kind != 'p') {
    const char* kind = relation.kind == 'v'   ? "views"
                       : relation.kind == 'm' ? "materialized views"
                       : relation.kind == 'f' ? "foreign tables"
                                              : "sequences";
    throw SqlError(sqlstate::kFeatureNotSupported, "cannot execute MERGE on relation \"" + relation.name + "\"")
        .detail("This operation is not supported for " + std::string(kind) + ".");
  }
  if (!relation.rules.empty())
    throw SqlError(sqlstate::kFeatureNotSupported, "cannot execute MERGE on relation \"" + relation.name + "\"")
        .detail("MERGE is not supported for relations with rules.");
  {
    std::vector<parser::TableRefPtr> none;
    Namespace names;
    NamespaceItem* top = nullptr;
    auto node = bind_from_item(s, *merge.source, top, names);
    query.from->items.push_back(std::move(node));
    s.names = std::move(names);
    for (auto* item : s.names) {
      if (item->relation_visible && item->name == s.target->name)
        throw SqlError(sqlstate::kDuplicateAlias, "name \"" + item->name + "\" specified more than once")
            .detail("The name is used both as MERGE target table and data source.");
      item->lateral_only = false;
    }
  }
  Namespace source_only = s.names;
  add_to_names(s, s.target, true, true);
  Namespace both = s.names;
  query.from->condition = coerce_to_boolean(bind(s, *merge.condition, Clause::kJoinOn), "JOIN/ON");
  for (const auto& when : merge.whens) {
    MergeAction action;
    action.matched = when.matched;
    s.names = when.matched ? both : source_only;
    action.condition = bind_where(s, when.condition.get(), Clause::kMergeWhen, "WHEN");
    switch (when.action) {
      case parser::MergeAction::kNothing:
        action.kind = MergeActionKind::kNothing;
        break;
      case parser::MergeAction::kDelete:
        action.kind = MergeActionKind::kDelete;
        break;
      case parser::MergeAction::kUpdate:
        action.kind = MergeActionKind::kUpdate;
        action.targets = bind_assignments(s, when.assignments);
        for (const auto& target : action.targets)
          if (!target.junk) action.update_columns.push_back(target.number);
        break;
      case parser::MergeAction::kInsert: {
        action.kind = MergeActionKind::kInsert;
        action.overriding = when.overriding == parser::Overriding::kUserValue     ? 'u'
                            : when.overriding == parser::Overriding::kSystemValue ? 's'
                                                                                  : 0;
        s.is_insert = true;
        auto numbers = insert_columns(s, when.columns);
        ExpressionList row;
        if (!when.default_values)
          row = bind_insert_row(s, bind_expression_list(s, when.values, Clause::kValuesSingle, true), when.columns,
                                numbers, false);
        s.is_insert = false;
        for (size_t i = 0; i < row.size(); ++i) {
          TargetEntry target;
          target.number = numbers[i];
          target.name = relation.columns[static_cast<size_t>(numbers[i]) - 1].name;
          target.expression = std::move(row[i]);
          s.target->entry->inserted_columns.push_back(target.number);
          action.targets.push_back(std::move(target));
        }
        break;
      }
    }
    query.merge_actions.push_back(std::move(action));
  }
  finish_query(s);
}

}  // namespace basalt::query
