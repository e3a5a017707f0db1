#include "executor/scan.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"
#include "executor/table_sample.hpp"
#include "storage/match.hpp"

namespace basalt::executor {

using common::ColumnIndex;
using common::PhysicalType;

namespace {

constexpr int16_t kCtid = -1, kXmin = -2, kTableOid = -6;

// A constant column for system columns that are not stored.
Vector constant_column(const planner::ScanBase& node, int16_t attribute) {
  uint32_t value = attribute == kTableOid ? node.relation->oid.value : 0;
  return Vector::constant(PhysicalType::kInt32, Value::of(static_cast<int32_t>(value)));
}

}  // namespace

ScanColumns::ScanColumns(ExecutionContext& context, ExecutionState& state, const planner::ScanBase& node)
    : node_(node), filtered_out_(state.counters.at(static_cast<size_t>(node.id)).filtered_out) {
  if (!node.relation->populated)
    throw common::SqlError(common::sqlstate::kObjectNotInPrerequisiteState,
                           "materialized view \"" + node.relation->name + "\" has not been populated")
        .hint("Use the REFRESH MATERIALIZED VIEW command.");
  for (int16_t attribute : node.columns) {
    if (attribute > 0) storage_columns_.emplace_back(static_cast<uint16_t>(attribute - 1));
    if (attribute == kCtid || attribute == planner::kRowIdAttribute) storage_columns_.push_back(storage::kRowIdColumn);
    if (attribute == kXmin) storage_columns_.push_back(storage::kXminColumn);
  }
  refreshers_ = record_refreshers(*context.evaluation.catalog, *node.relation, storage_columns_);
  if (node.filter) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    filter_ = compiler.compile(*node.filter);
  }
}

void ScanColumns::finish(ExecutionContext& context, Chunk& raw, Chunk& out, PendingError& error) {
  refresh_columns(refreshers_, raw);
  out.columns.resize(node_.columns.size());
  size_t next = 0;
  for (size_t i = 0; i < node_.columns.size(); ++i) {
    int16_t attribute = node_.columns[i];
    if (attribute > 0 || attribute == kCtid || attribute == planner::kRowIdAttribute) {
      out.columns[i] = std::move(raw.columns[next++]);
    } else if (attribute == kXmin) {
      const Vector& wide = raw.columns[next++];
      Vector narrow(PhysicalType::kInt32, raw.rows);
      for (uint32_t r = 0; r < raw.rows; ++r) narrow.data<int32_t>()[r] = static_cast<int32_t>(wide.view<int64_t>()[r]);
      out.columns[i] = std::move(narrow);
    } else {
      out.columns[i] = constant_column(node_, attribute);
    }
  }
  out.rows = evaluated_ = raw.rows;
  filtered_ = false;
  if (!filter_ || out.rows == 0) return;
  query::Rows rows(out.rows);
  query::evaluate_filter(*filter_, context.evaluation, out, rows, selected_);
  filtered_ = true;
  evaluated_ = rows.count;
  filtered_out_ += rows.count - selected_.size();
  if (selected_.size() < out.rows) out.slice(std::make_shared<common::Selection>(selected_));
  error.keep(rows);
}

namespace {

// The single row of a re-check, if this scan's range table entry is being re-checked.
class RecheckReader {
 public:
  explicit RecheckReader(const planner::ScanBase& node) : node_(node) {}
  bool applies(const ExecutionContext& context) const { return context.recheck.contains(node_.table); }
  void rewind() { done_ = false; }
  void read(ExecutionContext& context, ScanColumns& columns, Chunk& out, PendingError& error) {
    out.rows = 0;
    if (done_) return;
    done_ = true;
    const auto& target = context.recheck.at(node_.table);
    if (!target.row.valid()) return;
    storage::HeapTree& heap = context.storage->heap(node_.relation->tree);
    Chunk raw;
    bool found;
    if (target.newest) {
      found = heap.fetch_newest(*context.transaction, target.row, columns.storage_columns(), raw, nullptr);
    } else {
      std::vector<bool> flags;
      heap.fetch(context.snapshot, {&target.row, 1}, columns.storage_columns(), raw, flags);
      found = flags[0];
    }
    if (!found) return;
    raw.rows = 1;
    columns.finish(context, raw, out, error);
  }

