#include "planner/fold.hpp"

#include <algorithm>

#include "query/evaluator.hpp"
#include "query/execute_privilege.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using common::Value;
using query::as;
using query::BoolCall;
using query::BoolKind;
using query::Constant;
using query::Expression;
using query::ExpressionKind;
using query::ExpressionList;
using query::ExpressionPointer;
using query::try_as;

namespace {

constexpr uint32_t kLanguageInternal = 12;

const Value* value_of(const Expression& e) {
  const auto* constant = try_as<Constant>(&e);
  return constant ? &constant->value : nullptr;
}

ExpressionPointer make_constant(const Expression& like, Value value) {
  auto constant = std::make_unique<Constant>();
  constant->type = like.type;
  constant->typmod = like.typmod;
  constant->collation = like.collation;
  constant->location = like.location;
  constant->value = std::move(value);
  return constant;
}

class Folder {
 public:
  explicit Folder(PlanContext& context) : context_(context) {}

  void fold(ExpressionPointer& e) {
    switch (e->kind) {
      case ExpressionKind::kBool:
        if (as<BoolCall>(*e).bool_kind == BoolKind::kNot)
          fold_not(e);
        else
          fold_and_or(e);
        return;
      case ExpressionKind::kCase:
        fold_case(e);
        return;
      case ExpressionKind::kCoalesce:
        fold_coalesce(e);
        return;
      default:
        break;
    }
    if (e->kind == ExpressionKind::kOperator) inline_concatenation(as<query::OperatorCall>(*e));
    query::for_each_child_slot(*e, [this](ExpressionPointer& child) { fold(child); });
    if (e->kind == ExpressionKind::kParameter)
      fold_parameter(e);
    else if (is_never_called(*e))
      e = make_constant(*e, Value::null(context_.catalog.type(e->type)->physical));
    else if (may_evaluate(*e))
      evaluate(e);
    else if (e->kind == ExpressionKind::kOperator)
      compare_as_date(as<query::OperatorCall>(*e));
  }

 private:
  // --- conditions ----------------------------------------------------------------------------------------------------

  void fold_and_or(ExpressionPointer& e) {
    auto& call = as<BoolCall>(*e);
    bool is_and = call.bool_kind == BoolKind::kAnd;
    ExpressionList kept;
    bool has_null = false;
    for (auto& argument : call.arguments) {
      fold(argument);
      const Value* value = value_of(*argument);
      if (!value) {
        kept.push_back(std::move(argument));
        continue;
      }
      if (value->is_null()) {
        has_null = true;
      } else if (value->as<bool>() != is_and) {
        ExpressionPointer decided = make_constant(*e, Value::of(!is_and));
        e = std::move(decided);
        return;
      }
    }
    if (has_null) kept.push_back(make_constant(*e, Value::null(common::PhysicalType::kBool)));
    ExpressionPointer result;
    if (kept.empty()) {
      result = make_constant(*e, Value::of(is_and));
    } else if (kept.size() == 1) {
      result = std::move(kept[0]);
    } else {
      call.arguments = std::move(kept);
      return;
    }
    e = std::move(result);
  }

  void fold_not(ExpressionPointer& e) {
    ExpressionPointer inner = std::move(as<BoolCall>(*e).arguments[0]);
    if (ExpressionPointer negated = negate(inner)) {
      e = std::move(negated);
      fold(e);
      return;
    }
    fold(inner);
    if (const Value* value = value_of(*inner)) {
      ExpressionPointer constant =
          value->is_null() ? std::move(inner) : make_constant(*e, Value::of(!value->as<bool>()));
      e = std::move(constant);
      return;
    }
    as<BoolCall>(*e).arguments[0] = std::move(inner);
  }

