// CASE, COALESCE, GREATEST/LEAST, sublinks.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

void refuse_sets(Analyzer& a, Scope& s, const Expression* last_srf, const char* construct) {
  if (s.last_set_returning == last_srf) return;
  throw a
      .error(sqlstate::kFeatureNotSupported, "set-returning functions are not allowed in " + std::string(construct),
             s.last_set_returning->location)
      .hint("You might be able to move the set-returning function into a LATERAL FROM item.");
}

}  // namespace

ExpressionPointer Analyzer::bind_case(Scope& s, const parser::ParsedCase& e) {
  auto node = make<Case>(e.location);
  const Expression* last_srf = s.last_set_returning;
  if (e.argument) {
    node->argument = bind_inner(s, *e.argument);
    if (node->argument->type == oid::kUnknown)
      node->argument = coerce_to_common(std::move(node->argument), oid::kText, "CASE");
    assign_collations(*node->argument);
  }
  for (const auto& when : e.whens) {
    CaseWhen made;
    made.location = when.location;
    if (node->argument) {
      auto test = make<CaseTest>(-1);
      test->type = node->argument->type;
      test->typmod = node->argument->typmod;
      test->collation = node->argument->collation;
      auto value = bind_inner(s, *when.condition);
      made.condition = make_operator(s, {"="}, std::move(test), std::move(value), when.location, s.last_set_returning);
    } else {
      made.condition = bind_inner(s, *when.condition);
    }
    made.condition = coerce_to_boolean(std::move(made.condition), "CASE/WHEN");
    made.result = bind_inner(s, *when.result);
    node->whens.push_back(std::move(made));
  }
  node->default_result = e.otherwise ? bind_inner(s, *e.otherwise) : make_null(oid::kUnknown);
  std::vector<const Expression*> results{node->default_result.get()};
  for (const auto& when : node->whens) results.push_back(when.result.get());
  node->type = common_type(results, "CASE");
  node->default_result = coerce_to_common(std::move(node->default_result), node->type, "CASE/ELSE");
  for (auto& when : node->whens) when.result = coerce_to_common(std::move(when.result), node->type, "CASE/WHEN");
  refuse_sets(*this, s, last_srf, "CASE");
  results = {node->default_result.get()};
  for (const auto& when : node->whens) results.push_back(when.result.get());
  node->typmod = common_typmod(results, node->type);
  return node;
}

namespace {

template <typename Node>
ExpressionPointer common_list(Analyzer& a, std::unique_ptr<Node> node, const char* construct) {
  std::vector<const Expression*> list;
  for (const auto& item : node->arguments) list.push_back(item.get());
  node->type = a.common_type(list, construct);
  list.clear();
  for (auto& item : node->arguments) {
    item = a.coerce_to_common(std::move(item), node->type, construct);
    list.push_back(item.get());
  }
  node->typmod = a.common_typmod(list, node->type);
  return node;
}

}  // namespace

ExpressionPointer Analyzer::bind_coalesce(Scope& s, const parser::ParsedCoalesce& e) {
  auto node = make<Coalesce>(e.location);
  const Expression* last_srf = s.last_set_returning;
  for (const auto& item : e.arguments) node->arguments.push_back(bind_inner(s, *item));
  auto result = common_list(*this, std::move(node), "COALESCE");
  refuse_sets(*this, s, last_srf, "COALESCE");
  return result;
}

ExpressionPointer Analyzer::bind_min_max(Scope& s, const parser::ParsedMinMax& e) {
  auto node = make<MinMax>(e.location);
  node->greatest = e.greatest;
  for (const auto& item : e.arguments) node->arguments.push_back(bind_inner(s, *item));
  return common_list(*this, std::move(node), e.greatest ? "GREATEST" : "LEAST");
}

namespace {

ExpressionList sublink_columns(const BoundQuery& query) {
  ExpressionList out;
  for (const auto& target : query.targets) {
    if (target.junk) continue;
    auto parameter = make<Parameter>(-1);
    parameter->parameter_kind = ParameterKind::kExec;
    parameter->id = static_cast<int>(out.size());
    parameter->type = target.expression->type;
    parameter->typmod = target.expression->typmod;
    parameter->collation = target.expression->collation;
    out.push_back(std::move(parameter));
  }
  return out;
}

}  // namespace

