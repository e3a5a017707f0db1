// Aggregate calls: which query level they belong to, and what may not be nested.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

void set_location_of(Expression& e, int location) {
  if (location >= 0) e.location = location;
}

}  // namespace

void Analyzer::check_ordered_set(const std::string& shown, const ExpressionList& arguments, CallDetail& detail,
                                 const parser::ParsedFunctionCall& call, const std::vector<Oid>& actual,
                                 const std::vector<std::string>& names, int location) {
  (void)arguments;
  const auto* aggregate = catalog.aggregate(detail.function->oid);
  ENSURE(aggregate, "aggregate without a row in pg_aggregate");
  QualifiedName name = call.name;
  if (aggregate->kind == 'n') {
    if (call.within_group)
      throw error(sqlstate::kWrongObjectType,
                  shown + " is not an ordered-set aggregate, so it cannot have WITHIN GROUP", location);
    return;
  }
  if (!call.within_group)
    throw error(sqlstate::kWrongObjectType, "WITHIN GROUP is required for ordered-set aggregate " + shown, location);
  if (call.over)
    throw error(sqlstate::kFeatureNotSupported, "OVER is not supported for ordered-set aggregate " + shown, location);
  if (call.distinct) throw error(sqlstate::kFeatureNotSupported, "cannot use DISTINCT with WITHIN GROUP", location);
  if (call.variadic) throw error(sqlstate::kFeatureNotSupported, "cannot use VARIADIC with WITHIN GROUP", location);
  auto direct = static_cast<int>(actual.size() - call.order_by.size());
  auto fail = [&](std::string hint) {
    return error(sqlstate::kUndefinedFunction, "function " + call_signature(name, actual, names) + " does not exist",
                 location)
        .hint(std::move(hint));
  };
  if (!detail.variadic_type.valid()) {
    if (direct != aggregate->direct_arguments)
      throw fail("There is an ordered-set aggregate " + shown + ", but it requires " +
                 std::to_string(aggregate->direct_arguments) + " direct argument" +
                 (aggregate->direct_arguments == 1 ? "" : "s") + ", not " + std::to_string(direct) + ".");
    return;
  }
  // Variadic ordered-set aggregates: hypothetical ones need as many direct as aggregated arguments.
  if (aggregate->kind == 'h') {
    auto ordered = static_cast<int>(call.order_by.size());
    if (direct != ordered)
      throw fail("To use the hypothetical-set aggregate " + shown +
                 ", the number of hypothetical direct arguments (here " + std::to_string(direct) +
                 ") must match the number of ordering columns (here " + std::to_string(ordered) + ").");
  } else if (direct < aggregate->direct_arguments) {
    throw fail("There is an ordered-set aggregate " + shown + ", but it requires at least " +
               std::to_string(aggregate->direct_arguments) + " direct argument" +
               (aggregate->direct_arguments == 1 ? "." : "s."));
  }
}

