// EXTRACT, date_part() and date_trunc().
#include "types/datetime/decode.hpp"
#include "types/datetime/functions.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

using namespace decode;

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// A unit's name as EXTRACT takes it; kNone when it is not one.
int unit_of(std::string_view name) {
  std::string lower = lowered(name);
  WordMeaning meaning = find_unit(lower);
  if (meaning.word == Word::kUnits) return meaning.value;
  if (meaning.word != Word::kUnknown) return kNone;
  meaning = find_word(lower);
  if (meaning.word == Word::kUnits) return meaning.value;
  if (meaning.word == Word::kReserved) return meaning.value == kTokenEpoch ? kUnitEpoch : -meaning.value;
  return kNone;
}

[[noreturn]] void throw_unit(std::string_view name, int unit, const char* type_name) {
  if (unit == kNone) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "unit \"" + lowered(name) + "\" not recognized for type " + type_name);
  }
  throw SqlError(sqlstate::kFeatureNotSupported, "unit \"" + lowered(name) + "\" not supported for type " + type_name);
}

// Reserved words ("now") count as unknown here.
[[noreturn]] void throw_plain_unit(std::string_view name, int unit, const char* type_name) {
  throw_unit(name, unit < 0 ? kNone : unit, type_name);
}

// date_trunc() knows the words of intervals only.
int trunc_unit_of(std::string_view name) {
  WordMeaning meaning = find_unit(lowered(name));
  return meaning.word == Word::kUnits ? meaning.value : kNone;
}

// A field's value: unscaled / 10^scale, NULL, or infinite.
struct FieldValue {
  common::int128 unscaled = 0;
  int scale = 0;
  bool null = false;
  int infinite = 0;
  double seconds = 0;  // with is_seconds: the double that date_part() answers
  bool is_seconds = false;
  bool is_julian = false;  // unscaled days and usec of the day
  int64_t usec_of_day = 0;
};

std::optional<std::string> to_numeric(const FieldValue& v) {
  if (v.null) return std::nullopt;
  if (v.infinite != 0) return numeric::infinity(v.infinite < 0);
  std::string out = numeric::from_int128(v.unscaled, v.scale);
  if (!v.is_julian) return out;
  std::string part = numeric::divide(numeric::from_int64(v.usec_of_day), numeric::from_int64(kUsecPerDay));
  return numeric::add(out, part);
}

std::optional<double> to_float(const FieldValue& v) {
  if (v.null) return std::nullopt;
  if (v.infinite != 0)
    return v.infinite > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  if (v.is_seconds) return v.seconds;
  double value = static_cast<double>(v.unscaled);
  if (v.scale == 6) value /= 1000000.0;
  if (v.is_julian) value += static_cast<double>(v.usec_of_day) / 1000000.0 / static_cast<double>(kSecondsPerDay);
  return value;
}

FieldValue whole(int64_t value) {
  FieldValue v;
  v.unscaled = value;
  return v;
}
FieldValue scaled(common::int128 value, int scale) {
  FieldValue v;
  v.unscaled = value;
  v.scale = scale;
  return v;
}

// Fields of the clock; false when `unit` is none of them.
bool clock_field(int unit, const Clock& c, FieldValue& v) {
  switch (unit) {
    case kUnitMicrosecond:
      v = whole(c.second * kUsecPerSecond + c.usec);
      return true;
    case kUnitMillisecond:
      v = scaled(c.second * kUsecPerSecond + c.usec, 3);
      v.is_seconds = true;
      v.seconds = c.second * 1000.0 + c.usec / 1000.0;
      return true;
    case kUnitSecond:
      v = scaled(c.second * kUsecPerSecond + c.usec, 6);
      v.is_seconds = true;
      v.seconds = c.second + c.usec / 1000000.0;
      return true;
    case kUnitMinute:
      v = whole(c.minute);
      return true;
    case kUnitHour:
      v = whole(c.hour);
      return true;
    default:
      return false;
  }
}

