#include "catalog/names.hpp"

#include <algorithm>

#include "catalog/acl.hpp"
#include "common/sqlstate.hpp"
#include "types/text/quote.hpp"

namespace basalt::catalog {

using common::SqlError;
namespace sqlstate = common::sqlstate;

std::string quote_identifier(std::string_view name) { return types::quote_identifier(name); }

std::string quote_qualified(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

namespace {

[[noreturn]] void throw_name_syntax() { throw SqlError(sqlstate::kInvalidName, "invalid name syntax"); }

bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 128;
}
bool continues_identifier(char c) { return starts_identifier(c) || (c >= '0' && c <= '9') || c == '$'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
}

std::string take_part(std::string_view& text) {
  std::string out;
  if (!text.empty() && text[0] == '"') {
    text.remove_prefix(1);
    for (;;) {
      if (text.empty()) throw_name_syntax();
      char c = text[0];
      text.remove_prefix(1);
      if (c == '"') {
        if (text.empty() || text[0] != '"') break;
        text.remove_prefix(1);
      }
      out.push_back(c);
    }
  } else {
    while (!text.empty() && (out.empty() ? starts_identifier(text[0]) : continues_identifier(text[0]))) {
      char c = text[0];
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
      text.remove_prefix(1);
    }
  }
  if (out.empty()) throw_name_syntax();
  return out.size() > 63 ? out.substr(0, 63) : out;
}

// schema and object of a name of one or two parts (three: the database first).
std::pair<std::string, std::string> split_name(std::span<const std::string> name) {
  if (name.size() == 1) return {"", name[0]};
  if (name.size() == 2) return {name[0], name[1]};
  if (name.size() == 3) return {name[1], name[2]};
  std::string all;
  for (const std::string& part : name) all += (all.empty() ? "" : ".") + part;
  throw SqlError(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + all);
}

// A schema of temporary objects: relations and types are found there without its name, nothing else is.
bool is_temporary(CatalogReader& catalog, Oid name_space) {
  const NamespaceDescriptor* found = catalog.name_space(name_space);
  return found && found->name.starts_with("pg_temp_");
}

template <typename Find>
Oid find_first(const NameScope& scope, std::span<const std::string> name, Find find) {
  auto [schema, object] = split_name(name);
  if (!schema.empty()) return find(lookup_namespace(scope, schema), object);
  for (Oid name_space : scope.path) {
    if (Oid found = find(name_space, object); found.valid()) return found;
  }
  return Oid();
}

// Position of a namespace in the path; the path's size: not in it.
size_t rank(const SearchPath& path, Oid name_space) {
  return static_cast<size_t>(std::find(path.begin(), path.end(), name_space) - path.begin());
}

// Keeps the objects of the named schema, or those of the path that no equal one of an earlier schema hides.
template <typename Pointer, typename Same>
std::vector<Pointer> choose(const NameScope& scope, const std::string& schema, std::vector<Pointer> all, Same same) {
  std::vector<Pointer> out;
  Oid only;
  if (!schema.empty()) only = lookup_namespace(scope, schema);
  for (Pointer& candidate : all) {
    if (only.valid()) {
      if (candidate->namespace_oid == only) out.push_back(std::move(candidate));
      continue;
    }
    size_t at = rank(scope.path, candidate->namespace_oid);
    if (at == scope.path.size() || is_temporary(scope.catalog, candidate->namespace_oid)) continue;
    auto twin = std::find_if(out.begin(), out.end(), [&](const Pointer& other) { return same(*other, *candidate); });
    if (twin == out.end())
      out.push_back(std::move(candidate));
    else if (at < rank(scope.path, (*twin)->namespace_oid))
      *twin = std::move(candidate);
  }
  return out;
}

template <typename Find>
bool visible(const NameScope& scope, Oid name_space, Oid object, Find find) {
  for (Oid candidate : scope.path) {
    if (candidate == name_space) return true;
    if (Oid found = find(candidate); found.valid() && found != object) return false;
  }
  return false;
}

}  // namespace

std::vector<std::string> parse_qualified_name(std::string_view text) {
  std::vector<std::string> parts;
  skip_spaces(text);
  for (;;) {
    parts.push_back(take_part(text));
    skip_spaces(text);
    if (text.empty()) return parts;
    if (text[0] != '.') throw_name_syntax();
    text.remove_prefix(1);
    skip_spaces(text);
  }
}

Oid require_namespace(CatalogReader& catalog, std::string_view name) {
  Oid found = catalog.find_namespace(name);
  if (!found.valid()) {
    throw SqlError(sqlstate::kInvalidSchemaName, "schema \"" + std::string(name) + "\" does not exist");
  }
  return found;
}

Oid lookup_namespace(const NameScope& scope, std::string_view name) {
  // The session's own, which is always in the path.
  if (name == "pg_temp")
    for (Oid name_space : scope.path)
      if (is_temporary(scope.catalog, name_space)) return name_space;
  Oid found = require_namespace(scope.catalog, name);
  if (scope.user.valid() && !namespace_privileges(scope.catalog, found, scope.user, privilege::kUsage))
    throw_permission_denied("schema", name);
  return found;
}

Oid find_relation(const NameScope& scope, std::span<const std::string> name) {
  return find_first(scope, name, [&](Oid ns, const std::string& n) { return scope.catalog.find_relation(ns, n); });
}
Oid find_type(const NameScope& scope, std::span<const std::string> name) {
  return find_first(scope, name, [&](Oid ns, const std::string& n) { return scope.catalog.find_type(ns, n); });
}
Oid find_collation(const NameScope& scope, std::span<const std::string> name) {
  return find_first(scope, name, [&](Oid ns, const std::string& n) { return scope.catalog.find_collation(ns, n); });
}

std::vector<FunctionPointer> find_functions(const NameScope& scope, std::span<const std::string> name) {
  auto [schema, object] = split_name(name);
  return choose(scope, schema, scope.catalog.functions_named(object),
                [](const auto& a, const auto& b) { return a.argument_types == b.argument_types; });
}

std::vector<OperatorPointer> find_operators(const NameScope& scope, std::span<const std::string> name) {
  auto [schema, object] = split_name(name);
  return choose(scope, schema, scope.catalog.operators_named(object),
                [](const auto& a, const auto& b) { return a.left == b.left && a.right == b.right; });
}

bool relation_is_visible(const NameScope& scope, Oid relation) {
  RelationPointer r = scope.catalog.relation(relation);
  return r &&
         visible(scope, r->namespace_oid, relation, [&](Oid ns) { return scope.catalog.find_relation(ns, r->name); });
}
bool type_is_visible(const NameScope& scope, Oid type) {
  TypePointer t = scope.catalog.type(type);
  return t && visible(scope, t->namespace_oid, type, [&](Oid ns) { return scope.catalog.find_type(ns, t->name); });
}
bool collation_is_visible(const NameScope& scope, Oid collation) {
  const CollationDescriptor* c = scope.catalog.collation(collation);
  return c && !is_temporary(scope.catalog, c->namespace_oid) &&
         visible(scope, c->namespace_oid, collation, [&](Oid ns) { return scope.catalog.find_collation(ns, c->name); });
}
bool opclass_is_visible(const NameScope& scope, Oid opclass) {
  const OpclassDescriptor* c = scope.catalog.opclass(opclass);
  return c && !is_temporary(scope.catalog, c->namespace_oid) && visible(scope, c->namespace_oid, opclass, [&](Oid ns) {
           return scope.catalog.find_opclass(c->access_method, ns, c->name);
         });
}
bool function_is_visible(const NameScope& scope, Oid function) {
  FunctionPointer f = scope.catalog.function(function);
  if (!f || rank(scope.path, f->namespace_oid) == scope.path.size()) return false;
  for (const FunctionPointer& found : find_functions(scope, std::span(&f->name, 1))) {
    if (found->oid == function) return true;
  }
  return false;
}
bool operator_is_visible(const NameScope& scope, Oid op) {
  OperatorPointer o = scope.catalog.operator_by_oid(op);
  if (!o || rank(scope.path, o->namespace_oid) == scope.path.size()) return false;
  for (const OperatorPointer& found : find_operators(scope, std::span(&o->name, 1))) {
    if (found->oid == op) return true;
  }
  return false;
}

std::string namespace_name(CatalogReader& catalog, Oid name_space) {
  const NamespaceDescriptor* found = catalog.name_space(name_space);
  return found ? found->name : std::string();
}

std::string role_name(CatalogReader& catalog, Oid role) {
  const RoleDescriptor* found = catalog.role(role);
  return found ? found->name : "unknown (OID=" + std::to_string(role.value) + ")";
}

std::string qualified_relation_name(CatalogReader& catalog, Oid relation) {
  RelationPointer r = catalog.relation(relation);
  if (!r) return std::to_string(relation.value);
  return quote_qualified(namespace_name(catalog, r->namespace_oid), r->name);
}

std::string relation_name(const NameScope& scope, Oid relation) {
  RelationPointer r = scope.catalog.relation(relation);
  if (!r) return std::to_string(relation.value);
  return relation_is_visible(scope, relation) ? quote_identifier(r->name)
                                              : qualified_relation_name(scope.catalog, relation);
}

std::string procedure_signature(const NameScope& scope, Oid function, bool always_qualify) {
  FunctionPointer f = scope.catalog.function(function);
  if (!f) return std::to_string(function.value);
  std::string out = !always_qualify && function_is_visible(scope, function)
                        ? quote_identifier(f->name)
                        : quote_qualified(namespace_name(scope.catalog, f->namespace_oid), f->name);
  out += "(";
  for (size_t i = 0; i < f->argument_types.size(); ++i) {
    if (i) out += ",";
    out += format_type(scope, f->argument_types[i], -1, TypmodStyle::kAbsent, always_qualify);
  }
  return out + ")";
}

std::string operator_signature(const NameScope& scope, Oid op, bool always_qualify) {
  OperatorPointer o = scope.catalog.operator_by_oid(op);
  if (!o) return std::to_string(op.value);
  std::string out;
  if (always_qualify || !operator_is_visible(scope, op)) {
    out = quote_identifier(namespace_name(scope.catalog, o->namespace_oid)) + ".";
  }
  auto operand = [&](Oid type) {
    return type.valid() ? format_type(scope, type, -1, TypmodStyle::kAbsent, always_qualify) : std::string("NONE");
  };
  return out + o->name + "(" + operand(o->left) + "," + operand(o->right) + ")";
}

}  // namespace basalt::catalog
