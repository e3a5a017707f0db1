// ALTER FUNCTION, PROCEDURE and ROUTINE with attributes; their names, owners and schemas are changed by commands/ddl.
#include "commands/ddl/drop.hpp"
#include "commands/language/function_attributes.hpp"
#include "commands/language/register.hpp"

namespace basalt::commands::language {

using namespace ddl;  // NOLINT: a statement of data definition
using parser::ObjectType;

namespace {

std::string alter_function(UtilityCall& call) {
  const auto& alter = parser::as<parser::ParsedAlterFunction>(call.statement);
  DdlContext ddl(call);
  ObjectAddress address = *resolve_routine(ddl, alter.object_type, alter.function, false);
  auto found = find_row<catalog::PgProcRow>(ddl.reader, id::kPgProcOidIndex, {key(address.object)});
  catalog::PgProcRow& row = found->row;
  const char* word = alter.object_type == ObjectType::kProcedure ? "procedure"
                     : alter.object_type == ObjectType::kRoutine ? "routine"
                                                                 : "function";
  require_owner(ddl, id::kPgProc, row.oid, word, join_names(alter.function.name));
  if (row.prokind == 'a')
    throw SqlError(sqlstate::kWrongObjectType, quoted(join_names(alter.function.name)) + " is an aggregate function");
  FunctionAttributes attributes = read_attributes(ddl, alter.options, row.prokind == 'p');
  const Oid support = row.prosupport;
  apply_attributes(ddl, attributes, row);
  apply_settings(ddl, alter.settings, row);
  if (row.prosupport != support) {
    catalog::remove_dependencies_on(ddl.writer, address, id::kPgProc);
    catalog::record_dependency(ddl.writer, address, {id::kPgProc, row.prosupport}, DependencyType::kNormal);
  }
  ddl.writer.update(id::kPgProc, found->row_id, row.to_row());
  ddl.writer.invalidate(id::kPgProc, row.oid);
  return alter.object_type == ObjectType::kProcedure ? "ALTER PROCEDURE"
         : alter.object_type == ObjectType::kRoutine ? "ALTER ROUTINE"
                                                     : "ALTER FUNCTION";
}

}  // namespace

void register_alter_function() { register_utility(parser::StatementKind::kAlterFunction, alter_function); }

}  // namespace basalt::commands::language
