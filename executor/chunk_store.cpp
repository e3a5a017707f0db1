#include "executor/chunk_store.hpp"

#include <algorithm>
#include <numeric>

namespace basalt::executor {

using common::PhysicalType;
using common::StringRef;

void append_rows(Chunk& to, const Chunk& from, const uint32_t* selection, uint32_t count) {
  for (size_t c = 0; c < to.columns.size(); ++c) {
    const Vector& source = from.columns[c];
    Vector& target = to.columns[c];
    common::dispatch_physical(target.type(), [&]<typename T>() {
      auto view = source.view<T>();
      T* data = target.data<T>() + to.rows;
      for (uint32_t i = 0; i < count; ++i) {
        uint32_t row = selection ? selection[i] : i;
        if (view.is_null(row)) {
          target.set_null(to.rows + i);
          data[i] = T{};
        } else if constexpr (std::is_same_v<T, StringRef>) {
          data[i] = target.add_string(view[row].view());
        } else {
          data[i] = view[row];
        }
      }
    });
  }
  to.rows += count;
}

ChunkStore::ChunkStore(ExecutionContext& context, std::vector<PhysicalType> types, size_t memory_limit)
    : types_(std::move(types)),
      memory_limit_(memory_limit),
      reservation_(context.memory),
      files_(context.files),
      directory_(context.spill_directory) {}

ChunkStore::~ChunkStore() = default;

void ChunkStore::append(const Chunk& chunk) { add_rows(chunk, nullptr, chunk.rows); }

void ChunkStore::append(const Chunk& chunk, const common::Selection& selection) {
  add_rows(chunk, selection.data(), static_cast<uint32_t>(selection.size()));
}

void ChunkStore::add_rows(const Chunk& chunk, const uint32_t* selection, uint32_t count) {
  uint32_t done = 0;
  std::vector<uint32_t> identity;
  if (!selection) {
    identity.resize(count);
    std::iota(identity.begin(), identity.end(), 0);
    selection = identity.data();
  }
  while (done < count) {
    if (blocks_.empty() || !blocks_.back().chunk || blocks_.back().rows == common::kChunkRowsMax) {
      seal_last();
      Block block;
      block.chunk = std::make_unique<Chunk>();
      // The first block starts small: most stores hold a few rows.
      block.chunk->reset(types_, blocks_.empty() ? 64 : common::kChunkRowsMax);
      block.first_row = rows_;
      blocks_.push_back(std::move(block));
      last_block_bytes_ = 0;
    }
    Block& block = blocks_.back();
    uint32_t part = std::min(count - done, common::kChunkRowsMax - block.rows);
    if (!types_.empty() && block.rows + part > block.chunk->columns[0].capacity()) {
      uint32_t capacity = std::min<uint32_t>(common::kChunkRowsMax, std::max(block.rows + part, block.rows * 4));
      for (Vector& column : block.chunk->columns) column.grow(capacity);
    }
    append_rows(*block.chunk, chunk, selection + done, part);
    block.rows += part;
    rows_ += part;
    done += part;
    size_t bytes = block.chunk->bytes();
    reservation_.grow(bytes - last_block_bytes_);
    last_block_bytes_ = bytes;
    if (memory_limit_ && reservation_.bytes() > memory_limit_) spill_all();
  }
}

void ChunkStore::seal_last() {
  if (file_ && !blocks_.empty() && blocks_.back().chunk) spill_all();
}

void ChunkStore::spill_all() {
  if (!file_) file_ = std::make_unique<SpillFile>(*files_, directory_);
  for (Block& block : blocks_) {
    if (!block.chunk) continue;
    block.file_offset = file_->write(*block.chunk);
    block.chunk.reset();
  }
  reservation_.resize(0);
  last_block_bytes_ = 0;
}

size_t ChunkStore::block_of(uint64_t row) const {
  auto it = std::upper_bound(blocks_.begin(), blocks_.end(), row,
                             [](uint64_t r, const Block& block) { return r < block.first_row; });
  return static_cast<size_t>(it - blocks_.begin()) - 1;
}

bool ChunkStore::read(uint64_t& row, Chunk& out, uint32_t demand) {
  out.rows = 0;
  if (row >= rows_) return false;
  size_t index = block_of(row);
  const Block& block = blocks_[index];
  const Chunk* chunk = block.chunk.get();
  if (!chunk) {
    if (cached_block_ != index) {
      uint64_t offset = block.file_offset;
      cache_ = Chunk();
      file_->read(offset, types_, cache_);
      cached_block_ = index;
    }
    chunk = &cache_;
  }
  uint32_t first = static_cast<uint32_t>(row - block.first_row);
  uint32_t count = std::min(demand, block.rows - first);
  auto selection = std::make_shared<common::Selection>(count);
  std::iota(selection->begin(), selection->end(), first);
  // A store that is still written to may move its buffers: readers get a copy then.
  out.columns = chunk->columns;
  out.rows = chunk->rows;
  if (types_.empty()) {
    out.rows = count;
  } else if (first == 0 && count == block.rows && (file_ || index + 1 < blocks_.size())) {
    out.rows = count;
  } else if (!file_ && index + 1 == blocks_.size()) {
    Chunk copy;
    copy.reset(types_, count);
    append_rows(copy, *chunk, selection->data(), count);
    out = std::move(copy);
  } else {
    out.slice(selection);
  }
  row += count;
  return true;
}

void ChunkStore::clear() {
  blocks_.clear();
  file_.reset();
  rows_ = 0;
  cached_block_ = SIZE_MAX;
  last_block_bytes_ = 0;
  reservation_.resize(0);
}

}  // namespace basalt::executor
