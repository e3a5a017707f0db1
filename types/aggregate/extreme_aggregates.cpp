// min and max. Fixed-size types compare directly; all others through their type's operations. Among equal values the
// last one stays (the first one for bpchar), as PostgreSQL's transition functions have it.
#include "types/aggregate/aggregate.hpp"
#include "types/datetime/datetime.hpp"
#include "types/number/numeric.hpp"
#include "types/type_operations.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;
using common::Interval;
using common::TimeTz;

template <typename T>
int compare_fixed(const T& a, const T& b) {
  return compare_numbers(a, b);
}
template <>
int compare_fixed(const Interval& a, const Interval& b) {
  return compare_intervals(a, b);
}
template <>
int compare_fixed(const TimeTz& a, const TimeTz& b) {
  return compare_timetz(a, b);
}

template <typename T, bool Max>
struct Extreme {
  T value{};
  bool any = false;
  void add(const T& v) {
    if (any) {
      int c = compare_fixed(value, v);
      if (Max ? c > 0 : c < 0) return;
    }
    value = v;
    any = true;
  }
  void merge(const Extreme& o) {
    if (o.any) add(o.value);
  }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return any && put(result, row, value); }
};

template <typename T>
void add_fixed(FunctionRegistry& r, const std::string& type) {
  r.add_aggregate("min(" + type + ")", make_unary<Extreme<T, false>, T>);
  r.add_aggregate("max(" + type + ")", make_unary<Extreme<T, true>, T>);
}

// --- values of any size ----------------------------------------------------------------------------------------------
struct Held {
  std::unique_ptr<Value> value;  // null: none yet
  void merge(const Held&) {}
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (!value) return false;
    result.set_value(row, *value);
    return true;
  }
};

struct Operations : CallState {
  TypeOperationsPointer operations;
};

const TypeOperations& operations_of(FunctionCall& call) {
  return *call.state_or<Operations>([&call] {
                auto state = std::make_unique<Operations>();
                state->operations = type_operations(*call.context, call.argument_types[0], call.collation);
                return state;
              })
              .operations;
}

enum class Ties { kLast, kFirst };

template <bool Max, Ties OnTie>
bool replaces(const TypeOperations& operations, const Held& held, const Value& candidate) {
  if (!held.value) return true;
  int c = operations.compare(*held.value, candidate);
  if (c == 0) return OnTie == Ties::kLast;
  return Max ? c < 0 : c > 0;
}

template <bool Max, Ties OnTie = Ties::kLast>
AggregateCode held_extreme(const FunctionCall&) {
  AggregateCode code = code_of<Held>();
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    uint32_t row = 0;
    try {
      const TypeOperations& operations = operations_of(call);
      for (; row < rows; ++row) {
        if (arguments[0].is_null(row)) continue;
        Value candidate = arguments[0].value(row);
        Held& held = state_at<Held>(states[row]);
        if (replaces<Max, OnTie>(operations, held, candidate))
          held.value = std::make_unique<Value>(std::move(candidate));
      }
    } catch (SqlError& error) {
      call.fail(row, std::move(error));
    }
  };
  code.combine = [](FunctionCall& call, char* into, const char* from) {
    const Held& candidate = state_at<Held>(from);
    Held& held = state_at<Held>(into);
    if (candidate.value && replaces<Max, OnTie>(operations_of(call), held, *candidate.value)) {
      held.value = std::make_unique<Value>(*candidate.value);
    }
  };
  code.extra_bytes = [](const char* state) {
    const Held& held = state_at<Held>(state);
    if (!held.value) return size_t{0};
    return sizeof(Value) + (held.value->type() == common::PhysicalType::kString ? held.value->string().size() : 0);
  };
  return code;
}

// numeric compares without TypeOperations, and without a copy for values that lose.
template <bool Max>
AggregateCode numeric_extreme(const FunctionCall&) {
  struct State {
    std::string value;
    void merge(const State& o) {
      if (!o.value.empty()) add(StringRef(std::string_view(o.value)));
    }
    void add(const StringRef& v) {
      if (!value.empty()) {
        int c = numeric::compare(StringRef(std::string_view(value)), v);
        if (Max ? c > 0 : c < 0) return;
      }
      value.assign(v.data(), v.size());
    }
    bool finish(FunctionCall&, uint32_t row, Vector& result) const { return !value.empty() && put(result, row, value); }
  };
  AggregateCode code = unary<State, StringRef>();
  code.serialize = [](const char* state, std::string& out) { out += state_at<State>(state).value; };
  code.deserialize = [](FunctionCall&, char* state, std::string_view bytes) { new (state) State{std::string(bytes)}; };
  return code;
}

}  // namespace

void register_extreme_aggregates(FunctionRegistry& r) {
  add_fixed<int16_t>(r, "int2");
  add_fixed<int32_t>(r, "int4");
  add_fixed<int64_t>(r, "int8");
  add_fixed<float>(r, "float4");
  add_fixed<double>(r, "float8");
  add_fixed<uint32_t>(r, "oid");
  add_fixed<int32_t>(r, "date");
  add_fixed<int64_t>(r, "time");
  add_fixed<int64_t>(r, "timestamp");
  add_fixed<int64_t>(r, "timestamptz");
  add_fixed<int64_t>(r, "money");
  add_fixed<uint64_t>(r, "tid");
  add_fixed<uint64_t>(r, "xid8");
  add_fixed<uint64_t>(r, "pg_lsn");
  add_fixed<Interval>(r, "interval");
  add_fixed<TimeTz>(r, "timetz");
  r.add_aggregate("min(numeric)", numeric_extreme<false>);
  r.add_aggregate("max(numeric)", numeric_extreme<true>);
  r.add_aggregate("min(bpchar)", held_extreme<false, Ties::kFirst>);
  r.add_aggregate("max(bpchar)", held_extreme<true, Ties::kFirst>);
  for (const char* type : {"text", "anyarray", "anyenum", "inet"}) {
    r.add_aggregate("min(" + std::string(type) + ")", held_extreme<false>);
    r.add_aggregate("max(" + std::string(type) + ")", held_extreme<true>);
  }
}

}  // namespace basalt::types
