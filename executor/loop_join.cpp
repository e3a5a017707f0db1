// Joins that go row by row over the outer side: nested loop over a kept inner side, Apply.
#include <algorithm>

#include "executor/builder.hpp"
#include "executor/condition.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;
using planner::JoinType;

// What the three have in common: for one outer row, inner chunks arrive; matching rows go out beside the outer row.
class LoopJoin : public Transform {
 public:
  LoopJoin(ExecutionContext& context, ExecutionState& state, const planner::JoinBase& node,
           std::vector<PhysicalType> inner_types)
      : node_(node), inner_types_(std::move(inner_types)), condition_(context, state, node, node.condition.get()) {}

  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (!input_open_) {
      open_input(context, in);
      row_ = 0;
      input_open_ = true;
    }
    while (out.rows == 0) {
      if (pending_at_ < pending_.rows) {
        take_pending(out, demand);
        break;
      }
      if (row_ >= in.rows) {
        input_open_ = false;
        return Progress::kNeedInput;
      }
      step(context, in, demand);
    }
    return Progress::kHaveOutput;
  }

  void rewind(ExecutionContext&) override {
    input_open_ = row_open_ = false;
    pending_.rows = pending_at_ = 0;
  }

 protected:
  virtual void open_input(ExecutionContext&, const Chunk&) {}
  // Starts the inner side for outer row `row`.
  virtual void open_row(ExecutionContext& context, const Chunk& in, uint32_t row) = 0;
  // The next inner rows; false at the end.
  virtual bool next_inner(ExecutionContext& context, Chunk& inner, uint32_t demand) = 0;
  virtual void note_match(const common::Selection&) {}

  const planner::JoinBase& node_;
  std::vector<PhysicalType> inner_types_;

 private:
  bool left_only() const { return node_.join == JoinType::kSemi || node_.join == JoinType::kAnti; }

  void step(ExecutionContext& context, const Chunk& in, uint32_t demand) {
    if (!row_open_) {
      open_row(context, in, row_);
      row_open_ = true;
      row_matched_ = false;
    }
    Chunk inner;
    bool stop = row_matched_ && (left_only() || node_.inner_unique);
    if (!stop && next_inner(context, inner, left_only() && !condition_ ? 1 : std::max(demand, 64u))) {
      match(context, in, inner);
      return;
    }
    bool emit_alone = node_.join == JoinType::kAnti || node_.join == JoinType::kLeft || node_.join == JoinType::kFull;
    if (!row_matched_ && emit_alone) set_pending_alone(in);
    if (row_matched_ && node_.join == JoinType::kSemi) set_pending_alone(in);
    row_open_ = false;
    ++row_;
  }

  void match(ExecutionContext& context, const Chunk& in, const Chunk& inner) {
    context.check_interrupts();
    Chunk both = outer_columns(in, inner.rows);
    both.columns.insert(both.columns.end(), inner.columns.begin(), inner.columns.end());
    common::Selection selected;
    if (condition_) {
      query::Rows rows(inner.rows);
      condition_.select(context, both, rows, selected);
      rows.raise();
      if (selected.empty()) return;
      if (selected.size() < inner.rows) both.slice(std::make_shared<common::Selection>(selected));
    }
    if (both.rows == 0) return;
    row_matched_ = true;
    if (left_only()) return;
    if (!condition_)
      for (uint32_t i = 0; i < inner.rows; ++i) selected.push_back(i);
    note_match(selected);
    pending_ = std::move(both);
    pending_at_ = 0;
  }

  // The outer row, repeated.
  Chunk outer_columns(const Chunk& in, uint32_t rows) const {
    auto selection = std::make_shared<common::Selection>(rows, row_);
    Chunk out;
    for (const Vector& column : in.columns) out.columns.push_back(column.slice(selection));
    out.rows = rows;
    return out;
  }

  void set_pending_alone(const Chunk& in) {
    pending_ = outer_columns(in, 1);
    if (!left_only())
      for (PhysicalType type : inner_types_) pending_.columns.push_back(Vector::constant(type, Value::null(type)));
    pending_at_ = 0;
  }

  void take_pending(Chunk& out, uint32_t demand) {
    uint32_t count = std::min(demand, pending_.rows - pending_at_);
    out = pending_;
    if (count < pending_.rows) {
      auto selection = std::make_shared<common::Selection>();
      for (uint32_t i = 0; i < count; ++i) selection->push_back(pending_at_ + i);
      out.slice(selection);
    }
    pending_at_ += count;
  }

  Condition condition_;
  bool input_open_ = false, row_open_ = false, row_matched_ = false;
  uint32_t row_ = 0;
  Chunk pending_;
  uint32_t pending_at_ = 0;
};

