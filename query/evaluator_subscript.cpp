// Subscripts of arrays (element, slice) and jsonb (path), and their assignment.
#include "common/sqlstate.hpp"
#include "query/evaluator_nodes.hpp"
#include "types/container/array_subscript.hpp"
#include "types/json/edit.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;

class SubscriptEvaluator : public Evaluator {
 public:
  SubscriptEvaluator(PhysicalType physical, Oid element, PhysicalType element_physical, bool slice,
                     EvaluatorPointer container, std::vector<EvaluatorPointer> upper,
                     std::vector<EvaluatorPointer> lower, EvaluatorPointer assigned, bool starts_from_old)
      : Evaluator(physical),
        element_(element),
        element_physical_(element_physical),
        slice_(slice),
        container_(std::move(container)),
        upper_(std::move(upper)),
        lower_(std::move(lower)),
        assigned_(std::move(assigned)),
        starts_from_old_(starts_from_old) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector container = container_->evaluate(context, input, rows);
    std::vector<Vector> upper = evaluate_all(context, input, rows, upper_);
    std::vector<Vector> lower = evaluate_all(context, input, rows, lower_);
    if (!assigned_)
      return evaluate_rows(physical_, rows, [&](uint32_t row) { return fetch(container, upper, lower, row); });
    Chunk extended = input;
    if (starts_from_old_)
      extended.columns.push_back(evaluate_rows(slice_ ? PhysicalType::kString : element_physical_, rows,
                                               [&](uint32_t row) { return fetch(container, upper, lower, row); }));
    Vector assigned = assigned_->evaluate(context, extended, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) { return assign(container, upper, lower, assigned, row); });
  }

 private:
  static std::vector<Vector> evaluate_all(EvaluationContext& context, const Chunk& input, Rows& rows,
                                          std::vector<EvaluatorPointer>& list) {
    std::vector<Vector> out;
    for (auto& e : list) out.push_back(e ? e->evaluate(context, input, rows) : Vector());
    return out;
  }

  // False when a subscript is NULL.
  bool subscripts(const std::vector<Vector>& upper, uint32_t row, std::vector<int32_t>& out) const {
    for (const Vector& v : upper) {
      if (v.is_null(row)) return false;
      out.push_back(v.view<int32_t>()[row]);
    }
    return true;
  }
  bool bounds(const std::vector<Vector>& upper, const std::vector<Vector>& lower, uint32_t row,
              std::vector<types::SliceBounds>& out) const {
    for (size_t i = 0; i < upper_.size(); ++i) {
      types::SliceBounds one;
      if (i < lower_.size() && lower_[i]) {
        if (lower[i].is_null(row)) return false;
        one.lower = lower[i].view<int32_t>()[row];
      }
      if (upper_[i]) {
        if (upper[i].is_null(row)) return false;
        one.upper = upper[i].view<int32_t>()[row];
      }
      out.push_back(one);
    }
    return true;
  }

  Value fetch(const Vector& container, const std::vector<Vector>& upper, const std::vector<Vector>& lower,
              uint32_t row) {
    const PhysicalType physical = slice_ ? PhysicalType::kString : element_physical_;
    if (container.is_null(row)) return Value::null(physical);
    std::string_view array = container.view<common::StringRef>()[row].view();
    if (!slice_) {
      std::vector<int32_t> at;
      if (!subscripts(upper, row, at)) return Value::null(physical);
      return types::array_element(array, at);
    }
    std::vector<types::SliceBounds> at;
    if (!bounds(upper, lower, row, at)) return Value::null(physical);
    return Value::of(types::array_slice(array, at));
  }

  Value assign(const Vector& container, const std::vector<Vector>& upper, const std::vector<Vector>& lower,
               const Vector& assigned, uint32_t row) {
    std::string array = container.is_null(row) ? types::empty_array(element_, element_physical_)
                                               : std::string(container.view<common::StringRef>()[row].view());
    auto null_subscript = [] {
      return common::SqlError(common::sqlstate::kNullValueNotAllowed, "array subscript in assignment must not be null");
    };
    if (!slice_) {
      std::vector<int32_t> at;
      if (!subscripts(upper, row, at)) throw null_subscript();
      return Value::of(types::array_with_element(array, at, assigned.value(row)));
    }
    std::vector<types::SliceBounds> at;
    if (!bounds(upper, lower, row, at)) throw null_subscript();
    if (assigned.is_null(row)) return container.value(row);
    return Value::of(types::array_with_slice(array, at, assigned.view<common::StringRef>()[row].view()));
  }

  Oid element_;
  PhysicalType element_physical_;
  bool slice_;
  EvaluatorPointer container_;
  std::vector<EvaluatorPointer> upper_, lower_;
  EvaluatorPointer assigned_;
  bool starts_from_old_;
};

