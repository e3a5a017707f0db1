#include <catch2/catch.hpp>
#include <chrono>

#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_namespace.hpp"
#include "catalog/rows/pg_type.hpp"
#include "fixture.hpp"
#include "types/builtin_oids.hpp"

using namespace basalt;
using namespace basalt::catalog;

namespace {

// A table with columns of type int4, without storage.
Oid make_table(CatalogWriter& writer, const std::string& name, std::vector<std::string> columns) {
  PgClassRow c;
  c.oid = writer.new_oid(id::kPgClass);
  c.relname = name;
  c.relnamespace = kPublic;
  c.relowner = Oid(10);
  c.relnatts = static_cast<int16_t>(columns.size());
  writer.insert(id::kPgClass, c.to_row());
  for (size_t i = 0; i < columns.size(); ++i) {
    PgAttributeRow a;
    a.attrelid = c.oid;
    a.attname = columns[i];
    a.atttypid = types::oid::kInt4;
    a.attlen = 4;
    a.attnum = static_cast<int16_t>(i + 1);
    writer.insert(id::kPgAttribute, a.to_row());
  }
  return c.oid;
}

void rename(CatalogWriter& writer, Oid relation, const std::string& name) {
  const Value key = Value::of(relation.value);
  common::RowId id;
  PgClassRow c;
  writer.reader().scan(id::kPgClass, id::kPgClassOidIndex, std::span(&key, 1),
                       [&](common::RowId row_id, const auto& row) {
                         id = row_id;
                         c = PgClassRow::from_row(row);
                         return false;
                       });
  REQUIRE(id.valid());
  c.relname = name;
  writer.update(id::kPgClass, id, c.to_row());
}

}  // namespace

TEST_CASE("a new cluster has the built-in objects") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  Oid pg_class = reader->find_relation(kPgCatalog, "pg_class");
  CHECK(pg_class == id::kPgClass);
  RelationPointer r = reader->relation(pg_class);
  REQUIRE(r);
  CHECK(r->columns.size() == 33);
  CHECK(r->column("relname")->number == 2);
  CHECK(r->indexes.size() == 3);
  CHECK(r->tree.valid());
  CHECK(r->indexes[0]->keys.size() == 1);
  CHECK(reader->find_type(kPgCatalog, "int4") == types::oid::kInt4);
  CHECK(reader->type(types::oid::kInt4Array)->element == types::oid::kInt4);
  CHECK(reader->type(types::oid::kInt4Array)->is_true_array());
  CHECK(reader->type(Oid(83))->attributes.size() == 33);
  CHECK_FALSE(reader->find_relation(kPublic, "nothing").valid());
  CHECK(reader->relation(Oid(99999)) == nullptr);
  CHECK(reader->find_namespace("public") == kPublic);
  CHECK(reader->role(Oid(10))->super);
  CHECK(reader->find_role("postgres") == Oid(10));
  CHECK(reader->find_database("template1") == kTemplate1);
  CHECK(reader->database_by_oid(kTemplate1)->is_template);
  CHECK(reader->find_collation(kPgCatalog, "C") == Oid(950));
  CHECK(reader->index(id::kPgClassOidIndex)->unique);
  c.engine->abort(*t);
}

TEST_CASE("functions, operators, casts, classes") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  auto upper = reader->functions_named("upper");
  REQUIRE(upper.size() >= 1);
  CHECK(upper[0]->source == "upper");
  CHECK(reader->functions_named("no_such_function").empty());
  auto equals = reader->operators_named("=");
  CHECK(equals.size() > 20);
  CHECK(reader->operator_by_oid(Oid(96))->name == "=");
  REQUIRE(reader->cast(types::oid::kInt4, types::oid::kInt8));
  CHECK(reader->cast(types::oid::kInt4, types::oid::kInt8)->context == 'i');
  CHECK(reader->cast(types::oid::kInt4, types::oid::kUuid) == nullptr);
  CHECK(reader->casts_from(types::oid::kInt4).size() > 4);
  constexpr Oid kBtree{403};
  CHECK(reader->default_opclass(kBtree, types::oid::kInt4) == Oid(1978));
  CHECK(reader->opclass(Oid(1978))->name == "int4_ops");
  CHECK(reader->default_opclass(kBtree, types::oid::kVarchar) == reader->default_opclass(kBtree, types::oid::kText));
  CHECK(reader->opclass(reader->default_opclass(kBtree, types::oid::kInt4Array))->name == "array_ops");
  CHECK_FALSE(reader->default_opclass(kBtree, types::oid::kJson).valid());
  CHECK(reader->family_operator(Oid(1976), types::oid::kInt4, types::oid::kInt4, 3) == Oid(96));
  CHECK(reader->family_operator(Oid(1976), types::oid::kInt4, types::oid::kInt8, 1) == Oid(37));
  auto families = reader->operator_families(Oid(96), kBtree);
  REQUIRE(families.size() == 1);
  CHECK(families[0] == std::pair(Oid(1976), 3));
  c.engine->abort(*t);
}

