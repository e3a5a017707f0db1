// Constants, parameters, slots, and calls of functions and operators.
#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "query/evaluator_nodes.hpp"
#include "query/execute_privilege.hpp"
#include "types/container/array.hpp"
#include "types/container/record_refresh.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

class ConstantEvaluator : public Evaluator {
 public:
  ConstantEvaluator(PhysicalType physical, const Value& value)
      : Evaluator(physical), vector_(Vector::constant(physical, value)) {}
  Vector evaluate(EvaluationContext&, const Chunk&, Rows&) override { return vector_; }

 private:
  Vector vector_;
};

class ParameterEvaluator : public Evaluator {
 public:
  ParameterEvaluator(PhysicalType physical, ParameterKind kind, int id)
      : Evaluator(physical), kind_(kind), id_(static_cast<size_t>(id)) {}
  Vector evaluate(EvaluationContext& context, const Chunk&, Rows& rows) override {
    switch (kind_) {
      case ParameterKind::kExtern:
        if (id_ == 0 || id_ > context.parameters.size()) {
          rows.fail(0, SqlError(sqlstate::kUndefinedParameter, "there is no parameter $" + std::to_string(id_)));
          return Vector(physical_, 1);
        }
        return Vector::constant(physical_, context.parameters[id_ - 1]);
      case ParameterKind::kLiteral:
        return Vector::constant(physical_, context.literals[id_]);
      case ParameterKind::kExec:
        break;
    }
    ENSURE(id_ < context.exec_parameters.size(), "exec parameter was never set");
    return Vector::constant(physical_, context.exec_parameters[id_]);
  }

 private:
  ParameterKind kind_;
  size_t id_;
};

class SlotEvaluator : public Evaluator {
 public:
  SlotEvaluator(PhysicalType physical, int index) : Evaluator(physical), index_(static_cast<size_t>(index)) {}
  Vector evaluate(EvaluationContext&, const Chunk& input, Rows&) override {
    DEBUG_ENSURE(index_ < input.columns.size(), "slot outside of the chunk");
    DEBUG_ENSURE(input.columns[index_].type() == physical_, "slot of another physical type");
    return input.columns[index_];
  }

 private:
  size_t index_;
};

// Arguments common to functions and operators.
struct CallSite {
  Oid function;
  Oid result_type;
  int32_t result_typmod = -1;
  Oid input_collation;
  bool variadic = false;
  std::vector<EvaluatorPointer> arguments;
  std::vector<Oid> argument_types;
};

class FunctionEvaluator : public Evaluator {
 public:
  FunctionEvaluator(PhysicalType physical, CallSite site, catalog::FunctionPointer function, types::ScalarKernel kernel)
      : Evaluator(physical), site_(std::move(site)), function_(std::move(function)), kernel_(kernel) {
    vectors_.resize(site_.arguments.size());
  }

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    common::check_stack_depth();
    for (size_t i = 0; i < site_.arguments.size(); ++i) {
      vectors_[i] = site_.arguments[i]->evaluate(context, input, rows);
      if (rows.count == 0) return Vector(physical_, 1);
    }
    types::FunctionCall call = make_call(context);
    Vector result = kernel_ ? call_kernel(call, rows) : call_runtime(context, call, rows);
    for (Vector& v : vectors_) v = Vector();  // the arguments' memory may be reused from here on
    return result;
  }

  const catalog::FunctionDescriptor& function() const { return *function_; }

 private:
  types::FunctionCall make_call(EvaluationContext& context) {
    types::FunctionCall call;
    call.context = context.call;
    call.function = site_.function;
    call.argument_types = site_.argument_types;
    call.result_type = site_.result_type;
    call.result_typmod = site_.result_typmod;
    call.collation = site_.input_collation;
    call.variadic_array = site_.variadic;
    call.state = &state_;
    return call;
  }

  // Whether a chunk of these arguments may keep a kernel busy for so long that a cancel would come late (QRY-5).
  bool are_large(uint32_t rows) const {
    constexpr size_t kLargeBytes = size_t{1} << 20;
    if (rows < 2) return false;
    size_t bytes = 0;
    for (const Vector& v : vectors_) {
      if (v.type() != PhysicalType::kString || v.is_constant()) continue;
      auto strings = v.view<common::StringRef>();
      for (uint32_t row = 0; row < rows; ++row)
        if (!strings.is_null(row)) bytes += strings[row].size();
    }
    return bytes > kLargeBytes;
  }

  Vector call_kernel(types::FunctionCall& call, Rows& rows) {
    if (are_large(rows.count)) return call_each(call, rows);
    Vector result(physical_, rows.count);
    try {
      kernel_(call, vectors_, rows.count, result);
    } catch (SqlError& error) {
      // A kernel that throws cannot say which row it was: go row by row.
      if (rows.count > 1) return call_each(call, rows);
      rows.fail(0, std::move(error));
      return result;
    }
    if (call.failed()) rows.fail(call.failed_row, std::move(*call.failure));
    return result;
  }

  Vector call_each(types::FunctionCall& call, Rows& rows) {
    Vector result(physical_, rows.count);
    std::vector<Vector> one(vectors_.size());
    uint32_t wanted = rows.count;
    for (uint32_t row = 0; row < wanted; ++row) {
      call.context->interrupt().check();
      auto selection = std::make_shared<common::Selection>(common::Selection{row});
      for (size_t i = 0; i < one.size(); ++i) one[i] = vectors_[i].slice(selection);
      Vector value(physical_, 1);
      try {
        kernel_(call, one, 1, value);
      } catch (SqlError& error) {
        rows.fail(row, std::move(error));
        break;
      }
      if (call.failed()) {
        rows.fail(row, std::move(*call.failure));
        break;
      }
      result.copy_row(row, value, 0);
    }
    return result;
  }

  Vector call_runtime(EvaluationContext& context, types::FunctionCall& call, Rows& rows) {
    ENSURE(context.functions != nullptr, "function " + function_->name + " needs a function runtime");
    std::vector<Value> values(vectors_.size());
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      bool any_null = false;
      for (size_t i = 0; i < values.size(); ++i) {
        values[i] = vectors_[i].value(row);
        any_null |= values[i].is_null();
      }
      if (any_null && function_->strict) return Value::null(physical_);
      return context.functions->call(*function_, call, values);
    });
  }

  CallSite site_;
  catalog::FunctionPointer function_;
  types::ScalarKernel kernel_;
  std::vector<Vector> vectors_;
  std::unique_ptr<types::CallState> state_;
};

