// Operators, comparisons, AND/OR/NOT, IN, BETWEEN, IS DISTINCT FROM, and comparisons of rows.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

bool is_null_literal(const parser::ParsedExpression* e) {
  auto* literal = parser::as_if<parser::ParsedLiteral>(e);
  return literal && literal->is_null();
}

ExpressionPointer bool_call(BoolKind kind, ExpressionPointer a, ExpressionPointer b, int location) {
  auto node = make<BoolCall>(location);
  node->type = oid::kBool;
  node->bool_kind = kind;
  node->arguments.push_back(std::move(a));
  if (b) node->arguments.push_back(std::move(b));
  node->location = leftmost(location, node->arguments);
  return node;
}

}  // namespace

ExpressionPointer Analyzer::bind_operator(Scope& s, const parser::ParsedOperator& e) {
  using F = parser::OperatorForm;
  switch (e.form) {
    case F::kOperatorAny:
    case F::kOperatorAll: {
      auto left = bind_inner(s, *e.left);
      auto right = bind_inner(s, *e.right);
      return make_array_operator(s, e.name, e.form == F::kOperatorAny, std::move(left), std::move(right), e.location);
    }
    case F::kDistinct:
    case F::kNotDistinct:
      return bind_distinct(s, e);
    case F::kNullIf:
      return bind_null_if(s, e);
    case F::kIn:
      return bind_in(s, e);
    case F::kBetween:
    case F::kNotBetween:
    case F::kBetweenSymmetric:
    case F::kNotBetweenSymmetric:
      return bind_between(s, e);
    default:
      break;
  }
  if (context.transform_null_equals && e.form == F::kOperator && e.name.size() == 1 && e.name[0] == "=" && e.left &&
      (is_null_literal(e.left.get()) || is_null_literal(e.right.get()))) {
    auto node = make<NullTest>(e.location);
    node->type = oid::kBool;
    node->argument = bind_inner(s, is_null_literal(e.left.get()) ? *e.right : *e.left);
    return node;
  }
  auto* row = parser::as_if<parser::ParsedRow>(e.left.get());
  if (row && e.right->kind == parser::ExpressionKind::kSubLink) {
    const auto& link = parser::as<parser::ParsedSubLink>(*e.right);
    if (link.link_kind == parser::SubLinkKind::kExpr) return bind_array_comparison(s, e);
  }
  const Expression* last_srf = s.last_set_returning;
  auto left = e.left ? bind_inner(s, *e.left) : nullptr;
  auto right = e.right ? bind_inner(s, *e.right) : nullptr;
  if (left && left->kind == ExpressionKind::kRow && right->kind == ExpressionKind::kRow)
    return row_comparison(s, e.name, std::move(as<RowConstructor>(*left).arguments),
                          std::move(as<RowConstructor>(*right).arguments), e.location);
  return make_operator(s, e.name, std::move(left), std::move(right), e.location, last_srf);
}

ExpressionPointer Analyzer::bind_bool(Scope& s, const parser::ParsedBool& e) {
  static constexpr const char* kNames[] = {"AND", "OR", "NOT"};
  auto node = make<BoolCall>(e.location);
  node->type = oid::kBool;
  node->bool_kind = static_cast<BoolKind>(e.op);
  for (const auto& argument : e.arguments)
    node->arguments.push_back(coerce_to_boolean(bind_inner(s, *argument), kNames[static_cast<int>(e.op)]));
  node->location = leftmost(e.location, node->arguments);
  return node;
}

ExpressionPointer Analyzer::bind_in(Scope& s, const parser::ParsedOperator& e) {
  bool use_or = e.name.back() != "<>";
  auto left = bind_inner(s, *e.left);
  ExpressionList constants, others;
  ExpressionList all;
  std::vector<bool> is_variable;
  for (const auto& item : e.list) {
    all.push_back(bind_inner(s, *item));
    is_variable.push_back(contains_column_of_level(*all.back(), 0));
  }
  size_t plain = static_cast<size_t>(std::count(is_variable.begin(), is_variable.end(), false));
  ExpressionPointer result;
  bool used_array = false;
  if (plain > 1) {
    std::vector<const Expression*> list{left.get()};
    std::vector<Oid> list_types{left->type};
    for (size_t i = 0; i < all.size(); ++i)
      if (!is_variable[i]) {
        list.push_back(all[i].get());
        list_types.push_back(all[i]->type);
      }
    Oid scalar = common_type(list, nullptr);
    if (scalar.valid() && !verify_common_type(scalar, list_types)) scalar = Oid{};
    Oid array = scalar.valid() && scalar != oid::kRecord ? array_type(scalar) : Oid{};
    if (array.valid()) {
      used_array = true;
      auto node = make<ArrayConstructor>(-1);
      node->type = array;
      node->element_type = scalar;
      for (size_t i = 0; i < all.size(); ++i)
        if (!is_variable[i]) node->elements.push_back(coerce_to_common(std::move(all[i]), scalar, "IN"));
      result = make_array_operator(s, e.name, use_or, clone(*left), std::move(node), e.location);
    }
  }
  const Expression* last_srf = s.last_set_returning;
  for (size_t i = 0; i < all.size(); ++i) {
    if (used_array && !is_variable[i]) continue;
    ExpressionPointer one;
    if (left->kind == ExpressionKind::kRow && all[i]->kind == ExpressionKind::kRow)
      one = row_comparison(s, e.name, clone(as<RowConstructor>(*left).arguments),
                           std::move(as<RowConstructor>(*all[i]).arguments), e.location);
    else
      one = make_operator(s, e.name, clone(*left), std::move(all[i]), e.location, last_srf);
    one = coerce_to_boolean(std::move(one), "IN");
    if (!result) {
      result = std::move(one);
    } else {
      result = bool_call(use_or ? BoolKind::kOr : BoolKind::kAnd, std::move(result), std::move(one), e.location);
    }
  }
  return result;
}

