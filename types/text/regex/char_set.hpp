// Sets of characters as sorted ranges, and the partition of all characters into colors: two characters of one color are
// in the same sets, so that an automaton needs one transition for both.
#pragma once

#include <cstdint>
#include <vector>

#include "types/text/character.hpp"
#include "types/text/collation.hpp"

namespace basalt::types::regex {

inline constexpr char32_t kCharacterMax = 0x7ffffffe;  // escapes may name characters beyond Unicode

struct Range {
  char32_t low, high;
  bool operator==(const Range&) const = default;
  auto operator<=>(const Range&) const = default;
};

class CharSet {
 public:
  CharSet() = default;
  CharSet(char32_t low, char32_t high) : ranges_{{low, high}} {}

  void add(char32_t low, char32_t high) { ranges_.push_back({low, high}); }
  void add(const CharSet& other) { ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end()); }
  // Sorts and joins; everything below wants a normal set.
  void normalize();
  CharSet complement() const;
  const std::vector<Range>& ranges() const { return ranges_; }
  bool operator==(const CharSet&) const = default;
  auto operator<=>(const CharSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

// All characters of a class; computed once and kept.
const CharSet& class_set(character::Class kind, CaseRules rules);
const CharSet& word_set(CaseRules rules);  // letters, digits, _

// What a constraint wants to know of a neighbour.
enum class Neighbour : uint8_t { kEdge, kNewline, kWord, kOther };

class ColorMap {
 public:
  // `constrained`: constraints look at neighbours, so newline and word characters must have colors of their own.
  void build(const std::vector<CharSet>& sets, bool constrained, CaseRules rules);
  uint32_t color(char32_t c) const { return c < kDirect ? direct_[c] : search(c); }
  uint32_t colors() const { return colors_; }
  Neighbour neighbour(uint32_t color) const { return neighbours_[color]; }
  bool contains(uint32_t set, uint32_t color) const { return members_[set * colors_ + color] != 0; }

 private:
  static constexpr char32_t kDirect = 0x800;
  uint32_t search(char32_t c) const;
  void refine(const CharSet& set);
  size_t interval_of(char32_t c) const;

  std::vector<char32_t> starts_;
  std::vector<uint32_t> interval_colors_;
  std::vector<uint32_t> direct_;
  std::vector<uint8_t> members_;
  std::vector<Neighbour> neighbours_;
  uint32_t colors_ = 1;
};

}  // namespace basalt::types::regex
