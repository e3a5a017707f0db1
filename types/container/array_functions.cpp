// Functions that build and describe arrays.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/array_subscript.hpp"
#include "types/container/array_text.hpp"
#include "types/container/detail.hpp"
#include "types/function_adaptor.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

// --- text and binary -----------------------------------------------------------------------------------------------

std::string array_in(FunctionCall& call, std::string_view text, uint32_t element, int32_t typmod) {
  return parse_array(*call.context, text, *call.context->type(Oid{element}), typmod);
}
std::string array_out(FunctionCall& call, std::string_view array) { return array_to_string(*call.context, array); }
std::string array_recv(FunctionCall& call, std::string_view message, uint32_t element, int32_t typmod) {
  return receive_array(*call.context, message, *call.context->type(Oid{element}), typmod);
}
std::string array_send(FunctionCall& call, std::string_view array) { return send_array(*call.context, array); }

// --- shape ---------------------------------------------------------------------------------------------------------

std::optional<ArrayDimension> dimension_of(std::string_view array, int32_t dimension) {
  ArrayView view(array);
  if (dimension < 1 || dimension > view.dimensions()) return std::nullopt;
  return view.dimension(dimension - 1);
}

std::optional<int32_t> array_ndims(std::string_view array) {
  int dimensions = ArrayView(array).dimensions();
  if (dimensions == 0) return std::nullopt;
  return dimensions;
}
std::optional<std::string> array_dims(std::string_view array) {
  std::string out;
  for (const ArrayDimension& d : ArrayView(array).shape()) {
    out += "[" + std::to_string(d.lower) + ":" + std::to_string(d.upper()) + "]";
  }
  if (out.empty()) return std::nullopt;
  return out;
}
std::optional<int32_t> array_lower(std::string_view array, int32_t dimension) {
  auto dim = dimension_of(array, dimension);
  return dim ? std::optional(dim->lower) : std::nullopt;
}
std::optional<int32_t> array_upper(std::string_view array, int32_t dimension) {
  auto dim = dimension_of(array, dimension);
  return dim ? std::optional(dim->upper()) : std::nullopt;
}
std::optional<int32_t> array_length(std::string_view array, int32_t dimension) {
  auto dim = dimension_of(array, dimension);
  return dim ? std::optional(dim->length) : std::nullopt;
}
int32_t array_cardinality(std::string_view array) { return static_cast<int32_t>(ArrayView(array).size()); }

// --- append, prepend, cat ------------------------------------------------------------------------------------------

TypePointer element_type(FunctionCall& call, Oid array_type) {
  TypePointer array = call.context->type(array_type);
  while (array->kind == 'd') array = call.context->type(array->base);
  return call.context->type(array->element);
}

// The array argument, or an empty one for NULL.
std::string array_or_empty(FunctionCall& call, const Value& array) {
  if (!array.is_null()) return std::string(array.string());
  TypePointer element = element_type(call, call.result_type);
  return empty_array(element->oid, element->physical);
}

ArrayDimension dimension_to_extend(const ArrayView& view) {
  if (view.dimensions() > 1) {
    throw SqlError(sqlstate::kDataException, "argument must be empty or one-dimensional array");
  }
  ArrayDimension dim = view.dimensions() == 0 ? ArrayDimension{0, 1} : view.dimension(0);
  return dim;
}

Value array_append(FunctionCall& call, std::span<const Value> arguments) {
  std::string array = array_or_empty(call, arguments[0]);
  ArrayView view(array);
  ArrayDimension dim = dimension_to_extend(view);
  if (int64_t{dim.lower} + dim.length > INT32_MAX) {
    throw SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
  }
  ArrayBuilder builder(view.element_type(), view.physical());
  for (uint32_t i = 0; i < view.size(); ++i) builder.append_from(view, i);
  builder.append(arguments[1]);
  ++dim.length;
  return Value::of(builder.finish({&dim, 1}));
}

Value array_prepend(FunctionCall& call, std::span<const Value> arguments) {
  std::string array = array_or_empty(call, arguments[1]);
  ArrayView view(array);
  ArrayDimension dim = dimension_to_extend(view);
  if (view.dimensions() > 0 && dim.lower == INT32_MIN) {
    throw SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
  }
  ArrayBuilder builder(view.element_type(), view.physical());
  builder.append(arguments[0]);
  for (uint32_t i = 0; i < view.size(); ++i) builder.append_from(view, i);
  ++dim.length;
  return Value::of(builder.finish({&dim, 1}));
}

