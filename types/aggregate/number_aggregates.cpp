// count, sum, avg, bool_and/or, bit_and/or/xor.
#include "types/aggregate/numeric_sum.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;
using common::int128;
using common::Interval;

// --- count -----------------------------------------------------------------------------------------------------------
struct Count {
  int64_t count = 0;
  void merge(const Count& other) { count += other.count; }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return put(result, row, count); }
};

AggregateCode count_all(const FunctionCall&) {
  AggregateCode code = code_of<Count>();
  code.update = [](FunctionCall&, std::span<const Vector>, uint32_t rows, char* const* states) {
    for (uint32_t row = 0; row < rows; ++row) ++state_at<Count>(states[row]).count;
  };
  code.inverse = [](FunctionCall&, std::span<const Vector>, uint32_t, char* state) { --state_at<Count>(state).count; };
  return code;
}

AggregateCode count_values(const FunctionCall&) {
  AggregateCode code = code_of<Count>();
  code.update = [](FunctionCall&, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    for (uint32_t row = 0; row < rows; ++row) state_at<Count>(states[row]).count += !arguments[0].is_null(row);
  };
  code.inverse = [](FunctionCall&, std::span<const Vector> arguments, uint32_t row, char* state) {
    state_at<Count>(state).count -= !arguments[0].is_null(row);
  };
  return code;
}

// --- sums of integers ------------------------------------------------------------------------------------------------
// sum(int2), sum(int4): bigint.
template <typename T>
struct SmallSum {
  int64_t count = 0, sum = 0;
  void add_sum(int64_t v) {
    if (__builtin_add_overflow(sum, v, &sum)) throw_integer_range<int64_t>();
  }
  void add(const T& v) { ++count, add_sum(v); }
  void remove(const T& v) { --count, sum -= v; }
  void merge(const SmallSum& other) { count += other.count, add_sum(other.sum); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return count > 0 && put(result, row, sum); }
};

// Sums in int128 cannot overflow: a count of rows fits 63 bits.
template <typename T>
struct WideSum {
  int64_t count = 0;
  Int128 sum = 0;
  void add(const T& v) { ++count, sum += v; }
  void remove(const T& v) { --count, sum -= v; }
  void merge(const WideSum& other) { count += other.count, sum += other.sum; }
};
template <typename T>
struct BigintSum : WideSum<T> {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return this->count > 0 && put(result, row, numeric::from_int128(this->sum));
  }
};
template <typename T>
struct IntegerAverage : WideSum<T> {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (this->count == 0) return false;
    return put(result, row, numeric::divide(numeric::from_int128(this->sum), numeric::from_int64(this->count)));
  }
};

// --- sums of numerics ------------------------------------------------------------------------------------------------
struct NumericTotal {
  int64_t count = 0;  // finite values
  int64_t nan_count = 0, plus_count = 0, minus_count = 0;
  NumericSum sum;

