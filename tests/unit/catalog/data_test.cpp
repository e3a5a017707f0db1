#include <catch2/catch.hpp>

#include "catalog/acl_text.hpp"
#include "catalog/builtin_rows.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/catalog_table.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "catalog/rows/pg_type.hpp"
#include "types/function.hpp"

using namespace basalt;
using namespace basalt::catalog;

TEST_CASE("catalog tables have PostgreSQL's shape") {
  const CatalogTable& pg_class = catalog_table(id::kPgClass);
  CHECK(pg_class.name == "pg_class");
  CHECK(pg_class.columns.size() == 33);
  CHECK(pg_class.columns[1].name == "relname");
  CHECK(pg_class.indexes.size() == 3);
  CHECK(pg_class.oid_column == 0);
  CHECK(pg_class.index(id::kPgClassRelnameNspIndex).unique);
  CHECK(catalog_table(id::kPgDatabase).shared);
  CHECK_FALSE(catalog_table(id::kPgType).shared);
  CHECK(catalog_tables().size() == 64);
  CHECK(find_catalog_index(id::kPgTypeOidIndex)->table == id::kPgType);
  CHECK(find_catalog_table(common::Oid(1)) == nullptr);
}

TEST_CASE("rows survive encoding") {
  PgTriggerRow t;
  t.oid = Oid(20000);
  t.tgname = "a trigger";
  t.tgattr = {1, 3};
  t.tgargs = std::string("x\0y\0", 4);
  PgTriggerRow back = PgTriggerRow::from_row(t.to_row());
  CHECK(back.oid == t.oid);
  CHECK(back.tgname == t.tgname);
  CHECK(back.tgattr == t.tgattr);
  CHECK(back.tgargs == t.tgargs);
  CHECK(back.tgenabled == 'O');
  CHECK_FALSE(back.tgqual.has_value());

  PgClassRow c;
  c.relname = "t";
  c.relacl = std::vector<AclItem>{{Oid(), Oid(10), privilege::kSelect, 0}, {Oid(10), Oid(10), 127, 1}};
  c.reloptions = std::vector<std::string>{"fillfactor=70"};
  PgClassRow c2 = PgClassRow::from_row(c.to_row());
  REQUIRE(c2.relacl.has_value());
  CHECK(c2.relacl->size() == 2);
  CHECK((*c2.relacl)[0].privileges == privilege::kSelect);
  CHECK((*c2.relacl)[1].grant_options == 1);
  CHECK(c2.reloptions->front() == "fillfactor=70");
  CHECK(c2.to_row().size() == 33);
}

TEST_CASE("built-in rows have what they need") {
  types::register_types();
  register_internal_symbols();
  BuiltinRows rows = read_builtin_rows();
  CHECK(rows.of(id::kPgAttribute).size() > 1000);
  std::unordered_map<uint32_t, std::string> types, functions;
  for (const CatalogRow& row : rows.of(id::kPgType)) {
    PgTypeRow t = PgTypeRow::from_row(row);
    types.emplace(t.oid.value, t.typname);
  }
  for (const CatalogRow& row : rows.of(id::kPgProc)) {
    PgProcRow p = PgProcRow::from_row(row);
    functions.emplace(p.oid.value, p.proname);
    for (Oid type : p.proargtypes) CHECK(types.contains(type.value));
    CHECK(types.contains(p.prorettype.value));
    CHECK_FALSE(p.prosrc.empty());
  }
  CHECK(types[23] == "int4");
  CHECK(types[1007] == "_int4");
  CHECK(types[83] == "pg_class");
  CHECK(functions[31] == "byteaout");
  WARN("types " << types.size() << ", functions " << functions.size() << ", operators "
                << rows.of(id::kPgOperator).size() << ", casts " << rows.of(id::kPgCast).size() << ", aggregates "
                << rows.of(id::kPgAggregate).size() << ", opclasses " << rows.of(id::kPgOpclass).size());
  WARN(check_builtin_functions().text());
}

TEST_CASE("aclitem text") {
  auto role = [](std::string_view name) { return name == "alice" ? Oid(100) : Oid(10); };
  auto name = [](Oid oid) { return oid == Oid(100) ? std::string("alice") : oid == Oid(10) ? "Bob B" : ""; };
  AclItem item = parse_acl_item("alice=ar*w/postgres", role);
  CHECK(item.grantee == Oid(100));
  CHECK(item.grantor == Oid(10));
  CHECK(item.privileges == (privilege::kInsert | privilege::kSelect | privilege::kUpdate));
  CHECK(item.grant_options == privilege::kSelect);
  CHECK(acl_item_text(item, name) == "alice=ar*w/\"Bob B\"");
  CHECK(acl_item_text(parse_acl_item("=U/x", role), name) == "=U/\"Bob B\"");
  CHECK_THROWS_AS(parse_acl_item("alice", role), common::SqlError);
  CHECK_THROWS_AS(parse_acl_item("alice=Q/x", role), common::SqlError);
}
