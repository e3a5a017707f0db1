// has_*_privilege(user, object, privileges) and pg_has_role().
//
// The user is a name, an OID or the current one; the object a name or an OID; the privileges a list of which one
// suffices. An OID without an object gives NULL, a name without one an error.
#include <optional>

#include "catalog/acl.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/functions/register_catalog.hpp"
#include "catalog/object_class.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
using types::FunctionCall;
using types::scalar;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

struct PrivilegeName {
  std::string_view name;
  uint32_t bits;
};

constexpr PrivilegeName kTable[] = {{"SELECT", privilege::kSelect},     {"INSERT", privilege::kInsert},
                                    {"UPDATE", privilege::kUpdate},     {"DELETE", privilege::kDelete},
                                    {"TRUNCATE", privilege::kTruncate}, {"REFERENCES", privilege::kReferences},
                                    {"TRIGGER", privilege::kTrigger},   {"RULE", 0}};
constexpr PrivilegeName kColumn[] = {{"SELECT", privilege::kSelect},
                                     {"INSERT", privilege::kInsert},
                                     {"UPDATE", privilege::kUpdate},
                                     {"REFERENCES", privilege::kReferences}};
constexpr PrivilegeName kSequence[] = {
    {"USAGE", privilege::kUsage}, {"SELECT", privilege::kSelect}, {"UPDATE", privilege::kUpdate}};
constexpr PrivilegeName kDatabase[] = {{"CREATE", privilege::kCreate},
                                       {"TEMPORARY", privilege::kCreateTemp},
                                       {"TEMP", privilege::kCreateTemp},
                                       {"CONNECT", privilege::kConnect}};
constexpr PrivilegeName kFunction[] = {{"EXECUTE", privilege::kExecute}};
constexpr PrivilegeName kUsageOnly[] = {{"USAGE", privilege::kUsage}};
constexpr PrivilegeName kSchema[] = {{"CREATE", privilege::kCreate}, {"USAGE", privilege::kUsage}};
constexpr PrivilegeName kTablespace[] = {{"CREATE", privilege::kCreate}};
constexpr PrivilegeName kParameter[] = {{"SET", privilege::kSet}, {"ALTER SYSTEM", privilege::kAlterSystem}};

