// HeapLayout: the physical columns of a heap tree. Layouts are versioned and redo-only (STO-11): a leaf keeps the
// version it was written with; columns added later read as their `missing` value, so ADD COLUMN ... DEFAULT rewrites
// nothing. Columns are only ever appended; a dropped column stays in place and reads as NULL.
#pragma once

#include <vector>

#include "common/ids.hpp"
#include "common/physical_type.hpp"
#include "common/value.hpp"

namespace basalt::storage {

using common::ColumnIndex;
using common::PhysicalType;
using common::Value;

struct ColumnLayout {
  PhysicalType type;
  Value missing;  // what rows written before this column existed read as
  bool dropped = false;
};

struct HeapLayout {
  std::vector<ColumnLayout> columns;
};

}  // namespace basalt::storage
