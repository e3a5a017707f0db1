#include "executor/row_sorter.hpp"

#include <algorithm>
#include <queue>

#include "executor/chunk_store.hpp"

namespace basalt::executor {

using common::PhysicalType;

namespace {

uint64_t prefix_of(std::string_view key) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0u);
  return prefix;
}

}  // namespace

RowSorter::RowSorter(ExecutionContext& context, std::vector<PhysicalType> types)
    : types_(std::move(types)), run_types_(types_), reservation_(context.memory) {
  run_types_.push_back(PhysicalType::kString);  // the key
  run_types_.push_back(PhysicalType::kInt64);   // the arrival number
}

bool RowSorter::before(const Row& a, const Row& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  int order = a.key.view().compare(b.key.view());
  return order != 0 ? order < 0 : a.sequence < b.sequence;
}

void RowSorter::clear() {
  rows_.clear();
  blocks_.clear();
  heap_ = std::make_unique<common::StringHeap>();
  runs_.clear();
  read_ = sequence_ = 0;
  merging_started_ = bounded_ = false;
  reservation_.resize(0);
}

void RowSorter::add(ExecutionContext& context, const Chunk& chunk, const std::vector<Vector>& keys,
                    const std::vector<types::KeyColumn>& columns) {
  constexpr uint64_t kSmallBound = 100'000;
  auto index = static_cast<uint32_t>(blocks_.size());
  size_t bytes = 0;
  selected_.clear();
  for (uint32_t row = 0; row < chunk.rows; ++row) {
    key_.clear();
    for (size_t k = 0; k < keys.size(); ++k) types::append_key_part(columns[k], keys[k], row, key_);
    uint64_t sequence = sequence_++;
    // Behind the last of the best rows there is no need to keep it.
    if (bounded_ && worst_ <= key_) continue;
    rows_.push_back({prefix_of(key_), heap_->add(key_), index, static_cast<uint32_t>(selected_.size()), sequence});
    selected_.push_back(row);
    bytes += key_.size();
  }
  if (selected_.empty()) return;
  Chunk block;
  block.reset(types_, static_cast<uint32_t>(selected_.size()));
  append_rows(block, chunk, selected_.data(), static_cast<uint32_t>(selected_.size()));
  bytes += block.bytes() + sizeof(Row) * selected_.size();
  blocks_.push_back(std::move(block));
  reservation_.grow(bytes);
  if (bound_ < kSmallBound && rows_.size() > std::max<size_t>(2 * bound_, 4096)) shrink_to_bound();
  if (reservation_.bytes() > context.work_mem_bytes) write_run(context);
}

void RowSorter::finish(ExecutionContext& context) {
  if (!runs_.empty() && !rows_.empty()) write_run(context);
  if (runs_.empty()) sort_rows(context);
}

void RowSorter::read(Chunk& out, uint32_t demand) {
  out.rows = 0;
  if (runs_.empty())
    read_memory(out, demand);
  else
    read_merged(out, demand);
}

void RowSorter::sort_rows(ExecutionContext& context) {
  context.check_interrupts();
  size_t compared = 0;
  std::sort(rows_.begin(), rows_.end(), [&](const auto& a, const auto& b) {
    if ((++compared & 0xfff) == 0) context.check_interrupts();
    return before(a, b);
  });
  if (rows_.size() > bound_) rows_.resize(bound_);
}

// Keeps the best `bound_` rows, copied into fresh blocks so that the memory of the others is free.
void RowSorter::shrink_to_bound() {
  std::nth_element(rows_.begin(), rows_.begin() + static_cast<long>(bound_), rows_.end(), before);
  rows_.resize(bound_);
  if (bound_ > 0) worst_ = std::max_element(rows_.begin(), rows_.end(), before)->key.view();
  bounded_ = bound_ > 0;
  auto heap = std::make_unique<common::StringHeap>();
  std::vector<Chunk> blocks;
  size_t bytes = 0;
  for (Row& row : rows_) {
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
  reservation_.resize(bytes + heap_->bytes_reserved() + rows_.size() * sizeof(Row));
}

void RowSorter::write_run(ExecutionContext& context) {
  sort_rows(context);
  Run run;
  run.file = std::make_unique<SpillFile>(*context.files, context.spill_directory);
  Chunk chunk;
  chunk.reset(run_types_, common::kChunkRowsMax);
  for (const Row& row : rows_) {
    for (size_t c = 0; c < types_.size(); ++c)
      chunk.columns[c].copy_row(chunk.rows, blocks_[row.block].columns[c], row.row);
    Vector& keys = chunk.columns[types_.size()];
    keys.data<common::StringRef>()[chunk.rows] = keys.add_string(row.key.view());
    chunk.columns[types_.size() + 1].data<int64_t>()[chunk.rows] = static_cast<int64_t>(row.sequence);
    if (++chunk.rows == common::kChunkRowsMax) {
      context.check_interrupts();
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

void RowSorter::read_memory(Chunk& out, uint32_t demand) {
  uint64_t count = std::min<uint64_t>(demand, rows_.size() - read_);
  if (count == 0) return;
  out.reset(types_, static_cast<uint32_t>(count));
  for (uint64_t i = 0; i < count; ++i) {
    const Row& row = rows_[read_++];
    out.append_row(blocks_[row.block], row.row);
  }
}

bool RowSorter::run_before(const Run& a, const Run& b) const {
  size_t key = types_.size();
  int order = a.chunk.columns[key].data<common::StringRef>()[a.at].view().compare(
      b.chunk.columns[key].data<common::StringRef>()[b.at].view());
  if (order != 0) return order < 0;
  return a.chunk.columns[key + 1].data<int64_t>()[a.at] < b.chunk.columns[key + 1].data<int64_t>()[b.at];
}

void RowSorter::advance(Run& run) {
  if (++run.at < run.chunk.rows) return;
  run.at = 0;
  run.ended = !run.file->read(run.offset, run_types_, run.chunk);
}

void RowSorter::read_merged(Chunk& out, uint32_t demand) {
  if (!merging_started_) {
    merging_started_ = true;
    for (Run& run : runs_) run.ended = !run.file->read(run.offset, run_types_, run.chunk);
  }
  auto later = [this](Run* a, Run* b) { return run_before(*b, *a); };
  std::priority_queue<Run*, std::vector<Run*>, decltype(later)> queue(later);
  for (Run& run : runs_)
    if (!run.ended) queue.push(&run);
  out.reset(types_, demand);
  while (!queue.empty() && out.rows < demand && read_ < bound_) {
    Run* run = queue.top();
    queue.pop();
    for (size_t c = 0; c < types_.size(); ++c) out.columns[c].copy_row(out.rows, run->chunk.columns[c], run->at);
    ++out.rows;
    ++read_;
    advance(*run);
    if (!run->ended) queue.push(run);
  }
}

}  // namespace basalt::executor
