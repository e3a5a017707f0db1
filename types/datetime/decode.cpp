#include "types/datetime/decode.hpp"

#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace basalt::types::decode {

namespace {

constexpr size_t kFieldsMax = 25;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool alnum(char c) { return alpha(c) || digit(c); }

}  // namespace

bool read_integer(const char*& p, int64_t& value) {
  errno = 0;
  char* end;
  value = std::strtol(p, &end, 10);
  p = end;
  return errno != ERANGE && value >= INT32_MIN && value <= INT32_MAX;
}

Error fractional_usec(const char* p, int32_t& usec) {
  errno = 0;
  char* end;
  double fraction = p[1] == '\0' ? 0 : std::strtod(p, &end);
  if (p[1] != '\0' && (*end != '\0' || errno != 0)) return Error::kBadFormat;
  usec = static_cast<int32_t>(std::rint(fraction * 1000000));
  return Error::kNone;
}

Error decode_zone(const char* text, int32_t& seconds_west) {
  if (*text != '+' && *text != '-') return Error::kBadFormat;
  const char* p = text + 1;
  int64_t hour, minute = 0, second = 0;
  if (!read_integer(p, hour)) return Error::kZoneOverflow;
  if (*p == ':') {
    ++p;
    if (!read_integer(p, minute)) return Error::kZoneOverflow;
    if (*p == ':') {
      ++p;
      if (!read_integer(p, second)) return Error::kZoneOverflow;
    }
  } else if (*p == '\0' && std::strlen(text) > 3) {
    minute = hour % 100;
    hour = hour / 100;
  }
  if (hour < 0 || hour > 15 || minute < 0 || minute >= 60 || second < 0 || second >= 60) return Error::kZoneOverflow;
  int32_t east = static_cast<int32_t>((hour * 60 + minute) * 60 + second);
  if (*text == '-') east = -east;
  seconds_west = -east;
  return *p == '\0' ? Error::kNone : Error::kBadFormat;
}

namespace {

bool time_overflows(const Moment& m) {
  if (m.hour < 0 || m.hour > 24 || m.minute < 0 || m.minute > 59 || m.second < 0 || m.second > 60 || m.usec < 0 ||
      m.usec > kUsecPerSecond) {
    return true;
  }
  return time_of(m.hour, m.minute, m.second, m.usec) > kUsecPerDay;
}

// One run over the fields. Member functions return the first error; `seen` is the field's contribution to the mask.
class Decoder {
 public:
  Decoder(CallContext& context, const std::vector<Field>& fields, Target target, bool with_zone)
      : context_(context), fields_(fields), time_only_(target == Target::kTimeOnly), with_zone_(with_zone) {}

  Error run(Result& result);

 private:
  Error date_field(std::string& text);
  Error zone_after_time(std::string& text);
  Error named_zone(const std::string& text, bool must_exist);
  Error number_field(std::string& text);
  Error labelled_number(const std::string& text);
  Error word_field(const std::string& text);
  Error reserved(int token);
  Error time(const std::string& text);
  Error date(const std::string& text);
  Error number(const std::string& text, bool have_text_month, uint32_t mask, uint32_t& seen);
  Error digits(const std::string& text, uint32_t mask, uint32_t& seen);
  Error validate_date();
  Error finish();
  Error finish_time_only();
  Error resolve_zone(int64_t local_seconds);
  void set_date(int64_t days) {
    CivilDate d = civil_of(days);
    m_.year = d.year, m_.month = d.month, m_.day = d.day;
  }
  int64_t local_now() const { return to_local(context_.transaction_time(), *context_.settings().time_zone); }

