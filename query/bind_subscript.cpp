// Subscripts of containers (arrays, jsonb), and assignment to parts of columns: UPDATE t SET a[1] = x, c.f = y.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr uint32_t kArraySubscript = 6179, kRawArraySubscript = 6180, kJsonbSubscript = 6098;

// Where a step is at fault: at its upper bound (a plain subscript is one), else at its lower one.
int bound_location(const parser::ParsedIndirectionStep& step) {
  if (step.upper) return step.upper->location;
  return step.lower ? step.lower->location : -1;
}

}  // namespace

// The type that is really subscripted: domains are looked through, int2vector and oidvector count as arrays.
Oid Analyzer::container_type(Oid& type_oid, int32_t& typmod) {
  type_oid = base_type(type_oid, typmod);
  if (type_oid == oid::kInt2vector)
    type_oid = oid::kInt2Array;
  else if (type_oid == oid::kOidvector)
    type_oid = oid::kOidArray;
  return type_oid;
}

ExpressionPointer Analyzer::bind_subscripts(Scope& s, ExpressionPointer container, Oid type_oid, int32_t typmod,
                                            const std::vector<const parser::ParsedIndirectionStep*>& steps,
                                            bool assignment) {
  if (!assignment) container_type(type_oid, typmod);
  TypePointer t = type(type_oid);
  auto node = make<Subscript>(container ? container->location : -1);
  node->container_type = type_oid;
  bool json = t->subscript.value == kJsonbSubscript;
  if (!json && t->subscript.value != kArraySubscript && t->subscript.value != kRawArraySubscript)
    throw error(sqlstate::kDatatypeMismatch,
                "cannot subscript type " + type_name(type_oid) + " because it does not support subscripting",
                container ? container->location : -1);
  node->element_type = t->element;
  for (const auto* step : steps) node->slice = node->slice || step->kind == parser::IndirectionKind::kSlice;
  if (json && node->slice)
    throw error(sqlstate::kDatatypeMismatch, "jsonb subscript does not support slices", bound_location(*steps[0]));
  auto index = [&](const parser::ExpressionPtr& e) -> ExpressionPointer {
    if (!e) return nullptr;
    auto bound = bind_inner(s, *e);
    int location = bound->location;
    if (json) {
      const bool untyped = bound->type == oid::kUnknown;
      const bool position = !untyped && can_coerce(bound->type, oid::kInt4, CoercionContext::kImplicit);
      if (!untyped && !position && !can_coerce(bound->type, oid::kText, CoercionContext::kImplicit))
        throw error(sqlstate::kDatatypeMismatch, "subscript type " + type_name(bound->type) + " is not supported",
                    location)
            .hint("jsonb subscript must be coercible to either integer or text.");
      const Oid target = position ? oid::kInt4 : oid::kText;
      bound =
          coerce_to_target(std::move(bound), target, -1, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
    } else {
      bound = coerce_to_target(std::move(bound), oid::kInt4, -1, CoercionContext::kAssignment,
                               CoercionForm::kImplicitCast, -1);
    }
    if (!bound)
      throw error(sqlstate::kDatatypeMismatch,
                  json ? "jsonb subscript must have text type" : "array subscript must have type integer", location);
    return bound;
  };
  for (const auto* step : steps) {
    if (node->slice) {
      if (step->kind == parser::IndirectionKind::kSlice) {
        node->lower.push_back(index(step->lower));
      } else {
        node->lower.push_back(make_int4(1));  // a[3] among slices means a[1:3]
      }
    }
    node->upper.push_back(index(step->upper));
  }
  if (node->upper.size() > 6 && !json)
    throw error(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(node->upper.size()) +
                                                     ") exceeds the maximum allowed (6)");
  node->type = json ? oid::kJsonb : node->slice ? type_oid : t->element;
  if (t->subscript.value == kRawArraySubscript && node->slice)
    throw error(sqlstate::kFeatureNotSupported, "slices of fixed-length arrays not implemented",
                container ? container->location : -1);
  node->typmod = typmod;
  node->container = std::move(container);
  return node;
}

// The value to store into `target_name`, as the whole of what lies under steps[from...]. `base` is the present value
// (null for INSERT), of type `target`.
ExpressionPointer Analyzer::assign_indirection(Scope& s, ExpressionPointer base, const std::string& target_name,
                                               bool subscripting, Oid target, int32_t typmod, Oid collation,
                                               const std::vector<parser::ParsedIndirectionStep>& steps, size_t from,
                                               ExpressionPointer value, CoercionContext coercion, int location) {
  if (from < steps.size() && !base) {
    // A step below works on the value that an outer step took apart, which the executor passes along.
    auto test = make<CaseTest>(-1);
    test->type = target;
    test->typmod = typmod;
    test->collation = collation;
    base = std::move(test);
  }
  std::vector<const parser::ParsedIndirectionStep*> subscripts;
  auto assign_subscripts = [&](size_t next) -> ExpressionPointer {
    Oid container = target;
    int32_t container_typmod = typmod;
    container_type(container, container_typmod);
    auto reference = bind_subscripts(s, std::move(base), container, container_typmod, subscripts, true);
    auto& node = as<Subscript>(*reference);
    Oid needed = node.type;
    Oid needed_collation = type_collation(node.container_type);
    node.assigned = assign_indirection(s, nullptr, target_name, true, needed, container_typmod, needed_collation, steps,
                                       next, std::move(value), coercion, location);
    node.type = container;
    node.typmod = container_typmod;
    if (container == target) return reference;
    auto result =
        coerce_to_target(std::move(reference), target, typmod, coercion, CoercionForm::kImplicitCast, location);
    if (!result)
      throw error(sqlstate::kCannotCoerce, "cannot cast type " + type_name(container) + " to " + type_name(target),
                  location);
    return result;
  };
  for (size_t i = from; i < steps.size(); ++i) {
    const auto& step = steps[i];
    if (step.kind == parser::IndirectionKind::kSubscript || step.kind == parser::IndirectionKind::kSlice) {
      subscripts.push_back(&step);
      continue;
    }
    if (step.kind == parser::IndirectionKind::kStar)
      throw error(sqlstate::kFeatureNotSupported, "row expansion via \"*\" is not supported here", location);
    if (!subscripts.empty()) return assign_subscripts(i);
    int32_t base_typmod = typmod;
    Oid base_oid = base_type(target, base_typmod);
    if (!relation_of_row_type(base_oid).valid())
      throw error(sqlstate::kDatatypeMismatch,
                  "cannot assign to field \"" + step.field + "\" of column \"" + target_name + "\" because its type " +
                      type_name(target) + " is not a composite type",
                  location);
    RowDescription row = describe_row_type(base_oid);
    int16_t number = 0;
    for (size_t k = 0; k < row.columns.size(); ++k)
      if (row.columns[k].type.valid() && row.columns[k].name == step.field) number = static_cast<int16_t>(k + 1);
    if (number == 0)
      throw error(sqlstate::kUndefinedColumn,
                  "cannot assign to field \"" + step.field + "\" of column \"" + target_name +
                      "\" because there is no such column in data type " + type_name(target),
                  location);
    const auto& field = row.columns[static_cast<size_t>(number) - 1];
    auto node = make<FieldStore>(-1);
    node->type = base_oid;
    node->fields.push_back(number);
    node->values.push_back(assign_indirection(s, nullptr, step.field, false, field.type, field.typmod, field.collation,
                                              steps, i + 1, std::move(value), coercion, location));
    node->argument = std::move(base);
    if (base_oid == target) return node;
    return coerce_domain(std::move(node), base_oid, base_typmod, target, coercion, CoercionForm::kImplicitCast,
                         location, false);
  }
  if (!subscripts.empty()) return assign_subscripts(steps.size());
  Oid given = value->type;
  auto result = coerce_to_target(std::move(value), target, typmod, coercion, CoercionForm::kImplicitCast, -1);
  if (result) return result;
  if (subscripting)
    throw error(sqlstate::kDatatypeMismatch,
                "subscripted assignment to \"" + target_name + "\" requires type " + type_name(target) +
                    " but expression is of type " + type_name(given),
                location)
        .hint("You will need to rewrite or cast the expression.");
  throw error(sqlstate::kDatatypeMismatch,
              "subfield \"" + target_name + "\" is of type " + type_name(target) + " but expression is of type " +
                  type_name(given),
              location)
      .hint("You will need to rewrite or cast the expression.");
}

}  // namespace basalt::query
