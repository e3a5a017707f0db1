// Making conversions explicit: the nodes that turn an expression of one type into another.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kRecordArray{2287};

template <typename T>
ExpressionPointer wrap(ExpressionPointer argument, Oid type, int32_t typmod, CoercionForm form, int location) {
  auto node = make<T>(leftmost(location, *argument));
  node->type = type;
  node->typmod = typmod;
  node->form = form;
  node->argument = std::move(argument);
  return node;
}

bool keeps_any_type(Oid target) {
  return target == oid::kAny || target == oid::kAnyelement || target == oid::kAnynonarray ||
         target == oid::kAnycompatible || target == oid::kAnycompatiblenonarray;
}

bool is_container_pseudo_type(Oid target) { return is_polymorphic(target) && !keeps_any_type(target); }

}  // namespace

ExpressionPointer Analyzer::coerce_to_target(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext coercion,
                                             CoercionForm form, int location) {
  if (!can_coerce(e->type, target, coercion)) return nullptr;
  Oid collation;
  int collate_location = -1;
  bool collated = false;
  while (e->kind == ExpressionKind::kCollate) {
    auto& collate = as<Collate>(*e);
    if (!collated) {
      collation = collate.collation;
      collate_location = collate.location;
      collated = true;
    }
    ExpressionPointer inner = std::move(collate.argument);
    e = std::move(inner);
  }
  const Expression* before = e.get();
  e = coerce(std::move(e), target, typmod, coercion, form, location);
  bool hide = e.get() != before && e->kind != ExpressionKind::kConstant;
  e = coerce_typmod(std::move(e), target, typmod, coercion, form, location, hide);
  if (collated && type_collation(target).valid()) {
    auto node = make<Collate>(collate_location);
    node->type = e->type;
    node->typmod = e->typmod;
    node->collation = collation;
    node->argument = std::move(e);
    return node;
  }
  return e;
}

ExpressionPointer Analyzer::coerce(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext coercion,
                                   CoercionForm form, int location) {
  Oid input = e->type;
  if (target == input || keeps_any_type(target)) return e;
  if (is_container_pseudo_type(target) && input != oid::kUnknown) {
    Oid base = base_type(input);
    if (base == input) return e;
    Oid collation = type_collation(base);
    auto node = wrap<Relabel>(std::move(e), base, -1, form, location);
    node->collation = collation;
    return node;
  }
  if (input == oid::kUnknown && e->kind == ExpressionKind::kConstant)
    return coerce_unknown(std::move(e), target, typmod, coercion, form, location);
  if (e->kind == ExpressionKind::kParameter && set_parameter_type(*e, target, location)) return e;
  if (e->kind == ExpressionKind::kCollate) {
    auto& collate = as<Collate>(*e);
    collate.argument = coerce(std::move(collate.argument), target, typmod, coercion, form, location);
    collate.type = collate.argument->type;
    collate.typmod = collate.argument->typmod;
    if (type_collation(target).valid()) return e;
    ExpressionPointer inner = std::move(collate.argument);
    return inner;
  }
  Pathway path = find_pathway(target, input, coercion);
  if (path.path != CoercionPath::kNone) {
    if (path.path != CoercionPath::kRelabel) {
      int32_t base_typmod = typmod;
      Oid base = base_type(target, base_typmod);
      e = build_coercion(std::move(e), path, base, base_typmod, coercion, form, location);
      if (target != base) e = coerce_domain(std::move(e), base, base_typmod, target, coercion, form, location, true);
      return e;
    }
    const Expression* before = e.get();
    e = coerce_domain(std::move(e), Oid{}, -1, target, coercion, form, location, false);
    if (e.get() != before) return e;
    return wrap<Relabel>(std::move(e), target, -1, form, location);
  }
  if (input == oid::kRecord && is_complex(target)) return coerce_record(std::move(e), target, coercion, form, location);
  if ((is_complex(input) && target == oid::kRecord) || target == kRecordArray || input == kRecordArray) return e;
  if (inherits_from(input, target)) {
    Oid base = base_type(input);
    if (base != input) e = wrap<Relabel>(std::move(e), base, -1, CoercionForm::kImplicitCast, location);
    return wrap<ConvertRow>(std::move(e), target, -1, form, location);
  }
  throw error(sqlstate::kInternalError,
              "failed to find conversion function from " + type_name(input) + " to " + type_name(target));
}

