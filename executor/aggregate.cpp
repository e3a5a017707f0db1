// Aggregation: plain, hashed (with partitions spilled past work_mem) and over sorted input, with grouping sets.
//
// Groups are numbered in order of arrival and put out in that order. Grouping sets share one table: the number of the
// set is part of the key. A group's key columns are kept in one growing flat chunk, its states in one block of memory.
#include <algorithm>

#include "executor/aggregate_calls.hpp"
#include "executor/builder.hpp"
#include "executor/hash_partitions.hpp"
#include "executor/key_table.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;
using planner::AggregateStrategy;

class AggregateSource : public Source {
 public:
  AggregateSource(ExecutionContext& context, const planner::PhysicalAggregate& node, std::unique_ptr<Pipeline> input)
      : node_(node),
        input_(std::move(input)),
        input_types_(physical_types(*node.children[0])),
        calls_(context, node.aggregates),
        keys_(make_operations(context, node)),
        reservation_(context.memory) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    groups_ = compiler.compile_list(node.groups);
    for (const auto& group : groups_) key_types_.push_back(group->physical());
    key_types_.push_back(PhysicalType::kInt32);  // the grouping set
    sets_ = node.grouping_sets;
    if (sets_.empty()) {
      sets_.emplace_back();
      for (int i = 0; i < static_cast<int>(groups_.size()); ++i) sets_[0].push_back(i);
    }
    clear_table();
  }
  ~AggregateSource() override { destroy_groups(); }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    while (true) {
      if (ready_ && emit(context, out, demand)) return;
      if (done_) return;
      ready_ = false;
      advance(context);
    }
  }

  void rewind(ExecutionContext& context) override {
    input_->rewind(context);
    ready_ = done_ = input_ended_ = false;
    destroy_groups();
    calls_.forget_buffered();
    clear_table();
    spilled_.reset();
    pending_.clear();
    level_ = 0;
  }

 private:
  static std::vector<types::TypeOperationsPointer> make_operations(ExecutionContext& context,
                                                                   const planner::PhysicalAggregate& node) {
    std::vector<types::TypeOperationsPointer> operations;
    for (size_t i = 0; i < node.groups.size(); ++i)
      operations.push_back(types::type_operations(*context.evaluation.call, node.groups[i]->type,
                                                  i < node.group_collations.size() ? node.group_collations[i] : Oid{}));
    operations.push_back(types::type_operations(*context.evaluation.call, types::oid::kInt4, {}));
    return operations;
  }

  // Consumes input until some groups are complete.
  void advance(ExecutionContext& context) {
    if (!input_ended_) {
      consume_input(context);
      return;
    }
    destroy_groups();
    clear_table();
    while (!pending_.empty()) {
      SpilledRows next = std::move(pending_.back());
      pending_.pop_back();
      if (next.rows->rows() == 0) continue;
      level_ = next.level;
      consume_partition(context, *next.rows);
      return;
    }
    done_ = true;
  }

  void consume_input(ExecutionContext& context) {
    Chunk chunk;
    bool streaming =
        node_.strategy == AggregateStrategy::kSorted && node_.grouping_sets.empty() && !calls_.any_buffered();
    if (streaming && emitted_ > 0) keep_last_group();
    while (input_->pull(context, chunk, common::kChunkRowsMax)) {
      consume(context, chunk);
      // Over sorted input every group but the last is complete.
      if (streaming && group_memory_.size() > 1) {
        emit_end_ = group_memory_.size() - 1;
        ready_ = true;
        return;
      }
    }
    input_ended_ = true;
    add_empty_groups(context);
    complete(context);
  }

  void consume_partition(ExecutionContext& context, ChunkStore& rows) {
    uint64_t at = 0;
    Chunk chunk;
    while (rows.read(at, chunk, common::kChunkRowsMax)) {
      context.check_interrupts();
      consume(context, chunk);
    }
    complete(context);
  }

  void complete(ExecutionContext& context) {
    if (spilled_) {
      // Those of a partition come before the later partitions.
      for (uint32_t p = HashPartitions::kCount; p-- > 0;)
        pending_.push_back({spilled_->take(p), std::min(level_ + 1, HashPartitions::kLevels)});
      spilled_.reset();
    }
    calls_.finish_buffered(context, group_memory_);
    emit_end_ = group_memory_.size();
    ready_ = true;
  }

  // Without input, a plain aggregate and every empty grouping set still have one group.
  void add_empty_groups(ExecutionContext& context) {
    for (size_t s = 0; s < sets_.size(); ++s) {
      if (!sets_[s].empty() || set_seen_[s]) continue;
      std::vector<Vector> keys;
      for (size_t g = 0; g < groups_.size(); ++g)
        keys.push_back(Vector::constant(key_types_[g], Value::null(key_types_[g])));
      keys.push_back(Vector::constant(PhysicalType::kInt32, Value::of(static_cast<int32_t>(s))));
      new_group(context, keys, 0, 0);
    }
  }

  void consume(ExecutionContext& context, const Chunk& chunk) {
    std::vector<Vector> values;
    for (auto& group : groups_) {
      query::Rows rows(chunk.rows);
      values.push_back(group->evaluate(context.evaluation, chunk, rows));
      rows.raise();
    }
    for (size_t s = 0; s < sets_.size(); ++s) {
      set_seen_[s] = true;
      std::vector<Vector> keys;
      for (size_t g = 0; g < groups_.size(); ++g) {
        bool member = std::find(sets_[s].begin(), sets_[s].end(), static_cast<int>(g)) != sets_[s].end();
        keys.push_back(member ? values[g] : Vector::constant(key_types_[g], Value::null(key_types_[g])));
      }
      keys.push_back(Vector::constant(PhysicalType::kInt32, Value::of(static_cast<int32_t>(s))));
      consume_set(context, chunk, keys);
    }
    if (!spilled_ && memory_used() > context.work_mem_bytes && sets_.size() == 1 && !groups_.empty() &&
        node_.strategy == AggregateStrategy::kHash && !calls_.any_buffered())
      spilled_ = std::make_unique<HashPartitions>(context, input_types_, level_);
    reservation_.resize(memory_used());
  }

  size_t memory_used() const {
    size_t extra = 0;
    // Aggregates that collect (array_agg, string_agg) hold memory of their own; few groups: count it, many: a sample.
    size_t step = std::max<size_t>(1, group_memory_.size() / 64);
    for (size_t i = 0; i < group_memory_.size(); i += step) extra += calls_.extra_bytes(group_memory_[i]) * step;
    return state_heap_.bytes_reserved() + last_state_heap_.bytes_reserved() + key_bytes_ + group_memory_.size() * 24 +
           index_.bytes() + extra;
  }

  void consume_set(ExecutionContext& context, const Chunk& chunk, const std::vector<Vector>& keys) {
    keys_.hash(keys, chunk.rows, hashes_);
    std::vector<char*> memory(chunk.rows);
    std::vector<uint32_t> numbers(chunk.rows);
    std::vector<common::Selection> spilled(spilled_ ? HashPartitions::kCount : 0);
    common::Selection mine;
    bool any_spilled = false;
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      uint32_t group = find(keys, row);
      if (group == HashIndex::kNone) {
        if (spilled_) {
          spilled[spilled_->partition_of(hashes_[row])].push_back(row);
          any_spilled = true;
          continue;
        }
        group = new_group(context, keys, row, hashes_[row]);
      }
      numbers[mine.size()] = group;
      memory[mine.size()] = group_memory_[group];
      mine.push_back(row);
    }
    if (!any_spilled) {
      calls_.update(context, chunk, memory, numbers);
      return;
    }
    for (uint32_t p = 0; p < HashPartitions::kCount; ++p)
      if (!spilled[p].empty()) spilled_->append(p, chunk, spilled[p]);
    if (mine.empty()) return;
    memory.resize(mine.size());
    numbers.resize(mine.size());
    Chunk part = chunk;
    part.slice(std::make_shared<common::Selection>(mine));
    calls_.update(context, part, memory, numbers);
  }

  uint32_t find(const std::vector<Vector>& keys, uint32_t row) const {
    for (uint32_t g = index_.find(hashes_[row]); g != HashIndex::kNone; g = next_[g])
      if (group_hashes_[g] == hashes_[row] && keys_.equal(keys, row, group_keys_, g)) return g;
    return HashIndex::kNone;
  }

  uint32_t new_group(ExecutionContext& context, const std::vector<Vector>& keys, uint32_t row, uint64_t hash) {
    size_t bytes = std::max<size_t>(16, calls_.state_bytes());
    char* memory = state_heap_.allocate(bytes + 16);
    memory += (16 - reinterpret_cast<uintptr_t>(memory) % 16) % 16;
    calls_.initialize(context, memory);
    return add_group(keys, row, hash, memory);
  }

  uint32_t add_group(const std::vector<Vector>& keys, uint32_t row, uint64_t hash, char* memory) {
    auto group = static_cast<uint32_t>(group_memory_.size());
    if (group + 1 > index_.capacity()) rehash(group + 1);
    if (group >= group_capacity_) {
      group_capacity_ = std::max(64u, group_capacity_ * 2);
      for (Vector& column : group_keys_) column.grow(group_capacity_);
    }
    for (size_t k = 0; k < keys.size(); ++k) {
      group_keys_[k].copy_row(group, keys[k], row);
      key_bytes_ += physical_size(key_types_[k]);
      if (key_types_[k] == PhysicalType::kString && !keys[k].is_null(row))
        key_bytes_ += keys[k].view<common::StringRef>()[row].size();
    }
    group_memory_.push_back(memory);
    group_hashes_.push_back(hash);
    next_.push_back(index_.insert(hash, group));
    return group;
  }

  void rehash(uint32_t groups) {
    index_.reset(std::max(64u, groups * 2));
    for (uint32_t g = 0; g < group_memory_.size(); ++g) next_[g] = index_.insert(group_hashes_[g], g);
  }

  bool emit(ExecutionContext& context, Chunk& out, uint32_t demand) {
    size_t count = std::min<size_t>(demand, emit_end_ - emitted_);
    if (count == 0) return false;
    auto rows = static_cast<uint32_t>(count);
    auto selection = std::make_shared<common::Selection>(count);
    std::vector<char*> memory(count);
    for (size_t i = 0; i < count; ++i) {
      (*selection)[i] = static_cast<uint32_t>(emitted_ + i);
      memory[i] = group_memory_[emitted_ + i];
    }
    out.columns.clear();
    for (size_t g = 0; g < groups_.size(); ++g) {
      Vector column(key_types_[g], rows);
      for (uint32_t i = 0; i < rows; ++i) column.copy_row(i, group_keys_[g], (*selection)[i]);
      out.columns.push_back(std::move(column));
    }
    out.columns.resize(groups_.size() + node_.aggregates.size());
    calls_.finalize(context, memory, out, groups_.size());
    for (const auto& call : node_.grouping_calls) out.columns.push_back(grouping_values(call, rows));
    out.rows = rows;
    emitted_ += count;
    return true;
  }

  // GROUPING(a, b, ...): a bit for each argument, 1 when it is not in the row's grouping set.
  Vector grouping_values(const std::vector<int>& call, uint32_t rows) const {
    Vector out(PhysicalType::kInt32, rows);
    const Vector& set_column = group_keys_[groups_.size()];
    for (uint32_t i = 0; i < rows; ++i) {
      const std::vector<int>& set = sets_[static_cast<size_t>(set_column.data<int32_t>()[emitted_ + i])];
      int32_t bits = 0;
      for (int group : call) bits = bits * 2 + (std::find(set.begin(), set.end(), group) == set.end());
      out.data<int32_t>()[i] = bits;
    }
    return out;
  }

  // Over sorted input: the last group goes on, the others have been put out. Its state stays where it is: in the heap
  // that was filled last.
  void keep_last_group() {
    size_t last = group_memory_.size() - 1;
    char* memory = group_memory_[last];
    uint64_t hash = group_hashes_[last];
    std::vector<Vector> keys;
    for (size_t k = 0; k < key_types_.size(); ++k) {
      Vector column(key_types_[k], 1);
      column.copy_row(0, group_keys_[k], static_cast<uint32_t>(last));
      keys.push_back(std::move(column));
    }
    for (size_t g = 0; g < last; ++g) calls_.destroy(group_memory_[g]);
    group_memory_.clear();
    std::swap(state_heap_, last_state_heap_);
    clear_table();
    add_group(keys, 0, hash, memory);
  }

  void destroy_groups() {
    for (char* memory : group_memory_) calls_.destroy(memory);
    group_memory_.clear();
  }

  void clear_table() {
    group_keys_.clear();
    for (PhysicalType type : key_types_) group_keys_.emplace_back(type, 64);
    group_capacity_ = 64;
    group_memory_.clear();
    group_hashes_.clear();
    next_.clear();
    index_.reset(64);
    state_heap_.clear();
    key_bytes_ = 0;
    emitted_ = emit_end_ = 0;
    set_seen_.assign(sets_.size(), !sets_.empty() && input_ended_);
    reservation_.resize(0);
  }

  const planner::PhysicalAggregate& node_;
  std::unique_ptr<Pipeline> input_;
  std::vector<PhysicalType> input_types_, key_types_;
  AggregateCalls calls_;
  KeyTable keys_;
  common::MemoryReservation reservation_;
  std::vector<query::EvaluatorPointer> groups_;
  std::vector<std::vector<int>> sets_;
  std::vector<bool> set_seen_;

  std::vector<Vector> group_keys_;
  uint32_t group_capacity_ = 0;
  std::vector<char*> group_memory_;
  std::vector<uint64_t> group_hashes_, hashes_;
  std::vector<uint32_t> next_;
  HashIndex index_;
  common::StringHeap state_heap_, last_state_heap_;
  size_t key_bytes_ = 0;

  struct SpilledRows {
    std::unique_ptr<ChunkStore> rows;
    int level;
  };
  std::unique_ptr<HashPartitions> spilled_;  // the rows of further groups of the input or partition that is read
  std::vector<SpilledRows> pending_;         // the next one is the last
  int level_ = 0;
  bool input_ended_ = false, ready_ = false, done_ = false;
  size_t emitted_ = 0, emit_end_ = 0;
};

}  // namespace

std::unique_ptr<Source> make_aggregate(ExecutionContext& context, const planner::PhysicalAggregate& node,
                                       std::unique_ptr<Pipeline> input) {
  return std::make_unique<AggregateSource>(context, node, std::move(input));
}

}  // namespace basalt::executor
