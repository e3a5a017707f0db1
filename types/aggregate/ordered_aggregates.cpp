// Ordered-set aggregates (mode, percentile_cont, percentile_disc) and hypothetical-set ones (rank, dense_rank,
// percent_rank, cume_dist). Their input is sorted; aggregate.hpp has the convention.
#include <memory>

#include "types/aggregate/aggregate.hpp"
#include "types/container/array.hpp"
#include "types/type_operations.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;
using common::Interval;
using common::PhysicalType;

struct Operations : CallState {
  std::vector<TypeOperationsPointer> columns;
};
const std::vector<TypeOperationsPointer>& operations_of(FunctionCall& call, size_t first, size_t count) {
  return call
      .state_or<Operations>([&] {
        auto state = std::make_unique<Operations>();
        for (size_t i = first; i < first + count; ++i) {
          state->columns.push_back(type_operations(*call.context, call.argument_types[i], call.collation));
        }
        return state;
      })
      .columns;
}

template <typename Body>
void each_row(FunctionCall& call, uint32_t rows, Body body) {
  uint32_t row = 0;
  try {
    for (; row < rows; ++row) body(row);
  } catch (SqlError& error) {
    call.fail(row, std::move(error));
  }
}

// --- mode ------------------------------------------------------------------------------------------------------------
struct Mode {
  std::unique_ptr<Value> best, current;
  int64_t best_count = 0, current_count = 0;
  void merge(const Mode&) { UNREACHABLE("mode() was combined"); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    const std::unique_ptr<Value>& chosen = current_count > best_count ? current : best;
    if (!chosen) return false;
    result.set_value(row, *chosen);
    return true;
  }
};

AggregateCode mode(const FunctionCall&) {
  AggregateCode code = code_of<Mode>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) {
      if (arguments[0].is_null(row)) return;
      Mode& state = state_at<Mode>(states[row]);
      Value value = arguments[0].value(row);
      if (state.current && operations_of(call, 0, 1)[0]->compare(*state.current, value) == 0) {
        ++state.current_count;
        return;
      }
      if (state.current_count > state.best_count) {
        state.best = std::move(state.current);
        state.best_count = state.current_count;
      }
      state.current = std::make_unique<Value>(std::move(value));
      state.current_count = 1;
    });
  };
  return code;
}

// --- percentiles -----------------------------------------------------------------------------------------------------
struct Sorted {
  std::unique_ptr<Value> fraction;
  std::vector<std::unique_ptr<Value>> values;  // without NULL
  size_t bytes = 0;
  void merge(const Sorted&) { UNREACHABLE("a percentile was combined"); }
};

void check_fraction(double p) {
  if (p >= 0 && p <= 1) return;
  char text[96];
  snprintf(text, sizeof text, "percentile value %g is not between 0 and 1", p);
  throw SqlError(sqlstate::kNumericValueOutOfRange, text);
}

// Row of percentile_disc, from 0.
size_t discrete_row(double p, size_t n) {
  double row = std::ceil(p * static_cast<double>(n));
  return row < 1 ? 0 : static_cast<size_t>(row) - 1;
}

Value interpolate(const Value& low, const Value& high, double share) {
  if (low.type() == PhysicalType::kFloat64) {
    double a = low.as<double>(), b = high.as<double>();
    return Value::of(a + share * (b - a));
  }
  // low + (high - low) * share, by the interval functions
  auto compute = [](const char* symbol, const Value& x, const Value& y) {
    Vector out(PhysicalType::kFixed16, 1);
    const Vector arguments[] = {Vector::constant(x.type(), x), Vector::constant(y.type(), y)};
    FunctionCall call;
    FunctionRegistry::instance().scalar(symbol)(call, std::span<const Vector>(arguments, 2), 1, out);
    if (call.failed()) throw std::move(*call.failure);
    return Value::of(out.data<Interval>()[0]);
  };
  Value difference = compute("interval_mi", high, low);
  return compute("interval_pl", low, compute("interval_mul", difference, Value::of(share)));
}

enum class Percentile { kContinuous, kDiscrete };

template <Percentile Kind>
Value percentile(const Sorted& state, double p) {
  size_t n = state.values.size();
  if constexpr (Kind == Percentile::kDiscrete) return *state.values[discrete_row(p, n)];
  double position = p * static_cast<double>(n - 1);
  size_t first = static_cast<size_t>(std::floor(position)), second = static_cast<size_t>(std::ceil(position));
  if (first == second) return *state.values[first];
  return interpolate(*state.values[first], *state.values[second], position - static_cast<double>(first));
}

template <Percentile Kind>
struct OnePercentile : Sorted {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (!fraction || fraction->is_null()) return false;
    double p = fraction->as<double>();
    check_fraction(p);
    if (values.empty()) return false;
    result.set_value(row, percentile<Kind>(*this, p));
    return true;
  }
};

