#include "types/container/range.hpp"

#include "types/container/value_codec.hpp"

namespace basalt::types {

using common::PhysicalType;

namespace {

std::string_view take_bound(PhysicalType physical, std::string_view& in) {
  size_t size = physical == PhysicalType::kString ? read_raw<uint32_t>(in) : common::physical_size(physical);
  ENSURE(in.size() >= size, "range bytes end too early");
  std::string_view bound = in.substr(0, size);
  in.remove_prefix(size);
  return bound;
}

void take_bounds(RangePart& part, std::string_view& in) {
  if (part.has_lower()) part.lower = take_bound(part.physical, in);
  if (part.has_upper()) part.upper = take_bound(part.physical, in);
}

void append_bound(std::string& out, PhysicalType physical, std::string_view bytes) {
  if (physical == PhysicalType::kString) append_raw(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_bounds(std::string& out, const RangePart& part) {
  if (part.has_lower()) append_bound(out, part.physical, part.lower);
  if (part.has_upper()) append_bound(out, part.physical, part.upper);
}

}  // namespace

RangeView::RangeView(std::string_view bytes) {
  type.value = read_raw<uint32_t>(bytes);
  flags = read_raw<uint8_t>(bytes);
  physical = static_cast<PhysicalType>(read_raw<uint8_t>(bytes));
  read_raw<uint16_t>(bytes);
  take_bounds(*this, bytes);
}

MultirangeView::MultirangeView(std::string_view bytes) {
  type.value = read_raw<uint32_t>(bytes);
  physical = static_cast<PhysicalType>(read_raw<uint8_t>(bytes));
  ENSURE(bytes.size() >= 3, "multirange bytes end too early");
  bytes.remove_prefix(3);
  auto count = read_raw<uint32_t>(bytes);
  ENSURE(count <= bytes.size(), "multirange bytes end too early");
  ranges.resize(count);
  for (RangePart& part : ranges) {
    part.flags = read_raw<uint8_t>(bytes);
    part.physical = physical;
    take_bounds(part, bytes);
  }
}

std::string range_bytes(Oid type, const RangePart& range) {
  std::string out;
  append_raw(out, type.value);
  append_raw(out, range.flags);
  append_raw(out, static_cast<uint8_t>(range.physical));
  out.append(2, '\0');
  append_bounds(out, range);
  return out;
}

std::string multirange_bytes(Oid type, PhysicalType physical, const std::vector<RangePart>& ranges) {
  std::string out;
  append_raw(out, type.value);
  append_raw(out, static_cast<uint8_t>(physical));
  out.append(3, '\0');
  append_raw(out, static_cast<uint32_t>(ranges.size()));
  for (const RangePart& part : ranges) {
    append_raw(out, part.flags);
    append_bounds(out, part);
  }
  return out;
}

}  // namespace basalt::types
