// Turns a plain C++ function of one row into a ScalarKernel:
//
//   int32_t int4pl(int32_t a, int32_t b);                    registry.add_scalar("int4pl", scalar<int4pl>());
//   std::string numeric_out(FunctionCall&, std::string_view) registry.add_scalar("numeric_out", scalar<numeric_out>());
//
// Parameters: bool, int16_t, int32_t, uint32_t, int64_t, float, double, Fixed16, Interval, TimeTz, std::string_view, or
// std::optional of these (then NULL reaches the function; all other parameters make the result NULL). An optional first
// parameter FunctionCall&. Results: the same types, std::string, or std::optional of them (nullopt is NULL). A thrown
// SqlError becomes the report of its row.
//
// A function that takes a variable number of arguments, or needs vectors, is written as a kernel directly.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "types/function.hpp"

namespace basalt::types {

namespace adaptor {

using common::StringRef;

template <typename T>
struct Stored {
  using type = T;
};
template <>
struct Stored<std::string_view> {
  using type = StringRef;
};
template <>
struct Stored<std::string> {
  using type = StringRef;
};

template <typename T>
struct Parameter {
  using value = T;
  static constexpr bool nullable = false;
};
template <typename T>
struct Parameter<std::optional<T>> {
  using value = T;
  static constexpr bool nullable = true;
};

template <typename P>
struct Argument {
  using Param = Parameter<std::remove_cvref_t<P>>;
  using T = typename Param::value;
  using S = typename Stored<T>::type;
  common::VectorView<S> view;
  explicit Argument(const Vector& v) : view(v.view<S>()) {}
  bool blocks(uint32_t row) const {
    if constexpr (Param::nullable)
      return false;
    else
      return view.is_null(row);
  }
  static T read(const S& s) {
    if constexpr (std::is_same_v<S, StringRef>)
      return s.view();
    else
      return s;
  }
  std::remove_cvref_t<P> get(uint32_t row) const {
    if constexpr (Param::nullable) {
      if (view.is_null(row)) return std::nullopt;
    }
    return read(view[row]);
  }
};

template <typename R>
void store(Vector& result, uint32_t row, const R& value) {
  if constexpr (std::is_convertible_v<const R&, std::string_view>) {
    result.data<StringRef>()[row] = result.add_string(value);
  } else {
    result.data<R>()[row] = value;
  }
}

template <typename R>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <auto Function, bool WithCall, typename R, typename... Ps, size_t... I>
void run(FunctionCall& call, [[maybe_unused]] std::span<const Vector> arguments, uint32_t rows, Vector& result,
         std::index_sequence<I...>) {
  std::tuple<Argument<Ps>...> views{Argument<Ps>(arguments[I])...};
  bool all_constant = sizeof...(Ps) > 0 && (... && arguments[I].is_constant());
  uint32_t count = all_constant && rows > 0 ? 1 : rows;
  uint32_t row = 0;
  try {
    for (; row < count; ++row) {
      if ((... || std::get<I>(views).blocks(row))) {
        result.set_null(row);
        continue;
      }
      auto compute = [&] {
        if constexpr (WithCall)
          return Function(call, std::get<I>(views).get(row)...);
        else
          return Function(std::get<I>(views).get(row)...);
      };
      if constexpr (IsOptional<R>::value) {
        auto value = compute();
        if (value)
          store(result, row, *value);
        else
          result.set_null(row);
      } else {
        store(result, row, compute());
      }
    }
  } catch (common::SqlError& error) {
    call.fail(row, std::move(error));
    return;
  }
  if (all_constant && rows > 0) result.make_constant();
}

template <auto Function, typename F>
struct Kernel;
template <auto Function, typename R, typename... Ps>
struct Kernel<Function, R (*)(Ps...)> {
  static void call(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
    run<Function, false, R, Ps...>(call, arguments, rows, result, std::index_sequence_for<Ps...>{});
  }
};
template <auto Function, typename R, typename... Ps>
struct Kernel<Function, R (*)(FunctionCall&, Ps...)> {
  static void call(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
    run<Function, true, R, Ps...>(call, arguments, rows, result, std::index_sequence_for<Ps...>{});
  }
};

}  // namespace adaptor

template <auto Function>
constexpr ScalarKernel scalar() {
  return &adaptor::Kernel<Function, decltype(+Function)>::call;
}

}  // namespace basalt::types
