// Expressions: the dispatcher and the forms that stand alone (literals, parameters, casts, rows, arrays ...).
#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

std::unique_ptr<Constant> Analyzer::make_null(Oid type_oid, int32_t typmod, Oid collation) {
  auto node = make<Constant>(-1);
  node->type = type_oid;
  node->typmod = typmod;
  node->collation = collation;
  TypePointer t = catalog.type(type_oid);
  node->value = Value::null(t ? t->physical : common::PhysicalType::kString);
  return node;
}

std::unique_ptr<Constant> Analyzer::make_boolean(bool value) {
  auto node = make<Constant>(-1);
  node->type = oid::kBool;
  node->value = Value::of(value);
  return node;
}

std::unique_ptr<Constant> Analyzer::make_int4(int32_t value) {
  auto node = make<Constant>(-1);
  node->type = oid::kInt4;
  node->value = Value::of(value);
  return node;
}

ExpressionPointer Analyzer::bind(Scope& s, const ParsedExpression& e, Clause clause) {
  ClauseGuard guard(s, clause);
  return bind_inner(s, e);
}

ExpressionPointer Analyzer::bind_inner(Scope& s, const ParsedExpression& e) {
  common::check_stack_depth();
  using K = parser::ExpressionKind;
  switch (e.kind) {
    case K::kColumnRef:
      return bind_column_ref(s, as<parser::ParsedColumnRef>(e));
    case K::kParameter:
      return bind_parameter(s, as<parser::ParsedParameter>(e));
    case K::kLiteral:
      return bind_literal(as<parser::ParsedLiteral>(e));
    case K::kOperator:
      return bind_operator(s, as<parser::ParsedOperator>(e));
    case K::kBool:
      return bind_bool(s, as<parser::ParsedBool>(e));
    case K::kNullTest:
      return bind_null_test(s, as<parser::ParsedNullTest>(e));
    case K::kBooleanTest:
      return bind_boolean_test(s, as<parser::ParsedBooleanTest>(e));
    case K::kSubLink:
      return bind_sublink(s, as<parser::ParsedSubLink>(e));
    case K::kFunctionCall:
      return bind_function_call(s, as<parser::ParsedFunctionCall>(e));
    case K::kNamedArgument: {
      const auto& named = as<parser::ParsedNamedArgument>(e);
      auto node = make<NamedArgument>(named.location);
      node->name = named.name;
      node->argument = bind_inner(s, *named.value);
      node->type = node->argument->type;
      return node;
    }
    case K::kCase:
      return bind_case(s, as<parser::ParsedCase>(e));
    case K::kCoalesce:
      return bind_coalesce(s, as<parser::ParsedCoalesce>(e));
    case K::kMinMax:
      return bind_min_max(s, as<parser::ParsedMinMax>(e));
    case K::kSqlValueFunction:
      return bind_sql_value(as<parser::ParsedSqlValueFunction>(e));
    case K::kTypeCast:
      return bind_type_cast(s, as<parser::ParsedTypeCast>(e));
    case K::kCollate:
      return bind_collate(s, as<parser::ParsedCollate>(e));
    case K::kArray:
      return bind_array(s, as<parser::ParsedArray>(e), Oid{}, Oid{}, -1);
    case K::kRow:
      return bind_row(s, as<parser::ParsedRow>(e), false);
    case K::kIndirection:
      return bind_indirection(s, as<parser::ParsedIndirection>(e));
    case K::kGrouping:
      return bind_grouping(s, as<parser::ParsedGrouping>(e));
    case K::kDefault:
      throw error(sqlstate::kSyntaxError, "DEFAULT is not allowed in this context", e.location);
    case K::kCurrentOf:
      return bind_current_of(s, as<parser::ParsedCurrentOf>(e));
    case K::kXml:
      throw common::not_supported("XML functions");
  }
  UNREACHABLE("AST expression of an unknown kind");
}

