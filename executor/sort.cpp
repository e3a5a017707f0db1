// Sort, with a bound where a LIMIT stands above; and the merge of sorted inputs.
#include <algorithm>

#include "executor/builder.hpp"
#include "executor/row_compare.hpp"
#include "executor/row_sorter.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;

class SortSource : public Source {
 public:
  SortSource(ExecutionContext& context, const planner::PhysicalSort& node, std::unique_ptr<Pipeline> input)
      : input_(std::move(input)), compare_(context, node.keys), sorter_(context, physical_types(node)) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    if (node.bound_limit) limit_ = compiler.compile(*node.bound_limit);
    if (node.bound_offset) offset_ = compiler.compile(*node.bound_offset);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!sorted_) fill(context);
    sorter_.read(out, demand);
  }

  void rewind(ExecutionContext& context) override {
    input_->rewind(context);
    sorter_.clear();
    sorted_ = false;
  }

 private:
  uint64_t bound(ExecutionContext& context) {
    if (!limit_) return UINT64_MAX;
    Value limit = query::evaluate_constant(*limit_, context.evaluation);
    if (limit.is_null() || limit.as<int64_t>() < 0) return UINT64_MAX;
    int64_t offset = 0;
    if (offset_) {
      Value value = query::evaluate_constant(*offset_, context.evaluation);
      if (!value.is_null()) offset = std::max<int64_t>(0, value.as<int64_t>());
    }
    return static_cast<uint64_t>(limit.as<int64_t>()) + static_cast<uint64_t>(offset);
  }

  void fill(ExecutionContext& context) {
    sorter_.set_bound(bound(context));
    Chunk chunk;
    while (input_->pull(context, chunk, common::kChunkRowsMax))
      sorter_.add(context, chunk, compare_.evaluate(context, chunk), compare_.key_columns());
    sorter_.finish(context);
    sorted_ = true;
  }

  std::unique_ptr<Pipeline> input_;
  RowCompare compare_;
  RowSorter sorter_;
  query::EvaluatorPointer limit_, offset_;
  bool sorted_ = false;
};

class MergeAppendSource : public Source {
 public:
  MergeAppendSource(ExecutionContext& context, const planner::PhysicalMergeAppend& node,
                    std::vector<std::unique_ptr<Pipeline>> inputs)
      : types_(physical_types(node)), compare_(context, node.keys) {
    for (auto& input : inputs) inputs_.push_back({std::move(input), {}, {}, 0, false, false});
  }
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.reset(types_, demand);
    while (out.rows < demand) {
      Input* best = nullptr;
      for (Input& input : inputs_) {
        if (!input.started || (!input.ended && input.at >= input.chunk.rows)) pull(context, input, demand);
        if (input.ended) continue;
        if (!best || compare_.compare(input.keys, input.at, best->keys, best->at) < 0) best = &input;
      }
      if (!best) return;
      out.append_row(best->chunk, best->at++);
    }
  }
  void rewind(ExecutionContext& context) override {
    for (Input& input : inputs_) {
      input.pipeline->rewind(context);
      input.started = input.ended = false;
    }
  }

 private:
  struct Input {
    std::unique_ptr<Pipeline> pipeline;
    Chunk chunk;
    std::vector<Vector> keys;
    uint32_t at = 0;
    bool started = false, ended = false;
  };
  void pull(ExecutionContext& context, Input& input, uint32_t demand) {
    input.started = true;
    input.at = 0;
    input.ended = !input.pipeline->pull(context, input.chunk, demand);
    if (!input.ended) input.keys = compare_.evaluate(context, input.chunk);
  }
  std::vector<PhysicalType> types_;
  RowCompare compare_;
  std::vector<Input> inputs_;
};

}  // namespace

std::unique_ptr<Source> make_sort(ExecutionContext& context, const planner::PhysicalSort& node,
                                  std::unique_ptr<Pipeline> input) {
  return std::make_unique<SortSource>(context, node, std::move(input));
}
std::unique_ptr<Source> make_merge_append(ExecutionContext& context, const planner::PhysicalMergeAppend& node,
                                          std::vector<std::unique_ptr<Pipeline>> inputs) {
  return std::make_unique<MergeAppendSource>(context, node, std::move(inputs));
}

}  // namespace basalt::executor
