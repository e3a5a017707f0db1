#include "types/datetime/datetime.hpp"

#include <algorithm>
#include <cctype>

namespace basalt::types {

void throw_timestamp_range() { throw SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range"); }
void throw_interval_range() { throw SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range"); }
void throw_date_range() { throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range"); }

Clock clock_of(int64_t t) {
  Clock c;
  c.hour = t / kUsecPerHour;
  t %= kUsecPerHour;
  c.minute = static_cast<int>(t / kUsecPerMinute);
  t %= kUsecPerMinute;
  c.second = static_cast<int>(t / kUsecPerSecond);
  c.usec = static_cast<int32_t>(t % kUsecPerSecond);
  return c;
}

Moment moment_of(int64_t timestamp) {
  int64_t days = floor_divide(timestamp, kUsecPerDay);
  CivilDate d = civil_of(days);
  Clock c = clock_of(timestamp - days * kUsecPerDay);
  return {d.year, d.month, d.day, c.hour, c.minute, c.second, c.usec};
}

bool timestamp_of(const Moment& m, int64_t& timestamp) {
  if (!is_valid_civil(m.year, m.month)) return false;
  int64_t time = time_of(m.hour, m.minute, m.second, m.usec);
  return !__builtin_mul_overflow(days_of(m.year, m.month, m.day), kUsecPerDay, &timestamp) &&
         !__builtin_add_overflow(timestamp, time, &timestamp) && is_valid_timestamp(timestamp);
}

int64_t to_local(int64_t timestamptz, const TimeZone& zone, TimeZone::Offset* offset) {
  TimeZone::Offset found = zone.at(unix_seconds(timestamptz));
  if (offset) *offset = found;
  return timestamptz + found.seconds * kUsecPerSecond;
}

bool from_local(int64_t timestamp, const TimeZone& zone, int64_t& timestamptz) {
  int64_t shift = zone.resolve_local(unix_seconds(timestamp)).seconds * kUsecPerSecond;
  return !__builtin_sub_overflow(timestamp, shift, &timestamptz) && is_valid_timestamp(timestamptz);
}

// --- typmod ----------------------------------------------------------------------------------------------------------

namespace {

constexpr int kPrecisionMax = 6;
constexpr int64_t kScales[kPrecisionMax + 1] = {1000000, 100000, 10000, 1000, 100, 10, 1};

int64_t round_usec(int64_t value, int precision) {
  int64_t scale = kScales[precision], half = scale / 2;
  return value >= 0 ? (value + half) / scale * scale : -((-value + half) / scale * scale);
}

}  // namespace

int64_t apply_time_typmod(int64_t time, int32_t typmod) {
  return typmod >= 0 && typmod < kPrecisionMax ? round_usec(time, typmod) : time;
}

int64_t apply_timestamp_typmod(int64_t timestamp, int32_t typmod) {
  if (typmod == -1 || typmod == kPrecisionMax || is_infinite_timestamp(timestamp)) return timestamp;
  if (typmod < 0 || typmod > kPrecisionMax) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "timestamp(" + std::to_string(typmod) + ") precision must be between 0 and 6");
  }
  return round_usec(timestamp, typmod);
}

void apply_interval_typmod(Interval& v, int32_t typmod) {
  if (typmod < 0) return;
  int range = interval_range_of(typmod), precision = interval_precision_of(typmod);
  auto has = [range](IntervalField field) { return (range >> field & 1) != 0; };
  if (range != kIntervalFullRange) {
    if (has(kYearField) || has(kMonthField)) {
      if (!has(kMonthField)) v.months = v.months / 12 * 12;
      if (!has(kDayField)) v.days = 0;
      v.microseconds = 0;
    } else if (!has(kHourField) && !has(kMinuteField) && !has(kSecondField)) {
      v.microseconds = 0;
    } else if (!has(kMinuteField) && !has(kSecondField)) {
      v.microseconds = v.microseconds / kUsecPerHour * kUsecPerHour;
    } else if (!has(kSecondField)) {
      v.microseconds = v.microseconds / kUsecPerMinute * kUsecPerMinute;
    }
  }
  if (precision == kIntervalFullPrecision) return;
  if (precision > kPrecisionMax) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "interval(" + std::to_string(precision) + ") precision must be between 0 and 6");
  }
  v.microseconds = round_usec(v.microseconds, precision);
}

// --- arithmetic ------------------------------------------------------------------------------------------------------

namespace {

// Shifts the calendar date of a local timestamp by months (the day is cut to the month's length) or days.
int64_t shift_months(int64_t local, int32_t months) {
  Moment m = moment_of(local);
  int64_t month = m.month - 1 + int64_t{months};
  m.year += floor_divide(month, 12);
  m.month = static_cast<int>(floor_modulo(month, 12)) + 1;
  m.day = std::min(m.day, days_in_month(m.year, m.month));
  int64_t shifted;
  if (!timestamp_of(m, shifted)) throw_timestamp_range();
  return shifted;
}

int64_t shift_days(int64_t local, int32_t days) {
  int64_t shifted;
  if (__builtin_mul_overflow(int64_t{days}, kUsecPerDay, &shifted) ||
      __builtin_add_overflow(local, shifted, &shifted) || !is_valid_timestamp(shifted)) {
    throw_timestamp_range();
  }
  return shifted;
}

int64_t shift_usec(int64_t timestamp, int64_t usec) {
  if (__builtin_add_overflow(timestamp, usec, &timestamp) || !is_valid_timestamp(timestamp)) throw_timestamp_range();
  return timestamp;
}

int64_t back_to_utc(int64_t local, const TimeZone& zone) {
  int64_t utc;
  if (!from_local(local, zone, utc)) throw_timestamp_range();
  return utc;
}

}  // namespace

