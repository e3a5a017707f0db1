// Bound trees and catalog objects back to SQL, byte for byte as PostgreSQL's ruleutils prints them (clients parse it).
//
// `pretty` is PostgreSQL's pretty flag (parentheses left out where precedence allows; names qualified only when not on
// the search path). Names are qualified by what DeparseContext::search_path makes visible.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "query/bound_query.hpp"
#include "types/call_context.hpp"

namespace basalt::query {

struct DeparseContext {
  catalog::CatalogReader* catalog = nullptr;
  types::CallContext* call = nullptr;  // output functions, format_type
  std::vector<Oid> search_path;        // in lookup order, pg_catalog included
  // Names of $n when deparsing function bodies; may be empty.
  std::vector<std::string> parameter_names;
  // EXPLAIN: how slots, exec parameters and subplans are shown. False: as usual.
  std::function<bool(const Expression&, std::string&)> special;
};

std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);
std::string quote_qualified(std::string_view schema, std::string_view name);

// Is the object the one its bare name finds?
bool relation_is_visible(DeparseContext& context, Oid relation);
bool type_is_visible(DeparseContext& context, Oid type);
bool function_is_visible(DeparseContext& context, Oid function);
bool operator_is_visible(DeparseContext& context, Oid op);
bool collation_is_visible(DeparseContext& context, Oid collation);
bool opclass_is_visible(DeparseContext& context, Oid opclass);

std::string format_type(DeparseContext& context, Oid type, int32_t typmod, bool with_typmod,
                        bool always_qualify = false);

// pg_get_expr: `relation` (may be 0) names the columns.
std::string deparse_expression(DeparseContext& context, const Expression& expression, Oid relation, bool pretty);
// A whole query as pg_get_viewdef prints it (with the final semicolon unless told otherwise).
struct QueryStyle {
  bool pretty = true;
  int wrap_column = 0;  // -1: never, 0: one target per line (pg_get_viewdef's default)
  bool semicolon = true;
  int start_indent = 0;
};
std::string deparse_query(DeparseContext& context, const BoundQuery& query, const QueryStyle& style = {});

std::string view_definition(DeparseContext& context, Oid view, bool pretty, int wrap_column = 0);
// `column` 0: the whole CREATE INDEX; else only that key's text.
std::string index_definition(DeparseContext& context, Oid index, int column, bool pretty);
// Key columns only, as error messages and constraints show them: "a, lower(b)".
std::string index_columns(DeparseContext& context, Oid index);
std::string constraint_definition(DeparseContext& context, Oid constraint, bool pretty);
std::string function_definition(DeparseContext& context, Oid function);
std::string function_arguments(DeparseContext& context, Oid function);
std::string function_identity_arguments(DeparseContext& context, Oid function);
std::string function_result(DeparseContext& context, Oid function);
std::string function_sql_body(DeparseContext& context, Oid function);
std::string trigger_definition(DeparseContext& context, Oid trigger, bool pretty);
std::string rule_definition(DeparseContext& context, Oid rule, bool pretty);
std::string partition_key_definition(DeparseContext& context, Oid relation, bool pretty);
std::string statistics_definition(DeparseContext& context, Oid statistics, bool columns_only);

}  // namespace basalt::query
