// Functions that compare arrays or look for elements in them.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/detail.hpp"
#include "types/function_adaptor.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

constexpr const char* kEquality = "an equality operator";
constexpr const char* kComparison = "a comparison function";

void check_same_elements(const ArrayView& a, const ArrayView& b) {
  if (a.element_type() != b.element_type()) {
    throw SqlError(sqlstate::kDatatypeMismatch, "cannot compare arrays of different element types");
  }
}

// Bytes of element i, kept in `keep` when they are no string.
std::string_view element_bytes(const ArrayView& array, uint32_t i, Value& keep) {
  if (array.physical() == common::PhysicalType::kString) return array.string(i);
  keep = array.value(i);
  return raw_bytes(keep);
}

bool equal_elements(const RawOperations& operations, const ArrayView& a, uint32_t i, const ArrayView& b, uint32_t j) {
  Value x, y;
  return operations.compare_raw(element_bytes(a, i, x), element_bytes(b, j, y)) == 0;
}

// --- order ---------------------------------------------------------------------------------------------------------

int compare_arrays(FunctionCall& call, std::string_view left, std::string_view right, const char* what) {
  ArrayView a(left), b(right);
  check_same_elements(a, b);
  const RawOperations& operations = operations_for(call, a.element_type(), what);
  for (uint32_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a.is_null(i) || b.is_null(i)) {
      int order = static_cast<int>(a.is_null(i)) - static_cast<int>(b.is_null(i));
      if (order != 0) return order;
      continue;
    }
    Value x, y;
    if (int order = operations.compare_raw(element_bytes(a, i, x), element_bytes(b, i, y))) return order;
  }
  if (a.size() != b.size()) return three_way(a.size(), b.size());
  if (a.dimensions() != b.dimensions()) return three_way(a.dimensions(), b.dimensions());
  for (int d = 0; d < a.dimensions(); ++d) {
    if (int order = three_way(a.dimension(d).length, b.dimension(d).length)) return order;
  }
  for (int d = 0; d < a.dimensions(); ++d) {
    if (int order = three_way(a.dimension(d).lower, b.dimension(d).lower)) return order;
  }
  return 0;
}

bool equal_arrays(FunctionCall& call, std::string_view left, std::string_view right) {
  ArrayView a(left), b(right);
  check_same_elements(a, b);
  if (a.shape() != b.shape()) return false;
  return compare_arrays(call, left, right, kEquality) == 0;
}

bool array_eq(FunctionCall& c, std::string_view a, std::string_view b) { return equal_arrays(c, a, b); }
bool array_ne(FunctionCall& c, std::string_view a, std::string_view b) { return !equal_arrays(c, a, b); }
bool array_lt(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare_arrays(c, a, b, kComparison) < 0;
}
bool array_le(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare_arrays(c, a, b, kComparison) <= 0;
}
bool array_gt(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare_arrays(c, a, b, kComparison) > 0;
}
bool array_ge(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare_arrays(c, a, b, kComparison) >= 0;
}
int32_t btarraycmp(FunctionCall& c, std::string_view a, std::string_view b) {
  return three_way(compare_arrays(c, a, b, kComparison), 0);
}
std::string array_larger(FunctionCall& c, std::string_view a, std::string_view b) {
  return std::string(compare_arrays(c, a, b, kComparison) > 0 ? a : b);
}
std::string array_smaller(FunctionCall& c, std::string_view a, std::string_view b) {
  return std::string(compare_arrays(c, a, b, kComparison) < 0 ? a : b);
}

int64_t hash_array_extended(FunctionCall& call, std::string_view array, int64_t seed) {
  ArrayView view(array);
  uint64_t result = 1;
  for (uint32_t i = 0; i < view.size(); ++i) {
    uint64_t h = 0;
    if (!view.is_null(i)) {
      Value keep;
      h = operations_for(call, view.element_type(), "an extended hash function")
              .hash_extended_raw(element_bytes(view, i, keep), static_cast<uint64_t>(seed));
    }
    result = (result << 5) - result + h;
  }
  return static_cast<int64_t>(result);
}
int32_t hash_array(FunctionCall& call, std::string_view array) {
  return static_cast<int32_t>(hash_array_extended(call, array, 0));
}

// --- containment ---------------------------------------------------------------------------------------------------

bool contains_element(const RawOperations& operations, const ArrayView& array, const ArrayView& other, uint32_t j) {
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (!array.is_null(i) && equal_elements(operations, array, i, other, j)) return true;
  }
  return false;
}

bool contains_all(FunctionCall& call, std::string_view outer, std::string_view inner) {
  ArrayView a(outer), b(inner);
  check_same_elements(a, b);
  const RawOperations& operations = operations_for(call, a.element_type(), kEquality);
  for (uint32_t j = 0; j < b.size(); ++j) {
    if (b.is_null(j) || !contains_element(operations, a, b, j)) return false;
  }
  return true;
}

bool arraycontains(FunctionCall& c, std::string_view a, std::string_view b) { return contains_all(c, a, b); }
bool arraycontained(FunctionCall& c, std::string_view a, std::string_view b) { return contains_all(c, b, a); }
bool arrayoverlap(FunctionCall& call, std::string_view left, std::string_view right) {
  ArrayView a(left), b(right);
  check_same_elements(a, b);
  const RawOperations& operations = operations_for(call, a.element_type(), kEquality);
  for (uint32_t j = 0; j < b.size(); ++j) {
    if (!b.is_null(j) && contains_element(operations, a, b, j)) return true;
  }
  return false;
}

// --- positions, remove, replace ------------------------------------------------------------------------------------

