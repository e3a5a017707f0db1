// The closed list of physical types (QRY-10). Every SQL type is stored, passed and compared as one of these.
//
//   kBool     bool                                     kFloat32  float4
//   kInt16    int2, "char"                             kFloat64  float8
//   kInt32    int4, date, oid and reg* (unsigned bit   kFixed16  uuid (bytes), interval (Interval), timetz (TimeTz)
//             pattern), xid, cid, enum (its OID)       kString   StringRef: text-like types, bytea, numeric, arrays,
//   kInt64    int8, time, timestamp, timestamptz,                records, ranges, json, jsonb, bit, cstring, unknown
//             money, tid, pg_lsn, xid8
//   kInt128   only inside aggregates and the executor
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/string_ref.hpp"

namespace basalt::common {

using int128 = __int128;
using uint128 = unsigned __int128;

struct Fixed16 {
  uint8_t bytes[16];
  bool operator==(const Fixed16& other) const { return std::memcmp(bytes, other.bytes, 16) == 0; }
};

// SQL interval, as PostgreSQL keeps it; stored in a Fixed16.
struct Interval {
  int64_t microseconds;
  int32_t days;
  int32_t months;
};
static_assert(sizeof(Interval) == sizeof(Fixed16));

// time with time zone; stored in a Fixed16.
struct TimeTz {
  int64_t microseconds;
  int32_t zone;  // seconds WEST of UTC, as PostgreSQL
  int32_t padding = 0;
};
static_assert(sizeof(TimeTz) == sizeof(Fixed16));

enum class PhysicalType : uint8_t { kBool, kInt16, kInt32, kInt64, kInt128, kFloat32, kFloat64, kFixed16, kString };
inline constexpr int kPhysicalTypeCount = 9;

// Bytes of one value in a vector's array (16 for kString: the StringRef).
constexpr size_t physical_size(PhysicalType type) {
  constexpr size_t kSizes[kPhysicalTypeCount] = {1, 2, 4, 8, 16, 4, 8, 16, 16};
  return kSizes[static_cast<int>(type)];
}

template <typename T>
struct PhysicalTypeOf;
template <>
struct PhysicalTypeOf<bool> {
  static constexpr PhysicalType value = PhysicalType::kBool;
};
template <>
struct PhysicalTypeOf<int16_t> {
  static constexpr PhysicalType value = PhysicalType::kInt16;
};
template <>
struct PhysicalTypeOf<int32_t> {
  static constexpr PhysicalType value = PhysicalType::kInt32;
};
template <>
struct PhysicalTypeOf<uint32_t> {
  static constexpr PhysicalType value = PhysicalType::kInt32;
};
template <>
struct PhysicalTypeOf<int64_t> {
  static constexpr PhysicalType value = PhysicalType::kInt64;
};
template <>
struct PhysicalTypeOf<uint64_t> {
  static constexpr PhysicalType value = PhysicalType::kInt64;
};
template <>
struct PhysicalTypeOf<int128> {
  static constexpr PhysicalType value = PhysicalType::kInt128;
};
template <>
struct PhysicalTypeOf<float> {
  static constexpr PhysicalType value = PhysicalType::kFloat32;
};
template <>
struct PhysicalTypeOf<double> {
  static constexpr PhysicalType value = PhysicalType::kFloat64;
};
template <>
struct PhysicalTypeOf<Fixed16> {
  static constexpr PhysicalType value = PhysicalType::kFixed16;
};
template <>
struct PhysicalTypeOf<Interval> {
  static constexpr PhysicalType value = PhysicalType::kFixed16;
};
template <>
struct PhysicalTypeOf<TimeTz> {
  static constexpr PhysicalType value = PhysicalType::kFixed16;
};
template <>
struct PhysicalTypeOf<StringRef> {
  static constexpr PhysicalType value = PhysicalType::kString;
};

// Calls f.template operator()<T>() with the C++ type of `type`.
template <typename F>
decltype(auto) dispatch_physical(PhysicalType type, F&& f) {
  switch (type) {
    case PhysicalType::kBool:
      return f.template operator()<bool>();
    case PhysicalType::kInt16:
      return f.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return f.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return f.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return f.template operator()<int128>();
    case PhysicalType::kFloat32:
      return f.template operator()<float>();
    case PhysicalType::kFloat64:
      return f.template operator()<double>();
    case PhysicalType::kFixed16:
      return f.template operator()<Fixed16>();
    case PhysicalType::kString:
      break;
  }
  return f.template operator()<StringRef>();
}

}  // namespace basalt::common
