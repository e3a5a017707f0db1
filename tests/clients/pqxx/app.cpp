// A small application with libpqxx: a warehouse. Arguments: host port user database.
#include <functional>
#include <iostream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

template <typename A, typename B>
void require_equal(const A& got, const B& expected, int line) {
  if (got == expected) return;
  throw std::runtime_error("line " + std::to_string(line) + ": got " + pqxx::to_string(got) + ", expected " +
                           pqxx::to_string(expected));
}
#define EQUAL(got, expected) require_equal(got, expected, __LINE__)

template <typename Error>
void fails(const std::function<void()>& action, const std::string& sqlstate, int line) {
  try {
    action();
  } catch (const Error& error) {
    EQUAL(error.sqlstate(), sqlstate);
    return;
  }
  throw std::runtime_error("line " + std::to_string(line) + ": no error");
}
#define FAILS(Error, sqlstate, ...) fails<Error>([&] { __VA_ARGS__; }, sqlstate, __LINE__)

using pqxx::connection;
using pqxx::work;

void schema(connection& c) {
  work t(c);
  t.exec(
      "create table part (id serial primary key, name text not null unique, stock int not null default 0 check (stock "
      ">= 0),"
      " price numeric(10,2), weight double precision, drawing bytea, kinds text[])");
  t.exec(
      "create table movement (part int not null references part, change int not null, at timestamptz default now())");
  t.commit();
  EQUAL(c.protocol_version(), 3);
  EQUAL(c.server_version() / 10000, 15);
  EQUAL(c.get_variable("application_name"), std::string("warehouse"));
}

void parameters(connection& c) {
  c.prepare("add", "insert into part (name, stock, price, weight, drawing) values ($1, $2, $3, $4, $5) returning id");
  work t(c);
  std::string bytes("a\0b\xff", 4);
  pqxx::row row = t.exec_prepared1("add", "it's \"ä\" \\", 5, "12.30", 0.1, pqxx::binarystring(bytes));
  EQUAL(row[0].as<int>(), 1);
  row = t.exec_params1("select name, stock, price, weight, drawing, kinds from part where id = $1 and name <> $2", 1,
                       "other");
  EQUAL(row["name"].as<std::string>(), std::string("it's \"ä\" \\"));
  EQUAL(row["stock"].as<long>(), 5L);
  EQUAL(row["price"].as<std::string>(), std::string("12.30"));
  EQUAL(row["weight"].as<double>(), 0.1);
  EQUAL(pqxx::binarystring(row["drawing"]).str(), bytes);
  EQUAL(row["kinds"].is_null(), true);
  EQUAL(row.column_type("price"), 1700u);
  EQUAL(row.column_number("weight"), 3);
  EQUAL(row["stock"].table_column(), 2);
  EQUAL(t.exec("select oid from pg_class where relname = 'part'")[0][0].as<unsigned>(), row["stock"].table());
  t.exec("update part set kinds = " + t.quote("{small,\"two words\",NULL}") + " where id = 1");
  auto field = t.exec1("select kinds from part where id = 1")[0];
  auto parser = field.as_array();
  std::string found;
  for (auto item = parser.get_next(); item.first != pqxx::array_parser::juncture::done; item = parser.get_next())
    if (item.first == pqxx::array_parser::juncture::string_value) found += item.second + ";";
  EQUAL(found, std::string("small;two words;"));
  t.commit();
}

void errors(connection& c) {
  work outer(c);
  outer.exec("insert into part (name) values ('kept')");
  {
    pqxx::subtransaction inner(outer, "inner");
    FAILS(pqxx::unique_violation, "23505", inner.exec("insert into part (name) values ('kept')"));
  }
  outer.commit();
  FAILS(pqxx::not_null_violation, "23502", work(c).exec("insert into part (name) values (null)"));
  FAILS(pqxx::check_violation, "23514", work(c).exec("insert into part (name, stock) values ('x', -1)"));
  FAILS(pqxx::foreign_key_violation, "23503", work(c).exec("insert into movement values (999, 1)"));
  FAILS(pqxx::syntax_error, "42601", work(c).exec("selec 1"));
  FAILS(pqxx::undefined_table, "42P01", work(c).exec("select * from nothing"));
  FAILS(pqxx::undefined_column, "42703", work(c).exec("select nothing from part"));
  FAILS(pqxx::undefined_function, "42883", work(c).exec("select nothing(1)"));
  FAILS(pqxx::data_exception, "22012", work(c).exec("select 1 / 0"));
  FAILS(pqxx::data_exception, "22P02", work(c).exec("select 'x'::int"));
  pqxx::nontransaction n(c);
  EQUAL(n.exec1("select count(*) from part")[0].as<int>(), 2);
}

