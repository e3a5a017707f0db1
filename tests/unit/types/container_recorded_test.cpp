// Arrays, records, enums, ranges, bit strings, identifiers: PostgreSQL's answers, recorded.
#include <catch2/catch.hpp>

#include "recorded_context.hpp"

namespace basalt::types::test {

namespace {

void check_file(const char* file) {
  RecordedContext context;
  for (const auto& fields : recorded_lines(file)) {
    std::string call;
    for (size_t i = 1; i < fields.size(); ++i) call += fields[i] + "  ";
    INFO(call);
    CHECK(evaluate(context, fields) == fields[0]);
  }
}

}  // namespace

TEST_CASE("arrays answer as PostgreSQL does", "[container]") { check_file("arrays.tsv"); }
TEST_CASE("ranges and multiranges answer as PostgreSQL does", "[container]") { check_file("ranges.tsv"); }
TEST_CASE("records, enums, bits and identifiers answer as PostgreSQL does", "[container]") { check_file("others.tsv"); }
TEST_CASE("json and jsonb answer as PostgreSQL does", "[json]") { check_file("json.tsv"); }
TEST_CASE("jsonpath answers as PostgreSQL does", "[json]") { check_file("jsonpath.tsv"); }
TEST_CASE("order, keys and hashes of every type are PostgreSQL's", "[operations]") { check_file("operations.tsv"); }

}  // namespace basalt::types::test
