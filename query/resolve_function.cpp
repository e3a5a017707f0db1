// Which function a call means (PostgreSQL's func_get_detail), and coercing its arguments.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"
#include "query/stored_form.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

// f(x) that is really a cast to the type named f; 0 when it is not.
Oid cast_by_name(Analyzer& a, const QualifiedName& name, Oid source) {
  parser::ParsedTypeName type_name;
  type_name.names = name;
  std::optional<ResolvedType> found;
  try {
    found = a.find_type(type_name);
  } catch (const SqlError&) {
    return Oid{};
  }
  if (!found || !found->type->defined || found->type->relation.valid()) return Oid{};
  Oid target = found->type->oid;
  if (source == oid::kUnknown) return target;
  switch (a.find_pathway(target, source, CoercionContext::kExplicit).path) {
    case CoercionPath::kRelabel:
      return target;
    case CoercionPath::kIo:
      return a.is_complex(source) && a.category(target) == 'S' ? Oid{} : target;
    default:
      return Oid{};
  }
}

ExpressionList default_arguments(Analyzer& a, const Candidate& best) {
  ExpressionList out;
  if (best.default_count == 0) return out;
  ExpressionList all = list_from_stored(best.function->defaults_tree, a.catalog);
  if (!best.argument_numbers.empty()) {
    int first_default = best.nominal_count - static_cast<int>(all.size());
    size_t given = best.argument_numbers.size() - static_cast<size_t>(best.default_count);
    for (size_t i = given; i < best.argument_numbers.size(); ++i)
      out.push_back(std::move(all[static_cast<size_t>(best.argument_numbers[i] - first_default)]));
  } else {
    for (size_t i = all.size() - static_cast<size_t>(best.default_count); i < all.size(); ++i)
      out.push_back(std::move(all[i]));
  }
  return out;
}

}  // namespace

CallDetail Analyzer::resolve_call(const QualifiedName& name, const ExpressionList& arguments,
                                  const std::vector<std::string>& argument_names, std::vector<Oid> actual,
                                  bool expand_variadic, bool expand_defaults, bool include_outputs, int location) {
  CallDetail detail;
  auto count = static_cast<int>(actual.size());
  auto candidates =
      function_candidates(name, count, argument_names, expand_variadic, expand_defaults, include_outputs, location);
  std::optional<Candidate> best;
  for (auto& candidate : candidates)
    if (std::equal(actual.begin(), actual.end(), candidate.types.begin())) {
      best = candidate;
      break;
    }
  if (!best) {
    if (count == 1 && !arguments.empty() && argument_names.empty()) {
      Oid target = cast_by_name(*this, name, actual[0]);
      if (target.valid()) {
        detail.kind = CallKind::kCoercion;
        detail.result = target;
        detail.declared = std::move(actual);
        return detail;
      }
    }
    auto fitting = match_candidates(actual, std::move(candidates));
    if (fitting.size() == 1) {
      best = std::move(fitting[0]);
    } else if (fitting.size() > 1) {
      best = select_candidate(actual, std::move(fitting));
      if (!best) {
        detail.kind = CallKind::kMultiple;
        return detail;
      }
    }
  }
  if (!best) return detail;
  if (!best->oid.valid()) {
    detail.kind = CallKind::kMultiple;
    return detail;
  }
  if (!argument_names.empty() && !expand_variadic && count > 0 &&
      best->argument_numbers[static_cast<size_t>(count) - 1] != count - 1)
    return detail;
  detail.function = best->function;
  detail.result = best->function->result_type;
  detail.returns_set = best->function->returns_set;
  detail.variadic_count = best->variadic_count;
  detail.variadic_type = best->function->variadic_type;
  detail.declared = best->types;
  detail.argument_numbers = best->argument_numbers;
  if (expand_defaults) detail.defaults = default_arguments(*this, *best);
  switch (best->function->kind) {
    case 'a':
      detail.kind = CallKind::kAggregate;
      break;
    case 'w':
      detail.kind = CallKind::kWindow;
      break;
    case 'p':
      detail.kind = CallKind::kProcedure;
      break;
    default:
      detail.kind = CallKind::kNormal;
  }
  return detail;
}

std::string Analyzer::call_signature(const QualifiedName& name, const std::vector<Oid>& actual,
                                     const std::vector<std::string>& argument_names) {
  std::string out = name_list_to_string(name) + "(";
  size_t positional = actual.size() - argument_names.size();
  for (size_t i = 0; i < actual.size(); ++i) {
    if (i) out += ", ";
    if (i >= positional) out += argument_names[i - positional] + " => ";
    out += type_name(actual[i]);
  }
  return out + ")";
}

void Analyzer::coerce_arguments(ExpressionList& arguments, const std::vector<Oid>&, const std::vector<Oid>& declared) {
  for (size_t i = 0; i < arguments.size() && i < declared.size(); ++i) {
    ExpressionPointer* slot = &arguments[i];
    if (auto* named = try_mutable<NamedArgument>(slot->get())) slot = &named->argument;
    if ((*slot)->type == declared[i]) continue;
    *slot = coerce(std::move(*slot), declared[i], -1, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
    if (auto* named = try_mutable<NamedArgument>(arguments[i].get())) named->type = named->argument->type;
  }
}

}  // namespace basalt::query
