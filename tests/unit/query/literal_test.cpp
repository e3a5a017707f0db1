// Which literals of a statement become parameters of its plan (QRY-2).
#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "parser/fingerprint.hpp"
#include "query/literal_parameters.hpp"
#include "query/stored_form.hpp"

namespace basalt::query::test {

namespace {

// The texts of the literals that are parameters, outer levels and WHERE first; arrays in braces, minus signs in front.
std::string parameters(const std::string& text) {
  auto& catalog = shared_catalog();
  parser::Fingerprint fingerprint;
  parser::fingerprint_statement(text, 0, fingerprint);
  std::vector<LiteralText> literals;
  for (const auto& literal : fingerprint.literals)
    literals.push_back({literal.literal_class, literal.location, literal.text});
  std::vector<std::unique_ptr<BoundQuery>> queries;
  queries.push_back(bind_text(catalog, text, true));
  std::string out;
  for (const auto& parameter : parameterise_literals(queries, literals, text, catalog)) {
    if (!out.empty()) out += ' ';
    if (parameter.array_type.valid()) out += '{';
    for (const auto& part : parameter.parts) {
      if (&part != &parameter.parts[0]) out += ',';
      out += (part.negated ? "-" : "") + std::string(literals.at(static_cast<size_t>(part.literal)).text);
    }
    if (parameter.array_type.valid()) out += '}';
  }
  return out;
}

}  // namespace

TEST_CASE("literals that are compared with a column are parameters") {
  CHECK(parameters("select b from t where a = 5") == "5");
  CHECK(parameters("select b from t where 5 <> a and b > 'x' or not a < -7") == "5 x -7");
  CHECK(parameters("select b from t where a between 1 and 10") == "1 10");
  CHECK(parameters("select b from t where c = 4 and c < 1.5") == "4 1.5");
  CHECK(parameters("select b from t where d > '2020-01-01'") == "2020-01-01");
  CHECK(parameters("select b from t where (a, b) = (1, 'x')") == "1 x");
  CHECK(parameters("select b from t join u on t.a = u.a and u.x = 3 where t.a + 1 = 4") == "4 3");
  CHECK(parameters("select b from t where a in (select u.a from u where u.x = 9)") == "9");
  CHECK(parameters("with q as (select * from t where a = 1) select * from q where b = 'y'") == "y 1");
}

TEST_CASE("the list of IN is one parameter if all its elements are literals") {
  CHECK(parameters("select b from t where a in (1, -2, 3)") == "{1,-2,3}");
  CHECK(parameters("select b from t where b not in ('x', 'y')") == "{x,y}");
  CHECK(parameters("select b from t where a in (1, null, 3)").empty());
  CHECK(parameters("select b from t where a in (1, 3000000000)").empty());
}

TEST_CASE("literals whose value somebody may read are not") {
  CHECK(parameters("select 1, 'x' from t").empty());
  CHECK(parameters("select a + 1 from t group by a + 1").empty());
  CHECK(parameters("select a from t group by a having count(*) > 5").empty());
  CHECK(parameters("select a from t order by 1 limit 10 offset 5").empty());
  CHECK(parameters("select a from t where substring(b, 1, 2) = 'ab'") == "ab");
  CHECK(parameters("select a from t where b like 'ab%'").empty());
  CHECK(parameters("select a from t where a = 1 + 2").empty());
  CHECK(parameters("select a from t where 1 = 1").empty());
  CHECK(parameters("select a from t where case when a = 1 then true else b = 'x' end").empty());
  CHECK(parameters("select b::varchar(10) from t where coalesce(a, 0) = 3") == "3");
  CHECK(parameters("select a from t where d > now() - interval '1 day'").empty());
  CHECK(parameters("select a from t where b = null").empty());
}

TEST_CASE("a minus sign belongs to a number only if it is its own") {
  CHECK(parameters("select b from t where a = - 5") == "-5");
  CHECK(parameters("select b from t where a = -(-5)").empty());
  CHECK(parameters("select b from t where a = - /* c */ 5").empty());
}

TEST_CASE("values of INSERT and assignments of UPDATE are parameters") {
  CHECK(parameters("insert into t values (1, 'x', 2.5, '2020-01-01')") == "1 x 2.5 2020-01-01");
  // The cells that the scanner reads without ANTLR have no literal numbers: they are pinned.
  CHECK(parameters("insert into t (a, b) values (1, 'x'), (-2, 'y')") == "1 x");
  CHECK(parameters("insert into t (a, b) values (1 + 1, upper('y'))").empty());
  CHECK(parameters("insert into u (y) values ('abc')") == "abc");
  CHECK(parameters("insert into t (a) select 5").empty());
  CHECK(parameters("update t set c = c + 5, b = 'n' where a = 7") == "7 n 5");
  CHECK(parameters("update t set c = 1 + 2 where a = 7") == "7");
  CHECK(parameters("delete from t where a = 7") == "7");
  CHECK(parameters("insert into t (a, b) values (1, 'x') on conflict (a) do update set b = t.b || 'z' where t.a = 3") ==
        "1 x 3 z");
}

TEST_CASE("coercions that the input function does too are part of the literal") {
  auto& catalog = shared_catalog();
  const std::string text = "insert into t (a, c) values ('7', 2)";
  parser::Fingerprint fingerprint;
  parser::fingerprint_statement(text, 0, fingerprint);
  std::vector<LiteralText> literals;
  for (const auto& literal : fingerprint.literals)
    literals.push_back({literal.literal_class, literal.location, literal.text});
  std::vector<std::unique_ptr<BoundQuery>> queries;
  queries.push_back(bind_text(catalog, text, true));
  auto made = parameterise_literals(queries, literals, text, catalog);
  REQUIRE(made.size() == 2);
  CHECK(made[0].type == Oid{23});
  CHECK(made[0].typmod == -1);
  CHECK(made[1].type == Oid{1700});
  CHECK(made[1].typmod == ((10 << 16) | 2) + 4);
}

TEST_CASE("where an index's predicate reads the column, the planner has to know the value") {
  auto& catalog = shared_catalog();
  auto table = catalog.add_table("partly", {{"a", "int"}, {"b", "text"}});
  auto index = std::make_shared<catalog::IndexDescriptor>();
  index->relation = table->oid;
  index->keys.push_back({1, Oid{23}, Oid{}, Oid{}, false, false});
  index->key_count = 1;
  auto condition = std::move(bind_text(catalog, "select a from partly where b = 'open'")->from->condition);
  index->predicate_tree = to_stored(*condition);
  table->indexes.push_back(index);
  CHECK(parameters("select a from partly where a = 1 and b = 'open'") == "1");
  CHECK(parameters("select a from partly where a = 1 and lower(b) = 'open'") == "1");
  CHECK(parameters("select a from (select a + 1 as a from partly) q where a = 1").empty());
}

}  // namespace basalt::query::test