ExpressionPointer Analyzer::bind_sublink(Scope& s, const parser::ParsedSubLink& e) {
  if (const char* place = clause_info(s.clause).no_subquery)
    throw error(sqlstate::kFeatureNotSupported, "cannot use subquery in " + std::string(place), e.location);
  s.query->has_sublinks = true;
  auto node = make<SubLink>(e.location);
  node->type = oid::kBool;
  node->query = bind_statement(*e.subselect, &s, nullptr, false, true);
  const BoundQuery& query = *node->query;
  ENSURE(query.command == CommandKind::kSelect, "unexpected command in a sublink");
  size_t columns = 0;
  const Expression* first = nullptr;
  for (const auto& target : query.targets) {
    if (target.junk) continue;
    if (!first) first = target.expression.get();
    ++columns;
  }
  using K = parser::SubLinkKind;
  switch (e.link_kind) {
    case K::kExists:
      node->sub_kind = SubLinkKind::kExists;
      return node;
    case K::kExpr:
    case K::kArray:
      if (columns != 1) throw error(sqlstate::kSyntaxError, "subquery must return only one column", e.location);
      node->type = first->type;
      node->collation = first->collation;
      node->typmod = first->typmod;
      node->sub_kind = SubLinkKind::kExpr;
      if (e.link_kind == K::kArray) {
        node->sub_kind = SubLinkKind::kArray;
        if (!element_type(first->type).valid()) node->type = array_type(first->type);
        if (!node->type.valid())
          throw error(sqlstate::kUndefinedObject, "could not find array type for data type " + type_name(first->type),
                      e.location);
      }
      return node;
    default:
      break;
  }
  node->sub_kind = e.link_kind == K::kAny ? SubLinkKind::kAny : SubLinkKind::kAll;
  QualifiedName name = e.operator_name;
  if (name.empty()) name = {"="};
  node->operator_name = e.operator_name.empty() ? QualifiedName{"="} : e.operator_name;
  auto left = bind_inner(s, *e.test);
  ExpressionList left_list;
  if (left->kind == ExpressionKind::kRow)
    left_list = std::move(as<RowConstructor>(*left).arguments);
  else
    left_list.push_back(std::move(left));
  if (left_list.size() < columns) throw error(sqlstate::kSyntaxError, "subquery has too many columns", e.location);
  if (left_list.size() > columns) throw error(sqlstate::kSyntaxError, "subquery has too few columns", e.location);
  node->test = row_comparison(s, name, std::move(left_list), sublink_columns(query), e.location);
  node->location = leftmost(e.location, *node->test);
  return node;
}

// (a, b) OP (SELECT x, y)
ExpressionPointer Analyzer::bind_array_comparison(Scope& s, const parser::ParsedOperator& e) {
  const auto& link = parser::as<parser::ParsedSubLink>(*e.right);
  if (const char* place = clause_info(s.clause).no_subquery)
    throw error(sqlstate::kFeatureNotSupported, "cannot use subquery in " + std::string(place), link.location);
  s.query->has_sublinks = true;
  auto node = make<SubLink>(e.location);
  node->type = oid::kBool;
  node->sub_kind = SubLinkKind::kRowCompare;
  node->operator_name = e.name;
  node->query = bind_statement(*link.subselect, &s, nullptr, false, true);
  auto left = bind_inner(s, *e.left);
  ExpressionList left_list = std::move(as<RowConstructor>(*left).arguments);
  ExpressionList right = sublink_columns(*node->query);
  if (left_list.size() < right.size()) throw error(sqlstate::kSyntaxError, "subquery has too many columns", e.location);
  if (left_list.size() > right.size()) throw error(sqlstate::kSyntaxError, "subquery has too few columns", e.location);
  node->test = row_comparison(s, e.name, std::move(left_list), std::move(right), e.location);
  return node;
}

}  // namespace basalt::query
