#include "parser/scanner.hpp"

#include <catch2/catch.hpp>

#include "parser/keywords.hpp"

using namespace basalt::parser;

namespace {

std::string values(const char* text) {
  Scanner scanner(text);
  std::string joined;
  for (ScannedToken token = scanner.next(); token.type != Token::kEndOfText; token = scanner.next())
    joined += (joined.empty() ? "" : " ") + std::string(token.value);
  return joined;
}

}  // namespace

TEST_CASE("Strings and identifiers decode") {
  CHECK(values("'it''s' 'a'\n  'b'") == "it's ab");
  CHECK(values("E'\\n\\x41\\101\\u0041\\U00000041'") == "\nAAAA");
  CHECK(values("E'\\uD83D\\uDE00'") == "\xF0\x9F\x98\x80");
  CHECK(values("U&'d\\0061t\\+000061' U&\"d!0061\" UESCAPE '!'") == "data da");
  CHECK(values("$$a$b$$ $q$x$$y$q$") == "a$b x$$y");
  CHECK(values("Foo \"Foo\"\"x\" _a$1") == "foo Foo\"x _a$1");
  CHECK(values("1.5e-3 .5 5. 1..2") == "1.5e-3 .5 5. 1 .. 2");
}

TEST_CASE("Operators end where PostgreSQL's do") {
  CHECK(values("a*-b") == "a * - b");
  CHECK(values("a@-b") == "a @- b");
  CHECK(values("a<--comment\nb") == "a < b");
  CHECK(values("a+/*x/*y*/z*/b") == "a + b");
  CHECK(values("a!=b => c := d::e") == "a <> b => c := d :: e");
}

TEST_CASE("Long identifiers are cut with a notice") {
  std::string notice;
  ScannerOptions options;
  options.notice = [&](const basalt::common::ErrorReport& report) { notice = report.message; };
  std::string text(62, 'a');
  text += "\xC3\xA4z";
  Scanner scanner(text, &options);
  CHECK(scanner.next().value == std::string(62, 'a'));
  CHECK(notice == "identifier \"" + text + "\" will be truncated to \"" + std::string(62, 'a') + "\"");
}

TEST_CASE("Keywords are PostgreSQL 15's") {
  size_t counts[4] = {};
  size_t bare = 0;
  for (size_t i = 0; i < keyword_count(); ++i) {
    ++counts[static_cast<int>(keywords()[i].keyword_class)];
    bare += keywords()[i].bare_label;
    CHECK(find_keyword(keywords()[i].word) == &keywords()[i]);
  }
  CHECK(counts[0] == 309);
  CHECK(counts[1] == 51);
  CHECK(counts[2] == 23);
  CHECK(counts[3] == 77);
  CHECK(bare == 421);
  CHECK(find_keyword("nosuchword") == nullptr);
}