  // NOT inner without the NOT, taking `inner`; null (and `inner` untouched) where there is no such form.
  ExpressionPointer negate(ExpressionPointer& inner) {
    switch (inner->kind) {
      case ExpressionKind::kOperator: {
        auto& call = as<query::OperatorCall>(*inner);
        if (call.returns_set || !negate_operator(call.op, call.function)) return nullptr;
        break;
      }
      case ExpressionKind::kScalarArray: {
        auto& call = as<query::ScalarArrayCall>(*inner);
        if (!negate_operator(call.op, call.function)) return nullptr;
        call.use_or = !call.use_or;
        break;
      }
      case ExpressionKind::kNullTest: {
        auto& test = as<query::NullTest>(*inner);
        if (test.argument_is_row) return nullptr;
        test.is_not = !test.is_not;
        break;
      }
      case ExpressionKind::kBool: {
        auto& call = as<BoolCall>(*inner);
        if (call.bool_kind == BoolKind::kNot) return std::move(call.arguments[0]);
        call.bool_kind = call.bool_kind == BoolKind::kAnd ? BoolKind::kOr : BoolKind::kAnd;
        for (auto& argument : call.arguments) argument = make_not(std::move(argument));
        break;
      }
      default:
        return nullptr;
    }
    return std::move(inner);
  }

  static ExpressionPointer make_not(ExpressionPointer argument) {
    auto negated = std::make_unique<BoolCall>();
    negated->bool_kind = BoolKind::kNot;
    negated->type = types::oid::kBool;
    negated->arguments.push_back(std::move(argument));
    return negated;
  }

  bool negate_operator(Oid& op, Oid& function) {
    auto descriptor = context_.catalog.operator_by_oid(op);
    if (!descriptor || !descriptor->negator.valid()) return false;
    auto negator = context_.catalog.operator_by_oid(descriptor->negator);
    if (!negator || !negator->function.valid()) return false;
    op = descriptor->negator;
    function = negator->function;
    return true;
  }

  void fold_case(ExpressionPointer& e) {
    auto& node = as<query::Case>(*e);
    if (node.argument) fold(node.argument);
    bool known = node.argument && value_of(*node.argument);
    std::vector<query::CaseWhen> kept;
    bool decided = false;
    for (auto& when : node.whens) {
      if (known) replace_case_test(when.condition, *node.argument);
      fold(when.condition);
      const Value* value = value_of(*when.condition);
      if (value && (value->is_null() || !value->as<bool>())) continue;
      fold(when.result);
      if (value) {
        node.default_result = std::move(when.result);
        decided = true;
        break;
      }
      kept.push_back(std::move(when));
    }
    if (!decided) fold(node.default_result);
    node.whens = std::move(kept);
    if (node.whens.empty()) {
      ExpressionPointer only = std::move(node.default_result);
      e = std::move(only);
    }
  }

  // Puts the constant argument of a CASE into a condition. CaseTest inside a nested CASE or array coercion means
  // theirs.
  static void replace_case_test(ExpressionPointer& e, const Expression& argument) {
    if (e->kind == ExpressionKind::kCaseTest) {
      e = query::clone(argument);
      return;
    }
    if (e->kind == ExpressionKind::kCase || e->kind == ExpressionKind::kArrayCoerce) return;
    query::for_each_child_slot(*e, [&](ExpressionPointer& child) { replace_case_test(child, argument); });
  }

  void fold_coalesce(ExpressionPointer& e) {
    auto& node = as<query::Coalesce>(*e);
    ExpressionList kept;
    for (auto& argument : node.arguments) {
      fold(argument);
      const Value* value = value_of(*argument);
      if (value && value->is_null()) continue;
      kept.push_back(std::move(argument));
      if (value) break;
    }
    ExpressionPointer result;
    if (kept.empty()) {
      result = make_constant(*e, Value::null(context_.catalog.type(e->type)->physical));
    } else if (kept.size() == 1) {
      result = std::move(kept[0]);
    } else {
      node.arguments = std::move(kept);
      return;
    }
    e = std::move(result);
  }

  // --- calls ---------------------------------------------------------------------------------------------------------

