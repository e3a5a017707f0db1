// format_type, visibility, user and schema names, encodings.
#include <algorithm>
#include <optional>

#include "catalog/catalog_ids.hpp"
#include "catalog/functions/register_catalog.hpp"
#include "catalog/object_class.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"
#include "types/value_function.hpp"

namespace basalt::catalog {

namespace {

using types::FunctionCall;
using types::scalar;
namespace oid = types::oid;

std::optional<std::string> format_type_sql(FunctionCall& call, std::optional<uint32_t> type,
                                           std::optional<int32_t> typmod) {
  if (!type) return std::nullopt;
  return format_type(name_scope(call), Oid(*type), typmod.value_or(-1),
                     typmod ? TypmodStyle::kGiven : TypmodStyle::kAbsent);
}

// COLLATION FOR (x): of the type of x it must be possible to say; the value does not matter.
common::Value collation_for(FunctionCall& call, std::span<const common::Value>) {
  const Oid type = call.argument_types[0];
  if (type != oid::kUnknown && !call.context->type(type)->collation.valid())
    throw common::SqlError(common::sqlstate::kDatatypeMismatch,
                           "collations are not supported by type " + call.context->format_type(type, -1));
  if (!call.collation.valid()) return common::Value::null(common::PhysicalType::kString);
  return common::Value::of(call.context->object_name(oid::kRegcollation, call.collation));
}

std::string user_by_id(FunctionCall& call, uint32_t role) {
  return role_name(catalog_service(call).reader(), Oid(role));
}

using VisibleTest = bool (*)(const NameScope&, Oid);

// NULL for an object that does not exist.
template <VisibleTest Test, uint32_t Class>
std::optional<bool> is_visible(FunctionCall& call, uint32_t object) {
  NameScope scope = name_scope(call);
  if (Test(scope, Oid(object))) return true;
  CatalogRow row;
  if (!find_object_row(scope.catalog, *find_object_class(Oid(Class)), Oid(object), row)) return std::nullopt;
  return false;
}

// Objects without a cache of their own: visible if no schema before theirs has the name.
template <uint32_t Class>
std::optional<bool> is_visible_by_row(FunctionCall& call, uint32_t object) {
  NameScope scope = name_scope(call);
  const ObjectClass& object_class = *find_object_class(Oid(Class));
  CatalogRow row;
  if (!find_object_row(scope.catalog, object_class, Oid(object), row)) return std::nullopt;
  const std::string name(object_column(object_class, row, object_class.name).string());
  const Oid name_space(object_column(object_class, row, object_class.name_space).as<uint32_t>());
  const auto own = std::find(scope.path.begin(), scope.path.end(), name_space);
  if (own == scope.path.end()) return false;
  bool hidden = false;
  scope.catalog.scan_all(Oid(Class), [&](common::RowId, const CatalogRow& other) {
    if (object_column(object_class, other, object_class.name).string() != name) return true;
    const Oid elsewhere(object_column(object_class, other, object_class.name_space).as<uint32_t>());
    hidden = std::find(scope.path.begin(), own, elsewhere) != own;
    return !hidden;
  });
  return !hidden;
}

std::string current_user_sql(FunctionCall& call) {
  CatalogService& service = catalog_service(call);
  return role_name(service.reader(), service.current_user());
}
std::string session_user_sql(FunctionCall& call) {
  CatalogService& service = catalog_service(call);
  return role_name(service.reader(), service.session_user());
}
std::string current_database_sql(FunctionCall& call) {
  CatalogReader& reader = catalog_service(call).reader();
  const DatabaseDescriptor* database = reader.database_by_oid(reader.database());
  return database ? database->name : std::string();
}
std::optional<std::string> current_schema_sql(FunctionCall& call) {
  CatalogService& service = catalog_service(call);
  for (Oid name_space : service.explicit_search_path()) {
    std::string name = namespace_name(service.reader(), name_space);
    if (!name.empty()) return name;
  }
  return std::nullopt;
}
std::string current_schemas_sql(FunctionCall& call, bool implicit) {
  CatalogService& service = catalog_service(call);
  types::ArrayBuilder builder(oid::kName, common::PhysicalType::kString);
  for (Oid name_space : implicit ? service.search_path() : service.explicit_search_path()) {
    std::string name = namespace_name(service.reader(), name_space);
    if (!name.empty()) builder.append_string(name);
  }
  return builder.finish();
}
uint32_t my_temp_schema(FunctionCall& call) { return catalog_service(call).temporary_schema().value; }
bool is_other_temp_schema(FunctionCall& call, uint32_t name_space) {
  CatalogService& service = catalog_service(call);
  if (Oid(name_space) == service.temporary_schema()) return false;
  return namespace_name(service.reader(), Oid(name_space)).starts_with("pg_temp_");
}

}  // namespace

void register_name_functions(types::FunctionRegistry& registry) {
  registry.add_scalar("pg_collation_for", types::value_kernel<collation_for, types::NullArguments::kReach>());
  registry.add_scalar("format_type", scalar<format_type_sql>());
  registry.add_scalar("pg_get_userbyid", scalar<user_by_id>());
  registry.add_scalar("pg_table_is_visible", scalar<is_visible<relation_is_visible, id::kPgClass.value>>());
  registry.add_scalar("pg_type_is_visible", scalar<is_visible<type_is_visible, id::kPgType.value>>());
  registry.add_scalar("pg_function_is_visible", scalar<is_visible<function_is_visible, id::kPgProc.value>>());
  registry.add_scalar("pg_operator_is_visible", scalar<is_visible<operator_is_visible, id::kPgOperator.value>>());
  registry.add_scalar("pg_collation_is_visible", scalar<is_visible<collation_is_visible, id::kPgCollation.value>>());
  registry.add_scalar("pg_opclass_is_visible", scalar<is_visible<opclass_is_visible, id::kPgOpclass.value>>());
  registry.add_scalar("pg_opfamily_is_visible", scalar<is_visible_by_row<id::kPgOpfamily.value>>());
  registry.add_scalar("pg_conversion_is_visible", scalar<is_visible_by_row<id::kPgConversion.value>>());
  registry.add_scalar("pg_statistics_obj_is_visible", scalar<is_visible_by_row<id::kPgStatisticExt.value>>());
  registry.add_scalar("pg_ts_config_is_visible", scalar<is_visible_by_row<id::kPgTsConfig.value>>());
  registry.add_scalar("pg_ts_dict_is_visible", scalar<is_visible_by_row<id::kPgTsDict.value>>());
  registry.add_scalar("pg_ts_parser_is_visible", scalar<is_visible_by_row<id::kPgTsParser.value>>());
  registry.add_scalar("pg_ts_template_is_visible", scalar<is_visible_by_row<id::kPgTsTemplate.value>>());
  registry.add_scalar("current_user", scalar<current_user_sql>());
  registry.add_scalar("session_user", scalar<session_user_sql>());
  registry.add_scalar("current_database", scalar<current_database_sql>());
  registry.add_scalar("current_schema", scalar<current_schema_sql>());
  registry.add_scalar("current_schemas", scalar<current_schemas_sql>());
  registry.add_scalar("pg_my_temp_schema", scalar<my_temp_schema>());
  registry.add_scalar("pg_is_other_temp_schema", scalar<is_other_temp_schema>());
}

}  // namespace basalt::catalog
