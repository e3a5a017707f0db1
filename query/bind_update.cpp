// UPDATE and DELETE, and assignments as UPDATE, ON CONFLICT and MERGE share them.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr uint32_t kUpdatePrivilege = 1u << 2, kDeletePrivilege = 1u << 3;

// While FROM is bound the target table may be named, but not laterally.
class TargetHidden {
 public:
  explicit TargetHidden(NamespaceItem& item) : item_(item) {
    item_.lateral_only = true;
    item_.lateral_ok = false;
  }
  ~TargetHidden() {
    item_.lateral_only = false;
    item_.lateral_ok = true;
  }
  TargetHidden(const TargetHidden&) = delete;
  TargetHidden& operator=(const TargetHidden&) = delete;

 private:
  NamespaceItem& item_;
};

}  // namespace

void Analyzer::bind_update(Scope& s, const parser::ParsedUpdate& update) {
  BoundQuery& query = *s.query;
  if (update.with) bind_with(s, *update.with);
  set_target(s, *update.relation, update.relation->inherit, true, kUpdatePrivilege);
  {
    TargetHidden hidden(*s.target);
    bind_from(s, update.from);
  }
  auto where = bind_where(s, update.where.get(), Clause::kWhere, "WHERE");
  bind_returning(s, update.returning);
  query.targets = bind_assignments(s, update.assignments);
  query.from->condition = std::move(where);
  finish_query(s);
}

void Analyzer::bind_delete(Scope& s, const parser::ParsedDelete& del) {
  BoundQuery& query = *s.query;
  if (del.with) bind_with(s, *del.with);
  set_target(s, *del.relation, del.relation->inherit, true, kDeletePrivilege);
  {
    TargetHidden hidden(*s.target);
    bind_from(s, del.using_list);
  }
  query.from->condition = bind_where(s, del.where.get(), Clause::kWhere, "WHERE");
  bind_returning(s, del.returning);
  finish_query(s);
}

namespace {

// The values of SET (a, b, ...) = source, one a target.
ExpressionList bind_multiple(Analyzer& a, Scope& s, const parser::ParsedAssignment& assignment,
                             std::vector<TargetEntry>& junk) {
  size_t count = assignment.targets.size();
  const auto& source = *assignment.value;
  auto mismatch = [&] {
    return a.error(sqlstate::kSyntaxError, "number of columns does not match number of values", source.location);
  };
  ExpressionList out;
  if (auto* row = parser::as_if<parser::ParsedRow>(&source)) {
    ClauseGuard guard(s, Clause::kUpdateSource);
    auto bound = a.bind_row(s, *row, true);
    out = std::move(as<RowConstructor>(*bound).arguments);
    if (out.size() != count) throw mismatch();
    return out;
  }
  auto* link = parser::as_if<parser::ParsedSubLink>(&source);
  if (!link || link->link_kind != parser::SubLinkKind::kExpr)
    throw a.error(sqlstate::kFeatureNotSupported,
                  "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression", source.location);
  s.query->has_sublinks = true;
  auto node = make<SubLink>(link->location);
  node->sub_kind = SubLinkKind::kMultiExpr;
  node->type = oid::kRecord;
  {
    ClauseGuard guard(s, Clause::kUpdateSource);
    node->query = a.bind_statement(*link->subselect, &s, nullptr, false, true);
  }
  int number = ++s.multi_assignments;
  for (const auto& target : node->query->targets) {
    if (target.junk) continue;
    auto parameter = make<Parameter>(target.expression->location);
    parameter->parameter_kind = ParameterKind::kExec;
    parameter->id = (number << 16) | static_cast<int>(out.size());
    parameter->type = target.expression->type;
    parameter->typmod = target.expression->typmod;
    parameter->collation = target.expression->collation;
    out.push_back(std::move(parameter));
  }
  if (out.size() != count) throw mismatch();
  TargetEntry target;
  target.junk = true;
  target.expression = std::move(node);
  junk.push_back(std::move(target));
  return out;
}

}  // namespace

std::vector<TargetEntry> Analyzer::bind_assignments(Scope& s,
                                                    const std::vector<parser::ParsedAssignment>& assignments) {
  auto& entry = *s.target->entry;
  const auto& relation = *entry.relation;
  std::vector<TargetEntry> targets, junk;
  for (const auto& assignment : assignments) {
    ExpressionList values;
    if (assignment.is_row) {
      values = bind_multiple(*this, s, assignment, junk);
    } else {
      auto target = bind_target(s, *assignment.value, nullptr, Clause::kUpdateSource, "?", false);
      values.push_back(std::move(target.expression));
    }
    for (size_t i = 0; i < assignment.targets.size(); ++i) {
      const auto& parsed = assignment.targets[i];
      int location = parsed.location >= 0 ? parsed.location : assignment.location;
      TargetEntry target;
      target.name = parsed.name;
      target.number = attribute_number(relation, parsed.name, location, "");
      target.expression = assigned_value(s, std::move(values[i]), Clause::kUpdateTarget, parsed.name, target.number,
                                         assignment.targets, i, location);
      auto& updated = entry.updated_columns;
      if (std::find(updated.begin(), updated.end(), target.number) == updated.end()) updated.push_back(target.number);
      targets.push_back(std::move(target));
    }
  }
  auto next = static_cast<int16_t>(relation.columns.size());
  for (auto& target : junk) {
    target.number = ++next;
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace basalt::query
