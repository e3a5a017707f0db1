// Filter, projection, set-returning projection, limit, unique.
#include <algorithm>
#include <optional>

#include "common/sqlstate.hpp"
#include "executor/builder.hpp"
#include "executor/condition.hpp"
#include "executor/row_compare.hpp"
#include "executor/set_call.hpp"

namespace basalt::executor {

namespace {

namespace sqlstate = common::sqlstate;

class FilterTransform : public Transform {
 public:
  FilterTransform(ExecutionContext& context, ExecutionState& state, const planner::PhysicalFilter& node)
      : condition_(context, state, node, node.condition.get()) {}
  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t) override {
    error_.raise_if_any();
    query::Rows rows(in.rows);
    condition_.select(context, in, rows, selected_);
    out = in;
    if (selected_.size() < in.rows) out.slice(std::make_shared<common::Selection>(selected_));
    if (rows.error && out.rows == 0) rows.raise();
    error_.keep(rows);
    // With an error behind the rows, the same input is asked for again, and raises it.
    return error_.any() ? Progress::kHaveOutput : Progress::kNeedInput;
  }
  void rewind(ExecutionContext&) override { error_.clear(); }

 private:
  Condition condition_;
  common::Selection selected_;
  PendingError error_;
};

class ProjectTransform : public Transform {
 public:
  ProjectTransform(ExecutionContext& context, const planner::PhysicalProject& node) : row_by_row_(node.row_by_row) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    expressions_ = compiler.compile_list(node.expressions);
  }
  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t) override {
    error_.raise_if_any();
    query::Rows rows(in.rows);
    query::evaluate_list(expressions_, row_by_row_, context.evaluation, in, rows, out);
    if (rows.error && out.rows == 0) rows.raise();
    error_.keep(rows);
    return error_.any() ? Progress::kHaveOutput : Progress::kNeedInput;
  }
  void rewind(ExecutionContext&) override { error_.clear(); }

 private:
  std::vector<query::EvaluatorPointer> expressions_;
  bool row_by_row_;
  PendingError error_;
};

// All set-returning functions of the list advance together; the row ends when all have ended; ended ones give NULL.
class ProjectSetTransform : public Transform {
 public:
  ProjectSetTransform(ExecutionContext& context, const planner::PhysicalProjectSet& node)
      : types_(physical_types(node)) {
    for (size_t i = 0; i < node.expressions.size(); ++i) {
      calls_.push_back(std::make_unique<SetCall>(context, *node.expressions[i], SetCallPlace::kTargetList,
                                                 std::vector<common::PhysicalType>{types_[i]}));
    }
  }
  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    out.reset(types_, demand);
    for (Part& part : parts_) part.shared.reset();
    while (out.rows < demand) {
      if (!row_open_) {
        if (input_row_ >= in.rows) {
          input_row_ = 0;
          return Progress::kNeedInput;
        }
        open_row(context, in);
      }
      emit(context, out);
    }
    return Progress::kHaveOutput;
  }
  void rewind(ExecutionContext&) override {
    row_open_ = false;
    input_row_ = 0;
  }

 private:
  struct Part {
    Chunk chunk;
    uint32_t at = 0;
    bool ended = false;
    Value scalar;
    std::optional<common::StringRef> shared;  // the scalar's bytes in the present chunk
  };
  void open_row(ExecutionContext& context, const Chunk& in) {
    Chunk one = in;
    one.slice(std::make_shared<common::Selection>(common::Selection{input_row_}));
    parts_.assign(calls_.size(), Part{});
    for (size_t i = 0; i < calls_.size(); ++i) {
      calls_[i]->open(context, one);
      if (calls_[i]->returns_set()) continue;
      calls_[i]->next(context, parts_[i].chunk, 1);
      parts_[i].scalar = parts_[i].chunk.value(0, 0);
    }
    row_open_ = true;
  }
  void emit(ExecutionContext& context, Chunk& out) {
    bool any = false;
    for (size_t i = 0; i < calls_.size(); ++i) {
      Part& part = parts_[i];
      if (!calls_[i]->returns_set() || part.ended) continue;
      if (part.at >= part.chunk.rows) {
        context.check_interrupts();
        calls_[i]->next(context, part.chunk, 64);
        part.at = 0;
        part.ended = part.chunk.rows == 0;
      }
      any |= !part.ended;
    }
    if (!any) {
      row_open_ = false;
      ++input_row_;
      return;
    }
    for (size_t i = 0; i < calls_.size(); ++i) {
      Part& part = parts_[i];
      if (!calls_[i]->returns_set()) {
        repeat_scalar(part, out.columns[i], out.rows);
      } else if (part.ended) {
        out.columns[i].set_null(out.rows);
      } else {
        out.columns[i].copy_row(out.rows, part.chunk.columns[0], part.at++);
      }
    }
    ++out.rows;
  }
  // A long string lies in the chunk once, however many rows repeat it.
  static void repeat_scalar(Part& part, common::Vector& column, uint32_t row) {
    if (part.shared) {
      column.data<common::StringRef>()[row] = *part.shared;
      return;
    }
    column.set_value(row, part.scalar);
    if (column.type() == common::PhysicalType::kString && !part.scalar.is_null())
      part.shared = column.data<common::StringRef>()[row];
  }
  std::vector<common::PhysicalType> types_;
  std::vector<std::unique_ptr<SetCall>> calls_;
  std::vector<Part> parts_;
  bool row_open_ = false;
  uint32_t input_row_ = 0;
};

