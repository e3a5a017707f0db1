// Values of the date and time types: parsing, printing, taking apart and putting together.
//
//   date         int32: days since 2000-01-01; INT32_MIN/MAX are -infinity/infinity
//   time         int64: microseconds since midnight, 24:00:00 included
//   timetz       TimeTz: the same, and seconds WEST of UTC
//   timestamp    int64: microseconds since 2000-01-01 00:00; INT64_MIN/MAX are -infinity/infinity
//   timestamptz  int64: the same, in UTC
//   interval     Interval: months, days, microseconds, each with its own sign
#pragma once

#include <string>
#include <string_view>

#include "common/physical_type.hpp"
#include "common/sqlstate.hpp"
#include "types/call_context.hpp"
#include "types/datetime/calendar.hpp"
#include "types/time_zone.hpp"

namespace basalt::types {

using common::Interval;
using common::SqlError;
using common::TimeTz;
namespace sqlstate = common::sqlstate;

// A moment taken apart. `year` is astronomical.
struct Moment {
  int64_t year = 2000;
  int month = 1, day = 1;
  int64_t hour = 0;
  int minute = 0, second = 0;
  int32_t usec = 0;
};

struct Clock {
  int64_t hour;
  int minute, second;
  int32_t usec;
};
Clock clock_of(int64_t microseconds);  // 0 <= microseconds
constexpr int64_t time_of(int64_t hour, int64_t minute, int64_t second, int64_t usec) {
  return ((hour * 60 + minute) * 60 + second) * kUsecPerSecond + usec;
}

Moment moment_of(int64_t timestamp);  // finite
// False when out of range.
bool timestamp_of(const Moment& moment, int64_t& timestamp);
// A UTC timestamp in local time of the zone, and back.
int64_t to_local(int64_t timestamptz, const TimeZone& zone, TimeZone::Offset* offset = nullptr);
bool from_local(int64_t timestamp, const TimeZone& zone, int64_t& timestamptz);
constexpr int64_t unix_seconds(int64_t timestamp) {
  return floor_divide(timestamp, kUsecPerSecond) + kEpochDifferenceSeconds;
}

// --- text ------------------------------------------------------------------------------------------------------------
// What "now", "today" and the session's zone mean comes from the context.
int32_t parse_date(CallContext& context, std::string_view text);
int64_t parse_time(CallContext& context, std::string_view text, int32_t typmod);
TimeTz parse_timetz(CallContext& context, std::string_view text, int32_t typmod);
int64_t parse_timestamp(CallContext& context, std::string_view text, int32_t typmod);
int64_t parse_timestamptz(CallContext& context, std::string_view text, int32_t typmod);
Interval parse_interval(std::string_view text, int32_t typmod, IntervalStyle style);

std::string format_date(int32_t date, const TypeSettings& settings);
std::string format_time(int64_t time);
std::string format_timetz(TimeTz time, const TypeSettings& settings);
std::string format_timestamp(int64_t timestamp, const TypeSettings& settings);
std::string format_timestamptz(int64_t timestamptz, const TypeSettings& settings);
std::string format_interval(const Interval& interval, IntervalStyle style);
// "+05:30", as it follows a timestamptz; seconds EAST.
std::string format_offset(int32_t seconds_east, DateStyle style);

// --- typmod ----------------------------------------------------------------------------------------------------------
int64_t apply_time_typmod(int64_t time, int32_t typmod);
int64_t apply_timestamp_typmod(int64_t timestamp, int32_t typmod);
void apply_interval_typmod(Interval& interval, int32_t typmod);

// Field masks of interval typmods: 1 << field.
enum IntervalField {
  kMonthField = 1,
  kYearField = 2,
  kDayField = 3,
  kHourField = 10,
  kMinuteField = 11,
  kSecondField = 12
};
inline constexpr int kIntervalFullRange = 0x7fff;
inline constexpr int kIntervalFullPrecision = 0xffff;
constexpr int interval_range_of(int32_t typmod) { return (typmod >> 16) & 0x7fff; }
constexpr int interval_precision_of(int32_t typmod) { return typmod & 0xffff; }

// --- arithmetic ------------------------------------------------------------------------------------------------------
[[noreturn]] void throw_timestamp_range();
[[noreturn]] void throw_interval_range();
[[noreturn]] void throw_date_range();
int64_t add_interval(int64_t timestamp, const Interval& interval);
int64_t add_interval_zoned(int64_t timestamptz, const Interval& interval, const TimeZone& zone);
Interval negate_interval(const Interval& interval);
// The length that orders intervals: a month is 30 days.
common::int128 interval_span(const Interval& interval);
int compare_intervals(const Interval& a, const Interval& b);
int compare_timetz(const TimeTz& a, const TimeTz& b);
// Casts; infinities stay. Throw 22008.
int64_t date_to_timestamp(int32_t date);
int64_t date_to_timestamptz(int32_t date, const TimeZone& zone);
int64_t timestamp_to_timestamptz(int64_t timestamp, const TimeZone& zone);
int64_t timestamptz_to_timestamp(int64_t timestamptz, const TimeZone& zone);
int32_t timestamp_to_date(int64_t timestamp);

// --- names -----------------------------------------------------------------------------------------------------------
// A zone as SET TIME ZONE, AT TIME ZONE and make_timestamptz take it: an abbreviation (fixed or not) or a zone's name;
// null pointers when not found. Abbreviations win.
struct ZoneChoice {
  bool found = false;
  bool fixed = false;
  int32_t seconds_east = 0;  // fixed
  TimeZonePointer zone;      // else
  std::string abbreviation;  // not empty: a changing abbreviation of `zone`
  // The offset in force at a local time.
  TimeZone::Offset at_local(int64_t local_seconds) const;
  TimeZone::Offset at_utc(int64_t utc_seconds) const;
};
ZoneChoice choose_zone(std::string_view name);

extern const char* const kMonthNames[12];
extern const char* const kDayNames[7];

}  // namespace basalt::types
