// What the regexp_* functions share: options, compiled patterns kept by the call site, the walk over all matches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "types/text/regex/regex.hpp"
#include "types/text/text.hpp"

namespace basalt::types {

struct RegexpFlags {
  regex::Options options;
  bool global = false;
};

// The letters of a flags argument ("gi"). Throws 22023.
RegexpFlags parse_regexp_flags(std::string_view flags);

// Compiled patterns of one call site, most recently used first.
class RegexCache final : public CallState {
 public:
  regex::Regex& get(FunctionCall& call, std::string_view pattern, const regex::Options& options);
  regex::Text text{std::string_view()};  // reused for each row

 private:
  struct Entry {
    std::string pattern;
    regex::Options options;  // with the rules of the collation
    std::unique_ptr<regex::Regex> compiled;
  };
  std::vector<Entry> entries_;
  common::Oid checked_collation_;
  CaseRules rules_ = CaseRules::kUnicode;
};

RegexCache& regex_cache(FunctionCall& call, std::unique_ptr<CallState>& fallback);

// Non-overlapping matches from left to right. Each is reported once; an empty one moves the search on by a character.
class MatchWalk {
 public:
  enum class Empty : uint8_t { kReported, kIgnoredAtEdges };
  MatchWalk(regex::Regex& regex, const regex::Text& text, size_t from, size_t groups, Empty empty,
            common::Interrupt* interrupt)
      : regex_(regex), text_(text), start_(from), empty_(empty), interrupt_(interrupt), matches_(groups) {}
  bool next();
  const std::vector<regex::Match>& matches() const { return matches_; }

 private:
  regex::Regex& regex_;
  const regex::Text& text_;
  size_t start_;
  size_t previous_end_ = 0;
  Empty empty_;
  common::Interrupt* interrupt_;
  std::vector<regex::Match> matches_;
};

void register_regexp_sets(FunctionRegistry& registry);
void register_regexp_positions(FunctionRegistry& registry);
void register_similar(FunctionRegistry& registry);

}  // namespace basalt::types
