// Operator precedence and the shapes of expressions, as PostgreSQL's grammar builds them.
#include <catch2/catch.hpp>

#include "parser/parse.hpp"

using namespace basalt::parser;

namespace {
std::string tree(const char* text) { return to_debug_string(*parse_expression(text)); }
}  // namespace

TEST_CASE("Operators bind as in PostgreSQL") {
  CHECK(tree("1 + 2 * 3") == "(+ 1 (* 2 3))");
  CHECK(tree("1 - 2 - 3") == "(- (- 1 2) 3)");
  CHECK(tree("2 ^ 3 ^ 2") == "(^ (^ 2 3) 2)");
  CHECK(tree("- a ^ 2") == "(^ (- a) 2)");
  CHECK(tree("-2 ^ 2") == "(^ -2 2)");
  CHECK(tree("- a::int") == "(- (cast a as pg_catalog.int4))");
  CHECK(tree("a || b + c") == "(|| a (+ b c))");
  CHECK(tree("@ a + b") == "(@ (+ a b))");
  CHECK(tree("@ a || b") == "(|| (@ a) b)");
  CHECK(tree("a = b and c or d") == "(or (and (= a b) c) d)");
  CHECK(tree("not a = b") == "(not (= a b))");
  CHECK(tree("a = not b = c") == "(= a (not (= b c)))");
  CHECK(tree("not a is null") == "(not (isnull a))");
  CHECK(tree("a = b is null") == "(isnull (= a b))");
  CHECK(tree("a is null = b") == "(= (isnull a) b)");
  CHECK(tree("a is null is null") == "(isnull (isnull a))");
  CHECK(tree("a between 1 and 2 and c") == "(and (BETWEEN a [1 2]) c)");
  CHECK(tree("a between b = c and d") == "(BETWEEN a [(= b c) d])");
  CHECK(tree("a < b || c") == "(< a (|| b c))");
  CHECK(tree("a like b || c") == "(like ~~ a (|| b c))");
  CHECK(tree("a like b escape c") == "(like ~~ a pg_catalog.like_escape(b, c))");
  CHECK(tree("a not ilike b") == "(ilike !~~* a b)");
  CHECK(tree("a similar to b") == "(similar ~ a pg_catalog.similar_to_escape(b))");
  CHECK(tree("a in (1, 2) and b") == "(and (in = a [1 2]) b)");
  CHECK(tree("a not in (1)") == "(in <> a [1])");
  CHECK(tree("a is distinct from b + 1") == "(distinct = a (+ b 1))");
  CHECK(tree("a collate \"C\" || b") == "(|| (collate a C) b)");
  CHECK(tree("a at time zone 'x' + b") == "(+ pg_catalog.timezone('x', a) b)");
  CHECK(tree("a operator(s.+) b * c") == "(s.+ a (* b c))");
  CHECK(tree("a = any(b) or c") == "(or (any = a b) c)");
  CHECK(tree("2 - - 1") == "(- 2 -1)");
  CHECK(tree("a[1].b[2:3]") == "(a)[1].b[2:3]");
  CHECK(tree("(a).b.*") == "(a).b.*");
  CHECK(tree("a and b and c") == "(and a b c)");
}

TEST_CASE("Operands") {
  CHECK(tree("date '2020-01-01'") == "(cast '2020-01-01' as date)");
  CHECK(tree("interval '1' day to second(3)") == "(cast '1' as pg_catalog.interval{7176}(3))");
  CHECK(tree("numeric(10,2) '5'") == "(cast '5' as pg_catalog.numeric(10 2))");
  CHECK(tree("char 'abc'") == "(cast 'abc' as pg_catalog.bpchar)");
  CHECK(tree("x::char") == "(cast x as pg_catalog.bpchar(1))");
  CHECK(tree("x::int[][3]") == "(cast x as pg_catalog.int4[][3])");
  CHECK(tree("f(a, variadic b)") == "f(a, variadic b)");
  CHECK(tree("f(x => 1, y := 2)") == "f(x => 1, y => 2)");
  CHECK(tree("count(*) filter (where a) over (partition by b order by c)") == "count(*) filter(a) over( by b order c)");
  CHECK(tree("extract(year from d)") == "pg_catalog.extract('year', d)");
  CHECK(tree("substring(a from 2 for 3)") == "pg_catalog.substring(a, 2, 3)");
  CHECK(tree("position('a' in b)") == "pg_catalog.position(b, 'a')");
  CHECK(tree("trim(both 'x' from y)") == "pg_catalog.btrim(y, 'x')");
  CHECK(tree("row(1, 2)") == "(row 1 2)");
  CHECK(tree("(1, 2) = (a, b)") == "(= (row 1 2) (row a b))");
  CHECK(tree("array[[1], [2]]") == "(array (array 1) (array 2))");
  CHECK(tree("case a when 1 then 2 else 3 end") == "(case a when 1 then 2 else 3)");
  CHECK(tree("((select 1))") == "(scalar select 1)");
  CHECK(tree("((select 1) + 1)") == "(+ (scalar select 1) 1)");
  CHECK(tree("f((select 1), 2)") == "f((scalar select 1), 2)");
  CHECK(tree("f((select 1))") == "f((scalar select 1))");
  CHECK(tree("x in ((select 1), 2)") == "(in = x [(scalar select 1) 2])");
  CHECK(tree("x in ((select 1))") == "(any x select 1)");
}

TEST_CASE("Literals know their class and place") {
  auto parsed = parse_statements("select 1, 2147483648, -2147483648, 9223372036854775808, 1.5, 'x', b'1', x'F', null");
  auto& targets = as<ParsedSelect>(*parsed[0].statement).targets;
  auto literal = [&](size_t i) -> ParsedLiteral& { return as<ParsedLiteral>(*targets[i].value); };
  CHECK(literal(0).literal_class == LiteralClass::kInteger);
  CHECK(literal(1).literal_class == LiteralClass::kIntegerMin);
  CHECK(literal(2).literal_class == LiteralClass::kIntegerMin);
  CHECK(literal(2).negated);
  CHECK(literal(2).text == "-2147483648");
  CHECK(literal(3).literal_class == LiteralClass::kBigintMin);
  CHECK(literal(4).literal_class == LiteralClass::kNumeric);
  CHECK(literal(5).literal_class == LiteralClass::kString);
  CHECK(literal(6).literal_class == LiteralClass::kBitString);
  CHECK(literal(7).literal_class == LiteralClass::kHexBitString);
  for (int i = 0; i < 8; ++i) CHECK(literal(static_cast<size_t>(i)).literal_index == i);
  CHECK(literal(8).is_null());
  CHECK(literal(8).literal_index == -1);
}
