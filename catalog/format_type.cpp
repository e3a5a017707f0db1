#include "catalog/names.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::catalog {

namespace {

namespace oid = types::oid;

std::string parenthesised(int32_t n) { return "(" + std::to_string(n) + ")"; }

std::string interval_typmod(int32_t typmod) {
  struct Fields {
    int32_t mask;
    const char* text;
  };
  constexpr int32_t kYear = 1 << 2, kMonth = 1 << 1, kDay = 1 << 3, kHour = 1 << 10, kMinute = 1 << 11,
                    kSecond = 1 << 12;
  static const Fields kFields[] = {{kYear, " year"},
                                   {kMonth, " month"},
                                   {kDay, " day"},
                                   {kHour, " hour"},
                                   {kMinute, " minute"},
                                   {kSecond, " second"},
                                   {kYear | kMonth, " year to month"},
                                   {kDay | kHour, " day to hour"},
                                   {kDay | kHour | kMinute, " day to minute"},
                                   {kDay | kHour | kMinute | kSecond, " day to second"},
                                   {kHour | kMinute, " hour to minute"},
                                   {kHour | kMinute | kSecond, " hour to second"},
                                   {kMinute | kSecond, " minute to second"},
                                   {0x7fff, ""}};
  const int32_t mask = (typmod >> 16) & 0x7fff, precision = typmod & 0xffff;
  for (const Fields& fields : kFields) {
    if (fields.mask == mask) return fields.text + (precision == 0xffff ? std::string() : parenthesised(precision));
  }
  char hex[32];
  std::snprintf(hex, sizeof hex, "0x%x", static_cast<unsigned>(typmod));
  throw common::SqlError(common::sqlstate::kInternalError, std::string("invalid INTERVAL typmod: ") + hex);
}

// What stands after the name (of the time types: within it).
std::string typmod_text(Oid type, int32_t typmod) {
  if (typmod < 0) return "";
  switch (type.value) {
    case oid::kBpchar.value:
    case oid::kVarchar.value:
      return typmod > 4 ? parenthesised(typmod - 4) : "";
    case oid::kNumeric.value: {
      if (typmod < 4) return "";
      const int32_t packed = typmod - 4;
      const int32_t scale = ((packed & 0x7ff) ^ 1024) - 1024;
      return "(" + std::to_string((packed >> 16) & 0xffff) + "," + std::to_string(scale) + ")";
    }
    case oid::kInterval.value:
      return interval_typmod(typmod);
    default:
      return parenthesised(typmod);
  }
}

// Types that SQL names by key words; empty: all others.
std::string keyword_name(Oid type, int32_t typmod, bool typmod_given) {
  const std::string modifier = typmod_given ? typmod_text(type, typmod) : "";
  switch (type.value) {
    case oid::kBit.value:
      return typmod_given && typmod < 0 ? "" : "bit" + modifier;
    case oid::kBool.value:
      return "boolean";
    case oid::kBpchar.value:
      return typmod_given && typmod < 0 ? "" : "character" + modifier;
    case oid::kFloat4.value:
      return "real";
    case oid::kFloat8.value:
      return "double precision";
    case oid::kInt2.value:
      return "smallint";
    case oid::kInt4.value:
      return "integer";
    case oid::kInt8.value:
      return "bigint";
    case oid::kNumeric.value:
      return "numeric" + modifier;
    case oid::kInterval.value:
      return "interval" + modifier;
    case oid::kTime.value:
      return "time" + modifier + " without time zone";
    case oid::kTimetz.value:
      return "time" + modifier + " with time zone";
    case oid::kTimestamp.value:
      return "timestamp" + modifier + " without time zone";
    case oid::kTimestamptz.value:
      return "timestamp" + modifier + " with time zone";
    case oid::kVarbit.value:
      return "bit varying" + modifier;
    case oid::kVarchar.value:
      return "character varying" + modifier;
    default:
      return "";
  }
}

}  // namespace

std::string format_type(const NameScope& scope, Oid type, int32_t typmod, TypmodStyle style, bool always_qualify) {
  if (!type.valid()) return "-";
  TypePointer t = scope.catalog.type(type);
  if (!t) return "???";
  const bool is_array = t->is_true_array() && t->storage != 'p';
  if (is_array) {
    t = scope.catalog.type(t->element);
    if (!t) return "???[]";
  }
  const bool given = style == TypmodStyle::kGiven;
  // pg_catalog."char" and the like are never printed by key words when a bare keyword would mean another type.
  std::string out = keyword_name(t->oid, typmod, given);
  if (out.empty()) {
    out = !always_qualify && type_is_visible(scope, t->oid)
              ? quote_identifier(t->name)
              : quote_qualified(namespace_name(scope.catalog, t->namespace_oid), t->name);
    if (given && typmod >= 0) out += typmod_text(t->oid, typmod);
  }
  return is_array ? out + "[]" : out;
}

}  // namespace basalt::catalog
