#include "catalog/object_description.hpp"

#include <functional>
#include <unordered_map>

#include "catalog/catalog_ids.hpp"
#include "catalog/object_class.hpp"
#include "catalog/rows/pg_amop.hpp"
#include "catalog/rows/pg_amproc.hpp"
#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_cast.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_default_acl.hpp"
#include "catalog/rows/pg_opclass.hpp"
#include "catalog/rows/pg_opfamily.hpp"
#include "catalog/rows/pg_policy.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "catalog/rows/pg_user_mapping.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

const char* relation_kind_name(char kind) {
  switch (kind) {
    case 'r':
    case 'p':
      return "table";
    case 'i':
    case 'I':
      return "index";
    case 'S':
      return "sequence";
    case 't':
      return "toast table";
    case 'v':
      return "view";
    case 'm':
      return "materialized view";
    case 'c':
      return "composite type";
    case 'f':
      return "foreign table";
    default:
      return "relation";
  }
}

namespace {

// One object to be described: its row and what is needed to name others.
struct Subject {
  const NameScope& scope;
  const ObjectClass& object_class;
  const CatalogRow& row;

  std::string column(const char* name) const { return std::string(object_column(object_class, row, name).string()); }
  Oid oid_column(const char* name) const { return Oid(object_column(object_class, row, name).as<uint32_t>()); }
  std::string name() const { return column(object_class.name); }
  // The quoted name, qualified by its schema if it has one and `qualify` says so.
  std::string qualified(bool qualify) const {
    if (!object_class.name_space || !qualify) return quote_identifier(name());
    return quote_qualified(namespace_name(scope.catalog, oid_column(object_class.name_space)), name());
  }
  // As PostgreSQL does it for objects whose visibility is looked up by name and path.
  bool in_path() const {
    Oid name_space = oid_column(object_class.name_space);
    for (Oid candidate : scope.path) {
      if (candidate == name_space) return true;
    }
    return false;
  }
};

std::string describe_relation(const NameScope& scope, Oid relation) {
  RelationPointer r = scope.catalog.relation(relation);
  if (!r) return "";
  return std::string(relation_kind_name(r->kind)) + " " + relation_name(scope, relation);
}

std::string column_of(const NameScope& scope, Oid relation, int32_t column) {
  RelationPointer r = scope.catalog.relation(relation);
  if (!r || column < 1 || static_cast<size_t>(column) > r->columns.size()) return "";
  return r->columns[static_cast<size_t>(column) - 1].name;
}

std::string describe_column(const NameScope& scope, Oid relation, int32_t column) {
  std::string name = column_of(scope, relation, column);
  return name.empty() ? "" : "column " + name + " of " + describe_relation(scope, relation);
}

std::string access_method_name(const NameScope& scope, Oid method) {
  const ObjectClass* am = find_object_class(id::kPgAm);
  CatalogRow row;
  if (!find_object_row(scope.catalog, *am, method, row)) return std::to_string(method.value);
  return std::string(object_column(*am, row, "amname").string());
}

std::string object_row_name(const NameScope& scope, Oid class_oid, Oid object) {
  const ObjectClass* c = find_object_class(class_oid);
  CatalogRow row;
  if (!find_object_row(scope.catalog, *c, object, row)) return std::to_string(object.value);
  return std::string(object_column(*c, row, c->name).string());
}

std::string type_text(const NameScope& scope, Oid type) { return format_type(scope, type, -1); }

using Describe = std::string (*)(const Subject&);

std::string describe_class_row(const Subject& s) { return describe_relation(s.scope, Oid(s.row[0].as<uint32_t>())); }
std::string describe_proc(const Subject& s) {
  return "function " + procedure_signature(s.scope, Oid(s.row[0].as<uint32_t>()));
}
std::string describe_type(const Subject& s) { return "type " + type_text(s.scope, Oid(s.row[0].as<uint32_t>())); }
std::string describe_cast(const Subject& s) {
  PgCastRow r = PgCastRow::from_row(s.row);
  return "cast from " + type_text(s.scope, r.castsource) + " to " + type_text(s.scope, r.casttarget);
}
std::string describe_collation(const Subject& s) {
  return "collation " + s.qualified(!collation_is_visible(s.scope, Oid(s.row[0].as<uint32_t>())));
}
std::string describe_constraint(const Subject& s) {
  PgConstraintRow r = PgConstraintRow::from_row(s.row);
  if (!r.conrelid.valid()) return "constraint " + r.conname;
  return "constraint " + r.conname + " on " + describe_relation(s.scope, r.conrelid);
}
std::string describe_default(const Subject& s) {
  PgAttrdefRow r = PgAttrdefRow::from_row(s.row);
  return "default value for " + describe_column(s.scope, r.adrelid, r.adnum);
}
std::string describe_large_object(const Subject& s) {
  return "large object " + std::to_string(s.row[0].as<uint32_t>());
}
std::string describe_operator(const Subject& s) {
  return "operator " + operator_signature(s.scope, Oid(s.row[0].as<uint32_t>()));
}
std::string describe_opclass(const Subject& s) {
  PgOpclassRow r = PgOpclassRow::from_row(s.row);
  return "operator class " + s.qualified(!opclass_is_visible(s.scope, r.oid)) + " for access method " +
         access_method_name(s.scope, r.opcmethod);
}
std::string family_text(const NameScope& scope, Oid family) {
  const ObjectClass* c = find_object_class(id::kPgOpfamily);
  CatalogRow row;
  if (!find_object_row(scope.catalog, *c, family, row)) return std::to_string(family.value);
  Subject s{scope, *c, row};
  return "operator family " + s.qualified(!s.in_path()) + " for access method " +
         access_method_name(scope, PgOpfamilyRow::from_row(row).opfmethod);
}
std::string describe_opfamily(const Subject& s) { return family_text(s.scope, Oid(s.row[0].as<uint32_t>())); }
std::string describe_amop(const Subject& s) {
  PgAmopRow r = PgAmopRow::from_row(s.row);
  return "operator " + std::to_string(r.amopstrategy) + " (" + type_text(s.scope, r.amoplefttype) + ", " +
         type_text(s.scope, r.amoprighttype) + ") of " + family_text(s.scope, r.amopfamily) + ": " +
         operator_signature(s.scope, r.amopopr);
}
std::string describe_amproc(const Subject& s) {
  PgAmprocRow r = PgAmprocRow::from_row(s.row);
  return "function " + std::to_string(r.amprocnum) + " (" + type_text(s.scope, r.amproclefttype) + ", " +
         type_text(s.scope, r.amprocrighttype) + ") of " + family_text(s.scope, r.amprocfamily) + ": " +
         procedure_signature(s.scope, r.amproc);
}
std::string describe_rule(const Subject& s) {
  PgRewriteRow r = PgRewriteRow::from_row(s.row);
  return "rule " + r.rulename + " on " + describe_relation(s.scope, r.ev_class);
}
std::string describe_trigger(const Subject& s) {
  PgTriggerRow r = PgTriggerRow::from_row(s.row);
  return "trigger " + r.tgname + " on " + describe_relation(s.scope, r.tgrelid);
}
std::string describe_policy(const Subject& s) {
  PgPolicyRow r = PgPolicyRow::from_row(s.row);
  return "policy " + r.polname + " on " + describe_relation(s.scope, r.polrelid);
}
std::string describe_user_mapping(const Subject& s) {
  PgUserMappingRow r = PgUserMappingRow::from_row(s.row);
  std::string user = r.umuser.valid() ? role_name(s.scope.catalog, r.umuser) : "public";
  return "user mapping for " + user + " on server " + object_row_name(s.scope, id::kPgForeignServer, r.umserver);
}
std::string describe_default_acl(const Subject& s) {
  PgDefaultAclRow r = PgDefaultAclRow::from_row(s.row);
  static const std::unordered_map<char, const char*> kKinds = {
      {'r', "relations"}, {'S', "sequences"}, {'f', "functions"}, {'T', "types"}, {'n', "schemas"}};
  auto kind = kKinds.find(r.defaclobjtype);
  std::string out = "default privileges";
  if (kind != kKinds.end()) out += std::string(" on new ") + kind->second;
  out += " belonging to role " + role_name(s.scope.catalog, r.defaclrole);
  if (r.defaclnamespace.valid()) out += " in schema " + namespace_name(s.scope.catalog, r.defaclnamespace);
  return out;
}

Describe describer(Oid class_oid) {
  static const std::unordered_map<uint32_t, Describe> kDescribers = {
      {id::kPgClass.value, describe_class_row},
      {id::kPgProc.value, describe_proc},
      {id::kPgType.value, describe_type},
      {id::kPgCast.value, describe_cast},
      {id::kPgCollation.value, describe_collation},
      {id::kPgConstraint.value, describe_constraint},
      {id::kPgAttrdef.value, describe_default},
      {id::kPgLargeobjectMetadata.value, describe_large_object},
      {id::kPgOperator.value, describe_operator},
      {id::kPgOpclass.value, describe_opclass},
      {id::kPgOpfamily.value, describe_opfamily},
      {id::kPgAmop.value, describe_amop},
      {id::kPgAmproc.value, describe_amproc},
      {id::kPgRewrite.value, describe_rule},
      {id::kPgTrigger.value, describe_trigger},
      {id::kPgPolicy.value, describe_policy},
      {id::kPgUserMapping.value, describe_user_mapping},
      {id::kPgDefaultAcl.value, describe_default_acl}};
  auto it = kDescribers.find(class_oid.value);
  return it == kDescribers.end() ? nullptr : it->second;
}

const ObjectClass& require_class(Oid class_oid) {
  const ObjectClass* c = find_object_class(class_oid);
  if (!c) {
    throw common::SqlError(common::sqlstate::kInternalError,
                           "unrecognized object class: " + std::to_string(class_oid.value));
  }
  return *c;
}

}  // namespace

