// Collecting what a function or operator name could mean, and choosing among the candidates by argument types.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

// Parameter of each argument in named notation; the parameters left to defaults follow. False: does not fit.
bool match_named(const catalog::FunctionDescriptor& f, const std::vector<std::string>& parameter_names, int parameters,
                 int count, const std::vector<std::string>& argument_names, std::vector<int>& numbers) {
  int positional = count - static_cast<int>(argument_names.size());
  if (parameter_names.empty()) return false;
  std::vector<bool> given(static_cast<size_t>(parameters), false);
  for (int i = 0; i < positional; ++i) {
    numbers.push_back(i);
    given[static_cast<size_t>(i)] = true;
  }
  for (const auto& name : argument_names) {
    int found = -1;
    for (int i = 0; i < parameters && found < 0; ++i)
      if (parameter_names[static_cast<size_t>(i)] == name) found = i;
    if (found < 0 || given[static_cast<size_t>(found)]) return false;
    given[static_cast<size_t>(found)] = true;
    numbers.push_back(found);
  }
  if (count < parameters) {
    int first_default = parameters - f.default_count;
    for (int i = positional; i < parameters; ++i) {
      if (given[static_cast<size_t>(i)]) continue;
      if (i < first_default) return false;
      numbers.push_back(i);
    }
  }
  return true;
}

// Names of the parameters a call can give values to.
std::vector<std::string> input_names(const catalog::FunctionDescriptor& f, bool include_outputs) {
  if (f.argument_modes.empty()) return f.argument_names;
  std::vector<std::string> names;
  if (f.argument_names.empty()) return names;
  for (size_t i = 0; i < f.argument_modes.size(); ++i) {
    char mode = f.argument_modes[i];
    if (mode == 't' || (mode == 'o' && !include_outputs)) continue;
    names.push_back(i < f.argument_names.size() ? f.argument_names[i] : "");
  }
  return names;
}

bool same_leading_types(const Candidate& a, const Candidate& b) {
  size_t n = a.types.size() - static_cast<size_t>(a.default_count);
  if (b.types.size() - static_cast<size_t>(b.default_count) != n) return false;
  return std::equal(a.types.begin(), a.types.begin() + static_cast<long>(n), b.types.begin());
}

// Adds a candidate unless one with the same arguments hides it. An unresolvable tie is marked by oid 0.
void add_candidate(std::vector<Candidate>& list, Candidate&& made) {
  for (auto& known : list) {
    if (!same_leading_types(known, made)) continue;
    int preference = 0;  // > 0 keeps the known one
    if (known.path_position != made.path_position)
      preference = made.path_position - known.path_position;
    else if (made.variadic_count > 0 && known.variadic_count == 0)
      preference = 1;
    else if (made.variadic_count == 0 && known.variadic_count > 0)
      preference = -1;
    if (preference > 0) return;
    if (preference < 0)
      known = std::move(made);
    else
      known.oid = Oid{};
    return;
  }
  list.push_back(std::move(made));
}

}  // namespace

std::vector<Candidate> Analyzer::function_candidates(const QualifiedName& name, int count,
                                                     const std::vector<std::string>& argument_names,
                                                     bool expand_variadic, bool expand_defaults, bool include_outputs,
                                                     int location) {
  std::string bare;
  std::vector<Oid> path = lookup_path(name, bare, location);
  bool qualified = name.size() > 1;
  std::vector<Candidate> out;
  for (const auto& f : catalog.functions_named(bare)) {
    int path_position = 0;
    bool found = false;
    for (Oid name_space : path) {
      if (name_space == f->namespace_oid && (qualified || name_space != context.temp_namespace)) {
        found = true;
        break;
      }
      ++path_position;
    }
    if (!found) continue;
    std::vector<Oid> parameters = f->argument_types;
    if (include_outputs && !f->all_argument_types.empty()) {
      parameters.clear();
      for (size_t i = 0; i < f->all_argument_types.size(); ++i)
        if (f->argument_modes[i] != 't') parameters.push_back(f->all_argument_types[i]);
    }
    int parameter_count = static_cast<int>(parameters.size());
    Candidate made;
    bool variadic = false, use_defaults = false;
    if (!argument_names.empty()) {
      if (f->variadic_type.valid() && expand_variadic) continue;
      if (parameter_count < count) continue;
      if (parameter_count > count) {
        if (!expand_defaults || parameter_count > count + f->default_count) continue;
        use_defaults = true;
      }
      auto names = input_names(*f, include_outputs);
      names.resize(static_cast<size_t>(parameter_count));
      if (f->argument_names.empty()) names.clear();
      if (!match_named(*f, names, parameter_count, count, argument_names, made.argument_numbers)) continue;
    } else {
      variadic = expand_variadic && f->variadic_type.valid() && parameter_count <= count;
      if (parameter_count > count && expand_defaults) {
        if (parameter_count > count + f->default_count) continue;
        use_defaults = true;
      }
      if (count >= 0 && parameter_count != count && !variadic && !use_defaults) continue;
    }
    made.path_position = path_position;
    made.oid = f->oid;
    made.function = f;
    made.nominal_count = parameter_count;
    int effective = std::max(parameter_count, count);
    if (made.argument_numbers.empty())
      made.types = parameters;
    else
      for (int n : made.argument_numbers) made.types.push_back(parameters[static_cast<size_t>(n)]);
    made.types.resize(static_cast<size_t>(effective));
    if (variadic) {
      made.variadic_count = effective - parameter_count + 1;
      for (int i = parameter_count - 1; i < effective; ++i) made.types[static_cast<size_t>(i)] = f->variadic_type;
    }
    made.default_count = use_defaults ? parameter_count - count : 0;
    add_candidate(out, std::move(made));
  }
  return out;
}

