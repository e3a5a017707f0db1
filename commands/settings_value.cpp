// Values of settings: parsing with units, and the form that SHOW prints.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "commands/settings.hpp"
#include "common/sqlstate.hpp"
#include "types/time_zone.hpp"

namespace basalt::commands {

using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string trim(std::string_view text) {
  while (!text.empty() && isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text);
}

SqlError invalid(const SettingDefinition& definition, std::string_view value) {
  return SqlError(sqlstate::kInvalidParameterValue, "invalid value for parameter \"" + std::string(definition.name) +
                                                        "\": \"" + std::string(value) + "\"");
}

// PostgreSQL's spellings of booleans: unique prefixes of true, false, yes, no, and on, off, 1, 0.
std::optional<bool> parse_bool(std::string_view value) {
  std::string v = lower(value);
  auto prefix_of = [&](std::string_view word, size_t least) {
    return v.size() >= least && v.size() <= word.size() && word.substr(0, v.size()) == v;
  };
  if (prefix_of("true", 1) || prefix_of("yes", 1) || v == "on" || v == "1") return true;
  if (prefix_of("false", 1) || prefix_of("no", 1) || v == "of" || v == "off" || v == "0") return false;
  return std::nullopt;
}

struct Unit {
  const char* name;
  double factor;  // to bytes or microseconds
};
const Unit kMemoryUnits[] = {{"B", 1}, {"kB", 1024}, {"MB", 1048576}, {"GB", 1073741824.0}, {"TB", 1099511627776.0}};
const Unit kTimeUnits[] = {{"us", 1}, {"ms", 1000}, {"s", 1e6}, {"min", 6e7}, {"h", 3.6e9}, {"d", 8.64e10}};

bool is_memory_unit(std::string_view unit) { return unit == "B" || unit == "kB" || unit == "8kB" || unit == "MB"; }

double base_factor(std::string_view unit) {
  if (unit == "8kB") return 8192;
  for (const Unit& u : kMemoryUnits)
    if (unit == u.name) return u.factor;
  for (const Unit& u : kTimeUnits)
    if (unit == u.name) return u.factor;
  return 1;
}

std::string format_number(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return std::to_string(static_cast<int64_t>(value));
  char buffer[32];
  snprintf(buffer, sizeof buffer, "%g", value);
  return buffer;
}

// The value in the setting's own unit.
double parse_number(const SettingDefinition& definition, std::string_view value) {
  std::string text = trim(value);
  const char* begin = text.c_str();
  char* end = nullptr;
  double number = text.starts_with("0x") ? static_cast<double>(strtoll(begin, &end, 16)) : strtod(begin, &end);
  if (end == begin) throw invalid(definition, value);
  std::string unit = trim(end);
  std::string_view own = definition.unit;
  if (!unit.empty()) {
    bool memory = is_memory_unit(own), found = false;
    if (!own.empty()) {
      for (const Unit& u : kMemoryUnits)
        if (memory && unit == u.name) {
          number = number * u.factor / base_factor(own);
          found = true;
        }
      for (const Unit& u : kTimeUnits)
        if (!memory && unit == u.name) {
          number = number * u.factor / base_factor(own);
          found = true;
        }
    }
    if (!found) {
      SqlError error = invalid(definition, value);
      if (!own.empty())
        error.report().hint =
            memory ? "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
                   : "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".";
      throw error;
    }
  }
  if (definition.type == SettingType::kInt) number = std::rint(number);
  if (number < definition.min || number > definition.max) {
    std::string suffix = own.empty() ? "" : " " + std::string(own);
    throw SqlError(sqlstate::kInvalidParameterValue,
                   format_number(number) + suffix + " is outside the valid range for parameter \"" + definition.name +
                       "\" (" + format_number(definition.min) + " .. " + format_number(definition.max) + ")");
  }
  return number;
}

// Whole units as large as divide the value: 4096 kB is "4MB".
std::string show_number(const SettingDefinition& definition, double number) {
  std::string_view own = definition.unit;
  if (own.empty() || number == 0 || number < 0) return format_number(number);
  double in_base = number * base_factor(own);
  bool memory = is_memory_unit(own);
  const Unit* best = nullptr;
  auto consider = [&](const Unit& u) {
    if (u.factor >= (own == "8kB" ? 1024 : base_factor(own)) && std::fmod(in_base, u.factor) == 0) best = &u;
  };
  if (memory)
    std::for_each(std::begin(kMemoryUnits), std::end(kMemoryUnits), consider);
  else
    std::for_each(std::begin(kTimeUnits), std::end(kTimeUnits), consider);
  if (!best) return format_number(number) + std::string(own);
  return format_number(in_base / best->factor) + best->name;
}

std::string normalize_enum(const SettingDefinition& definition, std::string_view value) {
  std::string wanted = lower(value), names;
  std::string_view all = definition.enum_values;
  bool has_on = false, has_off = false;
  while (!all.empty()) {
    size_t comma = all.find(',');
    std::string_view name = all.substr(0, comma);
    if (lower(name) == wanted) return std::string(name);
    has_on |= name == "on";
    has_off |= name == "off";
    if (!names.empty()) names += ", ";
    names += name;
    all.remove_prefix(comma == std::string_view::npos ? all.size() : comma + 1);
  }
  if (auto boolean = parse_bool(value)) {
    if (*boolean && has_on) return "on";
    if (!*boolean && has_off) return "off";
  }
  SqlError error = invalid(definition, value);
  error.report().hint = "Available values: " + names + ".";
  throw error;
}

std::string normalize_date_style(const SettingDefinition& definition, std::string_view value) {
  static thread_local std::string style, order;
  style.clear();
  order.clear();
  std::string_view left = value;
  while (true) {
    size_t comma = left.find(',');
    std::string word = lower(trim(left.substr(0, comma)));
    if (word == "iso")
      style = "ISO";
    else if (word == "sql")
      style = "SQL";
    else if (word.starts_with("postgres"))
      style = "Postgres";
    else if (word == "german")
      style = "German";
    else if (word == "ymd")
      order = "YMD";
    else if (word == "dmy" || word.starts_with("euro"))
      order = "DMY";
    else if (word == "mdy" || word == "us" || word.starts_with("noneuro"))
      order = "MDY";
    else if (word == "default")
      style = "ISO", order = "MDY";
    else {
      SqlError error = invalid(definition, value);
      error.report().detail = "Unrecognized key word: \"" + word + "\".";
      throw error;
    }
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  // A missing part is left to the caller: it keeps what is in force.
  return style + ", " + order;
}

std::string normalize_time_zone(const SettingDefinition& definition, std::string_view value) {
  std::string text = trim(value);
  char* end = nullptr;
  double hours = strtod(text.c_str(), &end);
  if (end != text.c_str() && *end == '\0' && !text.empty())
    return types::TimeZone::fixed(static_cast<int32_t>(std::lround(hours * 3600)))->name();
  auto zone = types::TimeZone::load(text);
  if (!zone) throw invalid(definition, value);
  return zone->name();
}

// What a locale's setting may be is known to the C library.
std::string normalize_locale(const SettingDefinition& definition, std::string_view value, int category_mask) {
  std::string name(value);
  if (!name.empty()) {
    locale_t locale = ::newlocale(category_mask, name.c_str(), nullptr);
    if (!locale) throw invalid(definition, value);
    ::freelocale(locale);
  }
  return name;
}

// A name of something that there is one of.
std::string normalize_only(const SettingDefinition& definition, std::string_view value,
                           std::initializer_list<std::string_view> known, const char* what) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return std::string(value);
  throw invalid(definition, value).detail(std::string(what) + " \"" + std::string(value) + "\" does not exist.");
}

std::string normalize_client_encoding(std::string_view value) {
  std::string encoding = lower(value);
  std::erase_if(encoding, [](char c) { return !isalnum(static_cast<unsigned char>(c)); });
  if (encoding == "utf8" || encoding == "unicode") return "UTF8";
  if (encoding == "sqlascii") return "SQL_ASCII";
  // The names of PostgreSQL's other encodings, without what is not a letter or digit; some stand for families.
  static const std::set<std::string> kKnown{
      "big5",   "euccn",  "eucjis2004", "eucjp",  "euckr",   "euctw",        "gb18030",  "gbk",
      "johab",  "koi8",   "koi8r",      "koi8u",  "mskanji", "muleinternal", "shiftjis", "shiftjis2004",
      "sjis",   "uhc",    "vscii",      "abc",    "alt",     "tcvn",         "tcvn5712", "win",
      "win866", "win874", "win932",     "win936", "win949",  "win950"};
  bool family = encoding.starts_with("iso8859") || encoding.starts_with("latin") || encoding.starts_with("win125") ||
                encoding.starts_with("windows");
  if (family || kKnown.contains(encoding)) throw common::not_supported("client encoding " + std::string(value));
  throw SqlError(sqlstate::kInvalidParameterValue,
                 "invalid value for parameter \"client_encoding\": \"" + std::string(value) + "\"");
}

std::string normalize_string(const SettingDefinition& definition, std::string_view value) {
  std::string_view name = definition.name;
  if (name == "DateStyle") return normalize_date_style(definition, value);
  if (name == "TimeZone" || name == "log_timezone") return normalize_time_zone(definition, value);
  if (name == "client_encoding") return normalize_client_encoding(value);
  if (name == "lc_messages") return normalize_locale(definition, value, LC_MESSAGES_MASK);
  if (name == "lc_monetary") return normalize_locale(definition, value, LC_MONETARY_MASK);
  if (name == "lc_numeric") return normalize_locale(definition, value, LC_NUMERIC_MASK);
  if (name == "lc_time") return normalize_locale(definition, value, LC_TIME_MASK);
  if (name == "default_tablespace")
    return normalize_only(definition, value, {"", "pg_default", "pg_global"}, "Tablespace");
  if (name == "default_table_access_method") {
    if (value.empty()) throw invalid(definition, value).detail("default_table_access_method cannot be empty.");
    return normalize_only(definition, value, {"heap"}, "Table access method");
  }
  if ((name == "plpgsql.extra_errors" || name == "plpgsql.extra_warnings") && lower(trim(value)) != "none" &&
      !trim(value).empty())
    throw common::not_supported(std::string(name));
  return std::string(value);
}

}  // namespace

std::string normalize_setting(const SettingDefinition& definition, std::string_view value) {
  switch (definition.type) {
    case SettingType::kBool: {
      auto boolean = parse_bool(trim(value));
      if (!boolean)
        throw SqlError(sqlstate::kInvalidParameterValue,
                       "parameter \"" + std::string(definition.name) + "\" requires a Boolean value");
      if (*boolean && std::string_view(definition.name) == "plpgsql.print_strict_params")
        throw common::not_supported("plpgsql.print_strict_params");
      return *boolean ? "on" : "off";
    }
    case SettingType::kInt:
    case SettingType::kReal:
      return show_number(definition, parse_number(definition, value));
    case SettingType::kEnum:
      return normalize_enum(definition, value);
    case SettingType::kString:
      break;
  }
  return normalize_string(definition, value);
}

double setting_number(const SettingDefinition& definition, std::string_view shown) {
  return parse_number(definition, shown);
}

}  // namespace basalt::commands
