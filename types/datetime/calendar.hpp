// The proleptic Gregorian calendar on 64-bit integers, and the ranges of date and timestamp. Years are astronomical: 0
// is 1 BC. Days count from 2000-01-01, timestamps in microseconds from its midnight.
#pragma once

#include <cstdint>

namespace basalt::types {

inline constexpr int64_t kUsecPerSecond = 1000000;
inline constexpr int64_t kUsecPerMinute = 60 * kUsecPerSecond;
inline constexpr int64_t kUsecPerHour = 60 * kUsecPerMinute;
inline constexpr int64_t kUsecPerDay = 24 * kUsecPerHour;
inline constexpr int64_t kSecondsPerDay = 86400;
inline constexpr int64_t kUnixEpochDays = -10957;              // 1970-01-01
inline constexpr int64_t kEpochDifferenceSeconds = 946684800;  // from Unix' epoch to ours
inline constexpr int32_t kJulianOfEpoch = 2451545;             // Julian day of 2000-01-01
inline constexpr int64_t kDayMin = -kJulianOfEpoch;            // 4714-11-24 BC
inline constexpr int64_t kDateEnd = 2145031949;                // 5874898-01-01
inline constexpr int64_t kTimestampMin = -211813488000000000;  // 4714-11-24 BC
inline constexpr int64_t kTimestampEnd = 9223371331200000000;  // 294277-01-01
inline constexpr int64_t kTimestampInfinity = INT64_MAX;
inline constexpr int64_t kTimestampMinusInfinity = INT64_MIN;
inline constexpr int32_t kDateInfinity = INT32_MAX;
inline constexpr int32_t kDateMinusInfinity = INT32_MIN;

struct CivilDate {
  int64_t year;
  int month, day;
};

constexpr bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
constexpr int days_in_month(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }
constexpr int64_t floor_modulo(int64_t a, int64_t b) { return a - floor_divide(a, b) * b; }

// Any month and day number is taken (month 13 is January of the next year).
constexpr int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year += floor_divide(month - 1, 12);
  month = floor_modulo(month - 1, 12) + 1;
  // Years from March, in eras of 400 years.
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = floor_divide(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 730425 + day - 1;
}

constexpr CivilDate civil_of(int64_t days) {
  days += 730425;
  int64_t era = floor_divide(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  int month = static_cast<int>(month_index + (month_index < 10 ? 3 : -9));
  return {year_of_era + era * 400 + (month <= 2), month,
          static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1)};
}

static_assert(days_of(2000, 1, 1) == 0 && days_of(1970, 1, 1) == kUnixEpochDays && days_of(2000, 3, 1) == 60);
static_assert(days_of(-4713, 11, 24) == kDayMin && days_of(5874898, 1, 1) == kDateEnd);

// 0 is Sunday.
constexpr int day_of_week(int64_t days) { return static_cast<int>(floor_modulo(days + 6, 7)); }

// May the calendar be asked about this day at all (Julian day in range)?
constexpr bool is_valid_civil(int64_t year, int64_t month) {
  return (year > -4713 || (year == -4713 && month >= 11)) && (year < 5874898 || (year == 5874898 && month < 6));
}
constexpr bool is_valid_date(int64_t days) { return days >= kDayMin && days < kDateEnd; }
constexpr bool is_valid_timestamp(int64_t t) { return t >= kTimestampMin && t < kTimestampEnd; }
constexpr bool is_infinite_timestamp(int64_t t) { return t == kTimestampInfinity || t == kTimestampMinusInfinity; }
constexpr bool is_infinite_date(int32_t d) { return d == kDateInfinity || d == kDateMinusInfinity; }

// ISO 8601 week numbering.
struct IsoWeek {
  int64_t year;
  int week;
};
constexpr int64_t iso_year_start(int64_t year) {
  int64_t fourth = days_of(year, 1, 4);
  return fourth - floor_modulo(fourth + 5, 7);  // the Monday at or before 4 January
}
constexpr IsoWeek iso_week_of(int64_t days) {
  int64_t year = civil_of(days).year;
  if (days >= iso_year_start(year + 1))
    ++year;
  else if (days < iso_year_start(year))
    --year;
  return {year, static_cast<int>((days - iso_year_start(year)) / 7 + 1)};
}

}  // namespace basalt::types
