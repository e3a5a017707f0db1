// Index join: looks up the matches of each outer row in an index of the inner relation. Outer rows are taken in
// batches: the entries of all of them are collected, their rows fetched and tested at once. Output is in the order of
// the outer rows.
#include <algorithm>

#include "executor/builder.hpp"
#include "executor/condition.hpp"
#include "executor/scan.hpp"
#include "storage/match.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;
using common::Selection;
using planner::JoinType;

class IndexJoinTransform : public Transform {
 public:
  IndexJoinTransform(ExecutionContext& context, ExecutionState& state, const planner::PhysicalIndexJoin& node)
      : node_(node),
        inner_node_(*node.inner),
        inner_types_(physical_types(*node.inner)),
        ranges_(context, *node.inner),
        fetcher_(context, state, *node.inner),
        condition_(context, state, node, node.condition.get()) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    for (const auto& condition : inner_node_.conditions)
      expressions_.push_back(condition.value ? compiler.compile(*condition.value) : nullptr);
  }

  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (!input_open_) open_input(context, in);
    while (true) {
      if (pending_at_ < pending_.rows) {
        take_pending(out, demand);
        return Progress::kHaveOutput;
      }
      error_.raise_if_any();
      if (row_ >= in.rows) {
        input_open_ = false;
        return Progress::kNeedInput;
      }
      next_batch(context, in, std::max(demand, 1u));
    }
  }

  void rewind(ExecutionContext&) override {
    input_open_ = row_open_ = row_matched_ = false;
    pending_.rows = pending_at_ = 0;
    scan_.reset();
    error_.clear();
  }

 private:
  static constexpr uint32_t kNoRow = UINT32_MAX;

  bool left_only() const { return node_.join == JoinType::kSemi || node_.join == JoinType::kAnti; }

  void open_input(ExecutionContext& context, const Chunk& in) {
    values_.clear();
    for (auto& expression : expressions_) {
      if (!expression) {
        values_.emplace_back();
        continue;
      }
      query::Rows rows(in.rows);
      values_.push_back(expression->evaluate(context.evaluation, in, rows));
      rows.raise();
    }
    row_ = 0;
    row_open_ = row_matched_ = false;
    input_open_ = true;
  }

  // --- inner rows of the next outer rows -----------------------------------------------------------------------------

  // Fills inner_ and owners_: the outer row of each inner one. Outer rows before row_ are complete afterwards; row_
  // itself goes on when row_open_. Returns the first outer row that an error kept from being complete.
  uint32_t gather(ExecutionContext& context, const Chunk& in, uint32_t demand) {
    owners_.clear();
    if (context.recheck.contains(inner_node_.table)) {
      gather_recheck(context);
      return kNoRow;
    }
    collect_entries(context, in, demand);
    inner_.rows = 0;
    if (entries_.empty()) return kNoRow;
    fetcher_.fetch(context, entries_, raw_, kept_);
    if (raw_.rows == 0) return kNoRow;
    ScanColumns& columns = fetcher_.columns();
    columns.finish(context, raw_, inner_, error_);
    const Selection* passed = columns.passed();
    for (uint32_t i = 0; i < inner_.rows; ++i) owners_.push_back(entry_owners_[kept_[passed ? (*passed)[i] : i]]);
    return error_.any() ? entry_owners_[kept_[columns.evaluated()]] : kNoRow;
  }

  void collect_entries(ExecutionContext& context, const Chunk& in, uint32_t demand) {
    entries_.clear();
    entry_owners_.clear();
    auto entries_max = std::clamp<uint32_t>(demand, 64, common::kChunkRowsMax);
    for (uint32_t taken = 0; row_ < in.rows && taken < demand; ++taken) {
      if (!row_open_) {
        key_ranges_ = ranges_.build(values_, row_);
        next_range_ = 0;
        scan_.reset();
        row_open_ = true;
        row_matched_ = false;
      }
      while (scan_ || next_range_ < key_ranges_.size()) {
        if (entries_.size() >= entries_max) return;
        if (!scan_)
          scan_ = context.storage->index(inner_node_.index->tree)
                      .scan(context.snapshot, key_ranges_[next_range_++], inner_node_.direction);
        size_t before = entries_.size();
        scan_->next(entries_, entries_max - static_cast<uint32_t>(before));
        entry_owners_.resize(entries_.size(), row_);
        if (entries_.size() == before) scan_.reset();
      }
      row_open_ = false;
      ++row_;
    }
  }

  // Under a re-check the inner relation is one row, if its key still fits.
  void gather_recheck(ExecutionContext& context) {
    inner_.rows = 0;
    row_open_ = row_matched_ = false;
    uint32_t row = row_++;
    const auto& target = context.recheck.at(inner_node_.table);
    if (!target.row.valid()) return;
    IndexKeyBuilder builder(context, *inner_node_.relation, inner_node_.index);
    Chunk full;
    if (!fetch_row(context, *inner_node_.relation, target.row, builder.attributes(), target.newest, full)) return;
    IndexKeyBuilder::Entry entry = builder.build(context, full, 0);
    bool inside = false;
    for (const auto& range : ranges_.build(values_, row))
      inside |= entry.present && storage::range_contains(range, entry.key);
    if (!inside) return;
    storage::HeapTree& heap = context.storage->heap(inner_node_.relation->tree);
    const auto& columns = fetcher_.columns().storage_columns();
    if (target.newest) {
      if (!heap.fetch_newest(*context.transaction, target.row, columns, raw_, nullptr)) return;
    } else {
      std::vector<bool> found;
      heap.fetch(context.snapshot, {&target.row, 1}, columns, raw_, found);
      if (!found[0]) return;
    }
    raw_.rows = 1;
    fetcher_.columns().finish(context, raw_, inner_, error_);
    if (inner_.rows > 0) owners_.push_back(row);
  }

  // --- joining -------------------------------------------------------------------------------------------------------

  void next_batch(ExecutionContext& context, const Chunk& in, uint32_t demand) {
    context.check_interrupts();
    uint32_t first = row_;
    bool carried_match = row_open_ && row_matched_;
    uint32_t cut = gather(context, in, demand);
    Selection selected;
    Chunk both;
    if (inner_.rows > 0) both = join_columns(in);
    cut = std::min(cut, select(context, both, selected));
    uint32_t end = std::min(cut, row_);
    pending_.rows = pending_at_ = 0;
    if (node_.join == JoinType::kInner) {
      if (selected.empty()) return;
      pending_ = std::move(both);
      if (selected.size() < pending_.rows) pending_.slice(std::make_shared<Selection>(std::move(selected)));
      return;
    }
    // Which of the outer rows first .. end have a partner, here or (the first) in the batch before?
    std::vector<bool> matched(end - first + 1, false);
    if (carried_match) matched[0] = true;
    for (uint32_t i : selected) matched[owners_[i] - first] = true;
    row_matched_ = row_open_ && end == row_ && matched[end - first];
    if (left_only()) {
      put_left_rows(in, first, end, matched);
    } else {
      put_all_rows(in, first, end, matched, both, selected);
    }
  }

  Chunk join_columns(const Chunk& in) const {
    auto outer = std::make_shared<Selection>(owners_);
    Chunk both;
    for (const Vector& column : in.columns) both.columns.push_back(column.slice(outer));
    both.columns.insert(both.columns.end(), inner_.columns.begin(), inner_.columns.end());
    both.rows = inner_.rows;
    return both;
  }

  // The pairs that satisfy the condition. Returns the outer row at which it failed.
  uint32_t select(ExecutionContext& context, const Chunk& both, Selection& selected) {
    if (condition_ && inner_.rows > 0) {
      query::Rows rows(inner_.rows);
      condition_.select(context, both, rows, selected);
      if (!rows.error) return kNoRow;
      error_.keep(rows);
      return owners_[rows.count];
    }
    selected.resize(inner_.rows);
    for (uint32_t i = 0; i < inner_.rows; ++i) selected[i] = i;
    return kNoRow;
  }

  // Semi and anti joins put out the outer row, and need to know no more of it once it has a partner.
  void put_left_rows(const Chunk& in, uint32_t first, uint32_t end, const std::vector<bool>& matched) {
    bool semi = node_.join == JoinType::kSemi;
    auto rows = std::make_shared<Selection>();
    for (uint32_t row = first; row < end; ++row)
      if (matched[row - first] == semi) rows->push_back(row);
    if (row_matched_) {
      if (semi) rows->push_back(end);
      row_open_ = row_matched_ = false;
      ++row_;
    }
    if (rows->empty()) return;
    pending_ = in;
    pending_.slice(rows);
  }

  // Left join: an outer row without a partner stands beside NULLs.
  void put_all_rows(const Chunk& in, uint32_t first, uint32_t end, const std::vector<bool>& matched, const Chunk& both,
                    const Selection& selected) {
    auto outer = std::make_shared<Selection>();
    Selection inner;
    size_t at = 0;
    for (uint32_t row = first; row <= end; ++row) {
      while (at < selected.size() && owners_[selected[at]] == row) {
        outer->push_back(row);
        inner.push_back(selected[at++]);
      }
      if (row == end || matched[row - first]) continue;
      outer->push_back(row);
      inner.push_back(kNoRow);
    }
    if (outer->empty()) return;
    pending_.columns.clear();
    for (const Vector& column : in.columns) pending_.columns.push_back(column.slice(outer));
    auto count = static_cast<uint32_t>(inner.size());
    for (size_t c = 0; c < inner_types_.size(); ++c) {
      Vector column(inner_types_[c], count);
      for (uint32_t i = 0; i < count; ++i) {
        if (inner[i] == kNoRow)
          column.set_null(i);
        else
          column.copy_row(i, both.columns[in.columns.size() + c], inner[i]);
      }
      pending_.columns.push_back(std::move(column));
    }
    pending_.rows = count;
  }

  void take_pending(Chunk& out, uint32_t demand) {
    uint32_t count = std::min(demand, pending_.rows - pending_at_);
    out = pending_;
    if (count < pending_.rows) {
      auto selection = std::make_shared<Selection>();
      for (uint32_t i = 0; i < count; ++i) selection->push_back(pending_at_ + i);
      out.slice(selection);
    }
    pending_at_ += count;
  }

  const planner::PhysicalIndexJoin& node_;
  const planner::PhysicalIndexScan& inner_node_;
  std::vector<PhysicalType> inner_types_;
  IndexRanges ranges_;
  IndexFetcher fetcher_;
  Condition condition_;
  std::vector<query::EvaluatorPointer> expressions_;
  std::vector<Vector> values_;  // of the index conditions, for the rows of the input

  bool input_open_ = false;
  uint32_t row_ = 0;          // next outer row, or the one that is open
  bool row_open_ = false;     // its entries did not fit into the batch
  bool row_matched_ = false;  // and it has a partner already
  std::vector<storage::KeyRange> key_ranges_;
  size_t next_range_ = 0;
  std::unique_ptr<storage::IndexScan> scan_;

  std::vector<storage::IndexEntry> entries_;
  std::vector<uint32_t> entry_owners_, owners_;
  Selection kept_;
  Chunk raw_, inner_, pending_;
  uint32_t pending_at_ = 0;
  PendingError error_;
};

}  // namespace

std::unique_ptr<Transform> make_index_join(ExecutionContext& context, ExecutionState& state,
                                           const planner::PhysicalIndexJoin& node) {
  return std::make_unique<IndexJoinTransform>(context, state, node);
}

}  // namespace basalt::executor
