#include <catch2/catch.hpp>

#include "catalog/acl.hpp"
#include "catalog/catalog_service.hpp"
#include "catalog/embedded.hpp"
#include "catalog/rows/pg_authid.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_namespace.hpp"
#include "fixture.hpp"
#include "types/builtin_oids.hpp"
#include "types/quiet_context.hpp"

using namespace basalt;
using namespace basalt::catalog;
namespace oid = types::oid;

namespace {

// The session of one test: a call context whose only service is the catalog.
class Session final : public types::QuietContext, public CatalogService {
 public:
  explicit Session(Cluster& cluster) : cluster_(cluster), transaction_(cluster.begin()) {
    reader_ = cluster.database->reader(*transaction_);
  }
  ~Session() override { cluster_.engine->abort(*transaction_); }
  CatalogWriter& writer() {
    if (!writer_) writer_ = cluster_.database->writer(*transaction_);
    return *writer_;
  }

  types::TypePointer type(Oid type) override { return reader().type(type); }
  Oid parse_object_name(Oid kind, std::string_view text) override {
    return catalog::parse_object_name({reader(), search_path()}, kind, text);
  }
  std::string object_name(Oid kind, Oid object) override {
    return catalog::object_name({reader(), search_path()}, kind, object);
  }
  std::string format_type(Oid type, int32_t typmod) override {
    return catalog::format_type({reader(), search_path()}, type, typmod);
  }
  Value input(Oid, std::string_view, int32_t) override { UNREACHABLE("not in this test"); }
  std::string output(Oid, const Value&) override { UNREACHABLE("not in this test"); }
  Value receive(Oid, std::string_view, int32_t) override { UNREACHABLE("not in this test"); }
  std::string send(Oid, const Value&) override { UNREACHABLE("not in this test"); }
  void check_domain(Oid, const Value&) override {}
  Value cast(Oid, const Value&, Oid, int32_t) override { UNREACHABLE("not in this test"); }
  void* service(std::string_view name) override {
    return name == "catalog" ? static_cast<CatalogService*>(this) : nullptr;
  }

  CatalogReader& reader() override { return writer_ ? writer_->reader() : *reader_; }
  const SearchPath& search_path() override { return path_; }
  const SearchPath& explicit_search_path() override { return shown_; }
  Oid current_user() override { return user; }
  Oid session_user() override { return Oid(10); }
  Oid temporary_schema() override { return Oid(); }
  DatabaseCatalog& database() override { return *cluster_.database; }

  // Calls a scalar function by its symbol with constant arguments.
  Value call(const std::string& symbol, std::vector<Value> arguments, common::PhysicalType result_type) {
    types::ScalarKernel kernel = types::FunctionRegistry::instance().scalar(symbol);
    REQUIRE(kernel != nullptr);
    types::FunctionCall call;
    call.context = this;
    std::unique_ptr<types::CallState> state;
    call.state = &state;
    std::vector<common::Vector> vectors;
    for (const Value& v : arguments) vectors.push_back(common::Vector::constant(v.type(), v));
    common::Vector result(result_type, 1);
    kernel(call, vectors, 1, result);
    if (call.failed()) throw *call.failure;
    return result.value(0);
  }
  std::string text(const std::string& symbol, std::vector<Value> arguments) {
    Value v = call(symbol, std::move(arguments), common::PhysicalType::kString);
    return v.is_null() ? "NULL" : std::string(v.string());
  }
  std::string boolean(const std::string& symbol, std::vector<Value> arguments) {
    Value v = call(symbol, std::move(arguments), common::PhysicalType::kBool);
    return v.is_null() ? "NULL" : v.as<bool>() ? "t" : "f";
  }

  Oid user{10};

 private:
  Cluster& cluster_;
  std::unique_ptr<storage::Transaction> transaction_;
  std::unique_ptr<CatalogReader> reader_;
  std::unique_ptr<CatalogWriter> writer_;
  SearchPath path_{kPgCatalog, kPublic}, shown_{kPublic};
};

Session& registered(Session& session) {
  static const bool kDone = [] {
    register_catalog(types::FunctionRegistry::instance());
    return true;
  }();
  (void)kDone;
  return session;
}

Value number(uint32_t n) { return Value::of(n); }
Value string(std::string_view s) { return Value::of(s); }

std::string message_of(auto f) {
  try {
    f();
  } catch (const common::SqlError& error) {
    return std::string(error.report().sqlstate.view()) + " " + error.report().message;
  }
  return "no error";
}

}  // namespace

TEST_CASE("functions of names") {
  Session session(cluster());
  Session& s = registered(session);
  CHECK(s.text("format_type", {number(1043), Value::of(int32_t{24})}) == "character varying(20)");
  CHECK(s.text("format_type", {number(1042), Value::null()}) == "character");
  CHECK(s.text("pg_get_userbyid", {number(10)}) == "postgres");
  CHECK(s.text("pg_get_userbyid", {number(99999)}) == "unknown (OID=99999)");
  CHECK(s.boolean("pg_table_is_visible", {number(1259)}) == "t");
  CHECK(s.boolean("pg_table_is_visible", {number(99999)}) == "NULL");
  CHECK(s.boolean("pg_opfamily_is_visible", {number(1976)}) == "t");
  CHECK(s.text("current_user", {}) == "postgres");
  CHECK(s.text("current_schema", {}) == "public");
  CHECK(s.text("current_database", {}) == "postgres");
  CHECK(s.text("pg_describe_object", {number(1259), number(1259), Value::of(int32_t{0})}) == "table pg_class");
}

