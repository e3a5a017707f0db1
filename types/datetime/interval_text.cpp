// Text of intervals: PostgreSQL's input (which takes all styles) and its four output styles.
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "types/datetime/decode.hpp"

namespace basalt::types {

namespace {

using decode::Error;

// The fields while they are collected.
struct Collected {
  int64_t usec = 0;
  int32_t days = 0, months = 0, years = 0;

  bool add_fraction_usec(double fraction, int64_t scale) {
    if (fraction == 0) return true;
    fraction *= static_cast<double>(scale);
    int64_t whole = static_cast<int64_t>(fraction);
    fraction -= static_cast<double>(whole);
    if (fraction > 0.5)
      ++whole;
    else if (fraction < -0.5)
      --whole;
    return !__builtin_add_overflow(usec, whole, &usec);
  }
  bool add_usec(int64_t value, double fraction, int64_t scale) {
    int64_t product;
    return !__builtin_mul_overflow(value, scale, &product) && !__builtin_add_overflow(usec, product, &usec) &&
           add_fraction_usec(fraction, scale);
  }
  static bool add_scaled(int32_t& into, int64_t value, int32_t scale) {
    if (value < INT32_MIN || value > INT32_MAX) return false;
    int32_t product;
    return !__builtin_mul_overflow(static_cast<int32_t>(value), scale, &product) &&
           !__builtin_add_overflow(into, product, &into);
  }
  bool add_days(int64_t value, int32_t scale) { return add_scaled(days, value, scale); }
  bool add_months(int64_t value) { return add_scaled(months, value, 1); }
  bool add_years(int64_t value, int32_t scale) { return add_scaled(years, value, scale); }
  bool add_fraction_days(double fraction, int scale) {
    if (fraction == 0) return true;
    fraction *= scale;
    int32_t whole = static_cast<int32_t>(fraction);
    if (__builtin_add_overflow(days, whole, &days)) return false;
    return add_fraction_usec(fraction - whole, kUsecPerDay);
  }
  bool add_fraction_years(double fraction, int scale) {
    int32_t extra = static_cast<int32_t>(std::rint(fraction * scale * 12));
    return !__builtin_add_overflow(months, extra, &months);
  }
  bool negate() {
    return !__builtin_sub_overflow(int64_t{0}, usec, &usec) && !__builtin_sub_overflow(0, days, &days) &&
           !__builtin_sub_overflow(0, months, &months) && !__builtin_sub_overflow(0, years, &years);
  }
};

constexpr int bit(int field) { return 1 << field; }

// The unit of a bare number, by the typmod's range.
int default_unit(int range) {
  if (range == bit(kYearField)) return decode::kUnitYear;
  if (range == bit(kMonthField) || range == (bit(kYearField) | bit(kMonthField))) return decode::kUnitMonth;
  if (range == bit(kDayField)) return decode::kUnitDay;
  if (range == bit(kHourField) || range == (bit(kDayField) | bit(kHourField))) return decode::kUnitHour;
  if (range == bit(kMinuteField) || range == (bit(kHourField) | bit(kMinuteField)) ||
      range == (bit(kDayField) | bit(kHourField) | bit(kMinuteField))) {
    return decode::kUnitMinute;
  }
  return decode::kUnitSecond;
}

// hh:mm[:ss[.f]] or mm:ss.f, hours without limit.
Error decode_clock(const char* p, int range, int64_t& usec) {
  errno = 0;
  char* end;
  int64_t hour = std::strtoll(p, &end, 10);
  if (errno == ERANGE) return Error::kFieldOverflow;
  if (*end != ':') return Error::kBadFormat;
  p = end + 1;
  int64_t minute, second = 0;
  int32_t fraction = 0;
  if (!decode::read_integer(p, minute)) return Error::kFieldOverflow;
  if (*p == '\0') {
    if (range == (bit(kMinuteField) | bit(kSecondField))) {
      if (hour > INT32_MAX || hour < INT32_MIN) return Error::kFieldOverflow;
      second = minute, minute = hour, hour = 0;
    }
  } else if (*p == '.') {
    if (Error e = decode::fractional_usec(p, fraction); e != Error::kNone) return e;
    if (hour > INT32_MAX || hour < INT32_MIN) return Error::kFieldOverflow;
    second = minute, minute = hour, hour = 0;
  } else if (*p == ':') {
    ++p;
    if (!decode::read_integer(p, second)) return Error::kFieldOverflow;
    if (*p == '.') {
      if (Error e = decode::fractional_usec(p, fraction); e != Error::kNone) return e;
    } else if (*p != '\0') {
      return Error::kBadFormat;
    }
  } else {
    return Error::kBadFormat;
  }
  if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 60 || fraction < 0 || fraction > kUsecPerSecond) {
    return Error::kFieldOverflow;
  }
  if (__builtin_mul_overflow(hour, kUsecPerHour, &usec) ||
      __builtin_add_overflow(usec, time_of(0, minute, second, fraction), &usec)) {
    return Error::kFieldOverflow;
  }
  return Error::kNone;
}

class IntervalDecoder {
 public:
  IntervalDecoder(const std::vector<decode::Field>& fields, int range, IntervalStyle style)
      : fields_(fields), range_(range) {
    if (style == IntervalStyle::kSqlStandard && !fields.empty() && fields[0].text[0] == '-') {
      force_negative_ = true;
      for (size_t i = 1; i < fields.size(); ++i) {
        if (fields[i].text[0] == '-' || fields[i].text[0] == '+') force_negative_ = false;
      }
    }
  }

