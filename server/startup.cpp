// From the startup packet to a session.
#include <boost/asio/ip/tcp.hpp>
#include <set>

#include "catalog/acl.hpp"
#include "commands/ddl/database_lock.hpp"
#include "commands/ddl/role_setting.hpp"
#include "commands/session.hpp"
#include "commands/setting_text.hpp"
#include "common/sqlstate.hpp"
#include "server/listener.hpp"

namespace basalt::server {

using common::Oid;
using common::Severity;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

SqlError fatal(common::SqlState state, std::string message) {
  return SqlError(state, std::move(message)).severity(Severity::kFatal);
}

// "-c name=value --name=value" of the options parameter.
std::vector<std::pair<std::string, std::string>> split_options(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool any = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      word += text[++i];
      any = true;
    } else if (isspace(static_cast<unsigned char>(text[i]))) {
      if (any) words.push_back(word);
      word.clear();
      any = false;
    } else {
      word += text[i];
      any = true;
    }
  }
  if (any) words.push_back(word);
  std::vector<std::pair<std::string, std::string>> out;
  auto add = [&](std::string setting) {
    size_t equal = setting.find('=');
    if (equal == std::string::npos) throw fatal(sqlstate::kSyntaxError, "-c " + setting + " requires a value");
    std::string name = setting.substr(0, equal);
    for (char& c : name)
      if (c == '-') c = '_';
    out.emplace_back(name, setting.substr(equal + 1));
  };
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-c" && i + 1 < words.size())
      add(words[++i]);
    else if (words[i].starts_with("-c"))
      add(words[i].substr(2));
    else if (words[i].starts_with("--"))
      add(words[i].substr(2));
    else
      throw fatal(sqlstate::kSyntaxError, "invalid command-line argument for server process: " + words[i]);
  }
  return out;
}

// Role and database, looked up in a transaction of template1's catalogs (the shared ones are the same everywhere).
void find_role_and_database(commands::ServerState& state, commands::SessionOptions& options) {
  auto transaction = state.storage.begin(storage::IsolationLevel::kReadCommitted, 0);
  struct End {
    storage::StorageEngine& storage;
    storage::Transaction& transaction;
    ~End() { storage.abort(transaction); }
  } end{state.storage, *transaction};
  auto database = state.catalogs.open_database(catalog::kTemplate1);
  auto reader = database->reader(*transaction);
  options.user = reader->find_role(options.user_name);
  if (!options.user.valid())
    throw fatal(sqlstate::kInvalidAuthorizationSpecification, "role \"" + options.user_name + "\" does not exist");
  const catalog::RoleDescriptor* role = reader->role(options.user);
  if (!role->can_login)
    throw fatal(sqlstate::kInvalidAuthorizationSpecification,
                "role \"" + options.user_name + "\" is not permitted to log in");
  options.database = reader->find_database(options.database_name);
  if (!options.database.valid())
    throw fatal(sqlstate::kInvalidCatalogName, "database \"" + options.database_name + "\" does not exist");
  const catalog::DatabaseDescriptor* descriptor = reader->database_by_oid(options.database);
  if (!descriptor->allow_connections)
    throw fatal(sqlstate::kObjectNotInPrerequisiteState,
                "database \"" + options.database_name + "\" is not currently accepting connections");
  if (!catalog::database_privileges(*reader, options.database, options.user, catalog::privilege::kConnect))
    throw fatal(sqlstate::kInsufficientPrivilege, "permission denied for database \"" + options.database_name + "\"")
        .detail("User does not have CONNECT privilege.");
}

// CONNECTION LIMIT of the role and of the database; this session is among those that are counted. Superusers get in.
void check_limits(commands::Session& session, const commands::SessionOptions& options) {
  const catalog::RoleDescriptor* role = session.catalog().role(options.user);
  const catalog::DatabaseDescriptor* database = session.catalog().database_by_oid(options.database);
  if (!role || !database || role->super) return;
  if (role->connection_limit < 0 && database->connection_limit < 0) return;
  int of_role = 0, of_database = 0;
  for (const commands::ActivityEntry& entry : session.server().sessions.list()) {
    of_role += entry.user == options.user;
    of_database += entry.database == options.database;
  }
  if (role->connection_limit >= 0 && of_role > role->connection_limit)
    throw fatal(sqlstate::kTooManyConnections, "too many connections for role \"" + options.user_name + "\"");
  if (database->connection_limit >= 0 && of_database > database->connection_limit)
    throw fatal(sqlstate::kTooManyConnections, "too many connections for database \"" + options.database_name + "\"");
}