TEST_CASE("functions of privileges") {
  Session session(cluster());
  Session& s = registered(session);
  PgAuthidRow alice;
  alice.oid = s.writer().new_oid(id::kPgAuthid);
  alice.rolname = "alice";
  s.writer().insert(id::kPgAuthid, alice.to_row());
  PgClassRow table;
  table.oid = s.writer().new_oid(id::kPgClass);
  table.relname = "granted";
  table.relnamespace = kPublic;
  table.relowner = Oid(10);
  table.relacl = std::vector<AclItem>{{Oid(10), Oid(10), 127, 0}, {alice.oid, Oid(10), privilege::kSelect, 0}};
  s.writer().insert(id::kPgClass, table.to_row());
  CHECK(s.boolean("has_table_privilege_name_name", {string("alice"), string("granted"), string("select")}) == "t");
  CHECK(s.boolean("has_table_privilege_name_name", {string("alice"), string("granted"), string("insert")}) == "f");
  CHECK(s.boolean("has_table_privilege_name_id",
                  {string("alice"), number(table.oid.value), string("INSERT, SELECT")}) == "t");
  CHECK(s.boolean("has_table_privilege_id", {number(99999), string("select")}) == "NULL");
  CHECK(s.boolean("has_table_privilege_name", {string("pg_class"), string("select with grant option")}) == "t");
  CHECK(s.boolean("has_schema_privilege_name_name", {string("alice"), string("public"), string("usage")}) == "t");
  CHECK(s.boolean("has_schema_privilege_name_name", {string("alice"), string("public"), string("create")}) == "f");
  CHECK(s.boolean("has_function_privilege_name_name",
                  {string("alice"), string("byteaout(bytea)"), string("execute")}) == "t");
  CHECK(s.boolean("has_column_privilege_name_name_name",
                  {string("alice"), string("pg_class"), string("relname"), string("select")}) == "t");
  CHECK(s.boolean("pg_has_role_name_name", {string("pg_monitor"), string("pg_read_all_stats"), string("member")}) ==
        "t");
  CHECK(s.boolean("pg_has_role_name_name", {string("alice"), string("pg_monitor"), string("USAGE")}) == "f");
  CHECK(message_of([&] {
          s.boolean("has_table_privilege_name", {string("granted"), string("fly")});
        }) == "22023 unrecognized privilege type: \"fly\"");
  CHECK(message_of([&] {
          s.boolean("has_table_privilege_name_name", {string("bob"), string("granted"), string("select")});
        }) == "42704 role \"bob\" does not exist");
  CHECK(message_of([&] {
          s.boolean("has_column_privilege_name_name", {string("granted"), string("x"), string("select")});
        }) == "42703 column \"x\" of relation \"granted\" does not exist");
  Value item = s.call("aclitemin", {string("alice=r*/postgres")}, common::PhysicalType::kString);
  CHECK(s.text("aclitemout", {item}) == "alice=r*/postgres");
  s.user = alice.oid;
  CHECK(s.boolean("has_table_privilege_name", {string("granted"), string("select")}) == "t");
  CHECK(s.boolean("has_table_privilege_name", {string("granted"), string("delete")}) == "f");
}

TEST_CASE("functions of sizes") {
  Session session(cluster());
  Session& s = registered(session);
  auto size = [&](const std::string& symbol, std::vector<Value> arguments) {
    Value v = s.call(symbol, std::move(arguments), common::PhysicalType::kInt64);
    return v.is_null() ? int64_t{-1} : v.as<int64_t>();
  };
  const int64_t main = size("pg_relation_size", {number(1259), string("main")});
  CHECK(main > 0);
  CHECK(size("pg_total_relation_size", {number(1259)}) == main + size("pg_indexes_size", {number(1259)}));
  CHECK(size("pg_relation_size", {number(99999), string("main")}) == -1);
  CHECK(size("pg_database_size_name", {string("template1")}) > 1'000'000);
}

TEST_CASE("search paths") {
  Session session(cluster());
  Session& s = registered(session);
  auto path = resolve_search_path(s.reader(), {"$user", "public", "nowhere"}, Oid(10), Oid());
  CHECK(path.shown == SearchPath{kPublic});
  CHECK(path.effective == SearchPath{kPgCatalog, kPublic});
  path = resolve_search_path(s.reader(), {"public", "pg_catalog"}, Oid(10), Oid(77));
  CHECK(path.effective == SearchPath{Oid(77), kPublic, kPgCatalog});
}

TEST_CASE("every registered catalog function has a row") {
  Session session(cluster());
  registered(session);
  for (const std::string& symbol : check_builtin_functions().code_without_rows) WARN("no row: " << symbol);
  CHECK(split_statements(system_views_sql()).size() > 60);
  CHECK(split_statements(information_schema_sql()).size() > 120);
  CHECK(split_statements("SELECT 1;\n\nSELECT 2;\n").size() == 2);
}
