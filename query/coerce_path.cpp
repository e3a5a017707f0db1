// Which conversions exist: pathways between types, and the common type of several expressions.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kRecordArray{2287};

bool context_allows(CoercionContext context, char cast_context) {
  switch (cast_context) {
    case 'i':
      return true;
    case 'a':
      return context >= CoercionContext::kAssignment;
    default:
      return context >= CoercionContext::kExplicit;
  }
}

}  // namespace

Pathway Analyzer::find_pathway(Oid target, Oid source, CoercionContext coercion) {
  source = base_type(source);
  target = base_type(target);
  if (source == target) return {CoercionPath::kRelabel, Oid{}};
  if (const auto* cast = catalog.cast(source, target)) {
    if (context_allows(coercion, cast->context)) {
      if (cast->method == 'f') return {CoercionPath::kFunction, cast->function};
      return {cast->method == 'i' ? CoercionPath::kIo : CoercionPath::kRelabel, Oid{}};
    }
    if (coercion == CoercionContext::kPlpgsql) return {CoercionPath::kIo, Oid{}};
    return {};
  }
  Pathway result;
  if (target != oid::kOidvector && target != oid::kInt2vector) {
    Oid target_element = element_type(target), source_element = element_type(source);
    if (target_element.valid() && source_element.valid()) {
      Pathway element = find_pathway(target_element, source_element,
                                     coercion == CoercionContext::kPlpgsql ? CoercionContext::kAssignment : coercion);
      if (element.path != CoercionPath::kNone) result.path = CoercionPath::kArray;
    }
  }
  if (result.path == CoercionPath::kNone) {
    if (coercion >= CoercionContext::kAssignment && category(target) == 'S')
      result.path = CoercionPath::kIo;
    else if (coercion >= CoercionContext::kExplicit && category(source) == 'S')
      result.path = CoercionPath::kIo;
    else if (coercion == CoercionContext::kPlpgsql)
      result.path = CoercionPath::kIo;
  }
  return result;
}

Pathway Analyzer::find_typmod_function(Oid type_oid) {
  Pathway result{CoercionPath::kFunction, Oid{}};
  Oid element = element_type(type_oid);
  if (element.valid()) {
    type_oid = element;
    result.path = CoercionPath::kArray;
  }
  if (const auto* cast = catalog.cast(type_oid, type_oid)) result.function = cast->function;
  if (!result.function.valid()) result.path = CoercionPath::kNone;
  return result;
}

bool Analyzer::binary_coercible(Oid source, Oid target) {
  if (source == target || target == oid::kAny || target == oid::kAnyelement || target == oid::kAnycompatible)
    return true;
  source = base_type(source);
  if (source == target) return true;
  TypePointer s = catalog.type(source);
  if (!s) return false;
  bool array = s->is_true_array();
  if ((target == oid::kAnyarray || target == oid::kAnycompatiblearray) && array) return true;
  if ((target == oid::kAnynonarray || target == oid::kAnycompatiblenonarray) && !array) return true;
  if (target == oid::kAnyenum && s->kind == 'e') return true;
  if ((target == oid::kAnyrange || target == oid::kAnycompatiblerange) && s->kind == 'r') return true;
  if ((target == oid::kAnymultirange || target == oid::kAnycompatiblemultirange) && s->kind == 'm') return true;
  if (target == oid::kRecord && is_complex(source)) return true;
  if (target == kRecordArray && array && is_complex(s->element)) return true;
  const auto* cast = catalog.cast(source, target);
  return cast && cast->method == 'b' && cast->context == 'i';
}

bool Analyzer::can_coerce(const std::vector<Oid>& inputs, const std::vector<Oid>& targets, CoercionContext coercion) {
  bool generics = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Oid input = inputs[i], target = targets[i];
    if (input == target || target == oid::kAny) continue;
    if (is_polymorphic(target)) {
      generics = true;
      continue;
    }
    if (input == oid::kUnknown) continue;
    if (find_pathway(target, input, coercion).path != CoercionPath::kNone) continue;
    if (input == oid::kRecord && is_complex(target)) continue;
    if (is_complex(input) && target == oid::kRecord) continue;
    if (input == kRecordArray && is_complex(element_type(target))) continue;
    if (target == kRecordArray && element_type(input).valid() && is_complex(element_type(input))) continue;
    if (inherits_from(input, target)) continue;
    return false;
  }
  return !generics || generic_consistent(inputs, targets);
}