// Fields of the calendar. Years are counted without a year 0.
bool calendar_field(int unit, int64_t days, FieldValue& v) {
  CivilDate d = civil_of(days);
  int64_t y = d.year, before = y - 1;
  switch (unit) {
    case kUnitDay:
      v = whole(d.day);
      return true;
    case kUnitMonth:
      v = whole(d.month);
      return true;
    case kUnitQuarter:
      v = whole((d.month - 1) / 3 + 1);
      return true;
    case kUnitWeek:
      v = whole(iso_week_of(days).week);
      return true;
    case kUnitYear:
      v = whole(y > 0 ? y : before);
      return true;
    case kUnitDecade:
      v = whole(y >= 0 ? y / 10 : -((8 - before) / 10));
      return true;
    case kUnitCentury:
      v = whole(y > 0 ? (y + 99) / 100 : -((99 - before) / 100));
      return true;
    case kUnitMillennium:
      v = whole(y > 0 ? (y + 999) / 1000 : -((999 - before) / 1000));
      return true;
    case kUnitIsoYear: {
      int64_t iso = iso_week_of(days).year;
      v = whole(iso > 0 ? iso : iso - 1);
      return true;
    }
    case kUnitDow:
      v = whole(day_of_week(days));
      return true;
    case kUnitIsoDow:
      v = whole(day_of_week(days) == 0 ? 7 : day_of_week(days));
      return true;
    case kUnitDoy:
      v = whole(days - days_of(y, 1, 1) + 1);
      return true;
    default:
      return false;
  }
}

bool zone_field(int unit, int32_t seconds_east, FieldValue& v) {
  switch (unit) {
    case kUnitTimezone:
      v = whole(seconds_east);
      return true;
    case kUnitTimezoneHour:
      v = whole(seconds_east / 3600);
      return true;
    case kUnitTimezoneMinute:
      v = whole(seconds_east / 60 % 60);
      return true;
    default:
      return false;
  }
}

bool infinite_field(int unit, bool positive, bool with_clock, bool zoned, FieldValue& v) {
  switch (unit) {
    case kUnitMicrosecond:
    case kUnitMillisecond:
    case kUnitSecond:
    case kUnitMinute:
    case kUnitHour:
      if (!with_clock) return false;
      [[fallthrough]];
    case kUnitDay:
    case kUnitMonth:
    case kUnitQuarter:
    case kUnitWeek:
    case kUnitDow:
    case kUnitIsoDow:
    case kUnitDoy:
      v.null = true;
      return true;
    case kUnitTimezone:
    case kUnitTimezoneHour:
    case kUnitTimezoneMinute:
      v.null = true;
      return zoned;
    case kUnitYear:
    case kUnitDecade:
    case kUnitCentury:
    case kUnitMillennium:
    case kUnitJulian:
    case kUnitIsoYear:
    case kUnitEpoch:
      v.infinite = positive ? 1 : -1;
      return true;
    default:
      return false;
  }
}

FieldValue timestamp_field(std::string_view name, int64_t local, int64_t utc, const TimeZone::Offset* zone) {
  const char* type_name = zone ? "timestamp with time zone" : "timestamp without time zone";
  int unit = unit_of(name);
  FieldValue v;
  if (is_infinite_timestamp(utc)) {
    if (unit == kNone || !infinite_field(unit, utc > 0, true, zone != nullptr, v)) throw_unit(name, unit, type_name);
    return v;
  }
  int64_t days = floor_divide(local, kUsecPerDay);
  Clock c = clock_of(local - days * kUsecPerDay);
  if (clock_field(unit, c, v) || calendar_field(unit, days, v) || (zone && zone_field(unit, zone->seconds, v)))
    return v;
  if (unit == kUnitJulian) {
    v = whole(days + kJulianOfEpoch);
    v.is_julian = true;
    v.usec_of_day = local - days * kUsecPerDay;
    return v;
  }
  if (unit == kUnitEpoch) {
    return scaled(static_cast<common::int128>(utc) + kEpochDifferenceSeconds * kUsecPerSecond, 6);
  }
  throw_unit(name, unit, type_name);
}

FieldValue zoned_field(FunctionCall& call, std::string_view name, int64_t t) {
  TimeZone::Offset offset;
  int64_t local = is_infinite_timestamp(t) ? t : to_local(t, session_zone(call), &offset);
  return timestamp_field(name, local, t, &offset);
}

FieldValue date_field(std::string_view name, int32_t date) {
  int unit = unit_of(name);
  FieldValue v;
  if (is_infinite_date(date)) {
    if (unit == kNone || !infinite_field(unit, date > 0, false, false, v)) throw_unit(name, unit, "date");
    return v;
  }
  if (calendar_field(unit, date, v)) return v;
  if (unit == kUnitJulian) return whole(int64_t{date} + kJulianOfEpoch);
  if (unit == kUnitEpoch) return whole((date - kUnixEpochDays) * kSecondsPerDay);
  throw_unit(name, unit, "date");
}

FieldValue time_field(std::string_view name, int64_t t) {
  int unit = unit_of(name);
  FieldValue v;
  if (clock_field(unit, clock_of(t), v)) return v;
  if (unit == kUnitEpoch) return scaled(t, 6);
  throw_plain_unit(name, unit, "time without time zone");
}

