// LIKE patterns: % any string, _ one character, \ takes the next one as it is (ESCAPE has been rewritten to \ before).
//
// A pattern is taken apart once. The common shapes - no wildcard, 'x%', '%x', '%x%', 'x%y%z' - need only memcmp and
// memmem; the rest is matched with backtracking to the last %, which is enough for LIKE and quadratic at worst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace basalt::types {

enum class LikeUnit : uint8_t { kCharacter, kByte };  // what _ stands for: a character of text, a byte of bytea

class LikePattern {
 public:
  LikePattern(std::string_view pattern, LikeUnit unit);

  // Throws 22025 when matching arrives at an escape at the end of the pattern.
  bool matches(std::string_view s) const;
  // Every match begins with this; for index ranges.
  std::string_view prefix() const { return prefix_; }
  // The pattern matches just its prefix.
  bool is_exact() const { return shape_ == Shape::kExact; }

 private:
  enum class Shape : uint8_t { kExact, kSegments, kGeneral };

  bool take_apart();
  bool match_segments(std::string_view s) const;
  bool match_general(std::string_view s) const;
  size_t step(std::string_view s, size_t at) const;

  std::string pattern_;
  LikeUnit unit_;
  Shape shape_ = Shape::kGeneral;
  std::string prefix_;
  // kSegments: literals between runs of %; the first is at the start, the last at the end (either may be empty).
  std::vector<std::string> segments_;
};

// What ESCAPE '..' makes of a pattern: the same with \ as the escape. Throws 22025.
std::string like_escape(std::string_view pattern, std::string_view escape);

}  // namespace basalt::types
