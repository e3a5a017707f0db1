#include "server/script.hpp"

#include "catalog/bootstrap.hpp"
#include "catalog/embedded.hpp"
#include "commands/session.hpp"

namespace basalt::server {

namespace {

class SilentSink : public commands::ResultSink {
 public:
  void describe(const std::vector<commands::ResultColumn>&) override {}
  void rows(const std::vector<commands::ResultColumn>&, const common::Chunk&) override {}
  void complete(std::string_view) override {}
};

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
  for (std::string_view script : {catalog::system_views_sql(), catalog::information_schema_sql()})
    if (!script.empty()) session.simple_query(script, sink);
  state.sessions.remove(session.pid());
}

}  // namespace basalt::server
