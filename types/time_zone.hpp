// Time zones from the system's TZif files (RFC 8536), with the POSIX rule in their footer for all later years (QRY-12).
//
// Offsets are seconds EAST of UTC. UTC times are Unix seconds; local times are the same count taken as if local were
// UTC. PostgreSQL's rules decide local times that do not exist (the offset before the change is used) or exist twice
// (the one after the change).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basalt::types {

class TimeZone;
using TimeZonePointer = std::shared_ptr<const TimeZone>;

class TimeZone {
 public:
  struct Offset {
    int32_t seconds = 0;  // east of UTC
    bool daylight = false;
    std::string_view abbreviation;  // lives as long as the zone
  };
  struct Change {
    int64_t at = 0;  // Unix time of the change; `after` is in force from this second on
    Offset before, after;
  };

  // By name (any letter case, "America/New_York"), or a POSIX rule ("EST5EDT,M3.2.0,M11.1.0", "<+03>-3"). Null when
  // there is no such zone. Zones are cached for the life of the process. Thread-safe.
  static TimeZonePointer load(std::string_view name);
  static TimeZonePointer utc();
  // A zone of constant offset, named as SET TIME ZONE with a number names it ("<+05:30>-05:30").
  static TimeZonePointer fixed(int32_t seconds_east);

  // The name in its canonical letter case.
  const std::string& name() const { return name_; }
  Offset at(int64_t utc_seconds) const;
  // What offset a local clock time has.
  Offset resolve_local(int64_t local_seconds) const;
  // The first change after `utc_seconds`; false when there is none.
  bool next_change(int64_t utc_seconds, Change& change) const;
  // True and the offset when the zone has had only one offset ever.
  bool constant_offset(int32_t& seconds_east) const;
  // Does this zone use the abbreviation (upper case)? Answers the meaning that is or was in force at that time, else
  // the nearest use before, else after.
  bool find_abbreviation(std::string_view abbreviation, int64_t utc_seconds, Offset& offset) const;

 private:
  struct Type {
    int32_t offset = 0;
    bool daylight = false;
    std::string abbreviation;
  };
  struct RuleDate {
    char kind = 'M';  // M month.week.day, J day without 29 February, N day from 0
    int month = 0, week = 0, day = 0;
    int64_t time = 7200;
  };
  struct Rule {
    bool present = false, has_daylight = false;
    Type standard, daylight;
    RuleDate start, end;  // of daylight time
  };
  TimeZone() = default;
  bool read_file(const std::string& path);
  bool parse_rule(std::string_view text);
  void rule_changes(int64_t year, Change& first, Change& second) const;
  Offset rule_at(int64_t utc_seconds) const;
  static Offset offset_of(const Type& type) { return {type.offset, type.daylight, type.abbreviation}; }

  std::string name_;
  std::vector<int64_t> times_;
  std::vector<uint8_t> indexes_;
  std::vector<Type> types_;
  Rule rule_;
};

// A time zone abbreviation as date input and AT TIME ZONE accept it (PostgreSQL's default set), in any letter case.
struct AbbreviationMeaning {
  bool found = false;
  int32_t seconds_east = 0;
  bool daylight = false;
  TimeZonePointer zone;  // not null: its meaning depends on the time, ask zone->find_abbreviation()
};
AbbreviationMeaning find_time_zone_abbreviation(std::string_view abbreviation);

// Names of all files in the system's database of zones, sorted; TimeZone::load() refuses those that are no zones. Calls
// `check` between its looks at the disk: it may throw.
std::vector<std::string> time_zone_names(const std::function<void()>& check);

// The abbreviations of the default set (pg_timezone_abbrevs); `zone` is empty where the offset is fixed.
struct AbbreviationEntry {
  const char* abbreviation;
  int32_t seconds_east;
  bool daylight;
  const char* zone;
};
const std::vector<AbbreviationEntry>& time_zone_abbreviations();

}  // namespace basalt::types
