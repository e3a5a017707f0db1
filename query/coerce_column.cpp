#include "query/coerce_column.hpp"

#include "query/analyzer.hpp"

namespace basalt::query {

ExpressionPointer coerce_column(ExpressionPointer expression, Oid type, int32_t typmod, catalog::CatalogReader& catalog,
                                types::CallContext& call) {
  BindContext bind;
  bind.catalog = &catalog;
  bind.call = &call;
  Analyzer analyzer(bind);
  Oid collation = expression->collation;
  if (expression->type != type)
    expression =
        analyzer.coerce(std::move(expression), type, -1, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
  // Only the label of the type modifier: the arms agree, or it is -1.
  if (expression->typmod != typmod) {
    auto relabel = std::make_unique<Relabel>();
    relabel->type = type;
    relabel->typmod = typmod;
    relabel->argument = std::move(expression);
    expression = std::move(relabel);
  }
  if (!expression->collation.valid()) expression->collation = collation;
  return expression;
}

}  // namespace basalt::query
