#include "commands/utility/session_functions.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "catalog/acl.hpp"
#include "commands/families.hpp"
#include "commands/setting_text.hpp"
#include "commands/utility/notify.hpp"
#include "common/blocking.hpp"
#include "common/sqlstate.hpp"
#include "common/version.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
using types::FunctionCall;
using types::scalar;
namespace sqlstate = common::sqlstate;

Session& session_of(FunctionCall& call) {
  auto* session = static_cast<Session*>(call.context->service("session"));
  if (!session) throw SqlError(sqlstate::kInternalError, "this function needs a session");
  return *session;
}

namespace {

std::string version() {
  return "PostgreSQL " + std::string(common::kPostgresqlVersion) + " (Basalt " + std::string(common::kBasaltVersion) +
         ") on x86_64-pc-linux-gnu, compiled by g++, 64-bit";
}

// --- settings --------------------------------------------------------------------------------------------------------

std::string current_setting(FunctionCall& call, std::string_view name) { return shown_setting(session_of(call), name); }

std::optional<std::string> current_setting_missing(FunctionCall& call, std::string_view name, bool missing_ok) {
  std::string value;
  if (missing_ok && !call.context->setting(name, value)) return std::nullopt;
  return shown_setting(session_of(call), name);
}

std::optional<std::string> set_config(FunctionCall& call, std::optional<std::string_view> name,
                                      std::optional<std::string_view> value, std::optional<bool> local) {
  if (!name) throw SqlError(sqlstate::kNullValueNotAllowed, "SET requires parameter name");
  Session& session = session_of(call);
  if (!value) {
    session.settings().reset(*name, session.is_superuser());
  } else {
    become_role(session, *name, std::string(*value));
    session.settings().set(*name, *value, local.value_or(false) ? Settings::Scope::kLocal : Settings::Scope::kSession,
                           SettingSource::kSession, session.is_superuser());
  }
  return session.settings().show(*name);
}

// --- the server and the connection -----------------------------------------------------------------------------------

int32_t backend_pid(FunctionCall& call) { return session_of(call).pid(); }
bool is_in_recovery() { return false; }
int64_t server_start(FunctionCall& call) { return session_of(call).server().start_time; }
bool jit_available() { return false; }
std::string encoding_name_utf8() { return "UTF8"; }
std::string client_encoding(FunctionCall& call) { return session_of(call).settings().show("client_encoding"); }
int32_t trigger_depth() { return 0; }
double notification_queue_usage() { return 0; }
std::string nothing() { return ""; }

constexpr Oid kInet{869};

std::optional<std::string> address(FunctionCall& call, const std::string& text) {
  if (text.empty() || text.starts_with('/') || text == "[local]") return std::nullopt;
  return std::string(call.context->input(kInet, text, -1).string());
}
std::optional<std::string> client_address(FunctionCall& call) {
  return address(call, session_of(call).options().client_address);
}
std::optional<int32_t> client_port(FunctionCall& call) {
  int port = session_of(call).options().client_port;
  return port < 0 ? std::nullopt : std::optional<int32_t>(port);
}
std::optional<std::string> server_address(FunctionCall& call) {
  if (session_of(call).options().client_port < 0) return std::nullopt;
  return address(call, "127.0.0.1");
}
std::optional<int32_t> server_port(FunctionCall& call) {
  if (session_of(call).options().client_port < 0) return std::nullopt;
  return static_cast<int32_t>(session_of(call).settings().get_int("port"));
}

// --- transactions and the log ----------------------------------------------------------------------------------------

int64_t current_transaction(FunctionCall& call) {
  return static_cast<int64_t>(session_of(call).transaction().assign_id().value);
}
std::optional<int64_t> current_transaction_if_assigned(FunctionCall& call) {
  storage::TxnId id = session_of(call).transaction().id();
  return id.valid() ? std::optional<int64_t>(static_cast<int64_t>(id.value)) : std::nullopt;
}
std::optional<std::string> transaction_status(FunctionCall& call, int64_t id) {
  Session& session = session_of(call);
  storage::TxnId transaction{static_cast<uint64_t>(id)};
  if (session.storage().is_in_progress(transaction)) return "in progress";
  return session.storage().is_committed(transaction) ? "committed" : "aborted";
}
std::string export_snapshot() { throw common::not_supported("pg_export_snapshot"); }
int64_t insert_lsn(FunctionCall& call) { return static_cast<int64_t>(session_of(call).storage().insert_lsn().value); }
int64_t flushed_lsn(FunctionCall& call) { return static_cast<int64_t>(session_of(call).storage().flushed_lsn().value); }
std::optional<int64_t> no_lsn() { return std::nullopt; }

// --- waiting and signals ---------------------------------------------------------------------------------------------

std::string sleep(FunctionCall& call, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr double kSecondsMax = 1e9;
  if (std::isnan(seconds) || seconds <= 0) return "";
  auto until = Clock::now() + std::chrono::microseconds(static_cast<int64_t>(std::min(seconds, kSecondsMax) * 1e6));
  common::Interrupt& interrupt = call.context->interrupt();
  std::mutex mutex;
  std::condition_variable wake;
  common::Interrupt::WakeHook hook(interrupt, [&] {
    std::lock_guard lock(mutex);
    wake.notify_all();
  });
  common::about_to_block();
  std::unique_lock lock(mutex);
  while (Clock::now() < until) {
    interrupt.check();
    // The longest wait bounds how late an interrupt between the check and the wait is seen.
    auto slice = std::min<Clock::duration>(until - Clock::now(), std::chrono::milliseconds(50));
    wake.wait_for(lock, slice);
  }
  interrupt.check();
  return "";
}

// Superusers' sessions may be signalled by superusers only; others' by members of their role or of pg_signal_backend.
bool signal_session(FunctionCall& call, int32_t pid, common::Interrupt::Reason reason, const char* verb) {
  constexpr Oid kSignalBackend{4200};
  Session& session = session_of(call);
  for (const ActivityEntry& entry : session.server().sessions.list()) {
    if (entry.pid != pid) continue;
    catalog::CatalogReader& catalog = session.catalog();
    const char* noun = verb[0] == 't' ? "process" : "query";
    if (catalog::is_superuser(catalog, entry.user) && !session.is_superuser())
      throw SqlError(sqlstate::kInsufficientPrivilege,
                     std::string("must be a superuser to ") + verb + " superuser " + noun);
    if (!session.is_superuser() && !catalog::has_privileges_of_role(catalog, session.current_user(), entry.user) &&
        !catalog::has_privileges_of_role(catalog, session.current_user(), kSignalBackend))
      throw SqlError(sqlstate::kInsufficientPrivilege, std::string("must be a member of the role whose ") + noun +
                                                           " is being " + (verb[0] == 't' ? "terminated" : "canceled") +
                                                           " or member of pg_signal_backend");
    return session.server().sessions.signal(pid, 0, reason);
  }
  session.notice(common::Severity::kWarning, sqlstate::kWarning,
                 "PID " + std::to_string(pid) + " is not a PostgreSQL backend process");
  return false;
}

bool cancel_backend(FunctionCall& call, int32_t pid) {
  return signal_session(call, pid, common::Interrupt::Reason::kCancel, "cancel");
}
bool terminate_backend(FunctionCall& call, int32_t pid, int64_t timeout) {
  if (timeout < 0) throw SqlError(sqlstate::kNumericValueOutOfRange, "\"timeout\" must not be negative");
  if (!signal_session(call, pid, common::Interrupt::Reason::kTerminate, "terminate")) return false;
  if (timeout == 0) return true;
  const SessionRegistry& sessions = session_of(call).server().sessions;
  const int64_t deadline = common::Clock::real().monotonic_microseconds() + timeout * 1000;
  while (sessions.contains(pid)) {
    call.context->interrupt().check();
    if (common::Clock::real().monotonic_microseconds() >= deadline) {
      session_of(call).notice(common::Severity::kWarning, sqlstate::kWarning,
                              "backend with PID " + std::to_string(pid) + " did not terminate within " +
                                  std::to_string(timeout) + " milliseconds");
      return false;
    }
    common::about_to_block();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// The configuration is read again where the signal is handled.
bool reload_configuration(FunctionCall&) { return ::kill(::getpid(), SIGHUP) == 0; }

std::string notify(FunctionCall& call, std::optional<std::string_view> channel,
                   std::optional<std::string_view> payload) {
  queue_notification(session_of(call), std::string(channel.value_or("")), std::string(payload.value_or("")));
  return "";
}

// Row security is active where the table has it, for everybody but its owner and superusers.
bool row_security_active_for(Session& session, Oid oid) {
  auto relation = session.catalog().relation(oid);
  if (!relation || !relation->row_security || session.is_superuser()) return false;
  return relation->force_row_security || relation->owner != session.current_user();
}
bool row_security_active(FunctionCall& call, uint32_t oid) {
  return row_security_active_for(session_of(call), Oid{oid});
}
bool row_security_active_name(FunctionCall& call, std::string_view name) {
  return row_security_active_for(session_of(call), call.context->parse_object_name(types::oid::kRegclass, name));
}

}  // namespace

void register_session_functions(types::FunctionRegistry& registry) {
  registry.add_scalar("pgsql_version", scalar<version>());
  registry.add_scalar("show_config_by_name", scalar<current_setting>());
  registry.add_scalar("show_config_by_name_missing_ok", scalar<current_setting_missing>());
  registry.add_scalar("set_config_by_name", scalar<set_config>());
  registry.add_scalar("pg_backend_pid", scalar<backend_pid>());
  registry.add_scalar("pg_is_in_recovery", scalar<is_in_recovery>());
  registry.add_scalar("pg_postmaster_start_time", scalar<server_start>());
  registry.add_scalar("pg_conf_load_time", scalar<server_start>());
  registry.add_scalar("pg_jit_available", scalar<jit_available>());
  registry.add_scalar("getdatabaseencoding", scalar<encoding_name_utf8>());
  registry.add_scalar("pg_client_encoding", scalar<client_encoding>());
  registry.add_scalar("pg_trigger_depth", scalar<trigger_depth>());
  registry.add_scalar("pg_notification_queue_usage", scalar<notification_queue_usage>());
  registry.add_scalar("inet_client_addr", scalar<client_address>());
  registry.add_scalar("inet_client_port", scalar<client_port>());
  registry.add_scalar("inet_server_addr", scalar<server_address>());
  registry.add_scalar("inet_server_port", scalar<server_port>());
  registry.add_scalar("pg_current_xact_id", scalar<current_transaction>());
  registry.add_scalar("pg_current_xact_id_if_assigned", scalar<current_transaction_if_assigned>());
  registry.add_scalar("pg_xact_status", scalar<transaction_status>());
  registry.add_scalar("pg_export_snapshot", scalar<export_snapshot>());
  registry.add_scalar("pg_current_wal_lsn", scalar<insert_lsn>());
  registry.add_scalar("pg_current_wal_insert_lsn", scalar<insert_lsn>());
  registry.add_scalar("pg_current_wal_flush_lsn", scalar<flushed_lsn>());
  registry.add_scalar("pg_last_wal_receive_lsn", scalar<no_lsn>());
  registry.add_scalar("pg_last_wal_replay_lsn", scalar<no_lsn>());
  registry.add_scalar("pg_sleep", scalar<sleep>());
  registry.add_scalar("pg_cancel_backend", scalar<cancel_backend>());
  registry.add_scalar("pg_reload_conf", scalar<reload_configuration>());
  registry.add_scalar("pg_terminate_backend", scalar<terminate_backend>());
  registry.add_scalar("pg_notify", scalar<notify>());
  registry.add_scalar("pg_stat_clear_snapshot", scalar<nothing>());
  registry.add_scalar("pg_stat_reset", scalar<nothing>());
  registry.add_scalar("row_security_active", scalar<row_security_active>());
  registry.add_scalar("row_security_active_name", scalar<row_security_active_name>());
}

void register_utility_functions() {
  types::FunctionRegistry& registry = types::FunctionRegistry::instance();
  register_session_functions(registry);
  register_advisory_functions(registry);
  register_activity_functions(registry);
  register_zone_functions(registry);
}

}  // namespace basalt::commands
