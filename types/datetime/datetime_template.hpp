// A to_char() template of dates and times, taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace basalt::types::datetime_template {

enum class Key {
  kLiteral,
  kAmPm,
  kAdBc,
  kCentury,
  kDayName,
  kDayShort,
  kDayOfYear,
  kDay,
  kDayOfWeek,
  kFraction,
  kExact,
  kHour24,
  kHour12,
  kIsoDayOfYear,
  kIsoDayOfWeek,
  kIsoWeek,
  kIsoYear,
  kJulian,
  kMinute,
  kMonth,
  kMonthName,
  kMonthShort,
  kMillisecond,
  kOffset,
  kQuarter,
  kRomanMonth,
  kSecondsOfDay,
  kSecond,
  kTzh,
  kTzm,
  kTz,
  kMicrosecond,
  kWeek,
  kWeekOfMonth,
  kYearComma,
  kYear
};
enum class Case { kUpper, kLower, kCapital };
enum class Ordinal { kNone, kUpper, kLower };

struct Node {
  Key key = Key::kLiteral;
  std::string text;     // literals; else the word as it is spelt
  bool quoted = false;  // a literal from a quoted part: never a separator
  Case letters = Case::kUpper;
  int digits = 0;  // of years and fractions
  bool dotted = false;
  bool fill = false;  // FM
  Ordinal ordinal = Ordinal::kNone;
};

std::vector<Node> parse(std::string_view format);

}  // namespace basalt::types::datetime_template
