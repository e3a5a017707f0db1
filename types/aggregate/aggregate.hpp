// Building blocks of aggregates, and the parts of register_aggregate().
//
// A state is a C++ class in the memory that the executor gives (aligned to 8 bytes). It has
//
//   void add(const T& value)                         one non-NULL input; may throw SqlError
//   void merge(const State& other)                   the state of other rows
//   bool finish(FunctionCall&, uint32_t row, Vector& result) const    false: NULL
//   void remove(const T& value)                      optional: moving aggregate
//
// Ordered-set aggregates (mode, percentile_*) and hypothetical-set ones (rank, ...) are called with the direct
// arguments first (the same value in every row) and the aggregated ones after them; the rows arrive in WITHIN GROUP's
// order, rows with a NULL in a sorted column included. FunctionCall::ordering says what the order is. mode's call has
// no direct argument. A state has seen no row where the group is empty: the result is then NULL, or what a
// hypothetical-set aggregate answers for an empty group, for which the executor passes its direct arguments in a call
// of update() with every aggregated argument NULL and FunctionCall::empty_group set.
#pragma once

#include <new>
#include <type_traits>

#include "types/function.hpp"
#include "types/number/arithmetic.hpp"

namespace basalt::types {

using common::StringRef;
using Int128 = common::int128 __attribute__((aligned(8)));

namespace aggregate {

template <typename State>
State& state_at(char* state) {
  return *std::launder(reinterpret_cast<State*>(state));
}
template <typename State>
const State& state_at(const char* state) {
  return *std::launder(reinterpret_cast<const State*>(state));
}

// initialize, destroy, combine, finalize; and serialize for states that are plain bytes.
template <typename State>
AggregateCode code_of() {
  static_assert(alignof(State) <= 8);
  AggregateCode code;
  code.state_bytes = sizeof(State);
  code.initialize = [](FunctionCall&, char* state) { new (state) State(); };
  if constexpr (!std::is_trivially_destructible_v<State>) {
    code.destroy = [](char* state) { state_at<State>(state).~State(); };
  }
  code.combine = [](FunctionCall& call, char* into, const char* from) {
    try {
      state_at<State>(into).merge(state_at<State>(from));
    } catch (SqlError& error) {
      call.fail(0, std::move(error));
    }
  };
  code.finalize = [](FunctionCall& call, char* const* states, uint32_t count, Vector& result) {
    uint32_t row = 0;
    try {
      for (; row < count; ++row) {
        if (!state_at<State>(states[row]).finish(call, row, result)) result.set_null(row);
      }
    } catch (SqlError& error) {
      call.fail(row, std::move(error));
    }
  };
  if constexpr (std::is_trivially_copyable_v<State>) {
    code.serialize = [](const char* state, std::string& out) { out.append(state, sizeof(State)); };
    code.deserialize = [](FunctionCall&, char* state, std::string_view bytes) {
      std::memcpy(state, bytes.data(), sizeof(State));
    };
  }
  return code;
}

template <typename State, typename T>
void update_one(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
  auto view = arguments[0].view<T>();
  uint32_t row = 0;
  try {
    for (; row < rows; ++row) {
      if (!view.is_null(row)) state_at<State>(states[row]).add(view[row]);
    }
  } catch (SqlError& error) {
    call.fail(row, std::move(error));
  }
}

template <typename State, typename T>
void remove_one(FunctionCall&, std::span<const Vector> arguments, uint32_t row, char* state) {
  auto view = arguments[0].view<T>();
  if (!view.is_null(row)) state_at<State>(state).remove(view[row]);
}

// An aggregate of one argument of type T that skips NULL.
template <typename State, typename T>
AggregateCode unary() {
  AggregateCode code = code_of<State>();
  code.update = update_one<State, T>;
  if constexpr (requires(State & s, const T& v) { s.remove(v); }) code.inverse = remove_one<State, T>;
  return code;
}
template <typename State, typename T>
AggregateCode make_unary(const FunctionCall&) {
  return unary<State, T>();
}

template <typename T>
bool put(Vector& result, uint32_t row, const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    result.data<StringRef>()[row] = result.add_string(value);
  } else {
    result.data<T>()[row] = value;
  }
  return true;
}

}  // namespace aggregate

void register_number_aggregates(FunctionRegistry& registry);
void register_statistic_aggregates(FunctionRegistry& registry);
void register_extreme_aggregates(FunctionRegistry& registry);
void register_collecting_aggregates(FunctionRegistry& registry);
void register_ordered_aggregates(FunctionRegistry& registry);
void register_fold_aggregates(FunctionRegistry& registry);

}  // namespace basalt::types
