// SEARCH and CYCLE of recursive WITH items.
#include "query/rewriter.hpp"

namespace basalt::query {

void Rewriter::rewrite_search_cycle(CommonTableExpression& cte) {
  throw common::not_supported(cte.search ? "SEARCH clause of WITH RECURSIVE" : "CYCLE clause of WITH RECURSIVE");
}

}  // namespace basalt::query
