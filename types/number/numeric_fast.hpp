// Arithmetic on the 12-byte form of numeric, for kernels and aggregates: no allocation, no exception. Each function
// answers false when the result does not fit (the caller then takes the slow path of numeric.hpp).
#pragma once

#include "types/number/numeric.hpp"

namespace basalt::types::numeric {

inline constexpr int kPowersMax = 18;
inline constexpr int64_t kPowers10[kPowersMax + 1] = {1LL,
                                                      10LL,
                                                      100LL,
                                                      1000LL,
                                                      10000LL,
                                                      100000LL,
                                                      1000000LL,
                                                      10000000LL,
                                                      100000000LL,
                                                      1000000000LL,
                                                      10000000000LL,
                                                      100000000000LL,
                                                      1000000000000LL,
                                                      10000000000000LL,
                                                      100000000000000LL,
                                                      1000000000000000LL,
                                                      10000000000000000LL,
                                                      100000000000000000LL,
                                                      1000000000000000000LL};

inline bool fits_inline(int128 v) { return v <= INT64_MAX && v >= -static_cast<int128>(INT64_MAX); }

// Both at the larger scale; false when that takes more than an int128 holds comfortably.
inline bool align(Inline a, Inline b, int128& x, int128& y, int32_t& scale) {
  x = a.unscaled;
  y = b.unscaled;
  scale = a.scale;
  if (a.scale == b.scale) return true;
  int32_t shift = a.scale - b.scale;
  if (shift > 0) {
    if (shift > kPowersMax) return false;
    y *= kPowers10[shift];
  } else {
    if (-shift > kPowersMax) return false;
    x *= kPowers10[-shift];
    scale = b.scale;
  }
  return true;
}

inline bool add_fast(Inline a, Inline b, Inline& out) {
  int128 x, y;
  if (!align(a, b, x, y, out.scale)) return false;
  x += y;
  out.unscaled = static_cast<int64_t>(x);
  return fits_inline(x);
}

inline bool subtract_fast(Inline a, Inline b, Inline& out) {
  int128 x, y;
  if (!align(a, b, x, y, out.scale)) return false;
  x -= y;
  out.unscaled = static_cast<int64_t>(x);
  return fits_inline(x);
}

inline bool multiply_fast(Inline a, Inline b, Inline& out) {
  int128 x = static_cast<int128>(a.unscaled) * b.unscaled;
  out.scale = a.scale + b.scale;
  out.unscaled = static_cast<int64_t>(x);
  return fits_inline(x) && out.scale <= kDisplayScaleMax;
}

// -2: does not know.
inline int compare_fast(Inline a, Inline b) {
  int128 x, y;
  int32_t scale;
  if (!align(a, b, x, y, scale)) return -2;
  return x < y ? -1 : x > y;
}

// The quotient with PostgreSQL's scale; b is not zero.
bool divide_fast(Inline a, Inline b, Inline& out);

}  // namespace basalt::types::numeric
