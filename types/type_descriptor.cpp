#include "types/type_descriptor.hpp"

#include <algorithm>
#include <iterator>

namespace basalt::types {

namespace {

struct Entry {
  Oid type;
  PhysicalType physical;
};

// Every built-in type that is not a kString.
constexpr Entry kFixedTypes[] = {
    {oid::kBool, PhysicalType::kBool},          {oid::kInternalChar, PhysicalType::kInt16},
    {oid::kInt2, PhysicalType::kInt16},         {oid::kInt4, PhysicalType::kInt32},
    {oid::kOid, PhysicalType::kInt32},          {oid::kXid, PhysicalType::kInt32},
    {oid::kCid, PhysicalType::kInt32},          {oid::kDate, PhysicalType::kInt32},
    {oid::kRegproc, PhysicalType::kInt32},      {oid::kRegprocedure, PhysicalType::kInt32},
    {oid::kRegoper, PhysicalType::kInt32},      {oid::kRegoperator, PhysicalType::kInt32},
    {oid::kRegclass, PhysicalType::kInt32},     {oid::kRegtype, PhysicalType::kInt32},
    {oid::kRegconfig, PhysicalType::kInt32},    {oid::kRegdictionary, PhysicalType::kInt32},
    {oid::kRegnamespace, PhysicalType::kInt32}, {oid::kRegrole, PhysicalType::kInt32},
    {oid::kRegcollation, PhysicalType::kInt32}, {oid::kInt8, PhysicalType::kInt64},
    {oid::kMoney, PhysicalType::kInt64},        {oid::kTid, PhysicalType::kInt64},
    {oid::kXid8, PhysicalType::kInt64},         {oid::kPgLsn, PhysicalType::kInt64},
    {oid::kTime, PhysicalType::kInt64},         {oid::kTimestamp, PhysicalType::kInt64},
    {oid::kTimestamptz, PhysicalType::kInt64},  {oid::kFloat4, PhysicalType::kFloat32},
    {oid::kFloat8, PhysicalType::kFloat64},     {oid::kUuid, PhysicalType::kFixed16},
    {oid::kInterval, PhysicalType::kFixed16},   {oid::kTimetz, PhysicalType::kFixed16},
};

}  // namespace

PhysicalType physical_type_of(Oid builtin_type) {
  const Entry* entry = std::find_if(std::begin(kFixedTypes), std::end(kFixedTypes),
                                    [&](const Entry& e) { return e.type == builtin_type; });
  return entry == std::end(kFixedTypes) ? PhysicalType::kString : entry->physical;
}

}  // namespace basalt::types
