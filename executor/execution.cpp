#include "executor/execution.hpp"

#include <algorithm>

#include "executor/builder.hpp"

namespace basalt::executor {

Execution::Execution(const planner::PhysicalStatement& statement, ExecutionContext& context)
    : statement_(statement), context_(context) {
  state_.statement = &statement;
  state_.context = &context;
  state_.work_tables.resize(static_cast<size_t>(statement.recursions));
  state_.counters.resize(static_cast<size_t>(statement.nodes) + 1);
  context.evaluation.subplans = &state_;
  context.row_at_a_time |= statement.row_at_a_time;
  if (context.evaluation.exec_parameters.size() < static_cast<size_t>(statement.exec_parameters))
    context.evaluation.exec_parameters.resize(static_cast<size_t>(statement.exec_parameters));
  // A CTE may read those before it: build in order.
  for (const auto& cte : statement.ctes)
    state_.ctes.push_back(std::make_shared<SharedRows>(context, *cte, build_pipeline(context, state_, *cte)));
  root_ = build_pipeline(context, state_, *statement.root);
}

Execution::~Execution() = default;

bool Execution::fetch(Chunk& out, uint32_t demand) { return root_->pull(context_, out, demand); }

void Execution::finish() {
  if (finished_) return;
  finished_ = true;
  for (size_t i = 0; i < state_.ctes.size(); ++i)
    if (statement_.cte_modifies[i]) state_.ctes[i]->run_to_end();
}

void Execution::rewind() {
  for (auto& cte : state_.ctes) cte->rewind();
  root_->rewind(context_);
}

SharedRows::SharedRows(ExecutionContext& context, const planner::PhysicalNode& node, std::unique_ptr<Pipeline> pipeline)
    : context_(context),
      pipeline_(std::move(pipeline)),
      store_(context, physical_types(node), context.work_mem_bytes) {}

bool SharedRows::read(uint64_t& row, Chunk& out, uint32_t demand) {
  out.rows = 0;
  while (row >= store_.rows() && !ended_) {
    ENSURE(!pulling_, "a CTE reads itself while it runs");
    pulling_ = true;
    Chunk chunk;
    ended_ = !pipeline_->pull(context_, chunk, demand);
    pulling_ = false;
    if (!ended_) store_.append(chunk);
  }
  return store_.read(row, out, demand);
}

void SharedRows::run_to_end() {
  Chunk chunk;
  while (!ended_) {
    ended_ = !pipeline_->pull(context_, chunk, common::kChunkRowsMax);
    if (!ended_) store_.append(chunk);
  }
}

void SharedRows::rewind() {
  pipeline_->rewind(context_);
  store_.clear();
  ended_ = pulling_ = false;
}

void SharedRows::rewind_if_changed(const std::vector<uint64_t>& versions) {
  if (versions == versions_) return;
  versions_ = versions;
  rewind();
}

void ExecutionState::run(int plan, const std::function<bool(const Chunk&, uint32_t)>& row) {
  std::vector<SubPlan>& instances = subplans_[plan];
  size_t index = 0;
  while (index < instances.size() && instances[index].running) ++index;
  if (index == instances.size()) {
    SubPlan instance;
    instance.pipeline = build_pipeline(*context, *this, *statement->subplans[static_cast<size_t>(plan)]);
    instance.fresh = true;
    instances.push_back(std::move(instance));
  }
  // The vector may grow while the subplan runs (a recursive call): keep the pipeline by its own pointer.
  Pipeline* pipeline = instances[index].pipeline.get();
  if (!instances[index].fresh) pipeline->rewind(*context);
  instances[index].fresh = false;
  instances[index].running = true;
  struct Release {
    std::vector<SubPlan>& instances;
    size_t index;
    ~Release() { instances[index].running = false; }
  } release{instances, index};
  Chunk chunk;
  uint32_t demand = 1;
  while (pipeline->pull(*context, chunk, demand)) {
    for (uint32_t i = 0; i < chunk.rows; ++i)
      if (!row(chunk, i)) return;
    demand = std::min<uint32_t>(demand * 8, common::kChunkRowsMax);
  }
}

}  // namespace basalt::executor
