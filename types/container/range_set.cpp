#include "types/container/range_set.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

RangeType::RangeType(CallContext& context, Oid range_type)
    : range_(context.type(range_type)),
      subtype_(context.type(range_->range_subtype)),
      operations_(raw_operations(context, range_->range_subtype, range_->range_collation)) {}

bool RangeType::is_discrete() const {
  return range() == oid::kInt4range || range() == oid::kInt8range || range() == oid::kDaterange;
}

int RangeType::compare_bounds(const Bound& a, const Bound& b) const {
  int below = -1, above = 1;
  if (a.infinite && b.infinite) return a.lower == b.lower ? 0 : a.lower ? below : above;
  if (a.infinite) return a.lower ? below : above;
  if (b.infinite) return b.lower ? above : below;
  if (int order = compare_values(a, b)) return order;
  // An exclusive lower bound lies just above its value, an exclusive upper one just below.
  auto shift = [](const Bound& x) { return x.inclusive ? 0 : x.lower ? 1 : -1; };
  return three_way(shift(a), shift(b));
}

int RangeType::compare(const Range& a, const Range& b) const {
  if (a.empty || b.empty) return static_cast<int>(b.empty) - static_cast<int>(a.empty);
  int order = compare_bounds(a.lower, b.lower);
  return order != 0 ? order : compare_bounds(a.upper, b.upper);
}

bool RangeType::adjacent(const Bound& upper, const Bound& lower) const {
  if (upper.infinite || lower.infinite) return false;
  int order = compare_values(upper, lower);
  if (order > 0) return false;
  if (order == 0) return upper.inclusive != lower.inclusive;
  if (!is_discrete()) return false;
  // Nothing lies between them?
  Bound from = upper, to = lower;
  from.inclusive = !from.inclusive;
  from.lower = true;
  to.inclusive = !to.inclusive;
  to.lower = false;
  return make(std::move(from), std::move(to)).empty;
}

bool RangeType::adjacent(const Range& a, const Range& b) const {
  return !a.empty && !b.empty && (adjacent(a.upper, b.lower) || adjacent(b.upper, a.lower));
}

bool RangeType::overlaps(const Range& a, const Range& b) const {
  if (a.empty || b.empty) return false;
  if (compare_bounds(a.lower, b.lower) >= 0) return compare_bounds(a.lower, b.upper) <= 0;
  return compare_bounds(b.lower, a.upper) <= 0;
}

bool RangeType::contains(const Range& a, const Range& b) const {
  if (b.empty) return true;
  if (a.empty) return false;
  return compare_bounds(a.lower, b.lower) <= 0 && compare_bounds(a.upper, b.upper) >= 0;
}

bool RangeType::contains_value(const Range& range, std::string_view bytes) const {
  if (range.empty) return false;
  if (!range.lower.infinite) {
    int order = operations_->compare_raw(range.lower.bytes, bytes);
    if (order > 0 || (order == 0 && !range.lower.inclusive)) return false;
  }
  if (!range.upper.infinite) {
    int order = operations_->compare_raw(range.upper.bytes, bytes);
    if (order < 0 || (order == 0 && !range.upper.inclusive)) return false;
  }
  return true;
}

namespace {

template <typename T>
void add_one(std::string& bytes, const char* message, common::SqlState state, T limit) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  if (value >= limit) throw SqlError(state, message);
  ++value;
  std::memcpy(bytes.data(), &value, sizeof value);
}

constexpr int32_t kDateEnd = 2145031949 - 1;  // the last day PostgreSQL's date reaches

}  // namespace

void RangeType::canonicalize(Range& range) const {
  auto advance = [&](Bound& bound) {
    if (range_->oid == oid::kInt8range) {
      add_one<int64_t>(bound.bytes, "bigint out of range", sqlstate::kNumericValueOutOfRange, INT64_MAX);
    } else if (range_->oid == oid::kInt4range) {
      add_one<int32_t>(bound.bytes, "integer out of range", sqlstate::kNumericValueOutOfRange, INT32_MAX);
    } else {
      int32_t day;
      std::memcpy(&day, bound.bytes.data(), sizeof day);
      if (day == INT32_MAX || day == INT32_MIN) return;  // infinity stays what it is
      add_one<int32_t>(bound.bytes, "date out of range", sqlstate::kDatetimeFieldOverflow, kDateEnd);
    }
    bound.inclusive = !bound.inclusive;
  };
  if (!range.lower.infinite && !range.lower.inclusive) advance(range.lower);
  if (!range.upper.infinite && range.upper.inclusive) advance(range.upper);
}

