// Text of date, time, timetz, timestamp and timestamptz.
#include <cstdlib>

#include "types/datetime/decode.hpp"

namespace basalt::types {

namespace {

using decode::Error;
using decode::Target;

decode::Result decode_text(CallContext& context, std::string_view text, Target target, std::string_view type_name) {
  std::vector<decode::Field> fields;
  decode::Result result;
  Error error = decode::split(text, fields);
  if (error == Error::kNone) error = decode::decode(context, fields, target, true, result);
  if (error != Error::kNone) decode::throw_error(error, text, type_name);
  return result;
}

void append_padded(std::string& out, int64_t value, size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_fraction(std::string& out, int32_t usec) {
  if (usec == 0) return;
  char digits[8];
  for (int i = 5; i >= 0; --i, usec /= 10) digits[i] = static_cast<char>('0' + usec % 10);
  size_t n = 6;
  while (digits[n - 1] == '0') --n;
  out += '.';
  out.append(digits, n);
}

void append_clock(std::string& out, int64_t hour, int minute, int second, int32_t usec) {
  append_padded(out, hour, 2);
  out += ':';
  append_padded(out, minute, 2);
  out += ':';
  append_padded(out, second, 2);
  append_fraction(out, usec);
}

int64_t shown_year(int64_t year) { return year > 0 ? year : 1 - year; }

// Date in the ISO, SQL and German styles; `postgres_separator` is what the Postgres style puts between numbers.
void append_date(std::string& out, const Moment& m, const TypeSettings& settings) {
  if (settings.date_style == DateStyle::kIso) {
    append_padded(out, shown_year(m.year), 4);
    out += '-';
    append_padded(out, m.month, 2);
    out += '-';
    append_padded(out, m.day, 2);
    return;
  }
  char separator = settings.date_style == DateStyle::kSql ? '/' : settings.date_style == DateStyle::kGerman ? '.' : '-';
  bool day_first = settings.date_style == DateStyle::kGerman || settings.date_order == DateOrder::kDmy;
  append_padded(out, day_first ? m.day : m.month, 2);
  out += separator;
  append_padded(out, day_first ? m.month : m.day, 2);
  out += separator;
  append_padded(out, shown_year(m.year), 4);
}

std::string format_moment(const Moment& m, const TypeSettings& settings, const TimeZone::Offset* zone) {
  constexpr size_t kZoneCharactersMax = 10;
  std::string out;
  if (settings.date_style == DateStyle::kPostgres) {
    out.append(kDayNames[day_of_week(days_of(m.year, m.month, m.day))], 3);
    out += ' ';
    std::string month(kMonthNames[m.month - 1], 3);
    if (settings.date_order == DateOrder::kDmy) {
      append_padded(out, m.day, 2);
      out += ' ' + month + ' ';
    } else {
      out += month + ' ';
      append_padded(out, m.day, 2);
      out += ' ';
    }
    append_clock(out, m.hour, m.minute, m.second, m.usec);
    out += ' ';
    append_padded(out, shown_year(m.year), 4);
  } else {
    append_date(out, m, settings);
    out += ' ';
    append_clock(out, m.hour, m.minute, m.second, m.usec);
  }
  if (zone) {
    if (settings.date_style == DateStyle::kIso) {
      out += format_offset(zone->seconds, settings.date_style);
    } else {
      out += ' ';
      out += zone->abbreviation.substr(0, kZoneCharactersMax);
    }
  }
  if (m.year <= 0) out += " BC";
  return out;
}

std::string infinite_text(bool positive) { return positive ? "infinity" : "-infinity"; }

int64_t finish_timestamp(const decode::Result& result, std::string_view text, bool zoned) {
  switch (result.special) {
    case decode::kTokenEpoch:
      return -kEpochDifferenceSeconds * kUsecPerSecond;
    case decode::kTokenLate:
      return kTimestampInfinity;
    case decode::kTokenEarly:
      return kTimestampMinusInfinity;
    default:
      break;
  }
  // The range is that of the result: a local time may lie outside of it.
  const Moment& m = result.moment;
  common::int128 wide = static_cast<common::int128>(days_of(m.year, m.month, m.day)) * kUsecPerDay +
                        time_of(m.hour, m.minute, m.second, m.usec);
  if (zoned) wide += int64_t{result.zone} * kUsecPerSecond;
  int64_t timestamp = static_cast<int64_t>(wide);
  if (!is_valid_civil(m.year, m.month) || wide < kTimestampMin || wide >= kTimestampEnd) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range: \"" + std::string(text) + "\"");
  }
  return timestamp;
}

}  // namespace

