#include "commands/utility.hpp"

#include <map>

#include "commands/families.hpp"
#include "commands/language/register.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

namespace {

struct Tables {
  std::map<parser::StatementKind, UtilityHandler> handlers;
  std::map<parser::StatementKind, UtilityDescriber> describers;
};
Tables& tables() {
  static Tables instance;
  return instance;
}

}  // namespace

void register_utility(parser::StatementKind kind, UtilityHandler handler) {
  bool added = tables().handlers.emplace(kind, handler).second;
  ENSURE(added, "two handlers for a kind of utility statement");
}

void register_utility_describer(parser::StatementKind kind, UtilityDescriber describer) {
  tables().describers[kind] = describer;
}

namespace {

// Data definition; not allowed in a read-only transaction, whatever it would do.
bool changes_objects(parser::StatementKind kind) {
  using parser::StatementKind;
  if (kind == StatementKind::kDo || kind == StatementKind::kCall || kind == StatementKind::kReturn) return false;
  return kind >= StatementKind::kCreateTable && kind <= StatementKind::kDropSubscription;
}

// As the command tag will say; where words may stand in between, the text would not tell.
std::string definition_name(const UtilityCall& call) {
  using parser::StatementKind;
  switch (call.statement.kind) {
    case StatementKind::kCreateTable: return "CREATE TABLE";
    case StatementKind::kCreateTableAs: return "CREATE TABLE AS";
    case StatementKind::kIndex: return "CREATE INDEX";
    case StatementKind::kCreateSequence: return "CREATE SEQUENCE";
    case StatementKind::kCreateView: return "CREATE VIEW";
    case StatementKind::kRefreshMaterializedView: return "REFRESH MATERIALIZED VIEW";
    case StatementKind::kCreateTrigger: return "CREATE TRIGGER";
    case StatementKind::kCreateRule: return "CREATE RULE";
    case StatementKind::kCreateFunction: return "CREATE FUNCTION";
    case StatementKind::kCreateRole: return "CREATE ROLE";
    case StatementKind::kDropRole: return "DROP ROLE";
    case StatementKind::kTruncate: return "TRUNCATE TABLE";
    case StatementKind::kGrant: return "GRANT";
    case StatementKind::kComment: return "COMMENT";
    default: return statement_name(call.statement_text);
  }
}

}  // namespace

std::string run_utility(UtilityCall& call) {
  auto it = tables().handlers.find(call.statement.kind);
  if (it == tables().handlers.end()) throw common::not_supported(statement_name(call.statement_text));
  if (changes_objects(call.statement.kind)) call.session.prevent_read_only(definition_name(call));
  return it->second(call);
}

std::vector<ResultColumn> describe_utility(Session& session, const parser::ParsedStatement& statement) {
  auto it = tables().describers.find(statement.kind);
  return it == tables().describers.end() ? std::vector<ResultColumn>() : it->second(session, statement);
}

// The first two words, in capitals: "CREATE POLICY".
std::string statement_name(std::string_view text) {
  std::string name;
  int words = 0;
  for (size_t i = 0; i < text.size() && words < 2;) {
    while (i < text.size() && !isalpha(static_cast<unsigned char>(text[i]))) ++i;
    size_t begin = i;
    while (i < text.size() && isalpha(static_cast<unsigned char>(text[i]))) ++i;
    if (i == begin) break;
    if (words++ > 0) name += ' ';
    for (size_t k = begin; k < i; ++k) name += static_cast<char>(toupper(static_cast<unsigned char>(text[k])));
  }
  return name;
}

void register_commands() {
  static const bool kDone = [] {
    register_transaction_commands();
    language::register_language_commands();
    register_ddl_commands();
    register_setting_commands();
    register_copy_commands();
    register_explain_commands();
    register_prepared_commands();
    register_cursor_commands();
    register_notify_commands();
    register_maintenance_commands();
    register_utility_functions();
    return true;
  }();
  (void)kDone;
}

}  // namespace basalt::commands
