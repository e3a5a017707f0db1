// SpillFile: a temporary file of chunks. Unlinked state of the execution, never durable; removed when the object ends.
//
//   chunk: rows:4 | per column: validity flag:1, validity words, fixed values | string lengths and bytes
#pragma once

#include <memory>
#include <string>

#include "common/file.hpp"
#include "common/vector.hpp"

namespace basalt::executor {

class SpillFile {
 public:
  SpillFile(common::FileSystem& files, const std::string& directory);
  ~SpillFile();
  // Appends the rows and returns the offset to read them back from. Throws SqlError (53100 on a full disk).
  uint64_t write(const common::Chunk& chunk);
  // Reads the chunk at `offset`; moves `offset` behind it. False at the end of the file.
  bool read(uint64_t& offset, const std::vector<common::PhysicalType>& types, common::Chunk& out);
  uint64_t size() const { return size_; }

 private:
  common::FileSystem& files_;
  std::string path_;
  std::unique_ptr<common::File> file_;
  uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace basalt::executor
