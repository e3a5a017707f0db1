// The binary format of arrays: dimensions, flags, element type, bounds, then each element with its length (-1: NULL).
#include "types/call_context.hpp"
#include "types/container/array_text.hpp"
#include "types/container/message.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

std::vector<ArrayDimension> receive_shape(std::string_view& message, int dimensions) {
  std::vector<ArrayDimension> shape;
  for (int d = 0; d < dimensions; ++d) {
    ArrayDimension dim;
    dim.length = take_message<int32_t>(message);
    dim.lower = take_message<int32_t>(message);
    if (dim.length < 0) {
      throw SqlError(sqlstate::kProgramLimitExceeded,
                     "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
    }
    if (static_cast<int64_t>(dim.lower) + dim.length > INT32_MAX) {
      throw SqlError(sqlstate::kProgramLimitExceeded, "array lower bound is too large: " + std::to_string(dim.lower));
    }
    shape.push_back(dim);
  }
  return shape;
}

}  // namespace

std::string receive_array(CallContext& context, std::string_view message, const TypeDescriptor& element,
                          int32_t typmod) {
  auto dimensions = take_message<int32_t>(message);
  if (dimensions < 0) {
    throw SqlError(sqlstate::kInvalidBinaryRepresentation,
                   "invalid number of dimensions: " + std::to_string(dimensions));
  }
  if (dimensions > kArrayDimensionsMax) {
    throw SqlError(sqlstate::kProgramLimitExceeded,
                   "number of array dimensions (" + std::to_string(dimensions) + ") exceeds the maximum allowed (6)");
  }
  auto flags = take_message<int32_t>(message);
  if (flags != 0 && flags != 1) throw SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid array flags");
  Oid sent{take_message<uint32_t>(message)};
  if (sent != element.oid) {
    throw SqlError(sqlstate::kDatatypeMismatch, "binary data has array element type " + std::to_string(sent.value) +
                                                    " (" + context.format_type(sent, -1) + ") instead of expected " +
                                                    std::to_string(element.oid.value) + " (" +
                                                    context.format_type(element.oid, -1) + ")");
  }
  std::vector<ArrayDimension> shape = receive_shape(message, dimensions);
  uint32_t count = checked_element_count(shape);
  ArrayBuilder builder(element.oid, element.physical);
  for (uint32_t i = 0; i < count; ++i) {
    auto size = take_message<int32_t>(message);
    if (size == -1) {
      builder.append_null();
      continue;
    }
    if (size < -1 || static_cast<size_t>(size) > message.size()) {
      throw SqlError(sqlstate::kInvalidBinaryRepresentation, "insufficient data left in message");
    }
    builder.append(context.receive(element.oid, take_message_bytes(message, static_cast<size_t>(size)), typmod));
  }
  if (count == 0) shape.clear();
  return builder.finish(shape);
}

std::string send_array(CallContext& context, std::string_view bytes) {
  ArrayView array(bytes);
  std::string out;
  append_message(out, static_cast<int32_t>(array.dimensions()));
  append_message(out, static_cast<int32_t>(array.has_nulls() ? 1 : 0));
  append_message(out, array.element_type().value);
  for (const ArrayDimension& d : array.shape()) {
    append_message(out, d.length);
    append_message(out, d.lower);
  }
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      append_message(out, int32_t{-1});
      continue;
    }
    std::string element = context.send(array.element_type(), array.value(i));
    append_message(out, static_cast<int32_t>(element.size()));
    out += element;
  }
  return out;
}

}  // namespace basalt::types
