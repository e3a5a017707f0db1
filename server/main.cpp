// basalt: init, serve, check.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "server/command_line.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return basalt::server::run_command_line(std::vector<std::string>(argv + 1, argv + argc));
}
