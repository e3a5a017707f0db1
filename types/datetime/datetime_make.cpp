// make_date() and its kin, to_timestamp(double precision), and AT TIME ZONE.
#include <cmath>
#include <cstdarg>

#include "types/datetime/decode.hpp"
#include "types/datetime/functions.hpp"

namespace basalt::types {

namespace {

SqlError overflow_error(const char* format, ...) __attribute__((format(printf, 1, 2)));
SqlError overflow_error(const char* format, ...) {
  char text[256];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return SqlError(sqlstate::kDatetimeFieldOverflow, text);
}

// Negative years are BC. False when the fields make no date.
bool days_from(int32_t year, int32_t month, int32_t day, int64_t& days) {
  if (year == 0 || month < 1 || month > 12 || day < 1) return false;
  int64_t astronomical = year < 0 ? int64_t{year} + 1 : year;
  if (day > days_in_month(astronomical, month)) return false;
  days = is_valid_civil(astronomical, month) ? days_of(astronomical, month, day) : kDateEnd;
  return true;
}

int32_t make_date(int32_t year, int32_t month, int32_t day) {
  int64_t days;
  if (!days_from(year, month, day, days)) {
    throw overflow_error("date field value out of range: %d-%02d-%02d", year, month, day);
  }
  if (!is_valid_date(days)) throw overflow_error("date out of range: %d-%02d-%02d", year, month, day);
  return static_cast<int32_t>(days);
}

int64_t make_time(int32_t hour, int32_t minute, double second) {
  double usec = std::rint(second * static_cast<double>(kUsecPerSecond));
  bool bad = std::isnan(second) || hour < 0 || hour > 24 || minute < 0 || minute > 59 || usec < 0 ||
             usec > 60.0 * static_cast<double>(kUsecPerSecond);
  int64_t time = bad ? 0 : time_of(hour, minute, 0, static_cast<int64_t>(usec));
  if (bad || time > kUsecPerDay) {
    throw overflow_error("time field value out of range: %d:%02d:%02g", hour, minute, second);
  }
  return time;
}

int64_t make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double second) {
  int64_t days, t;
  if (!days_from(year, month, day, days)) {
    throw overflow_error("date field value out of range: %d-%02d-%02d", year, month, day);
  }
  if (!is_valid_date(days)) throw overflow_error("date out of range: %d-%02d-%02d", year, month, day);
  int64_t time = make_time(hour, minute, second);
  if (__builtin_mul_overflow(days, kUsecPerDay, &t) || __builtin_add_overflow(t, time, &t) || !is_valid_timestamp(t)) {
    throw overflow_error("timestamp out of range: %d-%02d-%02d %d:%02d:%02g", year, month, day, hour, minute, second);
  }
  return t;
}

int64_t make_timestamptz(FunctionCall& call, int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                         double second) {
  return timestamp_to_timestamptz(make_timestamp(year, month, day, hour, minute, second), session_zone(call));
}

ZoneChoice zone_or_throw(std::string_view name) {
  ZoneChoice choice = choose_zone(name);
  if (!choice.found) {
    throw SqlError(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(name) + "\" not recognized");
  }
  return choice;
}

int64_t shifted(int64_t t, int64_t seconds) {
  if (__builtin_add_overflow(t, seconds * kUsecPerSecond, &t) || !is_valid_timestamp(t)) throw_timestamp_range();
  return t;
}

// make_timestamptz() takes a numeric zone as it is written, +1 being east.
int64_t make_timestamptz_at(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double second,
                            std::string_view zone) {
  int64_t t = make_timestamp(year, month, day, hour, minute, second);
  std::string text(zone);
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "invalid input syntax for type numeric time zone: \"" + text + "\"")
        .hint("Numeric time zones must have \"-\" or \"+\" as first character.");
  }
  int32_t west;
  switch (decode::decode_zone(text.c_str(), west)) {
    case decode::Error::kNone:
      return shifted(t, west);
    case decode::Error::kZoneOverflow:
      throw SqlError(sqlstate::kInvalidParameterValue, "numeric time zone \"" + text + "\" out of range");
    default:
      break;
  }
  return shifted(t, -zone_or_throw(zone).at_local(unix_seconds(t)).seconds);
}

