// $n: declared, inferred or answered by a hook; and literals whose value was read.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {
// The protocol carries up to 65535; a number beyond is allowed to be asked for, and its type cannot be found.
constexpr int kParameterMax = 1 << 20;
}  // namespace

ExpressionPointer Analyzer::bind_parameter(Scope&, const parser::ParsedParameter& p) {
  if (context.parameter)
    if (auto found = context.parameter(p)) return found;
  auto number = static_cast<size_t>(p.number);
  auto& list = context.parameter_types;
  auto missing = [&] {
    return error(sqlstate::kUndefinedParameter, "there is no parameter $" + std::to_string(p.number), p.location);
  };
  if (p.number <= 0 || p.number > kParameterMax) throw missing();
  if (context.infer_parameters) {
    if (list.size() < number) list.resize(number);
    if (!list[number - 1].valid()) list[number - 1] = oid::kUnknown;
  } else if (number > list.size() || !list[number - 1].valid()) {
    throw missing();
  }
  auto node = make<Parameter>(p.location);
  node->id = p.number;
  node->type = list[number - 1];
  node->collation = type_collation(node->type);
  return node;
}

// A parameter of unknown type takes the type that its context asks for.
bool Analyzer::set_parameter_type(Expression& e, Oid target, int location) {
  auto& parameter = as<Parameter>(e);
  if (!context.infer_parameters || parameter.parameter_kind != ParameterKind::kExtern || e.type != oid::kUnknown)
    return false;
  if (parameter.id <= 0 || static_cast<size_t>(parameter.id) > context.parameter_types.size()) return false;
  Oid& known = context.parameter_types[static_cast<size_t>(parameter.id) - 1];
  if (known == oid::kUnknown) {
    known = target;
  } else if (known != target) {
    throw error(sqlstate::kAmbiguousParameter,
                "inconsistent types deduced for parameter $" + std::to_string(parameter.id), e.location)
        .detail(type_name(known) + " versus " + type_name(target));
  }
  e.type = target;
  e.typmod = -1;
  e.collation = type_collation(target);
  if (location >= 0 && (e.location < 0 || location < e.location)) e.location = location;
  return true;
}

void Analyzer::check_parameters(const BoundQuery& query) {
  if (!context.infer_parameters) return;
  walk_with_depth(query, [&](const Expression& e, int) {
    auto* parameter = try_as<Parameter>(&e);
    if (!parameter || parameter->parameter_kind != ParameterKind::kExtern) return false;
    if (static_cast<size_t>(parameter->id) > context.parameter_types.size()) return false;
    Oid known = context.parameter_types[static_cast<size_t>(parameter->id) - 1];
    if (parameter->type != known)
      throw error(sqlstate::kAmbiguousParameter,
                  "could not determine data type of parameter $" + std::to_string(parameter->id), parameter->location);
    return false;
  });
  for (size_t i = 0; i < context.parameter_types.size(); ++i) {
    Oid known = context.parameter_types[i];
    if (!known.valid() || known == oid::kUnknown)
      throw error(sqlstate::kIndeterminateDatatype,
                  "could not determine data type of parameter $" + std::to_string(i + 1));
  }
}

void Analyzer::pin(const Constant& constant) {
  if (constant.literal < 0) return;
  auto& list = context.pinned_literals;
  if (std::find(list.begin(), list.end(), constant.literal) == list.end()) list.push_back(constant.literal);
}

}  // namespace basalt::query
