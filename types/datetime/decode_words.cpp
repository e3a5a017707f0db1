// Words of date, time and interval input.
#include <algorithm>
#include <unordered_map>

#include "types/datetime/decode.hpp"

namespace basalt::types {

const char* const kMonthNames[12] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
const char* const kDayNames[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

namespace decode {

namespace {

constexpr size_t kSignificantCharacters = 10;

using Table = std::unordered_map<std::string_view, WordMeaning>;

const Table& date_words() {
  static const Table kTable = {
      {"-infinity", {Word::kReserved, kTokenEarly}},
      {"infinity", {Word::kReserved, kTokenLate}},
      {"allballs", {Word::kReserved, kTokenZulu}},
      {"epoch", {Word::kReserved, kTokenEpoch}},
      {"now", {Word::kReserved, kTokenNow}},
      {"today", {Word::kReserved, kTokenToday}},
      {"tomorrow", {Word::kReserved, kTokenTomorrow}},
      {"yesterday", {Word::kReserved, kTokenYesterday}},
      {"ad", {Word::kAdBc, 0}},
      {"bc", {Word::kAdBc, 1}},
      {"am", {Word::kAmPm, 0}},
      {"pm", {Word::kAmPm, 1}},
      {"at", {Word::kIgnore, 0}},
      {"on", {Word::kIgnore, 0}},
      {"dst", {Word::kDaylightModifier, 3600}},
      {"t", {Word::kIsoTime, kUnitTime}},
      {"d", {Word::kUnits, kUnitDay}},
      {"dow", {Word::kUnits, kUnitDow}},
      {"doy", {Word::kUnits, kUnitDoy}},
      {"h", {Word::kUnits, kUnitHour}},
      {"isodow", {Word::kUnits, kUnitIsoDow}},
      {"isoyear", {Word::kUnits, kUnitIsoYear}},
      {"j", {Word::kUnits, kUnitJulian}},
      {"jd", {Word::kUnits, kUnitJulian}},
      {"julian", {Word::kUnits, kUnitJulian}},
      {"m", {Word::kUnits, kUnitMonth}},
      {"mm", {Word::kUnits, kUnitMinute}},
      {"s", {Word::kUnits, kUnitSecond}},
      {"y", {Word::kUnits, kUnitYear}},
      {"jan", {Word::kMonth, 1}},
      {"january", {Word::kMonth, 1}},
      {"feb", {Word::kMonth, 2}},
      {"february", {Word::kMonth, 2}},
      {"mar", {Word::kMonth, 3}},
      {"march", {Word::kMonth, 3}},
      {"apr", {Word::kMonth, 4}},
      {"april", {Word::kMonth, 4}},
      {"may", {Word::kMonth, 5}},
      {"jun", {Word::kMonth, 6}},
      {"june", {Word::kMonth, 6}},
      {"jul", {Word::kMonth, 7}},
      {"july", {Word::kMonth, 7}},
      {"aug", {Word::kMonth, 8}},
      {"august", {Word::kMonth, 8}},
      {"sep", {Word::kMonth, 9}},
      {"sept", {Word::kMonth, 9}},
      {"september", {Word::kMonth, 9}},
      {"oct", {Word::kMonth, 10}},
      {"october", {Word::kMonth, 10}},
      {"nov", {Word::kMonth, 11}},
      {"november", {Word::kMonth, 11}},
      {"dec", {Word::kMonth, 12}},
      {"december", {Word::kMonth, 12}},
      {"sun", {Word::kDayOfWeek, 0}},
      {"sunday", {Word::kDayOfWeek, 0}},
      {"mon", {Word::kDayOfWeek, 1}},
      {"monday", {Word::kDayOfWeek, 1}},
      {"tue", {Word::kDayOfWeek, 2}},
      {"tues", {Word::kDayOfWeek, 2}},
      {"tuesday", {Word::kDayOfWeek, 2}},
      {"wed", {Word::kDayOfWeek, 3}},
      {"wednesday", {Word::kDayOfWeek, 3}},
      {"weds", {Word::kDayOfWeek, 3}},
      {"thu", {Word::kDayOfWeek, 4}},
      {"thur", {Word::kDayOfWeek, 4}},
      {"thurs", {Word::kDayOfWeek, 4}},
      {"thursday", {Word::kDayOfWeek, 4}},
      {"fri", {Word::kDayOfWeek, 5}},
      {"friday", {Word::kDayOfWeek, 5}},
      {"sat", {Word::kDayOfWeek, 6}},
      {"saturday", {Word::kDayOfWeek, 6}},
  };
  return kTable;
}

const Table& unit_words() {
  static const Table kTable = [] {
    Table table = {{"@", {Word::kIgnore, 0}}, {"ago", {Word::kAgo, 0}}};
    auto add = [&table](Token unit, std::initializer_list<std::string_view> words) {
      for (std::string_view word : words) table.emplace(word, WordMeaning{Word::kUnits, unit});
    };
    add(kUnitCentury, {"c", "cent", "centuries", "century"});
    add(kUnitDay, {"d", "day", "days"});
    add(kUnitDecade, {"dec", "decade", "decades", "decs"});
    add(kUnitHour, {"h", "hour", "hours", "hr", "hrs"});
    add(kUnitMinute, {"m", "min", "mins", "minute", "minutes"});
    add(kUnitMicrosecond, {"microsecon", "us", "usec", "usecond", "useconds", "usecs"});
    add(kUnitMillennium, {"mil", "millennia", "millennium", "mils"});
    add(kUnitMillisecond, {"millisecon", "ms", "msec", "msecond", "mseconds", "msecs"});
    add(kUnitMonth, {"mon", "mons", "month", "months"});
    add(kUnitQuarter, {"qtr", "quarter"});
    add(kUnitSecond, {"s", "sec", "second", "seconds", "secs"});
    add(kUnitTimezone, {"timezone"});
    add(kUnitTimezoneHour, {"timezone_h"});
    add(kUnitTimezoneMinute, {"timezone_m"});
    add(kUnitWeek, {"w", "week", "weeks"});
    add(kUnitYear, {"y", "year", "years", "yr", "yrs"});
    return table;
  }();
  return kTable;
}

WordMeaning find_in(const Table& table, std::string_view lower) {
  auto it = table.find(lower.substr(0, kSignificantCharacters));
  return it == table.end() ? WordMeaning{} : it->second;
}

}  // namespace

WordMeaning find_word(std::string_view lower) { return find_in(date_words(), lower); }
WordMeaning find_unit(std::string_view lower) { return find_in(unit_words(), lower); }

void throw_error(Error error, std::string_view text, std::string_view type_name) {
  std::string quoted = ": \"" + std::string(text) + "\"";
  switch (error) {
    case Error::kFieldOverflow:
      throw SqlError(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted);
    case Error::kMonthDayOverflow:
      throw SqlError(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted)
          .hint("Perhaps you need a different \"datestyle\" setting.");
    case Error::kIntervalOverflow:
      throw SqlError(sqlstate::kIntervalFieldOverflow, "interval field value out of range" + quoted);
    case Error::kZoneOverflow:
      throw SqlError(sqlstate::kInvalidTimeZoneDisplacementValue, "time zone displacement out of range" + quoted);
    case Error::kNone:
    case Error::kBadFormat:
      break;
  }
  throw SqlError(sqlstate::kInvalidDatetimeFormat, "invalid input syntax for type " + std::string(type_name) + quoted);
}

}  // namespace decode
}  // namespace basalt::types
