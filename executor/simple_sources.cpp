// Result, VALUES, functions in FROM, CTEs, work tables, Append.
#include <algorithm>
#include <numeric>
#include <utility>

#include "executor/builder.hpp"
#include "executor/set_call.hpp"

namespace basalt::executor {

namespace {

class ResultSource : public Source {
 public:
  ResultSource(ExecutionContext& context, const planner::PhysicalResult& node) : node_(node) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    if (node.gate) gate_ = compiler.compile(*node.gate);
    expressions_ = compiler.compile_list(node.expressions);
  }
  void read(ExecutionContext& context, Chunk& out, uint32_t) override {
    out.rows = 0;
    if (done_ || node_.never) return;
    done_ = true;
    if (gate_) {
      Value open = query::evaluate_constant(*gate_, context.evaluation);
      if (open.is_null() || !open.as<bool>()) return;
    }
    Chunk none;
    none.rows = 1;
    query::Rows rows(1);
    query::evaluate_list(expressions_, true, context.evaluation, none, rows, out);
    rows.raise();
    out.rows = 1;
  }
  void rewind(ExecutionContext&) override { done_ = false; }

 private:
  const planner::PhysicalResult& node_;
  query::EvaluatorPointer gate_;
  std::vector<query::EvaluatorPointer> expressions_;
  bool done_ = false;
};

class ValuesSource : public Source {
 public:
  ValuesSource(ExecutionContext& context, const planner::PhysicalValuesScan& node)
      : node_(node), types_(physical_types(node)) {}
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (node_.literal_list >= 0) {
      read_literal_rows(context, out, demand);
      return;
    }
    uint32_t count = static_cast<uint32_t>(std::min<size_t>(demand, node_.rows_list.size() - next_));
    if (error_) throw *std::exchange(error_, nullptr);
    if (count == 0) return;
    out.reset(types_, count);
    try {
      for (; out.rows < count; ++out.rows) evaluate_row(context, node_.rows_list[next_ + out.rows], out);
    } catch (const common::SqlError& error) {
      if (out.rows == 0) throw;
      error_ = std::make_unique<common::SqlError>(error);  // the rows before it come first
    }
    next_ += out.rows;
  }
  void rewind(ExecutionContext&) override {
    next_ = chunk_ = 0;
    error_.reset();
  }

 private:
  void evaluate_row(ExecutionContext& context, const query::ExpressionList& row, Chunk& out) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    for (size_t c = 0; c < types_.size(); ++c) {
      if (const auto* constant = query::try_as<query::Constant>(row[c].get())) {
        out.columns[c].set_value(out.rows, constant->value);
      } else if (const auto* parameter = query::try_as<query::Parameter>(row[c].get());
                 parameter && parameter->parameter_kind == query::ParameterKind::kLiteral) {
        out.columns[c].set_value(out.rows, context.evaluation.literals[static_cast<size_t>(parameter->id)]);
      } else if (parameter && parameter->parameter_kind == query::ParameterKind::kExtern && parameter->id > 0 &&
                 static_cast<size_t>(parameter->id) <= context.evaluation.parameters.size()) {
        out.columns[c].set_value(out.rows, context.evaluation.parameters[static_cast<size_t>(parameter->id) - 1]);
      } else {
        query::EvaluatorPointer evaluator = compiler.compile(*row[c]);
        out.columns[c].set_value(out.rows, query::evaluate_constant(*evaluator, context.evaluation));
      }
    }
  }

  // next_ counts within chunk number chunk_.
  void read_literal_rows(ExecutionContext& context, Chunk& out, uint32_t demand) {
    if (chunk_ == context.literal_rows.size()) return;
    const Chunk& chunk = context.literal_rows[chunk_];
    auto left = static_cast<uint32_t>(chunk.rows - next_);
    uint32_t count = std::min(demand, left);
    out = chunk;
    if (count < chunk.rows) {
      auto selection = std::make_shared<common::Selection>(count);
      std::iota(selection->begin(), selection->end(), static_cast<uint32_t>(next_));
      out.slice(selection);
    }
    next_ += count;
    if (count < left) return;
    next_ = 0;
    ++chunk_;
  }

  const planner::PhysicalValuesScan& node_;
  std::vector<common::PhysicalType> types_;
  size_t next_ = 0, chunk_ = 0;
  std::unique_ptr<common::SqlError> error_;  // of row next_
};

