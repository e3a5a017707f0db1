// INTERSECT and EXCEPT by counting rows, and RecursiveUnion. Past work_mem INTERSECT and EXCEPT partition both sides by
// hash into spill stores and count the pairs of partitions one after the other. The rows that a recursive UNION has
// seen stay in memory.
#include <algorithm>
#include <utility>

#include "executor/builder.hpp"
#include "executor/chunk_store.hpp"
#include "executor/hash_partitions.hpp"
#include "executor/key_table.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;

std::vector<types::TypeOperationsPointer> column_operations(ExecutionContext& context,
                                                            const planner::PhysicalNode& node) {
  std::vector<types::TypeOperationsPointer> operations;
  for (const auto& column : node.output)
    operations.push_back(types::type_operations(*context.evaluation.call, column.type, column.collation));
  return operations;
}

// Distinct rows in order of arrival, each with a number.
class DistinctRows {
 public:
  DistinctRows(ExecutionContext& context, const planner::PhysicalNode& node)
      : types_(physical_types(node)), keys_(column_operations(context, node)), reservation_(context.memory) {
    clear();
  }

  // The number of each row of the chunk; new rows get the next numbers if `add`, else kNone.
  void number(const Chunk& chunk, bool add, std::vector<uint32_t>& numbers) {
    keys_.hash(chunk.columns, chunk.rows, hashes_);
    numbers.assign(chunk.rows, HashIndex::kNone);
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      uint32_t found = find(chunk.columns, row);
      if (found == HashIndex::kNone && add) found = insert(chunk, row);
      numbers[row] = found;
    }
    reservation_.resize(bytes_ + count_ * 16 + index_.bytes());
  }
  // Of the chunk, by the columns as keys.
  const std::vector<uint64_t>& hash(const Chunk& chunk) {
    keys_.hash(chunk.columns, chunk.rows, hashes_);
    return hashes_;
  }
  size_t bytes() const { return reservation_.bytes(); }
  uint32_t size() const { return count_; }
  const std::vector<Vector>& columns() const { return columns_; }
  const std::vector<PhysicalType>& types() const { return types_; }

  void clear() {
    columns_.clear();
    for (PhysicalType type : types_) columns_.emplace_back(type, 64);
    capacity_ = 64;
    count_ = 0;
    bytes_ = 0;
    row_hashes_.clear();
    next_.clear();
    index_.reset(64);
    reservation_.resize(0);
  }

 private:
  uint32_t find(const std::vector<Vector>& keys, uint32_t row) const {
    for (uint32_t i = index_.find(hashes_[row]); i != HashIndex::kNone; i = next_[i])
      if (row_hashes_[i] == hashes_[row] && keys_.equal(keys, row, columns_, i)) return i;
    return HashIndex::kNone;
  }
  uint32_t insert(const Chunk& chunk, uint32_t row) {
    uint32_t number = count_++;
    if (number >= capacity_) {
      capacity_ *= 2;
      for (Vector& column : columns_) column.grow(capacity_);
    }
    if (count_ > index_.capacity()) {
      index_.reset(count_ * 2);
      for (uint32_t i = 0; i < number; ++i) next_[i] = index_.insert(row_hashes_[i], i);
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      columns_[c].copy_row(number, chunk.columns[c], row);
      bytes_ += physical_size(types_[c]);
      if (types_[c] == PhysicalType::kString && !chunk.columns[c].is_null(row))
        bytes_ += chunk.columns[c].view<common::StringRef>()[row].size();
    }
    row_hashes_.push_back(hashes_[row]);
    next_.push_back(index_.insert(hashes_[row], number));
    return number;
  }

  std::vector<PhysicalType> types_;
  KeyTable keys_;
  common::MemoryReservation reservation_;
  std::vector<Vector> columns_;
  uint32_t capacity_ = 0, count_ = 0;
  size_t bytes_ = 0;
  std::vector<uint64_t> row_hashes_, hashes_;
  std::vector<uint32_t> next_;
  HashIndex index_;
};