namespace {

// Hypothetical direct arguments and the ordering columns they stand for get a common type, pairwise.
void unify_hypothetical(Analyzer& a, ExpressionList& arguments, std::vector<Oid>& declared, size_t ordered) {
  size_t direct = arguments.size() - ordered;
  size_t pairs = std::min(direct, ordered);
  for (size_t i = 0; i < pairs; ++i) {
    size_t h = direct - pairs + i, o = direct + i;
    std::vector<const Expression*> both{arguments[o].get(), arguments[h].get()};
    Oid common = a.common_type(both, "WITHIN GROUP");
    int32_t typmod = a.common_typmod(both, common);
    for (size_t at_index : {h, o}) {
      auto& e = arguments[at_index];
      e = a.coerce(std::move(e), common, typmod, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
      declared[at_index] = e->type;
    }
  }
}

}  // namespace

ExpressionPointer Analyzer::finish_special_call(Scope& s, const std::string& shown, ExpressionList arguments,
                                                CallDetail& detail, const Expression*,
                                                const parser::ParsedFunctionCall* call, std::vector<Oid>& actual,
                                                const std::vector<std::string>& names, int location) {
  static const parser::ParsedFunctionCall kNoCall;
  const auto& parsed = call ? *call : kNoCall;
  bool aggregate = detail.kind == CallKind::kAggregate;
  if (!aggregate) {
    if (!parsed.over)
      throw error(sqlstate::kWrongObjectType, "window function " + shown + " requires an OVER clause", location);
    if (parsed.within_group)
      throw error(sqlstate::kWrongObjectType, "window function " + shown + " cannot have WITHIN GROUP", location);
  } else {
    check_ordered_set(shown, arguments, detail, parsed, actual, names, location);
  }
  std::vector<Oid> declared = detail.declared;
  if (aggregate && parsed.within_group && detail.variadic_type.valid() &&
      catalog.aggregate(detail.function->oid)->kind == 'h') {
    unify_hypothetical(*this, arguments, declared, parsed.order_by.size());
    for (size_t i = 0; i < arguments.size(); ++i) actual[i] = arguments[i]->type;
  }
  Oid result = at(location, [&] { return enforce_generic(actual, declared, detail.result, false); });
  coerce_arguments(arguments, actual, declared);
  if (!names.empty())
    throw error(sqlstate::kFeatureNotSupported,
                aggregate && !parsed.over ? "aggregates cannot use named arguments"
                                          : "window functions cannot use named arguments",
                location);
  bool variadic = parsed.variadic;
  if (detail.variadic_count > 0 && detail.variadic_type != oid::kAny) gather_variadic(arguments, detail, variadic);
  if (arguments.empty() && !parsed.star && aggregate)
    throw error(sqlstate::kWrongObjectType, shown + "(*) must be used to call a parameterless aggregate function",
                location);
  if (detail.returns_set)
    throw error(sqlstate::kInvalidFunctionDefinition,
                aggregate ? "aggregates cannot return sets" : "window functions cannot return sets", location);
  if (parsed.over) return finish_window_call(s, shown, std::move(arguments), detail, result, parsed, location);
  auto node = make<Aggregate>(location);
  node->function = detail.function->oid;
  node->type = result;
  node->star = parsed.star;
  node->variadic = variadic && detail.variadic_type.valid();
  node->aggregate_kind = catalog.aggregate(detail.function->oid)->kind;
  if (parsed.filter) node->filter = coerce_to_boolean(bind(s, *parsed.filter, Clause::kFilter), "FILTER");
  finish_aggregate(s, *node, std::move(arguments), parsed);
  return node;
}

void Analyzer::finish_aggregate(Scope& s, Aggregate& aggregate, ExpressionList arguments,
                                const parser::ParsedFunctionCall& call) {
  size_t direct = 0;
  if (aggregate.aggregate_kind != 'n') direct = arguments.size() - std::min(arguments.size(), call.order_by.size());
  for (const auto& argument : arguments) aggregate.argument_types.push_back(argument->type);
  for (size_t i = 0; i < direct; ++i) aggregate.direct_arguments.push_back(std::move(arguments[i]));
  std::vector<TargetEntry> targets;
  for (size_t i = direct; i < arguments.size(); ++i) {
    TargetEntry target;
    target.number = static_cast<int16_t>(i - direct + 1);
    target.expression = std::move(arguments[i]);
    targets.push_back(std::move(target));
  }
  if (aggregate.aggregate_kind != 'n') {
    for (size_t i = 0; i < targets.size() && i < call.order_by.size(); ++i)
      add_sort_item(aggregate.order_by, targets, static_cast<int>(i), call.order_by[i]);
  } else {
    int saved = s.next_number;
    s.next_number = static_cast<int>(targets.size()) + 1;
    aggregate.order_by = bind_sort(s, call.order_by, targets, Clause::kOrderBy, true);
    if (call.distinct) {
      aggregate.distinct = bind_distinct_clause(targets, aggregate.order_by, true);
      for (const auto& item : aggregate.distinct)
        if (!item.sort_operator.valid())
          for (const auto& target : targets)
            if (target.sort_group == item.sort_group)
              throw error(sqlstate::kUndefinedFunction,
                          "could not identify an ordering operator for type " + type_name(target.expression->type),
                          target.expression->location)
                  .detail("Aggregates with DISTINCT must be able to sort their inputs.");
    }
    s.next_number = saved;
  }
  aggregate.arguments = std::move(targets);
  check_aggregate_level(s, aggregate);
}

namespace {

struct Levels {
  int variable = -1, aggregate = -1;
  const Expression* inner = nullptr;

