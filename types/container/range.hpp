// Ranges and multiranges: their self-describing bytes in a kString value.
//
//   range       type OID : 4 | flags : 1 | physical of the bounds : 1 | 0 : 2 | bounds
//   multirange  type OID : 4 | physical : 1 | 0 : 3 | ranges : 4 | per range: flags : 1 | bounds
//
// Bounds: the lower, then the upper, each as append_value() writes it; an infinite one, and those of an empty range,
// are left out. The flags have the values that PostgreSQL hashes. The ranges of a multirange are not empty, sorted, and
// neither overlap nor touch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/value.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

namespace range_flag {
inline constexpr uint8_t kEmpty = 0x01;
inline constexpr uint8_t kLowerInclusive = 0x02;
inline constexpr uint8_t kUpperInclusive = 0x04;
inline constexpr uint8_t kLowerInfinite = 0x08;
inline constexpr uint8_t kUpperInfinite = 0x10;
}  // namespace range_flag

// One range, referring to bytes elsewhere. `lower` and `upper` are the bytes of the bounds (raw value or string), empty
// when there is none.
struct RangePart {
  uint8_t flags = range_flag::kEmpty;
  common::PhysicalType physical = common::PhysicalType::kInt32;
  std::string_view lower, upper;

  bool empty() const { return flags & range_flag::kEmpty; }
  bool has_lower() const { return !(flags & (range_flag::kEmpty | range_flag::kLowerInfinite)); }
  bool has_upper() const { return !(flags & (range_flag::kEmpty | range_flag::kUpperInfinite)); }
  bool lower_inclusive() const { return flags & range_flag::kLowerInclusive; }
  bool upper_inclusive() const { return flags & range_flag::kUpperInclusive; }
  bool lower_infinite() const { return flags & range_flag::kLowerInfinite; }
  bool upper_infinite() const { return flags & range_flag::kUpperInfinite; }
};

struct RangeView : RangePart {
  Oid type;
  explicit RangeView(std::string_view bytes);
};

struct MultirangeView {
  Oid type;
  common::PhysicalType physical;
  std::vector<RangePart> ranges;
  explicit MultirangeView(std::string_view bytes);
};

// The bytes of a range that is canonical already.
std::string range_bytes(Oid type, const RangePart& range);
// The bytes of a multirange of ranges that are sorted and apart.
std::string multirange_bytes(Oid type, common::PhysicalType physical, const std::vector<RangePart>& ranges);

}  // namespace basalt::types
