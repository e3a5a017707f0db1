// A bit or varbit value.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "common/ensure.hpp"

namespace basalt::types {

class BitString {
 public:
  explicit BitString(int32_t bits) : bits_(bits), content_(static_cast<size_t>((bits + 7) / 8), '\0') {}
  // The bytes of a kString value.
  explicit BitString(std::string_view value) {
    ENSURE(value.size() >= sizeof bits_, "bit string ends too early");
    std::memcpy(&bits_, value.data(), sizeof bits_);
    content_ = value.substr(sizeof bits_);
  }
  // `content` holds the bits; those behind the last are cleared.
  BitString(int32_t bits, std::string_view content) : bits_(bits), content_(content) { clear_rest(); }

  int32_t size() const { return bits_; }
  const std::string& content() const { return content_; }
  bool get(int32_t i) const { return content_[static_cast<size_t>(i >> 3)] >> (7 - (i & 7)) & 1; }
  void set(int32_t i, bool bit) {
    char mask = static_cast<char>(1 << (7 - (i & 7)));
    char& byte = content_[static_cast<size_t>(i >> 3)];
    byte = static_cast<char>(bit ? byte | mask : byte & ~mask);
  }
  // Cut, or zeros added on the right.
  BitString resized(int32_t bits) const {
    BitString out(bits);
    std::memcpy(out.content_.data(), content_.data(), std::min(out.content_.size(), content_.size()));
    out.clear_rest();
    return out;
  }
  std::string bytes() const {
    std::string out(reinterpret_cast<const char*>(&bits_), sizeof bits_);
    return out += content_;
  }

 private:
  void clear_rest() {
    if (bits_ & 7) content_.back() = static_cast<char>(content_.back() & (0xff << (8 - (bits_ & 7))));
  }
  int32_t bits_;
  std::string content_;
};

}  // namespace basalt::types
