// Index conditions become key ranges; index entries become rows.
#include <algorithm>

#include "executor/scan.hpp"
#include "types/container/array.hpp"

namespace basalt::executor {

using storage::KeyRange;

IndexRanges::IndexRanges(ExecutionContext& context, const planner::PhysicalIndexScan& node) : node_(node) {
  for (int k = 0; k < node.index->key_count; ++k) {
    const auto& key = node.index->keys[static_cast<size_t>(k)];
    columns_.push_back({{types::type_operations(*context.evaluation.call, key.type, key.collation), key.descending,
                         key.nulls_first},
                        context.evaluation.catalog->type(key.type)->physical});
  }
}

std::vector<KeyRange> IndexRanges::build(const std::vector<Vector>& values, uint32_t row) const {
  std::vector<KeyRange> ranges(1);
  for (size_t key = 0; key < columns_.size(); ++key) {
    bool any = std::any_of(node_.conditions.begin(), node_.conditions.end(),
                           [&](const auto& condition) { return condition.key == static_cast<int>(key); });
    if (!any) break;
    // Only ranges that are still equality prefixes (lower == upper, both inclusive) can be extended.
    if (!key_ranges(key, values, row, ranges)) return {};
    if (ranges.empty() || ranges[0].lower != ranges[0].upper || !ranges[0].lower_inclusive) break;
  }
  return ranges;
}

namespace {

// The normalised part of one value of key column `key`.
std::string key_part(const types::KeyColumn& key, const Vector& v, uint32_t row) {
  std::string out;
  types::append_key_part(key, v, row, out);
  return out;
}

std::string null_part(const types::KeyColumn& key, common::PhysicalType physical) {
  Vector null(physical, 1);
  null.set_null(0);
  return key_part(key, null, 0);
}

struct Bounds {
  std::string lower, upper;  // parts; empty: open
  bool lower_inclusive = true, upper_inclusive = true;
  bool is_point = false;
};

void tighten(Bounds& bounds, bool is_lower, const std::string& part, bool inclusive) {
  std::string& side = is_lower ? bounds.lower : bounds.upper;
  bool& side_inclusive = is_lower ? bounds.lower_inclusive : bounds.upper_inclusive;
  int order = side.empty() ? (is_lower ? -1 : 1) : side.compare(part);
  if (is_lower ? order < 0 : order > 0) {
    side = part;
    side_inclusive = inclusive;
  } else if (order == 0) {
    side_inclusive = side_inclusive && inclusive;
  }
}

std::vector<std::string> array_parts(const types::KeyColumn& key, const Vector& v, uint32_t row) {
  std::vector<std::string> parts;
  types::ArrayView array(v.view<common::StringRef>()[row].view());
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) continue;
    parts.push_back(key_part(key, Vector::constant(array.physical(), array.value(i)), 0));
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

// Every range so far becomes one range for each of the points.
void extend_by_points(std::vector<KeyRange>& ranges, const std::vector<std::string>& points) {
  std::vector<KeyRange> out;
  for (const KeyRange& range : ranges)
    for (const std::string& point : points) {
      KeyRange extended;
      extended.lower = range.lower + point;
      extended.upper = extended.lower;
      out.push_back(std::move(extended));
    }
  ranges = std::move(out);
}

}  // namespace

bool IndexRanges::key_ranges(size_t key, const std::vector<Vector>& values, uint32_t row,
                             std::vector<KeyRange>& ranges) const {
  const types::KeyColumn& column = columns_[key].key;
  Bounds bounds;
  std::string nulls = null_part(column, columns_[key].physical);
  for (size_t i = 0; i < node_.conditions.size(); ++i) {
    const planner::IndexCondition& condition = node_.conditions[i];
    if (condition.key != static_cast<int>(key)) continue;
    if (condition.is_null) {
      extend_by_points(ranges, {nulls});
      return true;
    }
    if (condition.is_not_null) {
      tighten(bounds, column.nulls_first, nulls, false);
      continue;
    }
    const Vector& v = values[i];
    if (v.is_null(row) && !condition.null_safe) return false;
    if (condition.any_array) {
      std::vector<std::string> points = array_parts(column, v, row);
      if (points.empty()) return false;
      extend_by_points(ranges, points);
      return true;
    }
    std::string part = key_part(column, v, row);
    if (condition.strategy == 3) {
      extend_by_points(ranges, {part});
      return true;
    }
    bool less = condition.strategy < 3;
    bool inclusive = condition.strategy == 2 || condition.strategy == 4;
    tighten(bounds, less == column.descending, part, inclusive);
    // A comparison never holds for NULL: they stand at one end.
    tighten(bounds, column.nulls_first, nulls, false);
  }
  for (KeyRange& range : ranges) {
    // `range` is an equality prefix here: its lower and upper bound are the same bytes.
    std::string prefix = range.lower;
    if (!bounds.lower.empty()) {
      range.lower = prefix + bounds.lower;
      range.lower_inclusive = bounds.lower_inclusive;
    }
    if (!bounds.upper.empty()) {
      range.upper = prefix + bounds.upper;
      range.upper_inclusive = bounds.upper_inclusive;
    }
  }
  return true;
}

IndexFetcher::IndexFetcher(ExecutionContext& context, const planner::PhysicalIndexScan& node)
    : node_(node), columns_(context, node), key_builder_(context, *node.relation, node.index) {}

bool IndexFetcher::still_has_key(ExecutionContext& context, const storage::IndexEntry& entry) {
  Chunk row;
  if (!fetch_row(context, *node_.relation, entry.row, key_builder_.attributes(), false, row)) return false;
  IndexKeyBuilder::Entry now = key_builder_.build(context, row, 0);
  return now.present && now.key == entry.key;
}

void IndexFetcher::fetch(ExecutionContext& context, const std::vector<storage::IndexEntry>& entries, Chunk& raw,
                         common::Selection& kept) {
  rows_.clear();
  for (const auto& entry : entries) rows_.push_back(entry.row);
  context.storage->heap(node_.relation->tree).fetch(context.snapshot, rows_, columns_.storage_columns(), raw, found_);
  raw.rows = static_cast<uint32_t>(entries.size());
  kept.clear();
  for (uint32_t i = 0; i < entries.size(); ++i) {
    if (!found_[i]) continue;
    if (entries[i].needs_recheck && !still_has_key(context, entries[i])) continue;
    kept.push_back(i);
  }
  if (kept.size() < raw.rows) raw.slice(std::make_shared<common::Selection>(kept));
}

}  // namespace basalt::executor
