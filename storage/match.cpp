#include "storage/match.hpp"

#include <cmath>
#include <compare>
#include <cstring>

#include "storage/leaf_filter.hpp"

namespace basalt::storage {

namespace {

// PostgreSQL's order of floats: NaN equals NaN and is greater than everything.
int compare_floats(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  return a < b ? -1 : a > b;
}

int compare_values(const Value& a, const Value& b, bool as_unsigned) {
  switch (a.type()) {
    case PhysicalType::kString:
      return a.string().compare(b.string());
    case PhysicalType::kFixed16:
      return std::memcmp(a.fixed_data(), b.fixed_data(), 16);
    case PhysicalType::kFloat32:
      return compare_floats(a.as<float>(), b.as<float>());
    case PhysicalType::kFloat64:
      return compare_floats(a.as<double>(), b.as<double>());
    default:
      break;
  }
  return common::dispatch_physical(a.type(), [&]<typename T>() -> int {
    if constexpr (std::is_integral_v<T> || std::is_same_v<T, common::int128>) {
      T x = a.as<T>(), y = b.as<T>();
      if constexpr (std::is_same_v<T, int32_t>) {
        if (as_unsigned) {
          auto ux = static_cast<uint32_t>(x), uy = static_cast<uint32_t>(y);
          return ux < uy ? -1 : ux > uy;
        }
      }
      return x < y ? -1 : x > y;
    }
    UNREACHABLE("leaf filter over this physical type");
  });
}

}  // namespace

bool leaf_filter_matches(const LeafFilter& filter, const Value& value) {
  if (filter.kind == LeafFilterKind::kIsNull) return value.is_null();
  if (value.is_null()) return false;
  if (filter.kind == LeafFilterKind::kIsNotNull) return true;
  if (filter.kind == LeafFilterKind::kPrefix) return value.string().starts_with(filter.constant.string());
  return order_passes(filter.kind, compare_values(value, filter.constant, filter.unsigned_compare));
}

bool range_contains(const KeyRange& range, std::string_view key) {
  if (!range.lower.empty()) {
    // A bound covers all keys that begin with it.
    int order = key.substr(0, range.lower.size()).compare(range.lower);
    if (order < 0 || (order == 0 && !range.lower_inclusive)) return false;
  }
  if (!range.upper.empty()) {
    int order = key.substr(0, range.upper.size()).compare(range.upper);
    if (order > 0 || (order == 0 && !range.upper_inclusive)) return false;
  }
  return true;
}

}  // namespace basalt::storage
