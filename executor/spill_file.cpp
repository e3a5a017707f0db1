#include "executor/spill_file.hpp"

#include <unistd.h>

#include <atomic>

#include "common/resource_use.hpp"

namespace basalt::executor {

using common::Chunk;
using common::PhysicalType;
using common::StringRef;
using common::Vector;

namespace {

std::atomic<uint64_t> g_next_file{0};

template <typename T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void write_column(std::string& out, const Vector& column, uint32_t rows) {
  std::string nulls((rows + 7) / 8, '\0');
  bool any_null = false;
  for (uint32_t i = 0; i < rows; ++i)
    if (column.is_null(i)) {
      any_null = true;
      nulls[i / 8] = static_cast<char>(nulls[i / 8] | (1 << (i % 8)));
    }
  out.push_back(any_null ? 1 : 0);
  if (any_null) out += nulls;
  if (column.type() == PhysicalType::kString) {
    auto view = column.view<StringRef>();
    for (uint32_t i = 0; i < rows; ++i) put(out, view.is_null(i) ? 0u : view[i].size());
    for (uint32_t i = 0; i < rows; ++i)
      if (!view.is_null(i)) out += view[i].view();
    return;
  }
  size_t size = physical_size(column.type());
  const char* data = static_cast<const char*>(column.raw_data());
  for (uint32_t i = 0; i < rows; ++i) out.append(data + size * column.index_of(i), size);
}

const char* read_column(const char* at, Vector& column, uint32_t rows) {
  bool any_null = *at++ != 0;
  if (any_null) {
    for (uint32_t i = 0; i < rows; ++i)
      if (at[i / 8] >> (i % 8) & 1) column.set_null(i);
    at += (rows + 7) / 8;
  }
  if (column.type() == PhysicalType::kString) {
    const char* bytes = at + size_t{4} * rows;
    for (uint32_t i = 0; i < rows; ++i) {
      uint32_t length;
      std::memcpy(&length, at + size_t{4} * i, 4);
      column.data<StringRef>()[i] = column.add_string({bytes, length});
      bytes += length;
    }
    return bytes;
  }
  size_t size = physical_size(column.type()) * rows;
  std::memcpy(column.raw_data(), at, size);
  return at + size;
}

}  // namespace

SpillFile::SpillFile(common::FileSystem& files, const std::string& directory) : files_(files) {
  files.create_directory(directory).take();
  path_ = directory + "/spill." + std::to_string(getpid()) + "." + std::to_string(g_next_file++);
  file_ = files.open(path_, common::OpenMode::kCreate).take();
}

SpillFile::~SpillFile() {
  file_.reset();
  // A file that stays behind is removed when the server starts; there is nobody to tell here.
  (void)files_.remove(path_).ok();
}

uint64_t SpillFile::write(const Chunk& chunk) {
  uint64_t at = size_;
  buffer_.clear();
  put(buffer_, uint64_t{0});
  put(buffer_, chunk.rows);
  for (const Vector& column : chunk.columns) write_column(buffer_, column, chunk.rows);
  uint64_t length = buffer_.size();
  std::memcpy(buffer_.data(), &length, sizeof length);
  file_->write(at, buffer_.data(), buffer_.size()).take();
  common::resource_use.spill_bytes_written += buffer_.size();
  size_ += length;
  return at;
}

bool SpillFile::read(uint64_t& offset, const std::vector<PhysicalType>& types, Chunk& out) {
  if (offset >= size_) return false;
  uint64_t length;
  file_->read(offset, &length, sizeof length).take();
  std::string bytes(length, '\0');
  file_->read(offset, bytes.data(), length).take();
  common::resource_use.spill_bytes_read += sizeof length + length;
  uint32_t rows;
  std::memcpy(&rows, bytes.data() + 8, 4);
  out.reset(types, rows);
  out.rows = rows;
  const char* at = bytes.data() + 12;
  for (Vector& column : out.columns) at = read_column(at, column, rows);
  offset += length;
  return true;
}

}  // namespace basalt::executor
