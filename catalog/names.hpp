// Names: how text becomes objects and objects become text, with a search path.
//
// A search path is the list of namespaces in the order in which they are searched, pg_catalog and the temporary schema
// included where PostgreSQL searches them implicitly. An object is visible if its bare name finds it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"

namespace basalt::catalog {

using SearchPath = std::vector<Oid>;

// What names are resolved and printed with.
struct NameScope {
  CatalogReader& catalog;
  const SearchPath& path;
  Oid user{};  // whose USAGE of a schema that is named counts; 0: nobody is asked
};

std::string quote_identifier(std::string_view name);
std::string quote_qualified(std::string_view schema, std::string_view name);

// "a.b" as an SQL identifier list: folded to lower case unless quoted. Throws 42602 "invalid name syntax".
std::vector<std::string> parse_qualified_name(std::string_view text);
// The OID of a schema; throws 3F000.
Oid require_namespace(CatalogReader& catalog, std::string_view name);
// The same for a name's qualification: 42501 when the user may not look into the schema.
Oid lookup_namespace(const NameScope& scope, std::string_view name);

// First match along the path (or in the schema that is named); 0: none. Throws 3F000 for a schema that does not exist.
Oid find_relation(const NameScope& scope, std::span<const std::string> name);
Oid find_type(const NameScope& scope, std::span<const std::string> name);
Oid find_collation(const NameScope& scope, std::span<const std::string> name);
// All functions of the name that the path shows: those hidden by an earlier schema's same argument types left out.
std::vector<FunctionPointer> find_functions(const NameScope& scope, std::span<const std::string> name);
std::vector<OperatorPointer> find_operators(const NameScope& scope, std::span<const std::string> name);

bool relation_is_visible(const NameScope& scope, Oid relation);
bool type_is_visible(const NameScope& scope, Oid type);
bool function_is_visible(const NameScope& scope, Oid function);
bool operator_is_visible(const NameScope& scope, Oid op);
bool collation_is_visible(const NameScope& scope, Oid collation);
bool opclass_is_visible(const NameScope& scope, Oid opclass);

// The relation's name, qualified when it is not visible; what regclass prints.
std::string relation_name(const NameScope& scope, Oid relation);
std::string qualified_relation_name(CatalogReader& catalog, Oid relation);
std::string namespace_name(CatalogReader& catalog, Oid name_space);  // empty: none
std::string role_name(CatalogReader& catalog, Oid role);             // "unknown (OID=n)": none

// name(argument types), qualified when not visible or `always_qualify`; what regprocedure prints.
std::string procedure_signature(const NameScope& scope, Oid function, bool always_qualify = false);
// +(left,right), likewise.
std::string operator_signature(const NameScope& scope, Oid op, bool always_qualify = false);

// format_type(): exact. A typmod of -1 prints as for format_type(type, -1); `typmod_given` false as for a NULL typmod,
// which is how other texts (regtype, error messages) name types.
enum class TypmodStyle { kAbsent, kGiven };
std::string format_type(const NameScope& scope, Oid type, int32_t typmod, TypmodStyle style = TypmodStyle::kAbsent,
                        bool always_qualify = false);

// A type as SQL writes it, with typmod and array bounds: "character varying(20)[]". Throws 42704 when there is none,
// 42601 when it is not a type name.
struct ParsedTypeName {
  Oid type;
  int32_t typmod = -1;
};
ParsedTypeName parse_type_name(const NameScope& scope, std::string_view text);

// Input and output of the reg* types: kind is the OID of the reg type. See types::CallContext.
Oid parse_object_name(const NameScope& scope, Oid kind, std::string_view text);
std::string object_name(const NameScope& scope, Oid kind, Oid object);

}  // namespace basalt::catalog
