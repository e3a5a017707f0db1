#include "commands/language/builtin_defaults.hpp"

#include "catalog/builtin_rows.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "commands/ddl/ddl.hpp"
#include "parser/ast_select.hpp"
#include "parser/parse.hpp"
#include "query/binder.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::language {

using namespace ddl;  // NOLINT: changes catalog rows as data definition does

namespace {

// The expressions of "true, 'NFC'::text", each converted to its parameter's type.
query::ExpressionList bind_defaults(Session& session, const std::string& text, const std::vector<Oid>& types) {
  std::string select = "SELECT " + text;
  auto parsed = parser::parse_statements(select, {});
  query::BindContext bind = session.bind_context(select);
  query::ExpressionList out;
  size_t next = 0;
  for (const auto& target : static_cast<const parser::ParsedSelect&>(*parsed[0].statement).targets) {
    query::ExpressionPointer value =
        query::bind_expression(*target.value, query::ExpressionUse::kFunctionDefault, {}, bind);
    value = query::coerce_for_assignment(std::move(value), types.at(next++), -1, bind);
    ENSURE(value, "a default argument of a built-in function has another type");
    query::assign_collations(*value, bind);
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace

void store_builtin_defaults(Session& session) {
  for (const catalog::FunctionDefaults& entry : catalog::builtin_function_defaults()) {
    auto found = find_row<catalog::PgProcRow>(session.catalog(), id::kPgProcOidIndex, {key(entry.function)});
    if (!found) continue;
    catalog::PgProcRow row = found->row;
    auto count = static_cast<size_t>(entry.count);
    std::vector<Oid> types(row.proargtypes.end() - static_cast<long>(count), row.proargtypes.end());
    row.pronargdefaults = entry.count;
    row.proargdefaults = query::to_stored(bind_defaults(session, entry.expressions, types));
    const Value keys[] = {key(entry.function)};
    session.writer().remove_where(id::kPgProc, id::kPgProcOidIndex, keys);
    session.writer().insert(id::kPgProc, row.to_row());
  }
}

}  // namespace basalt::commands::language
