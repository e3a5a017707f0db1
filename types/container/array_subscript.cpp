#include "types/container/array_subscript.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;
using common::Value;

namespace {

SqlError subscript_error(const char* message) { return SqlError(sqlstate::kArraySubscriptError, message); }

// The part of an array that a slice names: per dimension the first position and the count.
struct Window {
  std::vector<ArrayDimension> shape;  // of the array
  std::vector<uint32_t> first, count;

  // Calls f(offset in the array) for each element of the window, in row-major order.
  template <typename F>
  void each(F&& f) const {
    std::vector<uint32_t> at(shape.size(), 0);
    for (;;) {
      uint32_t offset = 0;
      for (size_t d = 0; d < shape.size(); ++d) {
        offset = offset * static_cast<uint32_t>(shape[d].length) + first[d] + at[d];
      }
      f(offset);
      size_t d = shape.size();
      while (d-- > 0 && ++at[d] == count[d]) at[d] = 0;
      if (d == static_cast<size_t>(-1)) return;
    }
  }
  uint64_t elements() const {
    uint64_t n = 1;
    for (uint32_t c : count) n *= c;
    return n;
  }
};

void check_subscript_count(size_t subscripts, const ArrayView& array) {
  if (static_cast<int>(subscripts) != array.dimensions()) throw subscript_error("wrong number of array subscripts");
}

// The array's first dimension widened to hold [lower, upper]; elements that are new are NULL.
std::string extended(const ArrayView& array, int32_t lower, int32_t upper) {
  ArrayDimension old = array.dimension(0);
  int64_t new_lower = std::min(lower, old.lower);
  int64_t new_upper = std::max<int64_t>(upper, int64_t{old.lower} + old.length - 1);
  ArrayDimension dim{static_cast<int32_t>(std::min<int64_t>(new_upper - new_lower + 1, INT32_MAX)),
                     static_cast<int32_t>(new_lower)};
  checked_element_count({&dim, 1});
  ArrayBuilder builder(array.element_type(), array.physical());
  for (int64_t i = new_lower; i <= new_upper; ++i) {
    if (i < old.lower || i > old.upper())
      builder.append_null();
    else
      builder.append_from(array, static_cast<uint32_t>(i - old.lower));
  }
  return builder.finish({&dim, 1});
}

std::string single_element(const ArrayView& array, std::span<const int32_t> subscripts, const Value& value) {
  std::vector<ArrayDimension> shape;
  for (int32_t subscript : subscripts) shape.push_back({1, subscript});
  if (shape.size() > kArrayDimensionsMax) throw subscript_error("wrong number of array subscripts");
  ArrayBuilder builder(array.element_type(), array.physical());
  builder.append(value);
  return builder.finish(shape);
}

std::string slice_of_empty(std::span<const SliceBounds> bounds, const ArrayView& source) {
  std::vector<ArrayDimension> shape;
  for (const SliceBounds& b : bounds) {
    if (!b.lower || !b.upper) {
      throw SqlError(sqlstate::kArraySubscriptError, "array slice subscript must provide both boundaries")
          .detail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.");
    }
    int64_t length = int64_t{*b.upper} - *b.lower + 1;
    if (length < 0) throw subscript_error("upper bound cannot be less than lower bound");
    shape.push_back({static_cast<int32_t>(std::min<int64_t>(length, INT32_MAX)), *b.lower});
  }
  uint32_t count = checked_element_count(shape);
  if (source.size() < count) throw subscript_error("source array too small");
  ArrayBuilder builder(source.element_type(), source.physical());
  for (uint32_t i = 0; i < count; ++i) builder.append_from(source, i);
  if (count == 0) shape.clear();
  return builder.finish(shape);
}

}  // namespace

Value array_element(std::string_view array, std::span<const int32_t> subscripts) {
  ArrayView view(array);
  int64_t offset = array_offset(view, subscripts);
  return offset < 0 ? Value::null(view.physical()) : view.value(static_cast<uint32_t>(offset));
}

