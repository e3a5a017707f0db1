// inet, cidr and macaddr; expectations were recorded from PostgreSQL 15.
#include <catch2/catch.hpp>
#include <iterator>

#include "common/sql_error.hpp"
#include "types/text/network.hpp"

namespace basalt::types::network {

namespace {

std::string inet(const char* text) { return format(parse(text, Kind::kInet), Kind::kInet); }
std::string cidr(const char* text) { return format(parse(text, Kind::kCidr), Kind::kCidr); }

std::string key(const char* text) {
  std::string out;
  append_key(parse(text, Kind::kInet), out);
  return out;
}

}  // namespace

TEST_CASE("addresses are read and written") {
  CHECK(inet("1.2.3.4/24") == "1.2.3.4/24");
  CHECK(inet("1.2.3.4/32") == "1.2.3.4");
  CHECK(inet("1:0:0:2:0:0:0:3") == "1:0:0:2::3");
  CHECK(inet("::ffff:1.2.3.4/100") == "::ffff:1.2.3.4/100");
  CHECK(cidr("10") == "10.0.0.0/8");
  CHECK(cidr("192.168.1/24") == "192.168.1.0/24");
  CHECK_THROWS_AS(inet("1.2.3"), common::SqlError);
  CHECK_THROWS_AS(inet("1::2::3"), common::SqlError);
  CHECK_THROWS_AS(cidr("1.2.3.4/24"), common::SqlError);
  CHECK(abbreviate_cidr(parse("10.1.0.0/16", Kind::kCidr)) == "10.1/16");
  CHECK(abbreviate_cidr(parse("::ffff:1.2.3.0/120", Kind::kCidr)) == "::ffff:1.2.3/120");
}

TEST_CASE("keys have the order of the addresses") {
  const char* sorted[] = {"1.2.3.0/8", "1.2.3.4/8", "1.2.3.0/24", "1.2.3.4/24",
                          "1.2.3.0",   "1.2.3.4",   "9.0.0.0/8",  "::1"};
  for (size_t i = 0; i < std::size(sorted); ++i) {
    for (size_t j = 0; j < std::size(sorted); ++j) {
      int order = compare(parse(sorted[i], Kind::kInet), parse(sorted[j], Kind::kInet));
      int by_key = key(sorted[i]).compare(key(sorted[j]));
      CHECK((order < 0) == (i < j));
      CHECK((order == 0) == (i == j));
      CHECK((by_key < 0) == (i < j));
    }
  }
}

}  // namespace basalt::types::network
