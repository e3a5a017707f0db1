// Ranges and multiranges as the functions see them: sorted lists of ranges that neither overlap nor touch; a range is a
// list of one, an empty one of none.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "types/container/range.hpp"
#include "types/function.hpp"
#include "types/type_operations_detail.hpp"

namespace basalt::types::container {

struct Bound {
  std::string bytes;  // raw bytes of the value
  bool infinite = true;
  bool inclusive = false;
  bool lower = true;
};

struct Range {
  bool empty = false;
  Bound lower, upper;
};

using RangeSet = std::vector<Range>;

// What is known of one range type.
class RangeType {
 public:
  RangeType(CallContext& context, Oid range_type);

  Oid range() const { return range_->oid; }
  Oid multirange() const { return range_->multirange; }
  Oid subtype() const { return subtype_->oid; }
  common::PhysicalType physical() const { return subtype_->physical; }
  // int4range, int8range, daterange: bounds are brought into the form [).
  bool is_discrete() const;

  int compare_values(const Bound& a, const Bound& b) const { return operations_->compare_raw(a.bytes, b.bytes); }
  int compare_bounds(const Bound& a, const Bound& b) const;
  int compare(const Range& a, const Range& b) const;
  bool adjacent(const Bound& upper, const Bound& lower) const;
  bool adjacent(const Range& a, const Range& b) const;
  bool overlaps(const Range& a, const Range& b) const;
  bool contains(const Range& a, const Range& b) const;
  bool contains_value(const Range& range, std::string_view bytes) const;

  // Checks the order of the bounds (22000), finds out emptiness, brings discrete bounds into the form [).
  Range make(Bound lower, Bound upper) const;
  Range span(const Range& a, const Range& b) const;
  Range intersection(const Range& a, const Range& b) const;
  // Sorts, drops empty ranges, joins those that overlap or touch.
  RangeSet normalized(RangeSet ranges) const;
  RangeSet difference(const RangeSet& a, const RangeSet& b) const;

  Range read(const RangePart& part) const;
  RangeSet read_range(std::string_view bytes) const;
  RangeSet read_multirange(std::string_view bytes) const;
  std::string write(const Range& range) const;
  std::string write_multirange(const RangeSet& ranges) const;

 private:
  void canonicalize(Range& range) const;
  TypePointer range_, subtype_;
  RawOperationsPointer operations_;
};

// The range type of a call, kept in its state. `type` is a range or a multirange.
const RangeType& range_type_for(FunctionCall& call, Oid type);

}  // namespace basalt::types::container
