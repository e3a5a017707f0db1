// WITH RECURSIVE: the order of the items, and whether a recursive item has the one form that is allowed:
// non-recursive-term UNION [ALL] recursive-term, with a single reference in a place where it may stand.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"
#include "query/raw_walk.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

// Walks a query and reports references to WITH items that no inner WITH hides.
struct ReferenceWalk {
  std::function<void(const parser::ParsedRangeVar&)> found;
  std::vector<std::string> hidden;

  void table(const parser::ParsedTableRef& ref) {
    if (ref.kind == parser::TableRefKind::kRangeVar) {
      const auto& range = parser::as<parser::ParsedRangeVar>(ref);
      if (range.schema.empty() && std::find(hidden.begin(), hidden.end(), range.name) == hidden.end()) found(range);
      return;
    }
    visit_raw(ref, children());
  }
  void expression(const ParsedExpression& e) { visit_raw(e, children()); }
  void statement(const parser::ParsedStatement& s) {
    size_t before = hidden.size();
    if (const auto* with = with_of(s)) {
      if (with->recursive)
        for (const auto& cte : with->ctes) hidden.push_back(cte.name);
      for (const auto& cte : with->ctes) {
        statement(*cte.query);
        if (!with->recursive) hidden.push_back(cte.name);
      }
    }
    visit_raw(s, children());
    hidden.resize(before);
  }
  RawChildren children() {
    return {[this](const ParsedExpression& e) { expression(e); }, [this](const parser::ParsedTableRef& r) { table(r); },
            [this](const parser::ParsedStatement& s) { statement(s); }};
  }
};

enum class Place { kOk, kNonRecursive, kSubLink, kOuterJoin, kIntersect, kExcept };

const char* place_text(Place place) {
  switch (place) {
    case Place::kNonRecursive:
      return "within its non-recursive term";
    case Place::kSubLink:
      return "within a subquery";
    case Place::kOuterJoin:
      return "within an outer join";
    case Place::kIntersect:
      return "within INTERSECT";
    case Place::kExcept:
      return "within EXCEPT";
    default:
      return "";
  }
}

struct FormCheck {
  FormCheck(Analyzer& analyzer, std::string item) : a(analyzer), name(std::move(item)) {}
  Analyzer& a;
  std::string name;
  Place place = Place::kNonRecursive;
  int references = 0;
  std::vector<std::string> hidden;

  void in(Place where, const std::function<void()>& f) {
    Place saved = std::exchange(place, place == Place::kOk ? where : place);
    f();
    place = saved;
  }
  void table(const parser::ParsedTableRef& ref) {
    if (ref.kind == parser::TableRefKind::kRangeVar) {
      const auto& range = parser::as<parser::ParsedRangeVar>(ref);
      if (!range.schema.empty() || range.name != name ||
          std::find(hidden.begin(), hidden.end(), range.name) != hidden.end())
        return;
      if (place != Place::kOk)
        throw a.error(sqlstate::kInvalidRecursion,
                      "recursive reference to query \"" + name + "\" must not appear " + place_text(place),
                      range.location);
      if (++references > 1)
        throw a.error(sqlstate::kInvalidRecursion,
                      "recursive reference to query \"" + name + "\" must not appear more than once", range.location);
      return;
    }
    if (ref.kind == parser::TableRefKind::kJoin) {
      const auto& join = parser::as<parser::ParsedJoin>(ref);
      bool left_ok = join.type == parser::JoinType::kInner || join.type == parser::JoinType::kLeft;
      bool right_ok = join.type == parser::JoinType::kInner || join.type == parser::JoinType::kRight;
      in(left_ok ? place : Place::kOuterJoin, [&] { table(*join.left); });
      in(right_ok ? place : Place::kOuterJoin, [&] { table(*join.right); });
      if (join.condition) expression(*join.condition);
      return;
    }
    visit_raw(ref, children(false));
  }
  void expression(const ParsedExpression& e) { visit_raw(e, children(true)); }
  void statement(const parser::ParsedStatement& s) {
    size_t before = hidden.size();
    if (const auto* with = with_of(s)) {
      if (with->recursive)
        for (const auto& cte : with->ctes) hidden.push_back(cte.name);
      for (const auto& cte : with->ctes) {
        in(Place::kSubLink, [&] { statement(*cte.query); });
        if (!with->recursive) hidden.push_back(cte.name);
      }
    }
    auto* select = parser::as_if<parser::ParsedSelect>(&s);
    if (select && select->op == parser::SetOperation::kExcept) {
      in(select->all ? Place::kExcept : place, [&] { statement(*select->left); });
      in(Place::kExcept, [&] { statement(*select->right); });
    } else if (select && select->op == parser::SetOperation::kIntersect && select->all) {
      in(Place::kIntersect, [&] {
        statement(*select->left);
        statement(*select->right);
      });
    } else {
      visit_raw(s, children(false));
    }
    hidden.resize(before);
  }
  // A sublink's query must not refer to the item; other statements below (arms, FROM items) may.
  RawChildren children(bool sublink) {
    return {[this](const ParsedExpression& e) { expression(e); }, [this](const parser::ParsedTableRef& r) { table(r); },
            [this, sublink](const parser::ParsedStatement& s) {
              in(sublink ? Place::kSubLink : place, [&] { statement(s); });
            }};
  }
};

