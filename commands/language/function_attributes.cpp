#include "commands/language/function_attributes.hpp"

#include <algorithm>

#include "catalog/names.hpp"
#include "commands/ddl/role_setting.hpp"

namespace basalt::commands::language {

using namespace ddl;  // NOLINT: a part of statements of data definition

namespace {

double positive(const parser::ParsedDefElem& option, const char* word) {
  double value =
      option.argument == parser::DefArgument::kInteger ? static_cast<double>(option.integer) : std::stod(option.text);
  if (value <= 0) throw SqlError(sqlstate::kInvalidParameterValue, std::string(word) + " must be positive");
  return value;
}

char parallel_letter(const std::string& word) {
  if (word == "safe") return 's';
  if (word == "restricted") return 'r';
  if (word == "unsafe") return 'u';
  throw SqlError(sqlstate::kSyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE");
}

// The planner asks a support function about calls of the function; here it is kept for dumps and \df only.
Oid find_support_function(DdlContext& ddl, const parser::QualifiedName& name) {
  for (const auto& candidate : catalog::find_functions(ddl.scope(), name)) {
    if (candidate->argument_types != std::vector<Oid>{oid::kInternal}) continue;
    if (candidate->result_type != oid::kInternal)
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "support function " + join_names(name) + " must return type internal");
    if (!ddl.session.is_superuser())
      throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser to specify a support function");
    return candidate->oid;
  }
  throw SqlError(sqlstate::kUndefinedFunction, "function " + join_names(name) + "(internal) does not exist");
}

}  // namespace

FunctionAttributes read_attributes(DdlContext& ddl, const parser::DefList& options, bool is_procedure) {
  FunctionAttributes out;
  std::vector<std::string> seen;
  for (const auto& option : options) {
    const std::string& name = option.name;
    constexpr std::string_view kOfProcedures[] = {"as", "language", "security"};
    if (is_procedure && std::find(std::begin(kOfProcedures), std::end(kOfProcedures), name) == std::end(kOfProcedures))
      throw ddl.error_at(option.location, sqlstate::kInvalidFunctionDefinition,
                         "invalid attribute in procedure definition");
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      throw ddl.error_at(option.location, sqlstate::kSyntaxError, "conflicting or redundant options");
    seen.push_back(name);
    if (name == "as")
      out.body = option.names;
    else if (name == "language")
      out.language = option.text;
    else if (name == "volatility")
      out.volatility = option.text;
    else if (name == "strict")
      out.strict = option.integer != 0;
    else if (name == "security")
      out.security = option.integer != 0;
    else if (name == "leakproof")
      out.leakproof = option.integer != 0;
    else if (name == "window")
      out.window = true;
    else if (name == "parallel")
      out.parallel = option.text;
    else if (name == "support")
      out.support = option.names;
    else if (name == "cost")
      out.cost = positive(option, "COST");
    else if (name == "rows")
      out.rows = positive(option, "ROWS");
  }
  return out;
}

void apply_attributes(DdlContext& ddl, const FunctionAttributes& attributes, catalog::PgProcRow& row) {
  if (attributes.volatility) row.provolatile = (*attributes.volatility)[0];
  if (attributes.strict) row.proisstrict = *attributes.strict;
  if (attributes.security) row.prosecdef = *attributes.security;
  if (attributes.leakproof) {
    row.proleakproof = *attributes.leakproof;
    if (row.proleakproof && !ddl.session.is_superuser())
      throw SqlError(sqlstate::kInsufficientPrivilege, "only superuser can define a leakproof function");
  }
  if (attributes.cost) row.procost = static_cast<float>(*attributes.cost);
  if (attributes.rows) {
    row.prorows = static_cast<float>(*attributes.rows);
    if (!row.proretset)
      throw SqlError(sqlstate::kInvalidParameterValue, "ROWS is not applicable when function does not return a set");
  }
  if (attributes.support) row.prosupport = find_support_function(ddl, *attributes.support);
  if (attributes.parallel) row.proparallel = parallel_letter(*attributes.parallel);
}

void apply_settings(DdlContext& ddl, const std::vector<std::unique_ptr<parser::ParsedVariableSet>>& settings,
                    catalog::PgProcRow& row) {
  if (settings.empty()) return;
  std::vector<std::string> list = row.proconfig.value_or(std::vector<std::string>());
  for (const auto& set : settings) change_setting_list(ddl, list, *set);
  row.proconfig.reset();
  if (!list.empty()) row.proconfig = std::move(list);
}

}  // namespace basalt::commands::language
