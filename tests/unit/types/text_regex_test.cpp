// Regular expressions; expectations were recorded from PostgreSQL 15.
#include <catch2/catch.hpp>

#include "text_context.hpp"
#include "types/text/regex/regex.hpp"

namespace basalt::types::regex {

namespace {

// The groups of the first match as "whole|group 1|...", "-" for a group that took no part; "no" without a match.
std::string match(const char* s, const char* pattern, const Options& options = {}) {
  Regex compiled(pattern, options);
  Text text{std::string_view(s)};
  std::vector<Match> matches(static_cast<size_t>(compiled.groups()) + 1);
  if (!compiled.search(text, 0, matches, nullptr)) return "no";
  std::string out;
  for (size_t i = 0; i < matches.size(); ++i) {
    if (i > 0) out += "|";
    out += matches[i].matched() ? text.substring(matches[i].begin, matches[i].end) : "-";
  }
  return out;
}

std::string error(const char* pattern) {
  try {
    Regex compiled(pattern, {});
  } catch (const common::SqlError& e) {
    CHECK(e.report().sqlstate.view() == "2201B");
    return e.report().message.substr(std::string("invalid regular expression: ").size());
  }
  return "";
}

}  // namespace

TEST_CASE("the longest match wins unless the expression prefers the shortest") {
  CHECK(match("ab", "a|ab") == "ab");
  CHECK(match("XY1234Z", "Y*([0-9]{1,3})") == "Y123|123");
  CHECK(match("XY1234Z", "Y*?([0-9]{1,3})") == "Y1|1");
  CHECK(match("abc01234xyz", "(.*)(\\d+)(.*)") == "abc01234xyz|abc0123|4|xyz");
  CHECK(match("abc01234xyz", "(.*?)(\\d+)(.*)") == "abc0|abc|0|");
  CHECK(match("abc01234xyz", "(?:(.*?)(\\d+)(.*)){1,1}") == "abc01234xyz|abc|01234|xyz");
}

TEST_CASE("back references, look-around and word constraints") {
  CHECK(match("the the cat", "(\\w+) \\1") == "the the|the");
  CHECK(match("foobar", "foo(?=bar)") == "foo");
  CHECK(match("foobaz", "foo(?!bar)") == "foo");
  CHECK(match("price 100", "(?<=price )\\d+") == "100");
  CHECK(match("a cat", "\\mcat\\M") == "cat");
  CHECK(match("concat", "\\mcat") == "no");
  CHECK(match("ab", "(a)|(b)") == "a|a|-");
}

TEST_CASE("characters beyond the basic plane are characters") {
  CHECK(match("😀", "^.$") == "😀");
  CHECK(match("x😃y", "[😀-😎]") == "😃");
  CHECK(match("😀😀", "(.)\\1") == "😀😀|😀");
  CHECK(match("𝒜", "\\w") == "𝒜");
}

TEST_CASE("options") {
  Options insensitive;
  insensitive.ignore_case = true;
  CHECK(match("ÉTÉ", "été", insensitive) == "ÉTÉ");
  CHECK(match("a\nb", "(?n)^b") == "b");
  CHECK(match("a\nb", "^b") == "no");
  CHECK(match("a.b", "***=a.b") == "a.b");
  CHECK(match("ab", "(?x) a b # both") == "ab");
}

TEST_CASE("malformed expressions") {
  CHECK(error("(") == "parentheses () not balanced");
  CHECK(error("a**") == "quantifier operand invalid");
  CHECK(error("[a") == "brackets [] not balanced");
  CHECK(error("[b-a]") == "invalid character range");
  CHECK(error("a{2,1}") == "invalid repetition count(s)");
  CHECK(error("\\q") == "invalid escape \\ sequence");
  CHECK(error("(a)\\2") == "invalid backreference number");
  CHECK(error("[[:foo:]]") == "invalid character class");
  CHECK(error("((((a{255}){255}){255}){255})\\1") == "regular expression is too complex");
}

TEST_CASE("a match that takes for ever can be cancelled") {
  common::Interrupt interrupt;
  interrupt.raise(common::Interrupt::Reason::kCancel);
  // No split of an odd number of letters fits, and there are very many to try.
  Regex compiled("^(a+)(a+)(a+)(a+)\\1\\2\\3\\4c", {});
  std::string s(101, 'a');
  s += "c";
  Text text{std::string_view(s)};
  std::vector<Match> matches(5);
  CHECK_THROWS_AS(compiled.search(text, 0, matches, &interrupt), common::SqlError);
}

}  // namespace basalt::types::regex
