#include "commands/settings.hpp"

#include <algorithm>

#include "common/file.hpp"
#include "common/sqlstate.hpp"
#include "types/time_zone.hpp"

namespace basalt::commands {

using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

SqlError unrecognized(std::string_view name) {
  return SqlError(sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + std::string(name) + "\"");
}

// DateStyle may be set in parts.
std::string merge_date_style(const std::string& before, const std::string& change) {
  auto split = [](const std::string& text) {
    size_t comma = text.find(", ");
    return std::pair{text.substr(0, comma), text.substr(comma + 2)};
  };
  auto [style, order] = split(before);
  auto [new_style, new_order] = split(change);
  if (!new_style.empty()) style = new_style;
  if (!new_order.empty()) order = new_order;
  return style + ", " + order;
}

}  // namespace

SettingsBase::SettingsBase() {
  for (const SettingDefinition& definition : setting_definitions()) {
    std::string value = definition.boot_value;
    if (!value.empty()) value = normalize_setting(definition, value);
    values_[definition.name] = {value, SettingSource::kDefault, {}, 0};
  }
}

void SettingsBase::set(std::string_view name, std::string_view value, SettingSource source, std::string file,
                       int line) {
  const SettingDefinition* definition = find_setting(name);
  if (!definition) throw unrecognized(name);
  if (definition->context == SettingContext::kInternal)
    throw SqlError(sqlstate::kCantChangeRuntimeParam, "parameter \"" + std::string(name) + "\" cannot be changed");
  SettingValue& slot = values_[definition->name];
  if (slot.source > source) return;  // the command line wins over the file
  slot = {normalize_setting(*definition, value), source, std::move(file), line};
}

const SettingValue& SettingsBase::get(const SettingDefinition& definition) const {
  return values_.find(definition.name)->second;
}

// name [=] value, with '...' quotes and # comments.
std::vector<std::string> SettingsBase::load_file(const std::string& path) {
  std::vector<std::string> errors;
  auto contents = common::FileSystem::real().read_whole(path);
  if (!contents.ok()) return {contents.status().message};
  size_t at = 0;
  int number = 0;
  while (at < contents->size()) {
    size_t end = std::min(contents->find('\n', at), contents->size());
    std::string line = contents->substr(at, end - at);
    at = end + 1;
    ++number;
    size_t i = line.find_first_not_of(" \t\r");
    if (i == std::string::npos || line[i] == '#') continue;
    size_t name_end = line.find_first_of(" \t=", i);
    std::string name = line.substr(i, name_end - i);
    size_t value_at = name_end == std::string::npos ? std::string::npos : line.find_first_not_of(" \t=", name_end);
    std::string value;
    if (value_at != std::string::npos && line[value_at] == '\'') {
      for (size_t k = value_at + 1; k < line.size(); ++k) {
        if (line[k] == '\'') {
          if (k + 1 < line.size() && line[k + 1] == '\'')
            ++k;
          else
            break;
        }
        value += line[k];
      }
    } else if (value_at != std::string::npos) {
      value = line.substr(value_at, line.find_first_of(" \t\r#", value_at) - value_at);
    }
    try {
      set(name, value, SettingSource::kFile, path, number);
    } catch (const SqlError& error) {
      errors.push_back(error.report().message + " in file \"" + path + "\" line " + std::to_string(number));
    }
  }
  return errors;
}

std::shared_ptr<const SettingsBase> ServerSettings::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

void ServerSettings::publish(SettingsBase settings) {
  auto published = std::make_shared<const SettingsBase>(std::move(settings));
  std::lock_guard lock(mutex_);
  current_ = std::move(published);
  generation_.fetch_add(1, std::memory_order_release);
}

Settings::Settings(std::shared_ptr<const SettingsBase> base) : base_(std::move(base)) {
  for (const SettingDefinition& definition : setting_definitions()) apply(definition.name);
}

void Settings::rebase(std::shared_ptr<const SettingsBase> base) {
  auto before = std::exchange(base_, std::move(base));
  for (const SettingDefinition& definition : setting_definitions())
    if (!values_.contains(definition.name) && before->get(definition).value != base_->get(definition).value)
      apply(definition.name);
}

