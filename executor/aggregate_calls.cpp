#include "executor/aggregate_calls.hpp"

#include <algorithm>

#include "query/execute_privilege.hpp"

namespace basalt::executor {

using common::PhysicalType;

AggregateCalls::AggregateCalls(ExecutionContext& context, const std::vector<planner::AggregateCall>& calls) {
  calls_.resize(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) prepare(context, calls_[i], calls[i]);
}

AggregateCalls::~AggregateCalls() = default;

void AggregateCalls::prepare(ExecutionContext& context, Call& call, const planner::AggregateCall& spec) {
  catalog::CatalogReader& catalog = *context.evaluation.catalog;
  query::ExpressionCompiler compiler(catalog, *context.evaluation.call);
  call.spec = &spec;
  query::require_execute(catalog, *context.evaluation.call, *catalog.function(spec.function), "aggregate");
  // Ordered-set aggregates take their direct arguments first, the same in every row.
  call.arguments = compiler.compile_list(spec.direct_arguments);
  for (auto& argument : compiler.compile_list(spec.arguments)) call.arguments.push_back(std::move(argument));
  if (spec.kind != 'n')
    for (const auto& key : spec.order_by) call.ordering.push_back({key.descending, key.nulls_first});
  if (spec.filter) call.filter = compiler.compile(*spec.filter);
  call.result = catalog.type(spec.result_type)->physical;
  call.call_types = spec.argument_types;
  types::AggregateMaker maker = types::FunctionRegistry::instance().aggregate(spec.signature);
  if (!maker) throw common::not_supported("aggregate function " + catalog.function(spec.function)->name);
  call.code = maker(make_call(context, call));
  call.offset = state_bytes_;
  state_bytes_ += (call.code.state_bytes + 15) & ~size_t{15};
  if (!spec.distinct && spec.order_by.empty()) return;
  any_buffered_ = true;
  call.buffered = std::make_unique<Buffered>();
  call.buffered->order = std::make_unique<RowCompare>(context, spec.order_by);
  std::vector<PhysicalType> types;
  for (const auto& argument : call.arguments) types.push_back(argument->physical());
  types.push_back(PhysicalType::kInt32);
  call.buffered->rows = std::make_unique<RowSorter>(context, types);
  call.buffered->keys.push_back({types::type_operations(*context.evaluation.call, types::oid::kInt4, {})});
  for (const auto& key : call.buffered->order->key_columns()) call.buffered->keys.push_back(key);
  if (spec.distinct)
    for (const auto& argument : spec.arguments)
      call.distinct.push_back(types::type_operations(*context.evaluation.call, argument->type, argument->collation));
}

types::FunctionCall AggregateCalls::make_call(ExecutionContext& context, Call& call) {
  types::FunctionCall out;
  out.context = context.evaluation.call;
  out.function = call.spec->function;
  out.argument_types = call.call_types;
  out.result_type = call.spec->result_type;
  out.collation = call.spec->input_collation;
  out.ordering = call.ordering;
  out.state = &call.state;
  return out;
}

namespace {

void raise_failure(types::FunctionCall& call) {
  if (call.failed()) throw std::move(*call.failure);
}

}  // namespace

void AggregateCalls::initialize(ExecutionContext& context, char* group) {
  for (Call& call : calls_) {
    types::FunctionCall function = make_call(context, call);
    call.code.initialize(function, group + call.offset);
  }
}

void AggregateCalls::destroy(char* group) {
  for (Call& call : calls_)
    if (call.code.destroy) call.code.destroy(group + call.offset);
}

void AggregateCalls::update(ExecutionContext& context, const Chunk& input, const std::vector<char*>& groups,
                            const std::vector<uint32_t>& numbers) {
  for (Call& call : calls_) {
    if (!call.filter) {
      update_call(context, call, input, groups, numbers);
      continue;
    }
    query::Rows rows(input.rows);
    common::Selection selected;
    query::evaluate_filter(*call.filter, context.evaluation, input, rows, selected);
    rows.raise();
    if (selected.empty()) continue;
    Chunk part = input;
    part.slice(std::make_shared<common::Selection>(selected));
    std::vector<char*> part_groups;
    std::vector<uint32_t> part_numbers;
    for (uint32_t row : selected) {
      part_groups.push_back(groups[row]);
      part_numbers.push_back(numbers[row]);
    }
    update_call(context, call, part, part_groups, part_numbers);
  }
}

void AggregateCalls::update_call(ExecutionContext& context, Call& call, const Chunk& input,
                                 const std::vector<char*>& groups, const std::vector<uint32_t>& numbers) {
  std::vector<Vector> arguments;
  for (auto& argument : call.arguments) {
    query::Rows rows(input.rows);
    arguments.push_back(argument->evaluate(context.evaluation, input, rows));
    rows.raise();
  }
  if (call.buffered) {
    buffer_rows(context, call, input, arguments, numbers);
    return;
  }
  std::vector<char*> states(input.rows);
  for (uint32_t i = 0; i < input.rows; ++i) states[i] = groups[i] + call.offset;
  types::FunctionCall function = make_call(context, call);
  call.code.update(function, arguments, input.rows, states.data());
  raise_failure(function);
}

void AggregateCalls::buffer_rows(ExecutionContext& context, Call& call, const Chunk& input,
                                 const std::vector<Vector>& arguments, const std::vector<uint32_t>& numbers) {
  Vector groups(PhysicalType::kInt32, input.rows);
  for (uint32_t row = 0; row < input.rows; ++row) groups.data<int32_t>()[row] = static_cast<int32_t>(numbers[row]);
  std::vector<Vector> keys = call.buffered->order->evaluate(context, input);
  keys.insert(keys.begin(), groups);
  Chunk chunk;
  chunk.columns = arguments;
  chunk.columns.push_back(std::move(groups));
  chunk.rows = input.rows;
  call.buffered->rows->add(context, chunk, keys, call.buffered->keys);
}

size_t AggregateCalls::extra_bytes(const char* group) const {
  size_t bytes = 0;
  for (const Call& call : calls_)
    if (call.code.extra_bytes) bytes += call.code.extra_bytes(group + call.offset);
  return bytes;
}

void AggregateCalls::finish_buffered(ExecutionContext& context, const std::vector<char*>& memory_of) {
  for (Call& call : calls_)
    if (call.buffered) feed_buffered(context, call, memory_of);
}

void AggregateCalls::forget_buffered() {
  for (Call& call : calls_)
    if (call.buffered) call.buffered->rows->clear();
}

void AggregateCalls::feed_buffered(ExecutionContext& context, Call& call, const std::vector<char*>& memory_of) {
  RowSorter& sorter = *call.buffered->rows;
  sorter.finish(context);
  types::FunctionCall function = make_call(context, call);
  size_t columns = call.arguments.size();
  Chunk chunk, last;  // last: the last row of the chunk before
  auto same_arguments = [&](const Chunk& x, uint32_t a, uint32_t b) {
    if (x.columns[columns].value(a).as<int32_t>() != chunk.columns[columns].value(b).as<int32_t>()) return false;
    for (size_t k = 0; k < call.distinct.size(); ++k) {
      bool null_a = x.columns[k].is_null(a), null_b = chunk.columns[k].is_null(b);
      if (null_a != null_b) return false;
      if (!null_a && call.distinct[k]->compare(x.columns[k], a, chunk.columns[k], b) != 0) return false;
    }
    return true;
  };
  while (true) {
    sorter.read(chunk, common::kChunkRowsMax);
    if (chunk.rows == 0) break;
    context.check_interrupts();
    auto kept = std::make_shared<common::Selection>();
    std::vector<char*> states;
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      bool repeated = call.spec->distinct &&
                      (row > 0 ? same_arguments(chunk, row - 1, row) : last.rows > 0 && same_arguments(last, 0, row));
      if (repeated) continue;
      kept->push_back(row);
      auto number = static_cast<uint32_t>(chunk.columns[columns].view<int32_t>()[row]);
      states.push_back(memory_of[number] + call.offset);
    }
    if (!kept->empty()) {
      std::vector<Vector> arguments;
      for (size_t c = 0; c < columns; ++c)
        arguments.push_back(kept->size() == chunk.rows ? chunk.columns[c] : chunk.columns[c].slice(kept));
      call.code.update(function, arguments, static_cast<uint32_t>(kept->size()), states.data());
      raise_failure(function);
    }
    last = chunk;
    last.slice(std::make_shared<common::Selection>(common::Selection{chunk.rows - 1}));
  }
  if (call.spec->kind == 'h') add_hypothetical_rows(context, call, memory_of);
  sorter.clear();
}

