#include "types/time_zone.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "types/datetime/calendar.hpp"

namespace basalt::types {

namespace {

constexpr const char* kDirectory = "/usr/share/zoneinfo";

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
         });
}

bool is_file(const std::string& path) {
  struct stat info;
  return stat((kDirectory + ("/" + path)).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// The path below the zone directory in its true letter case; empty when there is none.
std::string find_file(std::string_view name) {
  bool hidden = name.starts_with('.') || name.find("/.") != std::string_view::npos;
  if (!hidden && !name.starts_with('/') && name.find("//") == std::string_view::npos && is_file(std::string(name)))
    return std::string(name);  // as it is written
  std::string path;
  while (!name.empty()) {
    size_t slash = name.find('/');
    std::string_view part = name.substr(0, slash);
    name = slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
    if (part.empty() || part[0] == '.') return {};
    std::string directory = kDirectory + ("/" + path);
    std::string found;
    if (DIR* d = opendir(directory.c_str())) {
      while (dirent* entry = readdir(d)) {
        if (same_letters(entry->d_name, part)) found = entry->d_name;
      }
      closedir(d);
    }
    if (found.empty()) return {};
    path += path.empty() ? found : "/" + found;
  }
  return is_file(path) ? path : std::string();
}

int64_t big_endian(const unsigned char* p, int bytes) {
  int64_t value = p[0] & 0x80 ? -1 : 0;
  for (int i = 0; i < bytes; ++i) value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | p[i]);
  return value;
}

int64_t year_of(int64_t unix_seconds) {
  return civil_of(floor_divide(unix_seconds - kEpochDifferenceSeconds, kSecondsPerDay)).year;
}

// Reads POSIX rule text.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }
  bool name(std::string& out) {
    if (take('<')) {
      size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      out = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return !out.empty();
    }
    size_t n = 0;
    while (n < rest_.size() && std::isalpha(static_cast<unsigned char>(rest_[n]))) ++n;
    out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return n > 0 || peek() == '+' || peek() == '-' || (peek() >= '0' && peek() <= '9');  // "+05:30" has no name
  }
  bool number(int64_t& out) {
    size_t n = 0;
    out = 0;
    while (n < rest_.size() && n < 6 && rest_[n] >= '0' && rest_[n] <= '9') out = out * 10 + (rest_[n++] - '0');
    rest_.remove_prefix(n);
    return n > 0;
  }
  // [+-]hh[:mm[:ss]]
  bool time(int64_t& out) {
    bool minus = take('-');
    if (!minus) take('+');
    int64_t part;
    if (!number(part) || part > 24 * 7 - 1) return false;
    out = part * 3600;
    for (int64_t unit : {60, 1}) {
      if (!take(':')) break;
      if (!number(part) || part > 59) return false;
      out += part * unit;
    }
    if (minus) out = -out;
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace

bool TimeZone::parse_rule(std::string_view text) {
  RuleReader in(text);
  int64_t offset;
  Rule rule;
  if (!in.name(rule.standard.abbreviation) || !in.time(offset)) return false;
  rule.present = true;
  rule.standard.offset = static_cast<int32_t>(-offset);
  rule.standard.daylight = false;
  if (!in.done()) {
    if (!in.name(rule.daylight.abbreviation)) return false;
    rule.has_daylight = true;
    rule.daylight.daylight = true;
    rule.daylight.offset = rule.standard.offset + 3600;
    if (!in.done() && in.peek() != ',') {
      if (!in.time(offset)) return false;
      rule.daylight.offset = static_cast<int32_t>(-offset);
    }
    if (in.done()) {
      rule.start = {'M', 3, 2, 0, 7200};  // the United States' rule
      rule.end = {'M', 11, 1, 0, 7200};
    } else {
      for (RuleDate* date : {&rule.start, &rule.end}) {
        int64_t a = 0, b = 0, c = 0;
        if (!in.take(',')) return false;
        if (in.take('M')) {
          if (!in.number(a) || !in.take('.') || !in.number(b) || !in.take('.') || !in.number(c)) return false;
          if (a < 1 || a > 12 || b < 1 || b > 5 || c > 6) return false;
          *date = {'M', static_cast<int>(a), static_cast<int>(b), static_cast<int>(c), 7200};
        } else {
          date->kind = in.take('J') ? 'J' : 'N';
          if (!in.number(c) || c > 365) return false;
          date->day = static_cast<int>(c);
        }
        if (in.take('/') && !in.time(date->time)) return false;
      }
      if (!in.done()) return false;
    }
  }
  rule_ = std::move(rule);
  return true;
}

// The two changes of a year in ascending order.
void TimeZone::rule_changes(int64_t year, Change& first, Change& second) const {
  auto day_of = [year](const RuleDate& date) {
    if (date.kind == 'M') {
      int64_t begin = days_of(year, date.month, 1);
      int64_t day = begin + floor_modulo(date.day - day_of_week(begin), 7) + 7 * (date.week - 1);
      while (day >= begin + days_in_month(year, date.month)) day -= 7;
      return day;
    }
    int64_t begin = days_of(year, 1, 1);
    if (date.kind == 'N') return begin + date.day;
    return begin + date.day - 1 + (is_leap_year(year) && date.day >= 60 ? 1 : 0);
  };
  auto moment = [&](const RuleDate& date, const Type& before) {
    return day_of(date) * kSecondsPerDay + date.time - before.offset + kEpochDifferenceSeconds;
  };
  first = {moment(rule_.start, rule_.standard), offset_of(rule_.standard), offset_of(rule_.daylight)};
  second = {moment(rule_.end, rule_.daylight), offset_of(rule_.daylight), offset_of(rule_.standard)};
  if (second.at < first.at) std::swap(first, second);
}

TimeZone::Offset TimeZone::rule_at(int64_t utc) const {
  if (!rule_.has_daylight) return offset_of(rule_.standard);
  Change first, second;
  rule_changes(year_of(utc + rule_.standard.offset), first, second);
  if (utc < first.at) return first.before;
  return utc < second.at ? first.after : second.after;
}

bool TimeZone::read_file(const std::string& path) {
  FILE* file = fopen(path.c_str(), "rb");
  if (!file) return false;
  std::string bytes;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) bytes.append(buffer, n);
  fclose(file);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t at = 0;
  int64_t counts[6];  // isut, isstd, leap, time, type, char
  auto header = [&] {
    if (bytes.size() < at + 44 || bytes.compare(at, 4, "TZif") != 0) return false;
    for (int i = 0; i < 6; ++i) counts[i] = big_endian(data + at + 20 + 4 * static_cast<size_t>(i), 4);
    at += 44;
    return true;
  };
  if (!header()) return false;
  int width = 4;
  if (data[4] >= '2') {
    at += static_cast<size_t>(counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0]);
    if (!header()) return false;
    width = 8;
  }
  size_t n = static_cast<size_t>(counts[3]), type_count = static_cast<size_t>(counts[4]);
  size_t types_at = at + n * static_cast<size_t>(width + 1), chars_at = types_at + type_count * 6;
  size_t end = chars_at + static_cast<size_t>(counts[5] + counts[2] * (width + 4) + counts[1] + counts[0]);
  if (bytes.size() < end || type_count == 0) return false;
  for (size_t i = 0; i < n; ++i) {
    times_.push_back(big_endian(data + at + i * static_cast<size_t>(width), width));
    uint8_t index = data[at + n * static_cast<size_t>(width) + i];
    if (index >= type_count) return false;
    indexes_.push_back(index);
  }
  for (size_t i = 0; i < type_count; ++i) {
    const unsigned char* p = data + types_at + 6 * i;
    const char* name = bytes.c_str() + chars_at + std::min<size_t>(p[5], static_cast<size_t>(counts[5]));
    types_.push_back({static_cast<int32_t>(big_endian(p, 4)), p[4] != 0, name});
  }
  if (width == 8 && end < bytes.size() && bytes[end] == '\n') {
    size_t stop = bytes.find('\n', end + 1);
    if (stop != std::string::npos && stop > end + 1)
      parse_rule(std::string_view(bytes).substr(end + 1, stop - end - 1));
  }
  return true;
}

