// Set functions over arrays: unnest, generate_subscripts.
#include "types/container/array.hpp"
#include "types/container/detail.hpp"
#include "types/container/record.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

using common::PhysicalType;

namespace {

// Elements of a named composite type come as its columns.
class Unnest final : public RowSetFunction {
 public:
  Unnest(std::vector<PhysicalType> columns, Value array, bool composite)
      : RowSetFunction(std::move(columns)), array_(std::move(array)), composite_(composite) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (array_.is_null()) return false;
    if (!view_) view_.emplace(array_.string());
    if (at_ >= view_->size()) return false;
    uint32_t i = at_++;
    if (!composite_) {
      out.columns[0].set_value(row, view_->value(i));
      return true;
    }
    if (view_->is_null(i)) {
      for (Vector& column : out.columns) column.set_null(row);
      return true;
    }
    RecordView record(view_->string(i));
    for (uint32_t c = 0; c < out.columns.size(); ++c) out.columns[c].set_value(row, record.value(c));
    return true;
  }

 private:
  Value array_;
  bool composite_;
  std::optional<ArrayView> view_;
  uint32_t at_ = 0;
};

std::unique_ptr<SetFunction> make_unnest(FunctionCall& call, std::span<const Value> arguments) {
  TypePointer type = call.context->type(call.result_type);
  if (type->kind != 'c') return std::make_unique<Unnest>(std::vector{type->physical}, arguments[0], false);
  std::vector<PhysicalType> columns;
  for (const CompositeAttribute& attribute : type->attributes) {
    if (!attribute.dropped) columns.push_back(call.context->type(attribute.type)->physical);
  }
  return std::make_unique<Unnest>(std::move(columns), arguments[0], true);
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