namespace {

Oid literal_type(const parser::ParsedLiteral& literal) {
  using C = parser::LiteralClass;
  switch (literal.literal_class) {
    case C::kBoolean:
      return oid::kBool;
    case C::kInteger:
      return oid::kInt4;
    case C::kIntegerMin:
      return literal.negated ? oid::kInt4 : oid::kInt8;
    case C::kBigint:
      return oid::kInt8;
    case C::kBigintMin:
      return literal.negated ? oid::kInt8 : oid::kNumeric;
    case C::kNumeric:
      return oid::kNumeric;
    case C::kBitString:
    case C::kHexBitString:
      return oid::kBit;
    default:
      return oid::kUnknown;
  }
}

}  // namespace

ExpressionPointer Analyzer::bind_literal(const parser::ParsedLiteral& literal) {
  using C = parser::LiteralClass;
  auto node = make<Constant>(literal.location);
  node->type = literal_type(literal);
  node->literal = literal.literal_index;
  switch (literal.literal_class) {
    case C::kNull:
      node->value = Value::null(common::PhysicalType::kString);
      return node;
    case C::kBoolean:
      node->value = Value::of(literal.boolean);
      return node;
    case C::kString:
      node->value = Value::of(literal.text);
      return node;
    case C::kBitString:
    case C::kHexBitString: {
      std::string text = (literal.literal_class == C::kBitString ? "b" : "x") + literal.text;
      node->value = at(literal.location, [&] { return context.call->input(oid::kBit, text, -1); });
      break;
    }
    default:
      if (node->type == oid::kInt4)
        node->value = Value::of(static_cast<int32_t>(std::strtoll(literal.text.c_str(), nullptr, 10)));
      else if (node->type == oid::kInt8)
        node->value = Value::of(static_cast<int64_t>(std::strtoll(literal.text.c_str(), nullptr, 10)));
      else
        node->value = at(literal.location, [&] { return context.call->input(oid::kNumeric, literal.text, -1); });
  }
  return node;
}

ExpressionPointer Analyzer::bind_indirection(Scope& s, const parser::ParsedIndirection& e) {
  const Expression* last_srf = s.last_set_returning;
  ExpressionPointer result = bind_inner(s, *e.argument);
  std::vector<const parser::ParsedIndirectionStep*> subscripts;
  auto apply = [&] {
    if (subscripts.empty()) return;
    Oid container = result->type;
    int32_t typmod = result->typmod;
    result = bind_subscripts(s, std::move(result), container, typmod, subscripts, false);
    subscripts.clear();
  };
  for (const auto& step : e.steps) {
    if (step.kind == parser::IndirectionKind::kSubscript || step.kind == parser::IndirectionKind::kSlice) {
      subscripts.push_back(&step);
      continue;
    }
    if (step.kind == parser::IndirectionKind::kStar)
      throw error(sqlstate::kFeatureNotSupported, "row expansion via \"*\" is not supported here", e.location);
    apply();
    Oid container = result->type;
    const auto* column = try_as<Column>(result.get());
    std::string relation;
    if (column && column->column == 0) relation = scope_at(s, column->levels_up).query->entry(column->table).name;
    ExpressionList arguments;
    arguments.push_back(std::move(result));
    int location = step.location >= 0 ? step.location : e.location;
    result = call_or_column(s, {step.field}, std::move(arguments), last_srf, nullptr, false, e.location);
    if (result) continue;
    if (!relation.empty())
      throw error(sqlstate::kUndefinedColumn, "column " + relation + "." + step.field + " does not exist", e.location);
    if (is_composite(container))
      throw error(sqlstate::kUndefinedColumn,
                  "column \"" + step.field + "\" not found in data type " + type_name(container), e.location);
    if (container == oid::kRecord)
      throw error(sqlstate::kUndefinedColumn, "could not identify column \"" + step.field + "\" in record data type",
                  e.location);
    (void)location;
    throw error(sqlstate::kWrongObjectType,
                "column notation ." + step.field + " applied to type " + type_name(container) +
                    ", which is not a composite type",
                e.location);
  }
  apply();
  return result;
}

