#include "server/serve.hpp"

#include <signal.h>

#include "commands/server_state.hpp"
#include "commands/session.hpp"
#include "commands/statement_cache.hpp"
#include "common/vector.hpp"
#include "server/initialize.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"
#include "server/reactor.hpp"
#include "types/type_operations.hpp"

namespace basalt::server {

namespace {

constexpr int kReserveThreads = 8;

commands::SettingsBase load_settings(const ServeOptions& options) {
  commands::SettingsBase settings;
  std::string file = options.directory + "/basalt.conf";
  if (common::FileSystem::real().exists(file).take())
    for (const std::string& error : settings.load_file(file)) log_line("LOG", error);
  for (const auto& [name, value] : options.settings) settings.set(name, value, commands::SettingSource::kCommandLine);
  if (options.port > 0) settings.set("port", std::to_string(options.port), commands::SettingSource::kCommandLine);
  return settings;
}

double number(const commands::SettingsBase& base, const char* name) {
  return commands::setting_number(*commands::find_setting(name), base.get(*commands::find_setting(name)).value);
}

storage::StorageOptions storage_options(const ServeOptions& options, const commands::SettingsBase& settings) {
  storage::StorageOptions out;
  out.directory = options.directory;
  out.buffer_bytes = static_cast<uint64_t>(number(settings, "shared_buffers")) * 8192;
  out.wal_bytes_max = static_cast<uint64_t>(number(settings, "max_wal_size")) << 20;
  out.checkpoint_timeout_ms = static_cast<int64_t>(number(settings, "checkpoint_timeout") * 1000);
  out.deadlock_timeout_ms = static_cast<int64_t>(number(settings, "deadlock_timeout"));
  out.undo_bytes_max = static_cast<uint64_t>(number(settings, "basalt.undo_memory")) << 10;
  out.reservation_bytes = static_cast<uint64_t>(number(settings, "basalt.reservation")) << 20;
  return out;
}

// SIGHUP: what has changed in the file, but for what only a start can change.
void reload(commands::ServerSettings& settings, const ServeOptions& options) {
  auto before = settings.current();
  commands::SettingsBase after = *before, wanted = load_settings(options);
  for (const commands::SettingDefinition& definition : commands::setting_definitions()) {
    const commands::SettingValue& value = wanted.get(definition);
    if (value.value == before->get(definition).value) continue;
    std::string name = std::string("parameter \"") + definition.name + "\"";
    if (definition.context == commands::SettingContext::kPostmaster) {
      log_line("LOG", name + " cannot be changed without restarting the server");
      continue;
    }
    after.replace(definition, value);
    log_line("LOG", value.source == commands::SettingSource::kDefault
                        ? name + " removed from configuration file, reset to default"
                        : name + " changed to \"" + value.value + "\"");
  }
  settings.publish(std::move(after));
}

// Waits for a signal that matters; 0 after SIGHUP.
int wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

}  // namespace

int serve(const ServeOptions& options) {
  // The signals are taken by this thread alone: block them before any other thread starts.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  register_everything();
  commands::SettingsBase settings = load_settings(options);
  common::set_chunk_rows(static_cast<uint32_t>(number(settings, "basalt.chunk_rows")));
  types::set_zero_hashes(settings.get(*commands::find_setting("basalt.zero_hashes")).value == "on");
  int64_t started = common::Clock::real().monotonic_microseconds();
  auto engine = storage::StorageEngine::open(storage_options(options, settings)).take();
  engine->server_memory().set_bytes_max(static_cast<size_t>(number(settings, "basalt.server_memory")) * 1024);
  log_line("LOG", "recovery and start took " +
                      std::to_string((common::Clock::real().monotonic_microseconds() - started) / 1000) + " ms");
  {
    catalog::CatalogManager catalogs(*engine);
    if (catalogs.builtin_rows_differ()) catalogs.update_builtin_rows();
    commands::ServerState state(*engine, catalogs);
    state.settings.publish(settings);
    state.data_directory = options.directory;
    state.statements->set_bytes_max(static_cast<size_t>(number(settings, "basalt.statement_cache_size")) * 1024);
    state.start_time = state.clock.now_microseconds();
    int connections = std::stoi(settings.get(*commands::find_setting("max_connections")).value);
    Reactor reactor(connections + kReserveThreads);
    Listener listener(reactor, state, options.host, static_cast<uint16_t>(options.port));
    listener.start();
    reactor.start();
    log_line("LOG", "listening on " + options.host + ", port " + std::to_string(listener.port()));
    log_line("LOG", "database system is ready to accept connections");
    while (wait_for_signal(signals) == SIGHUP) {
      log_line("LOG", "received SIGHUP, reloading configuration files");
      reload(state.settings, options);
    }
    log_line("LOG", "received shutdown request");
    listener.stop();
    int64_t deadline = common::Clock::real().monotonic_microseconds() + 5'000'000;
    while (listener.size() > 0 && common::Clock::real().monotonic_microseconds() < deadline) {
      timespec pause{0, 5'000'000};
      nanosleep(&pause, nullptr);
    }
    reactor.stop();
    catalogs.shut_down();
  }
  engine->close().take();
  log_line("LOG", "database system is shut down");
  return 0;
}

}  // namespace basalt::server
