// Set-returning functions behind pg_stat_activity, pg_locks, pg_settings, pg_cursors, pg_prepared_statements, and the
// counters behind pg_stat_* (which are not kept: zero, or NULL for times).

#include <algorithm>

#include "catalog/acl.hpp"
#include "commands/setting_text.hpp"
#include "commands/utility/notify.hpp"
#include "commands/utility/session_functions.hpp"
#include "parser/keywords.hpp"
#include "storage/lock_manager.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"
#include "types/value_function.hpp"

namespace basalt::commands {

using common::Oid;
using common::PhysicalType;
using common::Value;
using types::FunctionCall;

namespace {

using Row = std::vector<Value>;

class ListedRows : public types::RowSetFunction {
 public:
  ListedRows(std::vector<PhysicalType> types, std::vector<Row> rows)
      : RowSetFunction(types), types_(std::move(types)), rows_(std::move(rows)) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (at_ == rows_.size()) return false;
    const Row& from = rows_[at_++];
    for (size_t c = 0; c < types_.size(); ++c) {
      if (c >= from.size() || from[c].is_null())
        out.columns[c].set_null(row);
      else
        out.columns[c].set_value(row, from[c]);
    }
    return true;
  }

 private:
  std::vector<PhysicalType> types_;
  std::vector<Row> rows_;
  size_t at_ = 0;
};

std::vector<PhysicalType> physical(std::initializer_list<uint32_t> sql_types) {
  std::vector<PhysicalType> out;
  for (uint32_t type : sql_types) out.push_back(types::physical_type_of(Oid{type}));
  return out;
}

using Set = std::unique_ptr<types::SetFunction>;
Value text(std::string_view s) { return Value::of(s); }
Value text_or_null(std::string_view s) { return s.empty() ? Value() : Value::of(s); }
Value time_or_null(int64_t t) { return t == 0 ? Value() : Value::of(t); }
Value oid(Oid o) { return Value::of(static_cast<int32_t>(o.value)); }

// What a session does is seen by itself, by members of its role and by those who watch over all.
bool may_see_activity(Session& session, Oid user) {
  constexpr Oid kReadAllStats{3375};
  catalog::CatalogReader& catalog = session.catalog();
  return catalog::has_privileges_of_role(catalog, session.current_user(), user) ||
         catalog::has_privileges_of_role(catalog, session.current_user(), kReadAllStats);
}

Set activity(FunctionCall& call, std::span<const Value> arguments) {
  Session& session = session_of(call);
  std::vector<Row> rows;
  constexpr Oid kInet{869};
  for (const ActivityEntry& entry : session.server().sessions.list()) {
    if (!arguments[0].is_null() && arguments[0].as<int32_t>() != entry.pid) continue;
    bool has_address = entry.client_port >= 0 && !entry.client_address.empty() && entry.client_address[0] != '[';
    Row row(30);
    row[0] = oid(entry.database);
    row[1] = Value::of(entry.pid);
    row[2] = oid(entry.user);
    row[3] = text(entry.application_name);
    row[18] = row[25] = row[27] = Value::of(false);
    if (!may_see_activity(session, entry.user)) {
      row[5] = text("<insufficient privilege>");
      rows.push_back(std::move(row));
      continue;
    }
    row[4] = text(entry.state);
    row[5] = text(entry.query);
    row[6] = text_or_null(entry.wait_event_type);
    row[7] = text_or_null(entry.wait_event);
    row[8] = time_or_null(entry.transaction_start);
    row[9] = time_or_null(entry.query_start);
    row[10] = time_or_null(entry.backend_start);
    row[11] = time_or_null(entry.state_change);
    if (has_address) row[12] = call.context->input(kInet, entry.client_address, -1);
    row[14] = Value::of(static_cast<int32_t>(entry.client_port));
    if (entry.transaction) row[15] = Value::of(static_cast<int32_t>(entry.transaction));
    row[17] = text("client backend");
    rows.push_back(std::move(row));
  }
  return std::make_unique<ListedRows>(physical({26, 23, 26, 25, 25, 25, 25, 25, 1184, 1184, 1184, 1184, 869, 25, 23,
                                                28, 28, 25, 16, 25, 25, 23, 25, 1700, 25,   16,   25,   16,  23, 20}),
                                      std::move(rows));
}

void place_in_row(const storage::LockTag& tag, Row& row) {
  switch (tag.space) {
    case storage::LockSpace::kRelation:
      row[0] = text("relation");
      row[2] = Value::of(static_cast<int32_t>(tag.object));
      break;
    case storage::LockSpace::kAdvisory:
      row[0] = text("advisory");
      row[7] = Value::of(static_cast<int32_t>(tag.object >> 32));
      row[8] = Value::of(static_cast<int32_t>(tag.object));
      row[9] = Value::of(static_cast<int16_t>(tag.sub));
      break;
    default:
      row[0] = text("object");
      row[7] = Value::of(static_cast<int32_t>(tag.class_id));
      row[8] = Value::of(static_cast<int32_t>(tag.object));
      row[9] = Value::of(static_cast<int16_t>(tag.sub));
  }
  row[1] = Value::of(static_cast<int32_t>(tag.database));
}

// The sessions that `pid` waits for: holders of locks that conflict with what it asks for, those that asked before it
// for such, and the session of the transaction whose end it awaits (who has written holds a lock of its table).
std::string blocking_pids(FunctionCall& call, int32_t pid) {
  const std::vector<storage::LockInfo> locks = session_of(call).storage().locks();
  std::vector<int32_t> found;
  auto add = [&](uint64_t owner) {
    const int32_t blocker = owner <= INT32_MAX ? static_cast<int32_t>(owner) : 0;  // 0: no session
    if (blocker != pid && std::find(found.begin(), found.end(), blocker) == found.end()) found.push_back(blocker);
  };
  for (size_t i = 0; i < locks.size(); ++i) {
    if (locks[i].granted || locks[i].owner != static_cast<uint64_t>(pid)) continue;
    if (locks[i].mode == storage::LockMode::kNone) {
      for (const storage::LockInfo& held : locks)
        if (held.granted && held.transaction.value == locks[i].tag.object) add(held.owner);
      continue;
    }
    for (size_t k = 0; k < locks.size(); ++k)
      if (locks[k].mode != storage::LockMode::kNone && locks[k].tag == locks[i].tag && (locks[k].granted || k < i) &&
          storage::lock_modes_conflict(locks[k].mode, locks[i].mode))
        add(locks[k].owner);
  }
  types::ArrayBuilder builder(types::oid::kInt4, PhysicalType::kInt32);
  for (int32_t blocker : found) builder.append_fixed(blocker);
  return builder.finish();
}
std::string no_pids(int32_t) { return types::empty_array(types::oid::kInt4, PhysicalType::kInt32); }

Set lock_status(FunctionCall& call, std::span<const Value>) {
  std::vector<Row> rows;
  for (const storage::LockInfo& lock : session_of(call).storage().locks()) {
    Row row(16);
    const bool awaits_transaction = lock.mode == storage::LockMode::kNone;
    if (awaits_transaction) {
      row[0] = text("transactionid");
      row[6] = Value::of(static_cast<int32_t>(lock.tag.object));
    } else {
      place_in_row(lock.tag, row);
    }
    // Prepared transactions and those that are being rolled back have no session.
    const bool has_session = lock.owner <= INT32_MAX;
    row[10] = text(has_session ? std::to_string(lock.owner) + "/1" : "-1/" + std::to_string(lock.transaction.value));
    row[11] = has_session ? Value::of(static_cast<int32_t>(lock.owner)) : Value::null(common::PhysicalType::kInt32);
    row[12] = text(storage::lock_mode_name(awaits_transaction ? storage::LockMode::kShare : lock.mode));
    row[13] = Value::of(lock.granted);
    row[14] = Value::of(false);
    rows.push_back(std::move(row));
  }
  return std::make_unique<ListedRows>(physical({25, 26, 26, 23, 21, 25, 28, 26, 26, 21, 25, 23, 25, 16, 16, 1184}),
                                      std::move(rows));
}

const char* context_name(SettingContext context) {
  static const char* const kNames[] = {"internal", "postmaster", "sighup", "superuser-backend",
                                       "backend",  "superuser",  "user"};
  return kNames[static_cast<int>(context)];
}
const char* source_name(SettingSource source) {
  static const char* const kNames[] = {"default", "configuration file", "command line", "database",
                                       "user",    "database user",      "client",       "session"};
  return kNames[static_cast<int>(source)];
}

// "128MB" in the setting's unit, as pg_settings shows it: 16384.
std::string plain_value(const SettingDefinition& definition, const std::string& shown) {
  if (definition.type != SettingType::kInt || !*definition.unit) return shown;
  return std::to_string(static_cast<int64_t>(setting_number(definition, shown)));
}

std::string number_text(double value, SettingType type) {
  char buffer[64];
  snprintf(buffer, sizeof buffer, type == SettingType::kInt ? "%.0f" : "%g", value);
  return buffer;
}

Value enum_array(FunctionCall& call, std::string_view values) {
  std::string literal = "{";
  values = values.substr(0, values.find(';'));
  while (!values.empty()) {
    size_t end = values.find(',');
    literal += (literal.size() > 1 ? ",\"" : "\"") + std::string(values.substr(0, end)) + "\"";
    values.remove_prefix(end == std::string_view::npos ? values.size() : end + 1);
  }
  return call.context->input(Oid{1009}, literal + "}", -1);
}

Set all_settings(FunctionCall& call, std::span<const Value>) {
  Session& session = session_of(call);
  static const char* const kTypes[] = {"bool", "integer", "real", "string", "enum"};
  std::vector<Row> rows;
  for (const SettingDefinition& definition : setting_definitions()) {
    if (!is_listed(definition) || !may_examine_setting(session, definition.name)) continue;
    Row row(17);
    std::string shown = shown_setting(session, definition.name);
    row[0] = text(definition.name);
    row[1] = text(plain_value(definition, shown));
    row[2] = text_or_null(definition.unit);
    row[3] = text(definition.category);
    row[4] = text(definition.description);
    row[6] = text(context_name(definition.context));
    row[7] = text(kTypes[static_cast<int>(definition.type)]);
    row[8] = text(source_name(session.settings().source(definition.name)));
    if (definition.type == SettingType::kInt || definition.type == SettingType::kReal) {
      row[9] = text(number_text(definition.min, definition.type));
      row[10] = text(number_text(definition.max, definition.type));
    }
    if (definition.type == SettingType::kEnum && definition.enum_values)
      row[11] = enum_array(call, definition.enum_values);
    std::string boot = normalize_setting(definition, definition.boot_value);
    row[12] = text(plain_value(definition, boot));
    row[13] = text(plain_value(definition, session.settings().reset_value(definition)));
    row[16] = Value::of(false);
    rows.push_back(std::move(row));
  }
  return std::make_unique<ListedRows>(physical({25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 1009, 25, 25, 25, 23, 16}),
                                      std::move(rows));
}

Set cursors(FunctionCall& call, std::span<const Value>) {
  std::vector<Row> rows;
  for (const auto& [name, portal] : session_of(call).portals()) {
    if (name.empty()) continue;
    rows.push_back({text(name), text(portal->query_text), Value::of(portal->holdable), Value::of(portal->binary),
                    Value::of(portal->scrollable), Value::of(portal->creation_time)});
  }
  return std::make_unique<ListedRows>(physical({25, 25, 16, 16, 16, 1184}), std::move(rows));
}

Set prepared_statements(FunctionCall& call, std::span<const Value>) {
  std::vector<Row> rows;
  for (const auto& [name, prepared] : session_of(call).prepared_statements()) {
    if (name.empty()) continue;
    std::string list = "{";
    for (Oid type : prepared->parameter_types) {
      if (list.size() > 1) list += ",";
      list += "\"" + call.context->object_name(types::oid::kRegtype, type) + "\"";
    }
    rows.push_back({text(name), text(prepared->source), Value::of(prepared->prepare_time),
                    call.context->input(Oid{2211}, list + "}", -1), Value::of(prepared->from_sql),
                    Value::of(static_cast<int64_t>(prepared->generic_plans)),
                    Value::of(static_cast<int64_t>(prepared->custom_plans))});
  }
  return std::make_unique<ListedRows>(physical({25, 25, 1184, 2211, 16, 20, 20}), std::move(rows));
}

Set channels(FunctionCall& call, std::span<const Value>) {
  std::vector<Row> rows;
  for (const std::string& channel : listening_channels(session_of(call))) rows.push_back({text(channel)});
  return std::make_unique<ListedRows>(physical({25}), std::move(rows));
}

Set get_keywords(FunctionCall&, std::span<const Value>) {
  static const char kCodes[] = {'U', 'C', 'T', 'R'};
  static const char* const kTexts[] = {"unreserved", "unreserved (cannot be function or type name)",
                                       "reserved (can be function or type name)", "reserved"};
  std::vector<Row> rows;
  for (size_t i = 0; i < parser::keyword_count(); ++i) {
    const parser::Keyword& keyword = parser::keywords()[i];
    auto index = static_cast<size_t>(keyword.keyword_class);
    rows.push_back({text(keyword.word), Value::of(static_cast<int16_t>(kCodes[index])), Value::of(keyword.bare_label),
                    text(kTexts[index]), text(keyword.bare_label ? "can be bare label" : "requires AS")});
  }
  return std::make_unique<ListedRows>(physical({25, 18, 16, 25, 25}), std::move(rows));
}

constexpr const char* kPlpgsqlComment = "PL/pgSQL procedural language";

Set available_extensions(FunctionCall&, std::span<const Value>) {
  std::vector<Row> rows{{text("plpgsql"), text("1.0"), text(kPlpgsqlComment)}};
  return std::make_unique<ListedRows>(physical({19, 25, 25}), std::move(rows));
}

Set available_extension_versions(FunctionCall&, std::span<const Value>) {
  std::vector<Row> rows{{text("plpgsql"), text("1.0"), Value::of(true), Value::of(true), Value::of(false),
                         text("pg_catalog"), Value::null(common::PhysicalType::kString), text(kPlpgsqlComment)}};
  return std::make_unique<ListedRows>(physical({19, 25, 16, 16, 16, 19, 1003, 25}), std::move(rows));
}

// Things of which there are none.
template <uint32_t... Types>
Set no_rows(FunctionCall&, std::span<const Value>) {
  return std::make_unique<ListedRows>(physical({Types...}), std::vector<Row>());
}

// Counters that are not kept.
void zero(FunctionCall&, std::span<const common::Vector> arguments, uint32_t rows, common::Vector& result) {
  for (uint32_t row = 0; row < rows; ++row) {
    if (!arguments.empty() && arguments[0].is_null(row)) {
      result.set_null(row);
      continue;
    }
    common::dispatch_physical(result.type(), [&]<typename T>() { result.data<T>()[row] = T{}; });
  }
}
void always_null(FunctionCall&, std::span<const common::Vector>, uint32_t rows, common::Vector& result) {
  for (uint32_t row = 0; row < rows; ++row) result.set_null(row);
}

constexpr std::string_view kZeroCounters =
    "analyze_count autoanalyze_count autovacuum_count bgwriter_buf_written_checkpoints bgwriter_buf_written_clean "
    "bgwriter_maxwritten_clean bgwriter_requested_checkpoints bgwriter_timed_checkpoints blocks_fetched blocks_hit "
    "buf_alloc "
    "buf_fsync_backend buf_written_backend checkpoint_sync_time checkpoint_write_time db_active_time db_blk_read_time "
    "db_blk_write_time db_blocks_fetched db_blocks_hit db_conflict_all db_conflict_bufferpin db_conflict_lock "
    "db_conflict_snapshot db_conflict_startup_deadlock db_conflict_tablespace db_deadlocks db_idle_in_transaction_time "
    "db_session_time db_sessions db_sessions_abandoned db_sessions_fatal db_sessions_killed db_temp_bytes "
    "db_temp_files "
    "db_tuples_deleted db_tuples_fetched db_tuples_inserted db_tuples_returned db_tuples_updated db_xact_commit "
    "db_xact_rollback dead_tuples ins_since_vacuum live_tuples mod_since_analyze numscans tuples_deleted "
    "tuples_fetched "
    "tuples_hot_updated tuples_inserted tuples_returned tuples_updated vacuum_count xact_numscans xact_tuples_deleted "
    "xact_tuples_fetched xact_tuples_hot_updated xact_tuples_inserted xact_tuples_returned xact_tuples_updated";
constexpr std::string_view kNullCounters =
    "bgwriter_stat_reset_time db_checksum_failures db_checksum_last_failure db_stat_reset_time function_calls "
    "function_self_time function_total_time last_analyze_time last_autoanalyze_time last_autovacuum_time "
    "last_vacuum_time "
    "xact_function_calls xact_function_self_time xact_function_total_time";

void add_counters(types::FunctionRegistry& registry, std::string_view names, types::ScalarKernel kernel) {
  while (!names.empty()) {
    size_t end = names.find(' ');
    registry.add_scalar("pg_stat_get_" + std::string(names.substr(0, end)), kernel);
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
  }
}

int32_t database_sessions(FunctionCall& call, uint32_t database) {
  int32_t count = 0;
  for (const ActivityEntry& entry : session_of(call).server().sessions.list())
    count += entry.database.value == database;
  return count;
}

}  // namespace

