// bool, int2, int4 and int8: operators, casts, I/O, hashes.
#include <bit>
#include <charconv>

#include "types/function_adaptor.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/number.hpp"

namespace basalt::types {

namespace {

// --- comparison ------------------------------------------------------------------------------------------------------
template <typename A, typename B>
bool eq(A a, B b) {
  return a == b;
}
template <typename A, typename B>
bool ne(A a, B b) {
  return a != b;
}
template <typename A, typename B>
bool lt(A a, B b) {
  return a < b;
}
template <typename A, typename B>
bool le(A a, B b) {
  return a <= b;
}
template <typename A, typename B>
bool gt(A a, B b) {
  return a > b;
}
template <typename A, typename B>
bool ge(A a, B b) {
  return a >= b;
}
template <typename A, typename B>
int32_t cmp(A a, B b) {
  return a < b ? -1 : a > b;
}
int32_t difference(int16_t a, int16_t b) { return a - b; }

template <typename A, typename B>
void add_comparisons(FunctionRegistry& r, const std::string& prefix) {
  r.add_scalar(prefix + "eq", scalar<eq<A, B>>());
  r.add_scalar(prefix + "ne", scalar<ne<A, B>>());
  r.add_scalar(prefix + "lt", scalar<lt<A, B>>());
  r.add_scalar(prefix + "le", scalar<le<A, B>>());
  r.add_scalar(prefix + "gt", scalar<gt<A, B>>());
  r.add_scalar(prefix + "ge", scalar<ge<A, B>>());
  if constexpr (sizeof(A) == 2 && sizeof(B) == 2) {
    r.add_scalar("bt" + prefix + "cmp", scalar<difference>());
  } else {
    r.add_scalar("bt" + prefix + "cmp", scalar<cmp<A, B>>());
  }
}

// --- arithmetic ------------------------------------------------------------------------------------------------------
template <typename A, typename B>
using Wider = std::conditional_t<(sizeof(A) >= sizeof(B)), A, B>;

template <typename A, typename B>
Wider<A, B> plus(A a, B b) {
  Wider<A, B> out;
  if (__builtin_add_overflow(a, b, &out)) throw_integer_range<Wider<A, B>>();
  return out;
}
template <typename A, typename B>
Wider<A, B> minus(A a, B b) {
  Wider<A, B> out;
  if (__builtin_sub_overflow(a, b, &out)) throw_integer_range<Wider<A, B>>();
  return out;
}
template <typename A, typename B>
Wider<A, B> times(A a, B b) {
  Wider<A, B> out;
  if (__builtin_mul_overflow(a, b, &out)) throw_integer_range<Wider<A, B>>();
  return out;
}
template <typename A, typename B>
Wider<A, B> divide(A a, B b) {
  using R = Wider<A, B>;
  if (b == 0) throw_division_by_zero();
  if (b == -1) {
    R out;
    if (__builtin_sub_overflow(R{0}, a, &out)) throw_integer_range<R>();
    return out;
  }
  return static_cast<R>(a / b);
}

template <typename A, typename B>
void add_arithmetic(FunctionRegistry& r, const std::string& prefix) {
  r.add_scalar(prefix + "pl", scalar<plus<A, B>>());
  r.add_scalar(prefix + "mi", scalar<minus<A, B>>());
  r.add_scalar(prefix + "mul", scalar<times<A, B>>());
  r.add_scalar(prefix + "div", scalar<divide<A, B>>());
}

template <typename T>
T modulo(T a, T b) {
  if (b == 0) throw_division_by_zero();
  return b == -1 ? T{0} : static_cast<T>(a % b);
}
template <typename T>
T negate(T a) {
  if (a == std::numeric_limits<T>::min()) throw_integer_range<T>();
  return static_cast<T>(-a);
}
template <typename T>
T same(T a) {
  return a;
}
template <typename T>
T absolute(T a) {
  return a < 0 ? negate(a) : a;
}
template <typename T>
T larger(T a, T b) {
  return a > b ? a : b;
}
template <typename T>
T smaller(T a, T b) {
  return a < b ? a : b;
}
template <typename T>
T bit_and(T a, T b) {
  return static_cast<T>(a & b);
}
template <typename T>
T bit_or(T a, T b) {
  return static_cast<T>(a | b);
}
template <typename T>
T bit_xor(T a, T b) {
  return static_cast<T>(a ^ b);
}
template <typename T>
T bit_not(T a) {
  return static_cast<T>(~a);
}

// Shift counts wrap as the hardware's do: at 64 for int8, else at 32.
template <typename T>
T shift_left(T a, int32_t n) {
  if constexpr (sizeof(T) == 8)
    return static_cast<T>(static_cast<uint64_t>(a) << (n & 63));
  else
    return static_cast<T>(static_cast<uint32_t>(static_cast<int32_t>(a)) << (n & 31));
}
template <typename T>
T shift_right(T a, int32_t n) {
  if constexpr (sizeof(T) == 8)
    return a >> (n & 63);
  else
    return static_cast<T>(static_cast<int32_t>(a) >> (n & 31));
}

template <typename T>
T gcd(T a, T b) {
  // On negative magnitudes, which include the lowest value.
  if (a > 0) a = static_cast<T>(-a);
  if (b > 0) b = static_cast<T>(-b);
  while (b != 0) {
    T rest = b == -1 ? T{0} : static_cast<T>(a % b);
    a = b;
    b = rest;
  }
  return negate(a);
}
template <typename T>
T lcm(T a, T b) {
  if (a == 0 || b == 0) return 0;
  T part = static_cast<T>(a / gcd(a, b));
  T product;
  if (__builtin_mul_overflow(part, b, &product)) throw_integer_range<T>();
  return absolute(product);
}

template <typename T>
T increment(T a) {
  return plus<T, T>(a, 1);
}
template <typename T>
T decrement(T a) {
  return minus<T, T>(a, 1);
}

// --- conversion ------------------------------------------------------------------------------------------------------
template <typename From, typename To>
To convert(From a) {
  if (a < std::numeric_limits<To>::min() || a > std::numeric_limits<To>::max()) throw_integer_range<To>();
  return static_cast<To>(a);
}
template <typename From, typename To>
To widen(From a) {
  return a;
}

template <typename T>
std::string output(T a) {
  char buffer[24];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, a).ptr;
  return {buffer, static_cast<size_t>(end - buffer)};
}

template <typename T>
T receive(std::string_view bytes) {
  T value = receive_big_endian<T>(bytes);
  if (!bytes.empty()) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return value;
}

int32_t hash_int2(int16_t a) { return static_cast<int32_t>(hash_uint32(static_cast<uint32_t>(int32_t{a}))); }
int32_t hash_int4(int32_t a) { return static_cast<int32_t>(hash_uint32(static_cast<uint32_t>(a))); }
int32_t hash_int8(int64_t a) { return static_cast<int32_t>(hash_int64(a)); }
int64_t hash_int2_extended(int16_t a, int64_t seed) {
  return static_cast<int64_t>(hash_uint32_extended(static_cast<uint32_t>(int32_t{a}), static_cast<uint64_t>(seed)));
}
int64_t hash_int4_extended(int32_t a, int64_t seed) {
  return static_cast<int64_t>(hash_uint32_extended(static_cast<uint32_t>(a), static_cast<uint64_t>(seed)));
}
int64_t hash_int8_extended(int64_t a, int64_t seed) {
  return static_cast<int64_t>(hash_int64_extended(a, static_cast<uint64_t>(seed)));
}

// RANGE frames: is val on the wanted side of base +/- offset?
template <typename V, typename O>
bool in_range(V value, V base, O offset, bool subtract, bool less) {
  if (offset < 0) {
    throw SqlError(sqlstate::kInvalidPrecedingOrFollowingSize,
                   "invalid preceding or following size in window function");
  }
  V sum;
  bool overflow = subtract ? __builtin_sub_overflow(base, offset, &sum) : __builtin_add_overflow(base, offset, &sum);
  if (overflow) return subtract ? !less : less;
  return less ? value <= sum : value >= sum;
}

template <typename T>
void add_one_type(FunctionRegistry& r, const std::string& p) {
  add_comparisons<T, T>(r, p);
  add_arithmetic<T, T>(r, p);
  r.add_scalar(p + "mod", scalar<modulo<T>>());
  r.add_scalar(p + "um", scalar<negate<T>>());
  r.add_scalar(p + "up", scalar<same<T>>());
  r.add_scalar(p + "abs", scalar<absolute<T>>());
  r.add_scalar(p + "larger", scalar<larger<T>>());
  r.add_scalar(p + "smaller", scalar<smaller<T>>());
  r.add_scalar(p + "and", scalar<bit_and<T>>());
  r.add_scalar(p + "or", scalar<bit_or<T>>());
  r.add_scalar(p + "xor", scalar<bit_xor<T>>());
  r.add_scalar(p + "not", scalar<bit_not<T>>());
  r.add_scalar(p + "shl", scalar<shift_left<T>>());
  r.add_scalar(p + "shr", scalar<shift_right<T>>());
  r.add_scalar(p + "out", scalar<output<T>>());
  r.add_scalar(p + "recv", scalar<receive<T>>());
  r.add_scalar(p + "send", scalar<send_big_endian<T>>());
  r.add_internal("bt" + p + "sortsupport");
}

// --- bool ------------------------------------------------------------------------------------------------------------
std::string bool_out(bool a) { return a ? "t" : "f"; }
std::string bool_text(bool a) { return a ? "true" : "false"; }
std::string bool_send(bool a) { return std::string(1, a ? '\1' : '\0'); }
bool bool_receive(std::string_view bytes) {
  if (bytes.empty()) throw SqlError(sqlstate::kProtocolViolation, "no data left in message");
  if (bytes.size() > 1) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return bytes[0] != 0;
}
int32_t bool_int4(bool a) { return a; }
bool int4_bool(int32_t a) { return a != 0; }
bool bool_and(bool a, bool b) { return a && b; }
bool bool_or(bool a, bool b) { return a || b; }

void register_bool(FunctionRegistry& r) {
  r.add_scalar("boolin", scalar<parse_bool>());
  r.add_scalar("boolout", scalar<bool_out>());
  r.add_scalar("boolrecv", scalar<bool_receive>());
  r.add_scalar("boolsend", scalar<bool_send>());
  r.add_scalar("booltext", scalar<bool_text>());
  r.add_scalar("booleq", scalar<eq<bool, bool>>());
  r.add_scalar("boolne", scalar<ne<bool, bool>>());
  r.add_scalar("boollt", scalar<lt<bool, bool>>());
  r.add_scalar("boolle", scalar<le<bool, bool>>());
  r.add_scalar("boolgt", scalar<gt<bool, bool>>());
  r.add_scalar("boolge", scalar<ge<bool, bool>>());
  r.add_scalar("btboolcmp", scalar<cmp<bool, bool>>());
  r.add_scalar("bool_int4", scalar<bool_int4>());
  r.add_scalar("int4_bool", scalar<int4_bool>());
  r.add_scalar("booland_statefunc", scalar<bool_and>());
  r.add_scalar("boolor_statefunc", scalar<bool_or>());
}

void register_integer_casts(FunctionRegistry& r) {
  r.add_scalar("int28", scalar<widen<int16_t, int64_t>>());
  r.add_scalar("int48", scalar<widen<int32_t, int64_t>>());
  r.add_scalar("i2toi4", scalar<widen<int16_t, int32_t>>());
  r.add_scalar("int82", scalar<convert<int64_t, int16_t>>());
  r.add_scalar("int84", scalar<convert<int64_t, int32_t>>());
  r.add_scalar("i4toi2", scalar<convert<int32_t, int16_t>>());
  r.add_scalar("int2in", scalar<parse_int16>());
  r.add_scalar("int4in", scalar<parse_int32>());
  r.add_scalar("int8in", scalar<parse_int64>());
}

}  // namespace

