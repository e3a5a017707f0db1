// From names in statements to objects: DROP, COMMENT, ALTER ... OWNER and their like.
#include "catalog/object_class.hpp"
#include "catalog/rows/pg_cast.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_extension.hpp"
#include "catalog/rows/pg_language.hpp"
#include "catalog/rows/pg_policy.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "commands/ddl/drop.hpp"

namespace basalt::commands::ddl {

using parser::ObjectType;
using parser::ParsedObjectName;

namespace {

struct RelationKind {
  ObjectType type;
  const char* kinds;
  const char* word;  // "x" is not a ...
  const char* article;
};
constexpr RelationKind kRelationKinds[] = {{ObjectType::kTable, "rp", "table", "a"},
                                           {ObjectType::kView, "v", "view", "a"},
                                           {ObjectType::kMaterializedView, "m", "materialized view", "a"},
                                           {ObjectType::kIndex, "iI", "index", "an"},
                                           {ObjectType::kSequence, "S", "sequence", "a"},
                                           {ObjectType::kForeignTable, "f", "foreign table", "a"}};

const RelationKind* relation_kind(ObjectType type) {
  for (const RelationKind& kind : kRelationKinds)
    if (kind.type == type) return &kind;
  return nullptr;
}

void fill_range(parser::ParsedRangeVar& range, const parser::QualifiedName& names, size_t parts) {
  if (parts > 0) range.name = names[parts - 1];
  if (parts > 1) range.schema = names[parts - 2];
  if (parts > 2) range.catalog = names[parts - 3];
  if (parts > 3)
    throw SqlError(sqlstate::kSyntaxError, "improper relation name (too many dotted names): " + join_names(names));
}

const char* drop_hint(char kind) {
  switch (kind) {
    case 'r':
    case 'p':
      return "Use DROP TABLE to remove a table.";
    case 'v':
      return "Use DROP VIEW to remove a view.";
    case 'm':
      return "Use DROP MATERIALIZED VIEW to remove a materialized view.";
    case 'i':
      return "Use DROP INDEX to remove an index.";
    case 'S':
      return "Use DROP SEQUENCE to remove a sequence.";
    case 'c':
      return "Use DROP TYPE to remove a type.";
    default:
      return "Use DROP FOREIGN TABLE to remove a foreign table.";
  }
}

void skipping(DdlContext& ddl, const std::string& what) { ddl.notice(what + " does not exist, skipping"); }

// False (with the notice) when the named schema does not exist and that is fine.
bool schema_exists(DdlContext& ddl, const parser::QualifiedName& names, bool missing_ok) {
  if (names.size() < 2) return true;
  const std::string& schema = names[names.size() - 2];
  if (schema == "pg_temp" || ddl.reader.find_namespace(schema).valid()) return true;
  if (!missing_ok) throw SqlError(sqlstate::kInvalidSchemaName, "schema " + quoted(schema) + " does not exist");
  skipping(ddl, "schema " + quoted(schema));
  return false;
}

std::optional<ObjectAddress> find_relation_object(DdlContext& ddl, const RelationKind& kind,
                                                  const ParsedObjectName& object, bool missing_ok) {
  if (missing_ok && !schema_exists(ddl, object.names, true)) return std::nullopt;
  query::BindContext context = ddl.bind();
  parser::ParsedRangeVar range;
  fill_range(range, object.names, object.names.size());
  Oid found = query::resolve_relation(range, true, context);
  if (!found.valid()) {
    if (!missing_ok) schema_exists(ddl, object.names, false);
    if (missing_ok) {
      skipping(ddl, std::string(kind.word) + " " + quoted(range.name));
      return std::nullopt;
    }
    throw SqlError(kind.type == ObjectType::kIndex ? sqlstate::kUndefinedObject : sqlstate::kUndefinedTable,
                   std::string(kind.word) + " " + quoted(range.name) + " does not exist");
  }
  RelationPointer relation = ddl.relation(found);
  if (std::string_view(kind.kinds).find(relation->kind) == std::string_view::npos)
    throw SqlError(sqlstate::kWrongObjectType, quoted(relation->name) + " is not " + kind.article + " " + kind.word)
        .hint(drop_hint(relation->kind));
  return ObjectAddress{id::kPgClass, found};
}

std::optional<ObjectAddress> find_type_object(DdlContext& ddl, const ParsedObjectName& object, bool domain,
                                              bool missing_ok) {
  query::BindContext context = ddl.bind();
  parser::QualifiedName names = object.type ? object.type->names : object.names;
  if (missing_ok && !schema_exists(ddl, names, true)) return std::nullopt;
  Oid found;
  std::string shown = join_names(names);
  if (object.type) {
    auto type = query::find_type(*object.type, context);
    if (type) found = type->type->oid;
    shown = query::type_name_to_string(*object.type);
  } else {
    found = catalog::find_type(ddl.scope(), names);
  }
  if (!found.valid()) {
    if (missing_ok) {
      skipping(ddl, "type " + quoted(shown));
      return std::nullopt;
    }
    throw SqlError(sqlstate::kUndefinedObject, "type " + quoted(shown) + " does not exist");
  }
  if (domain && ddl.reader.type(found)->kind != 'd')
    throw SqlError(sqlstate::kWrongObjectType,
                   quoted(catalog::format_type(ddl.scope(), found, -1)) + " is not a domain");
  return ObjectAddress{id::kPgType, found};
}

// As PostgreSQL shows it: types by their names where they exist, as written where they do not.
std::string argument_list(DdlContext& ddl, const std::vector<parser::ParsedFunctionParameter>& arguments) {
  std::string out;
  query::BindContext context = ddl.bind();
  for (const auto& argument : arguments) {
    if (argument.mode == parser::ParameterMode::kOut || argument.mode == parser::ParameterMode::kTable) continue;
    if (!out.empty()) out += ",";
    auto resolved = query::find_type(*argument.type, context);
    out += resolved ? catalog::format_type(ddl.scope(), resolved->type->oid, -1)
                    : query::type_name_to_string(*argument.type);
  }
  return out;
}

}  // namespace

std::optional<ObjectAddress> resolve_routine(DdlContext& ddl, ObjectType type,
                                             const parser::ParsedObjectWithArguments& wanted, bool missing_ok) {
  const char* word = type == ObjectType::kProcedure   ? "procedure"
                     : type == ObjectType::kAggregate ? "aggregate"
                     : type == ObjectType::kRoutine   ? "routine"
                                                      : "function";
  if (missing_ok && !schema_exists(ddl, wanted.name, true)) return std::nullopt;
  query::BindContext context = ddl.bind();
  auto matches = [&](char kind) {
    if (type == ObjectType::kProcedure) return kind == 'p';
    if (type == ObjectType::kAggregate) return kind == 'a';
    if (type == ObjectType::kFunction) return kind != 'p';
    return true;
  };
  std::vector<Oid> types;
  bool types_known = true;
  for (const auto& argument : wanted.arguments) {
    if (argument.mode == parser::ParameterMode::kOut || argument.mode == parser::ParameterMode::kTable) continue;
    auto resolved = query::find_type(*argument.type, context);
    if (!resolved) {
      if (!missing_ok) query::resolve_type(*argument.type, context);
      skipping(ddl, "type " + quoted(query::type_name_to_string(*argument.type)));
      types_known = false;
      break;
    }
    types.push_back(resolved->type->oid);
  }
  if (!types_known) return std::nullopt;
  std::vector<catalog::FunctionPointer> found;
  for (const auto& candidate : catalog::find_functions(ddl.scope(), wanted.name)) {
    if (!wanted.arguments_unspecified && candidate->argument_types != types) continue;
    found.push_back(candidate);
  }
  std::erase_if(found, [&](const auto& f) { return wanted.arguments_unspecified && !matches(f->kind); });
  std::string name = join_names(wanted.name);
  std::string signature = name + "(" + argument_list(ddl, wanted.arguments) + ")";
  if (found.empty()) {
    std::string shown = wanted.arguments_unspecified ? quoted(name) : signature;
    if (type == ObjectType::kAggregate && wanted.star) shown = name + "(*)";
    if (missing_ok) {
      skipping(ddl, std::string(word) + " " + (wanted.arguments_unspecified ? name + "()" : signature));
      return std::nullopt;
    }
    if (wanted.arguments_unspecified)
      throw SqlError(sqlstate::kUndefinedFunction, std::string("could not find a ") + word + " named " + quoted(name));
    throw SqlError(sqlstate::kUndefinedFunction, std::string(word) + " " + shown + " does not exist");
  }
  if (found.size() > 1)
    throw SqlError(common::SqlState{"42725"}, std::string(word) + " name " + quoted(name) + " is not unique")
        .hint(std::string("Specify the argument list to select the ") + word + " unambiguously.");
  if (!matches(found[0]->kind))
    throw SqlError(sqlstate::kWrongObjectType,
                   signature + " is not " + (type == ObjectType::kAggregate ? "an " : "a ") + word);
  return ObjectAddress{id::kPgProc, found[0]->oid};
}

namespace {

// Constraints, triggers, rules, policies: `names` is the relation, sub_name the object.
template <typename Row, typename Name>
Oid find_part(DdlContext& ddl, Oid index, Oid relation, Name name, const std::string& wanted) {
  for (const auto& row : find_rows<Row>(ddl.reader, index, {key(relation)}))
    if (row.row.*name == wanted) return row.row.oid;
  return Oid();
}

std::optional<ObjectAddress> find_part_object(DdlContext& ddl, ObjectType type, const ParsedObjectName& object,
                                              bool missing_ok) {
  const char* word = type == ObjectType::kTrigger  ? "trigger"
                     : type == ObjectType::kRule   ? "rule"
                     : type == ObjectType::kPolicy ? "policy"
                                                   : "constraint";
  if (missing_ok && !schema_exists(ddl, object.names, true)) return std::nullopt;
  query::BindContext context = ddl.bind();
  parser::ParsedRangeVar range;
  fill_range(range, object.names, object.names.size());
  Oid relation = query::resolve_relation(range, missing_ok, context);
  if (!relation.valid()) {
    skipping(ddl, "relation " + quoted(range.name));
    return std::nullopt;
  }
  ObjectAddress address;
  if (type == ObjectType::kTrigger)
    address = {id::kPgTrigger, find_part<catalog::PgTriggerRow>(ddl, id::kPgTriggerTgrelidTgnameIndex, relation,
                                                                &catalog::PgTriggerRow::tgname, object.sub_name)};
  else if (type == ObjectType::kRule)
    address = {id::kPgRewrite, find_part<catalog::PgRewriteRow>(ddl, id::kPgRewriteRelRulenameIndex, relation,
                                                                &catalog::PgRewriteRow::rulename, object.sub_name)};
  else if (type == ObjectType::kPolicy)
    address = {id::kPgPolicy, find_part<catalog::PgPolicyRow>(ddl, id::kPgPolicyPolrelidPolnameIndex, relation,
                                                              &catalog::PgPolicyRow::polname, object.sub_name)};
  else
    address = {id::kPgConstraint,
               find_part<catalog::PgConstraintRow>(ddl, id::kPgConstraintConrelidContypidConnameIndex, relation,
                                                   &catalog::PgConstraintRow::conname, object.sub_name)};
  if (address.object.valid()) return address;
  std::string of = type == ObjectType::kTrigger || type == ObjectType::kPolicy || type == ObjectType::kTableConstraint
                       ? " for table "
                       : " for relation ";
  std::string table = ddl.relation(relation)->name;
  if (missing_ok) {
    skipping(ddl, std::string(word) + " " + quoted(object.sub_name) + " for relation " + quoted(table));
    return std::nullopt;
  }
  throw SqlError(sqlstate::kUndefinedObject,
                 std::string(word) + " " + quoted(object.sub_name) + of + quoted(table) + " does not exist");
}

std::optional<ObjectAddress> find_column_object(DdlContext& ddl, const ParsedObjectName& object) {
  query::BindContext context = ddl.bind();
  parser::ParsedRangeVar range;
  fill_range(range, object.names, object.names.size() - 1);
  RelationPointer relation = ddl.relation(query::resolve_relation(range, false, context));
  const auto* column = relation->column(object.names.back());
  if (!column)
    throw SqlError(sqlstate::kUndefinedColumn, "column " + quoted(object.names.back()) + " of relation " +
                                                   quoted(relation->name) + " does not exist");
  return ObjectAddress{id::kPgClass, relation->oid, column->number};
}

std::optional<ObjectAddress> missing(DdlContext& ddl, bool missing_ok, const std::string& what,
                                     common::SqlState state = sqlstate::kUndefinedObject) {
  if (!missing_ok) throw SqlError(state, what + " does not exist");
  skipping(ddl, what);
  return std::nullopt;
}

std::optional<ObjectAddress> find_operator_object(DdlContext& ddl, const ParsedObjectName& object, bool missing_ok) {
  query::BindContext context = ddl.bind();
  const auto& wanted = object.with_arguments;
  Oid left, right;
  if (wanted.operator_left) left = query::resolve_type(*wanted.operator_left, context).type->oid;
  if (wanted.operator_right) right = query::resolve_type(*wanted.operator_right, context).type->oid;
  for (const auto& candidate : catalog::find_operators(ddl.scope(), wanted.name))
    if (candidate->left == left && candidate->right == right) return ObjectAddress{id::kPgOperator, candidate->oid};
  auto shown = [&](Oid type) {
    return type.valid() ? catalog::format_type(ddl.scope(), type, -1) : std::string("NONE");
  };
  if (missing_ok) return missing(ddl, true, "operator " + join_names(wanted.name));
  throw SqlError(sqlstate::kUndefinedFunction, "operator does not exist: " + (left.valid() ? shown(left) + " " : "") +
                                                   join_names(wanted.name) + " " + shown(right));
}

std::optional<ObjectAddress> find_cast_object(DdlContext& ddl, const ParsedObjectName& object, bool missing_ok) {
  query::BindContext context = ddl.bind();
  Oid source = query::resolve_type(*object.type, context).type->oid;
  Oid target = query::resolve_type(*object.type2, context).type->oid;
  if (const auto* cast = ddl.reader.cast(source, target)) return ObjectAddress{id::kPgCast, cast->oid};
  return missing(ddl, missing_ok,
                 "cast from type " + catalog::format_type(ddl.scope(), source, -1) + " to type " +
                     catalog::format_type(ddl.scope(), target, -1));
}

}  // namespace

std::optional<ObjectAddress> resolve_object(DdlContext& ddl, ObjectType type, const ParsedObjectName& object,
                                            bool missing_ok) {
  if (const RelationKind* kind = relation_kind(type)) return find_relation_object(ddl, *kind, object, missing_ok);
  auto named = [&](const char* word, Oid class_oid, Oid found, common::SqlState state) -> std::optional<ObjectAddress> {
    if (found.valid()) return ObjectAddress{class_oid, found};
    return missing(ddl, missing_ok, std::string(word) + " " + quoted(join_names(object.names)), state);
  };
  switch (type) {
    case ObjectType::kType:
      return find_type_object(ddl, object, false, missing_ok);
    case ObjectType::kDomain:
      return find_type_object(ddl, object, true, missing_ok);
    case ObjectType::kFunction:
    case ObjectType::kProcedure:
    case ObjectType::kRoutine:
    case ObjectType::kAggregate:
      return resolve_routine(ddl, type, object.with_arguments, missing_ok);
    case ObjectType::kTrigger:
    case ObjectType::kRule:
    case ObjectType::kPolicy:
    case ObjectType::kTableConstraint:
      return find_part_object(ddl, type, object, missing_ok);
    case ObjectType::kColumn:
      return find_column_object(ddl, object);
    case ObjectType::kOperator:
      return find_operator_object(ddl, object, missing_ok);
    case ObjectType::kCast:
      return find_cast_object(ddl, object, missing_ok);
    case ObjectType::kSchema:
      return named("schema", id::kPgNamespace, ddl.reader.find_namespace(object.names.back()),
                   sqlstate::kInvalidSchemaName);
    case ObjectType::kDatabase:
      return named("database", id::kPgDatabase, ddl.reader.find_database(object.names.back()),
                   sqlstate::kUndefinedDatabase);
    case ObjectType::kRole:
      return named("role", id::kPgAuthid, ddl.reader.find_role(object.names.back()), sqlstate::kUndefinedObject);
    case ObjectType::kCollation: {
      if (missing_ok && !schema_exists(ddl, object.names, true)) return std::nullopt;
      Oid found = catalog::find_collation(ddl.scope(), object.names);
      if (found.valid()) return ObjectAddress{id::kPgCollation, found};
      if (missing_ok) return missing(ddl, true, "collation " + quoted(join_names(object.names)));
      throw SqlError(sqlstate::kUndefinedObject,
                     "collation " + quoted(join_names(object.names)) + " for encoding \"UTF8\" does not exist");
    }
    case ObjectType::kLanguage: {
      auto row =
          find_row<catalog::PgLanguageRow>(ddl.reader, id::kPgLanguageNameIndex, {Value::of(object.names.back())});
      return named("language", id::kPgLanguage, row ? row->row.oid : Oid(), sqlstate::kUndefinedObject);
    }
    case ObjectType::kExtension: {
      auto row =
          find_row<catalog::PgExtensionRow>(ddl.reader, id::kPgExtensionNameIndex, {Value::of(object.names.back())});
      return named("extension", id::kPgExtension, row ? row->row.oid : Oid(), sqlstate::kUndefinedObject);
    }
    case ObjectType::kStatistics:
      return named("statistics object", id::kPgStatisticExt, Oid(), sqlstate::kUndefinedObject);
    case ObjectType::kForeignServer:
      return named("server", id::kPgForeignServer, Oid(), sqlstate::kUndefinedObject);
    case ObjectType::kPublication:
      return named("publication", id::kPgPublication, Oid(), sqlstate::kUndefinedObject);
    case ObjectType::kEventTrigger:
      return named("event trigger", id::kPgEventTrigger, Oid(), sqlstate::kUndefinedObject);
    case ObjectType::kConversion:
      return named("conversion", id::kPgConversion, Oid(), sqlstate::kUndefinedObject);
    case ObjectType::kForeignDataWrapper:
      return named("foreign-data wrapper", id::kPgForeignDataWrapper, Oid(), sqlstate::kUndefinedObject);
    default:
      throw common::not_supported("this kind of object");
  }
}

namespace {

// A cast belongs to who owns one of its types.
void require_cast_owner(DdlContext& ddl, Oid cast) {
  auto row = find_row<catalog::PgCastRow>(ddl.reader, id::kPgCastOidIndex, {key(cast)});
  if (!row) return;
  for (Oid type : {row->row.castsource, row->row.casttarget})
    if (catalog::owns_object(ddl.reader, id::kPgType, type, ddl.user())) return;
  throw SqlError(sqlstate::kInsufficientPrivilege,
                 "must be owner of type " + catalog::format_type(ddl.scope(), row->row.castsource, -1) + " or type " +
                     catalog::format_type(ddl.scope(), row->row.casttarget, -1));
}

// Roles have no owners: who may make roles looks after them, but for superusers.
void require_role_admin(DdlContext& ddl, Oid role) {
  const catalog::RoleDescriptor* user = ddl.reader.role(ddl.user());
  if (user->super) return;
  if (ddl.reader.role(role)->super) throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser");
  if (!user->create_role) throw SqlError(sqlstate::kInsufficientPrivilege, "must have CREATEROLE privilege");
}

}  // namespace

void require_object_owner(DdlContext& ddl, const ObjectAddress& address, ObjectType type,
                          const ParsedObjectName& object, OwnerAct act) {
  Oid class_oid = address.class_oid, target = address.object;
  // Parts of a relation belong to its owner.
  if (type == ObjectType::kTrigger || type == ObjectType::kRule || type == ObjectType::kPolicy ||
      type == ObjectType::kTableConstraint || type == ObjectType::kColumn) {
    query::BindContext context = ddl.bind();
    parser::ParsedRangeVar range;
    fill_range(range, object.names, object.names.size() - (type == ObjectType::kColumn ? 1 : 0));
    RelationPointer relation = ddl.relation(query::resolve_relation(range, false, context));
    require_owner(ddl, id::kPgClass, relation->oid, "relation", relation->name);
    return;
  }
  if (class_oid == id::kPgCast) return require_cast_owner(ddl, target);
  if (class_oid == id::kPgAuthid) return require_role_admin(ddl, target);
  bool owns = catalog::owns_object(ddl.reader, class_oid, target, ddl.user());
  const auto* description = catalog::find_object_class(class_oid);
  std::string name = object.names.empty() ? "" : object.names.back();
  CatalogRow row;
  if (!owns && act == OwnerAct::kDrop && description && description->name_space &&
      catalog::find_object_row(ddl.reader, *description, target, row)) {
    Oid name_space(catalog::object_column(*description, row, description->name_space).as<uint32_t>());
    owns = catalog::owns_object(ddl.reader, id::kPgNamespace, name_space, ddl.user());
  }
  if (owns) return;
  if (class_oid == id::kPgClass) catalog::throw_must_be_owner(relation_word(ddl.relation(target)->kind), name);
  if (class_oid == id::kPgType) name = catalog::format_type(ddl.scope(), target, -1);
  const auto& written = object.with_arguments.name;
  if (!written.empty()) name = act == OwnerAct::kAlter ? written.back() : join_names(written);
  const char* kind = description ? description->kind : "object";
  if (type == ObjectType::kProcedure) kind = "procedure";
  if (type == ObjectType::kAggregate) kind = "aggregate";
  catalog::throw_must_be_owner(kind, name);
}

}  // namespace basalt::commands::ddl