 private:
  const planner::ScanBase& node_;
  bool done_ = false;
};

// A filter that lets few rows through is asked about more rows at a time than are wanted; those that pass beyond the
// demand wait here.
class HeldRows {
 public:
  // Rows left from the last read; false: none.
  bool take(Chunk& out, uint32_t demand) {
    if (at_ >= rows_.rows) return false;
    out = rows_;
    cut(out, demand);
    return true;
  }
  // Keeps what of `out` is beyond the demand.
  void keep(Chunk& out, uint32_t demand) {
    if (out.rows <= demand) return;
    rows_ = out;
    at_ = 0;
    cut(out, demand);
  }
  void clear() { rows_.rows = at_ = 0; }
  static uint32_t more(uint32_t wanted) { return std::min(wanted * 4, common::kChunkRowsMax); }

 private:
  void cut(Chunk& out, uint32_t demand) {
    uint32_t count = std::min(demand, rows_.rows - at_);
    auto selection = std::make_shared<common::Selection>(count);
    for (uint32_t i = 0; i < count; ++i) (*selection)[i] = at_ + i;
    out.slice(selection);
    at_ += count;
  }
  Chunk rows_;
  uint32_t at_ = 0;
};

class TableScanSource : public Source {
 public:
  TableScanSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalTableScan& node)
      : node_(node), columns_(context, state, node), recheck_(node) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    for (const auto& pushed : node.pushed)
      pushed_values_.push_back(pushed.value ? compiler.compile(*pushed.value) : nullptr);
    if (node.sample_method.valid()) sample_ = std::make_unique<TableSample>(context, node);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (held_.take(out, demand)) return;
    error_.raise_if_any();
    out.rows = 0;
    if (recheck_.applies(context)) {
      if (recheck_passes(context)) recheck_.read(context, columns_, out, error_);
      return;
    }
    if (!started_) start(context);
    if (!scan_) return;
    for (uint32_t wanted = demand; out.rows == 0; wanted = HeldRows::more(wanted)) {
      context.check_interrupts();
      scan_->next(raw_, wanted);
      if (!sample_) columns_.set_filtered_by_storage(scan_->filtered_out());
      if (raw_.rows == 0) return;
      if (sample_) sample_->apply(raw_);
      columns_.finish(context, raw_, out, error_);
      if (out.rows == 0) error_.raise_if_any();
    }
    held_.keep(out, demand);
  }

  void rewind(ExecutionContext&) override {
    scan_.reset();
    columns_.set_filtered_by_storage(0);
    started_ = false;
    held_.clear();
    recheck_.rewind();
    error_.clear();
  }

 private:
  void start(ExecutionContext& context) {
    started_ = true;
    storage::HeapScanOptions options;
    options.columns = columns_.storage_columns();
    if (sample_) {
      sample_->start(context);
      options.columns.push_back(storage::kRowIdColumn);
    }
    if (!make_filters(context, options.filters)) return;
    scan_ = context.storage->heap(node_.relation->tree).scan(context.snapshot, std::move(options));
  }

  // False: some comparison is with NULL, so no row passes.
  bool make_filters(ExecutionContext& context, std::vector<storage::LeafFilter>& filters) {
    for (size_t i = 0; i < node_.pushed.size(); ++i) {
      const planner::PushedFilter& pushed = node_.pushed[i];
      storage::LeafFilter filter{
          ColumnIndex{static_cast<uint16_t>(pushed.column - 1)}, pushed.kind, {}, pushed.unsigned_compare};
      if (pushed_values_[i]) {
        filter.constant = query::evaluate_constant(*pushed_values_[i], context.evaluation);
        if (filter.constant.is_null()) return false;
      }
      filters.push_back(std::move(filter));
    }
    return true;
  }

  // A re-check must apply the pushed filters too: it reads the row id through a scan of just that row, when the
  // snapshot's version is wanted; for the newest version the filters are compared here.
  bool recheck_passes(ExecutionContext& context) {
    if (node_.pushed.empty()) return true;
    const auto& target = context.recheck.at(node_.table);
    if (!target.row.valid()) return false;
    std::vector<storage::LeafFilter> filters;
    if (!make_filters(context, filters)) return false;
    std::vector<ColumnIndex> columns;
    for (const auto& filter : filters) columns.push_back(filter.column);
    Chunk raw;
    if (!context.storage->heap(node_.relation->tree)
             .fetch_newest(*context.transaction, target.row, columns, raw, nullptr))
      return false;
    for (size_t i = 0; i < filters.size(); ++i)
      if (!storage::leaf_filter_matches(filters[i], raw.value(i, 0))) return false;
    return true;
  }

  const planner::PhysicalTableScan& node_;
  ScanColumns columns_;
  RecheckReader recheck_;
  std::vector<query::EvaluatorPointer> pushed_values_;
  std::unique_ptr<storage::HeapScan> scan_;
  HeldRows held_;
  std::unique_ptr<TableSample> sample_;  // null: all rows
  bool started_ = false;
  Chunk raw_;
  PendingError error_;
};

