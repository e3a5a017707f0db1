// The bytes of arrays, records and ranges, and subscripts.
#include <catch2/catch.hpp>

#include "common/sqlstate.hpp"
#include "recorded_context.hpp"
#include "types/container/array.hpp"
#include "types/container/array_subscript.hpp"
#include "types/container/range.hpp"
#include "types/container/record.hpp"
#include "types/container/record_refresh.hpp"
#include "types/json/edit.hpp"
#include "types/json/jsonb.hpp"
#include "types/type_operations.hpp"

namespace basalt::types::test {

using common::PhysicalType;

namespace {

std::string int_array(RecordedContext& context, const char* text) {
  return std::string(context.input(oid::kInt4Array, text, -1).string());
}
std::string shown(RecordedContext& context, const std::string& array) {
  return context.output(oid::kInt4Array, Value::of(array));
}
template <typename F>
std::string failure(F&& f) {
  try {
    f();
  } catch (const common::SqlError& error) {
    return std::string(error.report().sqlstate.view()) + " " + error.report().message;
  }
  return "none";
}

}  // namespace

TEST_CASE("an array is read as it was built", "[container]") {
  ArrayBuilder builder(oid::kText, PhysicalType::kString);
  builder.append_string("one");
  builder.append_null();
  builder.append_string("");
  builder.append_string(std::string(300, 'x'));
  ArrayDimension shape[2] = {{2, 0}, {2, -5}};
  std::string bytes = builder.finish(shape);
  ArrayView view(bytes);
  CHECK(view.element_type() == oid::kText);
  CHECK(view.size() == 4);
  CHECK(view.dimension(1) == ArrayDimension{2, -5});
  CHECK(view.string(0) == "one");
  CHECK(view.is_null(1));
  CHECK(view.value(1).is_null());
  CHECK(view.string(2).empty());
  CHECK(view.string(3) == std::string(300, 'x'));
  int32_t last[2] = {1, -4};
  CHECK(array_offset(view, last) == 3);
  CHECK(builder.size() == 0);
  CHECK(ArrayView(builder.finish()).dimensions() == 0);
}

TEST_CASE("vectors have one dimension from 0, also when empty", "[container]") {
  ArrayBuilder builder(oid::kOid, PhysicalType::kInt32);
  std::string empty = builder.finish_vector();
  CHECK(ArrayView(empty).dimensions() == 1);
  CHECK(ArrayView(empty).size() == 0);
  builder.append_fixed<uint32_t>(23);
  std::string one = builder.finish_vector();
  CHECK(ArrayView(one).dimension(0) == ArrayDimension{1, 0});
}

TEST_CASE("damaged array bytes are found", "[container]") {
  ArrayBuilder builder(oid::kText, PhysicalType::kString);
  builder.append_string("some text");
  std::string bytes = builder.finish();
  CHECK_THROWS(ArrayView(std::string_view(bytes).substr(0, 4)));
  CHECK_THROWS(ArrayView(std::string_view(bytes).substr(0, 14)));
  CHECK_THROWS(ArrayView(std::string_view(bytes).substr(0, bytes.size() - 1)));
}

TEST_CASE("elements and slices are fetched as PostgreSQL does", "[container]") {
  RecordedContext context;
  std::string matrix = int_array(context, "{{1,2,3},{4,5,6}}");
  int32_t in[2] = {2, 3}, out[2] = {3, 1};
  CHECK(array_element(matrix, in).as<int32_t>() == 6);
  CHECK(array_element(matrix, out).is_null());
  CHECK(array_element(matrix, {in, 1}).is_null());
  SliceBounds two[2] = {{1, 2}, {2, 3}}, open[2] = {{std::nullopt, 1}, {2, std::nullopt}}, none[1] = {{3, 4}};
  CHECK(shown(context, array_slice(matrix, two)) == "{{2,3},{5,6}}");
  CHECK(shown(context, array_slice(matrix, open)) == "{{2,3}}");
  CHECK(shown(context, array_slice(matrix, none)) == "{}");
  CHECK(shown(context, array_slice(matrix, {two, 1})) == "{{1,2,3},{4,5,6}}");
}

TEST_CASE("assignment to subscripts grows one-dimensional arrays", "[container]") {
  RecordedContext context;
  std::string list = int_array(context, "{1,2}");
  auto assign = [&](const std::string& array, std::vector<int32_t> at, int32_t value) {
    return array_with_element(array, at, Value::of(value));
  };
  CHECK(shown(context, assign(list, {2}, 9)) == "{1,9}");
  CHECK(shown(context, assign(list, {4}, 9)) == "{1,2,NULL,9}");
  CHECK(shown(context, assign(list, {-1}, 9)) == "[-1:2]={9,NULL,1,2}");
  CHECK(shown(context, assign(int_array(context, "{}"), {2, 3}, 9)) == "[2:2][3:3]={{9}}");
  CHECK(failure([&] { assign(list, {1, 1}, 9); }) == "2202E wrong number of array subscripts");
  CHECK(failure([&] { assign(int_array(context, "{{1}}"), {2, 1}, 9); }) == "2202E array subscript out of range");
  SliceBounds bounds{2, 4}, backwards{3, 2};
  CHECK(shown(context, array_with_slice(list, {&bounds, 1}, int_array(context, "{7,8,9}"))) == "{1,7,8,9}");
  CHECK(failure([&] {
          array_with_slice(list, {&bounds, 1}, int_array(context, "{7}"));
        }) == "2202E source array too small");
  CHECK(failure([&] {
          array_with_slice(list, {&backwards, 1}, int_array(context, "{7}"));
        }) == "2202E upper bound cannot be less than lower bound");
}

TEST_CASE("a record is read as it was built", "[container]") {
  RecordBuilder builder(oid::kRecord);
  builder.append(oid::kInt4, PhysicalType::kInt32, Value::of<int32_t>(7));
  builder.append(oid::kText, PhysicalType::kString, Value::null(PhysicalType::kString));
  builder.append(oid::kText, PhysicalType::kString, Value::of("abc"));
  std::string names[3] = {"a", "b", "long name"};
  builder.set_names(names);
  std::string bytes = builder.finish();
  RecordView view(bytes);
  CHECK(view.size() == 3);
  CHECK(view.value(0).as<int32_t>() == 7);
  CHECK(view.is_null(1));
  CHECK(view.value(2).string() == "abc");
  CHECK(view.name(2) == "long name");
  CHECK(view.field_type(2) == oid::kText);
  builder.append(oid::kInt4, PhysicalType::kInt32, Value::of<int32_t>(7));
  std::string plain = builder.finish();
  CHECK(RecordView(plain).name(0) == "f1");
}

TEST_CASE("a stored record is read as a row of its type as it is now", "[container]") {
  constexpr Oid kRow{20000}, kRows{20001};
  auto row = std::make_shared<TypeDescriptor>();
  row->oid = kRow;
  row->kind = 'c';
  row->attributes = {{"a", oid::kInt4, -1, Oid{}, false}, {"b", oid::kText, -1, Oid{}, false}};
  auto rows = std::make_shared<TypeDescriptor>();
  rows->oid = kRows;
  rows->element = kRow;
  rows->subscript = Oid{6179};
  RecordedContext context;
  auto lookup = [&](Oid type) -> TypePointer {
    return type == kRow ? TypePointer(row) : type == kRows ? TypePointer(rows) : context.type(type);
  };
  RecordBuilder builder(kRow);
  builder.append(oid::kInt4, PhysicalType::kInt32, Value::of<int32_t>(7));
  builder.append(oid::kText, PhysicalType::kString, Value::of("b"));
  builder.number_fields(*row);
  const std::string stored = builder.finish();
  std::string fresh;
  CHECK_FALSE(record_refresher(kRow, lookup)->refresh(stored, fresh));
  CHECK(record_refresher(oid::kText, lookup) == nullptr);

  row->attributes[0].dropped = true;
  row->attributes.push_back({"c", oid::kInt4, -1, Oid{}, false});
  REQUIRE(record_refresher(kRow, lookup)->refresh(stored, fresh));
  RecordView now(fresh);
  REQUIRE(now.size() == 2);
  CHECK(now.value(0).string() == "b");
  CHECK(now.attribute(0) == 2);
  CHECK(now.is_null(1));
  CHECK(now.attribute(1) == 3);
  std::string again;
  CHECK_FALSE(record_refresher(kRow, lookup)->refresh(fresh, again));

  ArrayBuilder array(kRow, PhysicalType::kString);
  array.append_string(stored);
  array.append_null();
  array.append_string(fresh);
  std::string list;
  REQUIRE(record_refresher(kRows, lookup)->refresh(array.finish(), list));
  ArrayView view(list);
  CHECK(view.size() == 3);
  CHECK(view.string(0) == fresh);
  CHECK(view.is_null(1));
  CHECK(view.string(2) == fresh);
}

TEST_CASE("key parts order NULLs and directions", "[operations]") {
  RecordedContext context;
  TypeOperationsPointer text = type_operations(context, oid::kText, Oid{100});
  auto part = [&](const Value& value, bool descending, bool nulls_first) {
    std::string out;
    append_key_part({text, descending, nulls_first}, Vector::constant(PhysicalType::kString, value), 0, out);
    return out;
  };
  Value null = Value::null(PhysicalType::kString), a = Value::of("a"), b = Value::of("b");
  CHECK(part(a, false, false) < part(b, false, false));
  CHECK(part(b, false, false) < part(null, false, false));
  CHECK(part(null, false, true) < part(a, false, true));
  CHECK(part(b, true, true) < part(a, true, true));
  CHECK(part(null, true, true) < part(b, true, true));
  CHECK(part(a, true, false) < part(null, true, false));
  // A prefix is not confused with what follows it.
  CHECK(part(Value::of("a"), true, false) > part(Value::of("ab"), true, false));
}

TEST_CASE("every hash can be set to 0", "[operations]") {
  RecordedContext context;
  uint64_t hash = 5;
  set_zero_hashes(true);
  type_operations(context, oid::kInt4, {})
      ->hash(Vector::constant(PhysicalType::kInt32, Value::of<int32_t>(3)), 1, &hash);
  set_zero_hashes(false);
  CHECK(hash == 0);
}

TEST_CASE("types without order are refused", "[operations]") {
  RecordedContext context;
  CHECK(failure([&] { type_operations(context, oid::kJson, {}); }) ==
        "42883 could not identify a comparison function for type json");
}

TEST_CASE("assignment to jsonb subscripts makes what is missing", "[json]") {
  auto assign = [](const char* value, std::vector<std::optional<std::string>> path) {
    std::string bytes = json::parse_jsonb(value), nine = json::parse_jsonb("9");
    std::string out = json::edit_path(json::View(bytes), path, json::View(nine), json::PathEdit::kAssign);
    return json::to_text(json::View(out));
  };
  CHECK(assign("{}", {"a"}) == R"({"a": 9})");
  CHECK(assign("{}", {"a", "b"}) == R"({"a": {"b": 9}})");
  CHECK(assign("{}", {"a", "2"}) == R"({"a": [null, null, 9]})");
  CHECK(assign("[1]", {"3"}) == "[1, null, null, 9]");
  CHECK(assign("[1]", {"-1"}) == "[9]");
}

}  // namespace basalt::types::test
