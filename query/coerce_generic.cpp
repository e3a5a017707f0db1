// Polymorphic types: which actual types the any* parameters of a call stand for. There are two families that are solved
// apart: anyelement & co. (all actual types alike) and anycompatible & co. (a common type is found).
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

bool is_element(Oid t) { return t == oid::kAnyelement || t == oid::kAnynonarray || t == oid::kAnyenum; }
bool is_compatible_element(Oid t) { return t == oid::kAnycompatible || t == oid::kAnycompatiblenonarray; }
bool is_compatible_family(Oid t) {
  return is_compatible_element(t) || t == oid::kAnycompatiblearray || t == oid::kAnycompatiblerange ||
         t == oid::kAnycompatiblemultirange;
}

// Solves both families. Failures are reported by throwing; the consistency check turns them into "no".
struct Solver {
  explicit Solver(Analyzer& analyzer) : a(analyzer) {}
  Analyzer& a;
  Oid element, array, range, multirange;
  Oid common, common_array, common_range, common_multirange;
  bool unknowns = false, compatible_unknowns = false, any_simple = false, any_compatible = false;
  bool need_nonarray = false, need_enum = false, need_compatible_nonarray = false;
  std::vector<Oid> compatible_types;
  bool has_compatible_array = false, has_compatible_range = false, has_compatible_multirange = false;

  [[noreturn]] void fail(std::string message, std::string detail = "") {
    throw SqlError(sqlstate::kDatatypeMismatch, std::move(message)).detail(std::move(detail));
  }
  std::string versus(Oid x, Oid y) { return a.type_name(x) + " versus " + a.type_name(y); }
  void alike(Oid& slot, Oid actual, const char* name) {
    if (slot.valid() && slot != actual)
      fail("arguments declared \"" + std::string(name) + "\" are not all alike", versus(slot, actual));
    slot = actual;
  }
  void consistent(Oid& slot, Oid found, const char* first, const char* second) {
    if (slot.valid() && slot != found)
      fail("argument declared " + std::string(first) + " is not consistent with argument declared " + second,
           versus(first == std::string("anyarray")   ? array
                  : first == std::string("anyrange") ? range
                                                     : multirange,
                  slot));
    slot = found;
  }

  void collect(Oid actual, Oid declared, bool allow_polymorphic) {
    if (is_element(declared)) {
      any_simple = true;
      need_nonarray |= declared == oid::kAnynonarray;
      need_enum |= declared == oid::kAnyenum;
    } else if (is_compatible_family(declared)) {
      any_compatible = true;
      need_compatible_nonarray |= declared == oid::kAnycompatiblenonarray;
      has_compatible_array |= declared == oid::kAnycompatiblearray;
      has_compatible_range |= declared == oid::kAnycompatiblerange;
      has_compatible_multirange |= declared == oid::kAnycompatiblemultirange;
    } else {
      any_simple = true;
    }
    if (actual == oid::kUnknown) {
      (is_compatible_family(declared) ? compatible_unknowns : unknowns) = true;
      return;
    }
    if (allow_polymorphic && actual == declared) return;
    if (is_element(declared)) return alike(element, actual, "anyelement");
    if (is_compatible_element(declared)) return compatible_types.push_back(actual);
    actual = a.base_type(actual);
    if (declared == oid::kAnyarray) return alike(array, actual, "anyarray");
    if (declared == oid::kAnyrange) return alike(range, actual, "anyrange");
    if (declared == oid::kAnymultirange) return alike(multirange, actual, "anymultirange");
    collect_compatible_container(actual, declared);
  }
  void collect_compatible_container(Oid actual, Oid declared) {
    if (declared == oid::kAnycompatiblearray) {
      Oid part = a.element_type(actual);
      if (!part.valid()) fail("argument declared anycompatiblearray is not an array but type " + a.type_name(actual));
      compatible_types.push_back(part);
    } else if (declared == oid::kAnycompatiblerange) {
      alike(common_range, actual, "anycompatiblerange");
      Oid part = a.range_subtype(actual);
      if (!part.valid())
        fail("argument declared anycompatiblerange is not a range type but type " + a.type_name(actual));
      compatible_types.push_back(part);
    } else {
      alike(common_multirange, actual, "anycompatiblemultirange");
      Oid of = a.multirange_range(actual);
      if (!of.valid())
        fail("argument declared anycompatiblemultirange is not a multirange type but type " + a.type_name(actual));
      compatible_types.push_back(a.range_subtype(of));
    }
  }

