// The arithmetic of SQL's SUBSTRING and OVERLAY, shared by text (characters), bytea (bytes).
#pragma once

#include <cstdint>
#include <limits>

#include "common/sqlstate.hpp"

namespace basalt::types {

// From `begin` (counted from 0) to before `end`.
struct CharacterRange {
  static constexpr int64_t kToEnd = std::numeric_limits<int64_t>::max();
  int64_t begin;
  int64_t end;
};

inline CharacterRange character_range(int32_t start) {
  return {start > 1 ? int64_t{start} - 1 : 0, CharacterRange::kToEnd};
}

// SUBSTRING(s FROM start FOR length): positions before 1 count, but hold nothing.
inline CharacterRange character_range(int32_t start, int32_t length) {
  if (length < 0) {
    throw common::SqlError(common::sqlstate::kSubstringError, "negative substring length not allowed");
  }
  int64_t end = int64_t{start} - 1 + length;
  if (end > std::numeric_limits<int32_t>::max()) end = CharacterRange::kToEnd;
  return {start > 1 ? int64_t{start} - 1 : 0, end};
}

struct OverlayRanges {
  CharacterRange before;
  CharacterRange after;
};

inline OverlayRanges overlay_ranges(int32_t start, int32_t length) {
  if (start <= 0) {
    throw common::SqlError(common::sqlstate::kSubstringError, "negative substring length not allowed");
  }
  int32_t behind;
  if (__builtin_add_overflow(start, length, &behind)) {
    throw common::SqlError(common::sqlstate::kNumericValueOutOfRange, "integer out of range");
  }
  return {character_range(1, start - 1), character_range(behind)};
}

}  // namespace basalt::types