  static void lower(int& slot, int level) {
    if (level >= 0 && (slot < 0 || slot > level)) slot = level;
  }
  void look(Analyzer& a, const Expression& root) {
    walk_with_depth(root, [&](const Expression& e, int depth) {
      if (auto* column = try_as<Column>(&e)) lower(variable, column->levels_up - depth);
      if (auto* inner_aggregate = try_as<Aggregate>(&e)) {
        int level = inner_aggregate->levels_up - depth;
        if (level >= 0 && (aggregate < 0 || aggregate > level)) inner = &e;
        lower(aggregate, level);
      }
      if (auto* grouping = try_as<Grouping>(&e)) {
        int level = grouping->levels_up - depth;
        if (level >= 0 && (aggregate < 0 || aggregate > level)) inner = &e;
        lower(aggregate, level);
      }
      if (depth != 0) return false;
      bool set = (e.kind == ExpressionKind::kFunction && as<Function>(e).returns_set) ||
                 (e.kind == ExpressionKind::kOperator && as<OperatorCall>(e).returns_set);
      if (set)
        throw a
            .error(sqlstate::kFeatureNotSupported,
                   "aggregate function calls cannot contain set-returning function calls", e.location)
            .hint("You might be able to move the set-returning function into a LATERAL FROM item.");
      if (e.kind == ExpressionKind::kWindow)
        throw a.error(sqlstate::kGroupingError, "aggregate function calls cannot contain window function calls",
                      e.location);
      return false;
    });
  }
  int level() const {
    if (variable < 0) return aggregate < 0 ? 0 : aggregate;
    return aggregate < 0 ? variable : std::min(variable, aggregate);
  }
};

}  // namespace

// Finds the level an Aggregate or Grouping belongs to, and checks that it may stand where it does there.
void Analyzer::check_aggregate_level(Scope& s, Expression& e) {
  Levels levels;
  auto* aggregate = try_mutable<Aggregate>(&e);
  auto* grouping = try_mutable<Grouping>(&e);
  if (aggregate) {
    for (const auto& target : aggregate->arguments) levels.look(*this, *target.expression);
    if (aggregate->filter) levels.look(*this, *aggregate->filter);
  } else {
    for (const auto& argument : grouping->arguments) levels.look(*this, *argument);
  }
  int level = levels.level();
  if (levels.aggregate >= 0 && level == levels.aggregate)
    throw error(sqlstate::kGroupingError, "aggregate function calls cannot be nested", levels.inner->location);
  if (aggregate && !aggregate->direct_arguments.empty()) {
    Levels direct;
    for (const auto& argument : aggregate->direct_arguments) direct.look(*this, *argument);
    if (direct.variable >= 0 && direct.variable < level)
      throw error(sqlstate::kGroupingError,
                  "outer-level aggregate cannot contain a lower-level variable in its direct arguments", e.location);
    if (direct.aggregate >= 0 && direct.aggregate <= level)
      throw error(sqlstate::kGroupingError, "aggregate function calls cannot be nested", direct.inner->location);
  }
  if (aggregate)
    aggregate->levels_up = level;
  else
    grouping->levels_up = level;
  Scope& owner = scope_at(s, level);
  owner.query->has_aggregates = true;
  if (const char* place = clause_info(owner.clause).aggregates_in)
    throw error(
        sqlstate::kGroupingError,
        std::string(aggregate ? "aggregate functions are" : "grouping operations are") + " not allowed in " + place,
        e.location);
}

ExpressionPointer Analyzer::bind_grouping(Scope& s, const parser::ParsedGrouping& e) {
  auto node = make<Grouping>(e.location);
  node->type = oid::kInt4;
  if (e.arguments.size() > 31)
    throw error(sqlstate::kTooManyArguments, "GROUPING must have fewer than 32 arguments", e.location);
  for (const auto& argument : e.arguments) node->arguments.push_back(bind_inner(s, *argument));
  check_aggregate_level(s, *node);
  set_location_of(*node, e.location);
  return node;
}

}  // namespace basalt::query
