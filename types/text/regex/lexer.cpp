#include "types/text/regex/lexer.hpp"

#include <algorithm>

#include "types/text/regex/names.hpp"
#include "types/text/text.hpp"

namespace basalt::types::regex {

namespace {

constexpr int kRepetitionsMax = 255;

bool is_alpha(char32_t c) { return character::is_ascii_alpha(c); }

}  // namespace

void throw_invalid(const char* reason) {
  throw SqlError(sqlstate::kInvalidRegularExpression, std::string("invalid regular expression: ") + reason);
}

Lexer::Lexer(std::u32string_view pattern, const Options& options) : pattern_(pattern), options_(options) {
  if (options_.syntax != Options::Syntax::kLiteral) {
    read_director();
    read_embedded_options();
  }
  if (options_.syntax == Options::Syntax::kLiteral) {
    options_.expanded = options_.newline_anchors = options_.newline_stops = false;
  }
}

void Lexer::read_director() {
  if (pattern_.size() < 4 || !sees(U"***")) return;
  switch (pattern_[3]) {
    case '?':
      throw_invalid("invalid regexp (reg version 0.8)");
    case '=':
      options_.syntax = Options::Syntax::kLiteral;
      break;
    case ':':
      options_.syntax = Options::Syntax::kAdvanced;
      break;
    default:
      throw_invalid("quantifier operand invalid");
  }
  at_ = 4;
}

void Lexer::read_embedded_options() {
  if (options_.syntax != Options::Syntax::kAdvanced) return;
  if (pattern_.size() < at_ + 3 || !sees(U"(?") || !is_alpha(pattern_[at_ + 2])) return;
  for (at_ += 2; !at_end() && is_alpha(pattern_[at_]); ++at_)
    if (!apply_option(options_, pattern_[at_])) throw_invalid("invalid embedded option");
  if (at_end() || pattern_[at_] != ')') throw_invalid("invalid embedded option");
  ++at_;
}

bool apply_option(Options& o, char32_t letter) {
  switch (letter) {
    case 'b':
      o.syntax = Options::Syntax::kBasic;
      break;
    case 'c':
      o.ignore_case = false;
      break;
    case 'e':
      o.syntax = Options::Syntax::kExtended;
      break;
    case 'i':
      o.ignore_case = true;
      break;
    case 'm':
    case 'n':
      o.newline_stops = o.newline_anchors = true;
      break;
    case 'p':
      o.newline_stops = true, o.newline_anchors = false;
      break;
    case 'q':
      o.syntax = Options::Syntax::kLiteral;
      break;
    case 's':
      o.newline_stops = o.newline_anchors = false;
      break;
    case 't':
      o.expanded = false;
      break;
    case 'w':
      o.newline_stops = false, o.newline_anchors = true;
      break;
    case 'x':
      o.expanded = true;
      break;
    default:
      return false;
  }
  return true;
}

void Lexer::skip_expanded() {
  if (!options_.expanded) return;
  while (!at_end()) {
    char32_t c = pattern_[at_];
    if (character::is(character::Class::kSpace, c)) {
      ++at_;
    } else if (c == '#') {
      while (!at_end() && pattern_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

void Lexer::plain(char32_t c) {
  type_ = Token::kPlain;
  value_ = c;
}

// A ? behind a quantifier of an ARE makes it non-greedy.
void Lexer::quantifier(Token type) {
  type_ = type;
  positive_ = true;
  if (options_.syntax == Options::Syntax::kAdvanced && !at_end() && pattern_[at_] == '?') {
    positive_ = false;
    ++at_;
  }
}

void Lexer::constrain(Constraint constraint) {
  type_ = Token::kConstraint;
  constraint_ = constraint;
}

void Lexer::next(int groups) {
  last_ = type_;
  bool at_start = first_;
  first_ = false;
  if (options_.syntax == Options::Syntax::kLiteral) {
    if (at_end())
      type_ = Token::kEnd;
    else
      plain(pattern_[at_++]);
    return;
  }
  skip_expanded();
  if (at_end()) {
    type_ = Token::kEnd;
    return;
  }
  if (options_.syntax == Options::Syntax::kBasic) {
    if (at_start) last_ = Token::kEnd;
    next_basic();
  } else {
    next_advanced(groups);
  }
}

void Lexer::next_advanced(int groups) {
  char32_t c = pattern_[at_++];
  switch (c) {
    case '|':
      type_ = Token::kBar;
      return;
    case '*':
      return quantifier(Token::kStar);
    case '+':
      return quantifier(Token::kPlus);
    case '?':
      return quantifier(Token::kQuestion);
    case '{':
      skip_expanded();
      if (at_end() || !character::is_ascii_digit(pattern_[at_])) return plain(c);
      return bound(false);
    case '(':
      if (options_.syntax == Options::Syntax::kAdvanced && !at_end() && pattern_[at_] == '?') {
        ++at_;
        if (!at_end() && pattern_[at_] == '#') {
          while (!at_end() && pattern_[at_] != ')') ++at_;
          if (!at_end()) ++at_;
          return next(groups);
        }
        return open_parenthesis();
      }
      type_ = Token::kOpen;
      positive_ = true;
      return;
    case ')':
      type_ = Token::kClose;
      return;
    case '[':
      return open_bracket();
    case '.':
      type_ = Token::kAny;
      return;
    case '^':
      return constrain(Constraint::kLineBegin);
    case '$':
      return constrain(Constraint::kLineEnd);
    case '\\':
      if (at_end()) throw_invalid("invalid escape \\ sequence");
      if (options_.syntax == Options::Syntax::kExtended) return plain(pattern_[at_++]);
      return escape(groups, false);
    default:
      return plain(c);
  }
}

// Behind "(?".
void Lexer::open_parenthesis() {
  if (at_end()) throw_invalid("quantifier operand invalid");
  char32_t c = pattern_[at_++];
  bool behind = c == '<';
  if (behind) {
    if (at_end()) throw_invalid("quantifier operand invalid");
    c = pattern_[at_++];
  }
  if (c == ':' && !behind) {
    type_ = Token::kOpen;
    positive_ = false;
  } else if (c == '=' || c == '!') {
    type_ = Token::kLook;
    positive_ = !behind;
    negated_ = c == '!';
  } else {
    throw_invalid("quantifier operand invalid");
  }
}

void Lexer::open_bracket() {
  if (sees(U"[:<:]]")) {
    at_ += 6;
    return constrain(Constraint::kWordBegin);
  }
  if (sees(U"[:>:]]")) {
    at_ += 6;
    return constrain(Constraint::kWordEnd);
  }
  type_ = Token::kBracket;
  positive_ = at_end() || pattern_[at_] != '^';
  if (!positive_) ++at_;
}

int Lexer::bound_number() {
  int n = 0;
  for (;; ++at_) {
    skip_expanded();
    if (at_end() || !character::is_ascii_digit(pattern_[at_])) break;
    n = n * 10 + static_cast<int>(pattern_[at_] - '0');
    if (n > kRepetitionsMax) throw_invalid("invalid repetition count(s)");
  }
  return n;
}

// Behind "{", at a digit.
void Lexer::bound(bool basic) {
  min_ = bound_number();
  exact_ = true;
  max_ = min_;
  if (!at_end() && pattern_[at_] == ',') {
    ++at_;
    skip_expanded();
    exact_ = false;
    max_ = !at_end() && character::is_ascii_digit(pattern_[at_]) ? bound_number() : kUnlimited;
    if (max_ != kUnlimited && min_ > max_) throw_invalid("invalid repetition count(s)");
  }
  if (at_end()) throw_invalid("braces {} not balanced");
  if (basic) {
    if (!sees(U"\\}")) throw_invalid("invalid repetition count(s)");
    at_ += 2;
  } else {
    if (pattern_[at_] != '}') throw_invalid("invalid repetition count(s)");
    ++at_;
  }
  quantifier(Token::kBound);
}

void Lexer::next_basic() {
  char32_t c = pattern_[at_++];
  bool opening = last_ == Token::kEnd || last_ == Token::kOpen || last_ == Token::kBar;
  switch (c) {
    case '*':
      if (opening || last_ == Token::kConstraint) return plain(c);
      type_ = Token::kStar;
      positive_ = true;
      return;
    case '[':
      return open_bracket();
    case '.':
      type_ = Token::kAny;
      return;
    case '^':
      if (opening) return constrain(Constraint::kLineBegin);
      return plain(c);
    case '$':
      skip_expanded();
      if (at_end() || sees(U"\\)")) return constrain(Constraint::kLineEnd);
      return plain(c);
    case '\\':
      break;
    default:
      return plain(c);
  }
  if (at_end()) throw_invalid("invalid escape \\ sequence");
  c = pattern_[at_++];
  switch (c) {
    case '{':
      skip_expanded();
      if (at_end() || !character::is_ascii_digit(pattern_[at_])) throw_invalid("invalid repetition count(s)");
      return bound(true);
    case '(':
      type_ = Token::kOpen;
      positive_ = true;
      return;
    case ')':
      type_ = Token::kClose;
      return;
    case '<':
      return constrain(Constraint::kWordBegin);
    case '>':
      return constrain(Constraint::kWordEnd);
    default:
      if (c >= '1' && c <= '9') {
        type_ = Token::kBackref;
        value_ = c - '0';
        return;
      }
      return plain(c);
  }
}

char32_t Lexer::digits(uint32_t base, size_t least, size_t most) {
  uint64_t value = 0;
  size_t count = 0;
  for (; count < most && !at_end(); ++count, ++at_) {
    char32_t c = pattern_[at_];
    uint32_t digit;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
      digit = (c | 32) - 'a' + 10;
    else
      break;
    if (digit >= base) break;
    value = std::min<uint64_t>(value * base + digit, uint64_t{1} << 40);
  }
  if (count < least || value > kCharacterMax) throw_invalid("invalid escape \\ sequence");
  return static_cast<char32_t>(value);
}

// Behind a backslash in an ARE.
void Lexer::escape(int groups, bool in_bracket) {
  char32_t c = pattern_[at_++];
  auto class_escape = [&](char32_t which, bool positive) {
    type_ = Token::kClass;
    value_ = which;
    positive_ = positive;
  };
  switch (c) {
    case 'a':
      return plain(7);
    case 'A':
      return constrain(Constraint::kStringBegin);
    case 'b':
      return plain('\b');
    case 'B':
      return plain('\\');
    case 'c':
      if (at_end()) throw_invalid("invalid escape \\ sequence");
      return plain(pattern_[at_++] & 037);
    case 'd':
    case 's':
    case 'w':
      return class_escape(c, true);
    case 'D':
    case 'S':
    case 'W':
      return class_escape(c + 32, false);
    case 'e':
      return plain(033);
    case 'f':
      return plain('\f');
    case 'm':
      return constrain(Constraint::kWordBegin);
    case 'M':
      return constrain(Constraint::kWordEnd);
    case 'n':
      return plain('\n');
    case 'r':
      return plain('\r');
    case 't':
      return plain('\t');
    case 'u':
      return plain(digits(16, 4, 4));
    case 'U':
      return plain(digits(16, 8, 8));
    case 'v':
      return plain('\v');
    case 'x':
      return plain(digits(16, 1, 255));
    case 'y':
      return constrain(Constraint::kWordBoundary);
    case 'Y':
      return constrain(Constraint::kNoWordBoundary);
    case 'Z':
      return constrain(Constraint::kStringEnd);
    default:
      break;
  }
  if (character::is_ascii_digit(c)) return backref_or_octal(groups, in_bracket);
  if (character::is_alnum(c)) throw_invalid("invalid escape \\ sequence");
  plain(c);
}

void Lexer::backref_or_octal(int groups, bool in_bracket) {
  --at_;
  if (pattern_[at_] != '0') {
    size_t start = at_;
    char32_t number = 0;
    while (!at_end() && character::is_ascii_digit(pattern_[at_])) {
      number = std::min<char32_t>(number * 10 + (pattern_[at_++] - '0'), 100000);
    }
    // One digit is always a back reference; more are one only if there are so many groups.
    if (at_ == start + 1 || (number > 0 && number <= static_cast<char32_t>(groups))) {
      type_ = Token::kBackref;
      value_ = number;
      return;
    }
    at_ = start;
  }
  char32_t value = digits(8, 1, 3);
  if (value > 0xff) {
    --at_;
    value >>= 3;
  }
  plain(value);
}

void Lexer::add_with_cases(CharSet& set, char32_t low, char32_t high) const {
  set.add(low, high);
  if (!options_.ignore_case) return;
  bool ascii = options_.rules == CaseRules::kAscii;
  char32_t last = std::min<char32_t>(high, ascii ? 0x7f : 0x10ffff);
  for (char32_t c = low; c <= last; ++c) {
    char32_t lower = ascii ? character::ascii_lower(c) : character::lower(c);
    char32_t upper = ascii ? character::ascii_upper(c) : character::upper(c);
    if (lower != c) set.add(lower, lower);
    if (upper != c) set.add(upper, upper);
  }
}

CharSet Lexer::class_members(char32_t which) const {
  if (which == 'd') return class_set(character::Class::kDigit, options_.rules);
  if (which == 's') return class_set(character::Class::kSpace, options_.rules);
  return word_set(options_.rules);
}

CharSet Lexer::named_class(std::u32string_view name) const {
  if (name == U"word") return word_set(options_.rules);
  if (name == U"ascii") return CharSet(0, 0x7f);
  std::optional<character::Class> kind = class_of_name(name);
  if (!kind) throw_invalid("invalid character class");
  bool cased = *kind == character::Class::kLower || *kind == character::Class::kUpper;
  return class_set(cased && options_.ignore_case ? character::Class::kAlpha : *kind, options_.rules);
}

char32_t Lexer::collating_element(std::u32string_view name) const {
  if (name.size() == 1) return name[0];
  std::optional<char32_t> c = element_of_name(name);
  if (!c) throw_invalid("invalid collating element");
  return *c;
}

// What stands between [. and .] (or = or :), behind the opening.
std::u32string_view Lexer::delimited(char32_t mark) {
  size_t start = at_;
  while (at_ + 1 < pattern_.size() && !(pattern_[at_] == mark && pattern_[at_ + 1] == ']')) ++at_;
  if (at_ + 1 >= pattern_.size()) throw_invalid("brackets [] not balanced");
  std::u32string_view text = pattern_.substr(start, at_ - start);
  at_ += 2;
  return text;
}

// One item of a bracket expression; true when it is a single character `c` (which may begin a range).
bool Lexer::bracket_item(CharSet& set, char32_t& c) {
  c = pattern_[at_++];
  if (c == '\\' && options_.syntax == Options::Syntax::kAdvanced) {
    if (at_end()) throw_invalid("invalid escape \\ sequence");
    escape(0, true);
    if (type_ == Token::kClass) {
      CharSet members = class_members(value_);
      set.add(positive_ ? members : members.complement());
      return false;
    }
    if (type_ != Token::kPlain) throw_invalid("invalid escape \\ sequence");
    c = value_;
    return true;
  }
  if (c != '[') return true;
  if (at_end()) throw_invalid("brackets [] not balanced");
  char32_t mark = pattern_[at_];
  if (mark != '.' && mark != '=' && mark != ':') return true;
  ++at_;
  std::u32string_view name = delimited(mark);
  if (mark == ':') {
    set.add(named_class(name));
    return false;
  }
  if (name.empty()) throw_invalid("invalid collating element");
  c = collating_element(name);
  if (mark == '.') return true;
  add_with_cases(set, c, c);
  return false;
}

CharSet Lexer::bracket() {
  CharSet set;
  bool first = true;
  auto is_range_mark = [&] {
    return !at_end() && pattern_[at_] == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
  };
  for (;; first = false) {
    if (at_end()) throw_invalid("brackets [] not balanced");
    if (pattern_[at_] == ']' && !first) {
      ++at_;
      break;
    }
    if (!first && is_range_mark()) throw_invalid("invalid character range");
    char32_t low, high;
    if (!bracket_item(set, low)) {
      if (is_range_mark()) throw_invalid("invalid character range");
      continue;
    }
    high = low;
    if (is_range_mark()) {
      ++at_;
      CharSet endpoint;
      if (!bracket_item(endpoint, high)) throw_invalid("invalid character range");
      if (low > high) throw_invalid("invalid character range");
    }
    add_with_cases(set, low, high);
  }
  set.normalize();
  return set;
}

}  // namespace basalt::types::regex