ExpressionPointer Analyzer::coerce_unknown(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext coercion,
                                           CoercionForm form, int location) {
  auto& source = as<Constant>(*e);
  int32_t base_typmod = typmod;
  Oid base = base_type(target, base_typmod);
  auto made = make<Constant>(source.location);
  made->type = base;
  made->collation = type_collation(base);
  made->literal = source.literal;
  TypePointer t = type(base);
  if (source.value.is_null()) {
    made->value = Value::null(t->physical);
  } else {
    if (t->kind == 'p' && is_polymorphic(base))
      throw error(sqlstate::kFeatureNotSupported, "cannot accept a value of type " + type_name(base), source.location);
    int32_t input_typmod = base == oid::kInterval ? base_typmod : -1;
    made->value = at(source.location, [&] { return context.call->input(base, source.value.string(), input_typmod); });
    pin(source);
  }
  ExpressionPointer result = std::move(made);
  if (target != base)
    result = coerce_domain(std::move(result), base, base_typmod, target, coercion, form, location, false);
  return result;
}

ExpressionPointer Analyzer::coerce_domain(ExpressionPointer e, Oid base, int32_t base_typmod, Oid domain,
                                          CoercionContext coercion, CoercionForm form, int location, bool hide_input) {
  if (!base.valid()) base = base_type(domain, base_typmod);
  if (base == domain) return e;
  if (hide_input) hide_coercion(*e);
  e = coerce_typmod(std::move(e), base, base_typmod, coercion, CoercionForm::kImplicitCast, location, false);
  return wrap<CoerceToDomain>(std::move(e), domain, -1, form, location);
}

ExpressionPointer Analyzer::coerce_typmod(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext coercion,
                                          CoercionForm form, int location, bool hide_input) {
  if (typmod == e->typmod) return e;
  if (hide_input) hide_coercion(*e);
  Pathway path = typmod < 0 ? Pathway{} : find_typmod_function(target);
  if (path.path != CoercionPath::kNone)
    return build_coercion(std::move(e), path, target, typmod, coercion, form, location);
  // Nothing to do, but the result must show the wanted typmod.
  Oid collation = e->collation;
  while (e->kind == ExpressionKind::kRelabel) {
    ExpressionPointer inner = std::move(as<Relabel>(*e).argument);
    e = std::move(inner);
  }
  if (e->kind == ExpressionKind::kConstant) {
    e->type = target;
    e->typmod = typmod;
    e->collation = collation;
    return e;
  }
  if (e->type == target && e->typmod == typmod && e->collation == collation) return e;
  auto node = wrap<Relabel>(std::move(e), target, typmod, form, location);
  node->collation = collation;
  return node;
}

ExpressionPointer Analyzer::build_coercion(ExpressionPointer e, Pathway path, Oid target, int32_t typmod,
                                           CoercionContext coercion, CoercionForm form, int location) {
  if (path.path == CoercionPath::kIo) return wrap<CoerceViaIo>(std::move(e), target, -1, form, location);
  if (path.path == CoercionPath::kFunction) {
    auto function = catalog.function(path.function);
    ENSURE(function, "cast function does not exist");
    note_function(path.function);
    auto node = make<Function>(leftmost(location, *e));
    node->function = path.function;
    node->type = target;
    node->form = form;
    node->arguments.push_back(std::move(e));
    size_t count = function->argument_types.size();
    if (count >= 2) {
      node->arguments.push_back(make_int4(typmod));
      node->typmod = typmod;
    }
    if (count == 3) node->arguments.push_back(make_boolean(coercion == CoercionContext::kExplicit));
    return node;
  }
  ENSURE(path.path == CoercionPath::kArray, "unexpected coercion path");
  int32_t source_typmod = e->typmod;
  Oid source_base = base_type(e->type, source_typmod);
  auto element = make<CaseTest>(-1);
  element->type = element_type(source_base);
  element->typmod = source_typmod;
  auto node = make<ArrayCoerce>(leftmost(location, *e));
  node->element = coerce_to_target(std::move(element), element_type(target), typmod, coercion, form, location);
  ENSURE(node->element, "failed to coerce array element type as expected");
  node->type = target;
  node->typmod = node->element->typmod;
  node->form = form;
  node->argument = std::move(e);
  return node;
}

