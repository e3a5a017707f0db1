// Every kind of statement parses (statement_cases.inc), and the AST holds what was written.
#include <catch2/catch.hpp>

#include "parser/parse.hpp"

using namespace basalt::parser;

namespace {

constexpr const char* kStatements[] = {
#include "statement_cases.inc"
};

std::string tree(const char* text) { return to_debug_string(*parse_statements(text)[0].statement); }

template <typename T>
T& only(std::vector<ParsedStatementText>& parsed) {
  REQUIRE(parsed.size() == 1);
  return as<T>(*parsed[0].statement);
}

}  // namespace

TEST_CASE("Statements of every kind parse") {
  for (const char* text : kStatements) {
    INFO(text);
    CHECK(parse_statements(text).size() == 1);
  }
}

TEST_CASE("Queries") {
  CHECK(tree("select 1 union select 2 intersect select 3 except all select 4") ==
        "(except all (union select 1 (intersect select 2 select 3)) select 4)");
  CHECK(tree("(select 1 limit 1) union all values (1, 2) order by 1 desc nulls last limit 5 offset 2") ==
        "(union all select 1 limit 1 values (1 2)) order by 1 desc nulls last limit 5 offset 2");
  CHECK(tree("select a x, b as \"Y\" from s.t u, only v w(p, q)") ==
        "select a as x, b as Y from s.t as u, only v as w(p,q)");
  CHECK(tree("select 1 from a join b left join c on x on y") == "select 1 from (join a (left b c on x) on y)");
  CHECK(tree("select 1 from a natural join b cross join c") == "select 1 from (cross join (natural join a b) c)");
  CHECK(tree("select 1 from a join b using (x, y)") == "select 1 from (join a b using x using y)");
  CHECK(tree("select 1 from f(1) with ordinality as g(a, b), lateral (select 1) z") ==
        "select 1 from f(1) ordinality as g(a,b), lateral (select 1) as z");
  CHECK(tree("with x as (select 1) select * from x") == "with x (select 1) select * from x");
  CHECK(tree("table t") == "select * from t");
  CHECK(tree("insert into t (a, b) values (1, 2), (3, 4)") == "insert t a b values (1 2) +1 rows");
  CHECK(tree("update t set a = 1, b = b + 1 where c") == "update t set a = 1 set b = (+ b 1) where c");
  CHECK(tree("delete from t where a = $1") == "delete t where (= a $1)");
}

TEST_CASE("Table definitions keep what was written") {
  auto parsed = parse_statements(
      "create temp table if not exists s.t (a int primary key, b numeric(10,2) default 1 + 2 not null collate \"C\", "
      "constraint k foreign key (a, b) references u (x, y) match full on delete set null (a) deferrable initially "
      "deferred, like v including all excluding indexes) partition by range (a, lower(b)) with (fillfactor = 70) "
      "tablespace p");
  auto& create = only<ParsedCreateTable>(parsed);
  CHECK(create.relation->schema == "s");
  CHECK(create.relation->persistence == Persistence::kTemporary);
  CHECK(create.if_not_exists);
  REQUIRE(create.elements.size() == 4);
  CHECK(create.elements[0].column.constraints[0].kind == ConstraintKind::kPrimaryKey);
  auto& b = create.elements[1].column;
  CHECK(b.type->typmods.size() == 2);
  CHECK(b.constraints.size() == 2);
  CHECK(to_debug_string(*b.constraints[0].expression) == "(+ 1 2)");
  CHECK(b.collation->collation == QualifiedName{"C"});
  auto& key = create.elements[2].constraint;
  CHECK(key.name == "k");
  CHECK(key.match == ForeignKeyMatch::kFull);
  CHECK(key.on_delete.kind == ForeignKeyActionKind::kSetNull);
  CHECK(key.on_delete.columns == std::vector<std::string>{"a"});
  CHECK(key.deferrable);
  CHECK(key.initially_deferred);
  CHECK(create.elements[3].like.options == (kLikeAll & ~kLikeIndexes));
  CHECK(create.partition_by->elements.size() == 2);
  CHECK(create.options[0].integer == 70);
  CHECK(create.tablespace == "p");
}

TEST_CASE("Utility statements keep what was written") {
  auto alter = parse_statements("alter table if exists t add column if not exists a int, drop constraint k cascade");
  auto& commands = only<ParsedAlterTable>(alter).commands;
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].missing_ok);
  CHECK(commands[1].behavior == DropBehavior::kCascade);
  auto lock = parse_statements("lock t in share update exclusive mode nowait");
  CHECK(only<ParsedLock>(lock).mode == 4);
  auto fetch = parse_statements("fetch backward all from c");
  CHECK(only<ParsedFetch>(fetch).count == kFetchAll);
  CHECK(only<ParsedFetch>(fetch).direction == FetchDirection::kBackward);
  auto set = parse_statements("set local search_path = a, \"B\", 'c'");
  CHECK(only<ParsedVariableSet>(set).is_local);
  CHECK(only<ParsedVariableSet>(set).values.size() == 3);
  auto copy = parse_statements("copy t (a) from stdin csv header delimiter ';'");
  CHECK(only<ParsedCopy>(copy).options.size() == 3);
  auto drop = parse_statements("drop table if exists a.b, c cascade");
  CHECK(only<ParsedDrop>(drop).objects.size() == 2);
  CHECK(only<ParsedDrop>(drop).missing_ok);
  auto begin = parse_statements("begin isolation level repeatable read, read only");
  CHECK(only<ParsedTransaction>(begin).options[0].text == "repeatable read");
  auto type = parse_type_name("timestamp(3) with time zone[]");
  CHECK(type->names == QualifiedName{"pg_catalog", "timestamptz"});
  CHECK(type->array_bounds == std::vector<int32_t>{-1});
}
