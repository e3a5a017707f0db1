// Hashes of keys: equal keys have equal hashes, different ones hardly ever share a slot.
#include "executor/key_table.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "../types/text_context.hpp"

using namespace basalt;
using common::PhysicalType;
using common::Vector;

namespace {

constexpr uint32_t kRows = 1000;

Vector numbers(int32_t step) {
  Vector v(PhysicalType::kInt32, kRows);
  for (uint32_t i = 0; i < kRows; ++i) v.data<int32_t>()[i] = static_cast<int32_t>(i) * step;
  return v;
}

// How many slots of a table for kRows entries the hashes reach, by their upper and by their lower bits.
size_t slots_used(const std::vector<uint64_t>& hashes, int shift) {
  std::set<uint64_t> slots;
  for (uint64_t hash : hashes) slots.insert(hash >> shift & 2047);
  return slots.size();
}

}  // namespace

TEST_CASE("hashes of one and of several key columns spread over the table") {
  types::test::TextContext context;
  types::TypeOperationsPointer integer = types::type_operations(context, types::oid::kInt4, {});
  for (size_t columns : {1u, 2u, 3u}) {
    executor::KeyTable table(std::vector<types::TypeOperationsPointer>(columns, integer));
    for (int32_t step : {1, 2, 64, 65536}) {
      // Every column but the last is the same in all rows.
      std::vector<Vector> keys(columns - 1, Vector::constant(PhysicalType::kInt32, common::Value::of(int32_t{7})));
      keys.push_back(numbers(step));
      std::vector<uint64_t> hashes;
      table.hash(keys, kRows, hashes);
      // 1000 balls into 2048 slots hit 790 of them on average.
      CHECK(slots_used(hashes, 53) > 700);
      CHECK(slots_used(hashes, 0) > 700);
      std::reverse(keys.begin(), keys.end());
      table.hash(keys, kRows, hashes);
      CHECK(slots_used(hashes, 53) > 700);
    }
  }
}