// NULL is found where a NULL is.
bool is_element(FunctionCall& call, const ArrayView& view, uint32_t i, const Value& wanted) {
  const RawOperations& operations = operations_for(call, view.element_type(), kEquality);
  if (view.is_null(i) || wanted.is_null()) return view.is_null(i) && wanted.is_null();
  Value keep;
  return operations.compare_raw(element_bytes(view, i, keep), raw_bytes(wanted)) == 0;
}

void check_searchable(const ArrayView& view) {
  if (view.dimensions() > 1) {
    throw SqlError(sqlstate::kFeatureNotSupported,
                   "searching for elements in multidimensional arrays is not supported");
  }
}

Value position_from(FunctionCall& call, std::span<const Value> arguments, const Value* start) {
  if (arguments[0].is_null()) return Value();
  ArrayView view(arguments[0].string());
  check_searchable(view);
  if (view.dimensions() == 0 || (arguments[1].is_null() && !view.has_nulls())) return Value();
  if (start && start->is_null()) throw SqlError(sqlstate::kNullValueNotAllowed, "initial position must not be null");
  ArrayDimension dim = view.dimension(0);
  int64_t first = start ? std::max<int64_t>(start->as<int32_t>(), dim.lower) - dim.lower : 0;
  for (int64_t i = first; i < view.size(); ++i) {
    if (is_element(call, view, static_cast<uint32_t>(i), arguments[1])) {
      return Value::of(static_cast<int32_t>(dim.lower + i));
    }
  }
  return Value();
}

Value array_position(FunctionCall& call, std::span<const Value> arguments) {
  return position_from(call, arguments, nullptr);
}
Value array_position_start(FunctionCall& call, std::span<const Value> arguments) {
  return position_from(call, arguments, &arguments[2]);
}

Value array_positions(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[0].is_null()) return Value();
  ArrayView view(arguments[0].string());
  check_searchable(view);
  ArrayBuilder builder(oid::kInt4, common::PhysicalType::kInt32);
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (is_element(call, view, i, arguments[1])) {
      builder.append_fixed(static_cast<int32_t>(view.dimension(0).lower + static_cast<int32_t>(i)));
    }
  }
  return Value::of(builder.finish());
}

Value array_remove(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[0].is_null()) return Value();
  ArrayView view(arguments[0].string());
  if (view.dimensions() > 1) {
    throw SqlError(sqlstate::kFeatureNotSupported, "removing elements from multidimensional arrays is not supported");
  }
  if (view.size() == 0) return arguments[0];
  ArrayBuilder builder(view.element_type(), view.physical());
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (!is_element(call, view, i, arguments[1])) builder.append_from(view, i);
  }
  if (builder.size() == 0) return Value::of(builder.finish());
  ArrayDimension dim{static_cast<int32_t>(builder.size()), view.dimension(0).lower};
  return Value::of(builder.finish({&dim, 1}));
}

Value array_replace(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[0].is_null()) return Value();
  ArrayView view(arguments[0].string());
  ArrayBuilder builder(view.element_type(), view.physical());
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (is_element(call, view, i, arguments[1]))
      builder.append(arguments[2]);
    else
      builder.append_from(view, i);
  }
  return Value::of(builder.finish(view.shape()));
}

// The number of thresholds that are not above the operand.
Value width_bucket_array(FunctionCall& call, std::span<const Value> arguments) {
  ArrayView view(arguments[1].string());
  if (view.dimensions() > 1) {
    throw SqlError(sqlstate::kArraySubscriptError, "thresholds must be one-dimensional array");
  }
  if (view.has_nulls()) throw SqlError(sqlstate::kNullValueNotAllowed, "thresholds array must not contain NULLs");
  const RawOperations& operations = operations_for(call, view.element_type(), kComparison);
  uint32_t low = 0, high = view.size();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    Value keep;
    if (operations.compare_raw(raw_bytes(arguments[0]), element_bytes(view, middle, keep)) < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return Value::of(static_cast<int32_t>(low));
}

}  // namespace

void register_array_search(FunctionRegistry& registry) {
  registry.add_scalar("array_eq", scalar<array_eq>());
  registry.add_scalar("array_ne", scalar<array_ne>());
  registry.add_scalar("array_lt", scalar<array_lt>());
  registry.add_scalar("array_le", scalar<array_le>());
  registry.add_scalar("array_gt", scalar<array_gt>());
  registry.add_scalar("array_ge", scalar<array_ge>());
  registry.add_scalar("btarraycmp", scalar<btarraycmp>());
  registry.add_scalar("array_larger", scalar<array_larger>());
  registry.add_scalar("array_smaller", scalar<array_smaller>());
  registry.add_scalar("hash_array", scalar<hash_array>());
  registry.add_scalar("hash_array_extended", scalar<hash_array_extended>());
  registry.add_scalar("arraycontains", scalar<arraycontains>());
  registry.add_scalar("arraycontained", scalar<arraycontained>());
  registry.add_scalar("arrayoverlap", scalar<arrayoverlap>());
  registry.add_scalar("array_position", value_kernel<array_position, NullArguments::kReach>());
  registry.add_scalar("array_position_start", value_kernel<array_position_start, NullArguments::kReach>());
  registry.add_scalar("array_positions", value_kernel<array_positions, NullArguments::kReach>());
  registry.add_scalar("array_remove", value_kernel<array_remove, NullArguments::kReach>());
  registry.add_scalar("array_replace", value_kernel<array_replace, NullArguments::kReach>());
  registry.add_scalar("width_bucket_array", value_kernel<width_bucket_array>());
}

}  // namespace basalt::types::container
