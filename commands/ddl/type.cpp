// CREATE DOMAIN, CREATE TYPE AS ENUM, CREATE TYPE AS (composite).
#include "commands/ddl/type.hpp"

#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_enum.hpp"
#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/create_table.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/grant.hpp"
#include "query/deparse.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::ddl {

using parser::ConstraintKind;

namespace {

constexpr uint32_t kUsagePrivilege = 1u << 8;

Oid new_type_namespace(DdlContext& ddl, const parser::QualifiedName& names, std::string& name) {
  Oid name_space = creation_namespace(ddl, names, name);
  if (ddl.reader.find_type(name_space, name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "type " + quoted(name) + " already exists");
  return name_space;
}

void record_type(DdlContext& ddl, const catalog::PgTypeRow& row) {
  ObjectAddress address{id::kPgType, row.oid};
  catalog::record_acl_roles(ddl.writer, address, row.typowner, std::nullopt, row.typacl);
  catalog::record_dependency(ddl.writer, address, {id::kPgNamespace, row.typnamespace}, DependencyType::kNormal);
  catalog::record_owner(ddl.writer, id::kPgType, row.oid, row.typowner);
  if (row.typbasetype.valid())
    catalog::record_dependency(ddl.writer, address, {id::kPgType, row.typbasetype}, DependencyType::kNormal);
  if (row.typcollation.valid() && row.typcollation != kDefaultCollation)
    catalog::record_dependency(ddl.writer, address, {id::kPgCollation, row.typcollation}, DependencyType::kNormal);
}

}  // namespace

std::string add_domain_check(DdlContext& ddl, const catalog::PgTypeRow& domain,
                             const parser::ParsedConstraint& constraint, std::vector<std::string>& taken) {
  query::BindContext context = ddl.bind();
  query::ExpressionScope scope;
  scope.value_type = domain.typbasetype;
  scope.value_typmod = domain.typtypmod;
  scope.value_collation = domain.typcollation;
  auto expression =
      query::bind_condition(*constraint.expression, query::ExpressionUse::kDomainCheck, scope, "CHECK", context);
  std::string name = constraint.name;
  if (name.empty())
    name = choose_constraint_name(ddl, domain.typname, "", "check", domain.typnamespace, taken);
  else
    for (const auto& other : taken)
      if (other == name)
        throw SqlError(sqlstate::kDuplicateObject,
                       "constraint " + quoted(name) + " for domain " + quoted(domain.typname) + " already exists");
  taken.push_back(name);
  catalog::PgConstraintRow row;
  row.oid = ddl.writer.new_oid(id::kPgConstraint);
  row.conname = name;
  row.connamespace = domain.typnamespace;
  row.contype = 'c';
  row.contypid = domain.oid;
  row.convalidated = !constraint.skip_validation;
  row.conbin = query::to_stored(*expression);
  ddl.writer.insert(id::kPgConstraint, row.to_row());
  ObjectAddress address{id::kPgConstraint, row.oid};
  catalog::record_dependency(ddl.writer, address, {id::kPgType, domain.oid}, DependencyType::kAutomatic);
  record_expression_dependencies(ddl, address, *expression, {}, DependencyType::kNormal);
  ddl.writer.invalidate(id::kPgType, domain.oid);
  return *row.conbin;
}

void set_domain_default(DdlContext& ddl, catalog::PgTypeRow& row, const parser::ParsedExpression& expression) {
  query::BindContext context = ddl.bind();
  auto bound = query::bind_default(expression, query::ExpressionUse::kColumnDefault, {}, row.typname, row.typbasetype,
                                   row.typtypmod, row.typcollation, context);
  const auto* constant = query::try_as<query::Constant>(bound.get());
  if (constant && constant->value.is_null()) return;
  row.typdefaultbin = query::to_stored(*bound);
  // The text form, as \dD and information_schema show it.
  query::DeparseContext deparse;
  deparse.catalog = &ddl.reader;
  deparse.call = &ddl.session.call_context();
  deparse.search_path = ddl.session.search_path();
  row.typdefault = query::deparse_expression(deparse, *bound, Oid{}, false);
}

namespace {

std::string create_domain(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateDomain>(call.statement);
  DdlContext ddl(call);
  catalog::PgTypeRow row;
  row.typnamespace = new_type_namespace(ddl, statement.name, row.typname);
  query::BindContext context = ddl.bind();
  query::ResolvedType base = query::resolve_type(*statement.type, context);
  const auto& type = *base.type;
  if (std::string_view("bcder m").find(type.kind) == std::string_view::npos)
    throw ddl.error_at(statement.type->location, sqlstate::kDatatypeMismatch,
                       quoted(query::type_name_to_string(*statement.type)) + " is not a valid base type for a domain");
  require_type_usage(ddl, type.oid);
  row.oid = ddl.writer.new_oid(id::kPgType);
  row.typowner = ddl.user();
  row.typlen = type.length;
  row.typbyval = type.by_value;
  row.typtype = 'd';
  row.typacl = initial_acl(ddl, 'T', row.typowner, row.typnamespace);
  row.typcategory = type.category;
  row.typdelim = type.delimiter;
  row.typinput = Oid(2597);  // domain_in
  row.typoutput = type.output;
  row.typreceive = Oid(2598);  // domain_recv
  row.typsend = type.send;
  row.typalign = type.alignment;
  row.typstorage = type.storage;
  row.typbasetype = type.oid;
  row.typtypmod = base.typmod;
  row.typndims = static_cast<int32_t>(statement.type->array_bounds.size());
  row.typcollation = type.collation;
  if (statement.collation) {
    if (!type.collation.valid())
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "collations are not supported by type " + catalog::format_type(ddl.scope(), type.oid, -1));
    row.typcollation = query::resolve_collation(statement.collation->collation, statement.collation->location, context);
  }
  bool has_default = false, null_seen = false;
  for (const auto& constraint : statement.constraints) {
    switch (constraint.kind) {
      case ConstraintKind::kDefault:
        if (has_default) throw SqlError(sqlstate::kSyntaxError, "multiple default expressions");
        has_default = true;
        set_domain_default(ddl, row, *constraint.expression);
        break;
      case ConstraintKind::kNotNull:
        if (null_seen) throw SqlError(sqlstate::kSyntaxError, "conflicting NULL/NOT NULL constraints");
        row.typnotnull = true;
        break;
      case ConstraintKind::kNull:
        if (row.typnotnull) throw SqlError(sqlstate::kSyntaxError, "conflicting NULL/NOT NULL constraints");
        null_seen = true;
        break;
      case ConstraintKind::kCheck:
        break;
      case ConstraintKind::kUnique:
        throw SqlError(sqlstate::kSyntaxError, "unique constraints not possible for domains");
      case ConstraintKind::kPrimaryKey:
        throw SqlError(sqlstate::kSyntaxError, "primary key constraints not possible for domains");
      case ConstraintKind::kForeignKey:
        throw SqlError(sqlstate::kSyntaxError, "foreign key constraints not possible for domains");
      default:
        throw common::not_supported("this kind of constraint for domains");
    }
  }
  row.typarray = ddl.writer.new_oid(id::kPgType);
  ddl.writer.insert(id::kPgType, row.to_row());
  record_type(ddl, row);
  create_array_type(ddl, row.typarray, row.typname, row.oid, row.typnamespace, row.typowner, row.typalign,
                    row.typdelim);
  std::vector<std::string> taken;
  for (const auto& constraint : statement.constraints)
    if (constraint.kind == ConstraintKind::kCheck) add_domain_check(ddl, row, constraint, taken);
  return "CREATE DOMAIN";
}

std::string create_enum(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateEnum>(call.statement);
  DdlContext ddl(call);
  catalog::PgTypeRow row;
  row.typnamespace = new_type_namespace(ddl, statement.name, row.typname);
  row.oid = ddl.writer.new_oid(id::kPgType);
  row.typowner = ddl.user();
  row.typlen = 4;
  row.typbyval = true;
  row.typtype = 'e';
  row.typacl = initial_acl(ddl, 'T', row.typowner, row.typnamespace);
  row.typcategory = 'E';
  row.typinput = Oid(3506);  // enum_in, enum_out, enum_recv, enum_send
  row.typoutput = Oid(3507);
  row.typreceive = Oid(3532);
  row.typsend = Oid(3533);
  row.typalign = 'i';
  row.typarray = ddl.writer.new_oid(id::kPgType);
  ddl.writer.insert(id::kPgType, row.to_row());
  record_type(ddl, row);
  float order = 0;
  for (const std::string& label : statement.labels) {
    if (label.size() > 63)
      throw SqlError(sqlstate::kInvalidName, "invalid enum label " + quoted(label))
          .detail("Labels must be 63 bytes or less.");
    catalog::PgEnumRow item;
    item.oid = ddl.writer.new_oid(id::kPgEnum);
    item.enumtypid = row.oid;
    item.enumsortorder = ++order;
    item.enumlabel = label;
    ddl.writer.insert(id::kPgEnum, item.to_row());
  }
  ddl.writer.invalidate(id::kPgType, row.oid);
  create_array_type(ddl, row.typarray, row.typname, row.oid, row.typnamespace, row.typowner, 'i', ',');
  return "CREATE TYPE";
}

std::string create_composite(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCompositeType>(call.statement);
  DdlContext ddl(call);
  NewRelation relation;
  relation.kind = 'c';
  relation.name = statement.type->name;
  relation.owner = ddl.user();
  relation.name_space = creation_namespace(ddl, *statement.type, relation.persistence);
  if (ddl.reader.find_type(relation.name_space, relation.name).valid() &&
      !ddl.reader.find_relation(relation.name_space, relation.name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "type " + quoted(relation.name) + " already exists");
  for (const auto& attribute : statement.attributes) relation.columns.push_back(resolve_column(ddl, attribute));
  create_relation(ddl, relation);
  return "CREATE TYPE";
}

}  // namespace

void register_create_type() {
  register_utility(parser::StatementKind::kCreateDomain, create_domain);
  register_utility(parser::StatementKind::kCreateEnum, create_enum);
  register_utility(parser::StatementKind::kCompositeType, create_composite);
}

}  // namespace basalt::commands::ddl
