// GROUP BY: plain items, and the tree of grouping sets, rollups and cubes.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

struct GroupBinder {
  Analyzer& a;
  Scope& s;
  std::vector<TargetEntry>& targets;
  const std::vector<SortGroupItem>& sort;
  std::vector<SortGroupItem>& out;

  // One expression: its sort_group number.
  int one(const ParsedExpression& e) {
    int index = a.find_target_92(s, e, targets, Clause::kGroupBy);
    TargetEntry& target = targets[static_cast<size_t>(index)];
    for (const auto& item : out)
      if (target.sort_group && item.sort_group == target.sort_group) return target.sort_group;
    // Grouping in the order that ORDER BY wants saves a sort.
    for (const auto& item : sort)
      if (target.sort_group && item.sort_group == target.sort_group) {
        out.push_back(item);
        return target.sort_group;
      }
    a.add_group_item(out, targets, index, e.location);
    return targets[static_cast<size_t>(index)].sort_group;
  }
  // An expression, or the members of an implicit row: (a, b).
  std::vector<int> column_set(const ParsedExpression& e) {
    std::vector<int> references;
    auto* row = parser::as_if<parser::ParsedRow>(&e);
    if (row && !row->is_explicit) {
      for (const auto& member : row->elements)
        for (int reference : column_set(*member)) references.push_back(reference);
    } else {
      references.push_back(one(e));
    }
    return references;
  }
  GroupingSet simple(const ParsedExpression& e) {
    GroupingSet set;
    set.kind = GroupingSetKind::kSimple;
    set.location = e.location;
    for (int reference : column_set(e))
      if (std::find(set.references.begin(), set.references.end(), reference) == set.references.end())
        set.references.push_back(reference);
    if (set.references.empty()) set.kind = GroupingSetKind::kEmpty;
    return set;
  }
  GroupingSet item(const parser::ParsedGroupingItem& parsed) {
    using K = parser::GroupingKind;
    GroupingSet set;
    set.location = parsed.location;
    switch (parsed.kind) {
      case K::kExpression:
        return simple(*parsed.expressions[0]);
      case K::kEmpty:
        return set;
      case K::kSets:
        set.kind = GroupingSetKind::kSets;
        for (const auto& inner : parsed.sets) {
          GroupingSet made = item(inner);
          if (made.kind == GroupingSetKind::kSets)
            for (auto& part : made.content) set.content.push_back(std::move(part));
          else
            set.content.push_back(std::move(made));
        }
        return set;
      case K::kCube:
      case K::kRollup:
        set.kind = parsed.kind == K::kCube ? GroupingSetKind::kCube : GroupingSetKind::kRollup;
        if (parsed.kind == K::kCube && parsed.expressions.size() > 12)
          throw a.error(sqlstate::kTooManyColumns, "CUBE is limited to 12 elements", parsed.location);
        for (const auto& e : parsed.expressions) set.content.push_back(simple(*e));
        return set;
    }
    return set;
  }
};

}  // namespace

void Analyzer::bind_group_clause(Scope& s, const std::vector<parser::ParsedGroupingItem>& list,
                                 std::vector<TargetEntry>& targets, const std::vector<SortGroupItem>& sort) {
  GroupBinder binder{*this, s, targets, sort, s.query->group_by};
  bool has_sets = std::any_of(list.begin(), list.end(),
                              [](const auto& item) { return item.kind != parser::GroupingKind::kExpression; });
  if (!has_sets) {
    for (const auto& item : list) binder.column_set(*item.expressions[0]);
    return;
  }
  auto& sets = s.query->grouping_sets;
  for (const auto& item : list) {
    if (item.kind == parser::GroupingKind::kEmpty) continue;  // adds nothing to the others
    GroupingSet made = binder.item(item);
    if (made.kind != GroupingSetKind::kEmpty) sets.push_back(std::move(made));
  }
  if (sets.empty()) sets.emplace_back();
}

}  // namespace basalt::query
