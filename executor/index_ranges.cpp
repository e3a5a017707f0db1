// Index conditions become key ranges; index entries become rows.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "executor/scan.hpp"
#include "types/container/array.hpp"
#include "types/container/value_codec.hpp"

namespace basalt::executor {

using storage::KeyRange;

IndexRanges::IndexRanges(ExecutionContext& context, const planner::PhysicalIndexScan& node) : node_(node) {
  for (int k = 0; k < node.index->key_count; ++k) {
    const auto& key = node.index->keys[static_cast<size_t>(k)];
    columns_.push_back(
        {{types::type_operations(*context.evaluation.call, key.type, key.collation), key.descending, key.nulls_first},
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

EntryReader::EntryReader(ExecutionContext& context, const planner::PhysicalIndexScan& node) {
  const catalog::IndexDescriptor& index = *node.index;
  size_t last_key = 0, last_payload = 0;
  auto key_count = static_cast<size_t>(index.key_count);
  for (size_t k = 0; k < index.keys.size(); ++k) {
    const auto& key = index.keys[k];
    Part part;
    if (k < key_count)
      part.key = {types::type_operations(*context.evaluation.call, key.type, key.collation), key.descending,
                  key.nulls_first};
    part.physical = context.evaluation.catalog->type(key.type)->physical;
    for (size_t c = 0; c < node.columns.size(); ++c)
      if (key.column > 0 && node.columns[c] == key.column) part.targets.push_back(c);
    if (!part.targets.empty()) (k < key_count ? last_key : last_payload) = k + 1;
    (k < key_count ? keys_ : payload_).push_back(std::move(part));
  }
  keys_.resize(last_key);
  payload_.resize(last_payload > key_count ? last_payload - key_count : 0);
  for (const auto& column : node.output) types_.push_back(column.physical);
}

void EntryReader::read(const storage::IndexEntry& entry, std::vector<Vector>& columns, uint32_t row) const {
  auto put = [&](const Part& part, const Value& value) {
    for (size_t target : part.targets) columns[target].set_value(row, value);
  };
  std::string_view key = entry.key;
  for (const Part& part : keys_) {
    bool null = (key.front() == 1) == part.key.nulls_first;
    key.remove_prefix(1);
    put(part, null ? Value::null(part.physical) : part.key.operations->decode_key(key));
  }
  std::string_view payload = entry.payload;
  for (const Part& part : payload_) {
    bool null = payload.front() == 1;
    payload.remove_prefix(1);
    put(part, null ? Value::null(part.physical) : types::read_value(part.physical, payload));
  }
}

IndexFetcher::IndexFetcher(ExecutionContext& context, ExecutionState& state, const planner::PhysicalIndexScan& node)
    : node_(node), counters_(state.counters.at(static_cast<size_t>(node.id))), columns_(context, state, node) {
  // STO-12: the index lacks versions that only an older snapshot sees. The planner knows the snapshot of a transaction;
  // this is for functions that run with that of a statement that is older than the index.
  if (node.index->usable_from_lsn > context.snapshot.lsn.value)
    throw common::SqlError(common::sqlstate::kTRSerializationFailure,
                           "could not serialize access due to a concurrent CREATE INDEX");
  if (node.index_only) entry_reader_ = std::make_unique<EntryReader>(context, node);
}

void IndexFetcher::read_entries(ExecutionContext& context, const std::vector<storage::IndexEntry>& entries, Chunk& raw,
                                common::Selection& kept) {
  raw.reset(entry_reader_->types(), static_cast<uint32_t>(entries.size()));
  raw.rows = static_cast<uint32_t>(entries.size());
  storage::HeapTree& heap = context.storage->heap(node_.relation->tree);
  Chunk fetched;
  for (uint32_t i = 0; i < entries.size(); ++i) {
    const storage::IndexEntry& entry = entries[i];
    if (entry.visible_without_heap) {
      entry_reader_->read(entry, raw.columns, i);
      kept.push_back(i);
      continue;
    }
    ++counters_.heap_fetches;
    heap.fetch(context.snapshot, {&entry.row, 1}, columns_.storage_columns(), fetched, found_);
    if (!found_[0] || (entry.needs_recheck && !still_has_key(context, entry))) continue;
    for (size_t c = 0; c < raw.columns.size(); ++c) raw.columns[c].copy_row(i, fetched.columns[c], 0);
    kept.push_back(i);
  }
  if (kept.size() < raw.rows) raw.slice(std::make_shared<common::Selection>(kept));
}

bool IndexFetcher::still_has_key(ExecutionContext& context, const storage::IndexEntry& entry) {
  if (!key_builder_) key_builder_.emplace(context, *node_.relation, node_.index);
  Chunk row;
  if (!fetch_row(context, *node_.relation, entry.row, key_builder_->attributes(), false, row)) return false;
  IndexKeyBuilder::Entry now = key_builder_->build(context, row, 0);
  return now.present && now.key == entry.key;
}

void IndexFetcher::fetch(ExecutionContext& context, const std::vector<storage::IndexEntry>& entries, Chunk& raw,
                         common::Selection& kept) {
  if (entry_reader_) {
    kept.clear();
    read_entries(context, entries, raw, kept);
    return;
  }
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
