// Splits a regular expression into tokens, after PostgreSQL's syntax of AREs, EREs and BREs.
#pragma once

#include <string>

#include "types/text/regex/tree.hpp"

namespace basalt::types::regex {

enum class Token : uint8_t {
  kEnd,
  kPlain,
  kAny,
  kBracket,
  kOpen,
  kClose,
  kBar,
  kStar,
  kPlus,
  kQuestion,
  kBound,
  kConstraint,
  kLook,
  kBackref,
  kClass
};

class Lexer {
 public:
  // Reads directors (***=) and embedded options ((?i)); what they say is in options() afterwards.
  Lexer(std::u32string_view pattern, const Options& options);

  const Options& options() const { return options_; }
  Token type() const { return type_; }
  char32_t value() const { return value_; }
  // kOpen: capturing; kStar, kPlus, kQuestion, kBound: greedy; kBracket, kClass: not complemented; kLook: ahead.
  bool positive() const { return positive_; }
  bool negated() const { return negated_; }  // kLook
  Constraint constraint() const { return constraint_; }
  int bound_min() const { return min_; }
  int bound_max() const { return max_; }
  bool bound_is_exact() const { return exact_; }

  // To the next token. `groups`: capturing parentheses so far (\10 is a back reference only if there are ten).
  void next(int groups);
  // Reads the rest of a bracket expression, just behind its [ or [^.
  CharSet bracket();
  CharSet class_members(char32_t which) const;  // d, s, w
  void add_with_cases(CharSet& set, char32_t low, char32_t high) const;

 private:
  bool at_end() const { return at_ >= pattern_.size(); }
  bool sees(std::u32string_view text) const { return pattern_.substr(at_).starts_with(text); }
  void read_director();
  void read_embedded_options();
  void skip_expanded();
  void plain(char32_t c);
  void quantifier(Token type);
  void constrain(Constraint constraint);
  void next_advanced(int groups);
  void next_basic();
  void open_parenthesis();
  void open_bracket();
  void bound(bool basic);
  int bound_number();
  void escape(int groups, bool in_bracket);
  void backref_or_octal(int groups, bool in_bracket);
  char32_t digits(uint32_t base, size_t least, size_t most);
  bool bracket_item(CharSet& set, char32_t& c);
  std::u32string_view delimited(char32_t mark);
  char32_t collating_element(std::u32string_view name) const;
  CharSet named_class(std::u32string_view name) const;

  std::u32string_view pattern_;
  Options options_;
  size_t at_ = 0;
  Token type_ = Token::kEnd;
  Token last_ = Token::kEnd;
  bool first_ = true;
  char32_t value_ = 0;
  bool positive_ = true;
  bool negated_ = false;
  Constraint constraint_{};
  int min_ = 0, max_ = 0;
  bool exact_ = false;
};

}  // namespace basalt::types::regex