void check_form(Analyzer& a, const parser::ParsedCte& cte) {
  auto* select = parser::as_if<parser::ParsedSelect>(cte.query.get());
  if (!select)
    throw a.error(sqlstate::kInvalidRecursion,
                  "recursive query \"" + cte.name + "\" must not contain data-modifying statements", cte.location);
  if (select->op != parser::SetOperation::kUnion)
    throw a.error(
        sqlstate::kInvalidRecursion,
        "recursive query \"" + cte.name + "\" does not have the form non-recursive-term UNION [ALL] recursive-term",
        cte.location);
  FormCheck check(a, cte.name);
  check.place = Place::kNonRecursive;
  check.statement(*select->left);
  check.place = Place::kOk;
  check.statement(*select->right);
  if (check.references == 0)
    throw a.error(
        sqlstate::kInvalidRecursion,
        "recursive query \"" + cte.name + "\" does not have the form non-recursive-term UNION [ALL] recursive-term",
        cte.location);
  if (select->with) {
    FormCheck with_check(a, cte.name);
    with_check.place = Place::kSubLink;
    for (const auto& inner : select->with->ctes) with_check.statement(*inner.query);
  }
  auto refuse = [&](const char* what, int location) {
    throw a.error(sqlstate::kFeatureNotSupported, std::string(what) + " in a recursive query is not implemented",
                  location);
  };
  if (!select->order_by.empty()) refuse("ORDER BY", select->order_by[0].expression->location);
  if (select->limit_offset) refuse("OFFSET", select->limit_offset->location);
  if (select->limit_count) refuse("LIMIT", select->limit_count->location);
  if (!select->locking.empty()) refuse("FOR UPDATE/SHARE", -1);
}

}  // namespace

void Analyzer::check_recursion(const parser::ParsedWith& with, std::vector<size_t>& order,
                               std::vector<bool>& recursive) {
  size_t count = with.ctes.size();
  std::vector<std::vector<bool>> needs(count, std::vector<bool>(count, false));
  recursive.assign(count, false);
  for (size_t i = 0; i < count; ++i) {
    ReferenceWalk walk_references;
    walk_references.found = [&](const parser::ParsedRangeVar& range) {
      for (size_t j = 0; j < count; ++j) {
        if (with.ctes[j].name != range.name) continue;
        if (i == j)
          recursive[i] = true;
        else
          needs[i][j] = true;
      }
    };
    walk_references.statement(*with.ctes[i].query);
  }
  std::vector<bool> done(count, false);
  while (order.size() < count) {
    size_t next = count;
    for (size_t i = 0; i < count && next == count; ++i) {
      if (done[i]) continue;
      bool ready = true;
      for (size_t j = 0; j < count; ++j) ready = ready && (!needs[i][j] || done[j]);
      if (ready) next = i;
    }
    if (next == count) {
      size_t first = 0;
      while (done[first]) ++first;
      throw error(sqlstate::kFeatureNotSupported, "mutual recursion between WITH items is not implemented",
                  with.ctes[first].location);
    }
    done[next] = true;
    order.push_back(next);
  }
  for (size_t i = 0; i < count; ++i)
    if (recursive[i]) check_form(*this, with.ctes[i]);
}

}  // namespace basalt::query