  bool is_immutable(Oid function) {
    if (!function.valid()) return false;
    auto descriptor = context_.catalog.function(function);
    return descriptor && descriptor->volatility == 'i' && query::is_executable_by_all(*descriptor) &&
           (context_.functions || descriptor->language == Oid{kLanguageInternal});
  }

  // A custom plan knows its parameters.
  void fold_parameter(ExpressionPointer& e) {
    const auto& parameter = as<query::Parameter>(*e);
    auto number = static_cast<size_t>(parameter.id);
    if (parameter.parameter_kind != query::ParameterKind::kExtern || number == 0 || number > context_.parameters.size())
      return;
    e = make_constant(*e, context_.parameters[number - 1]);
  }

  // A strict function with a NULL argument, whatever the others are.
  bool is_never_called(const Expression& e) {
    Oid function;
    bool returns_set = false;
    if (const auto* call = try_as<query::Function>(&e)) {
      function = call->function;
      returns_set = call->returns_set;
    } else if (const auto* op = try_as<query::OperatorCall>(&e)) {
      function = op->function;
      returns_set = op->returns_set;
    }
    if (!function.valid() || returns_set || e.type == types::oid::kRecord) return false;
    bool any_null = false;
    query::for_each_child(e, [&](const Expression& child) {
      const Value* value = value_of(child);
      any_null |= value && value->is_null();
    });
    if (!any_null) return false;
    auto descriptor = context_.catalog.function(function);
    return descriptor && descriptor->strict;
  }

  static bool constant_children(const Expression& e) {
    bool all = true;
    query::for_each_child(e, [&](const Expression& child) { all &= child.kind == ExpressionKind::kConstant; });
    return all;
  }

  bool may_evaluate(const Expression& e) {
    auto type = context_.catalog.type(e.type);
    if (!type || type->kind == 'p' || type->kind == 'd') return false;
    switch (e.kind) {
      case ExpressionKind::kFunction: {
        const auto& call = as<query::Function>(e);
        return !call.returns_set && constant_children(e) && is_immutable(call.function);
      }
      case ExpressionKind::kOperator:
      case ExpressionKind::kDistinct:
      case ExpressionKind::kNullIf: {
        const auto& call = static_cast<const query::OperatorCall&>(e);
        return !call.returns_set && constant_children(e) && is_immutable(call.function);
      }
      case ExpressionKind::kScalarArray:
        return constant_children(e) && is_immutable(as<query::ScalarArrayCall>(e).function);
      case ExpressionKind::kNullTest:
        return !as<query::NullTest>(e).argument_is_row && constant_children(e);
      case ExpressionKind::kArray:
      case ExpressionKind::kMinMax:
      case ExpressionKind::kBooleanTest:
      case ExpressionKind::kRelabel:
        return constant_children(e);
      case ExpressionKind::kCoerceViaIo: {
        auto from = context_.catalog.type(as<query::CoerceViaIo>(e).argument->type);
        return constant_children(e) && is_immutable(from->output) && is_immutable(type->input);
      }
      case ExpressionKind::kSubscript:
        return !as<query::Subscript>(e).assigned && constant_children(e);
      case ExpressionKind::kCollate:
        return constant_children(e);
      case ExpressionKind::kArrayCoerce: {
        const auto& coerce = as<query::ArrayCoerce>(e);
        return coerce.argument->kind == ExpressionKind::kConstant && coerce.element->kind == ExpressionKind::kRelabel;
      }
      default:
        return false;
    }
  }

  // text || anynonarray and its mirror image are SQL functions, `$1 || $2::text`: inlined, as running one for each row
  // costs a hundred times as much. Where the cast has a function of its own they stay as they are.
  void inline_concatenation(query::OperatorCall& call) {
    constexpr uint32_t kTextAny = 2003, kAnyText = 2004, kConcatenate = 654;
    if (call.function.value != kTextAny && call.function.value != kAnyText) return;
    ExpressionPointer& other = call.arguments[call.function.value == kTextAny ? 1 : 0];
    auto type = context_.catalog.type(other->type);
    if (type->kind != 'b' || context_.catalog.cast(other->type, types::oid::kText)) return;
    auto text = std::make_unique<query::CoerceViaIo>();
    text->type = types::oid::kText;
    text->collation = call.collation;
    text->form = query::CoercionForm::kExplicitCast;
    text->location = call.location;
    text->argument = std::move(other);
    other = std::move(text);
    call.op = Oid{kConcatenate};
    call.function = context_.catalog.operator_by_oid(call.op)->function;
  }

