// `basalt serve`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace basalt::server {

struct ServeOptions {
  std::string directory, host;
  int port = 5432;
  std::vector<std::pair<std::string, std::string>> settings;
};
int serve(const ServeOptions& options);

}  // namespace basalt::server