// A sequence as a relation of one row: last_value, log_cnt, is_called. It has no heap and no versions.
class SequenceScanSource : public Source {
 public:
  SequenceScanSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalTableScan& node)
      : node_(node), columns_(context, state, node) {}

  void read(ExecutionContext& context, Chunk& out, uint32_t) override {
    error_.raise_if_any();
    out.rows = 0;
    if (done_) return;
    done_ = true;
    storage::SequenceState state = context.storage->sequence_state(node_.relation->tree);
    Chunk raw;
    raw.rows = 1;
    for (ColumnIndex column : columns_.storage_columns()) {
      bool is_called = column == ColumnIndex{2};
      Value value = is_called                  ? Value::of(state.is_called)
                    : column == ColumnIndex{0} ? Value::of(state.last_value)
                    : column == ColumnIndex{1} ? Value::of(state.logged)
                                               : Value::of(int64_t{0});
      raw.columns.push_back(Vector::constant(is_called ? PhysicalType::kBool : PhysicalType::kInt64, value).flatten(1));
    }
    columns_.finish(context, raw, out, error_);
    if (out.rows == 0) error_.raise_if_any();
  }

  void rewind(ExecutionContext&) override {
    done_ = false;
    error_.clear();
  }

 private:
  const planner::PhysicalTableScan& node_;
  ScanColumns columns_;
  PendingError error_;
  bool done_ = false;
};

class IndexScanSource : public Source {
 public:
  IndexScanSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalIndexScan& node)
      : node_(node), ranges_(context, node), fetcher_(context, state, node), recheck_(node) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    for (const auto& condition : node.conditions)
      values_.push_back(condition.value ? compiler.compile(*condition.value) : nullptr);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (held_.take(out, demand)) return;
    error_.raise_if_any();
    out.rows = 0;
    if (recheck_.applies(context)) {
      read_recheck(context, out);
      return;
    }
    if (!started_) start(context);
    uint32_t wanted = demand;
    while (out.rows == 0) {
      context.check_interrupts();
      if (!scan_ && !next_range(context)) return;
      entries_.clear();
      scan_->next(entries_, wanted);
      if (entries_.empty()) {
        scan_.reset();
        continue;
      }
      wanted = HeldRows::more(wanted);
      fetcher_.fetch(context, entries_, raw_, kept_);
      if (raw_.rows == 0) continue;
      fetcher_.columns().finish(context, raw_, out, error_);
      if (out.rows == 0) error_.raise_if_any();
    }
    held_.keep(out, demand);
  }

  void rewind(ExecutionContext&) override {
    scan_.reset();
    started_ = false;
    held_.clear();
    recheck_.rewind();
    error_.clear();
  }

 private:
  void start(ExecutionContext& context) {
    started_ = true;
    key_ranges_ = ranges_.build(condition_values(context), 0);
    if (node_.direction == storage::ScanDirection::kBackward) std::reverse(key_ranges_.begin(), key_ranges_.end());
    next_ = 0;
  }

  std::vector<Vector> condition_values(ExecutionContext& context) {
    std::vector<Vector> vectors;
    for (const auto& value : values_) {
      if (!value) {
        vectors.emplace_back();
        continue;
      }
      vectors.push_back(Vector::constant(value->physical(), query::evaluate_constant(*value, context.evaluation)));
    }
    return vectors;
  }

  bool next_range(ExecutionContext& context) {
    if (next_ == key_ranges_.size()) return false;
    scan_ = context.storage->index(node_.index->tree).scan(context.snapshot, key_ranges_[next_++], node_.direction);
    return true;
  }

  // The row of a re-check must still satisfy the index conditions: its key is built and held against the ranges.
  void read_recheck(ExecutionContext& context, Chunk& out) {
    const auto& target = context.recheck.at(node_.table);
    if (!target.row.valid()) return;
    if (!recheck_key_) recheck_key_ = std::make_unique<IndexKeyBuilder>(context, *node_.relation, node_.index);
    Chunk row;
    if (!fetch_row(context, *node_.relation, target.row, recheck_key_->attributes(), target.newest, row)) return;
    IndexKeyBuilder::Entry entry = recheck_key_->build(context, row, 0);
    if (!entry.present) return;
    std::vector<storage::KeyRange> ranges = ranges_.build(condition_values(context), 0);
    bool inside = std::any_of(ranges.begin(), ranges.end(), [&](const storage::KeyRange& range) {
      return storage::range_contains(range, entry.key);
    });
    if (inside) recheck_.read(context, fetcher_.columns(), out, error_);
  }

  const planner::PhysicalIndexScan& node_;
  IndexRanges ranges_;
  IndexFetcher fetcher_;
  RecheckReader recheck_;
  std::unique_ptr<IndexKeyBuilder> recheck_key_;
  std::vector<query::EvaluatorPointer> values_;
  std::vector<storage::KeyRange> key_ranges_;
  size_t next_ = 0;
  std::unique_ptr<storage::IndexScan> scan_;
  HeldRows held_;
  bool started_ = false;
  std::vector<storage::IndexEntry> entries_;
  common::Selection kept_;
  Chunk raw_;
  PendingError error_;
};

