// Collation derivation: every collatable node gets its collation, every call the collation it works with.
//
// A state wanders up the tree: none < implicit (a column's or type's collation) < conflict < explicit (COLLATE). Two
// different implicit collations conflict, which matters only to calls that need one; two explicit ones are an error.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

constexpr Oid kDefaultCollation{100};

enum class Strength : uint8_t { kNone, kImplicit, kConflict, kExplicit };

struct State {
  Strength strength = Strength::kNone;
  Oid collation, other;  // `other`: what conflicts with it
  int location = -1, other_location = -1;
};

struct Deriver {
  Analyzer& a;

  std::string name_of(Oid collation) {
    const auto* found = a.catalog.collation(collation);
    return found ? found->name : std::to_string(collation.value);
  }

  void merge(const State& in, State& into) {
    if (in.strength > into.strength) {
      into = in;
      return;
    }
    if (in.strength < into.strength || in.collation == into.collation) return;
    if (in.strength == Strength::kImplicit) {
      if (into.collation == kDefaultCollation) {
        into = in;
      } else if (in.collation != kDefaultCollation) {
        into.strength = Strength::kConflict;
        into.other = in.collation;
        into.other_location = in.location;
      }
    } else if (in.strength == Strength::kExplicit) {
      throw a.error(sqlstate::kCollationMismatch,
                    "collation mismatch between explicit collations \"" + name_of(into.collation) + "\" and \"" +
                        name_of(in.collation) + "\"",
                    in.location);
    }
  }

  void alone(Expression& e) {
    State ignored;
    derive(e, ignored);
  }

  SqlError conflict_error(const State& state) {
    return a
        .error(sqlstate::kCollationMismatch,
               "collation mismatch between implicit collations \"" + name_of(state.collation) + "\" and \"" +
                   name_of(state.other) + "\"",
               state.other_location)
        .hint("You can choose the collation by applying the COLLATE clause to one or both expressions.");
  }

  // What something is sorted, grouped or told apart by needs to have a collation.
  void target(TargetEntry& target, State& into) {
    State own;
    derive(*target.expression, own);
    if (own.strength == Strength::kConflict && target.sort_group != 0) throw conflict_error(own);
    merge(own, into);
  }
  void target_alone(TargetEntry& entry) {
    State ignored;
    target(entry, ignored);
  }

  // Children whose collations decide that of the node; the others are done on their own.
  void children(Expression& e, State& inner) {
    auto one = [&](ExpressionPointer& child) {
      if (child) derive(*child, inner);
    };
    if (auto* c = try_mutable<Case>(&e)) {
      if (c->argument) alone(*c->argument);
      for (auto& when : c->whens) {
        alone(*when.condition);
        one(when.result);
      }
      one(c->default_result);
    } else if (auto* subscript = try_mutable<Subscript>(&e)) {
      for (auto* list : {&subscript->upper, &subscript->lower})
        for (auto& item : *list)
          if (item) alone(*item);
      one(subscript->container);
      one(subscript->assigned);
    } else if (auto* aggregate = try_mutable<Aggregate>(&e)) {
      aggregate_children(*aggregate, inner);
    } else if (auto* window = try_mutable<WindowCall>(&e)) {
      for (auto& argument : window->arguments) one(argument);
      if (window->filter) alone(*window->filter);
    } else {
      for_each_child_slot(e, one);
    }
  }
  void aggregate_children(Aggregate& aggregate, State& inner) {
    for (auto& argument : aggregate.direct_arguments) {
      if (aggregate.aggregate_kind == 'h')
        derive(*argument, inner);
      else
        alone(*argument);
    }
    bool single = aggregate.aggregate_kind != 'n' && aggregate.arguments.size() == 1;
    for (auto& argument : aggregate.arguments) {
      if (argument.junk || (aggregate.aggregate_kind != 'n' && !single))
        target_alone(argument);
      else
        target(argument, inner);
    }
    if (aggregate.filter) alone(*aggregate.filter);
  }

  static void set_input(Expression& e, Oid collation) {
    if (auto* f = try_mutable<Function>(&e))
      f->input_collation = collation;
    else if (auto* array = try_mutable<ScalarArrayCall>(&e))
      array->input_collation = collation;
    else if (auto* minmax = try_mutable<MinMax>(&e))
      minmax->input_collation = collation;
    else if (auto* aggregate = try_mutable<Aggregate>(&e))
      aggregate->input_collation = collation;
    else if (auto* window = try_mutable<WindowCall>(&e))
      window->input_collation = collation;
    else if (e.kind == ExpressionKind::kOperator || e.kind == ExpressionKind::kDistinct ||
             e.kind == ExpressionKind::kNullIf)
      as<OperatorCall>(e).input_collation = collation;
  }

