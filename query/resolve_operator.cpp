// Which operator an expression means, and the operators that sorting and grouping use.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kBtree{403}, kHash{405};

std::string operator_signature(Analyzer& a, const QualifiedName& name, Oid left, Oid right) {
  std::string out;
  if (left.valid()) out = a.type_name(left) + " ";
  return out + name_list_to_string(name) + " " + a.type_name(right);
}

SqlError no_operator(Analyzer& a, const QualifiedName& name, Oid left, Oid right, bool multiple, int location) {
  std::string signature = operator_signature(a, name, left, right);
  if (multiple)
    return a.error(sqlstate::kAmbiguousFunction, "operator is not unique: " + signature, location)
        .hint("Could not choose a best candidate operator. You might need to add explicit type casts.");
  return a.error(sqlstate::kUndefinedFunction, "operator does not exist: " + signature, location)
      .hint(left.valid() ? "No operator matches the given name and argument types. You might need to add explicit type "
                           "casts."
                         : "No operator matches the given name and argument type. You might need to add an explicit "
                           "type cast.");
}

}  // namespace

catalog::OperatorPointer Analyzer::exact_operator(const QualifiedName& name, Oid left, Oid right) {
  std::string bare;
  auto path = lookup_path(name, bare);
  auto all = catalog.operators_named(bare);
  for (Oid name_space : path) {
    if (name.size() == 1 && name_space == context.temp_namespace) continue;
    for (const auto& op : all)
      if (op->namespace_oid == name_space && op->left == left && op->right == right) return op;
  }
  return nullptr;
}

catalog::OperatorPointer Analyzer::find_operator(const QualifiedName& name, Oid left, Oid right, bool no_error,
                                                 int location) {
  catalog::OperatorPointer found;
  bool multiple = false;
  at(location, [&] {
    Oid l = left, r = right;
    bool was_unknown = false;
    if (l == oid::kUnknown && r.valid()) {
      l = r;
      was_unknown = true;
    } else if (r == oid::kUnknown && l.valid()) {
      r = l;
      was_unknown = true;
    }
    found = exact_operator(name, l, r);
    if (!found && was_unknown) {
      Oid base = base_type(l);
      if (base != l) found = exact_operator(name, base, base);
    }
    if (found) return;
    std::vector<Oid> actual{left, right};
    if (!left.valid())
      actual[0] = right;
    else if (!right.valid())
      actual[1] = left;
    auto fitting = match_candidates(actual, operator_candidates(name, 'b'));
    if (fitting.size() == 1) {
      found = fitting[0].op;
    } else if (fitting.size() > 1) {
      auto best = select_candidate(actual, std::move(fitting));
      if (best)
        found = best->op;
      else
        multiple = true;
    }
  });
  if (!found && !no_error) throw no_operator(*this, name, left, right, multiple, location);
  return found;
}

catalog::OperatorPointer Analyzer::find_prefix_operator(const QualifiedName& name, Oid argument, bool no_error,
                                                        int location) {
  catalog::OperatorPointer found;
  bool multiple = false;
  at(location, [&] {
    found = exact_operator(name, Oid{}, argument);
    if (found) return;
    auto candidates = operator_candidates(name, 'l');
    auto fitting = match_candidates({argument}, std::move(candidates));
    if (fitting.size() == 1) {
      found = fitting[0].op;
    } else if (fitting.size() > 1) {
      auto best = select_candidate({argument}, std::move(fitting));
      if (best)
        found = best->op;
      else
        multiple = true;
    }
  });
  if (!found && !no_error) throw no_operator(*this, name, Oid{}, argument, multiple, location);
  return found;
}

ExpressionPointer Analyzer::make_operator(Scope& s, const QualifiedName& name, ExpressionPointer left,
                                          ExpressionPointer right, int location, const Expression* last_srf) {
  if (!right) throw error(sqlstate::kUndefinedFunction, "postfix operators are not supported", location);
  catalog::OperatorPointer op = left ? find_operator(name, left->type, right->type, false, location)
                                     : find_prefix_operator(name, right->type, false, location);
  if (!op->function.valid())
    throw error(sqlstate::kUndefinedFunction,
                "operator is only a shell: " + operator_signature(*this, {op->name}, op->left, op->right), location);
  std::vector<Oid> actual, declared;
  auto node = make<OperatorCall>(location);
  if (left) {
    actual.push_back(left->type);
    declared.push_back(op->left);
    node->arguments.push_back(std::move(left));
  }
  actual.push_back(right->type);
  declared.push_back(op->right);
  node->arguments.push_back(std::move(right));
  node->type = enforce_generic(actual, declared, op->result, false);
  coerce_arguments(node->arguments, actual, declared);
  node->location = leftmost(location, node->arguments);
  node->op = op->oid;
  node->function = op->function;
  note_function(op->function);
  auto function = catalog.function(op->function);
  node->returns_set = function && function->returns_set;
  if (node->returns_set) {
    check_set_returning(s, last_srf, location);
    s.last_set_returning = node.get();
  }
  return node;
}

