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
    case StatementKind::kCreateTable:
      return "CREATE TABLE";
    case StatementKind::kCreateTableAs:
      return "CREATE TABLE AS";
    case StatementKind::kIndex:
      return "CREATE INDEX";
    case StatementKind::kCreateSequence:
      return "CREATE SEQUENCE";
    case StatementKind::kCreateView:
      return "CREATE VIEW";
    case StatementKind::kRefreshMaterializedView:
      return "REFRESH MATERIALIZED VIEW";
    case StatementKind::kCreateTrigger:
      return "CREATE TRIGGER";
    case StatementKind::kCreateRule:
      return "CREATE RULE";
    case StatementKind::kCreateFunction:
      return "CREATE FUNCTION";
    case StatementKind::kCreateRole:
      return "CREATE ROLE";
    case StatementKind::kDropRole:
      return "DROP ROLE";
    case StatementKind::kTruncate:
      return "TRUNCATE TABLE";
    case StatementKind::kGrant:
      return "GRANT";
    case StatementKind::kComment:
      return "COMMENT";
    default:
      return statement_name(call.statement_text);
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

namespace {

// The words of the text, in capitals; at most five, which is the longest name of a command.
std::vector<std::string> first_words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size() && words.size() < 5;) {
    while (i < text.size() && !isalpha(static_cast<unsigned char>(text[i]))) ++i;
    std::string word;
    for (; i < text.size() && isalpha(static_cast<unsigned char>(text[i])); ++i)
      word += static_cast<char>(toupper(static_cast<unsigned char>(text[i])));
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

// How many words the name of a kind of object has, that begins with these two.
size_t words_of_kind(const std::string& first, const std::string& second) {
  static const std::map<std::string, size_t> kLong = {
      {"TEXT SEARCH", 3},     {"FOREIGN DATA", 3},      {"FOREIGN TABLE", 2}, {"OPERATOR CLASS", 2},
      {"OPERATOR FAMILY", 2}, {"EVENT TRIGGER", 2},     {"ACCESS METHOD", 2}, {"USER MAPPING", 2},
      {"LARGE OBJECT", 2},    {"DEFAULT PRIVILEGES", 2}};
  auto found = kLong.find(first + " " + second);
  return found == kLong.end() ? 1 : found->second;
}

}  // namespace

std::string statement_name(std::string_view text) {
  std::vector<std::string> words = first_words(text);
  if (words.size() > 2 && words[1] == "OR" && words[2] == "REPLACE") words.erase(words.begin() + 1, words.begin() + 3);
  const size_t kind = words.size() < 2 ? 0 : words_of_kind(words[1], words.size() > 2 ? words[2] : "");
  std::string name;
  for (size_t i = 0; i < std::min(words.size(), 1 + kind); ++i) name += (i ? " " : "") + words[i];
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