Interval make_interval(int32_t years, int32_t months, int32_t weeks, int32_t days, int32_t hours, int32_t minutes,
                       double seconds) {
  if (std::isinf(seconds) || std::isnan(seconds)) throw_interval_range();
  Interval v;
  int32_t week_days;
  double usec = std::rint(seconds * static_cast<double>(kUsecPerSecond));
  if (__builtin_mul_overflow(years, 12, &v.months) || __builtin_add_overflow(v.months, months, &v.months) ||
      __builtin_mul_overflow(weeks, 7, &week_days) || __builtin_add_overflow(week_days, days, &v.days) ||
      !(usec >= -9223372036854775808.0 && usec < 9223372036854775808.0)) {
    throw_interval_range();
  }
  v.microseconds = hours * kUsecPerHour + minutes * kUsecPerMinute;
  if (__builtin_add_overflow(v.microseconds, static_cast<int64_t>(usec), &v.microseconds)) throw_interval_range();
  return v;
}

int64_t from_unix(double seconds) {
  if (std::isnan(seconds)) throw SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp cannot be NaN");
  if (std::isinf(seconds)) return seconds < 0 ? kTimestampMinusInfinity : kTimestampInfinity;
  constexpr double kFirst = -210866803200.0 - 0.0, kEnd = 9224318016000.0;  // the range, in Unix seconds
  int64_t t = 0;
  bool ok = seconds >= kFirst && seconds < kEnd;
  if (ok) {
    double usec =
        std::rint((seconds - static_cast<double>(kEpochDifferenceSeconds)) * static_cast<double>(kUsecPerSecond));
    t = static_cast<int64_t>(usec);
    ok = is_valid_timestamp(t);
  }
  if (!ok) throw overflow_error("timestamp out of range: \"%g\"", seconds);
  return t;
}

// --- AT TIME ZONE ----------------------------------------------------------------------------------------------------
int64_t timestamp_zone(std::string_view zone, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  return shifted(t, -zone_or_throw(zone).at_local(unix_seconds(t)).seconds);
}
int64_t timestamptz_zone(std::string_view zone, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  return shifted(t, zone_or_throw(zone).at_utc(unix_seconds(t)).seconds);
}
int64_t seconds_of_zone(FunctionCall& call, const Interval& zone) {
  if (zone.months != 0 || zone.days != 0) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "interval time zone \"" + format_interval(zone, call.context->settings().interval_style) +
                       "\" must not include months or days");
  }
  return static_cast<int32_t>(zone.microseconds / kUsecPerSecond);
}
int64_t timestamp_izone(FunctionCall& call, Interval zone, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  return shifted(t, -seconds_of_zone(call, zone));
}
int64_t timestamptz_izone(FunctionCall& call, Interval zone, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  return shifted(t, seconds_of_zone(call, zone));
}
TimeTz moved(const TimeTz& t, int64_t west) {
  int64_t time = t.microseconds + (t.zone - west) * kUsecPerSecond;
  return {floor_modulo(time, kUsecPerDay), static_cast<int32_t>(west)};
}
TimeTz timetz_zone(FunctionCall& call, std::string_view zone, TimeTz t) {
  return moved(t, -zone_or_throw(zone).at_utc(unix_seconds(call.context->transaction_time())).seconds);
}
TimeTz timetz_izone(FunctionCall& call, Interval zone, TimeTz t) { return moved(t, -seconds_of_zone(call, zone)); }

}  // namespace

void register_datetime_make(FunctionRegistry& r) {
  r.add_scalar("make_date", scalar<make_date>());
  r.add_scalar("make_time", scalar<make_time>());
  r.add_scalar("make_timestamp", scalar<make_timestamp>());
  r.add_scalar("make_timestamptz", scalar<make_timestamptz>());
  r.add_scalar("make_timestamptz_at_timezone", scalar<make_timestamptz_at>());
  r.add_scalar("make_interval", scalar<make_interval>());
  r.add_scalar("float8_timestamptz", scalar<from_unix>());
  r.add_scalar("timestamp_zone", scalar<timestamp_zone>());
  r.add_scalar("timestamptz_zone", scalar<timestamptz_zone>());
  r.add_scalar("timestamp_izone", scalar<timestamp_izone>());
  r.add_scalar("timestamptz_izone", scalar<timestamptz_izone>());
  r.add_scalar("timetz_zone", scalar<timetz_zone>());
  r.add_scalar("timetz_izone", scalar<timetz_izone>());
}

}  // namespace basalt::types
