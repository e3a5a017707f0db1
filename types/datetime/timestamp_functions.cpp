// Functions of timestamp and timestamptz.
#include <cmath>

#include "types/datetime/functions.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"

namespace basalt::types {

namespace {

int64_t timestamp_in(FunctionCall& call, std::string_view text, std::optional<uint32_t>,
                     std::optional<int32_t> typmod) {
  return parse_timestamp(*call.context, text, typmod.value_or(-1));
}
int64_t timestamptz_in(FunctionCall& call, std::string_view text, std::optional<uint32_t>,
                       std::optional<int32_t> typmod) {
  return parse_timestamptz(*call.context, text, typmod.value_or(-1));
}
std::string timestamp_out(FunctionCall& call, int64_t t) { return format_timestamp(t, call.context->settings()); }
std::string timestamptz_out(FunctionCall& call, int64_t t) { return format_timestamptz(t, call.context->settings()); }
int64_t receive(std::string_view bytes, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  int64_t t = receive_big_endian<int64_t>(bytes);
  if (!is_infinite_timestamp(t) && !is_valid_timestamp(t)) throw_timestamp_range();
  return apply_timestamp_typmod(t, typmod.value_or(-1));
}
std::string send(int64_t t) { return send_big_endian(t); }

bool eq(int64_t a, int64_t b) { return a == b; }
bool ne(int64_t a, int64_t b) { return a != b; }
bool lt(int64_t a, int64_t b) { return a < b; }
bool le(int64_t a, int64_t b) { return a <= b; }
bool gt(int64_t a, int64_t b) { return a > b; }
bool ge(int64_t a, int64_t b) { return a >= b; }
int32_t cmp(int64_t a, int64_t b) { return a < b ? -1 : a > b; }
int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
bool finite(int64_t t) { return !is_infinite_timestamp(t); }
int32_t hash(int64_t t) { return static_cast<int32_t>(hash_int64(t)); }
int64_t hash_extended(int64_t t, int64_t seed) {
  return static_cast<int64_t>(hash_int64_extended(t, static_cast<uint64_t>(seed)));
}
int64_t scale(int64_t t, int32_t typmod) { return apply_timestamp_typmod(t, typmod); }

// A timestamp whose UTC equivalent would be out of range is still comparable.
int64_t as_timestamptz(FunctionCall& call, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  return t - session_zone(call).resolve_local(unix_seconds(t)).seconds * kUsecPerSecond;
}
template <bool (*Test)(int64_t, int64_t)>
bool without_with(FunctionCall& call, int64_t a, int64_t b) {
  return Test(as_timestamptz(call, a), b);
}
template <bool (*Test)(int64_t, int64_t)>
bool with_without(FunctionCall& call, int64_t a, int64_t b) {
  return Test(a, as_timestamptz(call, b));
}
int32_t without_with_cmp(FunctionCall& call, int64_t a, int64_t b) { return cmp(as_timestamptz(call, a), b); }
int32_t with_without_cmp(FunctionCall& call, int64_t a, int64_t b) { return cmp(a, as_timestamptz(call, b)); }

template <bool (*Test)(int64_t, int64_t)>
void add_comparison(FunctionRegistry& r, const std::string& op) {
  r.add_scalar("timestamp_" + op, scalar<Test>());
  r.add_scalar("timestamp_" + op + "_timestamptz", scalar<without_with<Test>>());
  r.add_scalar("timestamptz_" + op + "_timestamp", scalar<with_without<Test>>());
}

// Whole days move to the day field, with the sign of the whole.
Interval difference(int64_t a, int64_t b) {
  if (is_infinite_timestamp(a) || is_infinite_timestamp(b)) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite timestamps");
  }
  int64_t usec;
  if (__builtin_sub_overflow(a, b, &usec)) throw_interval_range();
  return {usec % kUsecPerDay, static_cast<int32_t>(usec / kUsecPerDay), 0};
}

int64_t plus(int64_t t, Interval v) { return add_interval(t, v); }
int64_t minus(int64_t t, Interval v) { return add_interval(t, negate_interval(v)); }
int64_t plus_zoned(FunctionCall& call, int64_t t, Interval v) { return add_interval_zoned(t, v, session_zone(call)); }
int64_t minus_zoned(FunctionCall& call, int64_t t, Interval v) {
  return add_interval_zoned(t, negate_interval(v), session_zone(call));
}

int64_t to_zoned(FunctionCall& call, int64_t t) { return timestamp_to_timestamptz(t, session_zone(call)); }
int64_t from_zoned(FunctionCall& call, int64_t t) { return timestamptz_to_timestamp(t, session_zone(call)); }

// The symbolic difference: years, months and days by the calendar.
Interval age_between(int64_t a, int64_t b) {
  bool swapped = a < b;
  Moment high = moment_of(swapped ? b : a), low = moment_of(swapped ? a : b);
  int64_t years = high.year - low.year;
  int months = high.month - low.month, days = high.day - low.day;
  int64_t usec =
      time_of(high.hour, high.minute, high.second, high.usec) - time_of(low.hour, low.minute, low.second, low.usec);
  if (usec < 0) usec += kUsecPerDay, --days;
  while (days < 0) {
    days += days_in_month(low.year, low.month);
    --months;
  }
  while (months < 0) months += 12, --years;
  int64_t total = years * 12 + months;
  Interval v{usec, days, static_cast<int32_t>(total)};
  return swapped ? Interval{-v.microseconds, -v.days, -v.months} : v;
}
Interval age(int64_t a, int64_t b) {
  if (is_infinite_timestamp(a) || is_infinite_timestamp(b)) throw_timestamp_range();
  return age_between(a, b);
}
Interval age_zoned(FunctionCall& call, int64_t a, int64_t b) {
  if (is_infinite_timestamp(a) || is_infinite_timestamp(b)) throw_timestamp_range();
  return age_between(to_local(a, session_zone(call)), to_local(b, session_zone(call)));
}

int64_t bin(Interval stride, int64_t t, int64_t origin) {
  if (is_infinite_timestamp(t)) return t;
  if (is_infinite_timestamp(origin)) throw SqlError(sqlstate::kDatetimeFieldOverflow, "origin out of range");
  if (stride.months != 0) {
    throw SqlError(sqlstate::kFeatureNotSupported,
                   "timestamps cannot be binned into intervals containing months or years");
  }
  int64_t width, distance;
  if (__builtin_mul_overflow(int64_t{stride.days}, kUsecPerDay, &width) ||
      __builtin_add_overflow(width, stride.microseconds, &width)) {
    throw_interval_range();
  }
  if (width <= 0) throw SqlError(sqlstate::kDatetimeFieldOverflow, "stride must be greater than zero");
  if (__builtin_sub_overflow(t, origin, &distance)) throw_interval_range();
  int64_t start = origin + (distance - distance % width);
  if (distance % width < 0 && __builtin_sub_overflow(start, width, &start)) throw_timestamp_range();
  return start;
}

bool in_range(int64_t value, int64_t base, Interval offset, bool subtract, bool less) {
  check_frame_offset(offset);
  int64_t sum = subtract ? minus(base, offset) : plus(base, offset);
  return less ? value <= sum : value >= sum;
}
bool in_range_zoned(FunctionCall& call, int64_t value, int64_t base, Interval offset, bool subtract, bool less) {
  check_frame_offset(offset);
  int64_t sum = subtract ? minus_zoned(call, base, offset) : plus_zoned(call, base, offset);
  return less ? value <= sum : value >= sum;
}

// --- the current time ------------------------------------------------------------------------------------------------
int64_t now(FunctionCall& call) { return call.context->transaction_time(); }
int64_t statement_now(FunctionCall& call) { return call.context->statement_time(); }
int64_t clock_now(FunctionCall& call) { return call.context->clock_time(); }
std::string time_of_day(FunctionCall& call) {
  TimeZone::Offset offset;
  Moment m = moment_of(to_local(call.context->clock_time(), session_zone(call), &offset));
  char text[128];
  snprintf(text, sizeof text, "%.3s %.3s %02d %02d:%02d:%02d.%06d %04d %s",
           kDayNames[day_of_week(days_of(m.year, m.month, m.day))], kMonthNames[m.month - 1], m.day,
           static_cast<int>(m.hour), m.minute, m.second, m.usec, static_cast<int>(m.year),
           std::string(offset.abbreviation).c_str());
  return text;
}

// --- OVERLAPS --------------------------------------------------------------------------------------------------------
// (s1, e1) OVERLAPS (s2, e2) in three-valued logic; a period's ends may come in either order and one may be NULL.
template <typename T, typename Compare>
std::optional<bool> overlaps(std::optional<T> s1, std::optional<T> e1, std::optional<T> s2, std::optional<T> e2,
                             Compare compare) {
  auto order = [&](std::optional<T>& s, std::optional<T>& e) {
    if (!s) {
      if (!e) return false;
      std::swap(s, e);
    } else if (e && compare(*s, *e) > 0) {
      std::swap(s, e);
    }
    return true;
  };
  if (!order(s1, e1) || !order(s2, e2)) return std::nullopt;
  int c = compare(*s1, *s2);
  if (c == 0) {
    if (!e1 || !e2) return std::nullopt;
    return true;
  }
  const std::optional<T>& end = c > 0 ? e2 : e1;
  const std::optional<T>& other_end = c > 0 ? e1 : e2;
  if (!end) return std::nullopt;
  if (compare(c > 0 ? *s1 : *s2, *end) < 0) return true;
  if (!other_end) return std::nullopt;
  return false;
}
std::optional<bool> overlaps_int64(std::optional<int64_t> a, std::optional<int64_t> b, std::optional<int64_t> c,
                                   std::optional<int64_t> d) {
  return overlaps(a, b, c, d, [](int64_t x, int64_t y) { return x < y ? -1 : x > y; });
}
std::optional<bool> overlaps_timetz(std::optional<TimeTz> a, std::optional<TimeTz> b, std::optional<TimeTz> c,
                                    std::optional<TimeTz> d) {
  return overlaps(a, b, c, d, [](const TimeTz& x, const TimeTz& y) { return compare_timetz(x, y); });
}

int32_t typmod_in(FunctionCall& call, std::string_view m) {
  return parse_precision_typmod(call, m, "TIMESTAMP", false);
}
int32_t typmod_in_zoned(FunctionCall& call, std::string_view m) {
  return parse_precision_typmod(call, m, "TIMESTAMP", true);
}
std::string typmod_text(int32_t typmod, const char* zone) {
  return typmod >= 0 ? "(" + std::to_string(typmod) + ")" + zone : std::string(zone);
}
std::string typmod_out(int32_t typmod) { return typmod_text(typmod, " without time zone"); }
std::string typmod_out_zoned(int32_t typmod) { return typmod_text(typmod, " with time zone"); }

// --- generate_series -------------------------------------------------------------------------------------------------
class TimestampSeries : public SetFunction {
 public:
  TimestampSeries(int64_t start, int64_t stop, Interval step, TimeZonePointer zone)
      : next_(start), stop_(stop), step_(step), zone_(std::move(zone)) {
    direction_ = compare_intervals(step, Interval{0, 0, 0});
    if (direction_ == 0) throw SqlError(sqlstate::kInvalidParameterValue, "step size cannot equal zero");
  }
  void next(common::Chunk& out, uint32_t rows_max) override {
    out.columns.resize(1);
    out.columns[0].reset(common::PhysicalType::kInt64, rows_max);
    out.rows = 0;
    int64_t* data = out.columns[0].data<int64_t>();
    while (out.rows < rows_max && (direction_ > 0 ? next_ <= stop_ : next_ >= stop_)) {
      data[out.rows++] = next_;
      next_ = zone_ ? add_interval_zoned(next_, step_, *zone_) : add_interval(next_, step_);
    }
  }

