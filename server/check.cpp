#include "server/check.hpp"

#include <cstdio>

#include "catalog/catalog_ids.hpp"
#include "commands/utility/verify.hpp"
#include "server/initialize.hpp"
#include "storage/engine.hpp"

namespace basalt::server {

using storage::CheckFinding;

namespace {

void append(std::vector<CheckFinding>& findings, std::vector<CheckFinding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::unique_ptr<commands::Session> open_session(commands::ServerState& state, common::Oid database) {
  commands::SessionOptions options;
  options.database = database;
  options.user = catalog::kBootstrapSuperuser;
  return std::make_unique<commands::Session>(state, options);
}

std::vector<common::Oid> all_databases(commands::ServerState& state) {
  std::vector<common::Oid> databases;
  auto session = open_session(state, catalog::kTemplate1);
  session->catalog().scan_all(catalog::id::kPgDatabase, [&](common::RowId, const catalog::CatalogRow& row) {
    databases.emplace_back(static_cast<uint32_t>(row[0].as<int32_t>()));
    return true;
  });
  session->rollback();
  return databases;
}

// Needs catalogs that can be read: after damage in the pages there is no point in it.
std::vector<CheckFinding> check_indexes(storage::StorageEngine& engine, const std::string& directory) {
  std::vector<CheckFinding> findings;
  try {
    catalog::CatalogManager catalogs(engine);
    commands::ServerState state(engine, catalogs);
    state.data_directory = directory;
    for (common::Oid database : all_databases(state)) {
      auto session = open_session(state, database);
      append(findings, commands::verify_indexes(*session, database == catalog::kTemplate1));
    }
  } catch (const common::SqlError& error) {
    findings.push_back({common::TreeId{}, 0, error.what()});
  }
  return findings;
}

}  // namespace

int check_directory(const std::string& directory) {
  register_everything();
  storage::StorageOptions options;
  options.directory = directory;
  options.background_threads = false;
  auto engine = storage::StorageEngine::open(options).take();
  std::vector<CheckFinding> findings = engine->check(common::TreeId{});
  if (findings.empty()) append(findings, check_indexes(*engine, directory));
  for (const auto& finding : findings)
    std::printf("tree %llu, page %llu: %s\n", static_cast<unsigned long long>(finding.tree.value),
                static_cast<unsigned long long>(finding.page), finding.text.c_str());
  engine->close().take();
  if (findings.empty()) std::printf("no errors found\n");
  return findings.empty() ? 0 : 1;
}

}  // namespace basalt::server
