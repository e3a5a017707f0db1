// COPY: who may do what with which relation; the work is in copy_from.cpp and copy_to.cpp.
#include "catalog/acl.hpp"
#include "catalog/names.hpp"
#include "commands/families.hpp"
#include "commands/utility/copy_options.hpp"
#include "commands/without_position.hpp"
#include "common/sqlstate.hpp"
#include "parser/parse.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

constexpr Oid kReadServerFiles{4569}, kWriteServerFiles{4570}, kExecuteServerProgram{4571};

bool may_act_as(Session& session, Oid role) {
  return session.is_superuser() || catalog::has_privileges_of_role(session.catalog(), session.current_user(), role);
}

void check_file(Session& session, const parser::ParsedCopy& statement) {
  static const char* kHint = "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.";
  auto denied = [](const char* role, const char* what) {
    return SqlError(sqlstate::kInsufficientPrivilege,
                    std::string("must be superuser or have privileges of the ") + role + " role to COPY " + what)
        .hint(kHint);
  };
  if (statement.is_program) {
    if (!may_act_as(session, kExecuteServerProgram))
      throw denied("pg_execute_server_program", "to or from an external program");
    throw common::not_supported("COPY with PROGRAM");
  }
  if (!statement.has_file) return;
  if (statement.is_from && !may_act_as(session, kReadServerFiles)) throw denied("pg_read_server_files", "from a file");
  if (!statement.is_from && !may_act_as(session, kWriteServerFiles)) throw denied("pg_write_server_files", "to a file");
  if (!statement.is_from && !statement.file.starts_with('/'))
    throw SqlError(sqlstate::kInvalidName, "relative path not allowed for COPY to file");
}

void check_readable(const catalog::RelationDescriptor& relation) {
  auto wrong = [&](const char* what) {
    return SqlError(sqlstate::kWrongObjectType, std::string("cannot copy from ") + what + " \"" + relation.name + "\"");
  };
  static const char* kHint = "Try the COPY (SELECT ...) TO variant.";
  switch (relation.kind) {
    case 'r':
      return;
    case 'v':
      throw wrong("view").hint(kHint);
    case 'm':
      throw wrong("materialized view").hint(kHint);
    case 'f':
      throw wrong("foreign table").hint(kHint);
    case 'S':
      throw wrong("sequence");
    case 'p':
      throw wrong("partitioned table").hint(kHint);
    default:
      throw wrong("non-table relation");
  }
}

// The rows of the table itself, without those of its children.
std::string table_query(Session& session, const catalog::RelationDescriptor& relation,
                        const std::vector<int16_t>& attributes) {
  std::string text = "SELECT ";
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (i > 0) text += ", ";
    text += catalog::quote_identifier(relation.columns[static_cast<size_t>(attributes[i]) - 1].name);
  }
  const catalog::NamespaceDescriptor* schema = session.catalog().name_space(relation.namespace_oid);
  return text + " FROM ONLY " + catalog::quote_qualified(schema->name, relation.name);
}

catalog::RelationPointer open_relation(UtilityCall& call, const parser::ParsedCopy& statement) {
  Session& session = call.session;
  session.transaction();
  query::BindContext bind = session.bind_context(call.text);
  Oid relation = without_position([&] { return query::resolve_relation(*statement.relation, false, bind); });
  auto mode = statement.is_from ? storage::LockMode::kRowExclusive : storage::LockMode::kAccessShare;
  catalog::RelationPointer descriptor = bind.lock(relation, mode);
  if (!descriptor)
    throw SqlError(sqlstate::kUndefinedTable, "relation \"" + statement.relation->name + "\" does not exist");
  return descriptor;
}

std::string run_copy(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedCopy>(call.statement);
  session.transaction();
  check_file(session, statement);
  auto tag = [](uint64_t rows) { return "COPY " + std::to_string(rows); };
  if (statement.query) {
    CopyOptions options = parse_copy_options(session, statement, call.text);
    return tag(copy_to(call, statement, options, *statement.query));
  }
  catalog::RelationPointer relation = open_relation(call, statement);
  if (statement.is_from) {
    if (relation->persistence != 't') session.prevent_read_only("COPY FROM");
    CopyOptions options = parse_copy_options(session, statement, call.text);
    return tag(copy_from(call, statement, options, relation));
  }
  CopyOptions options = parse_copy_options(session, statement, call.text);
  check_readable(*relation);
  std::vector<int16_t> attributes = copy_attributes(*relation, statement.columns);
  marked_columns(*relation, attributes, options.force_quote, "FORCE_QUOTE");
  std::string text = table_query(session, *relation, attributes);
  auto parsed = parser::parse_statements(text, {});
  UtilityCall inner{session,         call.statement,       text,      text,
                    call.parameters, call.parameter_types, call.sink, call.top_level};
  return tag(copy_to(inner, statement, options, *parsed[0].statement));
}

}  // namespace

void register_copy_commands() { register_utility(parser::StatementKind::kCopy, run_copy); }

}  // namespace basalt::commands
