// Clock and randomness behind one interface, so that a test can seed them.
#pragma once

#include <cstdint>

namespace basalt::common {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 2000-01-01 00:00:00 UTC, PostgreSQL's epoch.
  virtual int64_t now_microseconds() = 0;
  // Monotonic, for durations and timeouts.
  virtual int64_t monotonic_microseconds() = 0;
  static Clock& real();
};

// Cryptographically strong bytes (getrandom), for UUIDs, salts, cancel keys.
void strong_random(void* buffer, unsigned long size);

// Small fast generator (xoshiro256**), seeded explicitly.
class RandomGenerator {
 public:
  explicit RandomGenerator(uint64_t seed);
  uint64_t next();
  double next_double();  // [0, 1)
  uint64_t below(uint64_t bound) { return bound ? next() % bound : 0; }

 private:
  uint64_t state_[4];
};

}  // namespace basalt::common