  CallContext& context_;
  const std::vector<Field>& fields_;
  bool time_only_, with_zone_;
  size_t index_ = 0;
  FieldType type_ = FieldType::kNumber;
  uint32_t mask_ = 0, seen_ = 0;
  int pending_ = kNone;  // the unit that the previous field announced
  bool have_text_month_ = false, two_digit_year_ = false, before_christ_ = false, julian_ = false;
  int half_ = -1;  // 0 AM, 1 PM
  Token special_ = kNone;
  Moment m_;
  int day_of_year_ = 0;
  int32_t zone_ = 0;
  TimeZonePointer named_zone_, abbreviation_zone_;
  std::string abbreviation_;
};

Error Decoder::named_zone(const std::string& text, bool must_exist) {
  named_zone_ = TimeZone::load(text);
  if (!named_zone_) {
    if (!must_exist) return Error::kBadFormat;
    throw SqlError(sqlstate::kInvalidParameterValue, "time zone \"" + text + "\" not recognized");
  }
  seen_ = kZone;
  return Error::kNone;
}

// hhmmss-zz
Error Decoder::zone_after_time(std::string& text) {
  if ((mask_ & kTimeMask) == kTimeMask) return Error::kBadFormat;
  size_t dash = text.find('-');
  if (dash == std::string::npos) return Error::kBadFormat;
  if (Error e = decode_zone(text.c_str() + dash, zone_); e != Error::kNone) return e;
  text.resize(dash);
  Error e = digits(text, time_only_ ? mask_ | kDateMask : mask_, seen_);
  seen_ |= kZone;
  return e;
}

Error Decoder::date_field(std::string& text) {
  if (time_only_) {
    if (!with_zone_) return Error::kBadFormat;
    if (index_ == 0 && fields_.size() >= 2 &&
        (fields_.back().type == FieldType::kDate || fields_[1].type == FieldType::kTime)) {
      return date(text);
    }
    if (digit(text[0])) return zone_after_time(text);
    return named_zone(text, true);
  }
  if (pending_ == kUnitJulian) {
    if (!with_zone_) return Error::kBadFormat;
    const char* p = text.c_str();
    int64_t day;
    if (!read_integer(p, day) || day < 0) return Error::kFieldOverflow;
    set_date(day - kJulianOfEpoch);
    julian_ = true;
    if (Error e = decode_zone(p, zone_); e != Error::kNone) return e;
    seen_ = kDateMask | kTimeMask | kZone;
    pending_ = kNone;
    return Error::kNone;
  }
  if (pending_ != kNone || (mask_ & (kMonth | kDay)) == (kMonth | kDay)) {
    if (!with_zone_) return Error::kBadFormat;
    if (digit(text[0]) || pending_ != kNone) {
      if (pending_ != kNone && pending_ != kUnitTime) return Error::kBadFormat;
      pending_ = kNone;
      return zone_after_time(text);
    }
    return named_zone(text, true);
  }
  return date(text);
}

Error Decoder::date(const std::string& text) {
  std::vector<std::string> parts;
  size_t i = 0;
  while (i < text.size() && parts.size() < kFieldsMax) {
    while (i < text.size() && !alnum(text[i])) ++i;
    if (i >= text.size()) return Error::kBadFormat;
    size_t start = i;
    bool number_part = digit(text[i]);
    while (i < text.size() && (number_part ? digit(text[i]) : alpha(text[i]))) ++i;
    parts.push_back(text.substr(start, i - start));
    ++i;  // the separator
  }
  uint32_t mask = mask_;
  bool have_text_month = false;
  seen_ = 0;
  for (std::string& part : parts) {
    if (!alpha(part[0])) continue;
    WordMeaning meaning = find_word(part);
    if (meaning.word == Word::kIgnore) continue;
    if (meaning.word != Word::kMonth || (mask & kMonth)) return Error::kBadFormat;
    m_.month = meaning.value;
    have_text_month = true;
    mask |= kMonth;
    seen_ |= kMonth;
    part.clear();
  }
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    uint32_t seen = 0;
    if (Error e = number(part, have_text_month, mask, seen); e != Error::kNone) return e;
    if (mask & seen) return Error::kBadFormat;
    mask |= seen;
    seen_ |= seen;
  }
  return (mask & ~(kDayOfYear | kZone)) == kDateMask ? Error::kNone : Error::kBadFormat;
}