 private:
  int64_t next_, stop_;
  Interval step_;
  TimeZonePointer zone_;
  int direction_;
};
class EmptySeries : public SetFunction {
 public:
  void next(common::Chunk& out, uint32_t) override {
    out.columns.resize(1);
    out.columns[0].reset(common::PhysicalType::kInt64, 1);
    out.rows = 0;
  }
};
template <bool Zoned>
std::unique_ptr<SetFunction> make_series(FunctionCall& call, std::span<const Value> a) {
  for (const Value& v : a) {
    if (v.is_null()) return std::make_unique<EmptySeries>();
  }
  return std::make_unique<TimestampSeries>(a[0].as<int64_t>(), a[1].as<int64_t>(), a[2].as<Interval>(),
                                           Zoned ? call.context->settings().time_zone : nullptr);
}

}  // namespace

void register_timestamp(FunctionRegistry& r) {
  r.add_scalar("timestamp_in", scalar<timestamp_in>());
  r.add_scalar("timestamp_out", scalar<timestamp_out>());
  r.add_scalar("timestamp_recv", scalar<receive>());
  r.add_scalar("timestamp_send", scalar<send>());
  r.add_scalar("timestamptz_in", scalar<timestamptz_in>());
  r.add_scalar("timestamptz_out", scalar<timestamptz_out>());
  r.add_scalar("timestamptz_recv", scalar<receive>());
  r.add_scalar("timestamptz_send", scalar<send>());
  add_comparison<eq>(r, "eq");
  add_comparison<ne>(r, "ne");
  add_comparison<lt>(r, "lt");
  add_comparison<le>(r, "le");
  add_comparison<gt>(r, "gt");
  add_comparison<ge>(r, "ge");
  r.add_scalar("timestamp_cmp", scalar<cmp>());
  r.add_scalar("timestamp_cmp_timestamptz", scalar<without_with_cmp>());
  r.add_scalar("timestamptz_cmp_timestamp", scalar<with_without_cmp>());
  r.add_scalar("timestamp_larger", scalar<larger>());
  r.add_scalar("timestamp_smaller", scalar<smaller>());
  r.add_scalar("timestamp_finite", scalar<finite>());
  r.add_scalar("timestamp_hash", scalar<hash>());
  r.add_scalar("timestamp_hash_extended", scalar<hash_extended>());
  r.add_scalar("timestamp_scale", scalar<scale>());
  r.add_scalar("timestamptz_scale", scalar<scale>());
  r.add_scalar("timestamp_mi", scalar<difference>());
  r.add_scalar("timestamp_pl_interval", scalar<plus>());
  r.add_scalar("timestamp_mi_interval", scalar<minus>());
  r.add_scalar("timestamptz_pl_interval", scalar<plus_zoned>());
  r.add_scalar("timestamptz_mi_interval", scalar<minus_zoned>());
  r.add_scalar("timestamp_timestamptz", scalar<to_zoned>());
  r.add_scalar("timestamptz_timestamp", scalar<from_zoned>());
  r.add_scalar("timestamp_age", scalar<age>());
  r.add_scalar("timestamptz_age", scalar<age_zoned>());
  r.add_scalar("timestamp_bin", scalar<bin>());
  r.add_scalar("timestamptz_bin", scalar<bin>());
  r.add_scalar("in_range_timestamp_interval", scalar<in_range>());
  r.add_scalar("in_range_timestamptz_interval", scalar<in_range_zoned>());
  r.add_scalar("now", scalar<now>());
  r.add_scalar("statement_timestamp", scalar<statement_now>());
  r.add_scalar("clock_timestamp", scalar<clock_now>());
  r.add_scalar("timeofday", scalar<time_of_day>());
  r.add_scalar("overlaps_time", scalar<overlaps_int64>());
  r.add_scalar("overlaps_timestamp", scalar<overlaps_int64>());
  r.add_scalar("overlaps_timetz", scalar<overlaps_timetz>());
  r.add_scalar("timestamptypmodin", scalar<typmod_in>());
  r.add_scalar("timestamptztypmodin", scalar<typmod_in_zoned>());
  r.add_scalar("timestamptypmodout", scalar<typmod_out>());
  r.add_scalar("timestamptztypmodout", scalar<typmod_out_zoned>());
  r.add_set("generate_series_timestamp", make_series<false>);
  r.add_set("generate_series_timestamptz", make_series<true>);
  r.add_internal("timestamp_sortsupport");
  r.add_internal("timestamp_support");
}

}  // namespace basalt::types
