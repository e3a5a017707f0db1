// Coercions that are more than a function call, and the SQL value keywords.
#include <unordered_map>

#include "common/sqlstate.hpp"
#include "query/evaluator_nodes.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

class CoerceViaIoEvaluator : public Evaluator {
 public:
  CoerceViaIoEvaluator(PhysicalType physical, Oid from, Oid to, int32_t typmod, EvaluatorPointer argument)
      : Evaluator(physical), from_(from), to_(to), typmod_(typmod), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      Value value = in.value(row);
      if (value.is_null()) return Value::null(physical_);
      context.call->interrupt().check();
      return context.call->input(to_, context.call->output(from_, value), typmod_);
    });
  }

 private:
  Oid from_, to_;
  int32_t typmod_;
  EvaluatorPointer argument_;
};

class ArrayCoerceEvaluator : public Evaluator {
 public:
  ArrayCoerceEvaluator(Oid element, PhysicalType from_physical, PhysicalType element_physical,
                       EvaluatorPointer argument, EvaluatorPointer convert)
      : Evaluator(PhysicalType::kString),
        element_(element),
        from_physical_(from_physical),
        element_physical_(element_physical),
        argument_(std::move(argument)),
        convert_(std::move(convert)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    auto view = in.view<common::StringRef>();
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      if (view.is_null(row)) return Value::null(physical_);
      return Value::of(convert(context, view[row].view()));
    });
  }

 private:
  std::string convert(EvaluationContext& context, std::string_view bytes) {
    types::ArrayView array(bytes);
    Chunk elements;
    elements.columns.emplace_back(from_physical_, array.size());
    elements.rows = array.size();
    for (uint32_t i = 0; i < array.size(); ++i) elements.columns[0].set_value(i, array.value(i));
    Rows rows(array.size());
    Vector converted = convert_->evaluate(context, elements, rows);
    rows.raise();
    types::ArrayBuilder builder(element_, element_physical_);
    for (uint32_t i = 0; i < array.size(); ++i) builder.append(converted.value(i));
    return builder.finish(array.shape());
  }
  Oid element_;
  PhysicalType from_physical_, element_physical_;
  EvaluatorPointer argument_, convert_;
};

// Child row type to parent row type: fields are matched by name.
class ConvertRowEvaluator : public Evaluator {
 public:
  ConvertRowEvaluator(types::TypePointer from, types::TypePointer to, std::vector<PhysicalType> physicals,
                      EvaluatorPointer argument)
      : Evaluator(PhysicalType::kString),
        from_(std::move(from)),
        to_(std::move(to)),
        physicals_(std::move(physicals)),
        argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    auto view = in.view<common::StringRef>();
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      if (view.is_null(row)) return Value::null(physical_);
      types::RecordView record(view[row].view());
      types::RecordBuilder builder(to_->oid);
      for (size_t i = 0; i < to_->attributes.size(); ++i) {
        if (to_->attributes[i].dropped) continue;
        int at = position_of(to_->attributes[i].name);
        builder.append(to_->attributes[i].type, physicals_[i],
                       at < 0 ? Value::null(physicals_[i]) : record.value(static_cast<uint32_t>(at)));
      }
      builder.number_fields(*to_);
      return Value::of(builder.finish());
    });
  }

 private:
  int position_of(const std::string& name) const {
    int position = 0;
    for (const auto& attribute : from_->attributes) {
      if (attribute.dropped) continue;
      if (attribute.name == name) return position;
      ++position;
    }
    return -1;
  }
  types::TypePointer from_, to_;
  std::vector<PhysicalType> physicals_;
  EvaluatorPointer argument_;
};

class CoerceToDomainEvaluator : public Evaluator {
 public:
  CoerceToDomainEvaluator(PhysicalType physical, Oid domain, EvaluatorPointer argument)
      : Evaluator(physical), domain_(domain), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    for (uint32_t row = 0; row < rows.count; ++row) {
      try {
        context.call->check_domain(domain_, in.value(row));
      } catch (SqlError& error) {
        rows.fail(row, std::move(error));
      }
    }
    return in;
  }

 private:
  Oid domain_;
  EvaluatorPointer argument_;
};

class DomainValueEvaluator : public Evaluator {
 public:
  explicit DomainValueEvaluator(PhysicalType physical) : Evaluator(physical) {}
  Vector evaluate(EvaluationContext& context, const Chunk&, Rows&) override {
    ENSURE(context.domain_value != nullptr, "VALUE outside of a domain check");
    return Vector::constant(physical_, *context.domain_value);
  }
};