FieldValue timetz_field(std::string_view name, TimeTz t) {
  int unit = unit_of(name);
  FieldValue v;
  if (clock_field(unit, clock_of(t.microseconds), v) || zone_field(unit, -t.zone, v)) return v;
  if (unit == kUnitEpoch) return scaled(t.microseconds + t.zone * kUsecPerSecond, 6);
  throw_plain_unit(name, unit, "time with time zone");
}

FieldValue interval_field(std::string_view name, Interval i) {
  int unit = unit_of(name);
  FieldValue v;
  int64_t years = i.months / 12;
  if (clock_field(unit, clock_of(i.microseconds), v)) return v;
  switch (unit) {
    case kUnitDay:
      return whole(i.days);
    case kUnitMonth:
      return whole(i.months % 12);
    case kUnitQuarter:
      return whole(i.months % 12 / 3 + 1);
    case kUnitYear:
      return whole(years);
    case kUnitDecade:
      return whole(years / 10);
    case kUnitCentury:
      return whole(years / 100);
    case kUnitMillennium:
      return whole(years / 1000);
    case kUnitEpoch: {
      // A year is 365.25 days: count in quarters of a day.
      int64_t quarters = 1461 * years + 120 * int64_t{i.months % 12} + 4 * int64_t{i.days};
      v = scaled(static_cast<common::int128>(quarters * (kSecondsPerDay / 4)) * kUsecPerSecond + i.microseconds, 6);
      v.is_seconds = true;
      v.seconds = static_cast<double>(i.microseconds) / 1000000.0;
      v.seconds += 365.25 * kSecondsPerDay * static_cast<double>(years);
      v.seconds += 30.0 * kSecondsPerDay * (i.months % 12);
      v.seconds += static_cast<double>(kSecondsPerDay) * i.days;
      return v;
    }
    default:
      throw_plain_unit(name, unit, "interval");
  }
}

using Name = std::string_view;
std::optional<double> timestamp_part(Name n, int64_t t) { return to_float(timestamp_field(n, t, t, nullptr)); }
std::optional<std::string> extract_timestamp(Name n, int64_t t) {
  return to_numeric(timestamp_field(n, t, t, nullptr));
}
std::optional<double> timestamptz_part(FunctionCall& c, Name n, int64_t t) { return to_float(zoned_field(c, n, t)); }
std::optional<std::string> extract_timestamptz(FunctionCall& c, Name n, int64_t t) {
  return to_numeric(zoned_field(c, n, t));
}
std::optional<std::string> extract_date(Name n, int32_t d) { return to_numeric(date_field(n, d)); }
std::optional<double> time_part(Name n, int64_t t) { return to_float(time_field(n, t)); }
std::optional<std::string> extract_time(Name n, int64_t t) { return to_numeric(time_field(n, t)); }
std::optional<double> timetz_part(Name n, TimeTz t) { return to_float(timetz_field(n, t)); }
std::optional<std::string> extract_timetz(Name n, TimeTz t) { return to_numeric(timetz_field(n, t)); }
std::optional<double> interval_part(Name n, Interval i) { return to_float(interval_field(n, i)); }
std::optional<std::string> extract_interval(Name n, Interval i) { return to_numeric(interval_field(n, i)); }

// --- date_trunc ------------------------------------------------------------------------------------------------------

// Cuts a local timestamp. Answers false when the unit cannot be cut to.
bool truncate_local(int unit, int64_t& local) {
  auto cut = [&local](int64_t width) { local -= floor_modulo(local, width); };
  int64_t days = floor_divide(local, kUsecPerDay);
  CivilDate d = civil_of(days);
  auto to_year = [&](int64_t width, int64_t first) {
    // Centuries and millennia start with year 1, decades with year 0.
    int64_t year = floor_divide(d.year - first, width) * width + first;
    days = days_of(year, 1, 1);
  };
  switch (unit) {
    case kUnitMicrosecond:
      return true;
    case kUnitMillisecond:
      cut(1000);
      return true;
    case kUnitSecond:
      cut(kUsecPerSecond);
      return true;
    case kUnitMinute:
      cut(kUsecPerMinute);
      return true;
    case kUnitHour:
      cut(kUsecPerHour);
      return true;
    case kUnitDay:
      break;
    case kUnitWeek:
      days -= floor_modulo(day_of_week(days) + 6, 7);
      break;
    case kUnitMonth:
      days = days_of(d.year, d.month, 1);
      break;
    case kUnitQuarter:
      days = days_of(d.year, (d.month - 1) / 3 * 3 + 1, 1);
      break;
    case kUnitYear:
      days = days_of(d.year, 1, 1);
      break;
    case kUnitDecade:
      to_year(10, 0);
      break;
    case kUnitCentury:
      to_year(100, 1);
      break;
    case kUnitMillennium:
      to_year(1000, 1);
      break;
    default:
      return false;
  }
  if (__builtin_mul_overflow(days, kUsecPerDay, &local) || !is_valid_timestamp(local)) throw_timestamp_range();
  return true;
}