int64_t add_interval(int64_t timestamp, const Interval& interval) {
  if (is_infinite_timestamp(timestamp)) return timestamp;
  if (interval.months != 0) timestamp = shift_months(timestamp, interval.months);
  if (interval.days != 0) timestamp = shift_days(timestamp, interval.days);
  return shift_usec(timestamp, interval.microseconds);
}

int64_t add_interval_zoned(int64_t timestamptz, const Interval& interval, const TimeZone& zone) {
  if (is_infinite_timestamp(timestamptz)) return timestamptz;
  if (interval.months != 0) {
    timestamptz = back_to_utc(shift_months(to_local(timestamptz, zone), interval.months), zone);
  }
  if (interval.days != 0) timestamptz = back_to_utc(shift_days(to_local(timestamptz, zone), interval.days), zone);
  return shift_usec(timestamptz, interval.microseconds);
}

Interval negate_interval(const Interval& v) {
  Interval r;
  if (__builtin_sub_overflow(int64_t{0}, v.microseconds, &r.microseconds) ||
      __builtin_sub_overflow(0, v.days, &r.days) || __builtin_sub_overflow(0, v.months, &r.months)) {
    throw_interval_range();
  }
  return r;
}

common::int128 interval_span(const Interval& v) {
  int64_t days = int64_t{v.months} * 30 + v.days;
  return static_cast<common::int128>(days) * kUsecPerDay + v.microseconds;
}

int compare_intervals(const Interval& a, const Interval& b) {
  common::int128 x = interval_span(a), y = interval_span(b);
  return x < y ? -1 : x > y;
}

int compare_timetz(const TimeTz& a, const TimeTz& b) {
  int64_t x = a.microseconds + a.zone * kUsecPerSecond, y = b.microseconds + b.zone * kUsecPerSecond;
  if (x != y) return x < y ? -1 : 1;
  return a.zone < b.zone ? -1 : a.zone > b.zone;
}

int64_t date_to_timestamp(int32_t date) {
  if (date == kDateInfinity) return kTimestampInfinity;
  if (date == kDateMinusInfinity) return kTimestampMinusInfinity;
  if (date >= kTimestampEnd / kUsecPerDay) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  }
  return date * kUsecPerDay;
}

int64_t date_to_timestamptz(int32_t date, const TimeZone& zone) {
  int64_t local = date_to_timestamp(date), utc;
  if (is_infinite_timestamp(local)) return local;
  if (!from_local(local, zone, utc))
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  return utc;
}

int64_t timestamp_to_timestamptz(int64_t timestamp, const TimeZone& zone) {
  return is_infinite_timestamp(timestamp) ? timestamp : back_to_utc(timestamp, zone);
}

int64_t timestamptz_to_timestamp(int64_t timestamptz, const TimeZone& zone) {
  return is_infinite_timestamp(timestamptz) ? timestamptz : to_local(timestamptz, zone);
}

int32_t timestamp_to_date(int64_t timestamp) {
  if (timestamp == kTimestampInfinity) return kDateInfinity;
  if (timestamp == kTimestampMinusInfinity) return kDateMinusInfinity;
  return static_cast<int32_t>(floor_divide(timestamp, kUsecPerDay));
}

// --- zones by name ---------------------------------------------------------------------------------------------------

TimeZone::Offset ZoneChoice::at_utc(int64_t utc_seconds) const {
  if (fixed) return {seconds_east, false, {}};
  TimeZone::Offset offset;
  if (!abbreviation.empty() && zone->find_abbreviation(abbreviation, utc_seconds, offset)) return offset;
  return zone->at(utc_seconds);
}

TimeZone::Offset ZoneChoice::at_local(int64_t local_seconds) const {
  if (fixed) return {seconds_east, false, {}};
  TimeZone::Offset offset = zone->resolve_local(local_seconds);
  // The abbreviation decides where the clock alone would say otherwise.
  TimeZone::Offset named;
  if (!abbreviation.empty() && zone->find_abbreviation(abbreviation, local_seconds - offset.seconds, named))
    return named;
  return offset;
}

ZoneChoice choose_zone(std::string_view name) {
  ZoneChoice choice;
  AbbreviationMeaning meaning = find_time_zone_abbreviation(name);
  if (meaning.found) {
    choice.found = true;
    choice.fixed = !meaning.zone;
    choice.seconds_east = meaning.seconds_east;
    choice.zone = meaning.zone;
    if (meaning.zone) choice.abbreviation = name;
    return choice;
  }
  choice.zone = TimeZone::load(name);
  choice.found = choice.zone != nullptr;
  return choice;
}

}  // namespace basalt::types