  Error run(Collected& out) {
    bool ago = false;
    // From the right: units stand behind their values.
    for (size_t i = fields_.size(); i-- > 0;) {
      const decode::Field& field = fields_[i];
      seen_ = 0;
      Error e = Error::kNone;
      switch (field.type) {
        case decode::FieldType::kTime:
          e = clock(field.text.c_str(), false, out);
          break;
        case decode::FieldType::kZone:
          if (field.text.find(':', 1) != std::string::npos &&
              clock(field.text.c_str() + 1, field.text[0] == '-', out) == Error::kNone) {
            break;
          }
          seen_ = 0;
          e = number(field.text, out);
          break;
        case decode::FieldType::kDate:
        case decode::FieldType::kNumber:
          e = number(field.text, out);
          break;
        case decode::FieldType::kString:
        case decode::FieldType::kSpecial: {
          decode::WordMeaning meaning = decode::find_unit(field.text);
          if (meaning.word == decode::Word::kIgnore) continue;
          if (meaning.word == decode::Word::kAgo)
            ago = true;
          else if (meaning.word != decode::Word::kUnits)
            return Error::kBadFormat;
          unit_ = meaning.value;
          break;
        }
      }
      if (e != Error::kNone) return e;
      if (seen_ & mask_) return Error::kBadFormat;
      mask_ |= seen_;
    }
    if (mask_ == 0) return Error::kBadFormat;
    if (ago && !out.negate()) return Error::kFieldOverflow;
    return Error::kNone;
  }

 private:
  Error clock(const char* text, bool negative, Collected& out) {
    int64_t usec;
    if (Error e = decode_clock(text, range_, usec); e != Error::kNone) return e;
    seen_ = decode::kTimeMask;
    if (negative || (force_negative_ && usec > 0)) usec = -usec;
    out.usec = usec;
    unit_ = decode::kUnitDay;
    return Error::kNone;
  }