void register_integer(FunctionRegistry& r) {
  register_bool(r);
  add_one_type<int16_t>(r, "int2");
  add_one_type<int32_t>(r, "int4");
  add_one_type<int64_t>(r, "int8");
  add_comparisons<int16_t, int32_t>(r, "int24");
  add_comparisons<int32_t, int16_t>(r, "int42");
  add_comparisons<int16_t, int64_t>(r, "int28");
  add_comparisons<int64_t, int16_t>(r, "int82");
  add_comparisons<int32_t, int64_t>(r, "int48");
  add_comparisons<int64_t, int32_t>(r, "int84");
  add_arithmetic<int16_t, int32_t>(r, "int24");
  add_arithmetic<int32_t, int16_t>(r, "int42");
  add_arithmetic<int16_t, int64_t>(r, "int28");
  add_arithmetic<int64_t, int16_t>(r, "int82");
  add_arithmetic<int32_t, int64_t>(r, "int48");
  add_arithmetic<int64_t, int32_t>(r, "int84");
  register_integer_casts(r);
  r.add_scalar("int4gcd", scalar<gcd<int32_t>>());
  r.add_scalar("int8gcd", scalar<gcd<int64_t>>());
  r.add_scalar("int4lcm", scalar<lcm<int32_t>>());
  r.add_scalar("int8lcm", scalar<lcm<int64_t>>());
  r.add_scalar("int4inc", scalar<increment<int32_t>>());
  r.add_scalar("int8inc", scalar<increment<int64_t>>());
  r.add_scalar("int8dec", scalar<decrement<int64_t>>());
  r.add_scalar("hashint2", scalar<hash_int2>());
  r.add_scalar("hashint4", scalar<hash_int4>());
  r.add_scalar("hashint8", scalar<hash_int8>());
  r.add_scalar("hashint2extended", scalar<hash_int2_extended>());
  r.add_scalar("hashint4extended", scalar<hash_int4_extended>());
  r.add_scalar("hashint8extended", scalar<hash_int8_extended>());
  r.add_scalar("in_range_int2_int2", scalar<in_range<int16_t, int16_t>>());
  r.add_scalar("in_range_int2_int4", scalar<in_range<int16_t, int32_t>>());
  r.add_scalar("in_range_int2_int8", scalar<in_range<int16_t, int64_t>>());
  r.add_scalar("in_range_int4_int2", scalar<in_range<int32_t, int16_t>>());
  r.add_scalar("in_range_int4_int4", scalar<in_range<int32_t, int32_t>>());
  r.add_scalar("in_range_int4_int8", scalar<in_range<int32_t, int64_t>>());
  r.add_scalar("in_range_int8_int8", scalar<in_range<int64_t, int64_t>>());
}

}  // namespace basalt::types