Error Decoder::time(const std::string& text) {
  seen_ = kTimeMask;
  const char* p = text.c_str();
  int64_t value;
  if (!read_integer(p, value)) return Error::kFieldOverflow;
  m_.hour = value;
  if (*p != ':') return Error::kBadFormat;
  ++p;
  if (!read_integer(p, value)) return Error::kFieldOverflow;
  m_.minute = static_cast<int>(value);
  m_.usec = 0;
  if (*p == '\0') {
    m_.second = 0;
  } else if (*p == '.') {  // mm:ss.fraction
    if (Error e = fractional_usec(p, m_.usec); e != Error::kNone) return e;
    m_.second = m_.minute;
    m_.minute = static_cast<int>(m_.hour);
    m_.hour = 0;
  } else if (*p == ':') {
    ++p;
    if (!read_integer(p, value)) return Error::kFieldOverflow;
    m_.second = static_cast<int>(value);
    if (*p == '.') {
      if (Error e = fractional_usec(p, m_.usec); e != Error::kNone) return e;
    } else if (*p != '\0') {
      return Error::kBadFormat;
    }
  } else {
    return Error::kBadFormat;
  }
  if (m_.hour < 0 || m_.minute < 0 || m_.minute > 59 || m_.second < 0 || m_.second > 60 || m_.usec < 0 ||
      m_.usec > kUsecPerSecond) {
    return Error::kFieldOverflow;
  }
  return Error::kNone;
}

// Digits run together: yyyymmdd, yymmdd, hhmmss[.fff], hhmm.
Error Decoder::digits(const std::string& text_in, uint32_t mask, uint32_t& seen) {
  std::string text = text_in;
  size_t point = text.find('.');
  auto part = [&text](size_t from, size_t n) { return std::atoi(text.substr(from, n).c_str()); };
  if (point != std::string::npos) {
    errno = 0;
    double fraction = text.size() == point + 1 ? 0 : std::strtod(text.c_str() + point, nullptr);
    if (errno != 0) return Error::kBadFormat;
    m_.usec = static_cast<int32_t>(std::rint(fraction * 1000000));
    text.resize(point);
  } else if ((mask & kDateMask) != kDateMask && text.size() >= 6) {
    size_t n = text.size();
    seen = kDateMask;
    m_.day = part(n - 2, 2);
    m_.month = part(n - 4, 2);
    m_.year = part(0, n - 4);
    if (n - 4 == 2) two_digit_year_ = true;
    type_ = FieldType::kDate;
    return Error::kNone;
  }
  if ((mask & kTimeMask) != kTimeMask && (text.size() == 6 || text.size() == 4)) {
    seen = kTimeMask;
    m_.hour = part(0, 2);
    m_.minute = part(2, 2);
    m_.second = text.size() == 6 ? part(4, 2) : 0;
    type_ = FieldType::kTime;
    return Error::kNone;
  }
  return Error::kBadFormat;
}

// A single number: which of year, month and day it is follows from what was seen and from DateStyle's order.
Error Decoder::number(const std::string& text, bool have_text_month, uint32_t mask, uint32_t& seen) {
  seen = 0;
  const char* p = text.c_str();
  int64_t value;
  if (!read_integer(p, value)) return Error::kFieldOverflow;
  if (p == text.c_str()) return Error::kBadFormat;
  if (*p == '.') {
    if (p - text.c_str() > 2) return digits(text, mask | kDateMask, seen);
    if (Error e = fractional_usec(p, m_.usec); e != Error::kNone) return e;
  } else if (*p != '\0') {
    return Error::kBadFormat;
  }
  size_t length = text.size();
  if (length == 3 && (mask & kDateMask) == kYear && value >= 1 && value <= 366) {
    seen = kDayOfYear | kMonth | kDay;
    day_of_year_ = static_cast<int>(value);
    return Error::kNone;
  }
  DateOrder order = context_.settings().date_order;
  auto year = [&] { seen = kYear, m_.year = value; };
  auto month = [&] { seen = kMonth, m_.month = static_cast<int>(value); };
  auto day = [&] { seen = kDay, m_.day = static_cast<int>(value); };
  switch (mask & kDateMask) {
    case 0:
      if (length >= 3 || order == DateOrder::kYmd)
        year();
      else if (order == DateOrder::kDmy)
        day();
      else
        month();
      break;
    case kYear:
      month();
      break;
    case kMonth:
      if (have_text_month && (length >= 3 || order == DateOrder::kYmd))
        year();
      else
        day();
      break;
    case kYear | kMonth:
      if (have_text_month && length >= 3 && two_digit_year_) {
        // The first number was the day after all.
        seen = kDay;
        m_.day = static_cast<int>(m_.year);
        m_.year = value;
        two_digit_year_ = false;
      } else {
        day();
      }
      break;
    case kDay:
      month();
      break;
    case kMonth | kDay:
      year();
      break;
    case kDateMask:
      return digits(text, mask, seen);
    default:
      return Error::kBadFormat;
  }
  if (seen == kYear) two_digit_year_ = length <= 2;
  return Error::kNone;
}