std::string array_slice(std::string_view array, std::span<const SliceBounds> bounds) {
  ArrayView view(array);
  std::string nothing = empty_array(view.element_type(), view.physical());
  if (view.dimensions() == 0 || static_cast<int>(bounds.size()) > view.dimensions()) return nothing;
  Window window{view.shape(), {}, {}};
  std::vector<ArrayDimension> result;
  for (size_t d = 0; d < window.shape.size(); ++d) {
    const ArrayDimension& dim = window.shape[d];
    int32_t lower = dim.lower, upper = dim.upper();
    if (d < bounds.size()) {
      lower = std::max(lower, bounds[d].lower.value_or(lower));
      upper = std::min(upper, bounds[d].upper.value_or(upper));
    }
    if (lower > upper) return nothing;
    window.first.push_back(static_cast<uint32_t>(lower - dim.lower));
    window.count.push_back(static_cast<uint32_t>(upper - lower + 1));
    result.push_back({upper - lower + 1, 1});
  }
  ArrayBuilder builder(view.element_type(), view.physical());
  window.each([&](uint32_t offset) { builder.append_from(view, offset); });
  return builder.finish(result);
}

std::string array_with_element(std::string_view array, std::span<const int32_t> subscripts, const Value& value) {
  ArrayView view(array);
  if (view.dimensions() == 0) return single_element(view, subscripts, value);
  check_subscript_count(subscripts.size(), view);
  std::string wider;
  ArrayDimension first = view.dimension(0);
  if (view.dimensions() == 1 && (subscripts[0] < first.lower || subscripts[0] > first.upper())) {
    wider = extended(view, subscripts[0], subscripts[0]);
    view = ArrayView(wider);
  }
  int64_t target = array_offset(view, subscripts);
  if (target < 0) throw subscript_error("array subscript out of range");
  ArrayBuilder builder(view.element_type(), view.physical());
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (i == target)
      builder.append(value);
    else
      builder.append_from(view, i);
  }
  return builder.finish(view.shape());
}

std::string array_with_slice(std::string_view array, std::span<const SliceBounds> bounds, std::string_view source) {
  ArrayView view(array), values(source);
  if (view.dimensions() == 0) return slice_of_empty(bounds, values);
  if (static_cast<int>(bounds.size()) > view.dimensions()) throw subscript_error("wrong number of array subscripts");
  std::string wider;
  if (view.dimensions() == 1) {
    int32_t lower = bounds[0].lower.value_or(view.dimension(0).lower);
    int32_t upper = bounds[0].upper.value_or(view.dimension(0).upper());
    if (lower > upper) throw subscript_error("upper bound cannot be less than lower bound");
    if (lower < view.dimension(0).lower || upper > view.dimension(0).upper()) {
      wider = extended(view, lower, upper);
      view = ArrayView(wider);
    }
  }
  Window window{view.shape(), {}, {}};
  for (size_t d = 0; d < window.shape.size(); ++d) {
    const ArrayDimension& dim = window.shape[d];
    int32_t lower = dim.lower, upper = dim.upper();
    if (d < bounds.size()) {
      lower = bounds[d].lower.value_or(lower);
      upper = bounds[d].upper.value_or(upper);
    }
    if (lower > upper) throw subscript_error("upper bound cannot be less than lower bound");
    if (lower < dim.lower || upper > dim.upper()) throw subscript_error("array subscript out of range");
    window.first.push_back(static_cast<uint32_t>(lower - dim.lower));
    window.count.push_back(static_cast<uint32_t>(upper - lower + 1));
  }
  if (values.size() < window.elements()) throw subscript_error("source array too small");
  std::vector<int64_t> origin(view.size(), -1);
  uint32_t next = 0;
  window.each([&](uint32_t offset) { origin[offset] = next++; });
  ArrayBuilder builder(view.element_type(), view.physical());
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (origin[i] < 0)
      builder.append_from(view, i);
    else
      builder.append_from(values, static_cast<uint32_t>(origin[i]));
  }
  return builder.finish(view.shape());
}

}  // namespace basalt::types
