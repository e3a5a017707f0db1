// float4 and float8: operators, casts, I/O, hashes.
#include <bit>

#include "types/function_adaptor.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/number.hpp"

namespace basalt::types {

namespace {

template <typename A, typename B>
bool eq(A a, B b) {
  return compare_numbers<double, double>(a, b) == 0;
}
template <typename A, typename B>
bool ne(A a, B b) {
  return compare_numbers<double, double>(a, b) != 0;
}
template <typename A, typename B>
bool lt(A a, B b) {
  return compare_numbers<double, double>(a, b) < 0;
}
template <typename A, typename B>
bool le(A a, B b) {
  return compare_numbers<double, double>(a, b) <= 0;
}
template <typename A, typename B>
bool gt(A a, B b) {
  return compare_numbers<double, double>(a, b) > 0;
}
template <typename A, typename B>
bool ge(A a, B b) {
  return compare_numbers<double, double>(a, b) >= 0;
}
template <typename A, typename B>
int32_t cmp(A a, B b) {
  return compare_numbers<double, double>(a, b);
}

template <typename A, typename B>
using Wider = std::conditional_t<(sizeof(A) >= sizeof(B)), A, B>;

template <typename A, typename B>
Wider<A, B> plus(A a, B b) {
  auto r = static_cast<Wider<A, B>>(a) + static_cast<Wider<A, B>>(b);
  if (std::isinf(r) && !std::isinf(a) && !std::isinf(b)) throw_float_overflow();
  return r;
}
template <typename A, typename B>
Wider<A, B> minus(A a, B b) {
  auto r = static_cast<Wider<A, B>>(a) - static_cast<Wider<A, B>>(b);
  if (std::isinf(r) && !std::isinf(a) && !std::isinf(b)) throw_float_overflow();
  return r;
}
template <typename A, typename B>
Wider<A, B> times(A a, B b) {
  auto r = static_cast<Wider<A, B>>(a) * static_cast<Wider<A, B>>(b);
  if (std::isinf(r) && !std::isinf(a) && !std::isinf(b)) throw_float_overflow();
  if (r == 0 && a != 0 && b != 0) throw_float_underflow();
  return r;
}
template <typename A, typename B>
Wider<A, B> divide(A a, B b) {
  if (b == 0 && !std::isnan(a)) throw_division_by_zero();
  auto r = static_cast<Wider<A, B>>(a) / static_cast<Wider<A, B>>(b);
  if (std::isinf(r) && !std::isinf(a)) throw_float_overflow();
  if (r == 0 && a != 0 && !std::isinf(b)) throw_float_underflow();
  return r;
}

template <typename A, typename B>
void add_operators(FunctionRegistry& r, const std::string& p) {
  r.add_scalar(p + "eq", scalar<eq<A, B>>());
  r.add_scalar(p + "ne", scalar<ne<A, B>>());
  r.add_scalar(p + "lt", scalar<lt<A, B>>());
  r.add_scalar(p + "le", scalar<le<A, B>>());
  r.add_scalar(p + "gt", scalar<gt<A, B>>());
  r.add_scalar(p + "ge", scalar<ge<A, B>>());
  r.add_scalar("bt" + p + "cmp", scalar<cmp<A, B>>());
  r.add_scalar(p + "pl", scalar<plus<A, B>>());
  r.add_scalar(p + "mi", scalar<minus<A, B>>());
  r.add_scalar(p + "mul", scalar<times<A, B>>());
  r.add_scalar(p + "div", scalar<divide<A, B>>());
}

template <typename T>
T negate(T a) {
  return -a;
}
template <typename T>
T same(T a) {
  return a;
}
template <typename T>
T absolute(T a) {
  return std::fabs(a);
}
template <typename T>
T larger(T a, T b) {
  return compare_numbers(a, b) > 0 ? a : b;
}
template <typename T>
T smaller(T a, T b) {
  return compare_numbers(a, b) < 0 ? a : b;
}

template <typename T>
void add_one_type(FunctionRegistry& r, const std::string& p) {
  add_operators<T, T>(r, p);
  r.add_scalar(p + "um", scalar<negate<T>>());
  r.add_scalar(p + "up", scalar<same<T>>());
  r.add_scalar(p + "abs", scalar<absolute<T>>());
  r.add_scalar(p + "larger", scalar<larger<T>>());
  r.add_scalar(p + "smaller", scalar<smaller<T>>());
  r.add_internal("bt" + p + "sortsupport");
}

// --- I/O -------------------------------------------------------------------------------------------------------------
double input8(std::string_view text) { return parse_float64(text); }
float input4(std::string_view text) { return parse_float32(text); }
std::string output8(FunctionCall& call, double a) {
  return format_float64(a, call.context->settings().extra_float_digits);
}
std::string output4(FunctionCall& call, float a) {
  return format_float32(a, call.context->settings().extra_float_digits);
}
std::string send8(double a) { return send_big_endian(std::bit_cast<int64_t>(a)); }
std::string send4(float a) { return send_big_endian(std::bit_cast<int32_t>(a)); }
double receive8(std::string_view bytes) { return std::bit_cast<double>(receive_big_endian<int64_t>(bytes)); }
float receive4(std::string_view bytes) { return std::bit_cast<float>(receive_big_endian<int32_t>(bytes)); }

// --- casts -----------------------------------------------------------------------------------------------------------
template <typename From, typename To>
To convert(From a) {
  return static_cast<To>(a);
}
float narrow(double a) {
  float r = static_cast<float>(a);
  if (std::isinf(r) && !std::isinf(a)) throw_float_overflow();
  if (r == 0 && a != 0) throw_float_underflow();
  return r;
}

int32_t hash4(float a) { return static_cast<int32_t>(hash_float64(a)); }
int32_t hash8(double a) { return static_cast<int32_t>(hash_float64(a)); }
int64_t hash4_extended(float a, int64_t seed) {
  return static_cast<int64_t>(hash_float64_extended(a, static_cast<uint64_t>(seed)));
}
int64_t hash8_extended(double a, int64_t seed) {
  return static_cast<int64_t>(hash_float64_extended(a, static_cast<uint64_t>(seed)));
}

// RANGE frames; the offset is always float8.
template <typename V>
bool in_range(V value, V base, double offset, bool subtract, bool less) {
  if (std::isnan(offset) || offset < 0) {
    throw SqlError(sqlstate::kInvalidPrecedingOrFollowingSize,
                   "invalid preceding or following size in window function");
  }
  if (std::isnan(value)) return std::isnan(base) ? true : !less;
  if (std::isnan(base)) return less;
  if (std::isinf(offset) && std::isinf(base) && (subtract ? base > 0 : base < 0)) return true;
  double sum = subtract ? double{base} - offset : double{base} + offset;
  return less ? value <= sum : value >= sum;
}

}  // namespace

void register_float(FunctionRegistry& r) {
  add_one_type<float>(r, "float4");
  add_one_type<double>(r, "float8");
  add_operators<float, double>(r, "float48");
  add_operators<double, float>(r, "float84");
  r.add_scalar("float4in", scalar<input4>());
  r.add_scalar("float8in", scalar<input8>());
  r.add_scalar("float4out", scalar<output4>());
  r.add_scalar("float8out", scalar<output8>());
  r.add_scalar("float4recv", scalar<receive4>());
  r.add_scalar("float8recv", scalar<receive8>());
  r.add_scalar("float4send", scalar<send4>());
  r.add_scalar("float8send", scalar<send8>());
  r.add_scalar("ftod", scalar<convert<float, double>>());
  r.add_scalar("dtof", scalar<narrow>());
  r.add_scalar("i2tod", scalar<convert<int16_t, double>>());
  r.add_scalar("i4tod", scalar<convert<int32_t, double>>());
  r.add_scalar("i8tod", scalar<convert<int64_t, double>>());
  r.add_scalar("i2tof", scalar<convert<int16_t, float>>());
  r.add_scalar("i4tof", scalar<convert<int32_t, float>>());
  r.add_scalar("i8tof", scalar<convert<int64_t, float>>());
  r.add_scalar("dtoi2", scalar<float_to_integer<int16_t, double>>());
  r.add_scalar("dtoi4", scalar<float_to_integer<int32_t, double>>());
  r.add_scalar("dtoi8", scalar<float_to_integer<int64_t, double>>());
  r.add_scalar("ftoi2", scalar<float_to_integer<int16_t, float>>());
  r.add_scalar("ftoi4", scalar<float_to_integer<int32_t, float>>());
  r.add_scalar("ftoi8", scalar<float_to_integer<int64_t, float>>());
  r.add_scalar("hashfloat4", scalar<hash4>());
  r.add_scalar("hashfloat8", scalar<hash8>());
  r.add_scalar("hashfloat4extended", scalar<hash4_extended>());
  r.add_scalar("hashfloat8extended", scalar<hash8_extended>());
  r.add_scalar("in_range_float4_float8", scalar<in_range<float>>());
  r.add_scalar("in_range_float8_float8", scalar<in_range<double>>());
}

}  // namespace basalt::types
