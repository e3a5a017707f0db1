// Copies, equality, hashes and the stored form: over the trees of all statements of the corpus.
#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "corpus.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::query::test {

TEST_CASE("a clone equals its original, and so does what comes back from the stored form") {
  auto& catalog = shared_catalog();
  for (const auto& item : read_corpus("select.out")) {
    INFO(item.statement);
    std::unique_ptr<BoundQuery> query;
    try {
      query = bind_text(catalog, item.statement);
    } catch (const common::SqlError&) {
      continue;  // bind_test reports it
    }
    auto copy = clone(*query);
    CHECK(equal(*query, *copy));
    std::string stored = to_stored(*query);
    auto back = query_from_stored(stored, catalog);
    CHECK(equal(*query, *back));
    CHECK(to_stored(*back) == stored);
  }
}

TEST_CASE("equality sees types and values, but neither places nor the spelling of casts") {
  auto& catalog = shared_catalog();
  auto target = [&](const std::string& text) { return std::move(bind_text(catalog, text)->targets[0].expression); };
  CHECK(equal(*target("select a + 1 from t"), *target("select  a  +  1 from t")));
  CHECK(hash(*target("select a + 1 from t")) == hash(*target("select  a  +  1 from t")));
  CHECK_FALSE(equal(*target("select a + 1 from t"), *target("select a + 2 from t")));
  CHECK_FALSE(equal(*target("select a + 1 from t"), *target("select a - 1 from t")));
  CHECK(equal(*target("select a::bigint from t"), *target("select cast(a as bigint) from t")));
}

TEST_CASE("walks and transforms reach every node") {
  auto& catalog = shared_catalog();
  auto query = bind_text(catalog, "select case when a > 1 then b else (select y from u where u.a = t.a) end from t");
  int columns = 0;
  walk_with_depth(*query, [&](const Expression& e, int) {
    columns += e.kind == ExpressionKind::kColumn;
    return false;
  });
  CHECK(columns == 5);
  CHECK(contains_sublink(*query->targets[0].expression));
  increment_levels(*query, 1, 0);
  CHECK(contains_column_of_level(*query->targets[0].expression, 1));
}

}  // namespace basalt::query::test
