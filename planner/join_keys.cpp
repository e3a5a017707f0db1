#include "planner/join_keys.hpp"

#include <algorithm>

#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;

namespace {

constexpr Oid kBtree{403};

int integer_width(Oid type) {
  if (type == types::oid::kInt2) return 2;
  if (type == types::oid::kInt4) return 4;
  if (type == types::oid::kInt8) return 8;
  return 0;
}

bool is_equality(const query::OperatorCall& call, catalog::CatalogReader& catalog) {
  if (call.arguments.size() != 2) return false;
  auto op = catalog.operator_by_oid(call.op);
  if (!op || !op->can_hash) return false;
  for (auto [family, strategy] : catalog.operator_families(call.op, kBtree))
    if (strategy == 3) return true;
  return false;
}

}  // namespace

bool belongs_to(const Expression& expression, const Available& side) {
  if (query::contains_sublink(expression)) return false;
  bool any = false, all = true;
  query::walk(expression, [&](const Expression& e) {
    if (e.kind != ExpressionKind::kColumn) return false;
    const auto& column = query::as<query::Column>(e);
    if (column.levels_up > 0) return false;
    any = true;
    all &= column.column == 0 ? false : side.find(e) >= 0;
    return false;
  });
  return any && all;
}

Oid common_key_type(Oid a, Oid b) {
  if (a == b) return a;
  int width_a = integer_width(a), width_b = integer_width(b);
  if (!width_a || !width_b) return {};
  return width_a > width_b ? a : b;
}

ExpressionPointer cast_key(const Expression& expression, Oid target) {
  if (expression.type == target) return query::clone(expression);
  if (common_key_type(expression.type, target) != target) return nullptr;
  // pg_proc: int4(int2), int8(int2), int8(int4).
  uint32_t function = target == types::oid::kInt4 ? 313 : expression.type == types::oid::kInt2 ? 754 : 481;
  auto call = std::make_unique<query::Function>();
  call->function = Oid{function};
  call->type = target;
  call->form = query::CoercionForm::kImplicitCast;
  call->arguments.push_back(query::clone(expression));
  return call;
}

bool is_hashable_equality(const Expression& condition, catalog::CatalogReader& catalog) {
  if (condition.kind != ExpressionKind::kOperator) return false;
  const auto& call = query::as<query::OperatorCall>(condition);
  return is_equality(call, catalog) && common_key_type(call.arguments[0]->type, call.arguments[1]->type).valid();
}

bool split_join_key(const Expression& condition, const Available& left, const Available& right,
                    catalog::CatalogReader& catalog, JoinKey& key) {
  bool null_safe = false;
  const Expression* inner = &condition;
  // NOT (a IS DISTINCT FROM b)
  if (condition.kind == ExpressionKind::kBool) {
    const auto& call = query::as<query::BoolCall>(condition);
    if (call.bool_kind != query::BoolKind::kNot || call.arguments[0]->kind != ExpressionKind::kDistinct) return false;
    inner = call.arguments[0].get();
    null_safe = true;
  } else if (condition.kind != ExpressionKind::kOperator) {
    return false;
  }
  const auto& call = static_cast<const query::OperatorCall&>(*inner);
  if (!is_equality(call, catalog)) return false;
  const Expression* a = call.arguments[0].get();
  const Expression* b = call.arguments[1].get();
  Oid type = common_key_type(a->type, b->type);
  if (!type.valid()) return false;
  if (!(belongs_to(*a, left) && belongs_to(*b, right))) {
    std::swap(a, b);
    if (!(belongs_to(*a, left) && belongs_to(*b, right))) return false;
  }
  key.left = cast_key(*a, type);
  key.right = cast_key(*b, type);
  key.original = query::clone(condition);
  key.collation = call.input_collation;
  key.null_safe = null_safe;
  return true;
}

bool rejects_nulls(const Expression& conjunct, const TableSet& tables, catalog::CatalogReader& catalog) {
  auto is_nullable_column = [&](const Expression& e) {
    const query::Column* column = plain_column(e);
    return column && tables.contains(column->table);
  };
  if (conjunct.kind == ExpressionKind::kOperator) {
    const auto& call = query::as<query::OperatorCall>(conjunct);
    auto function = catalog.function(call.function);
    return function && function->strict &&
           std::any_of(call.arguments.begin(), call.arguments.end(),
                       [&](const auto& a) { return is_nullable_column(*a); });
  }
  if (conjunct.kind == ExpressionKind::kScalarArray) {
    const auto& call = query::as<query::ScalarArrayCall>(conjunct);
    return call.use_or && is_nullable_column(*call.left);
  }
  if (conjunct.kind == ExpressionKind::kNullTest) {
    const auto& test = query::as<query::NullTest>(conjunct);
    return test.is_not && !test.argument_is_row && is_nullable_column(*test.argument);
  }
  return false;
}

int btree_strategy(Oid op, Oid opclass, catalog::CatalogReader& catalog) {
  const catalog::OpclassDescriptor* descriptor = catalog.opclass(opclass);
  if (!descriptor) return 0;
  for (auto [family, strategy] : catalog.operator_families(op, kBtree))
    if (family == descriptor->family) return strategy;
  return 0;
}

}  // namespace basalt::planner
