// The functions of binder.hpp.
#include "query/binder.hpp"

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

std::unique_ptr<BoundQuery> bind_query(const parser::ParsedStatement& statement, BindContext& context) {
  Analyzer analyzer(context);
  auto query = analyzer.bind_statement(statement, nullptr, nullptr, false, true);
  analyzer.check_parameters(*query);
  return query;
}

std::vector<std::unique_ptr<BoundQuery>> bind_statement(const parser::ParsedStatement& statement,
                                                        BindContext& context) {
  return rewrite_query(bind_query(statement, context), context);
}

namespace {

Clause clause_of(ExpressionUse use) {
  switch (use) {
    case ExpressionUse::kOther:
      return Clause::kOther;
    case ExpressionUse::kCheck:
      return Clause::kCheck;
    case ExpressionUse::kDomainCheck:
      return Clause::kDomainCheck;
    case ExpressionUse::kColumnDefault:
      return Clause::kColumnDefault;
    case ExpressionUse::kGenerated:
      return Clause::kGenerated;
    case ExpressionUse::kFunctionDefault:
      return Clause::kFunctionDefault;
    case ExpressionUse::kIndexExpression:
      return Clause::kIndexExpression;
    case ExpressionUse::kIndexPredicate:
      return Clause::kIndexPredicate;
    case ExpressionUse::kStatistics:
      return Clause::kStatistics;
    case ExpressionUse::kAlterTransform:
      return Clause::kAlterTransform;
    case ExpressionUse::kExecuteParameter:
      return Clause::kExecuteParameter;
    case ExpressionUse::kTriggerWhen:
      return Clause::kTriggerWhen;
    case ExpressionUse::kPolicy:
      return Clause::kPolicy;
    case ExpressionUse::kPartitionBound:
      return Clause::kPartitionBound;
    case ExpressionUse::kPartitionExpression:
      return Clause::kPartitionExpression;
    case ExpressionUse::kCallArgument:
      return Clause::kCallArgument;
    case ExpressionUse::kCopyWhere:
      return Clause::kCopyWhere;
  }
  return Clause::kOther;
}

void fill_scope(Analyzer& analyzer, Scope& s, const ExpressionScope& scope) {
  for (const auto& item : scope.relations) {
    parser::ParsedAlias alias;
    alias.name = item.alias;
    auto* made = analyzer.add_relation(s, item.relation, 1, alias, true, true);
    analyzer.add_to_names(s, made, true, !item.qualified_only);
  }
  if (scope.value_type.valid())
    s.domain_value = {scope.value_type, Oid{static_cast<uint32_t>(scope.value_typmod)}, scope.value_collation};
}

}  // namespace

ExpressionPointer bind_expression(const parser::ParsedExpression& expression, ExpressionUse use,
                                  const ExpressionScope& scope, BindContext& context) {
  Analyzer analyzer(context);
  BoundQuery holder;
  Scope s(nullptr, holder);
  fill_scope(analyzer, s, scope);
  auto bound = analyzer.bind(s, expression, clause_of(use));
  if (use != ExpressionUse::kAlterTransform && use != ExpressionUse::kExecuteParameter)
    analyzer.assign_collations(*bound);
  return bound;
}

ExpressionPointer bind_condition(const parser::ParsedExpression& expression, ExpressionUse use,
                                 const ExpressionScope& scope, const char* construct, BindContext& context) {
  Analyzer analyzer(context);
  BoundQuery holder;
  Scope s(nullptr, holder);
  fill_scope(analyzer, s, scope);
  auto bound = analyzer.coerce_to_boolean(analyzer.bind(s, expression, clause_of(use)), construct);
  analyzer.assign_collations(*bound);
  return bound;
}

ExpressionPointer bind_default(const parser::ParsedExpression& expression, ExpressionUse use,
                               const ExpressionScope& scope, std::string_view column, Oid type, int32_t typmod, Oid,
                               BindContext& context) {
  Analyzer analyzer(context);
  BoundQuery holder;
  Scope s(nullptr, holder);
  fill_scope(analyzer, s, scope);
  auto bound = analyzer.bind(s, expression, clause_of(use));
  Oid given = bound->type;
  bound = analyzer.coerce_to_target(std::move(bound), type, typmod, CoercionContext::kAssignment,
                                    CoercionForm::kImplicitCast, -1);
  if (!bound)
    throw SqlError(sqlstate::kDatatypeMismatch, "column \"" + std::string(column) + "\" is of type " +
                                                    analyzer.type_name(type) + " but " +
                                                    (use == ExpressionUse::kGenerated ? "generation" : "default") +
                                                    " expression is of type " + analyzer.type_name(given))
        .hint("You will need to rewrite or cast the expression.");
  analyzer.assign_collations(*bound);
  return bound;
}