// A number after a unit: y2001m02d04, J2451187, T040506.
Error Decoder::labelled_number(const std::string& text) {
  const char* p = text.c_str();
  int64_t value;
  if (time_only_ && !with_zone_ &&
      (pending_ == kUnitJulian || pending_ == kUnitYear || pending_ == kUnitMonth || pending_ == kUnitDay)) {
    return Error::kBadFormat;
  }
  if (!read_integer(p, value)) return Error::kFieldOverflow;
  bool decimal = *p == '.';
  if (decimal ? pending_ != kUnitJulian && pending_ != kUnitTime && pending_ != kUnitSecond : *p != '\0') {
    return Error::kBadFormat;
  }
  int small = static_cast<int>(value);
  switch (pending_) {
    case kUnitYear:
      m_.year = value, seen_ = kYear;
      break;
    case kUnitMonth:
      if ((mask_ & kMonth) && (mask_ & kHour))
        m_.minute = small, seen_ = kMinute;
      else
        m_.month = small, seen_ = kMonth;
      break;
    case kUnitDay:
      m_.day = small, seen_ = kDay;
      break;
    case kUnitHour:
      m_.hour = small, seen_ = kHour;
      break;
    case kUnitMinute:
      m_.minute = small, seen_ = kMinute;
      break;
    case kUnitSecond:
      m_.second = small, seen_ = kSecond;
      if (decimal) {
        if (Error e = fractional_usec(p, m_.usec); e != Error::kNone) return e;
        seen_ = kSecondsMask;
      }
      break;
    case kUnitJulian: {
      if (value < 0) return Error::kFieldOverflow;
      seen_ = kDateMask;
      set_date(value - kJulianOfEpoch);
      julian_ = true;
      if (decimal) {
        char* end;
        double fraction = std::strtod(p, &end);
        if (*end != '\0') return Error::kBadFormat;
        seen_ |= kTimeMask;
        Clock c = clock_of(static_cast<int64_t>(fraction * static_cast<double>(kUsecPerDay)));
        m_.hour = c.hour, m_.minute = c.minute, m_.second = c.second, m_.usec = c.usec;
      }
      break;
    }
    case kUnitTime:
      if (Error e = digits(text, mask_ | kDateMask, seen_); e != Error::kNone) return e;
      if (seen_ != kTimeMask) return Error::kBadFormat;
      break;
    default:
      return Error::kBadFormat;
  }
  pending_ = kNone;
  return Error::kNone;
}

Error Decoder::number_field(std::string& text) {
  if (pending_ != kNone) return labelled_number(text);
  size_t point = text.find('.');
  bool decimal = point != std::string::npos;
  if (time_only_) {
    if (decimal) {
      if (index_ == 0 && fields_.size() >= 2 && fields_.back().type == FieldType::kDate) return date(text);
      if (point > 2) return digits(text, mask_ | kDateMask, seen_);
      return Error::kBadFormat;
    }
    if (text.size() > 4) return digits(text, mask_ | kDateMask, seen_);
    return number(text, false, mask_ | kDateMask, seen_);
  }
  if (decimal && !(mask_ & kDateMask)) return date(text);
  if (decimal && point > 2) return digits(text, mask_, seen_);
  if (text.size() >= 6 && (!(mask_ & kDateMask) || !(mask_ & kTimeMask))) return digits(text, mask_, seen_);
  return number(text, have_text_month_, mask_, seen_);
}

