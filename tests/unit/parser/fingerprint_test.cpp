#include "parser/fingerprint.hpp"

#include <catch2/catch.hpp>

#include "parser/parse.hpp"

using namespace basalt::parser;

namespace {

bool same(const char* a, const char* b) {
  Fingerprint first, second;
  fingerprint_statement(a, 0, first);
  fingerprint_statement(b, 0, second);
  bool equal = first.tokens == second.tokens;
  CHECK(equal == (first.hash_low == second.hash_low && first.hash_high == second.hash_high));
  return equal;
}

}  // namespace

TEST_CASE("Statements are the same but for their literals") {
  CHECK(same("select * from t where a = 1", "SELECT *  FROM \"t\" /* x */ WHERE a=2"));
  CHECK(same("select 'a'", "select $$b$$"));
  CHECK_FALSE(same("select a = 1", "select a = 1.5"));
  CHECK_FALSE(same("select a = 1", "select a = 3000000000"));
  CHECK_FALSE(same("select a = 1", "select a = '1'"));
  CHECK_FALSE(same("select a = 1", "select a = -1"));
  CHECK_FALSE(same("select a = 1", "select b = 1"));
  CHECK_FALSE(same("select a = null", "select a = 1"));
  CHECK_FALSE(same("select $1", "select $2"));
  CHECK_FALSE(same("select ab, c", "select a, bc"));
}

TEST_CASE("Literals match the parser's indexes") {
  const char* text = "select 'x', -5, a from t where b in (1.5, 'y') limit 10";
  Fingerprint fingerprint;
  fingerprint_statement(text, 0, fingerprint);
  REQUIRE(fingerprint.literals.size() == 5);
  CHECK(fingerprint.literals[1].after_minus);
  CHECK(fingerprint.literals[1].text == "5");
  auto parsed = parse_statements(text);
  auto& select = as<ParsedSelect>(*parsed[0].statement);
  CHECK(as<ParsedLiteral>(*select.targets[1].value).literal_index == 1);
  CHECK(as<ParsedLiteral>(*select.limit_count).literal_index == 4);
}

TEST_CASE("A text splits into statements") {
  std::string text = " select 1 ; ;insert into t values (';')  ; commit";
  Fingerprint fingerprint;
  fingerprint_statement(text, 0, fingerprint);
  CHECK(text.substr(static_cast<size_t>(fingerprint.location), static_cast<size_t>(fingerprint.length)) == "select 1");
  CHECK(fingerprint.cacheable);
  fingerprint_statement(text, fingerprint.next, fingerprint);
  CHECK(fingerprint.empty);
  fingerprint_statement(text, fingerprint.next, fingerprint);
  CHECK(fingerprint.literals.size() == 1);
  fingerprint_statement(text, fingerprint.next, fingerprint);
  CHECK_FALSE(fingerprint.cacheable);
  CHECK(fingerprint.next == static_cast<int32_t>(text.size()));
  auto parsed = parse_statements(text);
  REQUIRE(parsed.size() == 3);
  CHECK(parsed[1].location == 13);
  CHECK(parsed[1].length == 26);
}
