// Changes of a view by INSTEAD OF triggers: each row goes to the triggers, nothing else is written.
#include "common/sqlstate.hpp"
#include "executor/assignments.hpp"
#include "executor/builder.hpp"
#include "executor/table_writer.hpp"

namespace basalt::executor {

namespace {

using common::SqlError;
using query::CommandKind;

class ModifyViewSource : public Source {
 public:
  ModifyViewSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalModify& node,
                   std::unique_ptr<Pipeline> input)
      : node_(node), state_(state), input_(std::move(input)) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    assignments_ = compile_assignments(compiler, node.rows, node.assignments);
    returning_ = compiler.compile_list(node.returning);
    check_options_ = compiler.compile_list(node.check_options);
    if (!node.returning.empty())
      result_ = std::make_unique<ChunkStore>(context, physical_types(node), context.work_mem_bytes);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!done_) run(context);
    out.rows = 0;
    if (result_) result_->read(read_at_, out, demand);
  }

  void rewind(ExecutionContext&) override { UNREACHABLE("a data-modifying plan is never run twice"); }

 private:
  RowEvent event() const {
    return node_.command == CommandKind::kInsert   ? RowEvent::kInsert
           : node_.command == CommandKind::kUpdate ? RowEvent::kUpdate
                                                   : RowEvent::kDelete;
  }

  void run(ExecutionContext& context) {
    done_ = true;
    for (const auto& assignment : node_.assignments) changed_.push_back(assignment.column);
    if (context.hooks) context.hooks->before_statement(*node_.relation, event(), changed_);
    Chunk chunk;
    while (input_->pull(context, chunk, node_.row_by_row ? 1 : common::kChunkRowsMax))
      for (uint32_t row = 0; row < chunk.rows; ++row) {
        Chunk one = chunk;
        one.slice(std::make_shared<common::Selection>(common::Selection{row}));
        change_row(context, one);
      }
    if (context.hooks) context.hooks->after_statement(*node_.relation, event(), changed_);
    if (node_.can_set_tag) state_.rows_modified += affected_;
  }

  // The view's columns as the child delivers them.
  Chunk old_row(const Chunk& in) const {
    Chunk out;
    out.rows = 1;
    for (size_t i = 0; i < node_.relation->columns.size(); ++i) {
      Vector column(node_.relation->columns[i].physical, 1);
      int slot = node_.old_row_slots[i];
      if (slot >= 0)
        column.copy_row(0, in.columns[static_cast<size_t>(slot)], 0);
      else
        column.set_null(0);
      out.columns.push_back(std::move(column));
    }
    return out;
  }

  Chunk new_row(ExecutionContext& context, const Chunk& in, const Chunk* old) {
    Chunk out;
    out.rows = 1;
    if (old) {
      out = *old;
    } else {
      for (const auto& column : node_.relation->columns) {
        out.columns.emplace_back(column.physical, 1);
        out.columns.back().set_null(0);
      }
    }
    assign(context, assignments_, in, out);
    return out;
  }

  void change_row(ExecutionContext& context, const Chunk& in) {
    Chunk before, after;
    bool inserts = node_.command == CommandKind::kInsert, deletes = node_.command == CommandKind::kDelete;
    if (!inserts) before = old_row(in);
    if (!deletes) after = new_row(context, in, inserts ? nullptr : &before);
    if (context.hooks && !context.hooks->instead_of_row(*node_.relation, event(), inserts ? nullptr : &before,
                                                        deletes ? nullptr : &after))
      return;
    ++affected_;
    if (!deletes) check_view_options(context, after);
    if (returning_.empty()) return;
    Chunk input = deletes ? before : after;
    // A view's row has no place and no system columns: ctid; xmin, cmin, xmax, cmax, tableoid.
    using common::PhysicalType;
    input.columns.push_back(Vector::constant(PhysicalType::kInt64, Value::null(PhysicalType::kInt64)));
    for (int i = 0; i < 5; ++i)
      input.columns.push_back(Vector::constant(PhysicalType::kInt32, Value::null(PhysicalType::kInt32)));
    input.columns.insert(input.columns.end(), in.columns.begin(), in.columns.end());
    query::Rows wanted(1);
    Chunk out;
    query::evaluate_list(returning_, true, context.evaluation, input, wanted, out);
    wanted.raise();
    result_->append(out);
  }

  // Of views over this one: they judge the row that the triggers made.
  void check_view_options(ExecutionContext& context, const Chunk& after) {
    for (size_t i = 0; i < check_options_.size(); ++i) {
      query::Rows wanted(1);
      Vector holds = check_options_[i]->evaluate(context.evaluation, after, wanted);
      wanted.raise();
      if (!holds.is_null(0) && holds.view<bool>()[0]) continue;
      SqlError error(common::sqlstate::kWithCheckOptionViolation,
                     "new row violates check option for view \"" + node_.check_option_views[i] + "\"");
      std::string shown = row_description(context, *node_.relation, changed_, after, 0);
      if (!shown.empty()) error.report().detail = "Failing row contains " + shown + ".";
      throw error;
    }
  }

  const planner::PhysicalModify& node_;
  ExecutionState& state_;
  std::unique_ptr<Pipeline> input_;
  Assignments assignments_;
  std::vector<query::EvaluatorPointer> returning_, check_options_;
  std::vector<int16_t> changed_;
  std::unique_ptr<ChunkStore> result_;
  bool done_ = false;
  uint64_t read_at_ = 0, affected_ = 0;
};

}  // namespace

std::unique_ptr<Source> make_modify_view(ExecutionContext& context, ExecutionState& state,
                                         const planner::PhysicalModify& node, std::unique_ptr<Pipeline> input) {
  return std::make_unique<ModifyViewSource>(context, state, node, std::move(input));
}

}  // namespace basalt::executor
