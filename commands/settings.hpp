// Settings: PostgreSQL's configuration parameters.
//
//   SettingDefinition   one row of the table in settings_table.cpp: name, type, default, limits, who may change it when
//   SettingsBase        the server's values: built-in defaults < basalt.conf < command line
//   ServerSettings      the SettingsBase in force; SIGHUP publishes another, which sessions take up at their next
//                       message
//   Settings            one session's values: base < startup packet < ALTER DATABASE/ROLE SET < SET < SET LOCAL, with
//                       what a rollback restores
//
// Values are kept as PostgreSQL shows them ("128MB", "on"). What hot paths read is parsed once when it changes
// (Settings::types(), planner(), and the typed getters).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql_error.hpp"
#include "planner/planner.hpp"
#include "storage/transaction.hpp"
#include "types/call_context.hpp"

namespace basalt::commands {

enum class SettingType : uint8_t { kBool, kInt, kReal, kString, kEnum };
enum class SettingContext : uint8_t { kInternal, kPostmaster, kSighup, kSuperuserBackend, kBackend, kSuperuser, kUser };
enum class SettingSource : uint8_t {
  kDefault,
  kFile,
  kCommandLine,
  kDatabase,
  kUser,
  kDatabaseUser,
  kClient,
  kSession
};

struct SettingDefinition {
  const char* name;
  SettingType type;
  SettingContext context;
  const char* boot_value;   // as parsed: "128MB", "on"
  const char* unit;         // "kB", "8kB", "ms", "s", "min", "B", "MB" or ""
  double min, max;          // numbers, in units
  const char* enum_values;  // comma-separated; hidden alternatives after ';'
  const char* category;
  const char* description;
  bool report;      // ParameterStatus
  bool list_quote;  // value is a list of identifiers (search_path)
};

// Sorted by name (case-insensitively).
const std::vector<SettingDefinition>& setting_definitions();
bool is_listed(const SettingDefinition& definition);           // by SHOW ALL and pg_settings
const SettingDefinition* find_setting(std::string_view name);  // case-insensitive; null: none

// The value as SHOW prints it. Throws 22023 `invalid value for parameter "x": "y"` (with hints), as PostgreSQL.
std::string normalize_setting(const SettingDefinition& definition, std::string_view value);

// The number that a normalized value stands for, in the setting's unit.
double setting_number(const SettingDefinition& definition, std::string_view shown);

struct SettingValue {
  std::string value;
  SettingSource source = SettingSource::kDefault;
  std::string file;
  int line = 0;
};

class SettingsBase {
 public:
  SettingsBase();
  // Throws SqlError for an unknown name or a bad value.
  void set(std::string_view name, std::string_view value, SettingSource source, std::string file = {}, int line = 0);
  void replace(const SettingDefinition& definition, SettingValue value) { values_[definition.name] = std::move(value); }
  const SettingValue& get(const SettingDefinition& definition) const;
  // Reads a configuration file in PostgreSQL's format (include directives too). Errors are collected, not thrown.
  std::vector<std::string> load_file(const std::string& path);

 private:
  std::map<std::string, SettingValue, std::less<>> values_;
};

// Any thread may ask; what is published never changes.
class ServerSettings {
 public:
  ServerSettings() : current_(std::make_shared<const SettingsBase>()) {}
  std::shared_ptr<const SettingsBase> current() const;
  void publish(SettingsBase settings);
  // Raised by publish().
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const SettingsBase> current_;
  std::atomic<uint64_t> generation_{0};
};

enum class PlanCacheMode : uint8_t { kAuto, kForceGeneric, kForceCustom };

// What every statement or transaction reads.
struct SessionSettings {
  std::string default_transaction_isolation = "read committed";
  bool default_transaction_read_only = false, default_transaction_deferrable = false, synchronous_commit = true,
       transform_null_equals = false, statement_cache = true;
  storage::WaitLimits wait_limits;
  int64_t statement_timeout_ms = 0, idle_session_timeout_ms = 0, idle_in_transaction_session_timeout_ms = 0;
  bool replica = false;  // session_replication_role
  PlanCacheMode plan_cache_mode = PlanCacheMode::kAuto;
};

class Settings {
 public:
  explicit Settings(std::shared_ptr<const SettingsBase> base);
  // The server's values have changed; those that the session has set itself stay.
  void rebase(std::shared_ptr<const SettingsBase> base);

  // SHOW. Throws 42704 for an unknown name; placeholders "a.b" exist once set.
  std::string show(std::string_view name) const;
  bool get(std::string_view name, std::string& value) const;
  SettingSource source(std::string_view name) const;
  const std::map<std::string, SettingValue, std::less<>>& placeholders() const { return placeholders_; }

  enum class Scope : uint8_t { kSession, kLocal };
  // SET. `superuser` decides about PGC_SUSET. Throws 42704, 55P02, 42501, 22023.
  void set(std::string_view name, std::string_view value, Scope scope, SettingSource source, bool superuser);
  void reset(std::string_view name, bool superuser);
  void reset_all();
  const std::string& reset_value(const SettingDefinition& definition) const;  // what RESET would put in force
  // What RESET goes back to: called when the startup packet has been applied.
  void keep_as_startup();

  // SET is undone by rollback, SET LOCAL at the end. Levels are savepoint depths; level 1 is the transaction.
  void begin_level(int level);
  void end_level(int level, bool commit);

  // Parsed forms.
  const types::TypeSettings& types() const { return types_; }
  const planner::PlannerSettings& planner() const { return planner_; }
  const SessionSettings& session() const { return session_; }
  bool get_bool(std::string_view name) const;
  int64_t get_int(std::string_view name) const;  // in the setting's unit
  double get_real(std::string_view name) const;
  std::vector<std::string> get_list(std::string_view name) const;  // search_path
  // Raised by every change that may alter what a text means or how it is planned (QRY-3).
  uint64_t plan_generation() const { return plan_generation_; }
  // The values that do so, as far as they are not the built-in ones: equal keys, equal plans.
  std::string plan_key() const;

  // Called for each reported setting that changes (ParameterStatus), and for any change by name.
  std::function<void(std::string_view name, std::string_view value)> on_report;
  std::function<void(std::string_view name)> on_change;

 private:
  struct Saved {
    int level;
    std::string name;
    std::optional<SettingValue> before;
    bool local;
  };
  void apply(std::string_view name);
  const SettingValue& current(const SettingDefinition& definition) const;
  void assign(const std::string& name, std::optional<SettingValue> value);

  std::shared_ptr<const SettingsBase> base_;
  std::map<std::string, SettingValue, std::less<>> values_;
  std::map<std::string, SettingValue, std::less<>> placeholders_, startup_;
  std::vector<Saved> saved_;
  int level_ = 0;
  types::TypeSettings types_;
  planner::PlannerSettings planner_;
  SessionSettings session_;
  uint64_t plan_generation_ = 0;
};

}  // namespace basalt::commands
