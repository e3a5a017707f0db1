// Arrays, rows, fields and subscripts.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/evaluator_nodes.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

std::vector<Vector> evaluate_all(std::span<const EvaluatorPointer> list, EvaluationContext& context, const Chunk& input,
                                 Rows& rows) {
  std::vector<Vector> out;
  for (const auto& e : list) out.push_back(e ? e->evaluate(context, input, rows) : Vector());
  return out;
}

class ArrayEvaluator : public Evaluator {
 public:
  ArrayEvaluator(Oid element, PhysicalType element_physical, bool multidimensional,
                 std::vector<EvaluatorPointer> elements)
      : Evaluator(PhysicalType::kString),
        element_(element),
        element_physical_(element_physical),
        multidimensional_(multidimensional),
        elements_(std::move(elements)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    std::vector<Vector> values = evaluate_all(elements_, context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      return Value::of(multidimensional_ ? nest(values, row) : flat(values, row));
    });
  }

 private:
  std::string flat(const std::vector<Vector>& values, uint32_t row) const {
    types::ArrayBuilder builder(element_, element_physical_);
    for (const Vector& v : values) builder.append(v.value(row));
    return builder.finish();
  }

  // The elements are arrays of equal shape, which becomes the inner dimensions.
  std::string nest(const std::vector<Vector>& values, uint32_t row) const {
    types::ArrayBuilder builder(element_, element_physical_);
    std::vector<types::ArrayDimension> shape;
    int32_t count = 0;
    bool any_empty = false;
    for (const Vector& v : values) {
      if (v.is_null(row)) continue;
      types::ArrayView part(v.view<common::StringRef>()[row].view());
      if (part.dimensions() == 0) {
        any_empty = true;
        continue;
      }
      std::vector<types::ArrayDimension> inner = part.shape();
      if (count == 0) {
        shape = inner;
      } else if (shape != inner) {
        mismatch();
      }
      for (uint32_t i = 0; i < part.size(); ++i) builder.append_from(part, i);
      ++count;
    }
    if (count == 0) return types::empty_array(element_, element_physical_);
    if (any_empty || count != static_cast<int32_t>(values.size())) mismatch();
    if (shape.size() + 1 > types::kArrayDimensionsMax)
      throw SqlError(
          sqlstate::kProgramLimitExceeded,
          "number of array dimensions (" + std::to_string(shape.size() + 1) + ") exceeds the maximum allowed (6)");
    shape.insert(shape.begin(), types::ArrayDimension{count, 1});
    return builder.finish(shape);
  }

  [[noreturn]] static void mismatch() {
    throw SqlError(sqlstate::kArraySubscriptError,
                   "multidimensional arrays must have array expressions with matching dimensions");
  }

  Oid element_;
  PhysicalType element_physical_;
  bool multidimensional_;
  std::vector<EvaluatorPointer> elements_;
};

// A row of a named type: argument i is attribute i + 1. An expression that was stored before an attribute came has no
// argument for it, and one for an attribute that is gone.
class RowEvaluator : public Evaluator {
 public:
  struct Field {
    Oid type;
    PhysicalType physical;
    int argument;  // -1: NULL
  };
  RowEvaluator(types::TypePointer type, int32_t typmod, std::vector<std::string> names, std::vector<Field> fields,
               std::vector<EvaluatorPointer> arguments)
      : Evaluator(PhysicalType::kString),
        type_(std::move(type)),
        typmod_(typmod),
        names_(std::move(names)),
        fields_(std::move(fields)),
        arguments_(std::move(arguments)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    std::vector<Vector> values = evaluate_all(arguments_, context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      types::RecordBuilder builder(type_->oid, typmod_);
      for (const Field& field : fields_) {
        if (field.argument >= 0)
          builder.append(field.type, values[static_cast<size_t>(field.argument)], row);
        else
          builder.append(field.type, field.physical, Value::null(field.physical));
      }
      builder.number_fields(*type_);
      if (type_->oid == types::oid::kRecord && !names_.empty()) builder.set_names(names_);
      return Value::of(builder.finish());
    });
  }

 private:
  types::TypePointer type_;
  int32_t typmod_;
  std::vector<std::string> names_;
  std::vector<Field> fields_;
  std::vector<EvaluatorPointer> arguments_;
};