struct Wanted {
  uint32_t bits;
  bool grant_option;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string normalised(std::string_view text) {
  text = trimmed(text);
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

std::vector<Wanted> parse_privileges(std::string_view list, std::span<const PrivilegeName> names) {
  constexpr std::string_view kGrant = " WITH GRANT OPTION";
  std::vector<Wanted> out;
  do {
    size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    std::string name = normalised(one);
    bool grant = name.ends_with(kGrant);
    if (grant) name.resize(name.size() - kGrant.size());
    const PrivilegeName* known = nullptr;
    for (const PrivilegeName& n : names) {
      if (n.name == name) known = &n;
    }
    if (!known) {
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "unrecognized privilege type: \"" + std::string(trimmed(one)) + "\"");
    }
    out.push_back({known->bits, grant});
  } while (!list.empty());
  return out;
}

// The role of a user argument; "public" is 0.
Oid user_of(FunctionCall& call, std::string_view name) {
  if (name == "public") return Oid();
  Oid role = catalog_service(call).reader().find_role(name);
  if (!role.valid()) throw SqlError(sqlstate::kUndefinedObject, "role \"" + std::string(name) + "\" does not exist");
  return role;
}
Oid user_of(FunctionCall&, uint32_t role) { return Oid(role); }

// By an object's only name, which is taken as it is.
Oid by_row_name(FunctionCall& call, Oid class_oid, Oid index, std::string_view name, const char* kind) {
  Oid found;
  const Value key = Value::of(name);
  catalog_service(call).reader().scan(class_oid, index, std::span(&key, 1), [&](common::RowId, const CatalogRow& row) {
    found = Oid(row[0].as<uint32_t>());
    return false;
  });
  if (!found.valid()) {
    throw SqlError(sqlstate::kUndefinedObject, std::string(kind) + " \"" + std::string(name) + "\" does not exist");
  }
  return found;
}

template <Oid (*Kind)()>
Oid by_reg_name(FunctionCall& call, std::string_view name) {
  return parse_object_name(name_scope(call), Kind(), name);
}
Oid regclass() { return oid::kRegclass; }
Oid regprocedure() { return oid::kRegprocedure; }
Oid regtype() { return oid::kRegtype; }

Oid sequence_by_name(FunctionCall& call, std::string_view name) {
  Oid found = parse_object_name(name_scope(call), oid::kRegclass, name);
  RelationPointer r = catalog_service(call).reader().relation(found);
  if (r && r->kind != 'S') {
    throw SqlError(sqlstate::kWrongObjectType, "\"" + std::string(name) + "\" is not a sequence");
  }
  return found;
}
Oid schema_by_name(FunctionCall& call, std::string_view name) {
  return require_namespace(catalog_service(call).reader(), name);
}
Oid database_by_name(FunctionCall& call, std::string_view name) {
  Oid found = catalog_service(call).reader().find_database(name);
  if (!found.valid()) {
    throw SqlError(sqlstate::kInvalidCatalogName, "database \"" + std::string(name) + "\" does not exist");
  }
  return found;
}
Oid language_by_name(FunctionCall& call, std::string_view name) {
  return by_row_name(call, id::kPgLanguage, id::kPgLanguageNameIndex, name, "language");
}
Oid tablespace_by_name(FunctionCall& call, std::string_view name) {
  return by_row_name(call, id::kPgTablespace, id::kPgTablespaceSpcnameIndex, name, "tablespace");
}
Oid server_by_name(FunctionCall& call, std::string_view name) {
  return by_row_name(call, id::kPgForeignServer, id::kPgForeignServerNameIndex, name, "server");
}
Oid wrapper_by_name(FunctionCall& call, std::string_view name) {
  return by_row_name(call, id::kPgForeignDataWrapper, id::kPgForeignDataWrapperNameIndex, name, "foreign-data wrapper");
}

using Check = uint32_t (*)(CatalogReader&, Oid object, Oid role, uint32_t wanted, bool grant_option);

template <uint32_t Class>
uint32_t check_row(CatalogReader& catalog, Oid object, Oid role, uint32_t wanted, bool grant_option) {
  return object_privileges(catalog, Oid(Class), object, role, wanted, grant_option);
}

// The table's privilege or that of any column.
uint32_t check_any_column(CatalogReader& catalog, Oid relation, Oid role, uint32_t wanted, bool grant_option) {
  if (uint32_t held = relation_privileges(catalog, relation, role, wanted, grant_option)) return held;
  RelationPointer r = catalog.relation(relation);
  if (!r) return 0;
  for (const ColumnDescriptor& c : r->columns) {
    if (c.dropped) continue;
    if (uint32_t held = column_privileges(catalog, relation, c.number, role, wanted, grant_option)) return held;
  }
  return 0;
}

struct TableFamily {
  static constexpr std::span<const PrivilegeName> kNames = kTable;
  static constexpr Oid kClass = id::kPgClass;
  static constexpr Check kCheck = relation_privileges;
  static constexpr auto kFind = by_reg_name<regclass>;
};
struct SequenceFamily {
  static constexpr std::span<const PrivilegeName> kNames = kSequence;
  static constexpr Oid kClass = id::kPgClass;
  static constexpr Check kCheck = relation_privileges;
  static constexpr auto kFind = sequence_by_name;
};
struct AnyColumnFamily {
  static constexpr std::span<const PrivilegeName> kNames = kColumn;
  static constexpr Oid kClass = id::kPgClass;
  static constexpr Check kCheck = check_any_column;
  static constexpr auto kFind = by_reg_name<regclass>;
};
struct DatabaseFamily {
  static constexpr std::span<const PrivilegeName> kNames = kDatabase;
  static constexpr Oid kClass = id::kPgDatabase;
  static constexpr Check kCheck = database_privileges;
  static constexpr auto kFind = database_by_name;
};
struct FunctionFamily {
  static constexpr std::span<const PrivilegeName> kNames = kFunction;
  static constexpr Oid kClass = id::kPgProc;
  static constexpr Check kCheck = function_privileges;
  static constexpr auto kFind = by_reg_name<regprocedure>;
};
struct TypeFamily {
  static constexpr std::span<const PrivilegeName> kNames = kUsageOnly;
  static constexpr Oid kClass = id::kPgType;
  static constexpr Check kCheck = type_privileges;
  static constexpr auto kFind = by_reg_name<regtype>;
};
struct SchemaFamily {
  static constexpr std::span<const PrivilegeName> kNames = kSchema;
  static constexpr Oid kClass = id::kPgNamespace;
  static constexpr Check kCheck = namespace_privileges;
  static constexpr auto kFind = schema_by_name;
};
struct LanguageFamily {
  static constexpr std::span<const PrivilegeName> kNames = kUsageOnly;
  static constexpr Oid kClass = id::kPgLanguage;
  static constexpr Check kCheck = check_row<id::kPgLanguage.value>;
  static constexpr auto kFind = language_by_name;
};
struct TablespaceFamily {
  static constexpr std::span<const PrivilegeName> kNames = kTablespace;
  static constexpr Oid kClass = id::kPgTablespace;
  static constexpr Check kCheck = check_row<id::kPgTablespace.value>;
  static constexpr auto kFind = tablespace_by_name;
};
struct ServerFamily {
  static constexpr std::span<const PrivilegeName> kNames = kUsageOnly;
  static constexpr Oid kClass = id::kPgForeignServer;
  static constexpr Check kCheck = check_row<id::kPgForeignServer.value>;
  static constexpr auto kFind = server_by_name;
};
struct WrapperFamily {
  static constexpr std::span<const PrivilegeName> kNames = kUsageOnly;
  static constexpr Oid kClass = id::kPgForeignDataWrapper;
  static constexpr Check kCheck = check_row<id::kPgForeignDataWrapper.value>;
  static constexpr auto kFind = wrapper_by_name;
};

template <typename Family>
bool has_any(FunctionCall& call, Oid user, Oid object, std::string_view list) {
  CatalogReader& catalog = catalog_service(call).reader();
  bool held = false;
  for (const Wanted& w : parse_privileges(list, Family::kNames)) {
    held = held || (w.bits && Family::kCheck(catalog, object, user, w.bits, w.grant_option));
  }
  return held;
}

template <typename Family, typename User>
bool with_user_name(FunctionCall& call, User user, std::string_view name, std::string_view list) {
  Oid role = user_of(call, user);
  return has_any<Family>(call, role, Family::kFind(call, name), list);
}
template <typename Family, typename User>
std::optional<bool> with_user_id(FunctionCall& call, User user, uint32_t object, std::string_view list) {
  Oid role = user_of(call, user);
  if (!object_exists(catalog_service(call).reader(), Family::kClass, Oid(object))) {
    parse_privileges(list, Family::kNames);
    return std::nullopt;
  }
  return has_any<Family>(call, role, Oid(object), list);
}
template <typename Family>
bool own_name(FunctionCall& call, std::string_view name, std::string_view list) {
  return with_user_name<Family, uint32_t>(call, catalog_service(call).current_user().value, name, list);
}
template <typename Family>
std::optional<bool> own_id(FunctionCall& call, uint32_t object, std::string_view list) {
  return with_user_id<Family, uint32_t>(call, catalog_service(call).current_user().value, object, list);
}

template <typename Family>
void add_family(types::FunctionRegistry& registry, const std::string& kind) {
  const std::string prefix = "has_" + kind + "_privilege_";
  registry.add_scalar(prefix + "name_name", scalar<with_user_name<Family, std::string_view>>());
  registry.add_scalar(prefix + "name_id", scalar<with_user_id<Family, std::string_view>>());
  registry.add_scalar(prefix + "id_name", scalar<with_user_name<Family, uint32_t>>());
  registry.add_scalar(prefix + "id_id", scalar<with_user_id<Family, uint32_t>>());
  registry.add_scalar(prefix + "name", scalar<own_name<Family>>());
  registry.add_scalar(prefix + "id", scalar<own_id<Family>>());
}

// has_column_privilege: the column is a name or a number.
std::optional<bool> check_column(FunctionCall& call, Oid user, Oid relation, std::optional<int16_t> column,
                                 std::string_view list) {
  CatalogReader& catalog = catalog_service(call).reader();
  const std::vector<Wanted> wanted = parse_privileges(list, kColumn);
  RelationPointer r = catalog.relation(relation);
  if (!r || !column) return std::nullopt;
  if (*column > 0 &&
      (static_cast<size_t>(*column) > r->columns.size() || r->columns[static_cast<size_t>(*column) - 1].dropped)) {
    return std::nullopt;
  }
  for (const Wanted& w : wanted) {
    if (relation_privileges(catalog, relation, user, w.bits, w.grant_option)) return true;
    if (column_privileges(catalog, relation, *column, user, w.bits, w.grant_option)) return true;
  }
  return false;
}

Oid relation_of(FunctionCall& call, std::string_view name) { return by_reg_name<regclass>(call, name); }
Oid relation_of(FunctionCall&, uint32_t relation) { return Oid(relation); }

std::optional<int16_t> column_of(FunctionCall& call, Oid relation, std::string_view name) {
  RelationPointer r = catalog_service(call).reader().relation(relation);
  if (!r) return std::nullopt;
  if (const ColumnDescriptor* c = r->column(name)) return c->number;
  throw SqlError(sqlstate::kUndefinedColumn,
                 "column \"" + std::string(name) + "\" of relation \"" + r->name + "\" does not exist");
}
std::optional<int16_t> column_of(FunctionCall&, Oid, int16_t column) { return column; }

template <typename User, typename Relation, typename Column>
std::optional<bool> column_with_user(FunctionCall& call, User user, Relation relation, Column column,
                                     std::string_view list) {
  Oid role = user_of(call, user), r = relation_of(call, relation);
  return check_column(call, role, r, column_of(call, r, column), list);
}
template <typename Relation, typename Column>
std::optional<bool> column_of_own(FunctionCall& call, Relation relation, Column column, std::string_view list) {
  return column_with_user<uint32_t, Relation, Column>(call, catalog_service(call).current_user().value, relation,
                                                      column, list);
}

void add_columns(types::FunctionRegistry& r) {
  using Name = std::string_view;
  const std::string prefix = "has_column_privilege_";
  r.add_scalar(prefix + "name_name_name", scalar<column_with_user<Name, Name, Name>>());
  r.add_scalar(prefix + "name_name_attnum", scalar<column_with_user<Name, Name, int16_t>>());
  r.add_scalar(prefix + "name_id_name", scalar<column_with_user<Name, uint32_t, Name>>());
  r.add_scalar(prefix + "name_id_attnum", scalar<column_with_user<Name, uint32_t, int16_t>>());
  r.add_scalar(prefix + "id_name_name", scalar<column_with_user<uint32_t, Name, Name>>());
  r.add_scalar(prefix + "id_name_attnum", scalar<column_with_user<uint32_t, Name, int16_t>>());
  r.add_scalar(prefix + "id_id_name", scalar<column_with_user<uint32_t, uint32_t, Name>>());
  r.add_scalar(prefix + "id_id_attnum", scalar<column_with_user<uint32_t, uint32_t, int16_t>>());
  r.add_scalar(prefix + "name_name", scalar<column_of_own<Name, Name>>());
  r.add_scalar(prefix + "name_attnum", scalar<column_of_own<Name, int16_t>>());
  r.add_scalar(prefix + "id_name", scalar<column_of_own<uint32_t, Name>>());
  r.add_scalar(prefix + "id_attnum", scalar<column_of_own<uint32_t, int16_t>>());
}

// Settings: only superusers, until something is granted.
bool check_parameter(FunctionCall& call, Oid user, std::string_view name, std::string_view list) {
  CatalogReader& catalog = catalog_service(call).reader();
  const std::vector<Wanted> wanted = parse_privileges(list, kParameter);
  if (is_superuser(catalog, user)) return true;
  Acl acl;
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  const Value key = Value::of(lower);
  catalog.scan(id::kPgParameterAcl, id::kPgParameterAclParnameIndex, std::span(&key, 1),
               [&](common::RowId, const CatalogRow& row) {
                 if (!row[2].is_null()) acl = acl_of_bytes(row[2].string());
                 return false;
               });
  if (!acl) return false;
  for (const Wanted& w : wanted) {
    if (granted_privileges(catalog, *acl, Oid(10), user, w.bits, w.grant_option)) return true;
  }
  return false;
}
template <typename User>
bool parameter_with_user(FunctionCall& call, User user, std::string_view name, std::string_view list) {
  return check_parameter(call, user_of(call, user), name, list);
}
bool parameter_of_own(FunctionCall& call, std::string_view name, std::string_view list) {
  return check_parameter(call, catalog_service(call).current_user(), name, list);
}

// pg_has_role(): MEMBER, USAGE, and either with the admin option.
bool check_role(FunctionCall& call, Oid user, Oid role, std::string_view list) {
  constexpr uint32_t kMember = 1, kUse = 2;
  static constexpr PrivilegeName kModes[] = {{"MEMBER", kMember}, {"USAGE", kUse}};
  CatalogReader& catalog = catalog_service(call).reader();
  // Both option spellings mean the same.
  std::string text = normalised(list);
  for (size_t at; (at = text.find(" WITH ADMIN OPTION")) != std::string::npos;)
    text.replace(at, 18, " WITH GRANT OPTION");
  for (const Wanted& w : parse_privileges(text, kModes)) {
    if (w.grant_option) {
      if (is_superuser(catalog, user)) return true;
      bool admin = false;
      const Value key[2] = {Value::of(role.value), Value::of(user.value)};
      catalog.scan(id::kPgAuthMembers, id::kPgAuthMembersRoleMemberIndex, key,
                   [&](common::RowId, const CatalogRow& row) { return !(admin = row[3].as<bool>()); });
      if (admin) return true;
    } else if (w.bits == kMember ? is_member_of_role(catalog, user, role)
                                 : has_privileges_of_role(catalog, user, role)) {
      return true;
    }
  }
  return false;
}
Oid role_of(FunctionCall& call, std::string_view name) {
  Oid role = catalog_service(call).reader().find_role(name);
  if (!role.valid()) throw SqlError(sqlstate::kUndefinedObject, "role \"" + std::string(name) + "\" does not exist");
  return role;
}
Oid role_of(FunctionCall&, uint32_t role) { return Oid(role); }
template <typename User, typename Role>
bool role_with_user(FunctionCall& call, User user, Role role, std::string_view list) {
  Oid member = role_of(call, user);
  return check_role(call, member, role_of(call, role), list);
}
template <typename Role>
bool role_of_own(FunctionCall& call, Role role, std::string_view list) {
  return check_role(call, catalog_service(call).current_user(), role_of(call, role), list);
}

}  // namespace