// A hypothetical-set aggregate answers for an empty group too, from its direct arguments alone. Those are constants
// here: with GROUP BY a group without rows does not exist.
void AggregateCalls::add_hypothetical_rows(ExecutionContext& context, Call& call, const std::vector<char*>& memory_of) {
  if (memory_of.size() != 1 || call.buffered->rows->rows_added() != 0) return;
  Chunk none;
  none.rows = 1;
  size_t direct = call.spec->direct_arguments.size();
  std::vector<Vector> arguments;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    PhysicalType type = call.arguments[i]->physical();
    if (i >= direct) {
      arguments.push_back(Vector::constant(type, Value::null(type)));
      continue;
    }
    query::Rows rows(1);
    arguments.push_back(call.arguments[i]->evaluate(context.evaluation, none, rows));
    rows.raise();
  }
  types::FunctionCall function = make_call(context, call);
  function.empty_group = true;
  char* states[] = {memory_of[0] + call.offset};
  call.code.update(function, arguments, 1, states);
  raise_failure(function);
}

void AggregateCalls::finalize(ExecutionContext& context, const std::vector<char*>& groups, Chunk& out,
                              size_t first_column) {
  auto count = static_cast<uint32_t>(groups.size());
  std::vector<char*> states(count);
  for (size_t c = 0; c < calls_.size(); ++c) {
    Call& call = calls_[c];
    for (uint32_t i = 0; i < count; ++i) states[i] = groups[i] + call.offset;
    types::FunctionCall function = make_call(context, call);
    Vector& result = out.columns[first_column + c];
    result.reset(call.result, count);
    call.code.finalize(function, states.data(), count, result);
    raise_failure(function);
  }
}

}  // namespace basalt::executor
