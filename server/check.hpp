// `basalt check`.
#pragma once

#include <string>

namespace basalt::server {

int check_directory(const std::string& directory);

}  // namespace basalt::server