class RowIdScanSource : public Source {
 public:
  RowIdScanSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalRowIdScan& node)
      : node_(node), columns_(context, state, node), recheck_(node) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    values_ = compiler.compile_list(node.row_ids);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t) override {
    error_.raise_if_any();
    out.rows = 0;
    if (recheck_.applies(context)) {
      recheck_.read(context, columns_, out, error_);
      return;
    }
    if (done_) return;
    done_ = true;
    std::vector<RowId> rows = row_ids(context);
    std::vector<bool> found;
    Chunk raw;
    context.storage->heap(node_.relation->tree).fetch(context.snapshot, rows, columns_.storage_columns(), raw, found);
    common::Selection kept;
    for (uint32_t i = 0; i < rows.size(); ++i)
      if (found[i]) kept.push_back(i);
    raw.rows = static_cast<uint32_t>(rows.size());
    raw.slice(std::make_shared<common::Selection>(kept));
    columns_.finish(context, raw, out, error_);
  }

  void rewind(ExecutionContext&) override {
    done_ = false;
    recheck_.rewind();
    error_.clear();
  }

 private:
  std::vector<RowId> row_ids(ExecutionContext& context) {
    std::vector<RowId> rows;
    if (!node_.current_of.empty()) rows.push_back(context.current_of(node_.current_of, node_.relation->oid));
    for (const auto& value : values_) {
      Value v = query::evaluate_constant(*value, context.evaluation);
      if (!v.is_null()) rows.emplace_back(static_cast<uint64_t>(v.as<int64_t>()));
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  }
  const planner::PhysicalRowIdScan& node_;
  ScanColumns columns_;
  RecheckReader recheck_;
  std::vector<query::EvaluatorPointer> values_;
  bool done_ = false;
  PendingError error_;
};

}  // namespace

std::unique_ptr<Source> make_table_scan(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalTableScan& node) {
  if (node.relation->kind == 'S') return std::make_unique<SequenceScanSource>(context, state, node);
  return std::make_unique<TableScanSource>(context, state, node);
}
std::unique_ptr<Source> make_index_scan(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalIndexScan& node) {
  return std::make_unique<IndexScanSource>(context, state, node);
}
std::unique_ptr<Source> make_row_id_scan(ExecutionContext& context, ExecutionState& state,
                                         const planner::PhysicalRowIdScan& node) {
  return std::make_unique<RowIdScanSource>(context, state, node);
}

}  // namespace basalt::executor
