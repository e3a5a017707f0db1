// Text functions; expectations were recorded from PostgreSQL 15.
#include <catch2/catch.hpp>

#include "text_context.hpp"
#include "types/families.hpp"
#include "types/text/collation.hpp"
#include "types/text/like.hpp"
#include "types/text/quote.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

using common::PhysicalType;
using common::SqlError;
using common::Value;
using test::Argument;

Argument text(const char* s) { return {oid::kText, s ? Value::of(std::string(s)) : Value()}; }
Argument number(int32_t n) { return {oid::kInt4, Value::of(n)}; }

std::string call(const char* symbol, const std::vector<Argument>& arguments) {
  register_types();
  test::TextContext context;
  try {
    Value value = test::call_function(context, symbol, arguments, PhysicalType::kString);
    return value.is_null() ? "NULL" : std::string(value.string());
  } catch (const SqlError& error) {
    return std::string(error.report().sqlstate.view()) + " " + error.report().message;
  }
}

template <typename T>
T call_as(const char* symbol, const std::vector<Argument>& arguments, common::Oid collation = common::Oid{100}) {
  register_types();
  test::TextContext context;
  return test::call_function(context, symbol, arguments, common::PhysicalTypeOf<T>::value, collation).template as<T>();
}

}  // namespace

TEST_CASE("UTF-8 is validated") {
  CHECK(utf8::find_invalid("plain text, long enough for words") == std::string_view::npos);
  CHECK(utf8::find_invalid("été 日本 😀") == std::string_view::npos);
  CHECK(utf8::find_invalid(std::string_view("abc\0defghijk", 12)) == 3);
  CHECK(utf8::find_invalid("abcdefgh\xc0\x80") == 8);  // overlong
  CHECK(utf8::find_invalid("\xed\xa0\x80") == 0);      // surrogate
  CHECK(utf8::find_invalid("\xf4\x90\x80\x80") == 0);  // beyond U+10FFFF
  CHECK(utf8::find_invalid("ab\xe2\x82") == 2);        // truncated
  try {
    utf8::validate("\xe2\x82");
    FAIL("accepted");
  } catch (const SqlError& error) {
    CHECK(error.report().message == "invalid byte sequence for encoding \"UTF8\": 0xe2 0x82");
    CHECK(error.report().sqlstate.view() == "22021");
  }
}

TEST_CASE("text functions cut by characters") {
  CHECK(call("text_substr", {text("日本語です"), number(2), number(2)}) == "本語");
  CHECK(call("text_substr", {text("abc"), number(-1), number(3)}) == "a");
  CHECK(call("text_substr", {text("abc"), number(2), number(-1)}) == "22011 negative substring length not allowed");
  CHECK(call("text_left", {text("été"), number(-1)}) == "ét");
  CHECK(call("text_right", {text("été"), number(-1)}) == "té");
  CHECK(call("lpad", {text("é"), number(4), text("xy")}) == "xyxé");
  CHECK(call("split_part", {text("a,b,c"), text(","), number(-1)}) == "c");
  CHECK(call("initcap", {text("hello wOrld-foo_bar1x é")}) == "Hello World-Foo_Bar1x É");
  CHECK(call("chr", {number(0x1f600)}) == "😀");
  CHECK(call("chr", {number(0)}) == "54000 null character not permitted");
  CHECK(call("text_reverse", {text("aé😀")}) == "😀éa");
  CHECK(call("translate", {text("12345"), text("143"), text("ax")}) == "a2x5");
}

TEST_CASE("varchar and char obey their length") {
  Argument plain{oid::kBool, Value::of(false)}, forced{oid::kBool, Value::of(true)};
  CHECK(call("varchar", {text("abcd"), number(7), plain}) == "22001 value too long for type character varying(3)");
  CHECK(call("varchar", {text("abc  "), number(7), plain}) == "abc");
  CHECK(call("varchar", {text("abcd"), number(7), forced}) == "abc");
  CHECK(call("bpchar", {text("a"), number(7), plain}) == "a  ");
  CHECK(call("bpchar", {text("abcd"), number(7), plain}) == "22001 value too long for type character(3)");
  CHECK(call_as<bool>("bpchareq",
                      {{oid::kBpchar, Value::of(std::string("a"))}, {oid::kBpchar, Value::of(std::string("a   "))}}));
}