  void row_compare(RowCompare& row) {
    for (size_t i = 0; i < row.left.size(); ++i) {
      State both;
      derive(*row.left[i], both);
      derive(*row.right[i], both);
      row.input_collations[i] = both.strength == Strength::kConflict ? Oid{} : both.collation;
    }
  }

  State leaf(const Expression& e) {
    State state;
    state.collation = e.collation;
    state.strength = e.collation.valid() ? Strength::kImplicit : Strength::kNone;
    state.location = e.location;
    return state;
  }

  void derive(Expression& e, State& into) {
    using K = ExpressionKind;
    State state;
    switch (e.kind) {
      case K::kCollate:
        alone(*as<Collate>(e).argument);
        state = leaf(e);
        state.strength = Strength::kExplicit;
        break;
      case K::kFieldSelect:
        alone(*as<FieldSelect>(e).argument);
        state = leaf(e);
        break;
      case K::kRow:
      case K::kFieldStore:
        for_each_child_slot(e, [&](ExpressionPointer& child) { alone(*child); });
        break;
      case K::kRowCompare:
        row_compare(as<RowCompare>(e));
        break;
      case K::kCoerceToDomain: {
        State inner;
        derive(*as<CoerceToDomain>(e).argument, inner);
        Oid own = a.type_collation(e.type);
        if (own == kDefaultCollation && inner.strength != Strength::kNone)
          state = inner;
        else if (own.valid())
          state = {Strength::kImplicit, own, {}, e.location, -1};
        e.collation = state.strength == Strength::kConflict ? Oid{} : state.collation;
        break;
      }
      case K::kSubLink:
        if (as<SubLink>(e).test) alone(*as<SubLink>(e).test);
        state = leaf(e);
        break;
      case K::kConstant:
      case K::kParameter:
      case K::kColumn:
      case K::kSlot:
      case K::kCaseTest:
      case K::kDomainValue:
      case K::kSqlValue:
      case K::kSetDefault:
      case K::kCurrentOf:
        state = leaf(e);
        break;
      default:
        state = compound(e);
    }
    merge(state, into);
  }

  State compound(Expression& e) {
    State inner, state;
    children(e, inner);
    Oid own = a.type_collation(e.type);
    if (own.valid()) {
      if (inner.strength != Strength::kNone)
        state = inner;
      else
        state = {Strength::kImplicit, own, {}, e.location, -1};
    }
    e.collation = state.strength == Strength::kConflict ? Oid{} : state.collation;
    set_input(e, inner.strength == Strength::kConflict ? Oid{} : inner.collation);
    return state;
  }
};

}  // namespace

void Analyzer::assign_collations(Expression& e) { Deriver{*this}.alone(e); }

void Analyzer::assign_list_collations(ExpressionList& list) {
  for (auto& e : list)
    if (e) assign_collations(*e);
}

Oid Analyzer::common_collation(const std::vector<const Expression*>& list, bool none_ok) {
  Deriver deriver{*this};
  State state;
  for (const auto* e : list) deriver.derive(const_cast<Expression&>(*e), state);
  if (state.strength != Strength::kConflict) return state.collation;
  if (none_ok) return Oid{};
  throw deriver.conflict_error(state);
}

void Analyzer::assign_collations(BoundQuery& query) {
  auto do_targets = [&](std::vector<TargetEntry>& targets) {
    for (auto& target : targets) Deriver{*this}.target_alone(target);
  };
  auto one = [&](ExpressionPointer& e) {
    if (e) assign_collations(*e);
  };
  do_targets(query.targets);
  do_targets(query.returning);
  one(query.having);
  one(query.limit);
  one(query.offset);
  for (auto& window : query.windows) {
    one(window.start_offset);
    one(window.end_offset);
  }
  std::function<void(FromNode&)> from = [&](FromNode& node) {
    one(node.condition);
    if (node.left) from(*node.left);
    if (node.right) from(*node.right);
    for (auto& item : node.items) from(*item);
  };
  if (query.from) from(*query.from);
  if (query.on_conflict) {
    do_targets(query.on_conflict->set);
    one(query.on_conflict->where);
    one(query.on_conflict->infer_where);
    for (auto& element : query.on_conflict->elements) one(element.first);
  }
  for (auto& action : query.merge_actions) {
    one(action.condition);
    do_targets(action.targets);
  }
}

}  // namespace basalt::query
