// View definitions, compared with pg_get_viewdef's, byte for byte.
#include "query/deparse.hpp"

#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "corpus.hpp"
#include "parser/parse.hpp"

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

std::string definition_of(CatalogDouble& catalog, Oid name_space, const std::string& name, bool pretty) {
  DeparseContext context;
  context.catalog = &catalog;
  context.call = &call_context(catalog);
  context.search_path = {Oid{11}, CatalogDouble::kPublic};
  return view_definition(context, catalog.find_relation(name_space, name), pretty);
}

}  // namespace

TEST_CASE("the definitions of PostgreSQL's system views bind, and print as they were") {
  auto& catalog = shared_catalog();
  for (const auto& item : read_corpus("system_views.out")) {
    INFO(item.statement);
    std::string failure;
    try {
      auto statements = parser::parse_statements(item.view);
      catalog.add_view(Oid{11}, item.statement, *statements.at(0).statement, item.view);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    CHECK(failure == "");
    if (!failure.empty()) continue;
    CHECK(definition_of(catalog, Oid{11}, item.statement, false) == item.view);
    CHECK(definition_of(catalog, Oid{11}, item.statement, true) == item.pretty_view);
  }
}

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
