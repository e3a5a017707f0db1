// Sort: normalised keys in memory, memcmp order; past work_mem, sorted runs in spill files and a merge (QRY-11: the original
// values travel along). With a bound (LIMIT above) only the best rows are kept.
#include <algorithm>
#include <queue>

#include "executor/builder.hpp"
#include "executor/row_compare.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;

struct SortRow {
  common::StringRef key;
  uint32_t block, row;
  uint64_t sequence;  // arrival: keeps the sort stable, so results do not depend on the chunk size
};

bool before(const SortRow& a, const SortRow& b) {
  int order = a.key.view().compare(b.key.view());
  return order != 0 ? order < 0 : a.sequence < b.sequence;
}

class SortSource : public Source {
 public:
  SortSource(ExecutionContext& context, const planner::PhysicalSort& node, std::unique_ptr<Pipeline> input)
      : node_(node),
        input_(std::move(input)),
        compare_(context, node.keys),
        types_(physical_types(node)),
        reservation_(context.memory) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    if (node.bound_limit) limit_ = compiler.compile(*node.bound_limit);
    if (node.bound_offset) offset_ = compiler.compile(*node.bound_offset);
    run_types_ = types_;
    run_types_.push_back(PhysicalType::kString);  // the key
    run_types_.push_back(PhysicalType::kInt64);   // the arrival number
  }

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!sorted_) fill(context);
    out.rows = 0;
    if (runs_.empty()) {
      emit_memory(out, demand);
    } else {
      emit_merged(context, out, demand);
    }
  }

  void rewind(ExecutionContext& context) override {
    input_->rewind(context);
    reset();
  }

 private:
  void reset() {
    sorted_ = false;
    rows_.clear();
    blocks_.clear();
    heap_ = std::make_unique<common::StringHeap>();
    runs_.clear();
    emitted_ = sequence_ = 0;
    merging_started_ = false;
    reservation_.resize(0);
  }

  uint64_t bound(ExecutionContext& context) {
    if (!limit_) return UINT64_MAX;
    Value limit = query::evaluate_constant(*limit_, context.evaluation);
    if (limit.is_null() || limit.as<int64_t>() < 0) return UINT64_MAX;
    int64_t offset = 0;
    if (offset_) {
      Value value = query::evaluate_constant(*offset_, context.evaluation);
      if (!value.is_null()) offset = std::max<int64_t>(0, value.as<int64_t>());
    }
    return static_cast<uint64_t>(limit.as<int64_t>()) + static_cast<uint64_t>(offset);
  }

  void fill(ExecutionContext& context) {
    bound_ = bound(context);
    Chunk chunk;
    while (input_->pull(context, chunk, common::kChunkRowsMax)) {
      add(context, chunk);
      if (bound_ < 100'000 && rows_.size() > std::max<size_t>(2 * bound_, 4096)) shrink_to_bound();
      if (reservation_.bytes() > context.work_mem_bytes) write_run(context);
    }
    if (!runs_.empty() && !rows_.empty()) write_run(context);
    if (runs_.empty()) sort_rows(context);
    sorted_ = true;
  }

  void add(ExecutionContext& context, const Chunk& chunk) {
    std::vector<Vector> keys = compare_.evaluate(context, chunk);
    Chunk block;
    block.reset(types_, chunk.rows);
    append_rows(block, chunk, nullptr, chunk.rows);
    auto index = static_cast<uint32_t>(blocks_.size());
    size_t bytes = block.bytes() + sizeof(SortRow) * chunk.rows;
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      key_.clear();
      for (size_t k = 0; k < keys.size(); ++k) types::append_key_part(compare_.key_columns()[k], keys[k], row, key_);
      rows_.push_back({heap_->add(key_), index, row, sequence_++});
      bytes += key_.size();
    }
    blocks_.push_back(std::move(block));
    reservation_.grow(bytes);
  }

  void sort_rows(ExecutionContext& context) {
    context.check_interrupts();
    std::sort(rows_.begin(), rows_.end(), before);
    if (rows_.size() > bound_) rows_.resize(bound_);
  }

  // Keeps the best `bound_` rows, copied into fresh blocks so that the memory of the others is free.
  void shrink_to_bound() {
    std::nth_element(rows_.begin(), rows_.begin() + static_cast<long>(bound_), rows_.end(), before);
    rows_.resize(bound_);
    auto heap = std::make_unique<common::StringHeap>();
    std::vector<Chunk> blocks;
    size_t bytes = 0;
    for (SortRow& row : rows_) {
      if (blocks.empty() || blocks.back().rows == common::kChunkRowsMax) {
        blocks.emplace_back();
        blocks.back().reset(types_, common::kChunkRowsMax);
      }
      blocks.back().append_row(blocks_[row.block], row.row);
      row.key = heap->add(row.key.view());
      row.block = static_cast<uint32_t>(blocks.size() - 1);
      row.row = blocks.back().rows - 1;
    }
    for (const Chunk& block : blocks) bytes += block.bytes();
    heap_ = std::move(heap);
    blocks_ = std::move(blocks);
    reservation_.resize(bytes + heap_->bytes_reserved() + rows_.size() * sizeof(SortRow));
  }

  void write_run(ExecutionContext& context) {
    sort_rows(context);
    Run run;
    run.file = std::make_unique<SpillFile>(*context.files, context.spill_directory);
    Chunk chunk;
    chunk.reset(run_types_, common::kChunkRowsMax);
    for (const SortRow& row : rows_) {
      for (size_t c = 0; c < types_.size(); ++c) chunk.columns[c].copy_row(chunk.rows, blocks_[row.block].columns[c], row.row);
      Vector& keys = chunk.columns[types_.size()];
      keys.data<common::StringRef>()[chunk.rows] = keys.add_string(row.key.view());
      chunk.columns[types_.size() + 1].data<int64_t>()[chunk.rows] = static_cast<int64_t>(row.sequence);
      if (++chunk.rows == common::kChunkRowsMax) {
        run.file->write(chunk);
        chunk.reset(run_types_, common::kChunkRowsMax);
      }
    }
    if (chunk.rows > 0) run.file->write(chunk);
    runs_.push_back(std::move(run));
    rows_.clear();
    blocks_.clear();
    heap_ = std::make_unique<common::StringHeap>();
    reservation_.resize(0);
  }

  void emit_memory(Chunk& out, uint32_t demand) {
    uint64_t count = std::min<uint64_t>(demand, rows_.size() - emitted_);
    if (count == 0) return;
    out.reset(types_, static_cast<uint32_t>(count));
    for (uint64_t i = 0; i < count; ++i) {
      const SortRow& row = rows_[emitted_++];
      out.append_row(blocks_[row.block], row.row);
    }
  }

  struct Run {
    std::unique_ptr<SpillFile> file;
    uint64_t offset = 0;
    Chunk chunk;
    uint32_t at = 0;
    bool ended = false;
  };

  bool run_before(const Run& a, const Run& b) const {
    size_t key = types_.size();
    int order = a.chunk.columns[key].data<common::StringRef>()[a.at].view().compare(
        b.chunk.columns[key].data<common::StringRef>()[b.at].view());
    if (order != 0) return order < 0;
    return a.chunk.columns[key + 1].data<int64_t>()[a.at] < b.chunk.columns[key + 1].data<int64_t>()[b.at];
  }

  void advance(Run& run) {
    if (++run.at < run.chunk.rows) return;
    run.at = 0;
    run.ended = !run.file->read(run.offset, run_types_, run.chunk);
  }

  void emit_merged(ExecutionContext& context, Chunk& out, uint32_t demand) {
    if (!merging_started_) {
      merging_started_ = true;
      for (Run& run : runs_) run.ended = !run.file->read(run.offset, run_types_, run.chunk);
    }
    auto later = [this](Run* a, Run* b) { return run_before(*b, *a); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> queue(later);
    for (Run& run : runs_)
      if (!run.ended) queue.push(&run);
    out.reset(types_, demand);
    while (!queue.empty() && out.rows < demand && emitted_ < bound_) {
      Run* run = queue.top();
      queue.pop();
      for (size_t c = 0; c < types_.size(); ++c) out.columns[c].copy_row(out.rows, run->chunk.columns[c], run->at);
      ++out.rows;
      ++emitted_;
      advance(*run);
      if (!run->ended) queue.push(run);
    }
  }

  const planner::PhysicalSort& node_;
  std::unique_ptr<Pipeline> input_;
  RowCompare compare_;
  std::vector<PhysicalType> types_, run_types_;
  common::MemoryReservation reservation_;
  query::EvaluatorPointer limit_, offset_;
  std::vector<SortRow> rows_;
  std::vector<Chunk> blocks_;
  std::unique_ptr<common::StringHeap> heap_ = std::make_unique<common::StringHeap>();
  std::vector<Run> runs_;
  std::string key_;
  uint64_t bound_ = UINT64_MAX, emitted_ = 0, sequence_ = 0;
  bool sorted_ = false, merging_started_ = false;
};

