// to_date() and to_timestamp(text, text): reading by a template.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "types/datetime/datetime_template.hpp"
#include "types/datetime/decode.hpp"
#include "types/datetime/functions.hpp"

namespace basalt::types {

namespace {

using namespace datetime_template;

constexpr const char* kRomanMonths[12] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

SqlError format_error(const std::string& text) { return SqlError(sqlstate::kInvalidDatetimeFormat, text); }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool separator(char c) { return c > 0x20 && c < 0x7f && !letter(c) && !digit(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The fields read; 0 is "not seen".
struct Fields {
  int hour = 0, pm = 0, minute = 0, second = 0, second_of_day = 0, weekday = 0, day = 0, day_of_year = 0, month = 0;
  int milli = 0, year = 0, bc = 0, week = 0, week_of_month = 0, century = 0, julian = 0, micro = 0;
  int year_digits = 0, zone_sign = 0, zone_hour = 0, zone_minute = 0;
  bool clock12 = false;
  enum Mode { kNone, kGregorian, kIso } mode = kNone;
};

class Reader {
 public:
  Reader(std::string_view text, const std::vector<Node>& nodes) : text_(text), s_(text_.c_str()), nodes_(nodes) {}

  Fields run() {
    for (at_ = 0; at_ < nodes_.size() && *s_ != '\0'; ++at_) {
      const Node& node = nodes_[at_];
      bool action = node.key != Key::kLiteral;
      if (!exact_ && node.key != Key::kExact && (action || at_ == 0)) skip_spaces();
      if (!action) {
        read_literal(node);
        continue;
      }
      read_field(node);
      if (exact_) continue;
      extra_ = 0;
      skip_spaces();
    }
    return f_;
  }

 private:
  void skip_spaces() {
    for (; space(*s_); ++s_) ++extra_;
  }
  void skip_character() {
    ++s_;
    while ((static_cast<unsigned char>(*s_) & 0xc0) == 0x80) ++s_;
  }

  void read_literal(const Node& node) {
    bool between = !node.quoted && (space(node.text[0]) || separator(node.text[0]));
    if (exact_) {
      skip_character();
    } else if (between) {
      --extra_;
      if (space(*s_) || separator(*s_)) ++s_, ++extra_;
    } else if (extra_ > 0) {
      --extra_;
    } else {
      skip_character();
    }
  }

  bool next_is_separator() const {
    if (nodes_[at_].ordinal != Ordinal::kNone || at_ + 1 >= nodes_.size()) return true;
    const Node& next = nodes_[at_ + 1];
    switch (next.key) {
      case Key::kLiteral:
        return !digit(next.text[0]);
      case Key::kAdBc:
      case Key::kAmPm:
      case Key::kDayName:
      case Key::kDayShort:
      case Key::kExact:
      case Key::kMonthName:
      case Key::kMonthShort:
      case Key::kOffset:
      case Key::kRomanMonth:
      case Key::kTz:
      case Key::kTzh:
        return true;
      default:
        return false;
    }
  }

  void set(int& field, int value, const Node& node) {
    if (field != 0 && field != value) {
      throw format_error("conflicting values for \"" + node.text + "\" field in formatting string")
          .detail("This value contradicts a previous setting for the same field type.");
    }
    field = value;
  }

  // Reads at most `length` characters, or all digits when something else must follow. Answers how many were read.
  int integer(int* field, size_t length, const Node& node) {
    static constexpr const char* kHint = "If your source string is not fixed-width, try using the \"FM\" modifier.";
    while (space(*s_)) ++s_;
    const char* begin = s_;
    std::string copy(s_, strnlen(s_, length));
    long value;
    char* end;
    errno = 0;
    if (node.fill || next_is_separator()) {
      value = std::strtol(begin, &end, 10);
      s_ = end;
    } else {
      if (copy.size() < length) {
        throw format_error("source string too short for \"" + node.text + "\" formatting field")
            .detail("Field requires " + std::to_string(length) + " characters, but only " +
                    std::to_string(copy.size()) + " remain.")
            .hint(kHint);
      }
      value = std::strtol(copy.c_str(), &end, 10);
      size_t used = static_cast<size_t>(end - copy.c_str());
      if (used > 0 && used < length) {
        throw format_error("invalid value \"" + copy + "\" for \"" + node.text + "\"")
            .detail("Field requires " + std::to_string(length) + " characters, but only " + std::to_string(used) +
                    " could be parsed.")
            .hint(kHint);
      }
      s_ += used;
    }
    if (s_ == begin) {
      throw format_error("invalid value \"" + copy + "\" for \"" + node.text + "\"")
          .detail("Value must be an integer.");
    }
    if (errno == ERANGE || value < INT32_MIN || value > INT32_MAX) {
      throw SqlError(sqlstate::kDatetimeFieldOverflow,
                     "value for \"" + node.text + "\" in source string is out of range")
          .detail("Value must be in the range -2147483648 to 2147483647.");
    }
    if (field) set(*field, static_cast<int>(value), node);
    return static_cast<int>(s_ - begin);
  }

  // The index of the word that stands here, in any letter case; `length` cuts the words, 0: whole words.
  int word(const char* const* words, int count, size_t length, const Node& node) {
    for (int i = count - 1; i >= 0; --i) {
      std::string_view candidate = words[i];
      if (length) candidate = candidate.substr(0, length);
      size_t n = 0;
      while (n < candidate.size() && lower(s_[n]) == lower(candidate[n])) ++n;
      if (n == candidate.size()) {
        s_ += n;
        return i;
      }
    }
    size_t n = 0;
    while (s_[n] != '\0' && !space(s_[n])) ++n;
    throw format_error("invalid value \"" + std::string(s_, n) + "\" for \"" + node.text + "\"")
        .detail("The given value did not match any of the allowed values for this field.");
  }

  void skip_ordinal(const Node& node) {
    if (node.ordinal == Ordinal::kNone) return;
    for (int i = 0; i < 2 && *s_ != '\0'; ++i) ++s_;
  }

  void set_mode(Fields::Mode mode) {
    if (f_.mode != Fields::kNone && f_.mode != mode) {
      throw format_error("invalid combination of date conventions")
          .hint("Do not mix Gregorian and ISO week date conventions in a formatting template.");
    }
    f_.mode = mode;
  }

  void partial_year(const Node& node, int digits) {
    int value = 0;
    int used = integer(&value, static_cast<size_t>(digits), node);
    if (used < 4 && digits < 4) {
      // The year nearest to 2020 with these last digits.
      if (value < 70)
        value += 2000;
      else if (value < 100)
        value += 1900;
      else if (value < 520)
        value += 2000;
      else if (value < 1000)
        value += 1000;
    }
    set(f_.year, value, node);
    f_.year_digits = digits;
  }

  void fraction(int& field, int digits, const Node& node) {
    int value = 0;
    for (int used = integer(&value, static_cast<size_t>(digits), node);
         used < (digits == 3 && &field == &f_.milli ? 3 : 6); ++used) {
      value *= 10;
    }
    set(field, value, node);
  }

  void zone_hour(const Node& node) {
    if (*s_ == '+' || *s_ == '-' || *s_ == ' ')
      f_.zone_sign = *s_++ == '-' ? -1 : 1;
    else
      f_.zone_sign = extra_ > 0 && s_[-1] == '-' ? -1 : 1;
    integer(&f_.zone_hour, 2, node);
  }

  void read_year_with_comma() {
    int thousands, years, used;
    if (sscanf(s_, "%d,%03d%n", &thousands, &years, &used) < 2) {
      throw format_error("invalid input string for \"Y,YYY\"");
    }
    set(f_.year, thousands * 1000 + years, nodes_[at_]);
    f_.year_digits = 4;
    s_ += used;
  }

  void read_field(const Node& node);

  std::string text_;
  const char* s_;
  const std::vector<Node>& nodes_;
  size_t at_ = 0;
  bool exact_ = false;
  int extra_ = 0;  // blanks skipped beyond what the template says
  Fields f_;
};

void Reader::read_field(const Node& node) {
  static constexpr const char* kHalves[] = {"a.m.", "p.m.", "am", "pm"};
  static constexpr const char* kEras[] = {"a.d.", "b.c.", "ad", "bc"};
  switch (node.key) {
    case Key::kIsoYear:
    case Key::kIsoWeek:
    case Key::kIsoDayOfWeek:
    case Key::kIsoDayOfYear:
      set_mode(Fields::kIso);
      break;
    case Key::kYear:
    case Key::kYearComma:
    case Key::kCentury:
    case Key::kMonth:
    case Key::kMonthName:
    case Key::kMonthShort:
    case Key::kRomanMonth:
    case Key::kDay:
    case Key::kDayOfYear:
    case Key::kDayOfWeek:
    case Key::kWeek:
    case Key::kWeekOfMonth:
      set_mode(Fields::kGregorian);
      break;
    default:
      break;
  }
  switch (node.key) {
    case Key::kExact:
      exact_ = true;
      return;
    case Key::kAmPm:
      set(f_.pm, word(kHalves, 4, 0, node) % 2, node), f_.clock12 = true;
      return;
    case Key::kAdBc:
      set(f_.bc, word(kEras, 4, 0, node) % 2, node);
      return;
    case Key::kHour12:
      integer(&f_.hour, 2, node), f_.clock12 = true;
      break;
    case Key::kHour24:
      integer(&f_.hour, 2, node);
      break;
    case Key::kMinute:
      integer(&f_.minute, 2, node);
      break;
    case Key::kSecond:
      integer(&f_.second, 2, node);
      break;
    case Key::kMillisecond:
      fraction(f_.milli, 3, node);
      break;
    case Key::kMicrosecond:
      fraction(f_.micro, 6, node);
      break;
    case Key::kFraction:
      fraction(f_.micro, node.digits, node);
      break;
    case Key::kSecondsOfDay:
      integer(&f_.second_of_day, node.text.size(), node);
      break;
    case Key::kTz:
    case Key::kOffset:
      throw SqlError(sqlstate::kFeatureNotSupported,
                     "formatting field \"" + node.text + "\" is only supported in to_char");
    case Key::kTzh:
      zone_hour(node);
      return;
    case Key::kTzm:
      if (f_.zone_sign == 0) f_.zone_sign = 1;
      integer(&f_.zone_minute, 2, node);
      return;
    case Key::kMonthName:
      set(f_.month, word(kMonthNames, 12, 0, node) + 1, node);
      return;
    case Key::kMonthShort:
      set(f_.month, word(kMonthNames, 12, 3, node) + 1, node);
      return;
    case Key::kRomanMonth:
      set(f_.month, word(kRomanMonths, 12, 0, node) + 1, node);
      return;
    case Key::kMonth:
      integer(&f_.month, 2, node);
      break;
    case Key::kDayName:
      set(f_.weekday, word(kDayNames, 7, 0, node) + 1, node);
      return;
    case Key::kDayShort:
      set(f_.weekday, word(kDayNames, 7, 3, node) + 1, node);
      return;
    case Key::kDayOfYear:
    case Key::kIsoDayOfYear:
      integer(&f_.day_of_year, 3, node);
      break;
    case Key::kDay:
      integer(&f_.day, 2, node);
      break;
    case Key::kDayOfWeek:
      integer(&f_.weekday, 1, node);
      break;
    case Key::kIsoDayOfWeek:
      integer(&f_.weekday, 1, node);
      if (++f_.weekday > 7) f_.weekday = 1;
      break;
    case Key::kWeek:
    case Key::kIsoWeek:
      integer(&f_.week, 2, node);
      break;
    case Key::kQuarter:
      integer(nullptr, 1, node);
      break;
    case Key::kCentury:
      integer(&f_.century, 2, node);
      break;
    case Key::kYearComma:
      read_year_with_comma();
      break;
    case Key::kYear:
    case Key::kIsoYear:
      partial_year(node, node.digits);
      break;
    case Key::kWeekOfMonth:
      integer(&f_.week_of_month, 1, node);
      break;
    case Key::kJulian:
      integer(&f_.julian, 1, node);
      break;
    case Key::kLiteral:
      break;
  }
  skip_ordinal(node);
}

// Fields -> year, month, day.
void put_date(const Fields& f_in, Moment& m, bool& year_known) {
  Fields f = f_in;
  auto use = [&m, &year_known](int64_t days) {
    CivilDate d = civil_of(days);
    m.year = d.year, m.month = d.month, m.day = d.day;
    year_known = true;
  };
  m.year = 0, m.month = 1, m.day = 1;
  year_known = f.year != 0 || f.century != 0;
  if (f.bc && f.century) f.century = -f.century;
  if (f.year != 0 && f.century != 0 && f.year_digits <= 2) {
    int y = f.year % 100;
    if (y)
      m.year = f.century >= 0 ? y + (f.century - 1) * 100 : (f.century + 1) * 100 - y + 1;
    else
      m.year = f.century * 100 + (f.century >= 0 ? 0 : 1);
  } else if (f.year != 0) {
    m.year = f.bc ? -f.year : f.year;
    if (m.year < 0) ++m.year;
  } else if (f.century != 0) {
    m.year = f.century >= 0 ? (f.century - 1) * 100 + 1 : f.century * 100 + 1;
  }
  if (f.julian) use(int64_t{f.julian} - kJulianOfEpoch);
  bool iso = f.mode == Fields::kIso;
  if (f.week) {
    if (iso) {
      int64_t monday = iso_year_start(m.year) + (f.week - 1) * 7;
      use(monday + (f.weekday == 0 ? 0 : f.weekday > 1 ? f.weekday - 2 : 6));
    } else {
      f.day_of_year = (f.week - 1) * 7 + 1;
    }
  }
  if (f.week_of_month) f.day = (f.week_of_month - 1) * 7 + 1;
  if (f.day) m.day = f.day;
  if (f.month) m.month = f.month;
  if (f.day_of_year && (m.month <= 1 || m.day <= 1)) {
    if (m.year == 0 && !f.bc) throw format_error("cannot calculate day of year without year information");
    use((iso ? iso_year_start(m.year) : days_of(m.year, 1, 1)) + f.day_of_year - 1);
  }
}

// The local moment; `zone_west` is set when the text had a zone.
Moment read(std::string_view text, std::string_view format, std::optional<int32_t>& zone_west) {
  Fields f = Reader(text, parse(format)).run();
  Moment m;
  if (f.second_of_day) {
    f.hour = f.second_of_day / 3600;
    f.minute = f.second_of_day % 3600 / 60;
    f.second = f.second_of_day % 60;
  }
  if (f.clock12 && f.hour) {
    if (f.hour < 1 || f.hour > 12) {
      throw format_error("hour \"" + std::to_string(f.hour) + "\" is invalid for the 12-hour clock")
          .hint("Use the 24-hour clock, or give an hour between 1 and 12.");
    }
    if (f.pm && f.hour < 12)
      f.hour += 12;
    else if (!f.pm && f.hour == 12)
      f.hour = 0;
  }
  bool year_known;
  put_date(f, m, year_known);
  auto fail = [text](decode::Error error) { decode::throw_error(error, text, "timestamp"); };
  if (m.month < 1 || m.month > 12 || m.day < 1 || m.day > 31) fail(decode::Error::kFieldOverflow);
  if (year_known && m.day > days_in_month(m.year, m.month)) fail(decode::Error::kFieldOverflow);
  m.hour = f.hour, m.minute = f.minute, m.second = f.second;
  int64_t usec = int64_t{f.milli} * 1000 + f.micro;
  if (m.hour < 0 || m.hour >= 24 || m.minute < 0 || m.minute >= 60 || m.second < 0 || m.second >= 60 || usec < 0 ||
      usec >= kUsecPerSecond) {
    fail(decode::Error::kFieldOverflow);
  }
  m.usec = static_cast<int32_t>(usec);
  if (f.zone_sign) {
    if (f.zone_hour < 0 || f.zone_hour > 15 || f.zone_minute < 0 || f.zone_minute >= 60)
      fail(decode::Error::kZoneOverflow);
    zone_west = -f.zone_sign * (f.zone_hour * 3600 + f.zone_minute * 60);
  }
  return m;
}

int32_t to_date(std::string_view text, std::string_view format) {
  std::optional<int32_t> zone;
  Moment m = read(text, format, zone);
  int64_t days = is_valid_civil(m.year, m.month) ? days_of(m.year, m.month, m.day) : kDateEnd;
  if (!is_valid_date(days)) {
    throw SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range: \"" + std::string(text) + "\"");
  }
  return static_cast<int32_t>(days);
}

int64_t to_timestamp(FunctionCall& call, std::string_view text, std::string_view format) {
  std::optional<int32_t> zone;
  Moment m = read(text, format, zone);
  int64_t t;
  if (!timestamp_of(m, t)) throw_timestamp_range();
  if (!zone) return timestamp_to_timestamptz(t, session_zone(call));
  if (__builtin_add_overflow(t, *zone * kUsecPerSecond, &t) || !is_valid_timestamp(t)) throw_timestamp_range();
  return t;
}

}  // namespace

void register_datetime_read(FunctionRegistry& r) {
  r.add_scalar("to_date", scalar<to_date>());
  r.add_scalar("to_timestamp", scalar<to_timestamp>());
}

}  // namespace basalt::types
