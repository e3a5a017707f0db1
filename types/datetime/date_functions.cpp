// Functions of date.
#include "types/datetime/functions.hpp"
#include "types/number/arithmetic.hpp"

namespace basalt::types {

namespace {

int32_t input(FunctionCall& call, std::string_view text) { return parse_date(*call.context, text); }
std::string output(FunctionCall& call, int32_t date) { return format_date(date, call.context->settings()); }
std::string send(int32_t date) { return send_big_endian(date); }
int32_t receive(std::string_view bytes) {
  int32_t date = receive_big_endian<int32_t>(bytes);
  if (!is_infinite_date(date) && !is_valid_date(date)) throw_date_range();
  return date;
}

bool eq(int32_t a, int32_t b) { return a == b; }
bool ne(int32_t a, int32_t b) { return a != b; }
bool lt(int32_t a, int32_t b) { return a < b; }
bool le(int32_t a, int32_t b) { return a <= b; }
bool gt(int32_t a, int32_t b) { return a > b; }
bool ge(int32_t a, int32_t b) { return a >= b; }
int32_t cmp(int32_t a, int32_t b) { return a < b ? -1 : a > b; }
int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
bool finite(int32_t a) { return !is_infinite_date(a); }

int32_t difference(int32_t a, int32_t b) {
  if (is_infinite_date(a) || is_infinite_date(b)) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite dates");
  }
  return static_cast<int32_t>(int64_t{a} - b);
}

int32_t shift(int32_t date, int64_t days) {
  if (is_infinite_date(date)) return date;
  int64_t sum = date + days;
  if (!is_valid_date(sum)) throw_date_range();
  return static_cast<int32_t>(sum);
}
int32_t plus_days(int32_t date, int32_t days) { return shift(date, days); }
int32_t minus_days(int32_t date, int32_t days) { return shift(date, -int64_t{days}); }
int64_t plus_interval(int32_t date, Interval v) { return add_interval(date_to_timestamp(date), v); }
int64_t minus_interval(int32_t date, Interval v) { return add_interval(date_to_timestamp(date), negate_interval(v)); }

int64_t to_timestamp(int32_t date) { return date_to_timestamp(date); }
int64_t to_timestamptz(FunctionCall& call, int32_t date) { return date_to_timestamptz(date, session_zone(call)); }
int32_t from_timestamp(int64_t t) { return timestamp_to_date(t); }
int32_t from_timestamptz(FunctionCall& call, int64_t t) {
  return timestamp_to_date(timestamptz_to_timestamp(t, session_zone(call)));
}
int64_t with_time(int32_t date, int64_t time) {
  int64_t t = date_to_timestamp(date);
  if (is_infinite_timestamp(t)) return t;
  t += time;
  if (!is_valid_timestamp(t)) throw_timestamp_range();
  return t;
}
int64_t with_timetz(int32_t date, TimeTz time) {
  int64_t t = date_to_timestamp(date);
  if (is_infinite_timestamp(t)) return t;
  t += time.microseconds + time.zone * kUsecPerSecond;
  if (!is_valid_timestamp(t)) throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  return t;
}

// A date beyond timestamp's range is still comparable: it is above every finite timestamp.
int compare_with_timestamp(int32_t date, int64_t t) {
  if (!is_infinite_date(date) && date >= kTimestampEnd / kUsecPerDay) return t == kTimestampInfinity ? -1 : 1;
  int64_t d = date_to_timestamp(date);
  return d < t ? -1 : d > t;
}
int compare_with_timestamptz(FunctionCall& call, int32_t date, int64_t t) {
  if (!is_infinite_date(date) && date >= kTimestampEnd / kUsecPerDay) return t == kTimestampInfinity ? -1 : 1;
  int64_t d = date_to_timestamp(date);
  if (!is_infinite_timestamp(d)) {
    int64_t shift_usec = session_zone(call).resolve_local(unix_seconds(d)).seconds * kUsecPerSecond;
    d -= shift_usec;
  }
  return d < t ? -1 : d > t;
}

template <int Sign, int Test>
bool test(int c) {
  c *= Sign;
  switch (Test) {
    case 0:
      return c == 0;
    case 1:
      return c != 0;
    case 2:
      return c < 0;
    case 3:
      return c <= 0;
    case 4:
      return c > 0;
    default:
      return c >= 0;
  }
}
template <int Test>
bool date_timestamp(int32_t a, int64_t b) {
  return test<1, Test>(compare_with_timestamp(a, b));
}
template <int Test>
bool timestamp_date(int64_t a, int32_t b) {
  return test<-1, Test>(compare_with_timestamp(b, a));
}
template <int Test>
bool date_timestamptz(FunctionCall& c, int32_t a, int64_t b) {
  return test<1, Test>(compare_with_timestamptz(c, a, b));
}
template <int Test>
bool timestamptz_date(FunctionCall& c, int64_t a, int32_t b) {
  return test<-1, Test>(compare_with_timestamptz(c, b, a));
}
int32_t date_timestamp_cmp(int32_t a, int64_t b) { return compare_with_timestamp(a, b); }
int32_t timestamp_date_cmp(int64_t a, int32_t b) { return -compare_with_timestamp(b, a); }
int32_t date_timestamptz_cmp(FunctionCall& c, int32_t a, int64_t b) { return compare_with_timestamptz(c, a, b); }
int32_t timestamptz_date_cmp(FunctionCall& c, int64_t a, int32_t b) { return -compare_with_timestamptz(c, b, a); }

template <int Test>
void add_cross(FunctionRegistry& r, const std::string& op) {
  r.add_scalar("date_" + op + "_timestamp", scalar<date_timestamp<Test>>());
  r.add_scalar("timestamp_" + op + "_date", scalar<timestamp_date<Test>>());
  r.add_scalar("date_" + op + "_timestamptz", scalar<date_timestamptz<Test>>());
  r.add_scalar("timestamptz_" + op + "_date", scalar<timestamptz_date<Test>>());
}

bool in_range(int32_t value, int32_t base, Interval offset, bool subtract, bool less) {
  check_frame_offset(offset);
  int64_t sum = subtract ? minus_interval(base, offset) : plus_interval(base, offset);
  int64_t v = date_to_timestamp(value);
  return less ? v <= sum : v >= sum;
}

}  // namespace