TEST_CASE("own changes are seen by the own transaction only, until commit") {
  Cluster& c = cluster();
  auto writer_txn = c.begin(), other = c.begin();
  auto writer = c.database->writer(*writer_txn);
  uint64_t counter_before = c.database->reader(*other)->namespace_counter(kPublic);
  CHECK_FALSE(c.database->reader(*other)->find_relation(kPublic, "t1").valid());  // negative entry
  Oid t1 = make_table(*writer, "t1", {"a", "b"});
  CHECK(t1.value >= common::kFirstNormalOid);
  CHECK(writer->reader().find_relation(kPublic, "t1") == t1);
  CHECK(writer->reader().relation(t1)->columns.size() == 2);
  CHECK(c.database->has_changes(*writer_txn));
  CHECK_FALSE(c.database->has_changes(*other));
  CHECK_FALSE(c.database->reader(*other)->find_relation(kPublic, "t1").valid());
  CHECK(c.database->reader(*other)->relation(t1) == nullptr);
  CHECK(c.database->reader(*other)->namespace_counter(kPublic) == counter_before);
  CHECK(writer->reader().namespace_counter(kPublic) != counter_before);
  c.engine->commit(*writer_txn);
  auto reader = c.database->reader(*other);
  CHECK(reader->find_relation(kPublic, "t1") == t1);
  CHECK(reader->relation(t1)->columns[1].name == "b");
  CHECK(reader->namespace_counter(kPublic) != counter_before);
  c.engine->abort(*other);
}

TEST_CASE("versions change with the object, not with others") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  Oid a = make_table(*writer, "v_a", {"x"}), b = make_table(*writer, "v_b", {"x"});
  c.engine->commit(*t);
  auto look = c.begin();
  auto reader = c.database->reader(*look);
  ObjectVersion va = reader->relation(a)->version, vb = reader->relation(b)->version;
  CHECK(va == reader->object_version(id::kPgClass, a));
  auto t2 = c.begin();
  rename(*c.database->writer(*t2), a, "v_c");
  c.engine->commit(*t2);
  CHECK(reader->object_version(id::kPgClass, a) != va);
  CHECK(reader->object_version(id::kPgClass, b) == vb);
  CHECK(reader->relation(a)->name == "v_c");
  CHECK_FALSE(reader->find_relation(kPublic, "v_a").valid());
  CHECK(reader->find_relation(kPublic, "v_c") == a);
  c.engine->abort(*look);
}

TEST_CASE("rollback and rollback to a savepoint take changes back") {
  Cluster& c = cluster();
  auto t = c.begin();
  Oid kept, gone;
  {
    auto writer = c.database->writer(*t);
    kept = make_table(*writer, "s_kept", {"x"});
  }
  CHECK(c.database->reader(*t)->find_relation(kPublic, "s_kept") == kept);
  auto savepoint = t->savepoint();
  {
    auto writer = c.database->writer(*t);
    gone = make_table(*writer, "s_gone", {"x"});
    rename(*writer, kept, "s_renamed");
  }
  CHECK(c.database->reader(*t)->relation(kept)->name == "s_renamed");
  CHECK(c.database->reader(*t)->find_relation(kPublic, "s_gone") == gone);
  t->rollback_to(savepoint);
  t->advance_command();
  CHECK(c.database->reader(*t)->relation(kept)->name == "s_kept");
  CHECK_FALSE(c.database->reader(*t)->find_relation(kPublic, "s_gone").valid());
  CHECK(c.database->reader(*t)->find_relation(kPublic, "s_kept") == kept);
  c.engine->abort(*t);
  auto after = c.begin();
  CHECK_FALSE(c.database->reader(*after)->find_relation(kPublic, "s_kept").valid());
  CHECK(c.database->reader(*after)->relation(kept) == nullptr);
  c.engine->abort(*after);
}

TEST_CASE("duplicate names are 23505 with the index's name") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  make_table(*writer, "twice", {"x"});
  try {
    make_table(*writer, "twice", {"x"});
    FAIL("no error");
  } catch (const common::SqlError& error) {
    CHECK(error.report().sqlstate.view() == "23505");
    CHECK(error.report().message == "duplicate key value violates unique constraint \"pg_class_relname_nsp_index\"");
    CHECK(error.report().detail == "Key (relname, relnamespace)=(twice, 2200) already exists.");
  }
  c.engine->abort(*t);
}