  Error number(const std::string& text, Collected& out) {
    if (unit_ == decode::kNone) unit_ = default_unit(range_);
    errno = 0;
    char* p;
    int64_t value = std::strtoll(text.c_str(), &p, 10);
    if (errno == ERANGE) return Error::kFieldOverflow;
    double fraction = 0;
    if (*p == '-') {
      const char* q = p + 1;
      int64_t months;
      if (!decode::read_integer(q, months) || months < 0 || months >= 12) return Error::kFieldOverflow;
      if (*q != '\0') return Error::kBadFormat;
      unit_ = decode::kUnitMonth;
      if (text[0] == '-') months = -months;
      if (__builtin_mul_overflow(value, 12, &value) || __builtin_add_overflow(value, months, &value)) {
        return Error::kFieldOverflow;
      }
    } else if (*p == '.') {
      char* end;
      errno = 0;
      fraction = p[1] == '\0' ? 0 : std::strtod(p, &end);
      if (p[1] != '\0' && (*end != '\0' || errno != 0)) return Error::kBadFormat;
      if (text[0] == '-') fraction = -fraction;
    } else if (*p != '\0') {
      return Error::kBadFormat;
    }
    if (force_negative_) {
      if (value > 0) value = -value;
      if (fraction > 0) fraction = -fraction;
    }
    return add(value, fraction, out);
  }

  Error add(int64_t value, double fraction, Collected& out) {
    using namespace decode;
    bool ok;
    switch (unit_) {
      case kUnitMicrosecond:
        ok = out.add_usec(value, fraction, 1), seen_ = kMicrosecond;
        break;
      case kUnitMillisecond:
        ok = out.add_usec(value, fraction, 1000), seen_ = kMillisecond;
        break;
      case kUnitSecond:
        ok = out.add_usec(value, fraction, kUsecPerSecond);
        seen_ = fraction == 0 ? static_cast<uint32_t>(kSecond) : static_cast<uint32_t>(kSecondsMask);
        break;
      case kUnitMinute:
        ok = out.add_usec(value, fraction, kUsecPerMinute), seen_ = kMinute;
        break;
      case kUnitHour:
        ok = out.add_usec(value, fraction, kUsecPerHour), seen_ = kHour;
        unit_ = kUnitDay;
        break;
      case kUnitDay:
        ok = out.add_days(value, 1) && out.add_fraction_usec(fraction, kUsecPerDay), seen_ = kDay;
        break;
      case kUnitWeek:
        ok = out.add_days(value, 7) && out.add_fraction_days(fraction, 7), seen_ = kWeek;
        break;
      case kUnitMonth:
        ok = out.add_months(value) && out.add_fraction_days(fraction, 30), seen_ = kMonth;
        break;
      case kUnitYear:
        ok = out.add_years(value, 1) && out.add_fraction_years(fraction, 1), seen_ = kYear;
        break;
      case kUnitDecade:
        ok = out.add_years(value, 10) && out.add_fraction_years(fraction, 10), seen_ = kDecade;
        break;
      case kUnitCentury:
        ok = out.add_years(value, 100) && out.add_fraction_years(fraction, 100), seen_ = kCentury;
        break;
      case kUnitMillennium:
        ok = out.add_years(value, 1000) && out.add_fraction_years(fraction, 1000), seen_ = kMillennium;
        break;
      default:
        return Error::kBadFormat;
    }
    return ok ? Error::kNone : Error::kFieldOverflow;
  }

  const std::vector<decode::Field>& fields_;
  int range_;
  bool force_negative_ = false;
  int unit_ = decode::kNone;
  uint32_t mask_ = 0, seen_ = 0;
};

// ISO 8601: P1Y2M3DT4H5M6S, and the alternative forms P00010203T040506 and P0001-02-03T04:05:06.
class IsoDecoder {
 public:
  explicit IsoDecoder(std::string_view text) : text_(text), p_(text_.c_str()) {}

  Error run(Collected& out) {
    if (text_.size() < 2 || *p_ != 'P') return Error::kBadFormat;
    ++p_;
    while (*p_ != '\0' && !ended_) {
      if (*p_ == 'T') {
        date_part_ = have_field_ = false;
        ++p_;
        continue;
      }
      start_ = p_;
      if (Error e = number(); e != Error::kNone) return e;
      char unit = *p_;
      if (unit != '\0') ++p_;
      restart_ = false;
      if (Error e = date_part_ ? date_unit(unit, out) : time_unit(unit, out); e != Error::kNone) return e;
      have_field_ = !restart_;
    }
    return Error::kNone;
  }

