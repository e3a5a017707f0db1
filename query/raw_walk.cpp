#include "query/raw_walk.hpp"

namespace basalt::query {

namespace {

using parser::as;

struct Walk {
  const RawChildren& c;

  void one(const parser::ExpressionPtr& e) const {
    if (e) c.expression(*e);
  }
  void list(const parser::ExpressionList& items) const {
    for (const auto& e : items) one(e);
  }
  void sort(const std::vector<parser::ParsedSortBy>& items) const {
    for (const auto& item : items) one(item.expression);
  }
  void window(const parser::ParsedWindow& w) const {
    list(w.partition_by);
    sort(w.order_by);
    one(w.start_offset);
    one(w.end_offset);
  }
  void targets(const std::vector<parser::ParsedResTarget>& items) const {
    for (const auto& item : items) {
      steps(item.indirection);
      one(item.value);
    }
  }
  void steps(const std::vector<parser::ParsedIndirectionStep>& items) const {
    for (const auto& step : items) {
      one(step.lower);
      one(step.upper);
    }
  }
  void assignments(const std::vector<parser::ParsedAssignment>& items) const {
    for (const auto& item : items) {
      targets(item.targets);
      one(item.value);
    }
  }
  void tables(const std::vector<parser::TableRefPtr>& items) const {
    for (const auto& item : items)
      if (item) c.table(*item);
  }
  void grouping(const std::vector<parser::ParsedGroupingItem>& items) const {
    for (const auto& item : items) {
      list(item.expressions);
      grouping(item.sets);
    }
  }

  void select(const parser::ParsedSelect& s) const {
    if (s.left) c.statement(*s.left);
    if (s.right) c.statement(*s.right);
    tables(s.from);
    targets(s.targets);
    list(s.distinct_on);
    one(s.where);
    grouping(s.group_by);
    one(s.having);
    for (const auto& w : s.windows) window(w);
    for (const auto& row : s.values_lists) list(row);
    sort(s.order_by);
    one(s.limit_offset);
    one(s.limit_count);
  }
  void insert(const parser::ParsedInsert& s) const {
    targets(s.columns);
    if (s.source) c.statement(*s.source);
    if (s.on_conflict) {
      assignments(s.on_conflict->assignments);
      one(s.on_conflict->where);
    }
    targets(s.returning);
  }
  void merge(const parser::ParsedMerge& s) const {
    if (s.source) c.table(*s.source);
    one(s.condition);
    for (const auto& when : s.whens) {
      one(when.condition);
      assignments(when.assignments);
      list(when.values);
    }
  }
  void call(const parser::ParsedFunctionCall& e) const {
    list(e.arguments);
    sort(e.order_by);
    one(e.filter);
    if (e.over) window(*e.over);
  }
};

}  // namespace

void visit_raw(const parser::ParsedExpression& e, const RawChildren& children) {
  Walk w{children};
  using K = parser::ExpressionKind;
  switch (e.kind) {
    case K::kOperator: {
      const auto& op = as<parser::ParsedOperator>(e);
      w.one(op.left);
      w.one(op.right);
      return w.list(op.list);
    }
    case K::kBool:
      return w.list(as<parser::ParsedBool>(e).arguments);
    case K::kNullTest:
      return w.one(as<parser::ParsedNullTest>(e).argument);
    case K::kBooleanTest:
      return w.one(as<parser::ParsedBooleanTest>(e).argument);
    case K::kSubLink: {
      const auto& link = as<parser::ParsedSubLink>(e);
      w.one(link.test);
      return children.statement(*link.subselect);
    }
    case K::kFunctionCall:
      return w.call(as<parser::ParsedFunctionCall>(e));
    case K::kNamedArgument:
      return w.one(as<parser::ParsedNamedArgument>(e).value);
    case K::kCase: {
      const auto& c = as<parser::ParsedCase>(e);
      w.one(c.argument);
      for (const auto& when : c.whens) {
        w.one(when.condition);
        w.one(when.result);
      }
      return w.one(c.otherwise);
    }
    case K::kCoalesce:
      return w.list(as<parser::ParsedCoalesce>(e).arguments);
    case K::kMinMax:
      return w.list(as<parser::ParsedMinMax>(e).arguments);
    case K::kTypeCast:
      return w.one(as<parser::ParsedTypeCast>(e).argument);
    case K::kCollate:
      return w.one(as<parser::ParsedCollate>(e).argument);
    case K::kArray:
      return w.list(as<parser::ParsedArray>(e).elements);
    case K::kRow:
      return w.list(as<parser::ParsedRow>(e).elements);
    case K::kIndirection: {
      const auto& i = as<parser::ParsedIndirection>(e);
      w.one(i.argument);
      return w.steps(i.steps);
    }
    case K::kGrouping:
      return w.list(as<parser::ParsedGrouping>(e).arguments);
    default:
      return;
  }
}

void visit_raw(const parser::ParsedTableRef& ref, const RawChildren& children) {
  Walk w{children};
  using K = parser::TableRefKind;
  switch (ref.kind) {
    case K::kRangeVar:
      return;
    case K::kRangeSubselect:
      return children.statement(*as<parser::ParsedRangeSubselect>(ref).subquery);
    case K::kRangeFunction:
      for (const auto& item : as<parser::ParsedRangeFunction>(ref).functions) w.one(item.function);
      return;
    case K::kRangeTableSample: {
      const auto& sample = as<parser::ParsedRangeTableSample>(ref);
      children.table(*sample.relation);
      w.list(sample.arguments);
      return w.one(sample.repeatable);
    }
    case K::kJoin: {
      const auto& join = as<parser::ParsedJoin>(ref);
      children.table(*join.left);
      children.table(*join.right);
      return w.one(join.condition);
    }
  }
}

void visit_raw(const parser::ParsedStatement& statement, const RawChildren& children) {
  Walk w{children};
  using K = parser::StatementKind;
  switch (statement.kind) {
    case K::kSelect:
      return w.select(as<parser::ParsedSelect>(statement));
    case K::kInsert:
      return w.insert(as<parser::ParsedInsert>(statement));
    case K::kUpdate: {
      const auto& s = as<parser::ParsedUpdate>(statement);
      w.tables(s.from);
      w.one(s.where);
      w.assignments(s.assignments);
      return w.targets(s.returning);
    }
    case K::kDelete: {
      const auto& s = as<parser::ParsedDelete>(statement);
      w.tables(s.using_list);
      w.one(s.where);
      return w.targets(s.returning);
    }
    case K::kMerge:
      return w.merge(as<parser::ParsedMerge>(statement));
    default:
      return;
  }
}

const parser::ParsedWith* with_of(const parser::ParsedStatement& statement) {
  using K = parser::StatementKind;
  switch (statement.kind) {
    case K::kSelect:
      return as<parser::ParsedSelect>(statement).with.get();
    case K::kInsert:
      return as<parser::ParsedInsert>(statement).with.get();
    case K::kUpdate:
      return as<parser::ParsedUpdate>(statement).with.get();
    case K::kDelete:
      return as<parser::ParsedDelete>(statement).with.get();
    case K::kMerge:
      return as<parser::ParsedMerge>(statement).with.get();
    default:
      return nullptr;
  }
}

}  // namespace basalt::query
