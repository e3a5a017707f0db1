// SQLSTATE, position, message, detail and hint of errors, compared with PostgreSQL's.
#include <catch2/catch.hpp>

#include "catalog_double.hpp"
#include "corpus.hpp"

namespace basalt::query::test {

TEST_CASE("errors are PostgreSQL's") {
  auto& catalog = shared_catalog();
  for (const auto& item : read_corpus("error.out")) {
    INFO(item.statement);
    std::string found;
    try {
      found = error_of(catalog, item.statement);
    } catch (const std::exception& e) {
      found = std::string("internal: ") + e.what();
    }
    CHECK(found == item.answer);
  }
}

}  // namespace basalt::query::test