// name[i]: the bytes of a name count from 0 and are "char"; behind its end there are zero bytes.
class NameSubscriptEvaluator : public Evaluator {
 public:
  NameSubscriptEvaluator(PhysicalType physical, EvaluatorPointer container, EvaluatorPointer index)
      : Evaluator(physical), container_(std::move(container)), index_(std::move(index)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    constexpr int32_t kNameBytes = 64;
    Vector container = container_->evaluate(context, input, rows);
    Vector index = index_->evaluate(context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      if (container.is_null(row) || index.is_null(row)) return Value::null(physical_);
      int32_t at = index.view<int32_t>()[row];
      if (at < 0 || at >= kNameBytes) return Value::null(physical_);
      std::string_view name = container.view<common::StringRef>()[row].view();
      bool there = static_cast<size_t>(at) < name.size();
      return Value::of(static_cast<int16_t>(there ? name[static_cast<size_t>(at)] : 0));
    });
  }

 private:
  EvaluatorPointer container_, index_;
};

// jsonb[i]['k']: a path of positions (int4) and keys (text).
class JsonbSubscriptEvaluator : public Evaluator {
 public:
  JsonbSubscriptEvaluator(EvaluatorPointer container, std::vector<EvaluatorPointer> path, EvaluatorPointer assigned)
      : Evaluator(PhysicalType::kString),
        container_(std::move(container)),
        path_(std::move(path)),
        assigned_(std::move(assigned)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    Vector container = container_->evaluate(context, input, rows);
    std::vector<Vector> steps;
    for (auto& step : path_) steps.push_back(step->evaluate(context, input, rows));
    if (!assigned_) return evaluate_rows(physical_, rows, [&](uint32_t row) { return fetch(container, steps, row); });
    Vector assigned = assigned_->evaluate(context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) { return assign(container, steps, assigned, row); });
  }

 private:
  static std::optional<std::string> step(const Vector& subscript, uint32_t row) {
    if (subscript.is_null(row)) return std::nullopt;
    if (subscript.type() == PhysicalType::kInt32) return std::to_string(subscript.view<int32_t>()[row]);
    return std::string(subscript.view<common::StringRef>()[row].view());
  }

  Value fetch(const Vector& container, const std::vector<Vector>& steps, uint32_t row) const {
    if (container.is_null(row)) return Value::null(physical_);
    std::vector<std::string> path;
    for (const Vector& subscript : steps) {
      auto one = step(subscript, row);
      if (!one) return Value::null(physical_);
      path.push_back(std::move(*one));
    }
    auto found = types::json::value_at_path(types::json::View(container.view<common::StringRef>()[row].view()), path);
    return found ? Value::of(found->bytes()) : Value::null(physical_);
  }

  // A NULL container becomes what the first subscript can be of: an array or an object.
  Value assign(const Vector& container, const std::vector<Vector>& steps, const Vector& assigned, uint32_t row) const {
    std::vector<std::optional<std::string>> path;
    for (const Vector& subscript : steps) {
      path.push_back(step(subscript, row));
      if (!path.back())
        throw common::SqlError(common::sqlstate::kNullValueNotAllowed,
                               "jsonb subscript in assignment must not be null");
    }
    const std::string null = types::json::Builder().null().finish();
    types::json::View value(assigned.is_null(row) ? std::string_view(null)
                                                  : assigned.view<common::StringRef>()[row].view());
    std::string whole;
    if (!container.is_null(row))
      whole = container.view<common::StringRef>()[row].view();
    else if (steps[0].type() == PhysicalType::kInt32)
      whole = types::json::Builder().begin_array().end_array().finish();
    else
      whole = types::json::Builder().begin_object().end_object().finish();
    return Value::of(types::json::edit_path(types::json::View(whole), path, value, types::json::PathEdit::kAssign));
  }

  EvaluatorPointer container_;
  std::vector<EvaluatorPointer> path_;
  EvaluatorPointer assigned_;
};

}  // namespace

EvaluatorPointer compile_subscript(ExpressionCompiler& compiler, const Subscript& node) {
  types::TypePointer container = compiler.catalog().type(node.container_type);
  while (container->kind == 'd') container = compiler.catalog().type(container->base);
  if (container->oid == types::oid::kName) {
    if (node.assigned || node.upper.size() != 1) throw common::not_supported("this use of subscripts on type name");
    return std::make_unique<NameSubscriptEvaluator>(compiler.catalog().type(node.type)->physical,
                                                    compiler.compile(*node.container),
                                                    compiler.compile(*node.upper[0]));
  }
  if (container->oid == types::oid::kJsonb)
    return std::make_unique<JsonbSubscriptEvaluator>(compiler.compile(*node.container),
                                                     compiler.compile_list(node.upper),
                                                     node.assigned ? compiler.compile(*node.assigned) : nullptr);
  if (!container->element.valid()) throw common::not_supported("subscripting type " + container->name);
  auto compile_all = [&](const ExpressionList& list) {
    std::vector<EvaluatorPointer> out;
    for (const auto& e : list) out.push_back(e ? compiler.compile(*e) : nullptr);
    return out;
  };
  return std::make_unique<SubscriptEvaluator>(
      compiler.catalog().type(node.type)->physical, container->element,
      compiler.catalog().type(container->element)->physical, node.slice, compiler.compile(*node.container),
      compile_all(node.upper), compile_all(node.lower), node.assigned ? compiler.compile(*node.assigned) : nullptr,
      node.assigned && starts_from_old_value(*node.assigned));
}

}  // namespace basalt::query
