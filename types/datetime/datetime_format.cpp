// to_char() of timestamps and intervals: the template language of PostgreSQL's manual, section 9.8.
#include <cstdlib>

#include "types/datetime/datetime_template.hpp"
#include "types/datetime/functions.hpp"

namespace basalt::types {

namespace {

using namespace datetime_template;

// What is printed. Of an interval the fields may be negative and there is no calendar.
struct Subject {
  int64_t year = 0, hour = 0;
  int month = 0, day = 0, minute = 0, second = 0;
  int32_t usec = 0;
  int64_t day_of_year = 0, days = 0;  // days: since 2000-01-01
  bool interval = false;
  bool zoned = false;
  TimeZone::Offset zone;
};

std::string padded(int64_t value, int width, bool fill) {
  char buffer[32];
  if (fill)
    snprintf(buffer, sizeof buffer, "%lld", static_cast<long long>(value));
  else
    snprintf(buffer, sizeof buffer, "%0*lld", value >= 0 ? width : width + 1, static_cast<long long>(value));
  return buffer;
}

std::string cased(std::string text, Case letters) {
  for (char& c : text) {
    if (letters == Case::kUpper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (letters == Case::kLower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::string name(const char* text, Case letters, bool fill, size_t width) {
  std::string out = cased(text, letters);
  if (!fill && out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string with_ordinal(std::string number, Ordinal ordinal) {
  if (ordinal == Ordinal::kNone) return number;
  size_t n = number.size();
  char last = n > 1 && number[n - 2] == '1' ? '0' : number[n - 1];
  std::string suffix = last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
  return number + cased(suffix, ordinal == Ordinal::kUpper ? Case::kUpper : Case::kLower);
}

void refuse_interval(const Subject& s) {
  if (!s.interval) return;
  throw SqlError(sqlstate::kInvalidDatetimeFormat, "invalid format specification for an interval value")
      .hint("Intervals are not tied to specific calendar dates.");
}

std::string zone_text(const Subject& s, const Node& node) {
  refuse_interval(s);
  int32_t east = s.zoned ? s.zone.seconds : 0;
  int32_t magnitude = std::abs(east);
  std::string sign(1, east >= 0 ? '+' : '-');
  switch (node.key) {
    case Key::kTz:
      return s.zoned ? cased(std::string(s.zone.abbreviation), node.letters) : std::string();
    case Key::kTzh:
      return sign + padded(magnitude / 3600, 2, false);
    case Key::kTzm:
      return padded(magnitude % 3600 / 60, 2, false);
    default: {
      std::string out = sign + padded(magnitude / 3600, 2, node.fill);
      if (magnitude % 3600 / 60 != 0) out += ':' + padded(magnitude % 3600 / 60, 2, false);
      return out;
    }
  }
}

// Numbers that may carry an ordinal suffix; empty when the key prints none.
std::string number_text(const Subject& s, const Node& node) {
  int64_t shown = s.interval || s.year > 0 ? s.year : -(s.year - 1);
  auto iso = [&s] {
    refuse_interval(s);
    return iso_week_of(s.days);
  };
  int64_t half_day = s.hour % 12 == 0 ? 12 : s.hour % 12;
  switch (node.key) {
    case Key::kHour12:
      return padded(half_day, 2, node.fill);
    case Key::kHour24:
      return padded(s.hour, 2, node.fill);
    case Key::kMinute:
      return padded(s.minute, 2, node.fill);
    case Key::kSecond:
      return padded(s.second, 2, node.fill);
    case Key::kFraction: {
      int32_t value = s.usec;
      for (int i = node.digits; i < 6; ++i) value /= 10;
      return padded(value, node.digits, false);
    }
    case Key::kMillisecond:
      return padded(s.usec / 1000, 3, false);
    case Key::kMicrosecond:
      return padded(s.usec, 6, false);
    case Key::kSecondsOfDay:
      return std::to_string(s.hour * 3600 + s.minute * 60 + s.second);
    case Key::kMonth:
      return padded(s.month, 2, node.fill);
    case Key::kDayOfYear:
      return padded(s.day_of_year, 3, node.fill);
    case Key::kIsoDayOfYear: {
      IsoWeek week = iso();
      return padded(s.days - iso_year_start(week.year) + 1, 3, node.fill);
    }
    case Key::kDay:
      return padded(s.day, s.day < 0 ? 1 : 2, node.fill);
    case Key::kDayOfWeek:
      refuse_interval(s);
      return std::to_string(day_of_week(s.days) + 1);
    case Key::kIsoDayOfWeek:
      refuse_interval(s);
      return std::to_string(day_of_week(s.days) == 0 ? 7 : day_of_week(s.days));
    case Key::kWeek:
      return padded((s.day_of_year - 1) / 7 + 1, 2, node.fill);
    case Key::kIsoWeek:
      return padded(iso().week, 2, node.fill);
    case Key::kQuarter:
      return s.month == 0 ? std::string() : std::to_string((s.month - 1) / 3 + 1);
    case Key::kCentury: {
      int64_t c = s.interval ? s.year / 100 : s.year > 0 ? (s.year - 1) / 100 + 1 : s.year / 100 - 1;
      return c <= 99 && c >= -99 ? padded(c, 2, node.fill) : std::to_string(c);
    }
    case Key::kYearComma:
      return std::to_string(shown / 1000) + ',' + padded(shown % 1000, 3, false);
    case Key::kYear: {
      int64_t y = shown;
      if (node.digits == 3) y %= 1000;
      if (node.digits == 2) y %= 100;
      if (node.digits == 1) return std::to_string(y % 10);
      return padded(y, node.digits, node.fill);
    }
    case Key::kIsoYear: {
      int64_t y = iso().year;
      if (y <= 0) y = -(y - 1);
      if (node.digits == 3) y %= 1000;
      if (node.digits == 2) y %= 100;
      if (node.digits == 1) return std::to_string(y % 10);
      return padded(y, node.digits, node.fill);
    }
    case Key::kWeekOfMonth:
      return std::to_string((s.day - 1) / 7 + 1);
    case Key::kJulian:
      return std::to_string(s.days + kJulianOfEpoch);
    default:
      return {};
  }
}

std::string node_text(const Subject& s, const Node& node) {
  constexpr size_t kNameWidth = 9, kRomanWidth = 4;
  static constexpr const char* kRoman[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};
  switch (node.key) {
    case Key::kLiteral:
      return node.text;
    case Key::kAmPm: {
      std::string half = s.hour % 24 >= 12 ? "PM" : "AM";
      if (node.dotted) half = half.substr(0, 1) + ".M.";
      return cased(half, node.letters);
    }
    case Key::kAdBc: {
      refuse_interval(s);
      std::string era = s.year <= 0 ? "BC" : "AD";
      if (node.dotted) era = era.substr(0, 1) + "." + era.substr(1) + ".";
      return cased(era, node.letters);
    }
    case Key::kTz:
    case Key::kTzh:
    case Key::kTzm:
    case Key::kOffset:
      return zone_text(s, node);
    case Key::kMonthName:
      refuse_interval(s);
      return name(kMonthNames[s.month - 1], node.letters, node.fill, kNameWidth);
    case Key::kMonthShort:
      refuse_interval(s);
      return cased(std::string(kMonthNames[s.month - 1], 3), node.letters);
    case Key::kDayName:
      refuse_interval(s);
      return name(kDayNames[day_of_week(s.days)], node.letters, node.fill, kNameWidth);
    case Key::kDayShort:
      refuse_interval(s);
      return cased(std::string(kDayNames[day_of_week(s.days)], 3), node.letters);
    case Key::kRomanMonth: {
      if (s.month == 0 && s.year == 0) return {};
      int index = s.month == 0 ? (s.year >= 0 ? 11 : 0) : s.month < 0 ? s.month + 12 : s.month - 1;
      return name(kRoman[index % 12], node.letters, node.fill, kRomanWidth);
    }
    default:
      break;
  }
  std::string number = number_text(s, node);
  return number.empty() ? number : with_ordinal(std::move(number), node.ordinal);
}

std::string print(const Subject& s, std::string_view format) {
  std::string out;
  for (const Node& node : parse(format)) out += node_text(s, node);
  return out;
}

Subject subject_of(int64_t local) {
  Moment m = moment_of(local);
  Subject s;
  s.year = m.year, s.month = m.month, s.day = m.day;
  s.hour = m.hour, s.minute = m.minute, s.second = m.second, s.usec = m.usec;
  s.days = days_of(m.year, m.month, m.day);
  s.day_of_year = s.days - days_of(m.year, 1, 1) + 1;
  return s;
}

std::optional<std::string> timestamp_to_char(int64_t t, std::string_view format) {
  if (format.empty() || is_infinite_timestamp(t)) return std::nullopt;
  return print(subject_of(t), format);
}

std::optional<std::string> timestamptz_to_char(FunctionCall& call, int64_t t, std::string_view format) {
  if (format.empty() || is_infinite_timestamp(t)) return std::nullopt;
  TimeZone::Offset offset;
  Subject s = subject_of(to_local(t, session_zone(call), &offset));
  s.zoned = true;
  s.zone = offset;
  return print(s, format);
}

std::optional<std::string> interval_to_char(Interval v, std::string_view format) {
  if (format.empty()) return std::nullopt;
  Subject s;
  s.interval = true;
  s.year = v.months / 12, s.month = v.months % 12, s.day = v.days;
  int64_t rest = v.microseconds;
  s.hour = rest / kUsecPerHour, rest %= kUsecPerHour;
  s.minute = static_cast<int>(rest / kUsecPerMinute), rest %= kUsecPerMinute;
  s.second = static_cast<int>(rest / kUsecPerSecond);
  s.usec = static_cast<int32_t>(rest % kUsecPerSecond);
  s.day_of_year = int64_t{v.months} * 30 + v.days;
  s.days = s.day_of_year - kJulianOfEpoch;
  return print(s, format);
}

}  // namespace

void register_datetime_format(FunctionRegistry& r) {
  r.add_scalar("timestamp_to_char", scalar<timestamp_to_char>());
  r.add_scalar("timestamptz_to_char", scalar<timestamptz_to_char>());
  r.add_scalar("interval_to_char", scalar<interval_to_char>());
}

}  // namespace basalt::types