 private:
  Error number() {
    if (!(std::isdigit(static_cast<unsigned char>(*p_)) || *p_ == '-' || *p_ == '.')) return Error::kBadFormat;
    errno = 0;
    char* end;
    double value = std::strtod(p_, &end);
    if (end == p_ || errno != 0) return Error::kBadFormat;
    if (std::isnan(value) || value < -1.0e15 || value > 1.0e15) return Error::kFieldOverflow;
    value_ = static_cast<int64_t>(std::trunc(value));
    fraction_ = value - static_cast<double>(value_);
    p_ = end;
    return Error::kNone;
  }
  size_t width() const {
    const char* s = *start_ == '-' ? start_ + 1 : start_;
    return std::strspn(s, "0123456789");
  }
  Error begin_time() {
    date_part_ = false;
    restart_ = true;
    return Error::kNone;
  }
  static Error checked(bool ok) { return ok ? Error::kNone : Error::kFieldOverflow; }
  Error end(bool ok) {
    ended_ = true;
    return checked(ok);
  }

  Error date_unit(char unit, Collected& out) {
    switch (unit) {
      case 'Y':
        return checked(out.add_years(value_, 1) && out.add_fraction_years(fraction_, 1));
      case 'M':
        return checked(out.add_months(value_) && out.add_fraction_days(fraction_, 30));
      case 'W':
        return checked(out.add_days(value_, 7) && out.add_fraction_days(fraction_, 7));
      case 'D':
        return checked(out.add_days(value_, 1) && out.add_fraction_usec(fraction_, kUsecPerDay));
      case 'T':
      case '\0':
        if (width() == 8 && !have_field_) {
          bool ok = out.add_years(value_ / 10000, 1) && out.add_months(value_ / 100 % 100) &&
                    out.add_days(value_ % 100, 1) && out.add_fraction_usec(fraction_, kUsecPerDay);
          if (unit == '\0' || !ok) return end(ok);
          return begin_time();
        }
        return extended_date(unit, out);
      case '-':
        return extended_date(unit, out);
      default:
        return Error::kBadFormat;
    }
  }

  Error extended_date(char unit, Collected& out) {
    if (have_field_) return Error::kBadFormat;
    bool ok = out.add_years(value_, 1) && out.add_fraction_years(fraction_, 1);
    if (unit == '\0' || !ok) return end(ok);
    if (unit == 'T') return begin_time();
    if (Error e = number(); e != Error::kNone) return e;
    ok = out.add_months(value_) && out.add_fraction_days(fraction_, 30);
    if (*p_ == '\0' || !ok) return end(ok);
    if (*p_ == 'T') return begin_time();
    if (*p_ != '-') return Error::kBadFormat;
    ++p_;
    if (Error e = number(); e != Error::kNone) return e;
    ok = out.add_days(value_, 1) && out.add_fraction_usec(fraction_, kUsecPerDay);
    if (*p_ == '\0' || !ok) return end(ok);
    return *p_ == 'T' ? begin_time() : Error::kBadFormat;
  }