  int64_t total_count() const { return count + nan_count + plus_count + minus_count; }
  void add(const StringRef& v) {
    if (numeric::is_inline(v)) [[likely]] {
      numeric::Inline value = numeric::read_inline(v);
      ++count;
      sum.add(value.unscaled, value.scale);
    } else if (numeric::is_special(v.view())) {
      ++(numeric::is_nan(v.view()) ? nan_count : numeric::sign(v.view()) > 0 ? plus_count : minus_count);
    } else {
      ++count;
      sum.add(numeric::decode(v.view()));
    }
  }
  void merge(const NumericTotal& other) {
    count += other.count, nan_count += other.nan_count;
    plus_count += other.plus_count, minus_count += other.minus_count;
    sum.merge(other.sum);
  }
  // NaN or an infinity decides; false: the sum is finite.
  bool special(std::string& out) const {
    if (nan_count > 0 || (plus_count > 0 && minus_count > 0))
      out = numeric::nan();
    else if (plus_count > 0 || minus_count > 0)
      out = numeric::infinity(minus_count > 0);
    return !out.empty();
  }
  void serialize(std::string& out) const {
    for (int64_t v : {count, nan_count, plus_count, minus_count})
      out.append(reinterpret_cast<const char*>(&v), sizeof v);
    sum.serialize(out);
  }
  void deserialize(std::string_view bytes) {
    for (int64_t* v : {&count, &nan_count, &plus_count, &minus_count}) {
      std::memcpy(v, bytes.data(), sizeof *v);
      bytes.remove_prefix(sizeof *v);
    }
    sum.deserialize(bytes);
  }
};
struct NumericTotalSum : NumericTotal {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    std::string out;
    if (total_count() == 0) return false;
    if (!special(out)) out = numeric::encode(sum.total());
    return put(result, row, out);
  }
};
struct NumericAverage : NumericTotal {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    std::string out;
    if (total_count() == 0) return false;
    if (!special(out)) out = numeric::divide(numeric::encode(sum.total()), numeric::from_int64(count));
    return put(result, row, out);
  }
};
template <typename State>
AggregateCode numeric_aggregate(const FunctionCall&) {
  AggregateCode code = unary<State, StringRef>();
  code.serialize = [](const char* state, std::string& out) { state_at<State>(state).serialize(out); };
  code.deserialize = [](FunctionCall&, char* state, std::string_view bytes) {
    new (state) State();
    state_at<State>(state).deserialize(bytes);
  };
  return code;
}

// --- sums of floats, money, intervals --------------------------------------------------------------------------------
template <typename T>
struct FloatSum {
  T sum = 0;
  bool any = false;
  void add(const T& v) {
    if (!any) {
      sum = v;
      any = true;
      return;
    }
    T r = sum + v;
    if (std::isinf(r) && !std::isinf(sum) && !std::isinf(v)) throw_float_overflow();
    sum = r;
  }
  void merge(const FloatSum& other) {
    if (other.any) add(other.sum);
  }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return any && put(result, row, sum); }
};

struct MoneySum {
  int64_t count = 0, sum = 0;
  void add(const int64_t& v) {
    ++count;
    if (__builtin_add_overflow(sum, v, &sum)) throw SqlError(sqlstate::kNumericValueOutOfRange, "money out of range");
  }
  void remove(const int64_t& v) { --count, sum -= v; }
  void merge(const MoneySum& other) {
    if (other.count == 0) return;
    add(other.sum);
    count += other.count - 1;
  }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return count > 0 && put(result, row, sum); }
};

struct IntervalSum {
  int64_t count = 0;
  Interval sum{0, 0, 0};
  void add_sum(const Interval& v) {
    if (__builtin_add_overflow(sum.months, v.months, &sum.months) ||
        __builtin_add_overflow(sum.days, v.days, &sum.days) ||
        __builtin_add_overflow(sum.microseconds, v.microseconds, &sum.microseconds)) {
      throw SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range");
    }
  }
  void add(const Interval& v) { ++count, add_sum(v); }
  void remove(const Interval& v) {
    --count;
    sum.months -= v.months, sum.days -= v.days, sum.microseconds -= v.microseconds;
  }
  void merge(const IntervalSum& other) { count += other.count, add_sum(other.sum); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return count > 0 && put(result, row, sum); }
};
struct IntervalAverage : IntervalSum {
  bool finish(FunctionCall& call, uint32_t row, Vector& result) const {
    if (count == 0) return false;
    // interval_div has the rules of what becomes of fractions of months and days.
    Vector sum_vector = Vector::constant(common::PhysicalType::kFixed16, Value::of(sum));
    Vector count_vector = Vector::constant(common::PhysicalType::kFloat64, Value::of(static_cast<double>(count)));
    Vector quotient(common::PhysicalType::kFixed16, 1);
    const Vector arguments[] = {sum_vector, count_vector};
    FunctionCall divide;
    divide.context = call.context;
    FunctionRegistry::instance().scalar("interval_div")(divide, std::span<const Vector>(arguments, 2), 1, quotient);
    if (divide.failed()) throw std::move(*divide.failure);
    return put(result, row, quotient.data<Interval>()[0]);
  }
};