TEST_CASE("a row type follows its relation") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  PgTypeRow type;
  type.oid = writer->new_oid(id::kPgType);
  Oid table = make_table(*writer, "with_type", {"x"});
  type.typname = "with_type";
  type.typnamespace = kPublic;
  type.typtype = 'c';
  type.typlen = -1;
  type.typrelid = table;
  writer->insert(id::kPgType, type.to_row());
  const Value key = Value::of(table.value);
  auto set_type = [&](CatalogWriter& w, int16_t columns) {
    common::RowId id;
    PgClassRow row;
    w.reader().scan(id::kPgClass, id::kPgClassOidIndex, std::span(&key, 1), [&](common::RowId i, const CatalogRow& r) {
      id = i;
      row = PgClassRow::from_row(r);
      return false;
    });
    row.reltype = type.oid;
    row.relnatts = columns;
    w.update(id::kPgClass, id, row.to_row());
  };
  set_type(*writer, 1);
  c.engine->commit(*t);
  auto look = c.begin();
  CHECK(c.database->reader(*look)->type(type.oid)->attributes.size() == 1);
  auto t2 = c.begin();
  auto w2 = c.database->writer(*t2);
  PgAttributeRow a;
  a.attrelid = table;
  a.attname = "y";
  a.atttypid = types::oid::kInt8;
  a.attnum = 2;
  w2->insert(id::kPgAttribute, a.to_row());
  set_type(*w2, 2);
  CHECK(w2->reader().type(type.oid)->attributes.size() == 2);
  CHECK(c.database->reader(*look)->type(type.oid)->attributes.size() == 1);
  c.engine->commit(*t2);
  CHECK(c.database->reader(*look)->type(type.oid)->attributes.size() == 2);
  c.engine->abort(*look);
}

TEST_CASE("a restart keeps catalogs and object numbers") {
  Cluster c;
  Oid first;
  {
    auto t = c.begin();
    auto writer = c.database->writer(*t);
    first = make_table(*writer, "kept", {"a"});
    c.engine->commit(*t);
  }
  c.restart();
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  CHECK(writer->reader().find_relation(kPublic, "kept") == first);
  Oid second = make_table(*writer, "next", {"a"});
  CHECK(second.value > first.value);
  CHECK(second.value < first.value + 100);
  c.engine->abort(*t);
}

TEST_CASE("built-in rows are brought up to this build") {
  Cluster c;
  auto t = c.begin();
  auto writer = c.database->writer(*t);
  const Value text = Value::of(types::oid::kText.value), made_up = Value::of(uint32_t{11000});
  CHECK(writer->remove_where(id::kPgType, id::kPgTypeOidIndex, std::span(&text, 1)) == 1);
  PgTypeRow old;
  old.oid = Oid(11000);
  old.typname = "old_type";
  old.typnamespace = kPgCatalog;
  writer->insert(id::kPgType, old.to_row());
  make_table(*writer, "stays", {"a"});
  c.engine->commit(*t);
  auto look = c.begin();
  CHECK(c.database->reader(*look)->type(types::oid::kText) == nullptr);
  c.manager->update_builtin_rows();
  auto reader = c.database->reader(*look);
  REQUIRE(reader->type(types::oid::kText));
  CHECK(reader->type(types::oid::kText)->name == "text");
  CHECK(reader->type(Oid(11000)) == nullptr);
  CHECK(reader->find_relation(kPublic, "stays").valid());
  int rows = 0;
  reader->scan(id::kPgType, id::kPgTypeOidIndex, std::span(&made_up, 1), [&](auto, const auto&) { return ++rows; });
  CHECK(rows == 0);
  c.engine->abort(*look);
  c.restart();
  CHECK_FALSE(c.manager->builtin_rows_differ());
}

TEST_CASE("a database is copied and dropped") {
  Cluster& c = cluster();
  constexpr Oid kNew{30000};
  auto t = c.begin();
  copy_database(*c.engine, *t, kTemplate1, kNew);
  c.engine->commit(*t);
  auto database = c.manager->open_database(kNew);
  auto t2 = c.begin();
  auto writer = database->writer(*t2);
  make_table(*writer, "only_here", {"a"});
  CHECK(writer->reader().type(types::oid::kText)->name == "text");
  c.engine->commit(*t2);
  auto look = c.begin();
  CHECK(database->reader(*look)->find_relation(kPublic, "only_here").valid());
  CHECK_FALSE(c.database->reader(*look)->find_relation(kPublic, "only_here").valid());
  c.engine->abort(*look);
  auto t3 = c.begin();
  drop_database(*c.engine, *t3, kNew);
  c.engine->commit(*t3);
  database.reset();
  c.manager->forget_database(kNew);
  CHECK_THROWS_AS(c.manager->open_database(kNew), common::SqlError);
}

TEST_CASE("cached lookups are cheap") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  reader->type(types::oid::kInt4);
  auto start = std::chrono::steady_clock::now();
  constexpr int kRounds = 200'000;
  for (int i = 0; i < kRounds; ++i) reader->type(types::oid::kInt4);
  double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / kRounds;
  WARN("type lookup: " << ns << " ns");
  CHECK(ns < 20'000);
  c.engine->abort(*t);
}
