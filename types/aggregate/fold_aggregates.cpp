// Aggregates that fold their input with a function of two arguments: bits, ranges.
#include <memory>

#include "types/aggregate/aggregate.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;

struct Folded {
  std::unique_ptr<Value> value;
  void merge(const Folded&) {}
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (!value) return false;
    result.set_value(row, *value);
    return true;
  }
};

Value apply(FunctionCall& call, const char* symbol, std::span<const Vector> arguments,
            std::span<const common::Oid> types) {
  ScalarKernel kernel = FunctionRegistry::instance().scalar(symbol);
  if (!kernel) throw common::not_supported(symbol);
  Vector out(common::PhysicalType::kString, 1);
  std::unique_ptr<CallState> state;
  FunctionCall inner;
  inner.context = call.context;
  inner.argument_types = types;
  inner.result_type = call.result_type;
  inner.collation = call.collation;
  inner.state = &state;
  kernel(inner, arguments, 1, out);
  if (inner.failed()) throw std::move(*inner.failure);
  return out.value(0);
}

struct Union {
  static constexpr const char* kConvert = nullptr;
  static constexpr const char* kFold = "multirange_union";
};
struct RangeUnion : Union {
  static constexpr const char* kConvert = "multirange_constructor1";
};
struct Intersect {
  static constexpr const char* kConvert = nullptr;
  static constexpr const char* kFold = "range_intersect";
};
struct MultirangeIntersect : Intersect {
  static constexpr const char* kFold = "multirange_intersect";
};
struct BitAnd : Intersect {
  static constexpr const char* kFold = "bitand";
};
struct BitOr : Intersect {
  static constexpr const char* kFold = "bitor";
};
struct BitXor : Intersect {
  static constexpr const char* kFold = "bitxor";
};

template <typename Rule>
void fold_value(FunctionCall& call, Folded& state, Value value) {
  using common::PhysicalType;
  const common::Oid types[] = {call.result_type, call.result_type};
  if (Rule::kConvert) {
    const Vector one[] = {Vector::constant(PhysicalType::kString, value)};
    value = apply(call, Rule::kConvert, std::span<const Vector>(one, 1), call.argument_types);
  }
  if (state.value) {
    const Vector both[] = {Vector::constant(PhysicalType::kString, *state.value),
                           Vector::constant(PhysicalType::kString, value)};
    value = apply(call, Rule::kFold, std::span<const Vector>(both, 2), types);
  }
  state.value = std::make_unique<Value>(std::move(value));
}

template <typename Rule>
AggregateCode fold(const FunctionCall&) {
  AggregateCode code = code_of<Folded>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    uint32_t row = 0;
    try {
      for (; row < rows; ++row) {
        if (arguments[0].is_null(row)) continue;
        fold_value<Rule>(call, state_at<Folded>(states[row]), arguments[0].value(row));
      }
    } catch (SqlError& error) {
      call.fail(row, std::move(error));
    }
  };
  return code;
}

}  // namespace

void register_fold_aggregates(FunctionRegistry& r) {
  r.add_aggregate("bit_and(bit)", fold<BitAnd>);
  r.add_aggregate("bit_or(bit)", fold<BitOr>);
  r.add_aggregate("bit_xor(bit)", fold<BitXor>);
  r.add_aggregate("range_agg(anyrange)", fold<RangeUnion>);
  r.add_aggregate("range_agg(anymultirange)", fold<Union>);
  r.add_aggregate("range_intersect_agg(anyrange)", fold<Intersect>);
  r.add_aggregate("range_intersect_agg(anymultirange)", fold<MultirangeIntersect>);
}

}  // namespace basalt::types