int32_t parse_date(CallContext& context, std::string_view text) {
  decode::Result result = decode_text(context, text, Target::kDateTime, "date");
  switch (result.special) {
    case decode::kTokenEpoch:
      return static_cast<int32_t>(kUnixEpochDays);
    case decode::kTokenLate:
      return kDateInfinity;
    case decode::kTokenEarly:
      return kDateMinusInfinity;
    default:
      break;
  }
  const Moment& m = result.moment;
  int64_t days = is_valid_civil(m.year, m.month) ? days_of(m.year, m.month, m.day) : kDateEnd;
  if (!is_valid_date(days)) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range: \"" + std::string(text) + "\"");
  }
  return static_cast<int32_t>(days);
}

int64_t parse_time(CallContext& context, std::string_view text, int32_t typmod) {
  decode::Result result = decode_text(context, text, Target::kTimeOnly, "time");
  const Moment& m = result.moment;
  return apply_time_typmod(time_of(m.hour, m.minute, m.second, m.usec), typmod);
}

TimeTz parse_timetz(CallContext& context, std::string_view text, int32_t typmod) {
  decode::Result result = decode_text(context, text, Target::kTimeOnly, "time with time zone");
  const Moment& m = result.moment;
  return {apply_time_typmod(time_of(m.hour, m.minute, m.second, m.usec), typmod), result.zone};
}

int64_t parse_timestamp(CallContext& context, std::string_view text, int32_t typmod) {
  decode::Result result = decode_text(context, text, Target::kDateTime, "timestamp");
  return apply_timestamp_typmod(finish_timestamp(result, text, false), typmod);
}

int64_t parse_timestamptz(CallContext& context, std::string_view text, int32_t typmod) {
  decode::Result result = decode_text(context, text, Target::kDateTime, "timestamp with time zone");
  return apply_timestamp_typmod(finish_timestamp(result, text, true), typmod);
}

std::string format_date(int32_t date, const TypeSettings& settings) {
  if (is_infinite_date(date)) return infinite_text(date > 0);
  CivilDate d = civil_of(date);
  Moment m;
  m.year = d.year, m.month = d.month, m.day = d.day;
  std::string out;
  append_date(out, m, settings);
  if (m.year <= 0) out += " BC";
  return out;
}

std::string format_time(int64_t time) {
  Clock c = clock_of(time);
  std::string out;
  append_clock(out, c.hour, c.minute, c.second, c.usec);
  return out;
}

std::string format_offset(int32_t seconds_east, DateStyle) {
  int32_t magnitude = std::abs(seconds_east);
  std::string out(1, seconds_east < 0 ? '-' : '+');
  append_padded(out, magnitude / 3600, 2);
  if (magnitude % 3600) {
    out += ':';
    append_padded(out, magnitude / 60 % 60, 2);
  }
  if (magnitude % 60) {
    out += ':';
    append_padded(out, magnitude % 60, 2);
  }
  return out;
}

std::string format_timetz(TimeTz time, const TypeSettings& settings) {
  return format_time(time.microseconds) + format_offset(-time.zone, settings.date_style);
}

std::string format_timestamp(int64_t timestamp, const TypeSettings& settings) {
  if (is_infinite_timestamp(timestamp)) return infinite_text(timestamp > 0);
  return format_moment(moment_of(timestamp), settings, nullptr);
}

std::string format_timestamptz(int64_t timestamptz, const TypeSettings& settings) {
  if (is_infinite_timestamp(timestamptz)) return infinite_text(timestamptz > 0);
  TimeZone::Offset offset;
  int64_t local = to_local(timestamptz, *settings.time_zone, &offset);
  return format_moment(moment_of(local), settings, &offset);
}

}  // namespace basalt::types
