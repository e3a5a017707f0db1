#include <catch2/catch.hpp>

#include "catalog/dependencies.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "fixture.hpp"

using namespace basalt;
using namespace basalt::catalog;

namespace {

const SearchPath kPath{kPgCatalog, kPublic};

Oid relation(CatalogWriter& writer, const std::string& name, char kind) {
  PgClassRow c;
  c.oid = writer.new_oid(id::kPgClass);
  c.relname = name;
  c.relkind = kind;
  c.relnamespace = kPublic;
  c.relowner = Oid(10);
  writer.insert(id::kPgClass, c.to_row());
  return c.oid;
}

// A view over `table`, as CREATE VIEW records it.
Oid view(CatalogWriter& writer, const std::string& name, Oid table) {
  Oid oid = relation(writer, name, 'v');
  PgRewriteRow r;
  r.oid = writer.new_oid(id::kPgRewrite);
  r.rulename = "_RETURN";
  r.ev_class = oid;
  writer.insert(id::kPgRewrite, r.to_row());
  ObjectAddress rule{id::kPgRewrite, r.oid};
  record_dependency(writer, rule, {id::kPgClass, oid}, DependencyType::kInternal);
  record_dependency(writer, rule, {id::kPgClass, table, 1}, DependencyType::kNormal);
  return oid;
}

}  // namespace

TEST_CASE("drop with and without cascade") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  Oid table = relation(*writer, "d_t", 'r'), index = relation(*writer, "d_i", 'i');
  record_dependency(*writer, {id::kPgClass, index}, {id::kPgClass, table, 1}, DependencyType::kAutomatic);
  NameScope scope{writer->reader(), kPath};
  ObjectAddress root{id::kPgClass, table};

  auto plain = plan_drop(scope, std::span(&root, 1), DropBehavior::kRestrict, {});
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].object == index);
  CHECK(plain[1].object == table);

  Oid v1 = view(*writer, "d_v1", table);
  view(*writer, "d_v2", v1);
  try {
    plan_drop(scope, std::span(&root, 1), DropBehavior::kRestrict, {});
    FAIL("no error");
  } catch (const common::SqlError& error) {
    CHECK(error.report().sqlstate.view() == "2BP01");
    CHECK(error.report().message == "cannot drop table d_t because other objects depend on it");
    CHECK(error.report().detail == "view d_v1 depends on table d_t\nview d_v2 depends on view d_v1");
    CHECK(error.report().hint == "Use DROP ... CASCADE to drop the dependent objects too.");
  }
  common::ErrorReport notice;
  auto all = plan_drop(scope, std::span(&root, 1), DropBehavior::kCascade,
                       [&](common::ErrorReport report) { notice = std::move(report); });
  CHECK(all.size() == 6);
  CHECK(all.back().object == table);
  CHECK(notice.message == "drop cascades to 2 other objects");
  CHECK(notice.detail == "drop cascades to view d_v1\ndrop cascades to view d_v2");

  ObjectAddress only_view{id::kPgClass, v1};
  plan_drop(scope, std::span(&only_view, 1), DropBehavior::kCascade,
            [&](common::ErrorReport report) { notice = std::move(report); });
  CHECK(notice.message == "drop cascades to view d_v2");
  c.engine->abort(*t);
}

TEST_CASE("parts cannot be dropped alone, nor what the system needs") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  Oid table = relation(*writer, "p_t", 'r'), toast = relation(*writer, "p_s", 'S');
  record_dependency(*writer, {id::kPgClass, toast}, {id::kPgClass, table, 1}, DependencyType::kInternal);
  NameScope scope{writer->reader(), kPath};
  ObjectAddress part{id::kPgClass, toast}, pinned{id::kPgType, Oid(23)};
  auto message = [&](const ObjectAddress& root) {
    try {
      plan_drop(scope, std::span(&root, 1), DropBehavior::kCascade, {});
    } catch (const common::SqlError& error) {
      return error.report().message + "|" + error.report().hint;
    }
    return std::string("no error");
  };
  CHECK(message(pinned) == "cannot drop type integer because it is required by the database system|");
  CHECK(message(part).substr(0, 24) == "cannot drop sequence p_s");
  // A pinned object is not worth a row.
  record_dependency(*writer, {id::kPgClass, table}, {id::kPgType, Oid(23)}, DependencyType::kNormal);
  CHECK(references_of(writer->reader(), {id::kPgClass, table}).empty());
  c.engine->abort(*t);
}

TEST_CASE("descriptions and identities") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  NameScope scope{*reader, kPath};
  CHECK(describe_object(scope, {id::kPgClass, id::kPgClass}) == "table pg_class");
  CHECK(describe_object(scope, {id::kPgClass, id::kPgClass, 2}) == "column relname of table pg_class");
  CHECK(describe_object(scope, {id::kPgType, Oid(23)}) == "type integer");
  CHECK(describe_object(scope, {id::kPgProc, Oid(31)}) == "function byteaout(bytea)");
  CHECK(describe_object(scope, {id::kPgOperator, Oid(96)}) == "operator =(integer,integer)");
  CHECK(describe_object(scope, {id::kPgNamespace, kPublic}) == "schema public");
  CHECK(describe_object(scope, {id::kPgOpclass, Oid(1978)}) == "operator class int4_ops for access method btree");
  CHECK(describe_object(scope, {id::kPgClass, Oid(99999)}).empty());
  auto identity = identify_object(scope, {id::kPgClass, id::kPgClass, 2});
  REQUIRE(identity);
  CHECK(identity->type == "table column");
  CHECK(identity->schema == "pg_catalog");
  CHECK(identity->identity == "pg_catalog.pg_class.relname");
  CHECK(identify_object(scope, {id::kPgProc, Oid(31)})->identity == "pg_catalog.byteaout(pg_catalog.bytea)");
  c.engine->abort(*t);
}