// CURRENT_DATE, CURRENT_USER, ...: now() or the session's names, put through the built-in conversions; constant for a
// statement.
class SqlValueEvaluator : public Evaluator {
 public:
  SqlValueEvaluator(PhysicalType physical, SqlValueKind kind, Oid type, int32_t typmod)
      : Evaluator(physical), kind_(kind), type_(type), typmod_(typmod) {}
  Vector evaluate(EvaluationContext& context, const Chunk&, Rows& rows) override {
    try {
      return Vector::constant(physical_, compute(context));
    } catch (SqlError& error) {
      rows.fail(0, std::move(error));
      return Vector(physical_, 1);
    }
  }

 private:
  // pg_proc OIDs: conversions from timestamptz, and the length coercions of the time types.
  Value compute(EvaluationContext& context) const {
    switch (kind_) {
      case SqlValueKind::kCurrentDate:
        return from_now(context, 1178, 0);
      case SqlValueKind::kCurrentTime:
        return from_now(context, 1388, 1969);
      case SqlValueKind::kCurrentTimestamp:
        return from_now(context, 0, 1967);
      case SqlValueKind::kLocalTime:
        return from_now(context, 2019, 1968);
      case SqlValueKind::kLocalTimestamp:
        return from_now(context, 2027, 1961);
      case SqlValueKind::kCurrentRole:
      case SqlValueKind::kCurrentUser:
      case SqlValueKind::kUser:
        return named(context, 745);
      case SqlValueKind::kSessionUser:
        return named(context, 746);
      case SqlValueKind::kCurrentCatalog:
        return named(context, 861);
      case SqlValueKind::kCurrentSchema:
        return named(context, 1402);
    }
    UNREACHABLE("kind of SQL value");
  }
  Value from_now(EvaluationContext& context, uint32_t conversion, uint32_t scale) const {
    Value value = Value::of(context.call->transaction_time());
    if (conversion) {
      Oid from[] = {types::oid::kTimestamptz};
      value =
          call_function(*context.catalog, *context.call, context.functions, Oid{conversion}, {&value, 1}, from, type_);
    }
    if (typmod_ < 0 || !scale) return value;
    Value arguments[] = {value, Value::of(typmod_)};
    Oid types[] = {type_, types::oid::kInt4};
    return call_function(*context.catalog, *context.call, context.functions, Oid{scale}, arguments, types, type_);
  }
  Value named(EvaluationContext& context, uint32_t function) const {
    return call_function(*context.catalog, *context.call, context.functions, Oid{function}, {}, {}, type_);
  }
  SqlValueKind kind_;
  Oid type_;
  int32_t typmod_;
};

}  // namespace

EvaluatorPointer compile_coerce_via_io(ExpressionCompiler& compiler, const CoerceViaIo& node) {
  return std::make_unique<CoerceViaIoEvaluator>(compiler.catalog().type(node.type)->physical, node.argument->type,
                                                node.type, node.typmod, compiler.compile(*node.argument));
}

EvaluatorPointer compile_array_coerce(ExpressionCompiler& compiler, const ArrayCoerce& node) {
  auto element_of = [&](Oid array) {
    types::TypePointer type = compiler.catalog().type(array);
    while (type->kind == 'd') type = compiler.catalog().type(type->base);
    return compiler.catalog().type(type->element);
  };
  types::TypePointer from = element_of(node.argument->type), to = element_of(node.type);
  return std::make_unique<ArrayCoerceEvaluator>(to->oid, from->physical, to->physical, compiler.compile(*node.argument),
                                                compiler.compile(*node.element));
}

EvaluatorPointer compile_convert_row(ExpressionCompiler& compiler, const ConvertRow& node) {
  types::TypePointer from = compiler.catalog().type(node.argument->type), to = compiler.catalog().type(node.type);
  std::vector<PhysicalType> physicals;
  for (const auto& attribute : to->attributes)
    physicals.push_back(attribute.dropped ? PhysicalType::kInt32 : compiler.catalog().type(attribute.type)->physical);
  return std::make_unique<ConvertRowEvaluator>(from, to, std::move(physicals), compiler.compile(*node.argument));
}

EvaluatorPointer compile_coerce_to_domain(ExpressionCompiler& compiler, const CoerceToDomain& node) {
  return std::make_unique<CoerceToDomainEvaluator>(compiler.catalog().type(node.type)->physical, node.type,
                                                   compiler.compile(*node.argument));
}

EvaluatorPointer compile_domain_value(ExpressionCompiler& compiler, const DomainValue& node) {
  return std::make_unique<DomainValueEvaluator>(compiler.catalog().type(node.type)->physical);
}

EvaluatorPointer compile_sql_value(ExpressionCompiler& compiler, const SqlValue& node) {
  return std::make_unique<SqlValueEvaluator>(compiler.catalog().type(node.type)->physical, node.value_kind, node.type,
                                             node.typmod);
}

}  // namespace basalt::query