void register_activity_functions(types::FunctionRegistry& registry) {
  registry.add_set("pg_stat_get_activity", activity);
  registry.add_set("pg_lock_status", lock_status);
  registry.add_scalar("pg_blocking_pids", types::scalar<blocking_pids>());
  registry.add_scalar("pg_safe_snapshot_blocking_pids", types::scalar<no_pids>());
  registry.add_set("show_all_settings", all_settings);
  registry.add_set("pg_cursor", cursors);
  registry.add_set("pg_prepared_statement", prepared_statements);
  registry.add_set("pg_listening_channels", channels);
  registry.add_set("pg_get_keywords", get_keywords);
  registry.add_set("pg_available_extensions", available_extensions);
  registry.add_set("pg_available_extension_versions", available_extension_versions);
  registry.add_set("pg_prepared_xact", no_rows<28, 25, 1184, 26, 26>);
  registry.add_set("pg_get_publication_tables", no_rows<26, 22, 194>);
  registry.add_set("pg_get_replication_slots", no_rows<19, 19, 25, 26, 16, 16, 23, 28, 28, 3220, 3220, 25, 20, 16>);
  registry.add_set("pg_stat_get_wal_senders", no_rows<23, 25, 3220, 3220, 3220, 3220, 1186, 1186, 1186, 23, 25, 1184>);
  registry.add_set("pg_stat_get_progress_info",
                   no_rows<23, 26, 26, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20>);
  registry.add_set("show_all_file_settings", no_rows<25, 23, 23, 25, 25, 16, 25>);
  registry.add_set("pg_hba_file_rules", no_rows<23, 25, 1009, 1009, 25, 25, 25, 1009, 25>);
  registry.add_set("pg_ident_file_mappings", no_rows<23, 25, 25, 25, 25>);
  registry.add_set("pg_get_backend_memory_contexts", no_rows<25, 25, 25, 23, 20, 20, 20, 20, 20>);
  registry.add_set("pg_config", no_rows<25, 25>);
  registry.add_scalar("pg_stat_get_db_numbackends", types::scalar<database_sessions>());
  add_counters(registry, kZeroCounters, zero);
  add_counters(registry, kNullCounters, always_null);
}

}  // namespace basalt::commands