constexpr uint32_t kInternalLanguage = 12;

EvaluatorPointer make_call_evaluator(ExpressionCompiler& compiler, CallSite site) {
  catalog::FunctionPointer function = compiler.catalog().function(site.function);
  if (!function)
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for function " + std::to_string(site.function.value));
  require_execute(compiler.catalog(), compiler.call(), *function);
  types::ScalarKernel kernel = nullptr;
  if (function->language.value == kInternalLanguage) {
    kernel = types::FunctionRegistry::instance().scalar(function->source);
    if (!kernel) throw common::not_supported("function " + function->name);
  }
  PhysicalType physical = compiler.catalog().type(site.result_type)->physical;
  return std::make_unique<FunctionEvaluator>(physical, std::move(site), std::move(function), kernel);
}

CallSite make_site(ExpressionCompiler& compiler, Oid function, const Expression& node, Oid input_collation,
                   const ExpressionList& arguments) {
  CallSite site;
  site.function = function;
  site.result_type = node.type;
  site.result_typmod = node.typmod;
  site.input_collation = input_collation;
  for (const auto& argument : arguments) {
    site.argument_types.push_back(argument->type);
    site.arguments.push_back(compiler.compile(*argument));
  }
  return site;
}

// IS DISTINCT FROM: the equality operator runs only where both sides are present.
class DistinctEvaluator : public Evaluator {
 public:
  DistinctEvaluator(EvaluatorPointer left, EvaluatorPointer right, EvaluatorPointer equal)
      : Evaluator(PhysicalType::kBool), left_(std::move(left)), right_(std::move(right)), equal_(std::move(equal)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Chunk pair;
    pair.columns.push_back(left_->evaluate(context, input, rows));
    pair.columns.push_back(right_->evaluate(context, input, rows));
    pair.rows = rows.count;
    Vector equal = equal_->evaluate(context, pair, rows);
    Vector out(PhysicalType::kBool, rows.count);
    auto view = equal.view<bool>();
    for (uint32_t i = 0; i < rows.count; ++i) {
      bool null_left = pair.columns[0].is_null(i), null_right = pair.columns[1].is_null(i);
      out.data<bool>()[i] = null_left || null_right ? null_left != null_right : !view[i];
    }
    return out;
  }

 private:
  EvaluatorPointer left_, right_, equal_;
};

class NullIfEvaluator : public Evaluator {
 public:
  NullIfEvaluator(PhysicalType physical, EvaluatorPointer left, EvaluatorPointer right, EvaluatorPointer equal)
      : Evaluator(physical), left_(std::move(left)), right_(std::move(right)), equal_(std::move(equal)) {}
  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Chunk pair;
    pair.columns.push_back(left_->evaluate(context, input, rows));
    pair.columns.push_back(right_->evaluate(context, input, rows));
    pair.rows = rows.count;
    Vector equal = equal_->evaluate(context, pair, rows);
    Vector out(physical_, rows.count);
    auto view = equal.view<bool>();
    for (uint32_t i = 0; i < rows.count; ++i) {
      if (!view.is_null(i) && view[i]) {
        out.set_null(i);
      } else {
        out.copy_row(i, pair.columns[0], i);
      }
    }
    return out;
  }

 private:
  EvaluatorPointer left_, right_, equal_;
};