  // date < timestamp constant becomes date < date constant: the comparison of one type is cheaper, and indexes and
  // scans take it.
  void compare_as_date(query::OperatorCall& call) {
    if (call.arguments.size() != 2 || call.arguments[0]->type != types::oid::kDate) return;
    const auto* constant = try_as<Constant>(call.arguments[1].get());
    if (!constant || constant->type != types::oid::kTimestamp || constant->value.is_null()) return;
    constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
    auto moment = constant->value.as<int64_t>();
    if (moment == INT64_MIN || moment == INT64_MAX) return;  // the infinities
    int64_t day = moment / kDay - (moment % kDay < 0 ? 1 : 0);
    bool midnight = moment % kDay == 0;
    // Strategies of the btree class: 1 < 2 <= 3 = 4 >= 5 >.
    int strategy = 0;
    for (auto [family, number] : context_.catalog.operator_families(call.op, Oid{403})) strategy = number;
    if (strategy == 0 || (strategy == 3 && !midnight)) return;
    if (strategy == 1 && !midnight) strategy = 2;
    if (strategy == 4 && !midnight) strategy = 5;
    static constexpr uint32_t kDateOperators[] = {0, 1095, 1096, 1093, 1098, 1097};
    auto op = context_.catalog.operator_by_oid(Oid{kDateOperators[strategy]});
    call.op = Oid{kDateOperators[strategy]};
    call.function = op->function;
    ExpressionPointer date = make_constant(*constant, Value::of(static_cast<int32_t>(day)));
    date->type = types::oid::kDate;
    date->typmod = -1;
    call.arguments[1] = std::move(date);
  }

  void evaluate(ExpressionPointer& e) {
    query::ExpressionCompiler compiler(context_.catalog, context_.call);
    query::EvaluationContext evaluation;
    evaluation.call = &context_.call;
    evaluation.catalog = &context_.catalog;
    evaluation.functions = context_.functions;
    query::EvaluatorPointer evaluator = compiler.compile(*e);
    ExpressionPointer constant = make_constant(*e, query::evaluate_constant(*evaluator, evaluation));
    e = std::move(constant);
  }

  PlanContext& context_;
};

// The conjuncts of one arm of an OR.
std::vector<const Expression*> conjuncts_of(const Expression& arm) {
  std::vector<const Expression*> out;
  const auto* call = try_as<BoolCall>(&arm);
  if (!call || call->bool_kind != BoolKind::kAnd) return {&arm};
  for (const auto& argument : call->arguments)
    for (const Expression* inner : conjuncts_of(*argument)) out.push_back(inner);
  return out;
}

ExpressionPointer make_bool(BoolKind kind, ExpressionList arguments) {
  if (arguments.size() == 1) return std::move(arguments[0]);
  auto call = std::make_unique<BoolCall>();
  call->bool_kind = kind;
  call->type = types::oid::kBool;
  call->arguments = std::move(arguments);
  return call;
}

bool contains(const std::vector<const Expression*>& list, const Expression& e) {
  return std::any_of(list.begin(), list.end(), [&](const Expression* other) { return query::equal(*other, e); });
}

}  // namespace

void fold_constants(ExpressionPointer& expression, PlanContext& context) { Folder(context).fold(expression); }