class FunctionScanSource : public Source {
 public:
  FunctionScanSource(ExecutionContext& context, const planner::PhysicalFunctionScan& node)
      : node_(node), types_(physical_types(node)) {
    size_t at = 0;
    for (const auto& function : node.functions) {
      auto count = static_cast<size_t>(function.column_count);
      std::vector<common::PhysicalType> columns(types_.begin() + static_cast<long>(at),
                                                types_.begin() + static_cast<long>(at + count));
      calls_.push_back(std::make_unique<SetCall>(context, *function.call, SetCallPlace::kFrom, std::move(columns),
                                                 function.definitions));
      at += count;
    }
  }
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (!opened_) {
      opened_ = true;
      ordinality_ = 0;
      Chunk none;
      none.rows = 1;
      for (auto& call : calls_) call->open(context, none);
      parts_.assign(calls_.size(), Part{});
    }
    if (calls_.size() == 1 && !node_.ordinality) {
      calls_[0]->next(context, out, demand);
      return;
    }
    read_zipped(context, out, demand);
  }
  void rewind(ExecutionContext&) override { opened_ = false; }

 private:
  struct Part {
    Chunk chunk;
    uint32_t at = 0;
    bool ended = false;
  };
  // ROWS FROM: functions side by side, shorter ones padded with NULL; ORDINALITY counts.
  void read_zipped(ExecutionContext& context, Chunk& out, uint32_t demand) {
    out.reset(types_, demand);
    while (out.rows < demand) {
      bool any = false;
      for (size_t f = 0; f < calls_.size(); ++f) {
        Part& part = parts_[f];
        if (!part.ended && part.at >= part.chunk.rows) {
          calls_[f]->next(context, part.chunk, demand);
          part.at = 0;
          part.ended = part.chunk.rows == 0;
        }
        any |= !part.ended;
      }
      if (!any) return;
      size_t column = 0;
      for (size_t f = 0; f < calls_.size(); ++f) {
        Part& part = parts_[f];
        for (int c = 0; c < node_.functions[f].column_count; ++c, ++column) {
          if (part.ended) {
            out.columns[column].set_null(out.rows);
          } else {
            out.columns[column].copy_row(out.rows, part.chunk.columns[static_cast<size_t>(c)], part.at);
          }
        }
        ++part.at;
      }
      if (node_.ordinality) out.columns[column].data<int64_t>()[out.rows] = ++ordinality_;
      ++out.rows;
    }
  }
  const planner::PhysicalFunctionScan& node_;
  std::vector<common::PhysicalType> types_;
  std::vector<std::unique_ptr<SetCall>> calls_;
  std::vector<Part> parts_;
  bool opened_ = false;
  int64_t ordinality_ = 0;
};

class CteScanSource : public Source {
 public:
  CteScanSource(ExecutionState& state, const planner::PhysicalCteScan& node)
      : state_(state), node_(node), cte_(static_cast<size_t>(node.cte)) {}
  void read(ExecutionContext&, Chunk& out, uint32_t demand) override { state_.ctes[cte_]->read(row_, out, demand); }
  void rewind(ExecutionContext& context) override {
    row_ = 0;
    std::vector<uint64_t> versions;
    for (int parameter : node_.outer_parameters) versions.push_back(context.evaluation.version_of(parameter));
    state_.ctes[cte_]->rewind_if_changed(versions);
  }

 private:
  ExecutionState& state_;
  const planner::PhysicalCteScan& node_;
  size_t cte_;
  uint64_t row_ = 0;
};

class WorkTableSource : public Source {
 public:
  WorkTableSource(ExecutionState& state, int recursion) : state_(state), recursion_(static_cast<size_t>(recursion)) {}
  void read(ExecutionContext&, Chunk& out, uint32_t demand) override {
    ChunkStore* rows = state_.work_tables[recursion_].rows;
    ENSURE(rows != nullptr, "work table read outside of its recursion");
    rows->read(row_, out, demand);
  }
  void rewind(ExecutionContext&) override { row_ = 0; }

