// PostgreSQL's hash functions of bytes and integers: Bob Jenkins' lookup3 with PostgreSQL's seeding. Partition
// placement must give the values that PostgreSQL gives, and so must hashtext() and its kin. The executor's tables use
// mix_hash().
#pragma once

#include <cstdint>
#include <string_view>

namespace basalt::types {

uint32_t hash_bytes(std::string_view bytes);
uint64_t hash_bytes_extended(std::string_view bytes, uint64_t seed);
uint32_t hash_uint32(uint32_t value);
uint64_t hash_uint32_extended(uint32_t value, uint64_t seed);
// hashint8 and hashint8extended: equal to the int4 hash for values that fit.
uint32_t hash_int64(int64_t value);
uint64_t hash_int64_extended(int64_t value, uint64_t seed);
// hashfloat8: -0 as 0, every NaN the same; float4 values are widened first.
uint32_t hash_double(double value);
uint64_t hash_double_extended(double value, uint64_t seed);

// The executor's own hash: fast, of no meaning outside of one process.
inline uint64_t mix_hash(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15ull) *
                              static_cast<unsigned __int128>(b ^ 0xbf58476d1ce4e5b9ull);
  uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  return folded ^ (folded >> 29);
}
uint64_t fast_hash_bytes(std::string_view bytes);

}  // namespace basalt::types