  Error time_unit(char unit, Collected& out) {
    switch (unit) {
      case 'H':
        return checked(out.add_usec(value_, fraction_, kUsecPerHour));
      case 'M':
        return checked(out.add_usec(value_, fraction_, kUsecPerMinute));
      case 'S':
        return checked(out.add_usec(value_, fraction_, kUsecPerSecond));
      case '\0':
        if (width() == 6 && !have_field_) {
          return end(out.add_usec(value_ / 10000, 0, kUsecPerHour) &&
                     out.add_usec(value_ / 100 % 100, 0, kUsecPerMinute) &&
                     out.add_usec(value_ % 100, 0, kUsecPerSecond) && out.add_fraction_usec(fraction_, 1));
        }
        break;
      case ':':
        break;
      default:
        return Error::kBadFormat;
    }
    if (have_field_) return Error::kBadFormat;
    bool ok = out.add_usec(value_, fraction_, kUsecPerHour);
    if (unit == '\0' || !ok) return end(ok);
    if (Error e = number(); e != Error::kNone) return e;
    ok = out.add_usec(value_, fraction_, kUsecPerMinute);
    if (*p_ == '\0' || !ok) return end(ok);
    if (*p_ != ':') return Error::kBadFormat;
    ++p_;
    if (Error e = number(); e != Error::kNone) return e;
    ok = out.add_usec(value_, fraction_, kUsecPerSecond);
    return *p_ == '\0' || !ok ? end(ok) : Error::kBadFormat;
  }

  std::string text_;
  const char* p_;
  const char* start_ = nullptr;
  int64_t value_ = 0;
  double fraction_ = 0;
  bool date_part_ = true, have_field_ = false, restart_ = false, ended_ = false;
};

}  // namespace

Interval parse_interval(std::string_view text, int32_t typmod, IntervalStyle style) {
  std::vector<decode::Field> fields;
  Collected collected;
  Error error = decode::split(text, fields);
  int range = typmod >= 0 ? interval_range_of(typmod) : kIntervalFullRange;
  if (error == Error::kNone) error = IntervalDecoder(fields, range, style).run(collected);
  if (error == Error::kBadFormat) {
    collected = Collected();
    error = IsoDecoder(text).run(collected);
  }
  if (error == Error::kFieldOverflow) error = Error::kIntervalOverflow;
  if (error != Error::kNone) decode::throw_error(error, text, "interval");
  Interval out{collected.usec, collected.days, 0};
  int64_t months = int64_t{collected.years} * 12 + collected.months;
  if (months < INT32_MIN || months > INT32_MAX) throw_interval_range();
  out.months = static_cast<int32_t>(months);
  apply_interval_typmod(out, typmod);
  return out;
}

namespace {

struct Parts {
  int32_t years, months, days;
  int64_t hours;
  int minutes, seconds;
  int32_t usec;
  bool negative_clock() const { return hours < 0 || minutes < 0 || seconds < 0 || usec < 0; }
  bool has_clock() const { return hours != 0 || minutes != 0 || seconds != 0 || usec != 0; }
};

Parts take_apart(const Interval& v) {
  Parts p;
  p.years = v.months / 12;
  p.months = v.months % 12;
  p.days = v.days;
  int64_t rest = v.microseconds;
  p.hours = rest / kUsecPerHour;
  rest %= kUsecPerHour;
  p.minutes = static_cast<int>(rest / kUsecPerMinute);
  rest %= kUsecPerMinute;
  p.seconds = static_cast<int>(rest / kUsecPerSecond);
  p.usec = static_cast<int32_t>(rest % kUsecPerSecond);
  return p;
}

std::string magnitude(int64_t v) {
  return std::to_string(v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v));
}

std::string two_digits(int64_t v) {
  std::string s = magnitude(v);
  return s.size() < 2 ? "0" + s : s;
}

std::string seconds_text(const Parts& p, bool padded) {
  std::string out = padded ? two_digits(p.seconds) : magnitude(p.seconds);
  if (p.usec != 0) {
    char digits[16];
    snprintf(digits, sizeof digits, ".%06d", std::abs(p.usec));
    std::string fraction = digits;
    while (fraction.back() == '0') fraction.pop_back();
    out += fraction;
  }
  return out;
}

