// ExecutionState: what the nodes of one execution share: subplans, CTE stores, work tables of recursions, row counters.
#pragma once

#include <unordered_map>

#include "common/resource_use.hpp"
#include "executor/chunk_store.hpp"
#include "executor/pipeline.hpp"

namespace basalt::executor {

// A CTE is run on demand, as far as somebody reads; readers share its rows.
class SharedRows {
 public:
  SharedRows(ExecutionContext& context, const planner::PhysicalNode& node, std::unique_ptr<Pipeline> pipeline);
  // Rows from position `row` on, moving it. Pulls more from the pipeline when needed.
  bool read(uint64_t& row, Chunk& out, uint32_t demand);
  void run_to_end();
  void rewind();
  // Runs again when the exec parameters that it reads have other versions than at the last call.
  void rewind_if_changed(const std::vector<uint64_t>& versions);

 private:
  std::vector<uint64_t> versions_;
  ExecutionContext& context_;  // that the pipeline was built for; a reader may have another one (QRY-9)
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
  uint64_t filtered_out = 0;                           // rows that its condition dropped
  uint64_t heap_fetches = 0;                           // of an index-only scan
  uint64_t conflicts = 0, conflicts_filtered_out = 0;  // of INSERT ... ON CONFLICT
  int64_t startup_us = 0, total_us = 0;
  common::ResourceUse use;
};

struct ExecutionState : query::SubPlanRunner {
  const planner::PhysicalStatement* statement = nullptr;
  ExecutionContext* context = nullptr;
  std::vector<std::shared_ptr<SharedRows>> ctes;
  std::vector<WorkTable> work_tables;
  std::vector<NodeCounters> counters;
  uint64_t rows_modified = 0;
  // In a re-check (QRY-9): the rows that FROM items other than tables joined with, by the number the plan gives them.
  std::unordered_map<int, Chunk> carried_rows;

  void run(int plan, const std::function<bool(const Chunk&, uint32_t)>& row) override;

 private:
  struct SubPlan {
    std::unique_ptr<Pipeline> pipeline;
    bool fresh = false;
    bool running = false;
  };
  std::unordered_map<int, std::vector<SubPlan>>
      subplans_;  // a recursive call of the same subplan gets its own pipeline
};

}  // namespace basalt::executor