template <Percentile Kind>
struct ManyPercentiles : Sorted {
  bool finish(FunctionCall& call, uint32_t row, Vector& result) const {
    if (!fraction || fraction->is_null() || values.empty()) return false;
    ArrayView fractions(fraction->string());
    ArrayBuilder builder(call.argument_types[1], values[0]->type());
    for (uint32_t i = 0; i < fractions.size(); ++i) {
      if (fractions.is_null(i)) {
        builder.append_null();
        continue;
      }
      double p = fractions.get<double>(i);
      check_fraction(p);
      builder.append(percentile<Kind>(*this, p));
    }
    std::vector<ArrayDimension> shape = fractions.shape();
    return put(result, row, builder.finish(shape));
  }
};

template <typename State>
AggregateCode percentile_code(const FunctionCall&) {
  AggregateCode code = code_of<State>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) {
      State& state = state_at<State>(states[row]);
      if (!state.fraction) state.fraction = std::make_unique<Value>(arguments[0].value(row));
      if (arguments[1].is_null(row)) return;
      state.values.push_back(std::make_unique<Value>(arguments[1].value(row)));
      const Value& value = *state.values.back();
      state.bytes += sizeof(Value) + 16 + (value.type() == PhysicalType::kString ? value.string().size() : 0);
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<State>(state).bytes; };
  return code;
}

// --- hypothetical sets -----------------------------------------------------------------------------------------------
struct Ranks {
  int64_t rows = 0;      // of the group
  int64_t before = 0;    // rows sorted before the hypothetical one
  int64_t peers = 0;     // rows equal to it
  int64_t distinct = 0;  // distinct rows before it
  std::vector<std::unique_ptr<Value>> last;
  void merge(const Ranks&) { UNREACHABLE("a hypothetical-set aggregate was combined"); }
};

int compare_ordered(const TypeOperations& operations, const Value& a, const Value& b, const SortDirection& direction) {
  if (a.is_null() || b.is_null()) {
    if (a.is_null() && b.is_null()) return 0;
    return a.is_null() == direction.nulls_first ? -1 : 1;
  }
  int c = operations.compare(a, b);
  return direction.descending ? -c : c;
}

void add_ranked_row(FunctionCall& call, std::span<const Vector> arguments, uint32_t row, Ranks& state) {
  if (call.empty_group) return;
  size_t columns = arguments.size() / 2;
  const auto& operations = operations_of(call, columns, columns);
  ++state.rows;
  int against = 0;
  bool same_as_last = state.last.size() == columns;
  for (size_t i = 0; i < columns; ++i) {
    SortDirection direction = i < call.ordering.size() ? call.ordering[i] : SortDirection{};
    Value value = arguments[columns + i].value(row);
    if (against == 0) against = compare_ordered(*operations[i], value, arguments[i].value(row), direction);
    if (same_as_last) same_as_last = compare_ordered(*operations[i], value, *state.last[i], direction) == 0;
  }
  if (against == 0) ++state.peers;
  if (against >= 0) return;
  ++state.before;
  if (same_as_last) return;
  ++state.distinct;
  state.last.clear();
  for (size_t i = 0; i < columns; ++i) state.last.push_back(std::make_unique<Value>(arguments[columns + i].value(row)));
}

struct Rank : Ranks {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return put(result, row, before + 1); }
};
struct DenseRank : Ranks {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return put(result, row, distinct + 1); }
};
struct PercentRank : Ranks {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return put(result, row, rows == 0 ? 0.0 : static_cast<double>(before) / static_cast<double>(rows));
  }
};
struct CumulativeDistribution : Ranks {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return put(result, row, static_cast<double>(before + peers + 1) / static_cast<double>(rows + 1));
  }
};

template <typename State>
AggregateCode ranks(const FunctionCall&) {
  AggregateCode code = code_of<State>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) { add_ranked_row(call, arguments, row, state_at<State>(states[row])); });
  };
  return code;
}

}  // namespace

void register_ordered_aggregates(FunctionRegistry& r) {
  using enum Percentile;
  r.add_aggregate("mode(anyelement)", mode);
  r.add_aggregate("percentile_cont(float8,float8)", percentile_code<OnePercentile<kContinuous>>);
  r.add_aggregate("percentile_cont(float8,interval)", percentile_code<OnePercentile<kContinuous>>);
  r.add_aggregate("percentile_cont(_float8,float8)", percentile_code<ManyPercentiles<kContinuous>>);
  r.add_aggregate("percentile_cont(_float8,interval)", percentile_code<ManyPercentiles<kContinuous>>);
  r.add_aggregate("percentile_disc(float8,anyelement)", percentile_code<OnePercentile<kDiscrete>>);
  r.add_aggregate("percentile_disc(_float8,anyelement)", percentile_code<ManyPercentiles<kDiscrete>>);
  r.add_aggregate("rank(any)", ranks<Rank>);
  r.add_aggregate("dense_rank(any)", ranks<DenseRank>);
  r.add_aggregate("percent_rank(any)", ranks<PercentRank>);
  r.add_aggregate("cume_dist(any)", ranks<CumulativeDistribution>);
}

}  // namespace basalt::types