ExpressionPointer Analyzer::bind_type_cast(Scope& s, const parser::ParsedTypeCast& e) {
  ResolvedType target = resolve_type(*e.type);
  ExpressionPointer argument;
  if (auto* array = parser::as_if<parser::ParsedArray>(e.argument.get())) {
    int32_t base_typmod = target.typmod;
    Oid base = base_type(target.type->oid, base_typmod);
    Oid element = element_type(base);
    if (element.valid()) argument = bind_array(s, *array, base, element, base_typmod);
  }
  if (!argument) argument = bind_inner(s, *e.argument);
  int location = e.location >= 0 ? e.location : e.type->location;
  Oid input = argument->type;
  int argument_location = argument->location;
  auto result = coerce_to_target(std::move(argument), target.type->oid, target.typmod, CoercionContext::kExplicit,
                                 CoercionForm::kExplicitCast, location);
  if (!result)
    throw error(sqlstate::kCannotCoerce, "cannot cast type " + type_name(input) + " to " + type_name(target.type->oid),
                location >= 0 ? location : argument_location);
  return result;
}

ExpressionPointer Analyzer::bind_collate(Scope& s, const parser::ParsedCollate& e) {
  auto node = make<Collate>(e.location);
  node->argument = bind_inner(s, *e.argument);
  Oid t = node->argument->type;
  if (t != oid::kUnknown && !type_collation(t).valid())
    throw error(sqlstate::kDatatypeMismatch, "collations are not supported by type " + type_name(t), e.location);
  node->type = t;
  node->typmod = node->argument->typmod;
  node->collation = find_collation(e.collation, e.location);
  return node;
}

ExpressionPointer Analyzer::bind_sql_value(const parser::ParsedSqlValueFunction& e) {
  using F = parser::SqlValueFunction;
  auto node = make<SqlValue>(e.location);
  node->value_kind = static_cast<SqlValueKind>(e.function);
  int32_t precision = e.precision;
  auto limited = [&](const char* name, const char* suffix) {
    if (precision <= 6) return;
    common::ErrorReport report{};
    report.severity = common::Severity::kWarning;
    report.sqlstate = sqlstate::kInvalidParameterValue;
    report.message =
        std::string(name) + "(" + std::to_string(precision) + ")" + suffix + " precision reduced to maximum allowed, 6";
    notice(std::move(report));
    precision = 6;
  };
  switch (e.function) {
    case F::kCurrentDate:
      node->type = oid::kDate;
      break;
    case F::kCurrentTime:
      limited("TIME", " WITH TIME ZONE");
      node->type = oid::kTimetz;
      break;
    case F::kCurrentTimestamp:
      limited("TIMESTAMP", " WITH TIME ZONE");
      node->type = oid::kTimestamptz;
      break;
    case F::kLocaltime:
      limited("TIME", "");
      node->type = oid::kTime;
      break;
    case F::kLocaltimestamp:
      limited("TIMESTAMP", "");
      node->type = oid::kTimestamp;
      break;
    default:
      node->type = oid::kName;
      node->collation = Oid{950};  // "C"
      precision = -1;
  }
  node->typmod = precision;
  return node;
}

ExpressionPointer Analyzer::bind_null_test(Scope& s, const parser::ParsedNullTest& e) {
  auto node = make<NullTest>(e.location);
  node->argument = bind_inner(s, *e.argument);
  node->type = oid::kBool;
  node->is_not = e.is_not;
  node->location = leftmost(e.location, *node->argument);
  Oid t = node->argument->type;
  node->argument_is_row = t == oid::kRecord || is_composite(t);
  return node;
}

ExpressionPointer Analyzer::bind_boolean_test(Scope& s, const parser::ParsedBooleanTest& e) {
  static constexpr const char* kNames[] = {"IS TRUE",      "IS NOT TRUE", "IS FALSE",
                                           "IS NOT FALSE", "IS UNKNOWN",  "IS NOT UNKNOWN"};
  auto node = make<BooleanTest>(e.location);
  node->type = oid::kBool;
  node->test = static_cast<BooleanTestKind>(e.test);
  node->argument = coerce_to_boolean(bind_inner(s, *e.argument), kNames[static_cast<int>(e.test)]);
  node->location = leftmost(e.location, *node->argument);
  return node;
}