// A call of `function` on slots 0 and 1 of a pair chunk.
EvaluatorPointer compile_pair_call(ExpressionCompiler& compiler, Oid function, Oid result, Oid collation, Oid left,
                                   Oid right) {
  CallSite site;
  site.function = function;
  site.result_type = result;
  site.input_collation = collation;
  site.argument_types = {left, right};
  int index = 0;
  for (Oid type : site.argument_types)
    site.arguments.push_back(std::make_unique<SlotEvaluator>(compiler.catalog().type(type)->physical, index++));
  return make_call_evaluator(compiler, std::move(site));
}

// left op ANY|ALL (array), element by element with three-valued logic.
class ScalarArrayEvaluator : public Evaluator {
 public:
  ScalarArrayEvaluator(bool use_or, EvaluatorPointer left, EvaluatorPointer array, EvaluatorPointer call)
      : Evaluator(PhysicalType::kBool),
        use_or_(use_or),
        left_(std::move(left)),
        array_(std::move(array)),
        call_(std::move(call)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector left = left_->evaluate(context, input, rows);
    Vector arrays = array_->evaluate(context, input, rows);
    if (arrays.is_constant() && rows.count > 0 && !arrays.is_null(0))
      return against_constant(context, left, arrays, rows);
    Vector out(PhysicalType::kBool, rows.count);
    uint32_t wanted = rows.count;
    for (uint32_t row = 0; row < wanted && !rows.error; ++row) evaluate_row(context, left, arrays, row, rows, out);
    return out;
  }

