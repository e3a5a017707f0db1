// ExecutionState: what the nodes of one execution share: subplans, CTE stores, work tables of recursions, row counters.
#pragma once

#include <unordered_map>

#include "executor/chunk_store.hpp"
#include "executor/pipeline.hpp"

namespace basalt::executor {

// A CTE is run on demand, as far as somebody reads; readers share its rows.
class SharedRows {
 public:
  SharedRows(ExecutionContext& context, const planner::PhysicalNode& node, std::unique_ptr<Pipeline> pipeline);
  // Rows from position `row` on, moving it. Pulls more from the pipeline when needed.
  bool read(ExecutionContext& context, uint64_t& row, Chunk& out, uint32_t demand);
  void run_to_end(ExecutionContext& context);
  void rewind(ExecutionContext& context);
  // Runs again when the exec parameters that it reads have other versions than at the last call.
  void rewind_if_changed(ExecutionContext& context, const std::vector<uint64_t>& versions);

 private:
  std::vector<uint64_t> versions_;
  std::unique_ptr<Pipeline> pipeline_;
  ChunkStore store_;
  bool ended_ = false;
  bool pulling_ = false;
};

struct WorkTable {
  ChunkStore* rows = nullptr;  // of the previous round
};

struct NodeCounters {  // EXPLAIN ANALYZE
  uint64_t rows = 0, loops = 0;
  int64_t startup_us = 0, total_us = 0;
};

struct ExecutionState : query::SubPlanRunner {
  const planner::PhysicalStatement* statement = nullptr;
  ExecutionContext* context = nullptr;
  std::vector<std::unique_ptr<SharedRows>> ctes;
  std::vector<WorkTable> work_tables;
  std::vector<NodeCounters> counters;
  uint64_t rows_modified = 0;

  void run(int plan, const std::function<bool(const Chunk&, uint32_t)>& row) override;

 private:
  struct SubPlan {
    std::unique_ptr<Pipeline> pipeline;
    bool fresh = false;
    bool running = false;
  };
  std::unordered_map<int, std::vector<SubPlan>> subplans_;  // a recursive call of the same subplan gets its own pipeline
};

}  // namespace basalt::executor
