#include "query/literal_parameters.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::query {

namespace {

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool reads_column(const Expression& expression) {
  return walk_with_depth(expression, [](const Expression& e, int) { return e.kind == ExpressionKind::kColumn; });
}

const Column* column_below_relabels(const Expression& expression) {
  const Expression* e = &expression;
  while (e->kind == ExpressionKind::kRelabel) e = as<Relabel>(*e).argument.get();
  return try_as<Column>(e);
}

class Parameteriser {
 public:
  Parameteriser(std::span<const LiteralText> literals, std::string_view text, catalog::CatalogReader& catalog)
      : literals_(literals), text_(text), catalog_(catalog), occurrences_(literals.size()), found_(literals.size()) {}

  std::vector<LiteralParameter> run(std::vector<std::unique_ptr<BoundQuery>>& queries) {
    for (auto& query : queries) {
      count(*query);
      note_sensitive_columns(*query);
    }
    for (auto& query : queries) visit(*query);
    std::vector<LiteralParameter> out;
    for (Candidate& candidate : candidates_) {
      bool all = std::all_of(candidate.made.parts.begin(), candidate.made.parts.end(), [&](const auto& part) {
        auto literal = static_cast<size_t>(part.literal);
        return found_[literal] == occurrences_[literal];
      });
      if (!all) continue;
      const Expression& replaced = **candidate.slot;
      auto parameter = std::make_unique<Parameter>();
      parameter->parameter_kind = ParameterKind::kLiteral;
      parameter->id = static_cast<int>(out.size());
      parameter->type = replaced.type;
      parameter->typmod = replaced.typmod;
      parameter->collation = replaced.collation;
      parameter->location = replaced.location;
      *candidate.slot = std::move(parameter);
      out.push_back(std::move(candidate.made));
    }
    return out;
  }

 private:
  struct Candidate {
    ExpressionPointer* slot;
    LiteralParameter made;
  };

  // A literal that also stands where it may not be a parameter stays a constant everywhere.
  void count(const BoundQuery& query) {
    walk_with_depth(query, [&](const Expression& e, int) {
      const auto* constant = try_as<Constant>(&e);
      if (constant && constant->literal >= 0 && static_cast<size_t>(constant->literal) < literals_.size())
        ++occurrences_[static_cast<size_t>(constant->literal)];
      return false;
    });
  }

  // ---- columns whose comparisons the planner has to read

  void note_columns(const catalog::RelationDescriptor& relation, const Expression& expression) {
    walk(expression, [&](const Expression& e) {
      if (const auto* column = try_as<Column>(&e)) sensitive_.emplace(relation.oid.value, column->column);
      return false;
    });
  }

  void note_relation(const catalog::RelationDescriptor& relation) {
    if (relation.kind == 'p' || relation.has_children) {
      any_sensitive_ = true;
      for (const auto& column : relation.columns) sensitive_.emplace(relation.oid.value, column.number);
    }
    for (const auto& index : relation.indexes) {
      if (!index->predicate_tree.empty()) {
        any_sensitive_ = true;
        note_columns(relation, *expression_from_stored(index->predicate_tree, catalog_));
      }
      if (index->expressions_tree.empty()) continue;
      for (const auto& key : list_from_stored(index->expressions_tree, catalog_))
        if (key->type == types::oid::kBool) {
          any_sensitive_ = true;
          note_columns(relation, *key);
        }
    }
  }

  void for_each_level(BoundQuery& query, const std::function<void(BoundQuery&)>& action) {
    action(query);
    for_each_subquery(query, [&](BoundQuery& inner) { for_each_level(inner, action); });
    for_each_expression_slot(query, [&](ExpressionPointer& slot) {
      transform(slot, [&](ExpressionPointer& e) {
        if (e->kind == ExpressionKind::kSubLink) for_each_level(*static_cast<SubLink&>(*e).query, action);
      });
    });
  }

  void note_sensitive_columns(BoundQuery& query) {
    for_each_level(query, [&](BoundQuery& level) {
      for (const auto& entry : level.range_table)
        if (entry->relation) note_relation(*entry->relation);
    });
  }

  bool is_sensitive(const Expression& side) {
    if (!any_sensitive_) return false;
    const Column* column = column_below_relabels(side);
    if (!column || column->levels_up > 0) return true;
    const RangeTableEntry& entry = level_->entry(column->table);
    if (entry.kind != RangeKind::kRelation || !entry.relation) return true;
    return sensitive_.contains({entry.relation->oid.value, column->column});
  }

  // ---- where literals may be parameters

  void visit(BoundQuery& query) {
    for_each_level(query, [&](BoundQuery& level) {
      level_ = &level;
      if (level.from) conditions(*level.from);
      if (level.command == CommandKind::kInsert) insert_values(level);
      if (level.command == CommandKind::kUpdate)
        for (auto& target : level.targets) value(target.expression);
      if (level.on_conflict) {
        condition(level.on_conflict->where);
        for (auto& target : level.on_conflict->set) value(target.expression);
      }
      for (auto& action : level.merge_actions) {
        condition(action.condition);
        for (auto& target : action.targets) value(target.expression);
      }
    });
  }