void streams(connection& c) {
  {
    work t(c);
    pqxx::stream_to out(t, "part", std::vector<std::string>{"name", "stock", "price"});
    for (int i = 0; i < 5000; ++i) out << std::make_tuple("streamed " + std::to_string(i), i, i / 4.0);
    out.complete();
    t.commit();
  }
  work t(c);
  EQUAL(t.exec1("select count(*) from part where name like 'streamed%'")[0].as<int>(), 5000);
  pqxx::stream_from in(t, "part", std::vector<std::string>{"name", "stock"});
  std::tuple<std::string, int> row;
  long sum = 0;
  while (in >> row) sum += std::get<1>(row);
  in.complete();
  EQUAL(sum, 5000L * 4999 / 2 + 5);
  t.commit();
}

void cursors(connection& c) {
  work t(c);
  pqxx::stateless_cursor<pqxx::cursor_base::read_only, pqxx::cursor_base::owned> cursor(
      t, "select i, i * i from generate_series(1, 1000) i", "numbers", false);
  EQUAL(cursor.size(), 1000u);
  EQUAL(cursor.retrieve(10, 13).at(2)[1].as<int>(), 169);
  EQUAL(cursor.retrieve(13, 10).at(0)[0].as<int>(), 14);
  pqxx::icursorstream stream(t, "select i from generate_series(1, 250) i", "stream", 100);
  pqxx::result part;
  std::string sizes;
  while (stream >> part) sizes += std::to_string(part.size()) + " ";
  EQUAL(sizes, std::string("100 100 50 "));
  t.commit();
}

void pipelines(connection& c) {
  work t(c);
  pqxx::pipeline p(t);
  std::vector<pqxx::pipeline::query_id> queries;
  for (int i = 0; i < 50; ++i) queries.push_back(p.insert("select " + std::to_string(i) + " * 2"));
  for (int i = 49; i >= 0; --i) EQUAL(p.retrieve(queries[static_cast<size_t>(i)])[0][0].as<int>(), i * 2);
  p.complete();
}

void transactors(const std::string& where) {
  std::vector<std::thread> threads;
  std::vector<std::string> problems(6);
  for (size_t k = 0; k < problems.size(); ++k)
    threads.emplace_back([&, k] {
      try {
        connection c(where);
        for (int i = 0; i < 40; ++i)
          pqxx::perform(
              [&] {
                pqxx::transaction<pqxx::isolation_level::repeatable_read> t(c);
                t.exec_params0("update part set stock = stock + 1 where id = $1", 1 + i % 2);
                t.exec_params0("insert into movement (part, change) values ($1, 1)", 1 + i % 2);
                t.commit();
              },
              200);
      } catch (const std::exception& error) {
        problems[k] = error.what();
      }
    });
  for (auto& thread : threads) thread.join();
  for (auto& problem : problems) EQUAL(problem, std::string());
  connection c(where);
  work t(c);
  EQUAL(t.exec1("select sum(change) from movement")[0].as<int>(), 240);
  EQUAL(t.exec1("select sum(stock) from part where id < 3")[0].as<int>(), 245);
}

class Receiver : public pqxx::notification_receiver {
 public:
  explicit Receiver(connection& c) : pqxx::notification_receiver(c, "moved") {}
  void operator()(const std::string& payload, int pid) override { got = payload + (pid > 0 ? "" : " without pid"); }
  std::string got;
};

void notifications(connection& c) {
  Receiver receiver(c);
  work t(c);
  t.exec("notify moved, 'part 1'");
  t.commit();
  c.await_notification(5, 0);
  EQUAL(receiver.got, std::string("part 1"));
}

void cancelling(connection& c) {
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    c.cancel_query();
  });
  try {
    FAILS(pqxx::sql_error, "57014", work(c).exec("select pg_sleep(10)"));
  } catch (...) {
    canceller.join();
    throw;
  }
  canceller.join();
}

}  // namespace

int main(int, char** arguments) {
  std::string where = std::string("host=") + arguments[1] + " port=" + arguments[2] + " user=" + arguments[3] +
                      " dbname=" + arguments[4] + " application_name=warehouse";
  connection c(where);
  const std::vector<std::pair<std::string, std::function<void()>>> checks{{"schema", [&] { schema(c); }},
                                                                          {"parameters", [&] { parameters(c); }},
                                                                          {"errors", [&] { errors(c); }},
                                                                          {"streams", [&] { streams(c); }},
                                                                          {"cursors", [&] { cursors(c); }},
                                                                          {"pipelines", [&] { pipelines(c); }},
                                                                          {"transactors", [&] { transactors(where); }},
                                                                          {"notifications", [&] { notifications(c); }},
                                                                          {"cancelling", [&] { cancelling(c); }}};
  size_t failed = 0;
  for (const auto& [name, check] : checks) {
    try {
      check();
    } catch (const std::exception& error) {
      ++failed;
      std::cout << name << ": " << error.what() << std::endl;
    }
  }
  std::cout << checks.size() - failed << " of " << checks.size() << " checks passed" << std::endl;
  return failed ? 1 : 0;
}