TimeZonePointer TimeZone::load(std::string_view name) {
  static std::mutex mutex;
  static std::unordered_map<std::string, TimeZonePointer> cache;
  if (name.empty() || name.size() > 255) return nullptr;
  std::string key = lower(name);
  std::lock_guard lock(mutex);
  auto it = cache.find(key);
  if (it != cache.end()) return it->second;
  std::shared_ptr<TimeZone> zone(new TimeZone);
  std::string path = find_file(name);
  // A rule's letters are shown in upper case.
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!path.empty() && zone->read_file(kDirectory + ("/" + path))) {
    zone->name_ = path;
  } else {
    *zone = TimeZone();
    if (same_letters(name, "GMT") ? !zone->parse_rule("GMT0") : !zone->parse_rule(upper)) return nullptr;
    zone->name_ = upper;
  }
  cache.emplace(key, zone);
  return zone;
}

TimeZonePointer TimeZone::utc() {
  static const TimeZonePointer kUtc = [] {
    std::shared_ptr<TimeZone> zone(new TimeZone);
    zone->parse_rule("UTC0");
    zone->name_ = "UTC";
    return zone;
  }();
  return kUtc;
}

TimeZonePointer TimeZone::fixed(int32_t seconds_east) {
  int32_t magnitude = seconds_east < 0 ? -seconds_east : seconds_east;
  char digits[32];
  int n = snprintf(digits, sizeof digits, "%02d", magnitude / 3600);
  if (magnitude % 3600) n += snprintf(digits + n, sizeof digits - static_cast<size_t>(n), ":%02d", magnitude / 60 % 60);
  if (magnitude % 60) snprintf(digits + n, sizeof digits - static_cast<size_t>(n), ":%02d", magnitude % 60);
  std::string east = std::string(seconds_east < 0 ? "-" : "+") + digits;
  std::string west = std::string(seconds_east < 0 ? "+" : "-") + digits;
  return load("<" + east + ">" + west);
}