class LimitTransform : public Transform {
 public:
  LimitTransform(ExecutionContext& context, const planner::PhysicalLimit& node) : node_(node) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    if (node.limit) limit_expression_ = compiler.compile(*node.limit);
    if (node.offset) offset_expression_ = compiler.compile(*node.offset);
    if (node.with_ties) ties_ = std::make_unique<RowCompare>(context, node.ties);
  }

  uint32_t input_demand(uint32_t demand) const override {
    if (!started_) return 1;
    uint64_t wanted = skip_ + std::min<uint64_t>(demand, with_ties() ? demand : left_);
    return static_cast<uint32_t>(std::min<uint64_t>(wanted, common::kChunkRowsMax));
  }

  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t) override {
    if (!started_) start(context);
    out = in;
    if (skip_ > 0) {
      uint32_t dropped = static_cast<uint32_t>(std::min<uint64_t>(skip_, in.rows));
      skip_ -= dropped;
      keep_range(out, dropped, in.rows);
    }
    if (!bounded_) return Progress::kNeedInput;
    if (out.rows >= left_) return finish_bounded(context, out);
    left_ -= out.rows;
    return Progress::kNeedInput;
  }
  void rewind(ExecutionContext&) override {
    started_ = false;
    last_ = Chunk();
    in_ties_ = false;
  }

 private:
  bool with_ties() const { return ties_ != nullptr; }

  // The limit is reached within `out`. With ties, rows equal to the last one still pass.
  Progress finish_bounded(ExecutionContext& context, Chunk& out) {
    if (!with_ties()) {
      out.truncate(static_cast<uint32_t>(left_));
      left_ = 0;
      return Progress::kFinished;
    }
    uint32_t at = static_cast<uint32_t>(left_);
    if (!in_ties_) {
      if (left_ == 0) {
        out.rows = 0;
        return Progress::kFinished;
      }
      last_ = out;
      last_.slice(std::make_shared<common::Selection>(common::Selection{at - 1}));
      ties_->keep(context, last_);
      in_ties_ = true;
      left_ = 0;
    }
    std::vector<bool> equal = ties_->equal_to_kept(context, out);
    while (at < out.rows && equal[at]) ++at;
    bool ended = at < out.rows;
    out.truncate(at);
    return ended ? Progress::kFinished : Progress::kNeedInput;
  }

  static void keep_range(Chunk& chunk, uint32_t first, uint32_t end) {
    auto selection = std::make_shared<common::Selection>();
    for (uint32_t i = first; i < end; ++i) selection->push_back(i);
    chunk.slice(selection);
  }

  void start(ExecutionContext& context) {
    started_ = true;
    skip_ = 0;
    bounded_ = false;
    if (offset_expression_) {
      Value value = query::evaluate_constant(*offset_expression_, context.evaluation);
      if (!value.is_null()) {
        if (value.as<int64_t>() < 0)
          throw common::SqlError(sqlstate::kInvalidRowCountInResultOffsetClause, "OFFSET must not be negative");
        skip_ = static_cast<uint64_t>(value.as<int64_t>());
      }
    }
    if (limit_expression_) {
      Value value = query::evaluate_constant(*limit_expression_, context.evaluation);
      if (!value.is_null()) {
        if (value.as<int64_t>() < 0)
          throw common::SqlError(sqlstate::kInvalidRowCountInLimitClause, "LIMIT must not be negative");
        bounded_ = true;
        left_ = static_cast<uint64_t>(value.as<int64_t>());
      }
    }
  }

  const planner::PhysicalLimit& node_;
  query::EvaluatorPointer limit_expression_, offset_expression_;
  std::unique_ptr<RowCompare> ties_;
  bool started_ = false, bounded_ = false, in_ties_ = false;
  uint64_t skip_ = 0, left_ = 0;
  Chunk last_;
};