[[noreturn]] void fail_concatenation(std::string detail) {
  throw SqlError(sqlstate::kArraySubscriptError, "cannot concatenate incompatible arrays").detail(std::move(detail));
}

// The shape of a || b: of the same number of dimensions, or one of them an element of the other.
std::vector<ArrayDimension> concatenated_shape(const ArrayView& a, const ArrayView& b) {
  std::vector<ArrayDimension> x = a.shape(), y = b.shape();
  if (x.size() == y.size()) {
    for (size_t d = 1; d < x.size(); ++d) {
      if (x[d] != y[d]) {
        fail_concatenation("Arrays with differing element dimensions are not compatible for concatenation.");
      }
    }
    x[0].length += y[0].length;
    return x;
  }
  if (x.size() + 1 != y.size() && y.size() + 1 != x.size()) {
    fail_concatenation("Arrays of " + std::to_string(x.size()) + " and " + std::to_string(y.size()) +
                       " dimensions are not compatible for concatenation.");
  }
  std::vector<ArrayDimension>& outer = x.size() > y.size() ? x : y;
  const std::vector<ArrayDimension>& inner = x.size() > y.size() ? y : x;
  if (!std::equal(inner.begin(), inner.end(), outer.begin() + 1)) {
    fail_concatenation("Arrays with differing dimensions are not compatible for concatenation.");
  }
  ++outer[0].length;
  return outer;
}

Value array_cat(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[0].is_null()) return arguments[1];
  if (arguments[1].is_null()) return arguments[0];
  ArrayView a(arguments[0].string()), b(arguments[1].string());
  if (a.element_type() != b.element_type()) {
    throw SqlError(sqlstate::kDatatypeMismatch, "cannot concatenate incompatible arrays")
        .detail("Arrays with element types " + call.context->format_type(a.element_type(), -1) + " and " +
                call.context->format_type(b.element_type(), -1) + " are not compatible for concatenation.");
  }
  if (a.dimensions() == 0 && b.dimensions() > 0) return arguments[1];
  if (b.dimensions() == 0) return arguments[0];
  std::vector<ArrayDimension> shape = concatenated_shape(a, b);
  checked_element_count(shape);
  ArrayBuilder builder(a.element_type(), a.physical());
  for (uint32_t i = 0; i < a.size(); ++i) builder.append_from(a, i);
  for (uint32_t i = 0; i < b.size(); ++i) builder.append_from(b, i);
  return Value::of(builder.finish(shape));
}

// --- fill, trim ----------------------------------------------------------------------------------------------------

std::vector<int32_t> subscripts_of(const Value& array, const char* null_message) {
  ArrayView view(array.string());
  std::vector<int32_t> out;
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (view.is_null(i)) throw SqlError(sqlstate::kNullValueNotAllowed, null_message);
    out.push_back(view.get<int32_t>(i));
  }
  return out;
}

[[noreturn]] void fail_subscript_count(const char* detail) {
  throw SqlError(sqlstate::kArraySubscriptError, "wrong number of array subscripts").detail(detail);
}

Value filled_array(FunctionCall& call, const Value& value, const Value& dimensions, const Value* bounds) {
  if (dimensions.is_null() || (bounds && bounds->is_null())) {
    throw SqlError(sqlstate::kNullValueNotAllowed, "dimension array or low bound array cannot be null");
  }
  if (ArrayView(dimensions.string()).dimensions() > 1) fail_subscript_count("Dimension array must be one dimensional.");
  ArrayView sizes(dimensions.string());
  if (sizes.size() > kArrayDimensionsMax) {
    throw SqlError(sqlstate::kProgramLimitExceeded,
                   "number of array dimensions (" + std::to_string(sizes.size()) + ") exceeds the maximum allowed (6)");
  }
  std::vector<int32_t> lengths = subscripts_of(dimensions, "dimension values cannot be null");
  std::vector<int32_t> lowers(lengths.size(), 1);
  if (bounds) {
    if (ArrayView(bounds->string()).dimensions() > 1) fail_subscript_count("Dimension array must be one dimensional.");
    lowers = subscripts_of(*bounds, "dimension values cannot be null");
    if (lowers.size() != lengths.size()) {
      fail_subscript_count("Low bound array has different size than dimensions array.");
    }
  }
  TypePointer element = element_type(call, call.result_type);
  std::vector<ArrayDimension> shape;
  for (size_t d = 0; d < lengths.size(); ++d) shape.push_back({lengths[d], lowers[d]});
  uint32_t count = checked_element_count(shape);
  if (count == 0) return Value::of(empty_array(element->oid, element->physical));
  ArrayBuilder builder(element->oid, element->physical);
  size_t each = !value.is_null() && element->physical == common::PhysicalType::kString ? value.string().size() + 4 : 8;
  common::MemoryReservation asked(&call.context->memory());
  asked.resize(count * each);
  for (uint32_t i = 0; i < count; ++i) {
    if ((i & 0xffff) == 0) call.context->interrupt().check();
    builder.append(value);
  }
  return Value::of(builder.finish(shape));
}