ExpressionPointer Analyzer::bind_between(Scope& s, const parser::ParsedOperator& e) {
  using F = parser::OperatorForm;
  const Expression* last_srf = s.last_set_returning;
  // x OP bound; x is bound again each time, as if it had been written several times.
  auto compare = [&](const char* op, size_t bound, const char* construct) {
    auto left = bind_inner(s, *e.left);
    auto right = bind_inner(s, *e.list[bound]);
    return coerce_to_boolean(make_operator(s, {op}, std::move(left), std::move(right), e.location, last_srf),
                             construct);
  };
  auto pair = [&](const char* first, const char* second, size_t low, size_t high, BoolKind kind) {
    const char* construct = kind == BoolKind::kAnd ? "AND" : "OR";
    auto a = compare(first, low, construct);
    auto b = compare(second, high, construct);
    return bool_call(kind, std::move(a), std::move(b), e.location);
  };
  switch (e.form) {
    case F::kBetween:
      return pair(">=", "<=", 0, 1, BoolKind::kAnd);
    case F::kNotBetween:
      return pair("<", ">", 0, 1, BoolKind::kOr);
    case F::kBetweenSymmetric: {
      auto a = pair(">=", "<=", 0, 1, BoolKind::kAnd);
      auto b = pair(">=", "<=", 1, 0, BoolKind::kAnd);
      return bool_call(BoolKind::kOr, std::move(a), std::move(b), e.location);
    }
    default: {
      auto a = pair("<", ">", 0, 1, BoolKind::kOr);
      auto b = pair("<", ">", 1, 0, BoolKind::kOr);
      return bool_call(BoolKind::kAnd, std::move(a), std::move(b), e.location);
    }
  }
}

ExpressionPointer Analyzer::bind_distinct(Scope& s, const parser::ParsedOperator& e) {
  bool negated = e.form == parser::OperatorForm::kNotDistinct;
  // Against the bare word NULL it is a null test.
  if (is_null_literal(e.left.get()) || is_null_literal(e.right.get())) {
    auto node = make<NullTest>(e.location);
    node->type = oid::kBool;
    node->argument = bind_inner(s, is_null_literal(e.right.get()) ? *e.left : *e.right);
    node->location = leftmost(e.location, *node->argument);
    node->is_not = !negated;
    return node;
  }
  auto left = bind_inner(s, *e.left);
  auto right = bind_inner(s, *e.right);
  ExpressionPointer result;
  if (left->kind == ExpressionKind::kRow && right->kind == ExpressionKind::kRow)
    result = row_distinct(s, e.name, as<RowConstructor>(*left), as<RowConstructor>(*right), e.location);
  else
    result = distinct_operator(s, e.name, std::move(left), std::move(right), e.location);
  if (negated) result = bool_call(BoolKind::kNot, std::move(result), nullptr, e.location);
  return result;
}

ExpressionPointer Analyzer::distinct_operator(Scope& s, const QualifiedName& name, ExpressionPointer left,
                                              ExpressionPointer right, int location) {
  auto result = make_operator(s, name, std::move(left), std::move(right), location, s.last_set_returning);
  if (result->type != oid::kBool)
    throw error(sqlstate::kDatatypeMismatch, "IS DISTINCT FROM requires = operator to yield boolean", location);
  if (as<OperatorCall>(*result).returns_set)
    throw error(sqlstate::kDatatypeMismatch, "IS DISTINCT FROM must not return a set", location);
  result->kind = ExpressionKind::kDistinct;
  return result;
}

