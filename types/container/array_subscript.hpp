// Subscripting of arrays, as the executor needs it: fetch and assign of elements and slices.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "types/container/array.hpp"

namespace basalt::types {

// One [lower:upper]; a missing bound is that of the array.
struct SliceBounds {
  std::optional<int32_t> lower, upper;
};

// arr[i][j]; NULL when outside of the bounds or with another number of subscripts.
common::Value array_element(std::string_view array, std::span<const int32_t> subscripts);
// arr[a:b][c:d]; an empty array when nothing is in it. The result's lower bounds are 1.
std::string array_slice(std::string_view array, std::span<const SliceBounds> bounds);

// arr[i][j] := value (may be NULL). One-dimensional arrays grow, with NULLs in a gap; 2202E otherwise. An absent array
// is given as empty_array().
std::string array_with_element(std::string_view array, std::span<const int32_t> subscripts, const common::Value& value);
// arr[a:b] := source, an array of the same element type.
std::string array_with_slice(std::string_view array, std::span<const SliceBounds> bounds, std::string_view source);

}  // namespace basalt::types
