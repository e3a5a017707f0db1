#include "common/clock.hpp"

#include <sys/random.h>
#include <time.h>

#include "common/ensure.hpp"

namespace basalt::common {

namespace {

constexpr int64_t kUnixToPostgresSeconds = 946684800;

class RealClock : public Clock {
 public:
  int64_t now_microseconds() override {
    timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (t.tv_sec - kUnixToPostgresSeconds) * 1'000'000 + t.tv_nsec / 1000;
  }
  int64_t monotonic_microseconds() override {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000 + t.tv_nsec / 1000;
  }
};

constexpr uint64_t rotate_left(uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

}  // namespace

Clock& Clock::real() {
  static RealClock clock;
  return clock;
}

void strong_random(void* buffer, unsigned long size) {
  auto* at = static_cast<char*>(buffer);
  while (size > 0) {
    ssize_t n = getrandom(at, size, 0);
    if (n < 0) fatal("getrandom failed");
    at += n;
    size -= static_cast<unsigned long>(n);
  }
}

RandomGenerator::RandomGenerator(uint64_t seed) {
  // splitmix64 spreads the seed over the state.
  for (uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

uint64_t RandomGenerator::next() {
  uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

double RandomGenerator::next_double() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

}  // namespace basalt::common
