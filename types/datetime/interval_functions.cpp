// Functions of interval.
#include <cmath>

#include "types/container/array.hpp"
#include "types/datetime/functions.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"

namespace basalt::types {

namespace {

Interval input(FunctionCall& call, std::string_view text, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return parse_interval(text, typmod.value_or(-1), call.context->settings().interval_style);
}
std::string output(FunctionCall& call, Interval v) {
  return format_interval(v, call.context->settings().interval_style);
}
Interval receive(std::string_view bytes, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  Interval v;
  v.microseconds = receive_big_endian<int64_t>(bytes);
  v.days = receive_big_endian<int32_t>(bytes);
  v.months = receive_big_endian<int32_t>(bytes);
  apply_interval_typmod(v, typmod.value_or(-1));
  return v;
}
std::string send(Interval v) {
  return send_big_endian(v.microseconds) + send_big_endian(v.days) + send_big_endian(v.months);
}

bool eq(Interval a, Interval b) { return compare_intervals(a, b) == 0; }
bool ne(Interval a, Interval b) { return compare_intervals(a, b) != 0; }
bool lt(Interval a, Interval b) { return compare_intervals(a, b) < 0; }
bool le(Interval a, Interval b) { return compare_intervals(a, b) <= 0; }
bool gt(Interval a, Interval b) { return compare_intervals(a, b) > 0; }
bool ge(Interval a, Interval b) { return compare_intervals(a, b) >= 0; }
int32_t cmp(Interval a, Interval b) { return compare_intervals(a, b); }
Interval larger(Interval a, Interval b) { return compare_intervals(a, b) > 0 ? a : b; }
Interval smaller(Interval a, Interval b) { return compare_intervals(a, b) < 0 ? a : b; }
bool finite(Interval) { return true; }
int32_t hash(Interval v) { return static_cast<int32_t>(hash_int64(static_cast<int64_t>(interval_span(v)))); }
int64_t hash_extended(Interval v, int64_t seed) {
  return static_cast<int64_t>(hash_int64_extended(static_cast<int64_t>(interval_span(v)), static_cast<uint64_t>(seed)));
}

Interval plus(Interval a, Interval b) {
  if (__builtin_add_overflow(a.months, b.months, &a.months) || __builtin_add_overflow(a.days, b.days, &a.days) ||
      __builtin_add_overflow(a.microseconds, b.microseconds, &a.microseconds)) {
    throw_interval_range();
  }
  return a;
}
Interval minus(Interval a, Interval b) {
  if (__builtin_sub_overflow(a.months, b.months, &a.months) || __builtin_sub_overflow(a.days, b.days, &a.days) ||
      __builtin_sub_overflow(a.microseconds, b.microseconds, &a.microseconds)) {
    throw_interval_range();
  }
  return a;
}

double to_microsecond_precision(double v) { return std::rint(v * 1000000.0) / 1000000.0; }

int32_t to_int32(double v) {
  if (std::isnan(v) || v > INT32_MAX || v < INT32_MIN) throw_interval_range();
  return static_cast<int32_t>(v);
}

// Fractions of months and days that a factor leaves go down to days and seconds.
Interval cascade(const Interval& whole, double months, double days, double usec) {
  Interval r;
  r.months = to_int32(months);
  r.days = to_int32(days);
  double month_days = to_microsecond_precision((months - r.months) * 30);
  double seconds =
      to_microsecond_precision((days - r.days + month_days - static_cast<int>(month_days)) * kSecondsPerDay);
  if (std::fabs(seconds) >= kSecondsPerDay) {
    int more = static_cast<int>(seconds / kSecondsPerDay);
    if (__builtin_add_overflow(r.days, more, &r.days)) throw_interval_range();
    seconds -= more * static_cast<double>(kSecondsPerDay);
  }
  if (__builtin_add_overflow(r.days, static_cast<int32_t>(month_days), &r.days)) throw_interval_range();
  double total = std::rint(usec + seconds * static_cast<double>(kUsecPerSecond));
  if (std::isnan(total) || !(total >= -9223372036854775808.0 && total < 9223372036854775808.0)) throw_interval_range();
  r.microseconds = static_cast<int64_t>(total);
  return r;
}
Interval times(Interval v, double f) {
  return cascade(v, v.months * f, v.days * f, static_cast<double>(v.microseconds) * f);
}
Interval times_reversed(double f, Interval v) { return times(v, f); }
Interval divide(Interval v, double f) {
  if (f == 0) throw_division_by_zero();
  return cascade(v, v.months / f, v.days / f, static_cast<double>(v.microseconds) / f);
}

void move_whole(int64_t& from, int64_t unit, int32_t& into) {
  int64_t whole = from / unit;
  from -= whole * unit;
  int64_t sum = into + whole;
  if (sum > INT32_MAX || sum < INT32_MIN) throw_interval_range();
  into = static_cast<int32_t>(sum);
}
void align_day_sign(Interval& v) {
  if (v.days > 0 && v.microseconds < 0)
    v.microseconds += kUsecPerDay, --v.days;
  else if (v.days < 0 && v.microseconds > 0)
    v.microseconds -= kUsecPerDay, ++v.days;
}
Interval justify_hours(Interval v) {
  move_whole(v.microseconds, kUsecPerDay, v.days);
  align_day_sign(v);
  return v;
}
Interval justify_days(Interval v) {
  int64_t days = v.days;
  move_whole(days, 30, v.months);
  v.days = static_cast<int32_t>(days);
  if (v.months > 0 && v.days < 0)
    v.days += 30, --v.months;
  else if (v.months < 0 && v.days > 0)
    v.days -= 30, ++v.months;
  return v;
}
Interval justify_interval(Interval v) {
  auto days_to_months = [&v] {
    int64_t days = v.days;
    move_whole(days, 30, v.months);
    v.days = static_cast<int32_t>(days);
  };
  if ((v.days > 0 && v.microseconds > 0) || (v.days < 0 && v.microseconds < 0)) days_to_months();
  move_whole(v.microseconds, kUsecPerDay, v.days);
  days_to_months();
  if (v.months > 0 && (v.days < 0 || (v.days == 0 && v.microseconds < 0)))
    v.days += 30, --v.months;
  else if (v.months < 0 && (v.days > 0 || (v.days == 0 && v.microseconds > 0)))
    v.days -= 30, ++v.months;
  align_day_sign(v);
  return v;
}

Interval scale(Interval v, int32_t typmod) {
  apply_interval_typmod(v, typmod);
  return v;
}

bool in_range(Interval value, Interval base, Interval offset, bool subtract, bool less) {
  check_frame_offset(offset);
  int c = compare_intervals(value, subtract ? minus(base, offset) : plus(base, offset));
  return less ? c <= 0 : c >= 0;
}

constexpr int bit(int field) { return 1 << field; }

// interval fields arrive as a range mask and perhaps a precision: "INTERVAL DAY TO SECOND(3)".
int32_t typmod_in(FunctionCall& call, std::string_view modifiers) {
  ArrayView view(modifiers);
  auto invalid = [] { return SqlError(sqlstate::kInvalidParameterValue, "invalid INTERVAL type modifier"); };
  if (view.size() < 1 || view.size() > 2) throw invalid();
  int32_t range = parse_int32(view.string(0));
  if (range <= 0 || range > kIntervalFullRange) throw invalid();
  if (view.size() == 1) return range == kIntervalFullRange ? -1 : (range << 16) | kIntervalFullPrecision;
  int32_t precision = parse_int32(view.string(1));
  std::string shown = "INTERVAL(" + std::to_string(precision) + ")";
  if (precision < 0) throw SqlError(sqlstate::kInvalidParameterValue, shown + " precision must not be negative");
  if (precision > 6) {
    common::ErrorReport report{};
    report.severity = common::Severity::kWarning;
    report.sqlstate = sqlstate::kInvalidParameterValue;
    report.message = shown + " precision reduced to maximum allowed, 6";
    call.context->notice(std::move(report));
    precision = 6;
  }
  return (range << 16) | precision;
}

std::string typmod_out(int32_t typmod) {
  if (typmod < 0) return {};
  static constexpr struct {
    int mask;
    const char* name;
  } kRanges[] = {
      {bit(kYearField), " year"},
      {bit(kMonthField), " month"},
      {bit(kDayField), " day"},
      {bit(kHourField), " hour"},
      {bit(kMinuteField), " minute"},
      {bit(kSecondField), " second"},
      {bit(kYearField) | bit(kMonthField), " year to month"},
      {bit(kDayField) | bit(kHourField), " day to hour"},
      {bit(kDayField) | bit(kHourField) | bit(kMinuteField), " day to minute"},
      {bit(kDayField) | bit(kHourField) | bit(kMinuteField) | bit(kSecondField), " day to second"},
      {bit(kHourField) | bit(kMinuteField), " hour to minute"},
      {bit(kHourField) | bit(kMinuteField) | bit(kSecondField), " hour to second"},
      {bit(kMinuteField) | bit(kSecondField), " minute to second"},
  };
  std::string out;
  for (const auto& range : kRanges) {
    if (range.mask == interval_range_of(typmod)) out = range.name;
  }
  int precision = interval_precision_of(typmod);
  if (precision != kIntervalFullPrecision) out += "(" + std::to_string(precision) + ")";
  return out;
}

}  // namespace

void register_interval(FunctionRegistry& r) {
  r.add_scalar("interval_in", scalar<input>());
  r.add_scalar("interval_out", scalar<output>());
  r.add_scalar("interval_recv", scalar<receive>());
  r.add_scalar("interval_send", scalar<send>());
  r.add_scalar("interval_eq", scalar<eq>());
  r.add_scalar("interval_ne", scalar<ne>());
  r.add_scalar("interval_lt", scalar<lt>());
  r.add_scalar("interval_le", scalar<le>());
  r.add_scalar("interval_gt", scalar<gt>());
  r.add_scalar("interval_ge", scalar<ge>());
  r.add_scalar("interval_cmp", scalar<cmp>());
  r.add_scalar("interval_larger", scalar<larger>());
  r.add_scalar("interval_smaller", scalar<smaller>());
  r.add_scalar("interval_finite", scalar<finite>());
  r.add_scalar("interval_hash", scalar<hash>());
  r.add_scalar("interval_hash_extended", scalar<hash_extended>());
  r.add_scalar("interval_pl", scalar<plus>());
  r.add_scalar("interval_mi", scalar<minus>());
  r.add_scalar("interval_um", scalar<negate_interval>());
  r.add_scalar("interval_mul", scalar<times>());
  r.add_scalar("mul_d_interval", scalar<times_reversed>());
  r.add_scalar("interval_div", scalar<divide>());
  r.add_scalar("interval_justify_hours", scalar<justify_hours>());
  r.add_scalar("interval_justify_days", scalar<justify_days>());
  r.add_scalar("interval_justify_interval", scalar<justify_interval>());
  r.add_scalar("interval_scale", scalar<scale>());
  r.add_scalar("in_range_interval_interval", scalar<in_range>());
  r.add_scalar("intervaltypmodin", scalar<typmod_in>());
  r.add_scalar("intervaltypmodout", scalar<typmod_out>());
  r.add_internal("interval_support");
}

}  // namespace basalt::types
