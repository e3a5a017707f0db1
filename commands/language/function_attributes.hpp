// What CREATE and ALTER FUNCTION say of a function beside its signature: IMMUTABLE, STRICT, COST, SET and the like.
#pragma once

#include "catalog/rows/pg_proc.hpp"
#include "commands/ddl/ddl.hpp"

namespace basalt::commands::language {

struct FunctionAttributes {
  std::string language;                          // CREATE only, as `body` and `window`
  std::optional<std::vector<std::string>> body;  // AS
  std::optional<std::string> volatility, parallel;
  std::optional<bool> strict, security, leakproof;
  std::optional<double> cost, rows;
  std::optional<parser::QualifiedName> support;
  bool window = false;
};

// 42601 for what is said twice, 42P13 for what a procedure cannot have.
FunctionAttributes read_attributes(ddl::DdlContext& ddl, const parser::DefList& options, bool is_procedure);
// Into the row, whose prokind and proretset are set: what is said, and what is not said stays.
void apply_attributes(ddl::DdlContext& ddl, const FunctionAttributes& attributes, catalog::PgProcRow& row);
void apply_settings(ddl::DdlContext& ddl, const std::vector<std::unique_ptr<parser::ParsedVariableSet>>& settings,
                    catalog::PgProcRow& row);

}  // namespace basalt::commands::language