ExpressionPointer Analyzer::row_distinct(Scope& s, const QualifiedName& name, RowConstructor& left,
                                         RowConstructor& right, int location) {
  if (left.arguments.size() != right.arguments.size())
    throw error(sqlstate::kSyntaxError, "unequal number of entries in row expressions", location);
  ExpressionPointer result;
  for (size_t i = 0; i < left.arguments.size(); ++i) {
    auto one = distinct_operator(s, name, std::move(left.arguments[i]), std::move(right.arguments[i]), location);
    if (!result)
      result = std::move(one);
    else
      result = bool_call(BoolKind::kOr, std::move(result), std::move(one), location);
  }
  return result ? std::move(result) : make_boolean(false);
}

ExpressionPointer Analyzer::bind_null_if(Scope& s, const parser::ParsedOperator& e) {
  const Expression* last_srf = s.last_set_returning;
  auto left = bind_inner(s, *e.left);
  auto right = bind_inner(s, *e.right);
  auto result = make_operator(s, {"="}, std::move(left), std::move(right), e.location, last_srf);
  if (result->type != oid::kBool)
    throw error(sqlstate::kDatatypeMismatch, "NULLIF requires = operator to yield boolean", e.location);
  auto& call = as<OperatorCall>(*result);
  if (call.returns_set) throw error(sqlstate::kDatatypeMismatch, "NULLIF must not return a set", e.location);
  call.kind = ExpressionKind::kNullIf;
  call.type = call.arguments[0]->type;
  call.typmod = call.arguments[0]->typmod;
  return result;
}

namespace {

// What an operator is in B-tree families: (family, strategy); strategy 6 is <>.
std::vector<std::pair<Oid, int>> interpretations(Analyzer& a, Oid op) {
  constexpr Oid kBtree{403};
  auto out = a.catalog.operator_families(op, kBtree);
  if (!out.empty()) return out;
  auto descriptor = a.catalog.operator_by_oid(op);
  if (descriptor && descriptor->negator.valid())
    for (auto [family, strategy] : a.catalog.operator_families(descriptor->negator, kBtree))
      if (strategy == 3) out.emplace_back(family, 6);
  return out;
}

}  // namespace

ExpressionPointer Analyzer::row_comparison(Scope& s, const QualifiedName& name, ExpressionList left,
                                           ExpressionList right, int location) {
  if (left.size() != right.size())
    throw error(sqlstate::kSyntaxError, "unequal number of entries in row expressions", location);
  if (left.empty()) throw error(sqlstate::kFeatureNotSupported, "cannot compare rows of zero length", location);
  std::vector<std::unique_ptr<OperatorCall>> calls;
  for (size_t i = 0; i < left.size(); ++i) {
    auto one = make_operator(s, name, std::move(left[i]), std::move(right[i]), location, s.last_set_returning);
    if (one->type != oid::kBool)
      throw error(sqlstate::kDatatypeMismatch,
                  "row comparison operator must yield type boolean, not type " + type_name(one->type), location);
    if (as<OperatorCall>(*one).returns_set)
      throw error(sqlstate::kDatatypeMismatch, "row comparison operator must not return a set", location);
    calls.emplace_back(static_cast<OperatorCall*>(one.release()));
  }
  if (calls.size() == 1) return std::move(calls[0]);
  std::vector<std::vector<std::pair<Oid, int>>> meanings;
  for (const auto& call : calls) meanings.push_back(interpretations(*this, call->op));
  int strategy = 0;
  for (int candidate = 1; candidate <= 6 && strategy == 0; ++candidate) {
    bool all = std::all_of(meanings.begin(), meanings.end(), [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto& m) { return m.second == candidate; });
    });
    if (all) strategy = candidate;
  }
  if (strategy == 0)
    throw error(sqlstate::kFeatureNotSupported,
                "could not determine interpretation of row comparison operator " + name.back(), location)
        .hint("Row comparison operators must be associated with btree operator families.");
  if (strategy == 3 || strategy == 6) {
    auto node = make<BoolCall>(location);
    node->type = oid::kBool;
    node->bool_kind = strategy == 3 ? BoolKind::kAnd : BoolKind::kOr;
    for (auto& call : calls) node->arguments.push_back(std::move(call));
    node->location = leftmost(location, node->arguments);
    return node;
  }
  auto node = make<RowCompare>(calls[0]->arguments[0]->location);
  node->type = oid::kBool;
  node->compare = static_cast<RowCompareKind>(strategy);
  for (size_t i = 0; i < calls.size(); ++i) {
    Oid family;
    for (auto [f, n] : meanings[i])
      if (n == strategy) {
        family = f;
        break;
      }
    node->operators.push_back(calls[i]->op);
    node->families.push_back(family);
    node->input_collations.push_back(Oid{});
    node->left.push_back(std::move(calls[i]->arguments[0]));
    node->right.push_back(std::move(calls[i]->arguments[1]));
  }
  return node;
}

}  // namespace basalt::query