std::string postgres_style(const Parts& p) {
  std::string out;
  bool before = false;
  auto part = [&](int64_t value, const char* unit) {
    if (value == 0) return;
    if (!out.empty()) out += ' ';
    if (before && value > 0) out += '+';
    out += std::to_string(value) + ' ' + unit + (value != 1 ? "s" : "");
    before = value < 0;
  };
  part(p.years, "year");
  part(p.months, "mon");
  part(p.days, "day");
  if (out.empty() || p.has_clock()) {
    if (!out.empty()) out += ' ';
    out += p.negative_clock() ? "-" : before ? "+" : "";
    out += two_digits(p.hours) + ':' + two_digits(p.minutes) + ':' + seconds_text(p, true);
  }
  return out;
}

std::string verbose_style(const Parts& p) {
  std::string out = "@";
  bool zero = true, before = false;
  auto part = [&](int64_t value, const char* unit) {
    if (value == 0) return;
    if (zero) {
      before = value < 0;
      value = value < 0 ? -value : value;
    } else if (before) {
      value = -value;
    }
    zero = false;
    out += ' ' + std::to_string(value) + ' ' + unit + (value == 1 ? "" : "s");
  };
  part(p.years, "year");
  part(p.months, "mon");
  part(p.days, "day");
  part(p.hours, "hour");
  part(p.minutes, "min");
  if (p.seconds != 0 || p.usec != 0) {
    out += ' ';
    if (p.seconds < 0 || p.usec < 0) {
      if (zero)
        before = true;
      else if (!before)
        out += '-';
    } else if (before) {
      out += '-';
    }
    out += seconds_text(p, false) + " sec" + (std::abs(p.seconds) != 1 || p.usec != 0 ? "s" : "");
    zero = false;
  }
  if (zero) out += " 0";
  if (before) out += " ago";
  return out;
}

std::string sql_style(Parts p) {
  bool negative = p.years < 0 || p.months < 0 || p.days < 0 || p.negative_clock();
  bool positive =
      p.years > 0 || p.months > 0 || p.days > 0 || p.hours > 0 || p.minutes > 0 || p.seconds > 0 || p.usec > 0;
  bool year_month = p.years != 0 || p.months != 0;
  bool day_time = p.days != 0 || p.has_clock();
  if (!negative && !positive) return "0";
  auto clock = [&p] { return magnitude(p.hours) + ':' + two_digits(p.minutes) + ':' + seconds_text(p, true); };
  if ((negative && positive) || (year_month && day_time)) {
    return std::string(1, p.years < 0 || p.months < 0 ? '-' : '+') + magnitude(p.years) + '-' + magnitude(p.months) +
           ' ' + (p.days < 0 ? '-' : '+') + magnitude(p.days) + ' ' + (p.negative_clock() ? '-' : '+') + clock();
  }
  std::string out = negative ? "-" : "";
  if (year_month) return out + magnitude(p.years) + '-' + magnitude(p.months);
  if (p.days != 0) return out + magnitude(p.days) + ' ' + clock();
  return out + clock();
}

std::string iso_style(const Parts& p) {
  if (p.years == 0 && p.months == 0 && p.days == 0 && !p.has_clock()) return "PT0S";
  std::string out = "P";
  auto part = [&out](int64_t value, char unit) {
    if (value != 0) out += std::to_string(value) + unit;
  };
  part(p.years, 'Y');
  part(p.months, 'M');
  part(p.days, 'D');
  if (!p.has_clock()) return out;
  out += 'T';
  part(p.hours, 'H');
  part(p.minutes, 'M');
  if (p.seconds != 0 || p.usec != 0) {
    if (p.seconds < 0 || p.usec < 0) out += '-';
    out += seconds_text(p, false) + 'S';
  }
  return out;
}

}  // namespace

std::string format_interval(const Interval& interval, IntervalStyle style) {
  Parts p = take_apart(interval);
  switch (style) {
    case IntervalStyle::kPostgres:
      return postgres_style(p);
    case IntervalStyle::kPostgresVerbose:
      return verbose_style(p);
    case IntervalStyle::kSqlStandard:
      return sql_style(p);
    case IntervalStyle::kIso8601:
      break;
  }
  return iso_style(p);
}

}  // namespace basalt::types