// (a, b) < (c, d): the first pair that differs decides; a NULL pair before that makes the result NULL.
class RowCompareEvaluator : public Evaluator {
 public:
  struct Part {
    EvaluatorPointer left, right;
    types::TypeOperationsPointer operations;
  };
  RowCompareEvaluator(RowCompareKind compare, std::vector<Part> parts)
      : Evaluator(PhysicalType::kBool), compare_(compare), parts_(std::move(parts)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    std::vector<Vector> left, right;
    for (const Part& part : parts_) {
      left.push_back(part.left->evaluate(context, input, rows));
      right.push_back(part.right->evaluate(context, input, rows));
    }
    Vector out(PhysicalType::kBool, rows.count);
    for (uint32_t row = 0; row < rows.count; ++row) {
      int order = 0;
      bool null = false;
      for (size_t i = 0; i < parts_.size() && order == 0 && !null; ++i) {
        null = left[i].is_null(row) || right[i].is_null(row);
        if (!null) order = parts_[i].operations->compare(left[i], row, right[i], row);
      }
      if (null) {
        out.set_null(row);
      } else {
        out.data<bool>()[row] = holds(order);
      }
    }
    return out;
  }

 private:
  bool holds(int order) const {
    switch (compare_) {
      case RowCompareKind::kLess:
        return order < 0;
      case RowCompareKind::kLessEqual:
        return order <= 0;
      case RowCompareKind::kEqual:
        return order == 0;
      case RowCompareKind::kGreaterEqual:
        return order >= 0;
      case RowCompareKind::kGreater:
        return order > 0;
      case RowCompareKind::kNotEqual:
        break;
    }
    return order != 0;
  }
  RowCompareKind compare_;
  std::vector<Part> parts_;
};

// Field number (attnum) of a named composite type -> position in its value, which leaves dropped columns out.
int field_position(const types::TypeDescriptor& type, int16_t field) {
  if (type.attributes.empty()) return field - 1;
  int position = 0;
  for (int i = 0; i < field - 1; ++i) position += !type.attributes[static_cast<size_t>(i)].dropped;
  return position;
}

class FieldSelectEvaluator : public Evaluator {
 public:
  FieldSelectEvaluator(PhysicalType physical, int position, Oid type, EvaluatorPointer argument)
      : Evaluator(physical), position_(static_cast<uint32_t>(position)), type_(type), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    auto view = in.view<common::StringRef>();
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      if (view.is_null(row)) return Value::null(physical_);
      types::RecordView record(view[row].view());
      if (position_ >= record.size()) return Value::null(physical_);
      if (record.physical(position_) != physical_)
        throw SqlError(sqlstate::kDatatypeMismatch,
                       "attribute " + std::to_string(position_ + 1) + " of type record has wrong type");
      return record.value(position_);
    });
  }

 private:
  uint32_t position_;
  Oid type_;
  EvaluatorPointer argument_;
};

class FieldStoreEvaluator : public Evaluator {
 public:
  FieldStoreEvaluator(types::TypePointer type, std::vector<PhysicalType> physicals, EvaluatorPointer argument,
                      std::vector<int16_t> fields, std::vector<EvaluatorPointer> values,
                      std::vector<bool> start_from_old)
      : Evaluator(PhysicalType::kString),
        type_(std::move(type)),
        physicals_(std::move(physicals)),
        argument_(std::move(argument)),
        fields_(std::move(fields)),
        values_(std::move(values)),
        start_from_old_(std::move(start_from_old)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    std::vector<Vector> values;
    for (size_t f = 0; f < values_.size(); ++f) {
      if (!start_from_old_[f]) {
        values.push_back(values_[f]->evaluate(context, input, rows));
        continue;
      }
      Chunk extended = input;
      extended.columns.push_back(old_field(in, fields_[f], rows));
      values.push_back(values_[f]->evaluate(context, extended, rows));
    }
    return evaluate_rows(physical_, rows, [&](uint32_t row) { return Value::of(assign(in, values, row)); });
  }

 private:
  Vector old_field(const Vector& in, int16_t field, Rows& rows) const {
    const auto at = static_cast<size_t>(field - 1);
    uint32_t position = 0;
    for (size_t i = 0; i < at; ++i) position += !type_->attributes[i].dropped;
    return evaluate_rows(physicals_[at], rows, [&](uint32_t row) {
      if (in.is_null(row)) return Value::null(physicals_[at]);
      types::RecordView record(in.view<common::StringRef>()[row].view());
      return position < record.size() ? record.value(position) : Value::null(physicals_[at]);
    });
  }