Range RangeType::make(Bound lower, Bound upper) const {
  Range range{false, std::move(lower), std::move(upper)};
  range.lower.lower = true;
  range.upper.lower = false;
  if (range.lower.infinite) range.lower.inclusive = false;
  if (range.upper.infinite) range.upper.inclusive = false;
  auto check = [&] {
    if (range.lower.infinite || range.upper.infinite) return;
    int order = compare_values(range.lower, range.upper);
    if (order > 0) {
      throw SqlError(sqlstate::kDataException, "range lower bound must be less than or equal to range upper bound");
    }
    range.empty = order == 0 && !(range.lower.inclusive && range.upper.inclusive);
  };
  check();
  if (!range.empty && is_discrete()) {
    canonicalize(range);
    check();
  }
  return range;
}

Range RangeType::span(const Range& a, const Range& b) const {
  if (a.empty) return b;
  if (b.empty) return a;
  return make(compare_bounds(a.lower, b.lower) < 0 ? a.lower : b.lower,
              compare_bounds(a.upper, b.upper) > 0 ? a.upper : b.upper);
}

Range RangeType::intersection(const Range& a, const Range& b) const {
  if (!overlaps(a, b)) return Range{true, {}, {}};
  return make(compare_bounds(a.lower, b.lower) >= 0 ? a.lower : b.lower,
              compare_bounds(a.upper, b.upper) <= 0 ? a.upper : b.upper);
}

RangeSet RangeType::normalized(RangeSet ranges) const {
  std::erase_if(ranges, [](const Range& r) { return r.empty; });
  std::stable_sort(ranges.begin(), ranges.end(), [&](const Range& a, const Range& b) { return compare(a, b) < 0; });
  RangeSet out;
  for (Range& range : ranges) {
    if (!out.empty() && (overlaps(out.back(), range) || adjacent(out.back(), range))) {
      out.back() = span(out.back(), range);
    } else {
      out.push_back(std::move(range));
    }
  }
  return out;
}

RangeSet RangeType::difference(const RangeSet& a, const RangeSet& b) const {
  RangeSet rest = a;
  for (const Range& hole : b) {
    RangeSet next;
    for (Range& range : rest) {
      if (!overlaps(range, hole)) {
        next.push_back(std::move(range));
        continue;
      }
      if (compare_bounds(range.lower, hole.lower) < 0) {
        Bound end = hole.lower;
        end.inclusive = !end.inclusive;
        next.push_back(make(range.lower, std::move(end)));
      }
      if (compare_bounds(range.upper, hole.upper) > 0) {
        Bound begin = hole.upper;
        begin.inclusive = !begin.inclusive;
        next.push_back(make(std::move(begin), range.upper));
      }
    }
    rest = std::move(next);
  }
  return rest;
}

Range RangeType::read(const RangePart& part) const {
  Range range;
  range.empty = part.empty();
  range.lower = {std::string(part.lower), part.lower_infinite(), part.lower_inclusive(), true};
  range.upper = {std::string(part.upper), part.upper_infinite(), part.upper_inclusive(), false};
  return range;
}

RangeSet RangeType::read_range(std::string_view bytes) const {
  Range range = read(RangeView(bytes));
  if (range.empty) return {};
  return {std::move(range)};
}

RangeSet RangeType::read_multirange(std::string_view bytes) const {
  RangeSet out;
  for (const RangePart& part : MultirangeView(bytes).ranges) out.push_back(read(part));
  return out;
}

namespace {

RangePart part_of(const Range& range, common::PhysicalType physical) {
  RangePart part;
  part.physical = physical;
  if (range.empty) return part;
  part.flags = 0;
  if (range.lower.infinite)
    part.flags |= range_flag::kLowerInfinite;
  else if (range.lower.inclusive)
    part.flags |= range_flag::kLowerInclusive;
  if (range.upper.infinite)
    part.flags |= range_flag::kUpperInfinite;
  else if (range.upper.inclusive)
    part.flags |= range_flag::kUpperInclusive;
  part.lower = range.lower.bytes;
  part.upper = range.upper.bytes;
  return part;
}

struct RangeState : CallState {
  Oid type;
  std::unique_ptr<RangeType> rules;
};

}  // namespace

std::string RangeType::write(const Range& range) const { return range_bytes(range_->oid, part_of(range, physical())); }

std::string RangeType::write_multirange(const RangeSet& ranges) const {
  std::vector<RangePart> parts;
  for (const Range& range : ranges) parts.push_back(part_of(range, physical()));
  return multirange_bytes(range_->multirange, physical(), parts);
}

const RangeType& range_type_for(FunctionCall& call, Oid type) {
  auto& state = call.state_or<RangeState>([] { return std::make_unique<RangeState>(); });
  if (state.rules && state.type == type) return *state.rules;
  TypePointer descriptor = call.context->type(type);
  while (descriptor->kind == 'd') descriptor = call.context->type(descriptor->base);
  if (descriptor->kind != 'r' && descriptor->kind != 'm') {
    throw SqlError(sqlstate::kInternalError, "type " + std::to_string(type.value) + " is not a range type");
  }
  state.rules =
      std::make_unique<RangeType>(*call.context, descriptor->kind == 'm' ? descriptor->range : descriptor->oid);
  state.type = type;
  return *state.rules;
}

}  // namespace basalt::types::container