  void insert_values(BoundQuery& query) {
    for (auto& target : query.targets) value(target.expression);
    for (auto& entry : query.range_table)
      for (auto& row : entry->values)
        for (auto& cell : row) value(cell);
  }

  void conditions(FromNode& node) {
    condition(node.condition);
    if (node.left) conditions(*node.left);
    if (node.right) conditions(*node.right);
    for (auto& item : node.items) conditions(*item);
  }

  void condition(ExpressionPointer& slot) {
    if (!slot) return;
    if (slot->kind == ExpressionKind::kBool) {
      for (auto& argument : static_cast<BoolCall&>(*slot).arguments) condition(argument);
    } else if (slot->kind == ExpressionKind::kOperator) {
      auto& call = static_cast<OperatorCall&>(*slot);
      if (call.arguments.size() != 2 || !built_in(call.op, {"=", "<>", "<", "<=", ">", ">="})) return;
      operand(call.arguments[0], *call.arguments[1], call, true);
      operand(call.arguments[1], *call.arguments[0], call, false);
    } else if (slot->kind == ExpressionKind::kScalarArray) {
      auto& call = static_cast<ScalarArrayCall&>(*slot);
      if (call.array->kind != ExpressionKind::kArray || !built_in(call.op, {"=", "<>"})) return;
      if (reads_column(*call.left) && !is_sensitive(*call.left)) list(call.array);
    }
  }

  bool built_in(Oid op, std::initializer_list<std::string_view> names) {
    if (op.value >= common::kFirstNormalOid) return false;
    auto descriptor = catalog_.operator_by_oid(op);
    return descriptor && one_of(descriptor->name, names);
  }

  void list(ExpressionPointer& slot) {
    auto& array = static_cast<ArrayConstructor&>(*slot);
    Candidate candidate{&slot, {}};
    candidate.made.type = array.element_type;
    candidate.made.array_type = array.type;
    for (const auto& element : array.elements) {
      LiteralParameter::Part part;
      if (array.multidimensional || element->type != array.element_type || !literal_part(*element, part)) return;
      candidate.made.parts.push_back(part);
    }
    if (!array.elements.empty()) keep(std::move(candidate));
  }

  void operand(ExpressionPointer& slot, const Expression& other, const OperatorCall& call, bool on_the_left) {
    if (!reads_column(other) || is_sensitive(other)) return;
    // The planner makes dates of timestamps that dates are compared with.
    if (other.type == types::oid::kDate && slot->type != types::oid::kDate) return;
    if (!below_coercions(slot, false) || !add(slot, false)) return;
    const Column* column = column_below_relabels(other);
    if (candidates_.back().slot != &slot || !column || column->levels_up > 0 || column->column <= 0) return;
    const RangeTableEntry& entry = level_->entry(column->table);
    if (entry.kind != RangeKind::kRelation || !entry.relation) return;
    LiteralParameter& made = candidates_.back().made;
    made.relation = entry.relation;
    made.column = column->column;
    made.op = call.op;
    made.column_type = column->type;
    made.collation = call.input_collation;
    made.on_the_left = on_the_left;
  }

  void value(ExpressionPointer& slot) {
    if (!slot) return;
    if (below_coercions(slot, true)) {
      add(slot, true);
      return;
    }
    ExpressionPointer* inner = &slot;
    while (ExpressionPointer* below = coerced(*inner, true)) inner = below;
    if ((*inner)->kind != ExpressionKind::kOperator) return;
    auto& call = static_cast<OperatorCall&>(**inner);
    if (call.arguments.size() != 2 || !built_in(call.op, {"+", "-", "*", "/", "||"})) return;
    // An operator over literals alone may be folded.
    bool left = reads_column(*call.arguments[0]), right = reads_column(*call.arguments[1]);
    if (right) value(call.arguments[0]);
    if (left) value(call.arguments[1]);
  }

  // The argument of a coercion; null when it is none.
  static ExpressionPointer* coerced(ExpressionPointer& slot, bool explicit_too) {
    auto allowed = [&](CoercionForm form) {
      return form == CoercionForm::kImplicitCast || (explicit_too && form == CoercionForm::kExplicitCast);
    };
    switch (slot->kind) {
      case ExpressionKind::kRelabel:
        return &static_cast<Relabel&>(*slot).argument;
      case ExpressionKind::kCoerceToDomain:
        return &static_cast<CoerceToDomain&>(*slot).argument;
      case ExpressionKind::kFunction: {
        auto& call = static_cast<Function&>(*slot);
        // Casts with more arguments read a type modifier, which is no literal of the text.
        return allowed(call.form) && !call.arguments.empty() ? &call.arguments[0] : nullptr;
      }
      default:
        return nullptr;
    }
  }

  ExpressionPointer* below_coercions(ExpressionPointer& slot, bool explicit_too) {
    ExpressionPointer* at = &slot;
    while (ExpressionPointer* inner = coerced(*at, explicit_too)) at = inner;
    return (*at)->kind == ExpressionKind::kConstant ? at : nullptr;
  }

