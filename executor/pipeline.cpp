#include "executor/pipeline.hpp"

#include <algorithm>

namespace basalt::executor {

void Pipeline::add(std::unique_ptr<Transform> transform) {
  stages_.emplace_back();
  stages_.back().transform = std::move(transform);
}

namespace {

uint32_t chunk_rows(const ExecutionContext& context) { return context.row_at_a_time ? 1 : common::chunk_rows(); }

}  // namespace

bool Pipeline::pull(ExecutionContext& context, Chunk& out, uint32_t demand) {
  return pull_stage(context, stages_.size(), out, std::min(demand, chunk_rows(context)));
}

bool Pipeline::pull_stage(ExecutionContext& context, size_t stage, Chunk& out, uint32_t demand) {
  if (stage == 0) {
    context.check_interrupts();
    source_->read(context, out, demand);
    return out.rows > 0;
  }
  Stage& s = stages_[stage - 1];
  while (!s.finished) {
    context.check_interrupts();
    Progress progress;
    if (!s.pending && !s.input_ended) {
      uint32_t wanted = std::clamp<uint32_t>(s.transform->input_demand(demand), 1, chunk_rows(context));
      s.input_ended = !pull_stage(context, stage - 1, s.input, wanted);
    }
    if (s.pending || !s.input_ended) {
      progress = s.transform->process(context, s.input, out, demand);
      s.pending = progress == Progress::kHaveOutput;
    } else {
      progress = s.transform->flush(context, out, demand);
    }
    s.finished = progress == Progress::kFinished;
    if (out.rows > 0) return true;
  }
  out.rows = 0;
  return false;
}

void Pipeline::rewind(ExecutionContext& context) {
  source_->rewind(context);
  for (Stage& s : stages_) {
    s.transform->rewind(context);
    s.pending = s.input_ended = s.finished = false;
    s.input.rows = 0;
  }
}

}  // namespace basalt::executor
