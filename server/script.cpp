#include "server/script.hpp"

#include <cstdio>

#include "catalog/bootstrap.hpp"
#include "catalog/embedded.hpp"
#include "commands/language/builtin_defaults.hpp"
#include "commands/session.hpp"
#include "common/sqlstate.hpp"

namespace basalt::server {

namespace {

// The privileges that a fresh database has: pg_dump does not write them down.
constexpr std::string_view kInitialPrivileges = R"(
  INSERT INTO pg_init_privs (objoid, classoid, objsubid, privtype, initprivs)
    SELECT object, catalog, 0, 'i', privileges
    FROM (SELECT oid, 'pg_class'::regclass, relacl FROM pg_class
          UNION ALL SELECT oid, 'pg_namespace'::regclass, nspacl FROM pg_namespace) o (object, catalog, privileges)
    WHERE privileges IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_init_privs p WHERE p.objoid = object AND p.classoid = catalog AND p.objsubid = 0))";

// What the scripts leave open is for everybody to read.
constexpr std::string_view kReadableViews = R"(
  DO $$
  DECLARE view text;
  BEGIN
    FOR view IN SELECT quote_ident(relname) FROM pg_class
                WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'v' AND relacl IS NULL LOOP
      EXECUTE 'GRANT SELECT ON pg_catalog.' || view || ' TO PUBLIC';
    END LOOP;
  END $$)";

class SilentSink : public commands::ResultSink {
 public:
  void describe(const std::vector<commands::ResultColumn>&) override {}
  void rows(const std::vector<commands::ResultColumn>&, const common::Chunk&) override {}
  void complete(std::string_view) override {}
};

// A view over something that this build does not have yet is left out, and said so; any other error ends the
// initialisation.
void run_or_skip(commands::Session& session, std::string_view statement, commands::ResultSink& sink) {
  try {
    session.simple_query(statement, sink);
  } catch (const common::SqlError& error) {
    namespace sqlstate = common::sqlstate;
    const common::SqlState state = error.report().sqlstate;
    session.handle_error();
    if (!(state == sqlstate::kUndefinedFunction || state == sqlstate::kUndefinedTable ||
          state == sqlstate::kUndefinedObject || state == sqlstate::kInvalidTableDefinition ||
          state == sqlstate::kFeatureNotSupported))
      throw;
    std::string_view head = statement.substr(0, statement.find('\n'));
    std::fprintf(stderr, "left out: %.*s: %s\n", static_cast<int>(head.size()), head.data(),
                 error.report().message.c_str());
  }
}

}  // namespace

void run_initial_scripts(commands::ServerState& state, const std::string& superuser) {
  commands::SessionOptions options;
  options.database = catalog::kTemplate1;
  options.user = catalog::kBootstrapSuperuser;
  options.database_name = "template1";
  options.user_name = superuser;
  commands::Session session(state, options);
  commands::ActivityEntry entry;
  state.sessions.add(session, entry);
  SilentSink sink;
  session.simple_query("SET search_path = pg_catalog; SET allow_system_table_mods = on", sink);
  session.simple_query("BEGIN", sink);
  commands::language::store_builtin_defaults(session);
  session.simple_query("COMMIT", sink);
  for (std::string_view script : {catalog::system_views_sql(), catalog::information_schema_sql()})
    for (std::string_view statement : catalog::split_statements(script)) run_or_skip(session, statement, sink);
  session.simple_query(kReadableViews, sink);
  session.simple_query(kInitialPrivileges, sink);
  state.sessions.remove(session.pid());
}

}  // namespace basalt::server