std::string describe_object(const NameScope& scope, const ObjectAddress& address) {
  const ObjectClass& object_class = require_class(address.class_oid);
  if (address.class_oid == id::kPgClass && address.sub != 0) {
    return describe_column(scope, address.object, address.sub);
  }
  CatalogRow row;
  if (!find_object_row(scope.catalog, object_class, address.object, row)) return "";
  Subject s{scope, object_class, row};
  if (Describe describe = describer(address.class_oid)) return describe(s);
  const bool qualify = object_class.name_space && !s.in_path();
  return std::string(object_class.kind) + " " + (object_class.name_space ? s.qualified(qualify) : s.name());
}

namespace {

std::string on_relation(const NameScope& scope, std::string_view name, Oid relation) {
  return quote_identifier(name) + " on " + qualified_relation_name(scope.catalog, relation);
}

// The identity of objects that are not simply [schema.]name; empty: they are.
std::string special_identity(const Subject& s, Oid object, ObjectIdentity& out) {
  switch (s.object_class.catalog.value) {
    case id::kPgProc.value: {
      FunctionPointer f = s.scope.catalog.function(object);
      if (f && f->kind == 'a') out.type = "aggregate";
      if (f && f->kind == 'p') out.type = "procedure";
      out.name.reset();
      return procedure_signature(s.scope, object, true);
    }
    case id::kPgType.value:
      return format_type(s.scope, object, -1, TypmodStyle::kAbsent, true);
    case id::kPgCast.value: {
      PgCastRow r = PgCastRow::from_row(s.row);
      return "(" + format_type(s.scope, r.castsource, -1, TypmodStyle::kAbsent, true) + " AS " +
             format_type(s.scope, r.casttarget, -1, TypmodStyle::kAbsent, true) + ")";
    }
    case id::kPgOperator.value:
      out.name.reset();
      return operator_signature(s.scope, object, true);
    case id::kPgConstraint.value: {
      PgConstraintRow r = PgConstraintRow::from_row(s.row);
      out.type = r.conrelid.valid() ? "table constraint" : "domain constraint";
      out.name.reset();
      if (r.conrelid.valid()) return on_relation(s.scope, r.conname, r.conrelid);
      return quote_identifier(r.conname) + " on " + format_type(s.scope, r.contypid, -1, TypmodStyle::kAbsent, true);
    }
    case id::kPgAttrdef.value: {
      PgAttrdefRow r = PgAttrdefRow::from_row(s.row);
      return "for " + qualified_relation_name(s.scope.catalog, r.adrelid) + "." +
             quote_identifier(column_of(s.scope, r.adrelid, r.adnum));
    }
    case id::kPgRewrite.value: {
      PgRewriteRow r = PgRewriteRow::from_row(s.row);
      out.name.reset();
      return on_relation(s.scope, r.rulename, r.ev_class);
    }
    case id::kPgTrigger.value: {
      PgTriggerRow r = PgTriggerRow::from_row(s.row);
      out.name.reset();
      return on_relation(s.scope, r.tgname, r.tgrelid);
    }
    case id::kPgPolicy.value: {
      PgPolicyRow r = PgPolicyRow::from_row(s.row);
      out.name.reset();
      return on_relation(s.scope, r.polname, r.polrelid);
    }
    case id::kPgOpclass.value:
      return s.qualified(true) + " USING " + access_method_name(s.scope, s.oid_column("opcmethod"));
    case id::kPgOpfamily.value:
      return s.qualified(true) + " USING " + access_method_name(s.scope, s.oid_column("opfmethod"));
    case id::kPgLargeobjectMetadata.value:
      return std::to_string(object.value);
    default:
      return "";
  }
}

}  // namespace

