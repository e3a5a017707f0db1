#include "server/check.hpp"

#include <cstdio>

#include "storage/engine.hpp"

namespace basalt::server {

int check_directory(const std::string& directory) {
  storage::StorageOptions options;
  options.directory = directory;
  options.background_threads = false;
  auto engine = storage::StorageEngine::open(options).take();
  std::vector<storage::CheckFinding> findings = engine->check(common::TreeId{});
  for (const auto& finding : findings)
    std::printf("tree %llu, page %llu: %s\n", static_cast<unsigned long long>(finding.tree.value),
                static_cast<unsigned long long>(finding.page), finding.text.c_str());
  engine->close().take();
  if (findings.empty()) std::printf("no errors found\n");
  return findings.empty() ? 0 : 1;
}

}  // namespace basalt::server