class NestedLoopTransform : public LoopJoin {
 public:
  NestedLoopTransform(ExecutionContext& context, ExecutionState& state, const planner::PhysicalNestedLoop& node,
                      std::unique_ptr<Pipeline> inner)
      : LoopJoin(context, state, node, physical_types(*node.children[1])),
        left_types_(physical_types(*node.children[0])),
        inner_(std::move(inner)),
        store_(context, inner_types_, context.work_mem_bytes) {}

  Progress flush(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (!keeps_right()) return Progress::kFinished;
    fill(context);
    Chunk chunk;
    while (out.rows == 0) {
      uint64_t first = flush_at_;
      if (!store_.read(flush_at_, chunk, demand)) return Progress::kFinished;
      auto selection = std::make_shared<common::Selection>();
      for (uint32_t i = 0; i < chunk.rows; ++i)
        if (!matched_[first + i]) selection->push_back(i);
      if (selection->empty()) continue;
      chunk.slice(selection);
      out.columns.clear();
      for (PhysicalType type : left_types_) out.columns.push_back(Vector::constant(type, Value::null(type)));
      out.columns.insert(out.columns.end(), chunk.columns.begin(), chunk.columns.end());
      out.rows = chunk.rows;
    }
    return Progress::kHaveOutput;
  }

  void rewind(ExecutionContext& context) override {
    LoopJoin::rewind(context);
    inner_->rewind(context);
    store_.clear();
    filled_ = false;
    flush_at_ = 0;
  }

 protected:
  void open_row(ExecutionContext& context, const Chunk&, uint32_t) override {
    fill(context);
    at_ = 0;
  }
  bool next_inner(ExecutionContext&, Chunk& inner, uint32_t demand) override {
    chunk_start_ = at_;
    return store_.read(at_, inner, demand);
  }
  void note_match(const common::Selection& selected) override {
    if (!keeps_right()) return;
    for (uint32_t i : selected) matched_[chunk_start_ + i] = true;
  }

 private:
  bool keeps_right() const { return node_.join == JoinType::kRight || node_.join == JoinType::kFull; }
  void fill(ExecutionContext& context) {
    if (filled_) return;
    filled_ = true;
    Chunk chunk;
    while (inner_->pull(context, chunk, common::kChunkRowsMax)) store_.append(chunk);
    if (keeps_right()) matched_.assign(store_.rows(), false);
  }
  std::vector<PhysicalType> left_types_;
  std::unique_ptr<Pipeline> inner_;
  ChunkStore store_;
  bool filled_ = false;
  uint64_t at_ = 0, chunk_start_ = 0, flush_at_ = 0;
  std::vector<bool> matched_;
};

class ApplyTransform : public LoopJoin {
 public:
  ApplyTransform(ExecutionContext& context, ExecutionState& state, const planner::PhysicalApply& node,
                 std::unique_ptr<Pipeline> inner)
      : LoopJoin(context, state, node, physical_types(*node.children[1])), apply_(node), inner_(std::move(inner)) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    arguments_ = compiler.compile_list(node.arguments);
  }
  void rewind(ExecutionContext& context) override {
    LoopJoin::rewind(context);
    fresh_ = false;
  }

 protected:
  void open_row(ExecutionContext& context, const Chunk& in, uint32_t row) override {
    Chunk one = in;
    one.slice(std::make_shared<common::Selection>(common::Selection{row}));
    for (size_t i = 0; i < arguments_.size(); ++i) {
      query::Rows rows(1);
      Vector v = arguments_[i]->evaluate(context.evaluation, one, rows);
      rows.raise();
      context.evaluation.set_exec_parameter(apply_.parameters[i], v.value(0));
    }
    if (!fresh_) inner_->rewind(context);
    fresh_ = false;
  }
  bool next_inner(ExecutionContext& context, Chunk& inner, uint32_t demand) override {
    return inner_->pull(context, inner, demand);
  }

 private:
  const planner::PhysicalApply& apply_;
  std::unique_ptr<Pipeline> inner_;
  std::vector<query::EvaluatorPointer> arguments_;
  bool fresh_ = true;
};

}  // namespace

std::unique_ptr<Transform> make_nested_loop(ExecutionContext& context, ExecutionState& state,
                                            const planner::PhysicalNestedLoop& node, std::unique_ptr<Pipeline> inner) {
  return std::make_unique<NestedLoopTransform>(context, state, node, std::move(inner));
}
std::unique_ptr<Transform> make_apply(ExecutionContext& context, ExecutionState& state,
                                      const planner::PhysicalApply& node, std::unique_ptr<Pipeline> inner) {
  return std::make_unique<ApplyTransform>(context, state, node, std::move(inner));
}

}  // namespace basalt::executor