std::optional<ObjectIdentity> identify_object(const NameScope& scope, const ObjectAddress& address) {
  const ObjectClass& object_class = require_class(address.class_oid);
  CatalogRow row;
  if (!find_object_row(scope.catalog, object_class, address.object, row)) return std::nullopt;
  Subject s{scope, object_class, row};
  ObjectIdentity out;
  out.type = object_class.kind;
  if (object_class.name_space) {
    out.schema = quote_identifier(namespace_name(scope.catalog, s.oid_column(object_class.name_space)));
  }
  if (object_class.name) out.name = quote_identifier(s.name());
  if (address.class_oid == id::kPgConstraint) out.schema.reset();
  if (address.class_oid == id::kPgClass) {
    RelationPointer r = scope.catalog.relation(address.object);
    if (!r) return std::nullopt;
    out.type = relation_kind_name(r->kind);
    out.identity = qualified_relation_name(scope.catalog, address.object);
    if (address.sub != 0) {
      out.type += " column";
      out.name.reset();
      out.identity += "." + quote_identifier(column_of(scope, address.object, address.sub));
    }
    return out;
  }
  out.identity = special_identity(s, address.object, out);
  if (out.identity.empty()) out.identity = object_class.name_space ? s.qualified(true) : quote_identifier(s.name());
  return out;
}

}  // namespace basalt::catalog
