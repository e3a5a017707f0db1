#include "types/type_operations.hpp"

#include <cmath>

#include "common/sqlstate.hpp"
#include "types/key_codec.hpp"
#include "types/type_operations_detail.hpp"

namespace basalt::types {

using common::Fixed16;
using common::int128;
using common::Interval;
using common::TimeTz;
using common::Value;

std::atomic<bool> zero_hashes{false};

void set_zero_hashes(bool on) { zero_hashes = on; }

void append_key_string(std::string& out, std::string_view s) {
  for (;;) {
    size_t zero = s.find('\0');
    out.append(s.substr(0, zero));
    if (zero == std::string_view::npos) break;
    out.append("\0\xff", 2);
    s.remove_prefix(zero + 1);
  }
  out.append("\0\0", 2);
}

std::string take_key_string(std::string_view& key) {
  std::string out;
  for (;;) {
    size_t zero = key.find('\0');
    ENSURE(zero != std::string_view::npos && zero + 1 < key.size(), "key ends too early");
    out.append(key.substr(0, zero));
    bool end = key[zero + 1] == '\0';
    key.remove_prefix(zero + 2);
    if (end) return out;
    out.push_back('\0');
  }
}

namespace {

struct BoolTraits {
  using Type = bool;
  int compare(bool a, bool b) const { return static_cast<int>(a) - static_cast<int>(b); }
  uint64_t hash(bool v) const { return v ? 0x9e3779b97f4a7c15ull : 0x2545f4914f6cdd1dull; }
  uint64_t hash_extended(bool v, uint64_t seed) const { return hash_uint32_extended(v ? 1 : 0, seed); }
  void append_key(bool v, std::string& out) const { out.push_back(v ? 1 : 0); }
  Value decode_key(std::string_view& key) const { return Value::of(take_key_unsigned<uint8_t>(key) != 0); }
};

// T: signed (int2, int4, int8, date, timestamps, money) or unsigned (oid, xid, tid, pg_lsn).
template <typename T>
struct IntegerTraits {
  using Type = T;
  int compare(T a, T b) const { return three_way(a, b); }
  uint64_t hash(T v) const { return mix_hash(static_cast<uint64_t>(v), 0x6a09e667f3bcc909ull); }
  uint64_t hash_extended(T v, uint64_t seed) const {
    if constexpr (sizeof(T) == 8)
      return hash_int64_extended(static_cast<int64_t>(v), seed);
    else
      return hash_uint32_extended(static_cast<uint32_t>(v), seed);
  }
  void append_key(T v, std::string& out) const {
    if constexpr (std::is_signed_v<T>)
      append_key_signed(out, v);
    else
      append_key_unsigned(out, v);
  }
  Value decode_key(std::string_view& key) const {
    if constexpr (std::is_signed_v<T>)
      return Value::of(take_key_signed<T>(key));
    else
      return Value::of(take_key_unsigned<T>(key));
  }
};

// "char": one byte, compared as unsigned.
struct InternalCharTraits {
  using Type = int16_t;
  int compare(int16_t a, int16_t b) const { return three_way(static_cast<uint8_t>(a), static_cast<uint8_t>(b)); }
  uint64_t hash(int16_t v) const { return mix_hash(static_cast<uint8_t>(v), 0xbb67ae8584caa73bull); }
  uint64_t hash_extended(int16_t v, uint64_t seed) const {
    return hash_uint32_extended(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(v))), seed);
  }
  void append_key(int16_t v, std::string& out) const { out.push_back(static_cast<char>(v)); }
};

// block << 16 | offset
struct TidTraits : IntegerTraits<uint64_t> {
  uint64_t hash_extended(uint64_t v, uint64_t seed) const {
    auto block = static_cast<uint32_t>(v >> 16);
    uint16_t parts[3] = {static_cast<uint16_t>(block >> 16), static_cast<uint16_t>(block), static_cast<uint16_t>(v)};
    return hash_bytes_extended({reinterpret_cast<const char*>(parts), sizeof parts}, seed);
  }
};

