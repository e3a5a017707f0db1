// Window functions over one partition.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "executor/window_partition.hpp"
#include "query/execute_privilege.hpp"

namespace basalt::executor {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

WindowFunctions::WindowFunctions(ExecutionContext& context, const planner::PhysicalWindow& node)
    : node_(node), frames_(context, node), reservation_(context.memory) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  for (const auto& spec : node.calls) {
    Call call;
    call.spec = &spec;
    query::require_execute(*context.evaluation.catalog, *context.evaluation.call,
                           *context.evaluation.catalog->function(spec.function));
    call.arguments = compiler.compile_list(spec.arguments);
    if (spec.filter) call.filter = compiler.compile(*spec.filter);
    call.result = context.evaluation.catalog->type(spec.result_type)->physical;
    call.name = spec.signature.substr(0, spec.signature.find('('));
    calls_.push_back(std::move(call));
    if (!spec.is_aggregate) continue;
    types::AggregateMaker maker = types::FunctionRegistry::instance().aggregate(spec.signature);
    if (!maker) throw common::not_supported("aggregate function " + calls_.back().name + " over a window");
    calls_.back().code = maker(make_call(context, calls_.back()));
  }
}

types::FunctionCall WindowFunctions::make_call(ExecutionContext& context, Call& call) {
  types::FunctionCall out;
  out.context = context.evaluation.call;
  out.function = call.spec->function;
  out.argument_types = call.spec->argument_types;
  out.result_type = call.spec->result_type;
  out.collation = call.spec->input_collation;
  out.state = &call.state;
  return out;
}

void WindowFunctions::begin() {
  kept_ = Chunk();
  kept_capacity_ = 0;
}

void WindowFunctions::add(ExecutionContext& context, const Chunk& chunk) {
  Chunk values;
  values.rows = chunk.rows;
  values.columns = frames_.evaluate_keys(context, chunk);
  for (Call& call : calls_) {
    call.first_column = values.columns.size();
    for (auto& argument : call.arguments) {
      query::Rows rows(chunk.rows);
      values.columns.push_back(argument->evaluate(context.evaluation, chunk, rows));
      rows.raise();
    }
    if (!call.filter) continue;
    query::Rows rows(chunk.rows);
    values.columns.push_back(call.filter->evaluate(context.evaluation, chunk, rows));
    rows.raise();
  }
  if (kept_types_.empty())
    for (const Vector& column : values.columns) kept_types_.push_back(column.type());
  if (kept_capacity_ == 0) {
    kept_capacity_ = std::max(64u, chunk.rows);
    kept_.reset(kept_types_, kept_capacity_);
  } else if (kept_.rows + chunk.rows > kept_capacity_) {
    kept_capacity_ = std::max(kept_capacity_ * 2, kept_.rows + chunk.rows);
    for (Vector& column : kept_.columns) column.grow(kept_capacity_);
  }
  append_rows(kept_, values, nullptr, chunk.rows);
  reservation_.resize(kept_.bytes() + kept_.rows * sizeof(uint32_t) * 4);
}

void WindowFunctions::compute(ExecutionContext& context, std::vector<Vector>& results) {
  auto keys_end = kept_.columns.begin() + static_cast<long>(frames_.key_count());
  frames_.start(std::vector<Vector>(kept_.columns.begin(), keys_end), kept_.rows);
  results.clear();
  for (Call& call : calls_) results.push_back(compute_call(context, call));
  bool frames_used = std::any_of(calls_.begin(), calls_.end(), [](const Call& call) {
    return call.spec->is_aggregate || call.name == "first_value" || call.name == "last_value";
  });
  // Distances that are not allowed are errors also where no function looks at its frame.
  if (frames_used || !frames_.has_range_offset()) return;
  for (uint32_t row = 0; row < frames_.rows(); ++row) {
    if (row % 64 == 0) context.check_interrupts();
    frames_.frame(context, row);
  }
}

Vector WindowFunctions::compute_call(ExecutionContext& context, Call& call) {
  std::vector<Vector> arguments;
  for (size_t i = 0; i < call.arguments.size(); ++i) arguments.push_back(kept_.columns[call.first_column + i]);
  if (call.spec->is_aggregate) return aggregate(context, call, arguments);
  if (call.name == "ntile") return ntile(call, arguments);
  if (call.name == "lag") return offset_value(call, arguments, -1);
  if (call.name == "lead") return offset_value(call, arguments, 1);
  if (call.name == "first_value" || call.name == "last_value" || call.name == "nth_value")
    return frame_value(context, call, arguments);
  return ranking(call);
}

Vector WindowFunctions::ranking(Call& call) {
  uint32_t rows = frames_.rows();
  Vector out(call.result, rows);
  for (uint32_t row = 0; row < rows; ++row) {
    if (call.name == "row_number") {
      out.data<int64_t>()[row] = row + 1;
    } else if (call.name == "rank") {
      out.data<int64_t>()[row] = frames_.peer_begin(row) + 1;
    } else if (call.name == "dense_rank") {
      out.data<int64_t>()[row] = frames_.peer_group(row) + 1;
    } else if (call.name == "percent_rank") {
      out.data<double>()[row] =
          rows <= 1 ? 0 : static_cast<double>(frames_.peer_begin(row)) / static_cast<double>(rows - 1);
    } else if (call.name == "cume_dist") {
      out.data<double>()[row] = static_cast<double>(frames_.peer_end(row)) / static_cast<double>(rows);
    } else {
      throw common::not_supported("window function " + call.name);
    }
  }
  return out;
}