class UniqueTransform : public Transform {
 public:
  UniqueTransform(ExecutionContext& context, const planner::PhysicalUnique& node) {
    for (int column : node.columns) {
      const auto& output = node.output[static_cast<size_t>(column)];
      columns_.push_back(static_cast<size_t>(column));
      operations_.push_back(types::type_operations(*context.evaluation.call, output.type, output.collation));
    }
  }
  Progress process(ExecutionContext&, const Chunk& in, Chunk& out, uint32_t) override {
    auto selection = std::make_shared<common::Selection>();
    for (uint32_t row = 0; row < in.rows; ++row) {
      bool same = row == 0 ? have_last_ && equal(last_, 0, in, 0) : equal(in, row - 1, in, row);
      if (!same) selection->push_back(row);
    }
    last_ = in;
    last_.slice(std::make_shared<common::Selection>(common::Selection{in.rows - 1}));
    have_last_ = true;
    out = in;
    out.slice(selection);
    return Progress::kNeedInput;
  }
  void rewind(ExecutionContext&) override { have_last_ = false; }

 private:
  bool equal(const Chunk& a, uint32_t row_a, const Chunk& b, uint32_t row_b) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const Vector& x = a.columns[columns_[i]];
      const Vector& y = b.columns[columns_[i]];
      bool null_x = x.is_null(row_a), null_y = y.is_null(row_b);
      if (null_x || null_y) {
        if (null_x != null_y) return false;
      } else if (operations_[i]->compare(x, row_a, y, row_b) != 0) {
        return false;
      }
    }
    return true;
  }
  std::vector<size_t> columns_;
  std::vector<types::TypeOperationsPointer> operations_;
  Chunk last_;
  bool have_last_ = false;
};

}  // namespace

std::unique_ptr<Transform> make_filter(ExecutionContext& context, ExecutionState& state,
                                       const planner::PhysicalFilter& node) {
  return std::make_unique<FilterTransform>(context, state, node);
}
std::unique_ptr<Transform> make_project(ExecutionContext& context, const planner::PhysicalProject& node) {
  return std::make_unique<ProjectTransform>(context, node);
}
std::unique_ptr<Transform> make_project_set(ExecutionContext& context, const planner::PhysicalProjectSet& node) {
  return std::make_unique<ProjectSetTransform>(context, node);
}
std::unique_ptr<Transform> make_limit(ExecutionContext& context, const planner::PhysicalLimit& node) {
  return std::make_unique<LimitTransform>(context, node);
}
std::unique_ptr<Transform> make_unique_rows(ExecutionContext& context, const planner::PhysicalUnique& node) {
  return std::make_unique<UniqueTransform>(context, node);
}

}  // namespace basalt::executor
