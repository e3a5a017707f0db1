// Storage parameters: WITH (fillfactor = 70, ...).
#include <set>

#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

namespace {

struct OptionRule {
  const char* name;
  const char* kinds;  // relation kinds that know it
  char type;          // b boolean, i integer, f float, e enumeration
  double low, high;
};

constexpr OptionRule kRules[] = {
    {"fillfactor", "rmi", 'i', 10, 100},
    {"autovacuum_enabled", "rm", 'b', 0, 0},
    {"autovacuum_vacuum_threshold", "rm", 'i', 0, 2147483647},
    {"autovacuum_vacuum_insert_threshold", "rm", 'i', -1, 2147483647},
    {"autovacuum_analyze_threshold", "rm", 'i', 0, 2147483647},
    {"autovacuum_vacuum_scale_factor", "rm", 'f', 0, 100},
    {"autovacuum_vacuum_insert_scale_factor", "rm", 'f', 0, 100},
    {"autovacuum_analyze_scale_factor", "rm", 'f', 0, 100},
    {"autovacuum_vacuum_cost_delay", "rm", 'f', -1, 100},
    {"autovacuum_vacuum_cost_limit", "rm", 'i', 1, 10000},
    {"autovacuum_freeze_min_age", "rm", 'i', 0, 1000000000},
    {"autovacuum_freeze_max_age", "rm", 'i', 100000, 2000000000},
    {"autovacuum_freeze_table_age", "rm", 'i', 0, 2000000000},
    {"log_autovacuum_min_duration", "rm", 'i', -1, 2147483647},
    {"toast_tuple_target", "rm", 'i', 128, 8160},
    {"parallel_workers", "rm", 'i', 0, 1024},
    {"user_catalog_table", "rm", 'b', 0, 0},
    {"vacuum_truncate", "rm", 'b', 0, 0},
    {"vacuum_index_cleanup", "rm", 'e', 0, 0},
    {"deduplicate_items", "i", 'b', 0, 0},
    {"security_barrier", "v", 'b', 0, 0},
    {"security_invoker", "v", 'b', 0, 0},
    {"check_option", "v", 'e', 0, 0},
};

const OptionRule* find_rule(const std::string& name, char kind) {
  for (const OptionRule& rule : kRules)
    if (name == rule.name && std::string_view(rule.kinds).find(kind) != std::string_view::npos) return &rule;
  return nullptr;
}

void check_value(const OptionRule& rule, const std::string& value) {
  if (rule.type == 'b') {
    std::string lower;
    for (char c : value) lower += static_cast<char>(tolower(static_cast<unsigned char>(c)));
    for (const char* known : {"true", "false", "on", "off", "yes", "no", "1", "0", "t", "f"})
      if (lower == known) return;
    throw SqlError(sqlstate::kInvalidParameterValue,
                   std::string("invalid value for boolean option \"") + rule.name + "\": " + value);
  }
  if (rule.type == 'e') {
    if (std::string_view(rule.name) != "check_option" || value == "local" || value == "cascaded") return;
    throw SqlError(sqlstate::kInvalidParameterValue, "invalid value for enum option \"check_option\": " + value)
        .detail("Valid values are \"local\" and \"cascaded\".");
  }
  char* end = nullptr;
  double number = strtod(value.c_str(), &end);
  if (value.empty() || *end || (rule.type == 'i' && value.find_first_of(".eE") != std::string::npos))
    throw SqlError(sqlstate::kInvalidParameterValue, std::string("invalid value for ") +
                                                         (rule.type == 'i' ? "integer" : "floating point") +
                                                         " option \"" + rule.name + "\": " + value);
  if (number >= rule.low && number <= rule.high) return;
  auto show = [&](double bound) {
    return rule.type == 'i' ? std::to_string(static_cast<int64_t>(bound)) : std::to_string(bound);
  };
  throw SqlError(sqlstate::kInvalidParameterValue, "value " + value + " out of bounds for option \"" + rule.name + "\"")
      .detail("Valid values are between \"" + show(rule.low) + "\" and \"" + show(rule.high) + "\".");
}

}  // namespace

std::string option_text(const parser::ParsedDefElem& option) {
  using parser::DefArgument;
  switch (option.argument) {
    case DefArgument::kNone:
      return "true";
    case DefArgument::kInteger:
      return option.text.empty() ? std::to_string(option.integer) : option.text;
    case DefArgument::kBoolean:
      return option.integer ? "true" : "false";
    case DefArgument::kType:
      return option.type ? join_names(option.type->names) : "";
    case DefArgument::kNames:
    case DefArgument::kList:
      return join_names(option.names);
    default:
      return option.text;
  }
}

bool option_bool(const parser::ParsedDefElem& option) {
  std::string value = option_text(option);
  return value == "true" || value == "on" || value == "1" || value == "yes" || value == "t";
}

std::optional<std::vector<std::string>> relation_options(DdlContext&, const parser::DefList& options, char kind) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const auto& option : options) {
    if (option.name == "oids" && option.name_space.empty()) {
      if (option_bool(option))
        throw SqlError(sqlstate::kFeatureNotSupported, "tables declared WITH OIDS are not supported");
      continue;
    }
    if (!option.name_space.empty() && option.name_space != "toast")
      throw SqlError(sqlstate::kInvalidParameterValue, "unrecognized parameter namespace " + quoted(option.name_space));
    if (!seen.insert(option.name_space + "." + option.name).second)
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "parameter " + quoted(option.name) + " specified more than once");
    if (option.name_space == "toast") continue;
    const OptionRule* rule = find_rule(option.name, kind);
    if (!rule) throw SqlError(sqlstate::kInvalidParameterValue, "unrecognized parameter " + quoted(option.name));
    std::string value = option_text(option);
    check_value(*rule, value);
    out.push_back(option.name + "=" + value);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace basalt::commands::ddl
