// A regular expression taken apart, as the engine matches it (Henry Spencer's scheme, which PostgreSQL documents in the
// section "Regular Expression Matching Rules").
//
// A Fragment is a piece that holds no capture, no back reference and no mixture of greedy and non-greedy parts: where
// it begins and ends is all that matters, and an automaton decides that. Nodes stand above fragments, where the extents
// of the parts matter:
//
//   kLeaf       a fragment
//   kConcat     left then right
//   kAlternate  the first of `parts` that matches
//   kIterate    left, `min` to `max` times
//   kBackref    what group `group` matched, `min` to `max` times
//   kGroup      left, in one more pair of capturing parentheses
//
// Any node may capture. A match is found from the top: an automaton for the whole gives the extent; each node then
// finds the extents of its parts with their automata, the earlier part first, longest or shortest as its preference
// says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "types/text/regex/char_set.hpp"

namespace basalt::types::regex {

inline constexpr int kUnlimited = -1;

enum class Constraint : uint8_t {
  kStringBegin,
  kStringEnd,
  kLineBegin,
  kLineEnd,
  kWordBegin,
  kWordEnd,
  kWordBoundary,
  kNoWordBoundary
};

struct Node;

struct Fragment {
  enum class Kind : uint8_t { kSequence, kSet, kRepeat, kConstraint, kLook, kNode };
  Kind kind = Kind::kSequence;
  uint32_t index = 0;  // kSet: number of the set; kLook: number of the look-around
  Constraint constraint{};
  int min = 0, max = 0;        // kRepeat of parts[0]
  const Node* node = nullptr;  // kNode: that node's language, its captures ignored
  std::vector<Fragment> parts;
};

// What a part prefers, and what is inside of it.
enum Flags : uint32_t { kLonger = 1, kShorter = 2, kMixed = 4, kCaptures = 8, kBackrefs = 16 };

struct Node {
  enum class Kind : uint8_t { kLeaf, kConcat, kAlternate, kIterate, kBackref, kGroup };
  Kind kind = Kind::kLeaf;
  uint32_t flags = 0;
  uint32_t id = 0;
  int capture = 0;  // number of the group whose extent this is; 0: none
  int group = 0;
  int min = 1, max = 1;
  Fragment fragment;
  Node* left = nullptr;
  Node* right = nullptr;
  std::vector<Node*> parts;
};

// (?=..) (?!..) (?<=..) (?<!..)
struct Look {
  bool ahead;
  bool negated;
  const Node* node;
};

// Compile options.
struct Options {
  enum class Syntax : uint8_t { kAdvanced, kExtended, kBasic, kLiteral };
  Syntax syntax = Syntax::kAdvanced;
  bool ignore_case = false;
  bool expanded = false;         // white space and comments do not count
  bool newline_stops = false;    // . and [^..] do not match a newline
  bool newline_anchors = false;  // ^ and $ match at newlines too
  CaseRules rules = CaseRules::kUnicode;
  bool operator==(const Options&) const = default;
};

// An option letter, as in (?i). False: there is no such option.
bool apply_option(Options& options, char32_t letter);

struct Tree {
  std::vector<std::unique_ptr<Node>> nodes;
  Node* root = nullptr;
  std::vector<Node*> groups;  // [n]: node of capture n; [0] unused
  std::vector<CharSet> sets;
  std::vector<Look> looks;
  bool constrained = false;
  Options options;  // after embedded options

  int captures() const { return static_cast<int>(groups.size()) - 1; }
};

// Throws 2201B "invalid regular expression: ...".
Tree parse(std::u32string_view pattern, const Options& options);
[[noreturn]] void throw_invalid(const char* reason);

}  // namespace basalt::types::regex