ExpressionPointer factor_disjunction(ExpressionPointer expression) {
  const auto* call = try_as<BoolCall>(expression.get());
  if (!call || call->bool_kind != BoolKind::kOr) return expression;
  std::vector<std::vector<const Expression*>> arms;
  for (const auto& argument : call->arguments) arms.push_back(conjuncts_of(*argument));
  std::vector<const Expression*> common;
  for (const Expression* e : arms[0])
    if (!contains(common, *e) &&
        std::all_of(arms.begin(), arms.end(), [&](const auto& arm) { return contains(arm, *e); }))
      common.push_back(e);
  if (common.empty()) return expression;
  ExpressionList all, rest;
  bool absorbed = false;
  for (const auto& arm : arms) {
    ExpressionList own;
    for (const Expression* e : arm)
      if (!contains(common, *e)) own.push_back(query::clone(*e));
    absorbed |= own.empty();
    if (!own.empty()) rest.push_back(make_bool(BoolKind::kAnd, std::move(own)));
  }
  for (const Expression* e : common) all.push_back(query::clone(*e));
  if (!absorbed) all.push_back(make_bool(BoolKind::kOr, std::move(rest)));
  return make_bool(BoolKind::kAnd, std::move(all));
}

ExpressionPointer restriction_of_disjunction(const Expression& expression, int table,
                                             const std::function<std::set<int>(const Expression&)>& tables_of) {
  const auto* call = try_as<BoolCall>(&expression);
  if (!call || call->bool_kind != BoolKind::kOr) return nullptr;
  ExpressionList arms;
  for (const auto& argument : call->arguments) {
    ExpressionList own;
    for (const Expression* e : conjuncts_of(*argument))
      if (tables_of(*e) == std::set<int>{table} && !query::contains_sublink(*e)) own.push_back(query::clone(*e));
    if (own.empty()) return nullptr;
    arms.push_back(make_bool(BoolKind::kAnd, std::move(own)));
  }
  return make_bool(BoolKind::kOr, std::move(arms));
}

namespace {

void arms_of(const Expression& e, std::vector<const Expression*>& out) {
  const auto* call = try_as<BoolCall>(&e);
  if (!call || call->bool_kind != BoolKind::kOr) {
    out.push_back(&e);
    return;
  }
  for (const auto& argument : call->arguments) arms_of(*argument, out);
}

}  // namespace

ExpressionPointer disjunction_as_array(const Expression& expression, PlanContext& context) {
  std::vector<const Expression*> arms;
  arms_of(expression, arms);
  if (arms.size() < 2) return nullptr;
  const query::OperatorCall* first = nullptr;
  auto list = std::make_unique<query::ArrayConstructor>();
  for (const Expression* arm : arms) {
    // To a condition an arm that is NULL is as good as none.
    if (arm->kind == ExpressionKind::kConstant && as<query::Constant>(*arm).value.is_null()) continue;
    if (arm->kind != ExpressionKind::kOperator) return nullptr;
    const auto& call = as<query::OperatorCall>(*arm);
    if (call.arguments.size() != 2 || !value_of(*call.arguments[1]) ||
        call.arguments[0]->type != call.arguments[1]->type)
      return nullptr;
    if (!first) first = &call;
    if (call.op != first->op || call.input_collation != first->input_collation ||
        !query::equal(*call.arguments[0], *first->arguments[0]))
      return nullptr;
    list->elements.push_back(query::clone(*call.arguments[1]));
  }
  if (!first) return nullptr;
  bool is_equality = false;
  for (auto [family, strategy] : context.catalog.operator_families(first->op, Oid{403})) is_equality |= strategy == 3;
  list->element_type = first->arguments[0]->type;
  list->type = context.catalog.type(list->element_type)->array;
  list->collation = first->arguments[0]->collation;
  if (!is_equality || !list->type.valid()) return nullptr;
  auto any = std::make_unique<query::ScalarArrayCall>();
  any->type = types::oid::kBool;
  any->op = first->op;
  any->function = first->function;
  any->input_collation = first->input_collation;
  any->left = query::clone(*first->arguments[0]);
  any->array = std::move(list);
  ExpressionPointer result = std::move(any);
  fold_constants(result, context);
  return result;
}

}  // namespace basalt::planner
