#include "server/check.hpp"

#include <cstdio>
#include <map>

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

std::map<common::Oid, std::string> all_databases(commands::ServerState& state) {
  std::map<common::Oid, std::string> databases;
  auto session = open_session(state, catalog::kTemplate1);
  session->catalog().scan_all(catalog::id::kPgDatabase, [&](common::RowId, const catalog::CatalogRow& row) {
    databases.emplace(static_cast<uint32_t>(row[0].as<int32_t>()), row[1].string());
    return true;
  });
  session->rollback();
  return databases;
}

// Calls visit(session, database's name, whether to look at shared catalogs) for each database. Needs catalogs that can
// be read; throws what reading them throws.
template <typename F>
void for_each_database(storage::StorageEngine& engine, const std::string& directory, F&& visit) {
  catalog::CatalogManager catalogs(engine);
  commands::ServerState state(engine, catalogs);
  state.data_directory = directory;
  for (const auto& [database, name] : all_databases(state)) {
    auto session = open_session(state, database);
    visit(*session, name, database == catalog::kTemplate1);
  }
}

// After damage in the pages there is no point in it.
std::vector<CheckFinding> check_indexes(storage::StorageEngine& engine, const std::string& directory) {
  std::vector<CheckFinding> findings;
  try {
    for_each_database(engine, directory, [&](commands::Session& session, const std::string&, bool shared) {
      append(findings, commands::verify_indexes(session, shared));
    });
  } catch (const common::SqlError& error) {
    findings.push_back({common::TreeId{}, 0, error.what()});
  }
  return findings;
}

std::map<common::TreeId, std::string> name_trees(storage::StorageEngine& engine, const std::string& directory) {
  std::map<common::TreeId, std::string> names;
  try {
    for_each_database(engine, directory, [&](commands::Session& session, const std::string& database, bool shared) {
      for (auto& [tree, name] : commands::tree_names(session, shared))
        names.emplace(tree, name + (shared ? "" : " of database \"" + database + "\""));
    });
  } catch (const common::SqlError&) {
    // Findings are shown with the numbers of their trees alone.
  }
  return names;
}

void print(const CheckFinding& finding, const std::map<common::TreeId, std::string>& names) {
  auto name = names.find(finding.tree);
  std::string place = "tree " + std::to_string(finding.tree.value);
  if (name != names.end()) place = name->second + " (" + place + ")";
  std::printf("%s, page %llu: %s\n", place.c_str(), static_cast<unsigned long long>(finding.page),
              finding.text.c_str());
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
  if (!findings.empty()) {
    const auto names = name_trees(*engine, directory);
    for (const auto& finding : findings) print(finding, names);
  }
  engine->close().take();
  if (findings.empty()) std::printf("no errors found\n");
  return findings.empty() ? 0 : 1;
}

}  // namespace basalt::server