TEST_CASE("hashes equal PostgreSQL's") {
  CHECK(call_as<int32_t>("hashtext", {text("abc")}) == -785388649);
  CHECK(call_as<int32_t>("hashtext", {text("")}) == -1477818771);
  CHECK(call_as<int64_t>("hashtextextended", {text("PostgreSQL"), {oid::kInt8, Value::of(int64_t{42})}}) ==
        -1892722290649063160);
}

TEST_CASE("comparison needs a collation and obeys it") {
  CHECK(call_as<bool>("text_lt", {text("B"), text("a")}, common::Oid{950}));
  CHECK_THROWS_AS(call_as<bool>("text_lt", {text("B"), text("a")}, common::Oid{0}), SqlError);
  CollationPointer english = make_icu_collation("en", true);
  CHECK(english->compare("a", "B") < 0);
  CHECK(english->compare("a", "A") < 0);
  std::string a, b;
  english->append_sort_key("a", a);
  english->append_sort_key("B", b);
  CHECK(a < b);
  CHECK(make_icu_collation("und-u-ks-level2", false)->equal("abc", "ABC"));
  CHECK(english->upper("straße") == "STRASSE");
  CHECK(default_collation()->upper("straße") == "STRAßE");
  CHECK(c_collation()->upper("é") == "é");
}

TEST_CASE("LIKE") {
  auto like = [](const char* s, const char* pattern) { return LikePattern(pattern, LikeUnit::kCharacter).matches(s); };
  CHECK(like("abc", "abc"));
  CHECK(like("abc", "a%"));
  CHECK(like("abc", "%c"));
  CHECK(like("abcabd", "%b_d") == false);
  CHECK(like("xaybz", "%a_b%"));
  CHECK(like("😀", "_"));
  CHECK(like("a%c", "a\\%c"));
  CHECK_FALSE(like("abc", "a\\%c"));
  CHECK_FALSE(like("ab", "abc%"));
  CHECK(like("aXbYb", "a%b%b"));
  CHECK_THROWS_AS(like("ab", "a\\"), SqlError);
  CHECK_FALSE(like("x", "a\\"));
  CHECK(std::string(LikePattern("ab\\%c%", LikeUnit::kCharacter).prefix()) == "ab%c");
}

TEST_CASE("quoting") {
  CHECK(quote_identifier("abc_1") == "abc_1");
  CHECK(quote_identifier("select") == "\"select\"");
  CHECK(quote_identifier("A\"b") == "\"A\"\"b\"");
  CHECK(quote_literal("it's") == "'it''s'");
  CHECK(quote_literal("a\\b") == "E'a\\\\b'");
}

TEST_CASE("format") {
  CHECK(call("text_format", {text("%s|%10s|%-4s|%I|%L"), text("a"), text("b"), text("c"), text("D"), text(nullptr)}) ==
        "a|         b|c   |\"D\"|NULL");
  CHECK(call("text_format", {text("%2$s %1$s"), text("a"), number(7)}) == "7 a");
  CHECK(call("text_format", {text("%s")}) == "22023 too few arguments for format()");
  CHECK(call("text_format", {text("%")}) == "22023 unterminated format() type specifier");
  CHECK(call("text_concat_ws", {text(","), text("a"), text(nullptr), number(1)}) == "a,1");
}

TEST_CASE("bytea and digests") {
  Argument bytes{oid::kBytea, Value::of(std::string("\0\xff'\\", 4))};
  CHECK(call("byteaout", {bytes}) == "\\x00ff275c");
  CHECK(call("binary_encode", {bytes, text("escape")}) == "\\000\\377'\\\\");
  CHECK(call("binary_decode", {text("YWJj"), text("base64")}) == "abc");
  CHECK(call("md5_text", {text("abc")}) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(call("byteain", {text("\\xzz")}) == "22023 invalid hexadecimal digit: \"z\"");
}

}  // namespace basalt::types
