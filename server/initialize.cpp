#include "server/initialize.hpp"

#include <cstdio>

#include "catalog/bootstrap.hpp"
#include "catalog/catalog_service.hpp"
#include "commands/server_state.hpp"
#include "commands/session.hpp"
#include "commands/utility.hpp"
#include "common/file.hpp"
#include "executor/register_executor.hpp"
#include "query/register_query.hpp"
#include "server/script.hpp"

namespace basalt::server {

namespace {

constexpr const char* kConfiguration =
    "# Basalt's configuration file: name = value, with PostgreSQL's names. SHOW ALL lists them.\n"
    "# Changes take effect at the next start, or with SIGHUP where a setting allows it.\n"
    "\n"
    "#port = 5432\n"
    "#max_connections = 100\n"
    "#shared_buffers = 128MB\n"
    "#work_mem = 4MB\n";

// The folders above the data directory.
void create_parents(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
    common::FileSystem::real().create_directory(path.substr(0, at)).take();
}

}  // namespace

void register_everything() {
  types::register_types();
  catalog::register_catalog(types::FunctionRegistry::instance());
  query::register_query(types::FunctionRegistry::instance());
  executor::register_executor(types::FunctionRegistry::instance());
  commands::register_commands();
}

int initialize_directory(const InitializeOptions& options) {
  register_everything();
  storage::StorageOptions storage_options;
  storage_options.directory = options.directory;
  create_parents(options.directory);
  storage::StorageEngine::initialize(storage_options).take();
  auto engine = storage::StorageEngine::open(storage_options).take();
  catalog::ClusterOptions cluster;
  cluster.superuser = options.superuser;
  catalog::initialize_cluster(*engine, cluster);
  {
    catalog::CatalogManager catalogs(*engine, catalog::CatalogManager::Initializing{});
    commands::ServerState state(*engine, catalogs);
    state.data_directory = options.directory;
    run_initial_scripts(state, options.superuser);
    catalogs.finish_initialization();
    catalogs.shut_down();
  }
  engine->close().take();
  common::FileSystem::real().replace(options.directory + "/basalt.conf", kConfiguration).take();
  std::printf("Initialised %s.\nStart the server with: basalt serve --data %s\n", options.directory.c_str(),
              options.directory.c_str());
  return 0;
}

}  // namespace basalt::server
