#include "query/polymorphic.hpp"

#include "query/analyzer.hpp"

namespace basalt::query {

Oid resolve_polymorphic(Oid type, std::vector<Oid> declared, const std::vector<Oid>& actual,
                        catalog::CatalogReader& catalog, types::CallContext& call) {
  if (!is_polymorphic(type) || declared.size() != actual.size()) return type;
  BindContext bind;
  bind.catalog = &catalog;
  bind.call = &call;
  return Analyzer(bind).enforce_generic(actual, declared, type, false);
}

}  // namespace basalt::query