template <typename T>
struct FloatTraits {
  using Type = T;
  int compare(T a, T b) const {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a == b) return 0;
    return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  }
  uint64_t hash(T v) const {
    double d = v == 0 ? 0.0 : static_cast<double>(v);
    uint64_t bits = std::isnan(d) ? 0x7ff8000000000000ull : std::bit_cast<uint64_t>(d);
    return mix_hash(bits, 0x3c6ef372fe94f82bull);
  }
  uint64_t hash_extended(T v, uint64_t seed) const { return hash_float64_extended(static_cast<double>(v), seed); }
  void append_key(T v, std::string& out) const { append_key_float(out, v); }
};

struct UuidTraits {
  using Type = Fixed16;
  static std::string_view view(const Fixed16& v) { return {reinterpret_cast<const char*>(v.bytes), sizeof v.bytes}; }
  int compare(const Fixed16& a, const Fixed16& b) const { return std::memcmp(a.bytes, b.bytes, sizeof a.bytes); }
  uint64_t hash(const Fixed16& v) const {
    uint64_t words[2];
    std::memcpy(words, v.bytes, sizeof words);
    return mix_hash(mix_hash(words[0], 0xa54ff53a5f1d36f1ull), words[1]);
  }
  uint64_t hash_extended(const Fixed16& v, uint64_t seed) const { return hash_bytes_extended(view(v), seed); }
  void append_key(const Fixed16& v, std::string& out) const { out.append(view(v)); }
  Value decode_key(std::string_view& key) const {
    ENSURE(key.size() >= sizeof(Fixed16), "key ends too early");
    Fixed16 v;
    std::memcpy(v.bytes, key.data(), sizeof v.bytes);
    key.remove_prefix(sizeof v.bytes);
    return Value::of(v);
  }
};

// Intervals are ordered by their length with months of 30 days and days of 24 hours; '1 month' = '30 days'.
struct IntervalTraits {
  using Type = Interval;
  static int128 span(const Interval& v) {
    int64_t days = int64_t{v.months} * 30 + v.days;
    return static_cast<int128>(v.microseconds) + static_cast<int128>(days) * 86400000000;
  }
  int compare(const Interval& a, const Interval& b) const { return three_way(span(a), span(b)); }
  uint64_t hash(const Interval& v) const {
    int128 s = span(v);
    return mix_hash(static_cast<uint64_t>(s), static_cast<uint64_t>(s >> 64) ^ 0x510e527fade682d1ull);
  }
  uint64_t hash_extended(const Interval& v, uint64_t seed) const {
    return hash_int64_extended(static_cast<int64_t>(span(v)), seed);
  }
  void append_key(const Interval& v, std::string& out) const {
    int128 s = span(v);
    append_key_signed(out, static_cast<int64_t>(s >> 64));
    append_key_unsigned(out, static_cast<uint64_t>(s));
  }
};

// Ordered by the moment in UTC, then by zone.
struct TimeTzTraits {
  using Type = TimeTz;
  static int64_t moment(const TimeTz& v) { return v.microseconds + int64_t{v.zone} * 1000000; }
  int compare(const TimeTz& a, const TimeTz& b) const {
    int order = three_way(moment(a), moment(b));
    return order != 0 ? order : three_way(a.zone, b.zone);
  }
  uint64_t hash(const TimeTz& v) const {
    return mix_hash(static_cast<uint64_t>(v.microseconds), static_cast<uint32_t>(v.zone) ^ 0x9b05688c2b3e6c1full);
  }
  uint64_t hash_extended(const TimeTz& v, uint64_t seed) const {
    return hash_int64_extended(v.microseconds, seed) ^ hash_uint32_extended(static_cast<uint32_t>(v.zone), seed);
  }
  void append_key(const TimeTz& v, std::string& out) const {
    append_key_signed(out, moment(v));
    append_key_signed(out, v.zone);
  }
  Value decode_key(std::string_view& key) const {
    auto at = take_key_signed<int64_t>(key);
    auto zone = take_key_signed<int32_t>(key);
    return Value::of(TimeTz{at - int64_t{zone} * 1000000, zone, 0});
  }
};

