// ORDER BY, DISTINCT, LIMIT, FOR UPDATE.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

// In GROUP BY and the like the output column that a name or number stands for must not hold such calls.
void check_found_target(Analyzer& a, const TargetEntry& target, Clause clause) {
  if (clause != Clause::kGroupBy) return;
  walk(*target.expression, [&](const Expression& e) {
    if (e.kind == ExpressionKind::kAggregate && as<Aggregate>(e).levels_up == 0)
      throw a.error(common::sqlstate::kGroupingError, "aggregate functions are not allowed in GROUP BY", e.location);
    if (e.kind == ExpressionKind::kWindow)
      throw a.error(common::sqlstate::kWindowingError, "window functions are not allowed in GROUP BY", e.location);
    return false;
  });
}

}  // namespace

int Analyzer::find_target_92(Scope& s, const ParsedExpression& node, std::vector<TargetEntry>& targets, Clause clause) {
  const char* clause_name = clause_info(clause).name;
  if (auto* ref = parser::as_if<parser::ParsedColumnRef>(&node); ref && ref->names.size() == 1 && !ref->star) {
    const std::string& name = ref->names[0];
    bool output_name = true;
    if (clause == Clause::kGroupBy && find_column(s, name, true, ref->location)) output_name = false;
    int found = -1;
    for (size_t i = 0; output_name && i < targets.size(); ++i) {
      if (targets[i].junk || targets[i].name != name) continue;
      if (found >= 0) {
        if (!equal(*targets[static_cast<size_t>(found)].expression, *targets[i].expression))
          throw error(sqlstate::kAmbiguousColumn, std::string(clause_name) + " \"" + name + "\" is ambiguous",
                      ref->location);
      } else {
        found = static_cast<int>(i);
      }
    }
    if (found >= 0) {
      check_found_target(*this, targets[static_cast<size_t>(found)], clause);
      return found;
    }
  }
  if (auto* literal = parser::as_if<parser::ParsedLiteral>(&node)) {
    if (literal->literal_class != parser::LiteralClass::kInteger)
      throw error(sqlstate::kSyntaxError, "non-integer constant in " + std::string(clause_name), literal->location);
    if (literal->literal_index >= 0) context.pinned_literals.push_back(literal->literal_index);
    auto wanted = std::strtoll(literal->text.c_str(), nullptr, 10);
    int position_now = 0;
    for (size_t i = 0; i < targets.size(); ++i) {
      if (targets[i].junk) continue;
      if (++position_now == wanted) {
        check_found_target(*this, targets[i], clause);
        return static_cast<int>(i);
      }
    }
    throw error(sqlstate::kInvalidColumnReference,
                std::string(clause_name) + " position " + literal->text + " is not in select list", literal->location);
  }
  return find_target_99(s, node, targets, clause);
}

int Analyzer::find_target_99(Scope& s, const ParsedExpression& node, std::vector<TargetEntry>& targets, Clause clause) {
  auto bound = bind(s, node, clause);
  for (size_t i = 0; i < targets.size(); ++i)
    if (equal(*bound, *strip_implicit_coercions(targets[i].expression.get()))) return static_cast<int>(i);
  targets.push_back(bind_target(s, node, std::move(bound), clause, "", true));
  return static_cast<int>(targets.size()) - 1;
}

int Analyzer::assign_sort_group(TargetEntry& target, std::vector<TargetEntry>& targets) {
  if (target.sort_group) return target.sort_group;
  int highest = 0;
  for (const auto& other : targets) highest = std::max(highest, other.sort_group);
  return target.sort_group = highest + 1;
}

namespace {

bool is_in_list(Analyzer& a, const TargetEntry& target, Oid sort_operator, const std::vector<SortGroupItem>& list) {
  if (!target.sort_group) return false;
  for (const auto& item : list) {
    if (item.sort_group != target.sort_group) continue;
    if (!sort_operator.valid() || sort_operator == item.sort_operator) return true;
    auto known = a.catalog.operator_by_oid(item.sort_operator);
    if (known && known->commutator == sort_operator) return true;
  }
  return false;
}

}  // namespace

