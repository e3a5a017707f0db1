// What objects are called in messages (pg_describe_object) and their unambiguous identity (pg_identify_object).
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "catalog/names.hpp"

namespace basalt::catalog {

// pg_depend's way to point at an object: catalog, OID, and column number where it is a part of a relation.
struct ObjectAddress {
  Oid class_oid, object;
  int32_t sub = 0;
  auto operator<=>(const ObjectAddress&) const = default;
};

// "column a of table t"; names are qualified when not visible. Empty: no such object.
std::string describe_object(const NameScope& scope, const ObjectAddress& address);

struct ObjectIdentity {
  std::string type;                         // "table column"
  std::optional<std::string> schema, name;  // where they identify it
  std::string identity;                     // "public.t.a"
};
// Nullopt: no such object.
std::optional<ObjectIdentity> identify_object(const NameScope& scope, const ObjectAddress& address);

// "table", "index", "view" ...: what a relation of this relkind is.
const char* relation_kind_name(char kind);

}  // namespace basalt::catalog
