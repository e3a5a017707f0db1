#include "types/text/search.hpp"

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace basalt::types {

namespace {

constexpr size_t kNone = std::string_view::npos;

#ifdef __SSE2__
// Candidates among the 16 positions at `p`: first and last byte are right.
unsigned candidates_at(const char* p, size_t span, __m128i first, __m128i last) {
  __m128i heads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  __m128i tails = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + span));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(tails, last))));
}
#endif

// Searches from `at` on, which moves over what is done; the rest is left to the caller. Positions are tried 16 at a
// time, the last 16 possibly once more. Gives up after many false candidates, which would make it quadratic.
size_t find_in_blocks(std::string_view s, std::string_view wanted, size_t& at) {
#ifdef __SSE2__
  size_t span = wanted.size() - 1, block = 16 + span;
  __m128i first = _mm_set1_epi8(wanted.front()), last = _mm_set1_epi8(wanted.back());
  for (int candidates = 0; candidates < 64 && at + span < s.size() && s.size() >= block;) {
    size_t start = at + block <= s.size() ? at : s.size() - block;
    for (unsigned mask = candidates_at(s.data() + start, span, first, last); mask != 0; mask &= mask - 1) {
      size_t candidate = start + static_cast<size_t>(__builtin_ctz(mask));
      if (candidate >= at && std::memcmp(s.data() + candidate, wanted.data(), wanted.size()) == 0) return candidate;
      ++candidates;
    }
    at = start + 16;
  }
#endif
  return kNone;
}

}  // namespace

size_t find_bytes(std::string_view s, std::string_view wanted, size_t from) {
  if (from > s.size()) return kNone;
  if (wanted.empty()) return from;
  if (wanted.size() > s.size() - from) return kNone;
  const void* found;
  if (wanted.size() == 1) {
    found = std::memchr(s.data() + from, wanted[0], s.size() - from);
  } else {
    size_t at = find_in_blocks(s, wanted, from);
    if (at != kNone) return at;
    if (from + wanted.size() > s.size()) return kNone;
    // A short text, or one on which only a linear algorithm is fast.
    found = memmem(s.data() + from, s.size() - from, wanted.data(), wanted.size());
  }
  return found ? static_cast<size_t>(static_cast<const char*>(found) - s.data()) : kNone;
}

}  // namespace basalt::types
