// Evaluates the filters of a scan, on a leaf's arrays or on single cells (QRY-11).
#pragma once

#include <functional>
#include <vector>

#include "storage/heap.hpp"
#include "storage/heap_leaf.hpp"

namespace basalt::storage {

// Whether a value passes that compares to the constant like this (negative, 0, positive).
bool order_passes(LeafFilterKind kind, int order);
// Whether the cell passes. Overflow values must have been replaced by their contents.
bool cell_passes(const LeafFilter& filter, common::PhysicalType type, const CellRef& cell);
// Keeps in `slots` those whose stored value passes; `load_overflow` fetches wide strings.
void filter_slots(const LeafFilter& filter, const HeapLeaf& leaf, uint32_t column, std::vector<uint16_t>& slots,
                  const std::function<std::string(const OverflowRef&)>& load_overflow);
// False: the range of the leaf's values shows that none passes.
bool range_may_pass(const LeafFilter& filter, const HeapLeaf& leaf, uint32_t column);

}  // namespace basalt::storage