class MergeAppendSource : public Source {
 public:
  MergeAppendSource(ExecutionContext& context, const planner::PhysicalMergeAppend& node,
                    std::vector<std::unique_ptr<Pipeline>> inputs)
      : types_(physical_types(node)), compare_(context, node.keys) {
    for (auto& input : inputs) inputs_.push_back({std::move(input), {}, {}, 0, false, false});
  }
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.reset(types_, demand);
    while (out.rows < demand) {
      Input* best = nullptr;
      for (Input& input : inputs_) {
        if (!input.started || (!input.ended && input.at >= input.chunk.rows)) pull(context, input, demand);
        if (input.ended) continue;
        if (!best || compare_.compare(input.keys, input.at, best->keys, best->at) < 0) best = &input;
      }
      if (!best) return;
      out.append_row(best->chunk, best->at++);
    }
  }
  void rewind(ExecutionContext& context) override {
    for (Input& input : inputs_) {
      input.pipeline->rewind(context);
      input.started = input.ended = false;
    }
  }

 private:
  struct Input {
    std::unique_ptr<Pipeline> pipeline;
    Chunk chunk;
    std::vector<Vector> keys;
    uint32_t at = 0;
    bool started = false, ended = false;
  };
  void pull(ExecutionContext& context, Input& input, uint32_t demand) {
    input.started = true;
    input.at = 0;
    input.ended = !input.pipeline->pull(context, input.chunk, demand);
    if (!input.ended) input.keys = compare_.evaluate(context, input.chunk);
  }
  std::vector<PhysicalType> types_;
  RowCompare compare_;
  std::vector<Input> inputs_;
};

}  // namespace

std::unique_ptr<Source> make_sort(ExecutionContext& context, const planner::PhysicalSort& node,
                                  std::unique_ptr<Pipeline> input) {
  return std::make_unique<SortSource>(context, node, std::move(input));
}
std::unique_ptr<Source> make_merge_append(ExecutionContext& context, const planner::PhysicalMergeAppend& node,
                                          std::vector<std::unique_ptr<Pipeline>> inputs) {
  return std::make_unique<MergeAppendSource>(context, node, std::move(inputs));
}

}  // namespace basalt::executor
