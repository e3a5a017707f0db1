// Quoting and visibility, on what catalog/ knows of names.
#include "catalog/names.hpp"
#include "query/deparse.hpp"

namespace basalt::query {

std::string quote_identifier(std::string_view name) { return catalog::quote_identifier(name); }

std::string quote_literal(std::string_view text) {
  bool backslash = text.find('\\') != std::string_view::npos;
  std::string out = backslash ? "E'" : "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

std::string quote_qualified(std::string_view schema, std::string_view name) {
  return catalog::quote_qualified(schema, name);
}

bool relation_is_visible(DeparseContext& context, Oid relation) {
  return catalog::relation_is_visible({*context.catalog, context.search_path}, relation);
}
bool type_is_visible(DeparseContext& context, Oid type) {
  return catalog::type_is_visible({*context.catalog, context.search_path}, type);
}
bool function_is_visible(DeparseContext& context, Oid function) {
  return catalog::function_is_visible({*context.catalog, context.search_path}, function);
}
bool operator_is_visible(DeparseContext& context, Oid op) {
  return catalog::operator_is_visible({*context.catalog, context.search_path}, op);
}
bool collation_is_visible(DeparseContext& context, Oid collation) {
  return catalog::collation_is_visible({*context.catalog, context.search_path}, collation);
}
bool opclass_is_visible(DeparseContext& context, Oid opclass) {
  return catalog::opclass_is_visible({*context.catalog, context.search_path}, opclass);
}

std::string format_type(DeparseContext& context, Oid type, int32_t typmod, bool with_typmod, bool always_qualify) {
  return catalog::format_type({*context.catalog, context.search_path}, type, typmod,
                              with_typmod ? catalog::TypmodStyle::kGiven : catalog::TypmodStyle::kAbsent,
                              always_qualify);
}

}  // namespace basalt::query