// True if rows of child's relation are rows of parent's, by inheritance or because the child is typed by it.
bool Analyzer::inherits_from(Oid child_type, Oid parent_type) {
  Oid parent = relation_of_row_type(parent_type);
  if (!parent.valid()) return false;
  Oid child = relation_of_row_type(child_type);
  if (!child.valid()) return false;
  std::vector<Oid> open{child};
  for (size_t i = 0; i < open.size() && i < 10000; ++i) {
    auto relation = catalog.relation(open[i]);
    if (!relation) continue;
    if (i == 0 && relation->of_type.valid() && relation->of_type == parent_type) return true;
    for (Oid up : relation->parents) {
      if (up == parent) return true;
      open.push_back(up);
    }
  }
  return false;
}

Oid Analyzer::common_type(const std::vector<const Expression*>& list, const char* construct, const Expression** which) {
  const Expression* chosen = list[0];
  Oid type_oid = chosen->type;
  if (type_oid != oid::kUnknown) {
    bool all = true;
    for (const auto* e : list) all = all && e->type == type_oid;
    if (all) {
      if (which) *which = chosen;
      return type_oid;
    }
  }
  type_oid = base_type(type_oid);
  for (size_t i = 1; i < list.size(); ++i) {
    Oid next = base_type(list[i]->type);
    if (next == oid::kUnknown || next == type_oid) continue;
    if (type_oid == oid::kUnknown) {
      chosen = list[i];
      type_oid = next;
    } else if (category(next) != category(type_oid)) {
      if (!construct) return Oid{};
      throw error(
          sqlstate::kDatatypeMismatch,
          std::string(construct) + " types " + type_name(type_oid) + " and " + type_name(next) + " cannot be matched",
          list[i]->location);
    } else if (!preferred(type_oid) && can_coerce(type_oid, next, CoercionContext::kImplicit) &&
               !can_coerce(next, type_oid, CoercionContext::kImplicit)) {
      chosen = list[i];
      type_oid = next;
    }
  }
  if (type_oid == oid::kUnknown) type_oid = oid::kText;
  if (which) *which = chosen;
  return type_oid;
}

Oid Analyzer::common_type_of(const std::vector<Oid>& list, bool no_error) {
  Oid type_oid = list[0];
  bool all = true;
  for (Oid t : list) all = all && t == type_oid;
  if (all && type_oid != oid::kUnknown) return type_oid;
  type_oid = base_type(type_oid);
  for (size_t i = 1; i < list.size(); ++i) {
    Oid next = base_type(list[i]);
    if (next == oid::kUnknown || next == type_oid) continue;
    if (type_oid == oid::kUnknown) {
      type_oid = next;
    } else if (category(next) != category(type_oid)) {
      if (no_error) return Oid{};
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "argument types " + type_name(type_oid) + " and " + type_name(next) + " cannot be matched");
    } else if (!preferred(type_oid) && can_coerce(type_oid, next, CoercionContext::kImplicit) &&
               !can_coerce(next, type_oid, CoercionContext::kImplicit)) {
      type_oid = next;
    }
  }
  return type_oid == oid::kUnknown ? oid::kText : type_oid;
}

bool Analyzer::verify_common_type(Oid common, const std::vector<Oid>& list) {
  for (Oid t : list)
    if (!can_coerce(t, common, CoercionContext::kImplicit)) return false;
  return true;
}

int32_t Analyzer::common_typmod(const std::vector<const Expression*>& list, Oid common) {
  int32_t typmod = list[0]->typmod;
  for (const auto* e : list)
    if (e->type != common || e->typmod != typmod) return -1;
  return typmod;
}

}  // namespace basalt::query