void Analyzer::add_sort_item(std::vector<SortGroupItem>& list, std::vector<TargetEntry>& targets, int index,
                             const parser::ParsedSortBy& sort) {
  TargetEntry& target = targets[static_cast<size_t>(index)];
  if (target.expression->type == oid::kUnknown)
    target.expression = coerce(std::move(target.expression), oid::kText, -1, CoercionContext::kImplicit,
                               CoercionForm::kImplicitCast, -1);
  Oid type_oid = target.expression->type;
  int location =
      sort.direction == parser::SortDirection::kUsing && sort.location >= 0 ? sort.location : sort.expression->location;
  SortGroupItem item;
  bool reverse = false;
  at(location, [&] {
    if (sort.direction == parser::SortDirection::kUsing) {
      auto op = find_operator(sort.using_operator, type_oid, type_oid, false, location);
      item.sort_operator = op->oid;
      if (!ordering_operator(op->oid, item.equal_operator, reverse))
        throw SqlError(sqlstate::kWrongObjectType,
                       "operator " + name_list_to_string(sort.using_operator) + " is not a valid ordering operator")
            .hint("Ordering operators must be \"<\" or \">\" members of btree operator families.");
      item.hashable = operator_hashable(item.equal_operator, type_oid);
      return;
    }
    reverse = sort.direction == parser::SortDirection::kDesc;
    SortOperators ops = sort_operators(type_oid, !reverse, true, reverse);
    item.sort_operator = reverse ? ops.greater : ops.less;
    item.equal_operator = ops.equal;
    item.hashable = ops.hashable;
  });
  if (is_in_list(*this, target, item.sort_operator, list)) return;
  item.sort_group = assign_sort_group(target, targets);
  item.descending = reverse;
  item.nulls_first = sort.nulls == parser::SortNulls::kDefault ? reverse : sort.nulls == parser::SortNulls::kFirst;
  list.push_back(item);
}

void Analyzer::add_group_item(std::vector<SortGroupItem>& list, std::vector<TargetEntry>& targets, int index,
                              int location) {
  TargetEntry& target = targets[static_cast<size_t>(index)];
  if (target.expression->type == oid::kUnknown)
    target.expression = coerce(std::move(target.expression), oid::kText, -1, CoercionContext::kImplicit,
                               CoercionForm::kImplicitCast, -1);
  if (is_in_list(*this, target, Oid{}, list)) return;
  SortOperators ops = at(location, [&] { return sort_operators(target.expression->type, false, true, false); });
  SortGroupItem item;
  item.sort_group = assign_sort_group(target, targets);
  item.equal_operator = ops.equal;
  item.sort_operator = ops.less;
  item.hashable = ops.hashable;
  list.push_back(item);
}

std::vector<SortGroupItem> Analyzer::bind_sort(Scope& s, const std::vector<parser::ParsedSortBy>& list,
                                               std::vector<TargetEntry>& targets, Clause clause, bool sql99) {
  std::vector<SortGroupItem> out;
  for (const auto& sort : list) {
    int target = sql99 ? find_target_99(s, *sort.expression, targets, clause)
                       : find_target_92(s, *sort.expression, targets, clause);
    add_sort_item(out, targets, target, sort);
  }
  return out;
}

