// The field decoder behind date and time input: text is cut into fields, each field says what it sets, and the whole is
// checked at the end. Accepts what PostgreSQL accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "types/datetime/datetime.hpp"

namespace basalt::types::decode {

enum class Error { kNone, kBadFormat, kFieldOverflow, kMonthDayOverflow, kIntervalOverflow, kZoneOverflow };
[[noreturn]] void throw_error(Error error, std::string_view text, std::string_view type_name);

enum class FieldType { kNumber, kString, kDate, kTime, kZone, kSpecial };
struct Field {
  FieldType type;
  std::string text;  // lower case
};
Error split(std::string_view text, std::vector<Field>& fields);

// Bits of the fields already seen.
enum Mask : uint32_t {
  kYear = 1 << 0,
  kMonth = 1 << 1,
  kDay = 1 << 2,
  kDayOfYear = 1 << 3,
  kHour = 1 << 4,
  kMinute = 1 << 5,
  kSecond = 1 << 6,
  kMillisecond = 1 << 7,
  kMicrosecond = 1 << 8,
  kZone = 1 << 9,
  kDaylightZone = 1 << 10,
  kDaylightModifier = 1 << 11,
  kAmPm = 1 << 12,
  kAdBc = 1 << 13,
  kDayOfWeek = 1 << 14,
  kWeek = 1 << 15,
  kDecade = 1 << 16,
  kCentury = 1 << 17,
  kMillennium = 1 << 18,
  kReserved = 1 << 19,
  kUnknown = 1 << 20,
  kDateMask = kYear | kMonth | kDay,
  kSecondsMask = kSecond | kMillisecond | kMicrosecond,
  kTimeMask = kHour | kMinute | kSecondsMask,
};

// Meaning of a word.
enum class Word {
  kUnknown,
  kIgnore,
  kReserved,
  kMonth,
  kDayOfWeek,
  kAmPm,
  kAdBc,
  kUnits,
  kIsoTime,
  kDaylightModifier,
  kAgo,
};
// Values of kReserved and kUnits words.
enum Token {
  kNone,
  kTokenNow,
  kTokenToday,
  kTokenTomorrow,
  kTokenYesterday,
  kTokenZulu,
  kTokenEpoch,
  kTokenLate,
  kTokenEarly,
  kUnitMicrosecond,
  kUnitMillisecond,
  kUnitSecond,
  kUnitMinute,
  kUnitHour,
  kUnitDay,
  kUnitWeek,
  kUnitMonth,
  kUnitQuarter,
  kUnitYear,
  kUnitDecade,
  kUnitCentury,
  kUnitMillennium,
  kUnitJulian,
  kUnitDow,
  kUnitDoy,
  kUnitIsoDow,
  kUnitIsoYear,
  kUnitTimezone,
  kUnitTimezoneHour,
  kUnitTimezoneMinute,
  kUnitTime,
  kUnitEpoch,
};
struct WordMeaning {
  Word word = Word::kUnknown;
  int value = 0;
};
// Words of dates and of intervals; only the first ten characters count.
WordMeaning find_word(std::string_view lower);
WordMeaning find_unit(std::string_view lower);

struct Result {
  Token special = kNone;  // kTokenEpoch, kTokenLate, kTokenEarly: the moment does not matter
  Moment moment;
  int32_t zone = 0;  // seconds WEST
  bool has_date = false;
};
enum class Target { kDateTime, kTimeOnly };
// `with_zone`: are zones accepted? (timestamp and date accept and ignore them; time does not)
Error decode(CallContext& context, const std::vector<Field>& fields, Target target, bool with_zone, Result& result);

// Parts, also used by intervals and make_timestamptz().
bool read_integer(const char*& p, int64_t& value);  // as strtol into int: false when it does not fit
Error decode_zone(const char* text, int32_t& seconds_west);
Error fractional_usec(const char* p, int32_t& usec);

}  // namespace basalt::types::decode