ExpressionPointer Analyzer::coerce_record(ExpressionPointer e, Oid target, CoercionContext coercion, CoercionForm form,
                                          int location) {
  auto fail = [&](std::string detail) {
    SqlError failure = error(sqlstate::kCannotCoerce,
                             "cannot cast type " + type_name(oid::kRecord) + " to " + type_name(target), location);
    failure.report().detail = std::move(detail);
    return failure;
  };
  if (e->kind != ExpressionKind::kRow) throw fail("");
  auto& row = as<RowConstructor>(*e);
  int32_t base_typmod = -1;
  Oid base = base_type(target, base_typmod);
  auto made = make<RowConstructor>(row.location);
  made->type = base;
  made->form = form;
  size_t next = 0;
  int shown = 0;
  for (const auto& attribute : describe_row_type(base).columns) {
    if (!attribute.type.valid()) {
      made->arguments.push_back(make_null(oid::kInt4));
      continue;
    }
    if (next >= row.arguments.size()) throw fail("Input has too few columns.");
    ++shown;
    Oid from = row.arguments[next]->type;
    auto value = coerce_to_target(std::move(row.arguments[next]), attribute.type, attribute.typmod, coercion,
                                  CoercionForm::kImplicitCast, -1);
    if (!value)
      throw fail("Cannot cast type " + type_name(from) + " to " + type_name(attribute.type) + " in column " +
                 std::to_string(shown) + ".");
    made->arguments.push_back(std::move(value));
    ++next;
  }
  if (next != row.arguments.size()) throw fail("Input has too many columns.");
  ExpressionPointer result = std::move(made);
  if (base != target) {
    as<RowConstructor>(*result).form = CoercionForm::kImplicitCast;
    return coerce_domain(std::move(result), base, base_typmod, target, coercion, form, location, false);
  }
  return result;
}

void Analyzer::hide_coercion(Expression& e) {
  constexpr auto kHidden = CoercionForm::kImplicitCast;
  if (auto* function = try_mutable<Function>(&e))
    function->form = kHidden;
  else if (auto* relabel = try_mutable<Relabel>(&e))
    relabel->form = kHidden;
  else if (auto* io = try_mutable<CoerceViaIo>(&e))
    io->form = kHidden;
  else if (auto* array = try_mutable<ArrayCoerce>(&e))
    array->form = kHidden;
  else if (auto* convert = try_mutable<ConvertRow>(&e))
    convert->form = kHidden;
  else if (auto* row = try_mutable<RowConstructor>(&e))
    row->form = kHidden;
  else if (auto* domain = try_mutable<CoerceToDomain>(&e))
    domain->form = kHidden;
}

ExpressionPointer Analyzer::coerce_to_boolean(ExpressionPointer e, const char* construct) {
  return coerce_to_specific(std::move(e), oid::kBool, -1, construct);
}

ExpressionPointer Analyzer::coerce_to_specific(ExpressionPointer e, Oid target, int32_t typmod, const char* construct) {
  int location = e->location;
  if (e->type != target) {
    Oid input = e->type;
    e = coerce_to_target(std::move(e), target, typmod, CoercionContext::kAssignment, CoercionForm::kImplicitCast, -1);
    if (!e)
      throw error(sqlstate::kDatatypeMismatch,
                  "argument of " + std::string(construct) + " must be type " + type_name(target) + ", not type " +
                      type_name(input),
                  location);
  }
  if (returns_set(*e))
    throw error(sqlstate::kDatatypeMismatch, "argument of " + std::string(construct) + " must not return a set",
                location);
  return e;
}

ExpressionPointer Analyzer::coerce_to_common(ExpressionPointer e, Oid common, const char* construct) {
  if (e->type == common) return e;
  Oid input = e->type;
  int location = e->location;
  if (!can_coerce(input, common, CoercionContext::kImplicit))
    throw error(sqlstate::kCannotCoerce,
                std::string(construct) + " could not convert type " + type_name(input) + " to " + type_name(common),
                location);
  return coerce(std::move(e), common, -1, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
}

const Expression* strip_implicit_coercions(const Expression* e) {
  while (e) {
    const Expression* inner = nullptr;
    if (auto* function = try_as<Function>(e)) {
      if (function->form == CoercionForm::kImplicitCast) inner = function->arguments[0].get();
    } else if (auto* relabel = try_as<Relabel>(e)) {
      if (relabel->form == CoercionForm::kImplicitCast) inner = relabel->argument.get();
    } else if (auto* io = try_as<CoerceViaIo>(e)) {
      if (io->form == CoercionForm::kImplicitCast) inner = io->argument.get();
    } else if (auto* array = try_as<ArrayCoerce>(e)) {
      if (array->form == CoercionForm::kImplicitCast) inner = array->argument.get();
    } else if (auto* convert = try_as<ConvertRow>(e)) {
      if (convert->form == CoercionForm::kImplicitCast) inner = convert->argument.get();
    } else if (auto* domain = try_as<CoerceToDomain>(e)) {
      if (domain->form == CoercionForm::kImplicitCast) inner = domain->argument.get();
    }
    if (!inner) return e;
    e = inner;
  }
  return e;
}

}  // namespace basalt::query