 private:
  ExecutionState& state_;
  size_t recursion_;
  uint64_t row_ = 0;
};

class TuplestoreSource : public Source {
 public:
  explicit TuplestoreSource(const std::string& name) : name_(name) {}
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    auto it = context.tuplestores.find(name_);
    ENSURE(it != context.tuplestores.end(), "no row set named " + name_);
    it->second->read(row_, out, demand);
  }
  void rewind(ExecutionContext&) override { row_ = 0; }

 private:
  std::string name_;
  uint64_t row_ = 0;
};

class AppendSource : public Source {
 public:
  explicit AppendSource(std::vector<std::unique_ptr<Pipeline>> inputs) : inputs_(std::move(inputs)) {}
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    while (current_ < inputs_.size()) {
      if (inputs_[current_]->pull(context, out, demand)) return;
      ++current_;
    }
    out.rows = 0;
  }
  void rewind(ExecutionContext& context) override {
    for (size_t i = 0; i < inputs_.size() && i <= current_; ++i) inputs_[i]->rewind(context);
    current_ = 0;
  }

 private:
  std::vector<std::unique_ptr<Pipeline>> inputs_;
  size_t current_ = 0;
};

class MaterializeSource : public Source {
 public:
  MaterializeSource(ExecutionContext& context, const planner::PhysicalMaterialize& node,
                    std::unique_ptr<Pipeline> input)
      : input_(std::move(input)), store_(context, physical_types(node), context.work_mem_bytes) {}
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (store_.read(row_, out, demand) || ended_) return;
    Chunk chunk;
    ended_ = !input_->pull(context, chunk, demand);
    if (ended_) return;
    store_.append(chunk);
    row_ += chunk.rows;
    out = std::move(chunk);
  }
  // The rows are kept: the planner puts Materialize only over inputs that do not depend on exec parameters.
  void rewind(ExecutionContext&) override { row_ = 0; }

 private:
  std::unique_ptr<Pipeline> input_;
  ChunkStore store_;
  uint64_t row_ = 0;
  bool ended_ = false;
};

class CarriedRowSource : public Source {
 public:
  explicit CarriedRowSource(const Chunk& row) : row_(row) {}
  void read(ExecutionContext&, Chunk& out, uint32_t) override {
    out.rows = 0;
    if (!done_) out = row_;
    done_ = true;
  }
  void rewind(ExecutionContext&) override { done_ = false; }

 private:
  const Chunk& row_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Source> make_carried_row(const Chunk& row) { return std::make_unique<CarriedRowSource>(row); }
std::unique_ptr<Source> make_result(ExecutionContext& context, const planner::PhysicalResult& node) {
  return std::make_unique<ResultSource>(context, node);
}
std::unique_ptr<Source> make_values_scan(ExecutionContext& context, const planner::PhysicalValuesScan& node) {
  return std::make_unique<ValuesSource>(context, node);
}
std::unique_ptr<Source> make_function_scan(ExecutionContext& context, const planner::PhysicalFunctionScan& node) {
  return std::make_unique<FunctionScanSource>(context, node);
}
std::unique_ptr<Source> make_cte_scan(ExecutionState& state, const planner::PhysicalCteScan& node) {
  return std::make_unique<CteScanSource>(state, node);
}
std::unique_ptr<Source> make_work_table_scan(ExecutionState& state, const planner::PhysicalWorkTableScan& node) {
  return std::make_unique<WorkTableSource>(state, node.recursion);
}
std::unique_ptr<Source> make_tuplestore_scan(const planner::PhysicalTuplestoreScan& node) {
  return std::make_unique<TuplestoreSource>(node.name);
}
std::unique_ptr<Source> make_append(ExecutionContext&, std::vector<std::unique_ptr<Pipeline>> inputs) {
  return std::make_unique<AppendSource>(std::move(inputs));
}
std::unique_ptr<Source> make_materialize(ExecutionContext& context, const planner::PhysicalMaterialize& node,
                                         std::unique_ptr<Pipeline> input) {
  return std::make_unique<MaterializeSource>(context, node, std::move(input));
}

}  // namespace basalt::executor