// DROP DATABASE takes this lock too, and then waits for the registered sessions.
void lock_database(commands::Session& session, const commands::SessionOptions& options) {
  commands::ddl::lock_database(session.transaction(), options.database, storage::LockMode::kRowExclusive);
  session.new_statement_catalog();
  if (session.catalog().find_database(options.database_name) != options.database)
    throw fatal(sqlstate::kInvalidCatalogName, "database \"" + options.database_name + "\" does not exist")
        .detail("It seems to have just been dropped or renamed.");
}

// Of a session that is being opened; undone unless it is kept.
class Registration {
 public:
  explicit Registration(commands::SessionRegistry& sessions) : sessions_(sessions) {}
  ~Registration() {
    if (pid_) sessions_.remove(pid_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  void add(commands::Session& session, const commands::SessionOptions& options) {
    commands::ActivityEntry entry;
    entry.database = options.database;
    entry.user = options.user;
    entry.client_address = options.client_address;
    entry.client_port = options.client_port;
    sessions_.add(session, std::move(entry));
    pid_ = session.pid();
  }
  void keep() { pid_ = 0; }

 private:
  commands::SessionRegistry& sessions_;
  int32_t pid_ = 0;
};

}  // namespace

void check_startup(const commands::ServerState& state, const wire::StartupMessage& message, int connections_max) {
  if (message.parameter("user").empty())
    throw fatal(sqlstate::kInvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet");
  std::string replication = message.parameter("replication");
  if (!replication.empty()) {
    for (char& c : replication) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    static const std::set<std::string> kOff{"0", "false", "off", "no"}, kOn{"1", "true", "on", "yes", "database"};
    if (kOn.contains(replication))
      throw fatal(sqlstate::kFeatureNotSupported, "replication connections are not supported");
    if (!kOff.contains(replication))
      throw fatal(sqlstate::kInvalidParameterValue,
                  "invalid value for parameter \"replication\": \"" + replication + "\"")
          .hint("Valid values are: \"false\", 0, \"true\", 1, \"database\".");
  }
  if (state.sessions.size() >= static_cast<size_t>(connections_max))
    throw fatal(sqlstate::kTooManyConnections, "sorry, too many clients already");
}

std::unique_ptr<commands::Session> open_session(commands::ServerState& state, const wire::StartupMessage& message,
                                                boost::asio::ip::tcp::socket& socket) {
  commands::SessionOptions options;
  options.user_name = message.parameter("user");
  options.database_name = message.parameter("database");
  if (options.database_name.empty()) options.database_name = options.user_name;
  boost::system::error_code ignored;
  auto peer = socket.remote_endpoint(ignored);
  options.client_address = peer.address().to_string();
  options.client_port = peer.port();
  find_role_and_database(state, options);
  for (auto& setting : split_options(message.parameter("options")))
    options.startup_settings.push_back(std::move(setting));
  for (const auto& [name, value] : message.parameters)
    if (name != "user" && name != "database" && name != "options" && name != "replication")
      options.startup_settings.emplace_back(name, value);

  Registration registration{state.sessions};
  auto session = std::make_unique<commands::Session>(state, options);
  try {
    bool superuser = session->is_superuser();
    lock_database(*session, options);
    registration.add(*session, options);
    check_limits(*session, options);
    session->rollback();  // what is set below belongs to no transaction
    session->settings().set("session_authorization", options.user_name, commands::Settings::Scope::kSession,
                            commands::SettingSource::kDefault, true);
    session->settings().set("is_superuser", superuser ? "on" : "off", commands::Settings::Scope::kSession,
                            commands::SettingSource::kDefault, true);
    commands::ddl::apply_role_settings(*session);
    for (const auto& [name, value] : options.startup_settings)
      commands::set_at_login(*session, name, value, commands::SettingSource::kClient, superuser);
    session->settings().keep_as_startup();
  } catch (SqlError& error) {
    error.report().severity = Severity::kFatal;
    throw;
  }
  session->update_activity([&](commands::ActivityEntry& entry) {
    entry.application_name = session->settings().show("application_name");
    entry.backend_start = entry.state_change = state.clock.now_microseconds();
  });
  registration.keep();
  return session;
}

}  // namespace basalt::server