 private:
  // One array for all rows: each element is compared with all rows that are still undecided.
  Vector against_constant(EvaluationContext& context, const Vector& left, const Vector& arrays, Rows& rows) {
    types::ArrayView array(arrays.view<common::StringRef>()[0].view());
    Vector out(PhysicalType::kBool, rows.count);
    std::vector<uint8_t> saw_null(rows.count, 0);
    common::Selection open(rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) {
      open[i] = i;
      out.data<bool>()[i] = !use_or_;
    }
    for (uint32_t e = 0; e < array.size() && !open.empty(); ++e) {
      context.call->interrupt().check();
      Chunk pair;
      auto selection = std::make_shared<common::Selection>(open);
      pair.columns.push_back(left.slice(selection));
      pair.columns.push_back(Vector::constant(array.physical(), array.value(e)));
      pair.rows = static_cast<uint32_t>(open.size());
      Rows part(pair.rows);
      Vector result = call_->evaluate(context, pair, part);
      if (part.error) rows.fail(open[part.count], std::move(*part.error));
      auto view = result.view<bool>();
      common::Selection still;
      for (uint32_t i = 0; i < part.count; ++i) {
        uint32_t row = open[i];
        if (view.is_null(i)) {
          saw_null[row] = 1;
        } else if (view[i] == use_or_) {
          out.data<bool>()[row] = use_or_;
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

  void evaluate_row(EvaluationContext& context, const Vector& left, const Vector& arrays, uint32_t row, Rows& rows,
                    Vector& out) {
    if (arrays.is_null(row)) {
      out.set_null(row);
      return;
    }
    types::ArrayView array(arrays.view<common::StringRef>()[row].view());
    bool any_null = false;
    for (uint32_t e = 0; e < array.size(); ++e) {
      if ((e & 0xff) == 0) context.call->interrupt().check();
      Chunk pair;
      pair.columns.push_back(Vector::constant(left.type(), left.value(row)));
      pair.columns.push_back(Vector::constant(array.physical(), array.value(e)));
      pair.rows = 1;
      Rows one(1);
      Vector result = call_->evaluate(context, pair, one);
      if (one.error) {
        rows.fail(row, std::move(*one.error));
        return;
      }
      if (result.is_null(0)) {
        any_null = true;
      } else if (result.view<bool>()[0] == use_or_) {
        out.data<bool>()[row] = use_or_;
        return;
      }
    }
    if (any_null) {
      out.set_null(row);
    } else {
      out.data<bool>()[row] = !use_or_;
    }
  }

  bool use_or_;
  EvaluatorPointer left_, array_, call_;
};

}  // namespace

EvaluatorPointer compile_constant(ExpressionCompiler& compiler, const Constant& node) {
  const PhysicalType physical = compiler.catalog().type(node.type)->physical;
  // A row in a stored expression may be older than the last change of its type.
  auto refresher = types::record_refresher(node.type, [&](Oid type) { return compiler.catalog().type(type); });
  std::string fresh;
  if (refresher && !node.value.is_null() && refresher->refresh(node.value.string(), fresh))
    return std::make_unique<ConstantEvaluator>(physical, Value::of(fresh));
  return std::make_unique<ConstantEvaluator>(physical, node.value);
}

EvaluatorPointer compile_parameter(ExpressionCompiler& compiler, const Parameter& node) {
  return std::make_unique<ParameterEvaluator>(compiler.catalog().type(node.type)->physical, node.parameter_kind,
                                              node.id);
}

EvaluatorPointer compile_slot(ExpressionCompiler& compiler, const Slot& node) {
  return std::make_unique<SlotEvaluator>(compiler.catalog().type(node.type)->physical, node.index);
}

EvaluatorPointer compile_function(ExpressionCompiler& compiler, const Function& node) {
  ENSURE(!node.returns_set, "set-returning function in a scalar place");
  CallSite site = make_site(compiler, node.function, node, node.input_collation, node.arguments);
  site.variadic = node.variadic;
  return make_call_evaluator(compiler, std::move(site));
}

EvaluatorPointer compile_operator(ExpressionCompiler& compiler, const OperatorCall& node) {
  if (node.kind == ExpressionKind::kOperator)
    return make_call_evaluator(compiler,
                               make_site(compiler, node.function, node, node.input_collation, node.arguments));
  EvaluatorPointer left = compiler.compile(*node.arguments[0]);
  EvaluatorPointer right = compiler.compile(*node.arguments[1]);
  EvaluatorPointer equal = compile_pair_call(compiler, node.function, types::oid::kBool, node.input_collation,
                                             node.arguments[0]->type, node.arguments[1]->type);
  if (node.kind == ExpressionKind::kDistinct)
    return std::make_unique<DistinctEvaluator>(std::move(left), std::move(right), std::move(equal));
  return std::make_unique<NullIfEvaluator>(compiler.catalog().type(node.type)->physical, std::move(left),
                                           std::move(right), std::move(equal));
}

EvaluatorPointer compile_scalar_array(ExpressionCompiler& compiler, const ScalarArrayCall& node) {
  types::TypePointer array = compiler.catalog().type(node.array->type);
  while (array->base.valid()) array = compiler.catalog().type(array->base);
  EvaluatorPointer call = compile_pair_call(compiler, node.function, types::oid::kBool, node.input_collation,
                                            node.left->type, array->element);
  return std::make_unique<ScalarArrayEvaluator>(node.use_or, compiler.compile(*node.left),
                                                compiler.compile(*node.array), std::move(call));
}

bool starts_from_old_value(const Expression& assigned) {
  if (const auto* domain = try_as<CoerceToDomain>(&assigned)) return starts_from_old_value(*domain->argument);
  // Several assignments to parts of one value are a chain.
  auto from = [](const Expression& e) { return e.kind == ExpressionKind::kCaseTest || starts_from_old_value(e); };
  if (const auto* store = try_as<FieldStore>(&assigned)) return store->argument && from(*store->argument);
  if (const auto* subscript = try_as<Subscript>(&assigned)) return subscript->assigned && from(*subscript->container);
  return false;
}

EvaluatorPointer compile_case_test(ExpressionCompiler& compiler, const CaseTest& node) {
  // The value under test is appended to the chunk as its last column.
  class LastColumn : public Evaluator {
   public:
    explicit LastColumn(PhysicalType physical) : Evaluator(physical) {}
    Vector evaluate(EvaluationContext&, const Chunk& input, Rows&) override { return input.columns.back(); }
  };
  return std::make_unique<LastColumn>(compiler.catalog().type(node.type)->physical);
}

Value call_function(catalog::CatalogReader& catalog, types::CallContext& call, FunctionRuntime* runtime, Oid function,
                    std::span<const Value> arguments, std::span<const Oid> argument_types, Oid result_type,
                    Oid collation, int32_t typmod) {
  ExpressionCompiler compiler(catalog, call);
  CallSite site;
  site.function = function;
  site.result_type = result_type;
  site.result_typmod = typmod;
  site.input_collation = collation;
  for (size_t i = 0; i < arguments.size(); ++i) {
    site.argument_types.push_back(argument_types[i]);
    site.arguments.push_back(
        std::make_unique<ConstantEvaluator>(catalog.type(argument_types[i])->physical, arguments[i]));
  }
  EvaluationContext context;
  context.call = &call;
  context.catalog = &catalog;
  context.functions = runtime;
  EvaluatorPointer evaluator = make_call_evaluator(compiler, std::move(site));
  return evaluate_constant(*evaluator, context);
}

}  // namespace basalt::query
