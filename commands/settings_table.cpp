// The table of settings: PostgreSQL's, and our own under "basalt.".
#include <algorithm>
#include <cctype>

#include "commands/settings.hpp"

namespace basalt::commands {

namespace {

bool less_ignoring_case(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) < std::tolower(y);
  });
}

// Where Basalt differs from PostgreSQL's built-in default: what initdb and the packager would have set, and our own
// names.
const SettingDefinition kOwn[] = {
    {"basalt.chunk_rows", SettingType::kInt, SettingContext::kPostmaster, "2048", "", 1, 2048, "", "Basalt", "", false,
     false},
    {"basalt.query_memory", SettingType::kInt, SettingContext::kUser, "4GB", "kB", 64, 2147483647, "", "Basalt", "",
     false, false},
    {"basalt.server_memory", SettingType::kInt, SettingContext::kPostmaster, "8GB", "kB", 1024, 2147483647, "",
     "Basalt", "", false, false},
    {"basalt.zero_hashes", SettingType::kBool, SettingContext::kPostmaster, "off", "", 0, 0, "", "Basalt", "", false,
     false},
    {"basalt.undo_memory", SettingType::kInt, SettingContext::kPostmaster, "1GB", "kB", 64, 2147483647, "", "Basalt",
     "Sets the memory for row versions that transactions still need; beyond it they go to a file.", false, false},
    {"basalt.reservation", SettingType::kInt, SettingContext::kPostmaster, "16TB", "MB", 1024, 2147483647, "", "Basalt",
     "", false, false},
    {"basalt.statement_cache", SettingType::kBool, SettingContext::kUser, "on", "", 0, 0, "", "Basalt",
     "Uses plans that other executions of the statement have made.", false, false},
    {"basalt.statement_cache_size", SettingType::kInt, SettingContext::kPostmaster, "64MB", "kB", 64, 2147483647, "",
     "Basalt", "Sets the memory for plans that all sessions share.", false, false},
    {"is_superuser", SettingType::kBool, SettingContext::kInternal, "off", "", 0, 0, "", "Ungrouped", "", true, false},
    {"session_authorization", SettingType::kString, SettingContext::kUser, "", "", 0, 0, "", "Ungrouped", "", true,
     false},
    {"seed", SettingType::kReal, SettingContext::kUser, "0", "", -1, 1, "", "Ungrouped", "", false, false},
    {"plpgsql.check_asserts", SettingType::kBool, SettingContext::kUser, "on", "", 0, 0, "", "Customized Options", "",
     false, false},
    {"plpgsql.extra_errors", SettingType::kString, SettingContext::kUser, "none", "", 0, 0, "", "Customized Options",
     "", false, false},
    {"plpgsql.extra_warnings", SettingType::kString, SettingContext::kUser, "none", "", 0, 0, "", "Customized Options",
     "", false, false},
    {"plpgsql.print_strict_params", SettingType::kBool, SettingContext::kUser, "off", "", 0, 0, "",
     "Customized Options", "", false, false},
    {"plpgsql.variable_conflict", SettingType::kEnum, SettingContext::kSuperuser, "error", "", 0, 0,
     "error,use_variable,use_column", "Customized Options", "", false, false},
    {"role", SettingType::kString, SettingContext::kUser, "none", "", 0, 0, "", "Ungrouped", "", false, false},
    {"restrict_nonsystem_relation_kind", SettingType::kString, SettingContext::kUser, "", "", 0, 0, "",
     "Client Connection Defaults / Statement Behavior", "", false, true},
};

struct Override {
  const char* name;
  const char* value;
};
const Override kOverrides[] = {
    {"server_version", "15.20 (Basalt)"},
    {"server_version_num", "150020"},
    {"server_encoding", "UTF8"},
    {"client_encoding", "UTF8"},
    {"lc_collate", "C.UTF-8"},
    {"lc_ctype", "C.UTF-8"},
    {"lc_messages", "C.UTF-8"},
    {"lc_monetary", "C.UTF-8"},
    {"lc_numeric", "C.UTF-8"},
    {"lc_time", "C.UTF-8"},
    {"shared_buffers", "128MB"},
    {"TimeZone", "Etc/UTC"},
    {"log_timezone", "Etc/UTC"},
    {"DateStyle", "ISO, MDY"},
    {"data_checksums", "on"},
    {"is_superuser", "off"},
    {"session_authorization", ""},
    {"role", "none"},
    {"jit", "off"},
    {"listen_addresses", "127.0.0.1"},
};

}  // namespace

const std::vector<SettingDefinition>& setting_definitions() {
  static const std::vector<SettingDefinition> kTable = [] {
    std::vector<SettingDefinition> table = {
#include "commands/settings_table.inc"
    };
    table.insert(table.end(), std::begin(kOwn), std::end(kOwn));
    for (SettingDefinition& definition : table)
      for (const Override& change : kOverrides)
        if (std::string_view(definition.name) == change.name) definition.boot_value = change.value;
    std::sort(table.begin(), table.end(),
              [](const auto& a, const auto& b) { return less_ignoring_case(a.name, b.name); });
    auto last = std::unique(table.begin(), table.end(),
                            [](const auto& a, const auto& b) { return std::string_view(a.name) == b.name; });
    table.erase(last, table.end());
    return table;
  }();
  return kTable;
}

bool is_listed(const SettingDefinition& definition) { return definition.category != std::string_view("Ungrouped"); }

const SettingDefinition* find_setting(std::string_view name) {
  const auto& table = setting_definitions();
  auto it = std::lower_bound(table.begin(), table.end(), name, [](const auto& definition, std::string_view n) {
    return less_ignoring_case(definition.name, n);
  });
  if (it == table.end() || less_ignoring_case(name, it->name)) return nullptr;
  return &*it;
}

}  // namespace basalt::commands
