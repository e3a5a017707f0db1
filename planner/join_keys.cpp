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

// Are all columns of the expression available on this side, and is there one?
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

bool is_equality(const query::OperatorCall& call, catalog::CatalogReader& catalog) {
  if (call.arguments.size() != 2) return false;
  auto op = catalog.operator_by_oid(call.op);
  if (!op || !op->can_hash) return false;
  for (auto [family, strategy] : catalog.operator_families(call.op, kBtree))
    if (strategy == 3) return true;
  return false;
}

}  // namespace

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
           std::any_of(call.arguments.begin(), call.arguments.end(), [&](const auto& a) { return is_nullable_column(*a); });
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

double IndexLookup::selectivity(double table_rows) const {
  if (unique) return 1.0 / std::max(1.0, table_rows);
  // One value in two hundred for the first key, each further key a tenth of it.
  double rows = std::max(1.0, table_rows / 200);
  for (size_t i = 1; i < conditions.size(); ++i) rows = std::max(1.0, rows / 10);
  return rows / std::max(1.0, table_rows);
}

bool IndexLookup::covers(const Predicate* predicate) const {
  return std::any_of(conditions.begin(), conditions.end(), [&](const auto& c) { return c.predicate == predicate; });
}

namespace {

// A condition `column = outer`, usable for key `key` of the index.
bool match_key(const catalog::IndexDescriptor& index, int key, int table, Predicate& predicate, const Available& outer,
               catalog::CatalogReader& catalog, IndexLookup& lookup) {
  if (predicate.expression->kind != ExpressionKind::kOperator) return false;
  const auto& call = query::as<query::OperatorCall>(*predicate.expression);
  if (!is_equality(call, catalog)) return false;
  const auto& key_descriptor = index.keys[static_cast<size_t>(key)];
  for (int side = 0; side < 2; ++side) {
    const query::Column* column = plain_column(*call.arguments[static_cast<size_t>(side)]);
    const Expression& other = *call.arguments[static_cast<size_t>(1 - side)];
    if (!column || column->table != table || column->column != key_descriptor.column) continue;
    if (btree_strategy(call.op, key_descriptor.opclass, catalog) != 3) continue;
    if (key_descriptor.collation.valid() && call.input_collation != key_descriptor.collation) continue;
    if (!belongs_to(other, outer)) continue;
    ExpressionPointer value;
    if (call.arguments[static_cast<size_t>(side)]->type == other.type) value = query::clone(other);
    else value = cast_key(other, key_descriptor.type);
    if (!value) continue;
    lookup.conditions.push_back({key, std::move(value), &predicate});
    return true;
  }
  return false;
}

}  // namespace

std::optional<IndexLookup> find_index_join(const catalog::RelationDescriptor& relation, int table,
                                           const std::vector<Predicate*>& conditions, const Available& outer,
                                           catalog::CatalogReader& catalog) {
  std::optional<IndexLookup> best;
  for (const auto& index : relation.indexes) {
    if (!index->valid || !index->predicate_tree.empty()) continue;
    IndexLookup lookup;
    lookup.index = index;
    for (int key = 0; key < index->key_count; ++key) {
      bool matched = std::any_of(conditions.begin(), conditions.end(), [&](Predicate* p) {
        return match_key(*index, key, table, *p, outer, catalog, lookup);
      });
      if (!matched) break;
    }
    if (lookup.conditions.empty()) continue;
    lookup.unique = index->unique && static_cast<int>(lookup.conditions.size()) == index->key_count;
    if (!best || (lookup.unique && !best->unique) ||
        (lookup.unique == best->unique && lookup.conditions.size() > best->conditions.size()))
      best = std::move(lookup);
  }
  return best;
}

}  // namespace basalt::planner
