// Leaf filters and key ranges applied to a single value or key, outside of a scan (re-checks, QRY-9).
#pragma once

#include "storage/index.hpp"

namespace basalt::storage {

bool leaf_filter_matches(const LeafFilter& filter, const Value& value);
bool range_contains(const KeyRange& range, std::string_view key);

}  // namespace basalt::storage