Error Decoder::reserved(int token) {
  if (token == kTokenNow) {
    seen_ = kDateMask | kTimeMask | kZone;
    if (time_only_) seen_ = kTimeMask;
    Moment now = moment_of(local_now());
    if (time_only_) {
      m_.hour = now.hour, m_.minute = now.minute, m_.second = now.second, m_.usec = now.usec;
    } else {
      m_ = now;
      zone_ = static_cast<int32_t>((context_.transaction_time() - local_now()) / kUsecPerSecond);
    }
    return Error::kNone;
  }
  if (token == kTokenZulu) {
    seen_ = kTimeMask | kZone;
    m_.hour = m_.minute = m_.second = 0;
    zone_ = 0;
    return Error::kNone;
  }
  if (time_only_) return Error::kBadFormat;
  if (token == kTokenToday || token == kTokenTomorrow || token == kTokenYesterday) {
    seen_ = kDateMask;
    int64_t shift = token == kTokenTomorrow ? 1 : token == kTokenYesterday ? -1 : 0;
    set_date(floor_divide(local_now(), kUsecPerDay) + shift);
    julian_ = true;  // the year is right as it is
    return Error::kNone;
  }
  seen_ = kDateMask | kTimeMask | kZone;
  special_ = static_cast<Token>(token);
  return Error::kNone;
}

Error Decoder::word_field(const std::string& text) {
  AbbreviationMeaning zone = find_time_zone_abbreviation(text);
  if (zone.found) {
    if (!with_zone_) return Error::kBadFormat;
    seen_ = zone.daylight || zone.zone ? kZone | kDaylightZone : kZone;
    if (!zone.zone && !zone.daylight) seen_ = kZone;
    if (zone.zone) {
      abbreviation_zone_ = zone.zone;
      abbreviation_ = text;
    } else {
      zone_ = -zone.seconds_east;
    }
    return Error::kNone;
  }
  WordMeaning meaning = find_word(text);
  seen_ = 0;
  switch (meaning.word) {
    case Word::kIgnore:
      return Error::kNone;
    case Word::kReserved:
      return reserved(meaning.value);
    case Word::kMonth:
      if (time_only_) return Error::kBadFormat;
      seen_ = kMonth;
      if ((mask_ & kMonth) && !have_text_month_ && !(mask_ & kDay) && m_.month >= 1 && m_.month <= 31) {
        m_.day = m_.month;
        seen_ = kDay;
      }
      have_text_month_ = true;
      m_.month = meaning.value;
      return Error::kNone;
    case Word::kDaylightModifier:
      if (!with_zone_) return Error::kBadFormat;
      seen_ = kDaylightModifier | kDaylightZone;
      zone_ -= meaning.value;
      return Error::kNone;
    case Word::kAmPm:
      seen_ = kAmPm;
      half_ = meaning.value;
      return Error::kNone;
    case Word::kAdBc:
      seen_ = kAdBc;
      before_christ_ = meaning.value == 1;
      return Error::kNone;
    case Word::kDayOfWeek:
      if (time_only_) return Error::kBadFormat;
      seen_ = kDayOfWeek;
      return Error::kNone;
    case Word::kUnits:
      pending_ = meaning.value;
      return Error::kNone;
    case Word::kIsoTime: {
      if (!time_only_ && (mask_ & kDateMask) != kDateMask) return Error::kBadFormat;
      if (index_ + 1 >= fields_.size()) return Error::kBadFormat;
      FieldType next = fields_[index_ + 1].type;
      if (next != FieldType::kNumber && next != FieldType::kTime && next != FieldType::kDate) return Error::kBadFormat;
      pending_ = meaning.value;
      return Error::kNone;
    }
    case Word::kAgo:
    case Word::kUnknown:
      break;
  }
  return named_zone(text, false);
}

Error Decoder::validate_date() {
  if ((mask_ & kYear) && !julian_) {
    if (before_christ_) {
      if (m_.year <= 0) return Error::kFieldOverflow;
      m_.year = -(m_.year - 1);
    } else if (two_digit_year_) {
      if (m_.year < 0) return Error::kFieldOverflow;
      if (m_.year < 70)
        m_.year += 2000;
      else if (m_.year < 100)
        m_.year += 1900;
    } else if (m_.year <= 0) {
      return Error::kFieldOverflow;
    }
  }
  if (mask_ & kDayOfYear) set_date(days_of(m_.year, 1, day_of_year_));
  if ((mask_ & kMonth) && (m_.month < 1 || m_.month > 12)) return Error::kMonthDayOverflow;
  if ((mask_ & kDay) && (m_.day < 1 || m_.day > 31)) return Error::kMonthDayOverflow;
  if ((mask_ & kDateMask) == kDateMask && m_.day > days_in_month(m_.year, m_.month)) return Error::kFieldOverflow;
  return Error::kNone;
}