bool is_clock_unit(int unit) { return unit >= kUnitMicrosecond && unit <= kUnitHour; }

int64_t timestamp_trunc(Name name, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  int unit = trunc_unit_of(name);
  if (!truncate_local(unit, t)) throw_unit(name, unit, "timestamp without time zone");
  return t;
}

int64_t truncate_zoned(Name name, int64_t t, const ZoneChoice& zone) {
  int unit = trunc_unit_of(name);
  int64_t offset = zone.at_utc(unix_seconds(t)).seconds;
  int64_t local = t + offset * kUsecPerSecond;
  if (!truncate_local(unit, local)) throw_unit(name, unit, "timestamp with time zone");
  if (!is_clock_unit(unit)) offset = zone.at_local(unix_seconds(local)).seconds;
  local -= offset * kUsecPerSecond;
  if (!is_valid_timestamp(local)) throw_timestamp_range();
  return local;
}
int64_t timestamptz_trunc(FunctionCall& call, Name name, int64_t t) {
  if (is_infinite_timestamp(t)) return t;
  ZoneChoice zone;
  zone.zone = call.context->settings().time_zone;
  return truncate_zoned(name, t, zone);
}
int64_t timestamptz_trunc_zone(Name name, int64_t t, Name zone_name) {
  if (is_infinite_timestamp(t)) return t;
  ZoneChoice zone = choose_zone(zone_name);
  if (!zone.found) {
    throw SqlError(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(zone_name) + "\" not recognized");
  }
  return truncate_zoned(name, t, zone);
}

Interval interval_trunc(Name name, Interval v) {
  int unit = trunc_unit_of(name);
  auto months = [&v](int width) { return Interval{0, 0, v.months / width * width}; };
  auto usec = [&v](int64_t width) { return Interval{v.microseconds / width * width, v.days, v.months}; };
  switch (unit) {
    case kUnitMillennium:
      return months(12000);
    case kUnitCentury:
      return months(1200);
    case kUnitDecade:
      return months(120);
    case kUnitYear:
      return months(12);
    case kUnitQuarter:
      return months(3);
    case kUnitMonth:
      return months(1);
    case kUnitDay:
      return {0, v.days, v.months};
    case kUnitHour:
      return usec(kUsecPerHour);
    case kUnitMinute:
      return usec(kUsecPerMinute);
    case kUnitSecond:
      return usec(kUsecPerSecond);
    case kUnitMillisecond:
      return usec(1000);
    case kUnitMicrosecond:
      return v;
    case kUnitWeek:
      throw SqlError(sqlstate::kFeatureNotSupported, "unit \"" + lowered(name) + "\" not supported for type interval")
          .detail("Months usually have fractional weeks.");
    default:
      throw_plain_unit(name, unit, "interval");
  }
}

}  // namespace

void register_datetime_fields(FunctionRegistry& r) {
  r.add_scalar("timestamp_part", scalar<timestamp_part>());
  r.add_scalar("timestamptz_part", scalar<timestamptz_part>());
  r.add_scalar("time_part", scalar<time_part>());
  r.add_scalar("timetz_part", scalar<timetz_part>());
  r.add_scalar("interval_part", scalar<interval_part>());
  r.add_scalar("extract_timestamp", scalar<extract_timestamp>());
  r.add_scalar("extract_timestamptz", scalar<extract_timestamptz>());
  r.add_scalar("extract_date", scalar<extract_date>());
  r.add_scalar("extract_time", scalar<extract_time>());
  r.add_scalar("extract_timetz", scalar<extract_timetz>());
  r.add_scalar("extract_interval", scalar<extract_interval>());
  r.add_scalar("timestamp_trunc", scalar<timestamp_trunc>());
  r.add_scalar("timestamptz_trunc", scalar<timestamptz_trunc>());
  r.add_scalar("timestamptz_trunc_zone", scalar<timestamptz_trunc_zone>());
  r.add_scalar("interval_trunc", scalar<interval_trunc>());
}

}  // namespace basalt::types
