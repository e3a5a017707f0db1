// Dates and times: results recorded from PostgreSQL 15.
#include "types/datetime/datetime.hpp"

#include <catch2/catch.hpp>

#include "text_context.hpp"

using namespace basalt::types;
using basalt::types::test::TextContext;

namespace {

std::string shown(TextContext& context, const char* text) {
  return format_timestamptz(parse_timestamptz(context, text, -1), context.settings());
}
std::string interval(const char* text, IntervalStyle style = IntervalStyle::kPostgres) {
  return format_interval(parse_interval(text, -1, style), style);
}
template <typename F>
std::string error_of(F f) {
  try {
    f();
  } catch (const SqlError& e) {
    return std::string(e.report().sqlstate.view()) + " " + e.report().message;
  }
  return "no error";
}

}  // namespace

TEST_CASE("calendar reaches both ends") {
  for (int64_t days : {kDayMin, int64_t{-1}, int64_t{0}, int64_t{59}, int64_t{100000}, kDateEnd - 1}) {
    CivilDate d = civil_of(days);
    CHECK(days_of(d.year, d.month, d.day) == days);
  }
  CHECK(day_of_week(0) == 6);
  CHECK(iso_week_of(days_of(2021, 1, 3)).week == 53);
}

TEST_CASE("time zones follow the rule of their file for ever") {
  TimeZonePointer zone = TimeZone::load("america/new_york");
  REQUIRE(zone);
  CHECK(zone->name() == "America/New_York");
  TextContext context;
  context.mutable_settings().time_zone = zone;
  CHECK(shown(context, "2038-07-01 12:00") == "2038-07-01 12:00:00-04");
  CHECK(shown(context, "2500-07-01 12:00") == "2500-07-01 12:00:00-04");
  CHECK(shown(context, "2024-03-10 02:30") == "2024-03-10 03:30:00-04");
  CHECK(shown(context, "2024-11-03 01:30") == "2024-11-03 01:30:00-05");
  CHECK(shown(context, "1850-01-01 00:00") == "1850-01-01 00:00:00-04:56:02");
  CHECK(shown(context, "2024-01-15 04:05:06 PST") == "2024-01-15 07:05:06-05");
  CHECK(TimeZone::load("no/where") == nullptr);
  CHECK(TimeZone::load("<+05:30>-05:30")->at(0).seconds == 19800);
  CHECK(TimeZone::fixed(-28800)->name() == "<-08>+08");
}

TEST_CASE("date input takes PostgreSQL's forms") {
  TextContext context;
  context.mutable_settings().time_zone = TimeZone::utc();
  for (const char* text : {"1999-01-08", "January 8, 1999", "1/8/1999", "1999-Jan-08", "08-Jan-1999", "19990108",
                           "990108", "1999.008", "J2451187"}) {
    CHECK(format_date(parse_date(context, text), context.settings()) == "1999-01-08");
  }
  CHECK(format_date(parse_date(context, "January 8, 99 BC"), context.settings()) == "0099-01-08 BC");
  CHECK(parse_date(context, "infinity") == kDateInfinity);
  CHECK(error_of([&] { parse_date(context, "2023-02-29"); }) ==
        "22008 date/time field value out of range: \"2023-02-29\"");
  CHECK(error_of([&] { parse_date(context, "abc"); }) == "22007 invalid input syntax for type date: \"abc\"");
  CHECK(format_timestamp(parse_timestamp(context, "2024-01-15 04:05:06.789", 1), context.settings()) ==
        "2024-01-15 04:05:06.8");
  context.mutable_settings().date_style = DateStyle::kPostgres;
  CHECK(shown(context, "2024-01-15 04:05:06") == "Mon Jan 15 04:05:06 2024 UTC");
}

TEST_CASE("intervals in four styles") {
  CHECK(interval("1 year 2 mons 3 days 04:05:06.789") == "1 year 2 mons 3 days 04:05:06.789");
  CHECK(interval("-1 mon +2 days -03:00") == "-1 mons +2 days -03:00:00");
  CHECK(interval("1.5 months") == "1 mon 15 days");
  CHECK(interval("P1Y2M3DT4H5M6S", IntervalStyle::kIso8601) == "P1Y2M3DT4H5M6S");
  CHECK(interval("1 day -1 hour ago", IntervalStyle::kPostgresVerbose) == "@ 1 day -1 hours ago");
  CHECK(interval("-1 days 02:03", IntervalStyle::kSqlStandard) == "-1 2:03:00");
  CHECK(error_of([] { interval("foo"); }) == "22007 invalid input syntax for type interval: \"foo\"");
  CHECK(error_of([] { interval("2147483648 days"); }) ==
        "22015 interval field value out of range: \"2147483648 days\"");
}

TEST_CASE("adding months keeps within the month") {
  TextContext context;
  context.mutable_settings().time_zone = TimeZone::utc();
  int64_t t = parse_timestamp(context, "2024-01-31", -1);
  CHECK(format_timestamp(add_interval(t, {0, 0, 1}), context.settings()) == "2024-02-29 00:00:00");
  CHECK(error_of([&] { add_interval(t, {0, 0, INT32_MAX}); }) == "22008 timestamp out of range");
}
