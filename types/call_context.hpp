// CallContext: what a function may ask of the statement that calls it (QRY-7). types/ defines the interface; the layers
// above implement it. Nothing here is thread_local: the context is passed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/interrupt.hpp"
#include "common/memory.hpp"
#include "common/sql_error.hpp"
#include "common/value.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

enum class DateStyle : uint8_t { kIso, kSql, kPostgres, kGerman };
enum class DateOrder : uint8_t { kMdy, kDmy, kYmd };
enum class IntervalStyle : uint8_t { kPostgres, kPostgresVerbose, kSqlStandard, kIso8601 };
enum class ByteaOutput : uint8_t { kHex, kEscape };

class TimeZone;  // types/time_zone.hpp

// Settings that types read in hot loops, parsed once when they are set.
struct TypeSettings {
  DateStyle date_style = DateStyle::kIso;
  DateOrder date_order = DateOrder::kMdy;
  IntervalStyle interval_style = IntervalStyle::kPostgres;
  ByteaOutput bytea_output = ByteaOutput::kHex;
  int extra_float_digits = 1;
  bool standard_conforming_strings = true;
  bool array_nulls = true;
  std::shared_ptr<const TimeZone> time_zone;  // never null while a statement runs
  std::string lc_monetary = "C.UTF-8";
};

class CallContext {
 public:
  virtual ~CallContext() = default;

  virtual const TypeSettings& settings() const = 0;
  // Any setting by name, as SHOW prints it; false when there is none.
  virtual bool setting(std::string_view name, std::string& value) = 0;
  virtual common::Interrupt& interrupt() = 0;
  virtual common::MemoryBudget& memory() = 0;
  virtual void notice(common::ErrorReport report) = 0;

  // Microseconds since 2000-01-01 UTC.
  virtual int64_t transaction_time() = 0;
  virtual int64_t statement_time() = 0;
  virtual int64_t clock_time() = 0;
  virtual uint64_t random() = 0;  // the session's generator (setseed)
  virtual void seed_random(double seed) = 0;

  // Types by OID; throws XX000 "cache lookup failed for type N".
  virtual TypePointer type(common::Oid type) = 0;
  // Name <-> OID for the reg* types: kind is the OID of the reg type (oid::kRegclass, ...). parse throws PostgreSQL's
  // error when the name is not found; name answers "-" for 0 and the digits for an unknown OID.
  virtual common::Oid parse_object_name(common::Oid kind, std::string_view text) = 0;
  virtual std::string object_name(common::Oid kind, common::Oid object) = 0;
  // format_type(type, typmod)
  virtual std::string format_type(common::Oid type, int32_t typmod) = 0;

  // Text and binary conversion of any type, also user-defined ones; used by arrays, records, ranges, json. `typmod` -1:
  // none.
  virtual common::Value input(common::Oid type, std::string_view text, int32_t typmod) = 0;
  virtual std::string output(common::Oid type, const common::Value& value) = 0;
  virtual common::Value receive(common::Oid type, std::string_view bytes, int32_t typmod) = 0;
  virtual std::string send(common::Oid type, const common::Value& value) = 0;
  // Checks the constraints of a domain; throws 23514/23502.
  virtual void check_domain(common::Oid domain, const common::Value& value) = 0;
  // Casts as an assignment would (plpgsql, record fields, json_populate_record).
  virtual common::Value cast(common::Oid from, const common::Value& value, common::Oid to, int32_t typmod) = 0;

  // Services of upper layers, found by name; each folder documents its own (session, catalog, sequences, locks). Null
  // when absent. The pointer is of the interface type that the folder documents.
  virtual void* service(std::string_view name) = 0;
};

}  // namespace basalt::types
