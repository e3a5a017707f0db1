// Merge join over inputs sorted by the keys, ascending with NULLs last. The right rows of one key are kept while the
// left rows with that key pass: a chunk of them, and those behind it in a store that spills past work_mem.
#include <algorithm>
#include <numeric>

#include "executor/builder.hpp"
#include "executor/chunk_store.hpp"
#include "executor/condition.hpp"
#include "executor/row_compare.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;
using planner::JoinType;

// One input, row by row, with the keys of the current row.
class SortedInput {
 public:
  SortedInput(ExecutionContext& context, std::unique_ptr<Pipeline> pipeline, const query::ExpressionList& keys)
      : pipeline_(std::move(pipeline)) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    expressions_ = compiler.compile_list(keys);
  }
  // Stands on a row; false at the end.
  bool current(ExecutionContext& context) {
    while (!ended_ && at_ >= chunk.rows) {
      ended_ = !pipeline_->pull(context, chunk, common::kChunkRowsMax);
      at_ = 0;
      if (ended_) return false;
      keys.clear();
      for (auto& e : expressions_) {
        query::Rows rows(chunk.rows);
        keys.push_back(e->evaluate(context.evaluation, chunk, rows));
        rows.raise();
      }
    }
    return !ended_;
  }
  void advance() { ++at_; }
  uint32_t at() const { return at_; }
  bool has_null() const {
    return std::any_of(keys.begin(), keys.end(), [&](const Vector& key) { return key.is_null(at_); });
  }
  void rewind(ExecutionContext& context) {
    pipeline_->rewind(context);
    chunk.rows = at_ = 0;
    ended_ = false;
  }
  Chunk chunk;
  std::vector<Vector> keys;

 private:
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<query::EvaluatorPointer> expressions_;
  uint32_t at_ = 0;
  bool ended_ = false;
};