class SetOperationSource : public Source {
 public:
  SetOperationSource(ExecutionContext& context, const planner::PhysicalSetOperation& node,
                     std::unique_ptr<Pipeline> left, std::unique_ptr<Pipeline> right)
      : node_(node), left_(std::move(left)), right_(std::move(right)), rows_(context, node) {}

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!counted_) count(context);
    out.reset(rows_.types(), demand);
    while (true) {
      emit(context, out, demand);
      if (out.rows > 0 || !count_partition(context)) return;
    }
  }
  void rewind(ExecutionContext& context) override {
    left_->rewind(context);
    right_->rewind(context);
    clear_counts();
    left_parts_.reset();
    right_parts_.reset();
    pending_.clear();
    counted_ = false;
  }

 private:
  void clear_counts() {
    rows_.clear();
    left_count_.clear();
    right_count_.clear();
    at_ = 0;
    copies_ = 0;
  }

  void emit(ExecutionContext& context, Chunk& out, uint32_t demand) {
    while (out.rows < demand && at_ < rows_.size()) {
      if (copies_ == 0) {
        copies_ = copies_of(at_);
        if (copies_ == 0) {
          if ((++at_ & 0xffff) == 0) context.check_interrupts();
          continue;
        }
      }
      for (size_t c = 0; c < out.columns.size(); ++c) out.columns[c].copy_row(out.rows, rows_.columns()[c], at_);
      ++out.rows;
      if (--copies_ == 0) ++at_;
    }
  }

  void count(ExecutionContext& context) {
    counted_ = true;
    Chunk chunk;
    while (left_->pull(context, chunk, common::kChunkRowsMax)) {
      if (left_parts_) {
        left_parts_->append(chunk, rows_.hash(chunk));
        continue;
      }
      count_left(chunk);
      if (rows_.bytes() > context.work_mem_bytes) start_spilling(context);
    }
    right_count_.resize(rows_.size());
    while (right_->pull(context, chunk, common::kChunkRowsMax)) {
      if (right_parts_)
        right_parts_->append(chunk, rows_.hash(chunk));
      else
        count_right(chunk);
    }
    if (left_parts_) put_off(*std::exchange(left_parts_, {}), *std::exchange(right_parts_, {}), 0, pending_);
  }
  void count_left(const Chunk& chunk) {
    rows_.number(chunk, true, numbers_);
    left_count_.resize(rows_.size());
    for (uint32_t n : numbers_) ++left_count_[n];
  }
  void count_right(const Chunk& chunk) {
    rows_.number(chunk, false, numbers_);
    for (uint32_t n : numbers_)
      if (n != HashIndex::kNone) ++right_count_[n];
  }

  // The rows counted so far go to the partitions too, each as often as it came.
  void start_spilling(ExecutionContext& context) {
    left_parts_ = std::make_unique<HashPartitions>(context, rows_.types(), 0);
    right_parts_ = std::make_unique<HashPartitions>(context, rows_.types(), 0);
    Chunk chunk;
    chunk.reset(rows_.types(), common::kChunkRowsMax);
    for (uint32_t row = 0; row < rows_.size(); ++row)
      for (uint64_t copy = 0; copy < left_count_[row]; ++copy) {
        for (size_t c = 0; c < chunk.columns.size(); ++c)
          chunk.columns[c].copy_row(chunk.rows, rows_.columns()[c], row);
        if (++chunk.rows < common::kChunkRowsMax) continue;
        context.check_interrupts();
        left_parts_->append(chunk, rows_.hash(chunk));
        chunk.reset(rows_.types(), common::kChunkRowsMax);
      }
    if (chunk.rows > 0) left_parts_->append(chunk, rows_.hash(chunk));
    clear_counts();
  }

  // Counts the next pair of partitions; false: there is none. When the distinct rows of the left one do not fit into
  // work_mem, the pair is split.
  bool count_partition(ExecutionContext& context) {
    clear_counts();
    if (pending_.empty()) return false;
    PartitionPair pair = std::move(pending_.back());
    pending_.pop_back();
    Chunk chunk;
    for (uint64_t at = 0; pair.kept->read(at, chunk, common::kChunkRowsMax);) {
      context.check_interrupts();
      count_left(chunk);
      if (rows_.bytes() <= context.work_mem_bytes || pair.level == HashPartitions::kLevels) continue;
      clear_counts();
      HashPartitions left(context, rows_.types(), pair.level), right(context, rows_.types(), pair.level);
      scatter(context, *pair.kept, left);
      scatter(context, *pair.partner, right);
      put_off(left, right, 0, pending_);
      return true;
    }
    right_count_.resize(rows_.size());
    for (uint64_t at = 0; pair.partner->read(at, chunk, common::kChunkRowsMax);) {
      context.check_interrupts();
      count_right(chunk);
    }
    return true;
  }

  void scatter(ExecutionContext& context, ChunkStore& store, HashPartitions& parts) {
    Chunk chunk;
    for (uint64_t at = 0; store.read(at, chunk, common::kChunkRowsMax);) {
      context.check_interrupts();
      parts.append(chunk, rows_.hash(chunk));
    }
    store.clear();
  }

  uint64_t copies_of(uint32_t row) const {
    uint64_t left = left_count_[row], right = right_count_[row];
    if (node_.operation == query::SetOperationKind::kIntersect)
      return node_.all ? std::min(left, right) : (right > 0 ? 1 : 0);
    return node_.all ? (left > right ? left - right : 0) : (right == 0 ? 1 : 0);
  }
  const planner::PhysicalSetOperation& node_;
  std::unique_ptr<Pipeline> left_, right_;
  DistinctRows rows_;
  std::vector<uint64_t> left_count_, right_count_;
  std::vector<uint32_t> numbers_;
  std::unique_ptr<HashPartitions> left_parts_, right_parts_;  // once spilling, while the inputs come
  std::vector<PartitionPair> pending_;                        // the next one is the last
  bool counted_ = false;
  uint32_t at_ = 0;
  uint64_t copies_ = 0;
};