const SettingValue& Settings::current(const SettingDefinition& definition) const {
  auto it = values_.find(definition.name);
  return it != values_.end() ? it->second : base_->get(definition);
}

std::string Settings::show(std::string_view name) const {
  std::string value;
  if (!get(name, value)) throw unrecognized(name);
  return value;
}

bool Settings::get(std::string_view name, std::string& value) const {
  if (const SettingDefinition* definition = find_setting(name)) {
    value = current(*definition).value;
    return true;
  }
  auto it = placeholders_.find(name);
  if (it == placeholders_.end()) return false;
  value = it->second.value;
  return true;
}

SettingSource Settings::source(std::string_view name) const {
  const SettingDefinition* definition = find_setting(name);
  return definition ? current(*definition).source : SettingSource::kSession;
}

void Settings::assign(const std::string& name, std::optional<SettingValue> value) {
  const SettingDefinition* definition = find_setting(name);
  auto& map = definition ? values_ : placeholders_;
  if (value)
    map[name] = std::move(*value);
  else
    map.erase(name);
  if (definition) apply(definition->name);
}

void Settings::set(std::string_view name, std::string_view value, Scope scope, SettingSource source, bool superuser) {
  const SettingDefinition* definition = find_setting(name);
  std::string key, normalized(value);
  if (definition) {
    key = definition->name;
    bool startup = source == SettingSource::kClient || source == SettingSource::kDefault;
    switch (definition->context) {
      case SettingContext::kInternal:
        if (source == SettingSource::kDefault) break;
        throw SqlError(sqlstate::kCantChangeRuntimeParam, "parameter \"" + key + "\" cannot be changed");
      case SettingContext::kPostmaster:
        throw SqlError(sqlstate::kCantChangeRuntimeParam,
                       "parameter \"" + key + "\" cannot be changed without restarting the server");
      case SettingContext::kSighup:
        throw SqlError(sqlstate::kCantChangeRuntimeParam, "parameter \"" + key + "\" cannot be changed now");
      case SettingContext::kBackend:
      case SettingContext::kSuperuserBackend:
        if (!startup)
          throw SqlError(sqlstate::kCantChangeRuntimeParam,
                         "parameter \"" + key + "\" cannot be set after connection start");
        break;
      case SettingContext::kSuperuser:
        if (!superuser)
          throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to set parameter \"" + key + "\"");
        break;
      case SettingContext::kUser:
        break;
    }
    normalized = normalize_setting(*definition, value);
    if (key == "DateStyle") normalized = merge_date_style(current(*definition).value, normalized);
  } else {
    size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) throw unrecognized(name);
    key = name;
  }
  auto& map = definition ? values_ : placeholders_;
  auto it = map.find(key);
  if (level_ > 0) {
    bool saved_here = std::any_of(saved_.begin(), saved_.end(), [&](const Saved& s) {
      return s.level == level_ && s.name == key && (s.local || scope == Scope::kSession);
    });
    if (!saved_here)
      saved_.push_back(
          {level_, key, it == map.end() ? std::nullopt : std::optional(it->second), scope == Scope::kLocal});
  }
  assign(key, SettingValue{normalized, source, {}, 0});
}

void Settings::reset(std::string_view name, bool superuser) {
  const SettingDefinition* definition = find_setting(name);
  if (!definition) {
    auto it = placeholders_.find(name);
    if (it == placeholders_.end()) throw unrecognized(name);
    placeholders_.erase(it);
    return;
  }
  if (definition->context == SettingContext::kSuperuser && !superuser)
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "permission denied to set parameter \"" + std::string(definition->name) + "\"");
  auto start = startup_.find(definition->name);
  auto it = values_.find(definition->name);
  if (level_ > 0 && it != values_.end()) saved_.push_back({level_, definition->name, it->second, false});
  assign(definition->name, start == startup_.end() ? std::nullopt : std::optional(start->second));
}

const std::string& Settings::reset_value(const SettingDefinition& definition) const {
  auto start = startup_.find(definition.name);
  return start == startup_.end() ? base_->get(definition).value : start->second.value;
}

void Settings::reset_all() {
  std::vector<std::string> names;
  for (const auto& [name, value] : values_)
    if (value.source == SettingSource::kSession) names.push_back(name);
  for (const std::string& name : names)
    if (name != "session_authorization" && name != "role" && name != "is_superuser" && name != "transaction_isolation")
      reset(name, true);
}

