#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::query {

bool contains_volatile(const Expression& expression, catalog::CatalogReader& catalog) {
  return walk(expression, [&](const Expression& e) {
    Oid function;
    if (const auto* call = try_as<Function>(&e)) function = call->function;
    if (e.kind == ExpressionKind::kOperator || e.kind == ExpressionKind::kDistinct || e.kind == ExpressionKind::kNullIf)
      function = as<OperatorCall>(e).function;
    if (!function.valid()) return false;
    catalog::FunctionPointer descriptor = catalog.function(function);
    return descriptor && descriptor->volatility == 'v';
  });
}

}  // namespace basalt::query
