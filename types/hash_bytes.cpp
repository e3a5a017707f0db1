#include "types/hash_bytes.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace basalt::types {

namespace {

// The state of lookup3 (Jenkins, 2006, public domain).
struct Lookup3 {
  uint32_t a, b, c;

  explicit Lookup3(uint32_t length) { a = b = c = 0x9e3779b9u + length + 3923095u; }

  void seed(uint64_t value) {
    if (value == 0) return;
    a += static_cast<uint32_t>(value >> 32);
    b += static_cast<uint32_t>(value);
    mix();
  }
  void mix() {
    a -= c;
    a ^= std::rotl(c, 4);
    c += b;
    b -= a;
    b ^= std::rotl(a, 6);
    a += c;
    c -= b;
    c ^= std::rotl(b, 8);
    b += a;
    a -= c;
    a ^= std::rotl(c, 16);
    c += b;
    b -= a;
    b ^= std::rotl(a, 19);
    a += c;
    c -= b;
    c ^= std::rotl(b, 4);
    b += a;
  }
  void finish() {
    c ^= b;
    c -= std::rotl(b, 14);
    a ^= c;
    a -= std::rotl(c, 11);
    b ^= a;
    b -= std::rotl(a, 25);
    c ^= b;
    c -= std::rotl(b, 16);
    a ^= c;
    a -= std::rotl(c, 4);
    b ^= a;
    b -= std::rotl(a, 14);
    c ^= b;
    c -= std::rotl(b, 24);
  }
  // The last 0..11 bytes. The lowest byte of c is left to the length.
  void add_tail(const unsigned char* tail, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      uint32_t byte = tail[i];
      if (i < 4)
        a += byte << (8 * i);
      else if (i < 8)
        b += byte << (8 * (i - 4));
      else
        c += byte << (8 * (i - 7));
    }
  }
};

Lookup3 run(std::string_view bytes, uint64_t seed) {
  Lookup3 state(static_cast<uint32_t>(bytes.size()));
  state.seed(seed);
  const char* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 12; left -= 12, p += 12) {
    uint32_t words[3];
    std::memcpy(words, p, 12);
    state.a += words[0];
    state.b += words[1];
    state.c += words[2];
    state.mix();
  }
  state.add_tail(reinterpret_cast<const unsigned char*>(p), left);
  state.finish();
  return state;
}

uint64_t joined(const Lookup3& state) { return (static_cast<uint64_t>(state.b) << 32) | state.c; }

// An int8 that fits in an int4 hashes as the int4.
uint32_t folded(int64_t value) {
  auto low = static_cast<uint32_t>(value);
  auto high = static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32);
  return low ^ (value >= 0 ? high : ~high);
}

std::string_view bytes_of(const double& value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

}  // namespace

uint32_t hash_bytes(std::string_view bytes) { return run(bytes, 0).c; }
uint64_t hash_bytes_extended(std::string_view bytes, uint64_t seed) { return joined(run(bytes, seed)); }

uint32_t hash_uint32(uint32_t value) {
  Lookup3 state(4);
  state.a += value;
  state.finish();
  return state.c;
}

uint64_t hash_uint32_extended(uint32_t value, uint64_t seed) {
  Lookup3 state(4);
  state.seed(seed);
  state.a += value;
  state.finish();
  return joined(state);
}

uint32_t hash_int64(int64_t value) { return hash_uint32(folded(value)); }
uint64_t hash_int64_extended(int64_t value, uint64_t seed) { return hash_uint32_extended(folded(value), seed); }

uint32_t hash_double(double value) {
  if (value == 0) return 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return hash_bytes(bytes_of(value));
}

uint64_t hash_double_extended(double value, uint64_t seed) {
  if (value == 0) return seed;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return hash_bytes_extended(bytes_of(value), seed);
}

uint64_t fast_hash_bytes(std::string_view bytes) {
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
