// Names and types of result columns, compared with PostgreSQL's; and what cannot be seen in them.
#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "corpus.hpp"
#include "parser/parse.hpp"

namespace basalt::query::test {

namespace {

std::string describe(CatalogDouble& catalog, const BoundQuery& query) {
  std::string out;
  for (const auto& target : query.command == CommandKind::kSelect ? query.targets : query.returning) {
    if (target.junk) continue;
    if (!out.empty()) out += ",";
    // A client is told the base type of a domain.
    Oid type = target.expression->type;
    while (catalog.type(type)->kind == 'd') type = catalog.type(type)->base;
    out += target.name + ":" + call_context(catalog).format_type(type, -1);
  }
  return out;
}

}  // namespace

TEST_CASE("result columns are named and typed as in PostgreSQL") {
  auto& catalog = shared_catalog();
  for (const auto& item : read_corpus("select.out")) {
    INFO(item.statement);
    std::string found;
    try {
      found = describe(catalog, *bind_text(catalog, item.statement, true));
    } catch (const std::exception& e) {
      found = std::string("error: ") + e.what();
    }
    CHECK(found == item.answer);
  }
}

TEST_CASE("INSERT fills in defaults") {
  auto& catalog = shared_catalog();
  auto query = bind_text(catalog, "insert into w (name) values ('x')", true);
  REQUIRE(query->targets.size() == 3);
  CHECK(query->targets[0].expression->kind == ExpressionKind::kConstant);
  CHECK(query->targets[2].expression->kind == ExpressionKind::kFunction);
  auto rows = bind_text(catalog, "insert into w (id, name) values (1, default), (default, 'y')", true);
  const auto& values = *rows->range_table[1];
  REQUIRE(values.kind == RangeKind::kValues);
  CHECK(values.values[0][1]->kind == ExpressionKind::kConstant);
  CHECK(values.values[1][0]->kind == ExpressionKind::kConstant);
}

TEST_CASE("ON CONFLICT finds its index, EXCLUDED its columns") {
  auto& catalog = shared_catalog();
  auto query = bind_text(catalog,
                         "insert into t (a, b) values (1, 'x') on conflict (a) do update set b = excluded.b || t.b "
                         "where t.a > 0 returning *");
  REQUIRE(query->on_conflict);
  CHECK(query->on_conflict->arbiter_indexes.size() == 1);
  CHECK(query->on_conflict->set.size() == 1);
  CHECK(query->returning.size() == 4);
}

TEST_CASE("UPDATE, DELETE and MERGE bind") {
  auto& catalog = shared_catalog();
  auto update =
      bind_text(catalog, "update t set (a, b) = (select x, y from u), c = c + 1 from u where t.a = u.a returning t.a");
  CHECK(update->targets.size() == 4);
  CHECK(update->targets.back().junk);
  auto parts = bind_text(catalog, "update u set z[1] = 2, z[2] = 3", true);
  REQUIRE(parts->targets.size() == 1);
  CHECK(parts->targets[0].expression->kind == ExpressionKind::kSubscript);
  CHECK(bind_text(catalog, "delete from t using u where t.a = u.a returning *")->returning.size() == 8);
  auto merge =
      bind_text(catalog,
                "merge into t using u on t.a = u.a when matched and u.x > 1 then update set b = u.y when matched "
                "then delete when not matched then insert (a, b) values (u.a, u.y)",
                true);
  CHECK(merge->merge_actions.size() == 3);
  CHECK(merge->merge_actions[2].targets.size() == 4);
}

TEST_CASE("views become subqueries, simple ones are changed through") {
  auto& catalog = shared_catalog();
  auto query = bind_text(catalog, "select * from v", true);
  CHECK(query->range_table[0]->kind == RangeKind::kSubquery);
  auto insert = bind_text(catalog, "insert into v values (1, 'x')", true);
  CHECK(insert->range_table[0]->relation->name == "t");
  CHECK(insert->targets.size() == 4);
  auto update = bind_text(catalog, "update v set b = b || 'x' where a = 2", true);
  CHECK(update->range_table[0]->relation->name == "t");
  REQUIRE(update->from->condition);
}

TEST_CASE("parameters get their types from where they stand") {
  auto& catalog = shared_catalog();
  std::string text = "select a from t where a = $1 and b like $2 limit $3";
  auto context = make_context(catalog, text);
  bind_query(*parser::parse_statements(text)[0].statement, context);
  REQUIRE(context.parameter_types.size() == 3);
  CHECK(context.parameter_types[0].value == 23);
  CHECK(context.parameter_types[1].value == 25);
  CHECK(context.parameter_types[2].value == 20);
}

TEST_CASE("defaults of functions, named and variadic calls") {
  auto& catalog = shared_catalog();
  catalog.add_function("f_default", "int", {"a int", "b int = 2", "c text = 'z'"});
  catalog.add_function("f_variadic", "int", {"a text", "variadic rest int[]"});
  auto call = [&](const std::string& text) { return bind_text(catalog, "select " + text); };
  auto arguments = [&](const std::string& text) {
    return as<Function>(*call(text)->targets[0].expression).arguments.size();
  };
  CHECK(arguments("f_default(1)") == 3);
  CHECK(arguments("f_default(1, c => 'q')") == 3);
  CHECK(arguments("f_variadic('x', 1, 2, 3)") == 2);
  CHECK(arguments("f_variadic('x', variadic array[1])") == 2);
  CHECK(error_of(catalog, "select f_default(b => 1)")
            .rfind("42883|8|function f_default(b => integer) does not exist", 0) == 0);
}

}  // namespace basalt::query::test
