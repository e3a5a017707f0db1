// WindowClause::frame_options, for the layers above that do not know the AST. The bits are PostgreSQL's.
#pragma once

#include "parser/ast_expr.hpp"

namespace basalt::query::frame {

inline constexpr uint32_t kRange = parser::kFrameRange, kRows = parser::kFrameRows, kGroups = parser::kFrameGroups;
inline constexpr uint32_t kStartUnboundedPreceding = parser::kFrameStartUnboundedPreceding,
                          kEndUnboundedFollowing = parser::kFrameEndUnboundedFollowing,
                          kStartCurrentRow = parser::kFrameStartCurrentRow,
                          kEndCurrentRow = parser::kFrameEndCurrentRow,
                          kStartOffsetPreceding = parser::kFrameStartOffsetPreceding,
                          kEndOffsetPreceding = parser::kFrameEndOffsetPreceding,
                          kStartOffsetFollowing = parser::kFrameStartOffsetFollowing,
                          kEndOffsetFollowing = parser::kFrameEndOffsetFollowing,
                          kExcludeCurrentRow = parser::kFrameExcludeCurrentRow,
                          kExcludeGroup = parser::kFrameExcludeGroup, kExcludeTies = parser::kFrameExcludeTies;
inline constexpr uint32_t kStartOffset = kStartOffsetPreceding | kStartOffsetFollowing,
                          kEndOffset = kEndOffsetPreceding | kEndOffsetFollowing,
                          kExclusion = kExcludeCurrentRow | kExcludeGroup | kExcludeTies;

}  // namespace basalt::query::frame