  // `slot` is a literal under coercions.
  bool add(ExpressionPointer& slot, bool explicit_too) {
    std::vector<ExpressionPointer*> chain{&slot};
    while (ExpressionPointer* inner = coerced(*chain.back(), explicit_too)) chain.push_back(inner);
    Candidate candidate{chain.back(), {}};
    candidate.made.type = (*chain.back())->type;
    candidate.made.parts.emplace_back();
    LiteralParameter::Part& part = candidate.made.parts[0];
    if (!literal_part(**chain.back(), part)) return false;
    // From the inside: as many of the coercions as the input function does too.
    for (size_t i = chain.size() - 1; i > 0 && absorb(**chain[i - 1], candidate.made, part); --i)
      candidate.slot = chain[i - 1];
    keep(std::move(candidate));
    return true;
  }

  bool absorb(const Expression& coercion, LiteralParameter& made, const LiteralParameter::Part& part) const {
    namespace oid = types::oid;
    const auto* call = try_as<Function>(&coercion);
    if (!call || made.typmod >= 0) return false;
    auto in = [](Oid type, std::initializer_list<Oid> list) {
      return std::find(list.begin(), list.end(), type) != list.end();
    };
    if (coercion.type == made.type) {
      // The function that applies a type modifier: the same type, and the modifier as second argument.
      if (coercion.typmod < 0 || call->arguments.size() < 2 || call->form != CoercionForm::kImplicitCast) return false;
      if (!in(made.type, {oid::kNumeric, oid::kVarchar, oid::kBpchar, oid::kTimestamp, oid::kTimestamptz, oid::kTime}))
        return false;
      made.typmod = coercion.typmod;
      return true;
    }
    if (call->arguments.size() != 1) return false;
    bool from_integer = in(made.type, {oid::kInt4, oid::kInt8}), from_numeric = made.type == oid::kNumeric;
    bool same =
        (from_integer && in(coercion.type, {oid::kInt2, oid::kInt8, oid::kNumeric, oid::kFloat4, oid::kFloat8})) ||
        (from_numeric && in(coercion.type, {oid::kFloat4, oid::kFloat8}));
    // Not of a string: what int4's input refuses may suit int8's. And -0 is 0 until it becomes a float.
    if (!same || !is_number(part) || (part.negated && in(coercion.type, {oid::kFloat4, oid::kFloat8}))) return false;
    made.type = coercion.type;
    return true;
  }

  bool is_number(const LiteralParameter::Part& part) const {
    using C = parser::LiteralClass;
    C c = literals_[static_cast<size_t>(part.literal)].literal_class;
    return c == C::kInteger || c == C::kBigint || c == C::kNumeric;
  }

  void keep(Candidate candidate) {
    for (const auto& part : candidate.made.parts) ++found_[static_cast<size_t>(part.literal)];
    candidates_.push_back(std::move(candidate));
  }

  // Is the expression a literal that may get another value?
  bool literal_part(const Expression& expression, LiteralParameter::Part& part) const {
    const auto* constant = try_as<Constant>(&expression);
    if (!constant || constant->literal < 0 || static_cast<size_t>(constant->literal) >= literals_.size()) return false;
    if (constant->value.is_null() || constant->type == types::oid::kUnknown) return false;
    const LiteralText& literal = literals_[static_cast<size_t>(constant->literal)];
    using C = parser::LiteralClass;
    bool number = literal.literal_class == C::kInteger || literal.literal_class == C::kBigint ||
                  literal.literal_class == C::kNumeric;
    if (!number && literal.literal_class != C::kString) return false;
    // The fields of an interval stand in a type modifier, which only the first conversion knows.
    if (constant->type == types::oid::kInterval) return false;
    part.literal = constant->literal;
    part.negated = constant->location != literal.location;
    return !part.negated || (number && folded_minus(constant->location, literal.location));
  }

  // One minus sign and nothing but space between it and the number.
  bool folded_minus(int from, int to) const {
    if (from < 0 || from >= to || static_cast<size_t>(to) > text_.size()) return false;
    std::string_view between = text_.substr(static_cast<size_t>(from), static_cast<size_t>(to - from));
    return between[0] == '-' && between.find_first_not_of(" \t\r\n", 1) == std::string_view::npos;
  }

  std::span<const LiteralText> literals_;
  std::string_view text_;
  catalog::CatalogReader& catalog_;
  std::vector<int> occurrences_, found_;
  std::vector<Candidate> candidates_;
  std::set<std::pair<uint32_t, int16_t>> sensitive_;
  bool any_sensitive_ = false;
  BoundQuery* level_ = nullptr;
};

}  // namespace

std::vector<LiteralParameter> parameterise_literals(std::vector<std::unique_ptr<BoundQuery>>& queries,
                                                    std::span<const LiteralText> literals, std::string_view text,
                                                    catalog::CatalogReader& catalog) {
  return Parameteriser(literals, text, catalog).run(queries);
}

}  // namespace basalt::query
