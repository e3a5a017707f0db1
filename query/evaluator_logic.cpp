// AND, OR, NOT, IS tests, CASE, COALESCE, GREATEST and LEAST: each arm runs only for the rows that reach it (QRY-8).
#include "query/evaluator_nodes.hpp"
#include "types/container/record.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;
using common::Selection;

// AND / OR with three-valued logic. `dominant`: the value that decides (false for AND, true for OR).
class JunctionEvaluator : public Evaluator {
 public:
  JunctionEvaluator(bool dominant, std::vector<EvaluatorPointer> arguments)
      : Evaluator(PhysicalType::kBool), dominant_(dominant), arguments_(std::move(arguments)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector out(PhysicalType::kBool, rows.count);
    std::vector<uint8_t> saw_null(rows.count, 0);
    bool* result = out.data<bool>();
    Vector first = arguments_[0]->evaluate(context, input, rows);
    auto view = first.view<bool>();
    Selection open;
    for (uint32_t i = 0; i < rows.count; ++i) {
      bool null = view.is_null(i);
      saw_null[i] = null;
      result[i] = null ? !dominant_ : view[i];
      if (null || view[i] != dominant_) open.push_back(i);
    }
    for (size_t a = 1; a < arguments_.size() && !open.empty(); ++a) {
      Vector arm(PhysicalType::kBool, rows.count);
      evaluate_arm(*arguments_[a], context, input, open, rows, arm);
      Selection still;
      for (uint32_t row : open) {
        if (row >= rows.count) break;
        if (arm.is_null(row)) {
          saw_null[row] = 1;
        } else if (arm.data<bool>()[row] == dominant_) {
          result[row] = dominant_;
          saw_null[row] = 0;
          continue;
        }
        still.push_back(row);
      }
      open.swap(still);
    }
    for (uint32_t row : open)
      if (row < rows.count && saw_null[row]) out.set_null(row);
    return out;
  }

 private:
  bool dominant_;
  std::vector<EvaluatorPointer> arguments_;
};

class NotEvaluator : public Evaluator {
 public:
  explicit NotEvaluator(EvaluatorPointer argument) : Evaluator(PhysicalType::kBool), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    auto view = in.view<bool>();
    Vector out(PhysicalType::kBool, rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) {
      if (view.is_null(i)) {
        out.set_null(i);
      } else {
        out.data<bool>()[i] = !view[i];
      }
    }
    return out;
  }

 private:
  EvaluatorPointer argument_;
};

class NullTestEvaluator : public Evaluator {
 public:
  NullTestEvaluator(bool is_not, bool row, EvaluatorPointer argument)
      : Evaluator(PhysicalType::kBool), is_not_(is_not), row_(row), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    Vector out(PhysicalType::kBool, rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) out.data<bool>()[i] = row_ ? test_row(in, i) : in.is_null(i) != is_not_;
    return out;
  }

 private:
  // A row IS NULL when all fields are, IS NOT NULL when none is.
  bool test_row(const Vector& in, uint32_t i) const {
    if (in.is_null(i)) return !is_not_;
    types::RecordView record(in.view<common::StringRef>()[i].view());
    for (uint32_t f = 0; f < record.size(); ++f)
      if (record.is_null(f) == is_not_) return false;
    return true;
  }
  bool is_not_, row_;
  EvaluatorPointer argument_;
};

class BooleanTestEvaluator : public Evaluator {
 public:
  BooleanTestEvaluator(BooleanTestKind test, EvaluatorPointer argument)
      : Evaluator(PhysicalType::kBool), test_(test), argument_(std::move(argument)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector in = argument_->evaluate(context, input, rows);
    auto view = in.view<bool>();
    Vector out(PhysicalType::kBool, rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) {
      bool null = view.is_null(i);
      out.data<bool>()[i] = holds(null, !null && view[i]);
    }
    return out;
  }

 private:
  bool holds(bool null, bool value) const {
    switch (test_) {
      case BooleanTestKind::kIsTrue:
        return !null && value;
      case BooleanTestKind::kIsNotTrue:
        return null || !value;
      case BooleanTestKind::kIsFalse:
        return !null && !value;
      case BooleanTestKind::kIsNotFalse:
        return null || value;
      case BooleanTestKind::kIsUnknown:
        return null;
      case BooleanTestKind::kIsNotUnknown:
        break;
    }
    return !null;
  }
  BooleanTestKind test_;
  EvaluatorPointer argument_;
};

struct CompiledWhen {
  EvaluatorPointer condition, result;
};

