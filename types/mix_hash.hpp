// The executor's own hash: fast, of no meaning outside of one process. PostgreSQL's hashes are in hash_bytes.hpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace basalt::types {

inline uint64_t mix_hash(uint64_t a, uint64_t b) {
  using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15ull) * static_cast<Wide>(b ^ 0xbf58476d1ce4e5b9ull);
  uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  return folded ^ (folded >> 29);
}

inline uint64_t mix_hash_bytes(std::string_view bytes) {
  uint64_t hash = bytes.size() * 0x9e3779b97f4a7c15ull;
  const char* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    hash = mix_hash(hash, word);
  }
  uint64_t tail = 0;
  if (left) std::memcpy(&tail, p, left);
  return mix_hash(hash, tail ^ 0x5851f42d4c957f2dull);
}

}  // namespace basalt::types