template <typename Traits>
RawOperationsPointer shared_operations() {
  static const RawOperationsPointer kOperations = make_operations<Traits>();
  return kOperations;
}

RawOperationsPointer make_unsigned_operations(Oid type) {
  switch (type.value) {
    case oid::kOid.value:
    case oid::kXid.value:
    case oid::kCid.value:
    case oid::kRegproc.value:
    case oid::kRegprocedure.value:
    case oid::kRegoper.value:
    case oid::kRegoperator.value:
    case oid::kRegclass.value:
    case oid::kRegtype.value:
    case oid::kRegconfig.value:
    case oid::kRegdictionary.value:
    case oid::kRegnamespace.value:
    case oid::kRegrole.value:
    case oid::kRegcollation.value:
      return shared_operations<IntegerTraits<uint32_t>>();
    case oid::kXid8.value:
    case oid::kPgLsn.value:
      return shared_operations<IntegerTraits<uint64_t>>();
    case oid::kTid.value:
      return shared_operations<TidTraits>();
    default:
      return nullptr;
  }
}

}  // namespace

RawOperationsPointer make_scalar_operations(Oid type) {
  switch (type.value) {
    case oid::kBool.value:
      return shared_operations<BoolTraits>();
    case oid::kInternalChar.value:
      return shared_operations<InternalCharTraits>();
    case oid::kInt2.value:
      return shared_operations<IntegerTraits<int16_t>>();
    case oid::kInt4.value:
    case oid::kDate.value:
      return shared_operations<IntegerTraits<int32_t>>();
    case oid::kInt8.value:
    case oid::kMoney.value:
    case oid::kTime.value:
    case oid::kTimestamp.value:
    case oid::kTimestamptz.value:
      return shared_operations<IntegerTraits<int64_t>>();
    case oid::kFloat4.value:
      return shared_operations<FloatTraits<float>>();
    case oid::kFloat8.value:
      return shared_operations<FloatTraits<double>>();
    case oid::kUuid.value:
      return shared_operations<UuidTraits>();
    case oid::kInterval.value:
      return shared_operations<IntervalTraits>();
    case oid::kTimetz.value:
      return shared_operations<TimeTzTraits>();
    default:
      return make_unsigned_operations(type);
  }
}

RawOperationsPointer raw_operations(CallContext& context, Oid type, Oid collation) {
  if (RawOperationsPointer scalar = make_scalar_operations(type)) return scalar;
  if (RawOperationsPointer text = make_text_operations(context, type, collation)) return text;
  TypePointer descriptor = context.type(type);
  if (descriptor->kind == 'd') {
    return raw_operations(context, descriptor->base, collation.valid() ? collation : descriptor->collation);
  }
  if (RawOperationsPointer container = make_container_operations(context, descriptor, collation)) return container;
  throw common::SqlError(common::sqlstate::kUndefinedFunction,
                         "could not identify a comparison function for type " + context.format_type(type, -1));
}

TypeOperationsPointer type_operations(CallContext& context, Oid type, Oid collation) {
  return raw_operations(context, type, collation);
}

void append_key_part(const KeyColumn& column, const common::Vector& v, uint32_t row, std::string& out) {
  bool null = v.is_null(row);
  // NULLS FIRST and LAST hold whatever the direction, so the marker is never inverted.
  out.push_back(null == column.nulls_first ? 1 : 2);
  if (null) return;
  size_t begin = out.size();
  column.operations->append_key(v, row, out);
  if (!column.descending) return;
  for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

}  // namespace basalt::types
