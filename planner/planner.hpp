// plan(): a bound statement becomes a physical one.
//
//   BoundQuery -> (subqueries pulled up, sublinks unnested) -> join graph per level -> join order and access paths by
//   cost
//              -> grouping, windows, distinct, order, limit -> PhysicalStatement
#pragma once

#include "catalog/catalog.hpp"
#include "planner/physical_plan.hpp"
#include "query/evaluator.hpp"
#include "storage/engine.hpp"
#include "types/call_context.hpp"

namespace basalt::planner {

struct PlannerSettings {  // PostgreSQL's names and defaults
  double seq_page_cost = 1.0, random_page_cost = 4.0, cpu_tuple_cost = 0.01, cpu_index_tuple_cost = 0.005,
         cpu_operator_cost = 0.0025;
  double effective_cache_pages = 524288;
  size_t work_mem_bytes = size_t{4} << 20;
  bool enable_seqscan = true, enable_indexscan = true, enable_indexonlyscan = true, enable_hashjoin = true,
       enable_mergejoin = true, enable_nestloop = true, enable_hashagg = true, enable_sort = true,
       enable_material = true;
};

struct PlanContext {
  catalog::CatalogReader& catalog;
  types::CallContext& call;
  storage::StorageEngine* storage = nullptr;  // row and page estimates; null: those of the catalog
  PlannerSettings settings;
  // Values of parameters when a custom plan is wanted; empty: a generic plan.
  std::vector<common::Value> parameters;
  bool for_cursor = false;                      // row ids are kept for WHERE CURRENT OF
  query::FunctionRuntime* functions = nullptr;  // calls functions that are not built in while constants are folded
  // Values of Parameter kLiteral in the text at hand. For estimates only: the plan serves other values too.
  std::vector<common::Value> literals;
  // The statement's snapshot where it is fixed before planning: indexes made later do not serve it (STO-12).
  uint64_t snapshot_lsn = ~uint64_t{0};
};

std::unique_ptr<PhysicalStatement> plan(std::unique_ptr<query::BoundQuery> query, PlanContext& context);

}  // namespace basalt::planner