void register_date(FunctionRegistry& r) {
  r.add_scalar("date_in", scalar<input>());
  r.add_scalar("date_out", scalar<output>());
  r.add_scalar("date_recv", scalar<receive>());
  r.add_scalar("date_send", scalar<send>());
  r.add_scalar("date_eq", scalar<eq>());
  r.add_scalar("date_ne", scalar<ne>());
  r.add_scalar("date_lt", scalar<lt>());
  r.add_scalar("date_le", scalar<le>());
  r.add_scalar("date_gt", scalar<gt>());
  r.add_scalar("date_ge", scalar<ge>());
  r.add_scalar("date_cmp", scalar<cmp>());
  r.add_scalar("date_larger", scalar<larger>());
  r.add_scalar("date_smaller", scalar<smaller>());
  r.add_scalar("date_finite", scalar<finite>());
  r.add_scalar("date_mi", scalar<difference>());
  r.add_scalar("date_pli", scalar<plus_days>());
  r.add_scalar("date_mii", scalar<minus_days>());
  r.add_scalar("date_pl_interval", scalar<plus_interval>());
  r.add_scalar("date_mi_interval", scalar<minus_interval>());
  r.add_scalar("date_timestamp", scalar<to_timestamp>());
  r.add_scalar("date_timestamptz", scalar<to_timestamptz>());
  r.add_scalar("timestamp_date", scalar<from_timestamp>());
  r.add_scalar("timestamptz_date", scalar<from_timestamptz>());
  r.add_scalar("datetime_timestamp", scalar<with_time>());
  r.add_scalar("datetimetz_timestamptz", scalar<with_timetz>());
  add_cross<0>(r, "eq");
  add_cross<1>(r, "ne");
  add_cross<2>(r, "lt");
  add_cross<3>(r, "le");
  add_cross<4>(r, "gt");
  add_cross<5>(r, "ge");
  r.add_scalar("date_cmp_timestamp", scalar<date_timestamp_cmp>());
  r.add_scalar("timestamp_cmp_date", scalar<timestamp_date_cmp>());
  r.add_scalar("date_cmp_timestamptz", scalar<date_timestamptz_cmp>());
  r.add_scalar("timestamptz_cmp_date", scalar<timestamptz_date_cmp>());
  r.add_scalar("in_range_date_interval", scalar<in_range>());
  r.add_internal("date_sortsupport");
}

}  // namespace basalt::types
