// Errors: SQLSTATE, position and text, recorded from PostgreSQL 15 (error_cases.inc).
#include <catch2/catch.hpp>

#include "parser/parse.hpp"

using namespace basalt;

namespace {

struct Case {
  const char* text;
  const char* sqlstate;
  int position;
  const char* message;
};

constexpr Case kCases[] = {
#include "error_cases.inc"
};

}  // namespace

TEST_CASE("Errors read as PostgreSQL's") {
  for (auto& test : kCases) {
    INFO(test.text);
    try {
      parser::parse_statements(test.text);
      CHECK(std::string(test.sqlstate) == "00000");
    } catch (const common::SqlError& error) {
      CHECK(error.report().message == test.message);
      CHECK(std::string(error.report().sqlstate.view()) == test.sqlstate);
      CHECK(error.report().position == test.position);
    }
  }
}