class CaseEvaluator : public Evaluator {
 public:
  CaseEvaluator(PhysicalType physical, EvaluatorPointer argument, std::vector<CompiledWhen> whens,
                EvaluatorPointer otherwise)
      : Evaluator(physical),
        argument_(std::move(argument)),
        whens_(std::move(whens)),
        otherwise_(std::move(otherwise)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Chunk extended = input;
    if (argument_) extended.columns.push_back(argument_->evaluate(context, input, rows));
    Vector out(physical_, rows.count);
    Selection open(rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) open[i] = i;
    for (const CompiledWhen& when : whens_) {
      if (open.empty()) break;
      Vector condition(PhysicalType::kBool, static_cast<uint32_t>(out.capacity()));
      evaluate_arm(*when.condition, context, extended, open, rows, condition);
      Selection taken, still;
      for (uint32_t row : open) {
        if (row >= rows.count) break;
        (!condition.is_null(row) && condition.data<bool>()[row] ? taken : still).push_back(row);
      }
      evaluate_arm(*when.result, context, extended, taken, rows, out);
      open.swap(still);
    }
    while (!open.empty() && open.back() >= rows.count) open.pop_back();
    evaluate_arm(*otherwise_, context, extended, open, rows, out);
    return out;
  }

 private:
  EvaluatorPointer argument_;
  std::vector<CompiledWhen> whens_;
  EvaluatorPointer otherwise_;
};

class CoalesceEvaluator : public Evaluator {
 public:
  CoalesceEvaluator(PhysicalType physical, std::vector<EvaluatorPointer> arguments)
      : Evaluator(physical), arguments_(std::move(arguments)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector out(physical_, rows.count);
    Selection open(rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) open[i] = i;
    for (const EvaluatorPointer& argument : arguments_) {
      if (open.empty()) break;
      for (uint32_t row : open) out.validity().set_valid(row);
      evaluate_arm(*argument, context, input, open, rows, out);
      Selection still;
      for (uint32_t row : open)
        if (row < rows.count && out.is_null(row)) still.push_back(row);
      open.swap(still);
    }
    return out;
  }

 private:
  std::vector<EvaluatorPointer> arguments_;
};

class MinMaxEvaluator : public Evaluator {
 public:
  MinMaxEvaluator(PhysicalType physical, bool greatest, types::TypeOperationsPointer operations,
                  std::vector<EvaluatorPointer> arguments)
      : Evaluator(physical),
        greatest_(greatest),
        operations_(std::move(operations)),
        arguments_(std::move(arguments)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    std::vector<Vector> values;
    for (const auto& argument : arguments_) values.push_back(argument->evaluate(context, input, rows));
    Vector out(physical_, rows.count);
    for (uint32_t row = 0; row < rows.count; ++row) {
      const Vector* best = nullptr;
      for (const Vector& v : values) {
        if (v.is_null(row)) continue;
        if (best) {
          int order = operations_->compare(v, row, *best, row);
          if (greatest_ ? order <= 0 : order >= 0) continue;
        }
        best = &v;
      }
      if (best) {
        out.copy_row(row, *best, row);
      } else {
        out.set_null(row);
      }
    }
    return out;
  }

 private:
  bool greatest_;
  types::TypeOperationsPointer operations_;
  std::vector<EvaluatorPointer> arguments_;
};

}  // namespace

EvaluatorPointer compile_bool(ExpressionCompiler& compiler, const BoolCall& node) {
  if (node.bool_kind == BoolKind::kNot) return std::make_unique<NotEvaluator>(compiler.compile(*node.arguments[0]));
  return std::make_unique<JunctionEvaluator>(node.bool_kind == BoolKind::kOr, compiler.compile_list(node.arguments));
}

EvaluatorPointer compile_null_test(ExpressionCompiler& compiler, const NullTest& node) {
  return std::make_unique<NullTestEvaluator>(node.is_not, node.argument_is_row, compiler.compile(*node.argument));
}

EvaluatorPointer compile_boolean_test(ExpressionCompiler& compiler, const BooleanTest& node) {
  return std::make_unique<BooleanTestEvaluator>(node.test, compiler.compile(*node.argument));
}

EvaluatorPointer compile_case(ExpressionCompiler& compiler, const Case& node) {
  std::vector<CompiledWhen> whens;
  for (const CaseWhen& when : node.whens)
    whens.push_back({compiler.compile(*when.condition), compiler.compile(*when.result)});
  return std::make_unique<CaseEvaluator>(compiler.catalog().type(node.type)->physical,
                                         node.argument ? compiler.compile(*node.argument) : nullptr, std::move(whens),
                                         compiler.compile(*node.default_result));
}

EvaluatorPointer compile_coalesce(ExpressionCompiler& compiler, const Coalesce& node) {
  return std::make_unique<CoalesceEvaluator>(compiler.catalog().type(node.type)->physical,
                                             compiler.compile_list(node.arguments));
}

EvaluatorPointer compile_min_max(ExpressionCompiler& compiler, const MinMax& node) {
  return std::make_unique<MinMaxEvaluator>(compiler.catalog().type(node.type)->physical, node.greatest,
                                           types::type_operations(compiler.call(), node.type, node.input_collation),
                                           compiler.compile_list(node.arguments));
}

}  // namespace basalt::query