ExpressionPointer Analyzer::make_array_operator(Scope&, const QualifiedName& name, bool use_or, ExpressionPointer left,
                                                ExpressionPointer right, int location) {
  Oid array = right->type, element = oid::kUnknown;
  if (array != oid::kUnknown) {
    element = base_element_type(array);
    if (!element.valid())
      throw error(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires array on right side", location);
  }
  auto op = find_operator(name, left->type, element, false, location);
  if (!op->function.valid())
    throw error(sqlstate::kUndefinedFunction,
                "operator is only a shell: " + operator_signature(*this, {op->name}, op->left, op->right), location);
  std::vector<Oid> actual{left->type, element}, declared{op->left, op->right};
  Oid result = enforce_generic(actual, declared, op->result, false);
  if (result != oid::kBool)
    throw error(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires operator to yield boolean", location);
  auto function = catalog.function(op->function);
  if (function && function->returns_set)
    throw error(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires operator not to return a set", location);
  // A polymorphic right side takes the array as it is.
  Oid target = array;
  if (!is_polymorphic(declared[1])) {
    target = array_type(declared[1]);
    if (!target.valid())
      throw error(sqlstate::kUndefinedObject, "could not find array type for data type " + type_name(declared[1]),
                  location);
  }
  ExpressionList both;
  both.push_back(std::move(left));
  both.push_back(std::move(right));
  coerce_arguments(both, {both[0]->type, array}, {declared[0], target});
  note_function(op->function);
  auto node = make<ScalarArrayCall>(leftmost(location, both));
  node->op = op->oid;
  node->function = op->function;
  node->use_or = use_or;
  node->type = oid::kBool;
  node->left = std::move(both[0]);
  node->array = std::move(both[1]);
  return node;
}

SortOperators Analyzer::sort_operators(Oid type_oid, bool need_less, bool need_equal, bool need_greater) {
  SortOperators out;
  Oid base = base_type(type_oid);
  // Containers are ordered only if their parts are.
  Oid element = element_type(base);
  bool parts_ordered = true, parts_hashable = true;
  if (element.valid()) {
    SortOperators part = sort_operators(element, false, false, false);
    parts_ordered = part.less.valid() && part.equal.valid();
    parts_hashable = part.hashable;
    if (!parts_ordered && part.equal.valid()) out.equal = Oid{1070};
  } else if (is_composite(base)) {
    for (const auto& column : describe_row_type(base).columns) {
      if (!column.type.valid()) continue;
      SortOperators part = sort_operators(column.type, false, false, false);
      parts_ordered = parts_ordered && part.less.valid();
      parts_hashable = parts_hashable && part.hashable;
    }
  }
  Oid opclass = parts_ordered ? catalog.default_opclass(kBtree, base) : Oid{};
  if (const auto* c = opclass.valid() ? catalog.opclass(opclass) : nullptr) {
    out.less = catalog.family_operator(c->family, c->input_type, c->input_type, 1);
    out.equal = catalog.family_operator(c->family, c->input_type, c->input_type, 3);
    out.greater = catalog.family_operator(c->family, c->input_type, c->input_type, 5);
  }
  Oid hash_class = catalog.default_opclass(kHash, base);
  if (const auto* c = hash_class.valid() ? catalog.opclass(hash_class) : nullptr) {
    Oid equal = catalog.family_operator(c->family, c->input_type, c->input_type, 1);
    if (!out.equal.valid() && parts_hashable) out.equal = equal;
    out.hashable = parts_hashable && equal == out.equal;
  }
  if ((need_less && !out.less.valid()) || (need_greater && !out.greater.valid()))
    throw SqlError(sqlstate::kUndefinedFunction,
                   "could not identify an ordering operator for type " + type_name(type_oid))
        .hint("Use an explicit ordering operator or modify the query.");
  if (need_equal && !out.equal.valid())
    throw SqlError(sqlstate::kUndefinedFunction,
                   "could not identify an equality operator for type " + type_name(type_oid));
  return out;
}

bool Analyzer::ordering_operator(Oid op, Oid& equal, bool& descending) {
  auto descriptor = catalog.operator_by_oid(op);
  for (auto [family, strategy] : catalog.operator_families(op, kBtree)) {
    if (strategy != 1 && strategy != 5) continue;
    equal = catalog.family_operator(family, descriptor->left, descriptor->right, 3);
    descending = strategy == 5;
    if (equal.valid()) return true;
  }
  return false;
}

bool Analyzer::operator_hashable(Oid op, Oid input) {
  auto descriptor = catalog.operator_by_oid(op);
  if (!descriptor || !descriptor->can_hash) return false;
  return op.value == 1070 || op.value == 2988 ? sort_operators(input, false, false, false).hashable : true;
}

}  // namespace basalt::query
