#include "types/hash_bytes.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace basalt::types {

namespace {

struct State {
  uint32_t a, b, c;

  explicit State(uint32_t length) { a = b = c = 0x9e3779b9u + length + 3923095u; }

  void mix() {
    a -= c, a ^= std::rotl(c, 4), c += b;
    b -= a, b ^= std::rotl(a, 6), a += c;
    c -= b, c ^= std::rotl(b, 8), b += a;
    a -= c, a ^= std::rotl(c, 16), c += b;
    b -= a, b ^= std::rotl(a, 19), a += c;
    c -= b, c ^= std::rotl(b, 4), b += a;
  }
  void finish() {
    c ^= b, c -= std::rotl(b, 14);
    a ^= c, a -= std::rotl(c, 11);
    b ^= a, b -= std::rotl(a, 25);
    c ^= b, c -= std::rotl(b, 16);
    a ^= c, a -= std::rotl(c, 4);
    b ^= a, b -= std::rotl(a, 14);
    c ^= b, c -= std::rotl(b, 24);
  }
  void seed(uint64_t value) {
    if (value == 0) return;
    a += static_cast<uint32_t>(value >> 32);
    b += static_cast<uint32_t>(value);
    mix();
  }
  // The last 0..11 bytes; the lowest byte of c is kept free for the length in the original and stays unused here.
  void tail(const unsigned char* p, size_t length) {
    uint32_t words[3] = {0, 0, 0};
    for (size_t i = 0; i < length; ++i) {
      if (i < 8) {
        words[i / 4] += static_cast<uint32_t>(p[i]) << (8 * (i % 4));
      } else {
        words[2] += static_cast<uint32_t>(p[i]) << (8 * (i - 7));
      }
    }
    a += words[0], b += words[1], c += words[2];
    finish();
  }
  void absorb(const void* data, size_t length) {
    const unsigned char* p = static_cast<const unsigned char*>(data);
    while (length >= 12) {
      uint32_t words[3];
      std::memcpy(words, p, 12);
      a += words[0], b += words[1], c += words[2];
      mix();
      p += 12, length -= 12;
    }
    tail(p, length);
  }
  uint64_t both() const { return (static_cast<uint64_t>(b) << 32) | c; }
};

uint32_t fold(int64_t value) {
  uint32_t low = static_cast<uint32_t>(value);
  uint32_t high = static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32);
  return low ^ (value >= 0 ? high : ~high);
}

}  // namespace

uint32_t hash_bytes(const void* data, size_t length) {
  State s(static_cast<uint32_t>(length));
  s.absorb(data, length);
  return s.c;
}

uint64_t hash_bytes_extended(const void* data, size_t length, uint64_t seed) {
  State s(static_cast<uint32_t>(length));
  s.seed(seed);
  s.absorb(data, length);
  return s.both();
}

uint32_t hash_uint32(uint32_t value) {
  State s(sizeof value);
  s.a += value;
  s.finish();
  return s.c;
}

uint64_t hash_uint32_extended(uint32_t value, uint64_t seed) {
  State s(sizeof value);
  s.seed(seed);
  s.a += value;
  s.finish();
  return s.both();
}

uint32_t hash_int64(int64_t value) { return hash_uint32(fold(value)); }
uint64_t hash_int64_extended(int64_t value, uint64_t seed) { return hash_uint32_extended(fold(value), seed); }

uint32_t hash_float64(double value) {
  if (value == 0) return 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return hash_bytes(&value, sizeof value);
}

uint64_t hash_float64_extended(double value, uint64_t seed) {
  if (value == 0) return seed;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return hash_bytes_extended(&value, sizeof value, seed);
}

uint32_t hash_combine(uint32_t a, uint32_t b) {
  a ^= b + 0x9e3779b9u + (a << 6) + (a >> 2);
  return a;
}

uint64_t hash_combine64(uint64_t a, uint64_t b) {
  a ^= b + 0x49a0f4dd15e5a8e3ULL + (a << 54) + (a >> 7);
  return a;
}

}  // namespace basalt::types