void register_privilege_functions(types::FunctionRegistry& registry) {
  add_family<TableFamily>(registry, "table");
  add_family<SequenceFamily>(registry, "sequence");
  add_family<AnyColumnFamily>(registry, "any_column");
  add_family<DatabaseFamily>(registry, "database");
  add_family<FunctionFamily>(registry, "function");
  add_family<TypeFamily>(registry, "type");
  add_family<SchemaFamily>(registry, "schema");
  add_family<LanguageFamily>(registry, "language");
  add_family<TablespaceFamily>(registry, "tablespace");
  add_family<ServerFamily>(registry, "server");
  add_family<WrapperFamily>(registry, "foreign_data_wrapper");
  add_columns(registry);
  registry.add_scalar("has_parameter_privilege_name_name", scalar<parameter_with_user<std::string_view>>());
  registry.add_scalar("has_parameter_privilege_id_name", scalar<parameter_with_user<uint32_t>>());
  registry.add_scalar("has_parameter_privilege_name", scalar<parameter_of_own>());
  registry.add_scalar("pg_has_role_name_name", scalar<role_with_user<std::string_view, std::string_view>>());
  registry.add_scalar("pg_has_role_name_id", scalar<role_with_user<std::string_view, uint32_t>>());
  registry.add_scalar("pg_has_role_id_name", scalar<role_with_user<uint32_t, std::string_view>>());
  registry.add_scalar("pg_has_role_id_id", scalar<role_with_user<uint32_t, uint32_t>>());
  registry.add_scalar("pg_has_role_name", scalar<role_of_own<std::string_view>>());
  registry.add_scalar("pg_has_role_id", scalar<role_of_own<uint32_t>>());
}

}  // namespace basalt::catalog
