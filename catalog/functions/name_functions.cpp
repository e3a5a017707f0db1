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

namespace basalt::catalog {

namespace {

using types::FunctionCall;
using types::scalar;
namespace oid = types::oid;

NameScope scope_of(FunctionCall& call) {
  CatalogService& service = catalog_service(call);
  return {service.reader(), service.search_path()};
}

std::optional<std::string> format_type_sql(FunctionCall& call, std::optional<uint32_t> type,
                                           std::optional<int32_t> typmod) {
  if (!type) return std::nullopt;
  return format_type(scope_of(call), Oid(*type), typmod.value_or(-1),
                     typmod ? TypmodStyle::kGiven : TypmodStyle::kAbsent);
}

std::string user_by_id(FunctionCall& call, uint32_t role) {
  return role_name(catalog_service(call).reader(), Oid(role));
}

using VisibleTest = bool (*)(const NameScope&, Oid);

// NULL for an object that does not exist.
template <VisibleTest Test, uint32_t Class>
std::optional<bool> is_visible(FunctionCall& call, uint32_t object) {
  NameScope scope = scope_of(call);
  if (Test(scope, Oid(object))) return true;
  CatalogRow row;
  if (!find_object_row(scope.catalog, *find_object_class(Oid(Class)), Oid(object), row)) return std::nullopt;
  return false;
}

// Objects without a cache of their own: visible if no schema before theirs has the name.
template <uint32_t Class>
std::optional<bool> is_visible_by_row(FunctionCall& call, uint32_t object) {
  NameScope scope = scope_of(call);
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

// PostgreSQL's numbers of encodings.
constexpr std::string_view kEncodings[] = {
    "SQL_ASCII",     "EUC_JP",  "EUC_CN",  "EUC_KR",  "EUC_TW",     "EUC_JIS_2004", "UTF8",
    "MULE_INTERNAL", "LATIN1",  "LATIN2",  "LATIN3",  "LATIN4",     "LATIN5",       "LATIN6",
    "LATIN7",        "LATIN8",  "LATIN9",  "LATIN10", "WIN1256",    "WIN1258",      "WIN866",
    "WIN874",        "KOI8R",   "WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6",   "ISO_8859_7",
    "ISO_8859_8",    "WIN1250", "WIN1253", "WIN1254", "WIN1255",    "WIN1257",      "KOI8U",
    "SJIS",          "BIG5",    "GBK",     "UHC",     "GB18030",    "JOHAB",        "SHIFT_JIS_2004"};

std::string encoding_to_char(int32_t encoding) {
  if (encoding < 0 || static_cast<size_t>(encoding) >= std::size(kEncodings)) return "";
  return std::string(kEncodings[encoding]);
}

// Letters and digits only, in lower case, as PostgreSQL compares encoding names.
std::string plain_name(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z')
      out.push_back(static_cast<char>(c + 32));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out.push_back(c);
  }
  return out;
}

int32_t char_to_encoding(std::string_view name) {
  static const std::pair<std::string_view, int32_t> kOtherNames[] = {
      {"unicode", 6},     {"iso88591", 8},    {"iso88592", 9},   {"iso88593", 10},   {"iso88594", 11},
      {"iso88599", 12},   {"iso885910", 13},  {"iso885913", 14}, {"iso885914", 15},  {"iso885915", 16},
      {"iso885916", 17},  {"abc", 19},        {"tcvn", 19},      {"tcvn5712", 19},   {"vscii", 19},
      {"alt", 20},        {"koi8", 22},       {"win", 23},       {"mskanji", 35},    {"shiftjis", 35},
      {"win932", 35},     {"windows932", 35}, {"win936", 37},    {"windows936", 37}, {"win949", 38},
      {"windows949", 38}, {"win950", 36},     {"windows950", 36}};
  std::string wanted = plain_name(name);
  for (size_t i = 0; i < std::size(kEncodings); ++i) {
    std::string known = plain_name(kEncodings[i]);
    if (known == wanted) return static_cast<int32_t>(i);
    if (known.starts_with("win") && wanted == "windows" + known.substr(3)) return static_cast<int32_t>(i);
  }
  for (const auto& [other, number] : kOtherNames) {
    if (wanted == other) return number;
  }
  return -1;
}

int32_t encoding_max_length(int32_t encoding) {
  constexpr int32_t kLengths[] = {1, 3, 3, 3, 4, 3, 4, 4};
  if (encoding < 0 || static_cast<size_t>(encoding) >= std::size(kEncodings)) return 0;
  if (encoding < 8) return kLengths[encoding];
  if (encoding < 35) return 1;
  return encoding == 39 ? 4 : encoding == 40 ? 3 : 2;
}

}  // namespace

void register_name_functions(types::FunctionRegistry& registry) {
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
  registry.add_scalar("PG_encoding_to_char", scalar<encoding_to_char>());
  registry.add_scalar("PG_char_to_encoding", scalar<char_to_encoding>());
  registry.add_scalar("pg_encoding_max_length_sql", scalar<encoding_max_length>());
}

}  // namespace basalt::catalog
