#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "catalog/rows/pg_namespace.hpp"
#include "fixture.hpp"

using namespace basalt;
using namespace basalt::catalog;

// Whoever looks after a commit has returned sees at least that commit, however busy the cache is (CAT-1).
TEST_CASE("the shared cache never shows what is older than a finished commit") {
  Cluster& c = cluster();
  constexpr int kRounds = 150;
  auto setup = c.begin();
  auto writer = c.database->writer(*setup);
  PgNamespaceRow row;
  row.oid = writer->new_oid(id::kPgNamespace);
  row.nspname = "round_0";
  row.nspowner = Oid(10);
  writer->insert(id::kPgNamespace, row.to_row());
  c.engine->commit(*setup);

  std::atomic<int> finished{0}, stale{0}, lookups{0};
  std::atomic<bool> stop{false};
  auto read = [&] {
    while (!stop) {
      int at_least = finished.load();
      auto t = c.begin();
      auto reader = c.database->reader(*t);
      const NamespaceDescriptor* found = reader->name_space(row.oid);
      if (!found || std::stoi(found->name.substr(6)) < at_least) ++stale;
      if (reader->find_namespace("round_" + std::to_string(kRounds + 1)).valid()) ++stale;
      if (at_least > 0 && reader->find_namespace("round_" + std::to_string(at_least - 1)).valid()) ++stale;
      ++lookups;
      c.engine->abort(*t);
    }
  };
  std::thread a(read), b(read);
  const Value key = Value::of(row.oid.value);
  for (int i = 1; i <= kRounds; ++i) {
    auto t = c.begin();
    auto w = c.database->writer(*t);
    common::RowId id;
    w->reader().scan(id::kPgNamespace, id::kPgNamespaceOidIndex, std::span(&key, 1), [&](common::RowId r, const auto&) {
      id = r;
      return false;
    });
    row.nspname = "round_" + std::to_string(i);
    w->update(id::kPgNamespace, id, row.to_row());
    c.engine->commit(*t);
    finished = i;
  }
  stop = true;
  a.join();
  b.join();
  CHECK(lookups > 0);
  CHECK(stale == 0);
}
