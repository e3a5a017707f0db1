// StringRef: the 16-byte string of vectors and hash tables (Neumann & Freitag, "Umbra", CIDR 2020).
//
//   length <= 12   | length:4 | bytes, zero padded: 12        |
//   length >  12   | length:4 | first 4 bytes | pointer: 8    |
//
// Two strings that differ in length or in the first four bytes differ; most comparisons end there. A long StringRef
// does not own its bytes: the vector's StringHeap (or whatever the owner documents) does.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace basalt::common {

class StringRef {
 public:
  static constexpr uint32_t kInlineBytesMax = 12;

  StringRef() : length_(0) { std::memset(bytes_, 0, sizeof bytes_); }
  // For length > kInlineBytesMax the bytes are referred to, not copied.
  StringRef(const char* data, uint32_t length) : length_(length) {
    if (length <= kInlineBytesMax) {
      std::memset(bytes_, 0, sizeof bytes_);
      if (length) std::memcpy(bytes_, data, length);
    } else {
      std::memcpy(bytes_, data, 4);
      std::memcpy(bytes_ + 4, &data, sizeof data);
    }
  }
  explicit StringRef(std::string_view s) : StringRef(s.data(), static_cast<uint32_t>(s.size())) {}

  uint32_t size() const { return length_; }
  bool is_inline() const { return length_ <= kInlineBytesMax; }
  const char* data() const {
    if (is_inline()) return bytes_;
    const char* pointer;
    std::memcpy(&pointer, bytes_ + 4, sizeof pointer);
    return pointer;
  }
  std::string_view view() const { return {data(), length_}; }

  bool operator==(const StringRef& other) const {
    uint64_t a, b;
    std::memcpy(&a, this, 8);
    std::memcpy(&b, &other, 8);
    if (a != b) return false;
    if (is_inline()) return std::memcmp(bytes_ + 4, other.bytes_ + 4, 8) == 0;
    return std::memcmp(data(), other.data(), length_) == 0;
  }

 private:
  uint32_t length_;
  char bytes_[12];
};
static_assert(sizeof(StringRef) == 16);

}  // namespace basalt::common
