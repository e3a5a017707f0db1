// Estimates: rows of relations, selectivities of predicates, distinct counts. From pg_statistic where ANALYZE has run,
// else PostgreSQL's defaults.
#pragma once

#include <set>

#include "planner/planner.hpp"
#include "query/literal_parameters.hpp"

namespace basalt::planner {

class Statistics {
 public:
  Statistics(PlanContext& context, query::BoundQuery& query) : context_(context), query_(query) {}

  double relation_rows(const catalog::RelationDescriptor& relation);
  double relation_pages(const catalog::RelationDescriptor& relation);
  // Fraction of rows that satisfy a conjunct over one table.
  double selectivity(const query::Expression& predicate);
  // Of several at once: a lower and an upper bound of one column leave what lies between.
  double selectivity(const std::vector<const query::Expression*>& conjuncts);
  // Of a join clause between tables: equality 1 / max(distinct), else 1/3.
  double join_selectivity(const query::Expression& predicate);
  // Of several: equalities with all columns of a unique index find one row of its table, however few values each column
  // has.
  double join_selectivity(const std::vector<const query::Expression*>& predicates);
  // Fraction of the left rows that find a partner among `rows` rows of the tables on the right.
  double semi_selectivity(const query::Expression& predicate, const std::set<int>& right, double rows);
  // Distinct values of an expression among `rows` rows.
  double distinct(const query::Expression& expression, double rows);
  // What ANALYZE found; null: nothing.
  const catalog::ColumnStatistics* column_statistics(const query::Column& column);
  // Its value: of a constant, or of a literal in the text at hand; null: not known.
  const common::Value* known_value(const query::Expression& expression);

 private:
  // 1: bounds the column from below, -1: from above, 0: neither.
  int bound_of(const query::Expression& predicate, const query::Column*& column);
  double comparison(const query::OperatorCall& call);
  double equality(const query::Column& column, const common::Value* value, Oid type);
  double range(const query::Column& column, const common::Value& value, bool less, Oid type);
  double any_array(const query::ScalarArrayCall& call);
  double column_distinct(const query::Column& column, double rows);
  bool is_unique(const query::Column& column);

  PlanContext& context_;
  query::BoundQuery& query_;
};

// Share of a table's rows that a comparison of a column with a literal of this value selects.
double comparison_selectivity(PlanContext context, const query::LiteralParameter& literal, const common::Value& value);

// The column below relabels; null: not a plain column of this level.
const query::Column* plain_column(const query::Expression& expression);
// Its constant value; null: not a constant.
const common::Value* constant_value(const query::Expression& expression);

}  // namespace basalt::planner
