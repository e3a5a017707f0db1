// Comparison of strings by their bytes, the inner loop of most text predicates.
#pragma once

#include "common/string_ref.hpp"

namespace basalt::types {

// Order of the bytes, as memcmp has it; a prefix comes first. Most pairs differ in the four bytes that a StringRef
// holds itself (zero padded, and no byte is less than zero).
inline int compare_bytes(const common::StringRef& a, const common::StringRef& b) {
  uint32_t head_a, head_b;
  std::memcpy(&head_a, reinterpret_cast<const char*>(&a) + 4, 4);
  std::memcpy(&head_b, reinterpret_cast<const char*>(&b) + 4, 4);
  if (head_a != head_b) return __builtin_bswap32(head_a) < __builtin_bswap32(head_b) ? -1 : 1;
  uint32_t size = a.size() < b.size() ? a.size() : b.size();
  int order = size > 4 ? std::memcmp(a.data() + 4, b.data() + 4, size - 4) : 0;
  if (order == 0) return a.size() < b.size() ? -1 : a.size() > b.size();
  return order < 0 ? -1 : 1;
}

}  // namespace basalt::types
