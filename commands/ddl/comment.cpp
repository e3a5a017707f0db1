// COMMENT ON.
#include "catalog/rows/pg_description.hpp"
#include "catalog/rows/pg_shdescription.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"

namespace basalt::commands::ddl {

namespace {

void set_comment(DdlContext& ddl, const ObjectAddress& address, const std::string& text) {
  const Value keys[] = {key(address.object), key(address.class_oid), Value::of(address.sub)};
  ddl.writer.remove_where(id::kPgDescription, id::kPgDescriptionOCOIndex, keys);
  if (text.empty()) return;
  catalog::PgDescriptionRow row;
  row.objoid = address.object;
  row.classoid = address.class_oid;
  row.objsubid = address.sub;
  row.description = text;
  ddl.writer.insert(id::kPgDescription, row.to_row());
}

void set_shared_comment(DdlContext& ddl, const ObjectAddress& address, const std::string& text) {
  const Value keys[] = {key(address.object), key(address.class_oid)};
  ddl.writer.remove_where(id::kPgShdescription, id::kPgShdescriptionOCIndex, keys);
  if (text.empty()) return;
  catalog::PgShdescriptionRow row;
  row.objoid = address.object;
  row.classoid = address.class_oid;
  row.description = text;
  ddl.writer.insert(id::kPgShdescription, row.to_row());
}

// A relation that is not there is "relation", whatever kind the statement names.
void require_relation(DdlContext& ddl, parser::ObjectType type, const parser::ParsedObjectName& object) {
  using parser::ObjectType;
  switch (type) {
    case ObjectType::kTable:
    case ObjectType::kView:
    case ObjectType::kMaterializedView:
    case ObjectType::kIndex:
    case ObjectType::kSequence:
    case ObjectType::kForeignTable:
      break;
    default:
      return;
  }
  parser::ParsedRangeVar range;
  range.name = object.names.back();
  if (object.names.size() > 1) range.schema = object.names[object.names.size() - 2];
  query::BindContext context = ddl.bind();
  query::resolve_relation(range, false, context);
}

std::string comment_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedComment>(call.statement);
  DdlContext ddl(call);
  require_relation(ddl, statement.object_type, statement.object);
  auto address = resolve_object(ddl, statement.object_type, statement.object, false);
  require_object_owner(ddl, *address, statement.object_type, statement.object, OwnerAct::kComment);
  const std::string text = statement.is_null ? "" : statement.comment;
  if (address->class_oid == id::kPgDatabase || address->class_oid == id::kPgAuthid ||
      address->class_oid == id::kPgTablespace)
    set_shared_comment(ddl, *address, text);
  else
    set_comment(ddl, *address, text);
  return "COMMENT";
}

}  // namespace

void register_comment() { register_utility(parser::StatementKind::kComment, comment_statement); }

}  // namespace basalt::commands::ddl
