#include <catch2/catch.hpp>

#include "catalog/acl.hpp"
#include "fixture.hpp"
#include "types/builtin_oids.hpp"

using namespace basalt;
using namespace basalt::catalog;
namespace oid = types::oid;

namespace {

const SearchPath kPath{kPgCatalog, kPublic};

std::string message_of(auto f) {
  try {
    f();
  } catch (const common::SqlError& error) {
    return std::string(error.report().sqlstate.view()) + " " + error.report().message;
  }
  return "no error";
}

}  // namespace

TEST_CASE("format_type prints as PostgreSQL") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  NameScope scope{*reader, kPath};
  auto given = [&](Oid type, int32_t typmod) { return format_type(scope, type, typmod, TypmodStyle::kGiven); };
  CHECK(format_type(scope, oid::kInt4, -1) == "integer");
  CHECK(given(oid::kVarchar, 24) == "character varying(20)");
  CHECK(given(oid::kVarcharArray, 24) == "character varying(20)[]");
  CHECK(given(oid::kBpchar, 5) == "character(1)");
  CHECK(given(oid::kBpchar, -1) == "bpchar");
  CHECK(format_type(scope, oid::kBpchar, -1) == "character");
  CHECK(given(oid::kNumeric, 655366) == "numeric(10,2)");
  CHECK(given(oid::kNumeric, ((5 << 16) | (-2 & 0x7ff)) + 4) == "numeric(5,-2)");
  CHECK(given(oid::kTimestamp, 3) == "timestamp(3) without time zone");
  CHECK(given(oid::kTimetz, -1) == "time with time zone");
  CHECK(given(oid::kInterval, (((1 << 10) | (1 << 11) | (1 << 12)) << 16) | 3) == "interval hour to second(3)");
  CHECK(given(oid::kInterval, (4 << 16) | 0xffff) == "interval year");
  CHECK(given(oid::kInternalChar, -1) == "\"char\"");
  CHECK(given(oid::kBool, -1) == "boolean");
  CHECK(format_type(scope, Oid(), -1) == "-");
  CHECK(format_type(scope, Oid(99999), -1) == "???");
  SearchPath empty;
  CHECK(format_type({*reader, empty}, oid::kText, -1) == "pg_catalog.text");
  CHECK(format_type({*reader, empty}, oid::kInt4, -1) == "integer");
  c.engine->abort(*t);
}

TEST_CASE("type names are read as SQL writes them") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  NameScope scope{*reader, kPath};
  auto type = [&](std::string_view text) { return parse_type_name(scope, text).type; };
  CHECK(type("int") == oid::kInt4);
  CHECK(type("INTEGER[]") == oid::kInt4Array);
  CHECK(type("timestamp with time zone") == oid::kTimestamptz);
  CHECK(type("timestamp(3) without time zone") == oid::kTimestamp);
  CHECK(type("double precision") == oid::kFloat8);
  CHECK(type("character varying(20)") == oid::kVarchar);
  CHECK(parse_type_name(scope, "varchar(20)").typmod == 24);
  CHECK(parse_type_name(scope, "numeric(10,2)").typmod == 655366);
  CHECK(type("char") == oid::kBpchar);
  CHECK(type("\"char\"") == oid::kInternalChar);
  CHECK(type("pg_catalog.text") == oid::kText);
  CHECK(type("float(10)") == oid::kFloat4);
  CHECK(type("int4[3][]") == oid::kInt4Array);
  CHECK(message_of([&] { type("nope"); }) == "42704 type \"nope\" does not exist");
  CHECK(message_of([&] { type("y(3"); }).substr(0, 5) == "42601");
  c.engine->abort(*t);
}

