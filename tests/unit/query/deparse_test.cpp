// View definitions, compared with pg_get_viewdef's, byte for byte.
#include "query/deparse.hpp"

#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "corpus.hpp"

namespace basalt::query::test {

namespace {

std::string definition(CatalogDouble& catalog, const std::string& statement, bool pretty) {
  static int number = 0;
  std::string name = "deparse_view_" + std::to_string(++number);
  catalog.add_view(name, statement);
  DeparseContext context;
  context.catalog = &catalog;
  context.call = &call_context(catalog);
  context.search_path = {Oid{11}, CatalogDouble::kPublic};
  return view_definition(context, catalog.find_relation(CatalogDouble::kPublic, name), pretty);
}

}  // namespace

TEST_CASE("view definitions are PostgreSQL's") {
  auto& catalog = shared_catalog();
  for (const auto& item : read_corpus("select.out")) {
    if (item.view == "-") continue;
    INFO(item.statement);
    for (bool pretty : {false, true}) {
      std::string found;
      try {
        found = definition(catalog, item.statement, pretty);
      } catch (const std::exception& e) {
        found = std::string("error: ") + e.what();
      }
      CHECK(found == (pretty ? item.pretty_view : item.view));
    }
  }
}

}  // namespace basalt::query::test
