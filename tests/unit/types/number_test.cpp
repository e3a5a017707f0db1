// Numbers: results recorded from PostgreSQL 15.
#include <catch2/catch.hpp>

#include "common/sql_error.hpp"
#include "types/hash_bytes.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/numeric.hpp"
#include "types/number/numeric_fast.hpp"

using namespace basalt::types;
namespace num = basalt::types::numeric;
using basalt::common::SqlError;

namespace {

using Binary = std::string (*)(std::string_view, std::string_view);
std::string apply(Binary f, const char* a, const char* b) { return num::to_string(f(num::parse(a), num::parse(b))); }

template <typename F>
std::string error_of(F f) {
  try {
    f();
  } catch (const SqlError& e) {
    return std::string(e.report().sqlstate.view()) + " " + e.report().message +
           (e.report().detail.empty() ? "" : " | " + e.report().detail);
  }
  return "no error";
}

}  // namespace

TEST_CASE("numeric text keeps the display scale") {
  for (const char* text :
       {"0", "0.00", "1.50", "-0.001", "12345678901234567890.123456789", "NaN", "Infinity", "-Infinity",
        "99999999999999999999999999999999999999.9", "9223372036854775807", "-9223372036854775808"}) {
    CHECK(num::to_string(num::parse(text)) == text);
  }
  CHECK(num::to_string(num::parse(" 1.5e3 ")) == "1500");
  CHECK(num::to_string(num::parse("1.5e-3")) == "0.0015");
  CHECK(num::to_string(num::parse("-.5")) == "-0.5");
  CHECK(num::to_string(num::parse("1e131071")).size() == 131072);
}

TEST_CASE("numeric has one encoding for a value and scale") {
  CHECK(num::parse("1.50").size() == num::kInlineBytes);
  CHECK(num::parse("1.5") != num::parse("1.50"));
  CHECK(num::subtract(num::parse("1e30"), num::parse("999999999999999999999999999990")) == num::parse("10"));
  CHECK(num::parse("9223372036854775807").size() == num::kInlineBytes);
  CHECK(num::parse("9223372036854775808").size() != num::kInlineBytes);
}

TEST_CASE("numeric arithmetic has PostgreSQL's scales") {
  Binary add = num::add, subtract = num::subtract, multiply = num::multiply, divide = num::divide, modulo = num::modulo;
  CHECK(apply(add, "1.5", "2.25") == "3.75");
  CHECK(apply(subtract, "1", "0.001") == "0.999");
  CHECK(apply(multiply, "1.50", "2.0") == "3.000");
  CHECK(apply(divide, "1", "3") == "0.33333333333333333333");
  CHECK(apply(divide, "10", "4") == "2.5000000000000000");
  CHECK(apply(divide, "1e20", "7") == "14285714285714285714");
  CHECK(apply(modulo, "-7.5", "2") == "-1.5");
  CHECK(apply(add, "9223372036854775807", "1") == "9223372036854775808");
  CHECK(apply(multiply, "99999999999999999999", "99999999999999999999") == "9999999999999999999800000000000000000001");
  CHECK(apply(add, "Infinity", "-Infinity") == "NaN");
  CHECK(num::to_string(num::square_root(num::parse("2"))) == "1.414213562373095");
  CHECK(num::to_string(num::encode(num::exp_of(num::decode(num::parse("1.0"))))) == "2.7182818284590452");
  CHECK(num::to_string(num::encode(num::ln_of(num::decode(num::parse("2.0"))))) == "0.6931471805599453");
  CHECK(num::to_string(num::round(num::parse("155.55"), -2)) == "200");
}

TEST_CASE("numeric errors") {
  CHECK(error_of([] { num::parse("abc"); }) == "22P02 invalid input syntax for type numeric: \"abc\"");
  CHECK(error_of([] { num::parse("1e131072"); }) == "22003 value overflows numeric format");
  CHECK(error_of([] { num::divide(num::parse("1"), num::parse("0")); }) == "22012 division by zero");
  CHECK(error_of([] {
          num::parse("1000", num::make_typmod({5, 2}));
        }) ==
        "22003 numeric field overflow | A field with precision 5, scale 2 must round to an absolute value less than "
        "10^3.");
  CHECK(num::to_string(num::parse("12345", num::make_typmod({3, -2}))) == "12300");
  CHECK(error_of([] { num::to_int32(num::parse("2147483647.5")); }) == "22003 integer out of range");
}

TEST_CASE("numeric order, hash and key agree") {
  const char* ascending[] = {"-Infinity", "-1e30", "-12.5", "-12.49", "-0.1", "0",        "0.001",
                             "1",         "1.5",   "12",    "100",    "1e30", "Infinity", "NaN"};
  std::string before;
  for (size_t i = 0; i < std::size(ascending); ++i) {
    std::string key;
    num::append_key(num::parse(ascending[i]), key);
    if (i > 0) {
      CHECK(before < key);
      CHECK(num::compare(std::string_view(num::parse(ascending[i - 1])), std::string_view(num::parse(ascending[i]))) <
            0);
    }
    before = key;
  }
  CHECK(num::hash(num::parse("1.0")) == num::hash(num::parse("1.000")));
  CHECK(num::hash(num::parse("12345678901")) == num::hash(num::parse("12345678901.0000000000")));
  CHECK(static_cast<int32_t>(num::hash_numeric(num::parse("1.5"))) == 692967894);
  CHECK(static_cast<int64_t>(num::hash_numeric_extended(num::parse("1.50"), 5)) == -1161864878819361451);
}

TEST_CASE("numeric binary format") {
  for (const char* text : {"0", "1.50", "-12345678.000901", "1e30", "NaN", "-Infinity"}) {
    std::string value = num::parse(text);
    CHECK(num::receive(num::send(value), -1) == value);
  }
}

TEST_CASE("integers and floats") {
  CHECK(parse_int32(" -2147483648 ") == INT32_MIN);
  CHECK(error_of([] { parse_int32("abc"); }) == "22P02 invalid input syntax for type integer: \"abc\"");
  CHECK(error_of([] { parse_int16("32768"); }) == "22003 value \"32768\" is out of range for type smallint");
  CHECK(format_float64(0.1) == "0.1");
  CHECK(format_float64(1e15) == "1e+15");
  CHECK(format_float64(123456789012345) == "123456789012345");
  CHECK(format_float64(5.0618460527120576e+16) == "5.0618460527120576e+16");
  CHECK(format_float32(1234567.0F) == "1.234567e+06");
  CHECK(format_float64(0.1, 0) == "0.1");
  CHECK(error_of([] { parse_float64("1e400"); }) == "22003 \"1e400\" is out of range for type double precision");
  CHECK(static_cast<int32_t>(hash_uint32(42)) == 1509752520);
  CHECK(static_cast<int32_t>(hash_int64(-5)) == 1412886042);
  CHECK(static_cast<int32_t>(hash_bytes("hello world!")) == 1400155871);
}