TimeZone::Offset TimeZone::at(int64_t utc) const {
  if (rule_.present && (times_.empty() || utc >= times_.back())) return rule_at(utc);
  auto it = std::upper_bound(times_.begin(), times_.end(), utc);
  if (it == times_.begin()) return offset_of(types_[0]);
  return offset_of(types_[indexes_[static_cast<size_t>(it - times_.begin()) - 1]]);
}

bool TimeZone::next_change(int64_t utc, Change& change) const {
  auto it = std::upper_bound(times_.begin(), times_.end(), utc);
  if (it != times_.end()) {
    size_t i = static_cast<size_t>(it - times_.begin());
    change = {*it, offset_of(types_[i == 0 ? 0 : indexes_[i - 1]]), offset_of(types_[indexes_[i]])};
    return true;
  }
  if (!rule_.has_daylight) return false;
  int64_t year = year_of(utc);
  for (int64_t y = year - 1; y <= year + 1; ++y) {
    Change first, second;
    rule_changes(y, first, second);
    for (const Change& c : {first, second}) {
      if (c.at > utc) {
        change = c;
        return true;
      }
    }
  }
  return false;
}

TimeZone::Offset TimeZone::resolve_local(int64_t local) const {
  Change change;
  int64_t yesterday = local - kSecondsPerDay;
  if (!next_change(yesterday, change)) return at(yesterday);
  int64_t before = local - change.before.seconds, after = local - change.after.seconds;
  if (before < change.at && after < change.at) return change.before;
  if (before > change.at && after >= change.at) return change.after;
  return before > after ? change.before : change.after;
}

bool TimeZone::constant_offset(int32_t& seconds) const {
  if (rule_.has_daylight) return false;
  seconds = types_.empty() ? rule_.standard.offset : types_[0].offset;
  for (const Type& type : types_) {
    if (type.offset != seconds) return false;
  }
  return !rule_.present || rule_.standard.offset == seconds;
}

bool TimeZone::find_abbreviation(std::string_view abbreviation, int64_t utc, Offset& offset) const {
  Offset now = at(utc);
  if (same_letters(now.abbreviation, abbreviation)) {
    offset = now;
    return true;
  }
  for (const Type* type : {&rule_.standard, &rule_.daylight}) {
    if (rule_.present && (times_.empty() || utc >= times_.back()) && same_letters(type->abbreviation, abbreviation)) {
      offset = offset_of(*type);
      return true;
    }
  }
  size_t here = static_cast<size_t>(std::upper_bound(times_.begin(), times_.end(), utc) - times_.begin());
  for (size_t i = here; i-- > 0;) {
    if (same_letters(types_[indexes_[i]].abbreviation, abbreviation)) {
      offset = offset_of(types_[indexes_[i]]);
      return true;
    }
  }
  if (!types_.empty() && same_letters(types_[0].abbreviation, abbreviation)) {
    offset = offset_of(types_[0]);
    return true;
  }
  for (size_t i = here; i < indexes_.size(); ++i) {
    if (same_letters(types_[indexes_[i]].abbreviation, abbreviation)) {
      offset = offset_of(types_[indexes_[i]]);
      return true;
    }
  }
  return false;
}

AbbreviationMeaning find_time_zone_abbreviation(std::string_view abbreviation) {
  static const std::unordered_map<std::string, const AbbreviationEntry*> kTable = [] {
    std::unordered_map<std::string, const AbbreviationEntry*> table;
    for (const AbbreviationEntry& entry : time_zone_abbreviations()) table.emplace(lower(entry.abbreviation), &entry);
    return table;
  }();
  AbbreviationMeaning meaning;
  auto it = kTable.find(lower(abbreviation));
  if (it == kTable.end()) return meaning;
  meaning.found = true;
  meaning.seconds_east = it->second->seconds_east;
  meaning.daylight = it->second->daylight;
  if (*it->second->zone) meaning.zone = TimeZone::load(it->second->zone);
  if (*it->second->zone && !meaning.zone) meaning.found = false;
  return meaning;
}

namespace {

void collect(const std::string& below, const std::function<void()>& check, std::vector<std::string>& out) {
  std::string directory = kDirectory + (below.empty() ? std::string() : "/" + below);
  std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(directory.c_str()), closedir);
  if (!entries) return;
  while (dirent* entry = readdir(entries.get())) {
    check();
    std::string name = entry->d_name;
    if (name[0] == '.') continue;
    std::string path = below.empty() ? name : below + "/" + name;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat info;
      if (stat((kDirectory + ("/" + path)).c_str(), &info) != 0) continue;
      is_folder = S_ISDIR(info.st_mode);
    }
    if (is_folder)
      collect(path, check, out);
    else
      out.push_back(path);
  }
}

}  // namespace

std::vector<std::string> time_zone_names(const std::function<void()>& check) {
  std::vector<std::string> names;
  collect("", check, names);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace basalt::types