  std::string assign(const Vector& in, const std::vector<Vector>& values, uint32_t row) const {
    std::optional<types::RecordView> old;
    if (!in.is_null(row)) old.emplace(in.view<common::StringRef>()[row].view());
    types::RecordBuilder builder(type_->oid);
    uint32_t position = 0;
    for (size_t i = 0; i < type_->attributes.size(); ++i) {
      const auto& attribute = type_->attributes[i];
      if (attribute.dropped) continue;
      Value value = old && position < old->size() ? old->value(position) : Value::null(physicals_[i]);
      for (size_t f = 0; f < fields_.size(); ++f)
        if (fields_[f] == static_cast<int16_t>(i + 1)) value = values[f].value(row);
      builder.append(attribute.type, physicals_[i], value);
      ++position;
    }
    builder.number_fields(*type_);
    return builder.finish();
  }
  types::TypePointer type_;
  std::vector<PhysicalType> physicals_;
  EvaluatorPointer argument_;
  std::vector<int16_t> fields_;
  std::vector<EvaluatorPointer> values_;
  std::vector<bool> start_from_old_;
};

}  // namespace

EvaluatorPointer compile_array(ExpressionCompiler& compiler, const ArrayConstructor& node) {
  return std::make_unique<ArrayEvaluator>(node.element_type, compiler.catalog().type(node.element_type)->physical,
                                          node.multidimensional, compiler.compile_list(node.elements));
}

EvaluatorPointer compile_row(ExpressionCompiler& compiler, const RowConstructor& node) {
  types::TypePointer type = compiler.catalog().type(node.type);
  std::vector<RowEvaluator::Field> fields;
  const size_t count = std::max(node.arguments.size(), type->attributes.size());
  for (size_t i = 0; i < count; ++i) {
    if (i < type->attributes.size() && type->attributes[i].dropped) continue;
    const bool given = i < node.arguments.size();
    const Oid field = given ? node.arguments[i]->type : type->attributes[i].type;
    fields.push_back({field, compiler.catalog().type(field)->physical, given ? static_cast<int>(i) : -1});
  }
  return std::make_unique<RowEvaluator>(std::move(type), node.typmod, node.names, std::move(fields),
                                        compiler.compile_list(node.arguments));
}

EvaluatorPointer compile_row_compare(ExpressionCompiler& compiler, const RowCompare& node) {
  std::vector<RowCompareEvaluator::Part> parts;
  for (size_t i = 0; i < node.left.size(); ++i)
    parts.push_back({compiler.compile(*node.left[i]), compiler.compile(*node.right[i]),
                     types::type_operations(compiler.call(), node.left[i]->type,
                                            i < node.input_collations.size() ? node.input_collations[i] : Oid{})});
  return std::make_unique<RowCompareEvaluator>(node.compare, std::move(parts));
}

EvaluatorPointer compile_field_select(ExpressionCompiler& compiler, const FieldSelect& node) {
  types::TypePointer type = compiler.catalog().type(node.argument->type);
  while (type->kind == 'd') type = compiler.catalog().type(type->base);
  return std::make_unique<FieldSelectEvaluator>(compiler.catalog().type(node.type)->physical,
                                                field_position(*type, node.field), node.type,
                                                compiler.compile(*node.argument));
}

EvaluatorPointer compile_field_store(ExpressionCompiler& compiler, const FieldStore& node) {
  types::TypePointer type = compiler.catalog().type(node.type);
  while (type->kind == 'd') type = compiler.catalog().type(type->base);
  std::vector<PhysicalType> physicals;
  for (const auto& attribute : type->attributes)
    physicals.push_back(attribute.dropped ? PhysicalType::kInt32 : compiler.catalog().type(attribute.type)->physical);
  std::vector<bool> start_from_old;
  for (const auto& value : node.values) start_from_old.push_back(starts_from_old_value(*value));
  return std::make_unique<FieldStoreEvaluator>(type, std::move(physicals), compiler.compile(*node.argument),
                                               node.fields, compiler.compile_list(node.values),
                                               std::move(start_from_old));
}

}  // namespace basalt::query