  void solve_simple() {
    if (array.valid()) {
      Oid part = array == oid::kAnyarray ? oid::kAnyelement : a.element_type(array);
      if (!part.valid()) fail("argument declared anyarray is not an array but type " + a.type_name(array));
      if (array == oid::kAnyarray && element.valid()) part = element;
      consistent(element, part, "anyarray", "anyelement");
    }
    if (multirange.valid()) {
      Oid of = a.multirange_range(multirange);
      if (!of.valid())
        fail("argument declared anymultirange is not a multirange type but type " + a.type_name(multirange));
      consistent(range, of, "anymultirange", "anyrange");
    }
    if (range.valid()) {
      Oid part = a.range_subtype(range);
      if (!part.valid()) fail("argument declared anyrange is not a range type but type " + a.type_name(range));
      consistent(element, part, "anyrange", "anyelement");
      if (!multirange.valid()) multirange = a.range_multirange(range);
    }
    if (!element.valid() && unknowns) fail("could not determine polymorphic type because input has type unknown");
    if (!element.valid()) return;
    if (need_nonarray && element != oid::kAnyelement && a.base_element_type(element).valid())
      fail("type matched to anynonarray is an array type: " + a.type_name(element));
    if (need_enum && a.type(a.base_type(element))->kind != 'e')
      fail("type matched to anyenum is not an enum type: " + a.type_name(element));
  }

  void solve_compatible(bool no_error) {
    if (compatible_types.empty()) {
      if (!compatible_unknowns) return;
      common = oid::kText;
    } else {
      common = a.common_type_of(compatible_types, no_error);
      if (!common.valid() || !a.verify_common_type(common, compatible_types))
        fail("arguments of anycompatible family cannot be cast to a common type");
    }
    if (has_compatible_array) common_array = array_of(common);
    if (common_multirange.valid() && !common_range.valid()) common_range = a.multirange_range(common_multirange);
    if (common_range.valid() && !common_multirange.valid()) common_multirange = a.range_multirange(common_range);
    if (common_range.valid() && a.range_subtype(common_range) != common)
      fail("anycompatiblerange type " + a.type_name(common_range) + " does not match anycompatible type " +
           a.type_name(common));
    if (has_compatible_range && !common_range.valid() && compatible_unknowns)
      fail("could not determine polymorphic type anycompatiblerange because input has type unknown");
    if (has_compatible_multirange && !common_multirange.valid() && compatible_unknowns)
      fail("could not determine polymorphic type anycompatiblemultirange because input has type unknown");
    if (need_compatible_nonarray && a.base_element_type(common).valid())
      fail("type matched to anycompatiblenonarray is an array type: " + a.type_name(common));
  }

  Oid array_of(Oid part) {
    Oid found = part == oid::kAnyelement ? oid::kAnyarray : a.array_type(part);
    if (!found.valid())
      throw SqlError(sqlstate::kUndefinedObject, "could not find array type for data type " + a.type_name(part));
    return found;
  }

  // What a declared type means now; 0 when the family gives no answer.
  Oid resolved(Oid declared) {
    if (is_element(declared)) return element;
    if (is_compatible_element(declared)) return common;
    switch (declared.value) {
      case oid::kAnyarray.value:
        if (!array.valid() && element.valid()) array = array_of(element);
        return array;
      case oid::kAnyrange.value:
        if (!range.valid()) fail("could not determine polymorphic type anyrange because input has type unknown");
        return range;
      case oid::kAnymultirange.value:
        if (!multirange.valid())
          fail("could not determine polymorphic type anymultirange because input has type unknown");
        return multirange;
      case oid::kAnycompatiblearray.value:
        if (!common_array.valid() && common.valid()) common_array = array_of(common);
        return common_array;
      case oid::kAnycompatiblerange.value:
        return common_range;
      case oid::kAnycompatiblemultirange.value:
        return common_multirange;
      default:
        return declared;
    }
  }
};

}  // namespace

bool Analyzer::generic_consistent(const std::vector<Oid>& actual, const std::vector<Oid>& declared) {
  Solver solver(*this);
  try {
    for (size_t i = 0; i < declared.size(); ++i)
      if (is_polymorphic(declared[i])) solver.collect(actual[i], declared[i], false);
    bool unknowns = std::exchange(solver.unknowns, false);  // they are no reason to refuse
    solver.solve_simple();
    solver.unknowns = unknowns;
    solver.compatible_unknowns = false;
    solver.solve_compatible(true);
    return true;
  } catch (const SqlError&) {
    return false;
  }
}

Oid Analyzer::enforce_generic(const std::vector<Oid>& actual, std::vector<Oid>& declared, Oid result,
                              bool allow_polymorphic) {
  Solver solver(*this);
  bool any = false;
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!is_polymorphic(declared[i])) continue;
    any = true;
    solver.collect(actual[i], declared[i], allow_polymorphic);
  }
  if (!any) return result;
  if (solver.any_simple) solver.solve_simple();
  if (solver.any_compatible) solver.solve_compatible(false);
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!is_polymorphic(declared[i])) continue;
    if (!is_compatible_family(declared[i]) && actual[i] != oid::kUnknown) continue;
    Oid found = solver.resolved(declared[i]);
    if (found.valid()) declared[i] = found;
  }
  if (!is_polymorphic(result)) return result;
  Oid found = solver.resolved(result);
  return found.valid() ? found : result;
}

}  // namespace basalt::query