Vector WindowFunctions::ntile(Call& call, const std::vector<Vector>& arguments) {
  uint32_t rows = frames_.rows();
  Vector out(call.result, rows);
  if (arguments[0].is_null(0)) {
    for (uint32_t row = 0; row < rows; ++row) out.set_null(row);
    return out;
  }
  int32_t buckets = arguments[0].view<int32_t>()[0];
  if (buckets <= 0) throw SqlError(sqlstate::kInvalidArgumentForNtile, "argument of ntile must be greater than zero");
  uint32_t size = rows / static_cast<uint32_t>(buckets), larger = rows % static_cast<uint32_t>(buckets);
  for (uint32_t row = 0; row < rows; ++row) {
    uint32_t split = larger * (size + 1);
    uint32_t bucket = row < split ? row / (size + 1) : larger + (size ? (row - split) / size : 0);
    out.data<int32_t>()[row] = static_cast<int32_t>(bucket + 1);
  }
  return out;
}

Vector WindowFunctions::offset_value(Call& call, const std::vector<Vector>& arguments, int direction) {
  uint32_t rows = frames_.rows();
  Vector out(call.result, rows);
  for (uint32_t row = 0; row < rows; ++row) {
    int64_t offset = 1;
    if (arguments.size() > 1) {
      if (arguments[1].is_null(row)) {
        out.set_null(row);
        continue;
      }
      offset = arguments[1].view<int32_t>()[row];
    }
    int64_t at = row + direction * offset;
    if (at >= 0 && at < rows) {
      out.copy_row(row, arguments[0], static_cast<uint32_t>(at));
    } else if (arguments.size() > 2) {
      out.copy_row(row, arguments[2], row);
    } else {
      out.set_null(row);
    }
  }
  return out;
}

Vector WindowFunctions::frame_value(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments) {
  uint32_t rows = frames_.rows();
  Vector out(call.result, rows);
  bool last = call.name == "last_value";
  for (uint32_t row = 0; row < rows; ++row) {
    int64_t wanted = 1;
    if (call.name == "nth_value") {
      if (arguments[1].is_null(row)) {
        out.set_null(row);
        continue;
      }
      wanted = arguments[1].view<int32_t>()[row];
      if (wanted <= 0)
        throw SqlError(sqlstate::kInvalidArgumentForNthValue, "argument of nth_value must be greater than zero");
    }
    FrameRange range = frames_.frame(context, row);
    bool found = false;
    for (uint32_t i = 0; i < range.end - range.begin && !found; ++i) {
      uint32_t at = last ? range.end - 1 - i : range.begin + i;
      if (frames_.excluded(row, at) || --wanted > 0) continue;
      out.copy_row(row, arguments[0], at);
      found = true;
    }
    if (!found) out.set_null(row);
  }
  return out;
}

namespace {

// The value of the row before; a string is the same bytes.
void repeat_row(Vector& out, uint32_t row) {
  if (out.is_null(row - 1))
    out.set_null(row);
  else if (out.type() == common::PhysicalType::kString)
    out.data<common::StringRef>()[row] = out.data<common::StringRef>()[row - 1];
  else
    out.copy_row(row, Vector(out), row - 1);
}

}  // namespace

Vector WindowFunctions::aggregate(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments) {
  uint32_t rows = frames_.rows();
  Vector out(call.result, rows);
  std::vector<bool> passes(rows, true);
  if (call.filter) {
    const Vector& filter = kept_.columns[call.first_column + call.arguments.size()];
    for (uint32_t row = 0; row < rows; ++row) passes[row] = !filter.is_null(row) && filter.view<bool>()[row];
  }
  types::FunctionCall function = make_call(context, call);
  std::vector<std::max_align_t> memory(call.code.state_bytes / sizeof(std::max_align_t) + 1);
  char* state = reinterpret_cast<char*>(memory.data());
  auto raise = [&] {
    if (function.failed()) throw std::move(*function.failure);
  };
  // Adds rows [from, to) that pass the filter and are not excluded for `row`.
  auto add = [&](uint32_t row, uint32_t from, uint32_t to, bool check_exclusion) {
    auto selection = std::make_shared<common::Selection>();
    for (uint32_t i = from; i < to; ++i)
      if (passes[i] && !(check_exclusion && frames_.excluded(row, i))) selection->push_back(i);
    if (selection->empty()) return;
    std::vector<Vector> part;
    for (const Vector& argument : arguments) part.push_back(argument.slice(selection));
    std::vector<char*> states(selection->size(), state);
    call.code.update(function, part, static_cast<uint32_t>(selection->size()), states.data());
    raise();
  };
  common::MemoryReservation results(context.memory);
  bool incremental = frames_.starts_at_beginning() && !frames_.has_exclusion();
  uint32_t added = 0;
  bool open = false;
  FrameRange previous{UINT32_MAX, UINT32_MAX};
  for (uint32_t row = 0; row < rows; ++row) {
    if (row % 64 == 0) context.check_interrupts();
    FrameRange range = frames_.frame(context, row);
    if (row > 0 && range.begin == previous.begin && range.end == previous.end && !frames_.has_exclusion()) {
      repeat_row(out, row);
      continue;
    }
    previous = range;
    if (!incremental || !open) {
      if (open && call.code.destroy) call.code.destroy(state);
      call.code.initialize(function, state);
      open = true;
      added = range.begin;
    }
    add(row, added, range.end, frames_.has_exclusion());
    added = range.end;
    Vector one(call.result, 1);
    char* states[] = {state};
    call.code.finalize(function, states, 1, one);
    raise();
    if (call.result == common::PhysicalType::kString && !one.is_null(0))
      results.grow(one.view<common::StringRef>()[0].size());
    out.copy_row(row, one, 0);
  }
  if (open && call.code.destroy) call.code.destroy(state);
  return out;
}

}  // namespace basalt::executor
