// Bob Jenkins' lookup3 hash in the variant that PostgreSQL uses for hash operator classes. Partition placement depends
// on these values: they equal PostgreSQL's hash_bytes(), hash_bytes_extended(), hash_uint32() and
// hash_uint32_extended() on little-endian machines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace basalt::types {

uint32_t hash_bytes(const void* data, size_t length);
uint64_t hash_bytes_extended(const void* data, size_t length, uint64_t seed);
uint32_t hash_uint32(uint32_t value);
uint64_t hash_uint32_extended(uint32_t value, uint64_t seed);

inline uint32_t hash_bytes(std::string_view s) { return hash_bytes(s.data(), s.size()); }
inline uint64_t hash_bytes_extended(std::string_view s, uint64_t seed) {
  return hash_bytes_extended(s.data(), s.size(), seed);
}
// PostgreSQL's hashint8: values that fit int4 hash as int4 does.
uint32_t hash_int64(int64_t value);
uint64_t hash_int64_extended(int64_t value, uint64_t seed);
// hashfloat8: -0 hashes as 0, all NaNs alike. float4 hashes as its double.
uint32_t hash_float64(double value);
uint64_t hash_float64_extended(double value, uint64_t seed);
uint32_t hash_combine(uint32_t a, uint32_t b);
uint64_t hash_combine64(uint64_t a, uint64_t b);

}  // namespace basalt::types