ExpressionPointer bind_part_assignment(ExpressionPointer base, const std::string& name,
                                       const std::vector<parser::ParsedIndirectionStep>& steps, ExpressionPointer value,
                                       int location, BindContext& context) {
  Analyzer analyzer(context);
  BoundQuery holder;
  Scope s(nullptr, holder);
  ClauseGuard guard(s, Clause::kUpdateTarget);
  const Oid type = base->type, collation = base->collation;
  const int32_t typmod = base->typmod;
  auto bound = analyzer.assign_indirection(s, std::move(base), name, false, type, typmod, collation, steps, 0,
                                           std::move(value), CoercionContext::kPlpgsql, location);
  analyzer.assign_collations(*bound);
  return bound;
}

namespace {

// What stands for OUT parameters in a CALL has chosen the procedure; the procedure gets its inputs only.
void drop_outputs(Function& call, catalog::CatalogReader& catalog) {
  auto procedure = catalog.function(call.function);
  const auto& modes = procedure->argument_modes;
  if (modes.size() != call.arguments.size()) return;
  ExpressionList inputs;
  for (size_t i = 0; i < modes.size(); ++i)
    if (modes[i] != 'o') inputs.push_back(std::move(call.arguments[i]));
  call.arguments = std::move(inputs);
}

}  // namespace

ExpressionPointer bind_call(const parser::ParsedFunctionCall& call, BindContext& context) {
  Analyzer analyzer(context);
  BoundQuery holder;
  Scope s(nullptr, holder);
  ClauseGuard guard(s, Clause::kCallArgument);
  ExpressionList arguments;
  for (const auto& argument : call.arguments) arguments.push_back(analyzer.bind_inner(s, *argument));
  auto bound = analyzer.call_or_column(s, call.name, std::move(arguments), nullptr, &call, true, call.location);
  analyzer.assign_collations(*bound);
  drop_outputs(as<Function>(*bound), *context.catalog);
  return bound;
}

ExpressionPointer coerce_for_assignment(ExpressionPointer expression, Oid type, int32_t typmod, BindContext& context) {
  return Analyzer(context).coerce_to_target(std::move(expression), type, typmod, CoercionContext::kAssignment,
                                            CoercionForm::kImplicitCast, -1);
}

ExpressionPointer coerce_explicitly(ExpressionPointer expression, Oid type, int32_t typmod, BindContext& context) {
  return Analyzer(context).coerce_to_target(std::move(expression), type, typmod, CoercionContext::kExplicit,
                                            CoercionForm::kExplicitCast, -1);
}

void assign_collations(Expression& expression, BindContext& context) {
  Analyzer(context).assign_collations(expression);
}

ResolvedType resolve_type(const parser::ParsedTypeName& name, BindContext& context) {
  return Analyzer(context).resolve_type(name);
}

std::optional<ResolvedType> find_type(const parser::ParsedTypeName& name, BindContext& context) {
  return Analyzer(context).find_type(name);
}

Oid resolve_relation(const parser::ParsedRangeVar& name, bool missing_ok, BindContext& context) {
  return Analyzer(context).find_relation(name, missing_ok);
}

Oid resolve_collation(const parser::QualifiedName& name, int location, BindContext& context) {
  return Analyzer(context).find_collation(name, location);
}

Oid resolve_operator(const parser::QualifiedName& name, Oid left, Oid right, int location, BindContext& context) {
  Analyzer analyzer(context);
  auto found = left.valid() ? analyzer.find_operator(name, left, right, false, location)
                            : analyzer.find_prefix_operator(name, right, false, location);
  return found->oid;
}

Oid find_function(const parser::QualifiedName& name, const std::vector<Oid>& types, BindContext& context) {
  Analyzer analyzer(context);
  for (const auto& candidate :
       analyzer.function_candidates(name, static_cast<int>(types.size()), {}, false, false, false))
    if (candidate.types == types) return candidate.oid;
  return Oid{};
}

Oid find_namespace(std::string_view name, bool missing_ok, BindContext& context) {
  return Analyzer(context).find_namespace(name, missing_ok);
}

}  // namespace basalt::query