TEST_CASE("reg types") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  NameScope scope{*reader, kPath};
  auto parse = [&](Oid kind, std::string_view text) { return parse_object_name(scope, kind, text); };
  auto print = [&](Oid kind, Oid object) { return object_name(scope, kind, object); };
  CHECK(parse(oid::kRegclass, "pg_class") == id::kPgClass);
  CHECK(parse(oid::kRegclass, "PG_CATALOG.\"pg_class\"") == id::kPgClass);
  CHECK(parse(oid::kRegclass, "1259") == id::kPgClass);
  CHECK(print(oid::kRegclass, id::kPgClass) == "pg_class");
  CHECK(print(oid::kRegclass, Oid()) == "-");
  CHECK(print(oid::kRegclass, Oid(99999)) == "99999");
  CHECK(parse(oid::kRegproc, "byteaout") == Oid(31));
  CHECK(print(oid::kRegproc, Oid(31)) == "byteaout");
  CHECK(print(oid::kRegprocedure, Oid(31)) == "byteaout(bytea)");
  CHECK(parse(oid::kRegprocedure, "byteaout ( bytea )") == Oid(31));
  CHECK(print(oid::kRegoperator, Oid(96)) == "=(integer,integer)");
  CHECK(parse(oid::kRegoperator, "=(int4, integer)") == Oid(96));
  CHECK(print(oid::kRegoper, Oid(96)) == "pg_catalog.=");
  CHECK(print(oid::kRegtype, oid::kTimestamptz) == "timestamp with time zone");
  CHECK(print(oid::kRegnamespace, kPgCatalog) == "pg_catalog");
  CHECK(parse(oid::kRegrole, "postgres") == Oid(10));
  CHECK(print(oid::kRegcollation, Oid(100)) == "\"default\"");
  CHECK(message_of([&] { parse(oid::kRegclass, "nope"); }) == "42P01 relation \"nope\" does not exist");
  CHECK(message_of([&] { parse(oid::kRegclass, "no.pe"); }) == "3F000 schema \"no\" does not exist");
  CHECK(message_of([&] { parse(oid::kRegclass, "foo bar"); }) == "42602 invalid name syntax");
  CHECK(message_of([&] { parse(oid::kRegproc, "nope"); }) == "42883 function \"nope\" does not exist");
  CHECK(message_of([&] { parse(oid::kRegoper, "="); }) == "42725 more than one operator named =");
  CHECK(message_of([&] { parse(oid::kRegprocedure, "abs"); }) == "22P02 expected a left parenthesis");
  CHECK(message_of([&] { parse(oid::kRegrole, "nope"); }) == "42704 role \"nope\" does not exist");
  c.engine->abort(*t);
}

TEST_CASE("privileges") {
  Cluster& c = cluster();
  auto t = c.begin();
  auto reader = c.database->reader(*t);
  constexpr Oid kSuper{10}, kMonitor{3373}, kReadStats{3375}, kReadAll{6181};
  CHECK(is_superuser(*reader, kSuper));
  CHECK(is_member_of_role(*reader, kMonitor, kReadStats));
  CHECK_FALSE(is_member_of_role(*reader, kReadStats, kMonitor));
  using namespace privilege;
  CHECK(relation_privileges(*reader, id::kPgClass, kMonitor, kSelect | kInsert) == kSelect);
  CHECK(relation_privileges(*reader, id::kPgAuthid, kMonitor, kSelect) == 0);
  CHECK(relation_privileges(*reader, id::kPgAuthid, kReadAll, kSelect) == kSelect);
  CHECK(relation_privileges(*reader, id::kPgAuthid, kSuper, kSelect | kInsert) == (kSelect | kInsert));
  CHECK(namespace_privileges(*reader, kPublic, kMonitor, kUsage | kCreate) == kUsage);
  CHECK(database_privileges(*reader, kPostgresDatabase, kMonitor, kConnect | kCreate) == kConnect);
  CHECK(default_acl(AclObject::kFunction, Oid(5)).size() == 2);
  std::vector<AclItem> acl = default_acl(AclObject::kRelation, Oid(5));
  acl = acl_grant(acl, {Oid(6), Oid(5), kSelect, kSelect});
  acl = acl_grant(acl, {Oid(7), Oid(6), kSelect, 0});
  CHECK_THROWS_AS(acl_revoke(acl, {Oid(6), Oid(5), kSelect, 0}, Oid(5), false), common::SqlError);
  CHECK(acl_revoke(acl, {Oid(6), Oid(5), kSelect, 0}, Oid(5), true).size() == 1);
  c.engine->abort(*t);
}
