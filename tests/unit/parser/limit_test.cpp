// Depth, size and speed.
#include <pthread.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

#include "parser/parse.hpp"

using namespace basalt;
using namespace basalt::parser;

namespace {

std::string repeat(const char* piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece;
  return text;
}

std::string outcome(const std::string& text) {
  try {
    parse_statements(text);
    return "ok";
  } catch (const common::SqlError& error) {
    return std::string(error.report().sqlstate.view());
  }
}

struct Attempt {
  const std::string& text;
  std::string outcome;
};

// The outcome in a thread of 2 MB: ThreadSanitizer keeps the call stack of every allocation, and those of a large stack
// would fill the memory.
std::string outcome_on_small_stack(const std::string& text) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, 2 << 20) == 0);
  pthread_t thread;
  Attempt attempt{text, {}};
  auto run = [](void* argument) -> void* {
    auto& attempt = *static_cast<Attempt*>(argument);
    attempt.outcome = outcome(attempt.text);
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &attempt) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return attempt.outcome;
}

}  // namespace

TEST_CASE("Deep nesting ends in an answer or 54001") {
  CHECK(outcome_on_small_stack("select " + repeat("(", 100) + "1" + repeat(")", 100)) == "ok");
  CHECK(outcome_on_small_stack("select " + repeat("(", 100000) + "1" + repeat(")", 100000)) == "54001");
  CHECK(outcome_on_small_stack("select " + repeat("(", 100000)) == "54001");
  CHECK(outcome_on_small_stack("select " + repeat("(", 100000) + "select 1" + repeat(")", 100000)) == "54001");
  CHECK(outcome_on_small_stack("select " + repeat("not ", 100000) + "true") == "54001");
  CHECK(outcome_on_small_stack("select 1" + repeat("+1", 100000)) == "ok");
  CHECK(outcome_on_small_stack("select " + repeat("case when true then ", 50000)) == "54001");
  CHECK(outcome_on_small_stack("select 1" + repeat(" union select 1", 100000)) == "54001");
  CHECK(outcome_on_small_stack("select * from t" + repeat(" cross join t", 100000)) == "54001");
  CHECK(outcome_on_small_stack("select true" + repeat(" and true", 100000)) == "ok");
}

TEST_CASE("Large statements parse") {
  CHECK(outcome("select '" + std::string(10 << 20, 'x') + "'") == "ok");
  CHECK(outcome("select 1" + repeat(",1", 500000)) == "ok");
}

TEST_CASE("Rows of literals skip the grammar") {
  std::string text = "insert into t values (0, 'name', 0.5)";
  for (int i = 1; i < 1000; ++i) text += ", (" + std::to_string(i) + ", 'it''s', -1.5)";
  auto start = std::chrono::steady_clock::now();
  auto parsed = parse_statements(text);
  auto elapsed = std::chrono::steady_clock::now() - start;
  std::cout << "INSERT of 1000 rows parsed in "
            << std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count() << " us\n";
  auto& source = *as<ParsedInsert>(*parsed[0].statement).source;
  REQUIRE(source.values_lists.size() == 1);
  REQUIRE(source.literal_rows);
  auto& rows = *source.literal_rows;
  CHECK(rows.row_count() == 999);
  CHECK(rows.row_locations.size() == 999);
  CHECK(rows.first_literal_index == 3);
  CHECK(rows.text(rows.cells[0]) == "1");
  CHECK(rows.text(rows.cells[1]) == "it's");
  CHECK(rows.text(rows.cells[2]) == "-1.5");
  CHECK(rows.cells[2].negated);
  auto with_parameters = parse_statements("insert into t values ($1, 'x'), ($3, $12), (4, default)");
  auto& mixed = *as<ParsedInsert>(*with_parameters[0].statement).source->literal_rows;
  REQUIRE(mixed.row_count() == 2);
  CHECK(mixed.cells[1].literal_class == LiteralClass::kParameter);
  CHECK(mixed.text(mixed.cells[1]) == "12");
  CHECK(mixed.cells[2].literal_class == LiteralClass::kInteger);
  CHECK(mixed.first_literal_index == 1);
  CHECK_FALSE(as<ParsedInsert>(*parse_statements("insert into t values (1), (-$1)")[0].statement).source->literal_rows);
  CHECK_FALSE(
      as<ParsedInsert>(*parse_statements("insert into t values (1), (now())")[0].statement).source->literal_rows);
}

TEST_CASE("A small query parses in microseconds") {
  const char* text = "SELECT balance FROM accounts WHERE id = 42";
  parse_statements(text);
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) parse_statements(text);
  auto elapsed = std::chrono::steady_clock::now() - start;
  std::cout << "small SELECT parsed in " << std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count() / 1000
            << " ns\n";
}