void Settings::keep_as_startup() { startup_ = values_; }

void Settings::begin_level(int level) { level_ = level; }

void Settings::end_level(int level, bool commit) {
  // What was set at this level or below it: undone by a rollback; SET LOCAL also at the end of the transaction.
  for (size_t i = saved_.size(); i-- > 0;) {
    if (saved_[i].level < level) continue;
    Saved saved = std::move(saved_[i]);
    bool restore = !commit || (saved.local && level == 1);
    if (restore) {
      saved_.erase(saved_.begin() + static_cast<long>(i));
      assign(saved.name, std::move(saved.before));
    } else if (level == 1) {
      saved_.erase(saved_.begin() + static_cast<long>(i));
    } else {
      saved.level = level - 1;
      saved_[i] = std::move(saved);
    }
  }
  level_ = level - 1;
}

bool Settings::get_bool(std::string_view name) const { return show(name) == "on"; }

int64_t Settings::get_int(std::string_view name) const { return static_cast<int64_t>(get_real(name)); }

double Settings::get_real(std::string_view name) const {
  const SettingDefinition* definition = find_setting(name);
  if (!definition) throw unrecognized(name);
  return setting_number(*definition, current(*definition).value);
}

std::vector<std::string> Settings::get_list(std::string_view name) const {
  std::string text = show(name);
  std::vector<std::string> out;
  size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && (isspace(static_cast<unsigned char>(text[i])) || text[i] == ',')) ++i;
    if (i >= text.size()) break;
    std::string word;
    if (text[i] == '"') {
      for (++i; i < text.size(); ++i) {
        if (text[i] == '"') {
          if (i + 1 < text.size() && text[i + 1] == '"')
            ++i;
          else
            break;
        }
        word += text[i];
      }
      ++i;
    } else {
      while (i < text.size() && text[i] != ',' && !isspace(static_cast<unsigned char>(text[i])))
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i++])));
    }
    out.push_back(std::move(word));
  }
  return out;
}

namespace {

void apply_type_setting(std::string_view name, const std::string& value, types::TypeSettings& types) {
  if (name == "DateStyle") {
    types.date_style = value.starts_with("SQL")        ? types::DateStyle::kSql
                       : value.starts_with("Postgres") ? types::DateStyle::kPostgres
                       : value.starts_with("German")   ? types::DateStyle::kGerman
                                                       : types::DateStyle::kIso;
    types.date_order = value.ends_with("DMY")   ? types::DateOrder::kDmy
                       : value.ends_with("YMD") ? types::DateOrder::kYmd
                                                : types::DateOrder::kMdy;
  } else if (name == "IntervalStyle") {
    types.interval_style = value == "postgres_verbose" ? types::IntervalStyle::kPostgresVerbose
                           : value == "sql_standard"   ? types::IntervalStyle::kSqlStandard
                           : value == "iso_8601"       ? types::IntervalStyle::kIso8601
                                                       : types::IntervalStyle::kPostgres;
  } else if (name == "bytea_output") {
    types.bytea_output = value == "escape" ? types::ByteaOutput::kEscape : types::ByteaOutput::kHex;
  } else if (name == "extra_float_digits") {
    types.extra_float_digits = std::stoi(value);
  } else if (name == "standard_conforming_strings") {
    types.standard_conforming_strings = value == "on";
  } else if (name == "array_nulls") {
    types.array_nulls = value == "on";
  } else if (name == "TimeZone") {
    types.time_zone = types::TimeZone::load(value);
    if (!types.time_zone) types.time_zone = types::TimeZone::utc();
  } else if (name == "lc_monetary") {
    types.lc_monetary = value;
  }
}

void apply_session_setting(std::string_view name, const std::string& value, const SettingDefinition& definition,
                           SessionSettings& session) {
  if (name == "default_transaction_isolation")
    session.default_transaction_isolation = value;
  else if (name == "default_transaction_read_only")
    session.default_transaction_read_only = value == "on";
  else if (name == "default_transaction_deferrable")
    session.default_transaction_deferrable = value == "on";
  else if (name == "synchronous_commit")
    session.synchronous_commit = value != "off";
  else if (name == "transform_null_equals")
    session.transform_null_equals = value == "on";
  else if (name == "basalt.statement_cache")
    session.statement_cache = value == "on";
  else if (name == "lock_timeout")
    session.wait_limits.lock_timeout_ms = static_cast<int64_t>(setting_number(definition, value));
  else if (name == "deadlock_timeout")
    session.wait_limits.deadlock_timeout_ms = static_cast<int64_t>(setting_number(definition, value));
  else if (name == "statement_timeout")
    session.statement_timeout_ms = static_cast<int64_t>(setting_number(definition, value));
  else if (name == "idle_session_timeout")
    session.idle_session_timeout_ms = static_cast<int64_t>(setting_number(definition, value));
  else if (name == "idle_in_transaction_session_timeout")
    session.idle_in_transaction_session_timeout_ms = static_cast<int64_t>(setting_number(definition, value));
  else if (name == "session_replication_role")
    session.replica = value == "replica";
  else if (name == "plan_cache_mode")
    session.plan_cache_mode = value == "force_generic_plan"  ? PlanCacheMode::kForceGeneric
                              : value == "force_custom_plan" ? PlanCacheMode::kForceCustom
                                                             : PlanCacheMode::kAuto;
}

// Neither the meaning of a text nor its plan depends on these. What is not listed counts as if it did. The search path
// and the user are keys of their own.
constexpr std::string_view kNotForPlans[] = {
    "application_name",
    "basalt.statement_cache",
    "client_min_messages",
    "deadlock_timeout",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "is_superuser",
    "lock_timeout",
    "plan_cache_mode",
    "role",
    "search_path",
    "session_authorization",
    "statement_timeout",
    "synchronous_commit",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
};

bool matters_for_plans(std::string_view name) {
  return !name.starts_with("log_") &&
         std::find(std::begin(kNotForPlans), std::end(kNotForPlans), name) == std::end(kNotForPlans);
}

}  // namespace

