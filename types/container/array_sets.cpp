// Set functions over arrays: unnest, generate_subscripts.
#include "types/container/array.hpp"
#include "types/container/detail.hpp"
#include "types/result_row.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

using common::PhysicalType;

namespace {

class Unnest : public RowSetFunction {
 public:
  Unnest(PhysicalType column, Value array) : RowSetFunction({column}), array_(std::move(array)) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (array_.is_null()) return false;
    if (!view_) view_.emplace(array_.string());
    if (at_ >= view_->size()) return false;
    uint32_t i = at_++;
    if (view_->is_null(i))
      out.columns[0].set_null(row);
    else
      out.columns[0].set_value(row, view_->value(i));
    return true;
  }

 private:
  Value array_;
  std::optional<ArrayView> view_;
  uint32_t at_ = 0;
};

// Elements of a composite type, or records.
class UnnestRecords final : public Unnest, public RowsAreRecords {
 public:
  using Unnest::Unnest;
};

std::unique_ptr<SetFunction> make_unnest(FunctionCall& call, std::span<const Value> arguments) {
  TypePointer type = call.context->type(call.result_type);
  TypePointer base = type;
  while (base->kind == 'd') base = call.context->type(base->base);
  if (base->kind != 'c' && base->oid != oid::kRecord) return std::make_unique<Unnest>(type->physical, arguments[0]);
  return std::make_unique<UnnestRecords>(type->physical, arguments[0]);
}

class Subscripts final : public RowSetFunction {
 public:
  Subscripts(int64_t first, int64_t last, bool reverse)
      : RowSetFunction({PhysicalType::kInt32}), first_(first), last_(last), reverse_(reverse) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (first_ > last_) return false;
    out.columns[0].data<int32_t>()[row] = static_cast<int32_t>(reverse_ ? last_-- : first_++);
    return true;
  }

 private:
  int64_t first_, last_;
  bool reverse_;
};

std::unique_ptr<SetFunction> make_subscripts(FunctionCall&, std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (argument.is_null()) return std::make_unique<Subscripts>(1, 0, false);
  }
  ArrayView view(arguments[0].string());
  int32_t dimension = arguments[1].as<int32_t>();
  if (dimension < 1 || dimension > view.dimensions()) return std::make_unique<Subscripts>(1, 0, false);
  ArrayDimension dim = view.dimension(dimension - 1);
  return std::make_unique<Subscripts>(dim.lower, dim.upper(), arguments.size() > 2 && arguments[2].as<bool>());
}

}  // namespace

void register_array_sets(FunctionRegistry& registry) {
  registry.add_set("array_unnest", make_unnest);
  registry.add_set("generate_subscripts", make_subscripts);
  registry.add_set("generate_subscripts_nodir", make_subscripts);
}

}  // namespace basalt::types::container