// Finds the zone's offset at a local time, once the date is known.
Error Decoder::resolve_zone(int64_t local_seconds) {
  if (named_zone_) {
    if (mask_ & kDaylightModifier) return Error::kBadFormat;
    zone_ = -named_zone_->resolve_local(local_seconds).seconds;
  }
  if (abbreviation_zone_) {
    if (mask_ & kDaylightModifier) return Error::kBadFormat;
    ZoneChoice choice;
    choice.zone = abbreviation_zone_;
    choice.abbreviation = abbreviation_;
    zone_ = -choice.at_local(local_seconds).seconds;
  }
  if (with_zone_ && !(mask_ & kZone)) {
    if (mask_ & kDaylightModifier) return Error::kBadFormat;
    zone_ = -context_.settings().time_zone->resolve_local(local_seconds).seconds;
  }
  return Error::kNone;
}

int64_t local_seconds(const Moment& m) {
  return days_of(m.year, m.month, m.day) * kSecondsPerDay + (m.hour * 60 + m.minute) * 60 + m.second +
         kEpochDifferenceSeconds;
}

Error Decoder::finish() {
  if (special_ != kNone) return Error::kNone;
  if ((mask_ & kDateMask) != kDateMask) return Error::kBadFormat;
  return resolve_zone(local_seconds(m_));
}

Error Decoder::finish_time_only() {
  if (time_overflows(m_)) return Error::kFieldOverflow;
  if ((mask_ & kTimeMask) != kTimeMask) return Error::kBadFormat;
  if (!with_zone_) return Error::kNone;
  bool has_date = (mask_ & kDateMask) == kDateMask;
  int32_t constant;
  if (named_zone_ && named_zone_->constant_offset(constant)) {
    if (mask_ & kDaylightModifier) return Error::kBadFormat;
    zone_ = -constant;
    return Error::kNone;
  }
  if ((named_zone_ || (mask_ & kDateMask)) && !has_date) return Error::kBadFormat;
  Moment m = m_;
  if (!has_date) {
    CivilDate today = civil_of(floor_divide(local_now(), kUsecPerDay));
    m.year = today.year, m.month = today.month, m.day = today.day;
  }
  return resolve_zone(local_seconds(m));
}

Error Decoder::run(Result& result) {
  for (index_ = 0; index_ < fields_.size(); ++index_) {
    std::string text = fields_[index_].text;
    type_ = fields_[index_].type;
    seen_ = 0;
    Error e = Error::kBadFormat;
    switch (type_) {
      case FieldType::kDate:
        e = date_field(text);
        break;
      case FieldType::kTime:
        if (pending_ != kNone && pending_ != kUnitTime) return Error::kBadFormat;
        pending_ = kNone;
        e = time(text);
        if (e == Error::kNone && !time_only_ && time_overflows(m_)) e = Error::kFieldOverflow;
        break;
      case FieldType::kZone:
        if (!with_zone_) return Error::kBadFormat;
        e = decode_zone(text.c_str(), zone_);
        seen_ = kZone;
        break;
      case FieldType::kNumber:
        e = number_field(text);
        break;
      case FieldType::kString:
      case FieldType::kSpecial:
        e = word_field(text);
        break;
    }
    if (e != Error::kNone) return e;
    if (seen_ & mask_) return Error::kBadFormat;
    mask_ |= seen_;
  }
  if (special_ == kNone || (mask_ & kDateMask) == kDateMask) {
    if (special_ == kNone) {
      if (Error e = validate_date(); e != Error::kNone) return e;
    }
    if (half_ >= 0 && m_.hour > 12) return Error::kFieldOverflow;
    if (half_ == 0 && m_.hour == 12)
      m_.hour = 0;
    else if (half_ == 1 && m_.hour != 12)
      m_.hour += 12;
  }
  Error e = time_only_ ? finish_time_only() : finish();
  result.special = special_;
  result.moment = m_;
  result.zone = zone_;
  result.has_date = (mask_ & kDateMask) == kDateMask;
  return e;
}

}  // namespace

Error decode(CallContext& context, const std::vector<Field>& fields, Target target, bool with_zone, Result& result) {
  return Decoder(context, fields, target, with_zone).run(result);
}

}  // namespace basalt::types::decode
