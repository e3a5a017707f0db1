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

namespace {

Fingerprint without_rows(std::string_view text) {
  Fingerprint out;
  fingerprint_statement(text, 0, out, nullptr, LiteralRows::kLeaveOut);
  return out;
}

bool same_but_for_rows(const char* a, const char* b) { return without_rows(a).tokens == without_rows(b).tokens; }

}  // namespace

TEST_CASE("Rows of literals are left out, however many there are") {
  const char* three = "insert into t values (1, 'a'), (-2, null), (3, 'it''s') returning 5";
  CHECK(same_but_for_rows(three, "INSERT INTO t VALUES (7,'b'),(8,'c') RETURNING 6;"));
  CHECK_FALSE(same_but_for_rows(three, "insert into t values (1, 'a') returning 5"));
  CHECK_FALSE(same_but_for_rows(three, "insert into t values (1, 'a'), (2, 'b')"));
  CHECK_FALSE(same_but_for_rows(three, "insert into t values (1.5, 'a'), (2.5, 'b') returning 5"));
  CHECK_FALSE(same_but_for_rows(three, "insert into t values (1, 'a', 1), (2, 'b', 1) returning 5"));
  CHECK_FALSE(same_but_for_rows(three, "insert into t values (1, 'a'::text), (2, 'b') returning 5"));
  // In whichever order the ways come.
  CHECK(same_but_for_rows("insert into t values (1, 'a'::date), (2.5, true)",
                          "insert into t values (1.5, true), (2, null), (3, 'x'::DATE)"));

  Fingerprint fingerprint = without_rows(three);
  REQUIRE(fingerprint.rows.columns == 2);
  CHECK(fingerprint.rows.row_count() == 3);
  CHECK(fingerprint.rows.cells[2].text == "-2");
  CHECK(fingerprint.rows.cells[2].negated);
  CHECK(fingerprint.rows.cells[3].literal_class == LiteralClass::kNull);
  CHECK(fingerprint.rows.cells[5].text == "it's");
  CHECK(fingerprint.rows.first_literal == 0);
  CHECK(fingerprint.rows.examples.size() == 2);
  REQUIRE(fingerprint.literals.size() == 1);
  CHECK(fingerprint.literals[0].text == "5");
  auto all = fingerprint.rows.all;
  CHECK(std::string_view(three).substr(static_cast<size_t>(all.begin), static_cast<size_t>(all.end - all.begin)) ==
        "(1, 'a'), (-2, null), (3, 'it''s')");
}

TEST_CASE("Rows stay where they are more than literals") {
  for (const char* text :
       {"insert into t values (1, 2)", "insert into t values (1), (now())", "insert into t values (1), (default)",
        "insert into t values (1), (2, 3)", "insert into t values (1), ($1)", "insert into t values (1), (2) limit 1",
        "insert into t values (1), (2) union values (3)", "insert into t values (1), (2),",
        "insert into t values (1), ('x'::a.b)", "insert into t values (1), ('x'::numeric(3))",
        "insert into t values (1), (-1::int)", "insert into t values (1), (null::int)",
        "select * from (values (1), (2)) t", "values (1), (2)", "insert into t select * from (values (1), (2)) t"}) {
    INFO(text);
    Fingerprint as_tokens;
    fingerprint_statement(text, 0, as_tokens);
    Fingerprint other = without_rows(text);
    CHECK(other.rows.columns == 0);
    CHECK(other.rows.cells.empty());
    CHECK(other.tokens == as_tokens.tokens);
    CHECK(other.literals.size() == as_tokens.literals.size());
  }
}
