#include "storage/leaf_filter.hpp"

#include <cmath>
#include <type_traits>

namespace basalt::storage {

using common::PhysicalType;

namespace {

// Three-way comparison in the order of the physical type.
template <typename T>
int compare(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    bool na = std::isnan(a), nb = std::isnan(b);
    if (na || nb) return na == nb ? 0 : na ? 1 : -1;
  }
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_strings(std::string_view a, std::string_view b) {
  size_t n = std::min(a.size(), b.size());
  int order = n ? std::memcmp(a.data(), b.data(), n) : 0;
  return order ? order : a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

// Calls f with the C++ type that orders a fixed-width column.
template <typename F>
decltype(auto) with_ordered_type(PhysicalType type, bool is_unsigned, F&& f) {
  switch (type) {
    case PhysicalType::kBool:
      return f.template operator()<uint8_t>();
    case PhysicalType::kInt16:
      return is_unsigned ? f.template operator()<uint16_t>() : f.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return is_unsigned ? f.template operator()<uint32_t>() : f.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return is_unsigned ? f.template operator()<uint64_t>() : f.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return f.template operator()<common::int128>();
    case PhysicalType::kFloat32:
      return f.template operator()<float>();
    default:
      return f.template operator()<double>();
  }
}

template <typename T>
T constant_of(const LeafFilter& filter) {
  return load<T>(static_cast<const char*>(filter.constant.fixed_data()));
}

template <typename T>
void filter_array(LeafFilterKind kind, const char* values, const char* nulls, T constant,
                  std::vector<uint16_t>& slots) {
  size_t kept = 0;
  auto run = [&](auto&& test) {
    for (uint16_t slot : slots) {
      bool null = static_cast<uint8_t>(nulls[slot / 8]) >> (slot % 8) & 1;
      slots[kept] = slot;
      kept += !null && test(load<T>(values + slot * sizeof(T)));
    }
  };
  switch (kind) {
    case LeafFilterKind::kEqual:
      run([&](T v) { return compare(v, constant) == 0; });
      break;
    case LeafFilterKind::kNotEqual:
      run([&](T v) { return compare(v, constant) != 0; });
      break;
    case LeafFilterKind::kLess:
      run([&](T v) { return compare(v, constant) < 0; });
      break;
    case LeafFilterKind::kLessEqual:
      run([&](T v) { return compare(v, constant) <= 0; });
      break;
    case LeafFilterKind::kGreater:
      run([&](T v) { return compare(v, constant) > 0; });
      break;
    case LeafFilterKind::kGreaterEqual:
      run([&](T v) { return compare(v, constant) >= 0; });
      break;
    default:
      break;
  }
  slots.resize(kept);
}

}  // namespace

bool order_passes(LeafFilterKind kind, int order) {
  switch (kind) {
    case LeafFilterKind::kEqual:
      return order == 0;
    case LeafFilterKind::kNotEqual:
      return order != 0;
    case LeafFilterKind::kLess:
      return order < 0;
    case LeafFilterKind::kLessEqual:
      return order <= 0;
    case LeafFilterKind::kGreater:
      return order > 0;
    case LeafFilterKind::kGreaterEqual:
      return order >= 0;
    default:
      return false;
  }
}

bool cell_passes(const LeafFilter& filter, PhysicalType type, const CellRef& cell) {
  if (filter.kind == LeafFilterKind::kIsNull) return cell.is_null();
  if (cell.is_null()) return false;
  if (filter.kind == LeafFilterKind::kIsNotNull) return true;
  if (filter.constant.is_null()) return false;
  if (type == PhysicalType::kString) {
    std::string_view value(cell.data, cell.size), constant = filter.constant.string();
    if (filter.kind == LeafFilterKind::kPrefix) return value.starts_with(constant);
    return order_passes(filter.kind, compare_strings(value, constant));
  }
  if (type == PhysicalType::kFixed16)
    return order_passes(filter.kind, std::memcmp(cell.data, filter.constant.fixed_data(), 16));
  return with_ordered_type(type, filter.unsigned_compare, [&]<typename T>() {
    return order_passes(filter.kind, compare(load<T>(cell.data), constant_of<T>(filter)));
  });
}

void filter_slots(const LeafFilter& filter, const HeapLeaf& leaf, uint32_t column, std::vector<uint16_t>& slots,
                  const std::function<std::string(const OverflowRef&)>& load_overflow) {
  PhysicalType type = leaf.type(column);
  bool fixed = type != PhysicalType::kString && type != PhysicalType::kFixed16;
  bool compares = filter.kind != LeafFilterKind::kIsNull && filter.kind != LeafFilterKind::kIsNotNull;
  if (fixed && compares && !filter.constant.is_null()) {
    with_ordered_type(type, filter.unsigned_compare, [&]<typename T>() {
      filter_array<T>(filter.kind, leaf.array(column), leaf.null_bits(column), constant_of<T>(filter), slots);
    });
    return;
  }
  size_t kept = 0;
  for (uint16_t slot : slots) {
    CellRef cell = leaf.cell(slot, column);
    std::string wide;
    if (cell.tag == kCellOverflow && compares) {
      wide = load_overflow(cell.overflow());
      cell = {wide.data(), static_cast<uint32_t>(wide.size()), kCellString};
    }
    slots[kept] = slot;
    kept += cell_passes(filter, type, cell);
  }
  slots.resize(kept);
}

bool range_may_pass(const LeafFilter& filter, const HeapLeaf& leaf, uint32_t column) {
  if (filter.kind > LeafFilterKind::kGreaterEqual || filter.unsigned_compare || filter.constant.is_null()) return true;
  PhysicalType type = leaf.type(column);
  if (type == PhysicalType::kString || type == PhysicalType::kFixed16 || type == PhysicalType::kInt128) return true;
  const char *min, *max;
  if (!leaf.range(column, &min, &max)) return column >= kLeafMinMaxColumns;  // all NULL: nothing passes
  return with_ordered_type(type, false, [&]<typename T>() {
    T low = load<T>(min), high = load<T>(max), c = constant_of<T>(filter);
    switch (filter.kind) {
      case LeafFilterKind::kEqual:
        return compare(low, c) <= 0 && compare(c, high) <= 0;
      case LeafFilterKind::kLess:
        return compare(low, c) < 0;
      case LeafFilterKind::kLessEqual:
        return compare(low, c) <= 0;
      case LeafFilterKind::kGreater:
        return compare(high, c) > 0;
      case LeafFilterKind::kGreaterEqual:
        return compare(high, c) >= 0;
      default:
        return true;
    }
  });
}

}  // namespace basalt::storage