Value array_fill(FunctionCall& call, std::span<const Value> arguments) {
  return filled_array(call, arguments[0], arguments[1], nullptr);
}
Value array_fill_with_lower_bounds(FunctionCall& call, std::span<const Value> arguments) {
  return filled_array(call, arguments[0], arguments[1], &arguments[2]);
}

std::string trim_array(std::string_view array, int32_t count) {
  ArrayView view(array);
  int32_t length = view.dimensions() == 0 ? 0 : view.dimension(0).length;
  if (count < 0 || count > length) {
    throw SqlError(sqlstate::kArrayElementError,
                   "number of elements to trim must be between 0 and " + std::to_string(length));
  }
  if (length == 0) return std::string(array);
  SliceBounds bounds{std::nullopt, view.dimension(0).upper() - count};
  return array_slice(array, {&bounds, 1});
}

// VARIADIC "any" counts: the arguments themselves, or the elements of VARIADIC arr.
void count_nulls(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result, bool nulls) {
  for (uint32_t row = 0; row < rows; ++row) {
    int32_t count = 0;
    if (call.variadic_array) {
      if (arguments[0].is_null(row)) {
        result.set_null(row);
        continue;
      }
      Value array = arguments[0].value(row);
      ArrayView view(array.string());
      for (uint32_t i = 0; i < view.size(); ++i) count += view.is_null(i) == nulls;
    } else {
      for (const Vector& argument : arguments) count += argument.is_null(row) == nulls;
    }
    result.data<int32_t>()[row] = count;
  }
}
void num_nulls(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  count_nulls(call, arguments, rows, result, true);
}
void num_nonnulls(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  count_nulls(call, arguments, rows, result, false);
}

}  // namespace

void register_array(FunctionRegistry& registry) {
  registry.add_scalar("array_in", scalar<array_in>());
  registry.add_scalar("array_out", scalar<array_out>());
  registry.add_scalar("array_recv", scalar<array_recv>());
  registry.add_scalar("array_send", scalar<array_send>());
  registry.add_scalar("anyarray_out", scalar<array_out>());
  registry.add_scalar("anyarray_send", scalar<array_send>());
  registry.add_scalar("anycompatiblearray_out", scalar<array_out>());
  registry.add_scalar("anycompatiblearray_send", scalar<array_send>());
  registry.add_scalar("array_ndims", scalar<array_ndims>());
  registry.add_scalar("array_dims", scalar<array_dims>());
  registry.add_scalar("array_lower", scalar<array_lower>());
  registry.add_scalar("array_upper", scalar<array_upper>());
  registry.add_scalar("array_length", scalar<array_length>());
  registry.add_scalar("array_cardinality", scalar<array_cardinality>());
  registry.add_scalar("array_append", value_kernel<array_append, NullArguments::kReach>());
  registry.add_scalar("array_prepend", value_kernel<array_prepend, NullArguments::kReach>());
  registry.add_scalar("array_cat", value_kernel<array_cat, NullArguments::kReach>());
  registry.add_scalar("array_fill", value_kernel<array_fill, NullArguments::kReach>());
  registry.add_scalar("array_fill_with_lower_bounds",
                      value_kernel<array_fill_with_lower_bounds, NullArguments::kReach>());
  registry.add_scalar("trim_array", scalar<trim_array>());
  // The executor subscripts arrays with array_subscript.hpp.
  registry.add_internal("array_subscript_handler");
  registry.add_internal("raw_array_subscript_handler");
  registry.add_scalar("pg_num_nulls", num_nulls);
  registry.add_scalar("pg_num_nonnulls", num_nonnulls);
}

}  // namespace basalt::types::container
