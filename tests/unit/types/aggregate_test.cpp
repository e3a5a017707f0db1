// Aggregates: results recorded from PostgreSQL 15, and states that are merged or serialised half-way.
#include <catch2/catch.hpp>
#include <memory>

#include "text_context.hpp"
#include "types/families.hpp"
#include "types/number/numeric.hpp"

using namespace basalt::types;
namespace common = basalt::common;
using basalt::types::test::TextContext;
using common::PhysicalType;

namespace {

// Runs the aggregate over the values, cut into two states that are combined, the first one through its serial form.
Value run(const char* signature, PhysicalType type, const std::vector<Value>& values, PhysicalType result_type) {
  register_types();
  AggregateMaker maker = FunctionRegistry::instance().aggregate(signature);
  REQUIRE(maker);
  TextContext context;
  FunctionCall call;
  call.context = &context;
  AggregateCode code = maker(call);
  auto memory = [&] { return std::make_unique<int64_t[]>(code.state_bytes / 8 + 1); };
  auto first = memory(), second = memory(), copy = memory();
  char* states[] = {reinterpret_cast<char*>(first.get()), reinterpret_cast<char*>(second.get())};
  char* copied = reinterpret_cast<char*>(copy.get());
  code.initialize(call, states[0]);
  code.initialize(call, states[1]);
  for (size_t i = 0; i < values.size(); ++i) {
    std::vector<Vector> arguments = {Vector::constant(type, values[i])};
    char* state = states[i % 2];
    code.update(call, arguments, 1, &state);
  }
  char* total = states[0];
  if (code.serialize) {
    std::string bytes;
    code.serialize(states[0], bytes);
    code.initialize(call, copied);
    code.deserialize(call, copied, bytes);
    total = copied;
  }
  if (code.combine) code.combine(call, total, states[1]);
  Vector result(result_type, 1);
  code.finalize(call, &total, 1, result);
  REQUIRE(!call.failed());
  Value value = result.value(0);
  if (code.destroy) {
    if (total == copied) code.destroy(copied);
    code.destroy(states[0]);
    code.destroy(states[1]);
  }
  return value;
}

std::vector<Value> numerics(std::initializer_list<const char*> texts) {
  std::vector<Value> values;
  for (const char* text : texts) values.push_back(Value::of(numeric::parse(text)));
  return values;
}
std::vector<Value> integers(std::initializer_list<int32_t> list) {
  std::vector<Value> values;
  for (int32_t v : list) values.push_back(Value::of(v));
  return values;
}
std::string text_of(const Value& value) { return numeric::to_string(value.string()); }

}  // namespace

TEST_CASE("sums and averages") {
  CHECK(run("sum(int4)", PhysicalType::kInt32, integers({1, 2, 4}), PhysicalType::kInt64).as<int64_t>() == 7);
  CHECK(run("sum(int4)", PhysicalType::kInt32, {Value::null(), Value::null()}, PhysicalType::kInt64).is_null());
  CHECK(text_of(run("avg(int4)", PhysicalType::kInt32, integers({1, 2, 2}), PhysicalType::kString)) ==
        "1.6666666666666667");
  CHECK(text_of(run("sum(numeric)", PhysicalType::kString, numerics({"1.5", "2.25", "1e20"}), PhysicalType::kString)) ==
        "100000000000000000003.75");
  CHECK(text_of(run("avg(numeric)", PhysicalType::kString, numerics({"1.0", "2.00"}), PhysicalType::kString)) ==
        "1.5000000000000000");
  CHECK(text_of(run("sum(numeric)", PhysicalType::kString, numerics({"1", "NaN"}), PhysicalType::kString)) == "NaN");
}

TEST_CASE("statistics") {
  CHECK(text_of(run("variance(int4)", PhysicalType::kInt32, integers({1, 2, 4}), PhysicalType::kString)) ==
        "2.3333333333333333");
  CHECK(text_of(run("stddev(int4)", PhysicalType::kInt32, integers({1, 2, 4}), PhysicalType::kString)) ==
        "1.5275252316519467");
  CHECK(run("variance(int4)", PhysicalType::kInt32, integers({1}), PhysicalType::kString).is_null());
}

TEST_CASE("extremes") {
  CHECK(run("max(int4)", PhysicalType::kInt32, integers({3, 9, -2}), PhysicalType::kInt32).as<int32_t>() == 9);
  CHECK(run("min(int4)", PhysicalType::kInt32, integers({3, 9, -2}), PhysicalType::kInt32).as<int32_t>() == -2);
  CHECK(text_of(run("max(numeric)", PhysicalType::kString, numerics({"1.5", "NaN", "2"}), PhysicalType::kString)) ==
        "NaN");
}
