#include "executor/table_sample.hpp"

#include <bit>
#include <cmath>
#include <random>

#include "common/sqlstate.hpp"

namespace basalt::executor {

namespace {

constexpr uint32_t kSystemMethod = 3314;  // the function system(internal)
constexpr uint64_t kBlockRows = 128;      // neighbours that SYSTEM takes or leaves together

// Bits of `x` spread over the whole word (the finaliser of SplitMix64).
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

TableSample::TableSample(ExecutionContext& context, const planner::PhysicalTableScan& node)
    : by_block_(node.sample_method.value == kSystemMethod) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  percent_ = compiler.compile(*node.sample_arguments.at(0));
  if (node.sample_repeatable) repeatable_ = compiler.compile(*node.sample_repeatable);
}

void TableSample::start(ExecutionContext& context) {
  namespace sqlstate = common::sqlstate;
  Value percent = query::evaluate_constant(*percent_, context.evaluation);
  if (percent.is_null())
    throw common::SqlError(sqlstate::kInvalidTablesampleArgument, "TABLESAMPLE parameter cannot be null");
  const float share = percent.as<float>();
  if (repeatable_) {
    Value value = query::evaluate_constant(*repeatable_, context.evaluation);
    if (value.is_null())
      throw common::SqlError(sqlstate::kInvalidTablesampleRepeat, "TABLESAMPLE REPEATABLE parameter cannot be null");
    seed_ = mix(std::bit_cast<uint64_t>(value.as<double>()));
  } else {
    seed_ = std::random_device{}();
  }
  if (!(share >= 0 && share <= 100))
    throw common::SqlError(sqlstate::kInvalidTablesampleArgument, "sample percentage must be between 0 and 100");
  limit_ = static_cast<uint64_t>(std::llround(share / 100.0 * 4294967296.0));
}

bool TableSample::contains(uint64_t row_id) const {
  return (mix((by_block_ ? row_id / kBlockRows : row_id) + seed_) >> 32) < limit_;
}

void TableSample::apply(Chunk& raw) const {
  auto ids = raw.columns.back().view<int64_t>();
  auto kept = std::make_shared<common::Selection>();
  for (uint32_t row = 0; row < raw.rows; ++row)
    if (contains(static_cast<uint64_t>(ids[row]))) kept->push_back(row);
  if (kept->size() < raw.rows) raw.slice(kept);
}

}  // namespace basalt::executor
