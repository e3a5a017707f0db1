// `basalt init`.
#pragma once

#include <string>

namespace basalt::server {

struct InitializeOptions {
  std::string directory, superuser;
};
int initialize_directory(const InitializeOptions& options);

// Registers the built-in functions and commands of all folders; once per process.
void register_everything();

}  // namespace basalt::server