std::vector<SortGroupItem> Analyzer::bind_distinct_clause(std::vector<TargetEntry>& targets,
                                                          const std::vector<SortGroupItem>& sort, bool is_aggregate) {
  std::vector<SortGroupItem> out;
  for (const auto& item : sort) {
    for (const auto& target : targets)
      if (target.sort_group == item.sort_group && target.junk)
        throw error(sqlstate::kInvalidColumnReference,
                    is_aggregate ? "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"
                                 : "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    target.expression->location);
    out.push_back(item);
  }
  for (size_t i = 0; i < targets.size(); ++i)
    if (!targets[i].junk) add_group_item(out, targets, static_cast<int>(i), targets[i].expression->location);
  if (out.empty())
    throw SqlError(sqlstate::kSyntaxError, is_aggregate ? "an aggregate with DISTINCT must have at least one argument"
                                                        : "SELECT DISTINCT must have at least one column");
  return out;
}

std::vector<SortGroupItem> Analyzer::bind_distinct_on(Scope& s, const parser::ExpressionList& list,
                                                      std::vector<TargetEntry>& targets,
                                                      const std::vector<SortGroupItem>& sort) {
  std::vector<SortGroupItem> out;
  std::vector<int> references;
  for (const auto& e : list) {
    int target = find_target_92(s, *e, targets, Clause::kDistinctOn);
    references.push_back(assign_sort_group(targets[static_cast<size_t>(target)], targets));
  }
  auto mismatch = [&](int location) {
    return error(sqlstate::kInvalidColumnReference,
                 "SELECT DISTINCT ON expressions must match initial ORDER BY expressions", location);
  };
  bool skipped = false;
  for (const auto& item : sort) {
    auto it = std::find(references.begin(), references.end(), item.sort_group);
    if (it == references.end()) {
      skipped = true;
    } else {
      if (skipped) throw mismatch(list[static_cast<size_t>(it - references.begin())]->location);
      out.push_back(item);
    }
  }
  for (size_t i = 0; i < list.size(); ++i) {
    size_t index = 0;
    while (targets[index].sort_group != references[i]) ++index;
    if (is_in_list(*this, targets[index], Oid{}, out)) continue;
    if (skipped) throw mismatch(list[i]->location);
    add_group_item(out, targets, static_cast<int>(index), list[i]->location);
  }
  return out;
}

ExpressionPointer Analyzer::bind_limit(Scope& s, const ParsedExpression* e, Clause clause, const char* construct,
                                       parser::LimitOption option) {
  if (!e) return nullptr;
  auto bound = coerce_to_specific(bind(s, *e, clause), oid::kInt8, -1, construct);
  walk_with_depth(*bound, [&](const Expression& inner, int depth) {
    if (inner.kind == ExpressionKind::kColumn && as<Column>(inner).levels_up == depth)
      throw error(sqlstate::kInvalidColumnReference,
                  "argument of " + std::string(construct) + " must not contain variables", inner.location);
    return false;
  });
  auto* literal = parser::as_if<parser::ParsedLiteral>(e);
  if (clause == Clause::kLimit && option == parser::LimitOption::kWithTies && literal && literal->is_null())
    throw SqlError(sqlstate::kInvalidRowCountInLimitClause,
                   "row count cannot be null in FETCH FIRST ... WITH TIES clause");
  return bound;
}

namespace {

const char* strength_name(parser::LockStrength strength) {
  switch (strength) {
    case parser::LockStrength::kKeyShare:
      return "FOR KEY SHARE";
    case parser::LockStrength::kShare:
      return "FOR SHARE";
    case parser::LockStrength::kNoKeyUpdate:
      return "FOR NO KEY UPDATE";
    case parser::LockStrength::kUpdate:
      return "FOR UPDATE";
  }
  return "";
}

int wait_policy_of(const parser::ParsedLocking& locking) {
  switch (locking.wait) {
    case parser::LockWait::kBlock:
      return static_cast<int>(storage::WaitPolicy::kWait);
    case parser::LockWait::kSkip:
      return static_cast<int>(storage::WaitPolicy::kSkip);
    case parser::LockWait::kError:
      return static_cast<int>(storage::WaitPolicy::kNoWait);
  }
  return 0;
}

}  // namespace

void Analyzer::check_locking_allowed(const BoundQuery& query, const parser::ParsedLocking& locking) {
  const char* with = query.set_operation                                       ? "UNION/INTERSECT/EXCEPT"
                     : !query.distinct.empty()                                 ? "DISTINCT clause"
                     : !query.group_by.empty() || !query.grouping_sets.empty() ? "GROUP BY clause"
                     : query.having                                            ? "HAVING clause"
                     : query.has_aggregates                                    ? "aggregate functions"
                     : query.has_windows                                       ? "window functions"
                     : query.has_target_sets ? "set-returning functions in the target list"
                                             : nullptr;
  if (with)
    throw SqlError(sqlstate::kFeatureNotSupported,
                   std::string(strength_name(locking.strength)) + " is not allowed with " + with);
}

void Analyzer::apply_lock(BoundQuery& query, int table, LockStrength strength, int wait_policy, bool pushed_down) {
  for (auto& mark : query.row_marks) {
    if (mark.table != table) continue;
    mark.strength = std::max(mark.strength, strength);
    mark.wait_policy = std::max(mark.wait_policy, wait_policy);
    mark.pushed_down = mark.pushed_down && pushed_down;
    return;
  }
  RowMark mark;
  mark.table = table;
  mark.strength = strength;
  mark.wait_policy = wait_policy;
  mark.pushed_down = pushed_down;
  query.row_marks.push_back(mark);
}

void Analyzer::bind_locking(Scope& s, BoundQuery& query, const parser::ParsedLocking& locking, bool pushed_down) {
  check_locking_allowed(query, locking);
  auto strength = static_cast<LockStrength>(static_cast<int>(locking.strength) + 1);
  int wait = wait_policy_of(locking);
  auto lock_table = [&](int index) {
    auto& entry = query.entry(index);
    if (entry.kind == RangeKind::kRelation) {
      entry.required_privileges |= 1u << 2;
      apply_lock(query, index, strength, wait, pushed_down);
    } else if (entry.kind == RangeKind::kSubquery && entry.subquery) {
      apply_lock(query, index, strength, wait, pushed_down);
      parser::ParsedLocking all;
      all.strength = locking.strength;
      all.wait = locking.wait;
      bind_locking(s, *entry.subquery, all, true);
    }
  };
  if (locking.relations.empty()) {
    for (size_t i = 0; i < query.range_table.size(); ++i)
      if (query.range_table[i]->in_from) lock_table(static_cast<int>(i + 1));
    return;
  }
  std::string name = strength_name(locking.strength);
  for (const auto& range : locking.relations) {
    if (!range->schema.empty() || !range->catalog.empty())
      throw error(sqlstate::kSyntaxError, name + " must specify unqualified relation names", range->location);
    bool found = false;
    for (size_t i = 0; i < query.range_table.size() && !found; ++i) {
      const auto& entry = *query.range_table[i];
      if (!entry.in_from || entry.name != range->name) continue;
      if (entry.kind == RangeKind::kJoin && entry.alias.empty()) continue;
      found = true;
      const char* what = entry.kind == RangeKind::kJoin              ? "a join"
                         : entry.kind == RangeKind::kFunction        ? "a function"
                         : entry.kind == RangeKind::kTableFunction   ? "a table function"
                         : entry.kind == RangeKind::kValues          ? "VALUES"
                         : entry.kind == RangeKind::kCte             ? "a WITH query"
                         : entry.kind == RangeKind::kNamedTuplestore ? "a named tuplestore"
                                                                     : nullptr;
      if (what) throw error(sqlstate::kFeatureNotSupported, name + " cannot be applied to " + what, range->location);
      lock_table(static_cast<int>(i + 1));
    }
    if (!found)
      throw error(sqlstate::kUndefinedTable,
                  "relation \"" + range->name + "\" in " + name + " clause not found in FROM clause", range->location);
  }
}

}  // namespace basalt::query