// --- booleans and bits -----------------------------------------------------------------------------------------------
struct BoolCount {
  int64_t count = 0, true_count = 0;
  void add(const bool& v) { ++count, true_count += v; }
  void remove(const bool& v) { --count, true_count -= v; }
  void merge(const BoolCount& other) { count += other.count, true_count += other.true_count; }
};
struct AllTrue : BoolCount {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return count > 0 && put(result, row, count == true_count);
  }
};
struct AnyTrue : BoolCount {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return count > 0 && put(result, row, true_count > 0);
  }
};

enum class BitOperation { kAnd, kOr, kXor };
template <typename T, BitOperation Op>
struct BitFold {
  T bits = Op == BitOperation::kAnd ? static_cast<T>(-1) : T{0};
  bool any = false;
  void add(const T& v) {
    any = true;
    if constexpr (Op == BitOperation::kAnd)
      bits = static_cast<T>(bits & v);
    else if constexpr (Op == BitOperation::kOr)
      bits = static_cast<T>(bits | v);
    else
      bits = static_cast<T>(bits ^ v);
  }
  void merge(const BitFold& other) {
    if (other.any) add(other.bits);
  }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return any && put(result, row, bits); }
};

template <typename T>
void add_bits(FunctionRegistry& r, const std::string& type) {
  r.add_aggregate("bit_and(" + type + ")", make_unary<BitFold<T, BitOperation::kAnd>, T>);
  r.add_aggregate("bit_or(" + type + ")", make_unary<BitFold<T, BitOperation::kOr>, T>);
  r.add_aggregate("bit_xor(" + type + ")", make_unary<BitFold<T, BitOperation::kXor>, T>);
}

}  // namespace

void register_number_aggregates(FunctionRegistry& r) {
  r.add_aggregate("count()", count_all);
  r.add_aggregate("count(any)", count_values);
  r.add_aggregate("sum(int2)", make_unary<SmallSum<int16_t>, int16_t>);
  r.add_aggregate("sum(int4)", make_unary<SmallSum<int32_t>, int32_t>);
  r.add_aggregate("sum(int8)", make_unary<BigintSum<int64_t>, int64_t>);
  r.add_aggregate("avg(int2)", make_unary<IntegerAverage<int16_t>, int16_t>);
  r.add_aggregate("avg(int4)", make_unary<IntegerAverage<int32_t>, int32_t>);
  r.add_aggregate("avg(int8)", make_unary<IntegerAverage<int64_t>, int64_t>);
  r.add_aggregate("sum(numeric)", numeric_aggregate<NumericTotalSum>);
  r.add_aggregate("avg(numeric)", numeric_aggregate<NumericAverage>);
  r.add_aggregate("sum(float4)", make_unary<FloatSum<float>, float>);
  r.add_aggregate("sum(float8)", make_unary<FloatSum<double>, double>);
  r.add_aggregate("sum(money)", make_unary<MoneySum, int64_t>);
  r.add_aggregate("sum(interval)", make_unary<IntervalSum, Interval>);
  r.add_aggregate("avg(interval)", make_unary<IntervalAverage, Interval>);
  r.add_aggregate("bool_and(bool)", make_unary<AllTrue, bool>);
  r.add_aggregate("every(bool)", make_unary<AllTrue, bool>);
  r.add_aggregate("bool_or(bool)", make_unary<AnyTrue, bool>);
  add_bits<int16_t>(r, "int2");
  add_bits<int32_t>(r, "int4");
  add_bits<int64_t>(r, "int8");
}

}  // namespace basalt::types
