// StringHeap: append-only memory for the long strings of a vector or a sort run. Addresses never move; everything is
// freed together. Not thread-safe.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "common/string_ref.hpp"

namespace basalt::common {

class StringHeap {
 public:
  // Copies the bytes (when they do not fit inline) and refers to the copy.
  StringRef add(std::string_view s) {
    if (s.size() <= StringRef::kInlineBytesMax) return StringRef(s);
    char* target = allocate(s.size());
    std::memcpy(target, s.data(), s.size());
    return StringRef(target, static_cast<uint32_t>(s.size()));
  }
  // Uninitialised bytes, to be filled before a StringRef is made of them.
  char* allocate(size_t bytes);
  size_t bytes_reserved() const { return bytes_reserved_; }
  // Forgets all strings; keeps the first block for the next use.
  void clear();

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t first_block_size_ = 0;
  size_t used_ = 0;
  size_t capacity_ = 0;
  size_t bytes_reserved_ = 0;
};

}  // namespace basalt::common