// Rounds: the start term's rows are the first work table; each round runs the step over the work table of the round
// before.
class RecursiveUnionSource : public Source {
 public:
  RecursiveUnionSource(ExecutionContext& context, ExecutionState& state, const planner::PhysicalRecursiveUnion& node,
                       std::unique_ptr<Pipeline> start, std::unique_ptr<Pipeline> step)
      : state_(state),
        node_(node),
        start_(std::move(start)),
        step_(std::move(step)),
        types_(physical_types(node)),
        work_(std::make_unique<ChunkStore>(context, types_, context.work_mem_bytes)),
        next_(std::make_unique<ChunkStore>(context, types_, context.work_mem_bytes)) {
    if (!node.all) seen_ = std::make_unique<DistinctRows>(context, node);
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    while (!done_) {
      WorkTable& table = state_.work_tables[static_cast<size_t>(node_.recursion)];
      table.rows = work_.get();
      Pipeline& pipeline = in_start_ ? *start_ : *step_;
      if (pipeline.pull(context, out, demand)) {
        if (seen_) keep_new(out);
        if (out.rows == 0) continue;
        next_->append(out);
        return;
      }
      in_start_ = false;
      std::swap(work_, next_);
      next_->clear();
      done_ = work_->rows() == 0;
      if (!done_) step_->rewind(context);
    }
    out.rows = 0;
  }
  void rewind(ExecutionContext& context) override {
    start_->rewind(context);
    work_->clear();
    next_->clear();
    if (seen_) seen_->clear();
    in_start_ = true;
    done_ = false;
  }

 private:
  void keep_new(Chunk& chunk) {
    uint32_t before = seen_->size();
    std::vector<uint32_t> numbers;
    seen_->number(chunk, true, numbers);
    auto selection = std::make_shared<common::Selection>();
    for (uint32_t row = 0; row < chunk.rows; ++row)
      if (numbers[row] == before) {
        selection->push_back(row);
        ++before;
      }
    chunk.slice(selection);
  }
  ExecutionState& state_;
  const planner::PhysicalRecursiveUnion& node_;
  std::unique_ptr<Pipeline> start_, step_;
  std::vector<PhysicalType> types_;
  std::unique_ptr<ChunkStore> work_, next_;
  std::unique_ptr<DistinctRows> seen_;
  bool in_start_ = true, done_ = false;
};

}  // namespace

std::unique_ptr<Source> make_set_operation(ExecutionContext& context, const planner::PhysicalSetOperation& node,
                                           std::unique_ptr<Pipeline> left, std::unique_ptr<Pipeline> right) {
  return std::make_unique<SetOperationSource>(context, node, std::move(left), std::move(right));
}
std::unique_ptr<Source> make_recursive_union(ExecutionContext& context, ExecutionState& state,
                                             const planner::PhysicalRecursiveUnion& node,
                                             std::unique_ptr<Pipeline> start, std::unique_ptr<Pipeline> step) {
  return std::make_unique<RecursiveUnionSource>(context, state, node, std::move(start), std::move(step));
}

}  // namespace basalt::executor
