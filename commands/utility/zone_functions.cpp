// pg_timezone_names and pg_timezone_abbrevs: what the zones mean at the transaction's time. Records of counters that
// are not kept.
#include "commands/utility/session_functions.hpp"
#include "types/container/record.hpp"
#include "types/function_adaptor.hpp"
#include "types/time_zone.hpp"
#include "types/value_function.hpp"

namespace basalt::commands {

using common::Oid;
using common::PhysicalType;
using common::Value;
using types::FunctionCall;

namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int64_t kUnixEpochTo2000 = 946'684'800;  // seconds

Value offset_value(int32_t seconds) {
  common::Interval interval{int64_t{seconds} * kMicrosecondsPerSecond, 0, 0};
  common::Fixed16 bytes;
  std::memcpy(&bytes, &interval, sizeof bytes);
  return Value::of(bytes);
}

// Unix seconds of the transaction's start.
int64_t transaction_time(FunctionCall& call) {
  return session_of(call).transaction_start() / kMicrosecondsPerSecond + kUnixEpochTo2000;
}

class ZoneNames : public types::RowSetFunction {
 public:
  ZoneNames(int64_t now, common::Interrupt& interrupt)
      : RowSetFunction({PhysicalType::kString, PhysicalType::kString, PhysicalType::kFixed16, PhysicalType::kBool}),
        now_(now),
        interrupt_(interrupt),
        names_(types::time_zone_names([&interrupt] { interrupt.check(); })) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    while (at_ < names_.size()) {
      interrupt_.check();  // a zone is a file to read
      const std::string& name = names_[at_++];
      types::TimeZonePointer zone = types::TimeZone::load(name);
      if (!zone) continue;
      types::TimeZone::Offset offset = zone->at(now_);
      out.columns[0].set_value(row, Value::of(std::string_view(name)));
      out.columns[1].set_value(row, Value::of(offset.abbreviation));
      out.columns[2].set_value(row, offset_value(offset.seconds));
      out.columns[3].set_value(row, Value::of(offset.daylight));
      return true;
    }
    return false;
  }

 private:
  int64_t now_;
  common::Interrupt& interrupt_;
  std::vector<std::string> names_;
  size_t at_ = 0;
};

class ZoneAbbreviations : public types::RowSetFunction {
 public:
  explicit ZoneAbbreviations(int64_t now)
      : RowSetFunction({PhysicalType::kString, PhysicalType::kFixed16, PhysicalType::kBool}), now_(now) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    const auto& entries = types::time_zone_abbreviations();
    if (at_ >= entries.size()) return false;
    const types::AbbreviationEntry& entry = entries[at_++];
    types::TimeZone::Offset offset{entry.seconds_east, entry.daylight, entry.abbreviation};
    if (*entry.zone)
      if (types::TimeZonePointer zone = types::TimeZone::load(entry.zone))
        zone->find_abbreviation(entry.abbreviation, now_, offset);
    out.columns[0].set_value(row, Value::of(std::string_view(entry.abbreviation)));
    out.columns[1].set_value(row, offset_value(offset.seconds));
    out.columns[2].set_value(row, Value::of(offset.daylight));
    return true;
  }

 private:
  int64_t now_;
  size_t at_ = 0;
};

std::unique_ptr<types::SetFunction> zone_names(FunctionCall& call, std::span<const Value>) {
  return std::make_unique<ZoneNames>(transaction_time(call), call.context->interrupt());
}
std::unique_ptr<types::SetFunction> zone_abbreviations(FunctionCall& call, std::span<const Value>) {
  return std::make_unique<ZoneAbbreviations>(transaction_time(call));
}

// A record of the function's OUT parameters: zero where the type is a number, NULL else.
template <uint32_t... Types>
void empty_counters(FunctionCall&, std::span<const common::Vector>, uint32_t rows, common::Vector& result) {
  types::RecordBuilder builder(types::oid::kRecord);
  for (uint32_t sql_type : {Types...}) {
    constexpr uint32_t kInt8 = 20, kFloat8 = 701;
    PhysicalType physical = types::physical_type_of(Oid{sql_type});
    Value value = Value::null(physical);
    if (sql_type == kInt8) value = Value::of(int64_t{0});
    if (sql_type == kFloat8) value = Value::of(0.0);
    builder.append(Oid{sql_type}, physical, value);
  }
  Value record = Value::of(builder.finish());
  for (uint32_t row = 0; row < rows; ++row) result.set_value(row, record);
}

// There is no WAL receiver.
void no_record(FunctionCall&, std::span<const common::Vector>, uint32_t rows, common::Vector& result) {
  for (uint32_t row = 0; row < rows; ++row) result.set_null(row);
}

}  // namespace

void register_zone_functions(types::FunctionRegistry& registry) {
  registry.add_set("pg_timezone_names", zone_names);
  registry.add_set("pg_timezone_abbrevs", zone_abbreviations);
  registry.add_scalar("pg_stat_get_archiver", empty_counters<20, 25, 1184, 20, 25, 1184, 1184>);
  registry.add_scalar("pg_stat_get_wal", empty_counters<20, 20, 1700, 20, 20, 20, 701, 701, 1184>);
  registry.add_scalar("pg_stat_get_wal_receiver", no_record);
}

}  // namespace basalt::commands