std::string Settings::plan_key() const {
  static const std::vector<const SettingDefinition*> kRelevant = [] {
    std::vector<const SettingDefinition*> list;
    for (const SettingDefinition& definition : setting_definitions())
      if (matters_for_plans(definition.name)) list.push_back(&definition);
    return list;
  }();
  std::string key;
  for (const SettingDefinition* definition : kRelevant) {
    const std::string& value = current(*definition).value;
    if (value != definition->boot_value) key.append(definition->name).append("=").append(value).append(1, '\0');
  }
  return key;
}

void Settings::apply(std::string_view name) {
  const SettingDefinition& definition = *find_setting(name);
  const std::string& value = current(definition).value;
  apply_type_setting(name, value, types_);
  apply_session_setting(name, value, definition, session_);
  auto real = [&](const char* wanted, double& target) {
    if (name == wanted) target = setting_number(definition, value);
  };
  auto boolean = [&](const char* wanted, bool& target) {
    if (name == wanted) target = value == "on";
  };
  real("seq_page_cost", planner_.seq_page_cost);
  real("random_page_cost", planner_.random_page_cost);
  real("cpu_tuple_cost", planner_.cpu_tuple_cost);
  real("cpu_index_tuple_cost", planner_.cpu_index_tuple_cost);
  real("cpu_operator_cost", planner_.cpu_operator_cost);
  real("effective_cache_size", planner_.effective_cache_pages);
  if (name == "work_mem") planner_.work_mem_bytes = static_cast<size_t>(setting_number(definition, value)) * 1024;
  boolean("enable_seqscan", planner_.enable_seqscan);
  boolean("enable_indexscan", planner_.enable_indexscan);
  boolean("enable_indexonlyscan", planner_.enable_indexonlyscan);
  boolean("enable_hashjoin", planner_.enable_hashjoin);
  boolean("enable_mergejoin", planner_.enable_mergejoin);
  boolean("enable_nestloop", planner_.enable_nestloop);
  boolean("enable_hashagg", planner_.enable_hashagg);
  boolean("enable_sort", planner_.enable_sort);
  boolean("enable_material", planner_.enable_material);
  if (matters_for_plans(name)) ++plan_generation_;
  if (on_change) on_change(name);
  if (definition.report && on_report) on_report(definition.name, value);
}

}  // namespace basalt::commands
