// The shared statement cache as a container: keys, pinned literals, variants, the bound in bytes.
#include "commands/statement_cache.hpp"

#include <catch2/catch.hpp>

using namespace basalt;
using namespace basalt::commands;

namespace {

// A text, its fingerprint and a key; the literals numbered in `pinned` have to be the same.
struct Item {
  explicit Item(const std::string& sql, uint32_t surroundings = 1, const std::string& declared = "") : text(sql) {
    parser::fingerprint_statement(text, 0, fingerprint);
    key = {&fingerprint, surroundings, declared};
  }
  CachedStatementPointer statement(std::vector<int32_t> pinned, std::vector<int8_t> estimates = {}) const {
    auto made = std::make_shared<CachedStatement>();
    for (int32_t literal : pinned)
      made->pinned.push_back({literal, std::string(fingerprint.literals.at(static_cast<size_t>(literal)).text)});
    made->estimates = std::move(estimates);
    return made;
  }
  std::string text;
  parser::Fingerprint fingerprint;
  StatementKey key;
};

}  // namespace

TEST_CASE("a statement is found by tokens and surroundings, whatever its parameters are") {
  StatementCache cache;
  Item first("select a from t where b = 1");
  auto statement = first.statement({});
  cache.insert(first.key, statement);
  CHECK(cache.find(first.key) == statement);
  CHECK(cache.find(Item("SELECT a FROM t WHERE b=27").key) == statement);
  CHECK_FALSE(cache.find(Item("select a from t where b = '1'").key));
  CHECK_FALSE(cache.find(Item("select a from t where b = -1").key));
  CHECK_FALSE(cache.find(Item("select a from t where b = 1", 2).key));
  CHECK_FALSE(cache.find(Item("select a from t where b = 1", 1, "P 23").key));
  CHECK(cache.counts().hits == 2);
  CHECK(cache.counts().misses == 4);
  cache.erase(first.key, statement);
  CHECK_FALSE(cache.find(first.key));
  CHECK(cache.counts().bytes == 0);
}

TEST_CASE("pinned literals have to be the same") {
  StatementCache cache;
  Item one("select 1 from t where b = 5"), two("select 2 from t where b = 5");
  auto first = one.statement({0}), second = two.statement({0});
  cache.insert(one.key, first);
  CHECK_FALSE(cache.find(two.key));
  cache.insert(two.key, second);
  CHECK(cache.find(Item("select 1 from t where b = 6").key) == first);
  CHECK(cache.find(Item("select 2 from t where b = 7").key) == second);
}

TEST_CASE(
    "a statement with the same pinned literals takes the place of the one before, unless planned for other shares") {
  StatementCache cache;
  Item item("select 1 from t where b = 5");
  auto first = item.statement({0}, {-3}), again = item.statement({0}, {-3}), other = item.statement({0}, {-1});
  cache.insert(item.key, first);
  cache.insert(item.key, again);
  CHECK(cache.find(item.key) == again);
  CHECK_FALSE(cache.find(item.key, 1));
  cache.insert(item.key, other);
  CHECK(cache.find(item.key, 0) == again);
  CHECK(cache.find(item.key, 1) == other);
  CHECK(cache.counts().statements == 2);
}

TEST_CASE("there are at most sixteen variants of a statement") {
  StatementCache cache;
  for (int i = 0; i < 50; ++i) {
    Item item("select " + std::to_string(i));
    cache.insert(item.key, item.statement({0}));
  }
  CHECK(cache.counts().statements == StatementCache::kVariantsMax);
  CHECK(cache.find(Item("select 49").key));
  CHECK_FALSE(cache.find(Item("select 20").key));
}

TEST_CASE("the cache keeps to its bytes and gives up what was not used for longest") {
  StatementCache cache;
  cache.set_bytes_max(16 * 20'000);
  Item used("select used from t");
  cache.insert(used.key, used.statement({}));
  for (int i = 0; i < 2000; ++i) {
    Item item("select a" + std::to_string(i) + " from t");
    cache.insert(item.key, item.statement({}));
    CHECK(cache.find(used.key));
  }
  CHECK(cache.counts().bytes <= 16 * 20'000);
  CHECK(cache.counts().statements > 20);
  CHECK_FALSE(cache.find(Item("select a0 from t").key));
  cache.clear();
  CHECK(cache.counts().statements == 0);
  CHECK(cache.counts().bytes == 0);
}

TEST_CASE("surroundings get numbers") {
  StatementCache cache;
  uint32_t one = cache.intern("one");
  CHECK(cache.intern("one") == one);
  CHECK(cache.intern("two") != one);
}