class MergeJoinSource : public Source {
 public:
  MergeJoinSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalMergeJoin& node,
                  std::unique_ptr<Pipeline> left, std::unique_ptr<Pipeline> right)
      : node_(node),
        left_types_(physical_types(*node.children[0])),
        right_types_(physical_types(*node.children[1])),
        left_(context, std::move(left), node.left_keys),
        right_(context, std::move(right), node.right_keys),
        out_types_(physical_types(node)),
        condition_(context, state, node, node.condition.get()),
        group_rest_(context, right_types_, context.work_mem_bytes) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    for (size_t i = 0; i < node.left_keys.size(); ++i)
      operations_.push_back(
          types::type_operations(*context.evaluation.call, node.left_keys[i]->type, node.key_collations[i]));
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    while (ready_at_ >= ready_.rows) {
      ready_.reset(out_types_, common::kChunkRowsMax);
      ready_at_ = 0;
      while (ready_.rows < common::kChunkRowsMax / 2 && step(context)) context.check_interrupts();
      if (ready_.rows == 0) return;
    }
    uint32_t count = std::min(demand, ready_.rows - ready_at_);
    auto selection = std::make_shared<common::Selection>();
    for (uint32_t i = 0; i < count; ++i) selection->push_back(ready_at_ + i);
    out = ready_;
    out.slice(selection);
    ready_at_ += count;
  }

  void rewind(ExecutionContext& context) override {
    left_.rewind(context);
    right_.rewind(context);
    drop_group();
    joining_ = false;
    ready_.rows = ready_at_ = 0;
  }

 private:
  bool keeps_left() const {
    return node_.join == JoinType::kLeft || node_.join == JoinType::kFull || node_.join == JoinType::kAnti;
  }
  bool keeps_right() const { return node_.join == JoinType::kRight || node_.join == JoinType::kFull; }
  bool left_only() const { return node_.join == JoinType::kSemi || node_.join == JoinType::kAnti; }

  int compare(const std::vector<Vector>& a, uint32_t row_a, const std::vector<Vector>& b, uint32_t row_b) const {
    for (size_t k = 0; k < operations_.size(); ++k) {
      bool null_a = a[k].is_null(row_a), null_b = b[k].is_null(row_b);
      if (null_a || null_b) {
        if (null_a != null_b) return null_a ? 1 : -1;
        continue;
      }
      if (int order = operations_[k]->compare(a[k], row_a, b[k], row_b)) return order;
    }
    return 0;
  }

  // Makes some output; false at the end.
  bool step(ExecutionContext& context) {
    if (joining_) {
      join_piece(context);
      return true;
    }
    bool have_left = left_.current(context);
    if (group_rows_ > 0) {
      bool equal = have_left && !left_.has_null() && compare(left_.keys, left_.at(), group_keys_, 0) == 0;
      if (equal) {
        joining_ = true;
        row_matched_ = false;
        join_piece(context);
      } else {
        leave_piece();
      }
      if (group_rows_ > 0) return true;
    }
    bool have_right = right_.current(context);
    if (!have_left) {
      if (!keeps_right() || !have_right) return false;
      emit_right_alone(right_.chunk, right_.at());
      right_.advance();
      return true;
    }
    int order = !have_right || left_.has_null() ? -1 : compare(left_.keys, left_.at(), right_.keys, right_.at());
    if (order == 0 && right_.has_null()) order = -1;
    if (order < 0) {
      if (keeps_left()) emit_left_alone();
      left_.advance();
    } else if (order > 0) {
      if (keeps_right()) emit_right_alone(right_.chunk, right_.at());
      right_.advance();
    } else {
      gather_group(context);
    }
    return true;
  }

  // --- the right rows of one key -------------------------------------------------------------------------------------

  // All right rows with the key that both sides stand on.
  void gather_group(ExecutionContext& context) {
    group_.reset(right_types_, 64);
    group_keys_.clear();
    for (const Vector& key : right_.keys) {
      Vector one(key.type(), 1);
      one.copy_row(0, key, right_.at());
      group_keys_.push_back(std::move(one));
    }
    uint32_t capacity = 64;
    for (; in_group(context) && group_.rows < common::kChunkRowsMax; right_.advance()) {
      if (group_.rows == capacity) {
        capacity = std::min(capacity * 2, common::kChunkRowsMax);
        for (Vector& column : group_.columns) column.grow(capacity);
      }
      group_.append_row(right_.chunk, right_.at());
    }
    while (in_group(context)) {
      context.check_interrupts();
      common::Selection same;
      while (right_.at() < right_.chunk.rows && compare(right_.keys, right_.at(), group_keys_, 0) == 0) {
        same.push_back(right_.at());
        right_.advance();
      }
      group_rest_.append(right_.chunk, same);
    }
    group_rows_ = group_.rows + group_rest_.rows();
    group_at_ = 0;
    if (keeps_right()) matched_.assign(group_rows_, false);
  }
  bool in_group(ExecutionContext& context) {
    return right_.current(context) && compare(right_.keys, right_.at(), group_keys_, 0) == 0;
  }

  // The next rows from group_at_ on, which moves behind them.
  Chunk read_group() {
    Chunk piece;
    if (group_at_ == 0) {
      piece = group_;
    } else {
      uint64_t at = group_at_ - group_.rows;
      group_rest_.read(at, piece, common::kChunkRowsMax);
    }
    group_at_ += piece.rows;
    return piece;
  }

  // The left row with the next rows of the group.
  void join_piece(ExecutionContext& context) {
    uint64_t first = group_at_;
    Chunk piece = read_group();
    auto selection = std::make_shared<common::Selection>(piece.rows, left_.at());
    Chunk both;
    for (const Vector& column : left_.chunk.columns) both.columns.push_back(column.slice(selection));
    both.columns.insert(both.columns.end(), piece.columns.begin(), piece.columns.end());
    both.rows = piece.rows;
    common::Selection selected;
    if (condition_) {
      query::Rows rows(both.rows);
      condition_.select(context, both, rows, selected);
      rows.raise();
    } else {
      selected.resize(piece.rows);
      std::iota(selected.begin(), selected.end(), 0);
    }
    row_matched_ |= !selected.empty();
    if (!left_only())
      for (uint32_t i : selected) {
        if (keeps_right()) matched_[first + i] = true;
        make_room();
        ready_.append_row(both, i);
      }
    if (group_at_ < group_rows_ && !(left_only() && row_matched_)) return;
    if (row_matched_ ? node_.join == JoinType::kSemi : keeps_left()) emit_left_alone();
    left_.advance();
    joining_ = false;
    group_at_ = 0;
  }

  // The left rows with the group's key have passed: puts out those of its next rows that found no partner.
  void leave_piece() {
    if (keeps_right()) {
      uint64_t first = group_at_;
      Chunk piece = read_group();
      for (uint32_t i = 0; i < piece.rows; ++i)
        if (!matched_[first + i]) emit_right_alone(piece, i);
      if (group_at_ < group_rows_) return;
    }
    drop_group();
  }
  void drop_group() {
    group_rows_ = group_at_ = 0;
    group_rest_.clear();
  }

  void make_room() {
    if (ready_.columns.empty() || ready_.rows < ready_.columns[0].capacity()) return;
    uint32_t capacity = ready_.columns[0].capacity() * 2;
    for (Vector& column : ready_.columns) column.grow(capacity);
  }

  void emit_left_alone() {
    make_room();
    size_t c = 0;
    for (; c < left_.chunk.columns.size(); ++c)
      ready_.columns[c].copy_row(ready_.rows, left_.chunk.columns[c], left_.at());
    for (; c < ready_.columns.size(); ++c) ready_.columns[c].set_null(ready_.rows);
    ++ready_.rows;
  }
  void emit_right_alone(const Chunk& chunk, uint32_t row) {
    make_room();
    size_t width = left_types_.size();
    for (size_t c = 0; c < width; ++c) ready_.columns[c].set_null(ready_.rows);
    for (size_t c = 0; c < chunk.columns.size(); ++c)
      ready_.columns[width + c].copy_row(ready_.rows, chunk.columns[c], row);
    ++ready_.rows;
  }

  const planner::PhysicalMergeJoin& node_;
  std::vector<PhysicalType> left_types_, right_types_;
  SortedInput left_, right_;
  std::vector<PhysicalType> out_types_;
  Condition condition_;
  std::vector<types::TypeOperationsPointer> operations_;
  Chunk ready_;  // output, read up to ready_at_
  uint32_t ready_at_ = 0;
  Chunk group_;              // the first rows of the group
  ChunkStore group_rest_;    // those behind them
  uint64_t group_rows_ = 0;  // 0: there is no group
  uint64_t group_at_ = 0;    // of the pass over the group that is under way
  std::vector<Vector> group_keys_;
  std::vector<bool> matched_;  // of the group's rows, if the join keeps right rows
  bool joining_ = false;       // the left row that the input stands on, with the group
  bool row_matched_ = false;
};

}  // namespace

std::unique_ptr<Source> make_merge_join(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalMergeJoin& node, std::unique_ptr<Pipeline> left,
                                        std::unique_ptr<Pipeline> right) {
  return std::make_unique<MergeJoinSource>(context, state, node, std::move(left), std::move(right));
}

}  // namespace basalt::executor
