#include "server/command_line.hpp"

#include <cstdio>
#include <cstdlib>

#include "common/version.hpp"
#include "server/check.hpp"
#include "server/initialize.hpp"
#include "server/serve.hpp"

namespace basalt::server {

namespace {

constexpr const char* kHelp =
    "basalt is a SQL database server that speaks PostgreSQL's protocol and dialect.\n"
    "\n"
    "usage:\n"
    "  basalt init  --data DIR [--superuser NAME]\n"
    "  basalt serve --data DIR [--port N] [--host ADDRESS] [--set name=value ...]\n"
    "  basalt check --data DIR\n"
    "  basalt --version | --help\n"
    "\n"
    "`basalt COMMAND --help` says more.\n";
constexpr const char* kInitHelp =
    "basalt init --data DIR [--superuser NAME]\n"
    "\n"
    "Makes a data directory with the databases postgres, template0 and template1.\n"
    "  --data DIR        the directory; created if missing, must be empty\n"
    "  --superuser NAME  name of the first role (default: postgres)\n";
constexpr const char* kServeHelp =
    "basalt serve --data DIR [--port N] [--host ADDRESS] [--set name=value ...]\n"
    "\n"
    "Serves a data directory until SIGTERM or SIGINT. SIGHUP reads basalt.conf again.\n"
    "  --data DIR        the data directory\n"
    "  --port N          TCP port (default: 5432)\n"
    "  --host ADDRESS    address to listen on (default: 127.0.0.1)\n"
    "  --set name=value  sets a configuration parameter; wins over basalt.conf\n";
constexpr const char* kCheckHelp =
    "basalt check --data DIR\n"
    "\n"
    "Verifies every page checksum, the order of every tree and every index against its table. Says where it is wrong;\n"
    "exit code 1 if anything is. The server must not be running.\n";

struct Usage {
  std::string message;
};

struct Options {
  std::string data, superuser = "postgres", host = "127.0.0.1";
  int port = 5432;
  std::vector<std::pair<std::string, std::string>> settings;
  bool help = false;
};

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 1; i < arguments.size(); ++i) {
    std::string name = arguments[i], value;
    if (name == "--help" || name == "-h") {
      options.help = true;
      continue;
    }
    size_t equal = name.find('=');
    if (name.starts_with("--") && equal != std::string::npos && name.substr(0, equal) != "--set") {
      value = name.substr(equal + 1);
      name = name.substr(0, equal);
    } else {
      if (i + 1 >= arguments.size()) throw Usage{"option " + name + " needs a value"};
      value = arguments[++i];
    }
    if (name == "--data" || name == "-D") {
      options.data = value;
    } else if (name == "--port" || name == "-p") {
      char* end = nullptr;
      long port = strtol(value.c_str(), &end, 10);
      if (*end != '\0' || port < 0 || port > 65535) throw Usage{"invalid port number: \"" + value + "\""};
      options.port = static_cast<int>(port);
    } else if (name == "--host") {
      options.host = value;
    } else if (name == "--superuser") {
      options.superuser = value;
    } else if (name == "--set") {
      size_t at = value.find('=');
      if (at == std::string::npos) throw Usage{"--set needs name=value"};
      options.settings.emplace_back(value.substr(0, at), value.substr(at + 1));
    } else {
      throw Usage{"unknown option: " + name};
    }
  }
  return options;
}

int run(const std::string& command, const Options& options) {
  if (options.data.empty()) throw Usage{"--data DIR is missing"};
  if (command == "init") return initialize_directory({options.data, options.superuser});
  if (command == "serve") return serve({options.data, options.host, options.port, options.settings});
  return check_directory(options.data);
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::fputs(kHelp, arguments.empty() ? stderr : stdout);
    return arguments.empty() ? 2 : 0;
  }
  if (arguments[0] == "--version" || arguments[0] == "-V") {
    std::printf("basalt (Basalt) %s, compatible with PostgreSQL %s\n", common::kBasaltVersion.data(),
                common::kPostgresqlVersion.data());
    return 0;
  }
  const std::string& command = arguments[0];
  try {
    if (command != "init" && command != "serve" && command != "check") throw Usage{"unknown command: " + command};
    Options options = parse_options(arguments);
    if (options.help) {
      std::fputs(command == "init" ? kInitHelp : command == "serve" ? kServeHelp : kCheckHelp, stdout);
      return 0;
    }
    return run(command, options);
  } catch (const Usage& usage) {
    std::fprintf(stderr, "basalt: %s\nTry \"basalt --help\" for more information.\n", usage.message.c_str());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "basalt: %s\n", error.what());
    return 1;
  }
}

}  // namespace basalt::server