std::vector<Candidate> Analyzer::operator_candidates(const QualifiedName& name, char kind) {
  std::string bare;
  std::vector<Oid> path = lookup_path(name, bare);
  std::vector<Candidate> out;
  for (const auto& op : catalog.operators_named(bare)) {
    if (op->kind != kind) continue;
    int path_position = 0;
    bool found = false;
    for (Oid name_space : path) {
      if (name_space == op->namespace_oid && (name.size() > 1 || name_space != context.temp_namespace)) {
        found = true;
        break;
      }
      ++path_position;
    }
    if (!found) continue;
    Candidate made;
    made.path_position = path_position;
    made.oid = op->oid;
    made.op = op;
    if (kind != 'l') made.types.push_back(op->left);
    made.types.push_back(op->right);
    made.nominal_count = static_cast<int>(made.types.size());
    add_candidate(out, std::move(made));
  }
  return out;
}

std::vector<Candidate> Analyzer::match_candidates(const std::vector<Oid>& actual, std::vector<Candidate> candidates) {
  std::vector<Candidate> out;
  for (auto& candidate : candidates) {
    std::vector<Oid> targets(
        candidate.types.begin(),
        candidate.types.begin() + static_cast<long>(std::min(actual.size(), candidate.types.size())));
    if (can_coerce(actual, targets, CoercionContext::kImplicit)) out.push_back(std::move(candidate));
  }
  return out;
}

namespace {

// Keeps the candidates with the highest score.
template <typename Score>
void keep_best(std::vector<Candidate>& candidates, Score&& score) {
  int best = 0;
  std::vector<Candidate> kept;
  for (auto& candidate : candidates) {
    int n = score(candidate);
    if (n > best) {
      best = n;
      kept.clear();
    }
    if (n == best) kept.push_back(std::move(candidate));
  }
  candidates = std::move(kept);
}

// Decides the category of each unknown argument where all candidates agree (or one takes strings), and drops the
// candidates of other categories. Leaves the list alone where that cannot be decided.
void resolve_unknowns(Analyzer& a, const std::vector<Oid>& input, std::vector<Candidate>& candidates) {
  std::vector<char> slot_category(input.size(), 0);
  std::vector<bool> slot_preferred(input.size(), false);
  for (size_t i = 0; i < input.size(); ++i) {
    if (input[i] != oid::kUnknown) continue;
    bool conflict = false;
    for (const auto& candidate : candidates) {
      char category = a.category(candidate.types[i]);
      bool preferred = a.preferred(candidate.types[i]);
      if (slot_category[i] == 0) {
        slot_category[i] = category;
        slot_preferred[i] = preferred;
      } else if (category == slot_category[i]) {
        slot_preferred[i] = slot_preferred[i] || preferred;
      } else if (category == 'S') {
        slot_category[i] = category;
        slot_preferred[i] = preferred;
      } else {
        conflict = true;
      }
    }
    if (conflict && slot_category[i] != 'S') return;
  }
  std::vector<Candidate> kept;
  for (const auto& candidate : candidates) {
    bool keep = true;
    for (size_t i = 0; i < input.size() && keep; ++i) {
      if (input[i] != oid::kUnknown) continue;
      keep =
          a.category(candidate.types[i]) == slot_category[i] && (!slot_preferred[i] || a.preferred(candidate.types[i]));
    }
    if (keep) kept.push_back(candidate);
  }
  if (!kept.empty()) candidates = std::move(kept);
}

}  // namespace

std::optional<Candidate> Analyzer::select_candidate(const std::vector<Oid>& actual, std::vector<Candidate> candidates) {
  if (actual.size() > 100)
    throw SqlError(sqlstate::kTooManyArguments, "cannot pass more than 100 arguments to a function");
  std::vector<Oid> input;
  size_t unknowns = 0;
  for (Oid t : actual) {
    input.push_back(t == oid::kUnknown ? t : base_type(t));
    unknowns += t == oid::kUnknown;
  }
  auto exact = [&](const Candidate& c) {
    int n = 0;
    for (size_t i = 0; i < input.size(); ++i) n += input[i] != oid::kUnknown && c.types[i] == input[i];
    return n;
  };
  keep_best(candidates, exact);
  if (candidates.size() == 1) return std::move(candidates[0]);
  auto preferred_score = [&](const Candidate& c) {
    int n = 0;
    for (size_t i = 0; i < input.size(); ++i) {
      if (input[i] == oid::kUnknown) continue;
      n += c.types[i] == input[i] || (category(c.types[i]) == category(input[i]) && preferred(c.types[i]));
    }
    return n;
  };
  keep_best(candidates, preferred_score);
  if (candidates.size() == 1) return std::move(candidates[0]);
  if (unknowns == 0) return std::nullopt;
  resolve_unknowns(*this, input, candidates);
  if (candidates.size() == 1) return std::move(candidates[0]);
  // If all known arguments are of one type, assume the unknown ones are as well.
  Oid known = oid::kUnknown;
  for (Oid t : input) {
    if (t == oid::kUnknown) continue;
    if (known == oid::kUnknown) {
      known = t;
    } else if (known != t) {
      known = oid::kUnknown;
      break;
    }
  }
  if (known == oid::kUnknown) return std::nullopt;
  std::vector<Candidate> fitting = match_candidates(std::vector<Oid>(input.size(), known), std::move(candidates));
  if (fitting.size() == 1) return std::move(fitting[0]);
  return std::nullopt;
}

}  // namespace basalt::query
