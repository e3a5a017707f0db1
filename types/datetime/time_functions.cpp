// Functions of time and timetz.
#include "types/container/array.hpp"
#include "types/datetime/functions.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"

namespace basalt::types {

int32_t parse_precision_typmod(FunctionCall& call, std::string_view modifiers, const char* type_name, bool zoned) {
  constexpr int kPrecisionMax = 6;
  ArrayView view(modifiers);
  if (view.size() != 1) throw SqlError(sqlstate::kInvalidParameterValue, "invalid type modifier");
  int32_t precision = parse_int32(view.string(0));
  std::string shown = std::string(type_name) + "(" + std::to_string(precision) + ")" + (zoned ? " WITH TIME ZONE" : "");
  if (precision < 0) throw SqlError(sqlstate::kInvalidParameterValue, shown + " precision must not be negative");
  if (precision <= kPrecisionMax) return precision;
  common::ErrorReport report{};
  report.severity = common::Severity::kWarning;
  report.sqlstate = sqlstate::kInvalidParameterValue;
  report.message = shown + " precision reduced to maximum allowed, 6";
  call.context->notice(std::move(report));
  return kPrecisionMax;
}

namespace {

int64_t time_in(FunctionCall& call, std::string_view text, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return parse_time(*call.context, text, typmod.value_or(-1));
}
TimeTz timetz_in(FunctionCall& call, std::string_view text, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return parse_timetz(*call.context, text, typmod.value_or(-1));
}
std::string timetz_out(FunctionCall& call, TimeTz t) { return format_timetz(t, call.context->settings()); }

int64_t check_time(int64_t t) {
  if (t < 0 || t > kUsecPerDay) throw SqlError(sqlstate::kDatetimeFieldOverflow, "time out of range");
  return t;
}
int64_t time_recv(std::string_view bytes, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return apply_time_typmod(check_time(receive_big_endian<int64_t>(bytes)), typmod.value_or(-1));
}
TimeTz timetz_recv(std::string_view bytes, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  TimeTz t;
  t.microseconds = apply_time_typmod(check_time(receive_big_endian<int64_t>(bytes)), typmod.value_or(-1));
  t.zone = receive_big_endian<int32_t>(bytes);
  constexpr int32_t kDisplacementMax = 16 * 3600;
  if (t.zone <= -kDisplacementMax || t.zone >= kDisplacementMax) {
    throw SqlError(sqlstate::kInvalidTimeZoneDisplacementValue, "time zone displacement out of range");
  }
  return t;
}
std::string time_send(int64_t t) { return send_big_endian(t); }
std::string timetz_send(TimeTz t) { return send_big_endian(t.microseconds) + send_big_endian(t.zone); }

bool time_eq(int64_t a, int64_t b) { return a == b; }
bool time_ne(int64_t a, int64_t b) { return a != b; }
bool time_lt(int64_t a, int64_t b) { return a < b; }
bool time_le(int64_t a, int64_t b) { return a <= b; }
bool time_gt(int64_t a, int64_t b) { return a > b; }
bool time_ge(int64_t a, int64_t b) { return a >= b; }
int32_t time_cmp(int64_t a, int64_t b) { return a < b ? -1 : a > b; }
int64_t time_larger(int64_t a, int64_t b) { return a > b ? a : b; }
int64_t time_smaller(int64_t a, int64_t b) { return a < b ? a : b; }
bool timetz_eq(TimeTz a, TimeTz b) { return compare_timetz(a, b) == 0; }
bool timetz_ne(TimeTz a, TimeTz b) { return compare_timetz(a, b) != 0; }
bool timetz_lt(TimeTz a, TimeTz b) { return compare_timetz(a, b) < 0; }
bool timetz_le(TimeTz a, TimeTz b) { return compare_timetz(a, b) <= 0; }
bool timetz_gt(TimeTz a, TimeTz b) { return compare_timetz(a, b) > 0; }
bool timetz_ge(TimeTz a, TimeTz b) { return compare_timetz(a, b) >= 0; }
int32_t timetz_cmp(TimeTz a, TimeTz b) { return compare_timetz(a, b); }
TimeTz timetz_larger(TimeTz a, TimeTz b) { return compare_timetz(a, b) > 0 ? a : b; }
TimeTz timetz_smaller(TimeTz a, TimeTz b) { return compare_timetz(a, b) < 0 ? a : b; }

int32_t time_hash(int64_t t) { return static_cast<int32_t>(hash_int64(t)); }
int64_t time_hash_extended(int64_t t, int64_t seed) {
  return static_cast<int64_t>(hash_int64_extended(t, static_cast<uint64_t>(seed)));
}
int32_t timetz_hash(TimeTz t) {
  return static_cast<int32_t>(hash_int64(t.microseconds) ^ hash_uint32(static_cast<uint32_t>(t.zone)));
}
int64_t timetz_hash_extended(TimeTz t, int64_t seed) {
  uint64_t s = static_cast<uint64_t>(seed);
  return static_cast<int64_t>(hash_int64_extended(t.microseconds, s) ^
                              hash_uint32_extended(static_cast<uint32_t>(t.zone), s));
}

// Clock arithmetic wraps at midnight.
int64_t wrap(int64_t t) { return floor_modulo(t, kUsecPerDay); }
int64_t time_plus(int64_t t, Interval v) { return wrap(t + v.microseconds % kUsecPerDay); }
int64_t time_minus(int64_t t, Interval v) { return wrap(t - v.microseconds % kUsecPerDay); }
TimeTz timetz_plus(TimeTz t, Interval v) { return {time_plus(t.microseconds, v), t.zone}; }
TimeTz timetz_minus(TimeTz t, Interval v) { return {time_minus(t.microseconds, v), t.zone}; }
Interval time_difference(int64_t a, int64_t b) { return {a - b, 0, 0}; }

int64_t time_scale(int64_t t, int32_t typmod) { return apply_time_typmod(t, typmod); }
TimeTz timetz_scale(TimeTz t, int32_t typmod) { return {apply_time_typmod(t.microseconds, typmod), t.zone}; }

std::optional<int64_t> time_of_timestamp(int64_t t) {
  if (is_infinite_timestamp(t)) return std::nullopt;
  return wrap(t);
}
std::optional<int64_t> time_of_timestamptz(FunctionCall& call, int64_t t) {
  if (is_infinite_timestamp(t)) return std::nullopt;
  return wrap(to_local(t, session_zone(call)));
}
std::optional<TimeTz> timetz_of_timestamptz(FunctionCall& call, int64_t t) {
  if (is_infinite_timestamp(t)) return std::nullopt;
  TimeZone::Offset offset;
  int64_t local = to_local(t, session_zone(call), &offset);
  return TimeTz{wrap(local), -offset.seconds};
}
Interval time_interval(int64_t t) { return {t, 0, 0}; }
int64_t interval_time(Interval v) { return wrap(v.microseconds); }
int64_t timetz_time(TimeTz t) { return t.microseconds; }
TimeTz time_timetz(FunctionCall& call, int64_t t) {
  int64_t today = floor_divide(to_local(call.context->transaction_time(), session_zone(call)), kUsecPerDay);
  int64_t local = unix_seconds(today * kUsecPerDay + t);
  return {t, -session_zone(call).resolve_local(local).seconds};
}

int32_t time_typmod_in(FunctionCall& call, std::string_view m) {
  return parse_precision_typmod(call, m, "TIME", false);
}
int32_t timetz_typmod_in(FunctionCall& call, std::string_view m) {
  return parse_precision_typmod(call, m, "TIME", true);
}
std::string typmod_text(int32_t typmod, const char* zone) {
  return typmod >= 0 ? "(" + std::to_string(typmod) + ")" + zone : std::string(zone);
}
std::string time_typmod_out(int32_t typmod) { return typmod_text(typmod, " without time zone"); }
std::string timetz_typmod_out(int32_t typmod) { return typmod_text(typmod, " with time zone"); }

bool in_range_time(int64_t value, int64_t base, Interval offset, bool subtract, bool less) {
  if (offset.microseconds < 0) throw_frame_offset();
  int64_t sum = base;
  bool overflow = subtract ? __builtin_sub_overflow(base, offset.microseconds, &sum)
                           : __builtin_add_overflow(base, offset.microseconds, &sum);
  if (overflow) return less;
  return less ? value <= sum : value >= sum;
}
bool in_range_timetz(TimeTz value, TimeTz base, Interval offset, bool subtract, bool less) {
  if (offset.microseconds < 0) throw_frame_offset();
  TimeTz sum = base;
  bool overflow = subtract ? __builtin_sub_overflow(base.microseconds, offset.microseconds, &sum.microseconds)
                           : __builtin_add_overflow(base.microseconds, offset.microseconds, &sum.microseconds);
  if (overflow) return less;
  int c = compare_timetz(value, sum);
  return less ? c <= 0 : c >= 0;
}

void register_timetz(FunctionRegistry& r) {
  r.add_scalar("timetz_in", scalar<timetz_in>());
  r.add_scalar("timetz_out", scalar<timetz_out>());
  r.add_scalar("timetz_recv", scalar<timetz_recv>());
  r.add_scalar("timetz_send", scalar<timetz_send>());
  r.add_scalar("timetz_eq", scalar<timetz_eq>());
  r.add_scalar("timetz_ne", scalar<timetz_ne>());
  r.add_scalar("timetz_lt", scalar<timetz_lt>());
  r.add_scalar("timetz_le", scalar<timetz_le>());
  r.add_scalar("timetz_gt", scalar<timetz_gt>());
  r.add_scalar("timetz_ge", scalar<timetz_ge>());
  r.add_scalar("timetz_cmp", scalar<timetz_cmp>());
  r.add_scalar("timetz_larger", scalar<timetz_larger>());
  r.add_scalar("timetz_smaller", scalar<timetz_smaller>());
  r.add_scalar("timetz_hash", scalar<timetz_hash>());
  r.add_scalar("timetz_hash_extended", scalar<timetz_hash_extended>());
  r.add_scalar("timetz_pl_interval", scalar<timetz_plus>());
  r.add_scalar("timetz_mi_interval", scalar<timetz_minus>());
  r.add_scalar("timetz_scale", scalar<timetz_scale>());
  r.add_scalar("timetz_time", scalar<timetz_time>());
  r.add_scalar("time_timetz", scalar<time_timetz>());
  r.add_scalar("timestamptz_timetz", scalar<timetz_of_timestamptz>());
  r.add_scalar("timetztypmodin", scalar<timetz_typmod_in>());
  r.add_scalar("timetztypmodout", scalar<timetz_typmod_out>());
  r.add_scalar("in_range_timetz_interval", scalar<in_range_timetz>());
}

}  // namespace

void register_time(FunctionRegistry& r) {
  register_timetz(r);
  r.add_scalar("time_in", scalar<time_in>());
  r.add_scalar("time_out", scalar<format_time>());
  r.add_scalar("time_recv", scalar<time_recv>());
  r.add_scalar("time_send", scalar<time_send>());
  r.add_scalar("time_eq", scalar<time_eq>());
  r.add_scalar("time_ne", scalar<time_ne>());
  r.add_scalar("time_lt", scalar<time_lt>());
  r.add_scalar("time_le", scalar<time_le>());
  r.add_scalar("time_gt", scalar<time_gt>());
  r.add_scalar("time_ge", scalar<time_ge>());
  r.add_scalar("time_cmp", scalar<time_cmp>());
  r.add_scalar("time_larger", scalar<time_larger>());
  r.add_scalar("time_smaller", scalar<time_smaller>());
  r.add_scalar("time_hash", scalar<time_hash>());
  r.add_scalar("time_hash_extended", scalar<time_hash_extended>());
  r.add_scalar("time_pl_interval", scalar<time_plus>());
  r.add_scalar("time_mi_interval", scalar<time_minus>());
  r.add_scalar("time_mi_time", scalar<time_difference>());
  r.add_scalar("time_scale", scalar<time_scale>());
  r.add_scalar("timestamp_time", scalar<time_of_timestamp>());
  r.add_scalar("timestamptz_time", scalar<time_of_timestamptz>());
  r.add_scalar("time_interval", scalar<time_interval>());
  r.add_scalar("interval_time", scalar<interval_time>());
  r.add_scalar("timetypmodin", scalar<time_typmod_in>());
  r.add_scalar("timetypmodout", scalar<time_typmod_out>());
  r.add_scalar("in_range_time_interval", scalar<in_range_time>());
  r.add_internal("time_support");
}

}  // namespace basalt::types