ExpressionPointer Analyzer::bind_array(Scope& s, const parser::ParsedArray& e, Oid array, Oid element, int32_t typmod) {
  auto node = make<ArrayConstructor>(e.location);
  for (const auto& item : e.elements) {
    if (auto* nested = parser::as_if<parser::ParsedArray>(item.get())) {
      node->elements.push_back(bind_array(s, *nested, array, element, typmod));
      node->multidimensional = true;
    } else {
      node->elements.push_back(bind_inner(s, *item));
      if (!node->multidimensional && element_type(node->elements.back()->type).valid()) node->multidimensional = true;
    }
  }
  Oid target;
  bool hard = array.valid();
  if (hard) {
    target = node->multidimensional ? array : element;
  } else {
    if (node->elements.empty())
      throw error(sqlstate::kIndeterminateDatatype, "cannot determine type of empty array", e.location)
          .hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].");
    std::vector<const Expression*> list;
    for (const auto& item : node->elements) list.push_back(item.get());
    target = common_type(list, "ARRAY");
    if (node->multidimensional) {
      array = target;
      element = element_type(array);
      if (!element.valid())
        throw error(sqlstate::kUndefinedObject, "could not find element type for data type " + type_name(array),
                    e.location);
    } else {
      element = target;
      array = array_type(element);
      if (!array.valid())
        throw error(sqlstate::kUndefinedObject, "could not find array type for data type " + type_name(element),
                    e.location);
    }
  }
  for (auto& item : node->elements) {
    if (!hard) {
      item = coerce_to_common(std::move(item), target, "ARRAY");
      continue;
    }
    Oid input = item->type;
    int location = item->location;
    item =
        coerce_to_target(std::move(item), target, typmod, CoercionContext::kExplicit, CoercionForm::kExplicitCast, -1);
    if (!item)
      throw error(sqlstate::kCannotCoerce, "cannot cast type " + type_name(input) + " to " + type_name(target),
                  location);
  }
  node->type = array;
  node->element_type = element;
  if (!node->elements.empty()) {
    int32_t shared = node->elements[0]->typmod;
    Oid wanted = node->multidimensional ? array : element;
    for (const auto& item : node->elements)
      if (item->typmod != shared || item->type != wanted) shared = -1;
    node->typmod = shared;
  }
  return node;
}

ExpressionPointer Analyzer::bind_row(Scope& s, const parser::ParsedRow& e, bool allow_default) {
  auto node = make<RowConstructor>(e.location);
  node->arguments = bind_expression_list(s, e.elements, s.clause, allow_default);
  if (node->arguments.size() > 1664)
    throw error(sqlstate::kTooManyColumns, "ROW expressions can have at most 1664 entries", e.location);
  node->type = oid::kRecord;
  node->form = e.is_explicit ? CoercionForm::kExplicitCall : CoercionForm::kImplicitCast;
  for (size_t i = 0; i < node->arguments.size(); ++i) node->names.push_back("f" + std::to_string(i + 1));
  return node;
}

ExpressionPointer Analyzer::make_row(RowConstructor& row, CoercionForm form) {
  auto node = make<RowConstructor>(row.location);
  node->type = oid::kRecord;
  node->form = form;
  node->names = std::move(row.names);
  node->arguments = std::move(row.arguments);
  return node;
}

ExpressionPointer Analyzer::bind_current_of(Scope& s, const parser::ParsedCurrentOf& e) {
  auto node = make<CurrentOf>(e.location);
  ENSURE(s.target, "CURRENT OF without a target table");
  node->type = oid::kBool;
  node->table = s.target->table;
  node->cursor = e.cursor_name;
  return node;
}

ExpressionList Analyzer::bind_list(Scope& s, const parser::ExpressionList& list, Clause clause, bool allow_default) {
  ExpressionList out;
  for (const auto& item : list) {
    if (allow_default && item->kind == parser::ExpressionKind::kDefault) {
      auto node = make<SetDefault>(item->location);
      node->type = oid::kUnknown;
      out.push_back(std::move(node));
    } else {
      out.push_back(bind(s, *item, clause));
    }
  }
  return out;
}

}  // namespace basalt::query
